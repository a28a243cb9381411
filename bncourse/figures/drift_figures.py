"""Figures of notebook 03: how the input of a hidden unit moves, and how many steps a network needs."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, short, style
from bncourse.figures.slider import Slider

_TALLEST = 0.3  # of a histogram; a taller column is cut off


def tiny_network(watched, moments=(0, 4, 6, 8, 20)):
    """Draw a 2-2-2-2-1 network while it trains, with the input of its marked node beside it.

    Parameters
    ----------
    watched : bncourse.hidden_units.Watched
        From `watch_tiny_network`.
    moments : sequence of int
        Which moments stand in the still strip.

    Returns
    -------
    bncourse.figures.slider.Slider
        One picture for each moment; the still figure is the strip.
    """
    edges = np.linspace(watched.inputs.min(), watched.inputs.max(), 41)
    with style() as colors:
        strip = Figure(figsize=(2.0 * len(moments), 3.9), layout="none")
        for column, moment in enumerate(moments):
            left = (column + 0.06) / len(moments)
            _draw_network(strip.add_axes([left, 0.48, 0.88 / len(moments), 0.36]), watched, moment, colors)
            axes = strip.add_axes([left + 0.02, 0.16, 0.84 / len(moments) - 0.02, 0.3])
            _draw_inputs(axes, watched, moment, edges, colors, short=True)
            strip.text(left + 0.44 / len(moments), 0.86, _moment(watched, moment), ha="center", fontsize=10)
        strip.suptitle("The weights change, so the input of the marked node moves")
        strip.supxlabel("input of the marked node", fontsize=10)
        pictures = [_picture(watched, moment, edges, colors) for moment in range(len(watched.steps))]
    told = "; ".join(f"step {watched.steps[i]}: {_where(watched.inputs[i])}" for i in moments)
    still = DescribedFigure(
        strip,
        "Five moments of training of a network with layers of 2, 2, 2, 2 and 1 nodes, the first two hidden layers "
        "boxed and a node of the second marked, with a histogram of that node's input under each, ones hatched and "
        f"zeros plain. {told}: the layers above have to learn from an input whose place and width change.",
    )
    return Slider(pictures, [_moment(watched, i) for i in range(len(pictures))], "Training", still, True, "What moves?")


def percentiles(steps, bands):
    """Draw the 15th, 50th and 85th percentile of a unit's input over training, one panel for each network.

    Parameters
    ----------
    steps : ndarray of shape (moments,)
        The steps of training.
    bands : mapping of str to ndarray of shape (moments, 3)
        For each network its name and the percentiles.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(4.2 * len(bands), 3.7))
        grid = figure.subplots(1, len(bands), sharex=True, sharey=True, squeeze=False)[0]
        for i, (axes, (name, band)) in enumerate(zip(grid, bands.items(), strict=True)):
            axes.fill_between(steps, band[:, 0], band[:, 2], color=to_rgba(colors[i], 0.2))
            for line, dash in zip(band.T, ("--", "-", ":"), strict=True):
                axes.plot(steps, line, color=colors[i], linestyle=dash, marker="")
            axes.set(title=name, xlabel="step of training")
        for label, end in zip(("15th", "median", "85th"), band[-1], strict=True):  # of the last panel
            axes.annotate(
                label, (steps[-1], end), xytext=(4, 0), textcoords="offset points", color=colors[i], va="center"
            )
        grid[0].set_ylabel("input of the sigmoid")
        figure.suptitle("At learning rate 1, the input of this sigmoid moves less with batch norm")
    moved = "; ".join(
        f"{name}: the median between {short(band[:, 1].min())} and {short(band[:, 1].max())}, the band from "
        f"{short(np.ptp(band[:, [0, 2]], axis=1).min())} to {short(np.ptp(band[:, [0, 2]], axis=1).max())} wide"
        for name, band in bands.items()
    )
    return DescribedFigure(
        figure,
        f"The 15th, 50th and 85th percentile of one sigmoid's input over {steps[-1]} steps of training; {moved}. "
        "Without batch norm the input moves and widens during training; with it, here, it moves less.",
    )


