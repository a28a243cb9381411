"""What a class has earned, as the gradebook has it; and for whoever has no score, why.

No score is not 0. Who handed nothing in, whose file could not be read, and who waits for grading has none.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from bncourse.grading.gradebook.enrolment import removed
from bncourse.grading.lms.students import ClassList, Person
from bncourse.grading.lms.unknown_times import about_time, marked_late, typed_in
from bncourse.grading.report.reasons import notes, waiting
from bncourse.grading.submission.names import may_be_graded
from bncourse.grading.submission.timestamp import TIMESTAMP, read_time
from bncourse.trouble import Trouble

NOTHING = "nothing was handed in"
TYPED = "a text was typed into the LMS, and no file was handed in"


@dataclass(frozen=True)
class StudentResult:
    """What one student has for one assignment.

    Parameters
    ----------
    person : Person
    score : float or None
        After the late rule; None where nothing is graded, or a part of it waits for a person.
    most : float
        What can be earned.
    why : str
        Why there is no score; "" where there is one.
    note : str
        What is good to know of a score, such as a written answer that waits.
    penalty : float
        What the late rule took.
    handed_in_at : datetime or None
        In UTC.
    seconds_late : float
    outcomes : dict
        For each check what `bncourse.grading.engine.judge.Judged` says; empty where another way of grading kept none.
    level : int or None
        Of the walls around the submission.
    seconds : float or None
        How long grading took.
    events : tuple of str
        What went wrong while it ran.
    so_far : float or None
        The points of the other parts, where one waits for a person.
    """

    person: Person
    score: float | None
    most: float
    why: str = ""
    note: str = ""
    penalty: float = 0.0
    handed_in_at: datetime | None = None
    seconds_late: float = 0.0
    outcomes: dict | None = None
    level: int | None = None
    seconds: float | None = None
    events: tuple = ()
    so_far: float | None = None


def results(assignment):
    """Return what everybody has for an assignment: those on the class list, and those who handed something in.

    Returns
    -------
    list of StudentResult
        By last name.

    Raises
    ------
    Trouble
        If the gradebook does not know the assignment.
    """
    from bncourse.grading.gradebook.writer import Record

    name, there = assignment.name, assignment.handed_in()
    with Record(assignment.course) as record:
        if not record.knows(name):
            raise Trouble(f"{name} is not in the gradebook yet. `bncourse grade` notes it there.")
        renewed = record.renew_penalties(name)  # points of a person, or another rule, change what is taken
        most = record.gradebook.find_assignment(name).max_score
        people = record.people().people
        rows = {}
        for submission in record.gradebook.assignment_submissions(name):
            rows[submission.student_id] = _row(submission)
    there -= removed(assignment, there, people)
    people = people | {student: Person(student) for student in there if student not in people}
    late, typed = marked_late(assignment), typed_in(assignment, people)
    found = [
        _result(assignment.submission(id), person, rows.get(id), most, id in there, late, typed, renewed.get(id))
        for id, person in people.items()
    ]
    return sorted(found, key=lambda each: (each.person.sortable_name.casefold(), each.person.id))


def due_date(assignment):
    """Return the due date of an assignment as people read it, with its zone; "" where there is none."""
    from bncourse.grading.gradebook.writer import Record

    with Record(assignment.course) as record:
        return record.due(assignment.name)


def everybody(found):
    """Return the class list of some results."""
    return ClassList(each.person for each in found)


def _row(submission):
    late = 0.0
    if submission.timestamp and submission.assignment.duedate:
        late = submission.total_seconds_late
    penalty = submission.late_submission_penalty or 0.0
    at = submission.timestamp.replace(tzinfo=UTC) if submission.timestamp else None
    return submission.score - penalty, penalty, waiting(submission), at, late


def _result(submission, person, row, most, is_there, late, typed, renewed):
    report, note = submission.staging_report(), submission.grade_note()
    why = _why(submission, report, note, row, is_there)
    if why == NOTHING and person.id in typed:
        why = f"{TYPED} ({typed[person.id]})"
    score, penalty, waits, at, seconds_late = row or (None, 0.0, "", None, 0.0)
    is_graded = not why
    if is_graded and waits:
        why = f"{waits}; {score:g} points so far"
    known = notes(report.decisions, note, most, score) if is_graded else []
    if row and (unknown := about_time(submission, late, at)):
        known.append(unknown)
    if is_graded and renewed:
        known.append("the late rule takes {1:g} now (before: {0:g})".format(*renewed))
    if row and person.id in typed:
        known.append(f"a text was typed into the LMS too ({typed[person.id]})")
    return StudentResult(
        person,
        None if why else score,
        most,
        why,
        "; ".join(known),
        penalty if is_graded else 0.0,
        at,
        seconds_late,
        note.outcomes if is_graded else {},
        note.level,
        note.seconds,
        note.events,
        score if is_graded and waits else None,
    )


def _why(submission, report, note, row, is_there):
    """Say why there is no score, or ""; the points of what was handed in before are no score of what is there now."""
    if not is_there and row is None:
        return NOTHING
    if not may_be_graded(submission.student):
        return "the name of the folder is not safe; nothing of it was graded"
    if refused := report.refusal:
        return f"the file could not be read: {refused}"
    graded, stamp, trouble = submission.autograded, submission.timestamp, note.not_graded
    if row is None or not graded.is_file():
        return f"handed in, not graded: {trouble}" if trouble else "handed in, not graded yet"
    before = f"; the grade before it was {row[0]:g}"
    if (
        trouble and submission.grade_note_file.stat().st_mtime > graded.stat().st_mtime
    ):  # else nbgrader's own command graded it since
        return f"the newest submission is not graded: {trouble}{before}"
    if report.staged_at and datetime.fromisoformat(report.staged_at).timestamp() > graded.stat().st_mtime + 1:
        return f"the newest submission is not graded yet{before}"
    if TIMESTAMP in report.files and stamp.is_file() and read_time(stamp.read_bytes()) != row[3]:
        return f"its time of submission is not in the gradebook yet: grade again{before}"
    return ""
