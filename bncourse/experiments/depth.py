"""Notebook 08: how long the gradient is in each layer of a deep network that has not learned anything yet."""

import numpy as np

from bncourse import data, losses, network


def gradient_lengths(seed, norm, hidden=50, width=128, batch=64):
    """Measure the gradient of each layer's weights in a new network of equal ReLU layers, without skip connections.

    Parameters
    ----------
    seed : int
        Of the weights and the batch of MNIST digits.
    norm : {"batch", None}
        Whether the hidden layers have batch norm.
    hidden, width : int
        How many hidden layers, and units in each.
    batch : int, default 64
        Digits in the batch.

    Returns
    -------
    ndarray of shape (hidden,)
        The length of the gradient of the cross-entropy, from the layer at the input to the last hidden one.

    References
    ----------
    Yang et al. (2019), section 3. https://arxiv.org/abs/1902.08129
    """
    x, y = data.mnist_128()
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(x), batch, replace=False)
    net = network.init([128, *[width] * hidden, 10], rng, norm=norm)
    output, trace = network.forward(net, x[rows])
    _, dout = losses.cross_entropy(output, y[rows])
    return np.array([np.linalg.norm(found["weights"]) for found in network.backward(net, trace, dout)[:-1]])


def growth_a_layer(lengths):
    """Give the factor by which the gradient grows with each layer on its way back.

    Parameters
    ----------
    lengths : ndarray of shape (layers,)
        From `gradient_lengths`. Two layers at each end are left out.

    Returns
    -------
    float
        From a straight line through the logarithms.
    """
    layers = np.arange(len(lengths))[2:-2]
    slope = np.polyfit(layers, np.log(lengths[2:-2]), 1)[0]
    return float(np.exp(-slope))


def exploding_gradients(seed):
    """Measure `growth_a_layer` over 50 layers.

    Returns
    -------
    dict of float
        "none" and "batch".
    """
    return {name: growth_a_layer(gradient_lengths(seed, norm)) for name, norm in (("none", None), ("batch", "batch"))}


# name: (what is claimed, the measurement, whether it holds)
CLAIMS = {
    "exploding_gradients": (
        "in a new network of 50 ReLU layers the gradient grows by about 1.2 a layer with batch norm, and not without",
        exploding_gradients,
        lambda n: 1.15 < n["batch"] < 1.25 and 0.95 < n["none"] < 1.05,
    ),
}
