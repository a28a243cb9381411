"""The three mended bugs against a second opinion: exact sums, finite differences, Keras."""

import math

import numpy as np
import pytest

from bncourse import museum, reference


def test_the_mended_variance_is_that_of_exact_sums():
    rng = np.random.default_rng(1)
    x = (5e3 + 0.1 * rng.standard_normal((32, 3))).astype(np.float32)
    mean, var, new_mean, new_var = reference.mend_cancellation(x, np.zeros(3), np.ones(3), 0.5)
    for k in range(3):
        column = [float(value) for value in x[:, k]]
        exact = math.fsum(column) / 32
        spread = math.fsum((value - exact) ** 2 for value in column) / 32
        assert mean[k] == pytest.approx(exact, rel=1e-12) and var[k] == pytest.approx(spread, rel=1e-9)
        assert new_mean[k] == pytest.approx(exact / 2) and new_var[k] == pytest.approx((1 + spread) / 2)
    lost = (x**2).mean(axis=0) - x.mean(axis=0) ** 2
    assert np.abs(lost - var).max() > 10 * var.max()


def test_the_mended_gradient_is_that_of_finite_differences():
    rng = np.random.default_rng(2)
    x, dout, gamma = rng.normal(2.0, 3.0, (6, 4)), rng.normal(1.0, 1.0, (6, 4)), rng.normal(size=4)
    dx, dgamma, dbeta = reference.mend_detached_gradient(dout, x, gamma, 0.1)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = 1e-5
        up, down = (reference.batch_norm(x + s * step, gamma, np.zeros(4), 0.1) for s in (1, -1))
        assert dx[index] == pytest.approx(((up - down) * dout).sum() / 2e-5, rel=1e-6, abs=1e-8)
    x_hat = reference.normalize(x, x.mean(axis=0), x.var(axis=0), 0.1)
    assert np.allclose(dgamma, (dout * x_hat).sum(axis=0)) and np.allclose(dbeta, dout.sum(axis=0))


@pytest.mark.slow  # it loads Keras
def test_the_mended_axes_give_what_keras_gives():
    keras = pytest.importorskip("keras")
    rng = np.random.default_rng(3)
    x = rng.normal(2.0, 3.0, (3, 2, 4, 5))
    gamma, beta, mean = rng.normal(size=(3, 5))
    var = np.exp(rng.normal(size=5))
    layer = keras.layers.BatchNormalization(momentum=0.7, epsilon=0.1)
    layer.build(x.shape)
    layer.set_weights([gamma, beta, mean, var])
    y = keras.ops.convert_to_numpy(layer(x.astype("float32"), training=True))
    got = reference.mend_channel_axis(x, gamma, beta, mean, var, 0.7, 0.1)
    moved = [keras.ops.convert_to_numpy(w.value) for w in (layer.moving_mean, layer.moving_variance)]
    for ours, theirs in zip(got, [y, *moved], strict=True):
        assert np.allclose(ours, theirs, rtol=1e-4, atol=1e-5)


def test_the_mended_bugs_are_those_of_the_museum():
    rng = np.random.default_rng(4)
    exhibits = {exhibit.name: exhibit.implementation for exhibit in museum.exhibits()}
    x, dout, gamma = rng.normal(size=(6, 4)), rng.normal(1.0, 1.0, (6, 4)), rng.normal(size=4)
    mended = reference.mend_detached_gradient(dout, x, gamma, 0.1)
    assert np.allclose(mended[0], museum.right().backward(dout, x, gamma, 0.1)[0])
    assert not np.allclose(mended[0], exhibits["the detached statistics"].backward(dout, x, gamma, 0.1)[0])
    maps, zero, one = rng.normal(size=(3, 2, 4, 5)), np.zeros(5), np.ones(5)
    y = reference.mend_channel_axis(maps, one, zero, zero, one, 0.7, 0.1)[0]
    assert np.allclose(y, museum.right().forward(maps, one, zero, zero, one, 0.7, 0.1, True)[0])
    assert not np.allclose(y, exhibits["the image rows"].forward(maps, one, zero, zero, one, 0.7, 0.1, True)[0])


def test_shapes_that_do_not_fit_are_told():
    with pytest.raises(ValueError, match="two axes"):
        reference.mend_cancellation(np.ones(3), np.zeros(1), np.ones(1))
    with pytest.raises(ValueError, match="make them the same"):
        reference.mend_detached_gradient(np.ones((2, 3)), np.ones((3, 3)), np.ones(3))
    with pytest.raises(ValueError, match="four axes"):
        reference.mend_channel_axis(np.ones((2, 3)), *np.ones((4, 3)))
