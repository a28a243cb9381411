"""A late rule, as a plugin of nbgrader: a time of grace, some percent for each day, a limit, and extensions.

nbgrader asks a plugin for the penalty wherever it grades, and so does ``bncourse grade``. ``nbgrader_config.py`` names
this one; with its 0 percent a day it takes nothing.

The due date of an assignment stands in the gradebook (Formgrader sets it, or ``nbgrader db assignment add NAME
--duedate "2026-03-01 23:59 Europe/Berlin"``), and so does nbgrader's own extension for one student, which is taken
off before a plugin is asked.
"""

import math
from datetime import UTC, timedelta
from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, Unicode

from bncourse.grading.course import settings
from bncourse.grading.lms.identifiers import damage, key, repaired, without_zeros
from bncourse.grading.lms.spreadsheets import read_sheet
from bncourse.grading.lms.times import at_home, zone_of
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
    timezone = Unicode(
        "",
        help="The zone on whose clock days are counted and times without a zone are read, such as Europe/Berlin; empty "
        "for the zone of this machine.",
    ).tag(config=True)
    extensions = Unicode(
        "",
        help="A CSV file with the columns student, assignment (such as 04), days and hours; an assignment that is left "
        "empty means all. It adds to the extensions in the gradebook.",
    ).tag(config=True)

    def __init__(self, **options):
        super().__init__(**options)
        refuse_unknown_options(type(self), self.config)
        self.zone = zone_of(self.timezone)
        self._missing = bool(self.extensions) and not Path(self.extensions).expanduser().exists()
        self._granted = read_extensions(self.extensions) if self.extensions and not self._missing else {}

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """Return the points to take away, or None.

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
        due, at = self._moments(student_id)
        if due is None or at is None:
            percent = self.percent(total_seconds_late - self.extension(student_id))
        else:
            percent = self.percent_between(due, at, self.extension(student_id))
        return score * percent / 100 if percent else None

    def _moments(self, student):
        """Return when it was due, with the gradebook's extension, and when it came; both in UTC, or None."""
        about = getattr(self.parent, "submission", None)  # as `bncourse.grading.gradebook.writer` names it
        gradebook = getattr(self.parent, "gradebook", None)
        if about is None and gradebook is not None:
            about = gradebook.find_submission(self.parent.assignment_id, student)
        if about is None or about.assignment.duedate is None or about.timestamp is None:
            return None, None
        due = at_home(about.assignment.duedate.replace(tzinfo=UTC), self.zone)
        return _later(due, about.extension or timedelta(0), self.zone), about.timestamp.replace(tzinfo=UTC)

    def percent_between(self, due, at, granted=0.0):
        """Return how many percent are taken for what was due and came at these times.

        A day ends at the same time on the clock of the zone, also where that clock is set to or from summer time.

        Parameters
        ----------
        due, at : datetime
            With their zones.
        granted : float
            Seconds of an extension.
        """
        due = _later(at_home(due, self.zone), timedelta(seconds=granted), self.zone)
        at = at_home(at, self.zone)
        seconds = (at.astimezone(UTC) - due.astimezone(UTC)).total_seconds()
        if seconds <= 0 or seconds <= HOUR * self.grace_hours:
            return 0.0
        days = max(1, math.ceil((at.replace(tzinfo=None) - due.replace(tzinfo=None)).total_seconds() / DAY))
        return min(self.percent_a_day * days, self.most_percent)

    def percent(self, seconds):
        """Return how many percent are taken for so many seconds after the due date."""
        if seconds <= 0 or seconds <= HOUR * self.grace_hours:
            return 0.0
        return min(self.percent_a_day * math.ceil(seconds / DAY), self.most_percent)

    def extension(self, student):
        """Return the seconds that the table of extensions grants a student for the assignment that is graded."""
        assignment = getattr(self.parent, "assignment_id", "")
        return sum(
            seconds
            for (who, what), seconds in self._granted.items()
            if key(who) == key(student) and _is_meant(what, assignment)
        )

    def idle_extensions(self, students, assignments):
        """Return the extensions that nobody gets, since no student or no assignment is called so, as sentences.

        Parameters
        ----------
        students, assignments : collection of str
            All there are.
        """
        found, table = [], Path(self.extensions).name
        if self._missing:
            return [f"{table} is not there ({self.extensions}), so nobody has an extension from it."]
        known = {key(student) for student in students}
        for student, what in self._granted:
            if key(student) not in known:
                lost = [
                    each for each in students if without_zeros(each) and without_zeros(each) == without_zeros(student)
                ]
                hint = f" Did a spreadsheet take the zeros of {lost[0]}?" if lost else ""
                said = f"{table}: nobody on the class list is called {student!r}; that line has no effect.{hint}"
                found.append(said)
            if not any(_is_meant(what, assignment) for assignment in assignments):
                found.append(f"{table}: no assignment is called {what!r}; that line has no effect.")
        return list(dict.fromkeys(found))


def course_zone(course):
    """Return the zone that the settings of a course name; None, which is that of this machine, where they name none."""
    return zone_of(str(settings(course).LateRule.get("timezone", "")))


def refuse_unknown_options(section, config):
    """Stop at a setting that there is not, and that would have no effect."""
    from bncourse.grading.nbgrader.configuration import refuse_option

    for option in config.get(section.__name__, {}):
        refuse_option(section, option)


def _later(time, by, zone):
    """Return a time some days and hours later on the clock of its zone."""
    if zone is None:
        return (time.replace(tzinfo=None) + by).astimezone()
    return time + by  # which Python counts on the clock


def _is_meant(what, assignment):
    """Return whether a cell of the table means an assignment: by its name, by its number, or as one of all."""
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
    for number, row in sheet.numbered:
        if why := damage(row[student]):
            raise Trouble(f"{path}, row {number}: {row[student].strip()} is no id any more: {why}.")
        seconds = 0.0
        for place, unit in ((days, DAY), (hours, HOUR)):
            text = row[place].strip().replace(",", ".") if place is not None else ""
            try:
                seconds += unit * float(text or 0)
            except ValueError as error:
                raise Trouble(f"{path}, row {number}: {text!r} is no number of days or hours.") from error
        if not math.isfinite(seconds) or seconds < 0:
            raise Trouble(f"{path}, row {number}: an extension is a number from 0 on.")
        which = repaired(row[student]), row[assignment].strip() if assignment is not None else ""
        granted[which] = max(granted.get(which, 0.0), seconds)
    return granted
