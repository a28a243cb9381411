"""Figures of notebook 07: training runs with and without batch norm, epoch by epoch."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style


def training_runs(found, optimizer):
    """Draw training loss and test accuracy after each epoch, with and without batch norm.

    Parameters
    ----------
    found : dict
        From `bncourse.experiments.keras_runs.keras_training.with_and_without`.
    optimizer : str
        How it was trained, as the title names it.

    Returns
    -------
    DescribedFigure
    """
    norm, none = found["with"], found["without"]
    epochs = np.arange(1, len(norm["loss"]) + 1)
    ahead = 100 * (norm["accuracy"] - none["accuracy"])
    with style() as colors:
        figure = Figure(figsize=(9.4, 4.1))
        left, right = figure.subplots(1, 2)
        lines = (
            ("with batch norm, moving statistics", norm["accuracy"], 0),
            ("with batch norm, statistics of the test digits", norm["batch"], 2),
            ("without batch norm", none["accuracy"], 1),
        )
        for axes, drawn in ((left, ((lines[0][0], norm["loss"], 0), (lines[2][0], none["loss"], 1))), (right, lines)):
            for label, values, i in drawn:
                axes.plot(
                    epochs, values, label=label, color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=6
                )
            axes.set_xticks(epochs)
            axes.set_xlabel("epoch")
        left.set(ylabel="training loss (mean of the epoch)", ylim=(0, None))
        # from 0 on, the lines of a close race would lie on one another
        lowest = np.floor(10 * min(values.min() for _, values, _ in lines)) / 10
        right.set(ylabel="test accuracy", ylim=(lowest, 1.02))
        figure.legend(*right.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
        start, end = _points(ahead[0]), _points(ahead[-1])
        figure.suptitle(f"{optimizer}: batch norm is {start} after epoch 1, {end} after epoch {epochs[-1]}")
    return DescribedFigure(
        figure,
        f"Left, the training loss by epoch, from {norm['loss'][0]:.2f} to {norm['loss'][-1]:.2f} with batch norm and "
        f"from {none['loss'][0]:.2f} to {none['loss'][-1]:.2f} without; right, the test accuracy, "
        f"{norm['accuracy'][0]:.3f} to {norm['accuracy'][-1]:.3f} with moving statistics, {norm['batch'][0]:.3f} to "
        f"{norm['batch'][-1]:.3f} with those of the test digits, {none['accuracy'][0]:.3f} to "
        f"{none['accuracy'][-1]:.3f} without batch norm. "
        f"With batch norm the accuracy is {_points(ahead[0])} after the first epoch and {_points(ahead[-1])} "
        f"after epoch {len(epochs)}.",
    )


def _points(ahead):
    return f"{abs(ahead):.1f} points {'ahead' if ahead >= 0 else 'behind'}"
