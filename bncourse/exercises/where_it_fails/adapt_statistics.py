"""Exercise adapt_statistics. A trained batch norm with the statistics of a new domain (AdaBN).

The learner's function receives all that a trained layer brings along, so that each real mistake can be
made: to go on with the source's statistics, to mix them with the target's, to touch gamma and beta. The
target comes in batches, so that statistics of each batch can be taken for those of the domain.
"""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import affine, batch, by_hand, statistics, strided


def _target(rng, batches, examples, features):
    """Draw batches that lie apart, as the images of a new domain do when they come in some order."""
    return np.stack([batch(rng, examples, features) for _ in range(batches)])


def _cases(rng):
    for batches, examples, features in [(3, 4, 5), (2, 3, 3), (4, 1, 3), (1, 6, 4)]:
        plural = "batch" if batches == 1 else "batches"
        label = f"{batches} {plural} of {examples} with {features} features, eps 0.1"
        layer = (*affine(rng, features), *statistics(rng, features))
        yield Case(label, (_target(rng, batches, examples, features), *layer), {"eps": 0.1})
    x = 2.0 + 3e-3 * rng.standard_normal((2, 4, 3))
    yield Case("features with a tiny variance, the default eps", (x, *affine(rng, 3), *statistics(rng, 3)))
    x = strided(_target(rng, 2, 3, 4))
    yield Case("an array with gaps in memory", (x, *affine(rng, 4), *statistics(rng, 4)), {"eps": 0.1})


def _compose(steps):
    def adapt_statistics(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
        mean, var = steps.statistics(x_target, running_mean, running_var)
        return steps.normalize(x_target, gamma, beta, mean, var, eps)

    return adapt_statistics


def _normalize(x, gamma, beta, mean, var, eps):
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def _of_target(x):
    return x.mean(axis=(0, 1)), x.var(axis=(0, 1))


adapt_statistics = Exercise(
    notebook="09-where-it-fails",
    reference=reference.adapt_statistics,
    asks="apply a trained batch norm to a target domain with the statistics of all its examples; gamma and beta stay",
    cases=_cases,
    points=2,
    section="A new domain: AdaBN",
    returns=("y",),
    compose=_compose,
    steps={"statistics": lambda x, running_mean, running_var: _of_target(x), "normalize": _normalize},
    example=by_hand([[[100]], [[104]]], [3], [5], [0], [1], eps=0.0),
    hints=(
        "A layer brings four things along. Which of them describe the data it saw, and which describe what it learned?",
        "gamma and beta were learned: keep them. The running mean and variance describe the source: put both those of "
        "the target in their place.",
        "One mean and one variance for each feature, over all target examples: all batches and all places in a batch "
        "are averaged together (two axes). Then it is inference as you know it.",
    ),
)


@adapt_statistics.property("over all target examples, each feature should have the mean beta")
def _mean_is_beta(case, got):
    means, beta = got.mean(axis=(0, 1)), case.arguments[2]
    if np.abs(means - beta).max() > 1e-4 * max(1.0, np.abs(got).max()):
        return tuple("[" + ", ".join(f"{value:.4g}" for value in values[:4]) + "]" for values in (beta, means))
    return None


@adapt_statistics.wrong("R2", step="statistics", looks_like=r"running_mean")
def the_statistics_of_the_source(x, running_mean, running_var):
    """You normalize with the running statistics. They describe the source domain; AdaBN puts the mean and variance of
    the target in their place."""
    return running_mean, running_var


@adapt_statistics.wrong("R2", step="statistics", looks_like=r"running_var")
def the_mean_of_the_target_and_the_variance_of_the_source(x, running_mean, running_var):
    """You take the mean of the target, but the variance of the source. Replace both."""
    return _of_target(x)[0], running_var


@adapt_statistics.wrong("R2", step="statistics", looks_like=r"running_mean")
def the_mean_of_the_source_and_the_variance_of_the_target(x, running_mean, running_var):
    """You take the variance of the target, but the mean of the source. Replace both."""
    return running_mean, _of_target(x)[1]


@adapt_statistics.wrong("R2", step="statistics", looks_like=r"running_mean")
def the_spread_of_the_target_around_the_mean_of_the_source(x, running_mean, running_var):
    """You measure the variance of the target around the mean of the source. Measure it around the target's own mean."""
    return _of_target(x)[0], ((x - running_mean) ** 2).mean(axis=(0, 1))


@adapt_statistics.wrong("R2", step="statistics", looks_like=r"/\s*2|0?\.5")
def half_source_and_half_target(x, running_mean, running_var):
    """You average the statistics of source and target. The source has no part: use those of the target alone."""
    mean, var = _of_target(x)
    return (mean + running_mean) / 2, (var + running_var) / 2


def _moved(x, mean, var, momentum):
    for rows in x:
        mean = momentum * mean + (1 - momentum) * rows.mean(axis=0)
        var = momentum * var + (1 - momentum) * rows.var(axis=0)
    return mean, var


@adapt_statistics.wrong("R1", step="statistics", looks_like=r"0?\.99|0?\.01", name="moving averages of momentum 0.99")
def moving_averages_of_momentum_0_99(x, running_mean, running_var):
    """You move the running statistics towards the target, batch by batch (momentum 0.99). The source keeps nearly all
    of the say; use the statistics of the target alone."""
    return _moved(x, running_mean, running_var, 0.99)


@adapt_statistics.wrong("R1", step="statistics", looks_like=r"0?\.9\b|0?\.1\b", name="moving averages of momentum 0.9")
def moving_averages_of_momentum_0_9(x, running_mean, running_var):
    """You move the running statistics towards the target, batch by batch (momentum 0.9). The source keeps most of the
    say; use the statistics of the target alone."""
    return _moved(x, running_mean, running_var, 0.9)


@adapt_statistics.wrong("R3", step="statistics", looks_like=r"axis\s*=\s*1|axis\s*=\s*-2")
def each_batch_with_its_own_statistics(x, running_mean, running_var):
    """You normalize each batch with its own mean and variance. The statistics are those of all target examples:
    average over the batches too (axes 0 and 1)."""
    return x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)


