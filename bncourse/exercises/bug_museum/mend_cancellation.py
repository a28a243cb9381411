"""Exercise mend_cancellation. A variance that keeps its digits where the mean is large."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import batch, by_hand, statistics


def _far_away(rng, examples, features, mean, scale):
    x = mean * rng.uniform(1.0, 2.0, features) + scale * rng.standard_normal((examples, features))
    return x.astype(np.float32)


def _cancellation_cases(rng):
    yield Case(
        "float32, means of some thousand", (_far_away(rng, 16, 3, 3e3, 0.3), *statistics(rng, 3)), {"momentum": 0.7}
    )
    yield Case("float32, means near 0", (batch(rng).astype(np.float32), *statistics(rng)), {"momentum": 0.7})
    yield Case("float32, negative means", (_far_away(rng, 4, 4, -2e3, 0.2), *statistics(rng, 4)), {"momentum": 0.9})
    x = 4e3 * np.array([1.0, -1.0, 0.5]) + 0.3 * rng.standard_normal((12, 3))
    label = "float32, means of some thousand on both sides of 0"
    yield Case(label, (x.astype(np.float32), *statistics(rng, 3)), {"momentum": 0.7})
    x = batch(rng, 6, 2) + 3e7
    yield Case("float64, means of many million", (x, *statistics(rng, 2)), {"momentum": 0.7})
    yield Case("16 features, the default momentum", (_far_away(rng, 8, 16, 3e3, 0.05), *statistics(rng, 16)))


mend_cancellation = Exercise(
    notebook="10-bug-museum",
    reference=reference.mend_cancellation,
    asks=(
        "fix the variance, which loses its digits where the mean is large; give mean, var, running_mean, running_var "
        "(momentum weighs the old value)"
    ),
    cases=_cancellation_cases,
    points=2,
    section="Fix three",
    returns=("mean", "var", "running_mean", "running_var"),
    # float32 rounds a mean of 4000 to 0.0002, and the variance of 0.09 with it
    rtol=3e-4,
    atol=1e-6,
    example=by_hand([[9999], [10001]], [0], [1], momentum=0.75),
    hints=(
        "Print x**2 and the square of the mean in float32. How many of their digits are the same?",
        "The variance does not change when a constant is subtracted from x. Which constant makes the numbers small?",
        "Subtract the mean first, then square, then average. The running statistics are averaged as before.",
    ),
)


def _averaged(mean, var, running_mean, running_var, momentum):
    new_mean = momentum * running_mean + (1 - momentum) * mean
    return mean, var, new_mean, momentum * running_var + (1 - momentum) * var


@mend_cancellation.wrong("F6", looks_like=r"\*\*\s*2|square")
def the_bug_as_it_is(x, running_mean, running_var, momentum=0.99):
    """The variance is still the mean of the squares less the square of the mean. Both are large and nearly the
    same, so their difference has no digits left. Subtract the mean before you square."""
    mean = x.mean(axis=0)
    return _averaged(mean, (x**2).mean(axis=0) - mean**2, running_mean, running_var, momentum)


@mend_cancellation.wrong("F6", looks_like=r"x\.mean\(\s*\)|np\.mean\(\s*x\s*\)")
def shifted_by_one_mean_for_all_features(x, running_mean, running_var, momentum=0.99):
    """You subtract one number from all features before you square, such as the mean of the whole array. A feature whose
    own mean is far from it loses its digits all the same: subtract the mean of each feature."""
    shift = x.mean()
    moved = x - shift
    mean = moved.mean(axis=0)
    return _averaged(mean + shift, (moved**2).mean(axis=0) - mean**2, running_mean, running_var, momentum)


@mend_cancellation.wrong("F6", looks_like=r"maximum|clip")
def negative_variances_set_to_0(x, running_mean, running_var, momentum=0.99):
    """You set negative variances to 0. That hides the loss of the digits and does not fix it: subtract the mean
    before you square."""
    mean = x.mean(axis=0)
    var = np.maximum((x**2).mean(axis=0) - mean**2, 0)
    return _averaged(mean, var, running_mean, running_var, momentum)


@mend_cancellation.wrong("F6", looks_like=r"abs")
def the_absolute_value_of_the_difference(x, running_mean, running_var, momentum=0.99):
    """You take the absolute value of the difference. Its digits are lost all the same: subtract the mean before you
    square."""
    mean = x.mean(axis=0)
    return _averaged(mean, np.abs((x**2).mean(axis=0) - mean**2), running_mean, running_var, momentum)


@mend_cancellation.wrong("F6", looks_like=r"float64|astype")
def float64_after_the_square(x, running_mean, running_var, momentum=0.99):
    """You change to float64 after squaring; the digits are lost by then. Subtract the mean before you square."""
    mean = x.mean(axis=0).astype(np.float64)
    var = (x**2).astype(np.float64).mean(axis=0) - mean**2
    return _averaged(mean, var, running_mean, running_var, momentum)


@mend_cancellation.wrong("F6", looks_like=r"1e-\d|eps")
def epsilon_added_to_the_variance(x, running_mean, running_var, momentum=0.99):
    """You add an epsilon to the variance. It belongs under the root of the normalization; here it makes every
    variance, and the running one, too large."""
    mean = x.mean(axis=0, dtype=np.float64)
    return _averaged(mean, ((x - mean) ** 2).mean(axis=0) + 1e-3, running_mean, running_var, momentum)


@mend_cancellation.wrong("F5", looks_like=r"ddof|-\s*1")
def the_unbiased_variance_in_the_mend(x, running_mean, running_var, momentum=0.99):
    """The digits are back, but you divide by the batch size less one. The variance here is the biased one."""
    mean = x.mean(axis=0, dtype=np.float64)
    return _averaged(mean, x.var(axis=0, ddof=1, dtype=np.float64), running_mean, running_var, momentum)


@mend_cancellation.wrong("R1", looks_like=r"momentum")
def the_momentum_turned_in_the_mend(x, running_mean, running_var, momentum=0.99):
    """The variance is fixed, but momentum now weighs the new value. It weighs the old one, as before."""
    mean = x.mean(axis=0, dtype=np.float64)
    return _averaged(mean, x.var(axis=0, dtype=np.float64), running_mean, running_var, 1 - momentum)


@mend_cancellation.wrong("R2", looks_like=r"return")
def the_running_statistics_not_averaged(x, running_mean, running_var, momentum=0.99):
    """The variance is fixed, but the running statistics come back as they were passed. Average them with the
    momentum, as before."""
    mean = x.mean(axis=0, dtype=np.float64)
    return mean, x.var(axis=0, dtype=np.float64), running_mean, running_var


@mend_cancellation.wrong("F6", looks_like=r"running_mean")
def the_running_mean_subtracted(x, running_mean, running_var, momentum=0.99):
    """You subtract the running mean before you square. That gives the spread around another number; subtract the
    mean of this batch."""
    mean = x.mean(axis=0, dtype=np.float64)
    return _averaged(mean, ((x - running_mean) ** 2).mean(axis=0), running_mean, running_var, momentum)


@mend_cancellation.wrong("R2", looks_like=r"sqrt|std")
def the_deviation_in_the_mend(x, running_mean, running_var, momentum=0.99):
    """You give the standard deviation. The variance is asked for, without the root."""
    mean = x.mean(axis=0, dtype=np.float64)
    return _averaged(mean, x.std(axis=0, dtype=np.float64), running_mean, running_var, momentum)


@mend_cancellation.right
def mended_with_var(x, running_mean, running_var, momentum=0.99):
    return _averaged(x.mean(axis=0), x.var(axis=0), running_mean, running_var, momentum)


@mend_cancellation.right
def mended_in_float32(x, running_mean, running_var, momentum=0.99):
    mean = x.mean(axis=0)
    var = ((x - mean) ** 2).mean(axis=0)
    new_mean = running_mean + (mean - running_mean) * (1 - momentum)
    return mean, var, new_mean, running_var + (var - running_var) * (1 - momentum)


@mend_cancellation.right
def mended_by_a_shift(x, running_mean, running_var, momentum=0.99):
    first = x[0].astype(np.float64)
    moved = x - first
    var = (moved**2).mean(axis=0) - moved.mean(axis=0) ** 2
    return _averaged(first + moved.mean(axis=0), var, running_mean, running_var, momentum)


@mend_cancellation.right
def mended_one_example_at_a_time(x, running_mean, running_var, momentum=0.99):
    mean, squares = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for count, row in enumerate(x.astype(np.float64), start=1):
        away = row - mean
        mean = mean + away / count
        squares = squares + away * (row - mean)
    return _averaged(mean, squares / len(x), running_mean, running_var, momentum)


@mend_cancellation.right
def mended_with_einsum(x, running_mean, running_var, momentum=0.99):
    x = x.astype(np.float64)
    centred = x - np.ones(len(x)) @ x / len(x)
    var = np.einsum("nd,nd->d", centred, centred) / len(x)
    return _averaged((x - centred)[0], var, running_mean, running_var, momentum)


@mend_cancellation.right
def mended_with_loops(x, running_mean, running_var, momentum=0.99):
    columns = [[float(value) for value in column] for column in x.T]
    means = [sum(column) / len(column) for column in columns]
    spreads = [[(value - mean) ** 2 for value in column] for column, mean in zip(columns, means, strict=True)]
    var = np.array([sum(spread) / len(spread) for spread in spreads])
    return _averaged(np.array(means), var, running_mean, running_var, momentum)
