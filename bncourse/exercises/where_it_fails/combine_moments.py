"""Exercise combine_moments. The mean and variance of two shards put together."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _shard(rng, examples, features):
    """Draw the mean and variance of a shard, and its size."""
    return 3 * rng.standard_normal(features), np.exp(rng.standard_normal(features)), examples


def _cases(rng):
    for n_a, n_b, features in [(6, 2, 3), (3, 9, 4), (5, 5, 3)]:
        label = f"{n_a} and {n_b} examples with {features} features"
        yield Case(label, (*_shard(rng, n_a, features), *_shard(rng, n_b, features)))
    mean, _, n = _shard(rng, 1, 3)
    yield Case("1 and 4 examples: one shard has the variance 0", (mean, np.zeros(3), n, *_shard(rng, 4, 3)))
    mean, _, n = _shard(rng, 1, 2)
    yield Case("5 and 1 examples: the other one has the variance 0", (*_shard(rng, 5, 2), mean, np.zeros(2), n))
    mean, var, n = _shard(rng, 7, 2)
    yield Case("7 and 3 examples with the same mean", (mean, var, n, mean.copy(), np.exp(rng.standard_normal(2)), 3))
    far = _shard(rng, 8, 2)
    yield Case("4 and 8 examples whose means lie far apart", (far[0] + 50, far[1], 4, *_shard(rng, 8, 2)))


def _compose(steps):
    def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
        mean = steps.mean(mean_a, n_a, mean_b, n_b)
        return mean, steps.variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b)

    return combine_moments


def _mean(mean_a, n_a, mean_b, n_b):
    return (n_a * mean_a + n_b * mean_b) / (n_a + n_b)


def _variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    between = n_a * (mean_a - mean) ** 2 + n_b * (mean_b - mean) ** 2
    return (n_a * var_a + n_b * var_b + between) / (n_a + n_b)


combine_moments = Exercise(
    notebook="09-where-it-fails",
    reference=reference.combine_moments,
    asks="give the mean and the biased variance of two shards put together, from the mean, the biased variance and the "
    "size of each",
    cases=_cases,
    points=2,
    section="A batch spread over devices",
    returns=("mean", "var"),
    compose=_compose,
    steps={"mean": _mean, "variance": _variance},
    example=by_hand([2], [1], 2, [8], [0], 1),
    hints=(
        "Two shards can each have the variance 0 and still differ: 1, 1, 1 and 5, 5, 5. And their variance together?",
        "The variance together has two parts: the spread within the shards, and the spread of their means around the "
        "common mean. In each part a shard counts as much as it has examples.",
        "Each number of a shard lies var from its own mean, on average and squared, and its mean lies some way from "
        "the common one. Add the two squares for each shard, then take the weighted mean of the shards.",
    ),
)


@combine_moments.property("the common mean should lie between the two means")
def _lies_between(case, got):
    mean_a, _, _, mean_b, _, _ = case.arguments
    low, high = np.minimum(mean_a, mean_b), np.maximum(mean_a, mean_b)
    room = 1e-5 * (1 + np.abs(low) + np.abs(high))
    outside = np.flatnonzero((got[0] < low - room) | (got[0] > high + room))
    if len(outside):
        k = outside[0]
        return f"feature {k}: between {low[k]:.4g} and {high[k]:.4g}", f"{got[0][k]:.4g}"
    return None


@combine_moments.wrong("R2", step="mean", looks_like=r"/\s*2|0?\.5|mean\(")
def a_plain_mean_of_the_means(mean_a, n_a, mean_b, n_b):
    """You average the two means as if the shards had the same size. A shard counts as much as it has examples."""
    return (mean_a + mean_b) / 2


@combine_moments.wrong("R2", step="mean", looks_like=r"n_b\s*\*\s*mean_a|mean_a\s*\*\s*n_b")
def the_weights_of_the_mean_crossed(mean_a, n_a, mean_b, n_b):
    """You give each mean the weight of the other shard: n_a belongs to mean_a."""
    return (n_b * mean_a + n_a * mean_b) / (n_a + n_b)


@combine_moments.wrong("R2", step="mean", looks_like=r"mean_a\s*\+\s*mean_b")
def the_sum_of_the_means(mean_a, n_a, mean_b, n_b):
    """You add the two means. Take their weighted mean."""
    return mean_a + mean_b


@combine_moments.wrong("R2", step="mean", looks_like=r"-\s*1")
def a_mean_divided_by_one_less(mean_a, n_a, mean_b, n_b):
    """You divide the mean by one less than the number of examples. A mean is divided by their number."""
    return (n_a * mean_a + n_b * mean_b) / (n_a + n_b - 1)


@combine_moments.wrong("R2", step="mean", looks_like=r"mean_a")
def the_mean_of_the_first_shard(mean_a, n_a, mean_b, n_b):
    """You return the mean of the first shard. The common mean counts both."""
    return mean_a.copy()


@combine_moments.wrong("R2", step="variance", looks_like=r"var_a")
def the_spread_between_the_shards_is_forgotten(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """Your variance is the weighted mean of the two: the spread within the shards. Add how far their means lie from the
    common mean, each distance squared first and then weighted."""
    return (n_a * var_a + n_b * var_b) / (n_a + n_b)


@combine_moments.wrong("R2", step="variance", looks_like=r"/\s*2|0?\.5|mean\(")
def a_plain_mean_of_the_variances(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You average the two variances. Two things are missing: the sizes of the shards, and how far their means lie
    apart."""
    return (var_a + var_b) / 2


