"""An answer that is right only with the help of the course is not right yet: in grading the course is not there."""

from bncourse.checking import Finding, Verdict
from bncourse.checking.verdict import NOT_YET
from bncourse.surroundings import not_in_grading


def alone(asked, verdict, learners, cells):
    """Be no more generous than grading is: what an answer takes from the course is not there then.

    Parameters
    ----------
    asked : Exercise or Quiz
    verdict : Verdict
    learners : object
        The answer.
    cells : sequence of str
        The cells that were run before.

    Returns
    -------
    Verdict
        NOT YET where the answer uses the course.
    """
    if not verdict.score:
        return verdict
    used = not_in_grading(learners, asked.name, cells)
    if not used:
        return verdict
    finding = Finding(
        f"{asked.name} should stand on its own",
        (("uses", used), ("in grading", f"`{used}` is not there, nor is anything else that comes from bncourse")),
    )
    todo = ("Compute it inside your answer, with Python and the packages that the notebook imports.",)
    return Verdict(asked.name, NOT_YET, asked.points, 0.0, verdict.passed, (finding,), todo=todo, advice=verdict.advice)
