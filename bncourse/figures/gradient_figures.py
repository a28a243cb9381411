"""Figures of notebook 05: the computational graph, the three paths, gradient checks, and what a cut path costs."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style

_PLACES = {
    "x": (0, 0),
    "mean": (3, 1.5),
    "var": (3, -1.5),
    "x_hat": (6, 0),
    "gamma": (8.2, 1.5),
    "beta": (8.2, -1.5),
    "y": (10, 0),
    "loss": (12.6, 0),
}
_ARROWS = (
    ("x", "mean"),
    ("x", "var"),
    ("mean", "var"),
    ("x", "x_hat"),
    ("mean", "x_hat"),
    ("var", "x_hat"),
    ("x_hat", "y"),
    ("gamma", "y"),
    ("beta", "y"),
    ("y", "loss"),
)
_GRADIENTS = {
    "x": "dx",
    "mean": "dmean",
    "var": "dvar",
    "x_hat": "dx_hat",
    "gamma": "dgamma",
    "beta": "dbeta",
    "y": "dout",
}


def graph():
    """Draw batch norm as a computational graph, with the name of the gradient at each box.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(9.4, 4))
        axes = figure.subplots()
        axes.axis("off")
        axes.set(xlim=(-1.2, 13.6), ylim=(-3.1, 2.5))
        for start, end in _ARROWS:
            back = start in ("x", "mean", "var") and end != "y"
            axes.annotate(
                "",
                _PLACES[end],
                _PLACES[start],
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": colors[0] if back else colors[3],
                    "linewidth": 2.2 if back else 1.5,
                    "shrinkA": 24,
                    "shrinkB": 25,
                },
            )
        for name, (across, up) in _PLACES.items():
            box = {"boxstyle": "round,pad=0.45", "facecolor": "#ffffff", "edgecolor": colors[3]}
            axes.text(across, up, name, ha="center", va="center", weight="bold", bbox=box)
            if name in _GRADIENTS:
                below = up - 0.72 if up <= 0 else up + 0.72
                axes.text(across, below, _GRADIENTS[name], ha="center", va="center", color=colors[1], weight="bold")
        axes.text(
            13.4,
            -2.9,
            "in boxes: values, forward along the arrows; below or above: gradients, back against them",
            ha="right",
            fontsize=9,
        )
        figure.suptitle("Three arrows leave x, so three gradients come back to it")
    return DescribedFigure(
        figure,
        "Boxes joined by arrows: x leads to mean, to var and to x_hat; mean to var and x_hat; var to x_hat; x_hat, "
        "gamma and beta to y; y to the loss; at each box stands the name of its gradient. "
        "On the way back dx is the sum of what returns along three arrows.",
    )


def paths(parts):
    """Draw the three parts of dx for each example of a batch, and their sum.

    Parameters
    ----------
    parts : mapping of str to ndarray of shape (examples,)
        Three parts by name, and their sum as "dx".

    Returns
    -------
    DescribedFigure
    """
    names = [name for name in parts if name != "dx"]
    examples = np.arange(len(parts["dx"]))
    with style() as colors:
        figure = Figure(figsize=(8.6, 3.7))
        axes = figure.subplots()
        for i, name in enumerate([*names, "dx"]):
            place = examples + 0.2 * (i - 1.5)
            label = "sum: dx" if name == "dx" else name
            hatch = ("", "//", "..", "")[i]
            axes.bar(place, parts[name], 0.18, color=colors[i], label=label, hatch=hatch, edgecolor="#ecebe6")
        axes.axhline(0, color=colors[3], linewidth=1, linestyle="-", marker="")
        axes.set_xticks(examples, [f"image {number}" for number in examples])
        axes.set_ylabel("gradient of one unit's x")
        axes.set_xlabel("the batch")
        axes.legend(frameon=False, ncols=4, loc="upper left", bbox_to_anchor=(0, 1.16))
        axes.set_title(" ", fontsize=16)  # room for the legend
        figure.suptitle("What comes back through the mean and the variance is no small part")
    total = sum(np.abs(parts[name]).sum() for name in names)
    shares = ", ".join(f"{name} {100 * np.abs(parts[name]).sum() / total:.0f} %" for name in names)
    return DescribedFigure(
        figure,
        f"For each of {len(examples)} images three bars, and a fourth for their sum; by size the parts are "
        f"{shares}. "
        "Examples whose direct gradient is 0 get one through the mean and the variance.",
    )


