"""How five well-known courses check a batch norm, written anew so that it can be tried on the museum.

Taken over are facts, no code: what a checker looks at, the shapes, the momentum and the tolerances. The numbers are
drawn here, from a seed (but for the first course, whose inputs are always the same). Where a course compares with
stored results, they are those of the right batch norm here; where it prints numbers for the reader to judge, a bound
was chosen, and `looks_at` says which. Left out is what checks another thing than the layer (a whole network that
trains) or has no counterpart here (parameter counts, gradients of feature maps).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bncourse.museum.parts import implementation
from bncourse.museum.tour import Tour

_RIGHT = implementation()


@dataclass(frozen=True)
class Checker:
    """What a course's check of batch norm looks at.

    Parameters
    ----------
    name : str
        The course.
    looks_at : str
        What is compared, in our words.
    source : str
        Where it can be read.
    test : callable
        ``test(bn, rng)`` says whether `bn` passes; `bn` is as `bncourse.museum` describes it, and `rng` a Generator.
    """

    name: str
    looks_at: str
    source: str
    test: Callable


def _start(features):
    """Gamma, beta and running statistics as they are before any training."""
    one, zero = np.ones(features), np.zeros(features)
    return one, zero, zero, one


def _numbers_of_training(bn, rng):
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
    return all(passed) and _close(mean, right_mean) and _close(var, right_var)


def _twentieths(*shape, entropy=1):
    # that course's own inputs: whether a wrong epsilon is seen depends on them
    fixed = np.random.RandomState(int(np.prod(shape)) * len(shape) * entropy)
    return (fixed.randint(0, 100, shape) / 20).astype(np.float32)


def _close(got, right, absolute=1e-5):
    return bool(np.allclose(got, right, rtol=1e-5, atol=absolute))


def _printed_means_and_gradients(bn, rng):
    def looks_right(y, means, stds, bound=0.01):
        over = tuple(range(y.ndim - 1))
        return bool(np.abs(y.mean(axis=over) - means).max() < bound and np.abs(y.std(axis=over) - stds).max() < bound)

    first, second = rng.normal(size=(50, 60)), rng.normal(size=(60, 3))

    def activations():
        return np.maximum(rng.normal(size=(200, 50)) @ first, 0) @ second

    passed = []
    for x in (activations(), 4 * rng.normal(size=(2, 4, 5, 3)) + 10):
        one, zero, mean, var = _start(3)
        for gamma, beta in [(one, zero), (np.arange(1.0, 4.0), np.arange(11.0, 14.0))]:
            passed.append(looks_right(bn.forward(x, gamma, beta, mean, var, 0.9, 1e-5, True)[0], beta, gamma))
    one, zero, mean, var = _start(3)
    for _ in range(50):
        _, mean, var = bn.forward(activations(), one, zero, mean, var, 0.9, 1e-5, True)
    after = bn.forward(activations(), one, zero, mean, var, 0.9, 1e-5, False)[0]
    return all(passed) and looks_right(after, zero, one, bound=0.5) and _gradients_agree(bn, rng)


def _gradients_agree(bn, rng, step=1e-5, bound=1e-5):
    x, dout = 12 + 5 * rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
    inputs = [x, *rng.normal(size=(2, 5))]
    gradients = bn.backward(dout, x, inputs[1], 1e-5)
    for values, gradient in zip(inputs, gradients, strict=True):
        slopes = np.zeros_like(values)
        for place in np.ndindex(values.shape):
            kept, sides = values[place], []
            for moved in (kept + step, kept - step):
                values[place] = moved
                sides.append((dout * bn.forward(*inputs, *_start(5)[2:], 0.9, 1e-5, True)[0]).sum())
            values[place], slopes[place] = kept, (sides[0] - sides[1]) / (2 * step)
        relative = np.abs(slopes - gradient) / np.maximum(1e-8, np.abs(slopes) + np.abs(gradient))
        # the median: where the true gradient happens to be near 0, rounding alone makes a large relative error
        if np.median(relative) > bound:
            return False
    return True


def _numbers_of_two_maps(bn, rng):
    for gamma, beta in [(1.0, 0.0), (0.5, 1.0)]:
        x, (one, zero, mean, var) = rng.normal(size=(2, 2, 2, 2)), _start(2)
        given = (x, gamma * one, beta + zero, mean, var, 0.9, 1e-5, True)
        if not _close(bn.forward(*given)[0], _RIGHT.forward(*given)[0]):
            return False
    return True


def _maps_and_the_running_mean(bn, rng):
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


def _maps_and_whether_statistics_move(bn, rng):
    x = 5 + 10 * rng.normal(size=(32, 4, 4, 8))
    one, zero, mean, var = _start(8)
    y, mean, var = bn.forward(x, one, zero, mean, var, 0.9, 1e-5, True)
    normal = np.abs(y.mean(axis=(0, 1, 2))).max() < 0.1 and np.abs(y.std(axis=(0, 1, 2)) - 1).max() < 0.1
    _, moved, _ = bn.forward(3 + rng.normal(size=(16, 4, 4, 8)), one, zero, mean, var, 0.9, 1e-5, True)
    _, kept_mean, kept_var = bn.forward(5 * rng.normal(size=(2, 4, 4, 8)), one, zero, mean, var, 0.9, 1e-5, False)
    kept = np.allclose(kept_mean, mean) and np.allclose(kept_var, var)
    return bool(normal and not np.allclose(moved, mean) and kept)


CHECKERS = (
    Checker(
        "CMU 10-714",
        "rows of 4 and 5 examples in float32, with and without gamma and beta: the output while training, dx of "
        "sum(y ** 2), and both running statistics after ten batches, against stored numbers to 1e-5",
        "homework 2, tests/hw2/test_nn_and_optim.py",
        _numbers_of_training,
    ),
    Checker(
        "CS231n",
        "printed means and deviations, for the eye (here: off by 0.01; 0.5 at inference, which comes after 50 batches "
        "with gamma 1 and beta 0), for rows and maps; a numeric gradient check for 4 rows (here: a median relative "
        "error of 1e-5)",
        "assignment 2, notebook BatchNormalization",
        _printed_means_and_gradients,
    ),
    Checker(
        "Deep-ML",
        "the output while training for two small batches of feature maps, against stored numbers (here: to 1e-5)",
        "problem 115, batch normalization for BCHW input",
        _numbers_of_two_maps,
    ),
    Checker(
        "ARENA",
        "feature maps: means of 0 and deviations of 1 while training, the running mean after each of 30 batches, means "
        "of 0 at inference",
        "chapter 0, convolutions, tests of BatchNorm2d",
        _maps_and_the_running_mean,
    ),
    Checker(
        "TinyTorch",
        "feature maps: means of 0 and deviations of 1 to a tenth; that the running mean moves while training, and that "
        "both statistics stay at inference",
        "module 09, unit test of BatchNorm2d",
        _maps_and_whether_statistics_move,
    ),
)


def tour():
    """Show what each checker looks at, and where it can be read.

    Returns
    -------
    Tour
    """
    return Tour((checker.name, checker.source, {"Looks at": f"{checker.looks_at}."}) for checker in CHECKERS)
