"""Exercise clip_weights. Cut the large weights down, then rescale to the mean 1."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _spread(rng, size):
    """Draw weights from small to large, in random order, with a mean above 2."""
    ordered = np.sort(rng.uniform(0.8, 1.2, size)) * np.geomspace(0.05, 12.0, size)
    return rng.permutation(ordered)


def _limit(weights, above):
    """Return a limit above 1 that this many weights exceed."""
    ordered = np.sort(weights)
    return round(float(ordered[-above] + 3 * ordered[-above - 1]) / 4, 3)


def _clip_weights_cases(rng):
    weights = _spread(rng, 7)
    yield Case("7 weights, 2 of them above the limit", (weights, _limit(weights, 2)))
    weights = _spread(rng, 9)
    yield Case("9 weights, 3 of them above the limit", (weights, _limit(weights, 3)))
    yield Case("a limit below 1", (rng.permutation(np.linspace(0.05, 2.0, 5)) * rng.uniform(0.9, 1.1, 5), 0.5))
    yield Case("no weight above the limit: only the scale changes", (_spread(rng, 5), 100.0))
    weights = _spread(rng, 6)
    weights[[0, 2]] = 0.0
    yield Case("two weights of 0 that stay 0", (weights, 2.0))
    yield Case("all weights above the limit: all become 1", (rng.uniform(3.0, 5.0, 4), 2.0))
    weights = _spread(rng, 14)[::2]
    yield Case("weights with gaps in memory", (weights, _limit(weights, 2)))


def _compose_clip_weights(steps):
    def clip_weights(weights, most):
        return steps.rescale(steps.clip(weights, most), weights)

    return clip_weights


clip_weights = Exercise(
    notebook="02-correcting-covariate-shift",
    reference=reference.clip_weights,
    asks="cut every weight above `most` down to `most`, and after that rescale all weights so that their mean is 1",
    cases=_clip_weights_cases,
    points=1,
    section="Clip the large weights",
    returns=("the array of weights",),
    rows=False,
    compose=_compose_clip_weights,
    steps={
        "clip": lambda weights, most: np.minimum(weights, most),
        "rescale": lambda clipped, weights: clipped / clipped.mean(),
    },
    example=by_hand([1, 1, 20], 4.0),
    hints=(
        "Two steps, in this order: clip, then rescale. A weight above the limit is not thrown away; what does it "
        "become?",
        "After the clip each weight is the smaller one of itself and the limit. By which number must these be divided, "
        "so that their mean becomes 1?",
        "Take the smaller of each weight and `most`, then divide by the mean of what you have now.",
    ),
)


@clip_weights.property("the weights should have the mean 1")
def _mean_is_1(case, got):
    return None if abs(got.mean() - 1) < 1e-5 else ("1", f"{float(got.mean()):.6g}")


@clip_weights.wrong("C2", step="clip", looks_like=r"maximum|max\(")
def small_weights_raised_to_the_limit(weights, most):
    """You raise the small weights to the limit (maximum). Take the smaller of each weight and the limit, so that the
    large ones come down."""
    return np.maximum(weights, most)


@clip_weights.wrong("C2", step="clip", looks_like=r"0|>|<")
def large_weights_set_to_0(weights, most):
    """You set the weights above the limit to 0. These examples count most for the target: their weights become
    `most`."""
    return np.where(weights > most, 0.0, weights)


@clip_weights.wrong("C2", step="clip", looks_like=r"\[.*<")
def large_weights_thrown_away(weights, most):
    """You throw the weights above the limit away, so fewer weights come back. Each example keeps a weight: above the
    limit it becomes `most`."""
    return weights[weights <= most]


@clip_weights.wrong("C2", step="clip", looks_like=r"0|>|<")
def large_weights_set_to_1(weights, most):
    """You set the weights above the limit to 1. They become `most`, so that they still count more than the others."""
    return np.where(weights > most, 1.0, weights)


@clip_weights.wrong("C2", step="clip")
def weights_that_are_not_clipped(weights, most):
    """No weight is clipped in what comes back. First cut the weights above `most` down to `most`, and go on with these:
    np.minimum gives a new array."""
    return weights


@clip_weights.wrong("C2", step="clip")
def small_weights_clipped_too(weights, most):
    """You also raise the small weights, to 1 / most. Only the large ones are cut; a small weight says that the target
    has few such examples, and stays."""
    return np.where(weights > most, most, np.maximum(weights, 1 / most))


@clip_weights.wrong("C2", step="clip", looks_like=r"percentile|quantile")
def a_limit_that_is_a_quantile(weights, most):
    """You take the limit from a quantile of the weights. `most` is the limit itself: a weight, not a share."""
    return np.minimum(weights, np.quantile(weights, 0.9))


@clip_weights.wrong("C2", step="rescale", looks_like=r"minimum|clip")
def weights_that_are_not_rescaled(clipped, weights):
    """The weights are not rescaled. Divide by the mean of the clipped weights, so that their mean is 1."""
    return clipped


@clip_weights.wrong("C2", step="rescale", looks_like=r"sum")
def weights_rescaled_to_the_sum_1(clipped, weights):
    """You rescale so that the sum of the weights is 1. Here their mean is to be 1: divide by the mean."""
    return clipped / clipped.sum()


@clip_weights.wrong("C2", step="rescale", looks_like=r"max")
def weights_divided_by_the_largest(clipped, weights):
    """You divide by the largest weight. Divide by the mean, so that the mean becomes 1."""
    return clipped / clipped.max()


@clip_weights.wrong("C2", step="rescale", looks_like=r"mean")
def the_mean_of_the_weights_before_the_clip(clipped, weights):
    """You divide by the mean of the weights as they were before the clip. The clip lowers the mean: divide by that of
    the clipped weights."""
    return clipped / weights.mean()


@clip_weights.wrong("C2", step="rescale", looks_like=r"mean")
def the_scale_before_the_clip_restored(clipped, weights):
    """You rescale to the mean that the weights had before the clip. Here the mean is to be 1."""
    return clipped / clipped.mean() * weights.mean()


@clip_weights.wrong("C2", step="rescale", looks_like=r"-")
def the_mean_moved_to_1(clipped, weights):
    """You add a constant to reach the mean 1. Weights are ratios: divide them by their mean."""
    return clipped - clipped.mean() + 1


@clip_weights.wrong("C2", looks_like=r"mean")
def rescaled_before_the_clip(weights, most):
    """This is what rescaling first and clipping then gives: the mean is not 1 at the end, and the limit meets other
    weights. First clip, then rescale."""
    return np.minimum(weights / weights.mean(), most)


@clip_weights.wrong("C2", looks_like=r"mean")
def rescaled_before_and_after_the_clip(weights, most):
    """You rescale before the clip as well as after it. The limit applies to the weights as they are passed: clip first,
    and rescale once."""
    clipped = np.minimum(weights / weights.mean(), most)
    return clipped / clipped.mean()


@clip_weights.wrong("F7", looks_like=r"\[.*\]\s*=[^=]|[-/*]=|out\s*=")
def weights_overwritten_in_place(weights, most):
    """You change `weights` in place. The caller's weights must stay as they were: np.minimum makes a new array."""
    weights[weights > most] = most
    return weights / weights.mean()


@clip_weights.right
def weights_clipped_by_numpy(weights, most):
    clipped = np.clip(weights, 0, most)
    return clipped / np.mean(clipped)


@clip_weights.right
def weights_clipped_with_a_loop(weights, most):
    clipped = [min(weight, most) for weight in weights]
    mean = sum(clipped) / len(clipped)
    return np.array([weight / mean for weight in clipped])


@clip_weights.right
def weights_clipped_where_they_are_large(weights, most):
    clipped = np.where(weights > most, most, weights)
    return len(clipped) * clipped / clipped.sum()


@clip_weights.right
def a_copy_clipped_in_place(weights, most):
    result = weights.copy()
    result[result > most] = most
    result /= result.mean()
    return result


@clip_weights.right
def weights_with_the_excess_taken_off(weights, most):
    clipped = weights - np.maximum(weights - most, 0)
    return clipped * (1 / np.average(clipped))


@clip_weights.right
def weights_clipped_in_float32(weights, most):
    clipped = np.minimum(weights.astype(np.float32), np.float32(most))
    return clipped / clipped.mean()
