"""The line that writes into a right value, which is no right one after it."""

import ast

import numpy as np

from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.where.flow import Flow, written_into
from bncourse.checking.where.known import is_known, rows_of
from bncourse.checking.where.one_change import SHAPES, helpers_of
from bncourse.checking.where.steps import distinct, is_telling, steps_of

SECONDS = 2.0


def writer_before(exercise, answer, trial, line):
    """Look for the one line that writes into a right value which a line uses after that.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trial : Trial
    line : int
        The one that uses it, counted from the ``def``.

    Returns
    -------
    int
        The line that writes; 0 where there is none, or more than one.
    str
        The name of the value.
    """
    changes = Changes(answer.source, helpers_of(answer) or ())
    source, places = changes.observing(names=True)
    arguments, options = trial.case.copy()
    reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=SHAPES)
    if reply.fault or reply.timed_out or not isinstance(reply.value, list):
        return 0, ""
    rows = rows_of(reply.value, len(places))
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    steps = distinct([(step.name, step.value) for step in steps_of(exercise, trial.case)])

    def is_right(number):
        row = rows.get(number)
        telling = row is not None and row[1] == 1 and is_telling(np.ravel(row[3]))
        return is_known(row, inputs, steps, near=False) if telling else None

    mine = [(n, number, p, node) for n, (number, _, p, tree, node) in enumerate(places) if tree == answer.name]
    used = {node.id for n, at, _, node in mine if at == line and isinstance(node, ast.Name) and is_right(n) is False}
    given = {each.id for n, _, p, _ in mine if is_right(n) for each in getattr(p, "targets", ()) if _is_name(each)}
    writers = {
        (statement.node.lineno, name)
        for statement in Flow(changes.functions).statements
        for name in used & given & _written(statement.node)
        if statement.tree == answer.name and statement.node.lineno < line
    }
    return writers.pop() if len(writers) == 1 else (0, "")


def _is_name(node):
    return isinstance(node, ast.Name)


def _written(node):
    target = getattr(node, "target", None) if isinstance(node, ast.AugAssign) else None
    return written_into(node) | ({target.id} if _is_name(target) else set())
