"""How many steps of training a network needs to reach an accuracy, with and without batch norm."""

import numpy as np

from bncourse import data, network
from bncourse.experiments.claim import Claim

NEVER = np.inf
RATES = (0.3, 1.0, 3.0, 10.0)


def steps_to(target, parts, rng, *, activation, norm, lr, limit=1500, every=25, scale=1.0, batch=64):
    """Return the steps after which a network first classifies a share of the test digits correctly.

    The network has three hidden layers of 100 units; it learns by plain gradient descent from mini-batches.

    Parameters
    ----------
    target : float
        The accuracy to reach, measured as at inference: batch norm uses its running statistics.
    parts : bncourse.data.Split
        What to train on and what to test on.
    rng : numpy.random.Generator
        Of the weights and the order of training.
    activation : {"sigmoid", "tanh", "relu"}
        Of the hidden layers.
    norm : {"batch", None}
        Whether the hidden layers have batch norm.
    lr : float
        Learning rate.
    limit, every : int
        When to give up, and how often the accuracy is measured.
    scale : float, default 1.0
        Multiplies the weights at the start, see `bncourse.network.init`.
    batch : int, default 64
        Digits in a mini-batch.

    Returns
    -------
    float
        A multiple of `every`; `NEVER` (infinity) for a run that does not arrive, or overflows.
    """
    sizes = [parts.x_train.shape[1], 100, 100, 100, 10]
    net = network.init(sizes, rng, activation=activation, norm=norm, scale=scale)
    with np.errstate(all="ignore"):  # a learning rate that is too large overflows; that is a result
        for steps in range(every, limit + 1, every):
            net, losses = network.train(net, parts.x_train, parts.y_train, rng, steps=every, lr=lr, batch=batch)
            if not np.isfinite(losses[-1]):
                return NEVER
            if network.reaches(net, parts.x_test, parts.y_test, target):
                return float(steps)
    return NEVER


def learning_rates(seed, rates=RATES, limit=1500, standardized=False, shown=iter, target=0.85, batch=64):
    """Measure the steps to a share of the test digits for several learning rates, with sigmoids.

    Parameters
    ----------
    seed : int
        Of the split, the weights and the order of training.
    rates : sequence of float
        The learning rates.
    limit : int
        When to give up.
    standardized : bool, default False
        Whether the input features are standardized.
    shown : callable
        Called with the list of runs, and gives them one by one: a progress bar, for example.
    target : float, default 0.85
        The share.
    batch : int, default 64
        Digits in a mini-batch.

    Returns
    -------
    dict
        "none" and "batch", each an ndarray of shape (rates,): the steps, `NEVER` for a run that does not arrive.
    """
    parts = _digits(seed, standardized)
    found = {"none": np.full(len(rates), NEVER), "batch": np.full(len(rates), NEVER)}
    for name, i in shown([(name, i) for name in found for i in range(len(rates))]):
        found[name][i] = steps_to(
            target,
            parts,
            np.random.default_rng(seed),
            activation="sigmoid",
            norm="batch" if name == "batch" else None,
            lr=rates[i],
            limit=limit,
            batch=batch,
        )
    return found


def fewer_steps(seed, target=0.85, batch=64):
    """Sum up `learning_rates`: each network's steps at its best rate, and at how many rates it arrives.

    Parameters
    ----------
    seed, target, batch
        Of `learning_rates`.

    Returns
    -------
    dict of float
        "none" and "batch", the steps at the best learning rate, a run that never arrives counted as 1500; "ratio" of
        the two; "none_rates" and "batch_rates", how many of the four learning rates arrive.
    """
    return summary(learning_rates(seed, target=target, batch=batch))


def summary(found, limit=1500):
    """Return the numbers of `fewer_steps` for a result of `learning_rates`."""
    best = {name: float(min(steps.min(), limit)) for name, steps in found.items()}
    arrived = {f"{name}_rates": float(np.isfinite(steps).sum()) for name, steps in found.items()}
    return best | {"ratio": best["none"] / best["batch"]} | arrived


# Activation, inputs standardized or not, and what the weights are multiplied by at the start; then the learning rates
# without and with batch norm, near the best of a coarse grid for each. Before batch norm larger weights give the same
# outputs and turn more slowly, so their best rate is larger. ReLU starts with the weights of He and others, larger by a
# factor of sqrt(2), see `bncourse.network.init`.
SETTINGS = {
    ("sigmoid", False, 1.0): (3.0, 0.3),
    ("sigmoid", False, 4.0): (1.0, 3.0),
    ("sigmoid", True, 1.0): (2.0, 0.3),
    ("sigmoid", True, 4.0): (1.0, 3.0),
    ("relu", False, 1.0): (0.3, 0.3),
    ("relu", True, 1.0): (0.3, 0.3),
}
PLAIN = ("sigmoid", False, 1.0)  # no change
ONE_CHANGE = ("sigmoid_standardized", "sigmoid_raw_times_4", "relu_raw")
# Two settings by their names, where the second one has one preparation more.
FASTER = (
    *(("sigmoid_raw", name) for name in ONE_CHANGE),
    *((name, "sigmoid_standardized_times_4") for name in ONE_CHANGE[:2]),
    ("relu_raw", "relu_standardized"),
)


