"""Figures of notebook 09: which numbers share statistics, small and odd batches, and new domains."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style

NAMES = {"batch": "batch norm", "layer": "layer norm", "group": "group norm"}

TITLES = {
    "layer norm": "layer norm\nof the whole map",
    "layer norm of a position": "layer norm\nof each position",
}


def axes_of_normalizers(shared, at):
    """Draw which numbers of some feature maps share a mean and a variance with a marked one.

    Parameters
    ----------
    shared : dict of str to ndarray of bool of shape (images, height, width, channels)
        For each normalizer, True where a number has a say; from `bncourse.experiments.normalizers.sharing.shared`.
    at : tuple of int
        Image, row, column and channel of the marked number.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(11.4, 2.5))
        panels = figure.subplots(1, len(shared), sharey=True)
        for axes, (name, mask) in zip(panels, shared.items(), strict=True):
            _maps(axes, mask, at, colors)
            axes.set_title(TITLES.get(name, name), fontsize=11)
            axes.set(xlabel="channel")
        panels[0].set_ylabel("image")
        figure.suptitle("Dark: the numbers that share one mean and one variance with the marked one")
    images, height, width, channels = next(iter(shared.values())).shape
    counts = ", ".join(f"{name} {int(mask.sum())}" for name, mask in shared.items())
    return DescribedFigure(
        figure,
        f"{len(shared)} grids of {images} images by {channels} channels, each cell with its {height} by {width} "
        "positions; one number is marked. Dark are the numbers whose change changes the normalized number: batch norm "
        "takes a column of all images, layer norm the whole row of the image or, of each position, its channels alone, "
        "instance norm one cell, group norm half of the row "
        f"(in numbers: {counts}).",
    )


def errors_by_batch_size(found):
    """Draw the test error of networks against the batch size they were trained with.

    Parameters
    ----------
    found : dict of int to dict of float
        For each batch size the errors of "batch", "layer" and "group"; from
        `bncourse.experiments.normalizers.batch_composition.errors`.

    Returns
    -------
    DescribedFigure
    """
    sizes = list(found)
    lines = {kind: np.array([of_size[kind] for of_size in found.values()]) for kind in NAMES}
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.4))
        axes = figure.subplots()
        for i, (kind, name) in enumerate(NAMES.items()):
            axes.plot(sizes, lines[kind], color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], label=name)
        axes.set(xscale="log", xlabel="digits in a training batch (log scale)", ylabel="test error")
        axes.set_ylim(0, 1.15 * max(line.max() for line in lines.values()))
        axes.set_xticks(sizes, [str(size) for size in sizes])
        axes.minorticks_off()
        axes.legend(frameon=False, handlelength=4)
        figure.suptitle("With batches of two, only batch norm does badly")
    ends = ", ".join(f"{name} {lines[kind][0]:.2f} and {lines[kind][-1]:.2f}" for kind, name in NAMES.items())
    return DescribedFigure(
        figure,
        f"Test error against batch size; at {sizes[0]} and at {sizes[-1]} digits a batch it is: {ends}. "
        "Batch norm alone takes its statistics from the batch.",
    )


def adaptation(pictures, numbers, domain):
    """Draw the accuracy after several shifts with three choices of statistics, each beside a picture.

    Parameters
    ----------
    pictures : dict of str to ndarray of shape (height, width)
        A digit as each shift shows it.
    numbers : dict of float
        From `bncourse.experiments.normalizers.adaptation.after_shifts`.
    domain : dict of float
        From `bncourse.experiments.normalizers.adaptation.after_domain_shift`.

    Returns
    -------
    DescribedFigure
    """
    ways = {
        "source": "batch norm, statistics of the training set",
        "target": "batch norm, statistics of the target (AdaBN)",
        "inputs": "no batch norm, inputs standardized in the target",
    }
    rows = [*pictures, "mnist"]
    found = numbers | domain
    with style() as colors:
        figure = Figure(figsize=(8.6, 4.8), layout="none")
        axes = figure.add_axes([0.27, 0.12, 0.7, 0.68])
        for i, (way, name) in enumerate(ways.items()):
            values = [found[f"{row} {way}"] for row in rows]
            heights = np.arange(len(rows)) + (i - 1) * 0.14
            axes.plot(values, heights, color=colors[i], linestyle="", marker=MARKERS[i], markersize=7, label=name)
        last = len(rows) - 1.5  # below it another network reads another data set
        for value, top, bottom in [(found["clean source"], -0.5, last), (found["home"], last, last + 1)]:
            axes.vlines(value, top, bottom, color=colors[3], linestyle=":", linewidth=1.2)
        axes.text(1, -0.62, "batch norm, unchanged digits", color=colors[3], ha="right", fontsize=9)
        axes.hlines(np.arange(len(rows) - 1) + 0.5, 0, 1, color=to_rgba(colors[3], 0.15), linewidth=1)
        axes.set(xlim=(0, 1), ylim=(len(rows) - 0.5, -0.5), xlabel="test accuracy (guessing: 0.1)")
        axes.set_yticks(range(len(rows)), [*pictures, "MNIST, trained on\nanother data set"])
        axes.tick_params(axis="y", length=0, pad=44)
        for place, picture in enumerate(pictures.values()):
            inset = axes.inset_axes((-0.075, 1 - (place + 0.94) / len(rows), 0.06, 0.88 / len(rows)))
            inset.imshow(picture, cmap="gray", vmin=0, vmax=1.5, aspect="auto")
            inset.set(xticks=[], yticks=[])
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(
            handles, labels, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 0.95), fontsize=9, ncols=2
        )
        figure.suptitle("New statistics fix brightness and contrast here, but not rotation or inversion", y=0.99)
    values = [", ".join(f"{found[f'{row} {way}']:.2f}" for way in ways) for row in rows]
    said = "; ".join(f"{row} {accuracies}" for row, accuracies in zip(rows, values, strict=True))
    return DescribedFigure(
        figure,
        "Test accuracy after seven changes of the images and one change of the data set, with the statistics of the "
        f"training set, those of the target, and standardized inputs without batch norm: {said}. "
        "New statistics in batch norm fix brightness, fog and contrast, the uneven sensor and noise in part, rotation "
        "and inversion not; standardized inputs fix the uneven sensor too.",
    )


