"""A test that finds the bugs of the museum, and three of the bugs fixed."""

import numpy as np


def find_bugs(bn):
    """Test a batch norm; raise an AssertionError if it has a bug.

    What makes it sharp: a large epsilon, gamma and beta far from 1 and 0, running statistics that are not those
    of the batch, a momentum far from one half, a large mean, feature maps with as many axes as a convolution
    gives, and a gradient of the loss that is neither constant nor centred.

    Parameters
    ----------
    bn : object
        With the functions `forward` and `backward`, as `bncourse.museum` describes them.

    Raises
    ------
    AssertionError
        If a result differs from the formula.

    Examples
    --------
    >>> from bncourse import museum
    >>> find_bugs(museum.right())
    """
    rng = np.random.default_rng(0)
    eps, momentum = 0.1, 0.7
    for shape, offset in [((7, 5), 2.0), ((3, 2, 4, 5), 2.0), ((64, 5), 1e6)]:
        x = offset + rng.normal(size=shape) * np.exp(rng.normal(size=5))
        gamma, beta, mean = rng.normal(size=(3, 5))
        var = np.exp(rng.normal(size=5))
        over = tuple(range(x.ndim - 1))
        own_mean, own_var = x.mean(axis=over), ((x - x.mean(axis=over)) ** 2).mean(axis=over)
        trained = bn.forward(x, gamma, beta, mean, var, momentum, eps, True)
        _agree("while training", trained[0], gamma * (x - own_mean) / np.sqrt(own_var + eps) + beta)
        _agree("running mean", trained[1], momentum * mean + (1 - momentum) * own_mean)
        _agree("running variance", trained[2], momentum * var + (1 - momentum) * own_var)
        after = bn.forward(x, gamma, beta, mean, var, momentum, eps, False)
        _agree("at inference", after[0], gamma * (x - mean) / np.sqrt(var + eps) + beta)
        _agree("running mean after inference", after[1], mean)
        _agree("running variance after inference", after[2], var)
    x, dout = rng.normal(2.0, 3.0, (7, 5)), rng.normal(1.0, 1.0, (7, 5))
    dx, dgamma, dbeta = bn.backward(dout, x, gamma, eps)

    def loss(x, gamma, beta):
        return (dout * bn.forward(x, gamma, beta, mean, var, momentum, eps, True)[0]).sum()

    for name, gradient, place in [("dx", dx, 0), ("dgamma", dgamma, 1), ("dbeta", dbeta, 2)]:
        _agree(name, gradient, _numeric_gradient(loss, (x, gamma, beta), place), 1e-5)


def _agree(what, got, wanted, tolerance=1e-7):
    assert np.allclose(got, wanted, rtol=tolerance, atol=tolerance), f"{what}: off by {np.abs(got - wanted).max():.3g}"


def _numeric_gradient(loss, arguments, place, step=1e-5):
    gradient = np.zeros(arguments[place].shape)
    for index in np.ndindex(gradient.shape):
        sides = []
        for sign in (1, -1):
            moved = [argument.copy() for argument in arguments]
            moved[place][index] += sign * step
            sides.append(loss(*moved))
        gradient[index] = (sides[0] - sides[1]) / (2 * step)
    return gradient


def mend_cancellation(x, running_mean, running_var, momentum=0.99):
    """Return the statistics of a batch and the running ones, without losing digits where the mean is large.

    The bug computes the variance as ``mean(x**2) - mean(x)**2``: the difference of two large numbers that are
    nearly the same. Fixed, the mean is subtracted first: ``mean((x - mean)**2)``.

    Parameters
    ----------
    x : ndarray of shape (batch, features)
        In float32, as in a network, or float64.
    running_mean, running_var : ndarray of shape (features,)
    momentum : float, default 0.99
        The weight of the old running statistic, as in Keras.

    Returns
    -------
    mean, var : ndarray of shape (features,)
        The statistics of the batch; the variance is biased.
    running_mean, running_var : ndarray of shape (features,)
        The new running statistics; those passed are not changed.

    Raises
    ------
    ValueError
        If `x` does not have two axes.

    References
    ----------
    Chan, Golub and LeVeque (1983), Algorithms for computing the sample variance, The American Statistician 37.

    Examples
    --------
    >>> x = np.array([[1e8 - 1], [1e8 + 1]])
    >>> mend_cancellation(x, np.zeros(1), np.ones(1), momentum=0.0)[1]
    array([1.])
    """
    x = _rows(x)
    mean = x.mean(axis=0, dtype=np.float64)
    var = ((x - mean) ** 2).mean(axis=0)
    return mean, var, momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var


