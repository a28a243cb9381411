"""Exercise normalize. Centre and scale each feature."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, by_hand, statistics, strided


def _normalize_cases(rng):
    yield Case("7 examples with 5 features, eps 0.1", (batch(rng), *statistics(rng)), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", (batch(rng, 4, 4), *statistics(rng, 4)), {"eps": 0.1})
    x = batch(rng, 6, 3, scale=3e-3)
    yield Case("features with a tiny variance, the default eps", (x, x.mean(axis=0), x.var(axis=0)))
    x = batch(rng, 5, 3)
    x[:, 1] = 2.5
    yield Case("a feature that never changes: its variance is 0", (x, x.mean(axis=0), x.var(axis=0)))
    mean, var = statistics(rng, 3)
    var[1] = 0.0
    yield Case("a variance of 0, and an x that is not the mean, eps 0.1", (batch(rng, 4, 3), mean, var), {"eps": 0.1})
    yield Case("a batch of one, eps 0.5", (batch(rng, 1, 3), *statistics(rng, 3)), {"eps": 0.5})
    yield Case("an array with gaps in memory", (strided(batch(rng, 6, 4)), *statistics(rng, 4)), {"eps": 0.1})


normalize = Exercise(
    notebook="04-normalize-scale-shift",
    reference=reference.normalize,
    asks="centre and scale each feature: (x - mean) divided by the root of (var + eps)",
    cases=_normalize_cases,
    points=2,
    section="Normalize",
    returns=("x_hat",),
    example=by_hand([[7]], [4], [8.99], eps=0.01),
    hints=(
        "Two things happen to each number: it is measured from the mean, and then in units of the deviation.",
        "The deviation is the root of the variance. Epsilon is added to the variance, before the root is taken.",
        "Brackets matter: first the difference, in brackets; then divide by the root of the sum of var and eps.",
    ),
)


@normalize.wrong("F1", looks_like=r"/")
def divides_by_the_variance(x, mean, var, eps=1e-3):
    """You divide by the variance (plus epsilon). Batch norm divides by its square root, the standard
    deviation."""
    return (x - mean) / (var + eps)


@normalize.wrong("F1", name="divides by the variance, with no epsilon")
def divides_by_the_variance_with_no_epsilon(x, mean, var, eps=1e-3):
    """You divide by the variance, and epsilon is left out. Batch norm divides by the root of (variance + epsilon)."""
    with np.errstate(all="ignore"):
        return (x - mean) / var


@normalize.wrong("F2", looks_like=r"\*\*\s*2|square\(")
def squares_where_the_root_belongs(x, mean, var, eps=1e-3):
    """You square (var + eps). Batch norm takes its square root."""
    return (x - mean) / (var + eps) ** 2


@normalize.wrong("F6", looks_like=r"sqrt\([^)]*\)\s*\+|\+\s*np\.sqrt|0?\.5\s*\+")
def epsilon_outside_the_root(x, mean, var, eps=1e-3):
    """You add epsilon to the standard deviation, outside the root. It belongs to the variance, inside the
    root: the root of (var + eps)."""
    return (x - mean) / (np.sqrt(var) + eps)


@normalize.wrong("F6", looks_like=r"sqrt|\*\*\s*\(?0?\.5|\*\*\s*\(?-")
def no_epsilon(x, mean, var, eps=1e-3):
    """Epsilon is left out. It is added to the variance, inside the root, so that a feature that never changes
    does not divide by zero."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var)


@normalize.wrong("F6", looks_like=r"1e-\d|0\.0+1")
def epsilon_written_into_the_code(x, mean, var, eps=1e-3):
    """An epsilon of 1e-3 is used, whatever `eps` was passed: it is written into the code, or `eps` is not handed
    on to the function that needs it."""
    return (x - mean) / np.sqrt(var + 1e-3)


@normalize.wrong("F6", looks_like=r"1e-\d|0\.0+1", name="an epsilon of 1e-5 written into the code")
def an_epsilon_of_1e_5_written_into_the_code(x, mean, var, eps=1e-3):
    """A fixed epsilon of 1e-5 is used (PyTorch's default), not the `eps` that was passed."""
    return (x - mean) / np.sqrt(var + 1e-5)


@normalize.wrong("F6", looks_like=r"1e-\d|0\.0+1", name="an epsilon of 1e-8 written into the code")
def an_epsilon_of_1e_8_written_into_the_code(x, mean, var, eps=1e-3):
    """A fixed epsilon of 1e-8 is used, not the `eps` that was passed."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var + 1e-8)


@normalize.wrong("F6", looks_like=r"-\s*eps")
def epsilon_subtracted(x, mean, var, eps=1e-3):
    """You subtract epsilon. It is added, so that the root is never zero."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var - eps)


@normalize.wrong("F6", looks_like=r"eps\s*\*\*\s*2|eps\s*\*\s*eps")
def epsilon_squared(x, mean, var, eps=1e-3):
    """You add the square of epsilon; batch norm adds epsilon itself to the variance."""
    return (x - mean) / np.sqrt(var + eps**2)


