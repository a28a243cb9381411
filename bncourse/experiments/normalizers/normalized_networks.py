"""The networks of notebook 09, which differ in the axes over which their hidden layers take a mean and a variance.

The hidden layers have ReLU; the last one has no normalizer. The caller chooses the mini-batches.
"""

import numpy as np

from bncourse import data, network

MOMENTUM = 0.99  # the weight of the old running statistics; Keras's default


def init(kind, rng, sizes=(128, 64, 64, 10)):
    """Return a network with random weights; see `bncourse.network.init`.

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
    return network.init(sizes, rng, activation="relu", norm=kind)


def step(net, x, labels, lr, **more):
    """Take one step of gradient descent on the cross-entropy of a batch.

    The way back is the formula that all normalizers share, so that they differ in nothing but their axes.

    Parameters
    ----------
    net : list of network.Layer
    x : ndarray of shape (batch, features)
    labels : ndarray of shape (batch,)
    lr : float
        Learning rate.
    **more
        Dropout, weight decay and the like, as in `bncourse.network.step`.

    Returns
    -------
    list of network.Layer
        The network after the step.
    """
    return network.step(net, x, labels, lr, momentum=MOMENTUM, bn_backward=None, **more)[0]


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


def digits(seed):
    """Return MNIST digits of 128 features, split into 4,000 to train on and 1,000 to test."""
    return data.split(*data.mnist_128(), seed)


def shuffled(examples, batch, steps, rng):
    """Return mini-batches in which every example comes once before any comes again."""
    order = np.concatenate([rng.permutation(examples) for _ in range(1 + batch * steps // examples)])
    return order[: batch * steps].reshape(steps, batch)
