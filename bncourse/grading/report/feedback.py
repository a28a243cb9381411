"""``bncourse feedback NN``: a page for everybody who was graded, and a zip to send them back with.

The pages are nbgrader's, made by its own converter with the steps that ``nbgrader_config.py`` names, one after the
other in a process that may be lost: a page that takes too much time or memory is that page's loss alone. Each is made
elsewhere and moved into its place, so that no part of one is ever there.
"""

import io
import os
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

from bncourse.course import find_folder
from bncourse.grading.assignment import FEEDBACK, Assignment, chosen
from bncourse.grading.display import bounds
from bncourse.grading.display.names import in_an_archive
from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.lms.file_names import CANVAS, FOLDER, MOODLE
from bncourse.trouble import Trouble

SECONDS = 30.0  # for one page; one of a whole notebook takes one
MEMORY = 1_000_000_000
_MAKING = ".making-"


@dataclass
class Pages:
    """What became of the pages: the students who have one, why others have none, and whose late penalty changed."""

    made: list = field(default_factory=list)
    failed: dict = field(default_factory=dict)
    penalties: dict = field(default_factory=dict)


def make_pages(assignment, tell=None):
    """Make the feedback pages of all who were graded.

    Returns
    -------
    Pages

    Raises
    ------
    Trouble
        If nobody was graded.
    """
    from bncourse.grading.gradebook.writer import Record  # with nbgrader, which takes seconds

    course, graded = assignment.course, assignment.autograded()
    if not graded:
        raise Trouble(f"nobody was graded: run bncourse grade {assignment.number} first.")
    pages, apart = Pages(), bounds.Bounded(MEMORY)
    with Record(course) as record:
        if record.knows(assignment.name):
            # points that a person gave since change what the late rule takes
            pages.penalties = record.renew_penalties(assignment.name)
    (course / FEEDBACK).mkdir(exist_ok=True)
    _sweep(course)
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=course / FEEDBACK))
    try:
        for student in graded:
            why = _make(apart, assignment.submission(student), making)
            if why:
                pages.failed[student] = why
            else:
                pages.made.append(student)
            if tell:
                tell(len(pages.made) + len(pages.failed), len(graded))
    finally:
        apart.close()
        shutil.rmtree(making, ignore_errors=True)
    return pages


def _make(apart, submission, making):
    """Make one page and move it into its place; give why there is none, or ""."""
    course, name, student = str(submission.assignment.course), submission.assignment.name, submission.student
    where = making.relative_to(course).as_posix()
    try:
        why = apart.call("bncourse.grading.report.feedback:made", course, name, student, where, seconds=SECONDS)
        if not why:
            _move(making / student / name, submission.feedback)
        return why
    except (bounds.Exceeded, bounds.Failed) as error:
        return f"it could not be made: {error}"
    except OSError as error:
        return f"it could not be moved into its place ({error.strerror}: {error.filename})"


def made(course, name, student, where):
    """Make the page of one student, however long it takes; give why it could not be made, or "".

    Parameters
    ----------
    course, name, student : str
    where : str
        The folder for it, from the course's.
    """
    from bncourse.grading.nbgrader import converters

    try:
        converters.generate_feedback(Assignment(course, name), student, into=where)
    except converters.Refused as refused:
        return _reasons(refused.log).get(student) or str(refused)
    return ""


def _move(source, place):
    """Move the files of a page into their place, one rename for each, and take away what was there besides."""
    moved = set()
    for file in sorted(path for path in source.rglob("*") if path.is_file()):
        target = place / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(file, target)
        moved.add(target)
    for old in [path for path in place.rglob("*") if path.is_file() and path not in moved]:
        old.unlink()


def _sweep(course):
    for entry in os.listdir(course / FEEDBACK):
        if entry.startswith(_MAKING):
            shutil.rmtree(course / FEEDBACK / entry, ignore_errors=True)


