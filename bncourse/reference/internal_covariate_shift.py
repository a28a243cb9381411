"""Measure how the input of a hidden unit moves while a network trains."""

import numpy as np


def input_percentiles(inputs, percentages=(15, 50, 85)):
    """Return the percentiles of a hidden unit's input at each step of training.

    Parameters
    ----------
    inputs : ndarray of shape (steps, examples)
        The input of one unit, before its activation: row ``t`` holds it at step ``t``, for the same examples.
    percentages : sequence of float, default (15, 50, 85)
        From 0 to 100, as in NumPy's ``percentile`` (not fractions).

    Returns
    -------
    ndarray of shape (steps, number of percentages)
        The percentiles over the examples, one row for each step.

    Raises
    ------
    ValueError
        If `inputs` does not have two axes or is empty, or a percentage is not between 0 and 100.

    Notes
    -----
    Between two examples the percentile is interpolated linearly, NumPy's default.

    References
    ----------
    Ioffe and Szegedy (2015), figure 1 (b, c). https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> input_percentiles(np.array([[0.0, 1.0, 2.0], [10.0, 30.0, 20.0]]), percentages=(25, 50))
    array([[ 0.5,  1. ],
           [15. , 20. ]])
    """
    inputs = np.asarray(inputs)
    if inputs.ndim != 2 or inputs.size == 0:
        raise ValueError(f"inputs has shape {inputs.shape}; a record has two axes, (steps, examples), and is not empty")
    if not all(0 <= percentage <= 100 for percentage in percentages):
        raise ValueError(f"percentages is {percentages}; each one is between 0 and 100")
    of_each_step = np.percentile(inputs, list(percentages), axis=1)
    return of_each_step.T


def drift(percentiles):
    """Return how far the median of a unit's input moves over training, in units of the width of its band.

    Computes ``(largest median - smallest median) / mean(upper - lower)``, where upper and lower are the 85th and the
    15th percentile. It does not change when the unit's input is multiplied by a positive number or moved by a constant.

    Parameters
    ----------
    percentiles : ndarray of shape (steps, 3)
        The 15th, 50th and 85th percentile at each step, from `input_percentiles`.

    Returns
    -------
    float
        0 where the median stands still; above 1 where it moves by more than the width of the band.

    Raises
    ------
    ValueError
        If `percentiles` does not have three columns or holds no step, or the band has no width at any step.

    Notes
    -----
    There is no agreed measure of internal covariate shift: this one sums up what figure 1 of Ioffe and
    Szegedy shows for one unit. A small drift is not proof of easier training.

    References
    ----------
    Ioffe and Szegedy (2015), figure 1 (b, c). https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> drift(np.array([[-1.0, 0.0, 1.0], [2.0, 3.0, 4.0], [0.0, 1.0, 2.0]]))
    1.5
    """
    percentiles = np.asarray(percentiles)
    if percentiles.ndim != 2 or percentiles.shape[1] != 3 or len(percentiles) == 0:
        raise ValueError(f"percentiles has shape {percentiles.shape}; give one row of three percentiles for each step")
    lower, median, upper = percentiles.T
    width = (upper - lower).mean()
    if not width > 0:
        raise ValueError("the band has no width: all examples give the unit the same input, so there is no scale")
    return float((median.max() - median.min()) / width)
