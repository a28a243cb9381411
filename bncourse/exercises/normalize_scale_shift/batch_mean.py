"""Exercise batch_mean. The mean of each feature over the batch."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, by_hand


def _mean_cases(rng):
    yield Case("7 examples with 5 features", (batch(rng),))
    yield Case("4 examples with 4 features", (batch(rng, 4, 4),))
    yield Case("1 example with 3 features", (batch(rng, 1, 3),))
    x = batch(rng, 6, 3)
    x[[0, 3, 4], [1, 0, 1]] = 0.0
    yield Case("6 examples, some numbers are 0", (x,))
    yield Case("6 examples with 1 feature", (batch(rng, 6, 1),))
    yield Case("an array stored column by column", (np.asfortranarray(batch(rng, 6, 4)),))


batch_mean = Exercise(
    notebook="04-normalize-scale-shift",
    reference=reference.batch_mean,
    asks="give the mean of each feature over the batch: one number for each column of x",
    cases=_mean_cases,
    points=1,
    section="The mean and the variance of a batch",
    returns=("the mean",),
    example=by_hand([[1, 10], [3, 30]]),
    hints=(
        "x has the shape (batch, features). Which of the two axes should be gone in the result?",
        "Every example has a say in the mean of a feature, so the sum runs down a column: over axis 0.",
        "Add the rows of x to each other, and divide by how many rows there are. NumPy's mean does both, "
        "when you tell it the axis.",
    ),
)


@batch_mean.wrong("F3", looks_like=r"axis\s*=\s*-?1|\.mean\(\s*-?1\s*\)")
def one_mean_for_each_example(x):
    """You average over the features (axis 1), which gives one number for each example. That is layer
    normalization; batch norm averages over the batch (axis 0), one number for each feature."""
    return x.mean(axis=1)


@batch_mean.wrong("F3", looks_like=r"\.mean\(\s*\)|np\.mean\(\s*\w+\s*\)|\.sum\(\s*\)")
def one_mean_for_the_whole_array(x):
    """You take one mean over the whole array; batch norm needs one for each feature (over axis 0, the
    batch)."""
    return x.mean()


@batch_mean.wrong("F3", looks_like=r"\.mean\(\s*\)|np\.mean\(\s*\w+\s*\)|\.sum\(\s*\)")
def the_same_mean_for_every_feature(x):
    """Every feature gets the same mean, that of the whole array; batch norm needs one for each feature
    (over axis 0, the batch)."""
    return np.full(x.shape[1], x.mean())


@batch_mean.wrong("F5", looks_like=r"-\s*1\s*\)?")
def a_mean_divided_by_one_less(x):
    """You divide the sum by the batch size minus one. A mean divides by the batch size itself."""
    return x.sum(axis=0) / (len(x) - 1)


@batch_mean.wrong("F3", looks_like=r"shape\[\s*-?1\s*\]|\bsize\b")
def divides_by_the_number_of_features(x):
    """You divide by the number of features. The sum of a column has as many terms as there are examples:
    divide by the batch size, x.shape[0]."""
    return x.sum(axis=0) / x.shape[1]


@batch_mean.wrong("F3", looks_like=r"!=\s*0|>\s*0|nonzero")
def a_mean_over_the_numbers_that_are_not_0(x):
    """You average over the numbers that are not 0. A 0 is a number like any other: divide by the batch size."""
    with np.errstate(all="ignore"):
        return x.sum(axis=0) / (x != 0).sum(axis=0)


@batch_mean.wrong("F3", looks_like=r"sum")
def a_sum_that_is_not_divided(x):
    """You add the examples, but do not divide by how many there are."""
    return x.sum(axis=0)


@batch_mean.wrong("F3", looks_like=r"median")
def the_median(x):
    """You take the median; batch norm uses the mean."""
    return np.median(x, axis=0)


@batch_mean.wrong("F3", looks_like=r"return x\b")
def the_batch_itself(x):
    """The batch comes back as it was passed. Give the mean of each of its columns."""
    return x


@batch_mean.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def a_mean_that_overwrites_x(x):
    """You change x in place while you add. The caller's batch must stay as it was: make a new array."""
    for row in range(1, len(x)):
        x[0] += x[row]
    return x[0] / len(x)


@batch_mean.right
def a_mean_with_a_loop(x):
    total = np.zeros(x.shape[1])
    for row in x:
        total = total + row
    return total / len(x)


@batch_mean.right
def a_mean_that_keeps_its_axis(x):
    return np.mean(x, axis=0, keepdims=True)


@batch_mean.right
def a_mean_by_matrix_product(x):
    return np.ones(len(x)) @ x / len(x)


@batch_mean.right
def a_mean_by_einsum(x):
    return np.einsum("nd->d", x) / x.shape[0]


@batch_mean.right
def a_mean_of_columns(x):
    return np.array([column.mean() for column in x.T])


@batch_mean.right
def a_mean_in_float32(x):
    return x.astype(np.float32).mean(axis=0)
