"""Whether a value of an answer is a step of right answers in all practice cases, or by chance in the one at hand.

An absolute value is the value itself where nothing is negative, the last number is the largest where numbers rise, and
a mean is the median where they lie evenly. In one case that looks right; another one tells.
"""

from dataclasses import replace

import numpy as np

from bncourse.checking.variants import AGAIN
from bncourse.checking.where.defaults import other_defaults
from bncourse.checking.where.practice import Kept, practice, telling_steps
from bncourse.checking.where.steps import is_same, is_telling, related

OBSERVED = "bncourse.checking.variants:observed"
SECONDS = 2.0
_MOST_CASES = 4


def named_steps(exercise, steps):
    """Return steps of which none has the name of a parameter: the reference may give that to something else."""
    given = {f"`{name}`" for name in exercise.parameters}
    return [replace(step, name="") if step.name in given else step for step in steps]


class Everywhere:
    """What the expressions of an answer give in the practice cases, each of which is run only where it is asked for.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    source : str
        A text that notes values, as `Changes.observing` gives it.
    """

    def __init__(self, exercise, answer, source):
        self._kept, self._answer, self._source = Kept(exercise), answer, source
        self._seen = {}
        # a default of the answer's own makes the cases differ that do not pass it
        others = other_defaults(exercise, answer.source)
        cases = enumerate(case for case, _ in practice(self._kept))
        self._places = [place for place, case in cases if set(others) <= set(exercise.call_of(case))]

    def difference(self, number, step):
        """Say in which case an expression is not a step of right answers; "" where it is that in all of them.

        Parameters
        ----------
        number : int
            That of the expression.
        step : Step

        Returns
        -------
        str
        """
        for place in self._places:
            case, _ = practice(self._kept)[place]
            value = self._values(place).get(number)
            wanted = next((each.value for each in telling_steps(self._kept, place) if each.key == step.key), None)
            if wanted is None or value is None or isinstance(value, str) or not is_telling(value):
                continue
            if not is_same(np.asarray(value, wanted.dtype if hasattr(wanted, "dtype") else float), wanted):
                return related(np.asarray(wanted, float), np.asarray(value, float), case.label)
        return ""

    def by_chance(self, rows):
        """Return the expressions that are steps of right answers in some practice cases, and in others not.

        Parameters
        ----------
        rows : dict
            What `variants.shapes` gave of the answer on one case, by the number of the expression.

        Returns
        -------
        set of int
        """
        once = [number for number, row in rows.items() if row[1] == 1 and is_telling(row[3][0])]
        tell = sorted(self._places, key=lambda place: -len(telling_steps(self._kept, place)))
        tell = tell[:_MOST_CASES]
        found = set()
        for number in once:
            is_step = {place: self._is_a_step(number, place) for place in tell}
            if True in is_step.values() and False in is_step.values():
                found.add(number)
        return found

    def _is_a_step(self, number, place):
        """Return whether an expression has the value of a step or an input in a case; None where it tells nothing."""
        value = self._values(place).get(number)
        if value is None or not is_telling(value):
            return None
        arguments, options = practice(self._kept)[place][0].arguments, practice(self._kept)[place][0].options
        inputs = [each for each in (*arguments, *options.values()) if isinstance(each, np.ndarray)]
        known = (*inputs, *(step.value for step in telling_steps(self._kept, place)))
        return any(np.size(each) == np.size(value) and is_same(each, value) for each in known)

    def _values(self, place):
        if place not in self._seen:
            arguments, options = practice(self._kept)[place][0].copy()
            asked = (self._source, list(arguments), options)
            reply = self._answer.call(asked, {}, seconds=SECONDS, driver=OBSERVED)
            pairs = reply.value if isinstance(reply.value, list) and not reply.fault and not reply.timed_out else []
            pairs = [pair for pair in pairs if isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int)]
            self._seen[place] = {number: value for number, value in pairs if not _is_again(value)}
        return self._seen[place]


def _is_again(value):
    return isinstance(value, str) and value == AGAIN
