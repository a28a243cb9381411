"""Importance weights against densities known by formula, scikit-learn, plain loops, and what must hold of them."""

import numpy as np
import pytest

from bncourse.reference import (
    clip_weights,
    density_ratio,
    effective_sample_size,
    label_shift_weights,
    weighted_risk,
)


@pytest.fixture
def rng():
    return np.random.default_rng(8)


@pytest.mark.parametrize(("n_source", "n_target"), [(300, 100), (100, 300), (50, 50)])
def test_the_logits_of_the_best_classifier_give_the_ratio_of_the_densities(rng, n_source, n_target):
    from scipy import stats  # here, because it takes a second to load

    x = rng.normal(0.0, 2.0, 20)
    source, target = stats.norm(0.0, 1.0), stats.norm(1.0, 1.5)
    p = n_target * target.pdf(x) / (n_source * source.pdf(x) + n_target * target.pdf(x))
    ratio = density_ratio(np.log(p) - np.log1p(-p), n_source, n_target)
    assert np.allclose(ratio, target.pdf(x) / source.pdf(x), rtol=1e-8)


def test_a_fitted_logistic_regression_gives_nearly_the_ratio_of_two_normal_densities(rng):
    from scipy import stats
    from sklearn.linear_model import LogisticRegression

    source, target = rng.normal(0.0, 1.0, 6000), rng.normal(1.0, 1.0, 2000)
    x, label = np.concatenate([source, target])[:, None], np.repeat([0, 1], [6000, 2000])
    classifier = LogisticRegression(C=1e6).fit(x, label)
    points = np.linspace(-1.5, 2.5, 9)
    ratio = density_ratio(classifier.decision_function(points[:, None]), 6000, 2000)
    wanted = stats.norm(1.0, 1.0).pdf(points) / stats.norm(0.0, 1.0).pdf(points)
    assert np.abs(np.log(ratio / wanted)).max() < 0.25


def test_the_weighted_risk_is_numpys_weighted_average(rng):
    losses, weights = rng.uniform(0, 3, 30), rng.exponential(2.0, 30)
    assert weighted_risk(losses, weights) == pytest.approx(np.average(losses, weights=weights), rel=1e-12)


def test_the_weighted_risk_does_not_change_with_the_scale_of_the_weights(rng):
    losses, weights = rng.uniform(0, 3, 30), rng.exponential(2.0, 30)
    assert weighted_risk(losses, 7.5 * weights) == pytest.approx(weighted_risk(losses, weights), rel=1e-12)


def test_a_whole_weight_counts_like_that_many_copies(rng):
    losses, weights = rng.uniform(0, 3, 6), np.array([1, 4, 0, 2, 1, 3])
    assert weighted_risk(losses, weights) == pytest.approx(np.repeat(losses, weights).mean(), rel=1e-12)


def test_the_effective_sample_size_equals_plain_loops(rng):
    weights = rng.exponential(2.0, 25)
    total, squares = 0.0, 0.0
    for weight in weights.tolist():
        total += weight
        squares += weight**2
    assert effective_sample_size(weights) == pytest.approx(total**2 / squares, rel=1e-12)


def test_the_effective_sample_size_says_how_much_more_a_weighted_mean_varies():
    rng = np.random.default_rng(12)
    weights = rng.exponential(1.0, 10)
    means = np.average(rng.normal(size=(20_000, 10)), axis=1, weights=weights)
    assert 1 / means.var() == pytest.approx(effective_sample_size(weights), rel=0.05)


@pytest.mark.parametrize(("weights", "size"), [([3.0] * 7, 7), ([0, 0, 5.0], 1), ([1.0, 1.0, 0, 0], 2)])
def test_the_effective_sample_size_of_plain_weights(weights, size):
    assert effective_sample_size(np.array(weights)) == pytest.approx(size, rel=1e-12)


def test_clipped_weights_have_the_mean_1_and_a_larger_effective_sample_size(rng):
    weights = rng.exponential(2.0, 40)
    clipped = clip_weights(weights, 3.0)
    assert clipped.mean() == pytest.approx(1.0, rel=1e-12)
    assert effective_sample_size(clipped) > effective_sample_size(weights)


def test_clipped_weights_equal_plain_loops_and_keep_the_proportions_under_the_limit(rng):
    weights = rng.exponential(2.0, 15)
    cut = [weight if weight < 3.0 else 3.0 for weight in weights.tolist()]
    assert np.allclose(clip_weights(weights, 3.0), [weight * len(cut) / sum(cut) for weight in cut], rtol=1e-12)
    small = weights < 3.0
    quotient = clip_weights(weights, 3.0)[small] / weights[small]
    assert np.allclose(quotient, quotient[0])


def test_label_shift_weights_are_the_ratio_of_the_shares_when_each_class_looks_as_before(rng):
    given = rng.dirichlet(np.ones(4), 4).T + 2 * np.eye(4)
    given /= given.sum(axis=0)
    source, target = rng.dirichlet(np.full(4, 5.0), 2)
    assert np.allclose(label_shift_weights(given * source, given @ target), target / source, rtol=1e-10)


def test_label_shift_weights_from_counted_predictions_find_the_shift():
    from sklearn.metrics import confusion_matrix

    rng = np.random.default_rng(21)

    def draw(n, share):
        y = (rng.random(n) < share).astype(int)
        return y, (rng.normal(1.5 * y, 1.0) > 0.75).astype(int)

    y, predicted = draw(20_000, 0.2)
    joint = confusion_matrix(y, predicted).T / len(y)
    _, predicted = draw(20_000, 0.7)
    weights = label_shift_weights(joint, np.bincount(predicted) / len(predicted))
    assert np.allclose(weights, [0.3 / 0.8, 0.7 / 0.2], rtol=0.1)


def test_a_solution_below_0_becomes_0():
    joint = np.array([[0.4, 0.1], [0.1, 0.4]])
    assert np.linalg.solve(joint, [0.95, 0.05])[1] < 0
    assert label_shift_weights(joint, np.array([0.95, 0.05]))[1] == 0.0


def test_inputs_are_left_as_they_were(rng):
    weights = rng.exponential(2.0, 6)
    before = weights.copy()
    clip_weights(weights, 0.5)
    weighted_risk(weights, weights)
    effective_sample_size(weights)
    assert np.array_equal(weights, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: density_ratio(np.ones((2, 2)), 1, 1), r"logits has shape \(2, 2\)"),
        (lambda: density_ratio(np.ones(2), 0, 1), "both are above 0"),
        (lambda: weighted_risk(np.ones(3), np.ones(2)), "give one weight a loss"),
        (lambda: weighted_risk(np.ones(2), np.array([1.0, -1.0])), "not negative"),
        (lambda: effective_sample_size(np.zeros(3)), "at least one of them is above 0"),
        (lambda: clip_weights(np.ones(3), 0.0), "a limit above 0"),
        (lambda: clip_weights(np.ones(3), float("nan")), "a limit above 0"),
        (lambda: label_shift_weights(np.ones((2, 3)), np.ones(2)), "one row and one column for each class"),
        (lambda: label_shift_weights(np.eye(2) / 2, np.ones(3) / 3), "there are 2 classes"),
        (lambda: label_shift_weights(np.eye(2), np.ones(2) / 2), "sums to 2; divide counts"),
        (lambda: label_shift_weights(np.full((2, 2), 0.25), np.ones(2) / 2), "singular"),
    ],
)
def test_bad_input_is_told_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()
