"""Shifts between where a model learned and where it is used: made, measured and detected.

A seed in, numbers and arrays out; nothing is drawn. The *source* is where the model learned, the *target* where
it is used. What a notebook claims stands in `bncourse.experiments.shift.shift_claims`.
"""

import numpy as np

from bncourse import data

BINS = np.linspace(-1, 2, 7)  # where `kinds_in_numbers` compares p(y given x)


def kinds(seed, examples=8000):
    """Draw a source, and three targets that each differ from it in another way.

    In the source both classes are equally frequent, and x is N(-1, 1) in class 0 and N(1, 1) in class 1; by
    Bayes' rule p(class 1 given x) is then ``sigmoid(2 * x)``.

    Parameters
    ----------
    seed : int
        The same seed gives the same examples.
    examples : int, default 8000
        In each of the four.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        For "source", "covariate shift", "label shift" and "concept drift": x and the class, each of shape
        (examples,).
    """
    rng = np.random.default_rng(seed)

    def by_class(share):
        y = rng.random(examples) < share
        return rng.normal(2.0 * y - 1), y.astype(int)

    def by_rule(x, border):
        return x, (rng.random(examples) < 1 / (1 + np.exp(-2 * (x - border)))).astype(int)

    return {
        "source": by_class(0.5),
        "covariate shift": by_rule(rng.normal(1.2, 0.9, examples), border=0.0),
        "label shift": by_class(0.85),
        "concept drift": by_rule(by_class(0.5)[0], border=1.0),
    }


def kinds_in_numbers(seed):
    """Measure what changed from the source in each target of `kinds`.

    Returns
    -------
    dict of float
        For each kind, such as "label shift": "... p(x)", the largest difference of the distribution functions
        of x; "... p(y)", that of the share of class 1; "... p(y|x)", the largest difference of that share
        within six bins of x; "... p(x|y)", as for p(x), in the class that changed more; "... accuracy", of the
        source's best rule: class 1 where x is above 0.
    """
    drawn = kinds(seed)
    x_source, y_source = drawn["source"]
    numbers = {}
    for name, (x, y) in drawn.items():
        of_class = [_distance(x_source[y_source == c], x[y == c]) for c in (0, 1)]
        numbers |= {
            f"{name} p(x)": _distance(x_source, x),
            f"{name} p(y)": float(abs(y.mean() - y_source.mean())),
            f"{name} p(y|x)": float(np.abs(_share_by_bin(x, y) - _share_by_bin(x_source, y_source)).max()),
            f"{name} p(x|y)": max(of_class),
            f"{name} accuracy": float(((x > 0) == y).mean()),
        }
    return numbers


def digits_elsewhere(seed, strength=1.0):
    """Measure a digit classifier at home, on new digits of its data set, and on MNIST digits of the same size.

    A logistic regression learns four fifths of scikit-learn's digits.

    Parameters
    ----------
    seed : int
        Of the split.
    strength : float, default 1.0
        scikit-learn's C, the inverse of the penalty.

    Returns
    -------
    dict of float
        "home" and "mnist": accuracy.
    """
    parts = data.split(*data.digits(), seed)
    model = _classifier(strength).fit(parts.x_train, parts.y_train)
    return {
        "home": float(model.score(parts.x_test, parts.y_test)),
        "mnist": float(model.score(*data.mnist_64())),
    }


def line(x, y, weights=None):
    """Give slope and intercept of the line with the least (weighted) squared error.

    Parameters
    ----------
    x, y : ndarray of shape (examples,)
        The points.
    weights : ndarray of shape (examples,), optional
        How much each squared error counts.

    Returns
    -------
    ndarray of shape (2,)
        ``slope * x + intercept``, as ``numpy.polyval`` takes it.
    """
    return np.polyfit(x, y, 1, w=None if weights is None else np.sqrt(weights))  # polyfit squares its weights


def curve_and_weight(horsepower, pounds, mileage, rows):
    """Predict mileage from power and weight: linear in the logarithm of the weight, quadratic in that of the power.

    Parameters
    ----------
    horsepower, pounds, mileage : ndarray of shape (cars,)
    rows : ndarray of int
        Which cars to fit to.

    Returns
    -------
    ndarray of shape (cars,)
        The prediction for every car.
    """
    power = np.log(horsepower)
    inputs = np.column_stack([np.ones(len(power)), power, power**2, np.log(pounds)])
    return inputs @ np.linalg.lstsq(inputs[rows], mileage[rows], rcond=None)[0]


def curve(x, y):
    """Return the coefficients of the least-squares curve that is quadratic in the logarithm of x.

    Parameters
    ----------
    x : ndarray of shape (examples,)
        Above 0.
    y : ndarray of shape (examples,)

    Returns
    -------
    ndarray of shape (3,)
        For ``numpy.polyval(coefficients, np.log(x))``.
    """
    return np.polyfit(np.log(x), y, 2)


def mileage_elsewhere(seed, runs=20):
    """Measure a line and a curve that predict mileage from horsepower, learned from American cars, on Japanese ones.

    Both are fitted to a bootstrap sample of the American cars; those that were not drawn are the test at home. The
    relation is curved: American cars of little power lie above the line too. So a car's distance from the line does not
    compare cars of equal power; its distance from the curve does.

    Returns
    -------
    dict of float
        Means of 20 bootstrap samples. "line home" and "line japan", "curve home" and "curve japan": mean squared
        error; "line weak": by how many miles a gallon American cars below 75 horsepower lie above the line; "farther":
        by how many Japanese cars lie above the curve, on average, beyond what the American ones do; "farther, weight
        too": the same where the car's weight is an input too, see `curve_and_weight`.
    """
    horsepower, mileage, origin = data.cars()
    pounds = data.car_weights()
    usa, japan = np.flatnonzero(origin == "USA"), origin == "Japan"
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(runs):
        drawn = rng.choice(usa, len(usa))
        rest = np.setdiff1d(usa, drawn)
        of_line = mileage - np.polyval(line(horsepower[drawn], mileage[drawn]), horsepower)
        of_curve = mileage - np.polyval(curve(horsepower[drawn], mileage[drawn]), np.log(horsepower))
        squared = [(error[cars] ** 2).mean() for error in (of_line, of_curve) for cars in (rest, japan)]
        weak = of_line[rest[horsepower[rest] < 75]].mean()
        with_weight = mileage - curve_and_weight(horsepower, pounds, mileage, drawn)
        farther = [left[japan].mean() - left[rest].mean() for left in (of_curve, with_weight)]
        found.append([*squared, weak, *farther])
    names = ("line home", "line japan", "curve home", "curve japan", "line weak", "farther", "farther, weight too")
    return dict(zip(names, np.mean(found, axis=0).tolist(), strict=True))


def _distance(one, other):
    """Return the largest difference of two distribution functions (Kolmogorov and Smirnov's distance)."""
    everywhere = np.concatenate([one, other])
    below = [np.searchsorted(np.sort(x), everywhere, side="right") / len(x) for x in (one, other)]
    return float(np.abs(below[0] - below[1]).max())


def _share_by_bin(x, y):
    inside, _ = np.histogram(x, BINS)
    positive, _ = np.histogram(x[y == 1], BINS)
    return positive / inside


def _classifier(strength):
    from sklearn.linear_model import LogisticRegression  # here, because it takes a second to load

    return LogisticRegression(C=strength, max_iter=1000)
