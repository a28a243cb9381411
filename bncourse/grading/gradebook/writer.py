"""The one writer of grades: nbgrader's own gradebook, through nbgrader's own interface, in one session.

What it writes is what ``nbgrader autograde`` writes, with one difference: all that belongs to a submission is
written in one transaction, after its graded notebook is in its place.
"""

import contextlib
import itertools
import os
import sqlite3
import time
import warnings
from datetime import UTC
from pathlib import Path

from nbformat.v4 import reads_json
from nbgrader import utils
from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError, SAWarning, SQLAlchemyError

from bncourse.grading.course import settings
from bncourse.grading.gradebook import backup
from bncourse.grading.gradebook import queries as rows
from bncourse.grading.gradebook.create import prepare
from bncourse.grading.gradebook.graded_folder import texts_in, texts_of, write_folder
from bncourse.grading.lms import times
from bncourse.grading.lms.people import ClassList, person_of
from bncourse.grading.nbgrader import penalties
from bncourse.grading.nbgrader.configuration import refuse_unknown
from bncourse.grading.nbgrader.converters import quiet_gradebook
from bncourse.trouble import Trouble

BACKUPS = "backups"
TRIES = 3  # to write what is refused for another reason than that somebody else writes
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
        self._names = {}
        self.place = CourseDirectory(config=self.config)
        self.url = self.place.db_url
        self.shown = make_url(self.url).render_as_string()  # without a password
        self.file = Path(self.url[len("sqlite:///") :]) if self.url.startswith("sqlite:///") else None

    def __enter__(self):
        self.check_writable()
        self._open()
        refuse_unknown(self.config)
        self.late = penalties.rule(self.config)
        return self

    def __exit__(self, kind, error, trace):
        with contextlib.suppress(SQLAlchemyError):  # a connection that is gone is closed
            self.gradebook.close()
        if isinstance(error, SQLAlchemyError | sqlite3.Error | InvalidEntry):
            raise Trouble(f"the gradebook ({self.shown}) does not answer: {_first_line(error)}") from error

    def _open(self):
        try:
            prepare(self.url)
            self.gradebook = Gradebook(self.url, self.place.course_id)
        except Exception as error:
            raise Trouble(f"the gradebook cannot be opened ({self.shown}): {_first_line(error)}") from error

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
        return backup.back_up(self.file, self.course / BACKUPS)

    def rows(self):
        """Return every grade of the gradebook, to compare before and after: ``{(student, assignment, cell): row}``."""
        found = rows.grades(self.gradebook.db)
        self.gradebook.db.rollback()
        return found

    def verify(self, before, name, students):
        """Check after a run that the gradebook is whole and that the machine changed only the run's own grades.

        Raises
        ------
        Trouble
            If not; the message names the backup's folder.
        """
        if self.file is not None:
            said = backup.damage(self.file)
            if said:
                raise Trouble(f"the gradebook is damaged ({said}); the state before this run is in {BACKUPS}/.")
        for key in backup.changed(before, self.rows()):
            if not (key[1] == name and key[0] in students):
                raise Trouble(
                    f"the grade {key} changed in a run that did not grade it; see {BACKUPS}/ for the state before."
                )

    # what a run asks and writes

    def knows(self, name):
        """Return whether the assignment was released into this gradebook."""
        try:
            return bool(self.gradebook.find_assignment(name).notebooks)
        except MissingEntry:
            return False

    def enrolled(self):
        """Return the ids of the class list."""
        return [student.id for student in self.gradebook.students]

    def people(self):
        """Return the class list."""
        return ClassList(person_of(student) for student in self.gradebook.students)

    def submissions(self, name):
        """Return the ids of the submissions that the gradebook has, by student."""
        try:
            return {submission.student_id: submission.id for submission in self.gradebook.assignment_submissions(name)}
        except MissingEntry:
            return {}

    def enter(self, name, stamps, untimed=()):
        """Enter students and their submissions, or find them.

        Parameters
        ----------
        name : str
        stamps : dict of str to (str or None)
            For each student, when it was handed in.
        untimed : collection of str
            Those of whom a time is known that is not that of what counts now; it is taken out.

        Returns
        -------
        dict of str to str
            The id of each submission, which stays the same.
        """
        return self._patiently(lambda: self._enter(name, stamps, untimed), "the gradebook took no submission")

    def _enter(self, name, stamps, untimed):
        there = rows.submissions(self.gradebook.db, name, stamps)
        self.gradebook.db.rollback()
        ids = {}
        for student, stamp in stamps.items():
            id, timestamp = there.get(student, (None, None))
            if id is None or (stamp and utils.parse_utc(stamp) != timestamp):
                with warnings.catch_warnings():
                    # nbgrader reads a new submission before it adds it to the session, which it does two lines later
                    warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
                    self.gradebook.update_or_create_student(student)
                    more = {"timestamp": stamp} if stamp else {}
                    id = self.gradebook.update_or_create_submission(name, student, **more).id
            elif student in untimed and not stamp and timestamp is not None:
                self.gradebook.find_submission(name, student).timestamp = None
                self.gradebook.db.commit()
            ids[student] = id
        return ids

    def write(self, name, student, judged, files):
        """Write one graded notebook and its grades.

        Parameters
        ----------
        name, student : str
        judged : str
            The notebook as judged, in JSON.
        files : dict of str to bytes
            What lies beside it, ``timestamp.txt`` too.

        Returns
        -------
        float
            The score of what was judged by machine.
        """
        folder = self._folder(name, student)
        unchanged = texts_in(folder / f"{name}.ipynb") == texts_of(judged)
        graded = {**files, f"{name}.ipynb": (judged + "\n").encode("utf-8", "replace")}
        try:
            write_folder(folder, graded)
        except OSError as error:
            raise Trouble(f"the graded notebook of {student} could not be written: {error}") from error
        cells = {
            cell.metadata.nbgrader["grade_id"]: cell
            for cell in reads_json(judged).cells
            if cell.metadata.get("nbgrader", {}).get("grade_id")
        }
        return self._patiently(
            lambda: self._write_grades(name, student, cells, unchanged), "the gradebook took no grade"
        )

    def _patiently(self, write, complaint):
        """Write, and once more when a database that was locked or away has come back."""
        until = time.monotonic() + PATIENCE
        for attempt in itertools.count(1):
            try:
                with quiet_gradebook():
                    return write()
            except (OperationalError, InvalidEntry) as error:
                with contextlib.suppress(SQLAlchemyError):  # a connection that is gone has nothing to roll back
                    self.gradebook.db.rollback()
                if attempt >= TRIES and ("locked" not in str(error) or time.monotonic() > until):
                    raise Trouble(f"{complaint}: {_first_line(error)}") from error
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

    def _folder(self, name, student):
        """Return the folder of what was graded."""
        return Path(self.place.format_path(self.place.autograded_directory, student, name))

    def _write_grades(self, name, student, cells, unchanged):
        submission, submitted = rows.submission(self.gradebook.db, name, student)
        if name not in self._names:
            self._names[name] = rows.cell_names(self.gradebook.db, name)  # no run changes them
        names = self._names[name]
        total = 0.0
        for grade in submitted.grades:
            cell = cells.get(names[grade.cell_id])
            grade.auto_score = utils.determine_grade(cell)[0] if cell is not None else 0.0
            # a person looks again only where what they gave points for may have changed
            seen = unchanged and grade.manual_score is not None and not grade.needs_manual_grade
            grade.needs_manual_grade = not seen and (grade.manual_score is not None or grade.auto_score is None)
            total += grade.auto_score or 0.0
        for comment in submitted.comments:
            cell = cells.get(names[comment.cell_id])
            as_released = cell is not None and cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            comment.auto_comment = "No response." if as_released and not utils.is_task(cell) else None
        self.gradebook.db.flush()
        penalties.penalize(self, name, submission, submitted)
        self.gradebook.db.commit()
        return total

    def renew_penalties(self, name, students=None):
        """Ask the late rule again: it, the due date, an extension, or a written answer's points may have changed.

        Parameters
        ----------
        name : str
        students : collection of str, optional
            All, where it is not given.

        Returns
        -------
        dict of str to (float, float)
            Where the penalty is another one now, what it was and what it is.
        """
        return self._patiently(lambda: penalties.renew(self, name, students), "the gradebook took no penalty")

    def idle_extensions(self, assignments):
        """Return what the late rule's table of extensions grants to nobody, as sentences.

        Parameters
        ----------
        assignments : collection of str
            Those of the course.
        """
        rule = self.late
        return rule.idle_extensions(set(self.enrolled()), assignments) if hasattr(rule, "idle_extensions") else []

    def due(self, name):
        """Return the due date of an assignment as people read it, with its zone; "" where there is none."""
        due = self.gradebook.find_assignment(name).duedate
        return times.shown(due.replace(tzinfo=UTC), getattr(self.late, "zone", None)) if due else ""


def _first_line(error):
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
