"""The doors through which nbgrader takes submissions in: behind each of them stands staging.

nbgrader is configured with these classes, and nothing of it is replaced. `Collect` stages what was collected.
`StagedNotebooks` is what ``nbgrader autograde`` and the button of Formgrader read notebooks with: nbgrader makes it
when it knows which submissions it will grade and has read nothing of them.
"""

import contextlib
import fnmatch
import hashlib
import os
import shutil
from datetime import datetime
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeCollect
from sqlalchemy.exc import SQLAlchemyError

from bncourse.grading.gradebook.create import prepare
from bncourse.grading.gradebook.enrolment import one_spelling, removed
from bncourse.grading.lms.unknown_times import forget_time, has_lost_its_time
from bncourse.grading.nbgrader.configuration import refuse_unknown
from bncourse.grading.submission.plain_files import copy_files
from bncourse.grading.submission.store import SUBMITTED, handed_in, is_staged, may_be_graded, report, stage_assignment
from bncourse.trouble import Trouble


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


class Collect(ExchangeCollect):
    """nbgrader's own collecting; what it has collected is staged at once, so that it can be graded.

    Anybody may put a name into the inbound folder of the exchange. One that nbgrader cannot read, or that would
    lead out of ``submitted/``, is left there and told; the others are collected.
    """

    def _path_to_record(self, path):
        try:
            record = super()._path_to_record(path)
        except (ExchangeError, ValueError, OverflowError, TypeError):
            record = {"username": "", "filename": os.path.basename(path), "timestamp": datetime.min}
        if may_be_graded(record["username"]) and os.path.isdir(path) and not os.path.islink(path):
            return record
        self.log.warning("Left in the exchange, for it is no submission: %s", ascii(path))
        return record | {"username": ""}

    def init_src(self):
        super().init_src()
        self.src_records = [record for record in self.src_records if record["username"]]

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
        name = self.coursedir.assignment_id
        students = {record["username"] for record in self.src_records}
        try:
            outcomes = stage_assignment(self.coursedir.root, name, students)
        except Trouble as trouble:
            self.log.warning("Collected, but not staged: %s", trouble)
            return
        _tell(self.log, name, outcomes)


def _stage_before_grading(converter, places):
    """Stage the submissions of this run, and renew the converter's list of what it will grade."""
    name = places.assignment_id
    students = set(fnmatch.filter(handed_in(places.root, name), places.student_id))
    students -= set(places.student_id_exclude.split(","))
    try:
        refuse_unknown(converter.config)
        outcomes = stage_assignment(places.root, name, students)
    except Trouble as trouble:
        raise _logged(converter.log, f"No submission of {name} can be graded: {trouble}") from trouble
    _tell(converter.log, name, outcomes)
    outcomes = _of_the_class(converter.log, places, name, outcomes)
    before = converter.assignments
    converter.assignments = {}
    for outcome in outcomes:
        folder = places.format_path(SUBMITTED, outcome.student, name)
        notebook = os.path.join(folder, f"{name}.ipynb")
        if not outcome.trouble and is_staged(places.root, name, outcome.student):
            converter.assignments[folder] = [notebook]
    for folder in set(before) - set(converter.assignments):
        converter.log.error("Not graded, for it is not staged: %s; see `bncourse stage %s`", folder, _short(name))
    if not converter.assignments:
        why = f"No submission of {name} is staged, and none is graded; see `bncourse stage {_short(name)}`."
        raise _logged(converter.log, why)


def _of_the_class(log, places, name, outcomes):
    """Give the outcomes of those who are in the class, each under one login; a time that no longer counts goes away."""
    students = [outcome.student for outcome in outcomes]
    with contextlib.suppress(SQLAlchemyError):  # nbgrader finds the same, and tells it
        prepare(places.db_url)
    with Gradebook(places.db_url, places.course_id) as gradebook:
        troubles = one_spelling(gradebook, students)
        gone = removed(places.root, name, students, [student.id for student in gradebook.students])
        for student in students:
            if student not in gone and has_lost_its_time(places.root, name, student):
                forget_time(gradebook, name, student)
                log.warning("%s handed in again without a time: the time before does not count", student)
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
    known = report(root, name, student).get("files", {}).get(notebook)
    if hashlib.sha256(path.read_bytes()).hexdigest() != known:
        raise NotStaged(f"{path} was changed after it was staged; stage it again: bncourse stage {_short(name)}")


def _tell(log, name, outcomes):
    """Say in nbgrader's log what was done."""
    for outcome in outcomes:
        if outcome.trouble:
            log.error(
                "Cannot be staged: %s: %s; see `bncourse stage %s`", outcome.student, outcome.trouble, _short(name)
            )
        elif outcome.is_new:
            notes = f", {len(outcome.notable)} notes in its report" if outcome.notable else ""
            log.info("Staged %s of %s%s", name, outcome.student, notes)


def _logged(log, why):
    """Give the error for a run that cannot go on: nbgrader ends it without showing its text, so that is logged."""
    log.error(why)
    return NotStaged(why)


def _short(name):
    return name.partition("-")[0]
