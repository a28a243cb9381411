"""Notebook 08: a layer before batch norm does not care how large its weights are, and what follows from that."""

from dataclasses import replace

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.claim import Claim

FACTORS = (0.01, 0.1, 1.0, 10.0, 100.0)


def rescaled(seed, norm="batch", factors=FACTORS, eps=1e-3):
    """Multiply the weights of the first layer of a new network by factors, and measure loss and gradient.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the batch of 256 digits.
    norm : {"batch", None}
        Whether the hidden layers have batch norm.
    factors : sequence of float
        What the weights are multiplied by.
    eps : float
        Of batch norm.

    Returns
    -------
    dict of ndarray of shape (factors,)
        "loss"; "length", the length of the gradient of these weights; "cosine", that of the angle between the weights
        and their gradient; "change", the largest change of the outputs against the factor 1.
    """
    parts = data.split(*data.mnist_128(), seed)
    x, y = parts.x_train[:256], parts.y_train[:256]
    net = network.init([128, 100, 100, 10], np.random.default_rng(seed), norm=norm, eps=eps)
    plain, _ = network.forward(net, x)
    found = {"loss": [], "length": [], "cosine": [], "change": []}
    for factor in factors:
        scaled = [replace(net[0], weights=factor * net[0].weights), *net[1:]]
        output, trace = network.forward(scaled, x)
        loss, dout = losses.cross_entropy(output, y)
        gradient = network.backward(scaled, trace, dout)[0]["weights"]
        length, weights = np.linalg.norm(gradient), scaled[0].weights
        found["loss"].append(loss)
        found["length"].append(length)
        found["cosine"].append((gradient * weights).sum() / (length * np.linalg.norm(weights)))
        found["change"].append(np.abs(output - plain).max())
    return {name: np.array(values) for name, values in found.items()}


def growth(seed, steps=300, lr=1.0, batch=64):
    """Follow the weights of the first layer before batch norm through training.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    steps : int, default 300
        How long to train.
    lr : float, default 1.0
        Learning rate.
    batch : int, default 64
        Digits in a mini-batch.

    Returns
    -------
    dict of ndarray
        "squared_norm", of shape (steps + 1,); "predicted", of shape (steps,), what
        `bncourse.reference.squared_norm_after_step` says of each step; "effective", of shape (steps + 1,), the
        effective learning rate.
    """
    parts = data.split(*data.mnist_128(), seed)
    rng = np.random.default_rng(seed)
    # a small eps: the larger it is, the less exact is the right angle
    net = network.init([128, 100, 100, 10], rng, norm="batch", eps=1e-9)
    square, predicted, effective = [], [], []
    for step in range(steps + 1):
        weights = net[0].weights
        square.append((weights**2).sum())
        effective.append(reference.effective_learning_rate(lr, weights))
        if step < steps:
            net, _ = network.train(net, parts.x_train, parts.y_train, rng, steps=1, lr=lr, batch=batch)
            gradient = (weights - net[0].weights) / lr
            predicted.append(reference.squared_norm_after_step(weights, gradient, lr))
    return {
        name: np.array(v) for name, v in (("squared_norm", square), ("predicted", predicted), ("effective", effective))
    }


def same_course(seed, factor=4.0, steps=30, lr=0.1):
    """Train the first layer from ``factor`` times its weights with ``factor ** 2`` times the learning rate.

    Only the first layer learns, so that no other layer sees the larger rate.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    factor, lr : float
        Of the weights, and the learning rate of the weights as they are.
    steps : int, default 30
        How long to train.

    Returns
    -------
    dict of ndarray of shape (steps,)
        "plain" and "scaled": the loss of each mini-batch.
    """
    parts = data.split(*data.mnist_128(), seed)
    net = network.init([128, 100, 100, 10], np.random.default_rng(seed), norm="batch", eps=1e-12)
    scaled = [replace(net[0], weights=factor * net[0].weights), *net[1:]]
    found = {}
    for name, start, rate in (("plain", net, lr), ("scaled", scaled, factor**2 * lr)):
        now, rng = start, np.random.default_rng(seed)
        course = []
        for _ in range(steps):
            after, [loss] = network.train(now, parts.x_train, parts.y_train, rng, steps=1, lr=rate)
            now = [replace(now[0], weights=after[0].weights), *now[1:]]
            course.append(loss)
        found[name] = np.array(course)
    return found


