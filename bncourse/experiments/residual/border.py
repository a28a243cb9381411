"""What becomes of the outputs at the border when a batch norm is folded into the padded convolution behind it."""

import numpy as np

from bncourse import reference
from bncourse.experiments.claim import Claim


def folded(seed, channels=8, size=8, fold=reference.fold_before_conv):
    """Fold a batch norm into the 3 x 3 convolution behind it, and compare the outputs with those of both layers.

    Parameters
    ----------
    seed : int
        Of the maps, the weights and the statistics.
    channels, size : int
        Of the maps.
    fold : callable, default `bncourse.reference.fold_before_conv`

    Returns
    -------
    dict of ndarray of shape (size, size)
        The root mean square of the error at each position, in standard deviations of the right output: "zeros", with
        zeros around the input; "border", with the number that batch norm makes 0.
    """
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((16, size, size, channels)) + rng.standard_normal(channels)
    kernel, bias = rng.standard_normal((3, 3, channels, channels)), rng.standard_normal(channels)
    gamma, beta = rng.uniform(0.5, 2.0, channels), rng.standard_normal(channels)
    mean, var, eps = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2)), 1e-3
    right = convolved(gamma * (x - mean) / np.sqrt(var + eps) + beta, kernel, bias, np.zeros(channels))
    new_kernel, new_bias, border = fold(kernel, bias, gamma, beta, mean, var, eps)
    return {
        name: np.sqrt(((convolved(x, new_kernel, new_bias, padded) - right) ** 2).mean(axis=(0, 3))) / right.std()
        for name, padded in (("zeros", np.zeros(channels)), ("border", border))
    }


def convolved(x, kernel, bias, border):
    """Convolve maps with 3 x 3 filters; around each channel stands its own number.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels in)
    kernel : ndarray of shape (3, 3, channels in, channels out)
    bias : ndarray of shape (channels out,)
    border : ndarray of shape (channels in,)

    Returns
    -------
    ndarray of shape (batch, height, width, channels out)
    """
    batch, height, width, _ = x.shape
    padded = np.tile(np.asarray(border, dtype=float), (batch, height + 2, width + 2, 1))
    padded[:, 1:-1, 1:-1] = x
    taps = (padded[:, i : i + height, j : j + width] @ kernel[i, j] for i in range(3) for j in range(3))
    return sum(taps) + bias


def errors(found):
    """Return the errors of `folded` in the middle, and the mean of them on the edge."""
    edge = np.ones(found["zeros"].shape, dtype=bool)
    edge[1:-1, 1:-1] = False
    return {
        "zeros, middle": float(found["zeros"][~edge].max()),
        "zeros, edge": float(found["zeros"][edge].mean()),
        "border": float(found["border"].max()),
    }


def where(error):
    """Say in words where an error of `folded` is more than rounding.

    Parameters
    ----------
    error : ndarray of shape (size, size)

    Returns
    -------
    {"nowhere", "on the edge", "in the middle", "everywhere"}
    """
    wrong = error > 1e-9
    if not wrong.any():
        return "nowhere"
    if wrong.all():
        return "everywhere"
    return "in the middle" if wrong[1:-1, 1:-1].any() else "on the edge"


def at_the_border(seed, channels=8, size=8):
    """Measure `errors` of the reference."""
    return errors(folded(seed, channels, size))


CLAIMS = {
    "folded_border": Claim(
        "a batch norm folded into the padded convolution behind it: with zeros around the input the outputs are right "
        "in the middle, and on the edge off by more than 0.15 standard deviations; with the number that batch norm "
        "makes 0 they are right everywhere",
        at_the_border,
        lambda n: n["zeros, middle"] < 1e-12 and n["zeros, edge"] > 0.15 and n["border"] < 1e-12,
        over={"channels": (4, 8, 32), "size": (4, 8)},
        notebook="11",
        cells=("border",),
    ),
}
