"""How far an answer is right: which of its values a right answer has too, and which is the first that none has.

The answer is run once more on the case that fails, where it lives, and notes the value of each expression. The
reference, and the right answers that the exercise knows, are run on the same case, and so are the reference
functions they are made of. What is said is what was compared: this value is that one, and this is the first that is
none of them. It is not said that the line is wrong: a right answer may take a way that nobody has shown yet.
"""

import ast
import copy
import inspect
import sys
import textwrap
from types import FunctionType

import numpy as np

from bncourse.checking import compare
from bncourse.checking.changes import Changes
from bncourse.checking.one_change import helpers_of, may_be_run_again
from bncourse.checking.variants import observed

DRIVER = "bncourse.checking.variants:observed"
SECONDS = 2.0
_SAME = compare.Tolerance(1e-9, 1e-12)
_MOST_NAMED = 3
_MOST_CALLS = 12


def recognized(exercise, answer, trials, told):
    """Say how far the values of an answer are those of a right one; "" where there is nothing to say.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
    told : Trial
        The case that the learner is shown.

    Returns
    -------
    str
    """
    if exercise.driver or not may_be_run_again(answer, trials):
        return ""
    helpers = helpers_of(answer)
    source, places = Changes(answer.source, helpers or ()).observing()
    if helpers is None or not places:
        return ""
    arguments, options = told.case.copy()
    reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=DRIVER)
    if reply.fault or reply.timed_out or not isinstance(reply.value, list):
        return ""
    steps = _steps(exercise, told.case)
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    good, plain, first = [], [], None
    for pair in reply.value:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and 0 <= pair[0] < len(places)):
            return ""
        line, text, parent, function = places[pair[0]]
        line = f"line {line}" if function == answer.name else f"line {line} of `{function}`"
        value = pair[1]
        if not _telling(value) or any(_is(value, given) for given in inputs):
            continue
        name = next((name for name, step in steps if _is(step, value)), None)
        if name is None and _on_the_way(value, steps, inputs):
            continue
        if name is None:
            first = (line, text)
            break
        if name:
            good.append((line, _bound(parent) or text, name))
        else:
            plain = [(line, _bound(parent) or text, "a step of a right answer too")]
    if first is None or not (good or plain):
        return ""
    return _sentence(good or plain, first)


def _sentence(good, first):
    named = {name: (line, text) for line, text, name in good}  # the last place that has it
    parts = [f"`{text}` ({line}) is {name}" for name, (line, text) in list(named.items())[-_MOST_NAMED:]]
    right = ", and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]
    line, text = first
    return (
        f"So far it is right: {right}. `{text}` ({line}) is the first value that none of the right answers known "
        "here passes through."
    )


def _bound(parent):
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        return parent.targets[0].id
    return ""


def _telling(value):
    """Say whether a value tells anything: three real numbers, or one that is no whole number."""
    if not isinstance(value, np.ndarray | float) or np.asarray(value).dtype.kind != "f":
        return False
    value = np.asarray(value)
    return bool(np.isfinite(value).all() and np.any(value != np.round(value)))


def _on_the_way(value, steps, inputs):
    """Say whether a value is one plain step from or to those of right answers: a square, a root, a sum for
    a mean, a product with an input.

    Such a value blames nobody, because a right answer may well have it, whether or not one is known that does.
    """
    size = np.size(value)
    rows = {np.size(given) / size for given in inputs if size and np.size(given) > size}
    rows |= {n for given in inputs for n in np.shape(given)[:1]}
    with np.errstate(all="ignore"):
        nearby = [value**2, np.sqrt(np.abs(value)), -value, 1 / value, *(value / n for n in rows if n > 1)]
        nearby += [value / given for given in inputs if np.shape(given) == np.shape(value)[-np.ndim(given) :]]
        return any(_telling(each) and _is(step, each) for each in nearby for _, step in steps) or any(
            _is(np.square(step), value) for _, step in steps
        )


def _is(a, b):
    a, b = np.squeeze(np.asarray(a)), np.squeeze(np.asarray(b))
    return a.shape == b.shape and compare.same(a, b, _SAME)


def _steps(exercise, case):
    """Give what right answers pass through on a case: ``(name, value)``, the name "" where it has none."""
    arguments, options = case.copy()
    steps, calls = _run(exercise.reference, arguments, options)
    whole = _gives(exercise.reference.__name__)
    for function, given in calls:
        steps += [("", value) for value in _inside(function, [], given)]
    for right in exercise.right_answers:
        arguments, options = case.copy()
        steps += [("", value) for value in _inside(right, arguments, options)]
    return [("" if name == whole else name, value) for name, value in steps]


def _gives(name):
    return f"what `{name}` gives"


def _run(function, arguments, options):
    """Run a reference function: give the values that it and those it calls return or name, and these calls."""
    steps, calls = [], []

    def trace(frame, event, argument):
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if not module.startswith("bncourse.reference") or name.startswith(("_", "<")):
            return None
        frame.f_trace_lines = False
        if len(calls) < _MOST_CALLS and isinstance(frame.f_globals.get(name), FunctionType):
            calls.append((frame.f_globals[name], copy.deepcopy(dict(frame.f_locals))))

        def local(frame, event, argument):
            if event == "return":
                steps.append((_gives(name), argument))
                steps.extend((f"`{each}`", np.copy(value)) for each, value in frame.f_locals.items() if _telling(value))
            return local

        return local

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*arguments, **options)
    finally:
        sys.settrace(before)
    return [(name, value) for name, value in steps if _telling(value)], calls


def _inside(function, arguments, options):
    """Give the values of the expressions in one of the course's own functions."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        tree.body[0].decorator_list = []
        source, places = Changes(ast.unparse(tree)).observing()
        found = observed(function, source, arguments, options) if places else []
    except (OSError, TypeError, SyntaxError, NameError):
        return []
    return [value for _, value in found if _telling(value)]
