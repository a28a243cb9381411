"""Figures of notebook 00: gradient descent with inputs on different scales, and a first look at batch norm."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style


def approach(distances, within=0.01):
    """Draw how near gradient descent has come to the best model, against its steps.

    Parameters
    ----------
    distances : mapping of str to ndarray of shape (steps + 1,)
        For each scaling of the inputs its name, and the distances from `bncourse.descent.distance_from_best`.
    within : float
        What counts as arrived; drawn as a line.

    Returns
    -------
    DescribedFigure
    """
    arrived = {name: np.flatnonzero(distance < within) for name, distance in distances.items()}
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.9))
        axes = figure.subplots()
        for i, (name, distance) in enumerate(distances.items()):
            steps = np.arange(1, len(distance))
            axes.plot(steps, np.maximum(distance[1:], 1e-4), color=colors[i], linestyle=DASHES[i], marker="")
            at = _label_place(distance, within)
            axes.annotate(
                name, (at, distance[at]), xytext=(7, 5), textcoords="offset points", color=colors[i], weight="bold"
            )
        axes.axhline(within, color=colors[3], linestyle=":", linewidth=1.2)
        axes.text(len(distance) - 1, within, "arrived", color=colors[3], ha="right", va="top")
        axes.set(xscale="log", yscale="log", ylim=(1e-3, 20), xlabel="steps of gradient descent (log scale)")
        axes.set_ylabel("R² still missing (log scale)")
        figure.suptitle("Standardized inputs: a few steps instead of many thousands")
    told = "; ".join(
        f"{name}: " + (f"arrived at step {found[0]}" if len(found) else f"not arrived after {len(distances[name]) - 1}")
        for name, found in arrived.items()
    )
    return DescribedFigure(
        figure,
        f"How much R squared is still missing to the best model, against the steps of gradient descent; {told}. "
        "The same data and the same method, but with standardized inputs gradient descent is quick.",
    )


def _label_place(distance, within):
    """Where a name stands on its line: where it falls to the target, or near the start."""
    near = np.flatnonzero(distance < 10 * within)
    return int(near[0]) if distance[-1] < within else min(10, len(distance) - 1)


def first_look(spread, accuracy, every=5):
    """Draw what reaches each layer of two new networks, and how many digits they name right while they train.

    Parameters
    ----------
    spread, accuracy : dict of str to ndarray
        For each network, from `bncourse.experiments.training.first_look.two_networks`.
    every : int, default 5
        Steps between two accuracies.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(9.2, 3.9))
        left, right = figure.subplots(1, 2)
        for i, name in enumerate(spread):
            look = {"color": colors[i], "linestyle": DASHES[i], "marker": MARKERS[i], "markersize": 5}
            left.plot(np.arange(1, 1 + len(spread[name])), spread[name], **look, label=name)
            right.plot(every * np.arange(len(accuracy[name])), accuracy[name], **look)
        left.set(yscale="log", xlabel="layer", ylabel="spread of the sums (log scale)", title="before training")
        left.set_ylim(0.4 * min(found.min() for found in spread.values()), 3)
        right.set(xlabel="step of training", ylabel="share of new digits named right", ylim=(0, 1))
        right.set_title("in training")
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
        without, with_norm = (found[-1] for found in accuracy.values())
        steps = every * (len(next(iter(accuracy.values()))) - 1)
        figure.suptitle(f"{steps} steps bring {with_norm:.2f} right with batch norm, {without:.2f} without")
    layers = len(next(iter(spread.values())))
    kept = "; ".join(f"{name} from {found[0]:.2g} to {found[-1]:.2g}" for name, found in spread.items())
    right_ones = "; ".join(f"{name} {found[-1]:.2f}" for name, found in accuracy.items())
    return DescribedFigure(
        figure,
        f"Left, the spread of what reaches the units of each of {layers} layers before training, on a logarithmic "
        f"axis: {kept}; right, the share of new digits named right, by step; after the last one: {right_ones}. "
        "Where the spread fades from layer to layer, learning starts late.",
    )
