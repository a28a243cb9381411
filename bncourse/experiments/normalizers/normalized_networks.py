"""Small networks that differ in one thing, the axes over which their hidden layers take a mean and a variance.

A network is a list of `bncourse.network.Layer` whose `norm` is one of `KINDS`. The hidden layers have ReLU; the last
one has no normalizer. Here, unlike in `bncourse.network`, the caller chooses the mini-batches, and there is dropout
and weight decay.

It is not one with `bncourse.network`, because their ways back are not the same to the last bit: there it is the
reference function, with two sums; here it is one formula for all normalizers. The forward passes agree exactly, and a
step of gradient descent does not: the numbers that notebook 09 tells would all be measured anew.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bncourse import data, network
from bncourse.losses import cross_entropy
from bncourse.reference import moving_average

KINDS = ("batch", "layer", "group", None)
GROUPS = 8  # of neighbouring units, in group norm
MOMENTUM = 0.99  # the weight of the old running statistics; Keras's default


class Trace(NamedTuple):
    """What one layer computed for one batch."""

    inputs: np.ndarray  # (batch, inputs), after dropout
    kept: np.ndarray | float  # what dropout multiplied them by
    sums: np.ndarray  # (batch, units), the weighted sums
    normalized: np.ndarray | None  # (batch, units)
    deviation: np.ndarray | None  # the root of (var + eps), laid out to divide by
    outputs: np.ndarray  # (batch, units)


def init(kind, rng, sizes=(128, 64, 64, 10)):
    """Give a network with random weights; those of one seed are the same for every kind.

    Parameters
    ----------
    kind : {"batch", "layer", "group", None}
        The normalizer of the hidden layers.
    rng : numpy.random.Generator
    sizes : sequence of int
        Features of the input, units of each hidden layer, outputs.

    Returns
    -------
    list of network.Layer
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; use one of {', '.join(map(repr, KINDS))}")
    net = network.init(sizes, rng, activation="relu", norm="batch" if kind else None)
    return [replace(layer, norm=kind) if layer.norm else layer for layer in net]


def forward(net, x, *, training=True, dropout=0.0, rng=None):
    """Run a batch through the network.

    Parameters
    ----------
    net : list of network.Layer
    x : ndarray of shape (batch, features)
    training : bool, default True
        Batch norm takes its statistics from this batch if True, else the stored ones. The other kinds take theirs
        from each example, always.
    dropout : float, default 0
        The share of the inputs of every layer but the first that is set to 0; the others are divided by
        ``1 - dropout``, so that the mean stays.
    rng : numpy.random.Generator, optional
        Which ones; needed where `dropout` is not 0.

    Returns
    -------
    logits : ndarray of shape (batch, outputs)
    trace : list of Trace
    """
    trace = []
    for i, layer in enumerate(net):
        kept = 1.0
        if i and dropout:
            kept = (rng.random(x.shape) >= dropout) / (1 - dropout)
            x = x * kept
        sums = y = x @ layer.weights
        x_hat = deviation = None
        if layer.bias is not None:
            y = sums = sums + layer.bias
        if layer.norm:
            x_hat, deviation = _normalize(layer, sums, training)
            y = layer.gamma * x_hat + layer.beta
        if layer.activation == "relu":
            y = np.maximum(y, 0)
        trace.append(Trace(x, kept, sums, x_hat, deviation, y))
        x = y
    return x, trace


def step(net, x, labels, lr, *, decay=0.0, dropout=0.0, rng=None):
    """Take one step of gradient descent on the cross-entropy of a batch.

    Parameters
    ----------
    net : list of network.Layer
    x : ndarray of shape (batch, features)
    labels : ndarray of shape (batch,)
    lr : float
        Learning rate.
    decay : float, default 0
        Weight decay: each step also takes ``lr * decay`` times the weights off (not off gamma, beta and bias).
    dropout, rng
        As in `forward`.

    Returns
    -------
    list of network.Layer
        The network after the step; batch norm's running statistics have moved, too.
    """
    logits, trace = forward(net, x, dropout=dropout, rng=rng)
    _, dout = cross_entropy(logits, labels)
    moved = []
    for layer, seen in zip(reversed(net), reversed(trace), strict=True):
        changed = {}
        if layer.activation == "relu":
            dout = dout * (seen.outputs > 0)
        if layer.norm:
            changed["gamma"] = layer.gamma - lr * (dout * seen.normalized).sum(axis=0)
            changed["beta"] = layer.beta - lr * dout.sum(axis=0)
            dout = _normalize_backward(layer, dout * layer.gamma, seen)
        if layer.bias is not None:
            changed["bias"] = layer.bias - lr * dout.sum(axis=0)
        changed["weights"] = layer.weights - lr * (seen.inputs.T @ dout + decay * layer.weights)
        if layer.norm == "batch":
            mean, var = _moments(seen.sums)
            changed["running_mean"] = moving_average(layer.running_mean, mean, MOMENTUM)
            changed["running_var"] = moving_average(layer.running_var, var, MOMENTUM)
        moved.append(replace(layer, **changed))
        if len(moved) < len(net):  # nothing learns from the gradient of the inputs
            dout = (dout @ layer.weights.T) * seen.kept
    return moved[::-1]


