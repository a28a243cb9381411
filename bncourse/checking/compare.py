"""Are two values the same: first what kind of thing it is, then its shape, then finiteness, then values."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bncourse.checking.answer import Opaque
from bncourse.checking.digits import describe, in_words_of_the_check, is_told_absent, keys, shape_of, telling
from bncourse.checking.numbers.shapes import of_the_shape


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
    make in a right answer. It is a function, for it costs a call and few answers need it. `rows` says whether an
    axis of length 1 may stand before the one axis of a value. `told` says whether texts are what a driver says of an
    answer, and none that the answer gave.
    """

    rtol: float = 1e-8
    atol: float = 1e-10
    single: Callable[[], Sequence[float]] = lambda: ()
    rows: bool = True
    told: bool = False


def mismatch(expected, got, names, tolerance):
    """Return the first way in which `got` differs from `expected`, or None.

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
    """Return whether two values agree, shapes and all."""
    if isinstance(expected, tuple) and isinstance(got, tuple | list):
        pairs = zip(expected, got, strict=False)
        return len(expected) == len(got) and all(_alike(*pair, tolerance, i) for i, pair in enumerate(pairs))
    if isinstance(expected, tuple | Mapping):
        return mismatch(expected, got, ["it"] * 64, tolerance) is None
    return _alike(expected, got, tolerance, 0)


def _alike(expected, got, tolerance, place):
    if _is_numbers(expected) and _is_numbers(got):  # nearly all are numbers that differ, and need no words
        return _off(expected, got, tolerance, place) <= 1
    return _one_mismatch(expected, got, "it", tolerance, place) is None


def distance(expected, got, tolerance, enough=np.inf):
    """Say how far a value is from the expected one, in units of a tolerance; infinite where kinds or shapes differ.

    Parameters
    ----------
    expected, got : array, plain value, or tuple, list or dictionary of these
    tolerance : Tolerance
    enough : float
        Where one part is farther than this, the others are not looked at.

    Returns
    -------
    float
        At most 1 where `got` lies within the tolerance.
    """
    if isinstance(expected, tuple | list):
        if not isinstance(got, tuple | list) or len(expected) != len(got):
            return np.inf
        pairs = zip(expected, got, strict=True)
    elif isinstance(expected, Mapping):
        if not isinstance(got, Mapping) or not expected.keys() <= got.keys():
            return np.inf
        pairs = ((value, got[key]) for key, value in expected.items())
    else:
        pairs = [(expected, got)]
    farthest = 0.0
    for place, pair in enumerate(pairs):
        farthest = max(farthest, _off(*pair, tolerance, place))
        if farthest > enough:
            break
    return farthest


def _off(expected, got, tolerance, place):
    if type(expected) is not np.ndarray and isinstance(expected, tuple | list | Mapping):  # in another one
        return distance(expected, got, tolerance)
    if not _is_numbers(expected) or not _is_numbers(got):
        return 0.0 if _one_mismatch(expected, got, "it", tolerance, place) is None else np.inf
    expected, got = np.asarray(expected), np.asarray(got)
    if _is_row(expected, got, tolerance):
        got = got[0]
    if got.shape != expected.shape:
        return np.inf
    if not got.size:
        return 0.0
    with np.errstate(all="ignore"):
        off = np.abs(expected.astype(float) - got.astype(float)) / _allowed(expected, got, tolerance, place)
        far = np.max(off)
        if np.isnan(far):  # nan where both are nan is no difference, and infinity where both are infinite
            off = np.where((expected == got) | (np.isnan(expected) & np.isnan(got)), 0.0, off)
            far = np.max(np.where(np.isnan(off), np.inf, off))
    return float(far)


def _is_numbers(value):
    if type(value) is not np.ndarray:  # nearly all are arrays, and to ask whether one is a Mapping takes longest
        if isinstance(value, bool | str | Mapping | tuple | list | Opaque | None):
            return False
        value = np.asarray(value)
    return value.dtype.kind in "fiub"


def _allowed(expected, got, tolerance, place):
    """Return how far each number may be off."""
    allowed = tolerance.atol + tolerance.rtol * np.abs(expected.astype(float))
    if got.dtype in (np.float32, np.float16):
        single = tolerance.single()
        allowed = allowed + (single[place] if place < len(single) else 0.0)
    return allowed


def pieces(value):
    """Return the values inside a returned value, so that each can be compared alone."""
    if isinstance(value, tuple | list):
        return list(value)
    if isinstance(value, Mapping):
        return list(value.values())
    return [value]


def _tuple_mismatch(expected, got, names, tolerance):
    wanted = f"a tuple of {len(expected)}: {', '.join(names)}"
    if isinstance(got, np.ndarray) and got.ndim and len(got) == len(expected) and got.dtype.kind in "fiub":
        got = tuple(got)  # rows that are stacked come in the order that was asked for
    if not isinstance(got, tuple | list):
        reason = "" if got is None else f"Return {len(expected)} values, with commas between them."
        kind = "nothing" if got is None else "count"
        return Mismatch(kind, f"it should return {wanted}", wanted, describe(got), reason)
    if len(got) != len(expected):
        return Mismatch("count", f"it should return {wanted}", wanted, f"{len(got)} values")
    triples = zip(expected, got, names[: len(expected)], strict=True)
    found = (_one_mismatch(*triple, tolerance, place) for place, triple in enumerate(triples))
    return next((one for one in found if one), None)


def _mapping_mismatch(expected, got, name, tolerance):
    if not isinstance(got, Mapping):
        return Mismatch("type", f"{name} should be a dictionary", f"a dictionary with {keys(expected)}", describe(got))
    missing = [key for key in expected if key not in got]
    if missing:
        return Mismatch(
            "count", f"{name} should have {keys(expected)}", f"the keys {keys(expected)}", f"the keys {keys(got)}"
        )
    found = (_one_mismatch(expected[key], got[key], str(key), tolerance, place) for place, key in enumerate(expected))
    return next((one for one in found if one), None)


def _one_mismatch(expected, got, name, tolerance, place=0):
    if isinstance(expected, bool | str | None):
        # a truth value may come as NumPy's own
        got = bool(got) if isinstance(got, np.ndarray) and got.ndim == 0 and got.dtype == bool else got
        if type(got) is type(expected) and got == expected:
            return None
        if tolerance.told and isinstance(expected, str) and isinstance(got, str):
            wanted = in_words_of_the_check(expected)
            return Mismatch("values", f"{name} should be {wanted}", wanted, in_words_of_the_check(got))
        return Mismatch("values", f"{name} should be {expected!r}", repr(expected), describe(got))
    return _numbers_mismatch(np.asarray(expected), got, name, tolerance, place)


def _numbers_mismatch(expected, got, name, tolerance, place):
    wanted = describe(expected)
    if got is None:
        return Mismatch(
            "nothing", f"it should return {name}", wanted, "None", "Nothing is returned; is a `return` missing?"
        )
    if isinstance(got, list | tuple):
        kind = type(got).__name__
        if expected.ndim == 0:
            reason = f"A {kind} comes back where one number is wanted. Return the number alone; a comma makes a tuple."
            return Mismatch("type", f"{name} should be a number", wanted, f"a {kind} of {len(got)}", reason)
        return Mismatch("type", f"{name} should be an array", wanted, f"a {kind} of {len(got)}", _boxed(expected, got))
    numbers = "a number" if expected.ndim == 0 else "an array of numbers"
    if tolerance.told and is_told_absent(got):
        return Mismatch("type", f"{name} should be {numbers}", wanted, in_words_of_the_check(got))
    if isinstance(got, Opaque | Mapping | str):
        reason = f"What comes back is {describe(got)}. Return {numbers} and nothing around it."
        return Mismatch("type", f"{name} should be {numbers}", wanted, describe(got), reason)
    got = np.asarray(got)
    if got.dtype.kind not in "fiub":
        reason = f"The type of the numbers is {got.dtype}. Real numbers (float64) are needed."
        return Mismatch("type", f"{name} should hold real numbers", wanted, f"numbers of the type {got.dtype}", reason)
    if _is_row(expected, got, tolerance):
        got = got[0]  # (1, features) is (features,), written for broadcasting
    if got.shape != expected.shape:
        return Mismatch(
            "shape",
            f"{name} should {'have the shape' if expected.ndim else 'be'} {shape_of(expected)}",
            shape_of(expected),
            shape_of(got),
            of_the_shape(expected, got, name),
        )
    with np.errstate(all="ignore"):
        strange = ~np.isfinite(got) & np.isfinite(expected)
        if strange.any():
            return Mismatch(
                "finite",
                f"{name} should be finite",
                *telling(expected, got, strange),
                "Something divides by zero, or takes the root of a negative number.",
            )
        wide, far = expected.astype(float), got.astype(float)
        allowed = _allowed(expected, got, tolerance, place)
        wrong = ~((np.abs(wide - far) <= allowed) | (wide == far) | (np.isnan(wide) & np.isnan(far)))
    if not wrong.any():
        return None
    reason = ""
    if got.dtype.kind in "iub" and expected.dtype.kind == "f" and np.any(wide != np.round(wide)):
        if np.all(np.abs(wide - far) < 1):
            whole = f"The numbers are whole (type {got.dtype})" if got.ndim else "The number is whole"
            reason = f"{whole}, so the fraction{'s were' if got.ndim else ' was'} cut off or rounded."
        elif got.ndim:  # there is more to it, such as what was added up without its fractions
            reason = f"The numbers are whole (type {got.dtype}). An array of that type keeps no fractions."
    return Mismatch("values", f"{name} should have the right values", *telling(wide, far, wrong, allowed), reason)


def _boxed(expected, got):
    """Say what to do about a list or tuple where an array is wanted."""
    kind = type(got).__name__
    try:
        fits = np.shape(got) in (expected.shape, (1, *expected.shape))
    except ValueError:  # the parts have different shapes
        fits = False
    if fits:
        return f"A Python {kind} is not an array, and the next step cannot calculate with it. Return np.array(...)."
    return f"A {kind} of {len(got)} values comes back, where one array is wanted. Return that array alone."


def _is_row(expected, got, tolerance):
    """Return whether a value has an axis of length 1 in front that is let pass: a number in an array of one, say."""
    one_more = got.ndim == expected.ndim + 1 and got.shape[0] == 1
    return one_more and (expected.ndim == 0 or (expected.ndim == 1 and tolerance.rows))
