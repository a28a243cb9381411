"""``bncourse collect NN ARCHIVE``: submissions out of Canvas, out of Moodle, or out of a folder for each student.

What is taken is put into ``submitted/`` as raw folders, and staged. What cannot be given to one person is
listed and left: the archive is only read. ``collected/NN-topic.json`` notes under which name each student's file came,
from each system, so that feedback can go back under it.
"""

import contextlib
import json
import os
import re
import shutil
import tempfile
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC
from pathlib import Path

from bncourse.grading import lms
from bncourse.grading.archives import TooMuch, opened, within
from bncourse.grading.arrivals import TIMESTAMP, is_safe, shown
from bncourse.grading.intake import RELEASED, SUBMITTED, may_be_graded, put_in_place
from bncourse.trouble import Trouble

COLLECTED = "collected"
OLD = (
    "This came before, and something else has taken its place since, which stays. If this one is to count: delete "
    "submitted/{student}/{name}, and collect again."
)
APART = (
    "Moodle's grading worksheet tells them apart: add --times worksheet.csv. Or unpack the archive, give their "
    "folders their ids as names, and collect that folder."
)
_MAKING = ".making-"


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
    twice: dict = field(default_factory=dict)

    @property
    def students(self):
        return sorted([*self.first, *self.again, *self.same])


def collect(course, name, archive, kind=None, people=None, times=None, tell=None, numbers=None):
    """Take the submissions of an assignment out of an archive.

    Parameters
    ----------
    course, archive : path
        The archive is a zip or a folder.
    name : str
        The assignment.
    kind : str, optional
        "canvas", "moodle" or "folder"; found out by itself where the names are plain.
    people : ClassList
    times : callable, optional
        Gives the time of a submission, ``times(handed, person, entry)``: a datetime with a zone, or None.
    tell : callable, optional
        ``tell(done, total)`` after each student.
    numbers : dict of str to Person, optional
        Who is meant by Moodle's numbers of this assignment.

    Returns
    -------
    Collected

    Raises
    ------
    Trouble
        If the archive cannot be read, or it is not plain what it is.
    """
    course = Path(course)
    with opened(archive) as (entries, left):
        handed, done = _read_names(entries, kind, name)
        _refuse_another([each.file for each, _ in handed], course, name)
        done.left = [*left, *done.left]
        groups = {}
        for each, entry in handed:
            groups.setdefault(each.owner, []).append((each, entry))
        owners = _owners(groups, people, numbers or {}, done)
        made = {student: _made(groups[owner][0][0]) for student, owner in owners.items()}
        there = {student for student in made.values() if os.path.lexists(course / SUBMITTED / student / name)}
        done.twice = {made[student]: student for student in owners if made[student] in there - {student}}
        (course / COLLECTED).mkdir(exist_ok=True)
        _sweep(course)
        notes = read_notes(course, name)
        for number, (student, owner) in enumerate(sorted(owners.items()), start=1):
            files = sorted(_unpacked(groups[owner], name, done), key=lambda pair: pair[0].order)
            _take(course, name, student, files, done, people, times, notes)
            if tell:
                tell(number, len(owners))
    return done


def _read_names(entries, kind, name):
    """Read the names of all files, in the one way that fits them."""
    around = lms.unwrapped([entry.path for entry in entries])
    entries = [replace(entry, path=entry.path[len(around) :]) for entry in entries]
    files = [entry for entry in entries if not lms.typed_in(entry.path)]
    done = Collected(kind or _kind([entry.path for entry in files]))
    handed = []
    for entry in entries:
        each = lms.read_name(entry.path, done.kind, name)
        if lms.typed_in(entry.path):
            done.left.append((shown(entry.path), "It was typed in there, and is no file that was handed in."))
        elif each is None:
            done.left.append((shown(entry.path), f"Its name is not as {done.kind} names what was handed in."))
        elif done.kind != lms.FOLDER and each.file.casefold() == TIMESTAMP:
            done.left.append((shown(entry.path), "The time of submission is not for the student to write."))
        else:
            handed.append((each, entry))
    return handed, done


def _refuse_another(files, course, name):
    """Stop where most of the notebooks are another one of the course, by their names; one student may err."""
    called = [file.rpartition("/")[2] for file in files if file.casefold().endswith((".ipynb", ".zip"))]
    meant = {
        folder.name: sum(file.startswith(folder.name) for file in called) for folder in (course / RELEASED).glob("*-*")
    }
    other = max(meant, key=meant.get, default=name)
    if not meant.get(name) and 2 * meant.get(other, 0) > len(called):
        raise Trouble(
            f"{meant[other]} of {len(called)} notebooks are called {other}, and none {name}; nothing was changed. If "
            f"they are what their names say: bncourse collect {other.partition('-')[0]} ARCHIVE"
        )


def _kind(paths):
    if not paths:
        raise Trouble("the archive holds no file that was handed in; nothing was changed.")
    found = lms.recognized(paths)
    sure = [kind for kind, count in found.items() if count == len(paths)]
    if len(sure) == 1:
        return sure[0]
    counts = ", ".join(f"{count} as in {kind}" for kind, count in found.items())
    raise Trouble(
        f"the names of the {len(paths)} files do not say where they come from ({counts}); say it: --from canvas, "
        "--from moodle, or --from folder (a folder for each student). Nothing was changed."
    )


