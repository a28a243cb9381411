"""The one value that is wrong, found by substitution: with that of a right answer in its place, all comes out right.

The answer is run again on the practice cases with values of right answers in the place of its own, one place at a time.
A place is told only if with it the answer is right on every practice case: then nothing after it is wrong. That it is
the one that is wrong is said only where all values before it are those of right answers. The practice cases are the
ones that everybody knows, so no value of a case that gives points goes where the answer lives.
"""

import ast
import itertools
from dataclasses import replace

import numpy as np

from bncourse.checking import compare
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.trial import attempt
from bncourse.checking.where.digits_lost import is_nearly_right
from bncourse.checking.where.everywhere import Everywhere
from bncourse.checking.where.found import Found
from bncourse.checking.where.known import is_a_right_one, is_known, is_turned, rows_of
from bncourse.checking.where.one_change import helpers_of, may_be_run_again, size_of, tells
from bncourse.checking.where.practice import (
    Kept,
    Try,
    all_steps,
    as_put,
    inside_of,
    is_a_copy,
    name_of,
    now_with,
    practice,
    put,
    right_words,
    statements,
    telling_steps,
)
from bncourse.checking.where.recognition import unfinished
from bncourse.checking.where.several import is_right, wrong_results
from bncourse.checking.where.steps import distinct, is_same, is_telling, related
from bncourse.checking.where.suspects import MOST_SHOWN, Suspects

SHAPES = "bncourse.checking.variants:shapes"
SUBSTITUTED = "bncourse.checking.variants:substituted"
MOST = 1_500  # tries
WORK = 300_000  # values that are computed in all of them, so that a slow loop keeps nobody waiting
SECONDS = 3.0
_MOST_HELD = 12  # tries that were right on one case and are looked at on all


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
    changes = Changes(answer.source, helpers or ())
    source, places = changes.observing(names=True)
    if helpers is None or not places:
        return None
    tried = [attempt(exercise, answer, case, truth) for case, truth in practice(Kept(exercise))]
    failing = [number for number, trial in enumerate(tried) if trial.kind]
    if not failing or any(trial.reply.timed_out for trial in tried):
        return None
    # the case in which most values tell something: in a batch of one, say, a variance is 0 like much else
    sizes = [size_of(trial) for trial in tried]
    first = min(failing, key=lambda n: (sizes[n] < 8, -len(telling_steps(Kept(exercise), n)), sizes[n]))
    search = _Search(exercise, answer, source, tried, len(places))
    return search.found(first, changes, places, doubtful=unfinished(exercise, answer, trials) is None)


