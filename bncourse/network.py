"""A small NumPy network built from the reference functions, in functional style.

A network is a list of `Layer`; every function here takes one and returns a new one or arrays, and changes
nothing. Each layer does what the course's notes say, in their order: weighted sums, batch norm, activation::

    >>> rng = np.random.default_rng(0)
    >>> net = init([64, 16, 10], rng, activation="relu", norm="batch")
    >>> logits, trace = forward(net, rng.normal(size=(32, 64)))
    >>> logits.shape, trace[0].normalized.shape
    ((32, 10), (32, 16))
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from bncourse.losses import cross_entropy
from bncourse.reference import (
    batch_mean,
    batch_norm_backward,
    batch_variance,
    moving_average,
    normalize,
    scale_and_shift,
)


@dataclass(frozen=True)
class Layer:
    """One dense layer; what it does not have is None.

    Parameters
    ----------
    weights : ndarray of shape (inputs, units)
        The weighted sums are ``inputs @ weights + bias``.
    bias : ndarray of shape (units,) or None
        Redundant before batch norm, where beta does its work.
    activation : {"linear", "sigmoid", "tanh", "relu"}
        Applied last.
    norm : {"batch", None}
        What stands between the weighted sums and the activation.
    gamma, beta : ndarray of shape (units,) or None
        Batch norm's scale and shift.
    running_mean, running_var : ndarray of shape (units,) or None
        The statistics for inference.
    eps : float
        Added to the variance.
    """

    weights: np.ndarray
    bias: np.ndarray | None = None
    activation: str = "linear"
    norm: str | None = None
    gamma: np.ndarray | None = None
    beta: np.ndarray | None = None
    running_mean: np.ndarray | None = None
    running_var: np.ndarray | None = None
    eps: float = 1e-3


class Trace(NamedTuple):
    """What one layer computed for one batch; each array has shape (batch, units) unless said."""

    inputs: np.ndarray  # (batch, inputs)
    weighted_sums: np.ndarray
    mean: np.ndarray | None  # (units,)
    var: np.ndarray | None  # (units,)
    normalized: np.ndarray | None
    scaled: np.ndarray  # after scale and shift; without batch norm, the weighted sums
    activations: np.ndarray


def init(sizes, rng, *, activation="relu", norm=None, norm_output=False, bias=None, scale=1.0, eps=1e-3):
    """Give a network with random weights: hidden layers with an activation, and a linear last layer.

    Weights are drawn from a normal distribution with standard deviation ``scale * sqrt(g / inputs)``, with
    ``g`` 2 for ReLU (He) and 1 for the others.

    Parameters
    ----------
    sizes : sequence of int
        Features of the input, units of each hidden layer, outputs: ``[128, 64, 32, 10]``.
    rng : numpy.random.Generator
        Where the weights come from.
    activation : {"sigmoid", "tanh", "relu", "linear"}
        Of the hidden layers.
    norm : {"batch", None}
        Whether the hidden layers have batch norm, with gamma 1 and beta 0 at the start.
    norm_output : bool
        Whether the last layer has it too.
    bias : bool, optional
        Whether layers have a bias. By default those without batch norm do; True gives one to all.
    scale : float
        Multiplies every weight.
    eps : float
        Of every batch norm.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        If an activation or a norm is unknown.

    References
    ----------
    He, Zhang, Ren and Sun (2015), section 2.2. https://arxiv.org/abs/1502.01852
    """
    if activation not in _ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}; use one of {', '.join(_ACTIVATIONS)}")
    if norm not in (None, "batch"):
        raise ValueError(f'norm is {norm!r}; use "batch" or None')
    net = []
    for i, (inputs, units) in enumerate(pairwise(sizes)):
        is_last = i == len(sizes) - 2
        has_norm = norm is not None and (norm_output or not is_last)
        spread = scale * np.sqrt((2.0 if activation == "relu" else 1.0) / inputs)
        layer = Layer(
            weights=spread * rng.standard_normal((inputs, units)),
            bias=np.zeros(units) if bias or (bias is None and not has_norm) else None,
            activation="linear" if is_last else activation,
            eps=eps,
        )
        if has_norm:
            layer = replace(
                layer,
                norm=norm,
                gamma=np.ones(units),
                beta=np.zeros(units),
                running_mean=np.zeros(units),
                running_var=np.ones(units),
            )
        net.append(layer)
    return net


def forward(net, x, *, training=True):
    """Run a batch through the network.

    Parameters
    ----------
    net : list of Layer
        From `init` or `train`.
    x : ndarray of shape (batch, features)
        The inputs.
    training : bool, default True
        True: batch norm uses the statistics of this batch. False: the running ones.

    Returns
    -------
    output : ndarray of shape (batch, outputs)
        The activations of the last layer.
    trace : list of Trace
        What each layer computed.
    """
    trace = []
    for layer in net:
        sums = x @ layer.weights
        if layer.bias is not None:
            sums = sums + layer.bias
        mean = var = normalized = None
        scaled = sums
        if layer.norm == "batch":
            mean = batch_mean(sums) if training else layer.running_mean
            var = batch_variance(sums, mean) if training else layer.running_var
            normalized = normalize(sums, mean, var, layer.eps)
            scaled = scale_and_shift(normalized, layer.gamma, layer.beta)
        activate, _ = _ACTIVATIONS[layer.activation]
        trace.append(Trace(x, sums, mean, var, normalized, scaled, activate(scaled)))
        x = trace[-1].activations
    return x, trace


def backward(net, trace, dout, bn_backward=batch_norm_backward):
    """Give the gradient of the loss with respect to everything that can be learned.

    Parameters
    ----------
    net : list of Layer
        The network.
    trace : list of Trace
        From `forward` with ``training=True``.
    dout : ndarray of shape (batch, outputs)
        The gradient of the loss with respect to the output.
    bn_backward : callable
        ``bn_backward(dout, x, gamma, eps)`` gives dx, dgamma and dbeta of a batch norm.

    Returns
    -------
    list of dict
        For each layer, arrays under "weights", "bias", "gamma" and "beta", as far as it has them.
    """
    gradients = []
    for layer, seen in zip(reversed(net), reversed(trace), strict=True):
        _, slope = _ACTIVATIONS[layer.activation]
        dscaled = dout * slope(seen.activations)
        found, dsums = {}, dscaled
        if layer.norm == "batch":
            dsums, found["gamma"], found["beta"] = bn_backward(dscaled, seen.weighted_sums, layer.gamma, layer.eps)
        found["weights"] = seen.inputs.T @ dsums
        if layer.bias is not None:
            found["bias"] = dsums.sum(axis=0)
        gradients.append(found)
        # nothing learns from the gradient of the inputs
        dout = dsums @ layer.weights.T if len(gradients) < len(net) else None
    return gradients[::-1]


def train(
    net, x, y, rng, *, steps, lr, batch=64, loss=cross_entropy, fixed=(), momentum=0.9, bn_backward=batch_norm_backward
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
        The order of the examples.
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
    bn_backward : callable
        As in `backward`.

    Returns
    -------
    net : list of Layer
        The trained network.
    losses : ndarray of shape (steps,)
        The loss of each mini-batch, before its step.
    """
    losses = np.empty(steps)
    for step, rows in zip(range(steps), _mini_batches(len(x), batch, rng), strict=False):
        output, trace = forward(net, x[rows])
        losses[step], dout = loss(output, y[rows])
        gradients = backward(net, trace, dout, bn_backward)
        net = [
            _step(layer, seen, found, lr, fixed, momentum)
            for layer, seen, found in zip(net, trace, gradients, strict=True)
        ]
    return net, losses


