"""Two runs of a layer before batch norm: when the slow one has come as far as the fast one."""

import numpy as np
import pytest

from bncourse import reference
from bncourse.experiments.training import meeting
from bncourse.figures import meeting_figures


def test_the_meeting_step_is_the_first_at_which_the_slow_sum_is_enough():
    rng = np.random.default_rng(0)
    for _ in range(20):
        squares, weights = rng.uniform(1, 4, 6), rng.normal(size=(4, 3))
        covered = sum(1.5 / square for square in squares)
        steps = reference.meeting_step(squares, weights, 1.5, 0.2)
        each = 0.2 / (weights**2).sum()
        assert (steps - 1) * each < covered <= steps * each


@pytest.mark.parametrize("squares", [[], [1.0, 0.0], [2.0, -1.0]])
def test_norms_that_are_none_are_named(squares):
    with pytest.raises(ValueError, match="one positive number for each step"):
        reference.meeting_step(np.array(squares), np.ones((2, 2)), 1.0, 1.0)


@pytest.fixture(scope="module")
def found():
    return meeting.runs(1, lr=0.3)


def test_only_the_first_layer_learns_from_the_same_direction(found):
    assert found["slow"].squared_norms[0] == pytest.approx(4 * found["fast"].squared_norms[0])
    assert found["slow"].losses[0] == pytest.approx(found["fast"].losses[0], rel=1e-6)
    assert len(found["fast"].losses) == meeting.FAST_STEPS + 1


def test_the_learners_function_says_how_long_the_slow_run_is_watched():
    short = meeting.runs(1, lr=0.3, meeting_step=lambda *given: 20)
    assert short["predicted"] == 20 and len(short["slow"].squared_norms) == 22 and short["met"] == np.inf


def test_the_description_has_what_was_predicted_and_what_came(found):
    described = meeting_figures.meeting(found)
    assert f"after {found['met']:.0f}; predicted are {found['predicted']}" in described.alt
    assert len(described.figure.get_suptitle()) > 20 and all(axes.get_xlabel() for axes in described.figure.axes)
