"""Figures of weighted learning: arrays in, a `DescribedFigure` out."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style


def lines_on_a_curve(x_source, y_source, x_target, lines):
    """Draw Shimodaira's curve, where source and target lie on it, and lines fitted to the source.

    Parameters
    ----------
    x_source, y_source : ndarray of shape (examples,)
        The points that lines were fitted to.
    x_target : ndarray of shape (examples,)
        Where they are used.
    lines : mapping of str to ndarray of shape (2,)
        For each name slope and intercept; at most two.

    Returns
    -------
    DescribedFigure
    """
    errors = {name: np.mean((np.polyval(f, x_target) - (x_target**3 - x_target)) ** 2) for name, f in lines.items()}
    bins = np.linspace(-1.1, 2.1, 33)
    with style() as colors:
        figure = Figure(figsize=(7.5, 5.2))
        top, axes = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2.6))
        for i, (x, name, place) in enumerate(((x_source, "source", 1.15), (x_target, "target", -0.75))):
            height = np.histogram(x, bins, density=True)[0]
            top.stairs(height, bins, color=colors[i], linestyle=DASHES[i], linewidth=2)
            top.text(place, 0.7, name, color=colors[i], weight="bold")
        top.set(ylabel="density of x", yticks=[])
        axes.plot(x_source, y_source, color=colors[0], linestyle="", marker="o", markersize=3, alpha=0.4)
        grid = np.linspace(-1.1, 1.75, 100)
        axes.plot(grid, grid**3 - grid, color=colors[3], linestyle=":", marker="")
        axes.text(1.25, 1.25, "the rule", color=colors[3], ha="right")
        ends = np.array([-1.0, 1.6])
        for i, (name, fitted) in enumerate(lines.items()):
            heights = np.polyval(fitted, ends)
            axes.plot(ends, heights, color=colors[2 * i], linestyle=DASHES[2 * i], marker="")
            axes.annotate(
                f"{name}: {errors[name]:.3f}\nmean squared distance",
                (ends[1], heights[1]),
                xytext=(4, 0),
                textcoords="offset points",
                color=colors[2 * i],
                weight="bold",
                va="center",
            )
        axes.set(xlabel="x", ylabel="y", ylim=(-1.9, 1.6), xlim=(-1.15, 2.75))
        figure.suptitle("Weights fit the line to where the target lies")
    said = " and ".join(f"{error:.3f} for the line {name}" for name, error in errors.items())
    return DescribedFigure(
        figure,
        "A cubic curve with noisy source points to the right of the target, and two straight lines through them; "
        f"mean squared distance from the curve in the target {said}. "
        "A line cannot follow the curve everywhere, and weights choose where it does.",
    )


def size_by_distance(distances, sizes, examples):
    """Draw the effective sample size against the distance of source and target.

    Parameters
    ----------
    distances : sequence of float
        In standard deviations.
    sizes : ndarray of shape (distances, repeats)
        Effective sample sizes.
    examples : int
        How many source examples there are.

    Returns
    -------
    DescribedFigure
    """
    low, middle, high = np.percentile(sizes, [10, 50, 90], axis=1)
    distances = np.asarray(distances)
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.9))
        axes = figure.subplots()
        axes.fill_between(distances, low, high, color=colors[0], alpha=0.2, linewidth=0)
        axes.plot(distances, middle, color=colors[0], linestyle="-", marker="o")
        fine = np.linspace(distances[0], distances[-1], 60)
        axes.plot(fine, examples * np.exp(-(fine**2)), color=colors[1], linestyle="--", marker="")
        axes.set(xlabel="distance of the means, in standard deviations", ylabel="effective sample size", ylim=(0, None))
        axes.text(0.78, 0.80 * examples, f"measured: {examples} examples (band: 8 of 10 runs)", color=colors[0])
        axes.text(0.78, 0.68 * examples, f"formula: {examples} × exp(−distance²)", color=colors[1])
        figure.suptitle("Weights use up examples, the more the farther the target")
    values = ", ".join(f"{m:.0f} at {d:g}" for d, m in zip(distances, middle, strict=True) if d in (0, 0.5, 1, 2))
    return DescribedFigure(
        figure,
        f"The effective size of {examples} weighted examples falls as source and target move apart: {values} "
        "standard deviations. "
        "Far from the source a few examples carry nearly all the weight.",
    )


def clipping(limit, bias, spread, error):
    """Draw what clipping does to the weighted risk: bias, spread and error against the limit.

    Parameters
    ----------
    limit : ndarray of shape (limits,)
        The last one infinite: no clipping.
    bias, spread, error : ndarray of shape (limits,)
        Of the estimated risk.

    Returns
    -------
    DescribedFigure
    """
    place, best = np.arange(len(limit)), int(np.argmin(error))
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.9))
        axes = figure.subplots()
        series = (("size of the bias", np.abs(bias)), ("spread", spread), ("error (both)", error))
        for i, (name, values) in enumerate(series):
            axes.plot(place, values, color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=5)
            axes.annotate(
                name,
                (place[-1], values[-1]),
                xytext=(8, (0, -8, 6)[i]),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
                va="center",
            )
        axes.plot(best, error[best], color=colors[3], marker="o", markersize=13, markerfacecolor="none", linestyle="")
        axes.set_xticks(place, [f"{value:g}" for value in limit[:-1]] + ["none"])
        axes.set(
            xlabel="limit on a weight",
            ylabel="bias, spread, error of the risk",
            xlim=(-0.3, len(limit) + 0.5),
            ylim=(0, None),
        )
        figure.suptitle("A limit on the weights trades spread for bias")
    return DescribedFigure(
        figure,
        "Bias, spread and error of the estimated risk against the limit on a weight: from a limit of "
        f"{limit[0]:g} to none the bias falls from {abs(bias[0]):.1f} to {abs(bias[-1]):.1f} and the spread grows from "
        f"{spread[0]:.1f} to {spread[-1]:.1f}; the error is smallest, {error[best]:.1f}, at {limit[best]:g}. "
        "A moderate limit is better than a tight one and than none.",
    )


def shares_by_step(steps, shares, names):
    """Draw what models with different weightings answer, against the steps of training; a panel a model.

    Parameters
    ----------
    steps : sequence of int
        When they were asked.
    shares : mapping of str to ndarray of shape (weightings, steps)
        For each model its answers.
    names : sequence of str
        Of the weightings; at most three.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(4.4 * len(shares), 4.0))
        grid = figure.subplots(1, len(shares), sharey=True, squeeze=False)[0]
        for axes, (model, rows) in zip(grid, shares.items(), strict=True):
            for i, name in enumerate(names):
                axes.plot(steps, rows[i], color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=5)
                if axes is grid[-1]:
                    axes.annotate(
                        name,
                        (steps[-1], rows[i, -1]),
                        xytext=(8, 0),
                        textcoords="offset points",
                        color=colors[i],
                        weight="bold",
                        va="center",
                        annotation_clip=False,
                    )
            axes.set(title=model, xscale="log", xlabel="steps of training (log scale)", ylim=(-0.03, 1.03))
        grid[0].set_ylabel("other digits called an 8")
        figure.suptitle("Importance weights fade in a network that learns all by heart")
    ends = "; ".join(
        f"{model}: {np.ptp(r[:, 0]):.2f} at first, {np.ptp(r[:, -1]):.2f} at the end" for model, r in shares.items()
    )
    return DescribedFigure(
        figure,
        f"The share of other digits called an 8 against training steps for {len(names)} weightings, and how far they "
        f"lie apart: {ends}. "
        "Weights change what a simple model answers, and much less what a network that fits all examples does.",
    )


