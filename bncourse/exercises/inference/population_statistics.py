"""Exercise population_statistics. The mean and the variance of the training set, from its batches."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, by_hand


def _batches(rng, number, examples, features):
    """Draw batches whose means differ a good deal."""
    return np.stack([batch(rng, examples, features, rng.uniform(0.5, 2.0, features)) for _ in range(number)])


def _population_cases(rng):
    yield Case("4 batches of 6 examples with 5 features", (_batches(rng, 4, 6, 5),))
    yield Case("3 batches of 3 examples with 3 features", (_batches(rng, 3, 3, 3),))
    yield Case("5 batches of 2 examples with 3 features", (_batches(rng, 5, 2, 3),))
    yield Case("one batch of 4 examples with 2 features", (_batches(rng, 1, 4, 2),))
    yield Case("an array stored column by column", (np.asfortranarray(_batches(rng, 3, 5, 2)),))


def _compose_population_statistics(steps):
    def population_statistics(batches):
        return steps.average_mean(batches), steps.average_variance(batches)

    return population_statistics


population_statistics = Exercise(
    notebook="06-inference",
    reference=reference.population_statistics,
    asks="give the mean of the batch means, and m / (m - 1) times the mean of the biased batch variances, for batches "
    "of m examples each",
    cases=_population_cases,
    points=2,
    section="Statistics from the whole training set",
    returns=("the mean", "the variance"),
    compose=_compose_population_statistics,
    steps={
        "average_mean": lambda batches: batches.mean(axis=1).mean(axis=0),
        "average_variance": lambda batches: (
            batches.shape[1] / (np.float64(batches.shape[1]) - 1) * batches.var(axis=1).mean(axis=0)
        ),
    },
    example=by_hand([[[0], [2]], [[4], [8]]]),
    hints=(
        "batches has the shape (batches, batch, features). Each batch gives one mean and one variance for each "
        "feature.",
        "Average the batch means over the batches, and the batch variances too. On average a batch variance is too "
        "small: by which factor, if m examples share one mean?",
        "The last step multiplies the average variance by m over (m - 1), where m is how many examples one batch "
        "holds.",
    ),
)


@population_statistics.wrong("R5", looks_like=r"return")
def mean_and_variance_in_each_others_place(batches):
    """The variance comes back before the mean. The order is mean, variance."""
    return reference.population_statistics(batches)[::-1]


@population_statistics.wrong("R2", looks_like=r"momentum|0?\.9")
def a_moving_average_over_the_batches(batches):
    """You take a moving average from 0 and 1 with a momentum of 0.99. After a few batches it still holds mostly where
    it began; here every batch counts the same."""
    mean, var = np.zeros(batches.shape[2]), np.ones(batches.shape[2])
    for x in batches:
        mean = 0.99 * mean + 0.01 * x.mean(axis=0)
        var = 0.99 * var + 0.01 * x.var(axis=0)
    return mean, var


@population_statistics.wrong("R2", looks_like=r"\[0\]")
def the_first_batch_only(batches):
    """You use the first batch only. Average over all batches."""
    return batches[0].mean(axis=0), batches[0].var(axis=0, ddof=1)


@population_statistics.wrong("R2")
def the_last_batch_only(batches):
    """Only the last batch counts; in the loop each one overwrites the one before. Average over all batches."""
    return batches[-1].mean(axis=0), batches[-1].var(axis=0, ddof=1)


@population_statistics.wrong("F3", looks_like=r"axis\s*=\s*0")
def averaged_over_the_wrong_axis(batches):
    """You leave the axis of the examples standing: the result has one row for each example. Average over the examples
    of a batch (axis 1), then over the batches."""
    return batches.mean(axis=0), batches.var(axis=0, ddof=0)


@population_statistics.wrong("R2", looks_like=r"return")
def one_result_for_each_batch(batches):
    """You give one mean and one variance for each batch. Average them over the batches."""
    return batches.mean(axis=1), batches.var(axis=1, ddof=1)


@population_statistics.wrong("R5", step="average_mean", looks_like=r"/\s*\(.*-\s*1")
def the_mean_multiplied_too(batches):
    """You multiply the mean by m / (m - 1) as well. Only the variance is too small on average; the average of the batch
    means is right as it is."""
    size = batches.shape[1]
    return size / (size - 1) * batches.mean(axis=(0, 1))


@population_statistics.wrong("R2", step="average_mean", looks_like=r"sum")
def a_sum_of_the_batch_means(batches):
    """You add the batch means, but do not divide by how many batches there are."""
    return batches.mean(axis=1).sum(axis=0)


@population_statistics.wrong("F3", step="average_mean", looks_like=r"mean\(\s*\)|np\.mean\(\s*\w+\s*\)")
def one_mean_for_all_features(batches):
    """You average over the features too, so that all of them get the same mean. Each feature has its own."""
    return np.full(batches.shape[2], batches.mean())


@population_statistics.wrong("F7", looks_like=r"[-+*/]=|\[.*\]\s*=[^=]")
def batches_overwritten(batches):
    """You change the batches in place. The caller's batches must stay as they were: make new arrays."""
    mean = batches.mean(axis=(0, 1))
    batches -= batches.mean(axis=1, keepdims=True)
    return mean, (batches**2).sum(axis=1).mean(axis=0) / (batches.shape[1] - 1)


@population_statistics.right
def unbiased_variances_averaged(batches):
    return batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).mean(axis=0)


@population_statistics.right
def population_statistics_with_a_loop(batches):
    means, variances = [], []
    for x in batches:
        means.append(x.mean(axis=0))
        variances.append(x.var(axis=0))
    m = len(batches[0])
    return np.mean(means, axis=0), m / (m - 1) * np.mean(variances, axis=0)


@population_statistics.right
def population_statistics_by_einsum(batches):
    number, m, _ = batches.shape
    centred = batches - np.einsum("bnd->bd", batches)[:, None] / m
    return np.einsum("bnd->d", batches) / number / m, np.einsum("bnd,bnd->d", centred, centred) / number / (m - 1)


@population_statistics.right
def population_statistics_with_kept_axes(batches):
    m = batches.shape[1]
    mean = np.mean(batches, axis=1, keepdims=True)
    var = np.mean((batches - mean) ** 2, axis=1, keepdims=True)
    return mean.mean(axis=0), (var * m / (m - 1)).mean(axis=0)


@population_statistics.right
def population_statistics_of_all_rows(batches):
    m, rows = batches.shape[1], batches.reshape(-1, batches.shape[-1])
    between = batches.mean(axis=1).var(axis=0)
    return rows.mean(axis=0), (rows.var(axis=0) - between) * m / (m - 1)


@population_statistics.right
def population_statistics_in_float32(batches):
    batches = batches.astype(np.float32)
    return batches.mean(axis=(0, 1)), batches.var(axis=1, ddof=1).mean(axis=0)
