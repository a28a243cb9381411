"""Exercise batch_norm_inference. Batch norm after training: running statistics in place of the batch's own."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import differing
from bncourse.exercises.batches import affine, batch, by_hand, statistics, strided
from bncourse.exercises.normalize_scale_shift.normalize import normalize
from bncourse.exercises.normalize_scale_shift.scale_and_shift import scale_and_shift


def _inference_cases(rng):
    def inputs(x):
        return x, *affine(rng, x.shape[1]), *statistics(rng, x.shape[1])

    yield Case("7 examples with 5 features, eps 0.1", inputs(batch(rng)), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", inputs(batch(rng, 4, 4)), {"eps": 0.1})
    yield Case("one example alone, eps 0.1", inputs(batch(rng, 1, 3)), {"eps": 0.1})
    x, gamma, beta, mean, _ = inputs(batch(rng, 6, 3, scale=3e-3))
    tiny = 1e-5 * rng.uniform(0.5, 2.0, 3)
    yield Case("a tiny running variance, the default eps", (x, gamma, beta, mean, tiny))
    x, *others = inputs(batch(rng, 5, 3))
    x[1] = others[2]
    yield Case("an example that equals the running mean", (x, *others), {"eps": 0.1})
    yield Case("an array with gaps in memory", inputs(strided(batch(rng, 6, 4))), {"eps": 0.1})


def _compose_batch_norm_inference(steps):
    def batch_norm_inference(x, gamma, beta, running_mean, running_var, eps=1e-3):
        mean, var = steps.statistics(x, running_mean, running_var)
        x_hat = steps.normalize(x, mean, var, eps)
        return steps.scale_and_shift(x_hat, gamma, beta)

    return batch_norm_inference


batch_norm_inference = Exercise(
    notebook="06-inference",
    reference=reference.batch_norm_inference,
    asks="apply batch norm after training: normalize with the running mean and variance, then scale and shift",
    cases=_inference_cases,
    points=2,
    section="Batch norm after training",
    returns=("y",),
    compose=_compose_batch_norm_inference,
    steps={
        "statistics": lambda x, running_mean, running_var: (running_mean, running_var),
        "normalize": lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps),
        "scale_and_shift": lambda x_hat, gamma, beta: gamma * x_hat + beta,
    },
    example=by_hand([[5]], [2], [1], [3], [3.99], eps=0.01),
    hints=(
        "One photograph is to be classified. Which mean and variance can it be normalized with?",
        "After training only the source of the mean and the variance is another. Epsilon, gamma and beta stay.",
        "Normalize x with the running mean and the root of (running variance + eps). Then scale and shift.",
    ),
)


@batch_norm_inference.property("an example that equals the running mean should become beta")
def _the_running_mean_becomes_beta(case, got):
    x, _, beta, mean, _ = case.arguments
    here = np.flatnonzero((x == mean).all(axis=1))
    if here.size and not np.allclose(got[here[0]], beta, rtol=1e-5, atol=1e-5):
        return differing(beta, got[here[0]])
    return None


@batch_norm_inference.wrong("R3", step="statistics", looks_like=r"\.mean\(|\.var\(|np\.mean|np\.var|\.std\(")
def batch_statistics_at_inference(x, running_mean, running_var):
    """You normalize with the mean and the variance of this batch. After training, batch norm uses the running ones: the
    variance of one example alone is 0, and its answer must not depend on its neighbours."""
    return x.mean(axis=0), x.var(axis=0)


@batch_norm_inference.wrong("R3", step="statistics", looks_like=r"\.mean\(|np\.mean")
def batch_mean_with_the_running_variance(x, running_mean, running_var):
    """You mix two sources: the mean of this batch with the running variance. After training both are the running
    ones."""
    return x.mean(axis=0), running_var


@batch_norm_inference.wrong("R3", step="statistics", looks_like=r"\.var\(|np\.var|\.std\(")
def running_mean_with_the_batch_variance(x, running_mean, running_var):
    """You mix two sources: the running mean with the variance of this batch. After training both are the running
    ones."""
    return running_mean, x.var(axis=0)


@batch_norm_inference.wrong("R3", step="statistics", looks_like=r"/\s*2|0?\.5|momentum|0?\.9")
def half_running_half_batch_statistics(x, running_mean, running_var):
    """You average the running statistics with those of this batch. After training the batch has no say: use the
    running ones as they are."""
    return (running_mean + x.mean(axis=0)) / 2, (running_var + x.var(axis=0)) / 2


@batch_norm_inference.wrong("R3", step="statistics", looks_like=r"len\(|shape\[0\]|if ")
def running_statistics_for_a_single_example_only(x, running_mean, running_var):
    """You use the running statistics for a batch of one, and those of the batch otherwise. After training, every
    batch is normalized with the running ones."""
    return (running_mean, running_var) if len(x) == 1 else (x.mean(axis=0), x.var(axis=0))


@batch_norm_inference.wrong("F3", step="statistics", looks_like=r"axis\s*=\s*-?1")
def statistics_of_each_example(x, running_mean, running_var):
    """You normalize each example with its own mean and variance over the features. That is layer normalization; batch
    norm uses the running mean and variance of each feature."""
    return x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)


@batch_norm_inference.wrong("R2", step="statistics", looks_like=r"\*\*\s*2|square")
def the_running_variance_squared(x, running_mean, running_var):
    """You square the running variance, as if it were a standard deviation. It is a variance already: add epsilon and
    take the root."""
    return running_mean, running_var**2


@batch_norm_inference.wrong("R2", step="statistics", looks_like=r"sqrt|std|\*\*\s*0?\.5")
def the_root_of_the_running_variance_taken_twice(x, running_mean, running_var):
    """You take the root of the running variance, and then the root again. One root is enough: that of (running_var +
    eps)."""
    return running_mean, np.sqrt(running_var)


@batch_norm_inference.wrong("R2", step="statistics", looks_like=r"running_")
def running_mean_and_variance_exchanged(x, running_mean, running_var):
    """The running mean and the running variance are in each other's place."""
    return running_var, running_mean