def entropy_steps(numbers):
    """Draw accuracy and entropy with old statistics, with new ones, and after steps of gamma and beta.

    Parameters
    ----------
    numbers : dict of float
        From `bncourse.experiments.normalizers.entropy_steps.measured`.

    Returns
    -------
    DescribedFigure
    """
    shifts = list(dict.fromkeys(name.split()[0] for name in numbers))
    panels_show = {
        "test accuracy": {"source": "old statistics", "target": "new statistics", "tent": "new statistics, then steps"},
        "mean entropy of the answers": {"entropy": "new statistics", "entropy after": "new statistics, then steps"},
    }
    with style() as colors:
        figure = Figure(figsize=(9.2, 3.8))
        for axes, (quantity, ways) in zip(figure.subplots(1, 2), panels_show.items(), strict=True):
            for i, (way, name) in enumerate(ways.items(), start=3 - len(ways)):
                values = [numbers[f"{shift} {way}"] for shift in shifts]
                places = np.arange(len(shifts)) + 0.16 * (i - 1)
                axes.plot(values, places, color=colors[i], marker=MARKERS[i], markersize=8, linestyle="", label=name)
            axes.set(xlim=(0, None), ylim=(len(shifts) - 0.5, -0.5), xlabel=quantity, ylabel="the digits are")
            axes.set_yticks(range(len(shifts)), [{"noise": "noisy"}.get(shift, shift) for shift in shifts])
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False)
        figure.suptitle("The steps make the network surer, and hardly more often right")
    every_way = [way for ways in panels_show.values() for way in ways]
    rows = {shift: ", ".join(f"{numbers[f'{shift} {way}']:.2f}" for way in every_way) for shift in shifts}
    said = "; ".join(f"{shift} {row}" for shift, row in rows.items())
    return DescribedFigure(
        figure,
        "Left, the accuracy with old statistics, with new ones, and after the steps; right, the entropy with new "
        f"statistics and after the steps: {said}. In the steps the entropy falls for each shift, and the accuracy "
        "hardly moves.",
    )


def _maps(axes, mask, at, colors):
    """Draw a grid of images by channels, each cell cut into its positions."""
    images, height, width, channels = mask.shape
    for image, row, column, channel in np.ndindex(mask.shape):
        place = (channel + 0.06 + 0.88 * column / width, image + 0.06 + 0.88 * row / height)
        dark = mask[image, row, column, channel]
        face = colors[0] if dark else to_rgba(colors[3], 0.08)
        axes.add_patch(Rectangle(place, 0.88 / width, 0.88 / height, facecolor=face, edgecolor="#ecebe6", linewidth=1))
    image, row, column, channel = at
    place = (channel + 0.06 + 0.88 * (column + 0.5) / width, image + 0.06 + 0.88 * (row + 0.5) / height)
    axes.plot(*place, color="#ffffff", marker="D", markersize=4, linestyle="")
    axes.set(xlim=(0, channels), ylim=(images, 0), aspect="equal")
    axes.set_xticks(np.arange(channels) + 0.5, [str(channel) for channel in range(channels)])
    axes.set_yticks(np.arange(images) + 0.5, [str(image) for image in range(images)])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
