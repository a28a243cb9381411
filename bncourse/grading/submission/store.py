"""Where submissions go: ``received/`` keeps what came, ``submitted/`` holds what was staged, ``staged/`` says why.

A folder in ``submitted/`` counts as staged if its files are those that its report names; anything else there is
raw. A raw folder moves to ``received/STUDENT/NAME`` (a later and different one to ``NAME@2``, and so on), where
nothing touches it again, and its staged version takes its place. Each step is one rename, so that a run that was
killed leaves a state which the next run finishes.
"""

import hashlib
import json
import os
import shutil
import stat
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import nbformat
from filelock import FileLock

from bncourse import __version__
from bncourse.grading.display import bounds
from bncourse.grading.nbgrader.checksum import compute_checksum
from bncourse.grading.submission.decisions import Decision
from bncourse.grading.submission.folder import stage_folder
from bncourse.grading.submission.merge import TAKEN, grade_id
from bncourse.grading.submission.names import may_be_graded, shown
from bncourse.grading.submission.plain_files import hashes
from bncourse.grading.submission.staging_report import REPORTS, StagingReport
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.trouble import Trouble

_MAKING, _OLD = ".making-", ".old-"
SECONDS, MEMORY = 20.0, 2_000_000_000  # of the processor and bytes, for the reading of one submission
MOST_STAGED = 100_000_000  # bytes of a staged notebook; that is hashed again at every run
WAY = 4  # how submissions are staged; what was staged in an earlier way is staged again, from what was received


# What strangers wrote is read in a process of its own, which may be lost.
_apart = bounds.Bounded(MEMORY, preload=("bncourse.grading.submission.store",))


class Unstageable(Exception):
    """A submission that cannot be read within the bounds; the text says why."""


@dataclass(frozen=True)
class Staging:
    """What became of one submission when it was staged.

    Parameters
    ----------
    student : str
    report : StagingReport
    is_new : bool
        Whether it was staged now, or was so before.
    trouble : str
        Why it could not be staged and stays as it is, or "".
    """

    student: str
    report: StagingReport = field(default_factory=StagingReport)
    is_new: bool = False
    trouble: str = ""

    @property
    def decisions(self):
        return self.report.decisions

    @property
    def notable(self):
        """What is more than taking an answer."""
        return tuple(decision for decision in self.decisions if decision.kind != TAKEN)


def stage_assignment(assignment, students=None):
    """Stage the submissions of an assignment that are raw, or that were staged with another release.

    Parameters
    ----------
    assignment : Assignment
    students : collection of str, optional
        All who handed something in, where it is not given.

    Returns
    -------
    list of Staging, by student

    Raises
    ------
    Trouble
        If there is no release to stage with.
    """
    release, release_hash = read_release(assignment)
    (assignment.course / REPORTS).mkdir(exist_ok=True)
    with _alone(assignment.course):
        _sweep(assignment.course)
        there = assignment.handed_in()
        wanted = sorted(there) if students is None else sorted(students)
        text = nbformat.writes(release)
        return [_stage(assignment.submission(student), text, release_hash, student in there) for student in wanted]


def read_release(assignment):
    """Return the release of an assignment and a hash of it.

    Raises
    ------
    Trouble
        If there is none, or somebody has worked in it: its answers would count as those of the whole class.
    """
    path, again = assignment.released, f"bncourse release {assignment.number}"
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


def _stage(submission, release, release_hash, is_there):
    student, course = submission.student, submission.assignment.course
    if not may_be_graded(student):
        why = "the name of the folder is not safe; give it one of at most 100 letters, digits, and . _ - between them."
        return Staging(shown(student), trouble=why)
    if not is_there:
        return Staging(student, trouble="nothing was handed in under this name.")
    try:
        if link := submission.linked():
            return Staging(student, trouble=f"{link} is a link; put the folder itself there.")
        before = submission.staging_report()
        staged = submission.is_staged(before)
        if staged and before.release == release_hash and before.way == WAY:
            return Staging(student, before)
        if os.path.lexists(submission.submitted) and not (staged and submission.arrivals()):
            _receive(submission)
        return Staging(student, _write(submission, release, release_hash, before), is_new=True)
    except OSError as error:
        return Staging(student, trouble=f"{error.strerror or error} ({error.filename}); it stays as it is.")
    except Unstageable as error:
        return Staging(student, trouble=f"{error}. It is in {submission.arrivals()[-1].relative_to(course)}.")


def _receive(submission):
    """Move a raw folder to ``received/``; one that is there already, byte for byte, goes away."""
    place = submission.submitted
    about = os.lstat(place)
    if stat.S_ISDIR(about.st_mode):
        os.chmod(place, stat.S_IMODE(about.st_mode) | 0o700)  # a folder that may not be written to cannot be moved
    earlier, known = submission.arrivals(), hashes(place)
    if earlier and known is not None and hashes(earlier[-1]) == known:
        _discard(submission)
        return
    target = submission.next_arrival()
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(place, target)


