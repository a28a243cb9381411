"""The commands of ``bncourse`` and their options.

Each names the function that does it, as "module:function".
"""

import argparse

from bncourse import __version__


def parser():
    """Return the parser of the command line, and the names of all commands."""
    made = argparse.ArgumentParser(
        prog="bncourse",
        description="A notebook course on batch normalization, with checks that name the wrong idea.",
    )
    made.add_argument("--version", action="version", version=f"bncourse {__version__}")
    commands = made.add_subparsers(dest="command", metavar="COMMAND")

    def command(name, run, says, example):
        added = commands.add_parser(
            name,
            help=says,
            description=f"{says[0].upper()}{says[1:]}.",
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        # what acts on a class says where, if that is not the folder that one stands in
        added.set_defaults(run=run, for_instructors=run.startswith("bncourse.grading.") and name != "demo")
        return added

    start = command(
        "start", "bncourse.learner.start:command", "open the course in JupyterLab", "bncourse start --no-browser"
    )
    start.add_argument("--instructor", action="store_true", help="show nbgrader's panels for instructors")
    start.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    start.add_argument("--port", type=int, default=8888, help="the port to try first (default: 8888)")

    get = command(
        "get",
        "bncourse.learner.get:command",
        "copy the course into a folder; there already, bring what is newer and keep every answer",
        "bncourse get my-course",
    )
    get.add_argument(
        "directory",
        nargs="?",
        metavar="DIR",
        help="a new folder, or one that has the course (default: the one you stand in, else a new folder bncourse)",
    )

    get.add_argument(
        "--work",
        metavar="FILE",
        help="bring what was answered elsewhere: the zip of Download my work, in a browser tab",
    )

    doctor = command("doctor", "bncourse.learner.doctor:command", "say if this machine is ready", "bncourse doctor")
    doctor.add_argument("--port", type=int, default=8888, help="the port for JupyterLab (default: 8888)")
    doctor.add_argument("--instructor", action="store_true", help="also: does it have the walls that grading needs")
    doctor.add_argument("--hub", action="store_true", help="instead: what is open to others on a machine of many")

    command(
        "progress",
        "bncourse.learner.progress:command",
        "show what is done, not yet, and not started",
        "bncourse progress",
    )

    certificate = command(
        "certificate",
        "bncourse.learner.certificate:command",
        "write a page with what you have passed, to keep or to print",
        'bncourse certificate --name "Ada Lovelace"',
    )
    certificate.add_argument("--name", help="your name, as it shall stand on the page")
    certificate.add_argument(
        "--output",
        default="bncourse-certificate.html",
        metavar="FILE",
        help="a new file for the page (default: bncourse-certificate.html, here)",
    )

    release = command(
        "release",
        "bncourse.grading.release.build:command",
        "write notebooks/ from solutions/, and refuse a source that is unsound",
        "bncourse release 04",
    )
    release.add_argument("notebooks", nargs="*", metavar="NN", help="such as 04; all, where none is named")

    students = command(
        "students",
        "bncourse.grading.lms.students:command",
        "enter a class list into the gradebook; nobody is ever taken away",
        "bncourse students class.csv",
    )
    _encoding(students, "the list")
    students.add_argument(
        "file", metavar="CLASS.csv", help="with a column `id`; also first name, last name, email, lms id"
    )

    collect = command(
        "collect",
        "bncourse.grading.lms.collect:command",
        "take submissions out of a zip from Canvas or Moodle, or a folder for each student",
        "bncourse collect 04 submissions.zip",
    )
    _encoding(collect, "the table of --times, or without it the names in the zip")
    collect.add_argument("assignment", metavar="NN", help="such as 04")
    collect.add_argument(
        "archive", metavar="ARCHIVE", help="the zip as it was downloaded, or a folder; it is only read"
    )
    collect.add_argument(
        "--from", choices=["canvas", "moodle", "folder"], help="where it comes from, if its names leave that open"
    )
    collect.add_argument(
        "--times",
        metavar="FILE",
        help="a CSV of when each was handed in, such as Moodle's grading worksheet; or the word archive, to trust the "
        "times in it, which are mostly those of the download",
    )

    stage = command(
        "stage",
        "bncourse.grading.submission.stage:command",
        "make what was handed in ready for grading, and say what was dropped and why",
        "bncourse stage 04 --students ada,grace",
    )
    stage.add_argument("assignment", metavar="NN", help="such as 04")
    stage.add_argument("--students", metavar="A,B", help="only these, by the names of their folders")

    grade = command(
        "grade",
        "bncourse.grading.engine.grade:command",
        "grade what was handed in, behind walls, and record the scores in nbgrader's gradebook",
        "bncourse grade 04 --workers 2",
    )
    grade.add_argument("assignment", metavar="NN", help="such as 04")
    grade.add_argument("--students", metavar="A,B", help="only these; a name may be a pattern such as 'a*'")
    grade.add_argument(
        "--workers", type=_count, metavar="N", help="processes side by side (default: one for each core)"
    )
    grade.add_argument("--force", action="store_true", help="grade also what has not changed")
    grade.add_argument(
        "--exercise",
        metavar="NAME",
        help="grade again those who have not solved this one, such as after a change of its check",
    )
    grade.add_argument("--help-all", action="store_true", help="show all settings, and how to give them here")
    grade.add_argument("--scheduler", metavar="ADDRESS", help='of a Dask cluster that does the work (extra "cluster")')
    grade.add_argument(
        "--accept-unsafe-level",
        type=int,
        choices=[0, 1],
        metavar="LEVEL",
        help="where no safe walls can stand: run submissions with few (1) or none (0) around them",
    )

    book = command(
        "book",
        "bncourse.site.book.edition:command",
        "write the course as HTML pages to read, without the answers",
        "bncourse book --output /tmp/course",
    )
    book.add_argument(
        "--output", metavar="DIR", help="a new folder, or that of an older book (default: build/book in the course)"
    )
    book.add_argument(
        "--site", metavar="URL", help="where bncourse site stands: each exercise gets a link that opens it there"
    )
    book.add_argument("--solutions", action="store_true", help="with the answers, for instructors")

    site = command(
        "site",
        "bncourse.site.tab.build:command",
        "write the course as static files that run in a browser tab, with nothing to install",
        "bncourse site --output /tmp/course-in-a-tab",
    )
    site.add_argument(
        "--output", metavar="DIR", help="a new folder, or that of an older site (default: build/site in the course)"
    )
    site.add_argument(
        "--pyodide",
        metavar="DIR|URL",
        help="where Pyodide's files come from: a folder with its distribution, or an address (default: the public one)",
    )
    site.add_argument("--serve", action="store_true", help="show the site that is there, on this machine alone")
    site.add_argument("--port", type=int, default=8000, help="for --serve (default: 8000)")

    feedback = command(
        "feedback",
        "bncourse.grading.report.feedback:command",
        "write a feedback page for everybody who was graded, and pack them to be sent back",
        "bncourse feedback 04 --zip feedback.zip --for canvas",
    )
    feedback.add_argument("assignment", metavar="NN", help="such as 04")
    feedback.add_argument("--zip", metavar="FILE", help="a new file to pack the pages into")
    feedback.add_argument(
        "--for", choices=["canvas", "moodle", "folder"], help="who takes the zip; found by where they were collected"
    )

    scores = command(
        "scores",
        "bncourse.grading.report.scores:command",
        "write the scores for Canvas, Moodle, Gradescope or a spreadsheet; not graded is told apart from 0",
        "bncourse scores 04 --format canvas --into exported.csv -o to-import.csv",
    )
    scores.add_argument("assignments", nargs="*", metavar="NN", help="such as 04; all, where none is named")
    scores.add_argument(
        "--format", required=True, choices=["canvas", "moodle", "gradescope", "csv"], help="who reads it"
    )
    scores.add_argument("-o", "--output", required=True, metavar="FILE", help="a new file")
    scores.add_argument(
        "--into", metavar="FILE", help="a gradebook that Canvas or Moodle exported, to fill in a copy of it"
    )
    scores.add_argument("--column", metavar="TITLE", help="with --into: the column to fill, if its title is not found")
    _encoding(scores, "the gradebook of --into")
    scores.add_argument("--scale", action="store_true", help="with --into: scale the points to the maximum there")

    report = command(
        "report",
        "bncourse.grading.report.report:command",
        "show a class: scores, which wrong ideas it has, who is not graded and why",
        "bncourse report 04 --output report.html",
    )
    report.add_argument("assignment", metavar="NN", help="such as 04")
    report.add_argument("--output", metavar="FILE", help="write it as a page of HTML too, to a new file")

    demo = command(
        "demo",
        "bncourse.grading.demo.demo:command",
        "make a small class in a folder, from release to feedback",
        "bncourse demo /tmp/demo",
    )
    demo.add_argument("directory", help="a new or empty folder for the demonstration")

    bench = command(
        "bench",
        "bncourse.benchmarks:command",
        "measure what this project states, on this machine",
        "bncourse bench checks",
    )
    families = ["battery", "checks", "claims", "course", "grading", "reference", "scale", "soak", "tab"]
    bench.add_argument(
        "family", nargs="?", choices=families, help="what to measure; all, into docs/benchmarks.md, where none is named"
    )
    bench.add_argument("--size", type=_count, metavar="N", help="for grading, scale and soak: the size of the class")
    bench.add_argument("--seeds", type=_count, default=20, help="for checks and claims: how many seeds (default: 20)")
    bench.add_argument(
        "--pyodide", metavar="SOURCE", help="for tab: a folder or an address with Pyodide's files, as for site"
    )
    bench.add_argument("--only", nargs="+", metavar="NAME", help="for claims and tab: the names of those to try")
    bench.add_argument(
        "--plain",
        type=_count,
        nargs="?",
        const=0,
        metavar="N",
        help="for battery with --json: plain nbgrader too (half an hour), or on N of the cases",
    )
    bench.add_argument("--json", action="store_true", help="print one JSON object on standard output")
    return made, tuple(commands.choices)


def _encoding(command, of):
    command.add_argument(
        "--encoding", metavar="NAME", help=f"of {of}, such as cp1250 or mac_roman, where that is not plain"
    )


def _count(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
