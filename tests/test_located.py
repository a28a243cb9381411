"""Where no wrong idea is known: the wrong value is found by substitution, and what is said beside it is true."""

import math
import re

import numpy as np
import pytest
from written_cells import said, written

from bncourse import exercises
from bncourse.benchmarks.mutants import mutants
from bncourse.benchmarks.seeds import Drawn
from bncourse.benchmarks.shown_lines import is_another_line
from bncourse.checking import DirectAnswer, judge
from bncourse.checking.where.practice import Kept, all_steps, practice

# An answer, the line that is wrong, and words of the sentence.
WRONG_VALUES = {
    "a variance of the squares, the mean not squared": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            m = x.mean(0)
            v = (x ** 2).mean(0) - m
            return gamma * (x - m) / np.sqrt(v + eps) + beta
        """,
        3,
        "With what `batch_variance` gives in the place of `(x ** 2).mean(0) - m` in line 3",
    ),
    "a value in a function inside": (
        "standardize",
        """
        def standardize(x, eps=1e-8):
            def norm(col):
                m = sum(col) / len(col)
                v = sum((c - m) for c in col) ** 2 / len(col)
                return (col - m) / (v + eps) ** 0.5
            return np.stack([norm(x[:, j]) for j in range(x.shape[1])], axis=1)
        """,
        4,
        "With the right `var`, a piece of it each time, in the place of `sum((c - m) for c in col) ** 2 / len(col)`",
    ),
    "one of two results, from which the other is made": (
        "combine_moments",
        """
        def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
            n = n_a + n_b
            mean = np.maximum(mean_a, mean_b)
            var = (n_a * (var_a + (mean_a - mean) ** 2) + n_b * (var_b + (mean_b - mean) ** 2)) / n
            return mean, var
        """,
        3,
        "`np.maximum(mean_a, mean_b)`",
    ),
    "a factor of another size is missing": (
        "population_statistics",
        """
        def population_statistics(batches):
            size = batches.shape[1]
            mean = batches.mean(axis=(0, 1))
            var = size / (size - 1)
            return mean, var
        """,
        4,
        "in the place of `size / (size - 1)` in line 4",
    ),
    "two values in one line": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            m, v = x[:-1].mean(0), x[:-1].var(0)
            x_hat = (x - m) / np.sqrt(v + eps)
            return gamma * x_hat + beta
        """,
        2,
        "and what `batch_variance` gives in the place of `x[:-1].var(0)` in line 2",
    ),
    "a right value that is not the one needed": (
        "drift",
        """
        def drift(percentiles):
            low, median, high = percentiles.T
            moved = median.min()
            return moved / np.mean(high - low)
        """,
        3,
        "With another value, one that right answers have on their way, in the place of `median.min()` in line 3",
    ),
}


@pytest.mark.parametrize("name", WRONG_VALUES)
def test_the_value_that_is_wrong_is_found(name):
    exercise, text, line, words = WRONG_VALUES[name]
    sentence, verdict = said(exercise, text)
    assert words in sentence and "every case of the check in your notebook comes out right" in sentence
    assert verdict.where.startswith(f"{exercise}(), line {line}: ")


def test_the_same_place_is_found_on_inputs_that_nobody_knows():
    exercise, text, line, _ = WRONG_VALUES["a variance of the squares, the mean not squared"]
    _, verdict = said(exercise, text, seed=94_361)
    assert verdict.where.startswith(f"{exercise}(), line {line}: ")


def test_no_value_of_an_input_that_gives_points_goes_where_the_answer_lives():
    name, text, _, _ = WRONG_VALUES["a variance of the squares, the mean not squared"]
    exercise, seed = exercises.find(name), 94_361
    hidden = [exercise.reference(*case.copy()[0], **case.copy()[1]) for case in exercise.draw(seed)]

    passed = []

    class Watched(DirectAnswer):
        def call(self, arguments, options, *, seconds, driver=None):
            passed.extend(_arrays(arguments))
            return super().call(arguments, options, seconds=seconds, driver=driver)

    answer = Watched(written(name, text))
    assert judge(exercise, answer, seed).where
    assert len(passed) > 100
    for right in hidden:
        assert not any(np.shape(each) == right.shape and np.allclose(each, right) for each in passed)


def _arrays(value):
    if isinstance(value, np.ndarray):
        return [value]
    if isinstance(value, list | tuple):
        return [each for item in value for each in _arrays(item)]
    return []


