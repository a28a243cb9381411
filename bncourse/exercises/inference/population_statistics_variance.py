"""What goes wrong in the variance of population_statistics: the factor, the axis, and what is averaged."""

import numpy as np

from bncourse.exercises.inference.population_statistics import population_statistics


@population_statistics.wrong("R5", step="average_variance", looks_like=r"var", name="m / (m - 1) left out")
def m_over_m_minus_one_left_out(batches):
    """The factor m / (m - 1) is missing, or divided out again. A batch measures its variance from its own mean, and on
    average finds less than the training set has; the factor corrects that."""
    return batches.var(axis=1).mean(axis=0)


@population_statistics.wrong("R5", step="average_variance", looks_like=r"ddof|-\s*1", name="m / (m - 1) twice")
def m_over_m_minus_one_twice(batches):
    """The factor m / (m - 1) is in twice: the batch variances are unbiased (ddof=1) already. Take one or the
    other."""
    size = batches.shape[1]
    return size / (size - 1) * batches.var(axis=1, ddof=1).mean(axis=0)


@population_statistics.wrong("R5", step="average_variance", looks_like=r"-\s*1", name="m / (m - 1) upside down")
def m_over_m_minus_one_upside_down(batches):
    """The factor is upside down. The batch variances are too small on average, so it is larger than 1: m / (m - 1)."""
    size = batches.shape[1]
    return (size - 1) / size * batches.var(axis=1).mean(axis=0)


@population_statistics.wrong("R5", step="average_variance", looks_like=r"len\(|shape\[0\]")
def the_number_of_batches_for_m(batches):
    """You use the number of batches for m. In m / (m - 1), m is how many examples one batch holds."""
    number = np.float64(len(batches))
    with np.errstate(all="ignore"):
        return number / (number - 1) * batches.var(axis=1).mean(axis=0)


@population_statistics.wrong(
    "R5", step="average_variance", looks_like=r"len\(|shape\[0\]", name="the number of batches for m, and a stop"
)
def the_number_of_batches_for_m_and_a_stop(batches):
    """You use the number of batches for m, so a single batch divides by zero. In m / (m - 1), m is how many examples
    one batch holds."""
    number = len(batches)  # a plain number stops where NumPy's gives nan
    return number / (number - 1) * batches.var(axis=1).mean(axis=0)


@population_statistics.wrong("R5", step="average_variance", looks_like=r"len\(|shape\[0\]|size")
def the_number_of_all_examples_for_m(batches):
    """You use the number of all examples for m. In m / (m - 1), m is how many examples one batch holds."""
    number = batches.shape[0] * batches.shape[1]
    return number / (number - 1) * batches.var(axis=1).mean(axis=0)


@population_statistics.wrong("R5", step="average_variance", looks_like=r"reshape|concatenate|vstack")
def the_variance_of_all_rows_together(batches):
    """You take the variance of all examples together. That holds the differences between the batch means too; the
    algorithm averages the variances within the batches."""
    return batches.reshape(-1, batches.shape[2]).var(axis=0)


@population_statistics.wrong("R5", step="average_variance", looks_like=r"reshape|concatenate|vstack")
def the_unbiased_variance_of_all_rows_together(batches):
    """You take the unbiased variance of all examples together. That holds the differences between the batch means
    too; the algorithm averages the variances within the batches."""
    return batches.reshape(-1, batches.shape[2]).var(axis=0, ddof=1)


@population_statistics.wrong(
    "R5", step="average_variance", looks_like=r"-\s*1", name="the variance of all rows together, times m / (m - 1)"
)
def the_variance_of_all_rows_times_the_factor(batches):
    """You take the variance of all examples together, and multiply it by m / (m - 1). The factor belongs to the
    variances within the batches: take one for each batch (axis 1), average them, then multiply."""
    size = batches.shape[1]
    return batches.var(axis=(0, 1)) * size / (np.float64(size) - 1)


@population_statistics.wrong("F3", step="average_variance", looks_like=r"var")
def the_variance_over_the_batches(batches):
    """You take the variance over the batches (axis 0) first. Axis 1 counts the examples inside one batch. The factor
    m / (m - 1) is missing too."""
    return batches.var(axis=0).mean(axis=0)


