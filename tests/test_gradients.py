"""Right and wrong backward passes, careless checks, and training: what notebook 05 measures."""

import numpy as np
import pytest

from bncourse import network, reference
from bncourse.experiments.layer import gradient_checks, gradients

RNG = np.random.default_rng(320)
DOUT, X, GAMMA = RNG.normal(size=(6, 4)), RNG.normal(1, 2, size=(6, 4)), RNG.uniform(1.5, 2.5, 4)


@pytest.mark.parametrize("name", gradients.WRONG)
def test_a_wrong_backward_pass_has_a_wrong_dx_and_nothing_else(name):
    dx, dgamma, dbeta = gradients.WRONG[name](DOUT, X, GAMMA)
    right = reference.batch_norm_backward(DOUT, X, GAMMA)
    assert np.abs(dx - right[0]).max() > 1e-2
    np.testing.assert_allclose(dgamma, right[1])
    np.testing.assert_allclose(dbeta, right[2])


def test_detached_statistics_leave_the_derivative_of_a_straight_line():
    var = X.var(axis=0)
    dx, _, _ = gradients.detached(DOUT, X, GAMMA, eps=0.1)
    mean = X.mean(axis=0)

    def line(x):
        return (DOUT * GAMMA * (x - mean) / np.sqrt(var + 0.1)).sum()

    step = np.zeros_like(X)
    step[2, 1] = 1e-5
    assert dx[2, 1] == pytest.approx((line(X + step) - line(X - step)) / 2e-5)


def test_finite_differences_agree_with_the_reference():
    found = gradient_checks.differences(DOUT, X, GAMMA)
    np.testing.assert_allclose(found, reference.input_gradient(DOUT, X, GAMMA), atol=1e-8)


def test_the_three_paths_add_up_to_dx():
    parts = gradients.paths(321)
    whole = parts["direct"] + parts["through the variance"] + parts["through the mean"]
    np.testing.assert_allclose(whole, parts["dx"], atol=1e-15)
    assert parts["dx"].shape == (8,)


def test_the_gradient_that_enters_batch_norm_is_the_one_of_the_network():
    dout, x, gamma = gradients.hidden_gradient(322, digits=5)
    assert dout.shape == x.shape == (5, 64) and gamma.shape == (64,)
    y = reference.batch_norm(x, np.ones(64), np.zeros(64))
    assert (dout[y < 0] == 0).all() and np.abs(dout[y > 0]).max() > 0  # the ReLU lets half of it through


def test_the_right_backward_pass_passes_the_check_and_wrong_ones_do_not():
    assert gradient_checks.passes(reference.batch_norm_backward, 323)
    for backward in gradients.WRONG.values():
        assert not gradient_checks.passes(backward, 323)


def test_a_network_trains_with_the_backward_pass_it_is_given():
    rng = np.random.default_rng(324)
    x, y = rng.normal(size=(40, 6)), rng.integers(0, 3, 40)
    net = network.init([6, 5, 3], rng, norm="batch")
    calls = []

    def backward(dout, x, gamma, eps):
        calls.append(x.shape)
        return reference.batch_norm_backward(dout, x, gamma, eps)

    own, _ = network.train(net, x, y, np.random.default_rng(0), steps=3, lr=0.1, batch=8, bn_backward=backward)
    usual, _ = network.train(net, x, y, np.random.default_rng(0), steps=3, lr=0.1, batch=8)
    assert calls == [(8, 5)] * 3
    assert (own[0].weights == usual[0].weights).all()


def test_training_by_depth_gives_a_number_for_each_depth_and_says_what_it_runs():
    seen = []

    def shown(runs):
        for run in runs:
            seen.append(run)
            yield run

    found = gradients.depths(325, numbers=(1, 2), shown=shown)
    assert seen == [("right", 1), ("detached", 1), ("right", 2), ("detached", 2)]
    assert found["right"].shape == found["detached"].shape == (2,)
    assert found["losses_right"].shape == (300,)
    assert (found["right"] > 0.9).all()
