"""One dense layer with its normalizer and activation, and a network of them with random weights."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from bncourse.network.in_a_tab import sigmoid, tanh

NORMS = ("batch", "layer", "group", None)
GROUPS = 8  # of neighbouring units, in group norm


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
    norm : {"batch", "layer", "group", None}
        What stands between the weighted sums and the activation.
    gamma, beta : ndarray of shape (units,) or None
        The scale and shift of a normalizer.
    running_mean, running_var : ndarray of shape (units,) or None
        Batch norm's statistics for inference.
    eps : float
        Added to the variance.
    ghost : int or None
        With batch norm, how many neighbours in a batch share a mean and a variance in training (a *ghost batch*); None:
        the whole batch does.
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
    ghost: int | None = None


def init(sizes, rng, *, activation="relu", norm=None, norm_output=False, bias=None, scale=1.0, eps=1e-3, ghost=None):
    """Return a network with random weights: hidden layers with an activation, and a linear last layer.

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
    norm : {"batch", "layer", "group", None}
        The normalizer of the hidden layers, with gamma 1 and beta 0 at the start. It takes no part in the draw: the
        weights of one seed are the same for each.
    norm_output : bool
        Whether the last layer has it too.
    bias : bool, optional
        Whether layers have a bias. By default those without a normalizer do; True gives one to all.
    scale : float
        Multiplies every weight.
    eps : float
        Of every normalizer.
    ghost : int, optional
        Of every batch norm: how many examples share statistics in training. By default all of a batch.

    Returns
    -------
    list of Layer

    Raises
    ------
    ValueError
        If an activation or a norm is unknown, the units of a layer are no multiple of the groups, or there are ghost
        batches without batch norm.

    References
    ----------
    He, Zhang, Ren and Sun (2015), section 2.2. https://arxiv.org/abs/1502.01852
    """
    if activation not in _ACTIVATIONS:
        raise ValueError(f"activation is {activation!r}; use one of {', '.join(_ACTIVATIONS)}")
    if norm not in NORMS:
        raise ValueError(f"norm is {norm!r}; use one of {', '.join(map(repr, NORMS))}")
    with_norm = sizes[1:] if norm_output else sizes[1:-1]
    if ghost and norm != "batch":
        raise ValueError(f"ghost batches belong to batch norm; norm is {norm!r}")
    if norm == "group" and any(units % GROUPS for units in with_norm):
        raise ValueError(f"group norm takes {GROUPS} groups of units; these layers cannot be cut so: {list(with_norm)}")
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
                ghost=ghost,
            )
        net.append(layer)
    return net


# Each activation and its slope, the slope written in terms of the activation's own value.
_ACTIVATIONS = {
    "linear": (lambda x: x, np.ones_like),
    "sigmoid": (sigmoid, lambda a: a * (1 - a)),
    "tanh": (tanh, lambda a: 1 - a**2),
    "relu": (lambda x: np.maximum(x, 0), lambda a: (a > 0).astype(a.dtype)),
}


def activated(name, x):
    """Apply an activation by its name."""
    return _ACTIVATIONS[name][0](x)


def slope(name, activations):
    """Return the slope of an activation, from its own value."""
    return _ACTIVATIONS[name][1](activations)
