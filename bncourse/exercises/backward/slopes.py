"""Finite differences, as the right and the wrong gradient checks of the bank take them."""

from functools import lru_cache

import numpy as np


def differences(forward, dout, inputs, step=1e-5, sides=2):
    """Return the finite differences of sum(dout * forward) for each input."""
    inputs = [np.array(value, dtype=float) for value in inputs]
    found = []
    for values in inputs:
        slopes = np.zeros_like(values)
        for index in np.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + step
            above = np.sum(dout * forward(*inputs))
            values[index] = kept - step if sides == 2 else kept
            below = np.sum(dout * forward(*inputs))
            values[index] = kept
            slopes[index] = (above - below) / (sides * step)
        found.append(slopes)
    return found


def random_dout(x):
    """Draw the dout that the answers here share."""
    return np.random.default_rng(1).standard_normal(x.shape)


def close(a, b, tolerance=1e-5):
    """Return whether two arrays agree, relative to their sizes."""
    return bool(np.linalg.norm(a - b) <= tolerance * (np.linalg.norm(a) + np.linalg.norm(b)))


def both(forward, backward, x, gamma, beta, dout=None):
    """Return the finite differences and the gradient of each input."""
    dout = random_dout(x) if dout is None else dout
    inputs = tuple((np.shape(value), np.asarray(value, float).tobytes()) for value in (dout, x, gamma, beta))
    slopes = [slope.copy() for slope in _kept_differences(forward, inputs)]
    return list(zip(slopes, backward(dout, x, gamma, beta), strict=True))


@lru_cache(128)  # most of the answers here differ in what they do with them alone
def _kept_differences(forward, inputs):
    dout, *others = (np.frombuffer(numbers).reshape(shape) for shape, numbers in inputs)
    return differences(forward, dout, others)