def checks(found):
    """Draw which gradient check catches which wrong backward pass.

    Parameters
    ----------
    found : dict
        From `bncourse.gradient_checks.traps`.

    Returns
    -------
    DescribedFigure
    """
    caught, rows, columns = found["caught"], found["passes"], found["checks"]
    with style() as colors:
        figure = Figure(figsize=(8.6, 0.42 * len(rows) + 1.5))
        axes = figure.subplots()
        for row, name in enumerate(rows):
            for column in range(len(columns)):
                says_no = caught[row, column]
                fooled = says_no == (name == "right")
                axes.text(
                    column,
                    row,
                    "says no" if says_no else "says yes",
                    ha="center",
                    va="center",
                    color="#ffffff" if fooled else colors[3],
                    weight="bold" if fooled else "normal",
                    bbox={
                        "boxstyle": "round,pad=0.3",
                        "facecolor": colors[1] if fooled else "none",
                        "edgecolor": "none",
                    },
                )
        axes.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(rows) - 0.5, -0.5))
        axes.set_xticks(range(len(columns)), columns)
        axes.set_yticks(range(len(rows)), rows)
        axes.set_xlabel("what the check uses")
        axes.set_ylabel("backward pass")
        axes.tick_params(length=0)
        figure.suptitle("Three careless checks say yes to a wrong backward pass")
    wrong = caught[[name != "right" for name in rows]]
    counts = ", ".join(f"{name} {n} of {len(wrong)}" for name, n in zip(columns, wrong.sum(axis=0), strict=True))
    return DescribedFigure(
        figure,
        f"A table of {len(rows)} backward passes against {len(columns)} checks, a filled box where the check is "
        f"fooled; wrong passes caught: {counts}. "
        "Of these checks only the one with random numbers catches them all.",
    )


def depths(found):
    """Draw training with the right backward pass and with constant statistics.

    Parameters
    ----------
    found : dict
        From `bncourse.gradients.depths`.

    Returns
    -------
    DescribedFigure
    """
    names = {"right": "right", "detached": "constant statistics"}
    deepest = found["depths"][-1]
    with style() as colors:
        figure = Figure(figsize=(9.4, 3.8))
        left, right = figure.subplots(1, 2)
        for i, (key, name) in enumerate(names.items()):
            smooth = np.convolve(found[f"losses_{key}"], np.ones(15) / 15, mode="valid")
            left.plot(np.arange(len(smooth)) + 8, smooth, color=colors[i], linestyle=DASHES[i], marker="")
            left.text(len(smooth), smooth[-1] + 0.08, name, color=colors[i], weight="bold", ha="right", va="bottom")
            right.plot(
                found["depths"], found[key], color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=7
            )
            below = found[key][-1]
            right.text(deepest, below - 0.03, name, color=colors[i], weight="bold", ha="right", va="top")
        left.set(xlabel="step", ylabel="training loss", ylim=(0, None), title=f"{deepest} hidden layers")
        right.set(xlabel="hidden layers", ylabel="test accuracy", ylim=(0, 1.05), title="after training")
        right.set_xticks(found["depths"])
        figure.suptitle("In a shallow network the cut paths hardly show; in a deep one they do")
    pairs = ", ".join(
        f"{depth}: {found['right'][i]:.2f} and {found['detached'][i]:.2f}" for i, depth in enumerate(found["depths"])
    )
    return DescribedFigure(
        figure,
        f"Left, the training loss with {deepest} hidden layers, lower with the right backward pass; right, the test "
        f"accuracy by the number of hidden layers, right and with constant statistics: {pairs}. "
        "A test on a shallow network does not find the mistake.",
    )
