"""Figures of notebook 06: what the running statistics know, and what that does to the answers."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style
from bncourse.figures.slider import Slider


def accuracy_by_batch_size(sizes, batch, running):
    """Draw the accuracy with batch statistics against how many test digits come at once.

    Parameters
    ----------
    sizes : ndarray of shape (sizes,)
        How many digits come at once.
    batch : ndarray of shape (sizes,)
        The accuracy when each batch is normalized with its own statistics.
    running : float
        The accuracy with running statistics, which does not depend on the batch.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.6))
        axes = figure.subplots()
        axes.plot(sizes, batch, color=colors[1], linestyle=DASHES[1], marker=MARKERS[1], markersize=6)
        axes.axhline(running, color=colors[0], linestyle=DASHES[0])
        axes.text(sizes[0], running + 0.02, "running statistics", color=colors[0], weight="bold", va="bottom")
        axes.annotate(
            "statistics of the batch",
            (sizes[2], batch[2]),
            xytext=(12, -8),
            textcoords="offset points",
            color=colors[1],
            weight="bold",
        )
        axes.axhline(0.1, color=colors[3], linestyle=":", linewidth=1.2)
        axes.text(sizes[-1], 0.12, "guessing", color=colors[3], ha="right", va="bottom")
        axes.set(xscale="log", ylim=(0, 1.08), xlabel="test digits that come together (log scale)")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.set_ylabel("test accuracy")
        figure.suptitle("A batch's own statistics need a batch; running ones need none")
    return DescribedFigure(
        figure,
        f"With the batch's own statistics the test accuracy rises from {batch[0]:.2f} for digits that come alone to "
        f"{batch[-1]:.2f} for {sizes[-1]} together; with running statistics it is {running:.2f} throughout. "
        "After training, batch norm should not need neighbours.",
    )


def noise_of_the_mean(means, unit=0):
    """Step through batch sizes: how far the mean of a batch lies from that of all examples.

    Parameters
    ----------
    means : dict of int to ndarray of shape (draws, units)
        From `bncourse.experiments.layer.batch_dependence.batch_means`.
    unit : int, default 0
        Whose means the histograms show. The spread is that of all units.

    Returns
    -------
    bncourse.figures.slider.Slider
        One picture for each size; the still figure shows all spreads.
    """
    spread = {size: float(np.sqrt(found.var(axis=0).mean())) for size, found in means.items()}
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.4))
        _spreads(figure.subplots(), spread, None, colors)
        figure.suptitle("Four times the batch, half the noise of its mean")
        pictures = [_means(found[:, unit], size, spread, colors) for size, found in means.items()]
    first, last = min(spread), max(spread)
    still = DescribedFigure(
        figure,
        f"On two log scales, the spread of batch means falls from {spread[first]:.2f} standard deviations of a unit at "
        f"batch size {first} to {spread[last]:.2f} at {last}, along the line 1 / sqrt(batch size). "
        "Small batches make noisy statistics, and each halving of the noise needs four times the examples.",
    )
    return Slider(
        pictures, [str(size) for size in means], "batch size", still, question="When is the spread half as large?"
    )


def memory(found, momentum):
    """Draw a unit's variance and the test accuracy through the first steps, for one momentum.

    Parameters
    ----------
    found : dict
        From `bncourse.running.memory`.
    momentum : float
        One of its momenta.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(9.4, 3.7))
        left, right = figure.subplots(1, 2)
        _variance(left, found, momentum, colors)
        _accuracy(right, found, [momentum], colors)
        figure.suptitle(f"Momentum {momentum:g}: {_verdict(found, momentum)}")
    start = found["batch"][2] - found["running"][momentum][2]
    last = found["batch"][-1] - found["running"][momentum][-1]
    steps = found["marks"]
    return DescribedFigure(
        figure,
        f"Left, a unit's variance in each batch as dots, and its running variance of momentum {momentum:g} as a "
        f"line that starts at 1; right, the test accuracy with batch and with running statistics, which differ by "
        f"{100 * start:.1f} points after {steps[2]} steps and {100 * last:.1f} after {steps[-1]}. "
        f"Here {_verdict(found, momentum)}.",
    )


def memories(found, momenta):
    """Draw what `memory` draws, for up to three momenta in one still picture.

    Parameters
    ----------
    found : dict
        From `bncourse.running.memory`.
    momenta : sequence of float
        Up to three of its momenta.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(9.4, 5.6))
        grid = figure.subplots(2, len(momenta), sharex=True, sharey="row", squeeze=False)
        for column, momentum in enumerate(momenta):
            _variance(grid[0, column], found, momentum, colors, label=column == 0)
            _accuracy(grid[1, column], found, [momentum], colors, label=column == 0)
            grid[0, column].set(title=f"momentum {momentum:g}", xlabel="")
            if column:
                grid[0, column].set_ylabel("")
                grid[1, column].set_ylabel("")
        figure.suptitle("The larger the momentum, the longer the accuracy lags")
    gaps = ", ".join(f"{100 * (found['batch'][2] - found['running'][m][2]):.1f} at momentum {m:g}" for m in momenta)
    return DescribedFigure(
        figure,
        "Top, a unit's variance in each batch as dots, and its running variance as a line that starts at 1; bottom, "
        f"the test accuracy with batch and with running statistics. After {found['marks'][2]} steps the running ones "
        f"are behind by {gaps} (in points): the larger the momentum, the longer they know too little.",
    )


