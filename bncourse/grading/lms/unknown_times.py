"""What is not known of a submission, and is said: how late it came, and what was typed in and is no file."""

from bncourse.grading.submission.timestamp import TIMESTAMP


def has_lost_its_time(submission, report=None):
    """Say whether something was handed in again without a time, so that the time before is not that of what counts."""
    received = (submission.staging_report() if report is None else report).received
    if not received or (submission.assignment.course / received / TIMESTAMP).exists():
        return False
    before = submission.grade_note().received
    return before != received if before else "@" in received


def forget_time(gradebook, submission):
    """Take the time of an earlier version out of nbgrader's gradebook."""
    from nbgrader.api import MissingEntry

    try:
        gradebook.find_submission(submission.assignment.name, submission.student).timestamp = None
    except MissingEntry:
        return
    gradebook.db.commit()


def marked_late(assignment):
    """Return those whom the LMS marks as late, as ``{student: system}``."""
    from bncourse.grading.lms.collecting import read_notes

    notes = read_notes(assignment)
    return {who: kind for who, note in notes.items() for kind, each in note.items() if each.get("late")}


def typed_in(assignment, students):
    """Return those of the students who typed a text into the LMS, as ``{student: name in the archive}``."""
    from bncourse.grading.lms.collecting import read_notes

    notes = read_notes(assignment)
    found = {who: each["typed"] for who, note in notes.items() for each in note.values() if each.get("typed")}
    return {who: found[who] for who in students if who in found}


def about_time(submission, late, at):
    """Say what is not known of the time of a submission, or "".

    Parameters
    ----------
    submission : SubmissionDir
    late : dict
        What `marked_late` gives.
    at : datetime or None
        The time in the gradebook.
    """
    if at is not None:
        return ""
    if submission.student in late:
        system = late[submission.student].capitalize()
        return f"{system} marks it as late, and its time is not known: nothing was taken for it"
    if submission.received_without_a_time():
        return "it was handed in again, and the new time is not known: nothing was taken for lateness"
    return ""


def of_no_time(gradebook, name, students):
    """Return those of the students who may be late and of whom the gradebook knows no time, as a list.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    name : str
        Of an assignment; where it has no due date, nobody is late.
    students : collection of str
    """
    from nbgrader.api import MissingEntry

    try:
        if gradebook.find_assignment(name).duedate is None:
            return []
        times = {each.student_id: each.timestamp for each in gradebook.assignment_submissions(name)}
    except MissingEntry:
        return []
    return sorted(student for student in students if times.get(student) is None)


def without_times(assignment, done, reports, unknown):
    """Return the sentences of a run about those who may be late, and of whom no time is known.

    Parameters
    ----------
    assignment : Assignment
    done : Graded
    reports : dict of str to StagingReport
        Of each student in the run.
    unknown : list of str
        What `of_no_time` gives.
    """
    late, again, system = [], [], ""
    marks, graded = marked_late(assignment), {*done.scores, *done.unchanged}
    for student in sorted(graded):
        submission = assignment.submission(student)
        report = reports[student]
        stamp = TIMESTAMP in report.files
        if student in marks and not stamp:
            late.append(done.shown(student))
            system = marks[student].capitalize()
        elif not stamp and submission.received_without_a_time(report):
            again.append(done.shown(student))
    said = []
    if late:
        said.append(f"{system} marks as late, and no time is known, so no penalty was taken: {', '.join(late)}.")
    others = [done.shown(student) for student in unknown if done.shown(student) not in (*late, *again)]
    if others and len(unknown) == len(graded) > 1:
        said.append(
            "No time of submission is known of anybody, so no penalty was taken. To tell the times: bncourse collect "
            "with --times."
        )
    elif others:
        said.append(
            f"No time of submission is known, or it cannot be read, so no penalty was taken: {', '.join(others)}."
        )
    if again:
        said.append(
            f"Handed in again without a time, so the time before does not count and no penalty was taken: "
            f"{', '.join(again)}. To tell it: bncourse collect with --times."
        )
    return said
