"""The figures of shifts and weighting describe themselves, as those of test_figures do."""

import re

import matplotlib
import numpy as np
import pytest

from bncourse.figures import shift_figures, weighting_figures

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=400), RNG.integers(0, 2, 400)
P = RNG.random(64)
SHARES = {name: np.full(10, 0.1) for name in ("true", "counted", "estimated")}
LIMITS = np.array([1.0, 4.0, np.inf])
DRAW = {
    "digits_of_two_sources": lambda: shift_figures.digits_of_two_sources(
        RNG.random((10, 64)), RNG.random((10, 64)), (0.97, 0.48)
    ),
    "kinds": lambda: shift_figures.kinds({"source": (X, Y), "covariate shift": (X + 1, Y)}),
    "mileage": lambda: shift_figures.mileage(
        50 + np.abs(20 * X), 30 + X, np.where(Y, "USA", "Japan"), {"USA": np.array([-0.1, 30.0])}
    ),
    "line_and_curve": lambda: shift_figures.line_and_curve(
        50 + np.abs(20 * X), 30 + X, np.where(Y, "USA", "Japan"), np.array([-0.1, 30.0]), np.array([0.0, -9.0, 70.0])
    ),
    "pixel_map": lambda: shift_figures.pixel_map({"one": P, "other": P / 1e6}),
    "p_values_without_shift": lambda: shift_figures.p_values_without_shift({"one": P, "other": P**2}),
    "lines_on_a_curve": lambda: weighting_figures.lines_on_a_curve(
        X, X**3 - X, X / 2, {"plain": np.array([0.1, 0.0]), "weighted": np.array([-1.0, 0.0])}
    ),
    "size_by_distance": lambda: weighting_figures.size_by_distance((0, 1), np.array([[9.0, 9.0], [3.0, 4.0]]), 9),
    "clipping": lambda: weighting_figures.clipping(
        LIMITS, np.array([-2.0, -1.0, -0.1]), np.array([0.1, 0.5, 2.0]), np.array([2.0, 1.1, 2.0])
    ),
    "shares_by_step": lambda: weighting_figures.shares_by_step((1, 10), {"net": np.eye(2)}, ["one", "other"]),
    "class_shares": lambda: weighting_figures.class_shares({"label shift": SHARES, "other images": SHARES}),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_says_what_is_seen_and_what_it_means(name):
    described = DRAW[name]()
    assert described.alt.count(". ") == 1 and described.alt.endswith(".")
    assert re.search(r'<img alt="[^"]+" src="data:image/png', described._repr_html_())


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_states_its_finding_and_names_its_axes(name):
    figure = DRAW[name]().figure
    assert len(figure.get_suptitle()) > 20
    drawn = [axes for axes in figure.axes if axes.axison]
    if drawn:
        assert any(axes.get_xlabel() for axes in drawn) and any(axes.get_ylabel() for axes in drawn)


def test_drawing_leaves_the_global_settings_as_they_were():
    before = dict(matplotlib.rcParams)
    for draw in DRAW.values():
        draw()
    assert dict(matplotlib.rcParams) == before


def test_the_smallest_error_is_named_in_the_description():
    assert "smallest, 1.1, at 4" in DRAW["clipping"]().alt


def test_crosses_stand_on_the_pixels_below_the_corrected_level():
    p = np.ones(64)
    p[[0, 9]] = 1e-4
    axes = shift_figures.pixel_map({"one": p}).figure.axes[0]
    [crosses] = axes.get_lines()
    assert crosses.get_xydata().tolist() == [[0, 0], [1, 1]]


def test_a_map_without_a_cross_does_not_say_that_nothing_differs():
    axes = shift_figures.pixel_map({"one": np.ones(64)}).figure.axes[0]
    assert axes.get_title() == "one: no pixel is found to differ"
