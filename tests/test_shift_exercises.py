"""What the exercises of notebooks 00 to 03 say beyond what holds for every exercise."""

import numpy as np
import pytest
from written_cells import written

from bncourse import exercises
from bncourse.checking import DirectAnswer, judge


def verdict_of(name, answer, seed=0):
    return judge(exercises.find(name), DirectAnswer(answer, name), seed)


@pytest.mark.parametrize("seed", range(5))
def test_the_short_variance_is_accepted_with_advice(seed):
    def standardize(x, eps=1e-8):
        mean = x.mean(axis=0)
        return (x - mean) / np.sqrt((x**2).mean(axis=0) - mean**2 + eps)

    verdict = verdict_of("standardize", standardize, seed)
    assert verdict.outcome == "correct" and verdict.score == 2.0
    assert "Subtract the mean first" in verdict.advice[0]


def test_a_careful_variance_draws_no_advice():
    assert verdict_of("standardize", exercises.find("standardize").reference).advice == ()


def test_two_of_each_kind_of_shift_are_asked():
    right = [question.right for question in exercises.find("kinds_of_shift").questions]
    assert {kind: right.count(kind) for kind in right} == {
        "covariate shift": 2,
        "label shift": 2,
        "concept drift": 2,
        "none": 2,
    }


def test_each_story_earns_half_a_point_alone():
    verdict = verdict_of("kinds_of_shift", {"spam": "concept drift", "flu": "concept drift"})
    assert verdict.outcome == "not yet" and verdict.score == 0.5
    assert verdict.choices == ("flu (C1)",)


def test_the_word_covariance_is_put_right():
    verdict = verdict_of("kinds_of_shift", {"scanner": "Covariance shift"})
    said = " ".join(verdict.text().split())
    assert "a covariate is an input variable" in said and verdict.score == 0.0


def test_a_tie_that_is_not_counted_is_named_and_shown():
    def domain_auc(source_scores, target_scores):
        return (target_scores[:, None] > source_scores).mean()

    verdict = verdict_of("domain_auc", domain_auc)
    assert verdict.wrong_ideas == ("a tie that counts nothing",)
    assert verdict.where.endswith("line 2: return (target_scores[:, None] > source_scores).mean()")


def test_the_p_value_of_most_tutorials_holds_two_ideas():
    def permutation_p_value(observed, permuted):
        return np.mean(permuted > observed)

    names = verdict_of("permutation_p_value", permutation_p_value).wrong_ideas
    assert names == ("the ones left out", "only values that are larger")


def test_a_ratio_without_sizes_from_a_probability_holds_two_ideas():
    def density_ratio(logits, n_source, n_target):
        return 1 / (1 + np.exp(-logits))

    names = verdict_of("density_ratio", density_ratio).wrong_ideas
    assert names == ("the probability and not the odds", "the class sizes forgotten")


def test_a_ratio_with_both_parts_upside_down_is_one_idea():
    def density_ratio(logits, n_source, n_target):
        return 1 / (np.exp(logits) * n_source / n_target)

    assert verdict_of("density_ratio", density_ratio).wrong_ideas == ("the ratio upside down",)


def test_the_other_convention_of_the_weighted_risk_is_named_as_one():
    def weighted_risk(losses, weights):
        return (losses * weights).mean()

    assert "the other convention" in " ".join(verdict_of("weighted_risk", weighted_risk).text().split())


def test_a_drift_from_first_to_last_that_is_not_divided_holds_two_ideas():
    def drift(percentiles):
        return percentiles[-1, 1] - percentiles[0, 1]

    assert verdict_of("drift", drift).wrong_ideas == ("the last minus the first", "a drift that is not divided")


def test_a_number_in_an_array_of_one_is_accepted():
    def weighted_risk(losses, weights):
        return np.sum(weights * losses, keepdims=True) / weights.sum()

    assert verdict_of("weighted_risk", weighted_risk).outcome == "correct"


P_VALUE = "def permutation_p_value(observed, permuted):\n    return "
PERCENTILES = "def input_percentiles(inputs, percentages=(15, 50, 85)):\n    return "
DRIFT = "def drift(percentiles):\n    low, median, high = percentiles.T\n    width = high - low\n    return "


@pytest.mark.parametrize(
    ("text", "words", "not_so"),
    [
        (
            P_VALUE + "(1 + np.sum(permuted >= observed)) / 1 + len(permuted)",
            "you divide by 1 alone",
            "without brackets",
        ),
        (
            P_VALUE + "1 - (1 + np.sum(permuted < observed)) / (1 + len(permuted))",
            "in other words. You add 1",
            "happened: You add",
        ),
        (
            PERCENTILES + "np.percentile(inputs, percentages, axis=1, overwrite_input=True).T",
            "as `inputs.sort()` and `overwrite_input=True` do",
            "You sort",
        ),
        (PERCENTILES + "np.percentile(inputs, percentages[::-1], axis=1).T", "that of the last", "the largest percent"),
        (PERCENTILES + "np.percentile(inputs, np.sort(percentages), axis=1).T", "for these: [", "yours: ["),
        (
            "def domain_auc(source_scores, target_scores):\n    gap = target_scores[:, None] - source_scores\n"
            "    return np.mean((gap > 0) + 0.5 * (np.abs(gap) < 1e-3))",
            "nearly equal as a tie",
            "square root",
        ),
        (DRIFT + "(median.min() - median.max()) / width.mean()", "has the wrong sign", "line 3: width = high - low"),
    ],
)
def test_a_card_is_true_of_each_answer_that_gives_the_numbers_of_its_idea(text, words, not_so):
    name = text.split("(")[0].removeprefix("def ")
    said = " ".join(verdict_of(name, written(name, text)).text().split())
    assert words in said and not_so not in said, said
