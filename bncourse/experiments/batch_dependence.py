"""Runs about answers that depend on the batch (notebook 06): a seed in, numbers and arrays out."""

import numpy as np

from bncourse import network
from bncourse.experiments import running


def accuracy_in_batches(net, x, labels, batch):
    """Give the accuracy when test digits come in batches and each batch is its own statistics.

    Parameters
    ----------
    net : list of Layer
        A trained network.
    x : ndarray of shape (examples, features)
        Test digits.
    labels : ndarray of shape (examples,)
        What they are.
    batch : int
        How many come at once; a rest that fills no batch is left out.

    Returns
    -------
    float
    """
    whole = range(0, len(x) - batch + 1, batch)
    return float(
        np.mean([network.accuracy(net, x[i : i + batch], labels[i : i + batch], training=True) for i in whole])
    )


def batch_sizes(seed, sizes=(1, 2, 4, 8, 16, 64, 250)):
    """Measure the test accuracy with batch statistics for several batch sizes, and with running ones.

    Parameters
    ----------
    seed : int
        Of `bncourse.running.train`, 600 steps.
    sizes : sequence of int
        How many test digits come at once.

    Returns
    -------
    dict
        "sizes" and "batch", arrays of shape (sizes,): the accuracy with the batch's own statistics;
        "running", the accuracy with running statistics of momentum 0.9.
    """
    run = running.train(seed)
    net, test = run.nets[600], (run.parts.x_test, run.parts.y_test)
    return {
        "sizes": np.array(sizes),
        "batch": np.array([accuracy_in_batches(net, *test, size) for size in sizes]),
        "running": network.accuracy(running.with_running_statistics(run, 600, 0.9), *test),
    }


def batch_of_one(seed, steps=600):
    """Measure what happens when test digits come one at a time, in training mode and after it.

    Returns
    -------
    dict of float
        "spread", the largest difference between the logits of any two of 300 digits that came alone, in
        training mode; "one" and "two", the accuracy in batches of that size in training mode; "running", the
        accuracy with running statistics; "moved" and "moved_running", the share of digits whose answer
        changes when they come in batches of 8 with other neighbours, in training mode and after it.
    """
    run = running.train(seed, steps)
    net, x, labels = run.nets[steps], run.parts.x_test, run.parts.y_test
    ready = running.with_running_statistics(run, steps, 0.9)
    logits = np.vstack([network.forward(net, x[i : i + 1])[0] for i in range(300)])
    order = np.random.default_rng(seed).permutation(len(x))
    return {
        "spread": float(np.ptp(logits, axis=0).max()),
        "one": accuracy_in_batches(net, x, labels, 1),
        "two": accuracy_in_batches(net, x, labels, 2),
        "running": network.accuracy(ready, x, labels),
        "moved": float((_answers(net, x, 8) != _answers(net, x[order], 8)[np.argsort(order)]).mean()),
        "moved_running": float(
            (_answers(ready, x, 8, False) != _answers(ready, x[order], 8, False)[np.argsort(order)]).mean()
        ),
    }


def _answers(net, x, batch, training=True):
    whole = range(0, len(x), batch)
    return np.concatenate([network.forward(net, x[i : i + batch], training=training)[0].argmax(axis=1) for i in whole])


# name: (what is claimed, the measurement, whether it holds)
CLAIMS = {
    "batch_of_one": (
        "with the statistics of a batch of one every digit gets the same output; with running ones it is recognized",
        batch_of_one,
        lambda n: (
            n["spread"] < 1e-5
            and n["one"] < 0.2
            and n["running"] > 0.85
            and n["moved"] > 0.1
            and n["moved_running"] == 0
        ),
    ),
}
