"""Batch norm after training: running statistics in place of the batch's own."""

import numpy as np

from bncourse.reference.batch_norm import normalize, scale_and_shift


def moving_average(running, batch, momentum=0.99):
    """Move a running statistic a little towards that of a batch.

    Computes ``momentum * running + (1 - momentum) * batch``: Keras's convention, in which momentum is the
    weight of the *old* value. PyTorch's momentum is the weight of the new one.

    Parameters
    ----------
    running, batch : ndarray of shape (features,)
        The running mean or variance, and the batch's own.
    momentum : float, default 0.99
        Keras's default.

    Returns
    -------
    ndarray of shape (features,)
        The new running statistic; `running` itself is not changed.

    References
    ----------
    Keras, BatchNormalization, https://keras.io/api/layers/normalization_layers/batch_normalization/

    Examples
    --------
    >>> moving_average(np.array([0.0]), np.array([10.0]), momentum=0.9)
    array([1.])
    """
    return momentum * np.asarray(running) + (1 - momentum) * np.asarray(batch)


def batch_norm_inference(x, gamma, beta, running_mean, running_var, eps=1e-3):
    """Apply batch norm with running statistics, as after training.

    Computes ``gamma * (x - running_mean) / sqrt(running_var + eps) + beta``: each row of the output
    depends on that row of `x` alone.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation; one example is enough.
    gamma, beta : ndarray of shape (features,)
        The learned scale and shift.
    running_mean, running_var : ndarray of shape (features,)
        From `moving_average`; not changed here.
    eps : float, default 1e-3
        Added to the variance, as while training.

    Returns
    -------
    ndarray of shape (batch, features)
        What the activation receives.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 2, line 11. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> x, mean, var = np.array([[5.0]]), np.array([3.0]), np.array([4.0])
    >>> batch_norm_inference(x, np.ones(1), np.zeros(1), mean, var, eps=0.0)
    array([[1.]])
    """
    return scale_and_shift(normalize(x, running_mean, running_var, eps), gamma, beta)
