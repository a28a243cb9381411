"""The backward pass against finite differences, plain loops, Keras's own gradient, and its identities."""

import numpy as np
import pytest

from bncourse import reference
from bncourse.drivers.gradients import CANDIDATES, ask_gradient_check


@pytest.fixture
def rng():
    return np.random.default_rng(21)


def draw(rng, shape=(7, 5)):
    x = rng.normal(2.0, 3.0, shape)
    gamma, beta = rng.normal(size=(2, shape[1]))
    return rng.normal(1.0, 2.0, shape), x, gamma, beta


def slopes(loss, values, step=1e-5):
    """Central differences of ``loss()`` with respect to an array that it reads."""
    found = np.zeros_like(values)
    for index in np.ndindex(values.shape):
        kept = values[index]
        values[index] = kept + step
        above = loss()
        values[index] = kept - step
        found[index] = (above - loss()) / (2 * step)
        values[index] = kept
    return found


@pytest.mark.parametrize("shape", [(7, 5), (4, 4), (2, 3), (1, 3)])
@pytest.mark.parametrize("eps", [0.1, 1e-3])
def test_all_gradients_agree_with_finite_differences(rng, shape, eps):
    dout, x, gamma, beta = draw(rng, shape)
    mean, var = x.mean(axis=0), x.var(axis=0)
    x_hat = reference.normalize(x, mean, var, eps)

    def whole():
        return np.sum(dout * reference.batch_norm(x, gamma, beta, eps))

    def from_x_hat():
        return np.sum(dout * reference.scale_and_shift(x_hat, gamma, beta))

    def from_var():
        return np.sum(dout * gamma * reference.normalize(x, mean, var, eps))

    def from_mean():  # the variance moves with the mean, as in the paper's stages
        return np.sum(dout * gamma * reference.normalize(x, mean, reference.batch_variance(x, mean), eps))

    dgamma, dbeta = reference.affine_gradients(dout, x_hat)
    dx_hat, dvar, dmean, dx = reference.input_gradient_staged(dout, x, gamma, eps)
    for gradient, loss, values in [
        (dgamma, from_x_hat, gamma),
        (dbeta, from_x_hat, beta),
        (dx_hat, from_x_hat, x_hat),
        (dx, whole, x),
        (reference.input_gradient(dout, x, gamma, eps), whole, x),
    ]:
        assert np.allclose(gradient, slopes(loss, values), rtol=1e-5, atol=1e-7)
    assert np.allclose(dmean, slopes(from_mean, mean), rtol=1e-5, atol=1e-6)
    if shape[0] > 1:  # the variance of one example is 0, where a step of 1e-5 is a large one
        assert np.allclose(dvar, slopes(from_var, var), rtol=1e-5, atol=1e-7)


def test_the_stages_and_the_line_agree_to_rounding(rng):
    dout, x, gamma, _ = draw(rng, (64, 16))
    staged = reference.input_gradient_staged(dout, x, gamma)[3]
    assert np.allclose(staged, reference.input_gradient(dout, x, gamma), rtol=1e-12, atol=1e-13)


def test_the_line_equals_plain_loops_over_the_jacobian(rng):
    dout, x, gamma, _ = draw(rng, (5, 3))
    wanted = np.zeros_like(x)
    for k in range(3):
        root = np.sqrt(x[:, k].var() + 0.1)
        x_hat = (x[:, k] - x[:, k].mean()) / root
        for i in range(5):
            for j in range(5):
                wanted[i, k] += gamma[k] * dout[j, k] * ((i == j) - 1 / 5 - x_hat[i] * x_hat[j] / 5) / root
    assert np.allclose(reference.input_gradient(dout, x, gamma, 0.1), wanted, rtol=1e-12)


def test_dx_adds_up_to_zero_and_does_not_point_along_x_hat(rng):
    dout, x, gamma, _ = draw(rng)
    dx = reference.input_gradient(dout, x, gamma, 1e-8)
    x_hat = reference.normalize(x, x.mean(axis=0), x.var(axis=0), 1e-8)
    assert np.abs(dx.sum(axis=0)).max() < 1e-13
    assert np.abs((dx * x_hat).sum(axis=0)).max() < 1e-6


def test_scaling_x_divides_its_gradient(rng):
    dout, x, gamma, _ = draw(rng)
    dx = reference.input_gradient(dout, x, gamma, 0.0)
    assert np.allclose(reference.input_gradient(dout, 4 * x, gamma, 0.0), dx / 4, rtol=1e-12)


