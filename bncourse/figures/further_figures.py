"""Figures of the further sections of notebook 06."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style

KINDS = {"precise": "taken anew", "running_0.9": "running, momentum 0.9", "running_0.99": "running, momentum 0.99"}


def precise(found, settings):
    """Draw the accuracy with running statistics beside that with statistics taken anew, for several trainings.

    Parameters
    ----------
    found : dict of float
        From `bncourse.experiments.layer.precise.recomputed`.
    settings : mapping of str to tuple of int and float
        For each name in it the digits of a mini-batch and the learning rate.

    Returns
    -------
    DescribedFigure
    """
    names = {name: f"batches of {batch:,}, rate {lr:g}" for name, (batch, lr) in settings.items()}
    told = []
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.6))
        axes = figure.subplots()
        for row, name in enumerate(names):
            for i, kind in enumerate(KINDS):
                height = found[f"{name}_{kind}"]
                place = row + 0.26 * (i - 1)
                axes.plot(
                    height, place, color=colors[i], marker=MARKERS[i], linestyle="", markersize=7,
                    label=KINDS[kind] if row == 0 else None,
                )  # fmt: skip
                axes.annotate(
                    f"{100 * height:.1f} %", (height, place), xytext=(9, 0), textcoords="offset points", va="center"
                )
            told.append(f"{names[name]}: " + ", ".join(f"{KINDS[k]} {100 * found[f'{name}_{k}']:.1f}" for k in KINDS))
        low, high = min(found.values()), max(found.values())
        axes.set_yticks(range(len(names)), list(names.values()))
        axes.set(xlim=(low - 0.03, high + 0.25 * (high - low)), ylim=(len(names) - 0.5, -0.5))
        axes.set(xlabel="test accuracy of the same weights", ylabel="training")
        axes.legend(frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.4, 1.16), columnspacing=1.2)
        axes.set_title(" ", fontsize=16)  # room for the legend
        figure.suptitle("In large batches momentum 0.99 comes late; at a large rate it costs a little")
    return DescribedFigure(
        figure,
        f"Dots of the test accuracy in percent with three kinds of statistics; {'; '.join(told)}. "
        "Statistics taken anew do not depend on how long the running ones remember.",
    )


def accumulation(found, sizes):
    """Draw how far gradients averaged over micro-batches are from that of the whole batch.

    Parameters
    ----------
    found : dict of str to ndarray of shape (sizes,)
        From `bncourse.experiments.layer.accumulation.differences`.
    sizes : sequence of int
        Digits in a micro-batch; the last one is the whole batch, which is left out.

    Returns
    -------
    DescribedFigure
    """
    names = {"batch": "batch norm", "layer": "layer norm", "none": "no normalizer"}
    sizes, told = sizes[:-1], []
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.6))
        axes = figure.subplots()
        for i, (kind, name) in enumerate(names.items()):
            apart = found[kind][: len(sizes)]
            axes.plot(sizes, apart, color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=7)
            axes.annotate(
                name, (sizes[-1], apart[-1]), xytext=(0, (9, 12, -9)[i]), textcoords="offset points", color=colors[i],
                weight="bold", ha="right", va="top" if i == 2 else "bottom",
            )  # fmt: skip
            told.append(
                f"{name} " + ", ".join(f"{value:.1g} at {size}" for size, value in zip(sizes, apart, strict=True))
            )
        axes.set(xscale="log", yscale="log", ylim=(1e-18, 1e3), xlabel="digits in a micro-batch (log scale)")
        axes.set_ylabel("difference, relative (log scale)")
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        figure.suptitle("Micro-batches give the gradient of 64, except with batch norm")
    return DescribedFigure(
        figure,
        f"How far the gradient averaged over micro-batches is from that of 64 digits at once, relative to it: "
        f"{'; '.join(told)}. Only where examples share statistics does it matter how they are divided.",
    )


def half_precision(numbers, means):
    """Draw the error of a variance in numbers of 16 bits against the mean, for both formats and both ways.

    Parameters
    ----------
    numbers : dict of float
        From `bncourse.experiments.layer.half_precision.errors`.
    means : sequence of float
        Of the units.

    Returns
    -------
    DescribedFigure
    """
    lines = {
        "float16_squares": "float16, squares", "bfloat16_squares": "bfloat16, squares",
        "float16_subtract": "float16, subtract first", "bfloat16_subtract": "bfloat16, subtract first",
    }  # fmt: skip
    told = []
    with style() as colors:
        figure = Figure(figsize=(7.5, 4.0))
        axes = figure.subplots()
        for i, (name, label) in enumerate(lines.items()):
            off = np.array([numbers[f"{name}_{mean:g}"] for mean in means])
            finite = np.isfinite(off)
            axes.plot(
                np.array(means)[finite], off[finite], color=colors[i], linestyle=DASHES[i], marker=MARKERS[i],
                markersize=7, label=label,
            )  # fmt: skip
            for mean in np.array(means)[~finite]:
                axes.annotate("overflow", (mean, 12), color=colors[i], weight="bold", ha="right", va="center")
            values = ", ".join(
                (f"{value:.2g}" if np.isfinite(value) else "overflow") + f" at {mean:g}"
                for mean, value in zip(means, off, strict=True)
            )
            told.append(f"{label}: {values}")
        axes.set(
            xscale="log", yscale="log", xlabel="mean of the units, whose variance is 1 (log scale)", ylim=(5e-5, 30)
        )
        axes.set_ylabel("error of the variance, relative (log scale)")
        axes.set_xticks(means, [f"{mean:g}" for mean in means])
        axes.minorticks_off()
        axes.legend(frameon=False, ncols=2, loc="upper center", bbox_to_anchor=(0.45, 1.26), columnspacing=1.2)
        axes.set_title(" ", fontsize=32)  # room for the legend
        figure.suptitle("In 16 bits the squares cancel or overflow; subtract first")
    return DescribedFigure(
        figure,
        f"The median error of a variance against the mean; {'; '.join(told)}. "
        "Where the mean is large beside the spread, subtracting it first leaves more digits.",
    )
