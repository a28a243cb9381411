"""How five courses check a batch norm, re-created: each a function that says whether a batch norm passes.

Taken over are facts, no code: what is looked at, the shapes, the momentum, the tolerances, and the fixed numbers of the
first course. All other numbers are drawn from a seed. Where a course compares with stored results, they are here those
of the right batch norm; where it prints numbers for the reader to judge, a bound was chosen, and the checker's label
says which. Left out is what looks at another thing than the layer.
"""

import numpy as np

from bncourse.museum.parts import implementation

_RIGHT = implementation()


def _start(features):
    """Gamma, beta and running statistics as they are before any training."""
    one, zero = np.ones(features), np.zeros(features)
    return one, zero, zero, one


def _close(got, right, absolute=1e-5):
    return bool(np.allclose(got, right, rtol=1e-5, atol=absolute))


def rows_and_a_short_training(bn, rng):
    """CMU 10-714: outputs, dx and running statistics of fixed rows, and the loss of a small network."""
    passed = []
    for own in (False, True):
        x, (one, zero, mean, var) = _twentieths(4, 4), _start(4)
        gamma, beta = (_twentieths(4, entropy=42), _twentieths(4, entropy=1337)) if own else (one, zero)
        given = (gamma, beta, mean, var, 0.9, 1e-5, True)
        passed.append(_close(bn.forward(x, *given)[0], _RIGHT.forward(x, *given)[0]))
        x = _twentieths(5, 4)
        # the gradient of the loss sum(y ** 2)
        dx = bn.backward(2 * bn.forward(x, *given)[0], x, gamma, 1e-5)[0]
        right = _RIGHT.backward(2 * _RIGHT.forward(x, *given)[0], x, gamma, 1e-5)[0]
        passed.append(_close(dx, right, absolute=1e-4 if own else 1e-5))
    one, zero, mean, var = _start(3)
    right_mean, right_var = mean, var
    for batch in range(10):
        x = _twentieths(4, 3, entropy=batch)
        _, mean, var = bn.forward(x, one, zero, mean, var, 0.9, 1e-5, True)
        _, right_mean, right_var = _RIGHT.forward(x, one, zero, right_mean, right_var, 0.9, 1e-5, True)
    passed += [_close(mean, right_mean), _close(var, right_var)]
    return all(passed) and _close(losses(bn), losses(_RIGHT))


def _twentieths(*shape, entropy=1):
    # that course's own inputs: whether a wrong epsilon is seen depends on them
    fixed = np.random.RandomState(int(np.prod(shape)) * len(shape) * entropy)
    return (fixed.randint(0, 100, shape) / 20).astype(np.float32)


def losses(bn):
    """Train a small network around a batch norm for 32 steps, and give its last loss and its loss at inference.

    As CMU's file does it: 64 features, a dense layer of 32 units, ReLU, the batch norm, a dense layer of 16 classes.
    Adam, with a rate and a weight decay of 0.001, moves gamma and beta too. The right batch norm arrives at the losses
    that the file has stored, 3.296256 and 3.192054.

    Returns
    -------
    tuple of float
    """
    x, labels = _twentieths(1024, 64), np.random.RandomState(1024).randint(0, 16, 1024)
    drawn = np.random.RandomState(42)
    weights = [np.sqrt(6 / fan_in) * (2 * drawn.rand(fan_in, units) - 1) for fan_in, units in _SIZES]
    network = [values.reshape(-1) if values.shape[1] == 1 else values for values in weights]
    network[2:2] = [np.ones(32), np.zeros(32)]
    statistics = np.zeros(32), np.ones(32)
    moments = [(np.zeros_like(values), np.zeros_like(values)) for values in network]
    for step in range(32):
        rows = slice(32 * step, 32 * step + 32)
        loss, gradients, statistics = _one_step(bn, network, statistics, x[rows], labels[rows])
        for values, gradient, (first, second) in zip(network, gradients, moments, strict=True):
            gradient = gradient + 0.001 * values
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient**2 - second)
            scale = np.sqrt(second / (1 - 0.999 ** (step + 1))) + 1e-8
            values -= 0.001 * first / (1 - 0.9 ** (step + 1)) / scale
    x, labels = _twentieths(32, 64), np.random.RandomState(32).randint(0, 16, 32)
    y, *_ = bn.forward(_hidden(network, x), *network[2:4], *statistics, 0.9, 1e-5, False)
    return loss, _loss(network, y, labels)[0]


