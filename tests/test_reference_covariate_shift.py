"""The AUC and the permutation p-value against scikit-learn, SciPy, and what must hold of them."""

import numpy as np
import pytest

from bncourse.reference import domain_auc, permutation_p_value


def scores(seed, n_source=40, n_target=25, digits=1):
    rng = np.random.default_rng(seed)
    return np.round(rng.normal(0.0, 1.0, n_source), digits), np.round(rng.normal(0.6, 1.5, n_target), digits)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("digits", [0, 1, 12])
def test_the_auc_is_that_of_scikit_learn_with_ties_and_without(seed, digits):
    from sklearn.metrics import roc_auc_score  # here, because it takes a second to load

    source, target = scores(seed, digits=digits)
    label = np.repeat([0, 1], [len(source), len(target)])
    wanted = roc_auc_score(label, np.concatenate([source, target]))
    assert domain_auc(source, target) == pytest.approx(wanted, rel=1e-12)


def test_the_auc_is_the_mann_whitney_statistic_per_pair():
    from scipy import stats  # here, because it takes a second to load

    source, target = scores(7)
    statistic = stats.mannwhitneyu(target, source).statistic
    assert domain_auc(source, target) == pytest.approx(statistic / (len(source) * len(target)), rel=1e-12)


def test_exchanging_source_and_target_gives_one_minus_the_auc():
    source, target = scores(1)
    assert domain_auc(source, target) + domain_auc(target, source) == pytest.approx(1.0, abs=1e-12)


def test_the_auc_depends_on_the_order_of_the_scores_alone():
    source, target = scores(2)
    assert domain_auc(np.exp(source), np.exp(target)) == domain_auc(source, target)


def test_equal_scores_have_an_auc_of_one_half_and_separate_ones_of_0_or_1():
    assert domain_auc(np.full(3, 0.2), np.full(5, 0.2)) == 0.5
    assert domain_auc(np.zeros(3), np.ones(5)) == 1.0
    assert domain_auc(np.ones(3), np.zeros(5)) == 0.0


def test_the_p_value_is_that_of_scipys_permutation_test():
    from scipy import stats

    rng = np.random.default_rng(4)
    source, target = rng.normal(0.0, 1.0, 15), rng.normal(0.5, 1.0, 12)
    tested = stats.permutation_test(
        (source, target), domain_auc, alternative="greater", n_resamples=199, vectorized=False, rng=rng
    )
    assert permutation_p_value(tested.statistic, tested.null_distribution) == pytest.approx(tested.pvalue, rel=1e-12)


def test_when_chance_alone_is_at_work_each_p_value_is_as_frequent_as_any_other():
    values = np.random.default_rng(5).normal(size=20)
    found = [permutation_p_value(values[i], np.delete(values, i)) for i in range(20)]
    assert np.allclose(sorted(found), np.arange(1, 21) / 20)


def test_the_p_value_is_never_0_and_at_most_1():
    assert permutation_p_value(10.0, np.zeros(99)) == 0.01
    assert permutation_p_value(-10.0, np.zeros(99)) == 1.0
    assert permutation_p_value(0.0, np.zeros(99)) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: domain_auc(np.ones((2, 1)), np.ones(2)), r"source_scores has shape \(2, 1\)"),
        (lambda: domain_auc(np.ones(2), np.ones(0)), r"target_scores has shape \(0,\)"),
        (lambda: permutation_p_value(0.5, 0.4), r"permuted has shape \(\)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
