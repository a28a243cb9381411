"""``bncourse collect NN ARCHIVE``: submissions out of Canvas, out of Moodle, or out of a folder for each student.

What is taken is put into ``submitted/`` as raw folders, and staged. What cannot be given to one person is listed and
left. ``collected/NN-topic.json`` notes the name of each student's file in each system, for the feedback's way back.
"""

import contextlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

from bncourse.files import read_json, write_json
from bncourse.grading.lms import file_names
from bncourse.grading.lms.archives import TooMuch, opened, within
from bncourse.grading.lms.other_systems import kind_of, refuse_another, refuse_elsewhere
from bncourse.grading.lms.owners import made_id, owners_of, settled, student_of
from bncourse.grading.submission.names import is_safe, shown
from bncourse.grading.submission.store import put_in_place
from bncourse.grading.submission.timestamp import TIMESTAMP

OLD = (
    "This came before, and something else has taken its place since, which stays. If this one is to count: delete "
    "submitted/{student}/{name}, and collect again."
)
TYPED = (
    "It was typed into the LMS, and is no file. Read it there, or put it into a notebook in a folder "
    "with the student's id as its name, and collect that."
)
_MAKING = ".making-"
MOST_ZIPS = 10  # of one student that are opened
MOST_FILES = 1_000  # of one student


@dataclass
class Collected:
    """What a collecting did.

    Parameters
    ----------
    kind : str
        "canvas", "moodle" or "folder".
    first, again, same : list of str
        Students who came for the first time, with another version, with the same.
    left : list of (str, str)
        What was not taken, as a name and a sentence.
    late : list of str
        Those whom the system marks as late.
    timed : set of str
        Those whose time of submission is known.
    typed : dict of str to str
        Those who typed a text into the LMS, with the name it has in the archive.
    untimed : list of str
        Those who handed in again, where the time before is known and the new one is not.
    twice : dict of str to str
        Ids that were made before there was a class list and still stand in ``submitted/``, with the id in the list.
    """

    kind: str
    first: list = field(default_factory=list)
    again: list = field(default_factory=list)
    same: list = field(default_factory=list)
    left: list = field(default_factory=list)
    late: list = field(default_factory=list)
    timed: set = field(default_factory=set)
    typed: dict = field(default_factory=dict)
    untimed: list = field(default_factory=list)
    twice: dict = field(default_factory=dict)

    @property
    def students(self):
        return sorted([*self.first, *self.again, *self.same])


def collect(assignment, archive, kind=None, people=None, times=None, tell=None, numbers=None, encoding=None):
    """Take the submissions of an assignment out of an archive.

    Parameters
    ----------
    assignment : Assignment
    archive : path
        A zip or a folder.
    kind : str, optional
        "canvas", "moodle" or "folder"; found out by itself where the names are plain.
    people : ClassList
    times : callable, optional
        Gives the time of a submission, ``times(handed, person, entry)``: a datetime with a zone, or None.
    tell : callable, optional
        ``tell(done, total)`` after each student.
    numbers : dict of str to Person, optional
        Who is meant by Moodle's numbers of this assignment.
    encoding : str, optional
        Of the names in a zip, where they do not make it plain.

    Returns
    -------
    Collected

    Raises
    ------
    Trouble
        If the archive cannot be read, or it is not plain what it is.
    """
    name = assignment.name
    with opened(archive, encoding) as (entries, left):
        named, typed, done = _read_names(entries, kind, name)
        refuse_another([each[0].file for each, _ in named], assignment)
        done.left = [*left, *done.left]
        handed = settled(named, people, numbers or {}, done)
        groups = {}
        for each, entry in handed:
            groups.setdefault(each.owner, []).append((each, entry))
        owners = owners_of(groups, people, numbers or {}, done, name)
        made = {student: made_id(groups[owner][0][0]) for student, owner in owners.items()}
        there = {student for student in made.values() if os.path.lexists(assignment.submission(student).submitted)}
        done.twice = {made[student]: student for student in owners if made[student] in there - {student}}
        assignment.collected.parent.mkdir(exist_ok=True)
        _sweep(assignment.collected.parent)
        notes = read_notes(assignment)
        _note_typed(typed, people, numbers or {}, done, notes)
        for number, (student, owner) in enumerate(sorted(owners.items()), start=1):
            came = sorted(groups[owner], key=lambda pair: pair[0].order)
            files = sorted(_unpacked(came, name, done), key=lambda pair: pair[0].order)
            _take(assignment.submission(student), files, came[-1][1], done, people, times, notes)
            if tell:
                tell(number, len(owners))
        if typed:
            write_json(assignment.collected, notes)
    return done


def _read_names(entries, kind, name):
    """Read the names of all files, in the one way that fits them; texts that were typed in are given apart."""
    around = file_names.unwrapped([entry.path for entry in entries])
    if not any(entry.path.startswith(f"{around}{name}/") for entry in entries):  # else it is one student's
        entries = [replace(entry, path=entry.path[len(around) :]) for entry in entries]
    if kind is None:
        refuse_elsewhere([entry.path for entry in entries])
    files = [entry for entry in entries if not file_names.typed_in(entry.path)]
    done = Collected(kind or kind_of([entry.path for entry in files or entries]))
    handed, typed = [], []
    for entry in entries:
        each = file_names.readings(entry.path, done.kind, name)
        if done.kind != file_names.FOLDER and file_names.typed_in(entry.path):
            typed.append((file_names.read_typed(entry.path, done.kind), entry))
        elif not each:
            done.left.append((shown(entry.path), f"Its name is not as {done.kind} names what was handed in."))
        elif done.kind != file_names.FOLDER and any(_is_a_time(one.file) for one in each):
            done.left.append((shown(entry.path), "The time of submission is not for the student to write."))
        else:
            handed.append((each, entry))
    return handed, typed, done