def accuracy(net, x, labels, *, training=False):
    """Give the share of examples whose largest output is the right class."""
    output, _ = forward(net, x, training=training)
    return float((output.argmax(axis=1) == labels).mean())


def _step(layer, seen, found, lr, fixed, momentum):
    changed = {name: getattr(layer, name) - lr * found[name] for name in found if name not in fixed}
    if layer.norm == "batch":
        changed["running_mean"] = moving_average(layer.running_mean, seen.mean, momentum)
        changed["running_var"] = moving_average(layer.running_var, seen.var, momentum)
    return replace(layer, **changed)


def _mini_batches(examples, batch, rng):
    batch = min(batch, examples)
    while True:
        order = rng.permutation(examples)
        for start in range(0, examples - batch + 1, batch):
            yield order[start : start + batch]


def sigmoid(x):
    """Give 1 / (1 + exp(-x)), without overflow for large negative `x`."""
    return 0.5 * (1 + np.tanh(0.5 * x))


# Each activation and its slope, the slope written in terms of the activation's own value.
_ACTIVATIONS = {
    "linear": (lambda x: x, np.ones_like),
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
    "tanh": (np.tanh, lambda a: 1 - a**2),
    "relu": (lambda x: np.maximum(x, 0), lambda a: (a > 0).astype(a.dtype)),
}


def activated(name, x):
    """Apply an activation by its name."""
    return _ACTIVATIONS[name][0](x)
