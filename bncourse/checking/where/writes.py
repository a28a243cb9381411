"""The line that writes into an input, found with inputs that cannot be written to: the first one that tries stops."""

from dataclasses import replace

import numpy as np

from bncourse.checking.trial import changed_input
from bncourse.checking.where.found import Found

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
