"""The hooks by which nbgrader takes submissions in: each of them stages what comes.

nbgrader is configured with these classes, and nothing of it is replaced. `Collect` stages what was collected, and
`ReleaseAssignment` opens the exchange so that nobody can take away what belongs to another.
`StagedNotebooks` is what ``nbgrader autograde`` and the button of Formgrader read notebooks with: nbgrader makes it
when it knows which submissions it will grade and has read nothing of them.
"""

import contextlib
import fnmatch
import hashlib
import os
import shutil
import stat
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange.default import ExchangeCollect, ExchangeReleaseAssignment
from sqlalchemy.exc import SQLAlchemyError

from bncourse.grading.assignment import SUBMITTED, Assignment
from bncourse.grading.gradebook.create import prepare
from bncourse.grading.gradebook.enrolment import one_spelling, removed
from bncourse.grading.lms.unknown_times import forget_time, has_lost_its_time, of_no_time
from bncourse.grading.nbgrader.configuration import refuse_unknown
from bncourse.grading.submission.names import may_be_graded
from bncourse.grading.submission.plain_files import copy_files, read_file
from bncourse.grading.submission.store import stage_assignment
from bncourse.grading.submission.timestamp import TIMESTAMP, read_time
from bncourse.trouble import Trouble

_SAME_TIME = timedelta(minutes=10)  # handing in writes the time and then its files
_NO_TIME = datetime.min
MOST_LOOKED_AT = 20_000  # files and folders of a submission; far more than staging takes
_OTHER_NAMES = (
    "If accounts have other names than students on your hub, c.Collect.check_owner = False takes it, and then "
    "anybody can hand in under any name: docs/hub.md"
)


class NotStaged(NbGraderException):
    """A submission that may not be read as it is; the text names the command that helps."""


class StagedNotebooks(NotebookExporter):
    """Reads notebooks for nbgrader, and of ``submitted/`` only what was staged.

    When it is made, it stages what is raw among the submissions that its parent, nbgrader's ``Autograde``, is about
    to grade, and takes out of its list what cannot be staged.
    """

    def __init__(self, **arguments):
        super().__init__(**arguments)
        places = getattr(self.parent, "coursedir", None)
        if places is not None and hasattr(self.parent, "assignments"):
            _stage_before_grading(self.parent, places)

    def from_filename(self, filename, resources=None, **more):
        places = getattr(self.parent, "coursedir", None)
        if places is not None:
            _refuse_what_is_raw(Path(filename), Path(places.root))
        return super().from_filename(filename, resources=resources, **more)


class ReleaseAssignment(ExchangeReleaseAssignment):
    """nbgrader's own release, through an exchange in which everybody may remove their own files alone.

    nbgrader opens the exchange to all (777), and with that anybody may rename or remove what anybody put there. The
    sticky bit (1777), as ``/tmp`` has it, leaves this to the owner of a file.
    """

    def ensure_root(self):
        if not os.path.exists(self.root):
            with contextlib.suppress(OSError):  # nbgrader tries the same, and says why it cannot
                os.makedirs(self.root)
        _open_to_all(self.root, self.log)
        super().ensure_root()

    def init_dest(self):
        super().init_dest()
        _keep_for_owners(self.inbound_path, self.log)


