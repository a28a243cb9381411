"""Exercise input_gradient. The gradient with respect to x, in one line."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import written
from bncourse.exercises.batches import affine, batch, by_hand, strided


def gradient_cases(rng):
    """Draw batches with a dout that is neither centred nor constant, and a gamma far from 1."""

    def inputs(x):
        return batch(rng, *x.shape, scale=1.0, offset=1.5), x, affine(rng, x.shape[1])[0]

    def spread(examples, features):
        # scales that differ by a factor of ten at most: in float32 a right answer keeps its digits
        scale, offset = rng.uniform(0.3, 3.0, features), 2 * rng.standard_normal(features)
        return batch(rng, examples, features, scale, offset)

    yield Case("7 examples with 5 features, eps 0.1", inputs(spread(7, 5)), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", inputs(spread(4, 4)), {"eps": 0.1})
    yield Case("features with a small variance, the default eps", inputs(batch(rng, 6, 3, scale=0.1, offset=0.3)))
    x = spread(5, 3)
    x[:, 1] = 2.5
    yield Case("a feature that never changes: its variance is 0", inputs(x), {"eps": 0.1})
    yield Case("an array with gaps in memory", inputs(strided(spread(6, 4))), {"eps": 0.1})
    yield Case("a batch of one: dx is 0", inputs(spread(1, 3)), {"eps": 0.1})


def _compose_input_gradient(steps):
    def input_gradient(dout, x, gamma, eps=1e-3):
        root = steps.root(x, eps)
        x_hat = steps.normalized(x, root)
        inner = dout - steps.mean_path(dout, x_hat) - steps.variance_path(dout, x_hat)
        return steps.scaled(inner, gamma, root)

    return input_gradient


input_gradient = Exercise(
    notebook="05-backward",
    reference=reference.input_gradient,
    asks="give dx, the gradient of the loss with respect to the input of batch norm, from dout, x and gamma",
    cases=gradient_cases,
    points=3,
    section="The gradient of x in one line",
    returns=("dx",),
    single=1e-5,
    compose=_compose_input_gradient,
    steps={
        "root": lambda x, eps: np.sqrt(x.var(axis=0) + eps),
        "normalized": lambda x, root: (x - x.mean(axis=0)) / root,
        "mean_path": lambda dout, x_hat: dout.mean(axis=0),
        "variance_path": lambda dout, x_hat: x_hat * (dout * x_hat).mean(axis=0),
        "scaled": lambda inner, gamma, root: gamma / root * inner,
    },
    example=by_hand([[0], [2]], [[-1], [1]], [3], eps=0.0),
    hints=(
        "x[i, k] changes y in three ways: through its own x_hat, through the mean, and through the variance.",
        "The path through the mean takes the mean of dout away. The path through the variance takes away a multiple of "
        "x_hat: how much of dout points along x_hat, on average.",
        "From dout take its batch mean, and x_hat times the batch mean of dout * x_hat. Then scale the whole as the "
        "forward pass does: by gamma over the root of (var + eps).",
    ),
)


@input_gradient.property("dx should add up to 0 over the batch, for each feature")
def _sums_to_zero(case, got):
    dout, x, gamma = case.arguments
    size = np.abs(gamma * dout).sum(axis=0) / np.sqrt(x.var(axis=0) + case.options.get("eps", 1e-3))
    total = got.sum(axis=0)
    off = np.abs(total) > 1e-4 * size
    if off.any():
        return "sums of 0", "sums of " + written(total)
    return None


@input_gradient.wrong("B1", looks_like=r"return")
def statistics_as_constants(dout, x, gamma, eps=1e-3):
    """You treat the mean and the variance as constants. They are made of x, so two more paths lead back to x: one
    through the mean, one through the variance."""
    return dout * gamma / np.sqrt(x.var(axis=0) + eps)


@input_gradient.wrong("B1", looks_like=r"1\s*-\s*1|1\s*-\s*x_hat|- x_hat")
def the_elementwise_derivative_only(dout, x, gamma, eps=1e-3):
    """You take how y[i] changes with x[i], and leave out how every other y of the batch changes with x[i] too,
    through the mean and the variance. Add up over the whole batch."""
    root = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / root
    return dout * gamma / root * (1 - 1 / len(x) - x_hat**2 / len(x))


@input_gradient.wrong("B2", looks_like=r"len|shape|\bN\b|\bm\b")
def one_over_the_batch_size_missing(dout, x, gamma, eps=1e-3):
    """Every number is m times too large, where m is the size of the batch. With m * dout and two sums in the bracket,
    the whole must be divided by m; with means it must not be multiplied by it."""
    return len(x) * reference.input_gradient(dout, x, gamma, eps)


@input_gradient.wrong("B2", looks_like=r"mean|/\s*len|/\s*m|/\s*N")
def divided_by_the_batch_size_once_more(dout, x, gamma, eps=1e-3):
    """Every number is m times too small, where m is the size of the batch. With means in the bracket, nothing is left
    to divide."""
    return reference.input_gradient(dout, x, gamma, eps) / len(x)


def _in_two_places(dout, x, gamma, inside, outside):
    centred = x - x.mean(axis=0)
    with np.errstate(all="ignore"):
        x_hat = centred / inside(x.var(axis=0))
        middle = dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0)
        return gamma / outside(x.var(axis=0)) * middle


@input_gradient.wrong("F6")
def epsilon_in_x_hat_alone(dout, x, gamma, eps=1e-3):
    """Epsilon is in x_hat, and missing in the root that the bracket is divided by. Both are the same root of (var +
    eps)."""
    return _in_two_places(dout, x, gamma, lambda var: np.sqrt(var + eps), np.sqrt)


@input_gradient.wrong("F6")
def epsilon_in_the_last_root_alone(dout, x, gamma, eps=1e-3):
    """Epsilon is in the root that the bracket is divided by, and missing in x_hat. Both are the same root of (var +
    eps)."""
    return _in_two_places(dout, x, gamma, np.sqrt, lambda var: np.sqrt(var + eps))


@input_gradient.wrong("B2", looks_like=r"-")
def the_sign_of_dx_turned(dout, x, gamma, eps=1e-3):
    """dx has the wrong sign. Its first term is +dout, and the paths through the mean and the variance are taken
    away."""
    return -reference.input_gradient(dout, x, gamma, eps)


@input_gradient.wrong("B2", looks_like=r"sum|mean")
def dx_summed_over_the_batch(dout, x, gamma, eps=1e-3):
    """What comes back has one number for each feature, 0, as the sum of dx over the batch is. Each example has its own
    x, so dx has the shape of x."""
    return reference.input_gradient(dout, x, gamma, eps).sum(axis=0)


@input_gradient.wrong("F3", looks_like=r"axis\s*=\s*-?1")
def the_gradient_of_a_layer_norm(dout, x, gamma, eps=1e-3):
    """You take the means over the features (axis 1). Batch norm takes them over the batch (axis 0)."""
    root = np.sqrt(x.var(axis=1, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / root
    across = dout.mean(axis=1, keepdims=True) + x_hat * (dout * x_hat).mean(axis=1, keepdims=True)
    return gamma / root * (dout - across)


@input_gradient.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def input_gradient_that_overwrites_x(dout, x, gamma, eps=1e-3):
    """You change x in place, as `x -= ...` does. The caller's batch must stay as it was: `x = x - mean` makes a new
    array."""
    root = np.sqrt(x.var(axis=0) + eps)
    x -= x.mean(axis=0)
    x /= root
    return gamma / root * (dout - dout.mean(axis=0) - x * (dout * x).mean(axis=0))


@input_gradient.right
def input_gradient_in_stages(dout, x, gamma, eps=1e-3):
    m, centred = len(x), x - x.mean(axis=0)
    var = (centred**2).mean(axis=0)
    dx_hat = dout * gamma
    dvar = np.sum(dx_hat * centred, axis=0) * -0.5 * (var + eps) ** -1.5
    dmean = -np.sum(dx_hat, axis=0) / np.sqrt(var + eps)
    return dx_hat / np.sqrt(var + eps) + dvar * 2 * centred / m + dmean / m


@input_gradient.right
def input_gradient_with_sums(dout, x, gamma, eps=1e-3):
    m, inverse = x.shape[0], (x.var(0) + eps) ** -0.5
    x_hat = (x - x.mean(0)) * inverse
    return gamma * inverse / m * (m * dout - dout.sum(0) - x_hat * (dout * x_hat).sum(0))


@input_gradient.right
def input_gradient_with_loops(dout, x, gamma, eps=1e-3):
    dx = np.zeros_like(x)
    m = len(x)
    for k in range(x.shape[1]):
        mean = sum(x[:, k]) / m
        root = (sum((value - mean) ** 2 for value in x[:, k]) / m + eps) ** 0.5
        x_hat = [(value - mean) / root for value in x[:, k]]
        for i in range(m):
            for j in range(m):
                slope = ((i == j) - 1 / m - x_hat[i] * x_hat[j] / m) / root
                dx[i, k] += dout[j, k] * gamma[k] * slope
    return dx


@input_gradient.right
def input_gradient_from_the_jacobian(dout, x, gamma, eps=1e-3):
    m = len(x)
    root = np.sqrt(x.var(axis=0, keepdims=True) + eps)
    x_hat = (x - x.mean(axis=0, keepdims=True)) / root
    jacobian = np.eye(m)[:, :, None] - 1 / m - np.einsum("ik,jk->ijk", x_hat, x_hat) / m
    return np.einsum("ijk,jk->ik", jacobian, dout * gamma) / root


@input_gradient.right
def input_gradient_from_dgamma_and_dbeta(dout, x, gamma, eps=1e-3):
    inverse = 1 / np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) * inverse
    dgamma, dbeta = (dout * x_hat).sum(axis=0), dout.sum(axis=0)
    return gamma * inverse * (dout - (x_hat * dgamma + dbeta) / len(x))


@input_gradient.right
def input_gradient_in_float32(dout, x, gamma, eps=1e-3):
    dout, x, gamma = (np.asarray(value, np.float32) for value in (dout, x, gamma))
    root = np.sqrt(x.var(axis=0) + np.float32(eps))
    x_hat = (x - x.mean(axis=0)) / root
    return gamma / root * (dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0))
