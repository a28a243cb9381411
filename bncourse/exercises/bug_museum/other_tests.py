"""Tests for batch norm that people write: some that miss bugs, some that reject what is right, some that do well."""

import numpy as np

from bncourse import reference
from bncourse.exercises.bug_museum.find_bugs import find_bugs


def _batch(seed=1, shape=(7, 5)):
    rng = np.random.default_rng(seed)
    x = 2 + rng.normal(size=shape) * np.exp(rng.normal(size=shape[-1]))
    return x, *rng.normal(size=(3, shape[-1])), np.exp(rng.normal(size=shape[-1]))


def _close(got, wanted, tolerance=1e-7):
    return np.allclose(got, wanted, rtol=tolerance, atol=tolerance)


def _normal(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def _of_batch(x):
    over = tuple(range(x.ndim - 1))
    return x.mean(axis=over), x.var(axis=over)


def _training_right(bn, x, gamma, beta, mean, var, eps=0.1):
    y = bn.forward(x, gamma, beta, mean, var, 0.7, eps, True)[0]
    return _close(y, _normal(x, gamma, beta, *_of_batch(x), eps))


def _running_right(bn, x, gamma, beta, mean, var):
    _, new_mean, new_var = bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, True)
    own_mean, own_var = _of_batch(x)
    return _close(new_mean, 0.7 * mean + 0.3 * own_mean) and _close(new_var, 0.7 * var + 0.3 * own_var)


def _inference_right(bn, x, gamma, beta, mean, var):
    return _close(bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, False)[0], _normal(x, gamma, beta, mean, var, 0.1))


def _gradients_right(bn, x, gamma, dout):
    mean, var = _of_batch(x)
    std = np.sqrt(var + 0.1)
    x_hat = (x - mean) / std
    dx = gamma / std * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))
    wanted = dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    return all(_close(got, right) for got, right in zip(bn.backward(dout, x, gamma, 0.1), wanted, strict=True))


def _any_dout(x):
    return np.random.default_rng(9).normal(1.0, 1.0, x.shape)


@find_bugs.wrong("T1", looks_like=r"return|pass")
def accepts_everything(bn):
    """Your test accepts every batch norm, whatever it does. Compare what it gives with what the formula says, and
    assert that they agree."""
    return True


@find_bugs.wrong("T2", looks_like=r"assert|return")
def rejects_everything(bn):
    """Your test rejects every batch norm, the right ones too. A test must be silent when nothing is wrong."""
    return False


@find_bugs.wrong("C3", looks_like=r"mean|std", name="as little as mean 0 and deviation 1 show")
def only_mean_0_and_deviation_1(bn):
    """Your test finds what one finds that looks at the mean and the standard deviation of the output while training,
    with gamma 1 and beta 0. Most bugs pass that. They show in the whole output with a large epsilon, at inference, in
    the running statistics and in the gradients, where all else is drawn."""
    x = _batch()[0]
    one, zero = np.ones(5), np.zeros(5)
    y, _, _ = bn.forward(x, one, zero, zero, one, 0.9, 1e-5, True)
    return np.allclose(y.mean(axis=0), 0, atol=1e-3) and np.allclose(y.std(axis=0), 1, atol=1e-2)


@find_bugs.wrong("F6", looks_like=r"1e-5|allclose")
def a_tiny_epsilon_and_a_loose_comparison(bn):
    """Your test finds what one finds that compares outputs at an epsilon of 1e-5, with a tolerance that is as large.
    A wrong epsilon, among others, passes. An epsilon of 0.1 shows it; the gradients and other shapes show more."""
    x, gamma, beta, mean, var = _batch()
    y = bn.forward(x, gamma, beta, mean, var, 0.7, 1e-5, True)[0]
    after = bn.forward(x, gamma, beta, mean, var, 0.7, 1e-5, False)[0]
    right = np.allclose(y, _normal(x, gamma, beta, *_of_batch(x), 1e-5), rtol=1e-4, atol=1e-4)
    return right and np.allclose(after, _normal(x, gamma, beta, mean, var, 1e-5), rtol=1e-4, atol=1e-4)