class Collect(ExchangeCollect):
    """nbgrader's own collecting; what it has collected is staged at once, so that it can be graded.

    Anybody may put a name into the inbound folder of the exchange. One that nbgrader cannot read, that would lead out
    of ``submitted/``, or that names a student to whom the folder does not belong, is left there and told; the others
    are collected.
    """

    def _path_to_record(self, path):
        filename = os.path.basename(path)
        student, *more = filename.rsplit("+", 3)
        time = read_time(os.fsencode(more[1])) if len(more) > 1 else None
        record = {"username": student, "filename": filename, "timestamp": (time or _NO_TIME).replace(tzinfo=None)}
        if time is None:
            student = ""
        if not (may_be_graded(student) and os.path.isdir(path) and not os.path.islink(path)):
            self.log.warning("Left in the exchange, for it is no submission: %s", ascii(path))
            return record | {"username": ""}
        owner = _owner(path) if self.check_owner else ""
        # nbgrader collects this too, after a warning: one student would replace what another handed in
        if owner and owner.casefold() != student.casefold():
            why = "Left in the exchange: it says that it is from %s, and belongs to %s: %s. (%s)"
            self.log.warning(why, student, owner, ascii(path), _OTHER_NAMES)
            return record | {"username": ""}
        return record

    def init_src(self):
        self.coursedir.get_existing_timestamp = _time_in  # nbgrader's own believes whatever stands there
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]
        for record in self.src_records:
            if later := _written_later(os.path.join(self.inbound_path, record["filename"])):
                self.log.warning("%s: %s", record["username"], later)

    def do_copy(self, src, dest, log=None):
        """Copy plain files alone, and put the folder in its place in one step.

        A folder in the exchange is someone else's: a link in it may lead anywhere, and a pipe has no end.
        """
        making = f"{dest}.collecting"
        if os.path.lexists(making):
            self.log.warning("%s is left of a run that was stopped; it is collected again", making)
            shutil.rmtree(making)
        try:
            for path, why in copy_files(src, making, 1000 * self.coursedir.max_dir_size):
                self.log.warning("Not collected from %s: %s: %s", src, ascii(path), why)
            os.rename(making, dest)
        except OSError as error:
            self.log.error("Not collected: %s (%s)", src, error.strerror)

    def copy_files(self):
        super().copy_files()
        assignment = Assignment(self.coursedir.root, self.coursedir.assignment_id)
        students = {record["username"] for record in self.src_records}
        try:
            outcomes = stage_assignment(assignment, students)
        except Trouble as trouble:
            self.log.warning("Collected, but not staged: %s", trouble)
            return
        _tell(self.log, assignment, outcomes)


def _owner(path):
    """Return the student's account to which a folder belongs; "" for who collects, for root, and without accounts.

    No student can make a folder that belongs to one of those two: they may hand in for others.
    """
    try:
        import pwd
    except ImportError:
        return ""
    number = os.stat(path).st_uid
    if number in (0, os.geteuid()):
        return ""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"number {number}, which has no name here"


def _written_later(folder):
    """Say so where a submission names a time that is long before its files were last changed; "" otherwise.

    The time stands in a file of the student, who can change that, and the notebook beside it. The times that the
    system keeps with files can only be made later.
    """
    try:
        said = read_time(read_file(folder, TIMESTAMP, 100))
        changed = datetime.fromtimestamp(max(islice(_changes(folder), MOST_LOOKED_AT)), UTC)
    except (OSError, ValueError, OverflowError, TypeError):
        return ""
    if said is None or changed - said < _SAME_TIME:
        return ""
    times = f"{said:%Y-%m-%d %H:%M} UTC, and was last changed at {changed:%Y-%m-%d %H:%M} UTC"
    return f"the submission says that it was handed in at {times}: by its owner, or by who copied the exchange"


def _time_in(folder):
    """Return the time that a submission names, as nbgrader has it: in UTC, without a zone; None without one."""
    try:
        time = read_time(read_file(folder, TIMESTAMP, 100))
    except OSError:
        return None
    return time and time.replace(tzinfo=None)


def _changes(folder):
    """Yield when each file in a folder and in those below it was last changed, as the system keeps it."""
    for place, folders, files in os.walk(folder):
        for name in (*files, *folders):
            with contextlib.suppress(OSError):
                yield os.lstat(os.path.join(place, name)).st_ctime


def _open_to_all(folder, log):
    """Let everybody write into a folder, and remove there what is their own."""
    try:
        if stat.S_IMODE(os.stat(folder).st_mode) & 0o777 != 0o777:
            os.chmod(folder, 0o1777)
    except OSError:
        return  # nbgrader says it
    _keep_for_owners(folder, log)


def _keep_for_owners(folder, log):
    """Set the sticky bit of a folder into which others may write."""
    mode = stat.S_IMODE(os.stat(folder).st_mode)
    if not mode & 0o022 or mode & stat.S_ISVTX:
        return
    try:
        os.chmod(folder, mode | stat.S_ISVTX)
    except PermissionError:
        log.warning("Whoever may write to %s may remove what others put there; its owner can type: chmod +t", folder)


