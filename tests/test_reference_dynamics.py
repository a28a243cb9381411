"""Scale invariance against finite differences of a real scale-invariant loss; predictiveness against loops."""

import math

import numpy as np
import pytest

from bncourse import reference


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def loss(rng):
    """A loss of the weights of a dense layer before batch norm with epsilon 0: it does not see their scale."""
    x, aim = rng.normal(size=(12, 3)), rng.normal(size=(12, 2))

    def measure(weights):
        y = reference.batch_norm(x @ weights, np.ones(2), np.zeros(2), eps=0.0)
        return ((np.tanh(y) - aim) ** 2).mean()

    return measure


def slope(loss, weights, step=1e-5):
    """The gradient by central differences."""
    gradient = np.zeros_like(weights)
    for place in np.ndindex(weights.shape):
        moved = np.zeros_like(weights)
        moved[place] = step * np.linalg.norm(weights)
        gradient[place] = (loss(weights + moved) - loss(weights - moved)) / (2 * moved[place])
    return gradient


@pytest.mark.parametrize("factor", [0.1, 4.0, 100.0])
def test_the_gradient_of_scaled_weights_is_the_gradient_divided_by_the_factor(rng, loss, factor):
    weights = rng.normal(size=(3, 2))
    assert math.isclose(loss(factor * weights), loss(weights), rel_tol=1e-12)
    wanted = slope(loss, factor * weights)
    assert np.allclose(reference.rescaled_gradient(slope(loss, weights), factor), wanted, rtol=1e-5, atol=1e-9)


def test_a_step_makes_scale_invariant_weights_grow_as_pythagoras_says(rng, loss):
    weights = rng.normal(size=(3, 2))
    gradient = slope(loss, weights)
    grown = reference.squared_norm_after_step(weights, gradient, rate=5.0)
    assert grown > (weights**2).sum()
    assert np.isclose(grown, ((weights - 5.0 * gradient) ** 2).sum(), rtol=1e-8)


def test_steps_with_the_same_effective_rate_lead_to_the_same_direction(rng, loss):
    small = rng.normal(size=(3, 2))
    large, rate = 3.0 * small, 2.0
    wider = rate * 9.0
    assert np.isclose(
        reference.effective_learning_rate(rate, small), reference.effective_learning_rate(wider, large), rtol=1e-12
    )
    stepped, stepped_wider = small - rate * slope(loss, small), large - wider * slope(loss, large)
    assert np.allclose(stepped_wider, 3.0 * stepped, rtol=1e-4, atol=1e-8)


def test_gradient_predictiveness_equals_plain_loops(rng):
    gradients = rng.normal(size=(6, 4))
    wanted = max(math.dist(row, gradients[0]) for row in gradients[1:])
    assert np.isclose(reference.gradient_predictiveness(gradients), wanted, rtol=1e-12)


def test_a_gradient_that_does_not_change_is_perfectly_predictive():
    assert reference.gradient_predictiveness(np.full((4, 3), 2.5)) == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reference.rescaled_gradient(np.ones(3), -2.0), "must be positive"),
        (lambda: reference.effective_learning_rate(0.1, np.zeros((2, 2))), "no direction"),
        (lambda: reference.squared_norm_after_step(np.ones(3), np.ones(2), 0.1), "must be the same"),
        (lambda: reference.squared_norm_after_step(np.ones(3), np.ones(3), 0.1), "not scale-invariant"),
        (lambda: reference.gradient_predictiveness(np.ones(3)), "probes"),
        (lambda: reference.gradient_predictiveness(np.ones((1, 3))), "one probe"),
    ],
)
def test_what_does_not_fit_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