def learning_rates(rates, found, limit=1500):
    """Draw the steps to the target accuracy against the learning rate.

    Parameters
    ----------
    rates : sequence of float
        The learning rates.
    found : mapping of str to ndarray of shape (rates,)
        "none" and "batch": the steps; infinity for a run that did not arrive.
    limit : int
        When the runs were given up.

    Returns
    -------
    DescribedFigure
    """
    rates = np.asarray(rates)
    names = {"none": "without batch norm", "batch": "with batch norm"}
    never = 1.6 * limit
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.9))
        axes = figure.subplots()
        axes.axhline(1.22 * limit, color=colors[3], linestyle=":", linewidth=1)
        axes.text(
            rates[-1], 1.9 * limit, f"not within {limit} steps", color=colors[3], ha="right", va="bottom", fontsize=9
        )
        for i, (name, label) in enumerate(names.items()):
            arrived = np.isfinite(found[name])
            shift = rates * (0.96, 1.04)[i]
            axes.plot(
                shift[arrived],
                found[name][arrived],
                color=colors[i],
                linestyle=DASHES[i],
                marker=MARKERS[i],
                markersize=7,
            )
            axes.plot(
                shift[~arrived],
                np.full((~arrived).sum(), never),
                color=colors[i],
                linestyle="",
                marker=MARKERS[i],
                markersize=7,
                markerfacecolor="none",
            )
            if arrived.any():
                best = np.nanargmin(np.where(arrived, found[name], np.nan))
                axes.annotate(
                    f"{label}: {found[name][best]:.0f} at best",
                    (np.sqrt(rates[0] * rates[-1]), found[name][best]),
                    xytext=(0, -10),
                    textcoords="offset points",
                    color=colors[i],
                    weight="bold",
                    ha="center",
                    va="top",
                )
        axes.set(
            xscale="log",
            yscale="log",
            ylim=(30, 3.4 * limit),
            xlabel="learning rate (log scale)",
            ylabel="steps to 85 % (log scale)",
        )
        axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
        axes.set_yticks([30, 100, 300, 1000], ["30", "100", "300", "1000"])
        axes.minorticks_off()
        figure.suptitle("Batch norm needs fewer steps, and works at more learning rates")
    told = "; ".join(
        f"{label}: " + ", ".join(f"{_steps(n)} at {rate:g}" for rate, n in zip(rates, found[name], strict=True))
        for name, label in names.items()
    )
    return DescribedFigure(
        figure,
        f"Steps to 85 % of the test digits against the learning rate; {told}. "
        "With batch norm the network arrives sooner, and its learning rate matters less.",
    )


def input_scaling(numbers):
    """Draw the steps to the target with and without batch norm, for raw and for standardized inputs.

    Parameters
    ----------
    numbers : mapping of str to float
        From `bncourse.convergence.input_scaling`.

    Returns
    -------
    DescribedFigure
    """
    labels = {
        "sigmoid_raw": "sigmoid",
        "sigmoid_raw_times_4": "sigmoid, 4 times the weights",
        "sigmoid_standardized": "sigmoid, standardized inputs",
        "sigmoid_standardized_times_4": "sigmoid, both",
        "relu_raw": "ReLU",
        "relu_standardized": "ReLU, standardized inputs",
    }
    with style() as colors:
        figure = Figure(figsize=(7.5, 4.0))
        axes = figure.subplots()
        for row, name in enumerate(labels):
            none, batch = (numbers[f"{name}_{norm}"] for norm in ("none", "batch"))
            axes.plot([batch, none], [row, row], color=colors[3], linestyle="-", linewidth=1.2, marker="")
            for i, steps in enumerate((none, batch)):
                axes.plot(steps, row, color=colors[i], linestyle="", marker=MARKERS[i], markersize=8)
            gain = f"{numbers[f'{name}_gain']:.1f} times"
            right = max(none, batch)
            axes.annotate(gain, (right, row), xytext=(12, 0), textcoords="offset points", va="center")
        for i, (norm, label) in enumerate((("none", "without batch norm"), ("batch", "with"))):
            axes.annotate(
                label,
                (numbers[f"sigmoid_raw_{norm}"], 0),
                xytext=(0, 12),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
                ha="center",
            )
        axes.set_yticks(range(len(labels)), list(labels.values()))
        axes.set(xscale="log", xlabel="steps to 85 % of the test digits (log scale)", ylim=(5.5, -0.9), xlim=(15, 4000))
        axes.set_xticks([30, 100, 300, 1000], ["30", "100", "300", "1000"])
        axes.minorticks_off()
        axes.set_ylabel("network")
        figure.suptitle("Three preparations take most of batch norm's gain away")
    told = "; ".join(
        f"{label}: {numbers[f'{name}_none']:.0f} without, {numbers[f'{name}_batch']:.0f} with batch norm"
        for name, label in labels.items()
    )
    return DescribedFigure(
        figure,
        f"Steps to 85 % in six settings; {told}. "
        "Standardized inputs, larger weights at the start and a kinder activation take away most of what batch norm "
        "gains here.",
    )


