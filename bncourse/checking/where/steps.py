"""The values that right answers pass through: those that the reference names or returns, and on the way there."""

import ast
import copy
import inspect
import sys
import textwrap
from dataclasses import dataclass
from functools import cache
from types import FunctionType

import numpy as np

from bncourse.checking import compare
from bncourse.checking.digits import told_apart
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.variants import observed

_SAME, _SAME_SINGLE = compare.Tolerance(1e-9, 1e-12), compare.Tolerance(1e-5, 1e-6)
_MOST_CALLS = 12
_UNKNOWN = {"normalize_over", "row"}  # functions of the reference that no learner writes
_WHOLE = 2**23  # above it every number of float32 is a whole one


@dataclass(frozen=True)
class Step:
    """A value on the way of a right answer.

    Parameters
    ----------
    key : tuple
        What it is, the same on every case.
    name : str
        What a learner knows it by, or "".
    value : array or float
    """

    key: tuple
    name: str
    value: object


def steps_of(exercise, case, keep=None):
    """Return what right answers pass through on a case.

    Parameters
    ----------
    exercise : Exercise
    case : Case
    keep : callable, optional
        Which values are given; those that tell something (`is_telling`) where it is not said.

    Returns
    -------
    list of Step
        Those with a name first. The result as a whole has none.
    """
    keep = keep or is_telling
    arguments, options = case.copy()
    steps, calls = _run(exercise.reference, arguments, options, keep)
    whole = _gives(exercise.reference.__name__)
    for number, (function, given) in enumerate(calls):
        steps += _inside((number, function.__name__), function, [], given, keep)
    for right in exercise.right_answers:
        arguments, options = case.copy()
        steps += _inside(("", right.__name__), right, arguments, options, keep)
    return [Step(each.key, "" if each.name == whole else each.name, each.value) for each in steps]


def is_telling(value):
    """Return whether a value tells anything: real numbers, not all of them whole but for very large ones."""
    if not isinstance(value, np.ndarray | float) or np.asarray(value).dtype.kind != "f":
        return False
    value = np.asarray(value)
    return bool(np.isfinite(value).all() and np.any((value != np.round(value)) | (np.abs(value) > _WHOLE)))


def is_real(value):
    """Return whether a value is a real number, or an array of them."""
    return isinstance(value, np.ndarray | float) and np.asarray(value).dtype.kind == "f"


def is_same(a, b):
    """Return whether two values are the same, whatever axes of length 1 they have."""
    a, b = np.squeeze(np.asarray(a)), np.squeeze(np.asarray(b))
    if a.shape != b.shape or _is_far(a, b):
        return False
    single = {a.dtype, b.dtype} & {np.dtype(np.float32), np.dtype(np.float16)}
    return compare.same(a, b, _SAME_SINGLE if single else _SAME)


def _is_far(a, b):
    """Say quickly whether the first numbers show that two values are not the same, as nearly all are not."""
    if not a.size or a.dtype.kind != "f" or b.dtype.kind != "f":
        return False
    x, y = a.item(0), b.item(0)
    return abs(x - y) > 1e-3 * (abs(x) + abs(y)) + 1e-3


def distinct(steps):
    """Give steps without those whose value another before has: many a right answer has the same on its way.

    Parameters
    ----------
    steps : list of tuple
        The name and the value of each.

    Returns
    -------
    list of tuple
    """
    kept = {}
    for name, value in steps:
        key = (np.shape(value), f"{np.sum(value):.8g}", f"{np.ravel(value)[0]:.8g}" if np.size(value) else "")
        kept.setdefault(key, (name, value))
    return list(kept.values())


def _gives(name):
    return "" if name in _UNKNOWN else f"what `{name}` gives"


def _run(function, arguments, options, keep):
    """Run a reference function: give the values that it and those it calls return or name, and these calls."""
    steps, calls, number = [], [], {}

    def trace(frame, event, argument):
        module, name = frame.f_globals.get("__name__", ""), frame.f_code.co_name
        if not module.startswith("bncourse.reference") or name.startswith(("_", "<")):
            return None
        frame.f_trace_lines = False
        number[name] = number.get(name, 0) + 1
        this = (name, number[name])
        if len(calls) < _MOST_CALLS and isinstance(frame.f_globals.get(name), FunctionType):
            calls.append((frame.f_globals[name], copy.deepcopy(dict(frame.f_locals))))

        def local(frame, event, argument):
            if event == "return":
                gives = Step((*this, "returns"), _gives(name), argument)
                steps.extend([gives] if gives.name else [])
                steps.extend(
                    Step((*this, each), f"`{each}`", np.copy(value))
                    for each, value in frame.f_locals.items()
                    if keep(value)
                )
                steps.extend([] if gives.name else [gives])
            return local

        return local

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*arguments, **options)
    finally:
        sys.settrace(before)
    return [step for step in steps if keep(step.value)], calls


def _inside(key, function, arguments, options, keep):
    """Return the values of the expressions in one of the course's own functions."""
    source, count = _observing(function)
    try:
        found = observed(function, source, arguments, options) if count else []
    except (TypeError, SyntaxError, NameError):
        return []
    return [Step((*key, number), "", value) for number, value in found if keep(value)]


@cache
def _observing(function):
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        tree.body[0].decorator_list = []
        source, places = Changes(ast.unparse(tree)).observing()
    except (OSError, TypeError, SyntaxError):
        return "", 0
    return source, len(places)


def related(right, yours, label):
    """Say how a value is off the right one in the case of a label: by a sign, a power, a factor; or how both begin."""
    here = f'In the case "{label}"'
    whole = np.shape(right), np.shape(yours)
    right, yours = np.squeeze(right), np.squeeze(yours)
    if right.shape == yours.shape:
        with np.errstate(all="ignore"):
            for other, words in (
                (-right, "with the opposite sign"),
                (right**2, "squared"),
                (np.sqrt(right), "as its root"),
            ):
                if is_same(other, yours):
                    return f"{here} yours is the right one {words}."
            ratio = np.ravel(yours / right)
        is_other = ratio.size > 0 and abs(ratio[0] - 1) > 1e-5  # else it is the digits in which they differ
        even = is_other and np.isfinite(ratio).all() and np.ptp(ratio) <= 1e-9 * abs(ratio[0])
        if even and abs(ratio[0]) > 1e-9:
            return f"{here} yours is {ratio[0]:.6g} times the right one."
    found = _first_difference(right, yours, *whole)
    return f"{here} {found}" if found else ""


def _first_difference(right, yours, wanted, shape):
    """Say where two values first differ, so that what is written of both is never the same; "" where they do not."""
    if right.shape != yours.shape:
        return f"yours has the shape {shape}, and the right one {wanted}."
    flat, other = np.ravel(right), np.ravel(yours)
    off = [i for i in range(flat.size) if not is_same(flat[i], other[i])]
    off = off or [i for i in range(flat.size) if flat[i] != other[i]]
    if not off:
        return ""
    first = off[0]
    if first > 2:  # they begin alike
        index = ", ".join(map(str, np.unravel_index(first, shape)))
        wanted, got = told_apart(flat[first], other[first])
        return f"the first number that differs is at [{index}]: it is {got}, and {wanted} in the right one."
    wanted, got = told_apart(flat[:3], other[:3])
    return f"yours begins with {got}, and the right one with {wanted}."
