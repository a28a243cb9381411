"""What is good to know of a score: doubts about the file, and points lost for a reason outside of an answer."""

from bncourse.grading.engine.outcomes import NOT_CHECKED
from bncourse.grading.submission.decisions import ANSWERED, DOUBT
from bncourse.grading.submission.folder import COUNTS

WAITS = "a written answer waits for its points"
AGAIN = "a part that a person gave points for has changed since, and waits for a second look"


def waiting(submission):
    """Say what of a submission waits for a person, or "".

    Parameters
    ----------
    submission : nbgrader.api.SubmittedAssignment
    """
    if not submission.needs_manual_grade:
        return ""
    grades = [each for notebook in submission.notebooks for each in notebook.grades if each.needs_manual_grade]
    if any(each.manual_score is None for each in grades):
        return WAITS
    return AGAIN if grades else ""


def notes(decisions, note, most, score):
    """Return what is good to know of a score, as lines.

    Parameters
    ----------
    decisions : tuple of Decision
        About the file.
    note : GradeNote
    most, score : float
    """
    said = [each.why for each in decisions]
    found = []
    others = [why for why in said if why.endswith(COUNTS)]
    if others:
        found.append(f"{len(others) + 1} notebooks were handed in; {others[0].removesuffix('.')}")
    if said and ANSWERED not in said:
        found.append("no answer was begun")
    found += [f"{each.what}: {each.why.rstrip('.')}" for each in decisions if each.kind == DOUBT]
    unchecked = {}
    for name, outcome in note.outcomes.items():
        if outcome["outcome"] == NOT_CHECKED:
            unchecked.setdefault(outcome.get("why", ""), []).append(name.removesuffix("-check"))
    found += [f"not checked: {', '.join(names)} ({why})" for why, names in unchecked.items()]
    if score < most:
        found += [event for event in dict.fromkeys(note.events) if event not in unchecked]
    return found