@combine_moments.wrong("R2", step="variance", looks_like=r"/\s*2|0?\.5")
def the_variance_without_the_sizes(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You weight both shards the same in the variance. A shard counts as much as it has examples, in both
    parts."""
    return (var_a + var_b + (mean_a - mean) ** 2 + (mean_b - mean) ** 2) / 2


@combine_moments.wrong("R2", step="variance", looks_like=r"var_a\s*\+\s*var_b")
def the_sum_of_the_variances(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You add the variances, as for a sum of two independent numbers. Here two sets are put together: take the weighted
    mean of the variances, and add the spread of the means."""
    return var_a + var_b


@combine_moments.wrong("R2", step="variance")
def the_weights_of_the_variance_crossed(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You give each shard the weight of the other in the variance: n_a belongs to var_a and mean_a."""
    return _variance(mean, mean_a, var_a, n_b, mean_b, var_b, n_a)


@combine_moments.wrong("R2", step="variance", looks_like=r"abs|-\s*mean\s*\)")
def the_distance_of_the_means_is_not_squared(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You add the distance of the means, but do not square it. A variance adds squares."""
    between = n_a * np.abs(mean_a - mean) + n_b * np.abs(mean_b - mean)
    return (n_a * var_a + n_b * var_b + between) / (n_a + n_b)


@combine_moments.wrong("R2", step="variance", looks_like=r"mean_a\s*-\s*mean_b|mean_b\s*-\s*mean_a")
def the_whole_distance_between_the_means(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You add the square of the distance between the two means. Each lies nearer to the common mean: weight the square
    by n_a * n_b / (n_a + n_b)**2, or measure each from the common mean."""
    return (n_a * var_a + n_b * var_b) / (n_a + n_b) + (mean_a - mean_b) ** 2


@combine_moments.wrong("R2", step="variance", looks_like=r"-")
def the_spread_between_is_subtracted(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You subtract the spread of the means. It makes the whole wider: add it."""
    between = n_a * (mean_a - mean) ** 2 + n_b * (mean_b - mean) ** 2
    return (n_a * var_a + n_b * var_b - between) / (n_a + n_b)


@combine_moments.wrong("R2", step="variance", looks_like=r"\+")
def the_spread_between_without_the_sizes(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You weight the variances by size, but not the distances of the means. Both parts are weighted."""
    return (n_a * var_a + n_b * var_b) / (n_a + n_b) + ((mean_a - mean) ** 2 + (mean_b - mean) ** 2) / 2


@combine_moments.wrong("R2", step="variance", looks_like=r"\+")
def the_spread_between_is_not_averaged(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You add the squared distances of both means in full. Each counts with the share of its shard."""
    return (n_a * var_a + n_b * var_b) / (n_a + n_b) + (mean_a - mean) ** 2 + (mean_b - mean) ** 2


@combine_moments.wrong("R2", step="variance", looks_like=r"mean")
def only_the_spread_between_the_shards(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You return the spread of the means alone. Add the spread within the shards: the weighted mean of the
    variances."""
    return (n_a * (mean_a - mean) ** 2 + n_b * (mean_b - mean) ** 2) / (n_a + n_b)


@combine_moments.wrong("R2", step="variance")
def a_sum_of_squares_that_is_not_divided(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You add up all squared distances, but do not divide by the number of examples."""
    return _variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b) * (n_a + n_b)


@combine_moments.wrong("R2", step="variance", looks_like=r"n_a\s*\*\s*n_b|n_b\s*\*\s*n_a")
def the_formula_for_sums_of_squares(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You use the formula that joins sums of squares, but var_a and var_b are means: multiply each by its size first,
    and divide by n_a + n_b at the end."""
    return var_a + var_b + (mean_a - mean_b) ** 2 * n_a * n_b / (n_a + n_b)


@combine_moments.wrong("R2", step="variance", looks_like=r"n_a\s*\*\s*n_b|n_b\s*\*\s*n_a|\*\s*n_a\s*\*\s*n_b")
def the_spread_between_divided_once(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """In the spread between the shards n_a * n_b is divided by n_a + n_b once. Divide by its square: one division makes
    the weights, the other the mean."""
    return (n_a * var_a + n_b * var_b + (mean_a - mean_b) ** 2 * n_a * n_b) / (n_a + n_b)


@combine_moments.wrong("R2", step="variance", looks_like=r"-\s*mean")
def the_mean_that_is_subtracted_is_not_squared(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You subtract the common mean from the mean of the squares. Subtract its square."""
    return (n_a * (var_a + mean_a**2) + n_b * (var_b + mean_b**2)) / (n_a + n_b) - mean


@combine_moments.wrong("R5", step="variance", looks_like=r"n_a\s*\+\s*n_b\s*-\s*1")
def divided_by_one_less_at_the_end(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You divide by n_a + n_b - 1, which gives the unbiased variance. Batch norm normalizes with the biased one: divide
    by n_a + n_b."""
    return _variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b) * (n_a + n_b) / (n_a + n_b - 1)


@combine_moments.wrong("R5", step="variance", looks_like=r"n_a\s*-\s*1")
def the_shards_taken_as_unbiased(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You weight the variances by n_a - 1 and n_b - 1, as if they were unbiased. They are biased: weight by n_a and
    n_b, and divide by n_a + n_b."""
    between = n_a * (mean_a - mean) ** 2 + n_b * (mean_b - mean) ** 2
    return ((n_a - 1) * var_a + (n_b - 1) * var_b + between) / (n_a + n_b - 1)


@combine_moments.wrong("R5", step="variance", looks_like=r"-\s*2")
def the_pooled_variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You use the pooled variance of a t-test: the spread within the shards alone, divided by n_a + n_b - 2. Here they
    are one batch: how far their means lie apart belongs to its variance, which is divided by n_a + n_b."""
    return ((n_a - 1) * var_a + (n_b - 1) * var_b) / max(n_a + n_b - 2, 1)


@combine_moments.wrong("R2", step="variance", looks_like=r"sqrt|std|\*\*\s*0?\.5")
def averages_the_deviations(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You average the standard deviations and square the result. Variances are averaged, not deviations; and how far
    the means lie apart is missing."""
    return ((n_a * np.sqrt(var_a) + n_b * np.sqrt(var_b)) / (n_a + n_b)) ** 2


@combine_moments.wrong("F1", step="variance", looks_like=r"sqrt|\*\*\s*0?\.5")
def the_standard_deviation(mean, mean_a, var_a, n_a, mean_b, var_b, n_b):
    """You return the standard deviation. Leave the root out."""
    return np.sqrt(_variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b))


@combine_moments.wrong("F7", looks_like=r"return")
def the_variance_comes_first(mean_a, var_a, n_a, mean_b, var_b, n_b):
    """The two results have changed places: return the mean first, then the variance."""
    mean = _mean(mean_a, n_a, mean_b, n_b)
    return _variance(mean, mean_a, var_a, n_a, mean_b, var_b, n_b), mean


@combine_moments.right
def moments_by_the_squares(mean_a, var_a, n_a, mean_b, var_b, n_b):
    n = n_a + n_b
    mean = (n_a * mean_a + n_b * mean_b) / n
    return mean, (n_a * (var_a + mean_a**2) + n_b * (var_b + mean_b**2)) / n - mean**2


@combine_moments.right
def moments_by_the_difference_of_the_means(mean_a, var_a, n_a, mean_b, var_b, n_b):
    n, step = n_a + n_b, mean_b - mean_a
    return mean_a + step * n_b / n, (n_a * var_a + n_b * var_b) / n + step**2 * n_a * n_b / n**2


@combine_moments.right
def moments_by_average(mean_a, var_a, n_a, mean_b, var_b, n_b):
    means, variances, sizes = np.stack([mean_a, mean_b]), np.stack([var_a, var_b]), [n_a, n_b]
    mean = np.average(means, axis=0, weights=sizes)
    return mean, np.average(variances + (means - mean) ** 2, axis=0, weights=sizes)


@combine_moments.right
def moments_with_loops(mean_a, var_a, n_a, mean_b, var_b, n_b):
    means, variances = [], []
    for k in range(len(mean_a)):
        mean = (mean_a[k] * n_a + mean_b[k] * n_b) / (n_a + n_b)
        total = n_a * (var_a[k] + (mean_a[k] - mean) ** 2) + n_b * (var_b[k] + (mean_b[k] - mean) ** 2)
        means.append(mean)
        variances.append(total / (n_a + n_b))
    return np.array(means), np.array(variances)


@combine_moments.right
def moments_that_keep_an_axis(mean_a, var_a, n_a, mean_b, var_b, n_b):
    mean, var = moments_by_the_difference_of_the_means(mean_a, var_a, n_a, mean_b, var_b, n_b)
    return mean[None], var[None]


@combine_moments.right
def moments_in_float32(mean_a, var_a, n_a, mean_b, var_b, n_b):
    mean_a, var_a, mean_b, var_b = (values.astype(np.float32) for values in (mean_a, var_a, mean_b, var_b))
    share = np.float32(n_a / (n_a + n_b))
    mean = share * mean_a + (1 - share) * mean_b
    within = share * var_a + (1 - share) * var_b
    return mean, within + share * (mean_a - mean) ** 2 + (1 - share) * (mean_b - mean) ** 2
