"""What the names of a loop hold at the end of each of its turns, beside the values of right answers.

An answer that goes through the features one by one, with loops inside for the sums, has no line with a value of a
right answer. But what it finds for one feature after the other is, in a row, such a value, or it is not.
"""

import ast
import copy

import numpy as np

from bncourse.checking.variants import SEEN
from bncourse.checking.where.changes import Changes
from bncourse.checking.where.known import on_the_way, rows_of
from bncourse.checking.where.one_change import SHAPES, may_be_run_again
from bncourse.checking.where.steps import distinct, is_same, is_telling, steps_of

SECONDS = 2.0
_MOST_NAMED = 3
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
    arguments, options = told.case.copy()
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    given = {f"`{name}`" for name in exercise.parameters}  # the reference may give such a name to something else
    steps = [("" if step.name in given else step.name, step.value) for step in steps_of(exercise, told.case)]
    steps = distinct(steps)
    reply = answer.call((_noting(function, places), list(arguments), options), {}, seconds=SECONDS, driver=SHAPES)
    rows = rows_of(reply.value if isinstance(reply.value, list) and not reply.fault else [], len(places))
    for loop in dict.fromkeys(loop for loop, _, _ in places):
        here = [(name, line, rows[i]) for i, (each, name, line) in enumerate(places) if each is loop and i in rows]
        if says := _said(loop, here, steps, inputs):
            return says
    return ""


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


def _said(loop, rows, steps, inputs):
    """Say what the names of one loop hold, or "" where none of them tells anything."""
    right, begun, unknown = [], [], []
    for name, line, (_, count, _, values) in rows:
        flat = np.ravel(values)
        if count < 2 or not is_telling(flat):
            continue
        alike = [(step or _UNNAMED, each) for step, known in steps for each in _ways(known, count)]
        alike = sorted(((s, each) for s, each in alike if each.size == flat.size), key=lambda pair: pair[0] == _UNNAMED)
        if found := [step for step, each in alike if is_same(each, flat)]:
            right.append(f"`{name}` (line {line}) takes the values of {found[0]}")
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
        said.append(f"None of the right answers known here has {unknown[0]}, which need not be wrong for that.")
    return " ".join(said)


def _ways(value, count):
    """Return the numbers of a value in the orders in which turns can go through it."""
    axes = [axis for axis, size in enumerate(np.shape(value)) if size == count]
    return [np.ravel(np.moveaxis(np.asarray(value), axis, 0)) for axis in axes]


def _begins_alike(right, yours, count):
    """Return whether the numbers of the first turn are right and none of another turn is."""
    right, yours = (each.reshape(count, -1) for each in (right, yours))
    alike = [is_same(a, b) for a, b in zip(right, yours, strict=True)]
    return alike[0] and not any(alike[1:]) and is_telling(right[0])
