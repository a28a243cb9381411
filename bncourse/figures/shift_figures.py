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
        "The same classifier reads the digits of its own source far better.",
    )


def kinds(samples):
    """Draw, for a source and for each kind of shift, the inputs, those of each class, and the rule from input to class.

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
        source_rule = source_inputs = None
        for column, (name, (x, y)) in enumerate(samples.items()):
            top, bottom = grid[:, column]
            counts = [np.histogram(x[y == c], bins)[0] / len(x) for c in (0, 1)]
            everyone = counts[0] + counts[1]
            if source_inputs is None:
                source_inputs = everyone
            else:
                top.stairs(source_inputs, bins, color=colors[3], linestyle=":", linewidth=1.5)
            top.stairs(everyone, bins, color="black", linewidth=1)
            for c in (0, 1):
                top.stairs(counts[c], bins, fill=True, facecolor=to_rgba(colors[c], 0.35))
                top.stairs(counts[c], bins, color=colors[c], linestyle=DASHES[c], linewidth=2)
            top.set_title(name, weight="bold")
            seen = everyone > 60 / len(x)  # fewer examples give no share to speak of
            rule = counts[1][seen] / everyone[seen]
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
        grid[0, 0].text(0, 0.19, "thin line:\nboth, p(x)", ha="center", fontsize=8.5)
        grid[0, -1].text(0, 0.19, "dots: p(x)\nof the source", ha="center", fontsize=8.5)
        figure.suptitle("The inputs, the classes' shares or the rule: each kind changes something else")
    return DescribedFigure(
        figure,
        f"Histograms of x, for all and by class, and below the share of class 1 at each x, for {', '.join(samples)}; "
        "only under covariate shift the lower curve stays on that of the source while the histograms move; under "
        "label shift those of the classes keep place and width and change height; under concept drift the curve moves. "
        "What stays the same tells the kinds apart.",
    )


def line_and_curve(horsepower, miles, origin, line, curve):
    """Draw American and Japanese cars, and a line and a curve fitted to the American ones.

    Parameters
    ----------
    horsepower, miles : ndarray of shape (cars,)
        The points.
    origin : ndarray of str of shape (cars,)
        "USA" and "Japan" are drawn.
    line : ndarray of shape (2,)
        Slope and intercept, from `bncourse.experiments.shift.shifts.line`.
    curve : ndarray of shape (3,)
        From `bncourse.experiments.shift.shifts.curve`.

    Returns
    -------
    DescribedFigure
    """
    powers = np.geomspace(48, 230, 60)
    fits = {"line of the USA": np.polyval(line, powers), "curve of the USA": np.polyval(curve, np.log(powers))}
    japan = origin == "Japan"
    above = np.mean(miles[japan] > np.polyval(curve, np.log(horsepower[japan])))
    with style() as colors:
        figure, axes = _cars(horsepower, miles, origin, colors)
        for (name, heights), i in zip(fits.items(), (0, 2), strict=True):
            axes.plot(powers, heights, color=colors[i], linestyle=DASHES[i], marker="")
            _label(axes, name, (powers[0], heights[0]), colors[i])
        figure.suptitle("A curve errs less than a line; most Japanese cars lie above both")
    at_60 = np.polyval(line, 60), np.polyval(curve, np.log(60))
    return DescribedFigure(
        figure,
        f"Miles per gallon against horsepower for {np.sum(origin == 'USA')} American and {np.sum(japan)} Japanese "
        f"cars, with a line and a curve fitted to the American ones: at 60 horsepower {at_60[0]:.0f} and "
        f"{at_60[1]:.0f}, and {100 * above:.0f} of 100 Japanese cars lie above the curve. "
        "So part of the error on these is that of a straight line; a part is that they go farther at equal power.",
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
    with style() as colors:
        figure, axes = _cars(horsepower, miles, origin, colors)
        ends = np.array([48.0, 140.0])
        styles = {"USA": (0, "-"), "USA, weighted": (2, "-."), "Japan": (1, "--")}
        for i, (name, fitted) in enumerate(lines.items()):
            color, dash = styles.get(name, (i, DASHES[i]))
            heights = np.polyval(fitted, ends)
            axes.plot(ends, heights, color=colors[color], linestyle=dash, marker="")
            _label(axes, name, (ends[0], heights[0]), colors[color])
        figure.suptitle("Weights bring the line nearer; Japanese cars of equal power still go farther")
    at_80 = ", ".join(f"{np.polyval(fitted, 80):.0f} by that of {name}" for name, fitted in lines.items())
    return DescribedFigure(
        figure,
        f"Miles per gallon against horsepower for {np.sum(origin == 'USA')} American and {np.sum(origin == 'Japan')} "
        f"Japanese cars, with lines that give 80 horsepower {at_80}. "
        "Japanese cars are weaker, a covariate shift, and go farther at the same power, which no importance weight on "
        "horsepower changes.",
    )


def _cars(horsepower, miles, origin, colors):
    """Draw the cars of the USA and of Japan; gives the figure and its axes."""
    figure = Figure(figsize=(7.5, 4.2))
    axes = figure.subplots()
    for i, country in enumerate(("USA", "Japan")):
        of = origin == country
        axes.plot(horsepower[of], miles[of], color=colors[i], linestyle="", marker=MARKERS[i], markersize=4, alpha=0.55)
    axes.text(160, 22, "cars of the USA", color=colors[0], weight="bold")
    axes.text(100, 38, "cars of Japan", color=colors[1], weight="bold")
    axes.set(xlabel="horsepower", ylabel="miles per gallon", xlim=(-10, 235), ylim=(5, 48), xticks=range(50, 201, 50))
    return figure, axes


def _label(axes, name, start, color):
    """Name a line at its left end."""
    offset = {"xytext": (-6, 0), "textcoords": "offset points"}
    axes.annotate(name, start, **offset, color=color, weight="bold", ha="right", va="center")


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
            differ = f"{found[name]} of {p.size} pixels differ" if found[name] else "no pixel is found to differ"
            axes.set_title(f"{name}: {differ}")
            axes.set(xlabel="column", ylabel="row", xticks=[0, 7], yticks=[0, 7])
        bar = figure.colorbar(image, ax=grid, shrink=0.8)
        bar.set_ticks([0, 4, 8, 12], labels=["1", "$10^{-4}$", "$10^{-8}$", "$10^{-12}$"])
        bar.set_label("p-value")
        figure.suptitle("A test for each pixel shows where the inputs differ")
    counts = ", ".join(f"{count} in {name}" for name, count in found.items())
    return DescribedFigure(
        figure,
        f"Maps of 8 by 8 p-values, crosses on the pixels whose p-value is below {alpha:g} / 64: {counts}. "
        "The map shows where two data sets differ, which one number for all pixels does not.",
    )


def p_values_without_shift(p_values, alpha=0.05):
    """Draw how often each test gives a p-value up to a level, where nothing shifted, for levels up to twice alpha.

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
        levels = np.linspace(0, 2 * alpha, 50)
        tests = len(next(iter(p_values.values())))
        chance = 2 * np.sqrt(levels * (1 - levels) / tests)  # two standard errors of a share
        axes.fill_between(levels, np.maximum(levels - chance, 0), levels + chance, color="#5a5f66", alpha=0.2, lw=0)
        axes.plot(levels, levels, color="#5a5f66", linewidth=1, linestyle="-", marker="")
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
                (0.06, 0.5 - 0.08 * i),
                color=colors[i],
                weight="bold",
                fontsize=9,
            )
            axes.plot([0.053, 0.059], 2 * [0.514 - 0.08 * i], color=colors[i], linestyle=DASHES[i], marker="")
        axes.axvline(alpha, color="#5a5f66", linewidth=1, linestyle=":")
        axes.set(xlabel="level of the test", ylabel="share of false alarms", xlim=(0, 2 * alpha), ylim=(0, 1.02))
        axes.text(0.1, 0.19, f"grey: level and chance, {tests} tests", fontsize=9, ha="right")
        figure.suptitle("Three tests keep near or below their level; the smallest of 64 does not")
    rates = ", ".join(f"{(p <= alpha).mean():.0%} for {name}" for name, p in p_values.items())
    return DescribedFigure(
        figure,
        f"The share of p-values up to each level from 0 to {2 * alpha:g} where nothing shifted, at {alpha:g}: {rates}. "
        "Valid tests stay near their level or below it; looking at 64 tests and taking the smallest does not.",
    )
