"""Weighted learning under a shift: where it improves a fit, what it costs, and where it fails.

A seed in, numbers and arrays out; nothing is drawn.
"""

from typing import NamedTuple

import numpy as np

from bncourse import reference
from bncourse.experiments.shift.shifts import line

SOURCE, TARGET = (0.5, 0.5), (0.0, 0.3)  # mean and standard deviation of x in Shimodaira's example


class Curve(NamedTuple):
    """Points of Shimodaira's curve, in the source and in the target, and their weights.

    Parameters
    ----------
    x_source, y_source, x_target, y_target : ndarray of shape (examples,)
        The target's y serve to measure, not to learn.
    weights : ndarray of shape (examples,)
        p_target(x) / p_source(x) of the source examples, by the formula of the two normal densities.
    """

    x_source: np.ndarray
    y_source: np.ndarray
    x_target: np.ndarray
    y_target: np.ndarray
    weights: np.ndarray


def normal_density(x, mean, std):
    """Return the density of the normal distribution at `x`."""
    return np.exp(-0.5 * ((x - mean) / std) ** 2) / (std * np.sqrt(2 * np.pi))


def curve(seed, examples=200, source=SOURCE, target=TARGET):
    """Draw points of ``y = -x + x**3`` with noise: the rule is the same in the source and in the target.

    Parameters
    ----------
    seed : int, sequence of int or numpy.random.Generator
        The same seed gives the same points.
    examples : int, default 200
        In the source, and in the target.
    source, target : (float, float)
        Mean and standard deviation of x.

    Returns
    -------
    Curve

    References
    ----------
    Shimodaira (2000), section 2: the same curve, noise of standard deviation 0.3.
    """
    rng = np.random.default_rng(seed)

    def draw(mean, std):
        x = rng.normal(mean, std, examples)
        return x, x**3 - x + rng.normal(0, 0.3, examples)

    (x_source, y_source), (x_target, y_target) = draw(*source), draw(*target)
    weights = normal_density(x_source, *target) / normal_density(x_source, *source)
    return Curve(x_source, y_source, x_target, y_target, weights)


def domain_logits(x_source, x_target):
    """Learn to tell target from source points by x and x squared, and give the logits of the source points.

    For two normal distributions the logarithm of the density ratio is of this form.

    Parameters
    ----------
    x_source, x_target : ndarray of shape (examples,)
        The two may differ in length.

    Returns
    -------
    ndarray of shape (source examples,)
        The log odds of "target" against "source".
    """
    from sklearn.linear_model import LogisticRegression  # here, because it takes a second to load

    x = np.concatenate([x_source, x_target])
    features = np.column_stack([x, x**2])
    # C: hardly any penalty, which would pull the logits towards 0.
    model = LogisticRegression(C=1e4, max_iter=1000).fit(features, np.repeat([0, 1], [len(x_source), len(x_target)]))
    return model.decision_function(features[: len(x_source)])


def estimated_weights(x_source, x_target):
    """Return the density ratio at the source points, from `domain_logits`."""
    return reference.density_ratio(domain_logits(x_source, x_target), len(x_source), len(x_target))


def error_of(fitted, x):
    """Return the mean squared distance of a line from the noiseless curve at `x`: what a better model could remove."""
    return float(((np.polyval(fitted, x) - (x**3 - x)) ** 2).mean())


def shimodaira(seed, examples=200):
    """Measure lines fitted to `curve`, in the target.

    Parameters
    ----------
    seed, examples
        Of `curve`.

    Returns
    -------
    dict of float
        The mean squared distance from the noiseless curve: "plain", "true weights", "estimated weights", and "target"
        for a line fitted to labelled target points; "plain, noisy" and "true weights, noisy", the mean squared error
        on the target's points, which holds the noise too; "correlation", of the logarithms of the estimated and the
        true weights.
    """
    points = curve(seed, examples)
    estimated = estimated_weights(points.x_source, points.x_target)
    lines = {
        "plain": line(points.x_source, points.y_source),
        "true weights": line(points.x_source, points.y_source, points.weights),
        "estimated weights": line(points.x_source, points.y_source, estimated),
        "target": line(points.x_target, points.y_target),
    }
    numbers = {name: error_of(fitted, points.x_target) for name, fitted in lines.items()}
    for name in ("plain", "true weights"):
        errors = points.y_target - np.polyval(lines[name], points.x_target)
        numbers[f"{name}, noisy"] = float((errors**2).mean())
    correlation = np.corrcoef(np.log(estimated), np.log(points.weights))[0, 1]
    return numbers | {"correlation": float(correlation)}


