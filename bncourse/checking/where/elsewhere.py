"""Other inputs than those of the check, on which a change must make an answer right too before it is told.

They are the cases of another seed, the practice cases with other sizes along the axes whose sizes vary between the
cases anyway, some of them with whole numbers, and some with other options: a change that only fits the numbers of some
cases mends nothing.
"""

from functools import lru_cache

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import plain
from bncourse.checking.exercise import Case
from bncourse.checking.trial import Trial, attempt, broken_property, truth_of
from bncourse.checking.where.practice import PRACTICE, Kept
from bncourse.checking.where.several import is_right, right_at, unchanged

SEED = 7_301
_MOST_ALTERED = 3
_OTHER_NUMBERS = (0.5, 2.5)


def holds_elsewhere(exercise, run, part=""):
    """Return whether a changed answer is right on other inputs too.

    Parameters
    ----------
    exercise : Exercise
    run : callable
        ``run(trial)`` gives what comes back on the case of a trial, as `variants.outcomes` does, in a list of one.
    part : str
        The one part that is looked at, or "" for all.

    Returns
    -------
    bool
    """
    for trial in _others(Kept(exercise)):
        if not part or trial.case.part == part:
            results = run(trial)
            if not results or not is_right(exercise, trial, results[0]):
                return False
    return True


def result_holds_elsewhere(exercise, run, place):
    """Return whether one of several results of a changed answer is right on other inputs too.

    Parameters
    ----------
    exercise : Exercise
    run : callable
        As `holds_elsewhere` takes it.
    place : int
        Which of the results.

    Returns
    -------
    bool
    """
    for trial in _others(Kept(exercise)):
        results = run(trial)
        if not results or not results[0] or not unchanged(exercise, trial, results[0]):
            return False
        if not right_at(trial, results[0][0], place):
            return False
    return True


def is_right_elsewhere(exercise, answer, before=lambda: None):
    """Return whether an answer that is called through a driver is right on the cases of another seed.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    before : callable
        Called before each case.

    Returns
    -------
    bool
    """
    for case in exercise.draw(SEED):
        before()
        trial = attempt(exercise, answer, case)
        if trial.kind or trial.reply.timed_out:
            return False
    return True


@lru_cache(8)
def _others(kept):
    exercise = kept.exercise
    drawn = [(case, *truth_of(exercise, case)) for case in exercise.draw(SEED)]
    others = [*drawn, *_resized(exercise), *_where_agreed(exercise, _altered(exercise))]
    return [Trial(case, None, expected, tolerance) for case, expected, tolerance in others]


def resized(exercise):
    """Return the practice cases with other sizes, as far as the reference takes them.

    Parameters
    ----------
    exercise : Exercise

    Returns
    -------
    list of Case
    """
    return [case for case, _, _ in _resized(exercise)]


def _resized(exercise):
    cases = exercise.draw(PRACTICE)
    free = _free_axes([case for seed in range(3) for case in exercise.draw(seed)])
    rng = np.random.default_rng(SEED)
    longer = []
    for case in cases:
        indices = {size: rng.permutation(2 * size) % size for place, size in _sizes(case) if place in free and size > 1}
        arguments = tuple(_with_sizes(value, i, free, indices) for i, value in enumerate(case.arguments))
        longer.append(Case(case.label, arguments, case.options, case.part))
    return _where_agreed(exercise, longer)


def _altered(exercise):
    """Yield practice cases with whole numbers in the arrays, and with other real numbers as options."""
    for case in exercise.draw(PRACTICE)[:_MOST_ALTERED]:
        given = [np.round(v) if isinstance(v, np.ndarray) and v.dtype.kind == "f" else v for v in case.arguments]
        yield Case(case.label, tuple(given), case.options, case.part)
        for number in _OTHER_NUMBERS:
            given = [number if isinstance(value, float) else value for value in case.arguments]
            options = {name: number if isinstance(value, float) else value for name, value in case.options.items()}
            if options != case.options or any(isinstance(value, float) for value in case.arguments):
                yield Case(case.label, tuple(given), options, case.part)


def _where_agreed(exercise, cases):
    """Give the cases that the reference takes, and on which all right answers known agree, with what is right."""
    found = []
    for new in cases:
        try:
            with np.errstate(all="ignore"):
                expected, tolerance = truth_of(exercise, new)
                others = [right(*new.copy()[0], **new.copy()[1]) for right in exercise.right_answers]
        except Exception:  # what a right answer does not take is no input
            continue
        pieces = [np.asarray(piece) for piece in compare.pieces(expected)]
        finite = all(piece.dtype.kind in "fiub" and np.isfinite(piece).all() for piece in pieces)
        finite = finite and not broken_property(exercise, new, expected, expected)
        if finite and all(compare.same(expected, plain(other), tolerance) for other in others):
            found.append((new, expected, tolerance))
    return found


def _sizes(case):
    """Yield the place of each axis, as the number of the argument and that of the axis, and its size."""
    for i, value in enumerate(case.arguments):
        for axis, size in enumerate(np.shape(value) if isinstance(value, np.ndarray) else ()):
            yield (i, axis), size


def _free_axes(cases):
    """Return the axes that have different sizes in different cases."""
    seen = {}
    for case in cases:
        for place, size in _sizes(case):
            seen.setdefault(place, set()).add(size)
    return {place for place, sizes in seen.items() if len(sizes) > 1}


def _with_sizes(value, i, free, indices):
    """Return an array with twice the size along some axes; the mean and the variance along them stay."""
    if isinstance(value, np.ndarray):
        for axis, size in enumerate(value.shape):
            if (i, axis) in free and size in indices:  # the same of all arrays, because columns belong together
                value = np.take(value, indices[size], axis=axis)
    return value
