"""Random batches that tell right from wrong: scales and offsets differ, and nothing is square by accident."""

import numpy as np

from bncourse.checking import Case


def batch(rng, examples=7, features=5, scale=None, offset=None):
    """Draw a batch whose features differ in scale and offset.

    Parameters
    ----------
    rng : numpy.random.Generator
    examples, features : int
    scale, offset : float or ndarray of shape (features,), optional
        Where they are not given, the scale is ``exp(N(0, 1))`` and the offset ``3 N(0, 1)`` for each feature.

    Returns
    -------
    ndarray of shape (examples, features)
    """
    scale = np.exp(rng.standard_normal(features)) if scale is None else scale
    offset = 3 * rng.standard_normal(features) if offset is None else offset
    return scale * rng.standard_normal((examples, features)) + offset


def statistics(rng, features=5):
    """Draw a mean and a variance for each feature that are not those of any batch.

    Returns
    -------
    mean, var : ndarray of shape (features,)
    """
    return 3 * rng.standard_normal(features), np.exp(rng.standard_normal(features))


def affine(rng, features=5):
    """Draw gamma and beta, far from 1 and 0, some of them negative.

    Returns
    -------
    gamma, beta : ndarray of shape (features,)
    """
    return rng.uniform(0.5, 2.0, features) * rng.choice([-1, 1], features), 2 * rng.standard_normal(features)


def maps(rng, shape=(3, 2, 4, 5)):
    """Draw feature maps, channels last, whose channels differ in scale and offset.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple
        (batch, height, width, channels)

    Returns
    -------
    ndarray of the given shape
    """
    channels = shape[-1]
    scale, offset = np.exp(rng.standard_normal(channels)), 3 * rng.standard_normal(channels)
    return scale * rng.standard_normal(shape) + offset


def strided(x):
    """Return the same numbers in an array that is a view with gaps in memory."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def by_hand(*arguments, **options):
    """Return the example that a task works out by hand; lists are arrays of floats.

    Returns
    -------
    Case
    """
    arrays = (np.array(value, dtype=float) if isinstance(value, list) else value for value in arguments)
    return Case("the example by hand", tuple(arrays), options)
