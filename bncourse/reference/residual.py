"""Batch norm in residual networks: branches, the last gamma, folding at a border, frozen statistics."""

import numpy as np


def signal_variance(blocks, start, gain, gamma=None):
    """Follow the variance of the signal through the blocks of a new residual network.

    A block gives ``x + branch(x)``. The weights of a new branch are drawn at random, independent of what arrives, so
    the two variances add up. Without batch norm a branch has ``gain`` times the variance that arrives at it; with batch
    norm at its end it has the variance ``gamma ** 2``, whatever arrives.

    Parameters
    ----------
    blocks : int
    start : float
        The variance that arrives at the first block.
    gain : float
        Of a branch without batch norm.
    gamma : float, optional
        Of the batch norm at the end of each branch; None where there is none.

    Returns
    -------
    skip : ndarray of shape (blocks,)
        The variance that arrives at each block.
    branch : ndarray of shape (blocks,)
        The variance that its branch adds.

    Raises
    ------
    ValueError
        If there is no block.

    References
    ----------
    De and Smith (2020), abstract and introduction. https://arxiv.org/abs/2002.10444

    Examples
    --------
    >>> signal_variance(3, 1.0, 0.5)
    (array([1.  , 1.5 , 2.25]), array([0.5  , 0.75 , 1.125]))
    >>> signal_variance(3, 1.0, 0.5, gamma=2.0)
    (array([1., 5., 9.]), array([4., 4., 4.]))
    """
    if blocks < 1:
        raise ValueError(f"blocks is {blocks}; give 1 or more")
    k = np.arange(blocks)
    if gamma is None:
        skip = start * (1 + gain) ** k
        return skip, gain * skip
    return start + k * gamma**2, np.full(blocks, float(gamma**2))


def residual_block(x, x_hat, gamma, beta, dout):
    """Join a block's skip with its normalized branch, and go back as far as the branch.

    ``y = x + gamma * x_hat + beta``. With gamma and beta at 0 the block gives back its input, and no gradient reaches
    the layers inside its branch; gamma has one all the same, so the branch comes to life at the next step.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels)
        What arrives at the block, and goes through the skip.
    x_hat : ndarray of the same shape
        The branch, normalized.
    gamma, beta : ndarray of shape (channels,)
    dout : ndarray of the same shape as x
        The gradient of the loss for y.

    Returns
    -------
    y : ndarray of the same shape as x
    dx_hat : ndarray of the same shape as x
        The gradient that goes into the branch.
    dgamma : ndarray of shape (channels,)
        Summed over the batch and the positions.

    References
    ----------
    torchvision, resnet.py, the option zero_init_residual.
    https://github.com/pytorch/vision/blob/main/torchvision/models/resnet.py

    Examples
    --------
    >>> x, x_hat, dout = np.full((1, 1, 1, 1), 5.0), np.full((1, 1, 1, 1), 2.0), np.full((1, 1, 1, 1), 3.0)
    >>> y, dx_hat, dgamma = residual_block(x, x_hat, np.zeros(1), np.zeros(1), dout)
    >>> y.item(), dx_hat.item(), dgamma
    (5.0, 0.0, array([6.]))
    """
    return x + gamma * x_hat + beta, gamma * dout, (dout * x_hat).sum(axis=(0, 1, 2))


def fold_before_conv(kernel, bias, gamma, beta, mean, var, eps=1e-3):
    """Put a batch norm, with running statistics, into the convolution *behind* it.

    Batch norm is ``scale * x + shift``. The kernel takes the scale on its channels in, the bias takes the kernel's sum
    of the shift. A convolution with padding puts its zeros around what batch norm gives; the folded one has no batch
    norm before it, so it must be padded with the number that batch norm makes 0, ``-shift / scale``.

    Parameters
    ----------
    kernel : ndarray of shape (height, width, channels in, channels out)
    bias : ndarray of shape (channels out,)
    gamma, beta, mean, var : ndarray of shape (channels in,)
        Of the batch norm; the running mean and the running variance. No gamma is 0.
    eps : float, default 1e-3
        Added to the variance.

    Returns
    -------
    kernel : ndarray of shape (height, width, channels in, channels out)
    bias : ndarray of shape (channels out,)
    border : ndarray of shape (channels in,)
        What each channel is padded with in place of zeros.

    Raises
    ------
    ValueError
        If a gamma is 0: no border gives 0 then, and the channel is a constant.

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 2, line 11: one affine map. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> one = np.ones(1)
    >>> kernel, bias, border = fold_before_conv(np.ones((1, 2, 1, 1)), one, 3 * one, 6 * one, 0 * one, one, eps=0.0)
    >>> kernel.ravel(), bias, border
    (array([3., 3.]), array([13.]), array([-2.]))
    """
    if np.any(np.asarray(gamma) == 0):
        raise ValueError("a gamma is 0: that channel is the constant beta, and no border makes it 0; leave it unfolded")
    scale = gamma / np.sqrt(var + eps)
    shift = beta - mean * scale
    return kernel * scale[:, None], bias + np.einsum("hwio,i->o", kernel, shift), -shift / scale


def frozen_batch_norm(x, dout, gamma, beta, mean, var, eps=1e-3):
    """Apply a frozen batch norm, and go back through it.

    The statistics are constants, so it is ``scale * x + shift`` in training too, and a gradient is only scaled: none of
    what a batch norm subtracts from it in training is there.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels)
    dout : ndarray of the same shape
        The gradient of the loss for y.
    gamma, beta, mean, var : ndarray of shape (channels,)
        Kept as they were when it was frozen.
    eps : float, default 1e-3
        Added to the variance.

    Returns
    -------
    y, dx : ndarray of the same shape as x

    References
    ----------
    torchvision, FrozenBatchNorm2d.
    https://pytorch.org/vision/stable/generated/torchvision.ops.FrozenBatchNorm2d.html

    Examples
    --------
    >>> x, one = np.array([3.0, 5.0]).reshape(2, 1, 1, 1), np.ones(1)
    >>> y, dx = frozen_batch_norm(x, np.ones_like(x), 2 * one, one, mean=one, var=4 * one, eps=0.0)
    >>> y.ravel(), dx.ravel()
    (array([3., 5.]), array([1., 1.]))
    """
    scale = gamma / np.sqrt(var + eps)
    return scale * (x - mean) + beta, scale * dout
