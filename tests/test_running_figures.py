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


def crossed(figure):
    """Give the words of the labels inside the axes that a drawn line runs through."""
    figure.canvas.draw()
    found = []
    for axes in figure.axes:
        points = [np.column_stack([line.get_xdata(), line.get_ydata()]) for line in axes.lines]
        for label in axes.texts:
            box = label.get_window_extent()
            for line in points:
                steps = np.linspace(0, len(line) - 1, 2000)  # between the points, too
                between = np.column_stack([np.interp(steps, np.arange(len(line)), column) for column in line.T])
                x, y = axes.transData.transform(between).T
                inside = (box.x0 < x) & (x < box.x1) & (box.y0 < y) & (y < box.y1)
                found += [label.get_text()] * bool(inside.any())
    return found


@pytest.mark.parametrize("momentum", [0.5, 0.9, 0.95, 0.99, 0.995, 0.999])
def test_no_line_of_any_momentum_runs_through_a_label(momentum):
    steps = np.arange(301)
    marks = np.arange(20, 301, 20)
    many = {
        "batch_var": np.full(300, 0.1),
        "running_var": {momentum: 0.1 + 0.9 * momentum**steps},
        "marks": marks,
        "batch": 0.9 - 0.3 * 0.99**marks,
        "running": {momentum: (0.9 - 0.3 * 0.99**marks) * (1 - 0.7 * momentum**marks)},
    }
    assert crossed(running_figures.memory(many, momentum).figure) == []
    assert crossed(running_figures.memories(many, (momentum,)).figure) == []
