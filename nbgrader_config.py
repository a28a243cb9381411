"""nbgrader's settings for this course: plain ``nbgrader`` works from this folder.

nbgrader and Formgrader read this file from the folder they are started in. It is for who teaches: learners on the
same machine have three lines of their own, and never this file, which would take them into this folder
(docs/hub.md).
"""

import contextlib
import os
import sysconfig
from pathlib import Path

here = Path(__file__).resolve().parent
c = get_config()  # noqa: F821 - nbgrader defines it before it runs this file

# To make a new gradebook, nbgrader calls the program `alembic`, which lies beside it but is found only where
# the environment is activated. So a plain .venv/bin/nbgrader works too.
os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])

# The name under which submissions travel through the exchange.
c.CourseDirectory.course_id = "bncourse"

# Where this file lies, so that it also holds when the file was found through a link in ~/.jupyter.
c.CourseDirectory.root = str(here)

# What is edited, and what learners get. An assignment is a folder such as 04-normalize-scale-shift in both.
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"

# Never copied into a release, a submission or a graded folder. Beside nbgrader's own names: text copies of a
# notebook, which would carry the answers into the release, and modules, which a submission could put in the
# place of a library.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "feedback",
    "*.pyc",
    "*.py",
    "*.md",
    ".DS_Store",
]

# A submission larger than this is refused when it is handed in; a notebook with its figures is under 5 MB.
# In kilobytes.
c.CourseDirectory.max_dir_size = 50_000
c.CourseDirectory.max_file_size = 50_000

# Where assignments are handed out and in. The folder in the course is for one person who tries it. Several people
# on one machine share a folder outside of the course, made once by its administrator: install -d -m 1777 FOLDER. All
# may write there, and nobody may remove what belongs to another (docs/hub.md). (The exchange works on Linux and macOS;
# on Windows collect files with bncourse collect.)
exchange = Path(os.environ.get("BNCOURSE_EXCHANGE", here / "exchange"))
c.Exchange.root = str(exchange)
# nbgrader's list, and the buttons of Formgrader, want the folder before anything was released. A learner may
# be unable to make it and does not need to: the instructor's release has made it by then.
with contextlib.suppress(OSError):
    exchange.mkdir(exist_ok=True)

# The release opens the exchange so that everybody may put files there and remove their own alone (1777, not 777).
c.ExchangeFactory.release_assignment = "bncourse.grading.nbgrader.hooks.ReleaseAssignment"

# A notebook that was renamed is named to the learner when it is handed in, not found missing when it is graded.
c.ExchangeSubmit.strict = True

# What stands in place of an answer. A check knows NotImplementedError as "not written yet"; the comment says
# what beginners forget.
c.ClearSolutions.code_stub = {
    "python": "# YOUR CODE HERE: write it above the next line, then delete the next line\nraise NotImplementedError"
}
c.ClearSolutions.text_stub = "*Write your answer here, in place of this line.*"

# Who has seen the hints of an exercise and tried twice may look at a worked solution, check.solution("NAME"), and keeps
# the points; the learner's own journal notes it. False: what is released from then on switches it off, and says so.
c.WorkedSolutions.offered = True
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.InstantiateTests",
    "bncourse.grading.nbgrader.reading_aids.ReadingAids",
    "bncourse.grading.nbgrader.worked_solutions.WorkedSolutions",
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.ClearHiddenTests",
    "nbgrader.preprocessors.ClearMarkScheme",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# For Colab and Kaggle: what pip installs there ("bncourse", or an address of a wheel or of git), and where notebooks/
# is on GitHub. Each release then has a hidden cell that installs the course there, and two links. Empty: neither.
c.GenerateAssignment.preprocessors.append("bncourse.grading.release.elsewhere.Elsewhere")
c.Elsewhere.install = ""
c.Elsewhere.notebooks = ""  # such as https://github.com/OWNER/bncourse/blob/main/notebooks

# What is handed in is someone else's file. nbgrader reads of it what `bncourse stage` made: the release with the
# answers in it, where nothing of ours can be missing or changed. Both doors below stage by themselves.
c.ExchangeFactory.collect = "bncourse.grading.nbgrader.hooks.Collect"
c.Autograde.exporter_class = "bncourse.grading.nbgrader.hooks.StagedNotebooks"
# nbgrader's own table, with cells that no spreadsheet takes for a formula.
c.ExportApp.plugin_class = "bncourse.grading.nbgrader.export.Export"

# `nbgrader autograde` and Formgrader's button run a submission as `bncourse grade` does: behind walls, with the
# checks outside of them. (The other steps are nbgrader's own.)
c.Autograde.autograde_preprocessors = [
    "bncourse.grading.nbgrader.execute.Judge",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# The late rule: percent of the earned points for each day begun after the due date (in the gradebook), once the
# hours of grace are over. 0 switches it off. `extensions` may name a CSV file with the columns student, assignment,
# days, hours, such as str(here / "extensions.csv").
c.AssignLatePenalties.plugin_class = "bncourse.grading.nbgrader.late_policy.LateRule"
c.LateRule.percent_a_day = 0.0
c.LateRule.grace_hours = 0.0
c.LateRule.most_percent = 100.0
# The zone of the course, such as "Europe/Berlin": days are counted on its clock, and times without a zone are read in
# it. "" is the zone of the machine.
c.LateRule.timezone = ""

# The lowest level of walls to make do with: 3 and 2 are safe. 1 and 0 are not, and mean that a submission may
# read and write what this account may.
c.Judge.lowest_level = 2

# What one submission may take. `call` is a factor: a check grants a call some seconds on a learner's laptop, and a
# machine that grades is busier. `cell` and `notebook` are seconds, the others bytes and counts; `data` is what one
# process may ask for, and a deep-learning library asks for 1.5 GB before it does anything.
c.Submissions.call = 3.0
c.Submissions.cell = 60.0
c.Submissions.notebook = 600.0
c.Submissions.memory = 2_000_000_000
c.Submissions.data = 4_000_000_000
c.Submissions.processes = 256
c.Submissions.file_size = 100_000_000
c.Submissions.files = 50_000

# Seconds for one cell where nbgrader runs a notebook itself: Validate, and the solution when it is released. A
# check limits each call of an answer itself; this stops a loop outside of a function. nbgrader's own 30 is too near
# to what a Keras cell takes on a busy machine.
c.Execute.timeout = 60

# A kernel's start-up notes would stand between the lines of nbgrader's own progress; its errors still do.
c.Execute.extra_arguments = ["--HistoryManager.hist_file=:memory:", "--IPKernelApp.log_level=40"]

# A submission is someone else's text. What grading stores of it is harmless; this makes sure of it once more on
# Formgrader's page for grading by hand, and for the names on it. (HTMLExporter.sanitize_html does not reach the text
# cells of nbgrader's pages, and takes the figures away; the course's own step does neither.)
c.HTMLExporter.preprocessors = ["bncourse.grading.nbgrader.feedback_page.SanitizePage"]

# Feedback without the source of hidden tests, and without what could run in the browser of who reads it.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "nbgrader.preprocessors.ClearHiddenTests",
    "bncourse.grading.nbgrader.feedback_page.HowItWasRead",
    "bncourse.grading.nbgrader.unfinished.WhatWaits",
    "bncourse.grading.nbgrader.feedback_page.SanitizePage",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
