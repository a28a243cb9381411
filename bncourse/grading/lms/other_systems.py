"""What an archive is: one of Canvas, of Moodle, of folders; or of a system that is not read, which is named."""

import re

from bncourse.grading.assignment import RELEASED
from bncourse.grading.lms import file_names
from bncourse.trouble import Trouble

# How each system names what it packs; a path counts from its beginning or after a folder.
SYSTEMS = {
    "Gradescope": r"(?:.*/)?submission_\d+(?:/.+|\.\w+)",
    "ILIAS": r"(?:[^/]+/){0,3}[^/_]+_[^/_]+_[^/]+_\d+/.+",
    "Blackboard": r"(?:.*/)?[^/]+_[^/]+_attempt_\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d[^/]*",
    "Brightspace (D2L)": r"(?:.*/)?\d+-\d+ ?- ?[^/]+ ?- ?[^/]*\d{4}[^/]*/.+",
    "Sakai": r"(?:.*/)?[^/]+\([^/()]+\)/(?:Submission attachment\(s\)/.+|[^/]+_submissionText\.html)",
    "nbgrader's exchange": r"(?:.*/)?[^/+]+\+[^/+]+\+\d{4}-\d\d-\d\d[ _][^/]+/.+",
    "CodeGrade": r"(?:.*/)?\d+-[^/]+ - [^/]+/.+",
}
_HELP = (
    "Give each student a folder with the id as its name, ID/NOTEBOOK.ipynb, and collect that: --from folder. Nothing "
    "was changed."
)


def refuse_elsewhere(paths):
    """Stop at an archive of another system.

    Parameters
    ----------
    paths : list of str

    Raises
    ------
    Trouble
        If most of the notebooks are named as that system names them.
    """
    files = [path for path in paths if path.casefold().endswith((".ipynb", ".zip", ".py", ".pdf", ".html"))]
    for system, pattern in SYSTEMS.items():
        named = sum(re.fullmatch(pattern, path, re.DOTALL) is not None for path in files)
        if files and 2 * named > len(files):
            raise Trouble(f"this looks like an archive of {system}, which collect does not read. {_HELP}")


def refuse_another(files, assignment):
    """Stop where most of the notebooks are another one of the course, by their names; one student may err."""
    name = assignment.name
    called = [file.rpartition("/")[2] for file in files if file.casefold().endswith((".ipynb", ".zip"))]
    meant = {
        folder.name: sum(file.startswith(folder.name) for file in called)
        for folder in (assignment.course / RELEASED).glob("*-*")
    }
    other = max(meant, key=meant.get, default=name)
    if not meant.get(name) and 2 * meant.get(other, 0) > len(called):
        raise Trouble(
            f"{meant[other]} of {len(called)} notebooks are called {other}, and none {name}; nothing was changed. If "
            f"they are what their names say: bncourse collect {other.partition('-')[0]} ARCHIVE"
        )


def kind_of(paths):
    """Say which kind of archive has files with these names, in the one way that fits all of them."""
    if not paths:
        raise Trouble("the archive holds no file that was handed in; nothing was changed.")
    if all(map(file_names.typed_in, paths)):
        return file_names.MOODLE if any("_assignsubmission_" in path for path in paths) else file_names.CANVAS
    found = file_names.recognized(paths)
    sure = [kind for kind, count in found.items() if count == len(paths)]
    if len(sure) == 1:
        return sure[0]
    counts = ", ".join(f"{count} as in {kind}" for kind, count in found.items())
    raise Trouble(
        f"the names of the {len(paths)} files do not say where they come from ({counts}); say it: --from canvas, "
        "--from moodle, or --from folder (a folder for each student). Nothing was changed."
    )