def test_a_right_value_that_makes_up_for_a_later_line_is_not_blamed():
    text = """
    def domain_auc(source_scores, target_scores):
        levels = np.sort(np.unique(np.concatenate([source_scores, target_scores])))[::-1]
        false = np.array([0.0, *[np.mean(source_scores >= t) for t in levels]])
        true = np.array([0.0, *[np.mean(target_scores >= t) for t in levels]])
        return np.sum(np.diff(false) * true[1:])
    """
    sentence, verdict = said("domain_auc", text)
    assert "line 4" not in sentence and "line 4" not in verdict.where


def test_of_two_wrong_values_the_later_is_not_called_the_only_one():
    text = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        m = x.mean(axis=0)
        v = ((x - m) ** 2 * 1.5).mean(axis=0) * 1.5
        return gamma * (x - m) / np.sqrt(v + eps) ** 3 + beta
    """
    sentence, _ = said("batch_norm", text)
    assert "One value is wrong" not in sentence


def test_two_values_that_are_wrong_are_both_shown():
    text = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        m = x.max(axis=0) / 2
        v = 3 * np.abs(x - x.mean(axis=0)).mean(axis=0)
        return gamma * (x - m) / np.sqrt(v + eps) + beta
    """
    sentence, verdict = said("batch_norm", text)
    assert "in the place of `x.max(axis=0) / 2` in line 2" in sentence
    assert "in the place of `3 * np.abs(x - x.mean(axis=0)).mean(axis=0)` in line 3" in sentence
    assert "every case of the check in your notebook comes out right." in sentence and "line 2: m = " in verdict.where


@pytest.mark.parametrize(("default", "told"), [("1e-5", "`eps=1e-05`"), ("0.5", "`eps=0.5`")])
def test_another_default_alone_is_told_as_that(default, told):
    text = f"def normalize(x, mean, var, eps={default}):\n    return (x - mean) / np.sqrt(var + eps)"
    sentence, verdict = said("normalize", text)
    assert "The first line of the task has `eps=0.001`" in sentence and told in sentence
    assert "With that every case of this check comes out right." in sentence
    assert verdict.where.startswith("normalize(), line 1: def normalize(")


def test_another_default_beside_a_mistake_is_told_beside_it():
    text = "def normalize(x, mean, var, eps=0.5):\n    return np.tanh(x - mean) / np.sqrt(var + eps)"
    sentence, verdict = said("normalize", text)
    assert "The first line of the task has `eps=0.001`, and yours has `eps=0.5`." in sentence
    assert "With that every case" not in sentence and not verdict.where.startswith("normalize(), line 1")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        (
            "scale_and_shift",
            "def scale_and_shift(x_hat, gamma, beta):\n    return beta",
            "What comes back in line 2 is `beta`, as it was passed.",
        ),
        (
            "batch_norm",
            "def batch_norm(x, gamma, beta, eps=1e-3):\n    m = x.mean(axis=0)\n    return m + 0",
            "What comes back in line 3 is",
        ),
    ],
)
def test_a_value_that_comes_back_too_early_is_told(name, text, words):
    sentence, verdict = said(name, text)
    assert words in sentence and "A right answer goes on from there." in sentence
    assert re.search(r"line \d+: return", verdict.where)


def test_an_epsilon_that_is_nowhere_is_not_told_as_a_small_one():
    text = """
    def standardize(x, eps=1e-8):
        z = (x - np.mean(x, axis=0)) / np.std(x, axis=0)
        z[np.isnan(z)] = 0
        return z
    """
    sentence, verdict = said("standardize", text)
    assert "Wherever eps=0 gives numbers, your result is what eps=0 gives: `eps` is left out there." in sentence
    assert verdict.wrong_ideas == ("eps taken as 0",)


def test_a_result_on_a_line_with_the_right_one_is_told():
    text = """
    def domain_auc(source_scores, target_scores):
        return np.mean(np.sign(np.subtract.outer(target_scores, source_scores)))
    """
    assert "In all cases every number is 2 times what is expected, minus 1." in said("domain_auc", text)[0]


def test_a_zip_of_two_lengths_is_told():
    text = """
    def domain_auc(source_scores, target_scores):
        wins = 0
        for s, t in zip(source_scores, target_scores):
            wins += 1.0 * (t > s) + 0.5 * (t == s)
        return wins / len(source_scores)
    """
    assert "stops at the end of the shorter: that is 5 pairs of the 35 that there are." in said("domain_auc", text)[0]


def test_results_that_are_right_in_every_case_are_told_beside_those_that_are_not():
    text = """
    def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
        mean = (n_a * mean_a + n_b * mean_b) / (n_a + n_b)
        return mean, np.tanh(var_a) + np.tanh(var_b)
    """
    assert "Right in every case: mean. Not right: var." in said("combine_moments", text)[0]


