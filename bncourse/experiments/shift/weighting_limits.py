"""Where weighting gives little or nothing: source and target that hardly meet, another rule, learning by heart.

A seed in, numbers and arrays out; nothing is drawn.
"""

import numpy as np

from bncourse import data, losses, network, reference
from bncourse.experiments.shift.shifts import line
from bncourse.experiments.shift.weighting import curve, error_of, estimated_weights

STEPS = (10, 30, 100, 300, 1000, 3000)
COUNTS = {"3 counts 30 times": 1 / 30, "both alike": 1.0, "8 counts 30 times": 30.0}


def no_support(seed, runs=20, std=0.2):
    """Measure lines on Shimodaira's curve when source and target hardly meet: N(0.5, std) and N(-0.6, std).

    Parameters
    ----------
    seed : int
        Of the points.
    runs : int, default 20
        How many.
    std : float, default 0.2
        The standard deviation of both.

    Returns
    -------
    dict of float
        Medians of 20 runs: "plain" and "weighted", the mean squared distance from the true curve in the target,
        weights by the formula; "target", for a line fitted there; "size", the effective sample size of 200 points.
    """
    found = []
    for run in range(runs):
        points = curve([seed, run], source=(0.5, std), target=(-0.6, std))
        lines = (
            line(points.x_source, points.y_source),
            line(points.x_source, points.y_source, points.weights),
            line(points.x_target, points.y_target),
        )
        errors = [error_of(fitted, points.x_target) for fitted in lines]
        found.append([*errors, reference.effective_sample_size(points.weights)])
    return dict(zip(("plain", "weighted", "target", "size"), np.median(found, axis=0).tolist(), strict=True))


def car_lines(seed=None):
    """Fit lines from horsepower to mileage, for use on Japanese cars.

    Parameters
    ----------
    seed : int or sequence of int, optional
        Of a bootstrap sample of the American and one of the Japanese cars; without it, all cars are used.

    Returns
    -------
    lines : dict of str to ndarray of shape (2,)
        "USA", "USA, weighted" by a domain classifier on horsepower, and "Japan".
    test : ndarray of int
        The Japanese cars to test on: those that were not drawn; without a seed, all.
    """
    horsepower, mileage, origin = data.cars()
    usa, japan = np.flatnonzero(origin == "USA"), np.flatnonzero(origin == "Japan")
    test = japan
    if seed is not None:
        rng = np.random.default_rng(seed)
        usa, drawn = rng.choice(usa, len(usa)), rng.choice(japan, len(japan))
        test, japan = np.setdiff1d(japan, drawn), drawn
    power = (horsepower - 100) / 40  # near 0 and 1, as the classifier's solver likes it
    weights = estimated_weights(power[usa], power[japan])
    lines = {
        "USA": line(horsepower[usa], mileage[usa]),
        "USA, weighted": line(horsepower[usa], mileage[usa], weights),
        "Japan": line(horsepower[japan], mileage[japan]),
    }
    return lines, test


def weighted_cars(seed, runs=20):
    """Measure the lines of `car_lines` on Japanese cars that served for none of them.

    Returns
    -------
    dict of float
        The mean squared error of each line, averaged over 20 bootstrap samples.
    """
    horsepower, mileage, _ = data.cars()
    found = []
    for run in range(runs):
        lines, test = car_lines([seed, run])
        found.append(
            [((mileage[test] - np.polyval(fitted, horsepower[test])) ** 2).mean() for fitted in lines.values()]
        )
    return dict(zip(lines, np.mean(found, axis=0).tolist(), strict=True))


def learned_by_heart(seed, steps=STEPS, lr=0.3):
    """Train two models with three weightings, and ask them about digits that neither has seen.

    The models tell 3 from 8, with 250 of scikit-learn's digits. The network 64-64-2 can learn all of them by
    heart; the line of 4 features (the ink in each quarter of the image) cannot.

    Parameters
    ----------
    seed : int
        Of the examples, the weights and the order of training.
    steps : sequence of int
        After how many mini-batches to ask.
    lr : float, default 0.3
        Learning rate.

    Returns
    -------
    shares : dict of str to ndarray of shape (weightings, steps)
        For "network" and "line": the share of the other digits (0, 1, 2, 4, ...) that are called an 8, one row
        for each of `COUNTS`.
    accuracy : dict of str to ndarray of shape (weightings, steps)
        On the digits it was trained on.

    References
    ----------
    Byrd and Lipton (2019), What is the Effect of Importance Weighting in Deep Learning?: the same
    question, of cats and dogs. https://arxiv.org/abs/1812.03372
    """
    x, y = data.digits()
    quarters = x.reshape(-1, 2, 4, 2, 4).mean(axis=(2, 4)).reshape(-1, 4)
    known = np.flatnonzero(np.isin(y, [3, 8]))
    train = np.random.default_rng(seed).permutation(known)[:250]
    others = ~np.isin(y, [3, 8])
    shares, accuracy = {}, {}
    for model, features, sizes in (("network", x, [64, 64, 2]), ("line", 4 * (quarters - quarters.mean(0)), [4, 2])):
        shares[model], accuracy[model] = np.empty((2, len(COUNTS), len(steps)))
        for row, count in enumerate(COUNTS.values()):
            is_8 = y[train] == 8
            weights = np.where(is_8, count, 1.0)
            targets = np.column_stack([is_8, weights / weights.mean()])
            rng = np.random.default_rng([seed, 1])
            net, done = network.init(sizes, rng), 0
            for column, step in enumerate(steps):
                net, _ = network.train(
                    net, features[train], targets, rng, steps=step - done, lr=lr, loss=_weighted_cross_entropy
                )
                done = step
                output, _ = network.forward(net, features[others])
                shares[model][row, column] = (output.argmax(axis=1) == 1).mean()
                accuracy[model][row, column] = network.accuracy(net, features[train], is_8)
    return shares, accuracy


def interpolation(seed, lr=0.3):
    """Measure how far apart the weightings of `learned_by_heart` are, after 30 and after 3,000 steps.

    Parameters
    ----------
    seed, lr
        Of `learned_by_heart`.

    Returns
    -------
    dict of float
        "network 30", "network 3000", "line 30", "line 3000": the largest share called an 8 minus the smallest;
        "network accuracy", "line accuracy": training accuracy after 3,000 steps, the lowest of the
        network and the highest of the line.
    """
    return spread_of_shares(*learned_by_heart(seed, steps=(30, 3000), lr=lr), early=0)


def spread_of_shares(shares, accuracy, early=1):
    """Sum up a result of `learned_by_heart`: the numbers of `interpolation`.

    Parameters
    ----------
    shares, accuracy
        From `learned_by_heart`; the last column is that after 3,000 steps.
    early : int, default 1
        The column after 30 steps.
    """
    apart = {
        f"{model} {step}": float(np.ptp(rows[:, column]))
        for model, rows in shares.items()
        for step, column in ((30, early), (3000, -1))
    }
    return apart | {
        "network accuracy": float(accuracy["network"][:, -1].min()),
        "line accuracy": float(accuracy["line"][:, -1].max()),
    }


def _weighted_cross_entropy(logits, targets):
    """Return the weighted loss and its gradient; `targets` holds the label and the weight of each example."""
    labels, weights = targets[:, 0].astype(int), targets[:, 1:]
    _, dlogits = losses.cross_entropy(logits, labels)
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -(weights * np.take_along_axis(log_p, labels[:, None], axis=1)).mean(), weights * dlogits
