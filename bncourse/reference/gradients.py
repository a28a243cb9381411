"""The backward pass of batch norm while training, one gradient a function, and the check of a gradient.

``dout`` is the gradient of the loss with respect to the output y; ``dx`` that with respect to x, and so on.
The mean and the variance depend on every example of the batch, so gradients flow through both.
"""

import numpy as np

from bncourse.reference.batch_norm import batch_mean, batch_variance, normalize


def affine_gradients(dout, x_hat):
    """Return the gradients of the loss with respect to gamma and beta.

    Computes ``sum over i of dout[i, k] * x_hat[i, k]`` and ``sum over i of dout[i, k]`` for each feature
    ``k``: sums, not means, for every example of the batch used the same gamma and beta.

    Parameters
    ----------
    dout : ndarray of shape (batch, features)
        The gradient of the loss with respect to ``y = gamma * x_hat + beta``.
    x_hat : ndarray of shape (batch, features)
        The normalized batch.

    Returns
    -------
    dgamma, dbeta : ndarray of shape (features,)

    Raises
    ------
    ValueError
        If `dout` and `x_hat` are not two batches of the same shape.

    References
    ----------
    Ioffe and Szegedy (2015), section 3, the last two formulas. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> affine_gradients(np.array([[1.0], [3.0]]), np.array([[-1.0], [1.0]]))
    (array([2.]), array([4.]))
    """
    dout, x_hat = _pair(dout, "x_hat", x_hat)
    return (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def input_gradient_staged(dout, x, gamma, eps=1e-3):
    """Return the gradients on the way back from y to x, in the four stages of the paper.

    With ``mean`` and ``var`` the (biased) statistics of the batch, m its size, and sums over the batch::

        dx_hat = dout * gamma
        dvar   = sum(dx_hat * (x - mean)) * (-1/2) * (var + eps) ** (-3/2)
        dmean  = sum(dx_hat * -1 / sqrt(var + eps)) + dvar * sum(-2 * (x - mean)) / m
        dx     = dx_hat / sqrt(var + eps) + dvar * 2 * (x - mean) / m + dmean / m

    The second term of ``dmean`` is 0, for the distances from a mean add up to 0. The paper writes it; an
    answer without it is as right.

    Parameters
    ----------
    dout : ndarray of shape (batch, features)
        The gradient of the loss with respect to the output of batch norm.
    x : ndarray of shape (batch, features)
        What batch norm was given.
    gamma : ndarray of shape (features,)
        The learned scale.
    eps : float, default 1e-3
        Added to the variance, as in the forward pass.

    Returns
    -------
    dx_hat : ndarray of shape (batch, features)
    dvar, dmean : ndarray of shape (features,)
    dx : ndarray of shape (batch, features)

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), section 3, the first four formulas. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> x = np.array([[-1.0], [1.0]])
    >>> dx_hat, dvar, dmean, dx = input_gradient_staged(np.array([[0.0], [2.0]]), x, np.array([3.0]), eps=0.0)
    >>> dvar, dmean
    (array([-3.]), array([-6.]))
    """
    dout, x = _pair(dout, "x", x)
    gamma = _gamma(gamma, x)
    size = len(x)
    mean = batch_mean(x)
    var = batch_variance(x, mean)
    centred = x - mean
    dx_hat = dout * gamma
    dvar = (dx_hat * centred).sum(axis=0) * -0.5 * (var + eps) ** -1.5
    dmean = (dx_hat * -1 / np.sqrt(var + eps)).sum(axis=0) + dvar * (-2 * centred).sum(axis=0) / size
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * centred / size + dmean / size
    return dx_hat, dvar, dmean, dx


def input_gradient(dout, x, gamma, eps=1e-3):
    """Return the gradient of the loss with respect to the input of batch norm, in one line.

    Computes, with means over the batch and ``x_hat = (x - mean) / sqrt(var + eps)``::

        dx = gamma / sqrt(var + eps) * (dout - mean(dout) - x_hat * mean(dout * x_hat))

    Parameters
    ----------
    dout : ndarray of shape (batch, features)
        The gradient of the loss with respect to the output of batch norm.
    x : ndarray of shape (batch, features)
        What batch norm was given.
    gamma : ndarray of shape (features,)
        The learned scale.
    eps : float, default 1e-3
        Added to the variance, as in the forward pass.

    Returns
    -------
    ndarray of shape (batch, features)
        Sums to 0 over the batch: moving a whole feature up or down changes nothing.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), section 3; their stages put into one. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [6.0]])
    >>> dx = input_gradient(np.array([[1.0], [0.0], [0.0]]), x, gamma=np.array([2.0]))
    >>> print(f"{abs(dx.sum()):.1f}")
    0.0
    """
    dout, x = _pair(dout, "x", x)
    gamma = _gamma(gamma, x)
    mean = batch_mean(x)
    var = batch_variance(x, mean)
    x_hat = normalize(x, mean, var, eps)
    return gamma / np.sqrt(var + eps) * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))


