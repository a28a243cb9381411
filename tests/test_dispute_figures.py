"""The figures of notebook 08 say what they show."""

import numpy as np
import pytest

from bncourse.experiments.training import landscape
from bncourse.figures import dispute_figures

COURSE = landscape.Course(
    50 * np.arange(4), np.array([0.1, 2, 3, 1.0]), np.ones(4), np.zeros((4, 2)), 0.4, np.ones(4), 150.0
)
SMOOTH = COURSE._replace(loss_range=np.array([1, 0.2, 0.1, 0.1]), drift=0.1, arrived=50.0)
NUMBERS = landscape.summary({"none": COURSE._replace(arrived=np.inf), "batch": SMOOTH, "noisy": COURSE})
GROWTH = {"effective": np.array([1.0, 0.8, 0.7]), "squared_norm": np.array([1.0, 1.2, 1.44])}
DRAW = {
    "learning_rates": lambda: dispute_figures.learning_rates(
        (0.1, 1.0, 3.0), {"none": np.array([0.9, 0.8, 0.1]), "batch": np.array([0.9, 0.9, 0.88])}
    ),
    "loss_ranges": lambda: dispute_figures.loss_ranges({"ReLU": {"none": COURSE, "batch": SMOOTH}}),
    "noise": lambda: dispute_figures.noise({"tanh": NUMBERS}),
    "scale": lambda: dispute_figures.scale(
        np.array([10.0, 1.0, 0.1]), np.array([1.0, 1.0, 2.0]), (0.1, 1.0, 10.0), GROWTH
    ),
    "gradient_by_layer": lambda: dispute_figures.gradient_by_layer(
        {"none": np.ones(6), "batch": 2.0 ** -np.arange(6)}, {"none": 1.0, "batch": 2.0}
    ),
}


@pytest.mark.parametrize("name", DRAW)
def test_a_figure_of_the_dispute_states_its_finding_names_its_axes_and_describes_itself(name):
    described = DRAW[name]()
    assert len(described.figure.get_suptitle()) > 20
    assert all(axes.get_xlabel() for axes in described.figure.axes)
    assert any(axes.get_ylabel() for axes in described.figure.axes)
    assert described.alt.endswith(".") and ". " in described.alt
    assert described._repr_html_().startswith("<img alt=")


# the ranges of the loss have one network here, and are narrower than in the notebook
@pytest.mark.parametrize("name", sorted(set(DRAW) - {"loss_ranges"}))
def test_a_title_is_no_wider_than_its_figure(name):
    figure = DRAW[name]().figure
    [title] = [text for text in figure.texts if text.get_text() == figure.get_suptitle()]
    assert title.get_window_extent().width < figure.bbox.width


def test_the_description_says_which_network_did_not_arrive():
    assert "tanh without batch norm: drift 0.40, target not reached" in DRAW["noise"]().alt


def test_the_description_tells_the_start_from_what_comes_after():
    assert "ReLU with batch norm: 1.00 at step 0, 0.13 on average after it" in DRAW["loss_ranges"]().alt


def test_the_description_says_how_far_the_effective_rate_falls():
    assert "1.20 times as long" in DRAW["scale"]().alt and "0.70 of its first value" in DRAW["scale"]().alt
