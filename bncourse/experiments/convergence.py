"""How many steps of training a network needs to reach an accuracy, with and without batch norm."""

import numpy as np

from bncourse import data, network

NEVER = np.inf
RATES = (0.1, 0.3, 1.0, 3.0, 10.0)


def steps_to(target, parts, rng, *, activation, norm, lr, limit=1500, every=25):
    """Give the steps after which a network first classifies a share of the test digits correctly.

    The network has three hidden layers of 100 units; it learns by plain gradient descent from mini-batches of 64.

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

    Returns
    -------
    float
        A multiple of `every`; `NEVER` (infinity) for a run that does not arrive, or overflows.
    """
    net = network.init([parts.x_train.shape[1], 100, 100, 100, 10], rng, activation=activation, norm=norm)
    with np.errstate(all="ignore"):  # a learning rate that is too large overflows; that is a result
        for steps in range(every, limit + 1, every):
            net, losses = network.train(net, parts.x_train, parts.y_train, rng, steps=every, lr=lr)
            if not np.isfinite(losses[-1]):
                return NEVER
            if network.accuracy(net, parts.x_test, parts.y_test) >= target:
                return float(steps)
    return NEVER


def learning_rates(seed, rates=RATES, limit=1500, standardized=False, shown=iter):
    """Measure the steps to 85 % of test digits for several learning rates, with sigmoids.

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

    Returns
    -------
    dict
        "none" and "batch", each an ndarray of shape (rates,): the steps, `NEVER` for a run that does not arrive.
    """
    parts = _digits(seed, standardized)
    found = {"none": np.full(len(rates), NEVER), "batch": np.full(len(rates), NEVER)}
    for name, i in shown([(name, i) for name in found for i in range(len(rates))]):
        found[name][i] = steps_to(
            0.85,
            parts,
            np.random.default_rng(seed),
            activation="sigmoid",
            norm="batch" if name == "batch" else None,
            lr=rates[i],
            limit=limit,
        )
    return found


def fewer_steps(seed):
    """Sum up `learning_rates`: each network's steps at its best rate, and at how many rates it arrives.

    Returns
    -------
    dict of float
        "none" and "batch", the steps at the best learning rate, a run that never arrives counted as 1500; "ratio" of
        the two; "none_rates" and "batch_rates", how many of the five learning rates arrive.
    """
    return summary(learning_rates(seed))


def summary(found, limit=1500):
    """Give the numbers of `fewer_steps` for a result of `learning_rates`."""
    best = {name: float(min(steps.min(), limit)) for name, steps in found.items()}
    arrived = {f"{name}_rates": float(np.isfinite(steps).sum()) for name, steps in found.items()}
    return best | {"ratio": best["none"] / best["batch"]} | arrived


# Near the best of a coarse grid for each: activation, inputs standardized or not, batch norm or not.
SETTINGS = {
    ("sigmoid", False): {None: 3.0, "batch": 0.3},
    ("sigmoid", True): {None: 2.0, "batch": 0.3},
    ("relu", False): {None: 0.3, "batch": 0.3},
    ("relu", True): {None: 0.3, "batch": 0.3},
}


def input_scaling(seed, runs=2, shown=iter):
    """Measure how much of batch norm's gain is left once the inputs are standardized.

    Parameters
    ----------
    seed : int
        Of the splits, the weights and the order of training.
    runs : int, default 2
        How many to average.
    shown : callable
        Called with the list of settings, and gives them one by one: a progress bar, for example.

    Returns
    -------
    dict of float
        For "sigmoid" and "relu", each with "_raw" and "_standardized" inputs, and then "_none" and "_batch": the steps
        to 85 % of the test digits, the mean of `runs`; "_gain" is the ratio of the two.
    """
    numbers = {}
    for (activation, standardized), rates in shown(list(SETTINGS.items())):
        inputs = f"{activation}_{'standardized' if standardized else 'raw'}"
        for norm, lr in rates.items():
            steps = []
            for run in range(runs):
                rng = np.random.default_rng([seed, run])
                parts = _digits([seed, run], standardized)
                steps.append(min(steps_to(0.85, parts, rng, activation=activation, norm=norm, lr=lr, every=5), 1500.0))
            numbers[f"{inputs}_{norm or 'none'}"] = float(np.mean(steps))
        numbers[f"{inputs}_gain"] = numbers[f"{inputs}_none"] / numbers[f"{inputs}_batch"]
    return numbers


def _digits(seed, standardized):
    parts = data.split(*data.mnist_128(), seed)
    return data.standardize(parts) if standardized else parts


# name: (what is claimed, the measurement, whether it holds)
CLAIMS = {
    "fewer_steps": (
        "with sigmoids batch norm needs at most an eighth of the steps, and arrives at every learning rate tried",
        fewer_steps,
        lambda n: n["ratio"] >= 8 and n["batch_rates"] == len(RATES) and n["none_rates"] <= 3,
    ),
    "input_scaling": (
        "standardized inputs, and ReLU in place of sigmoids, each take away a large part of batch norm's gain",
        input_scaling,
        lambda n: (
            n["sigmoid_raw_gain"] > 1.5 * n["sigmoid_standardized_gain"] > 3
            and n["relu_raw_gain"] > n["relu_standardized_gain"]
            and n["relu_standardized_gain"] < 2.5
        ),
    ),
}
