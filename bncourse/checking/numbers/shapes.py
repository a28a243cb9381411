"""What a shape that is not the expected one shows."""

import numpy as np


def of_the_shape(expected, got, name):
    """Say how the shape of a value came to be another one, where that is seen.

    Parameters
    ----------
    expected, got : ndarray
        Of different shapes.
    name : str
        What the value is called.

    Returns
    -------
    str
        A sentence, or "".
    """
    return _of_length_one(expected, got) or _transposed(expected, got) or _one_too_many(expected, got, name)


def let_pass(expected, got, names):
    """Say of a result which axis of length 1 in front was not asked for and is accepted; "" where there is none.

    Parameters
    ----------
    expected, got : ndarray, number, or tuple of them
    names : sequence of str
        What the results are called, where there are several.

    Returns
    -------
    str
    """
    if isinstance(expected, tuple):
        several = isinstance(got, tuple | list) and len(got) == len(expected) == len(names)
        rows = zip(names, expected, got, strict=True) if several else []
        return next((said for name, *pair in rows if (said := let_pass(*pair, [name]))), "")
    if not isinstance(got, np.ndarray) or got.ndim != np.ndim(expected) + 1 or got.shape[0] != 1:
        return ""
    asked = f"{expected.shape} was asked for" if np.ndim(expected) else "one number was asked for, in no array"
    name = names[0] if len(names) == 1 else "the result"
    name = name.capitalize() if name.startswith("the ") else name  # and not that of a variable
    return f"{name} has the shape {got.shape}; {asked}. It is accepted."


def _of_length_one(expected, got):
    """Say where axes of length 1 are all that is too much in a shape."""
    if got.ndim <= expected.ndim or np.squeeze(got).shape != np.squeeze(expected).shape:
        return ""
    alike = np.allclose(got.reshape(expected.shape), expected, 1e-9, 1e-12)
    if expected.ndim == 0:
        right = ", which is right in this case" if alike else ""
        return f"One number is asked for; an array of the shape {got.shape} with one number in it comes back{right}."
    right = " The numbers are right in this case." if alike else ""
    if got.shape == (1, *expected.shape):
        return (
            "There is an axis of length 1 in front that was not asked for; `[0]` behind the result takes it away. "
            f"`keepdims=True`, `[None]` or brackets around an array make one.{right}"
        )
    return f"There are more axes than were asked for, of length 1; `.reshape(...)` takes them away.{right}"


def _one_too_many(expected, got, name):
    """Say where one row of an axis is too many, or is missing, and all the others are right."""
    if got.ndim != expected.ndim:
        return ""
    off = [axis for axis in range(got.ndim) if got.shape[axis] != expected.shape[axis]]
    if len(off) != 1 or abs(got.shape[off[0]] - expected.shape[off[0]]) != 1 or not min(got.size, expected.size):
        return ""
    longer, shorter = (got, expected) if got.size > expected.size else (expected, got)
    size = shorter.shape[off[0]]
    fits = [np.allclose(np.take(longer, range(i, i + size), off[0]), shorter, 1e-9, 1e-12) for i in (0, 1)]
    if fits not in ([True, False], [False, True]):
        return ""
    which = "last" if fits[0] else "first"
    what = f"place on axis {off[0]}" if got.ndim > 1 else "number"
    if longer is got:
        return f"There is one {what} too many in {name}, the {which}. The others are right here."
    return f"The {which} {what} is missing in {name}. The others are right here."


def _transposed(expected, got):
    if got.ndim == expected.ndim >= 2 and sorted(got.shape) == sorted(expected.shape):
        return "The sizes of the axes stand in another order."
    if got.ndim == 0:
        return "One number came back for the whole array."
    return ""
