"""The one change that makes an answer right, found by trying: said only where every case has shown it.

Where no known wrong idea agrees with an answer, its text is tried with single small changes (`changes`), each run on
the case that fails, where the learner's function lives (`variants`). A change is told only if with it the answer is
right on every case of the check: then it is true, whatever the learner meant. Nothing is said where that is not shown.
"""

import ast
import itertools
import time
from dataclasses import dataclass

import numpy as np

from bncourse.checking import compare
from bncourse.checking.changes import Changes

DRIVER = "bncourse.checking.variants:outcomes"
MOST = 1_500  # how many changes are tried: a number, so that a verdict hangs on no clock
SECONDS = 10.0  # never reached but on a machine that is very busy
SLOWEST = 0.05  # seconds of the fastest call; a slower answer is left alone
_BATCH = 100
# what could leave a trace, or come out differently at each call
_UNSAFE = {"open", "input", "exec", "eval", "compile", "__import__", "globals", "setattr", "delattr", "random"}


@dataclass(frozen=True)
class Found:
    """A change that makes all cases right, or all of one part.

    Parameters
    ----------
    line : int
        The line of the answer, counted from its ``def``.
    text : str
        That line as it stands.
    says : str
        The sentence to the learner.
    """

    line: int
    text: str
    says: str


def one_change(exercise, answer, trials, seconds=SECONDS):
    """Look for a single change that makes an answer right on every case.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
        All cases of the check, at least one of which fails.
    seconds : float
        How long to look.

    Returns
    -------
    Found or None
    """
    if exercise.driver or not may_be_run_again(answer, trials) or not _tells(trials):
        return None
    until = time.monotonic() + seconds
    failing = [trial for trial in trials if trial.kind]
    first = min(failing, key=lambda trial: (_size(trial) < 8, _size(trial)))  # of one number many a change is right
    changes = Changes(answer.source)
    candidates = itertools.islice(changes, MOST)
    while batch := list(itertools.islice(candidates, _BATCH)):
        results = _outcomes(answer, changes.source(batch), len(batch), first, until)
        if results is None:
            return None
        for change, result in zip(batch, results, strict=True):
            if _is_right(exercise, first, result):
                scope = _holds(exercise, answer, changes.source([change]), trials, failing, until)
                if scope is not None:
                    return _told(answer, change, scope)
    return None


def may_be_run_again(answer, trials):
    """Say whether an answer can be run in another form without harm: it ends, leaves no trace, and draws nothing."""
    if answer.kind != "function" or not answer.source:
        return False
    if any(trial.reply.timed_out for trial in trials) or min(trial.reply.seconds for trial in trials) > SLOWEST:
        return False
    try:
        tree = ast.parse(answer.source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.While | ast.Global | ast.Nonlocal | ast.AsyncFunctionDef | ast.Yield | ast.YieldFrom):
            return False
        if getattr(node, "id", None) in _UNSAFE or getattr(node, "attr", None) in _UNSAFE:
            return False
    return True


def _tells(trials):
    """Say whether the right results are so varied that a change does not hit them by chance: real numbers."""
    telling = 0
    for trial in trials:
        values = [np.asarray(piece) for piece in compare.pieces(trial.expected)]
        numbers = [value for value in values if value.dtype.kind == "f"]
        telling += any(np.any(value != np.round(value)) for value in numbers)
    return telling >= 2 and any(trial.kind for trial in trials)


def _size(trial):
    return sum(np.size(value) for value in trial.case.arguments)


def _outcomes(answer, source, count, trial, until):
    left = until - time.monotonic()
    if left <= 0:
        return None
    arguments, options = trial.case.copy()
    reply = answer.call((source, count, list(arguments), options), {}, seconds=left, driver=DRIVER)
    if reply.fault or reply.timed_out or not isinstance(reply.value, list) or len(reply.value) != count:
        return None
    return reply.value


def _is_right(exercise, trial, result):
    if not isinstance(result, list | tuple) or len(result) != 3:
        return False
    value, arguments, options = result
    if not _near(trial.expected, value) or not compare.same(trial.expected, value, trial.tolerance):
        return False
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
    wanted, found = compare.pieces(expected), compare.pieces(got)
    for a, b in zip(wanted, found, strict=False):
        if isinstance(a, np.ndarray | float) and isinstance(b, np.ndarray | float):
            if np.size(a) != np.size(b):
                return False
            a, b = np.ravel(a), np.ravel(b)
            if a.dtype.kind == b.dtype.kind == "f" and not np.all(np.abs(a - b) <= 1e-3 * (1 + np.abs(a))):
                return bool(np.isnan(a).any())
    return True


def _equal(a, b):
    return isinstance(b, np.ndarray) and np.array_equal(a, b, equal_nan=a.dtype.kind == "f")


def _holds(exercise, answer, source, trials, failing, until):
    """Give where the change makes all right: "" for everywhere, or the name of one part; None if nowhere."""
    right = {}
    for trial in trials:
        results = _outcomes(answer, source, 1, trial, until)
        if results is None:
            return None
        right.setdefault(trial.case.part, []).append(_is_right(exercise, trial, results[0]))
        if not trial.case.part and not right[""][-1]:
            return None
    if all(map(all, right.values())):
        return ""
    were_right = {trial.case.part for trial in trials} - {trial.case.part for trial in failing}
    mended = [part for part, results in right.items() if all(results) and part not in were_right]
    kept = all(all(right[part]) for part in were_right)
    return mended[0] if kept and len(mended) == 1 and mended[0] else None


def _told(answer, change, scope):
    lines = answer.source.splitlines()
    text = lines[change.line - 1].strip() if change.line <= len(lines) else ""
    cases = f"every case of {scope!r}" if scope else "every case of this check"
    return Found(change.line, text, f"One change makes {cases} come out right: in line {change.line}, {change.says}.")
