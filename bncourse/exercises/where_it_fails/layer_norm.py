"""Exercise layer_norm. The statistics of each example over its features."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, batch, by_hand, strided
from bncourse.exercises.where_it_fails import formula


def _cases(rng):
    yield Case("7 examples with 5 features, eps 0.1", (batch(rng), *affine(rng)), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", (batch(rng, 4, 4), *affine(rng, 4)), {"eps": 0.1})
    x = batch(rng, 6, 3, scale=3e-3, offset=2.0)
    yield Case("examples with a tiny variance, the default eps", (x, *affine(rng, 3)))
    x = batch(rng, 3, 5)
    x[1] = 2.5
    yield Case("an example whose features are all equal: it becomes beta", (x, *affine(rng)))
    yield Case("a batch of one, eps 0.1", (batch(rng, 1, 4), *affine(rng, 4)), {"eps": 0.1})
    yield Case("an array with gaps in memory", (strided(batch(rng, 3, 6)), *affine(rng, 6)), {"eps": 0.1})


def _compose(steps):
    def layer_norm(x, gamma, beta, eps=1e-3):
        mean, var = steps.statistics(x)
        return steps.scale_and_shift(steps.normalize(x, mean, var, eps), gamma, beta)

    return layer_norm


def _over(x, axes, **more):
    return x.mean(axis=axes, keepdims=True), x.var(axis=axes, keepdims=True, **more)


layer_norm = Exercise(
    notebook="09-where-it-fails",
    reference=reference.layer_norm,
    asks="normalize each example over its features, then scale and shift each feature",
    cases=_cases,
    points=2,
    section="Layer norm",
    returns=("y",),
    compose=_compose,
    steps={"statistics": lambda x: _over(x, 1), **formula.STEPS},
    example=by_hand([[1, 3]], [2, 1], [0, 5], eps=0.0),
    hints=(
        "The formula is that of batch norm. What changes is which numbers share one mean and one variance.",
        "Each example, a row, has its own mean and variance: average over the features, axis 1. gamma and beta still "
        "belong to the features.",
        "There is one mean for each row, so it must be a column beside x: keep the averaged axis "
        "(keepdims=True). Then subtract, divide by the root of var plus eps, scale, shift.",
    ),
)


@layer_norm.property("minus beta and over gamma, each example should have the mean 0")
def _mean_is_zero(case, got):
    means = ((got - case.arguments[2]) / case.arguments[1]).mean(axis=1)
    if np.abs(means).max() > 1e-4 * max(1.0, np.abs(got).max()):
        return "a mean of 0 for each", ", ".join(f"{mean:.3g}" for mean in means[:4])
    return None


@layer_norm.wrong("F3", step="statistics")
def a_batch_norm(x):
    """You average over the batch (axis 0). That is batch norm; layer norm gives each example its own mean and
    variance, over its features (axis 1)."""
    return _over(x, 0)


@layer_norm.wrong("F3", step="statistics")
def one_mean_and_variance_for_the_whole_array(x):
    """You use one mean and one variance for the whole array. Each example has its own (axis 1)."""
    return _over(x, None)


@layer_norm.wrong("F3", step="statistics", looks_like=r"mean\(|var\(")
def the_averaged_axis_is_not_kept(x):
    """The mean of each example has the shape (batch,), and NumPy lays it along the features. Keep the averaged axis
    (keepdims=True), so that it is a column beside the rows."""
    return x.mean(axis=1), x.var(axis=1)


@layer_norm.wrong("F5", step="statistics", looks_like=r"ddof|-\s*1")
def the_unbiased_variance(x):
    """You divide the variance by one less than the number of features (unbiased). Divide by their number."""
    return x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True, ddof=1)


@layer_norm.wrong("F1", step="statistics", looks_like=r"std|sqrt")
def the_root_is_taken_twice(x):
    """You take the root of the standard deviation, which is a root already. Add eps to the variance, then take the
    root once."""
    return x.mean(axis=1, keepdims=True), x.std(axis=1, keepdims=True)


@layer_norm.wrong("F3", step="statistics", looks_like=r"axis\s*=\s*0")
def the_variance_over_the_batch(x):
    """You take the mean over the features, but the variance over the batch. Take both over the features (axis 1)."""
    return x.mean(axis=1, keepdims=True), x.var(axis=0, keepdims=True)


@layer_norm.wrong("F3", step="statistics", looks_like=r"axis\s*=\s*0")
def the_mean_over_the_batch(x):
    """You take the variance over the features, but the mean over the batch. Take both over the features (axis 1)."""
    return x.mean(axis=0, keepdims=True), x.var(axis=1, keepdims=True)


@layer_norm.wrong("F3", step="statistics", looks_like=r"\.var\(\s*\)|\.std\(\s*\)")
def the_variance_of_the_whole_array(x):
    """You take the mean of each example, but one variance for the whole array. Each example has its own variance."""
    return x.mean(axis=1, keepdims=True), x.var()


@layer_norm.wrong("F3", step="statistics", looks_like=r"len\(|shape\[\s*0\s*\]")
def a_variance_divided_by_the_batch_size(x):
    """You divide the sum of squares by the batch size. Each example has as many terms as there are features."""
    mean = x.mean(axis=1, keepdims=True)
    return mean, ((x - mean) ** 2).sum(axis=1, keepdims=True) / len(x)


@layer_norm.wrong("F3", step="statistics", looks_like=r"sum\(")
def a_sum_of_squares_that_is_not_divided(x):
    """You add the squared distances, but do not divide by the number of features."""
    mean = x.mean(axis=1, keepdims=True)
    return mean, ((x - mean) ** 2).sum(axis=1, keepdims=True)


@layer_norm.wrong("F1", step="statistics", looks_like=r"\*\*\s*2|square")
def the_squares_without_the_mean_taken_off(x):
    """You average the squares of x itself. The variance measures the distance from the mean: subtract it first."""
    return x.mean(axis=1, keepdims=True), (x**2).mean(axis=1, keepdims=True)


@layer_norm.wrong("F3", looks_like=r"\*\*\s*2|square")
def an_rms_norm(x, gamma, beta, eps=1e-3):
    """You divide by the root of the mean square and subtract no mean. That is RMS norm; layer norm subtracts the mean
    of the example first."""
    return gamma * x / np.sqrt((x**2).mean(axis=1, keepdims=True) + eps) + beta


formula.share(layer_norm)


@layer_norm.wrong("F7", step="scale_and_shift", looks_like=r"None|reshape|newaxis")
def gamma_and_beta_for_each_example(x_hat, gamma, beta):
    """You lay gamma and beta along the batch. Only the statistics belong to an example; gamma and beta belong to the
    features, the last axis."""
    return gamma.reshape(-1, 1) * x_hat + beta.reshape(-1, 1)


@layer_norm.wrong("F7", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def a_layer_norm_that_overwrites_x(x, gamma, beta, eps=1e-3):
    """You change x in place, as `x -= ...` does. The caller's batch must stay as it was: `x = x - mean` makes a new
    array."""
    x -= x.mean(axis=1, keepdims=True)
    x /= np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return gamma * x + beta


@layer_norm.right
def layer_norm_of_the_transpose(x, gamma, beta, eps=1e-3):
    columns = x.T
    return ((columns - columns.mean(axis=0)) / np.sqrt(columns.var(axis=0) + eps)).T * gamma + beta


@layer_norm.right
def layer_norm_with_loops(x, gamma, beta, eps=1e-3):
    y = np.zeros_like(x)
    for i, row in enumerate(x):
        mean = sum(row) / len(row)
        var = sum((value - mean) ** 2 for value in row) / len(row)
        for k, value in enumerate(row):
            y[i, k] = gamma[k] * (value - mean) / (var + eps) ** 0.5 + beta[k]
    return y


@layer_norm.right
def layer_norm_along_the_last_axis(x, gamma, beta, eps=1e-3):
    mean, var = x.mean(-1)[:, None], x.var(-1)[:, None]
    return gamma[None] * ((x - mean) * (var + eps) ** -0.5) + beta[None]


@layer_norm.right
def layer_norm_by_einsum(x, gamma, beta, eps=1e-3):
    centred = x - np.einsum("nd->n", x)[:, None] / x.shape[1]
    var = np.einsum("nd,nd->n", centred, centred) / x.shape[1]
    return np.einsum("nd,d,n->nd", centred, gamma, 1 / np.sqrt(var + eps)) + beta


@layer_norm.right
def layer_norm_in_one_pass(x, gamma, beta, eps=1e-3):
    mean = x.mean(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt((x * x).mean(axis=1, keepdims=True) - mean**2 + eps) + beta


@layer_norm.right
def layer_norm_row_by_row(x, gamma, beta, eps=1e-3):
    return np.stack([gamma * (row - row.mean()) / np.sqrt(row.var() + eps) + beta for row in x])


@layer_norm.right
def layer_norm_in_float32(x, gamma, beta, eps=1e-3):
    x, gamma, beta = (np.asarray(value, np.float32) for value in (x, gamma, beta))
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + np.float32(eps))
    return gamma * x_hat + beta
