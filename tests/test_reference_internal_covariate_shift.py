"""The percentiles of a unit's input and their drift against SciPy, plain loops, and what must hold of them."""

import math

import numpy as np
import pytest

from bncourse.reference import drift, input_percentiles


@pytest.fixture
def record():
    rng = np.random.default_rng(9)
    return rng.normal(size=(20, 1)) + rng.uniform(0.5, 2.0, (20, 1)) * rng.normal(size=(20, 33))


def interpolated(values, percentage):
    """A percentile in plain Python numbers."""
    ordered = sorted(float(value) for value in values)
    place = percentage / 100 * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


@pytest.mark.parametrize("percentages", [(15, 50, 85), (0, 2.5, 97.5, 100), [50]])
def test_the_percentiles_equal_plain_loops(record, percentages):
    wanted = [[interpolated(step, p) for p in percentages] for step in record]
    got = input_percentiles(record, percentages)
    assert got.shape == (20, len(percentages)) and np.allclose(got, wanted, rtol=1e-12)


def test_the_percentiles_equal_those_of_scipy(record):
    from scipy import stats  # here, because it takes a second to load

    wanted = stats.scoreatpercentile(record, [15, 50, 85], axis=1).T
    assert np.allclose(input_percentiles(record), wanted, rtol=1e-12)


def test_of_a_normal_distribution_they_are_about_one_deviation_apart():
    from scipy import stats

    inputs = np.random.default_rng(10).normal(3.0, 2.0, (1, 200_000))
    assert np.allclose(input_percentiles(inputs)[0], stats.norm(3.0, 2.0).ppf([0.15, 0.5, 0.85]), atol=0.03)


def test_the_percentiles_follow_the_scale_and_the_offset_of_the_inputs(record):
    assert np.allclose(input_percentiles(3.0 * record - 7.0), 3.0 * input_percentiles(record) - 7.0)


def test_the_drift_equals_plain_loops(record):
    rows = input_percentiles(record).tolist()
    medians = [median for _, median, _ in rows]
    width = math.fsum(upper - lower for lower, _, upper in rows) / len(rows)
    assert drift(np.array(rows)) == pytest.approx((max(medians) - min(medians)) / width, rel=1e-12)


def test_the_drift_does_not_change_with_the_scale_and_the_offset_of_the_unit(record):
    assert drift(input_percentiles(40.0 * record + 5.0)) == pytest.approx(drift(input_percentiles(record)), rel=1e-12)


def test_the_drift_does_not_depend_on_the_order_of_the_steps(record):
    percentiles = input_percentiles(record)
    assert drift(percentiles[::-1]) == pytest.approx(drift(percentiles), rel=1e-12)


def test_inputs_that_stay_the_same_do_not_drift(record):
    assert drift(input_percentiles(np.tile(record[:1], (5, 1)))) == 0.0


def test_the_record_is_left_as_it_was(record):
    before = record.copy()
    drift(input_percentiles(record))
    assert np.array_equal(record, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: input_percentiles(np.ones(3)), r"inputs has shape \(3,\)"),
        (lambda: input_percentiles(np.ones((0, 3))), "is not empty"),
        (lambda: input_percentiles(np.ones((2, 3)), (15, 120)), "between 0 and 100"),
        (lambda: drift(np.ones((4, 2))), "three percentiles for each step"),
        (lambda: drift(np.ones((4, 3))), "the band has no width"),
    ],
)
def test_bad_input_is_told_what_to_do(call, message):
    with pytest.raises(ValueError, match=message):
        call()
