"""Figures of shifts and of their detection: arrays in, a `DescribedFigure` out."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style


def digits_of_two_sources(home, elsewhere, shares, examples=10):
    """Draw digits of two data sets in two rows, with the share that one classifier gets right.

    Parameters
    ----------
    home, elsewhere : ndarray of shape (at least examples, 64)
        Images of 8 x 8 pixels.
    shares : (float, float)
        The accuracy in the first and in the second.
    examples : int, default 10
        How many to draw in a row.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(8.6, 2.9))
        names = ("where it learned", "elsewhere: MNIST")
        for i, (row, images) in enumerate(zip(figure.subfigures(2, 1), (home, elsewhere), strict=True)):
            row.suptitle(
                f"{names[i]}: {100 * shares[i]:.0f} of 100 right", color=colors[i], fontsize=10, x=0.02, ha="left"
            )
            for axes, image in zip(row.subplots(1, examples), images, strict=False):
                axes.imshow(image.reshape(8, 8), cmap="gray", vmin=0, vmax=1)
                axes.axis("off")
        figure.suptitle("Digits of the same size from another source are read far worse")
    return DescribedFigure(
        figure,
        f"Two rows of handwritten digits of 8 by 8 pixels: a classifier reads {100 * shares[0]:.0f} of 100 right in "
        f"the data set it learned from, and {100 * shares[1]:.0f} of 100 in MNIST. "
        "To a reader both rows are clear, so the classifier's knowledge belongs to its own source.",
    )


def kinds(samples):
    """Draw, for a source and for each kind of shift, the inputs by class and the rule from input to class.

    Parameters
    ----------
    samples : mapping of str to (ndarray, ndarray)
        For each name x and the class, 0 or 1; the first is the source.

    Returns
    -------
    DescribedFigure
    """
    bins = np.linspace(-4, 4, 17)
    middle = (bins[1:] + bins[:-1]) / 2
    with style() as colors:
        figure = Figure(figsize=(2.5 * len(samples), 4.6))
        grid = figure.subplots(2, len(samples), sharex=True, sharey="row", squeeze=False)
        source_rule = None
        for column, (name, (x, y)) in enumerate(samples.items()):
            top, bottom = grid[:, column]
            counts = [np.histogram(x[y == c], bins)[0] / len(x) for c in (0, 1)]
            for c in (0, 1):
                top.stairs(counts[c], bins, fill=True, facecolor=to_rgba(colors[c], 0.35))
                top.stairs(counts[c], bins, color=colors[c], linestyle=DASHES[c], linewidth=2)
            top.set_title(name, weight="bold")
            seen = counts[0] + counts[1] > 60 / len(x)  # fewer examples give no share to speak of
            rule = counts[1][seen] / (counts[0] + counts[1])[seen]
            if source_rule is None:
                source_rule = middle[seen], rule
            else:
                bottom.plot(*source_rule, color=colors[3], linestyle=":", marker="")
            bottom.plot(middle[seen], rule, color=colors[2], linestyle="-", marker=MARKERS[2])
            bottom.set(xlabel="x", ylim=(-0.05, 1.05), yticks=[0, 0.5, 1])
        grid[0, 0].set_ylabel("share of the examples")
        grid[1, 0].set_ylabel("p(class 1 given x)")
        grid[0, 0].text(-3.9, 0.145, "class 0", color=colors[0], weight="bold")
        grid[0, 0].text(1.5, 0.145, "class 1", color=colors[1], weight="bold")
        grid[1, -2].text(3.9, 0.04, "dots: the\nsource's rule", ha="right", fontsize=8.5)
        figure.suptitle("The inputs, the classes' shares or the rule: each kind changes something else")
    return DescribedFigure(
        figure,
        f"Histograms of x for two classes, and below them the share of class 1 at each x, for {', '.join(samples)}; "
        "only under covariate shift the lower curve stays on that of the source while the histograms move; under "
        "label shift the histograms keep place and width and change height; under concept drift the curve moves. "
        "What stays the same tells the kinds apart.",
    )


