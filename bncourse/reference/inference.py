"""Batch norm after training, and the layer that does both: running statistics in place of the batch's own."""

import numpy as np

from bncourse.reference.batch_norm import batch_mean, batch_variance, normalize, scale_and_shift


def moving_average(running, batch, momentum=0.99, convention="keras"):
    """Move a running statistic a little towards that of a batch.

    Two libraries give the word momentum opposite meanings::

        keras:    momentum * running + (1 - momentum) * batch      (the weight of the old value, 0.99)
        pytorch:  (1 - momentum) * running + momentum * batch      (the weight of the new value, 0.1)

    Parameters
    ----------
    running, batch : ndarray of shape (features,)
        The running mean or variance, and the batch's own.
    momentum : float, default 0.99
        Keras's default.
    convention : {"keras", "pytorch"}
        Whose momentum it is.

    Returns
    -------
    ndarray of shape (features,)
        The new running statistic; `running` itself is not changed.

    Raises
    ------
    ValueError
        If `convention` is neither word, or the shapes differ.

    References
    ----------
    Keras, BatchNormalization, https://keras.io/api/layers/normalization_layers/batch_normalization/
    PyTorch, BatchNorm1d, https://docs.pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html

    Examples
    --------
    >>> moving_average(np.array([0.0]), np.array([10.0]), momentum=0.75)
    array([2.5])
    >>> moving_average(np.array([0.0]), np.array([10.0]), momentum=0.75, convention="pytorch")
    array([7.5])
    """
    if convention not in ("keras", "pytorch"):
        raise ValueError(f"convention is {convention!r}; use 'keras' (weight of the old) or 'pytorch' (of the new)")
    running, batch = np.asarray(running), np.asarray(batch)
    if running.shape != batch.shape:
        raise ValueError(f"running has shape {running.shape} and batch has shape {batch.shape}; they must be the same")
    old = momentum if convention == "keras" else 1 - momentum
    return old * running + (1 - old) * batch


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


def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    """Apply batch norm as a Keras layer does, while training or after it.

    While training, the batch is normalized with its own mean and biased variance, and the running
    statistics move towards them. After training, it is normalized with the running statistics, and they
    stay as they are. The scale and shift follow in both modes.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.
    gamma, beta : ndarray of shape (features,)
        The learned scale and shift.
    running_mean, running_var : ndarray of shape (features,)
        The state of the layer; 0 and 1 before the first batch. Not changed in place.
    momentum : float, default 0.99
        The weight of the *old* running statistic: Keras's convention and default. PyTorch's momentum is
        the weight of the new one, 0.1.
    eps : float, default 1e-3
        Added to the variance, in both modes alike; no part of the running variance.
    training : bool, default True
        Which of the two modes.

    Returns
    -------
    y : ndarray of shape (batch, features)
        What the activation receives.
    running_mean, running_var : ndarray of shape (features,)
        The state after this call. The running variance takes in the *biased* batch variance, as in Keras;
        PyTorch takes the unbiased one.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithms 1 and 2. https://arxiv.org/abs/1502.03167
    Keras, BatchNormalization, https://keras.io/api/layers/normalization_layers/batch_normalization/

    Examples
    --------
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> y, mean, var = batch_norm_layer(np.array([[2.0], [6.0]]), one, zero, zero, one, momentum=0.75, eps=0.0)
    >>> mean, var
    (array([1.]), array([1.75]))
    """
    if not training:
        y = batch_norm_inference(x, gamma, beta, running_mean, running_var, eps)
        return y, np.array(running_mean), np.array(running_var)
    mean = batch_mean(x)
    var = batch_variance(x, mean)
    y = scale_and_shift(normalize(x, mean, var, eps), gamma, beta)
    return y, moving_average(running_mean, mean, momentum), moving_average(running_var, var, momentum)
