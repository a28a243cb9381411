"""Right gradient checks, written in other ways."""

import numpy as np

from bncourse.exercises.backward.gradient_check import gradient_check
from bncourse.exercises.backward.slopes import both, close, differences, random_dout


@gradient_check.right
def a_check_with_allclose(forward, backward, x, gamma, beta):
    dout = np.random.default_rng(7).normal(size=x.shape)
    slopes = differences(forward, dout, (x, gamma, beta), step=1e-6)
    gradients = backward(dout, x, gamma, beta)
    return all(np.allclose(a, b, rtol=1e-4, atol=1e-8) for a, b in zip(slopes, gradients, strict=True))


@gradient_check.right
def a_check_to_one_side_with_a_small_step(forward, backward, x, gamma, beta):
    dout = random_dout(x)
    slopes = differences(forward, dout, (x, gamma, beta), step=1e-7, sides=1)
    return all(close(a, b, 1e-4) for a, b in zip(slopes, backward(dout, x, gamma, beta), strict=True))


@gradient_check.right
def a_check_of_the_largest_difference(forward, backward, x, gamma, beta):
    for a, b in both(forward, backward, x, gamma, beta):
        if not np.max(np.abs(a - b)) / np.max(np.abs(a) + np.abs(b)) <= 1e-3:
            return False
    return True


@gradient_check.right
def a_check_of_each_relative_error(forward, backward, x, gamma, beta):
    worst = [
        np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))
        for a, b in both(forward, backward, x, gamma, beta)
    ]
    return np.max(worst) < 1e-4


@gradient_check.right
def a_check_without_a_seed(forward, backward, x, gamma, beta):
    dout = np.random.default_rng().uniform(-1, 1, x.shape) + 0.5
    return np.all([close(a, b, 1e-6) for a, b in both(forward, backward, x, gamma, beta, dout)])


@gradient_check.right
def a_check_that_puts_x_back(forward, backward, x, gamma, beta):
    dout = np.cos(np.arange(x.size)).reshape(x.shape)
    dx, dgamma, dbeta = backward(dout, x, gamma, beta)
    errors = []
    for values, gradient in ((x, dx), (gamma, dgamma), (beta, dbeta)):
        for index in np.ndindex(values.shape):
            kept = values[index]
            values[index] = kept + 1e-4
            above = (dout * forward(x, gamma, beta)).sum()
            values[index] = kept - 1e-4
            below = (dout * forward(x, gamma, beta)).sum()
            values[index] = kept
            errors.append(abs((above - below) / 2e-4 - gradient[index]) / np.abs(gradient).max())
    return max(errors) < 1e-3


@gradient_check.right
def a_check_with_a_step_of_a_thousandth(forward, backward, x, gamma, beta):
    dout = random_dout(x) * 3
    slopes = differences(forward, dout, (x, gamma, beta), step=1e-3)
    return all(close(a, b, 1e-3) for a, b in zip(slopes, backward(dout, x, gamma, beta), strict=True))
