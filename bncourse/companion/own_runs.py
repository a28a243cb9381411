"""Runs in which the reader's own functions do the work: a network trained, served and adapted with them.

Each takes a function and a seed and gives numbers. The functions are called as a check has found them right.
"""

from dataclasses import replace

import numpy as np

from bncourse import data, losses, network
from bncourse.experiments.layer import running
from bncourse.experiments.normalizers import adaptation


def trained(batch_norm, seed, steps=300, lr=0.3):
    """Train the network 128-64-32-10 with sigmoids, and this batch norm in its hidden layers.

    Parameters
    ----------
    batch_norm : callable
        ``batch_norm(x, gamma, beta, eps)`` gives y, with the statistics of the batch.
    seed : int
        Of the split, the weights and the order of training.
    steps : int, default 300
    lr : float, default 0.3

    Returns
    -------
    dict of int to float
        The accuracy on 1,000 test digits, sent through as one batch: before training, after a sixth of the steps,
        and after all.
    """
    parts = data.split(*data.mnist_128(), seed)
    rng = np.random.default_rng(seed)
    net = network.init([128, 64, 32, 10], rng, activation="sigmoid", norm="batch")
    found = {}
    for step in range(steps + 1):
        if step in (0, steps // 6, steps):
            output, _ = _forward(net, parts.x_test, lambda layer, x: batch_norm(x, layer.gamma, layer.beta, layer.eps))
            found[step] = float((output.argmax(axis=1) == parts.y_test).mean())
        rows = rng.choice(len(parts.x_train), 64, replace=False)
        output, trace = _forward(
            net, parts.x_train[rows], lambda layer, x: batch_norm(x, layer.gamma, layer.beta, layer.eps)
        )
        _, dout = losses.cross_entropy(output, parts.y_train[rows])
        net = [
            replace(layer, **{name: getattr(layer, name) - lr * slope for name, slope in slopes.items()})
            for layer, slopes in zip(net, network.backward(net, trace, dout), strict=True)
        ]
    return found


def served(batch_norm_layer, seed):
    """Let a trained network name test digits that come one at a time, with this layer in its second mode.

    Parameters
    ----------
    batch_norm_layer : callable
        As in notebook 06: gives y and both running statistics.
    seed : int
        Of `bncourse.experiments.layer.running.train`, 600 steps.

    Returns
    -------
    float
        The accuracy on 500 test digits.
    """
    run = running.train(seed)
    net = running.with_running_statistics(run, 600, 0.9)

    def one(layer, x):
        y, _, _ = batch_norm_layer(
            x, layer.gamma, layer.beta, layer.running_mean, layer.running_var, eps=layer.eps, training=False
        )
        return y

    digits = zip(run.parts.x_test[:500], run.parts.y_test[:500], strict=True)
    return float(np.mean([_forward(net, x[None], one)[0].argmax() == label for x, label in digits]))


def adapted(adapt_statistics, seed):
    """Adapt a trained network to brighter digits with this function in place of each of its batch norms.

    Parameters
    ----------
    adapt_statistics : callable
        As in notebook 09.
    seed : int
        Of the split, the weights and the order of training.

    Returns
    -------
    dict of float
        The accuracy on 1,000 brighter test digits: "source" with running statistics, "target" with this function.
    """
    images, labels = data.mnist()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(images))
    test, train = order[:1000], order[1000:]
    net = network.init([128, 64, 32, 10], rng, norm="batch")
    net, _ = network.train(net, data.pool_128(images[train]), labels[train], rng, steps=600, lr=0.1)
    bright = adaptation.shifted(images[test], "brighter", rng)

    def by_target(layer, x):
        batches = x.reshape(10, -1, x.shape[1])
        statistics = layer.gamma, layer.beta, layer.running_mean, layer.running_var
        return adapt_statistics(batches, *statistics, layer.eps).reshape(x.shape)

    output, _ = _forward(net, bright, by_target)
    return {
        "source": network.accuracy(net, bright, labels[test]),
        "target": float((output.argmax(axis=1) == labels[test]).mean()),
    }


def _forward(net, x, batch_norm):
    """Run a batch through a network in which ``batch_norm(layer, sums)`` stands for the layers' own."""
    trace = []
    for layer in net:
        sums = network.product(x, layer.weights)
        sums = sums if layer.bias is None else sums + layer.bias
        scaled = batch_norm(layer, sums) if layer.norm else sums
        out = network.activated(layer.activation, scaled)
        trace.append(network.Trace(x, sums, None, None, None, scaled, out))
        x = out
    return x, trace