def _stage_before_grading(converter, places):
    """Stage the submissions of this run, and renew the converter's list of what it will grade."""
    assignment = Assignment(places.root, places.assignment_id)
    name, see = assignment.name, f"see `bncourse stage {assignment.number}`"
    students = set(fnmatch.filter(assignment.handed_in(), places.student_id))
    students -= set(places.student_id_exclude.split(","))
    try:
        refuse_unknown(converter.config)
        outcomes = stage_assignment(assignment, students)
    except Trouble as trouble:
        raise _logged(converter.log, f"No submission of {name} can be graded: {trouble}") from trouble
    _tell(converter.log, assignment, outcomes)
    outcomes = _of_the_class(converter.log, places, assignment, outcomes)
    before = converter.assignments
    converter.assignments = {}
    for outcome in outcomes:
        folder = places.format_path(SUBMITTED, outcome.student, name)
        notebook = os.path.join(folder, f"{name}.ipynb")
        if not outcome.trouble and assignment.submission(outcome.student).is_staged():
            converter.assignments[folder] = [notebook]
    for folder in set(before) - set(converter.assignments):
        converter.log.error("Not graded, because it is not staged: %s; %s", folder, see)
    if not converter.assignments:
        why = f"No submission of {name} is staged, and none is graded; {see}."
        raise _logged(converter.log, why)


def _of_the_class(log, places, assignment, outcomes):
    """Give the outcomes of those who are in the class, each under one login; a time that no longer counts goes away."""
    students = [outcome.student for outcome in outcomes]
    with contextlib.suppress(SQLAlchemyError):  # nbgrader finds the same, and tells it
        prepare(places.db_url)
    with Gradebook(places.db_url, places.course_id) as gradebook:
        troubles = one_spelling(gradebook, students)
        gone = removed(assignment, students, [student.id for student in gradebook.students])
        for student in students:
            if student not in gone and has_lost_its_time(assignment.submission(student)):
                forget_time(gradebook, assignment.submission(student))
                log.warning("%s handed in again without a time: the time before does not count", student)
        reports = {student: assignment.submission(student).staging_report().files for student in students}
        for student in of_no_time(gradebook, assignment.name, [s for s in students if TIMESTAMP not in reports[s]]):
            log.warning("No time of submission is known of %s, or it cannot be read: no penalty is taken", student)
    for student in sorted(gone):
        log.warning("Not graded: %s was taken out of the gradebook; bncourse students takes them in again", student)
    for student, why in troubles.items():
        log.error("Not graded: %s: %s", student, why)
    return [outcome for outcome in outcomes if outcome.student not in gone and outcome.student not in troubles]


def _refuse_what_is_raw(path, root):
    """Raise where a notebook in ``submitted/`` is not the one that staging wrote."""
    if not path.is_relative_to(root / SUBMITTED):
        return  # in another folder, such as autograded/, which nbgrader wrote itself
    student, name, notebook = path.relative_to(root / SUBMITTED).parts
    assignment = Assignment(root, name)
    known = assignment.submission(student).staging_report().files.get(notebook)
    if hashlib.sha256(path.read_bytes()).hexdigest() != known:
        raise NotStaged(f"{path} was changed after it was staged; stage it again: bncourse stage {assignment.number}")


def _tell(log, assignment, outcomes):
    """Say in nbgrader's log what was done."""
    for outcome in outcomes:
        if outcome.trouble:
            log.error(
                "Cannot be staged: %s: %s; see `bncourse stage %s`", outcome.student, outcome.trouble, assignment.number
            )
        elif outcome.is_new:
            notes = f", {len(outcome.notable)} notes in its report" if outcome.notable else ""
            log.info("Staged %s of %s%s", assignment.name, outcome.student, notes)


def _logged(log, why):
    """Return the error for a run that cannot go on: nbgrader ends it without showing its text, so that is logged."""
    log.error(why)
    return NotStaged(why)