_SIZES = ((64, 32), (32, 1), (32, 16), (16, 1))


def _hidden(network, x):
    return np.maximum(x @ network[0] + network[1], 0)


def _loss(network, y, labels):
    scores = y @ network[4] + network[5]
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    chosen = np.arange(len(labels)), labels
    loss = -np.log(shares[chosen]).mean()
    shares[chosen] -= 1
    return loss, shares / len(labels)


def _one_step(bn, network, statistics, x, labels):
    hidden = _hidden(network, x)
    y, *statistics = bn.forward(hidden, *network[2:4], *statistics, 0.9, 1e-5, True)
    loss, dscores = _loss(network, y, labels)
    dhidden, dgamma, dbeta = bn.backward(dscores @ network[4].T, hidden, network[2], 1e-5)
    dhidden = dhidden * (hidden > 0)
    gradients = [x.T @ dhidden, dhidden.sum(axis=0), dgamma, dbeta, y.T @ dscores, dscores.sum(axis=0)]
    return loss, gradients, statistics


def printed_means_and_gradients(bn, rng):
    """CS231n: means and standard deviations for the eye, for rows and maps, and a numeric gradient check for rows."""

    def looks_right(y, means, stds, bound=0.01):
        over = tuple(range(y.ndim - 1))
        return bool(np.abs(y.mean(axis=over) - means).max() < bound and np.abs(y.std(axis=over) - stds).max() < bound)

    first, second = rng.normal(size=(50, 60)), rng.normal(size=(60, 3))

    def activations():
        return np.maximum(rng.normal(size=(200, 50)) @ first, 0) @ second

    def maps():
        return 2.3 * rng.normal(size=(10, 11, 12, 4)) + 13

    passed = []
    own = {"rows": (np.arange(1.0, 4.0), np.arange(11.0, 14.0)), "maps": (np.arange(3.0, 6.0), np.arange(6.0, 9.0))}
    for kind, x in {"rows": activations(), "maps": 4 * rng.normal(size=(2, 4, 5, 3)) + 10}.items():
        one, zero, mean, var = _start(3)
        for gamma, beta in [(one, zero), own[kind]]:
            passed.append(looks_right(bn.forward(x, gamma, beta, mean, var, 0.9, 1e-5, True)[0], beta, gamma))
    for draw, features in ((activations, 3), (maps, 4)):
        one, zero, mean, var = _start(features)
        for _ in range(50):
            _, mean, var = bn.forward(draw(), one, zero, mean, var, 0.9, 1e-5, True)
        after = bn.forward(draw(), one, zero, mean, var, 0.9, 1e-5, False)[0]
        passed.append(looks_right(after, zero, one, bound=0.5))
    return all(passed) and _gradients_agree(bn, rng)


def _gradients_agree(bn, rng, step=1e-5, bound=1e-5):
    x, dout = 12 + 5 * rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    inputs = [x, *rng.normal(size=(2, 5))]
    gradients = bn.backward(dout, x, inputs[1], 1e-5)
    for values, gradient in zip(inputs, gradients, strict=True):
        slopes = _slopes(values, lambda: (dout * bn.forward(*inputs, *_start(5)[2:], 0.9, 1e-5, True)[0]).sum(), step)
        relative = np.abs(slopes - gradient) / np.maximum(1e-8, np.abs(slopes) + np.abs(gradient))
        # the median: where the true gradient happens to be near 0, rounding alone makes a large relative error
        if np.median(relative) > bound:
            return False
    return True


def _slopes(values, loss, step):
    """Return the slope of a loss for each of the values, which are moved in place and set back."""
    slopes = np.zeros_like(values)
    for place in np.ndindex(values.shape):
        kept, sides = values[place], []
        for moved in (kept + step, kept - step):
            values[place] = moved
            sides.append(loss())
        values[place], slopes[place] = kept, (sides[0] - sides[1]) / (2 * step)
    return slopes