@adapt_statistics.wrong("R3", step="statistics", looks_like=r"axis\s*=\s*0|\.mean\(\s*0\s*\)")
def statistics_over_the_first_axis_only(x, running_mean, running_var):
    """You average over axis 0 only: x_target has the batches there, so each place in a batch has its own statistics.
    Average over the axes 0 and 1."""
    return x.mean(axis=0), x.var(axis=0)


@adapt_statistics.wrong("R3", step="statistics", looks_like=r"var\(")
def the_mean_of_the_batch_variances(x, running_mean, running_var):
    """You average the variances of the batches. That forgets how far their means lie apart (see combine_moments): take
    the variance over all examples together."""
    return x.mean(axis=(0, 1)), x.var(axis=1).mean(axis=0)


@adapt_statistics.wrong("R3", step="statistics", looks_like=r"\[\s*0\s*\]")
def the_statistics_of_the_first_batch(x, running_mean, running_var):
    """You use the statistics of the first batch for all. Use all target examples."""
    return x[0].mean(axis=0), x[0].var(axis=0)


@adapt_statistics.wrong("R3", step="statistics", looks_like=r"\[\s*-1\s*\]|for")
def the_statistics_of_the_last_batch(x, running_mean, running_var):
    """You use the statistics of the last batch for all. Use all target examples."""
    return x[-1].mean(axis=0), x[-1].var(axis=0)


@adapt_statistics.wrong("F3", step="statistics", looks_like=r"axis\s*=\s*(-1|2)|\.mean\(\s*-1\s*\)")
def each_example_over_its_features(x, running_mean, running_var):
    """You normalize each example over its features. That is layer norm; here each feature is normalized over all
    examples."""
    return x.mean(axis=2, keepdims=True), x.var(axis=2, keepdims=True)


@adapt_statistics.wrong("F3", step="statistics", looks_like=r"\.mean\(\s*\)|\.var\(\s*\)|\.std\(\s*\)")
def one_mean_and_variance_for_all_features(x, running_mean, running_var):
    """You use one mean and one variance for all features. Each feature has its own."""
    return x.mean(), x.var()


@adapt_statistics.wrong("R5", step="statistics", looks_like=r"ddof|-\s*1")
def the_unbiased_variance(x, running_mean, running_var):
    """You divide the variance by one less than the number of examples (unbiased). Here it is the biased one, as in
    training."""
    return x.mean(axis=(0, 1)), x.var(axis=(0, 1), ddof=1)


@adapt_statistics.wrong("R2", step="statistics", looks_like=r"std|sqrt")
def the_deviation_in_place_of_the_variance(x, running_mean, running_var):
    """You take the standard deviation for the variance, so the root is taken twice."""
    return x.mean(axis=(0, 1)), x.std(axis=(0, 1))


@adapt_statistics.wrong("F7", step="normalize", looks_like=r"return")
def gamma_and_beta_are_dropped(x, gamma, beta, mean, var, eps):
    """You leave gamma and beta out. They were learned on the source, and the layers above count on them: keep them."""
    return (x - mean) / np.sqrt(var + eps)


@adapt_statistics.wrong("C3", step="normalize", looks_like=r"gamma\s*=|beta\s*=|return")
def gamma_and_beta_taken_from_the_target(x, gamma, beta, mean, var, eps):
    """The result is x_target again, as with the deviation and the mean of the data for gamma and beta, which undo the
    normalization. Keep the gamma and beta that were learned."""
    return np.sqrt(var + eps) * ((x - mean) / np.sqrt(var + eps)) + mean


