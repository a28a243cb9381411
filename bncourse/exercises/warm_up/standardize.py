"""Exercise standardize. Each column gets the mean 0 and, except for eps, the standard deviation 1."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import written
from bncourse.exercises.batches import batch, by_hand, strided


def _standardize_cases(rng):
    yield Case("7 examples with 5 features, eps 0.1", (batch(rng),), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", (batch(rng, 4, 4),), {"eps": 0.1})
    x = batch(rng, 6, 3, scale=1e-4, offset=1e-3 * rng.standard_normal(3))
    yield Case("features with a tiny variance, the default eps", (x,))
    x = batch(rng, 5, 3)
    x[:, 1] = 2.5
    yield Case("a feature that never changes: it becomes 0", (x,), {"eps": 0.1})
    yield Case("1 example with 3 features: all become 0", (batch(rng, 1, 3),), {"eps": 0.1})
    yield Case("an array with gaps in memory", (strided(batch(rng, 6, 4)),), {"eps": 0.1})
    yield Case("8 examples whose mean is a thousand", (batch(rng, 8, 3, scale=1.0, offset=1e3),), {"eps": 0.1})


def _compose_standardize(steps):
    def standardize(x, eps=1e-8):
        mean, var = steps.statistics(x)
        return steps.scale(x, mean, var, eps)

    return standardize


standardize = Exercise(
    notebook="00-warm-up",
    reference=reference.standardize,
    asks="standardize each column of x: subtract its mean, then divide by the root of (variance + eps)",
    cases=_standardize_cases,
    points=2,
    section="Standardize the inputs",
    returns=("the standardized x",),
    compose=_compose_standardize,
    steps={
        "statistics": lambda x: (x.mean(axis=0), x.var(axis=0)),
        "scale": lambda x, mean, var, eps: (x - mean) / np.sqrt(var + eps),
    },
    example=by_hand([[1], [3]], eps=0.0),
    hints=(
        "Each column is treated alone. Which numbers does the mean of a column add up, and along which axis are they?",
        "The mean and the variance run down the columns (axis 0): one number for each feature. Eps is added to the "
        "variance before the root is taken.",
        "First the difference between x and the means, in brackets. Divide it by the root of the sum of the "
        "variances and eps.",
    ),
)


@standardize.property("each column should have the mean 0")
def _mean_is_zero(case, got):
    off = np.abs(got.mean(axis=0))
    if off.max() > (1e-2 if got.dtype in (np.float32, np.float16) else 1e-6):
        return "0 for every column", written(got.mean(axis=0))
    return None


@standardize.advise
def _digits_are_lost(case, got):
    if getattr(got, "dtype", None) != np.float64:
        return None
    off = np.abs(got - reference.standardize(*case.arguments, **case.options)).max()
    # 100 times what the order of the sums alone can do
    if case.label.endswith("thousand") and 2e-11 < off < 1e-8:
        return (
            "With a large mean your result loses digits, as E[x**2] - mean**2 does: it is the small difference of "
            "two large numbers. Subtract the mean first, then square."
        )
    return None


@standardize.wrong("F1", step="statistics", looks_like=r"\*\*\s*2|square")
def the_squares_of_x_for_the_variance(x):
    """You take the mean of the squares of x itself for the variance. The variance measures the distance from the
    mean: subtract it before you square."""
    return x.mean(axis=0), (x**2).mean(axis=0)


@standardize.wrong("F3", step="statistics", looks_like=r"axis\s*=\s*-?1|\(\s*-?1\s*[,)]")
def standardizes_each_example(x):
    """You take the mean and the variance over the features (axis 1), so each example is standardized. Here each
    column is: take them over the examples (axis 0)."""
    return x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)


@standardize.wrong("F3", step="statistics", looks_like=r"mean\(\s*x?\s*\)|std\(\s*x?\s*\)|var\(\s*x?\s*\)")
def one_mean_and_variance_for_all_numbers(x):
    """You use one mean and one variance for the whole array. Each column needs its own: over the examples
    (axis 0)."""
    return x.mean(), x.var()


@standardize.wrong("F3", step="statistics", looks_like=r"std\(\s*x?\s*\)|var\(\s*x?\s*\)")
def one_variance_for_all_columns(x):
    """The mean is that of each column, but the variance is one number for the whole array. Each column needs its
    own variance too (axis 0)."""
    return x.mean(axis=0), x.var()


@standardize.wrong("F3", step="statistics", looks_like=r"mean\(\s*x?\s*\)")
def one_mean_for_all_columns(x):
    """The variance is that of each column, but the mean is one number for the whole array. Each column needs its
    own mean too (axis 0)."""
    return x.mean(), x.var(axis=0)


@standardize.wrong("F5", step="statistics", looks_like=r"ddof|-\s*1\s*\)")
def divides_the_variance_by_one_less(x):
    """Your variance is divided by the number of examples minus one (the unbiased one). Here it is divided by the
    number of examples, as NumPy does."""
    with np.errstate(all="ignore"):
        return x.mean(axis=0), x.var(axis=0) * len(x) / (np.float64(len(x)) - 1)


@standardize.wrong("F5", step="statistics")
def a_variance_that_is_not_divided(x):
    """You add the squared distances, but do not divide by the number of examples. The variance is their mean."""
    return x.mean(axis=0), x.var(axis=0) * len(x)


@standardize.wrong("F1", step="scale", looks_like=r"/")
def divides_by_the_variance(x, mean, var, eps):
    """You divide by the variance (plus eps). Divide by its square root, the standard deviation."""
    return (x - mean) / (var + eps)


@standardize.wrong("F2", step="scale", looks_like=r"\*\*\s*2|square\(")
def squares_where_the_root_belongs(x, mean, var, eps):
    """You square (variance + eps). Take its square root."""
    return (x - mean) / (var + eps) ** 2


@standardize.wrong("F1", step="scale", looks_like=r"-\s*(?:x\.|np\.)?mean.*/")
def only_the_mean_is_divided(x, mean, var, eps):
    """Division comes before subtraction, so only the mean is divided. Put brackets around x minus its mean."""
    return x - mean / np.sqrt(var + eps)


@standardize.wrong("F1", step="scale", looks_like=r"\*\s*np\.sqrt|\*")
def multiplies_by_the_deviation(x, mean, var, eps):
    """You multiply by the standard deviation; to standardize, divide by it."""
    return (x - mean) * np.sqrt(var + eps)


@standardize.wrong("F1", step="scale", looks_like=r"return")
def the_mean_is_not_subtracted(x, mean, var, eps):
    """You divide, but do not subtract the mean of each column first."""
    return x / np.sqrt(var + eps)


@standardize.wrong("F1", step="scale", looks_like=r"mean.*-\s*x")
def the_difference_the_other_way_round(x, mean, var, eps):
    """The sign is turned: you subtract x from its mean. Subtract the mean from x."""
    return (mean - x) / np.sqrt(var + eps)


@standardize.wrong("F1", step="scale", looks_like=r"-")
def only_centres(x, mean, var, eps):
    """You subtract the mean, but do not divide by the standard deviation."""
    return x - mean


@standardize.wrong(
    "F6", step="scale", looks_like=r"sqrt\([^+]*\)\s*\+|std\([^)]*\)\s*\+|0?\.5\s*\+|\+\s*np\.sqrt|\+\s*eps"
)
def eps_outside_the_root(x, mean, var, eps):
    """You add eps to the standard deviation, outside the root. Here it is added to the variance: the root of
    (variance + eps)."""
    return (x - mean) / (np.sqrt(var) + eps)


@standardize.wrong("F6", step="scale", looks_like=r"sqrt|std|\*\*\s*\(?-?0?\.5")
def no_eps(x, mean, var, eps):
    """Eps is left out. It is added to the variance, inside the root, so that a constant column does not divide by
    zero."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var)


