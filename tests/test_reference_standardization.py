"""standardize against scikit-learn, plain loops, and what must hold of its result."""

import math

import numpy as np
import pytest

from bncourse.reference import standardize


@pytest.fixture
def x():
    rng = np.random.default_rng(3)
    return rng.normal(size=(12, 4)) * [0.1, 1.0, 30.0, 1000.0] + [5.0, -1.0, 0.0, 4000.0]


def test_without_eps_it_is_the_standard_scaler_of_scikit_learn(x):
    from sklearn.preprocessing import StandardScaler  # here, because it takes a second to load

    assert np.allclose(standardize(x, eps=0.0), StandardScaler().fit_transform(x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("eps", [1e-8, 0.1, 2.0])
def test_it_equals_plain_loops(x, eps):
    wanted = np.empty_like(x)
    for k in range(x.shape[1]):
        column = [float(value) for value in x[:, k]]
        mean = math.fsum(column) / len(column)
        var = math.fsum((value - mean) ** 2 for value in column) / len(column)
        wanted[:, k] = [(value - mean) / math.sqrt(var + eps) for value in column]
    assert np.allclose(standardize(x, eps), wanted, rtol=1e-12, atol=1e-12)


def test_each_column_has_mean_0_and_a_variance_just_under_1(x):
    z = standardize(x, eps=0.1)
    assert np.allclose(z.mean(axis=0), 0.0, atol=1e-12)
    assert np.allclose(z.var(axis=0), x.var(axis=0) / (x.var(axis=0) + 0.1))


def test_a_constant_column_becomes_0():
    assert np.array_equal(standardize(np.full((3, 2), 7.0)), np.zeros((3, 2)))


def test_the_data_are_left_as_they_were(x):
    before = x.copy()
    standardize(x)
    assert np.array_equal(x, before)


@pytest.mark.parametrize(("x", "message"), [(np.ones(3), "two axes"), (np.ones((0, 3)), "at least one example")])
def test_shapes_that_do_not_fit_are_named(x, message):
    with pytest.raises(ValueError, match=message):
        standardize(x)
