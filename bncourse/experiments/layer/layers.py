"""Runs that measure: a seed in, numbers and arrays out. Nothing is drawn here.

What a notebook claims about them is in `bncourse.experiments.layer.layer_claims`.
"""

from dataclasses import replace

import numpy as np

from bncourse import data, losses, network, reference

FILTERS = np.array(
    [
        [[1.0, 1.0, 1.0], [0.0, 0.0, 0.0], [-1.0, -1.0, -1.0]],  # horizontal edges
        [[1.0, 0.0, -1.0], [1.0, 0.0, -1.0], [1.0, 0.0, -1.0]],  # vertical edges
        [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],  # brightness
    ]
)


def digit_layer(seed, examples=1000, steps=200):
    """Return a real layer at work: its weighted sums for real digits.

    A network 128-64-32-10 with sigmoids and no batch norm is trained for a moment on MNIST digits; then
    digits it has not seen pass through its first layer.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    examples : int, default 1000
        How many digits pass; at most 1,000.
    steps : int, default 200
        Mini-batches of training.

    Returns
    -------
    ndarray of shape (examples, 64)
        The weighted sums of the first hidden layer, before its activation.
    """
    x, y = data.mnist_128()
    parts = data.split(x, y, seed)
    rng = np.random.default_rng(seed)
    net = network.init([128, 64, 32, 10], rng, activation="sigmoid", scale=3.0)
    net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=steps, lr=1.0)
    _, trace = network.forward(net, parts.x_test[:examples])
    return trace[0].weighted_sums


def feature_maps(seed, examples=32):
    """Return the output of a convolution of real digits with three fixed filters.

    Parameters
    ----------
    seed : int
        Which digits.
    examples : int, default 32
        How many.

    Returns
    -------
    ndarray of shape (examples, 26, 26, 3)
        Feature maps, channels last: horizontal edges, vertical edges, brightness.
    """
    images, _ = data.mnist()
    chosen = np.random.default_rng(seed).choice(len(images), examples, replace=False)
    windows = np.lib.stride_tricks.sliding_window_view(images[chosen], (3, 3), axis=(1, 2))
    return np.einsum("nhwij,cij->nhwc", windows, FILTERS)


def std_against_eps(seed, epsilons=(1e-3, 1e-5)):
    """Measure the standard deviation that is left after normalizing, for units of very different spread.

    The weighted sums of a real layer are multiplied by 0.001, 0.003, ... 10, as small or large weights
    would do it.

    Parameters
    ----------
    seed : int
        Of `digit_layer`.
    epsilons : sequence of float
        The values of eps to compare.

    Returns
    -------
    dict
        "sigma" of shape (units * scales,), the standard deviation before; "measured" and "formula", each of
        shape (epsilons, units * scales), the standard deviation after and ``sigma / sqrt(sigma**2 + eps)``.
    """
    layer = digit_layer(seed, examples=200)
    x = np.hstack([layer * scale for scale in np.logspace(-3, 1, 9)])
    mean = reference.batch_mean(x)
    var = reference.batch_variance(x, mean)
    sigma = np.sqrt(var)
    order = np.argsort(sigma)
    measured = [reference.normalize(x, mean, var, eps).std(axis=0)[order] for eps in epsilons]
    formula = [(sigma / np.sqrt(var + eps))[order] for eps in epsilons]
    return {"sigma": sigma[order], "measured": np.array(measured), "formula": np.array(formula)}


def epsilon_formula(seed):
    """Measure how far `std_against_eps` is from the formula, and the standard deviation at three spreads.

    Returns
    -------
    dict of float
        "error", the largest difference from the formula; "std_at_0.1", "std_at_0.03", "std_at_0.01", the
        measured standard deviation after normalizing a real unit of that spread with eps 1e-3.
    """
    found = std_against_eps(seed)
    sigmas = (0.1, 0.03, 0.01)
    [units] = small_units(digit_layer(seed, examples=200)[:, 0], (1e-3,), sigmas)
    numbers = {"error": float(np.abs(found["measured"] - found["formula"]).max())}
    return numbers | {f"std_at_{sigma}": float(of_unit.std()) for sigma, of_unit in zip(sigmas, units, strict=True)}


def small_units(unit, epsilons, sigmas=(0.1, 0.03, 0.01)):
    """Return a unit small spreads, and normalize it with several eps.

    Parameters
    ----------
    unit : ndarray of shape (batch,)
        The weighted sums of one unit; they vary.
    epsilons : sequence of float
        The values of eps.
    sigmas : sequence of float
        The standard deviations to give it.

    Returns
    -------
    ndarray of shape (epsilons, sigmas, batch)
        The unit after normalizing.
    """
    x = np.outer((unit - unit.mean()) / unit.std(), sigmas)
    mean = reference.batch_mean(x)
    var = reference.batch_variance(x, mean)
    return np.array([reference.normalize(x, mean, var, eps).T for eps in epsilons])


def identity_recovery(seed):
    """Measure how exactly gamma = sqrt(var + eps) and beta = mean give the weighted sums back.

    Returns
    -------
    dict of float
        "error", the largest absolute difference; "correlation", the largest change of the correlation of two units by
        normalizing.
    """
    x = digit_layer(seed)
    mean = reference.batch_mean(x)
    var = reference.batch_variance(x, mean)
    y = reference.batch_norm(x, gamma=np.sqrt(var + 1e-3), beta=mean, eps=1e-3)
    before, after = (np.corrcoef(some, rowvar=False) for some in (x, reference.normalize(x, mean, var)))
    return {"error": float(np.abs(y - x).max()), "correlation": float(np.abs(after - before).max())}


