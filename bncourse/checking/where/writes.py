"""The line that writes into an input, found with inputs that cannot be written to: the first one that tries stops."""

from bncourse.checking.where.one_change import Found

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
    trial = next((trial for trial in trials if trial.kind == "changed"), None)
    if trial is None or answer.kind != "function":
        return None
    arguments, options = trial.case.copy()
    names = dict(zip(exercise.parameters, arguments, strict=False)) | options
    kept = [value for name, value in names.items() if name not in exercise.may_change and hasattr(value, "flags")]
    if exercise.driver:
        for value in kept:
            value.flags.writeable = False
        reply = answer.call(arguments, options, seconds=SECONDS, driver=exercise.driver)
    else:
        asked = (list(arguments), dict(options), [name for name in names if name not in exercise.may_change])
        reply = answer.call((*asked, list(exercise.parameters)), {}, seconds=SECONDS, driver=DRIVER)
    fault = reply.fault
    if not fault or "read-only" not in fault.message or not fault.line:
        return None
    says = f"Line {fault.line} is the first that writes into an array of the caller, whatever it is called there."
    return Found(fault.line, fault.text, says, answer.name, False)
