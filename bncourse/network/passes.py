"""The ways forward and back through a network."""

from typing import NamedTuple

import numpy as np

from bncourse.network import normalizers
from bncourse.network.in_a_tab import product
from bncourse.network.layer import activated, slope
from bncourse.reference import batch_norm_backward
from bncourse.reference.backward import gradients_of_normalized


class Trace(NamedTuple):
    """What one layer computed for one batch; each array has shape (batch, units) unless said."""

    inputs: np.ndarray  # (batch, inputs), after dropout
    weighted_sums: np.ndarray
    mean: np.ndarray | None  # (units,) with batch norm of a whole batch; see `normalizers.normalize`
    var: np.ndarray | None  # as the mean
    normalized: np.ndarray | None
    scaled: np.ndarray  # after scale and shift; without a normalizer, the weighted sums
    activations: np.ndarray
    kept: np.ndarray | None = None  # (batch, inputs), what dropout multiplied the inputs by


def forward(net, x, *, training=True, dropout=0.0, rng=None):
    """Run a batch through the network.

    Parameters
    ----------
    net : list of Layer
        From `init` or `train`.
    x : ndarray of shape (batch, features)
        The inputs.
    training : bool, default True
        True: batch norm uses the statistics of this batch. False: the running ones.
    dropout : float, default 0
        The share of the inputs of every layer but the first that is set to 0; the others are divided by
        ``1 - dropout``, so that the mean stays.
    rng : numpy.random.Generator, optional
        Which ones; needed where `dropout` is not 0.

    Returns
    -------
    output : ndarray of shape (batch, outputs)
        The activations of the last layer.
    trace : list of Trace
        What each layer computed.

    Raises
    ------
    ValueError
        If there is dropout and no `rng`.
    """
    if dropout and rng is None:
        raise ValueError(f"a dropout of {dropout} needs rng, a numpy.random.Generator")
    trace = []
    for i, layer in enumerate(net):
        kept = None
        if i and dropout:
            kept = (rng.random(x.shape) >= dropout) / (1 - dropout)
            x = x * kept
        sums = product(x, layer.weights)
        if layer.bias is not None:
            sums = sums + layer.bias
        mean = var = normalized = None
        scaled = sums
        if layer.norm:
            normalized, mean, var = normalizers.normalize(layer, sums, training)
            scaled = layer.gamma * normalized + layer.beta
        trace.append(Trace(x, sums, mean, var, normalized, scaled, activated(layer.activation, scaled), kept))
        x = trace[-1].activations
    return x, trace


def forward_with(net, x, batch_norm):
    """Run a batch through the network with another batch norm in the place of the layers' own.

    Parameters
    ----------
    net : list of Layer
    x : ndarray of shape (batch, features)
    batch_norm : callable
        ``batch_norm(layer, sums)`` gives what reaches the activation of a layer that has a normalizer.

    Returns
    -------
    output, trace
        As of `forward`; the trace has no mean, no variance and no normalized batch.
    """
    trace = []
    for layer in net:
        sums = product(x, layer.weights)
        if layer.bias is not None:
            sums = sums + layer.bias
        scaled = batch_norm(layer, sums) if layer.norm else sums
        trace.append(Trace(x, sums, None, None, None, scaled, activated(layer.activation, scaled)))
        x = trace[-1].activations
    return x, trace


def backward(net, trace, dout, bn_backward=batch_norm_backward):
    """Return the gradient of the loss with respect to everything that can be learned.

    Parameters
    ----------
    net : list of Layer
        The network.
    trace : list of Trace
        From `forward` with ``training=True``.
    dout : ndarray of shape (batch, outputs)
        The gradient of the loss with respect to the output.
    bn_backward : callable or None
        ``bn_backward(dout, x, gamma, eps)`` gives dx, dgamma and dbeta of a batch norm. None: the formula that all
        normalizers share. It takes the normalized batch from the trace, which is faster, and adds up in another order
        than the reference function does, so the last bits of its result are others. Ghost batches always take it.

    Returns
    -------
    list of dict
        For each layer, arrays under "weights", "bias", "gamma" and "beta", as far as it has them.
    """
    gradients = []
    for layer, seen in zip(reversed(net), reversed(trace), strict=True):
        dscaled = dout * slope(layer.activation, seen.activations)
        found, dsums = {}, dscaled
        of_whole_batch = layer.norm == "batch" and layer.ghost is None
        if bn_backward is batch_norm_backward and seen.normalized is not None and of_whole_batch:
            # to the last bit what the function gives, from what the trace has
            normalized = seen.normalized, seen.var, layer.gamma, layer.eps
            dsums, found["gamma"], found["beta"] = gradients_of_normalized(dscaled, *normalized)
        elif of_whole_batch and bn_backward:
            dsums, found["gamma"], found["beta"] = bn_backward(dscaled, seen.weighted_sums, layer.gamma, layer.eps)
        elif layer.norm:
            dsums, found["gamma"], found["beta"] = normalizers.backward(layer, dscaled, seen.normalized, seen.var)
        found["weights"] = product(seen.inputs.T, dsums)
        if layer.bias is not None:
            found["bias"] = dsums.sum(axis=0)
        gradients.append(found)
        if len(gradients) < len(net):  # nothing learns from the gradient of the inputs
            dout = product(dsums, layer.weights.T)
            dout = dout if seen.kept is None else dout * seen.kept
    return gradients[::-1]
