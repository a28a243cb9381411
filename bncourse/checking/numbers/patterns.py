"""What the numbers of an answer show beside the right ones, where no wrong idea is known; each sentence is true."""

from fractions import Fraction
from itertools import permutations

import numpy as np

from bncourse.checking import compare

_WITHOUT_ROOM = compare.Tolerance(1e-6, 1e-9)
_SHOWN = 1e-3  # a factor that is nearer to 1 would be written as 1


def on_a_line(trials):
    """Say where all numbers of all cases are the right ones times a number, plus a number."""
    failed = [trial for trial in trials if trial.kind]
    if not all(trial.kind in ("values", "property") for trial in failed):
        return ""
    pairs = [(np.asarray(trial.expected), np.asarray(trial.reply.value)) for trial in trials if _is_array(trial)]
    if len(pairs) < len(trials) or len(pairs) < 3:
        return ""
    right, yours = (np.concatenate([np.ravel(pair[i]) for pair in pairs]).astype(float) for i in (0, 1))
    if len(np.unique(right)) < 4 or not (np.isfinite(right).all() and np.isfinite(yours).all()):
        return ""
    factor, amount = np.polyfit(right, yours, 1)
    scale, rest = np.abs(yours).max(), np.abs(factor * right + amount - yours).max()
    if rest > 1e-9 * scale or abs(factor) < 1e-6 or 1e-9 < abs(factor - 1) < _SHOWN:
        return ""  # what differs may be rounding
    if abs(amount) < 1e-9 * scale:
        if abs(factor - 1) < _SHOWN:
            return ""
        return f"In all cases every number is {_factor(float(round(factor, 9)))} what is expected; a factor is off."
    if abs(amount) < 100 * rest:
        return ""
    sign = "plus" if amount > 0 else "minus"
    times = "" if abs(factor - 1) < 1e-9 else f" {factor:.4g} times"
    return f"In all cases every number is{times} what is expected, {sign} {abs(amount):.4g}."


def _is_array(trial):
    value = trial.reply.value
    return isinstance(value, np.ndarray | float) and np.shape(value) == np.shape(trial.expected)


def pattern(exercise, told):
    """Where the bank knows no idea, say what the numbers of one case show; each sentence is true as it stands."""
    expected, got = told.expected, told.reply.value
    if isinstance(expected, float) and isinstance(got, float):
        return _nearness(expected, got - expected)
    if not isinstance(got, np.ndarray) or not isinstance(expected, np.ndarray) or got.shape != expected.shape:
        return ""
    if name := passed_on(exercise, told):
        return f"{name} comes back as it was passed."
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got.T, expected, rtol=1e-6):
        return "The result is transposed: rows and columns are exchanged."
    with np.errstate(all="ignore"):
        ratio = (got / expected).ravel()
        ratio = ratio[np.isfinite(ratio)]
    constant = ratio.size > 1 and abs(ratio[0]) > 1e-6 and abs(ratio[0] - 1) > 1e-3
    if constant and np.allclose(got, ratio[0] * expected, rtol=1e-6, atol=0):  # a 0 too is so many times 0
        return f"Every number is {_factor(float(ratio[0]))} what is expected here; a constant factor is off."
    off = got - expected
    if off.size > 1 and np.ptp(off) <= 1e-9 + 1e-6 * abs(float(off.flat[0])) and np.max(np.abs(off)) > 1e-6:
        return f"Every number is off by the same amount, {float(off.flat[0]):.4g}; something is added or left out."
    return _nearness(expected, off)


def passed_on(exercise, trial):
    """Return the name of the array that comes back as it was passed, or "".

    Parameters
    ----------
    exercise : Exercise
    trial : Trial

    Returns
    -------
    str
    """
    got = trial.reply.value
    for name, value in zip(exercise.parameters, trial.case.arguments, strict=False):
        given = isinstance(value, np.ndarray) and isinstance(got, np.ndarray) and value.shape == got.shape
        if given and np.allclose(value, got, rtol=1e-9):
            return name
    return ""


def in_another_order(exercise, trials):
    """Say where several results are all right in every case, but for the order in which they come back.

    Parameters
    ----------
    exercise : Exercise
    trials : list of Trial

    Returns
    -------
    str
        A sentence, or "".
    """
    count = len(exercise.returns)
    if not _are_several(trials, count):
        return ""
    for order in permutations(range(count)):
        if all(compare.same(t.expected, tuple(t.reply.value[i] for i in order), t.tolerance) for t in trials):
            came = [exercise.returns[order.index(i)] for i in range(count)]
            moved = [name for name, wanted in zip(came, exercise.returns, strict=True) if name != wanted]
            if len(moved) == 2:
                return f"{moved[1]} and {moved[0]} come back in each other's place."
            if moved:
                return f"All are right, but in another order: {', '.join(came)}. Return {', '.join(exercise.returns)}."
    return ""


def out_of_place(exercise, trials):
    """Say which of several results are right, but come back in the place of another one, which is not there.

    Parameters
    ----------
    exercise : Exercise
    trials : list of Trial

    Returns
    -------
    str
        A sentence, or "". Then a line that would make the result in that place right need not be wrong.
    """
    count = len(exercise.returns)
    if not _are_several(trials, count):
        return ""

    def always(got, wanted):
        return all(compare.same(t.expected[wanted], t.reply.value[got], _WITHOUT_ROOM) for t in trials)

    found = [
        f"What comes back as {exercise.returns[got]} is the right {exercise.returns[wanted]} in every case."
        for got, wanted in permutations(range(count), 2)
        if always(got, wanted) and not always(wanted, wanted) and not always(got, got)
    ]
    return found[0] if found else ""


def _are_several(trials, count):
    """Return whether so many results are wanted, and come back, in every case."""
    pairs = [(trial.expected, trial.reply.value) for trial in trials]
    return all(isinstance(w, tuple) and isinstance(g, tuple | list) and len(w) == len(g) == count for w, g in pairs)


def _factor(ratio):
    """Write a factor, as a fraction too where it is one of small numbers."""
    if ratio == -1:
        return "the opposite of"
    near = Fraction(ratio).limit_denominator(60)
    plain = near.denominator > 1 and abs(float(near) - ratio) <= 1e-9 * abs(ratio)
    return f"{ratio:.4g} ({near}) times" if plain else f"{ratio:.4g} times"


def _nearness(expected, off):
    """Say how near the numbers are, where they are near."""
    largest = float(np.max(np.abs(expected), initial=0.0))
    farthest = float(np.max(np.abs(off), initial=0.0))
    share = farthest / largest if largest else np.inf
    if share < 2e-6:
        digits = int(-np.log10(max(share, 1e-16)))
        return (
            f"About {digits} digits are right, and more are needed. So much is lost where a part is computed in "
            "float32, where a result is rounded, or where large numbers cancel."
        )
    if share < 1e-2 and np.ndim(expected):  # of one number, where it is right says more
        return (
            f"The numbers of this case are close, but not equal: the farthest is off by {farthest:.2g}, and the "
            f"largest that is expected is {largest:.3g} in size."
        )
    return ""
