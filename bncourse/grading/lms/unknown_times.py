"""What is not known of a submission, and is said: how late it came, and what was typed in and is no file."""

from pathlib import Path

from bncourse.grading.engine.provenance import state
from bncourse.grading.submission.staging_report import staging_report
from bncourse.grading.submission.timestamp import TIMESTAMP


def has_lost_its_time(course, name, student):
    """Say whether something was handed in again without a time, so that the time before is not that of what counts."""
    received = staging_report(course, name, student).received
    if not received or (Path(course) / received / TIMESTAMP).exists():
        return False
    before = state(course, name, student).get("received")
    return before != received if before else "@" in received


def forget_time(gradebook, name, student):
    """Take the time of an earlier version out of nbgrader's gradebook."""
    from nbgrader.api import MissingEntry

    try:
        gradebook.find_submission(name, student).timestamp = None
    except MissingEntry:
        return
    gradebook.db.commit()


def came_again_without_a_time(course, name, student):
    """Say whether what counts is a later version, of which no time is known, while one of an earlier version is."""
    received = Path(course) / (staging_report(course, name, student).received or "-")
    if "@" not in received.name or (received / TIMESTAMP).exists():
        return False
    return any(received.parent.glob(f"{name}*/{TIMESTAMP}"))


def marked_late(course, name):
    """Give those whom the LMS marks as late, as ``{student: system}``."""
    from bncourse.grading.lms.collecting import read_notes

    notes = read_notes(course, name)
    return {who: kind for who, note in notes.items() for kind, each in note.items() if each.get("late")}


def typed_in(course, name, students):
    """Give those of the students who typed a text into the LMS, as ``{student: name in the archive}``."""
    from bncourse.grading.lms.collecting import read_notes

    notes = read_notes(course, name)
    found = {who: each["typed"] for who, note in notes.items() for each in note.values() if each.get("typed")}
    return {who: found[who] for who in students if who in found}


def about_time(course, name, student, late, at):
    """Say what is not known of the time of a submission, or "".

    Parameters
    ----------
    course : path
    name, student : str
    late : dict
        What `marked_late` gives.
    at : datetime or None
        The time in the gradebook.
    """
    if at is not None:
        return ""
    if student in late:
        return f"{late[student].capitalize()} marks it as late, and its time is not known: nothing was taken for it"
    if came_again_without_a_time(course, name, student):
        return "it was handed in again, and the new time is not known: nothing was taken for lateness"
    return ""


def without_times(course, name, done):
    """Give the sentences of a run about those who may be late, and of whom no time is known."""
    late, again, system = [], [], ""
    marks = marked_late(course, name)
    for student in sorted({*done.scores, *done.unchanged}):
        stamp = TIMESTAMP in staging_report(course, name, student).files
        if student in marks and not stamp:
            late.append(done.shown(student))
            system = marks[student].capitalize()
        elif not stamp and came_again_without_a_time(course, name, student):
            again.append(done.shown(student))
    said = []
    if late:
        said.append(f"{system} marks as late, and no time is known, so no penalty was taken: {', '.join(late)}.")
    if again:
        said.append(
            f"Handed in again without a time, so the time before does not count and no penalty was taken: "
            f"{', '.join(again)}. To tell it: bncourse collect with --times."
        )
    return said
