"""The figures of notebooks 00 and 03 say what they show."""

import re

import numpy as np
import pytest

from bncourse.experiments.training import convergence, hidden_units
from bncourse.figures import descent_figures, drift_figures

BAND = np.array([[-1.0, 0.0, 1.0], [2.0, 3.0, 4.0], [0.0, 1.0, 2.0]])
RATES = np.array([0.1, 1.0, 10.0])
STEPS = {"none": np.array([np.inf, 1200.0, np.inf]), "batch": np.array([100.0, 75.0, 150.0])}
GAINS = {
    f"{convergence.setting_name(*setting)}_{what}": number
    for setting in convergence.SETTINGS
    for what, number in {"none": 400.0, "batch": 50.0, "gain": 8.0}.items()
}
DRAW = {
    "percentiles": lambda: drift_figures.percentiles(np.array([0, 20, 40]), {"one": BAND, "two": BAND / 9}),
    "learning_rates": lambda: drift_figures.learning_rates(RATES, STEPS),
    "input_scaling": lambda: drift_figures.input_scaling(GAINS),
    "first_look": lambda: descent_figures.first_look(
        {"without": 0.5 ** np.arange(5), "with": np.ones(5)}, {"without": np.full(3, 0.1), "with": np.full(3, 0.9)}
    ),
    "approach": lambda: descent_figures.approach({"fast": 0.5 ** np.arange(30), "slow": 0.99 ** np.arange(30)}),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_states_its_finding_names_its_axes_and_describes_itself(name):
    described = DRAW[name]()
    assert len(described.figure.get_suptitle()) > 20
    assert any(axes.get_xlabel() for axes in described.figure.axes)
    assert any(axes.get_ylabel() for axes in described.figure.axes)
    assert described.alt.count(". ") == 1 and described.alt.endswith(".")
    assert described._repr_html_().startswith("<img alt=")


def test_the_description_of_a_grid_says_which_runs_never_arrived():
    alt = DRAW["learning_rates"]().alt
    assert re.search(r"without batch norm: never at 0.1, 1200 at 1, never at 10", alt)


def test_the_description_of_an_approach_says_who_arrived():
    alt = DRAW["approach"]().alt
    assert "fast: arrived at step 7" in alt and "slow: not arrived after 29" in alt


def test_the_tiny_network_has_a_picture_for_each_moment_and_a_strip_of_five():
    watched = hidden_units.watch_tiny_network(seed=4)
    slider = drift_figures.tiny_network(watched)
    assert slider.labels[0] == "step 0" and slider.labels[-1] == "step 400"
    assert len(slider.pictures) == len(slider.labels) == 21
    assert "Five moments" in slider.still.alt and slider.playable
