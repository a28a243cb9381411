"""Batch norm beside two regularizers, dropout and weight decay (notebook 09)."""

from dataclasses import replace

import numpy as np

from bncourse import network
from bncourse.experiments.claim import Claim
from bncourse.experiments.normalizers import normalized_networks as networks


def variance_shift(seed, shares=(0.0, 0.2, 0.5), steps=600, lr=0.1):
    """Measure the running variances of batch norms whose inputs had dropout, against the variances without it.

    A network 128-100-100-100-10 with ReLU; dropout on the activations of each hidden layer. Measured in the second
    and the third hidden layer, the ones with dropout below them.

    Returns
    -------
    dict of float
        For each share such as 0.2, "ratio_0.2": the running variance divided by that of the weighted sums on the
        training set when dropout is off, the mean of the units.
    """
    parts = networks.digits(seed)
    numbers = {}
    for share in shares:
        rng = np.random.default_rng(seed)
        net = networks.init("batch", rng, (128, 100, 100, 100, 10))
        batches = networks.shuffled(len(parts.x_train), 64, steps, rng)
        net = networks.train(net, parts, batches, lr=lr, dropout=share, rng=rng)
        _, trace = network.forward(net, parts.x_train, training=False)
        ratios = [net[i].running_var / trace[i].weighted_sums.var(axis=0) for i in (1, 2)]
        numbers[f"ratio_{share:g}"] = float(np.mean(ratios))
    return numbers


def weight_decay(seed, decays=(0.0, 0.05), steps=600, lr=0.1):
    """Measure what weight decay does to weights that stand before batch norm.

    Returns
    -------
    dict of float
        For each decay such as 0.05: "norm_0.05", the length of the first hidden layer's weights after training;
        "turn_0.05", by how many degrees one of the last 100 steps turned them, on average. "changed_batch" and
        "changed_none", for networks with batch norm and with no normalizer, trained without decay: the share of test
        digits whose answer changes when all hidden weights are divided by 3.
    """
    parts, numbers = networks.digits(seed), {}
    for decay in decays:
        net, turn = _trained("batch", parts, seed, steps, decay, lr)
        numbers |= {f"norm_{decay:g}": float(np.linalg.norm(net[0].weights)), f"turn_{decay:g}": turn}
    for kind in ("batch", None):
        net, _ = _trained(kind, parts, seed, steps, 0.0, lr)
        small = [replace(layer, weights=layer.weights / 3) for layer in net[:-1]] + net[-1:]
        answers = [
            network.answers(network.with_statistics_of(some, parts.x_train), parts.x_test) for some in (net, small)
        ]
        numbers[f"changed_{kind or 'none'}"] = float((answers[0] != answers[1]).mean())
    return numbers


def _trained(kind, parts, seed, steps, decay, lr):
    """Train; give the network, and how far one of the last 100 steps turned the weights of its first layer."""
    rng = np.random.default_rng(seed)
    net, turns = networks.init(kind, rng), []
    for rows in networks.shuffled(len(parts.x_train), 64, steps, rng):
        before = net[0].weights
        net = networks.step(net, parts.x_train[rows], parts.y_train[rows], lr=lr, decay=decay)
        turns.append(_degrees(before, net[0].weights))
    return net, float(np.mean(turns[-100:]))


def _degrees(one, other):
    cosine = (one * other).sum() / np.linalg.norm(one) / np.linalg.norm(other)
    return float(np.degrees(np.arccos(min(1.0, cosine))))


CLAIMS = {
    "variance_shift": Claim(
        "at learning rates from 0.05 to 0.2 dropout below batch norm makes its running variances too large after "
        "training: at 0.2 by more than 12 %, at 0.5 by more than 40 %",
        variance_shift,
        lambda n: abs(n["ratio_0"] - 1) < 0.12 and n["ratio_0.2"] > 1.12 and n["ratio_0.5"] > 1.4,
        over={"lr": (0.05, 0.1, 0.2)},
        notebook="09",
        cells=("regularizers-measured",),
    ),
    "weight_decay": Claim(
        "at learning rates from 0.1 to 0.2 a decay of 0.05 makes weights before batch norm over 3 times shorter, and "
        "each step turns them over 5 times as far; shorter weights change no more than 3 % of the answers, and over "
        "30 % without batch norm",
        weight_decay,
        lambda n: (
            n["norm_0"] > 3 * n["norm_0.05"]
            and n["turn_0.05"] > 5 * n["turn_0"]
            and n["changed_batch"] < 0.03
            and n["changed_none"] > 0.3
        ),
        over={"lr": (0.1, 0.2)},
        notebook="09",
        cells=("regularizers-measured",),
    ),
}
