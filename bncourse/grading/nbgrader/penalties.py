"""The late rule at work: it is asked wherever a score is written, and again wherever one leaves."""

from nbgrader.preprocessors import AssignLatePenalties


def rule(config):
    """Return the late rule that the settings name."""
    step = AssignLatePenalties(config=config)
    step.init_plugin()
    return step.plugin_inst


def renew(record, name, students=None):
    """Ask the late rule again for those who were graded.

    Parameters
    ----------
    record : Record
        Open.
    name : str
        The assignment.
    students : collection of str, optional
        All, where it is not given.

    Returns
    -------
    dict of str to (float, float)
        Where the penalty is another one now, what it was and what it is.
    """
    changed = {}
    for submission in record.gradebook.assignment_submissions(name):
        if (students is None or submission.student_id in students) and _may_have_one(submission):
            before = sum(submitted.late_submission_penalty or 0 for submitted in submission.notebooks)
            for submitted in submission.notebooks:
                penalize(record, name, submission, submitted)
            after = sum(submitted.late_submission_penalty or 0 for submitted in submission.notebooks)
            if abs(after - before) > 1e-9:
                changed[submission.student_id] = before, after
    record.gradebook.db.commit()
    return changed


def penalize(record, name, submission, submitted):
    """Do what nbgrader's step for late submissions does."""
    before = submitted.late_submission_penalty
    penalty = _penalty(record.late, name, submission, submitted)
    if penalty != before and (penalty or before):
        submitted.late_submission_penalty = penalty


def _may_have_one(submission):
    """Return whether a submission is late, or has a penalty from before; the others need no further question."""
    is_late = submission.timestamp and submission.assignment.duedate and submission.total_seconds_late
    return bool(is_late or submission.late_submission_penalty)


def _penalty(late, name, submission, submitted):
    if submission.timestamp is None or submission.assignment.duedate is None or not submission.total_seconds_late:
        return None
    late.parent.assignment_id = name  # as in nbgrader's step; a rule may ask for it
    late.parent.submission = submission
    penalty = late.late_submission_penalty(submission.student_id, submitted.score, submission.total_seconds_late)
    return None if penalty is None else min(max(penalty, 0), submitted.score)