def mend_detached_gradient(dout, x, gamma, eps=1e-3):
    """Return the gradients of batch norm while training; the mean and the variance are no constants.

    The bug has ``dx = gamma / sqrt(var + eps) * dout``. Fixed, two means over the batch are taken away:
    that of dout (through the mean), and x_hat times that of dout * x_hat (through the variance).

    Parameters
    ----------
    dout : ndarray of shape (batch, features)
        The gradient of the loss with respect to the output.
    x : ndarray of shape (batch, features)
    gamma : ndarray of shape (features,)
    eps : float, default 1e-3

    Returns
    -------
    dx : ndarray of shape (batch, features)
        Adds up to 0 over the batch.
    dgamma, dbeta : ndarray of shape (features,)
        Sums over the batch; the bug has these right.

    Raises
    ------
    ValueError
        If `x` does not have two axes, or `dout` another shape.

    References
    ----------
    Ioffe and Szegedy (2015), section 3. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> dout, x = np.array([[1.0], [0.0], [0.0]]), np.array([[1.0], [2.0], [6.0]])
    >>> abs(mend_detached_gradient(dout, x, np.ones(1))[0].sum()).round(9)
    np.float64(0.0)
    """
    x, dout = _rows(x), np.asarray(dout)
    if dout.shape != x.shape:
        raise ValueError(f"dout has shape {dout.shape} and x has shape {x.shape}; make them the same")
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) * inv_std
    through_mean = dout.mean(axis=0)
    through_variance = x_hat * (dout * x_hat).mean(axis=0)
    dx = gamma * inv_std * (dout - through_mean - through_variance)
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def mend_channel_axis(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3):
    """Apply batch norm to feature maps with the channels last, as while training, and average the statistics.

    The bug takes means and variances over the axes (0, 2, 3), which is right for channels first. With the
    channels last they are (0, 1, 2): the batch, the height and the width.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels)
    gamma, beta : ndarray of shape (channels,)
    running_mean, running_var : ndarray of shape (channels,)
    momentum : float, default 0.99
        The weight of the old running statistic, as in Keras.
    eps : float, default 1e-3

    Returns
    -------
    y : ndarray of the shape of `x`
    running_mean, running_var : ndarray of shape (channels,)
        The new running statistics, of the biased variance; those passed are not changed.

    Raises
    ------
    ValueError
        If `x` does not have four axes.

    References
    ----------
    Ioffe and Szegedy (2015), section 3.2. https://arxiv.org/abs/1502.03167

    Examples
    --------
    >>> x = np.arange(8.0).reshape(1, 2, 2, 2)
    >>> y, mean, var = mend_channel_axis(x, np.ones(2), np.zeros(2), np.zeros(2), np.ones(2), momentum=0.0)
    >>> y.mean(axis=(0, 1, 2)), mean, var
    (array([0., 0.]), array([3., 4.]), array([5., 5.]))
    """
    x = np.asarray(x)
    if x.ndim != 4:
        raise ValueError(f"x has shape {x.shape}; a batch of feature maps has four axes")
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    y = gamma * (x - mean) / np.sqrt(var + eps) + beta
    return y, momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var


def _rows(x):
    x = np.asarray(x)
    if x.ndim != 2 or not len(x):
        raise ValueError(f"x has shape {x.shape}; a batch has two axes, (batch, features), and at least one example")
    return x
