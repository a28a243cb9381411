"""Plain gradient descent on a straight-line model of real patients, with the inputs on different scales."""

import numpy as np

from bncourse import data
from bncourse.experiments.claim import Claim


def patients(seed, columns=(0, 2, 3, 4)):
    """Give measurements of diabetes patients, each in its own unit, and how the disease went on.

    Parameters
    ----------
    seed : int
        Which 354 of the 442 patients.
    columns : sequence of int
        Columns of `bncourse.data.diabetes`; by default age, body mass index, blood pressure and cholesterol.

    Returns
    -------
    x : ndarray of shape (354, columns)
        Years, kg/m², mm Hg, mg/dl.
    y : ndarray of shape (354,)
        The progression of the disease after a year.
    """
    parts = data.split(*data.diabetes(raw=True), seed)
    return parts.x_train[:, list(columns)], parts.y_train


def scalings(x):
    """Return the same inputs three times: raw, with each column's mean subtracted, and standardized.

    Parameters
    ----------
    x : ndarray of shape (examples, features)

    Returns
    -------
    dict of str to ndarray
        "raw", "centred" and "standardized".
    """
    centred = x - x.mean(axis=0)
    return {"raw": x, "centred": centred, "standardized": centred / centred.std(axis=0)}


def curvatures(x):
    """Return the curvatures of the mean squared error of a straight-line model, smallest first.

    They are the eigenvalues of its matrix of second derivatives, the same everywhere. The *condition number* is
    the largest over the smallest.

    Parameters
    ----------
    x : ndarray of shape (examples, features)
        The inputs; the model adds a constant.

    Returns
    -------
    ndarray of shape (features + 1,)

    Examples
    --------
    >>> curvatures(np.array([[-1.0], [1.0]]))
    array([2., 2.])
    """
    inputs = np.column_stack([x, np.ones(len(x))])
    return np.linalg.eigvalsh(2 * inputs.T @ inputs / len(inputs))


def distance_from_best(x, y, steps=10_000):
    """Run gradient descent on the mean squared error of a straight-line model.

    It starts at zero, and its learning rate is 1 over the largest curvature: half of what would just diverge.

    Parameters
    ----------
    x : ndarray of shape (examples, features)
        The inputs; the model adds a constant.
    y : ndarray of shape (examples,)
        What to predict.
    steps : int
        How many.

    Returns
    -------
    ndarray of shape (steps + 1,)
        How much of the variance of `y` the model explains less than the best straight line does (the difference of
        their R squared), before the first step and after each.
    """
    inputs = np.column_stack([x, np.ones(len(x))])
    second, first = inputs.T @ inputs / len(y), inputs.T @ y / len(y)
    best = np.linalg.lstsq(inputs, y, rcond=None)[0]
    lr = 1 / curvatures(x)[-1]
    weights, found = np.zeros(len(best)), np.empty(steps + 1)
    for step in range(steps + 1):
        away = weights - best
        found[step] = away @ second @ away / y.var()
        weights = weights - lr * 2 * (second @ weights - first)
    return found


def steps_to_best(distances, within=0.01):
    """Return the first step at which a run of `distance_from_best` is close enough; infinity if it never is."""
    near = np.flatnonzero(distances < within)
    return float(near[0]) if len(near) else np.inf


def standardizing_helps(seed, within=0.01):
    """Measure the condition number, and the steps to within 0.01 of the best R squared, for each scaling.

    Parameters
    ----------
    seed : int
        Of `patients`.
    within : float, default 0.01
        How near.

    Returns
    -------
    dict of float
        "condition_" and "steps_" for "raw", "centred" and "standardized"; 10,000 steps for a run that does not arrive.
    """
    x, y = patients(seed)
    numbers = {}
    for name, scaled in scalings(x).items():
        curved = curvatures(scaled)
        numbers[f"condition_{name}"] = float(curved[-1] / curved[0])
        numbers[f"steps_{name}"] = min(steps_to_best(distance_from_best(scaled, y), within), 10_000.0)
    return numbers


def correlated(seed):
    """Measure the condition number with all ten measurements, some of which go together.

    Returns
    -------
    dict of float
        "condition", with all ten standardized; "correlation", the largest of two of them.
    """
    x, _ = patients(seed, range(10))
    curved = curvatures(scalings(x)["standardized"])
    together = np.abs(np.corrcoef(x, rowvar=False) - np.eye(10)).max()
    return {"condition": float(curved[-1] / curved[0]), "correlation": float(together)}


CLAIMS = {
    "standardizing_helps": Claim(
        "gradient descent comes within 0.01 of the best R squared in 20 steps with standardized inputs, in thousands "
        "with centred ones, and with raw ones not in 10,000; so it does for 0.005 and 0.02",
        standardizing_helps,
        lambda n: (
            n["condition_raw"] > 1e5
            and n["condition_standardized"] < 10
            and n["steps_raw"] == 10_000
            and n["steps_standardized"] < 20
            and 1000 < n["steps_centred"] < 10_000
        ),
        over={"within": (0.005, 0.01, 0.02)},
        notebook="00",
        cells=("steps-measured",),
    ),
    "correlated": Claim(
        "standardizing leaves a condition number in the hundreds where two inputs have a correlation of 0.8 or more",
        correlated,
        lambda n: 100 < n["condition"] < 1000 and n["correlation"] > 0.8,
        over={},
        notebook="00",
        cells=("correlated",),
    ),
}
