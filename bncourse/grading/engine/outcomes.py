"""What came of each check of a submission, in a few words for the report on the class: every check has an entry."""

from bncourse.checking.verdict import CORRECT, NOT_STARTED, NOT_YET, STOPPED

NOT_CHECKED = "not checked"
_RANK = (NOT_CHECKED, NOT_STARTED, STOPPED, NOT_YET, CORRECT)


def outcome_of(grading, verdicts, outputs, why=""):
    """Say what came of a check.

    Parameters
    ----------
    grading : mapping
        nbgrader's marks of the check cell.
    verdicts : list of Verdict
        What checks of the course said, of which the last counts; none where the cell asks no check of the course.
    outputs : list of dict
        What the cell shows, which is what nbgrader reads the points from.
    why : str
        What kept the check from being made, outside of the answer.

    Returns
    -------
    dict
        With "exercise", "outcome", "score", "wrong_ideas", and "why" where there is a reason outside of the answer.
    """
    found = {"exercise": grading["grade_id"].removesuffix("-check"), "score": 0.0, "wrong_ideas": []}
    if why:
        return found | {"outcome": NOT_CHECKED, "why": why}
    if verdicts:
        verdict = verdicts[-1]
        return {
            "exercise": verdict.exercise,
            "outcome": verdict.outcome,
            "score": verdict.score,
            "wrong_ideas": list(verdict.wrong_ideas),
        }
    errors = [output["ename"] for output in outputs if output["output_type"] == "error"]
    if errors:
        kinds = {"AssertionError": NOT_YET, "NotImplementedError": NOT_STARTED}
        return found | {"outcome": kinds.get(errors[-1], STOPPED)}
    given = [output["data"]["text/plain"] for output in outputs if output["output_type"] == "execute_result"]
    score = float(given[-1]) if given else float(grading["points"])
    return found | {"outcome": CORRECT if score == float(grading["points"]) else NOT_YET, "score": score}


def better(new, old):
    """Return whether one outcome of a check is better than another: more points, or nearer to a right answer."""
    return (new["score"], _RANK.index(new["outcome"])) > (old["score"], _RANK.index(old["outcome"]))
