"""Training by gradient descent, and what a trained network answers."""

from dataclasses import replace

import numpy as np

from bncourse.losses import cross_entropy
from bncourse.network.layer import Layer
from bncourse.network.passes import backward, forward
from bncourse.reference import batch_norm_backward, moving_average

_PART = 100  # examples that `reaches` asks at once: with fewer, the calls take as long as the products


def step(
    net,
    x,
    y,
    lr,
    *,
    loss=cross_entropy,
    fixed=(),
    momentum=0.9,
    bn_backward=batch_norm_backward,
    decay=0.0,
    dropout=0.0,
    rng=None,
):
    """Take one step of gradient descent.

    Parameters
    ----------
    net : list of Layer
        Not changed.
    x : ndarray of shape (batch, features)
        The inputs of the mini-batch.
    y : ndarray of shape (batch,)
        Its labels or targets, as `loss` takes them.
    lr, loss, fixed, momentum, bn_backward, decay
        As in `train`.
    dropout, rng
        As in `forward`.

    Returns
    -------
    net : list of Layer
        The network after the step; batch norm's running statistics have moved, too.
    loss : float
        Of the mini-batch, before the step.
    """
    output, trace = forward(net, x, dropout=dropout, rng=rng)
    value, dout = loss(output, y)
    gradients = backward(net, trace, dout, bn_backward)
    after = [
        _moved(layer, seen, found, lr, fixed, momentum, decay)
        for layer, seen, found in zip(net, trace, gradients, strict=True)
    ]
    return after, value


def train(
    net,
    x,
    y,
    rng,
    *,
    steps,
    lr,
    batch=64,
    loss=cross_entropy,
    fixed=(),
    momentum=0.9,
    bn_backward=batch_norm_backward,
    decay=0.0,
    dropout=0.0,
):
    """Train by plain stochastic gradient descent.

    Parameters
    ----------
    net : list of Layer
        Where to start; not changed.
    x : ndarray of shape (examples, features)
        The inputs.
    y : ndarray of shape (examples,)
        Labels or targets, as `loss` takes them.
    rng : numpy.random.Generator
        The order of the examples, and what dropout leaves out.
    steps : int
        Mini-batches to learn from.
    lr : float
        Learning rate.
    batch : int, default 64
        Examples in a mini-batch.
    loss : callable
        ``loss(output, y)`` gives the loss and its gradient, as those of `bncourse.losses` do.
    fixed : collection of str
        What stays as it is, from "weights", "bias", "gamma" and "beta".
    momentum : float, default 0.9
        The weight of the old running statistics.
    bn_backward : callable or None
        As in `backward`.
    decay : float, default 0
        Weight decay: each step also takes ``lr * decay`` times the weights off (not off gamma, beta and bias).
    dropout : float, default 0
        As in `forward`.

    Returns
    -------
    net : list of Layer
        The trained network.
    losses : ndarray of shape (steps,)
        The loss of each mini-batch, before its step.
    """
    losses = np.empty(steps)
    for i, rows in zip(range(steps), _mini_batches(len(x), batch, rng), strict=False):
        net, losses[i] = step(
            net,
            x[rows],
            y[rows],
            lr,
            loss=loss,
            fixed=fixed,
            momentum=momentum,
            bn_backward=bn_backward,
            decay=decay,
            dropout=dropout,
            rng=rng,
        )
    return net, losses


def with_statistics_of(net, x):
    """Return the network whose batch norms hold the mean and variance that `x`, as one batch, has in each layer.

    Parameters
    ----------
    net : list of Layer
        Without batch norm it comes back as it is.
    x : ndarray of shape (examples, features)

    Returns
    -------
    list of Layer
        With the same weights, gamma and beta.
    """
    _, trace = forward([replace(layer, ghost=None) for layer in net], x)
    return [
        replace(layer, running_mean=seen.mean, running_var=seen.var) if layer.norm == "batch" else layer
        for layer, seen in zip(net, trace, strict=True)
    ]


def accuracy(net, x, labels, *, training=False):
    """Return the share of examples whose largest output is the right class."""
    return float((answers(net, x, training=training) == labels).mean())


def reaches(net, x, labels, share):
    """Say whether `accuracy` is at least a share.

    A part of the examples is asked after the other, and no more once too many answers are wrong: of a network that is
    still far away, most need not pass through it.

    Parameters
    ----------
    net : list of Layer
    x : ndarray of shape (examples, features)
    labels : ndarray of int of shape (examples,)
    share : float
        From 0 to 1.

    Returns
    -------
    bool
    """
    right = len(labels)
    for start in range(0, len(labels), _PART):
        part = slice(start, start + _PART)
        right -= int((answers(net, x[part]) != labels[part]).sum())
        if right / len(labels) < share:
            return False
    return True


def answers(net, x, *, training=False):
    """Return the class that the network names for each example, an ndarray of shape (examples,)."""
    return forward(net, x, training=training)[0].argmax(axis=1)


def _moved(layer, seen, found, lr, fixed, momentum, decay):
    changed = {name: getattr(layer, name) - lr * found[name] for name in found if name not in fixed}
    if decay and "weights" not in fixed:
        changed["weights"] = layer.weights - lr * (found["weights"] + decay * layer.weights)
    if layer.norm == "batch":
        for name, of_batch in (("running_mean", seen.mean), ("running_var", seen.var)):
            if layer.ghost is not None:
                of_batch = of_batch.mean(axis=(0, 1))  # over the ghost batches
            changed[name] = moving_average(getattr(layer, name), of_batch, momentum)
    return Layer(**(vars(layer) | changed))  # at each step of a training; `replace` takes longer


def _mini_batches(examples, batch, rng):
    batch = min(batch, examples)
    while True:
        order = rng.permutation(examples)
        for start in range(0, examples - batch + 1, batch):
            yield order[start : start + batch]
