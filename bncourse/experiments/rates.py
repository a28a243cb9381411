"""Notebook 08: what a network has learned after some steps, for learning rates from small to far too large."""

import numpy as np

from bncourse import data, network

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
        it names one digit for all.

    References
    ----------
    Bjorck et al. (2018), sections 2 and 3. https://arxiv.org/abs/1806.02375
    """
    parts = data.standardize(data.split(*data.mnist_128(), seed))
    found = {"none": np.zeros(len(rates)), "batch": np.zeros(len(rates))}
    for name, i in shown([(name, i) for name in found for i in range(len(rates))]):
        rng = np.random.default_rng(seed)
        net = network.init([128, 100, 100, 100, 10], rng, norm=None if name == "none" else "batch")
        with np.errstate(all="ignore"):  # a learning rate that is too large overflows; that is a result
            net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=steps, lr=rates[i])
            found[name][i] = network.accuracy(net, parts.x_test, parts.y_test)
    return found


def larger_rates(seed):
    """Sum up `accuracies` at the ordinary learning rate 0.1 and at 3.

    Returns
    -------
    dict of float
        "none_0.1", "batch_0.1", "none_3" and "batch_3".
    """
    found = accuracies(seed, (0.1, 3.0))
    return {f"{name}_{rate}": float(found[name][i]) for name in found for i, rate in enumerate(("0.1", "3"))}


# name: (what is claimed, the measurement, whether it holds)
CLAIMS = {
    "larger_rates": (
        "at learning rate 0.1 a ReLU network is as good without batch norm; at 3 it learns with batch norm alone",
        larger_rates,
        lambda n: n["none_3"] < 0.3 and n["batch_3"] > 0.8 and abs(n["batch_0.1"] - n["none_0.1"]) < 0.05,
    ),
}
