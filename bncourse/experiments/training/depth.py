"""Notebook 08: how long the gradient is in each layer of a deep network, before its first step and after some."""

import numpy as np

from bncourse import data, losses, network
from bncourse.experiments.claim import Claim


def gradient_lengths(seed, norm, hidden=50, width=128, batch=64, steps=0, lr=0.1):
    """Measure the gradient of each layer's weights in a network of equal ReLU layers, without skip connections.

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
    steps : int, default 0
        How many steps of gradient descent it has made; 0 for a new network.
    lr : float, default 0.1
        Learning rate of these steps.

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
    net, _ = network.train(net, x, y, rng, steps=steps, lr=lr, batch=batch)
    output, trace = network.forward(net, x[rows])
    _, dout = losses.cross_entropy(output, y[rows])
    return np.array([np.linalg.norm(found["weights"]) for found in network.backward(net, trace, dout)[:-1]])


def growth_a_layer(lengths):
    """Return the factor by which the gradient grows with each layer on its way back.

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


def exploding_gradients(seed, hidden=50, width=128, batch=64):
    """Measure `growth_a_layer` in a new network.

    Parameters
    ----------
    seed, hidden, width, batch
        Of `gradient_lengths`.

    Returns
    -------
    dict of float
        "none" and "batch".
    """
    return {
        name: growth_a_layer(gradient_lengths(seed, norm, hidden, width, batch))
        for name, norm in (("none", None), ("batch", "batch"))
    }


def after_steps(seed, lr=0.1, counts=(0, 1, 10)):
    """Measure `growth_a_layer` in a network of 50 layers with batch norm, before training and after some steps.

    Parameters
    ----------
    seed, lr
        Of `gradient_lengths`.
    counts : sequence of int
        After how many steps.

    Returns
    -------
    dict of float
        For each count such as 1: "growth_1", and "ratio_1", the gradient of the first layer over that of the last.
    """
    numbers = {}
    for count in counts:
        lengths = gradient_lengths(seed, "batch", steps=count, lr=lr)
        numbers[f"growth_{count}"] = growth_a_layer(lengths)
        numbers[f"ratio_{count}"] = float(lengths[0] / lengths[-1])
    return numbers


CLAIMS = {
    "exploding_gradients": Claim(
        "in a new network of 20 to 50 ReLU layers of 128 to 256 units, in batches of 64 to 256, the gradient grows by "
        "about 1.2 a layer with batch norm, and not without",
        exploding_gradients,
        lambda n: 1.15 < n["batch"] < 1.25 and 0.95 < n["none"] < 1.05,
        over={"hidden": (20, 50), "width": (128, 256), "batch": (64, 256)},
        notebook="08",
        cells=("depth",),
        told=("depth-read",),
    ),
    "explosion_after_a_step": Claim(
        "at learning rates from 0.1 to 1 one step brings the growth a layer from about 1.2 below 1.1, and ten steps "
        "below 1.06; the first layer's gradient is then less than 50 and 10 times the last one's, before it thousands",
        after_steps,
        lambda n: (
            n["growth_0"] > 1.15
            and n["ratio_0"] > 3000
            and n["growth_1"] < 1.1
            and n["growth_10"] < 1.06
            and n["ratio_1"] < 50
            and n["ratio_10"] < 10
        ),
        over={"lr": (0.1, 0.3, 1.0)},
        notebook="08",
        cells=("depth",),
        told=("depth-read",),
    ),
}
