"""Test-time adaptation by entropy: new statistics, and steps of gamma and beta, as TENT has them (notebook 09)."""

from dataclasses import replace

import numpy as np

from bncourse import data, network
from bncourse.experiments.claim import Claim
from bncourse.experiments.normalizers import adaptation
from bncourse.experiments.normalizers import normalized_networks as networks

SHIFTS = ("brighter", "noise", "inverted")


def entropy(logits):
    """Give the mean entropy of the answers, and its gradient.

    With ``p`` the softmax of an example's logits, its entropy is ``h = -sum(p * log(p))``: 0 where the network is sure,
    ``log(classes)`` where all classes are as likely. The gradient is ``-p * (log(p) + h)``, divided by the examples.

    Parameters
    ----------
    logits : ndarray of shape (examples, classes)

    Returns
    -------
    value : float
    dlogits : ndarray of shape (examples, classes)

    Examples
    --------
    >>> value, dlogits = entropy(np.zeros((3, 10)))
    >>> round(float(value / np.log(10)), 6), float(np.abs(dlogits).max()) < 1e-12
    (1.0, True)
    """
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    p = np.exp(log_p)
    h = -(p * log_p).sum(axis=1, keepdims=True)
    return float(h.mean()), -p * (log_p + h) / len(p)


def adapted(net, x, rate=0.3, passes=5, batch=100):
    """Take steps of gamma and beta against the entropy of the network's own answers; no label is used.

    Each batch is normalized with its own statistics, and is one step of plain gradient descent.

    Parameters
    ----------
    net : list of network.Layer
        With batch norm; not changed.
    x : ndarray of shape (examples, features)
        The target.
    rate : float
    passes, batch : int

    Returns
    -------
    list of network.Layer
        With the same weights.

    References
    ----------
    Wang and others (2021). https://arxiv.org/abs/2006.10726
    """
    for start in list(range(0, len(x), batch)) * passes:
        output, trace = network.forward(net, x[start : start + batch])
        gradients = network.backward(net, trace, entropy(output)[1])
        net = [
            replace(layer, **{name: getattr(layer, name) - rate * found[name] for name in ("gamma", "beta")})
            if layer.norm
            else layer
            for layer, found in zip(net, gradients, strict=True)
        ]
    return net


def source_network(seed, steps=600, lr=0.1):
    """Train the network with batch norm of `bncourse.experiments.normalizers.adaptation`.

    Parameters
    ----------
    seed, steps : int
    lr : float

    Returns
    -------
    net : list of network.Layer
    images : ndarray of shape (1000, 28, 28)
        Of the test.
    labels : ndarray of shape (1000,)
    """
    images, labels = data.mnist()
    order = np.random.default_rng(seed).permutation(len(images))
    test, train = order[:1000], order[1000:]
    x, rng = data.pool_128(images[train]), np.random.default_rng(seed)
    net = networks.init("batch", rng, (x.shape[1], 64, 32, 10))
    parts = data.Split(x, labels[train], x, labels[train])
    net = networks.train(net, parts, networks.shuffled(len(x), 64, steps, rng), lr=lr)
    return network.with_statistics_of(net, x), images[test], labels[test]


def measured(source, seed, rate=0.3, passes=5):
    """Measure a network on shifted digits: as it is, with new statistics, and after the steps.

    Parameters
    ----------
    source : tuple
        From `source_network`.
    seed : int
        Of the noise.
    rate, passes
        Of `adapted`.

    Returns
    -------
    dict of float
        For each of `SHIFTS`, such as "noise": "noise source", "noise target" and "noise tent", the accuracy with the
        statistics of the training set, with those of all shifted digits together, and with these after the steps;
        "noise entropy" and "noise entropy after", the mean entropy with the statistics of the target; "noise wrong" and
        "noise wrong after", the same of the digits that are wrong with these statistics alone.
    """
    net, images, labels = source
    numbers, rng = {}, np.random.default_rng(seed)
    for shift in SHIFTS:
        x = adaptation.shifted(images, shift, rng)
        after = adapted(net, x, rate, passes)
        before_steps, after_steps = network.forward(net, x)[0], network.forward(after, x)[0]
        wrong = before_steps.argmax(axis=1) != labels
        numbers |= {
            f"{shift} source": network.accuracy(net, x, labels),
            f"{shift} target": network.accuracy(net, x, labels, training=True),
            f"{shift} tent": network.accuracy(after, x, labels, training=True),
            f"{shift} entropy": entropy(before_steps)[0],
            f"{shift} entropy after": entropy(after_steps)[0],
            f"{shift} wrong": entropy(before_steps[wrong])[0],
            f"{shift} wrong after": entropy(after_steps[wrong])[0],
        }
    return numbers


def entropy_steps(seed, rate=0.3, passes=5):
    """Train a network and return what `measured` measures."""
    return measured(source_network(seed), seed, rate, passes)


CLAIMS = {
    "entropy_steps": Claim(
        "steps of gamma and beta against the entropy, at rates of 0.1 and 0.3, in one pass and in five: the entropy "
        "falls, that of wrong answers too; with brightness the accuracy stays within 2 points of that with new "
        "statistics alone, which are more than 40 points ahead of the old ones, and with noise within 5; "
        "inverted digits stay below 0.1",
        entropy_steps,
        lambda n: (
            all(n[f"{shift} {of} after"] < n[f"{shift} {of}"] for shift in SHIFTS for of in ("entropy", "wrong"))
            and n["brighter target"] > n["brighter source"] + 0.4
            and abs(n["brighter tent"] - n["brighter target"]) < 0.02
            and n["noise target"] > n["noise source"]
            and abs(n["noise tent"] - n["noise target"]) < 0.05
            and max(n["inverted target"], n["inverted tent"]) < 0.1
        ),
        over={"rate": (0.1, 0.3), "passes": (1, 5)},
        notebook="09",
        cells=("entropy-measured",),
    ),
    "entropy_falls": Claim(
        "five passes of steps at a rate of 0.3: with noise the entropy falls by a quarter to a third",
        entropy_steps,
        lambda n: 0.65 < n["noise entropy after"] / n["noise entropy"] < 0.76,
        over={},
        notebook="09",
        cells=("entropy-measured",),
    ),
}
