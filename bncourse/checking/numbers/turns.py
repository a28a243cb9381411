"""What the names of a loop hold at the end of each of its turns, beside the values of right answers.

An answer that goes through the features one by one, with loops inside for the sums, has no line with a value of a
right answer. But what it finds for one feature after the other is, in a row, such a value, or it is not.
"""

import ast
import copy

import numpy as np

from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.variants import SEEN
from bncourse.checking.where.everywhere import named_steps
from bncourse.checking.where.known import on_the_way, rows_of
from bncourse.checking.where.one_change import SHAPES, may_be_run_again
from bncourse.checking.where.practice import Kept, practice
from bncourse.checking.where.steps import distinct, is_same, is_telling, steps_of

SECONDS = 2.0
_MOST_NAMED = 3
_MOST_CASES = 4
_UNNAMED = "a step of right answers"


def turned(exercise, answer, told):
    """Say which names of a loop take the values of right answers turn by turn, and which do at first.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    told : Trial
        The case that the learner is shown.

    Returns
    -------
    str
        A sentence, or "". It calls no line wrong: a right answer may take a way that nobody has shown yet.
    """
    if exercise.driver or not may_be_run_again(answer, [told]):
        return ""
    functions = Changes(answer.source).functions
    [function] = functions if len(functions) == 1 else [None]
    places = _noted(function) if function else []
    if not places:
        return ""
    source = _noting(function, places)
    holding = _Holding(exercise, answer, source, len(places), [case for case, _ in practice(Kept(exercise))])
    seen = _on(exercise, answer, source, len(places), told.case)
    for loop in dict.fromkeys(loop for loop, _, _ in places):
        here = [(i, name, line) for i, (each, name, line) in enumerate(places) if each is loop]
        if says := _said(loop, here, *seen, holding):
            return says
    return ""


def _on(exercise, answer, source, most, case):
    """Return what the names hold in a case, the steps of right answers there, and the arrays that are passed."""
    arguments, options = case.copy()
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    steps = [(step.name, step.value) for step in named_steps(exercise, steps_of(exercise, case))]
    reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=SHAPES)
    rows = rows_of(reply.value if isinstance(reply.value, list) and not reply.fault else [], most)
    return rows, distinct(steps), inputs


class _Holding:
    """Whether what a name holds is a step of right answers in other cases too; they are run where one is asked for."""

    def __init__(self, exercise, answer, source, most, cases):
        self._run = lambda: [_on(exercise, answer, source, most, case) for case in cases[:_MOST_CASES]]
        self._others = None

    def holds(self, number, name):
        self._others = self._run() if self._others is None else self._others
        for rows, steps, _ in self._others:
            _, count, _, values = rows.get(number, (0, 0, (), np.zeros(0)))
            of_name = [each for step, known in steps if step == name for each in _ways(known, count)]
            flat = np.ravel(values)
            alike = [each for each in of_name if each.size == flat.size]
            if count > 1 and is_telling(flat) and alike and not any(is_same(each, flat) for each in alike):
                return False
        return True


def _noted(function):
    """Return the outermost loops that go to their end, with the names that they give values and where they do last."""
    found = []
    for loop in function.body:
        if not isinstance(loop, ast.For) or any(isinstance(n, ast.Continue | ast.Break) for n in ast.walk(loop)):
            continue
        last = {}
        for node in ast.walk(loop):
            for target in node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]:
                if isinstance(target, ast.Name) and isinstance(node, ast.Assign | ast.AugAssign):
                    last[target.id] = max(last.get(target.id, 0), node.lineno)
        found += [(loop, name, line) for name, line in sorted(last.items(), key=lambda pair: pair[1])]
    return found


def _noting(function, places):
    """Return a text of a function that notes, at the end of each turn of a loop, what names hold."""
    new = copy.copy(function)
    new.body = []
    for statement in function.body:
        notes = [
            ast.Expr(
                ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(number), ast.Name(name, ast.Load())], keywords=[])
            )
            for number, (loop, name, _) in enumerate(places)
            if loop is statement
        ]
        if notes:
            statement = copy.copy(statement)
            statement.body = [*statement.body, *notes]
        new.body.append(statement)
    return ast.unparse(ast.fix_missing_locations(new))


def _said(loop, names, rows, steps, inputs, holding):
    """Say what the names of one loop hold, or "" where none of them tells anything."""
    right, begun, unknown = [], [], []
    for number, name, line in names:
        _, count, _, values = rows.get(number, (0, 0, (), np.zeros(0)))
        flat = np.ravel(values)
        passed = (each for given in inputs for each in _ways(given, count) if each.size == flat.size)
        if count < 2 or not is_telling(flat) or any(is_same(each, flat) for each in passed):
            continue  # a piece of an input at each turn is right wherever it stands, and tells nothing
        alike = [(step or _UNNAMED, each) for step, known in steps for each in _ways(known, count)]
        alike = sorted(((s, each) for s, each in alike if each.size == flat.size), key=lambda pair: pair[0] == _UNNAMED)
        found = [step for step, each in alike if is_same(each, flat)]
        if found and (step := found[0]) != _UNNAMED and not holding.holds(number, step):
            continue  # by chance, as an absolute value is where nothing is negative
        if found:
            right.append(f"`{name}` (line {line}) takes the values of {found[0]}")
        elif _ends_right(steps, flat, count):
            continue  # a sum that grows from turn to turn
        elif found := [step for step, each in alike if _begins_alike(each, flat, count)]:
            begun.append(f"`{name}` (line {line}) has the value of {found[0]}, and in no later turn")
        elif not any(on_the_way(flat, [("", each)], inputs) for _, each in alike):
            unknown.append(f"the values of `{name}` (line {line})")
    turns = f"the loop in line {loop.lineno}"
    right = right[-_MOST_NAMED:]
    listed = ", and ".join([", ".join(right[:-1]), right[-1]] if len(right) > 1 else right)
    said = [f"So far it is right: turn by turn of {turns}, {listed}."] if right else []
    if begun:
        said.append(f"In the first turn of {turns} {begun[0]}.")
    elif right and unknown:
        said.append(f"No right answer known here has {unknown[0]}; another way can be right, too.")
    return " ".join(said)


def _ways(value, count):
    """Return the numbers of a value in the orders in which turns can go through it."""
    axes = [axis for axis, size in enumerate(np.shape(value)) if size == count]
    return [np.ravel(np.moveaxis(np.asarray(value), axis, 0)) for axis in axes]


def _ends_right(steps, flat, count):
    """Return whether what a name holds in the last turn is a step of right answers."""
    last = flat.reshape(count, -1)[-1]
    return is_telling(last) and any(np.size(k) == last.size and is_same(np.ravel(k), last) for _, k in steps)


def _begins_alike(right, yours, count):
    """Return whether the numbers of the first turn are right and none of another turn is."""
    right, yours = (each.reshape(count, -1) for each in (right, yours))
    alike = [is_same(a, b) for a, b in zip(right, yours, strict=True)]
    return alike[0] and not any(alike[1:]) and is_telling(right[0])
