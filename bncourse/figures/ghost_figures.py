"""Figures of notebook 08 about parts of a batch that have statistics of their own."""

from matplotlib.figure import Figure

from bncourse.figures.frame import MARKERS, DescribedFigure, style


def unseen(found):
    """Draw the accuracy on unseen digits for steadier and noisier statistics.

    Parameters
    ----------
    found : dict of float
        From `bncourse.experiments.training.ghost_batches.accuracies`.

    Returns
    -------
    DescribedFigure
    """
    sizes = sorted((int(name.split("_")[1]) for name in found if name.startswith("ghost_")), reverse=True)
    rows = [("without batch norm", found["none"], 0)]
    rows += [(f"whole batch of {sizes[0]}", found[f"ghost_{sizes[0]}"], 1)]
    rows += [(f"ghost batches of {size}", found[f"ghost_{size}"], 1) for size in sizes[1:]]
    rows += [("whole batch, noise drawn", found["noise"], 2)]
    with style() as colors:
        figure = Figure(figsize=(7.5, 3.4))
        axes = figure.subplots()
        left = min(height for _, height, _ in rows) - 0.03
        for row, (_, height, i) in enumerate(rows):
            axes.plot([left, height], [row, row], color=colors[i], linestyle=":", linewidth=1.2, marker="")
            axes.plot(height, row, color=colors[i], marker=MARKERS[i], linestyle="", markersize=8)
            axes.annotate(
                f"{100 * height:.1f} %", (height, row), xytext=(9, 0), textcoords="offset points", va="center"
            )
        axes.set_yticks(range(len(rows)), [name for name, _, _ in rows])
        right = max(height for _, height, _ in rows)
        axes.set(xlim=(left, right + 0.2 * (right - left)), ylim=(len(rows) - 0.5, -0.5))
        axes.set(xlabel="accuracy on unseen digits", ylabel="statistics in training")
        figure.suptitle("Here some noise helps on unseen digits; ghost batches of 2 do harm")
    told = ", ".join(f"{name} {100 * height:.1f}" for name, height, _ in rows)
    return DescribedFigure(
        figure,
        f"Dots of the accuracy on digits that the network has not seen, in percent: {told}. "
        "Here noise as large as that of eight digits helps, whether it comes from small ghost batches or is drawn; "
        "ghost batches of two do harm.",
    )