def test_a_constant_dout_gives_no_gradient(rng):
    _, x, gamma, _ = draw(rng)
    assert np.abs(reference.input_gradient(np.ones_like(x), x, gamma)).max() < 1e-12


@pytest.mark.slow  # it loads Keras
def test_the_gradients_equal_those_that_jax_finds_through_keras(rng):
    import jax
    import keras

    dout, x, gamma, beta = (value.astype("float32") for value in draw(rng, (16, 4)))
    layer = keras.layers.BatchNormalization()
    layer.build(x.shape)
    state = [variable.value for variable in layer.non_trainable_variables]

    def loss(x, gamma, beta):
        y, _ = layer.stateless_call([gamma, beta], state, x, training=True)
        return (dout * y).sum()

    dx, dgamma, dbeta = jax.grad(loss, argnums=(0, 1, 2))(x, gamma, beta)
    x_hat = reference.normalize(x, x.mean(axis=0), x.var(axis=0))
    assert np.allclose(dx, reference.input_gradient(dout, x, gamma), atol=2e-5)
    assert np.allclose(dgamma, reference.affine_gradients(dout, x_hat)[0], atol=1e-3)
    assert np.allclose(dbeta, reference.affine_gradients(dout, x_hat)[1], atol=1e-4)


def test_the_driver_hands_out_the_true_gradients_as_candidate_a(rng):
    _, x, gamma, beta = draw(rng, (5, 3))
    dout = rng.normal(size=x.shape)

    def look(forward, backward, x, gamma, beta):
        return forward(x, gamma, beta), *backward(dout, x, gamma, beta)

    y, dx, dgamma, dbeta = ask_gradient_check(look, "A", x, gamma, beta)["the verdict"]
    x_hat = reference.normalize(x, x.mean(axis=0), x.var(axis=0), 1e-12)
    assert np.allclose(y, reference.batch_norm(x, gamma, beta, 1e-12), rtol=1e-12, atol=1e-12)
    assert np.allclose(dx, reference.input_gradient(dout, x, gamma, 1e-12), rtol=1e-10, atol=1e-12)
    assert np.allclose([dgamma, dbeta], reference.affine_gradients(dout, x_hat), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("candidate", CANDIDATES)
def test_the_gradient_check_tells_the_right_candidates_from_the_wrong(rng, candidate):
    _, x, gamma, beta = draw(rng, (6, 3))
    said = ask_gradient_check(reference.gradient_check, candidate, x, gamma, beta)
    assert said["the verdict"] is (candidate in "AGLPQ")


def test_the_gradient_check_leaves_its_inputs_as_they_were(rng):
    _, x, gamma, beta = draw(rng, (4, 2))
    before = x.copy(), gamma.copy(), beta.copy()
    ask_gradient_check(reference.gradient_check, "A", x, gamma, beta)
    assert all(np.array_equal(a, b) for a, b in zip(before, (x, gamma, beta), strict=True))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reference.affine_gradients(np.ones((2, 3)), np.ones((3, 2))), r"dout has shape \(2, 3\) and x_hat"),
        (lambda: reference.affine_gradients(np.ones(3), np.ones(3)), "two axes"),
        (lambda: reference.input_gradient(np.ones((2, 3)), np.ones((2, 3)), np.ones(2)), r"gamma has shape \(2,\)"),
        (lambda: reference.input_gradient_staged(np.ones((2, 3)), np.ones((1, 3)), np.ones(3)), "must be the same"),
        (lambda: reference.gradient_check(None, None, np.ones(3), 1, 0), "two axes"),
    ],
)
def test_gradients_of_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_fused_passes_give_the_numbers_of_the_steps(rng):
    for shape in ((7, 5), (64, 16), (1, 3)):
        dout, x, gamma, beta = draw(rng, shape)
        y, dx, dgamma, dbeta = reference.batch_norm_fused(x + 3.0, gamma, beta, dout, 0.1)
        assert np.allclose(y, reference.batch_norm(x + 3.0, gamma, beta, 0.1), rtol=1e-12, atol=1e-13)
        for fused, stepwise in zip(
            (dx, dgamma, dbeta), reference.batch_norm_backward(dout, x + 3.0, gamma, 0.1), strict=True
        ):
            assert np.allclose(fused, stepwise, rtol=1e-12, atol=1e-13)