def put_in_place(submission, folder):
    """Put a raw folder into ``submitted/``, where it waits for staging; what came before is kept.

    Gives "first"; "again" if something else came before; "same" as came last, which is put there only if it has
    another time of submission; or "old" if it came earlier and something else has taken its place, which stays.
    """
    course = submission.assignment.course
    (course / REPORTS).mkdir(exist_ok=True)
    with _alone(course):
        if link := submission.linked():
            raise OSError(40, f"{link} is a link")
        place = submission.submitted
        if os.path.lexists(place) and not (submission.is_staged() and submission.arrivals()):
            _receive(submission)
        there, came = os.path.lexists(place), hashes(folder)
        versions = [hashes(earlier) for earlier in submission.arrivals()]
        became = "again" if versions else "first"
        if came is not None and None not in versions[-1:]:
            alike = [_but_for_the_time(version) == _but_for_the_time(came) for version in versions]
            became = "same" if alike[-1:] == [True] else "old" if there and any(alike) else became
            time = versions[-1].get(TIMESTAMP) if versions else None
            if became == "old" or (became == "same" and came.get(TIMESTAMP, time) == time):
                return became
        if there:
            _discard(submission)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.rename(folder, place)
        return became


def _write(submission, release, release_hash, before):
    """Write the staged version of what came last, and its report; gives the report."""
    course, name = submission.assignment.course, submission.assignment.name
    received = submission.arrivals()[-1]
    making = Path(tempfile.mkdtemp(prefix=_MAKING, dir=course / REPORTS))
    try:
        work = "bncourse.grading.submission.store:stage_apart"
        told = _apart.call(work, str(received), release, str(making), MOST_STAGED, seconds=SECONDS)
    except (bounds.Exceeded, bounds.Failed) as error:
        shutil.rmtree(making, ignore_errors=True)
        raise Unstageable(f"reading it took too much: {error}") from error
    making.chmod(0o755)
    if os.path.lexists(submission.submitted):
        _discard(submission)  # an older staging, which can be made again from what was received
    same = before.staged_at if _but_for_the_time(before.files) == _but_for_the_time(told["files"]) else ""
    report = StagingReport(
        student=submission.student,
        assignment=name,
        staged_at=same or datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        release=release_hash,
        way=WAY,
        received=received.relative_to(course).as_posix(),
        raw=told["raw"],
        files=told["files"],
        readable=told["readable"],
        decisions=tuple(Decision(*each) for each in told["decisions"]),
    )
    submission.write_staging_report(report)
    submission.submitted.parent.mkdir(parents=True, exist_ok=True)
    os.rename(making, submission.submitted)
    return report


def stage_apart(received, release, making, most):
    """Read one submission and write its staged version into a folder; called in a process that may be lost.

    Parameters
    ----------
    received, making : str
        Folders.
    release : str
        The release as JSON.
    most : int
        The most bytes that the staged notebook may have.

    Returns
    -------
    dict
        What the report needs, as JSON can hold it.
    """
    arrival = stage_folder(received, _release(release))
    notebook = (nbformat.writes(arrival.staged.notebook) + "\n").encode("utf-8")
    if len(notebook) > most:
        raise ValueError(f"with its answers it would have {len(notebook) / 1e6:.0f} MB")
    files = {f"{Path(received).name.partition('@')[0]}.ipynb": notebook, **arrival.files}
    if arrival.timestamp:
        files[TIMESTAMP] = arrival.timestamp.encode("ascii")
    for path, content in files.items():
        place = Path(making, path)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return {
        "files": {path: hashlib.sha256(content).hexdigest() for path, content in files.items()},
        "raw": arrival.raw,
        "readable": arrival.staged.readable,
        "decisions": [[each.kind, each.what, each.why] for each in arrival.decisions],
    }


@lru_cache(2)
def _release(text):
    return nbformat.reads(text, as_version=nbformat.NO_CONVERT)


def end_reading():
    """End the process that reads submissions; where another one is read, it starts again."""
    _apart.close()


def _but_for_the_time(summed):
    """Return the hashes of all files but the time of submission."""
    return {path: each for path, each in (summed or {}).items() if path != TIMESTAMP}


def _discard(submission):
    """Take the folder in ``submitted/`` away at once, and then its files."""
    old = tempfile.mkdtemp(prefix=_OLD, dir=submission.assignment.course / REPORTS)
    os.rename(submission.submitted, os.path.join(old, "files"))
    shutil.rmtree(old, ignore_errors=True)


def _sweep(course):
    """Take away what a run that was killed left half made."""
    for entry in os.listdir(course / REPORTS):
        if entry.startswith((_MAKING, _OLD)):
            shutil.rmtree(course / REPORTS / entry, ignore_errors=True)


def _alone(course):
    return FileLock(course / REPORTS / ".lock")  # the system takes it back from a run that was killed
