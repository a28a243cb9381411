"""Figures of notebook 08 about two runs that go the same way at different speeds."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, DescribedFigure, style


def meeting(found):
    """Draw the loss of a fast and a slow run, against the steps and against the sum of their effective rates.

    Parameters
    ----------
    found : dict
        From `bncourse.experiments.training.meeting.runs`.

    Returns
    -------
    DescribedFigure
    """
    runs = {"fast": (found["fast"], found["rates"][0]), "slow": (found["slow"], found["rates"][1])}
    predicted, last = found["predicted"], found["fast"].losses[-1]
    with style() as colors:
        figure = Figure(figsize=(9.0, 3.7))
        left, right = figure.subplots(1, 2, sharey=True)
        for i, (run, rate) in enumerate(runs.values()):
            come = np.concatenate([[0], np.cumsum(rate / run.squared_norms)])
            for axes, places in ((left, np.arange(len(run.losses))), (right, come)):
                axes.plot(places, run.losses, color=colors[i], linestyle=DASHES[i], marker="", linewidth=(5, 2)[i])
        left.axvline(predicted, color=colors[3], linestyle=":", linewidth=1.2)
        left.annotate(
            f"predicted: {predicted}", (predicted, runs["slow"][0].losses[0]), xytext=(-4, 0),
            textcoords="offset points", ha="right", va="top",
        )  # fmt: skip
        steps = len(runs["fast"][0].losses) - 1
        left.annotate(
            "fast", (steps, last), xytext=(0, -6), textcoords="offset points", color=colors[0], weight="bold", va="top"
        )
        middle = len(runs["slow"][0].losses) // 2
        left.annotate(
            "slow", (middle, runs["slow"][0].losses[middle]), xytext=(4, 6), textcoords="offset points",
            color=colors[1], weight="bold",
        )  # fmt: skip
        left.set(xlabel="step", ylabel="loss on 500 digits", ylim=(0.8 * last, None))
        right.set(xlabel="sum of the effective learning rates so far")
        figure.suptitle("Counted in effective learning rates, the two runs are nearly one curve")
    return DescribedFigure(
        figure,
        f"Left, the loss against the step: the fast run ends at {last:.2f} after {steps} steps, and the slow one comes "
        f"there after {found['met']:.0f}; predicted are {predicted}. Right, against the sum of the effective learning "
        "rates the two curves lie nearly on each other. What counts is how far the direction has been taken.",
    )
