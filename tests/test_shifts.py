"""Shifts, their detection and weighting: the measurements against second opinions, and claims that can fail."""

import json
from collections import defaultdict

import numpy as np
import pytest

from bncourse import data
from bncourse.experiments.shift import detection, label_shift, shift_claims, shifts, weighting, weighting_limits

RNG = np.random.default_rng(0)


def test_mnist_at_8_by_8_keeps_the_mean_of_the_ink():
    images, y = data.mnist()
    x, y_small = data.mnist_64()
    assert x.shape == (5000, 64) and (y == y_small).all()
    assert x.min() >= 0 and x.max() <= 1
    rows, columns = np.nonzero(images[0])
    side = max(np.ptp(rows), np.ptp(columns)) + 1
    assert x[0].sum() / 64 == pytest.approx(images[0].sum() / side**2)


def test_a_caller_cannot_spoil_the_digits_of_the_next():
    x, _ = data.mnist_64()
    x[:] = 0
    assert data.mnist_64()[0].max() == 1


def test_the_cars_are_those_of_mlxtend():
    from mlxtend.data import autompg_data

    horsepower, mileage, origin = data.cars()
    table, y = autompg_data()
    assert (mileage == y).all() and (horsepower == table[:, 2]).all()
    assert [int((origin == place).sum()) for place in ("USA", "Europe", "Japan")] == [245, 68, 79]


def test_the_distance_of_two_samples_is_that_of_scipy():
    from scipy.stats import ks_2samp  # here, because it takes a second to load

    one, other = RNG.normal(size=80), np.round(RNG.normal(0.5, 1, size=60), 1)
    assert shifts._distance(one, other) == pytest.approx(ks_2samp(one, other).statistic)


def test_the_source_of_the_kinds_follows_the_rule_that_bayes_gives():
    x, y = shifts.kinds(seed=1, examples=200_000)["source"]
    near = np.abs(x - 0.5) < 0.05
    assert y[near].mean() == pytest.approx(1 / (1 + np.exp(-1.0)), abs=0.02)


def test_a_weighted_line_is_the_line_of_repeated_points():
    x, y, times = RNG.normal(size=9), RNG.normal(size=9), RNG.integers(1, 5, 9)
    assert shifts.line(x, y, times) == pytest.approx(shifts.line(np.repeat(x, times), np.repeat(y, times)))


def test_a_curve_finds_the_coefficients_that_made_its_points():
    x = RNG.uniform(1, 9, 20)
    assert shifts.curve(x, 2 * np.log(x) ** 2 - 3 * np.log(x) + 4) == pytest.approx([2, -3, 4])


def test_no_digit_of_scikit_learn_has_ink_where_the_dot_is_drawn():
    x, _ = data.digits()
    assert x[:, 0].max() == 0


def test_samples_of_one_source_do_not_overlap():
    source, same, mnist = detection.samples(seed=2)
    assert source.shape == same.shape == mnist.shape == (500, 64)
    together = np.vstack([source, same])
    x, _ = data.digits()
    assert len(np.unique(together, axis=0)) >= 1000 - (len(x) - len(np.unique(x, axis=0)))


def test_the_domain_scores_are_of_examples_not_learned_from():
    from sklearn.metrics import roc_auc_score

    # Labels of pure noise can be learned by heart; on new examples the AUC stays near one half.
    source, target = RNG.normal(size=(60, 40)), RNG.normal(size=(60, 40))
    scores = detection.domain_scores(source, target)
    assert [len(part) for part in scores] == [30, 30]
    area = roc_auc_score(np.repeat([0, 1], 30), np.concatenate(scores))
    assert 0.25 < area < 0.75


def test_the_discrepancy_equals_its_formula_in_plain_loops():
    source, target = RNG.normal(size=(5, 2)), RNG.normal(1, 1, size=(4, 2))
    everyone = np.vstack([source, target])
    pairs = [((a - b) ** 2).sum() for i, a in enumerate(everyone) for j, b in enumerate(everyone) if i != j]

    def alike(one, other):
        return np.mean([np.exp(-((a - b) ** 2).sum() / (2 * np.median(pairs))) for a in one for b in other])

    observed, permuted = detection.mmd(source, target, np.random.default_rng(0), permutations=3)
    assert observed == pytest.approx(alike(source, source) + alike(target, target) - 2 * alike(source, target))
    assert permuted.shape == (3,)


