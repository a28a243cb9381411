"""A test that finds the bugs of the museum, and three of the bugs mended."""

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
