"""Runs about the backward pass of batch norm (notebook 05): a seed in, numbers and arrays out. Nothing is drawn here.

Besides the right backward pass there are wrong ones that real programs have had.
"""

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.claim import Claim


def detached(dout, x, gamma, eps=1e-3):
    """Return the gradients as if the mean and the variance were constants: the paths through them are cut."""
    _, root, x_hat = _parts(x, eps)
    return gamma / root * dout, *reference.affine_gradients(dout, x_hat)


def without_mean_path(dout, x, gamma, eps=1e-3):
    """Return the gradients without the path through the mean."""
    _, root, x_hat = _parts(x, eps)
    dx = gamma / root * (dout - x_hat * (dout * x_hat).mean(axis=0))
    return dx, *reference.affine_gradients(dout, x_hat)


def without_variance_path(dout, x, gamma, eps=1e-3):
    """Return the gradients without the path through the variance."""
    _, root, x_hat = _parts(x, eps)
    return gamma / root * (dout - dout.mean(axis=0)), *reference.affine_gradients(dout, x_hat)


def without_gamma(dout, x, gamma, eps=1e-3):
    """Return the gradients with gamma missing in dx."""
    return reference.batch_norm_backward(dout, x, np.ones_like(gamma), eps)


def twice_too_large(dout, x, gamma, eps=1e-3):
    """Return the gradients with a factor 2 too many in dx."""
    dx, dgamma, dbeta = reference.batch_norm_backward(dout, x, gamma, eps)
    return 2 * dx, dgamma, dbeta


WRONG = {
    "mean and variance as constants": detached,
    "no path through the mean": without_mean_path,
    "no path through the variance": without_variance_path,
    "gamma missing": without_gamma,
    "dx twice too large": twice_too_large,
}


def paths(seed, digits=8, unit=0):
    """Return the three parts of dx for one unit of a real network.

    A new network 128-64-10 with batch norm classifies a few digits; the loss is the cross-entropy.

    Parameters
    ----------
    seed : int
        Of the split and the weights.
    digits : int, default 8
        How many digits are in the batch.
    unit : int, default 0
        Of the hidden layer.

    Returns
    -------
    dict of ndarray of shape (digits,)
        "direct", "through the variance", "through the mean", and their sum "dx".
    """
    dout, x, gamma = hidden_gradient(seed, digits)
    dx_hat, dvar, dmean, dx = reference.input_gradient_staged(dout, x, gamma)
    mean, root, _ = _parts(x, 1e-3)
    parts = {
        "direct": dx_hat / root,
        "through the variance": dvar * 2 * (x - mean) / len(x),
        "through the mean": np.broadcast_to(dmean / len(x), x.shape),
        "dx": dx,
    }
    return {name: part[:, unit] for name, part in parts.items()}


def hidden_gradient(seed, digits=64):
    """Return what batch norm's backward pass is given in a new network 128-64-10, for a batch of digits.

    Parameters
    ----------
    seed : int
        Of the split and the weights.
    digits : int, default 64
        How many digits are in the batch.

    Returns
    -------
    dout, x : ndarray of shape (digits, 64)
        The gradient of the loss with respect to batch norm's output, and batch norm's input.
    gamma : ndarray of shape (64,)
        Drawn from 0.5 to 1.5.
    """
    pixels, labels = data.mnist_128()
    parts = data.split(pixels, labels, seed)
    rng = np.random.default_rng(seed)
    net = network.init([128, 64, 10], rng, norm="batch")
    gamma = rng.uniform(0.5, 1.5, 64)
    logits, [hidden, _] = network.forward(net, parts.x_train[:digits])
    _, dlogits = losses.cross_entropy(logits, parts.y_train[:digits])
    dout = (dlogits @ net[1].weights.T) * (hidden.activations > 0)
    return dout, hidden.weighted_sums, gamma


def identities(seed):
    """Measure the sums over the batch of dx, and of dx times x_hat, for real digits.

    Returns
    -------
    dict of float
        "sum" and "along_x_hat": the largest absolute sum over the batch, as a share of the sum of the absolute
        values; "along_x_hat_small_eps", with eps 1e-12; "sum_detached", with the mean and variance as constants.
    """
    dout, x, gamma = hidden_gradient(seed)
    x_hat = _parts(x, 1e-3)[2]
    dx = reference.input_gradient(dout, x, gamma)
    exact = reference.input_gradient(dout, x, gamma, eps=1e-12)
    cut, _, _ = detached(dout, x, gamma)
    return {
        "sum": _share(dx),
        "along_x_hat": _share(dx * x_hat),
        "along_x_hat_small_eps": _share(exact * x_hat),
        "sum_detached": _share(cut),
    }


