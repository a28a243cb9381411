"""Standardize the columns of a data set: what batch norm does to a batch, done once to the inputs."""

import numpy as np


def standardize(x, eps=1e-8):
    """Return each column the mean 0 and, except for eps, the standard deviation 1.

    Computes ``(x - mean) / sqrt(var + eps)`` column by column, with the mean and the variance of the column.

    Parameters
    ----------
    x : ndarray of shape (examples, features)
        The data, one example a row.
    eps : float, default 1e-8
        Added to the variance (not to the standard deviation), so that a constant column becomes 0.

    Returns
    -------
    ndarray of shape (examples, features)
        Each column has mean 0 and variance ``var / (var + eps)``.

    Raises
    ------
    ValueError
        If `x` does not have two axes, or holds no example.

    Notes
    -----
    The variance is the *biased* one: divided by the number of examples and not by one less. It is NumPy's
    default, and that of scikit-learn's ``StandardScaler``; pandas divides by one less.

    References
    ----------
    LeCun, Bottou, Orr and Müller (1998), Efficient BackProp, section 4.3: why the inputs of a network are
    standardized.

    Examples
    --------
    >>> standardize(np.array([[1.0, 10.0], [3.0, 30.0]]), eps=0.0)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    x = np.asarray(x)
    if x.ndim != 2:
        raise ValueError(f"x has shape {x.shape}; data have two axes, (examples, features)")
    if x.shape[0] == 0:
        raise ValueError(f"x has shape {x.shape}; give at least one example")
    centred = x - x.mean(axis=0)
    var = (centred**2).mean(axis=0)
    return centred / np.sqrt(var + eps)