def test_whole_numbers_that_agree_by_chance_are_told_no_pair_of_ideas():
    text = """
    def domain_auc(source_scores, target_scores):
        return float(len(source_scores) * len(target_scores))
    """
    assert not said("domain_auc", text)[1].wrong_ideas


def test_an_error_alone_proves_no_value_of_an_argument():
    text = """
    def steps_to_reach(share, momentum):
        return math.ceil(math.log(1 - 20 * share) / math.log(momentum))
    """
    assert not said("steps_to_reach", text, math=math)[1].wrong_ideas


_CHECK = """
def gradient_check(forward, backward, x, gamma, beta):
    rng = np.random.default_rng(1)
    dout = rng.standard_normal(x.shape)
    right = True
    for k, (p, given) in enumerate(zip([x, gamma, beta], backward(dout, x, gamma, beta))):
        slopes = np.zeros(p.shape)
        for i in np.ndindex(*p.shape):
            args = [x.copy(), gamma.copy(), beta.copy()]
            args[k][i] += 1e-5
            up = np.sum(forward(*args) * dout)
            args[k][i] -= 2e-5
            slopes[i] = (up SIGN np.sum(forward(*args) * dout)) / 2e-5
        right = AND bool(np.linalg.norm(slopes - given) <= 1e-5 * np.linalg.norm(slopes))
    return right
"""


@pytest.mark.parametrize(
    ("sign", "before", "line", "words", "more"),
    [
        ("+", "right and", 12, "`-` in place of `+` in `up + np.sum(forward(*args) * dout)`", "says False to every"),
        ("-", "", 13, "`right = right and ...` in place of `right = ...`", "True only where all of them agree"),
    ],
)
def test_the_change_that_makes_a_check_of_gradients_right_is_found(sign, before, line, words, more):
    sentence, verdict = said("gradient_check", _CHECK.replace("SIGN", sign).replace("AND", before))
    assert words in sentence and verdict.where.startswith(f"gradient_check(), line {line}: ")
    assert more in sentence


def test_what_a_check_of_gradients_draws_from_is_put_back():
    text = _CHECK.replace("SIGN", "+").replace("AND", "right and")
    text = text.replace("rng = np.random.default_rng(1)", "np.random.seed(3)").replace(
        "rng.standard", "np.random.standard"
    )
    answer = DirectAnswer(written("gradient_check", text))
    exercise = exercises.find("gradient_check")
    np.random.seed(7)  # noqa: NPY002
    case = exercise.draw(0)[-1]
    for _ in exercise.draw(0):
        answer.call(*case.copy(), seconds=5, driver=exercise.driver)
    plain = np.random.random()  # noqa: NPY002
    np.random.seed(7)  # noqa: NPY002
    judge(exercise, answer)
    assert np.random.random() == plain  # noqa: NPY002


def test_a_name_is_wrong_where_it_is_assigned():
    text = """
        def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
            mean_a, var_a, mean_b, var_b = (np.asarray(v) for v in (mean_a, var_b, mean_b, var_b))
            n = n_a + n_b
            within = (n_a * var_a + n_b * var_b) / n
            mean = (n_a * mean_a + n_b * mean_b) / n
            return mean, within + n_a * n_b / n**2 * (mean_a - mean_b) ** 2
        """
    _, verdict = said("combine_moments", text)
    assert verdict.where.startswith("combine_moments(), line 2: "), verdict.text()


def test_the_result_itself_in_another_order_stands_for_no_value_on_the_way():
    text = """
        def input_percentiles(x):
            last = x.shape[1] - 1
            ordered = np.sort(x, axis=1)
            columns = []
            for p in (15, 50, 85):
                place = last + 0.0
                low = min(int(place), last)
                columns.append(ordered[:, low] + (place - low) * ordered[:, -1])
            return np.stack(columns, axis=1)
        """
    sentence, verdict = said("input_percentiles", text)
    assert "`ordered[:, low]`" not in sentence, verdict.text()


def test_a_loop_of_many_turns_is_tried_to_its_end():
    text = """
        def steps_to_reach(share, momentum):
            value, steps = 0.0, -1
            while value < share * (1 - 1e-12):
                value, steps = momentum * value + (1 - momentum), steps + 1
            return steps
        """
    sentence, verdict = said("steps_to_reach", text)
    assert "in line 2, `0` in place of `-1`" in sentence, verdict.text()