def train(net, parts, batches, lr, **more):
    """Train on given mini-batches.

    Parameters
    ----------
    net : list of network.Layer
        Where to start; not changed.
    parts : data.Split
    batches : iterable of ndarray of int
        The rows of the training set in each mini-batch.
    lr : float
        Learning rate.
    **more
        As in `step`.

    Returns
    -------
    list of network.Layer
    """
    for rows in batches:
        net = step(net, parts.x_train[rows], parts.y_train[rows], lr, **more)
    return net


def with_statistics_of(net, x):
    """Give the network whose batch norms hold the mean and variance that `x`, as one batch, has in each layer.

    Parameters
    ----------
    net : list of network.Layer
        Of this module or of `bncourse.network`; without batch norm it comes back as it is.
    x : ndarray of shape (examples, features)

    Returns
    -------
    list of network.Layer
        With the same weights, gamma and beta.
    """
    _, trace = forward(net, x)
    return [
        replace(layer, **dict(zip(("running_mean", "running_var"), _moments(seen.sums), strict=True)))
        if layer.norm == "batch"
        else layer
        for layer, seen in zip(net, trace, strict=True)
    ]


def accuracy(net, x, labels, *, training=False):
    """Give the share of examples whose largest output is the right class."""
    return float((answers(net, x, training=training) == labels).mean())


def answers(net, x, *, training=False):
    """Give the class that the network names for each example, an ndarray of shape (examples,)."""
    return forward(net, x, training=training)[0].argmax(axis=1)


def digits(seed):
    """Give MNIST digits of 128 features, split into 4,000 to train on and 1,000 to test."""
    return data.split(*data.mnist_128(), seed)


def shuffled(examples, batch, steps, rng):
    """Give mini-batches in which every example comes once before any comes again."""
    order = np.concatenate([rng.permutation(examples) for _ in range(1 + batch * steps // examples)])
    return order[: batch * steps].reshape(steps, batch)


def _shared(layer, x):
    """Give `x` cut so that one axis holds the numbers that share a mean and a variance, and that axis."""
    if layer.norm == "batch":
        return x, 0
    if layer.norm == "layer":
        return x, 1
    return x.reshape(len(x), GROUPS, -1), 2


def _normalize(layer, sums, training):
    if layer.norm == "batch" and not training:
        deviation = np.sqrt(layer.running_var + layer.eps)
        return (sums - layer.running_mean) / deviation, deviation
    cut, axis = _shared(layer, sums)
    mean, var = _moments(cut, axis, keepdims=True)
    deviation = np.sqrt(var + layer.eps)
    return ((cut - mean) / deviation).reshape(sums.shape), deviation


def _moments(x, axis=0, **more):
    # sums and not means: training on batches of two calls this most, and `mean` takes three times as long
    count = x.shape[axis]
    mean = x.sum(axis=axis, keepdims=True) / count
    centred = x - mean
    var = (centred * centred).sum(axis=axis, **more) / count
    return (mean if more else mean.squeeze(axis)), var


def _normalize_backward(layer, dx_hat, seen):
    """Give the gradient of the weighted sums: that of batch norm, over the axis that this layer shares."""
    cut, axis = _shared(layer, dx_hat)
    x_hat, _ = _shared(layer, seen.normalized)
    count = cut.shape[axis]
    mean = cut.sum(axis=axis, keepdims=True) / count
    along = (cut * x_hat).sum(axis=axis, keepdims=True) / count
    return ((cut - mean - x_hat * along) / seen.deviation).reshape(dx_hat.shape)
