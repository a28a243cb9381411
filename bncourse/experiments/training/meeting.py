"""Notebook 08: a fast and a slow run of a layer before batch norm, and when the slow one has come as far."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.claim import Claim

FAST_STEPS, FACTOR, SLOWER = 30, 2.0, 2.0  # the slow run has twice the weights and half the learning rate


class Run(NamedTuple):
    """What was seen of a run.

    Parameters
    ----------
    squared_norms : ndarray of shape (steps,)
        Of the first layer's weights, before each step.
    losses : ndarray of shape (steps + 1,)
        On 500 digits: at the start, and after each step.
    """

    squared_norms: np.ndarray
    losses: np.ndarray


def runs(seed, lr=0.3, meeting_step=reference.meeting_step):
    """Train the first layer of a network fast, then slowly from longer weights, as long as a prediction and a bit.

    The network has two hidden layers of 100 ReLU units with batch norm (eps 1e-9); nothing else learns. Mini-batches of
    256 digits.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    lr : float, default 0.3
        The learning rate of the fast run. The slow one has half of it, and starts from twice the weights.
    meeting_step : callable
        Predicts how many slow steps are needed, see `bncourse.reference.meeting_step`.

    Returns
    -------
    dict
        "fast" and "slow", each a `Run`; "rates", the two learning rates; "predicted", an int; "met", the number of
        steps after which the slow run's loss was no longer above the last one of the fast run, or infinity.
    """
    parts = data.split(*data.mnist_128(), seed)
    net = network.init([128, 100, 100, 10], np.random.default_rng(seed), norm="batch", eps=1e-9)
    fast = _run(net, parts, seed, lr, FAST_STEPS)
    longer = [replace(net[0], weights=FACTOR * net[0].weights), *net[1:]]
    predicted = int(meeting_step(fast.squared_norms, longer[0].weights, lr, lr / SLOWER))
    slow = _run(longer, parts, seed, lr / SLOWER, min(int(1.1 * predicted), 500))
    arrived = np.flatnonzero(slow.losses <= fast.losses[-1])
    met = float(arrived[0]) if arrived.size else np.inf
    return {"fast": fast, "slow": slow, "rates": (lr, lr / SLOWER), "predicted": predicted, "met": met}


def in_numbers(found):
    """Sum up a result of `runs`.

    Returns
    -------
    dict of float
        "predicted" and "met", the steps of the slow run; "ratio", met divided by predicted; "by_steps", the loss of the
        slow run after as many steps as the fast one took, divided by the fast one's last loss; "apart", the largest
        relative difference of the two losses where the sums of the effective rates are equal.
    """
    fast, slow = found["fast"], found["slow"]
    sums = [
        np.concatenate([[0.0], np.cumsum(rate / run.squared_norms)])
        for run, rate in zip((fast, slow), found["rates"], strict=True)
    ]
    return {
        "predicted": float(found["predicted"]),
        "met": found["met"],
        "ratio": found["met"] / found["predicted"],
        "by_steps": float(slow.losses[FAST_STEPS] / fast.losses[-1]),
        "apart": float(np.abs(np.interp(*sums, slow.losses) / fast.losses - 1).max()),
    }


def meeting(seed, lr=0.3):
    """Measure `in_numbers` of a small learning rate."""
    return in_numbers(runs(seed, lr))


def meeting_at_a_large_rate(seed):
    """Measure `in_numbers` of the learning rate 3."""
    return in_numbers(runs(seed, 3.0))


def _run(net, parts, seed, lr, steps):
    rng, x, y = np.random.default_rng(seed), parts.x_train[:500], parts.y_train[:500]
    squares, seen = [], [_loss(net, x, y)]
    for _ in range(steps):
        squares.append((net[0].weights ** 2).sum())
        after, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=1, lr=lr, batch=256, bn_backward=None)
        net = [replace(net[0], weights=after[0].weights), *net[1:]]
        seen.append(_loss(net, x, y))
    return Run(np.array(squares), np.array(seen))


def _loss(net, x, y):
    return losses.cross_entropy(network.forward(net, x)[0], y)[0]


CLAIMS = {
    "meeting": Claim(
        "at rates from 0.1 to 0.3 the slow run meets the loss of the fast one within 8 % of the step that the sums of "
        "effective rates predict, and where the sums are equal the losses differ by less than 4 %; after as many "
        "steps as the fast run took its loss is over 1.5 times as large",
        meeting,
        lambda n: abs(n["ratio"] - 1) < 0.08 and n["by_steps"] > 1.5 and n["apart"] < 0.04,
        over={"lr": (0.1, 0.3)},
        notebook="08",
        cells=("meeting",),
        told=("meeting-read",),
    ),
    "meeting_at_a_large_rate": Claim(
        "at rate 3 the slow run meets the loss of the fast one over 15 % before the step that is predicted",
        meeting_at_a_large_rate,
        lambda n: n["ratio"] < 0.85,
        over={},
        notebook="08",
        cells=("meeting",),
        told=("meeting-read",),
    ),
}