@normalize.wrong("F6", looks_like=r"\+\s*eps\s*$|\+\s*eps\s*\)?\s*$")
def epsilon_added_after_the_division(x, mean, var, eps=1e-3):
    """You add epsilon to the result of the division. It belongs to the variance, inside the root."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var) + eps


@normalize.wrong("F6", looks_like=r"eps")
def epsilon_added_on_top(x, mean, var, eps=1e-3):
    """You add epsilon above the fraction line, to x - mean. It belongs to the variance, inside the root."""
    with np.errstate(all="ignore"):
        return (x - mean + eps) / np.sqrt(var)


@normalize.wrong("F1", looks_like=r"-\s*mean\s*/")
def only_the_mean_is_divided(x, mean, var, eps=1e-3):
    """Division comes before subtraction, so only the mean is divided. Put brackets around x - mean."""
    return x - mean / np.sqrt(var + eps)


@normalize.wrong("F1", looks_like=r"\*\s*np\.sqrt|\*")
def multiplies_by_the_deviation(x, mean, var, eps=1e-3):
    """You multiply by the standard deviation; to normalize, divide by it."""
    return (x - mean) * np.sqrt(var + eps)


@normalize.wrong("F1", looks_like=r"return")
def the_mean_is_not_subtracted(x, mean, var, eps=1e-3):
    """You divide, but do not subtract the mean first."""
    return x / np.sqrt(var + eps)


@normalize.wrong("F1", looks_like=r"\+\s*mean|mean\s*-\s*x")
def the_mean_is_added(x, mean, var, eps=1e-3):
    """You add the mean; to centre the batch, subtract it."""
    return (x + mean) / np.sqrt(var + eps)


@normalize.wrong("F1", looks_like=r"mean\s*-\s*x")
def the_difference_the_other_way_round(x, mean, var, eps=1e-3):
    """The sign is turned: you compute mean - x. It is x - mean."""
    return (mean - x) / np.sqrt(var + eps)


@normalize.wrong("F1", looks_like=r"-\s*mean")
def only_centres(x, mean, var, eps=1e-3):
    """You subtract the mean, but do not divide by the standard deviation."""
    return x - mean


@normalize.wrong("F7", looks_like=r"var.*/.*mean|return", name="mean and variance in each other's place")
def mean_and_variance_in_each_others_place(x, mean, var, eps=1e-3):
    """The mean and the variance have changed places: the order is mean, then var."""
    with np.errstate(all="ignore"):
        return (x - var) / np.sqrt(mean + eps)


@normalize.wrong("R3", looks_like=r"\.mean\(|\.var\(|np\.mean|np\.var|\.std\(")
def statistics_of_the_batch_and_not_those_passed(x, mean, var, eps=1e-3):
    """You compute the mean and the variance from x. This step uses the `mean` and `var` that it is given;
    at inference they are not those of the batch."""
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


@normalize.wrong("R3", looks_like=r"\.var\(|np\.var|\.std\(")
def variance_of_the_batch_and_not_the_one_passed(x, mean, var, eps=1e-3):
    """You compute the variance from x. This step uses the `var` that it is given."""
    return (x - mean) / np.sqrt(x.var(axis=0) + eps)


@normalize.wrong("F5")
def statistics_of_the_batch_divided_by_one_less(x, mean, var, eps=1e-3):
    """You compute the mean and the variance from x, and divide the variance by the batch size minus one. This step uses
    the `mean` and `var` that it is given, and batch norm's variance divides by the batch size."""
    with np.errstate(all="ignore"):
        centred = x - x.mean(axis=0)
        var = (centred**2).sum(axis=0) / (np.float64(len(x)) - 1)
        return centred / np.sqrt(var + eps)


@normalize.wrong("F3", looks_like=r"axis\s*=\s*-?1")
def normalizes_each_example(x, mean, var, eps=1e-3):
    """You normalize each example over its features (axis 1). That is layer normalization; batch norm
    normalizes each feature, here with the `mean` and `var` that are given."""
    return (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + eps)


@normalize.wrong("F3", looks_like=r"\.mean\(\s*\)|\.std\(\s*\)|\.var\(\s*\)")
def one_mean_and_deviation_for_all_numbers(x, mean, var, eps=1e-3):
    """You use one mean and one variance over the whole array. Batch norm has one of each for every feature."""
    return (x - x.mean()) / np.sqrt(x.var() + eps)


@normalize.wrong("F7", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def x_overwritten_in_place(x, mean, var, eps=1e-3):
    """You change x in place, as `x -= mean` does. The backward pass needs x, and the caller's batch must stay as it
    was: `x = x - mean` makes a new array."""
    x -= mean
    x /= np.sqrt(var + eps)
    return x


@normalize.right
def normalize_with_a_power(x, mean, var, eps=1e-3):
    return (x - mean) * (var + eps) ** -0.5


@normalize.right
def normalize_with_loops(x, mean, var, eps=1e-3):
    result = np.empty(x.shape)
    for i in range(x.shape[0]):
        for k in range(x.shape[1]):
            result[i, k] = (x[i, k] - mean[k]) / (var[k] + eps) ** 0.5
    return result


@normalize.right
def normalize_as_one_line(x, mean, var, eps=1e-3):
    scale = 1 / np.sqrt(var + eps)
    return x * scale - mean * scale


@normalize.right
def normalize_with_einsum(x, mean, var, eps=1e-3):
    return np.einsum("nd,d->nd", x - mean, 1 / np.sqrt(var + eps))


@normalize.right
def normalize_by_numpy_calls(x, mean, var, eps=1e-3):
    return np.divide(np.subtract(x, mean), np.sqrt(np.add(var, eps)))


@normalize.right
def normalize_a_copy_in_place(x, mean, var, eps=1e-3):
    result = x.copy()
    result -= mean
    result /= np.sqrt(var + eps)
    return result


@normalize.right
def normalize_in_float32(x, mean, var, eps=1e-3):
    x, mean, var = (np.asarray(value, np.float32) for value in (x, mean, var))
    return (x - mean) / np.sqrt(var + np.float32(eps))
