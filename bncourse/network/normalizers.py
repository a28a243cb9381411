"""Batch, layer and group norm of weighted sums: one formula, over other axes."""

import numpy as np

from bncourse.network.layer import GROUPS


def normalize(layer, sums, training):
    """Return the normalized weighted sums, with the mean and the variance that were taken.

    Parameters
    ----------
    layer : Layer
        With a normalizer.
    sums : ndarray of shape (batch, units)
    training : bool
        Batch norm takes its statistics from this batch if True, else the running ones. The others take theirs from
        each example, always.

    Returns
    -------
    normalized : ndarray of shape (batch, units)
    mean, var : ndarray
        Of shape (units,) for batch norm, (ghosts, 1, units) for its ghost batches in training, (batch, 1) for layer
        norm, (batch, groups, 1) for group norm.
    """
    if layer.norm == "batch" and not training:
        mean, var = layer.running_mean, layer.running_var
        return (sums - mean) / np.sqrt(var + layer.eps), mean, var
    cut, axis = _shared(layer, sums)
    centred, mean, var = _moments(cut, axis, keepdims=layer.norm != "batch" or layer.ghost is not None)
    return (centred / np.sqrt(var + layer.eps)).reshape(sums.shape), mean, var


def backward(layer, dscaled, normalized, var):
    """Return the gradients of a loss with respect to the weighted sums, gamma and beta.

    Parameters
    ----------
    layer : Layer
    dscaled : ndarray of shape (batch, units)
        The gradient with respect to what came out of the scale and shift.
    normalized, var : ndarray
        From `normalize`.

    Returns
    -------
    dsums : ndarray of shape (batch, units)
        That of batch norm, over the axis that this layer shares.
    dgamma, dbeta : ndarray of shape (units,)
    """
    dgamma, dbeta = (dscaled * normalized).sum(axis=0), dscaled.sum(axis=0)
    cut, axis = _shared(layer, dscaled * layer.gamma)
    x_hat, _ = _shared(layer, normalized)
    count = cut.shape[axis]
    mean = cut.sum(axis=axis, keepdims=True) / count
    along = (cut * x_hat).sum(axis=axis, keepdims=True) / count
    dsums = (cut - mean - x_hat * along) / np.sqrt(var + layer.eps)
    return dsums.reshape(dscaled.shape), dgamma, dbeta


def _shared(layer, x):
    """Return `x` cut so that one axis holds the numbers that share a mean and a variance, and that axis."""
    if layer.norm == "batch":
        return (x, 0) if layer.ghost is None else (x.reshape(-1, layer.ghost, x.shape[1]), 1)
    if layer.norm == "layer":
        return x, 1
    return x.reshape(len(x), GROUPS, -1), 2


def _moments(x, axis, keepdims):
    # sums and not means: training on batches of two calls this most, and `mean` takes three times as long
    count = x.shape[axis]
    mean = x.sum(axis=axis, keepdims=True) / count
    centred = x - mean
    var = (centred * centred).sum(axis=axis, keepdims=keepdims) / count
    return centred, (mean if keepdims else mean.squeeze(axis)), var
