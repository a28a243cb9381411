"""Batch norm after training is one affine map, so it disappears into the layer before it."""

import numpy as np


def fold_into_dense(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    """Put a batch norm, with running statistics, into the dense layer before it.

    With ``scale = gamma / sqrt(var + eps)``, the new layer has the kernel ``kernel * scale`` (one scale for
    each unit, that is for each column) and the bias ``(bias - mean) * scale + beta``.

    Parameters
    ----------
    kernel : ndarray of shape (inputs, units)
        Keras's order; PyTorch stores (units, inputs).
    bias : ndarray of shape (units,)
        Zeros where the layer has none.
    gamma, beta, mean, var : ndarray of shape (units,)
        Of the batch norm; the running mean and the running variance.
    eps : float, default 1e-3
        Added to the variance.

    Returns
    -------
    kernel : ndarray of shape (inputs, units)
    bias : ndarray of shape (units,)
        ``x @ kernel + bias`` is what the two layers gave, to rounding.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 2, line 11: one affine map. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> one = np.ones(1)
    >>> fold_into_dense(np.array([[4.0]]), 3 * one, 2 * one, 5 * one, mean=one, var=4 * one, eps=0.0)
    (array([[4.]]), array([7.]))
    """
    return _fold(kernel, bias, gamma, beta, mean, var, eps, axes=("inputs", "units"))


def fold_into_conv(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    """Put a batch norm, with running statistics, into the convolution before it.

    As `fold_into_dense`, with one scale for each channel that the convolution gives out.

    Parameters
    ----------
    kernel : ndarray of shape (height, width, channels in, channels out)
        Keras's order; PyTorch stores (channels out, channels in, height, width).
    bias : ndarray of shape (channels out,)
        Zeros where the layer has none.
    gamma, beta, mean, var : ndarray of shape (channels out,)
        Of the batch norm; the running mean and the running variance.
    eps : float, default 1e-3
        Added to the variance.

    Returns
    -------
    kernel : ndarray of shape (height, width, channels in, channels out)
    bias : ndarray of shape (channels out,)

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Ioffe and Szegedy (2015), section 3.2 and Algorithm 2, line 11. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> one = np.ones(1)
    >>> kernel, bias = fold_into_conv(np.ones((1, 2, 1, 1)), one, 3 * one, one, mean=0 * one, var=one, eps=0.0)
    >>> kernel.ravel(), bias
    (array([3., 3.]), array([4.]))
    """
    return _fold(kernel, bias, gamma, beta, mean, var, eps, axes=("height", "width", "channels in", "channels out"))


def _fold(kernel, bias, gamma, beta, mean, var, eps, axes):
    kernel = np.asarray(kernel)
    if kernel.ndim != len(axes):
        raise ValueError(f"kernel has shape {kernel.shape}; it has {len(axes)} axes, ({', '.join(axes)})")
    per_unit = {"bias": bias, "gamma": gamma, "beta": beta, "mean": mean, "var": var}
    for name, values in per_unit.items():
        if np.shape(values) != kernel.shape[-1:]:
            raise ValueError(
                f"{name} has shape {np.shape(values)}, but kernel has shape {kernel.shape}; "
                f"give {name} one number for each of the {axes[-1]}: ({kernel.shape[-1]},)"
            )
    bias, gamma, beta, mean, var = map(np.asarray, per_unit.values())
    scale = gamma / np.sqrt(var + eps)
    return kernel * scale, (bias - mean) * scale + beta