@adapt_statistics.wrong("C3", looks_like=r"running_")
def moved_back_to_the_source(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    """You give the target the mean and the deviation of the source, in place of gamma and beta. Scale by gamma and
    shift by beta there: the statistics of the source have no part."""
    mean, var = _of_target(x_target)
    return np.sqrt(running_var + eps) * (x_target - mean) / np.sqrt(var + eps) + running_mean


@adapt_statistics.wrong("R2", looks_like=r"running_")
def normalized_twice(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    """You normalize with the statistics of the source first, and then with those of the target. Once is enough: the
    source's have no part."""
    x = (x_target - running_mean) / np.sqrt(running_var + eps)
    return _normalize(x, gamma, beta, *_of_target(x), eps)


@adapt_statistics.wrong("F6", step="normalize", looks_like=r"sqrt|std")
def epsilon_outside_the_root(x, gamma, beta, mean, var, eps):
    """You add epsilon to the standard deviation, outside the root. It belongs to the variance, inside the root."""
    return gamma * (x - mean) / (np.sqrt(var) + eps) + beta


@adapt_statistics.wrong("F6", step="normalize", looks_like=r"sqrt|std")
def no_epsilon(x, gamma, beta, mean, var, eps):
    """Epsilon is left out. It is added to the variance, inside the root."""
    with np.errstate(all="ignore"):
        return gamma * (x - mean) / np.sqrt(var) + beta


@adapt_statistics.wrong("F6", step="normalize", looks_like=r"1e-\d|0\.0+1")
def epsilon_written_into_the_code(x, gamma, beta, mean, var, eps):
    """A fixed epsilon of 1e-3 is used, not the `eps` that was passed."""
    return gamma * (x - mean) / np.sqrt(var + 1e-3) + beta


@adapt_statistics.wrong("F1", step="normalize", looks_like=r"/")
def divides_by_the_variance(x, gamma, beta, mean, var, eps):
    """You divide by the variance (plus epsilon). Divide by its square root."""
    return gamma * (x - mean) / (var + eps) + beta


@adapt_statistics.wrong("F7", step="normalize", looks_like=r"beta")
def gamma_and_beta_swapped(x, gamma, beta, mean, var, eps):
    """gamma and beta have changed places: gamma multiplies, beta is added."""
    return beta * (x - mean) / np.sqrt(var + eps) + gamma


@adapt_statistics.wrong("F7", looks_like=r"running_mean\s*\[|running_mean\s*[-+*]=|running_var\s*[-+*]=")
def writes_into_the_running_statistics(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    """You write the new statistics into the arrays that were passed. The layer may still be needed for the source:
    use names of your own."""
    running_mean[:], running_var[:] = _of_target(x_target)
    return _normalize(x_target, gamma, beta, running_mean, running_var, eps)


@adapt_statistics.right
def adapted_as_one_long_batch(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    rows = x_target.reshape(-1, x_target.shape[-1])
    y = gamma * (rows - rows.mean(axis=0)) / np.sqrt(rows.var(axis=0) + eps) + beta
    return y.reshape(x_target.shape)


@adapt_statistics.right
def adapted_by_total_variance(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    means, variances = x_target.mean(axis=1), x_target.var(axis=1)
    mean = means.mean(axis=0)
    var = variances.mean(axis=0) + means.var(axis=0)
    return gamma * (x_target - mean) * (var + eps) ** -0.5 + beta


@adapt_statistics.right
def adapted_with_kept_axes(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    mean = x_target.mean(axis=(0, 1), keepdims=True)
    var = x_target.var(axis=(0, 1), keepdims=True)
    return gamma.reshape(1, 1, -1) * (x_target - mean) / np.sqrt(var + eps) + beta.reshape(1, 1, -1)


@adapt_statistics.right
def adapted_with_a_running_sum(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    count, mean, spread = 0, np.zeros(x_target.shape[2]), np.zeros(x_target.shape[2])
    for rows in x_target:
        for row in rows:  # Welford's update, one example at a time
            count += 1
            step = row - mean
            mean = mean + step / count
            spread = spread + step * (row - mean)
    return np.stack([gamma * (rows - mean) / np.sqrt(spread / count + eps) + beta for rows in x_target])


@adapt_statistics.right
def adapted_in_float32(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    x, gamma, beta = (values.astype(np.float32) for values in (x_target, gamma, beta))
    return gamma * (x - x.mean(axis=(0, 1))) / np.sqrt(x.var(axis=(0, 1)) + np.float32(eps)) + beta
