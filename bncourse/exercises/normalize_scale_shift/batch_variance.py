"""Exercise batch_variance. The variance of each feature over the batch."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, by_hand


def _variance_cases(rng):
    for label, x in [
        ("7 examples with 5 features", batch(rng)),
        ("4 examples with 4 features", batch(rng, 4, 4)),
        ("2 examples with 3 features", batch(rng, 2, 3)),
        ("1 example with 3 features: its variance is 0", batch(rng, 1, 3)),
        ("an array stored column by column", np.asfortranarray(batch(rng, 6, 4))),
        ("8 examples whose mean is a million", batch(rng, 8, 3, offset=1e6)),
    ]:
        yield Case(label, (x, x.mean(axis=0)))


batch_variance = Exercise(
    notebook="04-normalize-scale-shift",
    reference=reference.batch_variance,
    asks="give the variance of each feature over the batch: the mean of the squared distances from the mean",
    cases=_variance_cases,
    points=1,
    section="The mean and the variance of a batch",
    returns=("the variance",),
    example=by_hand([[1], [3]], [2]),
    hints=(
        "How far is each number from the mean of its column? Squared, and averaged, that is the variance.",
        "Subtract first, then square, then average over the batch (axis 0), dividing by the batch size.",
        "x - mean has the shape of x, since mean fits each row. Square it, and take the mean of each column.",
    ),
)


@batch_variance.wrong("F5")
def a_variance_divided_by_one_less(x, mean):
    """You divide by the batch size minus one (the unbiased variance). Batch norm normalizes with the biased
    variance, divided by the batch size."""
    with np.errstate(all="ignore"):
        return ((x - mean) ** 2).sum(axis=0) / (np.float64(len(x)) - 1)


@batch_variance.wrong("F5")
def a_variance_divided_by_one_less_or_by_one(x, mean):
    """You divide by the batch size minus one wherever there is more than one example (the unbiased variance).
    Batch norm divides by the batch size itself, for every batch."""
    return ((x - mean) ** 2).sum(axis=0) / max(len(x) - 1, 1)


def _sum_of_squares_minus_the_square_of_the_sum(x, mean):
    return (np.sum(x**2, axis=0) - np.sum(x, axis=0) ** 2 / len(x)) / len(x)


def _squares_of_sums(x, mean):
    return np.sum(x * x, axis=0) / len(x) - (np.sum(x, axis=0) / len(x)) ** 2


def _one_pass(x, mean):
    total, squares = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for row in x:
        total, squares = total + row, squares + row * row
    return squares / len(x) - (total / len(x)) ** 2


@batch_variance.wrong(
    "F6",
    looks_like=r"x\s*\*\*\s*2|x\s*\*\s*x|square\(\s*x\s*\)",
    forms=(_sum_of_squares_minus_the_square_of_the_sum, _squares_of_sums, _one_pass),
)
def the_mean_of_squares_minus_the_square_of_the_mean(x, mean):
    """You compute E[x**2] - mean**2, as means or as sums. On paper it is the same; in a computer both numbers are
    large when the mean is large, and their difference loses its digits. Subtract the mean first, then square."""
    return (x**2).mean(axis=0) - mean**2


@batch_variance.wrong("F1", looks_like=r"sqrt|std|\*\*\s*0?\.5")
def the_standard_deviation(x, mean):
    """You take the standard deviation where the variance belongs. The root comes later, when you normalize."""
    return np.sqrt(((x - mean) ** 2).mean(axis=0))


@batch_variance.wrong("F3", looks_like=r"axis\s*=\s*-?1|\(\s*-?1\s*\)")
def one_variance_for_each_example(x, mean):
    """You average over the features (axis 1), which gives one number for each example. Batch norm averages
    over the batch (axis 0)."""
    return ((x - mean) ** 2).mean(axis=1)


@batch_variance.wrong("F3", looks_like=r"mean\(\s*\)|var\(\s*\)|np\.var\(\s*x\s*\)")
def one_variance_for_the_whole_array(x, mean):
    """You take one variance over the whole array; batch norm needs one for each feature (over axis 0)."""
    return ((x - mean) ** 2).mean()


@batch_variance.wrong("F3", looks_like=r"x\.var\(\s*\)|np\.var\(\s*x\s*\)")
def the_variance_of_all_numbers_together(x, mean):
    """You take the variance of all numbers of x together; batch norm needs one for each feature (axis 0)."""
    return np.var(x)


@batch_variance.wrong("F3", looks_like=r"axis\s*=\s*-?1|\(\s*-?1\s*\)")
def the_variance_of_each_example(x, mean):
    """You take the variance of each example over its features (axis 1). Batch norm takes that of each feature
    over the batch (axis 0)."""
    return x.var(axis=1)


@batch_variance.wrong("F3", looks_like=r"sum")
def a_sum_of_squares_that_is_not_divided(x, mean):
    """You add the squared distances, but do not divide by the batch size."""
    return ((x - mean) ** 2).sum(axis=0)


@batch_variance.wrong("F3", looks_like=r"shape\[\s*-?1\s*\]|\bsize\b")
def a_variance_divided_by_the_features(x, mean):
    """You divide by the number of features. Each column has as many terms as there are examples: divide by
    the batch size."""
    return ((x - mean) ** 2).sum(axis=0) / x.shape[1]


@batch_variance.wrong("F1", looks_like=r"abs")
def the_mean_distance(x, mean):
    """You average the distances themselves (their absolute values). The variance averages their squares."""
    return np.abs(x - mean).mean(axis=0)


@batch_variance.wrong("F1", looks_like=r"\*\*|square")
def the_squares_without_the_mean_taken_off(x, mean):
    """You average the squares of x itself. The variance measures the distance from the mean: subtract it
    first."""
    return (x**2).mean(axis=0)


@batch_variance.wrong("F1", looks_like=r"mean")
def the_mean_distance_without_a_square(x, mean):
    """Your result is 0 for every batch, as the average of x - mean is: distances above and below the mean cancel.
    Square each distance first, then average."""
    return (x - mean).mean(axis=0)


@batch_variance.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def a_variance_that_overwrites_x(x, mean):
    """You change x in place, as `x -= mean` does. The caller's batch must stay as it was: x - mean makes a new
    array."""
    x -= mean
    return (x**2).mean(axis=0)


@batch_variance.right
def the_variance_of_numpy(x, mean):
    return np.var(x, axis=0)


@batch_variance.right
def a_variance_with_loops(x, mean):
    total = [0.0] * x.shape[1]
    for row in x:
        for k, value in enumerate(row):
            total[k] += (value - mean[k]) ** 2
    return np.array(total) / len(x)


@batch_variance.right
def a_variance_by_einsum(x, mean):
    centred = x - mean
    return np.einsum("nd,nd->d", centred, centred) / len(x)


@batch_variance.right
def a_variance_that_keeps_its_axis(x, mean):
    return np.mean(np.square(x - mean), axis=0, keepdims=True)


@batch_variance.right
def a_squared_deviation(x, mean):
    return x.std(axis=0) ** 2


@batch_variance.right
def a_variance_by_average(x, mean):
    return np.average((x - mean) ** 2, axis=0)


@batch_variance.right
def a_variance_in_float32(x, mean):
    return ((x - mean).astype(np.float32) ** 2).mean(axis=0)