def _is_a_time(file):
    """Return whether a file would stand where the time of submission does."""
    return file.partition("/")[0].casefold() == TIMESTAMP


def _note_typed(typed, people, numbers, done, notes):
    """Say whose texts were typed into the LMS: they are no file, and still they were handed in."""
    for each, entry in typed:
        students = {student_of(one, people, numbers)[0] for one in each} - {None}
        student = students.pop() if len(students) == 1 else None
        who = f"{student}: " if student else ""
        done.left.append((shown(entry.path), f"{who}{TYPED}"))
        if student:
            done.typed[student] = shown(entry.path)
            note = notes.setdefault(student, {})
            note[done.kind] = note.get(done.kind, {}) | {"typed": shown(entry.path)}


def _unpacked(files, name, done):
    """Put what lies in a student's own zip in its place, before what was handed in beside it."""
    found, zips = [], [each for each, _ in files if each.file.casefold().endswith(".zip")][:MOST_ZIPS]
    for each, entry in files:
        inner, left = [], []
        if each in zips:
            with contextlib.suppress(TooMuch, OSError):  # it is handed in as it is then, and has no notebook
                inner, left = within(entry)
        inner = [(replace(each, file=one.path.removeprefix(f"{name}/")), one) for one in inner]
        found[:0] = inner = [pair for pair in inner if not _is_a_time(pair[0].file)]
        done.left += [(shown(f"{entry.path}: {path}"), why) for path, why in left]
        if not inner:
            found.append((each, entry))
    return found


def _take(submission, files, came, done, people, times, notes):
    """Put one student's files in their place; `came` is the last entry of the LMS's own, whose time is no student's."""
    assignment, student, last = submission.assignment, submission.student, files[-1][0]
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=assignment.collected.parent))
    try:
        written = _write(making, assignment.name, files, done)
        if not written:
            return
        time = times(last, people.people.get(student), came) if times else None
        if time:
            stamp = time.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
            (making / TIMESTAMP).write_text(f"{stamp} UTC\n", encoding="ascii")
        if (making / TIMESTAMP).exists():
            done.timed.add(student)
        making.chmod(0o755)
        earlier = notes.get(student, {})
        note = {"prefix": last.prefix, "number": last.number, "late": last.late}
        note |= {"typed": done.typed[student]} if student in done.typed else {}
        note |= {"listed": True} if people.says_who and student in people.people else {}
        notes[student] = earlier | {last.kind: note}
        write_json(assignment.collected, notes)  # before the files: what is in its place is never without its note
        became = put_in_place(submission, making)
    except OSError as error:
        done.left.append((student, f"It could not be put into submitted/ ({error.strerror or error})."))
        return
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if became == "old":
        done.left.append((shown(files[-1][1].path), OLD.format(student=student, name=assignment.name)))
        return
    getattr(done, became).append(student)
    if became == "again" and student not in done.timed and submission.had_a_time():
        done.untimed.append(student)
    if last.late:
        done.late.append(student)


def _write(making, name, files, done):
    """Write the files of one student under safe names; of two with one name the later keeps it."""
    names = {}
    if len(files) > MOST_FILES:
        done.left.append(
            (shown(files[-1][1].path), f"There are more than {MOST_FILES} files with it; the last ones count.")
        )
        notebooks = [each for each in files[:-MOST_FILES] if each[0].file.endswith(".ipynb")]
        files = [*notebooks[-MOST_FILES // 10 :], *files[-MOST_FILES:]]
    for number, (each, entry) in enumerate(files, start=1):
        try:
            content = entry.read()
        except (TooMuch, OSError) as error:
            done.left.append((shown(entry.path), str(error) if isinstance(error, TooMuch) else f"{error.strerror}."))
            continue
        path = _safe(_without_count(each.file, name), number)
        earlier = names.pop(path.casefold(), None)
        if earlier:
            free = _free(earlier, names)
            (making / free).parent.mkdir(parents=True, exist_ok=True)
            os.replace(making / earlier, making / free)
            names[free.casefold()] = free
        (making / path).parent.mkdir(parents=True, exist_ok=True)
        (making / path).write_bytes(content)
        if entry.time:
            with contextlib.suppress(OSError, OverflowError):
                os.utime(making / path, (entry.time.timestamp(), entry.time.timestamp()))
        names[path.casefold()] = path
    return names


def _without_count(file, name):
    """Return the notebook its own name: Canvas and browsers count what comes again, ``-1`` and ``(1)``."""
    return re.sub(rf"^{re.escape(name)}(-\d{{1,3}}| ?\(\d{{1,3}}\))\.ipynb$", f"{name}.ipynb", file)


def _safe(path, number):
    """Return a path that may be written on every system; a name that may not is replaced by a number."""
    parts = path.split("/")
    safe = [part if is_safe(part) else f"file-{number}{Path(part).suffix[:8]}" for part in parts]
    safe = [part if is_safe(part) else f"file-{number}" for part in safe]
    return "/".join(safe[-4:])


def _free(path, names):
    stem, dot, suffix = path.rpartition(".")
    stem, number = (stem, 1) if dot else (path, 1)
    while (free := f"{stem} (earlier {number}){dot}{suffix if dot else ''}").casefold() in names:
        number += 1
    return free


def read_notes(assignment):
    """Give under which names submissions came: ``{student: {kind: note}}``; empty where none was collected."""
    return read_json(assignment.collected)


def _sweep(folder):
    """Take away what a run that was killed left half made."""
    for entry in os.listdir(folder):
        if entry.startswith(_MAKING):
            shutil.rmtree(folder / entry, ignore_errors=True)
