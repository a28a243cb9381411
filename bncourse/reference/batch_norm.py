"""The forward pass of batch norm while training, one step a function.

The steps and their letters are those of Ioffe and Szegedy (2015), Algorithm 1,
https://arxiv.org/abs/1502.03167: the mean and variance of a batch, normalize, scale and shift.
"""

import numpy as np


def batch_mean(x):
    """Return the mean of each feature over the batch.

    Computes ``sum over i of x[i, k] / batch`` for each feature ``k``.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.

    Returns
    -------
    ndarray of shape (features,)
        One mean for each feature.

    Raises
    ------
    ValueError
        If `x` does not have two axes, or holds no example.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 1, line 1.

    Examples
    --------
    >>> batch_mean(np.array([[1.0, 10.0], [3.0, 30.0]]))
    array([ 2., 20.])
    """
    x = _batch(x)
    return x.mean(axis=0)


def batch_variance(x, mean):
    """Return the variance of each feature over the batch.

    Computes ``sum over i of (x[i, k] - mean[k])**2 / batch``: the *biased* variance, divided by the
    number of examples and not by one less. The mean is subtracted before squaring; the shorter
    ``E[x**2] - mean**2`` loses its digits when the mean is large.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.
    mean : ndarray of shape (features,)
        The mean of each feature over the batch, from `batch_mean`.

    Returns
    -------
    ndarray of shape (features,)
        One variance for each feature.

    Raises
    ------
    ValueError
        If `x` does not have two axes, holds no example, or `mean` does not fit it.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 1, line 2.

    Examples
    --------
    >>> batch_variance(np.array([[1.0, 10.0], [3.0, 30.0]]), np.array([2.0, 20.0]))
    array([  1., 100.])
    """
    x = _batch(x)
    mean = _per_feature("mean", mean, x)
    return ((x - mean) ** 2).mean(axis=0)


def normalize(x, mean, var, eps=1e-3):
    """Centre and scale each feature of a batch.

    Computes ``(x - mean) / sqrt(var + eps)`` column by column.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.
    mean, var : ndarray of shape (features,)
        The statistics to normalize with: those of this batch while training,
        the running ones afterwards.
    eps : float, default 1e-3
        Added to the variance (not to the standard deviation). Keras's default.

    Returns
    -------
    ndarray of shape (batch, features)
        With the statistics of this batch, each column has mean 0 and variance
        ``var / (var + eps)``: a little under 1.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 1, line 3.

    Examples
    --------
    >>> normalize(np.array([[1.0], [3.0]]), np.array([2.0]), np.array([1.0]), eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    x = _batch(x)
    mean = _per_feature("mean", mean, x)
    var = _per_feature("var", var, x)
    return (x - mean) / np.sqrt(var + eps)


def scale_and_shift(x_hat, gamma, beta):
    """Return each feature the scale and the offset that the network has learned for it.

    Computes ``gamma * x_hat + beta`` column by column.

    Parameters
    ----------
    x_hat : ndarray of shape (batch, features)
        The normalized batch, from `normalize`.
    gamma, beta : ndarray of shape (features,)
        The learned scale and shift, one pair for each feature; 1 and 0 at the start of training.

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
    Ioffe and Szegedy (2015), Algorithm 1, line 4.

    Examples
    --------
    >>> scale_and_shift(np.array([[-1.0], [1.0]]), np.array([2.0]), np.array([5.0]))
    array([[3.],
           [7.]])
    """
    x_hat = _batch(x_hat)
    gamma = _per_feature("gamma", gamma, x_hat)
    beta = _per_feature("beta", beta, x_hat)
    return gamma * x_hat + beta


def batch_norm(x, gamma, beta, eps=1e-3):
    """Apply batch norm to the weighted sums of a dense layer, as while training.

    The four steps in a row: `batch_mean`, `batch_variance`, `normalize`, `scale_and_shift`.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.
    gamma, beta : ndarray of shape (features,)
        The learned scale and shift.
    eps : float, default 1e-3
        Added to the variance. Keras's default; PyTorch's is 1e-5.

    Returns
    -------
    ndarray of shape (batch, features)
        Each column has mean ``beta`` and standard deviation ``gamma * sqrt(var / (var + eps))``.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 1.

    Examples
    --------
    >>> batch_norm(np.array([[1.0], [3.0]]), gamma=np.array([2.0]), beta=np.array([5.0]), eps=0.0)
    array([[3.],
           [7.]])
    """
    mean = batch_mean(x)
    var = batch_variance(x, mean)
    x_hat = normalize(x, mean, var, eps)
    return scale_and_shift(x_hat, gamma, beta)


def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
    """Apply batch norm to the output of a convolution, as while training.

    A filter slides over the image, so all positions of a channel share one mean, one variance, one gamma
    and one beta: the statistics are taken over the batch, the height and the width.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels) or (batch, channels, height, width)
        The feature maps, before the activation; `data_format` says which of the two.
    gamma, beta : ndarray of shape (channels,)
        The learned scale and shift, one pair for each channel.
    eps : float, default 1e-3
        Added to the variance. Keras's default; PyTorch's is 1e-5.
    data_format : {"channels_last", "channels_first"}
        Keras's words: "channels_last" is NHWC, "channels_first" is NCHW.

    Returns
    -------
    ndarray of the shape of `x`
        Each channel has mean ``beta`` over the batch, the height and the width.

    Raises
    ------
    ValueError
        If `data_format` is neither word, or the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), section 3.2.

    Examples
    --------
    >>> x = np.arange(8.0).reshape(1, 2, 2, 2)
    >>> batch_norm_conv(x, np.ones(2), np.zeros(2)).mean(axis=(0, 1, 2))
    array([0., 0.])
    """
    if data_format not in ("channels_last", "channels_first"):
        raise ValueError(f"data_format is {data_format!r}; use 'channels_last' (NHWC) or 'channels_first' (NCHW)")
    x = np.asarray(x)
    if x.ndim != 4:
        raise ValueError(f"x has shape {x.shape}; a batch of feature maps has four axes")
    if data_format == "channels_first":
        x = np.moveaxis(x, 1, -1)
    rows = batch_norm(x.reshape(-1, x.shape[-1]), gamma, beta, eps)
    y = rows.reshape(x.shape)
    return np.moveaxis(y, -1, 1) if data_format == "channels_first" else y


def _batch(x):
    x = np.asarray(x)
    if x.ndim != 2:
        raise ValueError(f"x has shape {x.shape}; a batch has two axes, (batch, features)")
    if x.shape[0] == 0:
        raise ValueError(f"x has shape {x.shape}; a batch holds at least one example")
    return x


def _per_feature(name, values, x):
    values = np.asarray(values)
    if values.ndim == 2 and values.shape[0] == 1:
        values = values[0]
    if values.shape != (x.shape[1],):
        raise ValueError(
            f"{name} has shape {values.shape}, but x has shape {x.shape}; "
            f"give {name} one number for each feature: ({x.shape[1]},)"
        )
    return values