@population_statistics.wrong(
    "F3", step="average_variance", looks_like=r"var", name="the variance over the batches, times m / (m - 1)"
)
def the_variance_over_the_batches_times_the_factor(batches):
    """You take the variance over the batches (axis 0) first. Axis 1 counts the examples inside one batch."""
    size = batches.shape[1]
    return batches.var(axis=0).mean(axis=0) * size / (np.float64(size) - 1)


@population_statistics.wrong(
    "F3",
    step="average_variance",
    looks_like=r"len\(|shape\[0\]|ddof|var",
    name="the variance over the batches, with their number for m",
)
def the_variance_over_the_batches_with_their_number_for_m(batches):
    """You take the variance over the batches (axis 0), with the number of batches for m. Axis 1 counts the examples
    inside one batch, and m is how many there are."""
    with np.errstate(all="ignore"):
        return batches.var(axis=0, ddof=1).mean(axis=0)


@population_statistics.wrong(
    "F3",
    step="average_variance",
    looks_like=r"len\(|shape\[0\]",
    name="the variance over the batches, with their number for m, and a stop",
)
def the_variance_over_the_batches_with_their_number_for_m_and_a_stop(batches):
    """You take the variance over the batches (axis 0), with the number of batches for m, so a single batch divides by
    zero. Axis 1 counts the examples inside one batch, and m is how many there are."""
    number = len(batches)
    return number / (number - 1) * batches.var(axis=0).mean(axis=0)


@population_statistics.wrong(
    "R5",
    step="average_variance",
    looks_like=r"var",
    forms=[lambda batches: batches.mean(axis=1).var(axis=0) * batches.shape[1] / (np.float64(batches.shape[1]) - 1)],
)
def the_variance_of_the_batch_means(batches):
    """You take the variance of the batch means, which says how much the batches differ. Wanted is how much the
    examples differ: average the batch variances."""
    return batches.mean(axis=1).var(axis=0)


@population_statistics.wrong("R2", step="average_variance", looks_like=r"std|sqrt")
def deviations_averaged_and_squared(batches):
    """You average the standard deviations and square the result. Average the variances themselves."""
    return batches.std(axis=1, ddof=1).mean(axis=0) ** 2


@population_statistics.wrong("R2", step="average_variance", looks_like=r"std|sqrt")
def deviations_averaged(batches):
    """You average the standard deviations. Average the variances; the root comes when you normalize."""
    return batches.std(axis=1, ddof=1).mean(axis=0)


@population_statistics.wrong("R2", step="average_variance", looks_like=r"std|sqrt")
def the_root_of_the_average_variance(batches):
    """You return a standard deviation. Return the variance; the root comes when you normalize."""
    return np.sqrt(batches.var(axis=1, ddof=1).mean(axis=0))


@population_statistics.wrong("R2", step="average_variance", looks_like=r"sum")
def a_sum_of_the_batch_variances(batches):
    """You add the batch variances, but do not divide by how many batches there are."""
    return batches.var(axis=1, ddof=1).sum(axis=0)


def _blended(of_batch, share):
    def blend(batches):
        kept = of_batch(batches[0])
        for x in batches[1:]:
            kept = (1 - share) * kept + share * of_batch(x)
        return kept

    return blend


_SHARES = (0.1, 0.01, 0.9)


@population_statistics.wrong(
    "R2", step="average_mean", forms=[_blended(lambda x: x.mean(axis=0), share) for share in _SHARES]
)
def a_mean_in_which_the_batches_count_differently(batches):
    """In your mean each batch takes over a fixed share of what is kept, so the batches do not count the
    same. Add the batch means, and divide by how many there are."""
    return _blended(lambda x: x.mean(axis=0), 0.5)(batches)


@population_statistics.wrong(
    "R2", step="average_variance", forms=[_blended(lambda x: x.var(axis=0, ddof=1), share) for share in _SHARES]
)
def a_variance_in_which_the_batches_count_differently(batches):
    """In your variance each batch takes over a fixed share of what is kept, so the batches do not count the
    same. Add the batch variances, and divide by how many there are."""
    return _blended(lambda x: x.var(axis=0, ddof=1), 0.5)(batches)