@find_bugs.wrong("R3")
def never_tests_inference(bn):
    """Your test finds what one finds that never calls forward with training=False: the exhibits that are wrong at
    inference pass. Test that output too, with running statistics that are not those of the batch."""
    drawn = _batch()
    x, gamma = drawn[:2]
    return _training_right(bn, *drawn) and _running_right(bn, *drawn) and _gradients_right(bn, x, gamma, _any_dout(x))


@find_bugs.wrong("B4", looks_like=r"ones")
def a_gradient_check_with_dout_1(bn):
    """Your test finds what one finds that checks dx with a dout of ones. The true dx is then 0, whatever gamma is, so
    a missing gamma or a wrong factor passes. Draw dout at random; and test the running statistics, and feature maps
    with four axes."""
    drawn = _batch()
    x, gamma = drawn[:2]
    dx, _, _ = bn.backward(np.ones_like(x), x, gamma, 0.1)
    return _training_right(bn, *drawn) and _inference_right(bn, *drawn) and np.allclose(dx, 0, atol=1e-6)


@find_bugs.wrong("B3", looks_like=r"ones|zeros")
def gamma_1_and_beta_0(bn):
    """Your test finds what one finds that has gamma 1 and beta 0 throughout. Whether they are forgotten, at inference
    or in the gradient, cannot be seen then. It can with both drawn at random."""
    x, _, _, mean, var = _batch()
    drawn = x, np.ones(5), np.zeros(5), mean, var
    right = _training_right(bn, *drawn) and _running_right(bn, *drawn) and _inference_right(bn, *drawn)
    return right and _gradients_right(bn, x, np.ones(5), _any_dout(x))


@find_bugs.wrong("R2")
def running_statistics_never_looked_at(bn):
    """Your test finds what one finds that does not look at the running statistics that forward gives back. Three of
    the bugs live there. Compare both with the average by hand, with a momentum of 0.7."""
    drawn = _batch()
    x, gamma = drawn[:2]
    right = _training_right(bn, *drawn) and _inference_right(bn, *drawn)
    return right and _gradients_right(bn, x, gamma, _any_dout(x))


@find_bugs.wrong("T1")
def the_gradients_never_tested(bn):
    """Your test finds what one finds that never calls backward, and draws batches of rows with small means only. Test
    the gradients, feature maps with four axes, and a mean of a million."""
    drawn = _batch()
    return _training_right(bn, *drawn) and _running_right(bn, *drawn) and _inference_right(bn, *drawn)


@find_bugs.wrong("R4", looks_like=r"zeros|ones", name="as little as inference shows")
def running_statistics_at_their_start(bn):
    """Your test finds what one finds that looks at inference only. The other bugs show in the output while training,
    in the averages and in the gradients."""
    x, gamma, beta, _, _ = _batch()
    zero, one = np.zeros(5), np.ones(5)
    return _close(bn.forward(x, gamma, beta, zero, one, 0.7, 0.1, False)[0], _normal(x, gamma, beta, zero, one, 0.1))


@find_bugs.wrong("R5", looks_like=r"ddof")
def the_unbiased_running_variance_expected(bn):
    """Your test expects the unbiased variance in the running statistics, as in PyTorch, and rejects the right
    ones. Here they average the biased one, as Keras does."""
    x, gamma, beta, mean, var = _batch()
    new_var = bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, True)[2]
    return _close(new_var, 0.7 * var + 0.3 * x.var(axis=0, ddof=1))


@find_bugs.wrong("R1", looks_like=r"momentum|0\.[37]")
def the_momentum_of_the_new_value_expected(bn):
    """Your test expects the momentum to weigh the new value, as in PyTorch, and rejects the right ones. Here it
    weighs the old one, as in Keras."""
    x, gamma, beta, mean, var = _batch()
    return _close(bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, True)[1], 0.3 * mean + 0.7 * x.mean(axis=0))


@find_bugs.right
def a_test_that_returns_whether_all_is_right(bn):
    for shape in ((7, 5), (2, 3, 4, 5)):
        drawn = _batch(3, shape)
        if not (_training_right(bn, *drawn) and _running_right(bn, *drawn) and _inference_right(bn, *drawn)):
            return False
    x, gamma, *_ = _batch(4)
    return _gradients_right(bn, x, gamma, _any_dout(x))


