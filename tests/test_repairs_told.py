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
    assert verdict.outcome == "not yet" and verdict.text().count("example") == 1


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


def test_a_value_that_is_another_right_one_keeps_its_own_line_among_those_that_can_be_wrong():
    text = """
    def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
        sizes, means, variances = [n_a, n_b], [mean_a, mean_b], [var_a, var_b]
        n = sum(sizes)
        mean = sum(s * m for s, m in zip(sizes, means)) / n
        within = sum(s * v for s, v in zip(sizes, variances)) / n
        between = sum(s * (means[0] - mean) ** 2 for s in sizes) / n
        return mean, within + between
    """
    sentence, verdict = said("combine_moments", text)
    assert "With the right `between` in the place of `sum(s * (means[0] - mean) ** 2 for s in sizes) / n`" in sentence
    assert "`within`" not in sentence and "line 3" not in sentence and "line 3" not in verdict.where


def test_a_sum_that_grows_from_turn_to_turn_is_not_called_right_in_the_first_alone():
    text = """
    def input_gradient_staged(dout, x, gamma, eps=1e-3):
        m, n = x.shape
        mean = x.mean(axis=0)
        total = x.var(axis=0) + eps
        dx_hat = dout * gamma
        dvar, dmean, dx = np.zeros(n), np.zeros(n), np.zeros((m, n))
        for i in range(m):
            d = x[i] - mean
            dvar += dx_hat[i] * d * (-1 / 2) * total ** (-3 / 2)
            dmean += -dx_hat[i] * total ** (-1 / 2)
            dx[i] = dx_hat[i] * total ** (-1 / 2) + dvar * 2 * d / m + dmean / m
        return dx_hat, dvar, dmean, dx
    """
    sentence, _ = said("input_gradient_staged", text)
    assert "in no later turn" not in sentence, sentence


def test_a_copy_that_is_missing_is_told_as_that():
    text = """
    def clip_weights(weights, most):
        cut, largest = weights, most
        cut[cut > largest] = largest
        return cut / cut.mean()
    """
    sentence, _ = said("clip_weights", text)
    assert "`weights.copy()` in place of `weights`" in sentence


def test_two_sides_of_a_matrix_product_are_told_in_each_others_place():
    text = """
    def label_shift_weights(confusion, predicted):
        inverse = np.linalg.inv(confusion)
        weights = predicted @ inverse
        return np.where(weights < 0, 0, weights)
    """
    sentence, _ = said("label_shift_weights", text)
    assert "in line 3, `inverse @ predicted` in place of `predicted @ inverse`" in sentence


ENDS = {
    "a break at the first": (
        "permutation_p_value",
        """
        def permutation_p_value(observed, permuted):
            count = 1
            for value in sorted(permuted):
                if value >= observed:
                    count += 1
                    break
            return count / (1 + len(permuted))
        """,
        "in line 6, `break` left out",
    ),
    "a sort of the result": (
        "label_shift_weights",
        """
        def label_shift_weights(confusion, predicted):
            w = np.linalg.inv(confusion) @ predicted
            w = np.maximum(w, 0)
            w.sort()
            return w
        """,
        "in line 4, `w.sort()` left out",
    ),
    "options of one call alone": (
        "group_norm",
        """
        def group_norm(x, gamma, beta, groups, eps=1e-3):
            y = x.copy()
            size = x.shape[3] // groups
            for k in range(groups):
                view = y[..., k * size:(k + 1) * size]
                view -= view.mean(axis=(1, 2, 3), keepdims=True)
                view /= np.sqrt(view.var() + eps)
            return y * gamma + beta
        """,
        "`view.var(axis=(1, 2, 3), keepdims=True)` in place of `view.var()`",
    ),
    "a loop of a million turns": (
        "meeting_step",
        """
        def meeting_step(squared_norms, weights, fast_rate, slow_rate):
            goal = np.sum(fast_rate / squared_norms)
            step = slow_rate / np.sum(weights**2)
            way = 0.0
            for k in range(10**6):
                way += step
                if way >= goal:
                    return k
        """,
        "in line 8, `k + 1` in place of `k`",
    ),
}


@pytest.mark.parametrize(("name", "text", "words"), ENDS.values(), ids=ENDS)
def test_what_ends_too_early_or_is_too_much_is_told(name, text, words):
    sentence, _ = said(name, text)
    assert words in sentence, sentence


def test_a_limit_is_not_mended_by_a_larger_limit():
    text = """
    def weighted_risk(losses, weights):
        kept = []
        for w in weights:
            kept.append(min(w, {limit}))
        kept = np.array(kept)
        return (kept * losses).sum() / kept.sum()
    """
    sentence, verdict = said("weighted_risk", text.format(limit=5.0))
    assert verdict.outcome == "not yet" and "in place of `5.0`" not in sentence, sentence
    assert said("weighted_risk", text.format(limit=50))[1].outcome == "not yet"
