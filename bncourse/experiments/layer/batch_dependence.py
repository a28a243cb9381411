"""Runs about answers that depend on the batch (notebook 06): a seed in, numbers and arrays out."""

import numpy as np

from bncourse import network
from bncourse.experiments.claim import Claim
from bncourse.experiments.layer import layers, running


def accuracy_in_batches(net, x, labels, batch):
    """Return the accuracy when test digits come in batches and each batch is its own statistics.

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


def batch_of_one(seed, steps=600, lr=0.1):
    """Measure what happens when test digits come one at a time, in training mode and after it.

    Parameters
    ----------
    seed, steps, lr
        Of `bncourse.experiments.layer.running.train`.

    Returns
    -------
    dict of float
        "spread", the largest difference between the logits of any two of 300 digits that came alone, in
        training mode; "one" and "two", the accuracy in batches of that size in training mode; "running", the
        accuracy with running statistics; "moved" and "moved_running", the share of digits whose answer
        changes when they come in batches of 8 with other neighbours, in training mode and after it.
    """
    run = running.train(seed, steps, lr=lr)
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


def batch_means(seed, sizes=(2, 4, 8, 16, 32, 64, 128, 256), draws=400):
    """Draw batches of several sizes from a real layer's weighted sums, and take the mean of each.

    Parameters
    ----------
    seed : int
        Of `bncourse.experiments.layer.layers.digit_layer`, and of the drawing.
    sizes : sequence of int
        How many digits a batch holds. They are drawn at random from 1,000, each digit as often as it comes.
    draws : int, default 400
        How many batches of each size.

    Returns
    -------
    dict of int to ndarray of shape (draws, units)
        For each size the means of its batches, counted from the mean of all digits in standard deviations of
        the unit. Theory expects them to spread by ``1 / sqrt(size)``.
    """
    x = layers.digit_layer(seed)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    rng = np.random.default_rng(seed)
    found = {}
    for size in sizes:
        chosen = rng.integers(len(x), size=(draws, size))
        # how often each digit is in each batch; a product with it is faster than picking the rows
        often = np.stack([np.bincount(batch.astype(np.intp), minlength=len(x)) for batch in chosen])
        found[size] = often @ x / size
    return found


def noise_of_the_mean(seed):
    """Measure how the spread of `batch_means` falls with the size of the batch.

    Returns
    -------
    dict of float
        "spread_2", "spread_4" and so on: the standard deviation of the batch means, averaged over the units
        (root of the mean square), in standard deviations of the unit; "error", the largest relative
        difference of one of them from ``1 / sqrt(size)``.
    """
    means = batch_means(seed)
    spread = {size: float(np.sqrt(of_size.var(axis=0).mean())) for size, of_size in means.items()}
    numbers = {f"spread_{size}": value for size, value in spread.items()}
    return numbers | {"error": float(max(abs(value * np.sqrt(size) - 1) for size, value in spread.items()))}


def _answers(net, x, batch, training=True):
    whole = range(0, len(x), batch)
    return np.concatenate([network.forward(net, x[i : i + batch], training=training)[0].argmax(axis=1) for i in whole])


CLAIMS = {
    "batch_of_one": Claim(
        "at learning rates from 0.03 to 0.3: with the statistics of a batch of one every digit gets the same output; "
        "with running ones it is recognized",
        batch_of_one,
        lambda n: (
            n["spread"] < 1e-5
            and n["one"] < 0.2
            and n["running"] > 0.85
            and n["moved"] > 0.1
            and n["moved_running"] == 0
        ),
        over={"lr": (0.03, 0.1, 0.3)},
        notebook="06",
        cells=("alone-measured",),
    ),
    "noise_of_the_mean": Claim(
        "the mean of a batch drawn at random spreads by 1 / sqrt(size), from 2 examples to 256",
        noise_of_the_mean,
        lambda n: n["error"] < 0.1,
        over={},
        notebook="06",
        cells=("noise-slider",),
    ),
}
