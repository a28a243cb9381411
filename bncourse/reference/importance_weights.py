"""Correct for a shift by weighting the source examples: those that the target has more of count more."""

import numpy as np

from bncourse.reference.shapes import row


def density_ratio(logits, n_source, n_target):
    """Give p_target(x) / p_source(x) from the logits of a classifier that tells target from source.

    The classifier's odds, ``exp(logit)``, hold the ratio of the densities and the ratio of the class sizes;
    the latter is divided out: ``exp(logit) * n_source / n_target``.

    Parameters
    ----------
    logits : ndarray of shape (examples,)
        The classifier's log odds of "target" against "source": the positive class is the target.
    n_source, n_target : int
        How many source and target examples the classifier was trained on.

    Returns
    -------
    ndarray of shape (examples,)
        The importance weight of each example: above 1 where the target has more of its kind than the source.

    Raises
    ------
    ValueError
        If `logits` does not have one axis, or a size is not positive.

    References
    ----------
    Bickel, Brückner and Scheffer (2009), Discriminative learning under covariate shift.
    Sugiyama, Suzuki and Kanamori (2012), Density Ratio Estimation in Machine Learning, chapter 4.

    Examples
    --------
    >>> density_ratio(np.log(np.array([1.0, 3.0])), n_source=200, n_target=100)
    array([2., 6.])
    """
    logits = row("logits", logits)
    if n_source <= 0 or n_target <= 0:
        raise ValueError(f"n_source is {n_source} and n_target is {n_target}; both count examples, so both are above 0")
    odds = np.exp(logits)
    return odds * (n_source / n_target)


def weighted_risk(losses, weights):
    """Return the mean loss in the target, estimated from weighted source examples.

    Computes ``sum(weights * losses) / sum(weights)``: the *self-normalized* estimate, which does not change
    when all weights are multiplied by one number. The other convention divides by the number of examples; it
    is unbiased where the weights are exact, and varies more.

    Parameters
    ----------
    losses : ndarray of shape (examples,)
        The loss of each source example.
    weights : ndarray of shape (examples,)
        The importance weight of each: not negative, and not all 0.

    Returns
    -------
    float
        Between the smallest and the largest loss.

    Raises
    ------
    ValueError
        If the shapes do not fit, a weight is negative, or all are 0.

    References
    ----------
    Shimodaira (2000), Improving predictive inference under covariate shift by weighting the log-likelihood
    function. Owen (2013), Monte Carlo theory, methods and examples, section 9.2: self-normalized.

    Examples
    --------
    >>> weighted_risk(np.array([1.0, 5.0]), np.array([3.0, 1.0]))
    2.0
    """
    losses = row("losses", losses)
    weights = _weights(weights)
    if losses.shape != weights.shape:
        raise ValueError(f"losses has shape {losses.shape}, weights has shape {weights.shape}; give one weight a loss")
    return float(np.sum(weights * losses) / np.sum(weights))


def effective_sample_size(weights):
    """Return how many equally weighted examples carry as much information as the weighted ones.

    Computes ``sum(weights)**2 / sum(weights**2)``, Kish's effective sample size.

    Parameters
    ----------
    weights : ndarray of shape (examples,)
        Not negative, and not all 0. Their scale does not matter.

    Returns
    -------
    float
        From 1, where one example has all the weight, to the number of examples, where all weights are equal.

    Raises
    ------
    ValueError
        If `weights` does not have one axis, one is negative, or all are 0.

    References
    ----------
    Kish (1965), Survey Sampling. Owen (2013), Monte Carlo theory, methods and examples, section 9.3.

    Examples
    --------
    >>> effective_sample_size(np.array([2.0, 2.0, 0.0, 0.0]))
    2.0
    """
    weights = _weights(weights)
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


def clip_weights(weights, most):
    """Cut large weights down to a limit, then rescale all so that their mean is 1.

    The limit applies to the weights as they are passed; the largest result is ``most`` divided by the mean
    of the clipped weights, and may be above or below `most`.

    Parameters
    ----------
    weights : ndarray of shape (examples,)
        Not negative, and not all 0.
    most : float
        The limit, above 0: weights above it become `most`.

    Returns
    -------
    ndarray of shape (examples,)
        With the mean 1. They vary less than before; in return, the weighted risk is biased.

    Raises
    ------
    ValueError
        If `weights` does not have one axis, one is negative, all are 0, or `most` is not above 0.

    References
    ----------
    Ionides (2008), Truncated importance sampling.

    Examples
    --------
    >>> clip_weights(np.array([1.0, 1.0, 20.0]), most=4.0)
    array([0.5, 0.5, 2. ])
    """
    weights = _weights(weights)
    if not most > 0:
        raise ValueError(f"most is {most}; give a limit above 0")
    clipped = np.minimum(weights, most)
    return clipped / clipped.mean()


def label_shift_weights(confusion, predicted):
    """Give p_target(y) / p_source(y) for each class, without one target label.

    Where only p(y) changes, a classifier's predictions in the target mix its columns of the confusion matrix:
    ``predicted = confusion @ weights``. These equations are solved; what comes out below 0 becomes 0.

    Parameters
    ----------
    confusion : ndarray of shape (classes, classes)
        The *joint* shares in held-out source data: ``confusion[i, j]`` is the share of examples that are
        predicted ``i`` and truly ``j``. All numbers together sum to 1. (scikit-learn's ``confusion_matrix``
        has the true class in the rows: transpose it, and divide by the number of examples.)
    predicted : ndarray of shape (classes,)
        The share of target examples that are predicted to be each class.

    Returns
    -------
    ndarray of shape (classes,)
        The weight of each class: above 1 where the target has more of it.

    Raises
    ------
    ValueError
        If the shapes do not fit, `confusion` does not sum to 1, or the equations have no single solution.

    References
    ----------
    Lipton, Wang and Smola (2018), Detecting and Correcting for Label Shift with Black Box Predictors.
    https://arxiv.org/abs/1802.03916

    Examples
    --------
    >>> label_shift_weights(np.array([[0.4, 0.1], [0.1, 0.4]]), np.array([0.8, 0.2]))
    array([2., 0.])
    """
    confusion, predicted = np.asarray(confusion), np.asarray(predicted)
    if confusion.ndim != 2 or confusion.shape[0] != confusion.shape[1]:
        raise ValueError(f"confusion has shape {confusion.shape}; it has one row and one column for each class")
    if predicted.shape != confusion.shape[:1]:
        raise ValueError(f"predicted has shape {predicted.shape}, but there are {len(confusion)} classes in confusion")
    if abs(confusion.sum() - 1) > 1e-3:
        raise ValueError(f"confusion sums to {confusion.sum():g}; divide counts by the number of examples, to sum to 1")
    try:
        weights = np.linalg.solve(confusion, predicted)
    except np.linalg.LinAlgError:
        raise ValueError("confusion is singular: the classifier cannot tell some classes apart") from None
    return np.maximum(weights, 0.0)


def _weights(values):
    values = row("weights", values)
    if np.any(values < 0) or not np.any(values > 0):
        raise ValueError("weights are not negative, and at least one of them is above 0")
    return values
