"""How numbers, arrays and other values are written on a card."""

from collections.abc import Mapping

import numpy as np

from bncourse.checking.answer import Opaque

SHOWN = 5  # an array of so many numbers is shown whole
MOST_IN_A_ROW = 8
# Expected and yours are written with as many significant digits as it takes to tell them apart.
DIGITS = (6, 9, 12, 17)
_ABSENT = "none: "  # with this a driver begins what it says where there is no value
_LONGEST_TOLD = 300


def written(values):
    """Write a row of numbers as a card shows them, with dots where it is cut.

    Parameters
    ----------
    values : array or number

    Returns
    -------
    str
    """
    return _row(np.ravel(values) if np.ndim(values) else values)


def telling(expected, got, wrong, allowed=1.0):
    """Show a small array whole, a large one at the row of its worst element.

    Parameters
    ----------
    expected, got : ndarray
    wrong : ndarray of bool
        Which numbers are wrong.
    allowed : float or ndarray
        How far each may be off.

    Returns
    -------
    str, str
    """
    if expected.size <= SHOWN:
        return told_apart(expected, got)
    with np.errstate(all="ignore"):
        off = np.where(wrong, np.nan_to_num(np.abs(expected - got) / allowed, nan=np.inf), -1.0)
    # the first of those that are equally far off, up to rounding: the same on every machine
    worst = np.unravel_index(int(np.argmax(off >= off.max() * (1 - 1e-9))), expected.shape)
    start = max(0, min(worst[-1] - 1, expected.shape[-1] - 3))
    where = (*worst[:-1], slice(start, start + 3))
    label = ", ".join([*map(str, worst[:-1]), f"{start}:{min(start + 3, expected.shape[-1])}"])
    wanted, yours = told_apart(expected[where], got[where])
    return f"at [{label}]: {wanted}", f"at [{label}]: {yours}"


def differing(expected, got):
    """Show two arrays of one shape that differ: whole where they are small, or else where they differ most.

    Parameters
    ----------
    expected, got : ndarray

    Returns
    -------
    str, str
    """
    expected, got = (np.asarray(value, dtype=float) for value in (expected, got))
    return telling(expected, got, expected != got)


def told_apart(expected, got):
    """Write two arrays with as many digits as it takes to see that they differ.

    Parameters
    ----------
    expected, got : array or number

    Returns
    -------
    str, str
    """
    for digits in DIGITS:
        wanted, yours = _row(expected, digits), _row(got, digits)
        if wanted != yours:
            break
    return wanted, yours


def whole(values, digits=DIGITS[0]):
    """Write a small array with all its numbers."""
    return _row(values, digits)


def _row(values, digits=DIGITS[0]):
    values = np.asarray(values)
    cut = values.ndim == 1 and values.size > MOST_IN_A_ROW
    written = np.array2string(
        values[:MOST_IN_A_ROW] if cut else values,
        formatter={"all": lambda value: _number(value, digits)},
        separator=", ",
        max_line_width=10_000,
        threshold=50,
    ).replace("\n", " ")
    return f"{written[:-1]}, ...]" if cut else written


def _number(value, digits=DIGITS[0]):
    return f"{float(value):.{digits}g}" if np.asarray(value).dtype.kind == "f" else str(value)


def describe(value):
    """Say in a few words what a value is."""
    if isinstance(value, Opaque):
        return f"an object of the type {value.kind}"
    if value is None or isinstance(value, bool):
        return repr(value)
    if isinstance(value, str):
        return f"the text {value[:40]!r}"
    if isinstance(value, Mapping):
        return f"a dictionary with {keys(value)}"
    if isinstance(value, tuple | list):
        return f"a {type(value).__name__} of {len(value)}"
    array = np.asarray(value)
    if array.ndim == 0:
        return f"the number {_number(array)}"
    return f"an array of the shape {shape_of(array)}"


def is_told_absent(value):
    """Return whether a driver says that what it looked for is not there."""
    return isinstance(value, str) and value.startswith(_ABSENT)


def in_words_of_the_check(text):
    """Write what a driver says of an answer; it is no text of the answer, so it stands without quotes."""
    return text.removeprefix(_ABSENT)[:_LONGEST_TOLD]


def keys(mapping):
    """Name the first keys of a dictionary."""
    return ", ".join(map(repr, list(mapping)[:SHOWN])) + (", ..." if len(mapping) > SHOWN else "")


def shape_of(array):
    """Say the shape of an array."""
    return str(array.shape) if array.ndim else "a single number"
