"""Notebook 06: running averages against statistics taken anew, where the rate or the batch is large.

Running statistics describe the network of some steps ago. At a large learning rate it has moved on since; with large
batches there are few steps in which they could follow.
"""

import numpy as np

from bncourse import network
from bncourse.experiments.claim import Claim
from bncourse.experiments.layer import running

# Digits in a mini-batch and learning rate, by the name under which the results are kept.
SETTINGS = {"small": (64, 0.1), "fast": (64, 3.0), "large": (1000, 1.0)}
DIGITS, LOOKS = 4000, 6


def recomputed(seed, passes=8, runs=2, shown=iter):
    """Measure the test accuracy with running statistics and with statistics that were taken anew.

    Parameters
    ----------
    seed : int
        Of `bncourse.experiments.layer.running.train`.
    passes : int, default 8
        How often the training set is gone through.
    runs : int, default 2
        How many to average.
    shown : callable
        Called with the list of trainings, and gives them one by one: a progress bar, for example.

    Returns
    -------
    dict of float
        For each name in `SETTINGS`, such as "fast": "fast_running_0.9" and "fast_running_0.99", with running statistics
        of that momentum; "fast_precise", with those of the training set for the same weights. Means of six looks in
        the last sixth of each training.

    References
    ----------
    Wu and Johnson (2021), section 3. https://arxiv.org/abs/2105.07576
    """
    looks = {}
    for name, number in shown([(name, number) for name in SETTINGS for number in range(runs)]):
        batch, lr = SETTINGS[name]
        steps = DIGITS * passes // batch
        marks = np.linspace(steps - steps // 6, steps, LOOKS).astype(int).tolist()
        run = running.train([seed, number], steps, marks, lr, batch)
        for mark in marks:
            for kind, accuracy in _accuracies(run, mark).items():
                looks.setdefault(f"{name}_{kind}", []).append(accuracy)
    return {name: float(np.mean(seen)) for name, seen in looks.items()}


def _accuracies(run, step):
    nets = {f"running_{momentum}": running.with_running_statistics(run, step, momentum) for momentum in (0.9, 0.99)}
    nets["precise"] = running.with_population_statistics(run.nets[step], run.parts.x_train)
    return {kind: network.accuracy(net, run.parts.x_test, run.parts.y_test) for kind, net in nets.items()}


CLAIMS = {
    "precise_statistics": Claim(
        "in the last sixth of 6 to 10 passes, in the mean of two runs: running statistics of momentum 0.99 are within "
        "1.5 points of statistics taken anew in batches of 64 at rate 0.1, behind them at rate 3, and over 5 points "
        "behind in batches of 1,000 at rate 1; those of momentum 0.9 lose under 5 points in all three, under 2 in "
        "batches of 64",
        recomputed,
        lambda n: (
            abs(n["small_precise"] - n["small_running_0.99"]) < 0.015
            and n["fast_precise"] > n["fast_running_0.99"]
            and n["large_precise"] - n["large_running_0.99"] > 0.05
            and all(abs(n[f"{name}_precise"] - n[f"{name}_running_0.9"]) < 0.02 for name in ("small", "fast"))
            and n["large_precise"] - n["large_running_0.9"] < 0.05
        ),
        over={"passes": (6, 8, 10)},
        notebook="06",
        cells=("precise",),
        told=("precise-read",),
    ),
}
