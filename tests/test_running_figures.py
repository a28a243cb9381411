"""The figures of notebook 06 describe themselves and say what the numbers say."""

import numpy as np
import pytest

from bncourse.figures import running_figures
from bncourse.figures.frame import DescribedFigure

MARKS = np.array([10, 20, 30, 40])
FOUND = {
    "batch_var": np.full(40, 0.1),
    "running_var": {m: 0.1 + 0.9 * m ** np.arange(41) for m in (0.5, 0.99)},
    "marks": MARKS,
    "batch": np.array([0.5, 0.7, 0.8, 0.85]),
    "running": {0.5: np.array([0.5, 0.7, 0.8, 0.85]), 0.99: np.array([0.3, 0.6, 0.78, 0.84])},
}
THREE = {f"{kind}_{n}": 0.8 for kind in ("batch", "running_0.99", "population") for n in (60, 600)}
DRAW = {
    "sizes": lambda: running_figures.accuracy_by_batch_size(np.array([1, 2, 8]), np.array([0.1, 0.4, 0.9]), 0.93),
    "memory": lambda: running_figures.memory(FOUND, 0.99),
    "memories": lambda: running_figures.memories(FOUND, (0.5, 0.99)),
    "three": lambda: running_figures.three_statistics(THREE, (60, 600)),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_describes_itself_and_names_its_axes(name):
    described = DRAW[name]()
    assert isinstance(described, DescribedFigure)
    assert described.alt.count(". ") == 1 and described.alt.endswith(".")  # what is seen, and what it means
    assert len(described.figure.get_suptitle()) > 20
    assert any(axes.get_xlabel() for axes in described.figure.axes)
    assert any(axes.get_ylabel() for axes in described.figure.axes)


def test_the_title_says_how_long_the_running_statistics_are_behind():
    assert running_figures.memory(FOUND, 0.5).figure.get_suptitle() == (
        "Momentum 0.5: the running statistics follow at once"
    )
    assert "up to step 20" in running_figures.memory(FOUND, 0.99).figure.get_suptitle()
    late = FOUND | {"running": {0.99: FOUND["batch"] - 0.1}}
    assert "still behind after 40 steps" in running_figures.memory(late, 0.99).figure.get_suptitle()
