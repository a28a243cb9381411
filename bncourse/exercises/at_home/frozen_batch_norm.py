"""Exercise frozen_batch_norm. With constant statistics batch norm is an affine layer, on the way back too."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, by_hand, maps, statistics


def _draw(rng, shape, gamma=None):
    mean, var = statistics(rng, shape[-1])
    drawn, beta = affine(rng, shape[-1])
    return maps(rng, shape), maps(rng, shape), drawn if gamma is None else gamma, beta, mean, var


def _cases(rng):
    yield Case("3 images of 2 x 4 with 5 channels, eps 0.1", _draw(rng, (3, 2, 4, 5)), {"eps": 0.1})
    yield Case("4 images of 3 x 3 with 4 channels, eps 0.1", _draw(rng, (4, 3, 3, 4)), {"eps": 0.1})
    yield Case("one image of 1 x 1 with 3 channels, eps 0.1", _draw(rng, (1, 1, 1, 3)), {"eps": 0.1})
    yield Case("a gamma of 0, eps 0.1", _draw(rng, (3, 2, 2, 2), np.array([0.0, 1.5])), {"eps": 0.1})
    *rest, var = _draw(rng, (3, 2, 2, 3))
    yield Case("a tiny running variance, the default eps", (*rest, 1e-4 * var))


def _compose(steps):
    def frozen_batch_norm(x, dout, gamma, beta, mean, var, eps=1e-3):
        return steps.y(x, gamma, beta, mean, var, eps), steps.dx(x, dout, gamma, mean, var, eps)

    return frozen_batch_norm


def _y(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def _dx(x, dout, gamma, mean, var, eps):
    return gamma / np.sqrt(var + eps) * dout


def _of_batch(x):
    return x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))


frozen_batch_norm = Exercise(
    notebook="11-at-home",
    reference=reference.frozen_batch_norm,
    asks="give y of a batch norm whose statistics are the constants mean and var, and for a gradient dout of y the "
    "gradient dx",
    cases=_cases,
    points=2,
    section="Frozen batch norm",
    returns=("y", "dx"),
    compose=_compose,
    steps={"y": _y, "dx": _dx},
    single=1e-6,
    example=by_hand([[[[3]]], [[[5]]]], [[[[1]]], [[[1]]]], [2], [1], [1], [4], eps=0.0),
    hints=(
        "In notebook 05 x reached y on three ways: directly, through the mean, and through the variance. How many are "
        "left when both are constants?",
        "y is a straight line in x. Its slope is the same for every image and position of a channel.",
        "Forward: subtract the given mean, divide by the root of the given variance plus eps, scale, shift. Backward: "
        "what x was multiplied by on the way to y multiplies dout.",
    ),
)
wrong = frozen_batch_norm.wrong


@wrong("R3", step="y", looks_like=r"x\.mean|x\.var|np\.mean|np\.var|_of_batch")
def the_batch_in_place_of_the_constants(x, gamma, beta, mean, var, eps):
    """You normalize with the statistics of the batch. Frozen means: with the mean and the variance that were passed."""
    mean, var = _of_batch(x)
    return _y(x, gamma, beta, mean, var, eps)


@wrong("F1", step="y", looks_like=r"/")
def frozen_y_divided_by_the_variance(x, gamma, beta, mean, var, eps):
    """You divide by the variance. Batch norm divides by its square root."""
    return gamma * (x - mean) / (var + eps) + beta


@wrong("F6", step="y", looks_like=r"sqrt")
def epsilon_outside_the_root_of_frozen_y(x, gamma, beta, mean, var, eps):
    """You add epsilon outside the root. It belongs to the variance, inside the root."""
    return gamma * (x - mean) / (np.sqrt(var) + eps) + beta


@wrong("F7", step="y", looks_like=r"return|y\s*=")
def frozen_y_without_gamma_and_beta(x, gamma, beta, mean, var, eps):
    """Gamma and beta are not in your y. They are frozen, and still there."""
    return (x - mean) / np.sqrt(var + eps)


@wrong("F7", step="y", looks_like=r"mean")
def the_frozen_mean_is_not_scaled(x, gamma, beta, mean, var, eps):
    """You subtract the mean after scaling. Subtract it first, or subtract mean * scale."""
    return gamma * x / np.sqrt(var + eps) - mean + beta


@wrong("R3", step="dx", looks_like=r"mean\(")
def the_backward_pass_of_training(x, dout, gamma, mean, var, eps):
    """Your dx is that of a batch norm in training: it subtracts what goes through the mean and the variance. Frozen
    statistics do not depend on x, so only the straight way is left."""
    batch_mean, batch_var = _of_batch(x)
    x_hat = (x - batch_mean) / np.sqrt(batch_var + eps)
    axes = (0, 1, 2)
    return gamma / np.sqrt(batch_var + eps) * (dout - dout.mean(axis=axes) - x_hat * (dout * x_hat).mean(axis=axes))


@wrong("R3", step="dx", looks_like=r"mean\(")
def the_backward_pass_of_training_with_the_frozen_statistics(x, dout, gamma, mean, var, eps):
    """Your dx subtracts what goes through the mean and the variance, as in training. Frozen statistics do not depend on
    x, so only the straight way is left."""
    x_hat = (x - mean) / np.sqrt(var + eps)
    axes = (0, 1, 2)
    return gamma / np.sqrt(var + eps) * (dout - dout.mean(axis=axes) - x_hat * (dout * x_hat).mean(axis=axes))


@wrong("R3", step="dx", looks_like=r"mean\(")
def the_mean_of_dout_subtracted(x, dout, gamma, mean, var, eps):
    """You subtract the mean of dout. That is what goes through the mean of a batch; a frozen mean does not depend on
    x."""
    return gamma / np.sqrt(var + eps) * (dout - dout.mean(axis=(0, 1, 2)))


@wrong("B2")
def dout_sent_through_the_forward_pass(x, dout, gamma, beta, mean, var, eps=1e-3):
    """You send dout through the layer as if it were x. The mean that is taken off and the beta that is added have no
    say in dx: only the factor gamma / sqrt(var + eps) has."""
    return tuple(_y(each, gamma, beta, mean, var, eps) for each in (x, dout))


@wrong("R3", looks_like=r"x\.mean|x\.var|np\.mean|np\.var")
def the_batch_in_place_of_the_constants_both_ways(x, dout, gamma, beta, mean, var, eps=1e-3):
    """You use the statistics of the batch, in y and in dx. Frozen means: with the mean and the variance that were
    passed."""
    mean, var = x.mean(axis=(0, 1, 2)), x.var(axis=(0, 1, 2))
    return _y(x, gamma, beta, mean, var, eps), _dx(x, dout, gamma, mean, var, eps)


@wrong("B3", step="dx", looks_like=r"sqrt")
def frozen_dx_without_gamma(x, dout, gamma, mean, var, eps):
    """Gamma is not in your dx. x is multiplied by gamma / sqrt(var + eps) on its way to y, and dout on the way back."""
    return dout / np.sqrt(var + eps)


@wrong("B2", step="dx", looks_like=r"gamma\s*\*\s*dout|dout\s*\*\s*gamma")
def frozen_dx_without_the_root(x, dout, gamma, mean, var, eps):
    """The root is not in your dx. x is divided by sqrt(var + eps) on its way to y, and so is dout on the way back."""
    return gamma * dout


@wrong("B2", step="dx", looks_like=r"zeros|0")
def no_gradient_through_a_frozen_layer(x, dout, gamma, mean, var, eps):
    """Your dx is 0. Frozen means that the layer's own numbers stay; the layers below it still learn, through it."""
    return np.zeros_like(dout)


