"""The signal along the depth of a new residual network: its mean square in the skip and in each branch."""

import numpy as np

from bncourse import reference
from bncourse.experiments.claim import Claim
from bncourse.experiments.residual.images import digits

_EPS = 1e-3
# 3 x 3 taps on 4 x 4 positions: so many of them lie on the image and not on the padded zeros
ON_THE_IMAGE = (10 / 12) ** 2


def measured(seed, norm, blocks=50, channels=8, batch=64, init=1.0):
    """Send digits through a new network, and take the mean square of the skip and of each branch.

    The network is that of `bncourse.experiments.residual.network`, here in NumPy and float64.

    Parameters
    ----------
    seed : int
        Of the weights and the digits.
    norm : bool
        Whether batch norm ends each branch; else nothing does.
    blocks, channels, batch : int
    init : float
        See `bncourse.experiments.residual.network.residual_network`.

    Returns
    -------
    skip, branch : ndarray of shape (blocks,)
        What arrives at each block, and what its branch adds.
    """
    rng = np.random.default_rng(seed)
    x = digits(seed).x_train[:batch].astype(float)
    x = convolved(x, rng.normal(0, (2 / 9) ** 0.5, (9, channels)))[:, ::2, ::2]
    skip, branch = [], []
    for _ in range(blocks):
        y = convolved(np.maximum(x, 0), rng.normal(0, init * (2 / (9 * channels)) ** 0.5, (9 * channels, channels)))
        if norm:
            y = (y - y.mean(axis=(0, 1, 2))) / np.sqrt(y.var(axis=(0, 1, 2)) + _EPS)
        skip.append((x**2).mean())
        branch.append((y**2).mean())
        x = x + y
    return np.array(skip), np.array(branch)


def convolved(x, kernel):
    """Convolve maps with 3 x 3 filters, padded with zeros.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels)
    kernel : ndarray of shape (9 * channels, filters)

    Returns
    -------
    ndarray of shape (batch, height, width, filters)
    """
    _, height, width, _ = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifted = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.concatenate(shifted, axis=-1) @ kernel


def predicted(start, norm, blocks=50, init=1.0, signal_variance=reference.signal_variance):
    """Predict what `measured` measures, from the variance that arrives at the first block.

    Parameters
    ----------
    start : float
    norm, blocks, init
        Of `measured`.
    signal_variance : callable
        The formula; a reader's own can stand here.

    Returns
    -------
    skip, branch : ndarray of shape (blocks,)
    """
    # He's weights keep the mean square where ReLU halves it; the zeros of the border take a part away
    return signal_variance(blocks, start, init**2 * ON_THE_IMAGE, gamma=1.0 if norm else None)


def along_depth(seed, blocks=50, channels=8, batch=64, init=1.0):
    """Measure the signal with and without batch norm, and predict it.

    Parameters
    ----------
    seed, blocks, channels, batch, init
        Of `measured`.

    Returns
    -------
    dict of float
        "slope", by how much the skip grows a block with batch norm; "share", the last branch's part of what leaves its
        block, times the number of blocks; "growth", the factor a block without it; "predicted", the same predicted;
        "share_none", a branch's part without batch norm, the mean of all blocks.
    """
    skip, branch = measured(seed, True, blocks, channels, batch, init)
    plain, added = measured(seed, False, blocks, channels, batch, init)
    k = np.arange(blocks)
    return {
        "slope": float(np.polyfit(k, skip, 1)[0]),
        "share": float(blocks * branch[-1] / (skip[-1] + branch[-1])),
        "growth": float(np.exp(np.polyfit(k, np.log(plain), 1)[0])),
        "predicted": 1 + init**2 * ON_THE_IMAGE,
        "share_none": float((added / (plain + added)).mean()),
    }


CLAIMS = {
    "residual_signal": Claim(
        "a new residual network of 10 to 50 blocks, 8 to 32 channels, in batches of 64 or 256: with batch norm the "
        "mean square of the skip grows by 0.7 to 1.4 a block, and the last branch is 0.6 to 1.3 parts in as many as "
        "there are blocks; without it the skip grows by a factor a block that is 0.75 to 1.25 of the predicted one, "
        "and a branch is more than 0.2 of a sum; so with He's weights, and with those times 0.8 and 1.25",
        along_depth,
        lambda n: (
            0.7 < n["slope"] < 1.4
            and 0.6 < n["share"] < 1.3
            and 0.75 < n["growth"] / n["predicted"] < 1.25
            and n["growth"] > 1.2
            and n["share_none"] > 0.2
        ),
        over={"blocks": (10, 50), "channels": (8, 32), "batch": (64, 256), "init": (0.8, 1.0, 1.25)},
        notebook="11",
        cells=("signal",),
        told=("signal-read",),
    ),
}
