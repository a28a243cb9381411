"""The figures of notebook 04: a layer's numbers on their way through batch norm."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, short, style


def steps(stages, units):
    """Draw what each step does to a few units: a histogram for each unit (row) and step (column).

    Parameters
    ----------
    stages : mapping of str to ndarray of shape (batch, units)
        The name of each step, and the values of these units after it.
    units : sequence of int
        What to call the units.

    Returns
    -------
    DescribedFigure
    """
    names = list(stages)
    with style() as colors:
        figure = Figure(figsize=(2.2 * len(names), 1.3 * len(units) + 1.1))
        grid = figure.subplots(len(units), len(names), squeeze=False)
        for column, name in enumerate(names):
            values = np.asarray(stages[name])
            edges = np.linspace(values.min(), values.max(), 41)
            for row, unit in enumerate(units):
                axes, of_unit = grid[row, column], values[:, row]
                axes.hist(
                    of_unit,
                    edges,
                    histtype="stepfilled",
                    facecolor=to_rgba(colors[row], 0.35),
                    edgecolor=colors[row],
                )
                axes.axvline(of_unit.mean(), color=colors[3], linestyle="--", linewidth=1.5)
                axes.set_title(f"mean {short(of_unit.mean())}, std {short(of_unit.std())}", fontsize=9)
                axes.set_yticks([])
                axes.spines["left"].set_visible(False)
                if column == 0:
                    axes.set_ylabel(f"unit {unit}")
                if row < len(units) - 1:
                    axes.set_xticklabels([])
            grid[-1, column].set_xlabel(name)
        figure.suptitle("Normalizing gives units one scale; gamma and beta give each its own")
    first, last = np.asarray(stages[names[0]]), np.asarray(stages[names[1]])
    return DescribedFigure(
        figure,
        f"Histograms of {len(units)} units (rows) after each of the steps {', '.join(names)} (columns), "
        f"the mean marked by a dashed line. The means of the units lie {np.ptp(first.mean(axis=0)):.2f} "
        f"apart at first and {np.ptp(last.mean(axis=0)):.2f} apart after the second step, "
        "while the shape of each histogram stays as it was until the activation bends it.",
    )


def std_against_sigma(sigma, measured, formula, epsilons):
    """Draw the standard deviation that normalizing leaves against the one before, for several eps.

    Parameters
    ----------
    sigma : ndarray of shape (units,)
        The standard deviations before, ascending.
    measured, formula : ndarray of shape (epsilons, units)
        The standard deviations after: dots and lines.
    epsilons : sequence of float
        The values of eps, at most three.

    Returns
    -------
    DescribedFigure
    """
    half = [float(np.interp(0.5, line, sigma)) for line in formula]
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.9))
        axes = figure.subplots()
        chosen = np.unique(np.searchsorted(np.log(sigma), np.linspace(*np.log(sigma[[0, -1]]), 22)))
        for i, (eps, line, dots) in enumerate(zip(epsilons, formula, measured, strict=True)):
            axes.plot(sigma, line, color=colors[i], linestyle=DASHES[i], marker="")
            axes.plot(sigma[chosen], dots[chosen], color=colors[i], linestyle="", marker=MARKERS[i], markersize=5)
            axes.annotate(
                f"eps {eps:g}",
                (half[i], 0.5),
                xytext=(10, -4),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
            )
        axes.axhline(1, color=colors[3], linestyle=":", linewidth=1.2)
        axes.set(xscale="log", ylim=(0, 1.08))
        axes.set_xlabel("standard deviation before (sigma of a unit, log scale)")
        axes.set_ylabel("standard deviation after")
        figure.suptitle("A unit that hardly varies does not reach standard deviation 1")
    falls = " and ".join(f"{at:.2g} for eps {eps:g}" for at, eps in zip(half, epsilons, strict=True))
    return DescribedFigure(
        figure,
        "The standard deviation after normalizing rises from 0 to 1 in an S as that before it grows from "
        f"{sigma[0]:.1g} to {sigma[-1]:.0f}; measured dots lie on the formula's lines, which pass one half "
        f"at {falls}. "
        "The standard deviation is 1 only for units whose variance is large against eps.",
    )


def sigmoid_by_gamma(x_hat, straightness):
    """Draw a sigmoid of batch-normed sums for several gammas, each with its best straight line.

    Parameters
    ----------
    x_hat : ndarray of shape (values,)
        Normalized sums of a real layer.
    straightness : mapping of float to float
        For each gamma, the R squared of the straight line.

    Returns
    -------
    DescribedFigure
    """
    low, high = np.percentile(x_hat, [0.5, 99.5])
    sample = np.sort(x_hat[(x_hat > low) & (x_hat < high)])[:: max(1, len(x_hat) // 400)]
    with style() as colors:
        figure = Figure(figsize=(2.9 * len(straightness), 3.5))
        grid = figure.subplots(1, len(straightness), sharey=True, squeeze=False)[0]
        for axes, (gamma, r_squared) in zip(grid, straightness.items(), strict=True):
            output = 1 / (1 + np.exp(-gamma * x_hat))
            slope, height = np.polyfit(x_hat, output, 1)
            axes.plot(sample, 1 / (1 + np.exp(-gamma * sample)), color=colors[0], linestyle="", marker="o")
            axes.plot(sample, slope * sample + height, color=colors[1], linestyle="--", marker="")
            axes.set_title(f"gamma {gamma:g}: R² {r_squared:.3f}")
            axes.set(xlabel="normalized sum", ylim=(-0.25, 1.25), yticks=[0, 0.5, 1])
        grid[0].set_ylabel("sigmoid(gamma × normalized sum)")
        grid[0].text(high, 0.6, "sigmoid", color=colors[0], weight="bold", ha="right", va="top")
        grid[0].text(low, 0.42, "straight line", color=colors[1], weight="bold", va="bottom")
        figure.suptitle("Gamma decides how much of the sigmoid's bend is used")
    values = ", ".join(f"{r_squared:.3f} at gamma {gamma:g}" for gamma, r_squared in straightness.items())
    return DescribedFigure(
        figure,
        f"Outputs of a sigmoid against its normalized inputs, each with its best straight line: "
        f"R squared {values}. "
        "With a small gamma the sigmoid works as a straight line; a larger one brings its bend into play.",
    )


def predictions(true, predicted):
    """Draw predicted against true values, one panel for each model.

    Parameters
    ----------
    true : ndarray of shape (examples,)
        The right values.
    predicted : mapping of str to ndarray of shape (examples,)
        For each model its name and its predictions; at most three.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(3.9 * len(predicted), 3.7))
        grid = figure.subplots(1, len(predicted), sharex=True, sharey=True, squeeze=False)[0]
        ends = np.array([0, true.max() * 1.05])
        for i, (axes, (name, values)) in enumerate(zip(grid, predicted.items(), strict=True)):
            axes.plot(ends, ends, color=colors[3], linestyle=":", marker="")
            axes.plot(true, values, color=colors[i], linestyle="", marker=MARKERS[i])
            axes.set(title=name, xlabel="true progression of the disease")
        grid[0].set_ylabel("predicted")
        grid[-1].text(0.6 * ends[1], 0.65 * ends[1], "right answers", ha="right", color=colors[3])
        figure.suptitle("Gamma and beta set the scale of the last layer's answers")
    ranges = "; ".join(f"{name}: from {values.min():.0f} to {values.max():.0f}" for name, values in predicted.items())
    return DescribedFigure(
        figure,
        f"Predictions against true values from {true.min():.0f} to {true.max():.0f}, with the line of right answers; "
        f"{ranges}. A model whose answers do not spread like the true values cannot follow that line.",
    )