def straightness(x_hat, gamma, beta=0.0):
    """Give R squared of a straight line through ``sigmoid(gamma * x_hat + beta)``: the share it explains."""
    return float(np.corrcoef(x_hat, network.sigmoid(gamma * x_hat + beta))[0, 1] ** 2)


def sigmoid_straightness(seed, gammas=(0.5, 1.0, 2.0, 4.0, 8.0), steps=200):
    """Measure how much of a sigmoid's bend real batch-normed sums reach, for several gammas and a large beta.

    Parameters
    ----------
    seed, steps
        Of `digit_layer`.
    gammas : sequence of float

    Returns
    -------
    dict of float
        "gamma_0.5" and so on: R squared of the straight line, from `straightness`, at beta 0;
        "above_0.95_at_beta_0" and "above_0.95_at_beta_4": at gamma 1, the share of outputs above 0.95.
    """
    x = digit_layer(seed, steps=steps)
    x_hat = reference.batch_norm(x, np.ones(x.shape[1]), np.zeros(x.shape[1])).ravel()
    numbers = {f"gamma_{gamma:g}": straightness(x_hat, gamma) for gamma in gammas}
    return numbers | {
        f"above_0.95_at_beta_{beta}": float((network.sigmoid(x_hat + beta) > 0.95).mean()) for beta in (0, 4)
    }


def regressor(seed, *, learned, lr=0.03):
    """Predict the course of diabetes with a small network that ends in batch norm.

    Parameters
    ----------
    seed : int or sequence of int
        Of the split, the weights and the order of training.
    learned : bool
        Whether gamma and beta of the last layer are learned, or stay at 1 and 0.
    lr : float, default 0.03
        Learning rate.

    Returns
    -------
    predicted, true : ndarray of shape (88,)
        For patients the network has not seen.
    """
    x, y = data.diabetes()
    parts = data.standardize(data.split(x, y, seed))
    rng = np.random.default_rng(seed)
    net = network.init([10, 16, 1], rng, activation="relu", norm="batch", norm_output=True)
    net, _ = network.train(
        net,
        parts.x_train,
        parts.y_train,
        rng,
        steps=300,
        lr=lr,
        loss=losses.squared,
        fixed=() if learned else ("gamma", "beta"),
    )
    output, _ = network.forward(net, parts.x_test, training=False)
    return output[:, 0], parts.y_test


def regressor_needs_gamma_and_beta(seed, runs=3, lr=0.03):
    """Measure `regressor` with gamma and beta learned, and fixed at 1 and 0.

    Each run has its own split and weights; 88 test patients are few, and one split in twenty is a hard one.

    Returns
    -------
    dict of float
        "learned" and "fixed": R squared on the test patients, the mean of the runs. 0 is what the mean of
        the data would get.
    """
    return {
        name: float(np.mean([r_squared(*regressor([seed, run], learned=learned, lr=lr)) for run in range(runs)]))
        for name, learned in (("learned", True), ("fixed", False))
    }


def hidden_layers(seed, steps=400, lr=0.3):
    """Measure a digit classifier whose hidden layers learn gamma and beta, or keep them fixed.

    A network 128-64-32-10 with sigmoids and batch norm in the two hidden layers.

    Returns
    -------
    dict of float
        Test accuracy: "learned"; "fixed_1" with gamma 1 and beta 0; "fixed_0.1" with gamma 0.1 and beta 0.
    """
    x, y = data.mnist_128()
    parts = data.split(x, y, seed)
    numbers = {}
    for name, gamma, fixed in (
        ("learned", 1.0, ()),
        ("fixed_1", 1.0, ("gamma", "beta")),
        ("fixed_0.1", 0.1, ("gamma", "beta")),
    ):
        rng = np.random.default_rng(seed)
        net = network.init([128, 64, 32, 10], rng, activation="sigmoid", norm="batch")
        net = [replace(layer, gamma=gamma * layer.gamma) if layer.norm else layer for layer in net]
        net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=steps, lr=lr, fixed=fixed)
        numbers[name] = network.accuracy(net, parts.x_test, parts.y_test)
    return numbers


def redundant_bias(seed):
    """Measure the gradient of a bias that stands before batch norm, and of one that does not.

    Returns
    -------
    dict of float
        "with_norm" and "without_norm": the largest absolute gradient of a hidden layer's bias, for one
        mini-batch of real digits.
    """
    x, y = data.mnist_128()
    parts = data.split(x, y, seed)
    numbers = {}
    for name, norm in (("with_norm", "batch"), ("without_norm", None)):
        net = network.init([128, 64, 32, 10], np.random.default_rng(seed), norm=norm, bias=True)
        logits, trace = network.forward(net, parts.x_train[:64])
        _, dlogits = losses.cross_entropy(logits, parts.y_train[:64])
        gradients = network.backward(net, trace, dlogits)
        numbers[name] = float(max(np.abs(found["bias"]).max() for found in gradients[:-1]))
    return numbers


def r_squared(predicted, true):
    """Return the share of the variance of `true` that is explained; below 0, worse than its mean."""
    return float(1 - ((predicted - true) ** 2).sum() / ((true - true.mean()) ** 2).sum())
