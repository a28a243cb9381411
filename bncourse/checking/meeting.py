"""Which two wrong ideas can make an answer together, before they are run together: most cannot."""

import numpy as np

from bncourse.checking import compare

# A wrong answer is matched less strictly than a right one is accepted: the order of sums may differ.
LIKE = compare.Tolerance(1e-6, 1e-9)
NEARER = 10.0  # how many times nearer to an idea than to the truth an answer must be

_MOST_BY_CHANCE = 3  # different whole numbers


def like_of(trial):
    """Return the tolerance with which a wrong idea is compared on a trial."""
    return compare.Tolerance(LIKE.rtol, LIKE.atol, trial.tolerance.single)


def meeting(replay, trial):
    """Return a function that says whether two ideas can make an answer together, by the results that each makes wrong.

    Where a result of the answer is right, both ideas alone leave it right, or neither; where it is wrong, one of them
    makes it wrong.

    Parameters
    ----------
    replay : Replay
    trial : Trial
        One that failed.

    Returns
    -------
    callable
    """
    if trial.reply.fault:
        return lambda *ideas: True
    yours, kept = _wrong_at(trial, trial.reply.value), {}

    def wrong_at(idea):
        if id(idea) not in kept:
            result = replay.result((idea,), trial)
            kept[id(idea)] = None if result.fault else _wrong_at(trial, result.value)
        return kept[id(idea)]

    def may_meet(one, other):
        first, second = wrong_at(one), wrong_at(other)
        if first is None or second is None or yours is None:
            return True
        return all((a or b) if wrong else a == b for wrong, a, b in zip(yours, first, second, strict=True))

    return may_meet


def _wrong_at(trial, value):
    """Say of each result whether it is wrong; None where there is another number of them."""
    wanted, got = compare.pieces(trial.expected), compare.pieces(value)
    if len(wanted) != len(got):
        return None
    like = like_of(trial)
    return [compare.distance(a, b, like, enough=1.0) > 1 for a, b in zip(wanted, got, strict=True)]


def has_fractions(value):
    """Return whether there are real numbers in a value that are not whole."""
    for piece in compare.pieces(value):
        if isinstance(piece, float | np.ndarray):
            array = np.asarray(piece)
            if array.dtype.kind == "f" and np.any(array != np.round(array)):
                return True
    return False


def tells(trials):
    """Return whether the numbers of an answer tell much: whole ones, where right ones are not, agree by chance."""
    failed = [trial for trial in trials if trial.kind and not trial.reply.fault]  # many things end with one error
    if any(has_fractions(trial.reply.value) for trial in failed):
        return True
    values = {str(compare.pieces(trial.reply.value)) for trial in failed}
    return len(values) >= _MOST_BY_CHANCE and not any(has_fractions(trial.expected) for trial in failed)