def class_shares(found):
    """Draw true, counted and estimated shares of ten digits; a panel for each target.

    Parameters
    ----------
    found : mapping of str to mapping
        For each target "true", "counted" and "estimated", each of shape (10,).

    Returns
    -------
    DescribedFigure
    """
    wrong = {}
    with style() as colors:
        figure = Figure(figsize=(4.6 * len(found), 4.1))
        grid = figure.subplots(1, len(found), sharey=True, squeeze=False)[0]
        for axes, (target, shares) in zip(grid, found.items(), strict=True):
            digits = np.arange(10)
            axes.bar(digits, shares["true"], color="#c9c7c0", edgecolor="#5a5f66", width=0.8)
            for i, name in enumerate(("counted", "estimated")):
                axes.plot(
                    digits + (-0.15, 0.15)[i],
                    shares[name],
                    color=colors[i],
                    linestyle="",
                    marker=MARKERS[i],
                    markersize=6,
                )
            wrong[target] = [np.abs(shares[name] - shares["true"]).sum() for name in ("counted", "estimated")]
            axes.set_title(
                f"{target}: error {wrong[target][0]:.2f} counted, {wrong[target][1]:.2f} estimated", fontsize=9
            )
            axes.set(xlabel="digit", xticks=digits)
        grid[0].set_ylabel("share of the target")
        top = max(shares[name].max() for shares in found.values() for name in ("true", "counted", "estimated"))
        for i, (name, mark) in enumerate((("counted", "o"), ("estimated", "s"))):
            grid[0].plot(0.1, top * (0.95 - 0.09 * i), color=colors[i], marker=mark, linestyle="", markersize=6)
            grid[0].text(0.5, top * (0.95 - 0.09 * i), name, color=colors[i], weight="bold", va="center")
        grid[0].text(0.5, top * 0.77, "bars: true", va="center")
        figure.suptitle("The equations hold under label shift, and not when the images change")
    said = "; ".join(f"{target}: {pair[0]:.2f} counted and {pair[1]:.2f} estimated" for target, pair in wrong.items())
    return DescribedFigure(
        figure,
        "Bars of the true shares of ten digits with counted and estimated shares as marks, the sum of their errors "
        f"{said}. "
        "Estimating takes away about half of the error under label shift, and adds to it where the images themselves "
        "changed.",
    )
