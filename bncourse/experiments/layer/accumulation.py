"""Notebook 06: gradients that are added up over micro-batches, against those of the whole batch."""

import numpy as np

from bncourse import data, losses, network
from bncourse.experiments.claim import Claim

BATCH, SIZES = 64, (4, 8, 16, 32, 64)
KINDS = {"none": None, "layer": "layer", "batch": "batch"}


def differences(seed, sizes=SIZES):
    """Compare the gradient averaged over micro-batches with that of the whole batch of 64 digits.

    New networks 128-64-32-10 with ReLU; the gradient is that of all weights of the first layer.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the batch.
    sizes : sequence of int
        Digits in a micro-batch.

    Returns
    -------
    dict of str to ndarray of shape (sizes,)
        For "none", "layer" and "batch", no normalizer, layer norm and batch norm: the length of the difference, divided
        by the length of the whole batch's gradient. "ghost": the same for batch norm against ghost batches of that size
        in the whole batch.
    """
    parts = data.split(*data.mnist_128(), seed)
    x, y = parts.x_train[:BATCH], parts.y_train[:BATCH]
    found = {}
    for kind, norm in KINDS.items():
        net = _new(seed, norm)
        whole = _gradient(net, x, y)
        averaged = [_averaged(net, x, y, size) for size in sizes]
        found[kind] = np.array([_apart(one, whole) for one in averaged])
        if kind == "batch":
            ghosts = [_gradient(_new(seed, norm, size), x, y) for size in sizes]
            found["ghost"] = np.array([_apart(*pair) for pair in zip(averaged, ghosts, strict=True)])
    return found


def accumulation(seed):
    """Sum up `differences`: see `in_numbers`."""
    return in_numbers(differences(seed))


def in_numbers(found, sizes=SIZES):
    """Sum up a result of `differences`.

    Returns
    -------
    dict of float
        "batch_8" and so on, for each size; "none", "layer" and "ghost", the largest over the sizes.
    """
    numbers = {f"batch_{size}": float(value) for size, value in zip(sizes, found["batch"], strict=True)}
    return numbers | {kind: float(found[kind].max()) for kind in ("none", "layer", "ghost")}


def _new(seed, norm, ghost=None):
    return network.init([128, 64, 32, 10], np.random.default_rng(seed), norm=norm, ghost=ghost)


def _averaged(net, x, y, size):
    return np.mean([_gradient(net, x[i : i + size], y[i : i + size]) for i in range(0, len(x), size)], axis=0)


def _gradient(net, x, y):
    output, trace = network.forward(net, x)
    return network.backward(net, trace, losses.cross_entropy(output, y)[1])[0]["weights"]


def _apart(one, other):
    return np.linalg.norm(one - other) / np.linalg.norm(other)


CLAIMS = {
    "accumulation": Claim(
        "averaged over micro-batches of 4 to 32, the gradient of 64 digits is the same without batch norm and with "
        "layer norm, up to rounding; with batch norm it is that of ghost batches, over 50 % away in micro-batches of 8 "
        "and over 20 % in those of 32",
        accumulation,
        lambda n: (
            max(n["none"], n["layer"], n["ghost"], n["batch_64"]) < 1e-12 and n["batch_8"] > 0.5 and n["batch_32"] > 0.2
        ),
        over={},
        notebook="06",
        cells=("accumulation",),
        told=("accumulation-read",),
    ),
}
