"""Exercise batch_norm. The four steps in a row."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import told_apart
from bncourse.exercises.batches import affine, batch, by_hand, strided
from bncourse.exercises.normalize_scale_shift.batch_variance import batch_variance
from bncourse.exercises.normalize_scale_shift.normalize import normalize
from bncourse.exercises.normalize_scale_shift.scale_and_shift import scale_and_shift


def _batch_norm_cases(rng):
    yield Case("7 examples with 5 features, eps 0.1", (batch(rng), *affine(rng)), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", (batch(rng, 4, 4), *affine(rng, 4)), {"eps": 0.1})
    yield Case("features with a tiny variance, the default eps", (batch(rng, 6, 3, scale=3e-3), *affine(rng, 3)))
    x = batch(rng, 5, 3)
    x[:, 1] = 2.5
    yield Case("a feature that never changes: its variance is 0", (x, *affine(rng, 3)))
    yield Case("a batch of one: every feature becomes beta", (batch(rng, 1, 3), *affine(rng, 3)), {"eps": 0.1})
    yield Case("8 examples whose mean is 100,000", (batch(rng, 8, 3, offset=1e5), *affine(rng, 3)), {"eps": 0.1})
    yield Case("an array with gaps in memory", (strided(batch(rng, 6, 4)), *affine(rng, 4)), {"eps": 0.1})


def _compose_batch_norm(steps):
    def batch_norm(x, gamma, beta, eps=1e-3):
        mean = steps.batch_mean(x)
        var = steps.batch_variance(x, mean)
        x_hat = steps.normalize(x, mean, var, eps)
        return steps.scale_and_shift(x_hat, gamma, beta)

    return batch_norm


batch_norm = Exercise(
    notebook="04-normalize-scale-shift",
    reference=reference.batch_norm,
    asks="put the four steps in a row: mean, variance, normalize, scale and shift",
    cases=_batch_norm_cases,
    points=2,
    atol=1e-8,  # with a mean of 100,000 right answers differ by more than 1e-10, see test_bank
    section="The whole step",
    returns=("y",),
    compose=_compose_batch_norm,
    # written as a learner would, without the reference's look at the shapes: a wrong step may give any shape
    steps={
        "batch_mean": lambda x: x.mean(axis=0),
        "batch_variance": lambda x, mean: ((x - mean) ** 2).mean(axis=0),
        "normalize": lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps),
        "scale_and_shift": lambda x_hat, gamma, beta: gamma * x_hat + beta,
    },
    example=by_hand([[1], [3]], [2], [5], eps=0.0),
    hints=(
        "You have written all four steps. What does each one need that the step before it gives?",
        "The mean and the variance come from x, over the batch. They, and eps, go into normalize.",
        "Hand the normalized batch on to the scale and the shift, and return what comes out of it.",
    ),
)


@batch_norm.property("each feature should have the mean beta")
def _mean_is_beta(case, got):
    x, gamma, beta = case.arguments
    room = 1e-5 * max(1.0, np.abs(got).max())
    if got.dtype == np.float32:  # a right answer may keep x and the mean apart until the end
        steep = np.abs(gamma) / np.sqrt(x.var(axis=0) + case.options.get("eps", 1e-3))
        room = room + 1e-6 * float(np.max(np.abs(x).max(axis=0) * steep))
    if not np.allclose(got.mean(axis=0), beta, rtol=1e-5, atol=room):
        return told_apart(beta, got.mean(axis=0))
    return None


@batch_norm.wrong("F3", looks_like=r"axis\s*=\s*-?1")
def a_layer_norm(x, gamma, beta, eps=1e-3):
    """You normalize each example over its features (axis 1). That is layer normalization; batch norm
    normalizes each feature over the batch (axis 0)."""
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return gamma * x_hat + beta


@batch_norm.wrong("F3", looks_like=r"\.mean\(\s*\)|\.var\(\s*\)|\.std\(\s*\)")
def one_mean_and_variance_for_the_whole_batch(x, gamma, beta, eps=1e-3):
    """You use one mean and one variance for the whole array. Batch norm has one of each for every feature
    (over axis 0, the batch)."""
    return gamma * (x - x.mean()) / np.sqrt(x.var() + eps) + beta


# An idea about a step is also an idea about the whole; those that read only what the step before gave them
# cannot be told apart here from the right answer, or stand above already.
batch_norm.inherit(
    batch_variance,
    normalize,
    scale_and_shift,
    leave_out=(
        "one variance for each example",
        "the variance of each example",
        "one variance for the whole array",
        "a variance that overwrites x",
        "the mean distance without a square",
        "statistics of the batch and not those passed",
        "variance of the batch and not the one passed",
        "statistics of the batch divided by one less",
        "normalizes each example",
        "one mean and deviation for all numbers",
        "x overwritten in place",
        "x_hat overwritten in place",
        "a dot product with gamma",
    ),
)


@batch_norm.wrong("F7", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def a_batch_norm_that_overwrites_x(x, gamma, beta, eps=1e-3):
    """You change x in place, as `x -= ...` does. The backward pass needs x, and the caller's batch must stay as it was:
    `x = x - mean` makes a new array."""
    x -= x.mean(axis=0)
    x /= np.sqrt(x.var(axis=0) + eps)
    return gamma * x + beta


@batch_norm.right
def batch_norm_as_one_expression(x, gamma, beta, eps=1e-3):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


@batch_norm.right
def batch_norm_as_one_affine_map(x, gamma, beta, eps=1e-3):
    mean = x.mean(axis=0)
    scale = gamma / np.sqrt(((x - mean) ** 2).mean(axis=0) + eps)
    return x * scale + (beta - mean * scale)


@batch_norm.right
def batch_norm_with_loops(x, gamma, beta, eps=1e-3):
    result = np.zeros_like(x)
    for k in range(x.shape[1]):
        column = x[:, k]
        mean = sum(column) / len(column)
        var = sum((value - mean) ** 2 for value in column) / len(column)
        for i, value in enumerate(column):
            result[i, k] = gamma[k] * (value - mean) / (var + eps) ** 0.5 + beta[k]
    return result


@batch_norm.right
def batch_norm_with_kept_axes(x, gamma, beta, eps=1e-3):
    mean = x.mean(axis=0, keepdims=True)
    var = x.var(axis=0, keepdims=True)
    return gamma.reshape(1, -1) * (x - mean) / np.sqrt(var + eps) + beta.reshape(1, -1)


@batch_norm.right
def batch_norm_of_the_transpose(x, gamma, beta, eps=1e-3):
    columns = x.T
    centred = columns - columns.mean(axis=1, keepdims=True)
    var = np.einsum("dn,dn->d", centred, centred) / x.shape[0]
    return (gamma[:, None] * centred / np.sqrt(var + eps)[:, None] + beta[:, None]).T


@batch_norm.right
def batch_norm_in_float32(x, gamma, beta, eps=1e-3):
    x, gamma, beta = (np.asarray(value, np.float32) for value in (x, gamma, beta))
    return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + np.float32(eps)) + beta
