"""Exercise effective_learning_rate. The rate at which the direction of scale-invariant weights is learned."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _weights(rng, inputs, units):
    return rng.uniform(0.5, 2.0, units) * rng.standard_normal((inputs, units)) + rng.standard_normal(units)


def _cases(rng):
    yield Case("rate 0.1, 4 inputs, 3 units", (0.1, _weights(rng, 4, 3)))
    yield Case("rate 2, 3 inputs, 3 units", (2.0, _weights(rng, 3, 3)))
    yield Case("rate 0.5, weights ten times as long", (0.5, 10 * _weights(rng, 2, 5)))
    yield Case("rate 0.3, 6 inputs, 1 unit", (0.3, _weights(rng, 6, 1)))
    yield Case("rate 0.7, weights stored column by column", (0.7, np.asfortranarray(_weights(rng, 4, 2))))


effective_learning_rate = Exercise(
    notebook="08-why-it-works",
    reference=reference.effective_learning_rate,
    asks="give the effective learning rate of a layer: the rate divided by the squared Frobenius norm of its weights",
    cases=_cases,
    section="The effective learning rate",
    returns=("the effective learning rate",),
    example=by_hand(0.5, [[3, 0], [0, 4]]),
    hints=(
        "The norm counts twice: once because the gradient shrinks as the weights grow, and once more because the "
        "same step turns longer weights by a smaller angle.",
        "So the rate is divided by the square of the norm. The Frobenius norm of a matrix is the length of the "
        "long vector of all its numbers.",
        "The square of that norm needs no root: it is the sum of the squares of all weights of the layer.",
    ),
)


@effective_learning_rate.wrong("F1", looks_like=r"norm|sqrt|\*\*\s*0?\.5")
def divides_by_the_norm_and_not_its_square(rate, weights):
    """You divide by the norm. It counts twice: the gradient shrinks with the norm, and the same step turns longer
    weights by less. Divide by its square."""
    return rate / np.sqrt((weights**2).sum())


@effective_learning_rate.wrong("F1", looks_like=r"\*")
def the_rate_grows_with_the_weights(rate, weights):
    """You multiply by the squared norm. Longer weights are turned by less: divide by it."""
    return rate * (weights**2).sum()


@effective_learning_rate.wrong("F1", looks_like=r"norm|\*")
def the_rate_times_the_norm(rate, weights):
    """You multiply by the norm. Longer weights are turned by less: divide, and by the square of the norm."""
    return rate * np.linalg.norm(weights)


@effective_learning_rate.wrong("F1")
def divides_by_the_fourth_power(rate, weights):
    """You square the norm twice. Divide by the sum of the squares as it is."""
    return rate / (weights**2).sum() ** 2


@effective_learning_rate.wrong("F1", looks_like=r"rate\s*\*\*\s*2")
def the_rate_is_squared_too(rate, weights):
    """You square the learning rate too. Only the norm is squared."""
    return rate**2 / (weights**2).sum()


@effective_learning_rate.wrong("F3", looks_like=r"axis|\(\s*0\s*\)")
def one_rate_for_each_unit(rate, weights):
    """You add over the inputs only, which gives one rate for each unit. That is a finer view, and right in
    itself; the task asks for one rate for the whole layer: add all squares."""
    return rate / (weights**2).sum(axis=0)


@effective_learning_rate.wrong("F3", looks_like=r"axis|\(\s*-?1\s*\)")
def one_rate_for_each_input(rate, weights):
    """You add over the units (axis 1), which gives one rate for each input. The task asks for one rate for the
    whole layer: add all squares."""
    return rate / (weights**2).sum(axis=1)


@effective_learning_rate.wrong("F3", looks_like=r"mean")
def divides_by_the_mean_square(rate, weights):
    """You divide by the mean of the squares. The squared norm is their sum."""
    return rate / (weights**2).mean()


@effective_learning_rate.wrong("F3", looks_like=r"var\(|std\(")
def divides_by_the_variance_of_the_weights(rate, weights):
    """You divide by the variance of the weights. The squared norm is the sum of the squares; no mean is taken
    off and nothing is averaged."""
    return rate / weights.var()


@effective_learning_rate.wrong("F3", looks_like=r"norm\([^)]*2\s*\)")
def the_spectral_norm(rate, weights):
    """You use the spectral norm: np.linalg.norm(weights, 2) is the largest singular value of a matrix. Leave the 2
    out, and it is the Frobenius norm."""
    return rate / np.linalg.norm(weights, 2) ** 2


@effective_learning_rate.wrong("F3", looks_like=r"abs|norm\(.*1\s*\)")
def the_sum_of_the_absolute_values(rate, weights):
    """You add the absolute values and square the sum. The squared Frobenius norm adds the squares."""
    return rate / np.abs(weights).sum() ** 2


@effective_learning_rate.wrong("F3", looks_like=r"max|inf")
def the_largest_weight(rate, weights):
    """You use the largest weight alone. The norm counts every weight of the layer: add all squares."""
    return rate / np.abs(weights).max() ** 2


@effective_learning_rate.wrong("F1", looks_like=r"sum\(")
def the_square_of_the_sum(rate, weights):
    """You add the weights first and then square. Square each weight first, then add."""
    return rate / weights.sum() ** 2


@effective_learning_rate.wrong("F3", looks_like=r"size|len\(|shape")
def divides_by_the_number_of_weights(rate, weights):
    """You divide by the number of weights. The squared norm is the sum of their squares."""
    return rate / weights.size


@effective_learning_rate.wrong("F1")
def the_rate_as_it_is(rate, weights):
    """You return the rate as it is. For a scale-invariant layer a rate means little without the length of the
    weights: divide by the squared norm."""
    return float(rate)


@effective_learning_rate.right
def a_rate_by_the_norm_of_numpy(rate, weights):
    return rate / np.linalg.norm(weights) ** 2


@effective_learning_rate.right
def a_rate_with_loops(rate, weights):
    total = 0.0
    for row in weights:
        for weight in row:
            total += weight * weight
    return rate / total


@effective_learning_rate.right
def a_rate_by_einsum(rate, weights):
    return rate / np.einsum("ij,ij->", weights, weights)


@effective_learning_rate.right
def a_rate_divided_twice(rate, weights):
    norm = np.linalg.norm(weights, "fro")
    return rate / norm / norm


@effective_learning_rate.right
def a_rate_by_the_trace(rate, weights):
    return rate / np.trace(weights.T @ weights)


@effective_learning_rate.right
def a_rate_in_float32(rate, weights):
    return np.float32(rate) / np.square(weights.astype(np.float32)).sum()