def _steps(number):
    return f"{number:.0f}" if np.isfinite(number) else "never"


def _moment(watched, moment):
    return f"step {watched.steps[moment]}"


def _where(inputs):
    low, median, high = np.percentile(inputs, [15, 50, 85])
    return f"median {short(median)}, middle 70 % over {short(high - low)}"


def _picture(watched, moment, edges, colors):
    figure = Figure(figsize=(8.6, 3.5), layout="none")
    _draw_network(figure.add_axes([0.02, 0.06, 0.46, 0.76]), watched, moment, colors)
    _draw_inputs(figure.add_axes([0.55, 0.17, 0.42, 0.62]), watched, moment, edges, colors)
    figure.text(
        0.25, 0.85, f"{_moment(watched, moment)}: {watched.accuracy[moment]:.0%} right", ha="center", fontsize=10
    )
    figure.suptitle("The weights change, so the input of the marked node moves")
    return DescribedFigure(
        figure,
        f"The network after step {watched.steps[moment]}, and the histogram of its marked node's input: "
        f"{_where(watched.inputs[moment])}. A dotted outline shows the input before training.",
    )


def _draw_network(axes, watched, moment, colors):
    places = [[(column, row) for row in (0.75, -0.75)] for column in range(4)] + [[(4, 0)]]
    axes.set(xlim=(-0.4, 4.4), ylim=(-1.3, 1.75), aspect="equal")
    axes.axis("off")
    for column in (1, 2):
        axes.add_patch(Rectangle((column - 0.32, -1.2), 0.64, 2.4, fill=False, edgecolor=colors[3], linewidth=1.2))
    for layer, weights in enumerate(watched.weights[moment]):
        for (i, j), weight in np.ndenumerate(weights):
            start, end = places[layer][i], places[layer + 1][j]
            axes.plot(
                *zip(start, end, strict=True),
                color=colors[0 if weight > 0 else 1],
                linestyle="-" if weight > 0 else (0, (4, 2)),
                linewidth=min(0.4 + 1.1 * abs(weight), 6),
                marker="",
                zorder=1,
            )
    for column, nodes in enumerate(places):
        for row, place in enumerate(nodes):
            marked = (column, row) == (2, 0)
            node = Circle(place, 0.17, facecolor=colors[2] if marked else "white", edgecolor=colors[3], zorder=2)
            axes.add_artist(node)  # not a patch, whose place in the limits would be looked for: these stand already
    axes.annotate(
        "", (2, 0.93), (2, 1.75), arrowprops={"arrowstyle": "-|>", "color": colors[2], "linewidth": 2}, zorder=3
    )


def _draw_inputs(axes, watched, moment, edges, colors, short=False):
    count = len(watched.is_one)
    before = np.histogram(watched.inputs[0], edges)[0] / count
    axes.stairs(np.minimum(before, _TALLEST), edges, color=colors[3], alpha=0.6, linestyle=":", linewidth=1.2)
    for of, color, hatch in ((watched.is_one, colors[2], "////"), (~watched.is_one, colors[1], "")):
        now = np.minimum(np.histogram(watched.inputs[moment][of], edges)[0] / count, _TALLEST)
        axes.stairs(now, edges, fill=True, facecolor=to_rgba(color, 0.4), edgecolor=color, hatch=hatch)
    axes.axvline(np.median(watched.inputs[moment]), color=colors[3], linestyle="--", linewidth=1.5)
    axes.set(ylim=(0, _TALLEST), yticks=[])
    axes.spines["left"].set_visible(False)
    if short:
        axes.tick_params(labelsize=8)
    else:
        axes.set(xlabel="input of the marked node", ylabel="share of the digits")
        axes.set_title("ones hatched, zeros plain, median dashed, step 0 dotted", fontsize=9)
