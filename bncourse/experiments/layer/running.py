"""Runs about batch norm after training (notebook 06): a seed in, numbers and arrays out. Nothing is drawn here.

Running statistics take no part in training. One run is therefore enough for every momentum: the statistics of
each batch are kept, and averaged afterwards.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.claim import Claim


class TrainingRun(NamedTuple):
    """A training run of the network 128-64-32-10 with ReLU and batch norm on MNIST digits.

    Parameters
    ----------
    parts : data.Split
        The digits.
    nets : dict of int to list of Layer
        The network after some numbers of steps; its running statistics are those of the last batch alone.
    means, variances : list of ndarray of shape (steps, units)
        For each hidden layer, the mean and the (biased) variance of every batch.
    losses : ndarray of shape (steps,)
        The loss of every batch.
    """

    parts: data.Split
    nets: dict
    means: list
    variances: list
    losses: np.ndarray


def train(seed, steps=600, marks=(), lr=0.1, batch=64):
    """Train, and keep what every batch norm saw.

    Parameters
    ----------
    seed : int or sequence of int
        Of the split, the weights and the order of training.
    steps : int, default 600
        How many mini-batches.
    marks : collection of int
        After how many steps to keep the network; after the last one it is always kept.
    lr : float, default 0.1
        Learning rate.
    batch : int, default 64
        Digits in a mini-batch.

    Returns
    -------
    TrainingRun
    """
    x, y = data.mnist_128()
    parts = data.split(x, y, seed)
    rng = np.random.default_rng(seed)
    net = network.init([128, 64, 32, 10], rng, activation="relu", norm="batch")
    hidden = [i for i, layer in enumerate(net) if layer.norm]
    nets, means, variances, found = {}, [[] for _ in hidden], [[] for _ in hidden], np.empty(steps)
    for step in range(1, steps + 1):
        # momentum 0 forgets at once: the running statistics are those of this batch
        net, [found[step - 1]] = network.train(
            net, parts.x_train, parts.y_train, rng, steps=1, lr=lr, batch=batch, loss=losses.cross_entropy, momentum=0.0
        )
        for i in hidden:
            means[i].append(net[i].running_mean)
            variances[i].append(net[i].running_var)
        if step in marks or step == steps:
            nets[step] = net
    return TrainingRun(parts, nets, [np.array(m) for m in means], [np.array(v) for v in variances], found)


def averages(batches, momentum, start):
    """Return a running statistic after every step.

    Parameters
    ----------
    batches : ndarray of shape (steps, units)
        The statistic of every batch.
    momentum : float
        The weight of the old value.
    start : float
        The value before the first step: 0 for a mean, 1 for a variance.

    Returns
    -------
    ndarray of shape (steps + 1, units)
        The first row is the start.

    Examples
    --------
    >>> averages(np.array([[8.0], [8.0]]), momentum=0.5, start=0.0).ravel()
    array([0., 4., 6.])
    """
    found = [np.full(batches.shape[1], float(start))]
    for batch in batches:
        found.append(reference.moving_average(found[-1], batch, momentum))
    return np.array(found)


def with_running_statistics(run, step, momentum):
    """Return the network after some steps, with the running statistics that `momentum` has by then.

    Parameters
    ----------
    run : TrainingRun
        From `train`, with `step` among its marks.
    step : int
        After how many steps.
    momentum : float
        The weight of the old value.

    Returns
    -------
    list of Layer
    """
    return [
        replace(
            layer,
            running_mean=averages(run.means[i][:step], momentum, 0.0)[-1],
            running_var=averages(run.variances[i][:step], momentum, 1.0)[-1],
        )
        if layer.norm
        else layer
        for i, layer in enumerate(run.nets[step])
    ]


def with_population_statistics(net, x, batch=64):
    """Return the network with the statistics of the whole training set, as I&S's Algorithm 2 takes them.

    The weights stay as they are; the training set passes once, in batches and in training mode.

    Parameters
    ----------
    net : list of Layer
        A trained network.
    x : ndarray of shape (examples, features)
        The training set; what does not fill a batch is left out.
    batch : int, default 64
        Examples in a batch.

    Returns
    -------
    list of Layer

    References
    ----------
    Ioffe and Szegedy (2015), Algorithm 2, lines 7 to 10. https://arxiv.org/abs/1502.03167
    """
    traces = [network.forward(net, x[i : i + batch])[1] for i in range(0, len(x) - batch + 1, batch)]
    renewed = []
    for i, layer in enumerate(net):
        if layer.norm:
            mean, var = reference.population_statistics(np.array([trace[i].weighted_sums for trace in traces]))
            layer = replace(layer, running_mean=mean, running_var=var)
        renewed.append(layer)
    return renewed


def first_steps(seed, marks=(60, 600), runs=3, lr=0.1):
    """Measure the test accuracy early and late in training, with three kinds of statistics.

    Parameters
    ----------
    seed, marks, lr
        Of `train`.
    runs : int, default 3
        How many to average.

    Returns
    -------
    dict of float
        For each number of steps n in `marks`, the mean of the runs: "batch_n", all 1,000 test digits as one
        batch with its own statistics; "running_0.9_n" and "running_0.99_n", running statistics of that
        momentum; "population_n", statistics of the training set with these weights.
    """
    found = {}
    for number in range(runs):
        run = train([seed, number], max(marks), marks, lr)
        test = (run.parts.x_test, run.parts.y_test)
        for step in marks:
            net = run.nets[step]
            kinds = {
                "batch": network.accuracy(net, *test, training=True),
                "running_0.9": network.accuracy(with_running_statistics(run, step, 0.9), *test),
                "running_0.99": network.accuracy(with_running_statistics(run, step, 0.99), *test),
                "population": network.accuracy(with_population_statistics(net, run.parts.x_train), *test),
            }
            for kind, value in kinds.items():
                found.setdefault(f"{kind}_{step}", []).append(value)
    return {name: float(np.mean(values)) for name, values in found.items()}


def memory(seed, momenta=(0.5, 0.9, 0.95, 0.99, 0.995, 0.999), steps=300, every=20, unit=0, lr=0.1):
    """Follow a unit's running variance and the test accuracy through the first steps, for several momenta.

    Parameters
    ----------
    seed : int
        Of `train`.
    momenta : sequence of float
        Weights of the old value.
    steps : int, default 300
        How far to follow.
    every : int, default 20
        Between two measurements of the accuracy.
    unit : int, default 0
        Of the first hidden layer.
    lr : float, default 0.1
        Learning rate.

    Returns
    -------
    dict
        "batch_var" of shape (steps,), the unit's variance in each batch; "running_var", a dict of momentum to
        ndarray of shape (steps + 1,); "marks", when the accuracy was measured; "batch" of shape (marks,), the
        accuracy with batch statistics; "running", a dict of momentum to ndarray of shape (marks,).
    """
    marks = np.arange(every, steps + 1, every)
    run = train(seed, steps, set(marks.tolist()), lr)
    test = (run.parts.x_test, run.parts.y_test)
    return {
        "batch_var": run.variances[0][:, unit],
        "running_var": {m: averages(run.variances[0][:, [unit]], m, 1.0)[:, 0] for m in momenta},
        "marks": marks,
        "batch": np.array([network.accuracy(run.nets[step], *test, training=True) for step in marks]),
        "running": {
            m: np.array([network.accuracy(with_running_statistics(run, step, m), *test) for step in marks])
            for m in momenta
        },
    }


def small_momentum(seed, lr=0.1):
    """Measure `cost_of_momentum` of 0.5 through the first 300 steps."""
    return cost_of_momentum(memory(seed, momenta=(0.5,), lr=lr), 0.5)


def cost_of_momentum(found, momentum):
    """Compare the accuracy with running statistics with that of batch statistics.

    Parameters
    ----------
    found : dict
        From `memory`.
    momentum : float
        One of those in it.

    Returns
    -------
    dict of float
        Over the looks: "largest", the largest difference; "mean", by how much batch statistics are better on average.
    """
    lost = found["batch"] - found["running"][momentum]
    return {"largest": float(np.abs(lost).max()), "mean": float(lost.mean())}


CLAIMS = {
    "first_steps": Claim(
        "at learning rates from 0.03 to 0.3: after 60 steps running statistics of momentum 0.99 cost over 5 points, of "
        "momentum 0.9 or of the whole training set under 3; after 600 steps momentum 0.99 costs under 3",
        first_steps,
        lambda n: (
            n["batch_60"] - n["running_0.99_60"] > 0.05
            and abs(n["batch_60"] - n["running_0.9_60"]) < 0.03
            and abs(n["batch_600"] - n["running_0.99_600"]) < 0.03
            and all(abs(n[f"population_{step}"] - n[f"batch_{step}"]) < 0.03 for step in (60, 600))
        ),
        over={"lr": (0.03, 0.1, 0.3)},
        notebook="06",
        cells=("first-steps-measured", "three-figure"),
    ),
    "small_momentum": Claim(
        "with momentum 0.5 the accuracy stays within 3 points of that with batch statistics from step 20 to step 300, "
        "and in the mean of these looks within 1",
        small_momentum,
        lambda n: n["largest"] < 0.03 and abs(n["mean"]) < 0.01,
        over={"lr": (0.03, 0.1)},
        notebook="06",
        cells=("memory-slider",),
        told=("batch_norm_inference-task",),
    ),
}