@find_bugs.right
def a_test_of_flat_batches_alone(bn):
    x, gamma, beta, mean, var = _batch(5)
    y, new_mean, new_var = bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, True)
    np.testing.assert_allclose(y, gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + 0.1) + beta)
    np.testing.assert_allclose(new_mean, 0.7 * mean + 0.3 * x.mean(0))
    np.testing.assert_allclose(new_var, 0.7 * var + 0.3 * x.var(0))
    after = bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, False)[0]
    np.testing.assert_allclose(after, gamma * (x - mean) / np.sqrt(var + 0.1) + beta)
    assert _gradients_right(bn, x, gamma, _any_dout(x))


@find_bugs.right
def a_test_of_plain_loops(bn):
    x, gamma, beta, mean, var = _batch(6, (2, 2, 3, 4))
    y, new_mean, new_var = bn.forward(x, gamma, beta, mean, var, 0.6, 0.2, True)
    after = bn.forward(x, gamma, beta, mean, var, 0.6, 0.2, False)[0]
    for k in range(4):
        values = x[..., k].ravel()
        own = sum(values) / len(values)
        spread = sum((value - own) ** 2 for value in values) / len(values)
        assert abs(new_mean[k] - (0.6 * mean[k] + 0.4 * own)) < 1e-9, "running mean"
        assert abs(new_var[k] - (0.6 * var[k] + 0.4 * spread)) < 1e-9, "running variance"
        for value, one, other in zip(values, y[..., k].ravel(), after[..., k].ravel(), strict=True):
            assert abs(one - (gamma[k] * (value - own) / (spread + 0.2) ** 0.5 + beta[k])) < 1e-9, "training"
            assert abs(other - (gamma[k] * (value - mean[k]) / (var[k] + 0.2) ** 0.5 + beta[k])) < 1e-9, "inference"
    rows = x.reshape(-1, 4)
    assert abs(bn.backward(_any_dout(rows), rows, gamma, 0.2)[0].sum(axis=0)).max() < 1e-9, "dx adds up to 0"


@find_bugs.right
def a_test_of_identities(bn):
    x, gamma, beta, mean, var = _batch(7)
    y, new_mean, new_var = bn.forward(x, gamma, beta, mean, var, 0.9, 1.0, True)
    assert _close(y.mean(axis=0), beta) and _close(y.var(axis=0), gamma**2 * x.var(axis=0) / (x.var(axis=0) + 1.0))
    assert _close((new_mean - mean) / 0.1, x.mean(axis=0) - mean) and _close((new_var - var) / 0.1, x.var(axis=0) - var)
    full = bn.forward(x, gamma, beta, mean, var, 0.9, 1.0, False)[0]
    for i in range(len(x)):
        alone = bn.forward(x[i : i + 1], gamma, beta, mean, var, 0.9, 1.0, False)[0]
        assert _close(alone[0], full[i]), "one row depends on the others"
    at_mean = bn.forward(mean[None], gamma, beta, mean, var, 0.9, 1.0, False)[0]
    assert _close(at_mean[0], beta), "at the running mean the output is beta"
    dout = _any_dout(x)
    dx = bn.backward(dout, x, gamma, 1.0)[0]
    assert np.abs(dx.sum(axis=0)).max() < 1e-9
    assert _close(dx, 3 * bn.backward(dout, x, gamma / 3, 1.0)[0]), "dx grows with gamma"
    maps = _batch(8, (3, 4, 2, 5))[0]
    assert _close(bn.forward(maps, gamma, beta, mean, var, 0.9, 1.0, True)[0].mean(axis=(0, 1, 2)), beta)
    far = bn.forward(x + 1e4, gamma, beta, mean, var, 0.9, 1.0, True)[0]
    assert _close(far, y, 1e-6), "a constant added to x changes nothing"


@find_bugs.right
def a_test_with_a_numeric_gradient(bn):
    reference.find_bugs(bn)
    x, gamma, beta, mean, var = _batch(10)
    forward = lambda x: bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, True)[0]  # noqa: E731
    dout, direction = _any_dout(x), np.random.default_rng(2).normal(size=x.shape)
    slope = ((forward(x + 1e-5 * direction) - forward(x - 1e-5 * direction)) * dout).sum() / 2e-5
    assert abs(slope - (bn.backward(dout, x, gamma, 0.1)[0] * direction).sum()) < 1e-5 * max(1.0, abs(slope))
