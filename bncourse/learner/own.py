"""Which function an experiment uses: the reader's own where it is right, else the course's."""

from bncourse.checking.verdict import CORRECT, NOT_STARTED


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