def identities(seed):
    """Measure what scale invariance promises, with a tiny epsilon where it is exact.

    Returns
    -------
    dict of float
        "loss", the largest relative change of the loss over the factors, "length", the largest relative error of
        `bncourse.reference.rescaled_gradient`, and "cosine", the largest cosine between weights and gradient, all at
        eps 1e-12; "loss_small", the relative change at the factor 0.01 with eps 1e-3, and "loss_none", that at the
        factor 100 without batch norm; "course", the largest difference of the losses of `same_course`.
    """
    exact, usual, none = rescaled(seed, eps=1e-12), rescaled(seed), rescaled(seed, None)
    return effects_of_size(exact, usual, none) | course_difference(same_course(seed))


def effects_of_size(exact, usual, none):
    """Sum up three results of `rescaled`: with eps 1e-12, with eps 1e-3, and without batch norm."""
    return {
        "loss": float(np.abs(exact["loss"] / exact["loss"][2] - 1).max()),
        "length": float(np.abs(exact["length"] * np.array(FACTORS) / exact["length"][2] - 1).max()),
        "cosine": float(np.abs(exact["cosine"]).max()),
        "loss_small": float(abs(usual["loss"][0] / usual["loss"][2] - 1)),
        "loss_none": float(abs(none["loss"][-1] / none["loss"][2] - 1)),
    }


def course_difference(courses):
    """Return the largest difference of the losses of `same_course`, under the name "course"."""
    return {"course": float(np.abs(courses["plain"] - courses["scaled"]).max())}


def growing_weights(seed, lr=1.0):
    """Sum up `growth`.

    Parameters
    ----------
    seed, lr
        Of `growth`.

    Returns
    -------
    dict of float
        "grew", the share of steps after which the weights were longer; "error", the largest relative error of the
        squared norm predicted; "length" and "effective", the last value over the first.
    """
    return growth_in_numbers(growth(seed, lr=lr))


def growth_in_numbers(found):
    """Sum up a result of `growth`: the numbers of `growing_weights`."""
    square = found["squared_norm"]
    return {
        "grew": float((np.diff(square) > 0).mean()),
        "error": float(np.abs(found["predicted"] / square[1:] - 1).max()),
        "length": float(np.sqrt(square[-1] / square[0])),
        "effective": float(found["effective"][-1] / found["effective"][0]),
    }


def brakes(seed):
    """Measure what is left of the effective learning rate after the 300 steps of `growth`, at three learning rates.

    Returns
    -------
    dict of float
        "left_0.3", "left_1" and "left_3", the last value over the first.
    """
    return {f"left_{lr:g}": growing_weights(seed, lr)["effective"] for lr in (0.3, 1.0, 3.0)}


def course_with_larger_weights(seed):
    """Measure `course_difference`."""
    return course_difference(same_course(seed))


CLAIMS = {
    "scale_identities": Claim(
        "a layer before batch norm does not feel the size of its weights, except for epsilon, and its gradient is at a "
        "right angle to them; one without batch norm does feel it",
        identities,
        lambda n: (
            n["loss"] < 1e-6 and n["length"] < 1e-6 and n["cosine"] < 1e-8 and n["loss_small"] > 1e-3 < n["loss_none"]
        ),
        over={},
        notebook="08",
        cells=("scale-measure",),
    ),
    "same_course": Claim(
        "before batch norm, four times the weights with 16 times the learning rate give the same losses",
        course_with_larger_weights,
        lambda n: n["course"] < 1e-9,
        over={},
        notebook="08",
        cells=("growth",),
    ),
    "growing_weights": Claim(
        "in plain gradient descent without weight decay, at learning rates from 0.3 to 3, the weights before batch "
        "norm become longer at each step, as Pythagoras says",
        growing_weights,
        lambda n: n["grew"] == 1 and n["error"] < 1e-8 and n["effective"] < 0.97,
        over={"lr": (0.3, 1.0, 3.0)},
        notebook="08",
        cells=("growth",),
    ),
    "brakes": Claim(
        "in 300 steps the effective learning rate of weights before batch norm falls by 4 to 6 % at learning rate 0.3, "
        "by 25 to 35 % at 1, by 60 to 70 % at 3",
        brakes,
        lambda n: 0.94 < n["left_0.3"] < 0.96 and 0.65 < n["left_1"] < 0.75 and 0.3 < n["left_3"] < 0.4,
        over={},
        notebook="08",
        cells=("growth",),
    ),
}