def mileage(horsepower, miles, origin, lines):
    """Draw American and Japanese cars, and lines fitted to them.

    Parameters
    ----------
    horsepower, miles : ndarray of shape (cars,)
        The points.
    origin : ndarray of str of shape (cars,)
        "USA" and "Japan" are drawn.
    lines : mapping of str to ndarray of shape (2,)
        For each name slope and intercept; at most three.

    Returns
    -------
    DescribedFigure
    """
    one = len(lines) == 1
    with style() as colors:
        figure = Figure(figsize=(7.5, 4.2))
        axes = figure.subplots()
        for i, country in enumerate(("USA", "Japan")):
            of = origin == country
            axes.plot(
                horsepower[of], miles[of], color=colors[i], linestyle="", marker=MARKERS[i], markersize=4, alpha=0.55
            )
        axes.text(165, 23, "cars of the USA", color=colors[0], weight="bold")
        axes.text(100, 38, "cars of Japan", color=colors[1], weight="bold")
        ends = np.array([48.0, 140.0])
        styles = {"USA": (0, "-"), "USA, weighted": (2, "-."), "Japan": (1, "--")}
        for i, (name, fitted) in enumerate(lines.items()):
            color, dash = styles.get(name, (i, DASHES[i]))
            heights = np.polyval(fitted, ends)
            axes.plot(ends, heights, color=colors[color], linestyle=dash, marker="")
            axes.annotate(
                f"line of {name}" if one else name,
                (ends[0], heights[0]),
                xytext=(-6, 0),
                textcoords="offset points",
                color=colors[color],
                weight="bold",
                ha="right",
                va="center",
            )
        axes.set(xlabel="horsepower", ylabel="miles per gallon", xlim=(5, 232), ylim=(7, 48))
        figure.suptitle(
            "At the same power, a Japanese car goes farther"
            if one
            else "Weights bring the line nearer; they do not change the rule"
        )
    at_80 = ", ".join(f"{np.polyval(fitted, 80):.0f} by that of {name}" for name, fitted in lines.items())
    return DescribedFigure(
        figure,
        f"Miles per gallon against horsepower for {np.sum(origin == 'USA')} American and {np.sum(origin == 'Japan')} "
        f"Japanese cars, with lines that give 80 horsepower {at_80}. "
        "Japanese cars are weaker, a covariate shift, and lie above the American line, a change of the rule.",
    )


def pixel_map(p_values, alpha=0.05):
    """Draw the p-value of each pixel as a map, and mark the pixels below ``alpha / number of pixels``.

    Parameters
    ----------
    p_values : mapping of str to ndarray of shape (64,)
        For each comparison its name and its p-values; at most three.
    alpha : float, default 0.05
        The level of all tests together.

    Returns
    -------
    DescribedFigure
    """
    found = {name: int((p < alpha / p.size).sum()) for name, p in p_values.items()}
    with style() as colors:
        figure = Figure(figsize=(3.9 * len(p_values) + 0.6, 4.1))
        grid = figure.subplots(1, len(p_values), squeeze=False)[0]
        for axes, (name, p) in zip(grid, p_values.items(), strict=True):
            strength = np.minimum(-np.log10(np.maximum(p, 1e-12)), 12).reshape(8, 8)
            image = axes.imshow(strength, cmap="Blues", vmin=0, vmax=12)
            rows, columns = np.nonzero(p.reshape(8, 8) < alpha / p.size)
            axes.plot(columns, rows, color=colors[1], linestyle="", marker="x", markersize=7, markeredgewidth=2)
            axes.set_title(f"{name}: {found[name]} of {p.size} pixels differ")
            axes.set(xlabel="column", ylabel="row", xticks=[0, 7], yticks=[0, 7])
        bar = figure.colorbar(image, ax=grid, shrink=0.8)
        bar.set_ticks([0, 4, 8, 12], labels=["1", "$10^{-4}$", "$10^{-8}$", "$10^{-12}$"])
        bar.set_label("p-value")
        figure.suptitle("A test for each pixel shows where the inputs differ")
    counts = ", ".join(f"{count} in {name}" for name, count in found.items())
    return DescribedFigure(
        figure,
        f"Maps of 8 by 8 p-values, crosses on pixels below {alpha:g} / 64: {counts}. "
        "The map shows where two data sets differ, which one number for all pixels does not.",
    )


def p_values_without_shift(p_values, alpha=0.05):
    """Draw how often each test gives a p-value up to a level, where nothing shifted.

    Parameters
    ----------
    p_values : mapping of str to ndarray of shape (tests,)
        For each way of testing its name and its p-values; at most four.
    alpha : float, default 0.05
        The level to mark.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(7.5, 4.2))
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color="#5a5f66", linewidth=1, linestyle="-", marker="")
        for i, (name, p) in enumerate(p_values.items()):
            ordered = np.sort(p)
            share = np.arange(1, len(p) + 1) / len(p)
            axes.step(
                np.append(0, ordered),
                np.append(0, share),
                where="post",
                color=colors[i],
                linestyle=DASHES[i],
                marker="",
            )
            axes.annotate(
                f"{name}: {(p <= alpha).mean():.0%} at {alpha:g}",
                (0.1, 0.62 - 0.08 * i),
                color=colors[i],
                weight="bold",
                fontsize=9,
            )
            axes.plot([0.085, 0.098], 2 * [0.634 - 0.08 * i], color=colors[i], linestyle=DASHES[i], marker="")
        axes.axvline(alpha, color="#5a5f66", linewidth=1, linestyle=":")
        axes.set(xlabel="level alpha", ylabel="share of false alarms", xlim=(0, 0.25), ylim=(0, 1.02))
        axes.text(0.19, 0.1, "line: as many as allowed", fontsize=9, ha="center")
        figure.suptitle("Where nothing shifted, a valid test errs at its level and no more")
    rates = ", ".join(f"{(p <= alpha).mean():.0%} for {name}" for name, p in p_values.items())
    return DescribedFigure(
        figure,
        f"The share of p-values up to each level alpha where nothing shifted, at {alpha:g}: {rates}. "
        "Valid tests stay near or below the diagonal; looking at 64 tests and taking the smallest does not.",
    )