@wrong("B2", step="dx", looks_like=r"copy|return")
def dout_handed_on(x, dout, gamma, mean, var, eps):
    """You hand dout on as it is. x is multiplied by gamma / sqrt(var + eps) on its way to y, and so is dout on the way
    back."""
    return dout.copy()


@wrong("F1", step="dx", looks_like=r"/")
def frozen_dx_divided_by_the_variance(x, dout, gamma, mean, var, eps):
    """In dx you divide by the variance. The slope of y is gamma over its square root."""
    return gamma / (var + eps) * dout


@frozen_batch_norm.right
def frozen_as_an_affine_layer(x, dout, gamma, beta, mean, var, eps=1e-3):
    scale = gamma / np.sqrt(var + eps)
    return x * scale + (beta - mean * scale), dout * scale


@frozen_batch_norm.right
def frozen_by_channels(x, dout, gamma, beta, mean, var, eps=1e-3):
    y, dx = np.empty_like(x), np.empty_like(x)
    for c in range(x.shape[-1]):
        root = (var[c] + eps) ** 0.5
        y[..., c] = (x[..., c] - mean[c]) / root * gamma[c] + beta[c]
        dx[..., c] = dout[..., c] * gamma[c] / root
    return y, dx


@frozen_batch_norm.right
def frozen_by_einsum(x, dout, gamma, beta, mean, var, eps=1e-3):
    scale = gamma * (var + eps) ** -0.5
    return np.einsum("nhwc,c->nhwc", x - mean, scale) + beta, np.einsum("nhwc,c->nhwc", dout, scale)


@frozen_batch_norm.right
def frozen_by_rows(x, dout, gamma, beta, mean, var, eps=1e-3):
    rows, scale = x.reshape(-1, x.shape[-1]), np.diag(gamma / np.sqrt(var + eps))
    return ((rows - mean) @ scale + beta).reshape(x.shape), (dout.reshape(rows.shape) @ scale).reshape(x.shape)


@frozen_batch_norm.right
def frozen_with_kept_axes(x, dout, gamma, beta, mean, var, eps=1e-3):
    gamma, beta, mean, var = (v.reshape(1, 1, 1, -1) for v in (gamma, beta, mean, var))
    x_hat = (x - mean) / np.sqrt(var + eps)
    return [gamma * x_hat + beta, dout * gamma / np.sqrt(var + eps)]


@frozen_batch_norm.right
def frozen_in_float32(x, dout, gamma, beta, mean, var, eps=1e-3):
    x, dout, gamma, beta, mean, var = (v.astype(np.float32) for v in (x, dout, gamma, beta, mean, var))
    scale = gamma / np.sqrt(var + np.float32(eps))
    return scale * (x - mean) + beta, scale * dout
