"""Are two values the same: first what kind of thing it is, then its shape, then finiteness, then values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bncourse.checking.answer import Opaque

SHOWN = 5


@dataclass(frozen=True)
class Mismatch:
    """How a value differs from the expected one.

    Parameters
    ----------
    kind : str
        "nothing", "type", "count", "shape", "finite" or "values".
    sentence : str
        What holds for a right answer, such as "y has the shape (7, 5)".
    expected, yours : str
        The smallest telling numbers.
    reason : str
        What probably happened, where the kind alone tells it; else "".
    """

    kind: str
    sentence: str
    expected: str
    yours: str
    reason: str = ""


@dataclass(frozen=True)
class Tolerance:
    """How close is close enough: relative and absolute, for float64; `single` for answers in float32.

    `single` gives, for each returned value, the absolute difference that rounding to float32 alone can
    make in a right answer. It is a function, for it costs a call and few answers need it.
    """

    rtol: float = 1e-8
    atol: float = 1e-10
    single: Callable[[], Sequence[float]] = lambda: ()


def mismatch(expected, got, names, tolerance):
    """Give the first way in which `got` differs from `expected`, or None.

    Parameters
    ----------
    expected, got : array, plain value, or tuple or dictionary of these
    names : sequence of str
        What to call the value; one name for each element where `expected` is a tuple.
    tolerance : Tolerance
    """
    if isinstance(expected, tuple):
        return _tuple_mismatch(expected, got, names, tolerance)
    if isinstance(expected, Mapping):
        return _mapping_mismatch(expected, got, names[0], tolerance)
    return _one_mismatch(expected, got, names[0], tolerance)


def same(expected, got, tolerance):
    """Say whether two values agree, shapes and all."""
    return mismatch(expected, got, ["it"] * 64, tolerance) is None


def pieces(value):
    """Give the values inside a returned value, so that each can be compared alone."""
    if isinstance(value, tuple | list):
        return list(value)
    if isinstance(value, Mapping):
        return list(value.values())
    return [value]


def _tuple_mismatch(expected, got, names, tolerance):
    wanted = f"a tuple of {len(expected)}: {', '.join(names)}"
    if not isinstance(got, tuple | list):
        reason = "" if got is None else f"Return all {len(expected)}, with commas between them."
        kind = "nothing" if got is None else "count"
        return Mismatch(kind, f"returns {wanted}", wanted, describe(got), reason)
    if len(got) != len(expected):
        return Mismatch("count", f"returns {wanted}", wanted, f"{len(got)} values")
    triples = zip(expected, got, names[: len(expected)], strict=True)
    found = (_one_mismatch(*triple, tolerance, place) for place, triple in enumerate(triples))
    return next((one for one in found if one), None)


def _mapping_mismatch(expected, got, name, tolerance):
    if not isinstance(got, Mapping):
        return Mismatch("type", f"{name} is a dictionary", f"a dictionary with {_keys(expected)}", describe(got))
    missing = [key for key in expected if key not in got]
    if missing:
        return Mismatch(
            "count", f"{name} has {_keys(expected)}", f"the keys {_keys(expected)}", f"the keys {_keys(got)}"
        )
    found = (_one_mismatch(expected[key], got[key], str(key), tolerance, place) for place, key in enumerate(expected))
    return next((one for one in found if one), None)


def _one_mismatch(expected, got, name, tolerance, place=0):
    if isinstance(expected, bool | str | None):
        # a truth value may come as NumPy's own
        got = bool(got) if isinstance(got, np.ndarray) and got.ndim == 0 and got.dtype == bool else got
        if type(got) is type(expected) and got == expected:
            return None
        return Mismatch("values", f"{name} is {expected!r}", repr(expected), describe(got))
    return _numbers_mismatch(np.asarray(expected), got, name, tolerance, place)


def _numbers_mismatch(expected, got, name, tolerance, place):
    wanted = describe(expected)
    if got is None:
        return Mismatch("nothing", f"returns {name}", wanted, "None", "Nothing is returned; is a `return` missing?")
    if isinstance(got, list | tuple):
        kind = type(got).__name__
        if expected.ndim == 0:
            reason = f"A {kind} comes back where one number is wanted. Return the number alone; a comma makes a tuple."
            return Mismatch("type", f"{name} is a number", wanted, f"a {kind} of {len(got)}", reason)
        return Mismatch(
            "type",
            f"{name} is an array",
            wanted,
            f"a {kind} of {len(got)}",
            f"A Python {kind} is not an array, and the next step cannot calculate with it. Return np.array(...).",
        )
    numbers = "a number" if expected.ndim == 0 else "an array of numbers"
    if isinstance(got, Opaque | Mapping | str):
        reason = f"What comes back is {describe(got)}. Return {numbers} and nothing around it."
        return Mismatch("type", f"{name} is {numbers}", wanted, describe(got), reason)
    got = np.asarray(got)
    if got.dtype.kind not in "fiub":
        reason = f"The type of the numbers is {got.dtype}. Real numbers (float64) are needed."
        return Mismatch("type", f"{name} holds real numbers", wanted, f"numbers of the type {got.dtype}", reason)
    if got.ndim == expected.ndim + 1 and got.shape[0] == 1:
        got = got[0]  # (1, features) is (features,), written for broadcasting
    if got.shape != expected.shape:
        return Mismatch(
            "shape",
            f"{name} has the shape {_shape(expected)}",
            _shape(expected),
            _shape(got),
            _transposed(expected, got),
        )
    with np.errstate(all="ignore"):
        strange = ~np.isfinite(got) & np.isfinite(expected)
        if strange.any():
            return Mismatch(
                "finite",
                f"{name} is finite",
                *_telling(expected, got, strange),
                "Something divides by zero, or takes the root of a negative number.",
            )
        wide, far = expected.astype(float), got.astype(float)
        allowed = tolerance.atol + tolerance.rtol * np.abs(wide)
        if got.dtype in (np.float32, np.float16):
            single = tolerance.single()
            allowed = allowed + (single[place] if place < len(single) else 0.0)
        wrong = ~((np.abs(wide - far) <= allowed) | (wide == far) | (np.isnan(wide) & np.isnan(far)))
    if not wrong.any():
        return None
    reason = ""
    if got.dtype.kind in "iub" and expected.dtype.kind == "f" and np.all(np.abs(wide - far) < 1):
        reason = f"The numbers are whole (type {got.dtype}), so the fractions were cut off."
    return Mismatch("values", f"{name} has the right values", *_telling(wide, far, wrong, allowed), reason)


def _telling(expected, got, wrong, allowed=1.0):
    """Show a small array whole, a large one at the row of its worst element."""
    if expected.size <= SHOWN:
        return _row(expected), _row(got)
    with np.errstate(all="ignore"):
        off = np.where(wrong, np.nan_to_num(np.abs(expected - got) / allowed, nan=np.inf), -1.0)
    worst = np.unravel_index(int(np.argmax(off)), expected.shape)
    start = max(0, min(worst[-1] - 1, expected.shape[-1] - 3))
    where = (*worst[:-1], slice(start, start + 3))
    label = ", ".join([*map(str, worst[:-1]), f"{start}:{min(start + 3, expected.shape[-1])}"])
    return f"at [{label}]: {_row(expected[where])}", f"at [{label}]: {_row(got[where])}"


def _row(values):
    values = np.asarray(values)
    if values.ndim == 0:
        return _number(values)
    return np.array2string(
        values, formatter={"all": _number}, separator=", ", max_line_width=10_000, threshold=50
    ).replace("\n", " ")


def _number(value):
    return f"{float(value):.6g}" if np.asarray(value).dtype.kind == "f" else str(value)


def describe(value):
    """Say in a few words what a value is."""
    if isinstance(value, Opaque):
        return f"an object of the type {value.kind}"
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, Mapping):
        return f"a dictionary with {_keys(value)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    array = np.asarray(value)
    if array.ndim == 0:
        return f"the number {_number(array)}"
    return f"an array of the shape {_shape(array)}"


def _keys(mapping):
    return ", ".join(map(repr, list(mapping)[:SHOWN])) + (", ..." if len(mapping) > SHOWN else "")


def _shape(array):
    return str(array.shape) if array.ndim else "a single number"


def _transposed(expected, got):
    if got.ndim == expected.ndim >= 2 and sorted(got.shape) == sorted(expected.shape):
        return "The axes stand in another order."
    if got.ndim == 0:
        return "One number came back for the whole array."
    return ""
