"""The sliders of notebooks 04 and 06: pictures of one size, each with its numbers and a description of its own."""

import numpy as np
import pytest

from bncourse.experiments.layer import batch_dependence, layers
from bncourse.figures import layer_sliders, running_figures

RNG = np.random.default_rng(0)
UNIT = RNG.normal(size=300)
EPSILONS = (1e-5, 1e-3, 0.1)
MEANS = {size: RNG.normal(scale=size**-0.5, size=(200, 5)) for size in (2, 8, 32)}
BUILD = {
    "epsilon": lambda: layer_sliders.epsilon(EPSILONS, layers.small_units(UNIT, EPSILONS), "still"),
    "gamma and beta": lambda: layer_sliders.gamma_and_beta(UNIT, {(1, 0): 0.98, (1, 4): 0.68}, "still"),
    "batch size": lambda: running_figures.noise_of_the_mean(MEANS),
}


@pytest.mark.parametrize("name", BUILD)
def test_the_pictures_of_a_slider_have_one_size_and_a_description_each(name):
    slider = BUILD[name]()
    assert len({tuple(picture.figure.get_size_inches()) for picture in slider.pictures}) == 1
    descriptions = [picture.alt for picture in slider.pictures]
    assert len(set(descriptions)) == len(descriptions)
    assert all(alt.count(". ") == 1 and alt.endswith(".") for alt in descriptions)


def test_the_larger_eps_the_fewer_small_units_reach_standard_deviation_1():
    titles = [picture.figure.get_suptitle() for picture in BUILD["epsilon"]().pictures]
    near = [f"{units} near 1" for units in ("all three units", "one unit", "no unit")]
    assert [title.split(": ")[1] for title in titles] == near
    assert "PyTorch" in titles[0] and "Keras" in titles[1]


def test_a_position_of_gamma_and_beta_says_both_and_r_squared():
    slider = BUILD["gamma and beta"]()
    assert slider.labels == ["gamma 1, beta 0", "gamma 1, beta 4"]
    assert "R² 0.680" in slider.pictures[1].figure.get_suptitle()


def test_the_still_figure_of_the_batch_sizes_says_where_the_noise_starts_and_ends():
    still = BUILD["batch size"]().still
    assert "at batch size 2 to" in still.alt and "at 32, along the line" in still.alt


def test_the_mean_of_a_batch_is_that_of_the_digits_drawn():
    few = batch_dependence.batch_means(seed=304, sizes=(1,), draws=50)[1]
    x = layers.digit_layer(304)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    nearest = np.abs(few[:, None, :] - x[None]).max(axis=2).min(axis=1)
    assert nearest.max() < 1e-12  # a batch of one is one of the digits


def test_a_straight_line_explains_all_of_a_sigmoid_used_at_its_middle():
    assert layers.straightness(UNIT, gamma=0.01) > 0.9999 > layers.straightness(UNIT, gamma=1, beta=4)
