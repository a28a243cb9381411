"""The figures of notebook 09 describe themselves and show what they are given."""

import numpy as np
import pytest

from bncourse.experiments.normalizers import adaptation, sharing
from bncourse.figures import normalizer_figures
from bncourse.figures.frame import DescribedFigure

ERRORS = {2: {"batch": 0.25, "layer": 0.09, "group": 0.08}, 32: {"batch": 0.07, "layer": 0.09, "group": 0.08}}
ROWS = ("clean", *adaptation.SHIFTS, "mnist")
ACCURACIES = {f"{row} {way}": 0.5 for row in ROWS for way in adaptation.WAYS} | {"clean source": 0.93, "home": 0.98}
AT = (1, 0, 1, 1)
DRAW = {
    "axes": lambda: normalizer_figures.axes_of_normalizers(sharing.shared(at=AT), AT),
    "errors": lambda: normalizer_figures.errors_by_batch_size(ERRORS),
    "adaptation": lambda: normalizer_figures.adaptation(adaptation.pictures(0), ACCURACIES, ACCURACIES),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_describes_itself_and_names_its_axes(name):
    described = DRAW[name]()
    assert isinstance(described, DescribedFigure)
    assert described.alt.endswith(".") and ". " in described.alt  # what is seen, and what it means
    assert len(described.figure.get_suptitle()) > 20
    assert any(axes.get_xlabel() for axes in described.figure.axes)


def test_the_lines_are_the_errors_of_each_normalizer():
    [axes] = DRAW["errors"]().figure.axes
    for line, kind in zip(axes.get_lines(), ("batch", "layer", "group"), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), [2, 32])
        np.testing.assert_array_equal(line.get_ydata(), [ERRORS[2][kind], ERRORS[32][kind]])


def test_the_description_says_the_accuracies_of_each_shift():
    alt = DRAW["adaptation"]().alt
    assert all(shift in alt for shift in adaptation.SHIFTS)
    assert "mnist 0.50, 0.50, 0.50" in alt


def test_each_data_set_has_its_own_line_of_unchanged_digits():
    axes = DRAW["adaptation"]().figure.axes[0]
    dotted = [lines.get_segments()[0][:, 0] for lines in axes.collections if len(lines.get_segments()) == 1]
    np.testing.assert_array_equal(dotted, [[0.93, 0.93], [0.98, 0.98]])


def test_the_figure_of_entropy_steps_tells_accuracy_and_entropy_of_each_shift():
    ways = ("source", "target", "tent", "entropy", "entropy after")
    numbers = {f"{shift} {way}": 0.1 * (i + 1) for shift in ("brighter", "noise") for i, way in enumerate(ways)}
    figure = normalizer_figures.entropy_steps(numbers)
    assert "brighter 0.10, 0.20, 0.30, 0.40, 0.50; noise 0.10" in figure.alt
    assert [axes.get_xlabel() for axes in figure.figure.axes] == ["test accuracy", "mean entropy of the answers"]
