"""What batch norm makes of batches that are small, of one class, or tell on each other (notebook 09)."""

import numpy as np

from bncourse import network
from bncourse.experiments.claim import Claim
from bncourse.experiments.normalizers import normalized_networks as networks


def error(kind, seed, batch, epochs=4, lr=0.1):
    """Train a network on small batches, and measure its error on test digits.

    The network is 128-64-64-10 with ReLU, the learning rate ``lr * batch / 32``: in proportion to the batch, so that
    an epoch goes about as far with each size.

    Parameters
    ----------
    kind : {"batch", "layer", "group", None}
        The normalizer of the hidden layers.
    seed : int
        Of the split, the weights and the order of training.
    batch : int
        Examples in a mini-batch.
    epochs : int, default 4
        Passes over the 4,000 training digits.
    lr : float, default 0.1
        Learning rate at batches of 32.

    Returns
    -------
    float
        The share of 1,000 test digits that are not recognized, with running statistics.
    float
        With the statistics of the whole training set, taken after training. Only batch norm makes a difference.
    """
    parts, rng = networks.digits(seed), np.random.default_rng(seed)
    net = networks.init(kind, rng)
    batches = networks.shuffled(len(parts.x_train), batch, epochs * len(parts.x_train) // batch, rng)
    net = networks.train(net, parts, batches, lr=lr * batch / 32)
    test = (parts.x_test, parts.y_test)
    renewed = network.with_statistics_of(net, parts.x_train)
    return 1 - network.accuracy(net, *test), 1 - network.accuracy(renewed, *test)


def errors(seed, batch, kinds=("batch", "layer", "group"), lr=0.1):
    """Measure `error` for several normalizers with one batch size.

    Parameters
    ----------
    seed, batch, lr
        Of `error`.
    kinds : sequence of str or None
        The normalizers.

    Returns
    -------
    dict of float
        For each kind, the error with running statistics; "renewed", that of batch norm with the statistics of the
        whole training set.
    """
    found = {kind: error(kind, seed, batch, lr=lr) for kind in kinds}
    return {kind: running for kind, (running, _) in found.items()} | {"renewed": found["batch"][1]}


def small_batches(seed, lr=0.1):
    """Measure the errors of three normalizers with batches of 2 and of 32.

    Parameters
    ----------
    seed, lr
        Of `error`.

    Returns
    -------
    dict of float
        "batch_2", "layer_2", "group_2", "batch_32", "layer_32" and "group_32": errors with running statistics;
        "renewed_2", that of batch norm with the statistics of the whole training set.
    """
    numbers = {f"{name}_2": value for name, value in errors(seed, 2, lr=lr).items()}
    return numbers | {f"{kind}_32": error(kind, seed, 32, lr=lr)[0] for kind in ("batch", "layer", "group")}


def one_class(seed, steps=600, batch=64, lr=0.1):
    """Measure networks whose every training batch held one class, on test digits of all classes.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the batches.
    steps, batch : int
        How many batches, and how many digits in each.
    lr : float, default 0.1
        Learning rate.

    Returns
    -------
    dict of float
        Test accuracy of "batch", "layer", "group" and "none"; "renewed", that of batch norm with the statistics of the
        whole training set in place of the running ones; "batch_own", that on test digits of one class at a time, with
        their own statistics, as in training.
    """
    numbers, parts = {}, networks.digits(seed)
    for kind in network.NORMS:
        net = _by_one_class(kind, parts, seed, steps, batch, lr)
        test = (parts.x_test, parts.y_test)
        numbers[kind or "none"] = network.accuracy(net, *test)
        if kind == "batch":
            numbers["renewed"] = network.accuracy(network.with_statistics_of(net, parts.x_train), *test)
            numbers["batch_own"] = _with_their_own(net, parts)
    return numbers


def one_class_for_longer(seed, steps=3000, batch=64, lr=0.1):
    """Measure batch norm after many batches of one class each, on such batches and on test digits of all classes.

    Parameters
    ----------
    seed, steps, batch, lr
        Of `one_class`.

    Returns
    -------
    dict of float
        Test accuracy: "own", on digits of one class at a time, with their own statistics; "running", on all of them,
        with running statistics.
    """
    parts = networks.digits(seed)
    net = _by_one_class("batch", parts, seed, steps, batch, lr)
    return {"own": _with_their_own(net, parts), "running": network.accuracy(net, parts.x_test, parts.y_test)}


def leak(seed, steps=1000, digits=16, lr=0.1):
    """Measure how well an empty image is "recognized" when its label is the class of its neighbours.

    Each batch holds digits of one class and as many empty images, and all have that class as their label. Only the
    statistics of the batch can tell an empty image which class it is with.

    Returns
    -------
    dict of float
        For "batch" and "layer", the share of empty images that get the class of their neighbours, in new batches in
        training mode; for "batch_later", with running statistics.
    """
    numbers = {}
    for kind in ("batch", "layer"):
        parts, rng = networks.digits(seed), np.random.default_rng(seed)
        net = networks.init(kind, rng)
        for x, labels in _with_empty_images(parts.x_train, parts.y_train, rng, steps, digits):
            net = networks.step(net, x, labels, lr=lr)
        tests = list(_with_empty_images(parts.x_test, parts.y_test, rng, 300, digits))
        numbers[kind] = _on_empty_images(net, tests, digits, training=True)
        if kind == "batch":
            numbers["batch_later"] = _on_empty_images(net, tests, digits, training=False)
    return numbers


def _by_one_class(kind, parts, seed, steps, batch, lr):
    """Train a network on batches of one class each."""
    rng, rows = np.random.default_rng(seed), _by_class(parts.y_train)
    net = networks.init(kind, rng)
    batches = (rng.choice(rows[rng.integers(10)], batch, replace=False) for _ in range(steps))
    return networks.train(net, parts, batches, lr=lr)


def _with_their_own(net, parts):
    """Return the accuracy on test digits of one class at a time, with their own statistics, as in training."""
    alone = [network.answers(net, parts.x_test[own], training=True) for own in _by_class(parts.y_test)]
    return sum(int((answers == digit).sum()) for digit, answers in enumerate(alone)) / len(parts.y_test)


def _by_class(labels):
    return [np.flatnonzero(labels == digit) for digit in range(10)]


def _with_empty_images(x, labels, rng, batches, digits):
    rows = _by_class(labels)
    for _ in range(batches):
        digit = rng.integers(10)
        chosen = x[rng.choice(rows[digit], digits, replace=False)]
        yield np.vstack([chosen, np.zeros_like(chosen)]), np.full(2 * digits, digit)


def _on_empty_images(net, batches, digits, training):
    right = [network.answers(net, x, training=training)[digits:] == labels[digits:] for x, labels in batches]
    return float(np.mean(right))


CLAIMS = {
    "small_batches": Claim(
        "at a learning rate from 0.05 to 0.1 times batch / 32: with batches of 2 batch norm errs more than twice as "
        "often as layer norm and group norm, whatever statistics it uses afterwards, and these two err at most 3 "
        "points more often than with batches of 32; there batch norm errs not more often than layer norm by over 2",
        small_batches,
        lambda n: (
            min(n["batch_2"], n["renewed_2"]) > 2 * max(n["layer_2"], n["group_2"])
            and n["batch_32"] < n["layer_32"] + 0.02
            and all(n[f"{kind}_2"] < n[f"{kind}_32"] + 0.03 for kind in ("layer", "group"))
        ),
        over={"lr": (0.05, 0.1)},
        notebook="09",
        cells=("small-measured",),
        told=("small-why",),
    ),
    "one_class": Claim(
        "at learning rates from 0.03 to 0.1: trained on batches of one class each, batch norm stays below 25 % "
        "accuracy, below 30 % on new such batches with their own statistics, and the others above 65 %",
        one_class,
        lambda n: max(n["batch"], n["renewed"]) < 0.25 and n["batch_own"] < 0.3 and min(n["layer"], n["group"]) > 0.65,
        over={"lr": (0.03, 0.1)},
        notebook="09",
        cells=("composition-measured",),
    ),
    "one_class_for_longer": Claim(
        "after 3,000 batches of one class each batch norm reaches over 50 % on new such batches with their own "
        "statistics, and stays below 30 % on all classes",
        one_class_for_longer,
        lambda n: n["own"] > 0.5 and n["running"] < 0.3,
        over={},
        notebook="09",
        cells=("composition-measured",),
    ),
    "leak": Claim(
        "at learning rates from 0.05 to 0.2 batch norm tells an empty image the class of its neighbours; layer norm "
        "cannot",
        leak,
        lambda n: n["batch"] > 0.7 and n["layer"] < 0.25 and n["batch_later"] < 0.25,
        over={"lr": (0.05, 0.1, 0.2)},
        notebook="09",
        cells=("composition-measured",),
    ),
}
