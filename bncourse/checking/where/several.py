"""Where a changed answer is right: as a whole, or in one of the results that it returns."""

from collections import Counter

import numpy as np

from bncourse.checking import compare
from bncourse.checking.trial import broken_property

_MOST_KEPT = 12


class Several:
    """Where several results come back: the changes that make one of them right, and leave the right ones right.

    Parameters
    ----------
    exercise : Exercise
    first : Trial
        The case on which changes are tried first.
    """

    def __init__(self, exercise, first):
        self._exercise, self._first = exercise, first
        self._kept = {}
        value = first.reply.value
        if isinstance(first.expected, tuple) and isinstance(value, tuple | list) and len(value) == len(first.expected):
            self._kept = {i: [] for i in range(len(value)) if not right_at(first, value, i)}

    def __bool__(self):
        return bool(self._kept)

    def note(self, change, result):
        """Keep a change that makes one of the wrong results right on the first case."""
        if isinstance(result, list | tuple) and len(result) == 3:
            right = [kept for place, kept in self._kept.items() if right_at(self._first, result[0], place)]
            if right and unchanged(self._exercise, self._first, result):
                for kept in right:
                    kept += [change] * (len(kept) < _MOST_KEPT)

    def that_hold(self, run, trials):
        """Return for each wrong result a change that makes it right on every case, by the name of the result.

        One that makes several of them right comes first: they may share what is wrong, in a line before. Where such
        changes are in more than one line, the last of these lines is the likeliest, since least else hangs on it; but
        none of them is shown to be the wrong one.

        Parameters
        ----------
        run : callable
            ``run(change, trial)`` gives what came back with the change, as `variants.outcomes` does.
        trials : list of Trial

        Returns
        -------
        dict of str to Change, bool
            The changes, and whether each is in the only line where one was found.
        """
        mends = Counter(id(change) for kept in self._kept.values() for change in kept)
        found, alone = {}, True
        for place, kept in self._kept.items():
            if hold := [each for each in kept if self._holds(run, each, trials, place)]:
                most = max(mends[id(each)] for each in hold)
                likely = [each for each in hold if mends[id(each)] == most]
                found[self._exercise.returns[place]] = max(likely, key=lambda each: each.line)
                alone &= len({(each.function, each.line) for each in likely}) == 1
        return found, alone

    def are_all_in(self, found):
        """Return whether there is a change for each of the wrong results."""
        return {self._exercise.returns[place] for place in self._kept} <= set(found)

    def leaves_an_earlier_one(self, found):
        """Return whether a wrong result is left that comes before all that changes make right.

        What comes back later is often made of it, so the mistake may be in a line before.
        """
        names = [self._exercise.returns[place] for place in self._kept]
        return bool(found) and names[0] not in found

    def _holds(self, run, change, trials, place):
        for trial in trials:
            results = run(change, trial)
            if not results or not results[0] or not unchanged(self._exercise, trial, results[0]):
                return False
            for i in range(len(trial.expected)):
                was = i != place and right_at(trial, trial.reply.value, i)
                if (i == place or was) and not right_at(trial, results[0][0], i):
                    return False
        return True


def right_at(trial, value, place):
    """Return whether one of several results is right."""
    if not isinstance(value, tuple | list) or len(value) != len(trial.expected):
        return False
    if not _near(trial.expected[place], value[place]):
        return False
    mixed = list(trial.expected)
    mixed[place] = value[place]
    return compare.same(trial.expected, tuple(mixed), trial.tolerance)


def wrong_results(trial):
    """Return which of several results are not right on a case, as numbers from 0 on."""
    expected, value = trial.expected, trial.reply.value
    if not isinstance(expected, tuple) or not isinstance(value, tuple | list) or len(value) != len(expected):
        return ()
    return tuple(place for place in range(len(expected)) if not right_at(trial, value, place))


def is_right(exercise, trial, result):
    """Return whether ``[value, arguments, options]`` is what the case asks for."""
    if not isinstance(result, list | tuple) or len(result) != 3:
        return False
    value = result[0]
    if not _near(trial.expected, value) or not compare.same(trial.expected, value, trial.tolerance):
        return False
    return not broken_property(exercise, trial.case, trial.expected, value) and unchanged(exercise, trial, result)


def unchanged(exercise, trial, result):
    """Return whether a call left the arguments as they were, those that may not be changed."""
    _, arguments, options = result
    if not isinstance(arguments, list | tuple) or not isinstance(options, dict):
        return False
    given = dict(zip(exercise.parameters, trial.case.arguments, strict=False)) | dict(trial.case.options)
    after = dict(zip(exercise.parameters, arguments, strict=False)) | options
    return all(
        name in exercise.may_change or not isinstance(before, np.ndarray) or _equal(before, after.get(name))
        for name, before in given.items()
    )


def _near(expected, got):
    """Say quickly whether two values can be the same; nearly all that are tried are not."""
    if isinstance(expected, dict) and isinstance(got, dict):
        got = [got.get(key) for key in expected]
    wanted, found = compare.pieces(expected), compare.pieces(got)
    for a, b in zip(wanted, found, strict=False):
        if isinstance(a, np.ndarray | float) and isinstance(b, np.ndarray | float):
            if np.size(a) != np.size(b):
                return False
            a, b = np.ravel(a), np.ravel(b)
            if a.dtype == b.dtype == np.float64 and a.size:
                off = abs(b[0] - a[0]) > 1e-3 * (1 + abs(a[0]))  # seen sooner than that of all
                if off or not np.all(np.abs(a - b) <= 1e-3 * (1 + np.abs(a))):
                    return bool(np.isnan(a).any())
    return True


def _equal(a, b):
    return isinstance(b, np.ndarray) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")
