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
    """

    steps: np.ndarray
    weights: list
    inputs: np.ndarray
    accuracy: np.ndarray


def watch_tiny_network(seed, norm=None, steps=480, every=20, lr=0.1, activation="tanh"):
    """Train a 2-2-2-2-1 network to tell the digit 1 from 0, and watch one node in its second hidden layer."""
    x, y = two_features()
    rng = np.random.default_rng(seed)
    net = network.init([2, 2, 2, 2, 1], rng, activation=activation, norm=norm)
    target = np.where(y == 1, 1.0, -1.0)
    weights, inputs, accuracy = [], [], []
    for moment in range(steps // every + 1):
        if moment:
            net, _ = network.train(net, x, target, rng, steps=every, lr=lr, batch=16, loss=losses.squared)
        output, trace = network.forward(net, x)
        weights.append([layer.weights for layer in net])
        inputs.append(trace[1].scaled[:, 0])
        accuracy.append(float((np.sign(output[:, 0]) == target).mean()))
    return Watched(np.arange(len(inputs)) * every, weights, np.array(inputs), np.array(accuracy))


def two_features():
    x, y = data.digits()
    x, y = x[y < 2], y[y < 2]
    images = x.reshape(-1, 8, 8)
    features = np.stack([images[:, 2:6, 3:5].mean(axis=(1, 2)), images[:, 2:6, [0, 1, 2, 5, 6, 7]].mean(axis=(1, 2))], axis=1)
    return reference.normalize(features, features.mean(axis=0), features.var(axis=0)), y
