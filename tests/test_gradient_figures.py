"""The figures of notebook 05 describe themselves and say what the numbers say."""

import numpy as np
import pytest

from bncourse.figures import gradient_figures
from bncourse.figures.frame import DescribedFigure

PARTS = {"direct": np.array([0.0, 2.0]), "through the variance": np.array([1.0, -1.0])}
PARTS |= {"through the mean": np.array([-1.0, -1.0]), "dx": np.array([0.0, 0.0])}
CAUGHT = {
    "checks": ["one", "two"],
    "passes": ["gamma missing", "right"],
    "caught": np.array([[False, True], [False, False]]),
}
DEPTHS = {"depths": np.array([1, 8]), "right": np.array([0.97, 0.96]), "detached": np.array([0.96, 0.7])}
DEPTHS |= {"losses_right": np.linspace(2, 0.1, 50), "losses_detached": np.linspace(2, 1, 50)}
DRAW = {
    "graph": gradient_figures.graph,
    "paths": lambda: gradient_figures.paths(PARTS),
    "checks": lambda: gradient_figures.checks(CAUGHT),
    "depths": lambda: gradient_figures.depths(DEPTHS),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_describes_itself_and_names_its_axes(name):
    described = DRAW[name]()
    assert isinstance(described, DescribedFigure)
    assert described.alt.count(". ") == 1 and described.alt.endswith(".")  # what is seen, and what it means
    assert len(described.figure.get_suptitle()) > 20
    drawn = [axes for axes in described.figure.axes if axes.axison]
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in drawn)


def test_a_check_that_is_fooled_stands_out():
    figure = gradient_figures.checks(CAUGHT).figure
    filled = [text.get_text() for text in figure.axes[0].texts if text.get_fontweight() == "bold"]
    assert filled == ["says yes"]  # of the wrong pass; the yes to the right one is as it should be


def test_the_graph_has_three_arrows_that_leave_x():
    figure = gradient_figures.graph().figure
    starts = [text.xyann for text in figure.axes[0].texts if hasattr(text, "xyann")]
    assert starts.count((0, 0)) == 3