def three_statistics(found, steps):
    """Draw the accuracy with batch, running and population statistics after some numbers of steps.

    Parameters
    ----------
    found : dict of float
        From `bncourse.running.first_steps`.
    steps : sequence of int
        The numbers of steps, as in the keys of `found`.

    Returns
    -------
    DescribedFigure
    """
    kinds = {
        "batch": "one large batch of test digits",
        "running_0.99": "running (momentum 0.99)",
        "population": "whole training set",
    }
    title = f"After {steps[0]} steps the running statistics are late; after {steps[-1]} they are not"
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.6))
        axes = figure.subplots()
        for i, (kind, name) in enumerate(kinds.items()):
            heights = [found[f"{kind}_{step}"] for step in steps]
            places = [group + 0.28 * (i - 1) for group in range(len(steps))]
            hatch, color = ("", "//", "..")[i], colors[(1, 0, 2)[i]]  # the colours of the figures above
            axes.bar(places, heights, 0.24, color=color, label=name, hatch=hatch, edgecolor="#ecebe6")
            for place, height in zip(places, heights, strict=True):
                axes.text(place, height + 0.01, f"{height:.3f}", ha="center", va="bottom", fontsize=9)
        axes.set_xticks(range(len(steps)), [f"after {step} steps" for step in steps])
        axes.set(ylim=(0, 1.05), ylabel="test accuracy", xlabel="training")
        axes.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, 1.16), columnspacing=1.2)
        axes.set_title(" ", fontsize=16)  # room for the legend
        figure.suptitle(title)
    values = []
    for step in steps:
        heights = ", ".join(f"{name} {found[f'{kind}_{step}']:.3f}" for kind, name in kinds.items())
        values.append(f"after {step} steps {heights}")
    return DescribedFigure(
        figure,
        f"Bars of the test accuracy with three kinds of statistics: {'; '.join(values)}. "
        "Statistics of the whole training set close the early gap without a change of the weights.",
    )


def _variance(axes, found, momentum, colors, label=True):
    axes.plot(found["batch_var"], color=colors[3], linestyle="", marker=".", markersize=3, alpha=0.6)
    axes.plot(found["running_var"][momentum], color=colors[0], linestyle="-", marker="", linewidth=2.5)
    highest = max(1.0, found["batch_var"].max())
    if label:  # above all that is drawn, whatever the momentum: the line of a large one stays near 1
        last = len(found["batch_var"])
        axes.text(last, 1.25 * highest, "━ running variance", color=colors[0], weight="bold", ha="right")
        axes.text(last, 1.12 * highest, "• variance of each batch", color=colors[3], ha="right")
    axes.set(xlabel="step", ylabel="variance of one unit", ylim=(0, 1.35 * highest))


def _accuracy(axes, found, momenta, colors, label=True):
    marks = found["marks"]
    axes.plot(marks, found["batch"], color=colors[1], linestyle=DASHES[1], marker="")
    for momentum in momenta:
        axes.plot(marks, found["running"][momentum], color=colors[0], linestyle="-", marker="o", markersize=4)
    if label:
        axes.text(marks[-1], 0.2, "● running statistics", color=colors[0], weight="bold", ha="right")
        axes.text(marks[-1], 0.1, "-- statistics of the batch", color=colors[1], weight="bold", ha="right")
    axes.set(ylim=(0, 1.02), xlabel="step", ylabel="test accuracy")


def _verdict(found, momentum):
    gap = found["batch"] - found["running"][momentum]
    late = [int(step) for step, size in zip(found["marks"], gap, strict=True) if size > 0.03]
    if not late:
        return "the running statistics follow at once"
    if late[-1] == found["marks"][-1]:
        return f"still behind after {late[-1]} steps"
    return f"behind by more than 3 points up to step {late[-1]}"


def _means(found, size, spread, colors):
    # axes in fixed places: quicker to draw, and nothing jumps from picture to picture
    figure = Figure(figsize=(7.5, 3.4), layout="none")
    left, right = figure.add_axes([0.05, 0.16, 0.44, 0.7]), figure.add_axes([0.59, 0.16, 0.39, 0.7])
    left.hist(found, np.linspace(-2.4, 2.4, 49), histtype="stepfilled", facecolor=to_rgba(colors[0], 0.5))
    left.axvline(0, color=colors[3], linestyle=":", linewidth=1.2)
    left.set(xlabel="mean of a batch, in std of the unit (0: all digits)", yticks=[], xlim=(-2.4, 2.4))
    left.set_ylabel(f"{len(found)} batches")
    _spreads(right, spread, size, colors)
    figure.suptitle(f"Batch size {size}: the mean spreads by {spread[size]:.2f} of a standard deviation")
    return DescribedFigure(
        figure,
        f"Left, a histogram of the means of {len(found)} batches of {size} digits, around the mean of all; right, the "
        f"spread for each batch size with this one marked, {spread[size]:.2f} standard deviations of a unit. "
        f"The line 1 / sqrt(batch size) says {size**-0.5:.2f}.",
    )


def _spreads(axes, spread, marked, colors):
    sizes = np.array(list(spread))
    axes.plot(sizes, sizes**-0.5, color=colors[3], linestyle="-", marker="", linewidth=1.5)
    axes.plot(sizes, list(spread.values()), color=colors[0], linestyle="", marker="o", markersize=6)
    if marked:
        axes.plot(marked, spread[marked], color=colors[1], linestyle="", marker="D", markersize=10)
    axes.text(sizes[0], spread[sizes[-1]], "• measured", color=colors[0], weight="bold", va="bottom")
    axes.text(sizes[0], 1.3 * spread[sizes[-1]], "━ 1 / sqrt(batch size)", color=colors[3], va="bottom")
    axes.set(xscale="log", yscale="log", xlabel="batch size (log scale)", ylabel="spread of the mean (log scale)")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    ticks = [0.05, 0.1, 0.2, 0.5]
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()
