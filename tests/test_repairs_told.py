"""What a card proposes is a repair: it hides no branch, fits the place in which it is put, and spoils nothing."""

import numpy as np
import pytest
from written_cells import said

from bncourse import check, exercises
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.where.practice import Kept, all_steps, practice

FUNCTIONS = [
    exercise
    for exercise in map(exercises.find, exercises.names())
    if isinstance(exercise, Exercise) and not exercise.driver
]

SUMS = """
def effective_sample_size(weights):
    total = squares = 0.0
    for weight in weights:
        if {question}:
            {does}
        total += weight
        squares += weight**2
    return total**2 / squares
"""


@pytest.mark.parametrize("question", ["weight == 0", "weight == 1", "total == 2"])
def test_a_loop_that_ends_too_early_is_told_by_its_question_and_not_by_a_change_that_never_comes_true(question):
    sentence, _ = said("effective_sample_size", SUMS.format(question=question, does="break"))
    assert f"in line 4, `if {question}:` and what is under it left out" in sentence


def test_a_return_inside_a_loop_is_not_mended_by_a_size_that_is_never_reached():
    text = """
    def effective_sample_size(weights):
        total = squares = 0.0
        for weight in weights:
            total += weight
            squares += weight * weight
            size = total * total / squares
            if size > 1:
                return size
        return total * total / squares
    """
    sentence, _ = said("effective_sample_size", text)
    assert "`if size > 1:` and what is under it left out" in sentence


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
def test_a_value_has_the_name_of_a_function_that_learners_write(exercise):
    named = {
        step.name
        for number in range(len(practice(Kept(exercise))))
        for step in all_steps(Kept(exercise), number)
        if step.name.startswith("what ")
    }
    assert {name.split("`")[1] for name in named} <= set(exercises.names())


def test_a_right_value_is_told_in_the_shape_in_which_it_is_put():
    text = """
    def group_norm(x, gamma, beta, groups, eps=1e-3):
        b, h, w, c = x.shape
        g = x.reshape(b, h, w, groups, c // groups)
        hat = g - g.mean(axis=(1, 2, 4), keepdims=True)
        hat /= np.sqrt((hat**2).mean(axis=(1, 2, 4), keepdims=True) + eps)
        scale = gamma.reshape(c // groups, groups).T
        shift = beta.reshape(groups, c // groups)
        return (hat * scale + shift).reshape(x.shape)
    """
    sentence, _ = said("group_norm", text)
    assert "With the right `gamma`, in the shape of yours, in the place of `scale`" in sentence
    assert "has the shape" not in sentence and "and the right one with" in sentence


def test_a_right_value_that_a_line_writes_into_is_not_called_right_after_it():
    text = """
    def label_shift_weights(confusion, predicted):
        inverse = np.linalg.inv(confusion)
        inverse[inverse < 0] = 0
        return inverse @ predicted
    """
    sentence, verdict = said("label_shift_weights", text)
    assert "`inverse` is a step of a right answer too until line 3 writes into it." in sentence
    assert "line 3" in verdict.where and "made of right values" not in sentence


def test_an_input_that_is_passed_on_is_not_blamed_for_what_is_done_with_it():
    sentence, _ = said(
        "normalize",
        """
        def normalize(x, mean, var, eps=1e-3):
            return scaled(x, mean, np.sqrt(var + eps))


        def scaled(x, mean, root):
            return x / root - mean
        """,
    )
    assert "in the place of `mean`" not in sentence, sentence


@pytest.mark.parametrize("exercise", [each for each in FUNCTIONS if each.example], ids=lambda each: each.name)
def test_the_example_by_hand_is_a_case_of_each_check(exercise):
    for seed in (0, 7):
        *_, last = exercise.draw(seed)
        assert last.label == exercise.example.label
        assert all(map(np.array_equal, last.arguments, exercise.example.arguments))


def test_what_is_wrong_on_the_example_of_the_task_alone_is_rejected():
    def moving_average(running, batch, momentum=0.99, convention="keras"):
        if np.array_equal(running, [0.0]):
            return batch
        weight = momentum if convention == "keras" else 1 - momentum
        return weight * running + (1 - weight) * batch

    verdict = judge(exercises.find("moving_average"), DirectAnswer(moving_average))
    assert verdict.outcome == "not yet" and "the example by hand" in verdict.text()


def test_an_axis_that_is_let_pass_is_told(capsys):
    def affine_gradients(dout, x_hat):
        return (dout * x_hat).sum(axis=0, keepdims=True), dout.sum(axis=0)

    def permutation_p_value(observed, permuted):
        return np.array([(1 + np.sum(permuted >= observed)) / (1 + len(permuted))])

    check.affine_gradients(affine_gradients)
    check.permutation_p_value(permutation_p_value)
    told = " ".join(capsys.readouterr().out.split())
    assert "dgamma has the shape (1, 5); (5,) was asked for. It is accepted." in told
    assert "The p-value has the shape (1,); one number was asked for, in no array. It is accepted." in told
