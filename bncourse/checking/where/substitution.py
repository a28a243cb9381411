"""The one value that is wrong, found by substitution: with that of a right answer in its place, all comes out right.

The answer is run again on the practice cases with values of right answers in the place of its own, one place at a time.
A place is told only if with it the answer is right on every practice case: then nothing after it is wrong. That it is
the one that is wrong is said only where all values before it are those of right answers. The practice cases are the
ones that everybody knows, so no value of a case that gives points goes where the answer lives.
"""

import ast
import itertools
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from bncourse.checking import compare
from bncourse.checking.trial import attempt, truth_of
from bncourse.checking.where.changes import Changes
from bncourse.checking.where.one_change import Found, helpers_of, may_be_run_again, size_of, tells
from bncourse.checking.where.recognition import on_the_way
from bncourse.checking.where.several import is_right
from bncourse.checking.where.steps import is_real, is_same, is_telling, related, steps_of

SHAPES = "bncourse.checking.variants:shapes"
SUBSTITUTED = "bncourse.checking.variants:substituted"
PRACTICE = 0  # the seed of the cases in the notebook
MOST = 1_500  # tries
SECONDS = 3.0
_MOST_HELD = 12  # tries that were right on one case and are looked at on all


@dataclass(frozen=True)
class _Try:
    number: int  # of the expression
    step: object
    last: bool  # whether the pieces of the step lie along its last axis


def substituted(exercise, answer, trials):
    """Look for the one value of an answer that is wrong.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
        All cases of the check, at least one of which fails.

    Returns
    -------
    Found or None
    """
    if exercise.driver or not may_be_run_again(answer, trials) or not tells(trials):
        return None
    helpers = helpers_of(answer)
    source, places = Changes(answer.source, helpers or ()).observing(names=True)
    if helpers is None or not places:
        return None
    practice = [attempt(exercise, answer, case, truth) for case, truth in _practice(exercise.name, _Kept(exercise))]
    failing = [number for number, trial in enumerate(practice) if trial.kind]
    if not failing or any(trial.reply.timed_out for trial in practice):
        return None
    # the case in which most values tell something: in a batch of one, say, a variance is 0 like much else
    sizes = [size_of(trial) for trial in practice]
    first = min(failing, key=lambda n: (sizes[n] < 8, -len(_steps(_Kept(exercise), n)), sizes[n]))
    return _Search(exercise, answer, source, practice, len(places)).found(first, places)


class _Kept:
    """An exercise as a key that a cache can hold: its name says which it is."""

    def __init__(self, exercise):
        self.exercise = exercise

    def __eq__(self, other):
        return self.exercise is other.exercise

    def __hash__(self):
        return hash(self.exercise.name)


@lru_cache(8)
def _practice(name, kept):
    return [(case, truth_of(kept.exercise, case)) for case in kept.exercise.draw(PRACTICE)]


@lru_cache(128)
def _all_steps(kept, number):
    exercise = kept.exercise
    return steps_of(exercise, _practice(exercise.name, kept)[number][0], is_real)


@lru_cache(128)
def _steps(kept, number):
    return [step for step in _all_steps(kept, number) if is_telling(step.value)]


