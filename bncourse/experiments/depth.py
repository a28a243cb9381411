"""Notebook 08: how long the gradient is in each layer of a deep network that has not learned anything yet."""

import numpy as np

from bncourse import data, losses, network


def gradient_lengths(seed, norm, hidden=50, width=128, batch=64):
    """Measure the gradient of each layer's weights in a new network of equal layers, without skip connections.

    Returns
    -------
    ndarray of shape (hidden,)
    """
    x, y = data.mnist_128()
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(x), batch, replace=False)
    net = network.init([128, *[width] * hidden, 10], rng, norm=norm)
    output, trace = network.forward(net, x[rows])
    _, dout = losses.cross_entropy(output, y[rows])
    return np.array([np.linalg.norm(found["weights"]) for found in network.backward(net, trace, dout)[:-1]])


def growth_a_layer(lengths):
    """Give the factor by which the gradient grows with each layer on its way back, the ends left out."""
    layers = np.arange(len(lengths))[2:-2]
    slope = np.polyfit(layers, np.log(lengths[2:-2]), 1)[0]
    return float(np.exp(-slope))
