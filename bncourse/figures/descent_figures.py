"""The figure of notebook 00: gradient descent with inputs on different scales."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, DescribedFigure, style


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
        "The same data and the same method, but with the scales of the inputs made equal, gradient descent is quick.",
    )


def _label_place(distance, within):
    """Where a name stands on its line: where it falls to the target, or near the start."""
    near = np.flatnonzero(distance < 10 * within)
    return int(near[0]) if distance[-1] < within else min(10, len(distance) - 1)
