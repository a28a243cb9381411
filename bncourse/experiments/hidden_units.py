"""Hidden units watched while their network trains: what reaches their activation, step after step."""

from typing import NamedTuple

import numpy as np

from bncourse import data, losses, network, reference


def unit_inputs(seed, norm=None, steps=1000, every=20, examples=500):
    """Record what reaches the sigmoids of the last hidden layer while a network learns digits.

    The set-up is that of Ioffe and Szegedy's first experiment, made smaller: three hidden layers of 100 sigmoids
    on MNIST, plain gradient descent, mini-batches of 64. The learning rate is 1.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    norm : {"batch", None}
        Whether the hidden layers have batch norm.
    steps, every : int
        How long to train, and how often to look; the first look is before the first step.
    examples : int, default 500
        How many digits are looked at: always the same ones, and none of them is trained on.

    Returns
    -------
    ndarray of shape (steps // every + 1, examples, 100)
        The input of each sigmoid: its weighted sum or, with batch norm, that sum normalized with the statistics of
        these examples, scaled and shifted.

    References
    ----------
    Ioffe and Szegedy (2015), section 4.1 and figure 1 (b, c). https://arxiv.org/abs/1502.03167
    """
    parts = data.split(*data.mnist_128(), seed)
    rng = np.random.default_rng(seed)
    net = network.init([128, 100, 100, 100, 10], rng, activation="sigmoid", norm=norm)
    shown = parts.x_test[:examples]
    looks = [network.forward(net, shown)[1][2].scaled]
    for _ in range(steps // every):
        net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=every, lr=1.0)
        looks.append(network.forward(net, shown)[1][2].scaled)
    return np.array(looks)


def movement(inputs):
    """Sum up a record of `unit_inputs` in three numbers, each the mean over the units.

    Parameters
    ----------
    inputs : ndarray of shape (moments, examples, units)
        The input of each unit.

    Returns
    -------
    dict of float
        "median_range", largest minus smallest median in training; "band_growth", the widest band (85th minus 15th
        percentile) over the narrowest; "drift", the median's range over the mean width of the band.
    """
    low, median, high = np.percentile(inputs, [15, 50, 85], axis=1)
    width = high - low
    return {
        "median_range": float(np.ptp(median, axis=0).mean()),
        "band_growth": float((width.max(axis=0) / width.min(axis=0)).mean()),
        "drift": float((np.ptp(median, axis=0) / width.mean(axis=0)).mean()),
    }


def movement_with_and_without(seed):
    """Measure `movement` in the last hidden layer, without and with batch norm.

    Returns
    -------
    dict of float
        The numbers of `movement`, with "none_" and "batch_" before their names.
    """
    found = {name: movement(unit_inputs(seed, norm)) for name, norm in (("none", None), ("batch", "batch"))}
    return {f"{name}_{what}": number for name, numbers in found.items() for what, number in numbers.items()}


class Watched(NamedTuple):
    """A tiny network at several moments of its training, and the input of one of its nodes.

    Parameters
    ----------
    steps : ndarray of int of shape (moments,)
        How many mini-batches it has learned from.
    weights : list of list of ndarray
        ``weights[moment][layer]``, of shape (inputs, units).
    inputs : ndarray of shape (moments, examples)
        What reaches the node's activation, for the same examples each time.
    accuracy : ndarray of shape (moments,)
        The share of all examples on the right side.
    is_one : ndarray of bool of shape (examples,)
        Whether an example is a one; the others are zeros.
    """

    steps: np.ndarray
    weights: list
    inputs: np.ndarray
    accuracy: np.ndarray
    is_one: np.ndarray


def watch_tiny_network(seed, steps=400, every=20):
    """Watch a 2-2-2-2-1 network with sigmoids learn to tell the digit 1 from the digit 0.

    Its two inputs are sums over the pixels of MNIST digits: the ink in the middle six columns, and the ink beside
    them, each standardized. It learns from mini-batches of 16 by plain gradient descent.

    Parameters
    ----------
    seed : int
        Of the weights and the order of training.
    steps, every : int
        How long to train, and how often to look; the first look is before the first step.

    Returns
    -------
    Watched
        The node is the first one of the second hidden layer; all 1,000 digits pass through the network at each look.
    """
    x, is_one = _zeros_and_ones()
    target = np.where(is_one, 1.0, -1.0)
    rng = np.random.default_rng(seed)
    net = network.init([2, 2, 2, 2, 1], rng, activation="sigmoid")
    weights, inputs, accuracy = [], [], []
    for moment in range(steps // every + 1):
        if moment:
            net, _ = network.train(net, x, target, rng, steps=every, lr=0.3, batch=16, loss=losses.squared)
        output, trace = network.forward(net, x)
        weights.append([layer.weights for layer in net])
        inputs.append(trace[1].weighted_sums[:, 0])
        accuracy.append(float(((output[:, 0] > 0) == is_one).mean()))
    return Watched(every * np.arange(len(inputs)), weights, np.array(inputs), np.array(accuracy), is_one)


def _zeros_and_ones():
    images, y = data.mnist()
    images, is_one = images[y < 2], y[y < 2] == 1
    middle = images[:, :, 11:17].sum(axis=(1, 2))
    ink = np.column_stack([middle, images.sum(axis=(1, 2)) - middle])
    return reference.standardize(ink), is_one


# name: (what is claimed, the measurement, whether it holds)
CLAIMS = {
    "movement_with_and_without": (
        "in the last of three sigmoid layers the inputs of the units move and widen far less with batch norm",
        movement_with_and_without,
        lambda n: (
            n["none_median_range"] > 3 * n["batch_median_range"]
            and n["none_band_growth"] > 20
            and n["batch_band_growth"] < 3
            and n["none_drift"] > 10 * n["batch_drift"]
        ),
    ),
}
