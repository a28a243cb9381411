"""Exercise effective_sample_size. How many equally weighted examples are these worth?"""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand
from bncourse.exercises.correcting_covariate_shift import draws


def _effective_sample_size_cases(rng):
    yield Case("6 weights whose mean is not 1", (draws.weights(rng, 6),))
    yield Case("5 weights whose mean is below 1", (draws.weights(rng, 5, mean=0.3),))
    yield Case("4 equal weights: all 4 examples count", (np.full(4, 2.5),))
    weights = draws.weights(rng, 6)
    weights[[0, 3]] = 0.0
    yield Case("two weights of 0", (weights,))
    weights = draws.weights(rng, 5)
    weights[2] = 1000.0
    yield Case("one weight that is much larger: hardly more than 1 example counts", (weights,))
    yield Case("1 weight", (draws.weights(rng, 1),))
    yield Case("weights with gaps in memory", (draws.weights(rng, 8)[1::2],))
    yield Case("5 weights that are whole numbers", (rng.permutation([1.0, 2.0, 2.0, 3.0, 0.0]),))


effective_sample_size = Exercise(
    notebook="02-correcting-covariate-shift",
    reference=reference.effective_sample_size,
    asks="give the effective sample size (Kish): the square of the sum of the weights, divided by the sum of their "
    "squares",
    cases=_effective_sample_size_cases,
    points=1,
    section="How much is left: the effective sample size",
    returns=("the effective sample size",),
    example=by_hand([2, 2, 0, 0]),
    hints=(
        "Try it by hand: four equal weights are worth 4 examples; one weight of 1 and three of 0 are worth 1.",
        "Two sums are needed: one of the weights, one of their squares. Where does the first one get its square?",
        "Above the line: add the weights, then square the total. Below the line: square each weight, then add.",
    ),
)


@effective_sample_size.property("it should lie between 1 and the number of weights")
def _is_a_size(case, got):
    size = len(case.arguments[0])
    return None if 1 - 1e-4 <= got <= size + 1e-4 else (f"from 1 to {size}", f"{float(got):.6g}")


@effective_sample_size.wrong("C2", looks_like=r"/")
def the_size_upside_down(weights):
    """Your fraction is upside down. The square of the sum is above the line, the sum of the squares below it."""
    return np.sum(weights**2) / np.sum(weights) ** 2


@effective_sample_size.wrong("C2", looks_like=r"/")
def the_sum_is_not_squared(weights):
    """You divide the sum of the weights by the sum of their squares. The sum is squared first; otherwise the result
    changes with the scale of the weights."""
    return np.sum(weights) / np.sum(weights**2)


@effective_sample_size.wrong("C2", looks_like=r"sum")
def the_sum_of_the_weights(weights):
    """You add up the weights. That depends on their scale; how many examples count depends on how unequal they are."""
    return np.sum(weights)


@effective_sample_size.wrong("C2", looks_like=r"len|size|shape")
def the_number_of_weights(weights):
    """You count the examples. With unequal weights fewer of them count: divide the square of the sum by the sum of the
    squares."""
    return float(len(weights))


@effective_sample_size.wrong("C2", looks_like=r">\s*0|nonzero|!=\s*0")
def the_number_of_weights_above_0(weights):
    """You count the weights above 0. A small weight counts for less than a large one: divide the square of the sum by
    the sum of the squares."""
    return float(np.count_nonzero(weights))


@effective_sample_size.wrong("C2", looks_like=r"max")
def the_sum_divided_by_the_largest(weights):
    """You divide the sum of the weights by the largest one. It is another measure; here the sum of the squares is
    below the line, and the square of the sum above it."""
    return np.sum(weights) / np.max(weights)


@effective_sample_size.wrong("C2", looks_like=r"mean|len|size|shape")
def a_share_of_the_sample(weights):
    """You give the share of the sample that counts, which is 1 at most. The size itself is asked, which is as many
    times larger as there are examples."""
    return np.mean(weights) ** 2 / np.mean(weights**2)


@effective_sample_size.wrong("C2", looks_like=r"sum")
def one_over_the_sum_of_squares(weights):
    """You give 1 over the sum of the squares. That holds for weights that sum to 1; these do not, so the square of
    their sum belongs above the line."""
    return 1 / np.sum(weights**2)


@effective_sample_size.wrong("C2", looks_like=r"sum")
def both_sums_squared(weights):
    """Your result is 1 whatever the weights are. Above the line, add first and square the sum; below it, square each
    weight, then add."""
    return np.sum(weights) ** 2 / np.sum(weights) ** 2


@effective_sample_size.wrong("C2", looks_like=r"sum")
def squares_above_and_below(weights):
    """You square each weight above the line and divide by the sum of the weights. It is the other way: above, the
    square of the sum; below, the sum of the squares."""
    return np.sum(weights**2) / np.sum(weights)


@effective_sample_size.wrong("C2", looks_like=r"sqrt|\*\*\s*0?\.5")
def the_root_of_the_size(weights):
    """You take a root. The effective sample size has none: the square of the sum over the sum of the squares."""
    return np.sum(weights) / np.sqrt(np.sum(weights**2))


@effective_sample_size.wrong("C2", looks_like=r"var|std")
def a_variance_that_is_not_relative(weights):
    """You use n / (1 + variance of the weights). That holds for weights with the mean 1; here divide the variance by
    the square of the mean first."""
    return len(weights) / (1 + np.var(weights))


@effective_sample_size.wrong("F5")
def the_unbiased_variance(weights):
    """You use n / (1 + variance / mean**2) with the variance divided by n - 1. With the variance divided by n it is the
    effective sample size."""
    with np.errstate(all="ignore"):
        centred = weights - weights.mean()
        var = np.sum(centred**2) / (np.float64(len(weights)) - 1)
        return len(weights) / (1 + var / weights.mean() ** 2)


@effective_sample_size.wrong("C2", looks_like=r"std|sqrt")
def the_deviation_and_not_the_variance(weights):
    """You use n / (1 + standard deviation / mean). It is the square of that quotient that belongs there."""
    return len(weights) / (1 + np.std(weights) / np.mean(weights))


@effective_sample_size.wrong("C2", looks_like=r"log")
def the_size_from_the_entropy(weights):
    """You take the exponential of the entropy of the weights. It is another measure of the same thing; here Kish's is
    asked: the square of the sum over the sum of the squares."""
    p = weights[weights > 0] / weights.sum()
    return np.exp(-np.sum(p * np.log(p)))


@effective_sample_size.right
def a_size_from_weights_that_sum_to_1(weights):
    p = weights / weights.sum()
    return 1 / np.sum(p**2)


@effective_sample_size.right
def a_size_from_the_relative_variance(weights):
    return len(weights) / (1 + np.var(weights) / np.mean(weights) ** 2)


@effective_sample_size.right
def a_size_with_a_loop(weights):
    total = squares = 0.0
    for weight in weights:
        total += weight
        squares += weight * weight
    return total * total / squares


@effective_sample_size.right
def a_size_as_a_dot_product(weights):
    return np.square(weights.sum()) / (weights @ weights)


@effective_sample_size.right
def a_size_from_norms(weights):
    return (np.linalg.norm(weights, 1) / np.linalg.norm(weights, 2)) ** 2


@effective_sample_size.right
def a_size_from_weights_with_the_mean_1(weights):
    scaled = weights / weights.mean()
    return len(scaled) / np.mean(scaled**2)


@effective_sample_size.right
def a_size_in_float32(weights):
    weights = weights.astype(np.float32)
    return np.sum(weights) ** 2 / np.sum(weights**2)