def outputs_of_two_maps(bn, rng):
    """Deep-ML: the output while training of small feature maps, three times."""
    x, (one, zero, mean, var) = rng.normal(size=(2, 2, 2, 2, 2)), _start(2)
    for maps, gamma, beta in [(x[0], 1.0, 0.0), (x[1], 1.0, 0.0), (x[1], 0.5, 1.0)]:
        given = (maps, gamma * one, beta + zero, mean, var, 0.9, 1e-5, True)
        if not _close(bn.forward(*given)[0], _RIGHT.forward(*given)[0]):
            return False
    return True


def maps_and_the_running_mean(bn, rng):
    """ARENA: means and standard deviations of maps, the running mean of 30 batches, the mean at inference."""
    x = rng.normal(size=(100, 3, 4, 2))
    y = bn.forward(x, *_start(2), 0.9, 1e-5, True)[0]
    normal = _close(y.mean(axis=(0, 1, 2)), 0) and np.allclose(y.std(axis=(0, 1, 2), ddof=1), 1, rtol=1e-3, atol=1e-3)
    x = np.arange(12.0).reshape(2, 3, 2, 1).transpose(0, 2, 3, 1)
    one, zero, mean, var = _start(3)
    own = x.mean(axis=(0, 1, 2))
    for times in range(1, 31):  # the same batch again and again; the weight of the old mean is 0.4
        _, mean, var = bn.forward(x, one, zero, mean, var, 0.4, 1e-5, True)
        if not _close(mean, (1 - 0.4**times) * own):
            return False
    after = bn.forward(x, one, zero, mean, var, 0.4, 1e-5, False)[0]
    return bool(normal and _close(after.mean(axis=(0, 1, 2)), 0))


def maps_statistics_and_gradients(bn, rng):
    """TinyTorch: which statistics are used, means and standard deviations to a tenth, and a numeric gradient check."""
    one, zero, mean, var = _start(4)
    x = rng.normal(size=(8, 6, 6, 4))
    y, moved, new_var = bn.forward(x, one, zero, mean, var, 0.9, 1e-5, True)
    after, kept, _ = bn.forward(x, one, zero, moved, new_var, 0.9, 1e-5, False)
    used = _mean_used(x, after)
    passed = [_mean_used(x, y) is not None, not np.allclose(moved, mean), np.allclose(kept, moved)]
    passed.append(used is not None and np.allclose(used, moved))
    one, zero, mean, var = _start(8)
    y, mean, var = bn.forward(5 + 10 * rng.normal(size=(32, 4, 4, 8)), one, zero, mean, var, 0.9, 1e-5, True)
    passed += [np.abs(y.mean(axis=(0, 1, 2))).max() < 0.1, np.abs(y.std(axis=(0, 1, 2)) - 1).max() < 0.1]
    _, moved, new_var = bn.forward(3 + rng.normal(size=(16, 4, 4, 8)), one, zero, mean, var, 0.9, 1e-5, True)
    _, *kept = bn.forward(5 * rng.normal(size=(2, 4, 4, 8)), one, zero, moved, new_var, 0.9, 1e-5, False)
    passed += [not np.allclose(moved, mean), np.allclose(kept[0], moved), np.allclose(kept[1], new_var)]
    x, weights = rng.normal(size=(2, 3, 2, 2, 2))
    gamma, beta = np.array([1.3, 0.7]), np.array([0.2, -0.4])
    dx, _, dbeta = bn.backward(weights.reshape(-1, 2), x.reshape(-1, 2), gamma, 1e-5)
    slopes = _slopes(x, lambda: (weights * bn.forward(x, gamma, beta, *_start(2)[2:], 0.9, 1e-5, True)[0]).sum(), 1e-2)
    passed += [np.allclose(dx, slopes.reshape(-1, 2), atol=1e-3), np.allclose(dbeta, weights.sum(axis=(0, 1, 2)))]
    return all(passed)


def _mean_used(x, y):
    """Return the mean that each channel was normalized with (gamma 1, beta 0), or None if it had more than one."""
    means = []
    for k in range(x.shape[-1]):
        line = np.polyfit(x[..., k].ravel(), y[..., k].ravel(), 1)
        if not np.allclose(np.polyval(line, x[..., k]), y[..., k]):
            return None
        means.append(-line[1] / line[0])
    return np.array(means)
