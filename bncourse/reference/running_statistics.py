"""How long running statistics take to follow, and how to get those of the whole training set at once."""

import math

import numpy as np


def steps_to_reach(share, momentum):
    """Return how many updates a moving average needs to hold a share of a new, constant value.

    After n updates the weight of the old value is ``momentum**n``, so the average holds
    ``1 - momentum**n`` of the new one: the answer is the smallest whole n with
    ``1 - momentum**n >= share``.

    Parameters
    ----------
    share : float
        More than 0 and less than 1.
    momentum : float
        The weight of the old value (Keras's convention), more than 0 and less than 1.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If `share` or `momentum` does not lie between 0 and 1.

    References
    ----------
    Ioffe and Szegedy (2015), section 3.1, on moving averages. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> steps_to_reach(0.9, 0.99)
    230
    >>> steps_to_reach(0.99, 0.9)
    44
    """
    for name, value in (("share", share), ("momentum", momentum)):
        if not 0 < value < 1:
            raise ValueError(f"{name} is {value}; it lies between 0 and 1")
    steps = max(1, math.floor(math.log(1 - share) / math.log(momentum)) - 1)  # one or two early: logs are rounded
    while 1 - momentum**steps < share:
        steps += 1
    return steps


def population_statistics(batches):
    """Return the mean and the variance of the training set from batches, in place of a moving average.

    With m examples in each batch, averages the batch means, and takes ``m / (m - 1)`` times the average
    of the (biased) batch variances: an unbiased estimate of the variance, for each batch variance is too
    small by ``(m - 1) / m`` on average.

    Parameters
    ----------
    batches : ndarray of shape (batches, batch, features)
        What the layer was given, batch after batch, with the weights held still.

    Returns
    -------
    mean, var : ndarray of shape (features,)

    Raises
    ------
    ValueError
        If `batches` does not have three axes, holds no batch, or its batches hold fewer than two examples.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 2, line 10. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> population_statistics(np.array([[[0.0], [2.0]], [[4.0], [8.0]]]))
    (array([3.5]), array([5.]))
    """
    batches = np.asarray(batches)
    if batches.ndim != 3 or len(batches) == 0:
        raise ValueError(f"batches has shape {batches.shape}; it has three axes, (batches, batch, features)")
    size = batches.shape[1]
    if size < 2:
        raise ValueError(f"a batch holds {size} examples; the variance of a batch needs at least two")
    mean = batches.mean(axis=1).mean(axis=0)
    var = size / (size - 1) * batches.var(axis=1).mean(axis=0)
    return mean, var
