"""What batch norm does to the steps of training: scale invariance, and how far a gradient can be trusted.

A layer is *scale-invariant* when its weights times any positive number give the same result. A layer before
batch norm is (up to epsilon): batch norm divides the scale of its weighted sums away again.
"""

import numpy as np


def rescaled_gradient(gradient, factor):
    """Return the gradient of a scale-invariant layer after its weights were multiplied by a factor.

    The loss at ``factor * weights`` is the loss at ``weights``. A step of a given length turns larger
    weights by less, so the gradient there is ``gradient / factor``.

    Parameters
    ----------
    gradient : ndarray
        The gradient of the loss at ``weights``, of the shape of the weights.
    factor : float
        What the weights are multiplied by; positive.

    Returns
    -------
    ndarray of the shape of `gradient`
        The gradient of the loss at ``factor * weights``.

    Raises
    ------
    ValueError
        If `factor` is not positive.

    References
    ----------
    Ioffe and Szegedy (2015), section 3.3. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> rescaled_gradient(np.array([1.0, -2.0]), factor=4.0)
    array([ 0.25, -0.5 ])
    """
    if not factor > 0:
        raise ValueError(f"factor is {factor}; it must be positive: a negative one turns the weighted sums around")
    return np.asarray(gradient) / factor


def squared_norm_after_step(weights, gradient, rate):
    """Return the squared norm of the weights of a scale-invariant layer after one step of gradient descent.

    The gradient of such a layer stands at a right angle to its weights, for the loss does not change
    along them. So by Pythagoras the step ``weights - rate * gradient`` has the squared norm
    ``|weights|**2 + rate**2 * |gradient|**2``: the weights grow.

    Parameters
    ----------
    weights : ndarray
        The weights of the layer, of any shape.
    gradient : ndarray
        The gradient of the loss, of the same shape and at a right angle to the weights.
    rate : float
        The learning rate.

    Returns
    -------
    float
        The sum of the squares of all weights after the step.

    Raises
    ------
    ValueError
        If the shapes differ, or the gradient is not at a right angle to the weights.

    References
    ----------
    van Laarhoven (2017). https://arxiv.org/abs/1706.05350

    Examples
    --------
    >>> float(squared_norm_after_step(np.array([3.0, 0.0]), np.array([0.0, 8.0]), rate=0.5))
    25.0
    """
    weights, gradient = np.asarray(weights), np.asarray(gradient)
    if weights.shape != gradient.shape:
        raise ValueError(f"weights have shape {weights.shape} and gradient {gradient.shape}; they must be the same")
    weights_square, gradient_square = (weights**2).sum(), (gradient**2).sum()
    along = abs((weights * gradient).sum())
    if along > 1e-4 * np.sqrt(weights_square * gradient_square):
        raise ValueError("the gradient is not at a right angle to the weights, so this layer is not scale-invariant")
    return weights_square + rate**2 * gradient_square


def effective_learning_rate(rate, weights):
    """Return the rate at which the direction of the weights of a scale-invariant layer is learned.

    Computes ``rate / |weights|**2`` with the Frobenius norm over the whole layer. One power of the norm comes
    from the gradient, which shrinks as the weights grow; the other because the same step turns longer
    weights by a smaller angle.

    Parameters
    ----------
    rate : float
        The learning rate.
    weights : ndarray
        The weights of the layer, of any shape.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If all weights are zero: they have no direction.

    References
    ----------
    van Laarhoven (2017). https://arxiv.org/abs/1706.05350

    Examples
    --------
    >>> float(effective_learning_rate(0.5, np.array([[3.0, 0.0], [0.0, 4.0]])))
    0.02
    """
    squared_norm = (np.asarray(weights) ** 2).sum()
    if squared_norm == 0:
        raise ValueError("all weights are zero; they have no direction that could be learned")
    return rate / squared_norm


def meeting_step(squared_norms, weights, fast_rate, slow_rate):
    """Return after how many steps a slow run of a scale-invariant layer has come as far as a fast one.

    Adds up the effective learning rates of the fast run, ``fast_rate / squared_norms``, and divides the sum by that of
    the slow run, ``slow_rate / |weights|**2``, whose weights count as constant; the result is rounded up. Exact in the
    limit of small steps without noise, where both runs follow the gradient along one path.

    Parameters
    ----------
    squared_norms : ndarray of shape (steps,)
        Of the fast run's weights before each of its steps.
    weights : ndarray
        Of the slow run at its start, in the direction in which the fast one began.
    fast_rate, slow_rate : float
        The learning rates.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If there is no step, or a norm is not positive.

    Examples
    --------
    >>> meeting_step(np.array([2.0, 4.0]), np.array([[2.0], [0.0]]), fast_rate=1.0, slow_rate=1.0)
    3
    """
    squared_norms = np.asarray(squared_norms)
    if squared_norms.size == 0 or not (squared_norms > 0).all():
        raise ValueError("squared_norms holds one positive number for each step of the fast run, and at least one")
    covered = (fast_rate / squared_norms).sum()
    return int(np.ceil(covered / effective_learning_rate(slow_rate, weights)))


def gradient_predictiveness(gradients):
    """Return how far the gradient moves along its own direction: the smaller, the more it can be trusted.

    Computes the largest of ``|gradients[i] - gradients[0]|`` over the probes ``i >= 1``, in the l2 norm and
    not divided by anything.

    Parameters
    ----------
    gradients : ndarray of shape (probes + 1, parameters)
        The first row is the gradient at the current point, each other row the gradient at a point a
        little or a lot further along the step.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        If `gradients` does not have two axes, or holds no probe.

    References
    ----------
    Santurkar et al. (2018), section 3. https://arxiv.org/abs/1805.11604

    Examples
    --------
    >>> float(gradient_predictiveness(np.array([[1.0, 1.0], [1.0, 2.0], [4.0, 5.0], [1.0, 1.0]])))
    5.0
    """
    gradients = np.asarray(gradients)
    if gradients.ndim != 2 or len(gradients) < 2:
        raise ValueError(f"gradients has shape {gradients.shape}; it needs (probes + 1, parameters), with one probe")
    distances = np.sqrt(((gradients[1:] - gradients[0]) ** 2).sum(axis=1))
    return distances.max()
