"""Figures of notebook 10: where the museum's exhibits can be seen, and which test finds which."""

import numpy as np
from matplotlib.figure import Figure

from bncourse.figures.frame import DescribedFigure, style

LOOKED_AT = 1e-5  # what allclose looks at, unless told otherwise
_FLOOR = 1e-17  # where a difference of 0 is drawn on a logarithmic axis


def visibility(seen):
    """Draw how far each exhibit is from the right batch norm, on tame inputs and on telling ones.

    Parameters
    ----------
    seen : dict
        From `bncourse.experiments.kill_rates.visibility`.

    Returns
    -------
    DescribedFigure
    """
    names, places = seen["exhibits"], np.arange(len(seen["exhibits"]))
    hidden = {name: int((seen[name] < LOOKED_AT).sum()) for name in ("tame", "telling")}
    with style() as colors:
        figure = Figure(figsize=(8.6, 4.6))
        axes = figure.subplots()
        for i, (name, marker) in enumerate({"tame": "s", "telling": "o"}.items()):
            axes.plot(
                np.maximum(seen[name], _FLOOR),
                places,
                marker,
                color=colors[1 - i],
                markersize=8,
                label=f"{name} inputs",
            )
        axes.axvline(LOOKED_AT, color=colors[3], linestyle="--", linewidth=1, marker="")
        axes.text(LOOKED_AT / 2, -0.8, "too small for allclose", ha="right", fontsize=9)
        axes.set_xscale("log")
        axes.set(xlim=(_FLOOR / 4, 10), ylim=(len(names) - 0.5, -1.3))
        axes.set_xlabel("largest difference, as a share of the largest number (at least 1)")
        axes.set_xticks([_FLOOR, 1e-13, 1e-9, 1e-5, 1e-1], ["0", "1e-13", "1e-9", "1e-5", "0.1"])
        axes.minorticks_off()
        axes.set_yticks(places, names)
        axes.set_ylabel("exhibit")
        panel = axes.get_facecolor()
        axes.legend(loc="center", bbox_to_anchor=(0.4, 0.45), facecolor=panel, edgecolor=panel, framealpha=1)
        axes.grid(axis="y", color=colors[3], alpha=0.15)
        figure.suptitle(f"On tame inputs {hidden['tame']} of {len(names)} exhibits cannot be seen")
    unseen = ", ".join(name for name, size in zip(names, seen["tame"], strict=True) if size < LOOKED_AT)
    return DescribedFigure(
        figure,
        f"For each of {len(names)} exhibits two marks on a logarithmic scale of its difference from the right batch "
        f"norm: on tame inputs {hidden['tame']} lie below 1e-5 ({unseen}), on telling inputs {hidden['telling']}. "
        "Whether a test finds a bug depends on the numbers that it draws.",
    )


def kills(found):
    """Draw which test finds which exhibit, with the count of each test.

    Parameters
    ----------
    found : dict
        From `bncourse.experiments.kill_rates.measured`.

    Returns
    -------
    DescribedFigure
    """
    tests, names = found["tests"], found["exhibits"]
    ready = zip(found["found"].sum(axis=1), found["possible"].sum(axis=1), found["accepted"], strict=True)
    counted = [f"{count} of {possible}" if accepted else "not yet" for count, possible, accepted in ready]
    ours = found["found"][[not test.startswith("your") for test in tests]]
    missed = [name for name, hit in zip(names, ours.any(axis=0), strict=True) if not hit]
    with style() as colors:
        figure = Figure(figsize=(9.4, 0.36 * len(names) + 1.5))
        axes = figure.subplots()
        for column, test in enumerate(tests):
            for row in range(len(names)):
                hit = found["found"][column, row]
                word = _word(hit, found["possible"][column, row], found["accepted"][column])
                box = {"boxstyle": "round,pad=0.25", "facecolor": colors[0] if hit else "none", "edgecolor": "none"}
                color = "#ffffff" if hit else colors[3]
                weight = "bold" if hit else "normal"
                axes.text(
                    column, row, word, ha="center", va="center", color=color, weight=weight,
                    bbox=box, fontsize=9,
                )  # fmt: skip
            if test.startswith("your"):
                axes.axvline(column - 0.5, color=colors[3], linewidth=1, linestyle="-", marker="")
        axes.set(xlim=(-0.5, len(tests) - 0.5), ylim=(len(names) - 0.5, -0.5), xlabel="test", ylabel="exhibit")
        axes.set_xticks(range(len(tests)), [f"{test}\n{count}" for test, count in zip(tests, counted, strict=True)])
        axes.set_yticks(range(len(names)), names)
        axes.xaxis.set_ticks_position("top")
        axes.xaxis.set_label_position("top")
        axes.tick_params(length=0)
        figure.suptitle(
            f"Our {len(ours)} re-creations find {len(names) - len(missed)} of {len(names)} exhibits together, "
            f"{ours.sum(axis=1).max()} at most alone"
        )
    said = ", ".join(f"{test} {count}" for test, count in zip(tests, counted, strict=True))
    return DescribedFigure(
        figure,
        f"A table of {len(names)} exhibits against {len(tests)} tests, a filled box where a test finds an exhibit, "
        f"counted of those that its task can contain: {said}. "
        f"Exhibits that pass all {len(ours)} re-creations: {', '.join(missed) or 'none'}.",
    )


def _word(hit, possible, accepted):
    if hit:
        return "found"
    if not possible:
        return "cannot occur"
    return "missed" if accepted else "\N{EN DASH}"
