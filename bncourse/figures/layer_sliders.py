"""The sliders of notebook 04: what epsilon does to small units, and what gamma and beta do to a sigmoid."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure

from bncourse.figures.frame import MARKERS, DescribedFigure, short, style
from bncourse.figures.slider import Slider

DEFAULTS = {1e-3: "Keras", 1e-5: "PyTorch"}
_LEFT, _RIGHT = -12, 12  # of the sigmoid's axis


def epsilon(epsilons, units, still, sigmas=(0.1, 0.03, 0.01)):
    """Step through values of eps: what it leaves of the standard deviation, and of three small units.

    Parameters
    ----------
    epsilons : sequence of float
        The positions of the slider.
    units : ndarray of shape (epsilons, sigmas, batch)
        From `bncourse.experiments.layer.layers.small_units`.
    still : DescribedFigure
        The same message in one picture.
    sigmas : sequence of float
        The standard deviations of `units` before; at most three.

    Returns
    -------
    bncourse.figures.slider.Slider
    """
    with style() as colors:
        pictures = [_epsilon(eps, found, sigmas, colors) for eps, found in zip(epsilons, units, strict=True)]
    return Slider(
        pictures, [_named(eps) for eps in epsilons], "eps", still, question="Which unit is the first below 1?"
    )


def gamma_and_beta(x_hat, straightness, still):
    """Step through pairs of gamma and beta: which part of the sigmoid a layer's units use.

    Parameters
    ----------
    x_hat : ndarray of shape (values,)
        Normalized sums of a real layer.
    straightness : mapping of (float, float) to float
        For each pair of gamma and beta, the R squared of the straight line.
    still : DescribedFigure
        The same message in one picture.

    Returns
    -------
    bncourse.figures.slider.Slider
    """
    with style() as colors:
        pictures = [_sigmoid(x_hat, *pair, r_squared, colors) for pair, r_squared in straightness.items()]
    return Slider(
        pictures,
        [_pair(*pair) for pair in straightness],
        "gamma and beta",
        still,
        question="Which part of the sigmoid do the units use?",
    )


def _named(eps):
    return f"{eps:g} ({DEFAULTS[eps]})" if eps in DEFAULTS else f"{eps:g}"


def _pair(gamma, beta):
    return f"gamma {gamma:g}, beta {beta:g}"


def _epsilon(eps, units, sigmas, colors):
    left = units.std(axis=1)
    sigma = np.logspace(-3.3, 1.1, 200)
    # axes in fixed places: quicker to draw, and nothing jumps from picture to picture
    figure = Figure(figsize=(7.5, 3.4), layout="none")
    curve, spread = figure.add_axes([0.085, 0.16, 0.4, 0.7]), figure.add_axes([0.53, 0.16, 0.45, 0.7])
    curve.plot(sigma, sigma / np.sqrt(sigma**2 + eps), color=colors[3], linestyle="-", marker="", linewidth=1.5)
    edges = np.linspace(-3.5, 3.5, 51)
    for i, (before, after, of_unit) in enumerate(zip(sigmas, left, units, strict=True)):
        curve.plot(before, after, color=colors[i], marker=MARKERS[i], markersize=8)
        heights, _ = np.histogram(of_unit, edges)
        base = len(sigmas) - 1 - i
        tops = base + 0.8 * heights / heights.max()
        spread.stairs(tops, edges, baseline=base, fill=True, color=to_rgba(colors[i], 0.5))
        spread.text(-3.5, base + 0.45, f"{before:g} before,\n{short(after)} after", color=colors[i], weight="bold")
        spread.plot(3.2, base + 0.6, color=colors[i], marker=MARKERS[i], markersize=8)
    curve.axhline(1, color=colors[3], linestyle=":", linewidth=1.2)
    curve.set(xscale="log", ylim=(0, 1.08), xlabel="standard deviation before (log scale)")
    curve.set_ylabel("standard deviation after")
    decades = [0.001, 0.01, 0.1, 1, 10]
    curve.set_xticks(decades, [f"{decade:g}" for decade in decades])
    curve.minorticks_off()
    spread.set(
        xlim=(-3.6, 3.6), xticks=range(-3, 4), ylim=(0, len(sigmas)), yticks=[], xlabel="three units after normalizing"
    )
    spread.spines["left"].set_visible(False)
    reached = int((left > 0.9).sum())
    figure.suptitle(f"eps {_named(eps)}: {('no unit', 'one unit', 'two units', 'all three units')[reached]} near 1")
    told = ", ".join(f"{short(after)} of {before:g}" for before, after in zip(sigmas, left, strict=True))
    return DescribedFigure(
        figure,
        f"With eps {eps:g}, left the standard deviation after normalizing against that before, with three units "
        f"marked, and right the histograms of these units, whose standard deviations have become {told}. "
        "The larger eps is against a unit's variance, the narrower the unit stays.",
    )


def _sigmoid(x_hat, gamma, beta, r_squared, colors):
    y = gamma * x_hat + beta
    output = 1 / (1 + np.exp(-y))
    places = np.linspace(_LEFT, _RIGHT, 241)
    figure = Figure(figsize=(7.0, 3.3), layout="none")
    axes = figure.add_axes([0.09, 0.16, 0.89, 0.72])
    heights, edges = np.histogram(np.clip(y, _LEFT, _RIGHT), np.linspace(_LEFT, _RIGHT, 97))
    axes.stairs(0.8 * heights / heights.max(), edges, fill=True, color=to_rgba(colors[3], 0.25))
    axes.plot(places, 1 / (1 + np.exp(-places)), color=colors[0], linestyle="-", marker="", linewidth=2.5)
    slope, height = np.polyfit(y, output, 1)
    ends = np.clip(np.percentile(y, [0.5, 99.5]), _LEFT, _RIGHT)
    axes.plot(ends, slope * ends + height, color=colors[1], linestyle="--", marker="", linewidth=2.5)
    axes.text(_LEFT + 0.6, 1.04, "━ sigmoid", color=colors[0], weight="bold", va="bottom")
    axes.text(_LEFT + 0.6, 0.93, "-- its best straight line", color=colors[1], weight="bold", va="bottom")
    axes.text(_LEFT + 0.6, 0.82, "▒ where the units are", color=colors[3], va="bottom")
    axes.set(xlim=(_LEFT, _RIGHT), ylim=(-0.3, 1.3), yticks=[0, 0.5, 1])
    axes.set(
        xlabel="gamma × normalized sum + beta (the end columns hold what lies beyond ±12)",
        ylabel="output of the sigmoid",
    )
    figure.suptitle(f"{_pair(gamma, beta)}: R² {r_squared:.3f}, outputs with std {short(output.std())}")
    low, high = np.percentile(y, [5, 95])
    return DescribedFigure(
        figure,
        f"A sigmoid over the histogram of its inputs, nine in ten of them between {short(low)} and {short(high)} "
        f"at gamma {gamma:g} and beta {beta:g}, with the best straight line, R squared {r_squared:.3f}. "
        f"The outputs have mean {short(output.mean())} and standard deviation {short(output.std())}: gamma and beta "
        "choose how much of the sigmoid is used, and which part.",
    )