def test_the_weights_of_the_curve_have_the_mean_1_over_the_source():
    points = weighting.curve(seed=3, examples=200_000)
    assert points.weights.mean() == pytest.approx(1, abs=0.05)


def test_estimated_weights_are_near_the_true_ones():
    points = weighting.curve(seed=4, examples=2000)
    estimated = weighting.estimated_weights(points.x_source, points.x_target)
    assert np.median(estimated / points.weights) == pytest.approx(1, abs=0.25)


def test_without_distance_every_example_counts():
    assert weighting.size_by_distance(5, distances=(0.0,), repeats=3) == pytest.approx(200)


def test_the_error_of_an_estimate_holds_its_bias_and_its_spread():
    found = weighting.clipping(6, limits=(2.0, np.inf), repeats=50)
    assert found["error"] ** 2 == pytest.approx(found["bias"] ** 2 + found["spread"] ** 2)
    assert found["bias"][0] < found["bias"][1] and found["spread"][0] < found["spread"][1]


def test_the_weighted_loss_has_the_gradient_that_finite_differences_give():
    logits = RNG.normal(size=(3, 2))
    targets = np.array([[0, 0.5], [1, 2.0], [1, 0.5]])
    _, dlogits = weighting_limits._weighted_cross_entropy(logits, targets)
    step = np.zeros((3, 2))
    step[1, 0] = 1e-6
    loss = [weighting_limits._weighted_cross_entropy(logits + sign * step, targets)[0] for sign in (1, -1)]
    assert dlogits[1, 0] == pytest.approx((loss[0] - loss[1]) / 2e-6, rel=1e-6)


def test_shares_of_classes_sum_to_1():
    for shares in label_shift.digit_shares(seed=7).values():
        for name in ("true", "counted", "estimated"):
            assert shares[name].sum() == pytest.approx(1) and (shares[name] >= 0).all()


@pytest.mark.parametrize("name", ["kinds_in_numbers", "mileage_elsewhere", "risk_estimates", "no_support"])
def test_a_measurement_gives_plain_numbers_and_the_same_ones_again(name):
    measure = shift_claims.CLAIMS[name].measure
    first, again = measure(301), measure(301)
    assert first == again == json.loads(json.dumps(first))
    assert all(type(value) is float for value in first.values())


def test_the_p_values_of_the_pixels_are_those_of_scipy():
    from scipy.stats import ks_2samp

    source, target = np.round(3 * RNG.random((50, 4))), np.round(3 * RNG.random((40, 4)) ** 1.5)
    source[:, 0] = target[:, 0] = 1
    expected = ks_2samp(source, target, axis=0, method="asymp").pvalue
    assert detection.pixel_p_values(source, target) == pytest.approx(expected)


@pytest.mark.parametrize("name", shift_claims.CLAIMS)
def test_a_claim_about_a_shift_can_fail(name):
    # Every number alike: no difference is left that a claim could rest on.
    assert not shift_claims.CLAIMS[name].holds(defaultdict(lambda: 1.0))


def _as_narrow_as_at_home(image):
    """Cut to the ink, and average over 8 x 6 cells in the middle of 8 x 8."""
    rows, columns = (np.flatnonzero(image.max(axis=axis)) for axis in (1, 0))
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    cells = np.kron(ink, np.ones((8, 6))).reshape(8, len(ink), 6, ink.shape[1])
    return np.pad(cells.mean(axis=(1, 3)), ((0, 0), (1, 1))).ravel()


@pytest.mark.slow
def test_mnist_is_read_better_where_its_ink_lies_as_at_home():
    from sklearn.linear_model import LogisticRegression

    # a reason that the prediction of notebook 01 gives
    parts = data.split(*data.digits(), 0)
    model = LogisticRegression(max_iter=1000).fit(parts.x_train, parts.y_train)
    images, y = data.mnist()
    narrow = np.array([_as_narrow_as_at_home(image) for image in images[::5]])
    assert model.score(narrow, y[::5]) > model.score(data.mnist_64()[0][::5], y[::5]) + 0.03
