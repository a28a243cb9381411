"""Which function an experiment uses: the reader's own where it is right, else the course's."""

from bncourse.checking.verdict import CORRECT, NOT_STARTED

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
    """Give the verdict that was kept of this very function and seed, or None."""
    function, of_seed, verdict = _kept.get(asked.name, (None, None, None))
    return verdict if function is learners and of_seed == seed else None


def chosen(asked, learners, verdict):
    """Give the function, and print in a sentence whose it is.

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
