"""Notebook 08: does it help on unseen digits that the statistics of a batch are noisy?

A *ghost batch* is a part of a mini-batch with a mean and a variance of its own. The gradient is still that of the whole
mini-batch, so the size of the ghost batches changes how noisy the statistics are, and not how many digits a step sees.
"""

from dataclasses import replace

import numpy as np

from bncourse import data, network
from bncourse.experiments.claim import Claim

BATCH, DIGITS, UNITS = 128, 500, 64
GHOSTS = (2, 8, 64, BATCH)  # the last one is batch norm as usual
NOISE = 8  # how many numbers the drawn noise is worth: as noisy as the statistics of so many


def accuracies(seed, lr=0.1, steps=300, runs=2, ghosts=GHOSTS, shown=iter):
    """Measure the test accuracy of a ReLU network that learned from few digits, with noisier and steadier statistics.

    Three hidden layers of 64 units learn from 500 digits in mini-batches of 128. The other 4,500 test them, with the
    statistics of the 500.

    Parameters
    ----------
    seed : int
        Of the split, the weights, the order of training and the noise.
    lr : float, default 0.1
        Learning rate.
    steps : int, default 300
        How long to train.
    runs : int, default 2
        How many to average.
    ghosts : sequence of int
        How many digits share a mean and a variance in training.
    shown : callable
        Called with the list of trainings, and gives them one by one: a progress bar, for example.

    Returns
    -------
    dict of float
        "none", without batch norm; for each size such as 8, "ghost_8"; "noise", with the statistics of the whole batch
        and noise that is drawn, see `with_drawn_noise`.

    References
    ----------
    Hoffer, Hubara and Soudry (2017), section 4, Algorithm 1. https://arxiv.org/abs/1705.08741
    """
    kinds = {"none": None, **{f"ghost_{size}": size for size in ghosts}, "noise": BATCH}
    found = dict.fromkeys(kinds, 0.0)
    for kind, run in shown([(kind, run) for kind in kinds for run in range(runs)]):
        found[kind] += _accuracy((seed, run), kind, kinds[kind], lr, steps) / runs
    return found


def with_drawn_noise(net, rng, numbers=NOISE):
    """Return a network whose batch norms count with a wrong mean and a wrong standard deviation, drawn at random.

    For each unit, the mean is wrong as that of `numbers` normal numbers would be, and so is the standard deviation; all
    digits of the batch share both. They can be taken into gamma and beta: ``gamma * (x_hat - move) / stretch + beta``.

    Parameters
    ----------
    net : list of Layer
        Not changed.
    rng : numpy.random.Generator
        Of the draws.
    numbers : int, default 8

    Returns
    -------
    net : list of Layer
    drawn : list of tuple of ndarray of shape (units,), or None
        For each layer, move and stretch; None where there is no batch norm.
    """
    noisy, drawn = [], []
    for layer in net:
        if layer.norm is None:
            noisy.append(layer)
            drawn.append(None)
            continue
        sample = rng.standard_normal((numbers, len(layer.gamma)))
        move, stretch = drawn_now = sample.mean(axis=0), sample.std(axis=0)
        beta = layer.beta - layer.gamma * move / stretch
        noisy.append(replace(layer, gamma=layer.gamma / stretch, beta=beta))
        drawn.append(drawn_now)
    return noisy, drawn


def without_drawn_noise(old, given, after, drawn):
    """Return a layer after its step with its own gamma and beta.

    Parameters
    ----------
    old, given, after : Layer
        Before the noise, with it, and with it after the step.
    drawn : tuple of ndarray, or None
        From `with_drawn_noise`.

    Returns
    -------
    Layer
        Gamma and beta have moved by what the chain rule says of their own gradients.
    """
    if drawn is None:
        return after
    move, stretch = drawn
    of_gamma, of_beta = after.gamma - given.gamma, after.beta - given.beta
    return replace(after, gamma=old.gamma + (of_gamma - move * of_beta) / stretch, beta=old.beta + of_beta)


def _accuracy(seed, kind, ghost, lr, steps):
    parts = data.split(*data.mnist_128(), seed, test_share=1 - DIGITS / 5000)
    rng, noise = np.random.default_rng(seed), np.random.default_rng([*seed, 1])
    norm = None if kind == "none" else "batch"
    net = network.init([128, *[UNITS] * 3, 10], rng, norm=norm, ghost=None if ghost == BATCH else ghost)
    how = {"steps": 1, "lr": lr, "batch": BATCH, "bn_backward": None}
    for _ in range(steps):
        given, drawn = with_drawn_noise(net, noise) if kind == "noise" else (net, [None] * len(net))
        after, _ = network.train(given, parts.x_train, parts.y_train, rng, **how)
        net = [without_drawn_noise(*layers) for layers in zip(net, given, after, drawn, strict=True)]
    return network.accuracy(network.with_statistics_of(net, parts.x_train), parts.x_test, parts.y_test)


CLAIMS = {
    "ghost_batches": Claim(
        "learning from 500 digits at rates from 0.05 to 0.2, in the mean of two runs: on other digits ghost batches of "
        "8 are ahead of statistics of the whole batch of 128, and so is noise that is drawn, both by over 0.3 points; "
        "ghost batches of 64 are less ahead than those of 8, and of 2 over 8 points behind; without batch norm the "
        "network is within 3 points of the whole batch",
        accuracies,
        lambda n: (
            n["ghost_8"] > n[f"ghost_{BATCH}"] + 0.003
            and n["noise"] > n[f"ghost_{BATCH}"] + 0.003
            and n["ghost_64"] < n["ghost_8"]
            and n["ghost_2"] < n[f"ghost_{BATCH}"] - 0.08
            and abs(n["none"] - n[f"ghost_{BATCH}"]) < 0.03
        ),
        over={"lr": (0.05, 0.1, 0.2)},
        notebook="08",
        cells=("ghost",),
        told=("ghost-read",),
    ),
}
