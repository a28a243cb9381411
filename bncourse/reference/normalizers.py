"""Normalizers that need no batch: one formula, and for each the axes over which it takes its statistics.

=============  ==========================  ==================================================
batch norm     axis 0; in maps 0, 1, 2     each feature (channel) over all examples
layer norm     axis 1                      each example over all its features
instance norm  axes 1, 2 of NHWC           each channel of each example over all its positions
group norm     axes 1, 2 and part of 3     as instance norm, over a group of channels together
RMS norm       axis 1                      as layer norm, but no mean is subtracted
=============  ==========================  ==================================================

All but batch norm do the same while training and afterwards, and a row of their result depends on that
row alone. The order of the axes is Keras's: channels last.
"""

import numpy as np


def normalize_over(x, axes, eps=1e-3):
    """Centre and scale an array over some of its axes: the formula that all normalizers share.

    Computes ``(x - mean) / sqrt(var + eps)`` with the mean and the biased variance over `axes`. With
    ``axes=0`` it is batch norm before gamma and beta, with ``axes=1`` layer norm.

    Parameters
    ----------
    x : ndarray
    axes : int or tuple of int
        The axes that share one mean and one variance.
    eps : float, default 1e-3
        Added to the variance, inside the root.

    Returns
    -------
    ndarray of the shape of `x`

    References
    ----------
    Wu and He (2018), section 3, which writes the four normalizers as this one.
    https://arxiv.org/abs/1803.08494

    Examples
    --------
    >>> normalize_over(np.array([[1.0, 3.0], [10.0, 30.0]]), axes=1, eps=0.0)
    array([[-1.,  1.],
           [-1.,  1.]])
    """
    x = np.asarray(x)
    mean = x.mean(axis=axes, keepdims=True)
    var = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return x_hat


def layer_norm(x, gamma, beta, eps=1e-3):
    """Normalize each example over its features; then scale and shift each feature.

    Computes ``gamma[k] * (x[i, k] - mean[i]) / sqrt(var[i] + eps) + beta[k]``: the statistics belong to an
    example, gamma and beta to a feature. The variance is biased (divided by the number of features).

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.
    gamma, beta : ndarray of shape (features,)
        The learned scale and shift, one pair for each feature.
    eps : float, default 1e-3
        Added to the variance. Keras's default; PyTorch's is 1e-5.

    Returns
    -------
    ndarray of shape (batch, features)

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ba, Kiros and Hinton (2016), section 3. https://arxiv.org/abs/1607.06450

    Examples
    --------
    >>> layer_norm(np.array([[1.0, 3.0]]), gamma=np.array([2.0, 1.0]), beta=np.array([0.0, 5.0]), eps=0.0)
    array([[-2.,  6.]])
    """
    x = _with_axes(x, 2, "(batch, features)")
    gamma, beta = _per_channel("gamma", gamma, x), _per_channel("beta", beta, x)
    return gamma * normalize_over(x, 1, eps) + beta


def group_norm(x, gamma, beta, groups, eps=1e-3):
    """Normalize each group of channels of each example, over the group's channels and all positions.

    The channels are cut into `groups` runs of neighbours: with 6 channels and 2 groups they are the
    channels 0, 1, 2 and the channels 3, 4, 5. With one group it is layer norm over the whole map, with
    as many groups as channels it is `instance_norm`.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels)
        Feature maps, before the activation.
    gamma, beta : ndarray of shape (channels,)
        The learned scale and shift, one pair for each channel (not for each group).
    groups : int
        The number of groups; it divides the number of channels.
    eps : float, default 1e-3
        Added to the variance. Keras's default; PyTorch's is 1e-5.

    Returns
    -------
    ndarray of the shape of `x`

    Raises
    ------
    ValueError
        If the shapes do not fit, or `groups` does not divide the number of channels.

    References
    ----------
    Wu and He (2018), section 3. https://arxiv.org/abs/1803.08494

    Examples
    --------
    >>> x = np.array([1.0, 3.0, 10.0, 30.0]).reshape(1, 1, 1, 4)
    >>> group_norm(x, np.ones(4), np.zeros(4), groups=2, eps=0.0).ravel()
    array([-1.,  1., -1.,  1.])
    """
    x = _with_axes(x, 4, "(batch, height, width, channels)")
    gamma, beta = _per_channel("gamma", gamma, x), _per_channel("beta", beta, x)
    batch, height, width, channels = x.shape
    if groups < 1 or channels % groups:
        raise ValueError(f"{channels} channels cannot be cut into {groups} equal groups; use a divisor of {channels}")
    grouped = x.reshape(batch, height, width, groups, channels // groups)
    return gamma * normalize_over(grouped, (1, 2, 4), eps).reshape(x.shape) + beta


def instance_norm(x, gamma, beta, eps=1e-3):
    """Normalize each channel of each example over its positions.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels)
        Feature maps, before the activation.
    gamma, beta : ndarray of shape (channels,)
        The learned scale and shift, one pair for each channel.
    eps : float, default 1e-3
        Added to the variance, inside the root. PyTorch's default is 1e-5.

    Returns
    -------
    ndarray of the shape of `x`
        Each channel of each example has mean ``beta``.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky (2016). https://arxiv.org/abs/1607.08022

    Examples
    --------
    >>> x = np.array([[1.0, 10.0], [3.0, 30.0]]).reshape(1, 2, 1, 2)
    >>> instance_norm(x, np.ones(2), np.zeros(2), eps=0.0).reshape(2, 2)
    array([[-1., -1.],
           [ 1.,  1.]])
    """
    x = _with_axes(x, 4, "(batch, height, width, channels)")
    gamma, beta = _per_channel("gamma", gamma, x), _per_channel("beta", beta, x)
    return gamma * normalize_over(x, (1, 2), eps) + beta


def rms_norm(x, gamma, eps=1e-6):
    """Divide each example by the root of the mean of its squares, and scale each feature.

    Computes ``gamma[k] * x[i, k] / sqrt(mean over k of x[i, k]**2 + eps)``. No mean is subtracted, and
    there is no beta.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        Weighted sums, before the activation.
    gamma : ndarray of shape (features,)
        The learned scale, one for each feature.
    eps : float, default 1e-6
        Added to the mean of the squares, inside the root. Keras's default; the paper has none.

    Returns
    -------
    ndarray of shape (batch, features)

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Zhang and Sennrich (2019), section 4. https://arxiv.org/abs/1910.07467

    Examples
    --------
    >>> rms_norm(np.array([[1.0, 7.0]]), gamma=np.array([1.0, 10.0]), eps=0.0)
    array([[ 0.2, 14. ]])
    """
    x = _with_axes(x, 2, "(batch, features)")
    gamma = _per_channel("gamma", gamma, x)
    mean_square = (x**2).mean(axis=1, keepdims=True)
    return gamma * x / np.sqrt(mean_square + eps)


def _with_axes(x, count, names):
    x = np.asarray(x)
    if x.ndim != count:
        raise ValueError(f"x has shape {x.shape}; it needs {count} axes, {names}")
    if x.size == 0:
        raise ValueError(f"x has shape {x.shape}; it holds no number")
    return x


def _per_channel(name, values, x):
    values = np.asarray(values)
    if values.shape != x.shape[-1:]:
        raise ValueError(
            f"{name} has shape {values.shape}, but x has shape {x.shape}; "
            f"give {name} one number for each of the last axis: ({x.shape[-1]},)"
        )
    return values