def _owners(groups, people, numbers, done):
    """Say which student each group of files belongs to, as ``{student: owner}``."""
    claimed = {}
    for owner, files in groups.items():
        first = files[0][0]
        student = _student(first, people, numbers)
        if student is None:
            why = "Nobody on the class list is plainly meant. Add them (bncourse students), and collect again."
            if len(namesakes := people.called(first.name)) > 1:
                why = f"Several on the class list are called so: {', '.join(namesakes)}. {APART}"
            done.left.append((_called(first, files), why))
        elif not may_be_graded(student):
            done.left.append((shown(owner), "It cannot be the name of a folder; a class list gives them an id."))
        else:
            claimed.setdefault(student, []).append(owner)
    owners = {}
    for student, of in claimed.items():
        if len(of) == 1:
            owners[student] = of[0]
        else:
            why = f"{len(of)} of them could be {student}. {APART}"
            done.left += [(_called(groups[owner][0][0], groups[owner]), why) for owner in of]
    return owners


def _called(handed, files):
    """Say whose files these are, as far as the archive knows it."""
    who = handed.owner if handed.kind != lms.CANVAS else f"{handed.name} {handed.number}".strip()
    return f"{shown(who)} ({len(files)} file{'s' * (len(files) != 1)})"


def _made(handed):
    """Make an id of what the archive says."""
    return {
        lms.CANVAS: "-".join(part for part in (handed.name, handed.number) if part),
        lms.MOODLE: _as_id(handed.name if handed.name.casefold() != "participant" else handed.owner),
        lms.FOLDER: handed.owner,
    }[handed.kind]


def _student(handed, people, numbers):
    """Give the id of the student; without a class list, one that is made of what the archive says."""
    made = _made(handed)
    if handed.kind == lms.CANVAS:
        person = people.find(lms_user_id=handed.number, name=handed.name)
    elif handed.kind == lms.MOODLE:
        meant = numbers.get(handed.number)
        person = people.find(id=meant.id, email=meant.email) if meant else None
        person = person or people.find(name=handed.name)
    else:
        person = people.find(handed.owner, handed.owner, handed.owner, handed.owner)
    if person is None:
        person = people.find(id=made)
    if person is None and not people.says_who:
        return made
    return person.id if person else None


def _as_id(name):
    return "-".join(re.findall(r"\w+", unicodedata.normalize("NFC", name).casefold()))


def _unpacked(files, name, done):
    """Put what lies in a student's own zip in its place, before what was handed in beside it."""
    found = []
    for each, entry in files:
        inner, left = [], []
        if each.file.casefold().endswith(".zip"):
            with contextlib.suppress(TooMuch, OSError):  # it is handed in as it is then, and has no notebook
                inner, left = within(entry)
        inner = [(replace(each, file=one.path.removeprefix(f"{name}/")), one) for one in inner]
        found[:0] = inner = [pair for pair in inner if pair[0].file.casefold() != TIMESTAMP]
        done.left += [(shown(f"{entry.path}: {path}"), why) for path, why in left]
        if not inner:
            found.append((each, entry))
    return found


def _take(course, name, student, files, done, people, times, notes):
    """Put one student's files in their place."""
    last = files[-1][0]
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=course / COLLECTED))
    try:
        written = _write(making, name, files, done)
        if not written:
            return
        time = times(last, people.people.get(student), files[-1][1]) if times else None
        if time:
            stamp = time.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
            (making / TIMESTAMP).write_text(f"{stamp} UTC\n", encoding="ascii")
        if (making / TIMESTAMP).exists():
            done.timed.add(student)
        making.chmod(0o755)
        note = {"prefix": last.prefix, "number": last.number, "late": last.late}
        notes[student] = notes.get(student, {}) | {last.kind: note}
        _keep_notes(course, name, notes)  # before the files: what is in its place is never without its note
        became = put_in_place(course, name, student, making)
    except OSError as error:
        done.left.append((student, f"It could not be put into submitted/ ({error.strerror or error})."))
        return
    finally:
        shutil.rmtree(making, ignore_errors=True)
    if became == "old":
        done.left.append((shown(files[-1][1].path), OLD.format(student=student, name=name)))
        return
    getattr(done, became).append(student)
    if last.late:
        done.late.append(student)


def _write(making, name, files, done):
    """Write the files of one student under safe names; of two with one name the later keeps it."""
    names = {}
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
    """Give the notebook its own name: Canvas and browsers count what comes again, ``-1`` and ``(1)``."""
    return re.sub(rf"^{re.escape(name)}(-\d{{1,3}}| ?\(\d{{1,3}}\))\.ipynb$", f"{name}.ipynb", file)


def _safe(path, number):
    """Give a path that may be written on every system; a name that may not is replaced by a number."""
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


def read_notes(course, name):
    """Give under which names submissions came: ``{student: {kind: note}}``; empty where none was collected."""
    with contextlib.suppress(OSError, ValueError):
        content = json.loads((Path(course) / COLLECTED / f"{name}.json").read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    return {}


def _keep_notes(course, name, notes):
    path = Path(course) / COLLECTED / f"{name}.json"
    written = path.with_suffix(".new")
    written.write_text(json.dumps(notes, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(written, path)


def _sweep(course):
    """Take away what a run that was killed left half made."""
    for entry in os.listdir(course / COLLECTED):
        if entry.startswith(_MAKING):
            shutil.rmtree(course / COLLECTED / entry, ignore_errors=True)