def gradient_check(forward, backward, x, gamma, beta):
    """Return whether a backward pass agrees with the finite differences of its forward pass.

    Draws a random ``dout`` (with ``dout = 1`` the true dx is 0, and much that is wrong is 0 too), and holds
    each gradient against ``(loss(v + h) - loss(v - h)) / 2h`` for every number v, where
    ``loss = sum(dout * forward(x, gamma, beta))``. The difference of the two is measured relative to their size.

    Parameters
    ----------
    forward : callable
        ``forward(x, gamma, beta)`` gives y, of the shape of x.
    backward : callable
        ``backward(dout, x, gamma, beta)`` gives ``(dx, dgamma, dbeta)``.
    x : ndarray of shape (batch, features)
        At least three examples: with two, the true dx is almost 0.
    gamma, beta : ndarray of shape (features,)
        Gamma other than 1, or a forgotten gamma is not seen.

    Returns
    -------
    bool
        True if dx, dgamma and dbeta all agree.

    Raises
    ------
    ValueError
        If `x` does not have two axes.

    References
    ----------
    Goodfellow, Bengio and Courville (2016), Deep Learning, section 11.5 (finite differences).

    Examples
    --------
    >>> def forward(x, gamma, beta):
    ...     return gamma * x + beta
    >>> def backward(dout, x, gamma, beta):
    ...     return dout * gamma, (dout * x).sum(axis=0), dout.mean(axis=0)
    >>> gradient_check(forward, backward, np.eye(3), np.full(3, 2.0), np.zeros(3))
    False
    """
    if np.ndim(x) != 2:
        raise ValueError(f"x has shape {np.shape(x)}; a batch has two axes, (batch, features)")
    step, tolerance = 1e-5, 1e-5
    inputs = [np.array(value, dtype=float) for value in (x, gamma, beta)]
    dout = np.random.default_rng(0).standard_normal(inputs[0].shape)
    for values, gradient in zip(inputs, backward(dout, *inputs), strict=True):
        numeric = np.zeros_like(values)
        for index in np.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + step
            above = np.sum(dout * forward(*inputs))
            values[index] = kept - step
            below = np.sum(dout * forward(*inputs))
            values[index] = kept
            numeric[index] = (above - below) / (2 * step)
        off = np.linalg.norm(numeric - gradient)
        if not off <= tolerance * (np.linalg.norm(numeric) + np.linalg.norm(gradient)):
            return False
    return True


def _pair(dout, name, values):
    dout, values = np.asarray(dout), np.asarray(values)
    if values.ndim != 2 or values.shape[0] == 0:
        raise ValueError(f"{name} has shape {values.shape}; a batch has two axes and at least one example")
    if dout.shape != values.shape:
        raise ValueError(f"dout has shape {dout.shape} and {name} has shape {values.shape}; they must be the same")
    return dout, values


def _gamma(gamma, x):
    gamma = np.asarray(gamma)
    if gamma.shape not in ((x.shape[1],), (1, x.shape[1])):
        raise ValueError(f"gamma has shape {gamma.shape}; give one number for each feature: ({x.shape[1]},)")
    return gamma.reshape(-1)
