"""The learner's own answer: whether it is right by itself, and whether an experiment runs with it."""

from bncourse.checking import Finding, Verdict
from bncourse.checking.verdict import CORRECT, NOT_STARTED, NOT_YET
from bncourse.surroundings import called_of_the_course, not_in_grading

_kept = {}  # of each exercise whose check takes long: the function that was checked last, the seed and its verdict


def keep(asked, learners, seed, verdict):
    """Keep the verdict of a check that takes long, so that an experiment need not ask for it again.

    Parameters
    ----------
    asked : Exercise or Quiz
    learners : object
    seed : int
    verdict : Verdict
    """
    if getattr(asked, "is_long", False):
        _kept[asked.name] = learners, seed, verdict


def kept(asked, learners, seed):
    """Return the verdict that was kept of this very function and seed, or None."""
    function, of_seed, verdict = _kept.get(asked.name, (None, None, None))
    return verdict if function is learners and of_seed == seed else None


def chosen(asked, learners, verdict):
    """Return the function, and print in a sentence whose it is.

    Parameters
    ----------
    asked : Exercise
    learners : callable or None
        The reader's, if there is one.
    verdict : Verdict or None
        Of it.

    Returns
    -------
    callable
    """
    if verdict and verdict.outcome == CORRECT:
        print(f"This run uses your own {asked.name}.")
        return learners
    written = verdict and verdict.outcome != NOT_STARTED
    print(f"This run uses the course's {asked.name}, because yours is not {'right' if written else 'written'} yet.")
    return asked.reference


def alone(asked, verdict, learners, cells, seed):
    """Be no more generous than grading is: what an answer takes from the course is not there then.

    Parameters
    ----------
    asked : Exercise or Quiz
    verdict : Verdict
    learners : object
        The answer.
    cells : sequence of str
        The cells that were run before.
    seed : int
        Of the cases that the answer is called on once more.

    Returns
    -------
    Verdict
        NOT YET where the answer uses the course.
    """
    if not verdict.score:
        return verdict
    used = not_in_grading(learners, asked.name, cells) or _calls_the_course(asked, learners, seed)
    if not used:
        return verdict
    finding = Finding(
        f"{asked.name} should stand on its own",
        (("uses", used), ("in grading", f"`{used}` is not there, nor is anything else that comes from bncourse")),
    )
    todo = ("Compute it inside your answer, with Python and the packages that the notebook imports.",)
    return Verdict(asked.name, NOT_YET, asked.points, 0.0, verdict.passed, (finding,), todo=todo, advice=verdict.advice)


def _calls_the_course(asked, learners, seed):
    """Say what of the course an answer calls; what a driver hands it is of the course, and is not looked at."""
    if not callable(learners) or getattr(asked, "driver", None) or not hasattr(asked, "draw"):
        return ""
    return called_of_the_course(learners, [case.copy() for case in asked.draw(seed)])