@batch_norm_inference.wrong("F1", step="normalize")
def only_the_mean_is_divided(x, mean, var, eps):
    """Division comes before subtraction, so only the running mean is divided. Put brackets around x - running_mean."""
    return x - mean / np.sqrt(var + eps)


@batch_norm_inference.wrong("F1", step="normalize")
def the_mean_is_added(x, mean, var, eps):
    """You add the running mean. It is subtracted: x - running_mean."""
    return (x + mean) / np.sqrt(var + eps)


@batch_norm_inference.wrong("F1", step="normalize")
def the_difference_the_other_way_round(x, mean, var, eps):
    """The sign is turned: you compute running_mean - x. It is x - running_mean."""
    return (mean - x) / np.sqrt(var + eps)


@batch_norm_inference.wrong("F7", step="normalize", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def x_overwritten_in_place(x, mean, var, eps):
    """You change x in place, as `x -= ...` does. The caller's batch must stay as it was: `x = x - running_mean` makes a
    new array."""
    x -= mean
    x /= np.sqrt(var + eps)
    return x


@batch_norm_inference.wrong("F7", step="scale_and_shift", looks_like=r"\(.*\+\s*beta")
def shifts_before_it_scales(x_hat, gamma, beta):
    """You add beta first and multiply by gamma afterwards, so beta is scaled too. Scale first, then add beta."""
    return gamma * (x_hat + beta)


batch_norm_inference.inherit(
    normalize,
    scale_and_shift,
    leave_out=(
        # these have words of their own above
        "only the mean is divided",
        "the mean is added",
        "the difference the other way round",
        "x overwritten in place",
        "shifts before it scales",
        # and these cannot be met here, or stand above already
        "statistics of the batch and not those passed",
        "variance of the batch and not the one passed",
        "statistics of the batch divided by one less",
        "normalizes each example",
        "one mean and deviation for all numbers",
        "x_hat overwritten in place",
        "mean and variance in each other's place",
    ),
)


@batch_norm_inference.wrong("R3")
def normalized_twice(x, gamma, beta, running_mean, running_var, eps=1e-3):
    """You normalize twice: with the statistics of this batch, and then with the running ones. After training only the
    running ones are used."""
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return gamma * (x_hat - running_mean) / np.sqrt(running_var + eps) + beta


@batch_norm_inference.wrong("R2", looks_like=r"running_\w+\s*(\[.*\]\s*=|[-+*/]=)")
def running_statistics_updated_at_inference(x, gamma, beta, running_mean, running_var, eps=1e-3):
    """You update the running statistics in place. After training they stay as they are: only training moves them."""
    y = gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta
    running_mean *= 0.99
    running_mean += 0.01 * x.mean(axis=0)
    running_var *= 0.99
    running_var += 0.01 * x.var(axis=0)
    return y


@batch_norm_inference.right
def inference_as_one_affine_map(x, gamma, beta, running_mean, running_var, eps=1e-3):
    scale = gamma / np.sqrt(running_var + eps)
    return x * scale + (beta - running_mean * scale)


@batch_norm_inference.right
def inference_with_loops(x, gamma, beta, running_mean, running_var, eps=1e-3):
    y = np.empty(x.shape)
    for i, row in enumerate(x):
        for k, value in enumerate(row):
            y[i, k] = (value - running_mean[k]) / (running_var[k] + eps) ** 0.5 * gamma[k] + beta[k]
    return y


@batch_norm_inference.right
def inference_with_kept_axes(x, gamma, beta, running_mean, running_var, eps=1e-3):
    mean, var, gamma, beta = (v.reshape(1, -1) for v in (running_mean, running_var, gamma, beta))
    return np.add(np.multiply((x - mean) * (var + eps) ** -0.5, gamma), beta)


@batch_norm_inference.right
def inference_by_einsum(x, gamma, beta, running_mean, running_var, eps=1e-3):
    return np.einsum("nd,d,d->nd", x - running_mean, gamma, 1 / np.sqrt(running_var + eps)) + beta


@batch_norm_inference.right
def inference_in_place_on_a_copy(x, gamma, beta, running_mean, running_var, eps=1e-3):
    y = x.copy()
    y -= running_mean
    y /= np.sqrt(running_var + eps)
    y *= gamma
    y += beta
    return y


@batch_norm_inference.right
def inference_in_float32(x, gamma, beta, running_mean, running_var, eps=1e-3):
    x, gamma, beta, mean, var = (v.astype(np.float32) for v in (x, gamma, beta, running_mean, running_var))
    return gamma * (x - mean) / np.sqrt(var + np.float32(eps)) + beta