# An answer in which a line before the first value that no right answer has is the wrong one, and the line to show.
INNOCENT_LINES_BEHIND = {
    "an input under another name": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            mean = x.mean(axis=0)
            var = abs(x) + 0.0 * mean
            return gamma * (x - mean) / np.sqrt(var + eps) + beta
        """,
        3,
    ),
    "what a function inside is given": (
        "domain_auc",
        """
        def domain_auc(source_scores, target_scores):
            def row(scores):
                return np.asarray(scores)[:, None]

            source = row(target_scores[: len(source_scores)])
            target = row(target_scores)
            higher, tied = (target > source.T).astype(float), (target == source.T).astype(float)
            return float((higher + 0.5 * tied).mean())
        """,
        5,
    ),
    "a number to start with in a loop": (
        "drift",
        """
        def drift(percentiles):
            total = 0.0
            for lower, _, upper in percentiles:
                total += lower + 0.0 * upper
            medians = percentiles[:, 1]
            return (medians.max() - medians.min()) / (total / len(percentiles))
        """,
        4,
    ),
}


@pytest.mark.parametrize("name", INNOCENT_LINES_BEHIND)
def test_no_line_behind_the_wrong_one_is_shown_alone(name):
    exercise, text, line = INNOCENT_LINES_BEHIND[name]
    _, verdict = said(exercise, text)
    assert not verdict.where or f"line {line}: " in verdict.where, verdict.text()


def test_the_one_line_that_no_right_answer_has_is_shown_as_that():
    text = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        mean = x.mean(axis=0)
        var = x.var(axis=0)
        x_hat = np.tanh((x - mean) * 3) + var
        return gamma * x_hat + beta
    """
    sentence, verdict = said("batch_norm", text)
    assert verdict.where.startswith("batch_norm(), line 4: "), verdict.text()
    assert "line 4" in sentence


def test_a_line_whose_small_change_makes_all_right_is_no_innocent_line():
    exercise = exercises.find("batch_mean")
    drawn = Drawn(exercise)
    summed = next(m for m in mutants(_mean_in_two_lines) if "total = x.sum(axis=0) + 0.0" in m.text)
    turned = next(m for m in mutants(_mean_in_two_lines) if "total = x.sum(axis=1)" in m.text)
    assert summed.lines == turned.lines == (2,)
    assert not is_another_line(summed, (2,), drawn, (0, 1))
    assert not is_another_line(summed, (3,), drawn, (0, 1))  # divided there by the number of rows
    assert is_another_line(turned, (3,), drawn, (0, 1))


def _mean_in_two_lines(x):
    total = x.sum(axis=0) / len(x)
    return total


_IN_PLACE = {
    "instance_norm": """
        def instance_norm(x, gamma, beta, eps=1e-3):
            y = x.copy()
            for i in range(gamma.shape[0]):
                for c in range(x.shape[3]):
                    values = x[i, :, :, c]
                    y[i, :, :, c] = gamma[c] * (values - values.mean()) / np.sqrt(values.var() + eps) + beta[c]
            return y
        """,
    "batch_norm": """
        def batch_norm(x, gamma, beta, eps=1e-3):
            y = x - x.mean(0)
            v = abs(y).mean(0)
            y /= v
            y *= gamma
            y += beta
            return y
        """,
}


@pytest.mark.parametrize("name", _IN_PLACE)
def test_an_answer_that_writes_into_arrays_changes_nothing_that_the_next_check_needs(name):
    kept = Kept(exercises.find(name))

    def steps():
        return [np.asarray(step.value).tobytes() for n in range(len(practice(kept))) for step in all_steps(kept, n)]

    before = steps()
    said(name, _IN_PLACE[name])
    assert steps() == before


def test_the_value_of_a_case_is_told_with_the_case_that_has_it():
    """The case that tells most is not the first one that fails."""
    text = (
        "def drift(percentiles):\n    low, median, high = percentiles.T\n"
        "    return (median.max() - median[0]) / (high - low).mean()"
    )
    says, verdict = said("drift", text)
    found = re.search(r'In the case "([^"]+)" yours begins with \[(\S+)\], and the right one with \[(\S+)\]', says)
    [case] = [case for case in exercises.find("drift").draw(0) if case.label == found[1]]
    median = case.arguments[0][:, 1]
    shown = float(found[2]), float(found[3])
    assert np.allclose(shown, (median.max() - median[0], np.ptp(median)), rtol=1e-4), verdict.text()


def test_two_statements_in_one_line_are_told_as_one_line():
    text = (
        "def input_percentiles(inputs, percentages=(15, 50, 85)):\n"
        "    s, n = np.sort(inputs, axis=1), inputs.shape[1]; return np.stack([s[:, min(round(p / 100 * n), n - 1)] "
        "for p in percentages], axis=1)"
    )
    says, verdict = said("input_percentiles", text)
    assert "stands in line 2 alone" in says and "; or line" not in verdict.where, verdict.text()
