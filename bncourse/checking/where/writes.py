"""The line that writes into an input, or into a right value that is none after that.

The first is found with inputs that cannot be written to: the first line that tries stops.
"""

import ast
from dataclasses import replace

import numpy as np

from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.trial import changed_input
from bncourse.checking.where.flow import Flow, written_into
from bncourse.checking.where.found import Found
from bncourse.checking.where.known import is_known, rows_of
from bncourse.checking.where.one_change import SHAPES, helpers_of
from bncourse.checking.where.steps import distinct, is_telling, steps_of

DRIVER = "bncourse.checking.variants:read_only"
SECONDS = 5.0


def first_write(exercise, answer, trials):
    """Look for the first line of an answer that changes an input which must stay as it is.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial

    Returns
    -------
    Found or None
    """
    trial = next((trial for trial in trials if changed_input(exercise, trial)), None)
    if trial is None or answer.kind != "function":
        return None
    arguments, options = trial.case.copy()
    names = dict(zip(exercise.parameters, arguments, strict=False)) | options
    kept = [name for name, value in names.items() if name not in exercise.may_change and isinstance(value, np.ndarray)]
    if exercise.driver:
        for name in kept:
            names[name].flags.writeable = False
        reply = answer.call(arguments, options, seconds=SECONDS, driver=exercise.driver)
    else:
        asked = (list(arguments), dict(options), kept, list(exercise.parameters))
        reply = answer.call(asked, {}, seconds=SECONDS, driver=DRIVER)
    fault = reply.fault
    if not fault or "read-only" not in fault.message or not fault.line:
        return None
    says = f"Line {fault.line} is the first that writes into an array of the caller, whatever it is called there."
    return Found(fault.line, fault.text, says, answer.name, False)


def also_writes(exercise, answer, replay, ideas):
    """Say that an answer changes an input beside its mistake, unless an idea that is told does so itself.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    replay : Replay
    ideas : list of WrongIdea
        What is told of the mistake.

    Returns
    -------
    Found or None
    """
    trial = next((trial for trial in replay.trials if changed_input(exercise, trial)), None)
    if trial is None or any(_writes(replay.result((idea,), trial), trial) for idea in ideas):
        return None
    found = first_write(exercise, answer, [trial]) or Found(0, "", "", answer.name, False)
    line = f" Line {found.line} is the first that does: `{found.text[:80]}`." if found.line else ""
    says = f"The caller's {changed_input(exercise, trial).yours} in place, and must stay as it was.{line}"
    return replace(found, says=says)


def _writes(result, trial):
    pairs = zip(trial.case.arguments, result.arguments, strict=True)
    return any(isinstance(a, np.ndarray) and not np.array_equal(a, b, equal_nan=a.dtype.kind == "f") for a, b in pairs)


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
        for name in used & given & _names_written(statement.node)
        if statement.tree == answer.name and statement.node.lineno < line
    }
    return writers.pop() if len(writers) == 1 else (0, "")


def _is_name(node):
    return isinstance(node, ast.Name)


def _names_written(node):
    target = getattr(node, "target", None) if isinstance(node, ast.AugAssign) else None
    return written_into(node) | ({target.id} if _is_name(target) else set())