def parts_of_dx(seed, digits=8):
    """Measure the parts of `paths`, for all units.

    Returns
    -------
    dict of float
        The mean absolute value of the "direct" part and of the "indirect" ones (through the variance and through the
        mean, together); "silent", how many numbers have no direct part and still a gradient.
    """
    dout, x, gamma = hidden_gradient(seed, digits)
    dx_hat, _, _, dx = reference.input_gradient_staged(dout, x, gamma)
    direct = dx_hat / _parts(x, 1e-3)[1]
    return {
        "direct": float(np.abs(direct).mean()),
        "indirect": float(np.abs(dx - direct).mean()),
        "silent": float(((direct == 0) & (np.abs(dx) > 1e-9)).sum()),
    }


def train(seed, depth, bn_backward, steps=300, lr=0.05):
    """Train a network of hidden layers of 100 units with batch norm on scikit-learn's digits.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    depth : int
        How many hidden layers.
    bn_backward : callable
        The backward pass of batch norm, as in `bncourse.network.backward`.
    steps : int, default 300
        Mini-batches of 32 digits.
    lr : float, default 0.05
        Learning rate.

    Returns
    -------
    accuracy : float
        On the test digits, with running statistics.
    losses : ndarray of shape (steps,)
    """
    x, y = data.digits()
    parts = data.split(x, y, seed)
    rng = np.random.default_rng(seed)
    net = network.init([64, *[100] * depth, 10], rng, norm="batch")
    net, found = network.train(
        net, parts.x_train, parts.y_train, rng, steps=steps, lr=lr, batch=32, bn_backward=bn_backward
    )
    return network.accuracy(net, parts.x_test, parts.y_test), found


def depths(seed, numbers=(1, 2, 4, 8), shown=iter, lr=0.05, right=reference.batch_norm_backward):
    """Train networks of several depths with the right backward pass, and with constant statistics.

    Parameters
    ----------
    seed : int
        Of `train`.
    numbers : sequence of int
        How many hidden layers.
    shown : callable
        Called with the list of runs, and gives them one by one: a progress bar, for example.
    lr : float, default 0.05
        Learning rate.
    right : callable
        The right backward pass, as `bncourse.network.train` takes it.

    Returns
    -------
    dict
        "depths"; "right" and "detached", arrays of shape (depths,), the test accuracies; "losses_right" and
        "losses_detached", those of the deepest network.
    """
    backward = {"right": right, "detached": detached}
    runs = {name: [] for name in backward}
    for name, depth in shown([(name, depth) for depth in numbers for name in backward]):
        runs[name].append(train(seed, depth, backward[name], lr=lr))
    found = {"depths": np.array(numbers)}
    for name, done in runs.items():
        found[name] = np.array([accuracy for accuracy, _ in done])
        found[f"losses_{name}"] = done[-1][1]
    return found


def detached_training(seed, lr=0.05):
    """Measure `depths` for one and for eight hidden layers.

    Parameters
    ----------
    seed, lr
        Of `depths`.

    Returns
    -------
    dict of float
        Test accuracies: "right_1", "detached_1", "right_8" and "detached_8".
    """
    return ends(depths(seed, (1, 8), lr=lr))


def ends(found):
    """Give the accuracies of a result of `depths` for its shallowest network, of one layer, and its deepest, of eight.

    Returns
    -------
    dict of float
        The numbers of `detached_training`.
    """
    return {
        f"{name}_{depth}": float(found[name][i]) for name in ("right", "detached") for depth, i in ((1, 0), (8, -1))
    }


def _parts(x, eps):
    mean = reference.batch_mean(x)
    var = reference.batch_variance(x, mean)
    return mean, np.sqrt(var + eps), reference.normalize(x, mean, var, eps)


def _share(values):
    return float((np.abs(values.sum(axis=0)) / np.abs(values).sum(axis=0)).max())


CLAIMS = {
    "identities": Claim(
        "over the batch dx adds up to 0, and dx times x_hat to a number of the size of eps; with detached statistics "
        "dx does not",
        identities,
        lambda n: (
            n["sum"] < 1e-12
            and n["along_x_hat_small_eps"] < 1e-9
            and n["along_x_hat"] < 0.25
            and n["sum_detached"] > 0.5
        ),
        over={},
        notebook="05",
        cells=("identities-measured",),
    ),
    "parts_of_dx": Claim(
        "what comes back through the mean and the variance is, taken together, more than a fifth of the straight part",
        parts_of_dx,
        lambda n: n["indirect"] > n["direct"] / 5 and n["silent"] > 0,
        over={"digits": (8, 64)},
        notebook="05",
        cells=("paths-figure",),
    ),
    "detached_training": Claim(
        "at learning rates from 0.05 to 0.1, after 300 steps, detached statistics cost over 10 points of accuracy with "
        "eight hidden layers, and under 5 with one",
        detached_training,
        lambda n: n["right_8"] - n["detached_8"] > 0.1 and abs(n["right_1"] - n["detached_1"]) < 0.05,
        over={"lr": (0.05, 0.1)},
        notebook="05",
        cells=("depths-measured",),
        told=("end",),
    ),
}
