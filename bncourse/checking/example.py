"""The example by hand of a task, worked by the learner's own function: a next thought where no mistake has a name."""

import numpy as np

from bncourse.checking.digits import DIGITS, whole
from bncourse.checking.trial import attempt
from bncourse.checking.verdict import Finding


def by_hand(exercise, answer):
    """Call an answer with the numbers that the task works out by hand.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer

    Returns
    -------
    Finding or None
        Both results side by side; None where they are the same, or where there is no example or no result.
    """
    case = exercise.example
    if case is None:
        return None
    trial = attempt(exercise, answer, case)
    if not trial.kind or trial.reply.fault or trial.reply.timed_out or not _is_plain(trial.reply.value):
        return None
    called = ", ".join(f"{name}={_said(value)}" for name, value in exercise.call_of(case).items())
    for digits in DIGITS:
        wanted, yours = (_result(exercise, value, digits) for value in (trial.expected, trial.reply.value))
        if wanted != yours:
            break
    details = (("called", f"{exercise.name}({called})"), ("by hand", wanted), ("yours", yours))
    return Finding("the example of the task should come out", details)


def _is_plain(value):
    parts = value if isinstance(value, tuple | list) else [value]
    return all(isinstance(part, np.ndarray | np.generic | int | float) for part in parts)


def _said(value):
    return whole(value) if isinstance(value, np.ndarray) else repr(value)


def _result(exercise, value, digits):
    if isinstance(value, tuple | list) and len(value) == len(exercise.returns):
        pairs = zip(exercise.returns, value, strict=True)
        return ", ".join(f"{name} {whole(part, digits)}" for name, part in pairs)
    return whole(np.asarray(value), digits)
