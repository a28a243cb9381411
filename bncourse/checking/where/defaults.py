"""The first line of an answer: a default that is not that of the task."""

import ast
import inspect

from bncourse.checking.where.found import Found
from bncourse.checking.where.one_change import may_be_run_again
from bncourse.checking.where.several import is_right

SECONDS = 5.0


def other_defaults(exercise, source):
    """Return the parameters that have another default in an answer than in the task.

    Parameters
    ----------
    exercise : Exercise
    source : str

    Returns
    -------
    dict
        By name: the default of the task, and how the answer writes its own.
    """
    try:
        [function] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    if isinstance(function, ast.ClassDef):  # of a class it is the first line of what makes it
        function = next((each for each in function.body if getattr(each, "name", "") == "__init__"), None)
    elif exercise.driver:
        return {}
    if not isinstance(function, ast.FunctionDef):
        return {}
    given = [*function.args.posonlyargs, *function.args.args]
    written = dict(zip([a.arg for a in given[::-1]], function.args.defaults[::-1], strict=False))
    written |= {a.arg: d for a, d in zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True) if d}
    found = {}
    for name, parameter in inspect.signature(exercise.reference).parameters.items():
        if name in written and parameter.default is not parameter.empty:
            try:
                value = ast.literal_eval(written[name])
            except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
                continue  # a name or a sum, whose value the text does not tell
            if value != parameter.default or type(value) is bool is not type(parameter.default) is bool:
                found[name] = (parameter.default, ast.unparse(written[name]))
    return found


def said_of(others):
    """Say in a sentence which defaults are others."""
    parts = [f"`{name}={wanted!r}`, and yours has `{name}={yours}`" for name, (wanted, yours) in others.items()]
    return f"The first line of the task has {'; '.join(parts)}."


def wrong_default(exercise, answer, trials):
    """Look whether the defaults are all that is wrong: with those of the task every case comes out right.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial

    Returns
    -------
    Found or None
    """
    others = other_defaults(exercise, answer.source)
    if not others or not may_be_run_again(answer, trials):
        return None
    names = list(inspect.signature(exercise.reference).parameters)
    for trial in (trial for trial in trials if trial.kind):
        arguments, options = trial.case.copy()
        passed = {*names[: len(arguments)], *options}
        missing = {name: wanted for name, (wanted, _) in others.items() if name not in passed}
        if not missing:
            return None
        reply = answer.call(arguments, options | missing, seconds=SECONDS)
        after = {name: value for name, value in reply.options.items() if name not in missing}
        if reply.fault or reply.timed_out or not is_right(exercise, trial, [reply.value, reply.arguments, after]):
            return None
    line = answer.source.splitlines()[0].strip()
    says = f"{said_of(others)} With {'that' if len(others) == 1 else 'those'} every case of this check comes out right."
    return Found(1, line, says, answer.name, True)