def _reasons(log):
    """Return for each student the error that nbgrader logged, in one line."""
    found, last = {}, ""
    for line in log.splitlines():
        if re.match(r"[A-Za-z_.]+(Error|Exception|Entry)\b", line):
            last = line
        match = re.search(r"error processing assignment: .*?([^/\\]+)[/\\][^/\\]+$", line)
        if match:
            found[match[1]] = ""
            current = match[1]
        elif found and last and not found[current]:
            found[current], last = last, ""
    return {student: why for student, why in found.items() if why}


def pack(assignment, students, kind, notes):
    """Pack the pages into a zip, under the names that a system takes back.

    Parameters
    ----------
    assignment : Assignment
    students : list of str
    kind : str
        "canvas", "moodle" or "folder".
    notes : dict
        From `bncourse.grading.lms.collecting.read_notes`.

    Returns
    -------
    content : bytes
    left : list of str
        The students whose page is not in it, for it is not known under which name it would be taken.
    """
    packed, left, members = io.BytesIO(), [], {}
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in students:
            page = assignment.submission(student).page
            note = notes.get(student, {}).get(kind)
            if kind == FOLDER:
                prefix = f"{student}/"
            elif note:
                prefix = note["prefix"]
            else:
                left.append(student)
                continue
            members[f"{prefix}{page.name}"] = page
        names = in_an_archive(members)
        for member, page in members.items():
            archive.write(page, names[member])
    return packed.getvalue(), left


def command(options):
    """Make feedback, and pack it; see ``bncourse feedback --help``."""
    [assignment] = chosen(find_folder(), [options.assignment])
    name = assignment.name
    kind = getattr(options, "for")
    if kind and not options.zip:
        raise Trouble(f"--for {kind} is about a zip; name it: --zip feedback.zip")
    from bncourse.grading.engine import progress
    from bncourse.grading.lms.collecting import read_notes
    from bncourse.grading.lms.spreadsheets import refuse_existing, write_new

    if options.zip:
        refuse_existing(options.zip)
    with progress.progress(f"Writing feedback of {name}") as tell:
        pages = make_pages(assignment, tell)
    console = Console()

    def say(text):
        console.print(text, highlight=False, soft_wrap=True, markup=False)

    for student, (before, after) in sorted(pages.penalties.items()):
        say(f"{name} of {student}: the late rule takes {after:g} now (before: {before:g})")
    for student, why in sorted(pages.failed.items()):
        say(f"no page for {student}: {why}")
    said = f"{name}: {len(pages.made)} pages are in {FEEDBACK}/STUDENT/{name}"
    if pages.failed:
        said += f"; {len(pages.failed)} could not be made, and are as they were"
    left = []
    if options.zip:
        notes = read_notes(assignment)
        kind = kind or _kind(notes, pages.made)
        content, left = pack(assignment, sorted(pages.made), kind, notes)
        if len(left) == len(pages.made):
            raise Trouble(
                f"{said}. No zip was written: nobody's submission was collected from {kind}, which would say under "
                f"which name a page goes back. bncourse collect {options.assignment} ARCHIVE notes it, also for files "
                "that are here already."
            )
        write_new(options.zip, content)
        if left:
            say(f"not in the zip, for they were not collected from {kind}: {', '.join(left)}")
        ways = {CANVAS: "Canvas: Upload Submissions", MOODLE: "Moodle: Upload multiple feedback files in a zip"}
        way = f" ({ways[kind]})" if kind in ways else ""
        said += f", and {len(pages.made) - len(left)} of them in {options.zip}{way}"
    say(f"{said}.")
    return int(bool(pages.failed or left))


def _kind(notes, students):
    """Return the system that these were collected from; "folder" where there was none."""
    kinds = {kind for student in students for kind in notes.get(student, {})} - {FOLDER}
    if len(kinds) > 1:
        raise Trouble(f"some were collected from {' and some from '.join(sorted(kinds))}: name one of them with --for.")
    return kinds.pop() if kinds else FOLDER