class _Search:
    def __init__(self, exercise, answer, source, practice, most):
        self.exercise, self.answer, self.source, self.practice = exercise, answer, source, practice
        self.most = most  # the expressions that the source has
        # then no right value can be taken for a wrong one of another line
        self.one_line = len(statements(answer.source)) == 1 and not helpers_of(answer)
        self.kept = Kept(exercise)
        self.suspects, self.first = None, 0
        self.left, self.noted = WORK, {}
        self.nearly = is_nearly_right(practice)

    def found(self, first, changes, places, doubtful):
        """Return the first place, line by line, that is the only wrong one; doubtful ones only where it is said so."""
        seen = self._seen(first)
        self.first = first
        inputs, steps = self._inputs(first), self._steps(first)
        wrong = wrong_results(self.practice[first])
        chance = Everywhere(self.exercise, self.answer, self.source).by_chance(seen)
        self.suspects = Suspects(self.exercise, changes, places, seen, inputs, steps, wrong, chance)
        tries = list(self._tries(first, seen, places))
        computed = sum(row[1] for row in seen.values())
        if len(tries) * computed > WORK:  # a value of its own name is the likelier one
            tries.sort(key=lambda t: (t.doubtful, t.whole, not t.step.name))
        unnamed = None
        for whole in (False, True):
            unsure = None
            for one in self._that_hold([t for t in tries if t.whole is whole and not t.doubtful], first):
                if self._is_alone(one, seen, first):
                    before = [t for t in tries if t.doubtful and places[t.number][0] < places[one.number][0]]
                    earlier = next(self._that_hold(before, first), None)
                    return self._told(earlier or one, places, seen, not earlier)
                unsure = unsure or (one if one.step.name else None)
                unnamed = unnamed or one
            if unsure:
                two = None if unsure.number in self._reached(seen, first) else self._two(first, places, tries)
                comes_before = two and 0 < two.line < places[unsure.number][0]
                return two if comes_before else self._told(unsure, places, seen, False)
        if two := self._two(first, places, tries):
            return two
        if unnamed or not doubtful:
            return self._told(unnamed, places, seen, False) if unnamed else None
        # a right value, where all before it is right too, and none in another line can be the one
        reached = self._reached(seen, first)
        held = list(self._that_hold([t for t in tries if t.doubtful and t.number in reached], first))
        lines = {places[one.number][0] for one in held}
        return self._told(held[-1], places, seen, False) if len(lines) == 1 else None

    def _that_hold(self, tries, first):
        """Yield the tries with which every case comes out right, those that are evaluated first before."""
        held = [one for (one,) in self._held([(one,) for one in tries], first)]
        held.sort(key=lambda t: (t.number, not t.step.name))
        yield from (one for one in held[:_MOST_HELD] if self._hold_everywhere((one,), first))

    def _seen(self, number):
        """Return what was evaluated on a case, by its number."""
        if number not in self.noted:
            self.noted[number] = rows_of(self._call(SHAPES, number), self.most, exactly=self.nearly)
        return self.noted[number]

    def _two(self, first, places, tries):
        """Give two wrong values with which all comes out right, where no one does it: each is all that is assigned."""
        named = [t for t in tries if t.step.name and not (t.whole or t.doubtful or self.suspects.is_filled(t.number))]
        named = [each for each in named if isinstance(places[each.number][2], ast.Assign | ast.AugAssign | ast.Tuple)]
        seen, inputs, steps = self._seen(first), self._inputs(first), self._steps(first)
        named = [each for each in named if not is_a_right_one(seen[each.number], inputs, steps)]
        enough = [one for (one,) in self._held([(each,) for each in named], first)]  # with these no other is needed
        named = [each for each in named if not any(each is one for one in enough)]
        both = [pair for pair in itertools.combinations(named, 2) if pair[0].number != pair[1].number]
        for one, other in self._held(both, first)[:_MOST_HELD]:
            if self._hold_everywhere((one, other), first):
                return self._told_two((one, other), places)
        return None

    def _told_two(self, both, places):
        parts = [f"{self._right(each)} in the place of {self._place(each, places)}" for each in both]
        says = f"With {parts[0]}, and {parts[1]}, every case of the check in your notebook comes out right."
        lines = {line for each in both for line in self.suspects.lines(each.number)}
        return self._shown(sorted(lines), says)

    def _held(self, tries, first):
        """Return the tries with which the first case comes out right, of those for which there is work left."""
        tries = self._affordable(tries)
        results = self._call(SUBSTITUTED, first, [[put(t) for t in each] for each in tries])
        if len(results) != len(tries):
            return []
        right = (is_right(self.exercise, self.practice[first], result) for result in results)
        return [each for each, is_held in zip(tries, right, strict=True) if is_held]

    def _is_alone(self, one, seen, first):
        """Say whether a value is that of no right answer, and all before it are, or are plainly made of such values."""
        known = is_known(seen[one.number], self._inputs(first), self._steps(first), near=False)
        return not known and one.number in self._reached(seen, first)

    def _reached(self, seen, first):
        """Return those before which all values are those of right answers, or are plainly made of such values."""
        inputs, steps = self._inputs(first), self._steps(first)
        order = list(seen)
        right = itertools.takewhile(lambda number: is_known(seen[number], inputs, steps), order)
        return set(order[: 1 + len(list(right))])

    def _steps(self, number):
        return distinct([(step.name, step.value) for step in telling_steps(self.kept, number)])

    def _inputs(self, number):
        case = self.practice[number].case
        return [value for value in (*case.arguments, *case.options.values()) if isinstance(value, np.ndarray)]

    def _tries(self, first, seen, places):
        """Yield which value may stand in which place: of its size, and not its own, nor the result as a whole.

        What is that of a right answer already is doubtful where it stands in the middle of a line, or where what is
        put there has no name: another value there could make up for a mistake elsewhere.
        """
        trial = self.practice[first]
        inputs = self._inputs(first)
        wanted = compare.pieces(trial.expected)
        steps = []
        whole = wanted if len(wanted) == 1 else []
        for step in telling_steps(self.kept, first):
            known = any(is_same(step.value, each.value) for each in steps)
            if not known and not any(is_turned(step.value, each) for each in whole):
                name = step.name or name_of(self.exercise, step.value, trial.expected)
                steps.append(replace(step, name=name))
        known_steps = [(step.name, step.value) for step in steps]
        for number, row in sorted(seen.items()):
            _, count, shape, values = row
            parent, node = places[number][2], places[number][4]
            is_returned = isinstance(node, ast.Name) and isinstance(parent, ast.Return | ast.Tuple)
            if is_returned or (isinstance(parent, ast.Compare) and not shape):
                continue  # with another value in what comes back, or in a question of order, nothing is learnt
            whole = isinstance(node, ast.Name) or isinstance(parent, ast.Assign | ast.AugAssign | ast.Tuple)
            telling = is_telling(np.ravel(values))
            known = telling and not self.one_line and is_known(row, inputs, known_steps, near=False)
            size = count * int(np.prod(shape))
            copied = known and is_a_copy(number, places)
            as_passed = any(is_same(values[0], each) for each in inputs)  # what is done with it after may be wrong
            for step in steps:
                doubtful = copied or (known and not (whole and step.name))
                other_size = np.size(step.value) != size
                if isinstance(node, ast.Name) and (doubtful or other_size or (as_passed and not step.name)):
                    continue
                if count == 1 and is_same(step.value, values[0]):
                    continue
                axes = np.shape(step.value)
                if not other_size or count == 1 or axes[:1] == (count,):
                    yield Try(number, step, count, False, other_size, known if other_size else doubtful)
                if count > 1 and len(axes) > 1 and (not other_size or axes[-1] == count):
                    yield Try(number, step, count, True, other_size, known if other_size else doubtful)

    def _hold_everywhere(self, ones, first):
        return all(self._hold(ones, number) for number in range(len(self.practice)) if number != first)

    def _hold(self, ones, number):
        """Return whether a case comes out right with the values of that case in the places, or is right without."""
        trial = self.practice[number]
        steps = {step.key: step for step in all_steps(self.kept, number)}
        evaluated = self._seen(number)
        self._seen(self.first).ran |= evaluated.ran if trial.kind else set()
        there = [one for one in ones if one.number in evaluated]
        if not there or any(one.step.key not in steps for one in there):
            return not trial.kind
        now = [now_with(one, steps[one.step.key], evaluated[one.number]) for one in there]
        if None in now:
            return False
        results = self._call(SUBSTITUTED, number, [[put(one) for one in now]])
        return bool(results) and is_right(self.exercise, trial, results[0])

    def _affordable(self, tries):
        """Return those of the tries for which there is work left, and count it as done."""
        computed = max(sum(row[1] for row in self._seen(self.first).values()), 1)
        few = tries[: min(MOST, self.left // computed)]
        self.left -= computed * len(few)
        return few

    def _call(self, driver, number, *arguments):
        given, options = self.practice[number].case.copy()
        reply = self.answer.call((self.source, *arguments, list(given), options), {}, seconds=SECONDS, driver=driver)
        return reply.value if isinstance(reply.value, list) and not reply.fault and not reply.timed_out else []

    def _told(self, one, places, seen, sure):
        _, count, _, values = seen[one.number]
        place, right = self._place(one, places), self._right(one)
        wanted, is_reshaped = as_put(one, values[0])
        right = f"{right.rstrip(',')}, in the shape of yours," if is_reshaped else right
        comes = "every case of the check in your notebook comes out right."
        lines = (self.suspects.lines_if_right if one.doubtful else self.suspects.lines)(one.number)
        near = is_known(seen[one.number], self._inputs(self.first), self._steps(self.first))
        sure = sure and not near and lines == [(places[one.number][3], places[one.number][0])]
        says = f"With {right} in the place of {place}, {comes}"  # a right value may stand for another that is not
        if sure and count == 1:
            says = f"One value is wrong: {place}. With {right} in its place, {comes}"
        if count == 1:
            how = related(wanted, np.asarray(values[0], float), self.practice[self.first].case.label)
            says = f"{says} {how}".rstrip()
        # a value that nobody has named may make up for what another line does with it, and one into which something
        # is written later for what is not written
        certain = one.step.name or one.doubtful or (count == 1 and len(lines) == 1)
        certain = (certain or self.suspects.are_all_odd(lines)) and not self.suspects.is_filled(one.number)
        return self._shown(lines if certain else [], says, sure and certain)

    def _right(self, one):
        counts = [self._seen(n)[one.number][1] for n in range(len(self.practice)) if one.number in self._seen(n)]
        is_both = one.step.name.strip("`") in {*self.exercise.parameters} & {*self.exercise.returns}
        return right_words(one, max(counts) > 1, "result " if is_both else "")

    def _place(self, one, places):
        line, text, parent, function, _ = places[one.number]
        owner = "" if function == self.answer.name else f" of `{function}`"
        return f"`{text}`{self.suspects.which(one.number) or inside_of(parent, text)} in line {line}{owner}"

    def _shown(self, lines, says, sure=False):
        """Show the lines in which the mistake can be, or none where they are too many."""
        functions = {function for function, _ in lines}
        if len(lines) > MOST_SHOWN or len(functions) != 1 or self.suspects.hangs_on_what_is_elsewhere(lines):
            return Found(0, "", says, self.answer.name, True, sure)
        if len(lines) > 1:
            says += f" So what is wrong is in {', in '.join(f'line {number}' for _, number in lines)}, or in both."
        return Found(lines[0][1], self.suspects.shown(lines), says, functions.pop(), True, sure)
