"""A late rule, as a plugin of nbgrader: a time of grace, some percent for each day, a limit, and extensions.

nbgrader asks a plugin for the penalty wherever it grades, and so does ``bncourse grade``. ``nbgrader_config.py`` names
this one; with its 0 percent a day it takes nothing.

The due date of an assignment stands in the gradebook (Formgrader sets it, or ``nbgrader db assignment add NAME
--duedate "2026-03-01 23:59 Europe/Berlin"``), and so does nbgrader's own extension for one student, which is taken
off before a plugin is asked.
"""

import math
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Unicode

from bncourse.grading.sheets import read_sheet
from bncourse.trouble import Trouble

HOUR, DAY = 3600, 86400


class LateRule(LateSubmissionPlugin):
    """Takes some percent of the points that were earned, for each day that was begun."""

    grace_hours = Float(
        0.0, min=0.0, help="So late costs nothing. Whoever comes later has all days counted from the due date."
    ).tag(config=True)
    percent_a_day = Float(
        0.0, min=0.0, max=100.0, help="Of the points that were earned, for each day begun after the due date."
    ).tag(config=True)
    most_percent = Float(100.0, min=0.0, max=100.0, help="No more than this is ever taken.").tag(config=True)
    extensions = Unicode(
        "",
        help="A CSV file with the columns student, assignment (such as 04), days and hours; an assignment that is left "
        "empty means all. It adds to the extensions in the gradebook.",
    ).tag(config=True)

    def __init__(self, **options):
        super().__init__(**options)
        self._granted = read_extensions(self.extensions) if self.extensions else {}

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """Give the points to take away, or None.

        Parameters
        ----------
        student_id : str
        score : float
            What was earned.
        total_seconds_late : float
            After the due date and the extension that the gradebook has.

        Returns
        -------
        float or None
        """
        percent = self.percent(total_seconds_late - self.extension(student_id))
        return score * percent / 100 if percent else None

    def percent(self, seconds):
        """Give how many percent are taken for so many seconds after the due date."""
        if seconds <= 0 or seconds <= HOUR * self.grace_hours:
            return 0.0
        return min(self.percent_a_day * math.ceil(seconds / DAY), self.most_percent)

    def extension(self, student):
        """Give the seconds that the table of extensions grants a student for the assignment that is graded."""
        assignment = getattr(self.parent, "assignment_id", "")
        return sum(
            seconds for (who, what), seconds in self._granted.items() if who == student and _is_meant(what, assignment)
        )

    def idle_extensions(self, students, assignments):
        """Give the extensions that nobody gets, since no student or no assignment is called so, as sentences.

        Parameters
        ----------
        students, assignments : collection of str
            All there are.
        """
        found, table = [], Path(self.extensions).name
        for student, what in self._granted:
            if student not in students:
                found.append(f"{table}: nobody on the class list is called {student!r}; that line has no effect.")
            if not any(_is_meant(what, assignment) for assignment in assignments):
                found.append(f"{table}: no assignment is called {what!r}; that line has no effect.")
        return list(dict.fromkeys(found))


def _is_meant(what, assignment):
    """Say whether a cell of the table means an assignment: by its name, by its number, or as one of all."""
    number = assignment.partition("-")[0]
    return what in ("", assignment) or (what.isdecimal() and number.isdecimal() and int(what) == int(number))


def read_extensions(path):
    """Read a table of extensions.

    Returns
    -------
    dict
        ``{(student, assignment): seconds}``; assignment "" stands for all.

    Raises
    ------
    Trouble
        If a column is missing, or a number cannot be read.
    """
    sheet = read_sheet(Path(path))
    student, assignment = sheet.column("student", "student id", "id"), sheet.column("assignment")
    days, hours = sheet.column("days"), sheet.column("hours")
    if student is None or (days is None and hours is None):
        raise Trouble(
            f"{path} needs the columns student, and days or hours (assignment, if it is not for all); it has "
            f"{', '.join(sheet.header)}."
        )
    granted = {}
    for number, row in enumerate(sheet.rows, start=2):
        seconds = 0.0
        for place, unit in ((days, DAY), (hours, HOUR)):
            text = row[place].strip().replace(",", ".") if place is not None else ""
            try:
                seconds += unit * float(text or 0)
            except ValueError as error:
                raise Trouble(f"{path}, row {number}: {text!r} is no number of days or hours.") from error
        if not math.isfinite(seconds) or seconds < 0:
            raise Trouble(f"{path}, row {number}: an extension is a number from 0 on.")
        key = row[student].strip(), row[assignment].strip() if assignment is not None else ""
        granted[key] = max(granted.get(key, 0.0), seconds)
    return granted