class _Search:
    def __init__(self, exercise, answer, source, practice, most):
        self.exercise, self.answer, self.source, self.practice = exercise, answer, source, practice
        self.most = most  # the expressions that the source has
        self.kept = _Kept(exercise)

    def found(self, first, places):
        """Give the first place, line by line, that is the only wrong one."""
        seen = self._seen(first)
        tries = list(self._tries(first, seen, places))
        held = [one for (one,) in self._held([(one,) for one in tries[:MOST]], first)]
        unsure = None
        for one in sorted(held, key=lambda t: (t.number, not t.step.name))[:_MOST_HELD]:
            if self._hold_everywhere((one,), first):
                if self._is_alone(one, seen, first):
                    return self._told(one, places, seen, True)
                unsure = unsure or (one if one.step.name else None)
        return self._told(unsure, places, seen, False) if unsure else self._two(first, places, tries)

    def _seen(self, number):
        """Give what was evaluated on a case, by its number: what comes from the answer's side may be anything."""
        return {row[0]: row for row in self._call(SHAPES, number) if _is_row(row, self.most)}

    def _two(self, first, places, tries):
        """Give two values with which all comes out right, where no one value does it: each is all that is assigned."""
        named = [t for t in tries if t.step.name and isinstance(places[t.number][2], ast.Assign | ast.AugAssign)]
        both = [pair for pair in itertools.combinations(named, 2) if pair[0].number != pair[1].number]
        for one, other in self._held(both[:MOST], first)[:_MOST_HELD]:
            if self._hold_everywhere((one, other), first):
                parts = [f"{_right(each)} in the place of {self._place(each, places)}" for each in (one, other)]
                says = f"With {parts[0]}, and {parts[1]}, every case of the check in your notebook comes out right."
                return self._shown(one, places, says)
        return None

    def _held(self, tries, first):
        """Give the tries with which the first case comes out right."""
        results = self._call(SUBSTITUTED, first, [[[t.number, self._values(t)] for t in each] for each in tries])
        if len(results) != len(tries):
            return []
        right = (is_right(self.exercise, self.practice[first], result) for result in results)
        return [each for each, is_held in zip(tries, right, strict=True) if is_held]

    def _is_alone(self, one, seen, first):
        """Say whether a value is that of no right answer, and all before it are, or are plainly made of such values."""
        inputs = self._inputs(first)
        steps = [(step.name, step.value) for step in _steps(self.kept, first)]
        for number, row in seen.items():
            if number == one.number:
                return not self._is_known(row, inputs, steps, near=False)
            if not self._is_known(row, inputs, steps):
                return False
        return False

    def _inputs(self, number):
        case = self.practice[number].case
        return [value for value in (*case.arguments, *case.options.values()) if isinstance(value, np.ndarray)]

    @staticmethod
    def _is_known(row, inputs, steps, near=True):
        _, count, _, values = row
        if count == 1:
            value = values[0]
            known = not is_telling(value) or any(is_same(value, given) for given in inputs)
            known = known or any(is_same(step, value) for _, step in steps)
            return known or (near and on_the_way(value, steps, inputs))
        flat = np.ravel(values)
        if not is_telling(flat):
            return True
        of_size = [np.asarray(each) for each in (*inputs, *(s for _, s in steps)) if np.size(each) == flat.size]
        rows = [("", np.ravel(each)) for each in of_size]
        rows += [("", np.ravel(np.moveaxis(each, -1, 0))) for each in of_size if each.ndim > 1]
        known = any(is_same(flat, row) for _, row in rows)
        return known or (near and on_the_way(flat, rows, [row for _, row in rows]))

    def _tries(self, first, seen, places):
        """Yield which value may stand in which place: of its size, and not its own, nor the result as a whole.

        What is that of a right answer already is left alone where it stands in the middle of a line: another value
        there could make up for a mistake elsewhere.
        """
        trial = self.practice[first]
        inputs = self._inputs(first)
        wanted = compare.pieces(trial.expected)
        steps = []
        whole = wanted if len(wanted) == 1 else []
        for step in _steps(self.kept, first):
            known = any(is_same(step.value, other) for other in (*whole, *(each.value for each in steps)))
            if not known:
                steps.append(step if step.name else replace(step, name=self._name_of(step.value, trial.expected)))
        for number, row in sorted(seen.items()):
            _, count, shape, values = row
            parent, node = places[number][2], places[number][4]
            if isinstance(node, ast.Name) and isinstance(parent, ast.Return | ast.Tuple):
                continue  # what comes back: with another value there, nothing is learnt
            whole = isinstance(node, ast.Name) or isinstance(parent, ast.Assign | ast.AugAssign)
            if not whole and self._is_known(row, inputs, [(s.name, s.value) for s in steps], near=False):
                continue
            size = count * int(np.prod(shape))
            for step in steps:
                if np.size(step.value) != size or (count == 1 and is_same(step.value, values[0])):
                    continue
                yield _Try(number, step, False)
                if count > 1 and np.ndim(step.value) > 1:
                    yield _Try(number, step, True)

    def _name_of(self, value, expected):
        """Give the name of the result that a value is, where several are returned, or ""."""
        if isinstance(expected, dict):
            pairs = expected.items()
        else:
            pairs = zip(self.exercise.returns, expected if isinstance(expected, tuple) else (), strict=False)
        return next((f"`{name}`" for name, each in pairs if is_same(each, value)), "")

    def _hold_everywhere(self, ones, first):
        return all(self._hold(ones, number) for number in range(len(self.practice)) if number != first)

    def _hold(self, ones, number):
        """Say whether a case comes out right with the values of that case in the places, or is right without."""
        trial = self.practice[number]
        steps = {step.key: step for step in _all_steps(self.kept, number)}
        evaluated = self._seen(number)
        there = [one for one in ones if one.number in evaluated]
        if not there or any(one.step.key not in steps for one in there):
            return not trial.kind
        now = [replace(one, step=steps[one.step.key]) for one in there]
        results = self._call(SUBSTITUTED, number, [[[one.number, self._values(one)] for one in now]])
        return bool(results) and is_right(self.exercise, trial, results[0])

    def _values(self, one):
        value = np.asarray(one.step.value, float)
        return np.moveaxis(value, -1, 0).copy() if one.last else value

    def _call(self, driver, number, *arguments):
        given, options = self.practice[number].case.copy()
        reply = self.answer.call((self.source, *arguments, list(given), options), {}, seconds=SECONDS, driver=driver)
        return reply.value if isinstance(reply.value, list) and not reply.fault and not reply.timed_out else []

    def _told(self, one, places, seen, sure):
        place, right = self._place(one, places), _right(one)
        comes = "every case of the check in your notebook comes out right."
        _, count, _, values = seen[one.number]
        says = f"One value is wrong: {place}. With {right} in its place, {comes}"
        if not sure:  # a value that was right may stand for another that is not
            says = f"With {right} in the place of {place}, {comes}"
        if count == 1:
            says += " " + related(np.asarray(one.step.value, float), np.asarray(values[0], float))
        return self._shown(one, places, says, sure)

    def _place(self, one, places):
        line, text, parent, function, _ = places[one.number]
        owner = "" if function == self.answer.name else f" of `{function}`"
        return f"`{text}`{_inside(parent, text)} in line {line}{owner}"

    def _shown(self, one, places, says, sure=False):
        line, text, _, function, _ = places[one.number]
        rows = self.answer.source.splitlines()
        shown = rows[line - 1].strip() if function == self.answer.name and line <= len(rows) else text
        return Found(line, shown, says, function, True, sure)


def _is_row(row, most):
    """Say whether something is ``[number, count, shape, values]`` as `variants.shapes` gives it."""
    if not isinstance(row, list | tuple) or len(row) != 4:
        return False
    number, count, shape, values = row
    return (
        type(number) is int
        and 0 <= number < most
        and type(count) is int
        and isinstance(shape, list | tuple)
        and isinstance(values, np.ndarray)
        and values.dtype.kind == "f"
        and values.shape == (count, *shape)
        and count > 0
    )


def _right(one):
    right = one.step.name or "the value that a right answer has there"
    return f"the right {right}" if right.startswith("`") else right


def _inside(parent, text):
    whole = ast.unparse(parent) if isinstance(parent, ast.expr) and not isinstance(parent, ast.Tuple) else ""
    return f" (in `{whole}`)" if whole and len(text) < 12 and len(whole) < 60 else ""