@standardize.wrong("F6", step="scale", looks_like=r"1e-\d|0\.0+1")
def eps_written_into_the_code(x, mean, var, eps):
    """You use a fixed 1e-8 and not the `eps` that was passed."""
    return (x - mean) / np.sqrt(var + 1e-8)


@standardize.wrong("F6", step="scale", looks_like=r"-\s*eps")
def eps_subtracted(x, mean, var, eps):
    """You subtract eps from the variance. It is added, so that the root is never zero."""
    with np.errstate(all="ignore"):
        return (x - mean) / np.sqrt(var - eps)


@standardize.wrong("F6", step="scale", looks_like=r"eps\s*\*\*\s*2|eps\s*\*\s*eps")
def eps_squared(x, mean, var, eps):
    """You add the square of eps. Add eps itself to the variance."""
    return (x - mean) / np.sqrt(var + eps**2)


@standardize.wrong("F1", looks_like=r"min|max|ptp")
def scales_to_the_range_from_0_to_1(x, eps=1e-8):
    """You scale each column from its smallest to its largest number. Standardizing subtracts the mean and
    divides by the standard deviation."""
    return (x - x.min(axis=0)) / (np.ptp(x, axis=0) + eps)


@standardize.wrong("F1", looks_like=r"min|max|ptp")
def divides_by_the_range(x, eps=1e-8):
    """You divide by the range of the column, largest minus smallest. Divide by its standard deviation, the root of
    (variance + eps)."""
    return (x - x.mean(axis=0)) / (np.ptp(x, axis=0) + eps)


