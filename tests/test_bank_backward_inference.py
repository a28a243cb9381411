"""Notebooks 05 and 06: wrong ideas that meet, and what a learner would write, each draws its sentence."""

import numpy as np
import pytest

from bncourse import exercises
from bncourse.checking import DirectAnswer, judge

FREQUENT = {
    "batch_norm_layer": [
        "no epsilon after training",
        "epsilon outside the root after training",
        "epsilon outside the root",
        "no epsilon while training",
        "epsilon written into the code",
        "epsilon in the running variance",
        "gamma and beta skipped after training",
        "running statistics in the wrong shape",
        "batch statistics after training",
        "the batch mean with the running variance after training",
        "only the mean is divided",
        "momentum the wrong way round",
        "running variance fed the deviation",
        "running statistics never updated",
        "running variance fed the unbiased one",
        "one gamma and beta for all features",
        "a layer that normalizes each example",
        "a layer that overwrites x",
    ],
    "affine_gradients": [
        "dgamma and dbeta swapped",
        "two single numbers",
        "dgamma by a matrix product",
        "both averaged",
        "neither summed over the batch",
        "dgamma summed too early",
    ],
    "input_gradient": [
        "the elementwise derivative only",
        "statistics as constants",
        "gamma missing in dx",
        "epsilon forgotten on the way back",
    ],
    "gradient_check": ["dout of ones", "a batch of two", "gamma of ones"],
}


@pytest.mark.parametrize(("exercise", "names"), FREQUENT.items())
def test_the_mistakes_that_students_make_most_are_in_the_bank(exercise, names):
    assert not set(names) - {idea.name for idea in exercises.find(exercise).wrong_ideas}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    ("exercise", "pair"),
    [
        ("batch_norm_layer", ("epsilon outside the root", "batch statistics after training")),
        ("batch_norm_layer", ("momentum the wrong way round", "batch statistics after training")),
        ("batch_norm_layer", ("running variance fed the deviation", "gamma and beta skipped after training")),
        ("batch_norm_layer", ("running statistics updated in both modes", "epsilon in the running variance")),
        ("batch_norm_inference", ("epsilon outside the root", "batch statistics at inference")),
        ("input_gradient", ("gamma missing in dx", "path through the variance dropped")),
        ("input_gradient", ("epsilon forgotten on the way back", "path through the mean dropped")),
        ("input_gradient_staged", ("gamma missing in dx hat", "one half missing in dvar")),
        ("input_gradient_staged", ("epsilon forgotten in the stages", "mean path dropped in dx")),
        ("affine_gradients", ("dgamma averaged", "dbeta not summed")),
        ("population_statistics", ("the mean multiplied too", "the variance of all rows together")),
        ("fold_into_conv", ("kernel scaled along the channels in", "bias not scaled")),
    ],
)
def test_two_wrong_ideas_that_meet_are_both_named(exercise, pair, seed):
    exercise = exercises.find(exercise)
    ideas = [next(idea for idea in exercise.wrong_ideas if idea.name == name) for name in pair]
    verdict = judge(exercise, DirectAnswer(exercise.whole(*ideas)), seed)
    assert set(verdict.wrong_ideas) == set(pair), verdict.text()


def test_a_layer_with_two_slips_as_a_student_writes_it_is_told_both():
    def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
        mean, var = x.mean(axis=0), x.var(axis=0)
        if training:
            running_mean = momentum * running_mean + (1 - momentum) * mean
            running_var = momentum * running_var + (1 - momentum) * var
        x_hat = (x - mean) / (np.sqrt(var) + eps)
        return gamma * x_hat + beta, running_mean, running_var

    said = " ".join(judge(exercises.find("batch_norm_layer"), DirectAnswer(batch_norm_layer)).text().split())
    assert "After training you still normalize with the mean and the variance of the batch" in said
    assert "You add epsilon to the standard deviation, outside the root" in said


def test_a_layer_that_is_right_in_training_earns_that_part():
    exercise = exercises.find("batch_norm_layer")
    idea = next(i for i in exercise.wrong_ideas if i.name == "gamma and beta skipped after training")
    verdict = judge(exercise, DirectAnswer(exercise.whole(idea)))
    assert verdict.score == exercise.points / 2
    assert "while training" in verdict.text()


def test_one_convention_earns_half_of_the_moving_average():
    def moving_average(running, batch, momentum=0.99, convention="keras"):
        return momentum * running + (1 - momentum) * batch

    verdict = judge(exercises.find("moving_average"), DirectAnswer(moving_average))
    assert verdict.score == 1.0
    assert "In PyTorch momentum is the weight of the new value" in " ".join(verdict.text().split())


def test_a_gradient_check_with_a_dout_of_ones_is_told_why_it_is_blind():
    def gradient_check(forward, backward, x, gamma, beta):
        h, dout = 1e-5, np.ones_like(x)
        for values, gradient in zip((x, gamma, beta), backward(dout, x, gamma, beta), strict=True):
            for index in np.ndindex(values.shape):
                kept = values[index]
                values[index] = kept + h
                above = forward(x, gamma, beta).sum()
                values[index] = kept - h
                below = forward(x, gamma, beta).sum()
                values[index] = kept
                if abs((above - below) / (2 * h) - gradient[index]) > 1e-6:
                    return False
        return True

    verdict = judge(exercises.find("gradient_check"), DirectAnswer(gradient_check))
    assert "dout of ones" in verdict.wrong_ideas
    assert "np.ones_like(x)" in verdict.where


def test_a_gradient_check_that_stops_with_an_error_is_told_the_line():
    def gradient_check(forward, backward, x, gamma, beta):
        return np.allclose(backward(x, gamma), 0)

    verdict = judge(exercises.find("gradient_check"), DirectAnswer(gradient_check))
    assert verdict.outcome == "stopped"
    assert "line 2" in verdict.text()


def test_stages_in_float32_are_accepted_but_not_another_epsilon():
    exercise = exercises.find("input_gradient_staged")

    def stages(dout, x, gamma, eps=1e-3):
        single = [np.asarray(value, np.float32) for value in (dout, x, gamma)]
        return tuple(value.astype(np.float32) for value in exercise.reference(*single, eps * 1.01))

    assert judge(exercise, DirectAnswer(stages)).outcome == "not yet"
