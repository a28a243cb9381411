"""Hidden units watched while their network trains: what reaches their activation, step after step."""

from typing import NamedTuple

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.claim import Claim


def unit_inputs(seed, norm=None, steps=1000, every=20, examples=500, lr=1.0):
    """Record what reaches the sigmoids of the last hidden layer while a network learns digits.

    The set-up is that of Ioffe and Szegedy's first experiment, made smaller: three hidden layers of 100 sigmoids
    on MNIST, plain gradient descent, mini-batches of 64.

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
    lr : float, default 1.0
        Learning rate. The drift depends on it, see `drifts`.

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
        net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=every, lr=lr)
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


def movement_with_and_without(seed, lr=1.0):
    """Measure `movement` in the last hidden layer, without and with batch norm.

    Parameters
    ----------
    seed : int
        Of `unit_inputs`.
    lr : float, default 1.0
        Learning rate of both networks.

    Returns
    -------
    dict of float
        The numbers of `movement`, with "none_" and "batch_" before their names.
    """
    found = {name: movement(unit_inputs(seed, norm, lr=lr)) for name, norm in (("none", None), ("batch", "batch"))}
    return {f"{name}_{what}": number for name, numbers in found.items() for what, number in numbers.items()}


def drifts(seed, settings=((None, 3.0, 3), ("batch", 3.0, 1), ("batch", 10.0, 1)), shown=iter):
    """Measure the drift of `movement` at other learning rates.

    Parameters
    ----------
    seed : int
        Of `unit_inputs`, for the first network of each setting; 1,000 and 2,000 more for the others.
    settings : sequence of (str or None, float, int)
        The norm, the learning rate and the number of networks. One network without batch norm may lie at guessing
        for most of the run at rate 3, with a narrow band and a huge drift, so the median of three is taken.
    shown : callable
        Called with the list of runs, and gives them one by one: a progress bar, for example.

    Returns
    -------
    dict of float
        For each setting, under names such as "none_3" and "batch_10", the median of its networks' drifts.
    """
    runs = [(norm, lr, seed + 1000 * i) for norm, lr, networks in settings for i in range(networks)]
    found = {}
    for norm, lr, own in shown(runs):
        found.setdefault(f"{norm or 'none'}_{lr:g}", []).append(movement(unit_inputs(own, norm, lr=lr))["drift"])
    return {name: float(np.median(of_networks)) for name, of_networks in found.items()}


def drift_and_rate(seed):
    """Measure `drifts` at the learning rates 1, 3 and 10."""
    return drifts(seed, ((None, 3.0, 3), ("batch", 1.0, 1), ("batch", 3.0, 1), ("batch", 10.0, 1)))


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


def growth_of_a_histogram(watched):
    """Give by what factor the input of the marked node has become wider, and how well the network does.

    Parameters
    ----------
    watched : Watched

    Returns
    -------
    dict of float
        "wider", the width of the middle 70 % at the end over that at the start; "accuracy", at the end.
    """
    low, high = np.percentile(watched.inputs, [15, 85], axis=1)
    width = high - low
    return {"wider": float(width[-1] / width[0]), "accuracy": float(watched.accuracy[-1])}


def tiny_networks(seed):
    """Measure `growth_of_a_histogram` for one tiny network."""
    return growth_of_a_histogram(watch_tiny_network(seed))


CLAIMS = {
    "tiny_networks": Claim(
        "where the tiny network learns, the input of its marked node nearly always becomes at least 1.5 times as wide",
        tiny_networks,
        lambda n: n["accuracy"] < 0.6 or n["wider"] > 1.5,
        over={},
        notebook="03",
        cells=("tiny-network",),
        told=("tiny-network-read",),
    ),
    "movement_with_and_without": Claim(
        "at learning rates from 0.3 to 1, in 1,000 steps, the inputs of the units in the last of three sigmoid layers "
        "wander over more than four times the range without batch norm, and drift more than 30 times as far; with "
        "batch norm the widest band is less than twice the narrowest",
        movement_with_and_without,
        lambda n: (
            n["none_median_range"] > 4 * n["batch_median_range"]
            and n["none_band_growth"] > 5
            and n["batch_band_growth"] < 2
            and n["none_drift"] > 30 * n["batch_drift"]
        ),
        over={"lr": (0.3, 1.0)},
        notebook="03",
        cells=("drift-measured",),
        told=("built-in",),
    ),
    "drift_and_rate": Claim(
        "at learning rate 3 the drift without batch norm, the median of three networks, is less than 15 times that "
        "with it; with batch norm it is more than 7 times as far at rate 10 as at rate 1",
        drift_and_rate,
        lambda n: n["batch_3"] < n["none_3"] < 15 * n["batch_3"] and n["batch_10"] > 7 * n["batch_1"],
        over={},
        notebook="03",
        cells=("drift-rates",),
        told=("drift-rates-read",),
    ),
}
