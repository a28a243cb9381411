"""Where submissions go: ``received/`` keeps what came, ``submitted/`` holds what was staged, ``staged/`` says why.

A folder in ``submitted/`` counts as staged if its files are those that its report names; anything else there is
raw. A raw folder moves to ``received/STUDENT/NAME`` (a later and different one to ``NAME@2``, and so on), where
nothing touches it again, and its staged version takes its place. Each step is one rename, so that a run that was
killed leaves a state which the next run finishes.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from bncourse import __version__
from bncourse.grading.submission.folder import shown, stage_folder
from bncourse.grading.submission.merge import TAKEN, grade_id
from bncourse.grading.submission.plain_files import hashes
from bncourse.grading.submission.staging_report import STAGED, StagingReport, staging_report
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.trouble import Trouble

SUBMITTED, RECEIVED, RELEASED = "submitted", "received", "notebooks"
_MAKING, _OLD = ".making-", ".old-"
WAY = 4  # how submissions are staged; what was staged in an earlier way is staged again, from what was received


@dataclass(frozen=True)
class Outcome:
    """What became of one submission.

    Parameters
    ----------
    student : str
    decisions : tuple of Decision
    is_new : bool
        Whether it was staged now, or was so before.
    trouble : str
        Why it could not be staged and stays as it is, or "".
    """

    student: str
    decisions: tuple = ()
    is_new: bool = False
    trouble: str = ""

    @property
    def notable(self):
        """What is more than taking an answer."""
        return tuple(decision for decision in self.decisions if decision.kind != TAKEN)


def stage_assignment(course, name, students=None):
    """Stage the submissions of an assignment that are raw, or that were staged with another release.

    Parameters
    ----------
    course : path
    name : str
        Such as "04-normalize-scale-shift".
    students : collection of str, optional
        All who handed something in, where it is not given.

    Returns
    -------
    list of Outcome
        By student.

    Raises
    ------
    Trouble
        If there is no release to stage with.
    """
    course = Path(course)
    release, made = released(course, name)
    (course / STAGED).mkdir(exist_ok=True)
    with _alone(course):
        _sweep(course)
        there = handed_in(course, name)
        wanted = sorted(there) if students is None else sorted(students)
        return [_stage(course, name, student, release, made, student in there) for student in wanted]


def released(course, name):
    """Give the release of a notebook and a hash of it.

    Raises
    ------
    Trouble
        If there is none, or somebody has worked in it: its answers would count as those of the whole class.
    """
    from nbgrader.utils import compute_checksum

    path = Path(course) / RELEASED / name / f"{name}.ipynb"
    again = f"bncourse release {name.partition('-')[0]}"
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
        cells = [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]
    except (OSError, ValueError, AttributeError) as error:
        raise Trouble(f"{path} cannot be read as a release ({error}); write it again: {again}") from error
    for cell in notebook.cells:
        checksum = cell.metadata.get("nbgrader", {}).get("checksum")
        if checksum is not None and checksum != compute_checksum(cell):
            raise Trouble(
                f"somebody has worked in {path}: its cell {grade_id(cell)} is not as it was released, and would count "
                f"for the whole class. Keep a copy if you need it, then write the release again: {again}"
            )
    content = json.dumps([cells, notebook.metadata], sort_keys=True).encode("utf-8", "surrogatepass")
    return notebook, hashlib.sha256(content).hexdigest()


def is_staged(course, name, student):
    """Say whether the files in ``submitted/`` are those that staging wrote."""
    known = staging_report(course, name, student).files
    return bool(known) and hashes(Path(course) / SUBMITTED / student / name) == known


def may_be_graded(student):
    """Say whether a student may have this name: it becomes a folder, a pattern, an option and a part of a page."""
    return (
        student.isprintable() and len(student) <= 100 and re.match(r"[^-.~<>\"][^*?\[\]/\\<>\"]*$", student) is not None
    )


def handed_in(course, name):
    """Give the names of all who handed something in, also something that is no folder."""
    course, found = Path(course), set()
    for top in (SUBMITTED, RECEIVED):
        with contextlib.suppress(FileNotFoundError):
            students = os.listdir(course / top)
            found.update(student for student in students if os.path.lexists(course / top / student / name))
    return found


def _stage(course, name, student, release, made, is_there):
    if not may_be_graded(student):
        why = "the name of the folder is not safe; give it one of at most 100 letters, digits, and . _ - between them."
        return Outcome(shown(student), trouble=why)
    if not is_there:
        return Outcome(student, trouble="nothing was handed in under this name.")
    try:
        for top in (SUBMITTED, RECEIVED, STAGED):
            if (course / top / student).is_symlink():
                return Outcome(student, trouble=f"{top}/{student} is a link; put the folder itself there.")
        before = staging_report(course, name, student)
        place = course / SUBMITTED / student / name
        staged = is_staged(course, name, student)
        if staged and before.release == made and before.way == WAY:
            return Outcome(student, before.decisions)
        if os.path.lexists(place) and not (staged and _arrivals(course, name, student)):
            _receive(course, name, student)
        return Outcome(student, _write(course, name, student, release, made), is_new=True)
    except OSError as error:
        return Outcome(student, trouble=f"{error.strerror or error} ({error.filename}); it stays as it is.")


def _arrivals(course, name, student):
    """Give what was received of an assignment, in the order in which it came."""
    folder = course / RECEIVED / student
    numbered = {}
    with contextlib.suppress(FileNotFoundError):
        for entry in os.listdir(folder):
            head, _, number = entry.partition("@")
            if head == name and (number.isdecimal() or entry == name):
                numbered[int(number or 1)] = folder / entry
    return [numbered[number] for number in sorted(numbered)]


def _receive(course, name, student):
    """Move a raw folder to ``received/``; one that is there already, byte for byte, goes away."""
    place = course / SUBMITTED / student / name
    about = os.lstat(place)
    if stat.S_ISDIR(about.st_mode):
        os.chmod(place, stat.S_IMODE(about.st_mode) | 0o700)  # a folder that may not be written to cannot be moved
    earlier = _arrivals(course, name, student)
    known = hashes(place)
    if earlier and known is not None and hashes(earlier[-1]) == known:
        _discard(course, place)
        return
    last = int(earlier[-1].name.partition("@")[2] or 1) if earlier else 0
    target = course / RECEIVED / student / (f"{name}@{last + 1}" if last else name)
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(place, target)


def put_in_place(course, name, student, folder):
    """Put a raw folder into ``submitted/``, where it waits for staging; what came before is kept.

    Gives "first"; "again" if something else came before; "same" as came last, which is put there only if it has
    another time of submission; or "old" if it came earlier and something else has taken its place, which stays.
    Raises OSError if it cannot be put there.
    """
    (course / STAGED).mkdir(exist_ok=True)
    with _alone(course):
        for top in (SUBMITTED, RECEIVED):
            if (course / top / student).is_symlink():
                raise OSError(40, f"{top}/{student} is a link")
        place = course / SUBMITTED / student / name
        if os.path.lexists(place) and not (is_staged(course, name, student) and _arrivals(course, name, student)):
            _receive(course, name, student)
        there, came = os.path.lexists(place), hashes(folder)
        versions = [hashes(earlier) for earlier in _arrivals(course, name, student)]
        became = "again" if versions else "first"
        if came is not None and None not in versions[-1:]:
            alike = [_but_for_the_time(version) == _but_for_the_time(came) for version in versions]
            became = "same" if alike[-1:] == [True] else "old" if there and any(alike) else became
            time = versions[-1].get(TIMESTAMP) if versions else None
            if became == "old" or (became == "same" and came.get(TIMESTAMP, time) == time):
                return became
        if there:
            _discard(course, place)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder, place)
        return became


def _write(course, name, student, release, made):
    """Write the staged version of what came last, and its report; gives the decisions."""
    received = _arrivals(course, name, student)[-1]
    arrival = stage_folder(received, release)
    files = {f"{name}.ipynb": (nbformat.writes(arrival.staged.notebook) + "\n").encode("utf-8"), **arrival.files}
    if arrival.timestamp:
        files[TIMESTAMP] = arrival.timestamp.encode("ascii")
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=course / STAGED))
    for path, content in files.items():
        (making / path).parent.mkdir(parents=True, exist_ok=True)
        (making / path).write_bytes(content)
    making.chmod(0o755)
    place = course / SUBMITTED / student / name
    if os.path.lexists(place):
        _discard(course, place)  # an older staging, which can be made again from what was received
    summed = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    before = staging_report(course, name, student)
    same = before.staged_at if _but_for_the_time(before.files) == _but_for_the_time(summed) else ""
    about = StagingReport(
        student=student,
        assignment=name,
        staged_at=same or datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        release=made,
        way=WAY,
        received=received.relative_to(course).as_posix(),
        raw=arrival.raw,
        files=summed,
        readable=arrival.staged.readable,
        decisions=tuple(arrival.decisions),
    )
    about.write(course)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.rename(making, place)
    return arrival.decisions


def _but_for_the_time(summed):
    """Give the hashes of all files but the time of submission."""
    return {path: each for path, each in (summed or {}).items() if path != TIMESTAMP}


def _discard(course, place):
    """Take a folder away at once, and then its files."""
    old = tempfile.mkdtemp(prefix=_OLD, dir=course / STAGED)
    os.rename(place, os.path.join(old, "files"))
    shutil.rmtree(old, ignore_errors=True)


def _sweep(course):
    """Take away what a run that was killed left half made."""
    for entry in os.listdir(course / STAGED):
        if entry.startswith((_MAKING, _OLD)):
            shutil.rmtree(course / STAGED / entry, ignore_errors=True)


@contextlib.contextmanager
def _alone(course):
    """Wait until no other run stages in this course; the system takes the lock back from a run that was killed."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with open(course / STAGED / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