def setting_name(activation, standardized, scale):
    """Return the name of one of `SETTINGS` in the numbers of `input_scaling`, such as "sigmoid_raw_times_4"."""
    return f"{activation}_{'standardized' if standardized else 'raw'}" + (f"_times_{scale:g}" if scale != 1 else "")


def input_scaling(seed, runs=2, shown=iter, plain=None):
    """Measure how much of batch norm's gain is left with other inputs, other weights at the start, or ReLU.

    Each network with ReLU also starts with larger weights, by a factor of ``sqrt(2)``, as `bncourse.network.init` draws
    them for it.

    Parameters
    ----------
    seed : int
        Of the splits, the weights and the order of training.
    runs : int, default 2
        How many to average.
    shown : callable
        Called with the list of settings, and gives them one by one: a progress bar, for example.
    plain : float, optional
        The steps of the slowest network, `PLAIN` without batch norm: one run, that of `learning_rates` at its rate.
        Trained here by default.

    Returns
    -------
    dict of float
        For each of `SETTINGS`, by its `setting_name`, then "_none" and "_batch": the steps to 85 % of the test digits,
        the mean of `runs` (but `plain`), a run that never arrives counted as 1500; "_gain" is the ratio of the two.
    """
    if plain is None:
        own = {"activation": "sigmoid", "norm": None, "lr": SETTINGS[PLAIN][0]}
        plain = steps_to(0.85, _digits(seed, False), np.random.default_rng(seed), **own)
    numbers = {}
    for setting, (lr, lr_with_norm) in shown(list(SETTINGS.items())):
        activation, standardized, scale = setting
        name, kind = setting_name(*setting), (activation, standardized)
        # a look costs as much as some steps: the slow networks are looked at less often
        slow = activation == "sigmoid" and not (standardized and scale > 1)
        every = 25 if slow else 5
        numbers[f"{name}_none"] = (
            float(min(plain, 1500))
            if setting == PLAIN
            else _mean_steps(seed, runs, *kind, norm=None, lr=lr, every=every, scale=scale)
        )
        numbers[f"{name}_batch"] = _mean_steps(seed, runs, *kind, norm="batch", lr=lr_with_norm, every=5, scale=scale)
        numbers[f"{name}_gain"] = numbers[f"{name}_none"] / numbers[f"{name}_batch"]
    return numbers


def _mean_steps(seed, runs, activation, standardized, **options):
    steps = []
    for run in range(runs):
        parts, rng = _digits([seed, run], standardized), np.random.default_rng([seed, run])
        steps.append(min(steps_to(0.85, parts, rng, activation=activation, **options), 1500.0))
    return float(np.mean(steps))


def _digits(seed, standardized):
    parts = data.split(*data.mnist_128(), seed)
    return data.standardize(parts) if standardized else parts


CLAIMS = {
    "fewer_steps": Claim(
        "with sigmoids and mini-batches of 64 or 128, each network at the best of four learning rates, batch norm "
        "needs less than a tenth of the steps to 80 or 85 % of the test digits, and it arrives at all four rates from "
        "0.3 to 10; the other network does not",
        fewer_steps,
        lambda n: n["ratio"] > 10 and n["batch_rates"] == len(RATES) and n["none_rates"] < len(RATES),
        over={"target": (0.8, 0.85), "batch": (64, 128)},
        notebook="03",
        cells=("steps-measured",),
        told=("steps-read",),
    ),
    "input_scaling": Claim(
        "standardized inputs, weights four times as large at the start, and ReLU (with weights larger by a factor of "
        "1.41) in place of sigmoids each make the network without batch norm faster, and take away more than half of "
        "batch norm's gain; the first two together leave less than a factor of 4, ReLU with standardized inputs less "
        "than 2; with batch norm each takes from 20 to 90 steps",
        input_scaling,
        lambda n: (
            n["sigmoid_raw_gain"] > 2 * max(n[f"{name}_gain"] for name in ONE_CHANGE)
            and min(n["sigmoid_standardized_gain"], n["sigmoid_raw_times_4_gain"]) > 2
            and all(n[f"{slow}_none"] > n[f"{fast}_none"] for slow, fast in FASTER)
            and all(20 <= n[f"{setting_name(*setting)}_batch"] <= 90 for setting in SETTINGS)
            and n["sigmoid_standardized_times_4_gain"] < 4
            and n["relu_standardized_gain"] < 2
            and n["relu_raw_gain"] > n["relu_standardized_gain"]
        ),
        over={},
        notebook="03",
        cells=("scaling-measured",),
        told=("scaling-read",),
    ),
}
