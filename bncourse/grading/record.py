"""The one writer of grades: nbgrader's own gradebook, through nbgrader's own interface, in one session.

What it writes is what ``nbgrader autograde`` writes, with one difference: all that belongs to a submission is
written in one transaction, after its graded notebook is in its place.
"""

import contextlib
import os
import shutil
import sqlite3
import tempfile
import time
import warnings
from datetime import datetime
from pathlib import Path

import nbformat
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import OperationalError, SAWarning

from bncourse.grading.assignments import settings
from bncourse.trouble import Trouble

BACKUPS = "backups"
KEPT_BACKUPS = 10
PATIENCE = 60  # seconds in which a locked or restarting database may come back


class Record:
    """The gradebook of a course, open for one run.

    Parameters
    ----------
    course : path
    """

    def __init__(self, course):
        self.course = Path(course)
        self.config = settings(self.course)
        self.place = CourseDirectory(config=self.config)
        self.url = self.place.db_url
        self.file = Path(self.url[len("sqlite:///") :]) if self.url.startswith("sqlite:///") else None

    def __enter__(self):
        self.check_writable()
        self._open()
        penalties = AssignLatePenalties(config=self.config)
        penalties.init_plugin()
        self._late = penalties.plugin_inst
        return self

    def __exit__(self, *error):
        self.gradebook.close()

    def _open(self):
        try:
            self.gradebook = Gradebook(self.url, self.place.course_id)
        except Exception as error:
            raise Trouble(f"the gradebook cannot be opened ({self.url}): {_first_line(error)}") from error

    def check_writable(self):
        """Say before a run, not in its midst, that nothing could be written."""
        if self.file is not None:
            for path in (self.file, self.file.parent):
                if path.exists() and not os.access(path, os.W_OK):
                    raise Trouble(f"{path} may not be written to; no grade could be kept. Change its permissions.")

    def back_up(self):
        """Copy the gradebook before a run, and give the copy's path; None for a database that is no file."""
        if self.file is None or not self.file.exists():
            return None
        folder = self.course / BACKUPS
        folder.mkdir(exist_ok=True)
        made = folder / f"{self.file.stem}-{datetime.now():%Y%m%d-%H%M%S-%f}.db"
        with contextlib.closing(sqlite3.connect(self.file)) as now, contextlib.closing(sqlite3.connect(made)) as copy:
            now.backup(copy)
        for old in sorted(folder.glob(f"{self.file.stem}-*.db"))[:-KEPT_BACKUPS]:
            old.unlink(missing_ok=True)
        return made

    def rows(self):
        """Give every grade of the gradebook, to compare before and after: ``{(student, assignment, cell): row}``."""
        from sqlalchemy import text

        query = (
            "SELECT sa.student_id, a.name, bc.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade "
            "FROM grade g JOIN submitted_notebook sn ON g.notebook_id = sn.id "
            "JOIN submitted_assignment sa ON sn.assignment_id = sa.id JOIN assignment a ON sa.assignment_id = a.id "
            "JOIN base_cell bc ON g.cell_id = bc.id"
        )
        found = {tuple(row[:3]): tuple(row[3:]) for row in self.gradebook.db.execute(text(query))}
        self.gradebook.db.rollback()
        return found

    def verify(self, before, name, students):
        """Check after a run that the gradebook is whole and that only the run's own grades changed.

        Raises
        ------
        Trouble
            If not; the message names the backup's folder.
        """
        if self.file is not None:
            with contextlib.closing(sqlite3.connect(self.file)) as database:
                [(said,)] = database.execute("PRAGMA integrity_check(1)").fetchall()
            if said != "ok":
                raise Trouble(f"the gradebook is damaged ({said}); the state before this run is in {BACKUPS}/.")
        after = self.rows()
        for key, row in before.items():
            if after.get(key) != row and not (key[1] == name and key[0] in students):
                raise Trouble(
                    f"the grade {key} changed in a run that did not grade it; see {BACKUPS}/ for the state before."
                )

    # what a run asks and writes

    def knows(self, name):
        """Say whether the assignment was released into this gradebook."""
        try:
            return bool(self.gradebook.find_assignment(name).notebooks)
        except MissingEntry:
            return False

    def enrolled(self):
        """Give the ids of the class list."""
        return [student.id for student in self.gradebook.students]

    def submissions(self, name):
        """Give the ids of the submissions that the gradebook has, by student."""
        try:
            return {submission.student_id: submission.id for submission in self.gradebook.assignment_submissions(name)}
        except MissingEntry:
            return {}

    def enter(self, name, student, timestamp=None):
        """Enter a student and a submission, or find them; give the id of the submission, which stays the same."""
        with _patiently(self), warnings.catch_warnings():
            # nbgrader reads a new submission before it adds it to the session, which it does two lines later
            warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
            self.gradebook.update_or_create_student(student)
            more = {"timestamp": timestamp} if timestamp else {}
            return self.gradebook.update_or_create_submission(name, student, **more).id

    def write(self, name, student, notebook, files):
        """Write one graded notebook and its grades.

        Parameters
        ----------
        name, student : str
        notebook : NotebookNode
            As judged.
        files : dict of str to bytes
            What lies beside it, ``timestamp.txt`` too.

        Returns
        -------
        float
            The score of what was judged by machine.
        """
        self._write_files(name, student, notebook, files)
        for attempt in range(3):
            try:
                return self._write_grades(name, student, notebook)
            except OperationalError as error:
                self.gradebook.db.rollback()
                if attempt == 2:
                    raise Trouble(f"the gradebook took no grade: {_first_line(error)}") from error
                self._come_back()

    def _come_back(self):
        until = time.monotonic() + PATIENCE
        while True:
            time.sleep(0.5)
            with contextlib.suppress(Exception):
                self.gradebook.close()
            try:
                self.gradebook = Gradebook(self.url, self.place.course_id)
                return
            except Exception as error:
                if time.monotonic() > until:
                    raise Trouble(f"the gradebook did not come back: {_first_line(error)}") from error

    def _write_files(self, name, student, notebook, files):
        place = Path(self.place.format_path(self.place.autograded_directory, student, name))
        place.parent.mkdir(parents=True, exist_ok=True)
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
        try:
            for path, content in {**files, f"{name}.ipynb": (nbformat.writes(notebook) + "\n").encode()}.items():
                (making / path).parent.mkdir(parents=True, exist_ok=True)
                (making / path).write_bytes(content)
                (making / path).chmod(0o444)
            making.chmod(0o755)
            if place.exists():
                old = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
                os.rename(place, old / "files")
                os.rename(making, place)
                utils.rmtree(str(old))
            else:
                os.rename(making, place)
        except OSError as error:
            shutil.rmtree(making, ignore_errors=True)
            raise Trouble(f"the graded notebook of {student} could not be written: {error}") from error

    def _write_grades(self, name, student, notebook):
        gradebook = self.gradebook
        submission = gradebook.find_submission(name, student)
        [submitted] = [each for each in submission.notebooks if each.name == name]
        cells = {
            cell.metadata.nbgrader["grade_id"]: cell
            for cell in notebook.cells
            if cell.metadata.get("nbgrader", {}).get("grade_id")
        }
        total = 0.0
        for grade in submitted.grades:
            cell = cells.get(grade.name)
            grade.auto_score = utils.determine_grade(cell)[0] if cell is not None else 0.0
            grade.needs_manual_grade = grade.manual_score is not None or grade.auto_score is None
            total += grade.auto_score or 0.0
        for comment in submitted.comments:
            cell = cells.get(comment.name)
            as_released = cell is not None and cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            comment.auto_comment = "No response." if as_released and not utils.is_task(cell) else None
        gradebook.db.flush()
        self._penalize(name, submission, submitted)
        gradebook.db.commit()
        return total

    def renew_penalties(self, name, students):
        """Ask the late rule again: it, the due date, an extension, or a written answer's points may have changed."""
        with _patiently(self):
            for submission in self.gradebook.assignment_submissions(name):
                if submission.student_id in students:
                    for submitted in submission.notebooks:
                        self._penalize(name, submission, submitted)
            self.gradebook.db.commit()

    def _penalize(self, name, submission, submitted):
        """Do what nbgrader's step for late submissions does."""
        submitted.late_submission_penalty = None
        if submission.timestamp is None or submission.assignment.duedate is None or not submission.total_seconds_late:
            return
        self._late.parent.assignment_id = name  # as in nbgrader's step; a rule may ask for it
        penalty = self._late.late_submission_penalty(
            submission.student_id, submitted.score, submission.total_seconds_late
        )
        if penalty is not None:
            submitted.late_submission_penalty = min(max(penalty, 0), submitted.score)


@contextlib.contextmanager
def _patiently(record):
    try:
        yield
    except OperationalError as error:
        record.gradebook.db.rollback()
        raise Trouble(f"the gradebook cannot be written to: {_first_line(error)}") from error


def _first_line(error):
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
