"""The backward pass of batch norm while training.

The mean and the variance depend on every example of the batch, so a gradient flows through them too.
"""

import numpy as np

from bncourse.reference.batch_norm import batch_mean, batch_variance, normalize


def batch_norm_backward(dout, x, gamma, eps=1e-3):
    """Return the gradients of a loss with respect to the inputs of batch norm.

    With ``x_hat`` the normalized batch and means over the batch::

        dgamma = sum(dout * x_hat)
        dbeta  = sum(dout)
        dx     = gamma / sqrt(var + eps) * (dout - mean(dout) - x_hat * mean(dout * x_hat))

    Parameters
    ----------
    dout : ndarray of shape (batch, features)
        The gradient of the loss with respect to the output of batch norm.
    x : ndarray of shape (batch, features)
        The weighted sums that batch norm was given.
    gamma : ndarray of shape (features,)
        The learned scale.
    eps : float, default 1e-3
        Added to the variance, as in the forward pass.

    Returns
    -------
    dx : ndarray of shape (batch, features)
        Sums to 0 over the batch: moving a whole feature up or down changes nothing.
    dgamma, dbeta : ndarray of shape (features,)
        Sums over the batch, not means.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), section 3, the formulas under Algorithm 1. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> x = np.array([[1.0], [2.0], [6.0]])
    >>> dx, dgamma, dbeta = batch_norm_backward(np.array([[1.0], [0.0], [0.0]]), x, gamma=np.ones(1))
    >>> print(f"{abs(dx.sum()):.1f} {dbeta[0]:.1f}")
    0.0 1.0
    """
    dout = np.asarray(dout)
    if dout.shape != np.shape(x):
        raise ValueError(f"dout has shape {dout.shape} and x has shape {np.shape(x)}; they must be the same")
    mean = batch_mean(x)
    var = batch_variance(x, mean)
    return gradients_of_normalized(dout, normalize(x, mean, var, eps), var, gamma, eps)


def gradients_of_normalized(dout, x_hat, var, gamma, eps=1e-3):
    """Return what `batch_norm_backward` does, where the batch was normalized already.

    Parameters
    ----------
    dout, gamma, eps
        As there.
    x_hat : ndarray of shape (batch, features)
        The normalized batch.
    var : ndarray of shape (features,)
        The variance that it was normalized with.

    Returns
    -------
    dx : ndarray of shape (batch, features)
    dgamma, dbeta : ndarray of shape (features,)
    """
    dgamma = (dout * x_hat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    # the two sums are the means of the formula times the batch: used twice, they are taken once
    inner = dout - (dbeta + x_hat * dgamma) / len(dout)
    return gamma / np.sqrt(var + eps) * inner, dgamma, dbeta