@standardize.wrong("F1", looks_like=r"abs")
def divides_by_the_mean_distance(x, eps=1e-8):
    """You divide by the mean distance from the mean (absolute values). The standard deviation is the root of the
    mean of the squared distances."""
    centred = x - x.mean(axis=0)
    return centred / (np.abs(centred).mean(axis=0) + eps)


@standardize.wrong("F7", looks_like=r"[-/]=|\[.*\]\s*=[^=]")
def x_overwritten_in_place(x, eps=1e-8):
    """You change x in place, as `x -= ...` does. The caller's data must stay as they were: `x = x - mean` makes a new
    array."""
    deviation = np.sqrt(x.var(axis=0) + eps)
    x -= x.mean(axis=0)
    x /= deviation
    return x


@standardize.right
def standardize_in_one_line(x, eps=1e-8):
    return (x - x.mean(0)) / np.sqrt(x.var(0) + eps)


@standardize.right
def standardize_with_loops(x, eps=1e-8):
    result = np.zeros(x.shape)
    for k in range(x.shape[1]):
        column = [float(row[k]) for row in x]
        mean = sum(column) / len(column)
        var = sum((value - mean) ** 2 for value in column) / len(column)
        for i, value in enumerate(column):
            result[i, k] = (value - mean) / (var + eps) ** 0.5
    return result


@standardize.right
def standardize_with_kept_axes(x, eps=1e-8):
    mean = np.mean(x, axis=0, keepdims=True)
    return (x - mean) * (np.mean((x - mean) ** 2, axis=0, keepdims=True) + eps) ** -0.5


@standardize.right
def standardize_the_transpose(x, eps=1e-8):
    columns = x.T - x.T.mean(axis=1, keepdims=True)
    return (columns / np.sqrt(np.einsum("dn,dn->d", columns, columns) / x.shape[0] + eps)[:, None]).T


@standardize.right
def standardize_with_the_deviation_squared(x, eps=1e-8):
    return (x - np.average(x, axis=0)) / np.sqrt(np.std(x, axis=0) ** 2 + eps)


@standardize.right
def standardize_a_copy_in_place(x, eps=1e-8):
    result = np.array(x)
    result -= result.mean(axis=0)
    result /= np.sqrt((result**2).mean(axis=0) + eps)
    return result


@standardize.right
def standardize_with_the_short_variance(x, eps=1e-8):
    # E[x**2] - mean**2 loses digits only at large means: told as advice, it costs nothing here
    mean = x.mean(axis=0)
    return (x - mean) / np.sqrt((x**2).mean(axis=0) - mean**2 + eps)


@standardize.right
def standardize_in_float32(x, eps=1e-8):
    x = x.astype(np.float32)
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + np.float32(eps))
