"""The reference functions against a second opinion: plain loops, Keras, and the identities of batch norm."""

import math

import numpy as np
import pytest

from bncourse import reference


@pytest.fixture
def rng():
    return np.random.default_rng(11)


def loops(x, gamma, beta, eps):
    """Batch norm in plain Python numbers."""
    rows, columns = x.shape
    y = [[0.0] * columns for _ in range(rows)]
    for k in range(columns):
        column = [float(x[i, k]) for i in range(rows)]
        mean = math.fsum(column) / rows
        var = math.fsum((value - mean) ** 2 for value in column) / rows
        for i, value in enumerate(column):
            y[i][k] = float(gamma[k]) * (value - mean) / math.sqrt(var + eps) + float(beta[k])
    return np.array(y)


@pytest.mark.parametrize("shape", [(7, 5), (4, 4), (1, 3), (64, 128)])
@pytest.mark.parametrize("eps", [0.1, 1e-3, 1e-5])
def test_batch_norm_equals_plain_loops(rng, shape, eps):
    x = rng.normal(3.0, 2.0, shape)
    gamma, beta = rng.normal(size=(2, shape[1]))
    assert np.allclose(reference.batch_norm(x, gamma, beta, eps), loops(x, gamma, beta, eps), rtol=1e-12, atol=1e-12)


def test_the_steps_in_a_row_are_batch_norm(rng):
    x, gamma, beta = rng.normal(size=(8, 3)), rng.normal(size=3), rng.normal(size=3)
    mean = reference.batch_mean(x)
    var = reference.batch_variance(x, mean)
    y = reference.scale_and_shift(reference.normalize(x, mean, var, 0.1), gamma, beta)
    assert np.array_equal(y, reference.batch_norm(x, gamma, beta, 0.1))


def test_the_variance_keeps_its_digits_at_a_large_mean(rng):
    x = rng.normal(0.0, 1.0, (50, 3))
    moved = x + 1e8
    var = reference.batch_variance(moved, reference.batch_mean(moved))
    assert np.allclose(var, x.var(axis=0), rtol=1e-6)


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
def test_conv_is_dense_batch_norm_over_all_positions(rng, data_format):
    x, gamma, beta = rng.normal(2.0, 3.0, (3, 2, 4, 5)), rng.normal(size=5), rng.normal(size=5)
    wanted = loops(x.reshape(-1, 5), gamma, beta, 0.1).reshape(x.shape)
    if data_format == "channels_first":
        x, wanted = np.moveaxis(x, -1, 1), np.moveaxis(wanted, -1, 1)
    got = reference.batch_norm_conv(x, gamma, beta, 0.1, data_format)
    assert got.shape == x.shape and np.allclose(got, wanted, rtol=1e-12, atol=1e-12)


def test_identities_of_batch_norm(rng):
    x, gamma, beta = rng.normal(size=(16, 4)), rng.normal(size=4), rng.normal(size=4)
    y = reference.batch_norm(x, gamma, beta, 0.0)
    assert np.allclose(y.mean(axis=0), beta)
    assert np.allclose(y.std(axis=0), np.abs(gamma))
    assert np.allclose(reference.batch_norm(x + 5, gamma, beta, 0.0), y)
    assert np.allclose(reference.batch_norm(3 * x, gamma, beta, 0.0), y)
    restored = reference.batch_norm(x, np.sqrt(x.var(axis=0) + 1e-3), x.mean(axis=0))
    assert np.abs(restored - x).max() < 1e-12


def test_inputs_are_left_as_they_were(rng):
    x, gamma, beta = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=3)
    before = x.copy()
    reference.batch_norm(x, gamma, beta)
    assert np.array_equal(x, before)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reference.batch_mean(np.ones(3)), r"shape \(3,\); a batch has two axes"),
        (lambda: reference.batch_mean(np.ones((0, 3))), "at least one example"),
        (lambda: reference.normalize(np.ones((2, 3)), np.ones(2), np.ones(3)), r"mean has shape \(2,\)"),
        (lambda: reference.scale_and_shift(np.ones((2, 3)), np.ones(3), 1.0), r"beta has shape \(\)"),
        (lambda: reference.batch_norm_conv(np.ones((2, 3)), 1, 1), "four axes"),
        (lambda: reference.batch_norm_conv(np.ones((2, 3, 4, 5)), 1, 1, data_format="NHWC"), "use 'channels_last'"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow  # it loads Keras
@pytest.mark.parametrize("axes", ["dense", "channels_last", "channels_first"])
def test_the_forward_pass_equals_that_of_keras(rng, axes):
    import keras

    x = rng.normal(2.0, 3.0, (32, 6) if axes == "dense" else (4, 3, 5, 6)).astype("float32")
    x = np.moveaxis(x, -1, 1) if axes == "channels_first" else x
    gamma, beta = rng.normal(size=(2, 6)).astype("float32")
    layer = keras.layers.BatchNormalization(axis=1 if axes == "channels_first" else -1)
    layer.build(x.shape)
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    if axes == "dense":
        wanted = reference.batch_norm(x, gamma, beta)
    else:
        wanted = reference.batch_norm_conv(x, gamma, beta, data_format=axes)
    assert np.allclose(layer(x, training=True), wanted, atol=2e-5)