def feature_maps(maps, channels, shown=4):
    """Draw a few examples of a convolution's output, one column for each channel.

    Parameters
    ----------
    maps : ndarray of shape (batch, height, width, channels)
        Feature maps, channels last.
    channels : sequence of str
        What to call the channels; at most four.
    shown : int, default 4
        How many examples to draw.

    Returns
    -------
    DescribedFigure
    """
    batch, height, width, count = maps.shape
    means = maps.mean(axis=(0, 1, 2))
    with style() as colors:
        figure = Figure(figsize=(2.9 * count, 4.2))
        figure.suptitle("Each channel has one mean and one variance, over all places and images")
        for i, column in enumerate(figure.subfigures(1, count, wspace=0.03)):
            frame = Rectangle((0.015, 0.015), 0.97, 0.9, transform=column.transSubfigure, fill=False)
            frame.set(edgecolor=colors[i], linewidth=3, linestyle=DASHES[i])
            column.add_artist(frame)
            column.suptitle(f"channel {i}: {channels[i]}", color=colors[i], fontsize=10)
            column.supxlabel(f"one mean for {batch} × {height} × {width} numbers: {short(means[i])}", fontsize=8.5)
            for n, axes in enumerate(column.subplots(2, (shown + 1) // 2).flat):
                axes.axis("off")
                if n < shown:
                    axes.imshow(maps[n, :, :, i], cmap="gray")
    values = ", ".join(f"{name} {short(mean)}" for name, mean in zip(channels, means, strict=True))
    return DescribedFigure(
        figure,
        f"{shown} handwritten digits as seen by {count} filters, a framed column for each; the channel "
        f"means are {values}. "
        "All positions of all images in one column share one mean and one variance.",
    )
