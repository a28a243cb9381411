"""Figures of notebook 08: what batch norm does to training, one figure for each side of the dispute."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style

WITHOUT, WITH, NOISY = "without batch norm", "with batch norm", "with noise after it"


def learning_rates(rates, found):
    """Draw the test accuracy after some steps against the learning rate.

    Parameters
    ----------
    rates : sequence of float
        The learning rates.
    found : mapping of str to ndarray of shape (rates,)
        "none" and "batch": the accuracies.

    Returns
    -------
    DescribedFigure
    """
    names = {"none": WITHOUT, "batch": WITH}
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.6))
        axes = figure.subplots()
        for i, (name, label) in enumerate(names.items()):
            axes.plot(rates, found[name], color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=7)
            falls = found[name][-1] < 0.5
            axes.annotate(
                label,
                (rates[-2], 0.5) if falls else (rates[-1], found[name][-1]),
                xytext=(8, 0) if falls else (0, 12),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
                ha="right",
                va="center" if falls else "bottom",
            )
        axes.axhline(0.1, color=colors[3], linestyle=":", linewidth=1.2)
        axes.text(rates[0], 0.12, "guessing", color=colors[3], va="bottom")
        axes.set(xscale="log", ylim=(0, 1.12), xlabel="learning rate (log scale)", ylabel="test accuracy")
        axes.set_xticks(rates, [f"{rate:g}" for rate in rates])
        axes.minorticks_off()
        figure.suptitle("At learning rate 3 only the network with batch norm learns")
    told = "; ".join(
        f"{label}: " + ", ".join(f"{share:.2f} at {rate:g}" for rate, share in zip(rates, found[name], strict=True))
        for name, label in names.items()
    )
    return DescribedFigure(
        figure,
        f"Test accuracy after the same number of steps against the learning rate; {told}. "
        "Batch norm is behind at the smallest rate, about level at 0.1 and 0.3 and ahead at 1; 3 works with it alone.",
    )


def loss_ranges(networks):
    """Draw how much the loss changes along the gradient, over training, a panel for each network.

    Parameters
    ----------
    networks : mapping of str to dict
        For each name of a network its courses under "none" and "batch", from `bncourse.landscape.compare`.

    Returns
    -------
    DescribedFigure
    """
    told = []
    with style() as colors:
        figure = Figure(figsize=(4.4 * len(networks), 3.7))
        grid = figure.subplots(1, len(networks), sharey=True, squeeze=False)[0]
        for axes, (name, courses) in zip(grid, networks.items(), strict=True):
            for i, (kind, label) in enumerate((("none", WITHOUT), ("batch", WITH))):
                course = courses[kind]
                axes.plot(
                    course.steps,
                    course.loss_range,
                    color=colors[i],
                    linestyle=DASHES[i],
                    marker=MARKERS[i],
                    markersize=6,
                )
                higher = course.loss_range[-1] > courses["batch" if kind == "none" else "none"].loss_range[-1]
                axes.annotate(
                    label,
                    (course.steps[-1], (np.max if higher else np.min)(course.loss_range[-4:])),
                    xytext=(0, 9 if higher else -9),
                    textcoords="offset points",
                    color=colors[i],
                    weight="bold",
                    ha="right",
                    va="bottom" if higher else "top",
                )
                later = course.loss_range[1:].mean()
                told.append(f"{name} {label}: {course.loss_range[0]:.2f} at step 0, {later:.2f} on average after it")
            axes.set(title=name, xlabel="step of training", yscale="log", ylim=(0.01, 30))
            axes.set_yticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        grid[0].set_ylabel("range of the loss (log scale)")
        figure.suptitle("Whether batch norm makes the loss smoother depends on the network, and on when")
    return DescribedFigure(
        figure,
        f"How much the loss of a batch changes along its gradient, over training; {'; '.join(told)}. "
        "In the ReLU network batch norm is rougher at the start and smoother later; in the sigmoid network it is "
        "rougher later.",
    )


def noise(networks):
    """Draw the drift and the steps to the target accuracy of networks without, with, and with noisy batch norm.

    Parameters
    ----------
    networks : mapping of str to dict of float
        For each name of a network its numbers, from `bncourse.landscape.summary`.

    Returns
    -------
    DescribedFigure
    """
    kinds = {"none": WITHOUT, "batch": WITH, "noisy": NOISY}
    rows = [(name, kind) for name in networks for kind in kinds]
    with style() as colors:
        figure = Figure(figsize=(9.0, 0.5 * len(rows) + 1.2))
        left, right = figure.subplots(1, 2, sharey=True)
        for row, (name, kind) in enumerate(rows):
            i = list(kinds).index(kind)
            for axes, what in ((left, "drift"), (right, "steps")):
                number = networks[name][f"{kind}_{what}"]
                shown = number if np.isfinite(number) else 0
                axes.plot([0, shown], [row, row], color=colors[i], linestyle=DASHES[i], marker="")
                axes.plot(shown, row, color=colors[i], marker=MARKERS[i], linestyle="", markersize=8)
                axes.annotate(_number(number), (shown, row), xytext=(9, 0), textcoords="offset points", va="center")
        left.set_yticks(range(len(rows)), [f"{name}, {kinds[kind]}" for name, kind in rows])
        left.set(ylim=(len(rows) - 0.5, -0.5), xlabel="drift of the units (as in notebook 03)", ylabel="network")
        right.set(xlabel="steps to 85 % of the test digits")
        for axes in (left, right):
            axes.set_xlim(0, 1.18 * axes.get_xlim()[1])
        figure.suptitle("At rate 0.1 noise brings the drift back; what it costs depends on the activation")
    told = "; ".join(
        f"{name} {kinds[kind]}: drift {networks[name][f'{kind}_drift']:.2f}, "
        + (f"{steps:.0f} steps" if np.isfinite(steps := networks[name][f"{kind}_steps"]) else "target not reached")
        for name, kind in rows
    )
    return DescribedFigure(
        figure,
        f"Drift of the hidden units beside the steps to 85 percent; {told}. "
        "With noise the drift is back. The network is tested every 25 steps; beside plain batch norm noise costs "
        f"{' and '.join(map(_cost, networks.items()))}.",
    )


def scale(with_norm, without, factors, growth):
    """Draw the gradient's length against the size of the weights, and the effective learning rate over training.

    Parameters
    ----------
    with_norm, without : ndarray of shape (factors,)
        The length of the gradient of the first layer, with batch norm and without.
    factors : sequence of float
        What the weights were multiplied by.
    growth : dict of ndarray
        From `bncourse.scale_invariance.growth`.

    Returns
    -------
    DescribedFigure
    """
    effective, length = growth["effective"], np.sqrt(growth["squared_norm"])
    with style() as colors:
        figure = Figure(figsize=(9.0, 3.7))
        left, right = figure.subplots(1, 2)
        for i, (lengths, label) in enumerate(((without, WITHOUT), (with_norm, WITH))):
            left.plot(factors, lengths, color=colors[i], linestyle=DASHES[i], marker=MARKERS[i], markersize=7)
            left.annotate(
                label,
                (factors[-1], lengths[-1]),
                xytext=(0, 12 if i == 0 else -4),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
                ha="right",
                va="bottom" if i == 0 else "top",
            )
        left.set(xscale="log", yscale="log", xlabel="factor of the weights (log scale)")
        left.set_ylim(top=10 * max(with_norm.max(), without.max()), bottom=with_norm.min() / 5)
        left.set_ylabel("length of the gradient (log scale)")
        right.plot(effective / effective[0], color=colors[1], linestyle=DASHES[1], marker="")
        right.plot(length / length[0], color=colors[2], linestyle=DASHES[2], marker="")
        at = len(length) // 2
        for values, label, i, up in ((length, "length of the weights", 2, 8), (effective, "effective rate", 1, -16)):
            right.annotate(
                label,
                (at, values[at] / values[0]),
                xytext=(0, up),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
                ha="center",
            )
        right.set(xlabel="step of training", ylabel="relative to step 0", ylim=(0, 1.6))
        figure.suptitle("Larger weights, smaller gradient: the weights grow and brake themselves")
    return DescribedFigure(
        figure,
        f"Left, the gradient of a layer before batch norm falls from {with_norm[0]:.0f} to {with_norm[-1]:.3f} while "
        f"the weights grow {factors[-1] / factors[0]:g} times, along a straight line of slope minus one; without batch "
        f"norm it goes from {without[0]:.2f} to {without[-1]:.2f}. Right, in training the weights become "
        f"{length[-1] / length[0]:.2f} times as long, and "
        f"the effective learning rate falls to {effective[-1] / effective[0]:.2f} of its first value.",
    )


def gradient_by_layer(lengths, growths):
    """Draw the length of the gradient in each layer of a deep, new network.

    Parameters
    ----------
    lengths : mapping of str to ndarray of shape (layers,)
        "none" and "batch": the length of the gradient of each layer's weights.
    growths : mapping of str to float
        The growth for each layer on the way back.

    Returns
    -------
    DescribedFigure
    """
    names = {"none": WITHOUT, "batch": WITH}
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.6))
        axes = figure.subplots()
        for i, (name, label) in enumerate(names.items()):
            layers = np.arange(1, len(lengths[name]) + 1)
            axes.plot(layers, lengths[name], color=colors[i], linestyle=DASHES[i], marker="")
            at = len(layers) // 2 if name == "batch" else len(layers) // 10
            axes.annotate(
                f"{label}: times {growths[name]:.2f} a layer",
                (layers[at], lengths[name][at]),
                xytext=(6, 12 if name == "batch" else -14),
                textcoords="offset points",
                color=colors[i],
                weight="bold",
                va="bottom" if name == "batch" else "top",
            )
        axes.set(yscale="log", ylim=(min(map(min, lengths.values())) / 5, None))
        axes.set(xlabel="layer, from the input to the output", ylabel="length of the gradient (log scale)")
        figure.suptitle("Before training, batch norm makes the gradient grow on its way back")
    told = "; ".join(
        f"{label}: {lengths[name][-1]:.2g} in the last layer, {lengths[name][0]:.2g} in the first, a factor of "
        f"{growths[name]:.2f} a layer"
        for name, label in names.items()
    )
    return DescribedFigure(
        figure,
        f"The length of the gradient of each layer's weights in a new network of {len(lengths['none'])} ReLU layers; "
        f"{told}. With batch norm the first layers get a far larger gradient than the last ones.",
    )


def _cost(named):
    """Say how many steps noise costs a network."""
    name, numbers = named
    more = numbers["noisy_steps"] - numbers["batch_steps"]
    if more == 0:
        return f"{name} fewer than can be seen so"
    return f"{name} {more:.0f} steps" if np.isfinite(more) else f"{name} the target"


def _number(number):
    if not np.isfinite(number):
        return "not reached"
    return f"{number:.2f}" if number < 10 else f"{number:.0f}"
