"""A small NumPy network in functional style, with batch norm, layer norm, group norm or no normalizer.

A network is a list of `Layer`; every function here takes one and returns a new one or arrays, and changes
nothing. Each layer does what the course's notes say, in their order: weighted sums, batch norm, activation; its way
forward is that of the reference functions, to the last bit::

    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> net = init([64, 16, 10], rng, activation="relu", norm="batch")
    >>> logits, trace = forward(net, rng.normal(size=(32, 64)))
    >>> logits.shape, trace[0].normalized.shape
    ((32, 10), (32, 16))

`layer` says what a layer is, `normalizers` over which axes it takes a mean and a variance, `passes` has the ways
forward and back, `in_a_tab` what is slow in a browser's tab, `training` a step and many.
"""

from bncourse.network.in_a_tab import product, sigmoid
from bncourse.network.layer import NORMS, Layer, activated, init
from bncourse.network.passes import Trace, backward, forward, forward_with
from bncourse.network.training import accuracy, answers, reaches, step, train, with_statistics_of

__all__ = [
    "NORMS",
    "Layer",
    "Trace",
    "accuracy",
    "activated",
    "answers",
    "backward",
    "forward",
    "forward_with",
    "init",
    "product",
    "reaches",
    "sigmoid",
    "step",
    "train",
    "with_statistics_of",
]
