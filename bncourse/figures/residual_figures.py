"""Figures of notebook 11: the signal along the depth, which network trains at which rate, and layer norm of tokens."""

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

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
    order = list(dict.fromkeys(kind for _, kind in found))  # the same from panel to panel
    kinds = {blocks: [kind for kind in order if (blocks, kind) in found] for blocks in depths}
    with style():
        figure = Figure(figsize=(9.4, 4.2))
        panels = figure.subplots(1, len(depths), squeeze=False)[0]
        for panel, blocks in zip(panels, depths, strict=True):
            grid = np.array([found[blocks, kind] for kind in kinds[blocks]])
            panel.imshow(grid, cmap="cividis", vmin=0, vmax=1, aspect="auto")
            for i, row in enumerate(grid):
                for j, value in enumerate(row):
                    panel.text(
                        j, i, f"{value:.2f}" if value >= 0.005 else "overflow", ha="center", va="center",
                        color="black" if value > 0.55 else "white",
                    )  # fmt: skip
            panel.set_xticks(range(len(rates)), [f"{rate:g}" for rate in rates])
            panel.set_yticks(range(len(grid)), kinds[blocks])
            panel.set(xlabel="learning rate", title=f"{blocks} blocks")
            panel.grid(visible=False)
        panels[0].set_ylabel("at the end of the branch")
        figure.supxlabel(
            "In each field the share of test digits named right: 1 is all. "
            "overflow: numbers grew beyond what the computer holds.",
            fontsize="medium",
        )
        deepest = max(depths)
        failing = [kind for kind in kinds[deepest] if max(found[deepest, kind]) < LEARNED]
        missing = dict.fromkeys(kind.split(",")[0] for kind in failing)  # with its sum divided or not, it is nothing
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


def who_shares(shared, at):
    """Draw which numbers of some texts share a mean and a variance with a marked one.

    Parameters
    ----------
    shared : dict of str to ndarray of bool of shape (texts, positions, features)
        From `bncourse.experiments.residual.tokens.shared`.
    at : tuple of int
        Text, position and feature of the marked number.

    Returns
    -------
    DescribedFigure
    """
    texts, positions, features = next(iter(shared.values())).shape
    gap = 0.7  # between two texts
    with style() as colors:
        figure = Figure(figsize=(7.6, 4.6))
        panels = figure.subplots(1, len(shared), sharey=True)
        for axes, (name, mask) in zip(panels, shared.items(), strict=True):
            for text, position, feature in np.ndindex(mask.shape):
                corner = (feature + 0.05, text * (positions + gap) + position + 0.05)
                face = colors[0] if mask[text, position, feature] else to_rgba(colors[3], 0.08)
                axes.add_patch(Rectangle(corner, 0.9, 0.9, facecolor=face, edgecolor="#ecebe6"))
            row = at[0] * (positions + gap) + at[1] + 0.5
            axes.plot(at[2] + 0.5, row, color="#ffffff", marker="D", markersize=5, linestyle="")
            axes.set(xlim=(0, features), ylim=(texts * (positions + gap), -0.2), aspect="equal", xlabel="feature")
            axes.set_title(name.replace("(axis", "\n(axis"), fontsize=11)
            axes.set_xticks(np.arange(features) + 0.5, [str(feature) for feature in range(features)])
            axes.tick_params(length=0)
            axes.spines[:].set_visible(False)
        rows = [text * (positions + gap) + position + 0.5 for text in range(texts) for position in range(positions)]
        panels[0].set_yticks(rows, [str(position) for _ in range(texts) for position in range(positions)])
        panels[0].set_ylabel("position, in each of the texts")
        counts = {name: int(mask.sum()) for name, mask in shared.items()}
        figure.suptitle(f"Keras's layer norm takes {counts['LayerNormalization()']} numbers: one position of one text")
    said = ", ".join(f"{name} {count}" for name, count in counts.items())
    return DescribedFigure(
        figure,
        f"{len(shared)} grids, each of {texts} texts with {positions} positions (rows) and {features} features "
        "(columns); one number is marked. Dark are the numbers whose change changes the normalized number. Batch norm "
        "takes one column of all texts, layer norm by default one row, with axis=(1, 2) one whole text (in numbers: "
        f"{said}). So only by default no position sees another.",
    )


def input_left(left):
    """Draw how much of its input is left along a new transformer.

    Parameters
    ----------
    left : dict of str to ndarray of shape (1 + branches,)
        For layer norm in the branch and behind the sum, in this order; from
        `bncourse.experiments.residual.tokens.input_left`.

    Returns
    -------
    DescribedFigure
    """
    with style() as colors:
        figure = Figure(figsize=(7.6, 3.9))
        axes = figure.subplots()
        for i, (name, found) in enumerate(left.items()):
            look = {"color": colors[i], "linestyle": DASHES[i], "marker": MARKERS[i], "markersize": 5}
            axes.plot(np.arange(len(found)) / 2, found, **look, label=name)
        axes.set(yscale="log", xlabel="block", ylabel="part of the input that is left\n(log scale)")
        axes.set_ylim(1e-3, 1.6)  # less is chance: some thousand numbers are compared
        axes.legend(frameon=False, handlelength=4)
        last = {name: found[-1] for name, found in left.items()}
        branch, behind = (f"{value:.1%}" if value >= 0.001 else "under 0.1%" for value in last.values())
        figure.suptitle(f"Of the input {branch} is left with pre-norm, {behind} with post-norm")
    ends = "; ".join(f"{name} {value:.2g}" for name, value in last.items())
    return DescribedFigure(
        figure,
        f"The part of the input that is left after each branch of a new transformer, on a logarithmic axis. After "
        f"{(len(next(iter(left.values()))) - 1) // 2} blocks: {ends}. In the branch, layer norm leaves the skip alone; "
        "behind the sum it makes the skip smaller with each branch.",
    )
