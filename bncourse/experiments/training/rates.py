"""Notebook 08: what a network has learned after some steps, for learning rates from small to far too large."""

from dataclasses import replace

import numpy as np

from bncourse import data, network
from bncourse.experiments.claim import Claim

RATES = (0.01, 0.1, 0.3, 1.0, 3.0)


def accuracies(seed, rates=RATES, steps=200, shown=iter):
    """Measure the test accuracy of a ReLU network after some steps, for several learning rates.

    The network has three hidden layers of 100 units; the inputs are standardized; mini-batches of 64.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    rates : sequence of float
        The learning rates.
    steps : int, default 200
        How long to train.
    shown : callable
        Called with the list of runs, and gives them one by one: a progress bar, for example.

    Returns
    -------
    dict
        "none" and "batch", each an ndarray of shape (rates,). A run that overflows counts as its weights are then:
        it names one digit for all. "loss", of the same shape: the largest loss of a mini-batch without batch norm,
        the largest float where it is no number any more.

    References
    ----------
    Bjorck et al. (2018), sections 2 and 3. https://arxiv.org/abs/1806.02375
    """
    parts = data.standardize(data.split(*data.mnist_128(), seed))
    found = {name: np.zeros(len(rates)) for name in ("none", "batch", "loss")}
    for name, i in shown([(name, i) for name in ("none", "batch") for i in range(len(rates))]):
        rng = np.random.default_rng(seed)
        net = network.init([128, 100, 100, 100, 10], rng, norm=None if name == "none" else "batch")
        with np.errstate(all="ignore"):  # a learning rate that is too large overflows; that is a result
            net, seen = network.train(net, parts.x_train, parts.y_train, rng, steps=steps, lr=rates[i])
            found[name][i] = network.accuracy(net, parts.x_test, parts.y_test)
        if name == "none":
            found["loss"][i] = np.nan_to_num(seen, nan=np.finfo(float).max).max()
    return found


def larger_rates(seed, steps=200):
    """Sum up `accuracies` at the learning rates 0.1, 0.3, 1 and 3.

    Parameters
    ----------
    seed, steps
        Of `accuracies`.

    Returns
    -------
    dict of float
        "none_0.1", "batch_0.1", "loss_0.1", and so for the other rates.
    """
    return by_rate(accuracies(seed, RATES[1:], steps), RATES[1:])


def by_rate(found, rates=RATES):
    """Return a result of `accuracies` as numbers with names such as "none_0.1".

    Parameters
    ----------
    found : dict
        From `accuracies`.
    rates : sequence of float
        The learning rates that it was called with.

    Returns
    -------
    dict of float
    """
    return {f"{name}_{rate:g}": float(found[name][i]) for name in found for i, rate in enumerate(rates)}


def small_rate(seed, runs=4):
    """Measure the accuracy at learning rate 0.01, the mean of some runs.

    Returns
    -------
    dict of float
        "none_0.01" and "batch_0.01".
    """
    found = [by_rate(accuracies(100 * seed + run, (0.01,)), (0.01,)) for run in range(runs)]
    return {name: float(np.mean([one[name] for one in found])) for name in found[0]}


def without_growth(seed, lr=3.0, steps=200):
    """Train the network with batch norm of `accuracies`, and set its hidden weights back to their first lengths.

    After each step the weights of every layer with batch norm are divided by how much longer they became. So its
    effective learning rate does not fall.

    Parameters
    ----------
    seed, steps
        Of `accuracies`.
    lr : float, default 3.0
        Learning rate.

    Returns
    -------
    dict of float
        "accuracy", on test digits.
    """
    parts, rng = data.standardize(data.split(*data.mnist_128(), seed)), np.random.default_rng(seed)
    net = network.init([128, 100, 100, 100, 10], rng, norm="batch")
    lengths = [np.linalg.norm(layer.weights) for layer in net]
    for _ in range(steps):
        net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=1, lr=lr)
        net = [
            replace(layer, weights=layer.weights * (length / np.linalg.norm(layer.weights))) if layer.norm else layer
            for layer, length in zip(net, lengths, strict=True)
        ]
    return {"accuracy": network.accuracy(net, parts.x_test, parts.y_test)}


CLAIMS = {
    "larger_rates": Claim(
        "after 150 to 400 steps: at learning rates 0.1 and 0.3 a ReLU network is within 5 points without batch norm; "
        "at 1 it is behind without; at 3 it learns with batch norm alone, and without it its loss passes 1e100",
        larger_rates,
        lambda n: (
            n["none_3"] < 0.3
            and n["batch_3"] > 0.8
            and n["loss_3"] > 1e100
            and n["none_1"] < n["batch_1"]
            and abs(n["batch_0.1"] - n["none_0.1"]) < 0.05
            and abs(n["batch_0.3"] - n["none_0.3"]) < 0.05
        ),
        over={"steps": (150, 200, 400)},
        notebook="08",
        cells=("rates",),
        told=("rates-read",),
    ),
    "small_rate": Claim(
        "at learning rate 0.01, after 200 steps, the network with batch norm is behind on new digits, in the mean "
        "of four runs",
        small_rate,
        lambda n: n["batch_0.01"] < n["none_0.01"],
        over={},
        notebook="08",
        cells=("rates",),
        told=("rates-read",),
    ),
    "large_rate_without_growth": Claim(
        "at learning rate 3 the network with batch norm learns also where its hidden weights are set back to their "
        "first lengths after each step, so that no effective rate falls",
        without_growth,
        lambda n: n["accuracy"] > 0.75,
        over={},
        notebook="08",
        cells=("growth",),
        told=("growth-read",),
    ),
}