def unequal_sizes(seed):
    """Measure estimated weights when the target sample is four times as large, with and without the correction.

    Returns
    -------
    dict of float
        The median of estimated weight over true weight: "corrected" by the sizes, and "odds" as they are.
    """
    few, many = curve([seed, 0], examples=250), curve([seed, 1], examples=1000)
    odds = np.exp(domain_logits(few.x_source, many.x_target))
    return {
        "corrected": float(np.median(odds * 250 / 1000 / few.weights)),
        "odds": float(np.median(odds / few.weights)),
    }


def risk_estimates(seed, runs=20, examples=1000):
    """Measure how well the source foretells the loss in the target, for the line fitted without weights.

    Each run fits a line to 200 source points, and judges it on new points of the source and of the target.

    Parameters
    ----------
    seed : int
        Of the points.
    runs : int, default 20
        How many.
    examples : int, default 1000
        New points of the source, and of the target.

    Returns
    -------
    dict of float
        Means of 20 runs. Mean squared errors: "source", plain; "weighted", in the source with weights; "target",
        the truth. "source off" and "weighted off": how far the first two are from the truth, without the sign.
    """
    found = []
    for run in range(runs):
        fitted = line(*curve([seed, run, 0])[:2])
        points = curve([seed, run, 1], examples=examples)
        losses = (points.y_source - np.polyval(fitted, points.x_source)) ** 2
        risks = losses.mean(), reference.weighted_risk(losses, points.weights)
        truth = ((points.y_target - np.polyval(fitted, points.x_target)) ** 2).mean()
        found.append([*risks, truth, *(abs(risk - truth) for risk in risks)])
    names = ("source", "weighted", "target", "source off", "weighted off")
    return dict(zip(names, np.mean(found, axis=0).tolist(), strict=True))


def size_by_distance(
    seed,
    distances=(0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0),
    repeats=50,
    examples=200,
    size=reference.effective_sample_size,
):
    """Measure the effective sample size as the target moves away from the source.

    Source and target are normal with standard deviation 1; the mean of the target is moved. ``size(weights)`` gives
    the effective sample size.

    Returns
    -------
    ndarray of shape (distances, repeats)
        The effective sample size of 200 source examples. For very many examples its share is
        ``exp(-distance**2)``.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(repeats, examples))
    return np.array([[size(np.exp(d * row - d**2 / 2)) for row in x] for d in distances])


def size_and_distance(seed):
    """Measure `size_by_distance` at the distances 0, 1 and 2.

    Returns
    -------
    dict of float
        The median of the repeats: "0", "1", "2".
    """
    sizes = size_by_distance(seed, distances=(0.0, 1.0, 2.0))
    return {f"{distance}": float(np.median(row)) for distance, row in enumerate(sizes)}


def clipping(seed, limits=(1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, np.inf), repeats=400, distance=1.5, examples=200):
    """Measure the weighted risk with clipped weights, again and again on new samples.

    Source N(0, 1), target N(distance, 1), loss ``x**2``: the true risk in the target is ``1 + distance**2``.

    Returns
    -------
    dict of str to ndarray of shape (limits,)
        "limit"; "bias", mean estimate minus truth; "spread", the standard deviation of the estimates; "error",
        the root of the mean squared error, ``sqrt(bias**2 + spread**2)``.
    """
    rng = np.random.default_rng(seed)
    estimates = np.empty((len(limits), repeats))
    for n in range(repeats):
        x = rng.normal(size=examples)
        weights = np.exp(distance * x - distance**2 / 2)
        for i, most in enumerate(limits):
            estimates[i, n] = reference.weighted_risk(x**2, reference.clip_weights(weights, most))
    bias, spread = estimates.mean(axis=1) - 1 - distance**2, estimates.std(axis=1)
    return {"limit": np.array(limits), "bias": bias, "spread": spread, "error": np.hypot(bias, spread)}


def clipping_limits(seed, examples=200):
    """Measure `clipping` with a tight limit, a good one and none.

    Parameters
    ----------
    seed, examples
        Of `clipping`.

    Returns
    -------
    dict of float
        "error 1", "error 16", "error none"; "bias 1", "bias 16", "bias none"; "spread 16", "spread none".
    """
    found = clipping(seed, limits=(1.0, 16.0, np.inf), examples=examples)
    return {
        f"{what} {name}": float(found[what][i])
        for what in ("error", "bias", "spread")
        for i, name in enumerate(("1", "16", "none"))
    }
