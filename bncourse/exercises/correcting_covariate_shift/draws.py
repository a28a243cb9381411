"""Random weights and losses that tell right from wrong: no weight is the mean, and no mean is 1."""

import numpy as np


def weights(rng, size, mean=None):
    """Draw positive weights whose mean is far from 1, some several times as large as others.

    Parameters
    ----------
    rng : numpy.random.Generator
    size : int
    mean : float, optional
        Where it is not given, one from 2 to 4.

    Returns
    -------
    ndarray of shape (size,)
    """
    drawn = np.exp(rng.uniform(-1.5, 1.5, size))
    mean = rng.uniform(2.0, 4.0) if mean is None else mean
    return mean * drawn / drawn.mean()


def losses(rng, size):
    """Draw losses between 0 and 3.

    Returns
    -------
    ndarray of shape (size,)
    """
    return rng.uniform(0.05, 3.0, size)
