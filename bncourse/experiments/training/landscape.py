"""Notebook 08: the loss along the gradient, and the drift of hidden units, with noise after batch norm or without."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.training import hidden_units

KINDS = ("none", "batch", "noisy")
MULTIPLES = (0.5, 1.0, 2.0, 4.0)  # of the learning rate: how far along the gradient the loss is probed
NEVER = np.inf


class Course(NamedTuple):
    """What was seen of one network during its training.

    Parameters
    ----------
    steps : ndarray of int of shape (looks,)
        After how many steps it was looked at; the first look is before the first step.
    loss_range : ndarray of shape (looks,)
        The largest minus the smallest loss of a batch at the current weights and along its gradient, at half to four
        times the learning rate.
    gradient_change : ndarray of shape (looks,)
        How far the gradient moves along its own direction, `bncourse.reference.gradient_predictiveness`.
    medians : ndarray of shape (looks, units)
        The median of what reaches each activation, over 300 test digits.
    drift : float
        The mean over all hidden units of `bncourse.reference.drift`.
    accuracy : ndarray of shape (looks,)
        On the test digits, with running statistics and without noise.
    arrived : float
        The steps to 85 % of the test digits, a multiple of 25; `NEVER` (infinity) for a run that does not arrive.
    """

    steps: np.ndarray
    loss_range: np.ndarray
    gradient_change: np.ndarray
    medians: np.ndarray
    drift: float
    accuracy: np.ndarray
    arrived: float


def watch(
    seed, kind, *, activation="relu", hidden=8, lr=0.1, steps=300, every=50, measure=reference.gradient_predictiveness
):
    """Train a network of layers of 100 units on MNIST digits, and look at it from time to time.

    Parameters
    ----------
    seed : int
        Of the split, the weights, the order of training and the noise.
    kind : {"none", "batch", "noisy"}
        Without batch norm, with it, or with noise after it, see `with_noise`.
    activation : {"relu", "tanh", "sigmoid"}
        Of the hidden layers.
    hidden : int, default 8
        How many hidden layers.
    lr : float, default 0.1
        Learning rate.
    steps, every : int
        How long to train, and how often to look.
    measure : callable
        How far gradients move, from an array of shape (probes, parameters).

    Returns
    -------
    Course

    References
    ----------
    Santurkar et al. (2018), sections 2.2 and 3.2. https://arxiv.org/abs/1805.11604
    """
    parts = data.split(*data.mnist_128(), seed)
    rng, noise = np.random.default_rng(seed), np.random.default_rng([seed, 1])
    net = network.init([128, *[100] * hidden, 10], rng, activation=activation, norm=None if kind == "none" else "batch")
    arrived, looks = NEVER, []
    for step in range(steps + 1):
        if arrived == NEVER and step % 25 == 0 and network.reaches(net, parts.x_test, parts.y_test, 0.85):
            arrived = float(step)
        if step % every == 0:
            accuracy = network.accuracy(net, parts.x_test, parts.y_test)
            looks.append((*_look(net, kind, parts, rng, noise, lr, measure), accuracy))
        if step < steps:
            net = _step(net, kind, parts, rng, noise, lr)
    ranges, changes, inputs, accuracies = zip(*looks, strict=True)
    inputs = np.array(inputs)
    return Course(
        every * np.arange(len(looks)),
        np.array(ranges),
        np.array(changes),
        np.median(inputs, axis=1),
        hidden_units.movement(inputs)["drift"],
        np.array(accuracies),
        arrived,
    )


def with_noise(net, rng, move=0.5, stretch=1.25):
    """Return a network in which what comes out of each batch norm is stretched and moved at random.

    For each unit a factor is drawn from 1 to `stretch`, and a number from ``-move`` to `move`. Both can be taken
    into gamma and beta: ``factor * (gamma * x_hat + beta) + number``.

    Parameters
    ----------
    net : list of Layer
        Not changed.
    rng : numpy.random.Generator
        Of the draws.
    move, stretch : float
        Those of Santurkar and others, whose noise also differs a little from example to example.

    Returns
    -------
    net : list of Layer
    factors : list of ndarray of shape (units,)
        For each layer; ones where there is no batch norm.
    """
    noisy, factors = [], []
    for layer in net:
        units = layer.weights.shape[1]
        if layer.norm is None:
            factors.append(np.ones(units))
            noisy.append(layer)
            continue
        factors.append(rng.uniform(1, stretch, units))
        moved = factors[-1] * layer.beta + rng.uniform(-move, move, units)
        noisy.append(replace(layer, gamma=factors[-1] * layer.gamma, beta=moved))
    return noisy, factors


def without_noise(old, given, after, factor):
    """Return a layer after its step with its own gamma and beta, which the noise had multiplied by a factor.

    Parameters
    ----------
    old, given, after : Layer
        Before the noise, with it, and with it after the step.
    factor : ndarray of shape (units,)
        From `with_noise`.

    Returns
    -------
    Layer
        By the chain rule, gamma and beta have moved `factor` times as far as under the noise.
    """
    if old.norm is None:
        return after
    return replace(
        after,
        gamma=old.gamma + factor * (after.gamma - given.gamma),
        beta=old.beta + factor * (after.beta - given.beta),
    )


def compare(seed, kinds=KINDS, shown=iter, **setting):
    """Watch the same network in several kinds.

    Parameters
    ----------
    seed : int
        Of `watch`.
    kinds : sequence of str
        Of `watch`.
    shown : callable
        Called with the list of runs, and gives them one by one: a progress bar, for example.
    **setting
        Options of `watch`, such as ``activation="tanh"``.

    Returns
    -------
    dict of Course
        For each kind.
    """
    return {kind: watch(seed, kind, **setting) for kind in shown(list(kinds))}


def summary(courses):
    """Return the numbers of a result of `compare`.

    Returns
    -------
    dict of float
        For each kind, after its name: "_range", the range of the loss averaged over the looks after step 0;
        "_range_0", that at step 0; "_moves" and "_moves_0", how far the gradient moves, averaged like the range and
        at step 0; "_drift"; "_steps" to 85 %; and "_accuracy", the last one.
    """
    numbers = {}
    for kind, course in courses.items():
        numbers[f"{kind}_range"] = float(course.loss_range[1:].mean())
        numbers[f"{kind}_range_0"] = float(course.loss_range[0])
        numbers[f"{kind}_moves"] = float(course.gradient_change[1:].mean())
        numbers[f"{kind}_moves_0"] = float(course.gradient_change[0])
        numbers[f"{kind}_drift"] = course.drift
        numbers[f"{kind}_steps"] = course.arrived
        numbers[f"{kind}_accuracy"] = float(course.accuracy[-1])
    return numbers


SIGMOIDS = {"activation": "sigmoid", "hidden": 3, "lr": 1.0}  # as in notebook 03


def steps_at(seed, lr, kinds=("none", "noisy"), limit=200):
    """Measure how soon the ReLU networks of `watch` arrive at another learning rate.

    Parameters
    ----------
    seed, lr
        Of `watch`.
    kinds : sequence of str
        Of `watch`.
    limit : int, default 200
        When to give up.

    Returns
    -------
    dict of float
        For each kind such as "noisy", "noisy_steps": the steps to 85 % of the test digits, a multiple of 25; `NEVER`
        where it does not arrive.
    """
    parts = data.split(*data.mnist_128(), seed)
    numbers = {}
    for kind in kinds:
        rng, noise = np.random.default_rng(seed), np.random.default_rng([seed, 1])
        net = network.init([128, *[100] * 8, 10], rng, norm=None if kind == "none" else "batch")
        numbers[f"{kind}_steps"] = NEVER
        with np.errstate(all="ignore"):  # without batch norm a large rate may overflow; that is a result
            for step in range(1, limit + 1):
                net = _step(net, kind, parts, rng, noise, lr)
                if step % 25 == 0 and network.reaches(net, parts.x_test, parts.y_test, 0.85):
                    numbers[f"{kind}_steps"] = float(step)
                    break
    return numbers


def _step(net, kind, parts, rng, noise, lr):
    given, factors = with_noise(net, noise) if kind == "noisy" else (net, None)
    after, _ = network.train(given, parts.x_train, parts.y_train, rng, steps=1, lr=lr)
    if kind != "noisy":
        return after
    return [without_noise(*layers) for layers in zip(net, given, after, factors, strict=True)]


def _look(net, kind, parts, rng, noise, lr, measure):
    seen, _ = with_noise(net, noise) if kind == "noisy" else (net, None)
    rows = rng.choice(len(parts.x_train), 64, replace=False)
    x, y = parts.x_train[rows], parts.y_train[rows]
    here, gradients = _loss_and_gradients(seen, x, y)
    probes = [(here, gradients)] + [_loss_and_gradients(_moved(seen, gradients, lr * m), x, y) for m in MULTIPLES]
    found = np.array([loss for loss, _ in probes])
    vectors = np.array([_vector(gradients) for _, gradients in probes])
    _, trace = network.forward(seen, parts.x_test[:300])
    inputs = np.concatenate([layer.scaled for layer in trace[:-1]], axis=1)
    return np.ptp(found), measure(vectors), inputs


def _loss_and_gradients(net, x, y):
    output, trace = network.forward(net, x)
    loss, dout = losses.cross_entropy(output, y)
    return loss, network.backward(net, trace, dout)


def _moved(net, gradients, far):
    return [
        replace(layer, **{name: getattr(layer, name) - far * slope for name, slope in found.items()})
        for layer, found in zip(net, gradients, strict=True)
    ]


def _vector(gradients):
    return np.concatenate([found[name].ravel() for found in gradients for name in sorted(found)])
