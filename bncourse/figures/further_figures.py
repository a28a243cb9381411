"""Figures of the further sections of notebook 06."""

from matplotlib.figure import Figure

from bncourse.figures.frame import MARKERS, DescribedFigure, style

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
