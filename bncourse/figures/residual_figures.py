"""Figures of notebook 11: the signal along the depth of a residual network, and which network trains at which rate."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DASHES, MARKERS, DescribedFigure, style

LEARNED = 0.5  # an accuracy from here on is said to be learning


def signal_along_depth(measured, predicted):
    """Draw the mean square of skip and branch by block, and the branch's share of what leaves a block.

    Parameters
    ----------
    measured, predicted : dict of str to (ndarray, ndarray)
        For "batch norm" and "nothing" the skip and the branch, from `bncourse.experiments.residual.signal`.

    Returns
    -------
    DescribedFigure
    """
    blocks = len(measured["nothing"][0])
    k = np.arange(1, blocks + 1)
    share = {name: branch / (skip + branch) for name, (skip, branch) in measured.items()}
    foretold = {name: branch / (skip + branch) for name, (skip, branch) in predicted.items()}
    with style() as colors:
        figure = Figure(figsize=(9.4, 4.4))
        left, right = figure.subplots(1, 2)
        for i, name in enumerate(("batch norm", "nothing")):
            label = f"{name} at the end of the branch"
            look = {"color": colors[i], "linestyle": DASHES[i]}
            marks = {"marker": MARKERS[i], "markevery": max(1, blocks // 8), "markersize": 6}
            left.plot(k, measured[name][0], **look, **marks, label=label)
            right.plot(k, share[name], **look, **marks)
            dots = {"color": "0.35", "linestyle": ":", "marker": ""}
            left.plot(k, predicted[name][0], **dots, label="predicted" if i else None)
            right.plot(k, foretold[name], **dots)
        left.set(yscale="log", xlabel="block", ylabel="mean square of the skip")
        right.set(xlabel="block", ylabel="branch / (skip + branch)", ylim=(0, None))
        figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
        last = share["batch norm"][-1]
        figure.suptitle(
            f"With batch norm the branch of block {blocks} is {last:.1%} of the sum, without it {_percent(share)}"
        )
    skips = {name: skip[-1] for name, (skip, _) in measured.items()}
    return DescribedFigure(
        figure,
        f"Left, the mean square of what arrives at each of {blocks} blocks, on a logarithmic axis: with batch norm it "
        f"grows along a curve to {skips['batch norm']:.3g}, without it along a straight line to "
        f"{skips['nothing']:.2g}; dotted lines of the prediction lie on or near both. Right, the branch's share of "
        f"what leaves a block: with batch norm it falls from {share['batch norm'][0]:.2f} to {last:.3f}, without it it "
        f"stays near {share['nothing'].mean():.2f}. So with batch norm a deep block changes its input little.",
    )


def _percent(share):
    return f"{share['nothing'].mean():.0%} on average"


def who_trains(found, rates):
    """Draw the test accuracy of each kind of network at each rate, a panel for each depth.

    Parameters
    ----------
    found : dict of (int, str) to list of float
        From `bncourse.experiments.residual.depths.by_depth`.
    rates : sequence of float

    Returns
    -------
    DescribedFigure
    """
    depths = list(dict.fromkeys(blocks for blocks, _ in found))
    kinds = list(dict.fromkeys(kind for _, kind in found))
    learned = {blocks: [kind for kind in kinds if max(found[blocks, kind]) >= LEARNED] for blocks in depths}
    with style():
        figure = Figure(figsize=(9.4, 4.2))
        panels = figure.subplots(1, len(depths), sharey=True, squeeze=False)[0]
        for panel, blocks in zip(panels, depths, strict=True):
            grid = np.array([found[blocks, kind] for kind in kinds])
            panel.imshow(grid, cmap="cividis", vmin=0, vmax=1, aspect="auto")
            for i, row in enumerate(grid):
                for j, value in enumerate(row):
                    panel.text(
                        j, i, f"{value:.2f}" if value >= 0.005 else "overflow", ha="center", va="center",
                        color="black" if value > 0.55 else "white",
                    )  # fmt: skip
            panel.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates])
            panel.set_yticks(range(len(kinds)), kinds)
            panel.set(xlabel="learning rate", title=f"{blocks} blocks")
            panel.grid(visible=False)
        panels[0].set_ylabel("at the end of the branch")
        figure.supxlabel(
            "In each field the share of test digits named right: 1 is all. "
            "overflow: numbers grew beyond what the computer holds.",
            fontsize="medium",
        )
        deepest = max(depths)
        missing = [kind for kind in kinds if kind not in learned[deepest]]
        figure.suptitle(
            f"At {deepest} blocks all learn at some rate"
            if not missing
            else f"At {deepest} blocks all learn at some rate, except with {' and '.join(missing)} after the branch"
        )
    rows = "; ".join(
        f"{blocks} blocks, {kind}: "
        + ", ".join(f"{value:.2f} at {rate:g}" for rate, value in zip(rates, row, strict=True))
        for (blocks, kind), row in found.items()
    )
    return DescribedFigure(
        figure,
        f"Tables of test accuracies by what ends the branch and by learning rate. {rows}. 0.00 means that the numbers "
        "overflowed. What ends the branch decides at which depth and rate a network trains.",
    )
