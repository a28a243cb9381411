"""The digits of scikit-learn as images for a residual network: 1,400 to train on, 397 to test on."""

from typing import NamedTuple

import numpy as np

from bncourse import data

TRAINED_ON = 1400


class Images(NamedTuple):
    """Digits in an order drawn from a seed.

    Parameters
    ----------
    x_train, x_test : ndarray of shape (digits, 8, 8, 1), float32
        The pixels together have mean 0 and standard deviation 1.
    y_train, y_test : ndarray of shape (digits,)
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits(seed):
    """Return the digits, split at random.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Images
    """
    pixels, labels = data.digits()
    order = np.random.default_rng(seed).permutation(len(pixels))
    pixels, labels = pixels[order], labels[order]
    x = ((pixels - pixels.mean()) / pixels.std()).reshape(-1, 8, 8, 1).astype(np.float32)
    return Images(x[:TRAINED_ON], labels[:TRAINED_ON], x[TRAINED_ON:], labels[TRAINED_ON:])
