"""Runs that measure what folding batch norm away changes (notebook 06): a seed in, numbers out."""

from dataclasses import replace
from time import perf_counter

import numpy as np

from bncourse import data, network, reference
from bncourse.experiments.claim import Claim
from bncourse.experiments.layer import layers, running


def fold(net):
    """Return a network without batch norm that computes what `net` computes after training.

    Parameters
    ----------
    net : list of Layer
        With running statistics.

    Returns
    -------
    list of Layer
        Each batch norm is folded into the dense layer before it.
    """
    folded = []
    for layer in net:
        if layer.norm:
            bias = np.zeros(layer.weights.shape[1]) if layer.bias is None else layer.bias
            statistics = (layer.gamma, layer.beta, layer.running_mean, layer.running_var)
            weights, bias = reference.fold_into_dense(layer.weights, bias, *statistics, layer.eps)
            layer = network.Layer(weights, bias, layer.activation)
        folded.append(layer)
    return folded


def folding(seed):
    """Measure how far a folded network, and a folded convolution, are from what they replace.

    Returns
    -------
    dict of float
        "dense_64" and "dense_32", the largest difference of a logit on 1,000 test digits, in float64 and
        float32; "conv_64" and "conv_32", that of a feature map; "largest", the largest logit.
    """
    run = running.train(seed)
    net = running.with_running_statistics(run, 600, 0.99)
    found = {}
    for name, kind in (("64", np.float64), ("32", np.float32)):
        typed, x = _cast(net, kind), run.parts.x_test.astype(kind)
        before, _ = network.forward(typed, x, training=False)
        after, _ = network.forward(fold(typed), x)
        found[f"dense_{name}"] = float(np.abs(after - before).max())
        found[f"conv_{name}"] = _conv_difference(seed, kind)
        found["largest"] = float(np.abs(before).max())
    return found


def folding_speed(seed, repeats=200, batch=32):
    """Time a network after training with its batch norms, and folded. The times are those of this machine.

    Returns
    -------
    dict of float
        "separate" and "folded": milliseconds for a batch, the median of the repeats.
    """
    run = running.train(seed, 100)
    net, x = running.with_running_statistics(run, 100, 0.9), run.parts.x_test[:batch]
    found = {}
    for name, used in (("separate", net), ("folded", fold(net))):
        times = []
        for _ in range(repeats):
            start = perf_counter()
            network.forward(used, x, training=False)
            times.append(perf_counter() - start)
        found[name] = 1000 * float(np.median(times))
    return found


def convolve(x, kernel, bias):
    """Return a convolution without padding: Keras's order of axes.

    Parameters
    ----------
    x : ndarray of shape (batch, height, width, channels in)
        Images.
    kernel : ndarray of shape (rows, columns, channels in, channels out)
        The filters.
    bias : ndarray of shape (channels out,)
        Added to every place of a channel.

    Returns
    -------
    ndarray of shape (batch, height - rows + 1, width - columns + 1, channels out)
    """
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))
    return np.einsum("nhwcij,ijco->nhwo", windows, kernel) + bias


def _conv_difference(seed, kind):
    rng = np.random.default_rng(seed)
    images, _ = data.mnist()
    x = images[rng.choice(len(images), 32, replace=False), :, :, None].astype(kind)
    kernel = np.moveaxis(layers.FILTERS, 0, -1)[:, :, None, :].astype(kind)
    bias, gamma, beta = rng.normal(1, 0.5, (3, 3)).astype(kind)
    maps = convolve(x, kernel, bias)
    rows = maps.reshape(-1, 3)
    mean, var = rows.mean(axis=0), rows.var(axis=0)
    before = reference.batch_norm_inference(rows, gamma, beta, mean, var).reshape(maps.shape)
    after = convolve(x, *reference.fold_into_conv(kernel, bias, gamma, beta, mean, var))
    return float(np.abs(after - before).max())


def _cast(net, kind):
    arrays = ("weights", "bias", "gamma", "beta", "running_mean", "running_var")
    return [
        replace(
            layer, **{name: getattr(layer, name).astype(kind) for name in arrays if getattr(layer, name) is not None}
        )
        for layer in net
    ]


CLAIMS = {
    "folding": Claim(
        "a folded dense network and a folded convolution give the same outputs, to rounding",
        folding,
        lambda n: max(n["dense_64"], n["conv_64"]) < 1e-12 and max(n["dense_32"], n["conv_32"]) < 1e-4,
        over={},
        notebook="06",
        cells=("folding-measured",),
    ),
}
