"""Exercise weighted_risk. The loss in the target, from weighted source examples."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand
from bncourse.exercises.correcting_covariate_shift import draws


def _weighted_risk_cases(rng):
    yield Case("6 examples, weights whose mean is not 1", (draws.losses(rng, 6), draws.weights(rng, 6)))
    yield Case("5 examples, weights whose mean is below 1", (draws.losses(rng, 5), draws.weights(rng, 5, mean=0.3)))
    weights = draws.weights(rng, 6)
    weights[[1, 4]] = 0.0
    yield Case("two examples with the weight 0", (draws.losses(rng, 6), weights))
    yield Case("4 examples with the same weight: the plain mean", (draws.losses(rng, 4), np.full(4, 2.5)))
    yield Case("the same loss everywhere: the risk is that loss", (np.full(5, 1.75), draws.weights(rng, 5)))
    weights = draws.weights(rng, 6)
    weights[2] *= 40 / weights[2]
    yield Case("one weight of 40", (draws.losses(rng, 6), weights))
    yield Case("tiny weights, a millionth on average", (draws.losses(rng, 5), draws.weights(rng, 5, mean=1e-6)))
    yield Case("1 example", (draws.losses(rng, 1), draws.weights(rng, 1)))
    yield Case("losses with gaps in memory", (draws.losses(rng, 8)[::2], draws.weights(rng, 4)))
    yield Case("large weights, a million on average", (draws.losses(rng, 5), draws.weights(rng, 5, mean=1e6)))


weighted_risk = Exercise(
    notebook="02-correcting-covariate-shift",
    reference=reference.weighted_risk,
    asks="give the self-normalized weighted risk: the sum of weight times loss, divided by the sum of the weights (not "
    "by the number of examples)",
    cases=_weighted_risk_cases,
    points=1,
    section="The weighted risk",
    returns=("the risk",),
    example=by_hand([1, 5], [3, 1]),
    hints=(
        "An example with the weight 2 counts like two examples with the weight 1. How many examples do you then have?",
        "Multiply each loss by its weight and add up. What you divide by is also a sum.",
        "The sum of the products, over the sum of the weights: so equal weights give the plain mean, whatever they "
        "are.",
    ),
)


@weighted_risk.property("the risk should lie between the smallest and the largest loss")
def _is_a_mean(case, got):
    losses = case.arguments[0]
    if losses.min() - 1e-5 <= got <= losses.max() + 1e-5:
        return None
    return f"from {losses.min():.6g} to {losses.max():.6g}", f"{float(got):.6g}"


@weighted_risk.wrong("C2", looks_like=r"mean")
def the_plain_mean(losses, weights):
    """You average the losses without their weights. Examples that the target has more of must count more."""
    return np.mean(losses)


@weighted_risk.wrong("C2", looks_like=r"mean|len\(|size|shape")
def a_sum_divided_by_the_number_of_examples(losses, weights):
    """You divide by the number of examples. That is the other convention, which needs weights with the mean 1; here you
    divide by the sum of the weights."""
    return np.mean(weights * losses)


@weighted_risk.wrong("C2", looks_like=r"sum|@|dot")
def a_sum_that_is_not_divided(losses, weights):
    """You add up weight times loss, but do not divide by the sum of the weights."""
    return np.sum(weights * losses)


@weighted_risk.wrong("C2", looks_like=r"\*\*\s*2|square|weights\s*\*\s*weights")
def the_weights_squared(losses, weights):
    """You square the weights. Each loss is multiplied by its weight once."""
    return np.sum(weights**2 * losses) / np.sum(weights**2)


@weighted_risk.wrong("C2", looks_like=r"\*\*\s*2|square")
def a_sum_divided_by_the_squared_weights(losses, weights):
    """You divide by the sum of the squared weights. Divide by the sum of the weights themselves."""
    return np.sum(weights * losses) / np.sum(weights**2)


@weighted_risk.wrong("C2", looks_like=r"max")
def a_mean_with_weights_divided_by_the_largest(losses, weights):
    """You divide the weights by the largest one, then average over the examples. Divide by the sum of the weights."""
    return np.mean(weights / weights.max() * losses)


@weighted_risk.wrong("C2", looks_like=r"max")
def a_sum_divided_by_the_largest_weight(losses, weights):
    """You divide the sum by the largest weight. Divide by the sum of the weights."""
    return np.sum(weights * losses) / weights.max()


@weighted_risk.wrong("C2", looks_like=r"losses\s*/\s*weights|1(?:\.0)?\s*/\s*weights")
def the_weights_upside_down(losses, weights):
    """You divide each loss by its weight, so that large weights count little. Multiply by the weight."""
    with np.errstate(all="ignore"):
        return np.sum(losses / weights) / np.sum(1 / weights)


@weighted_risk.wrong("C2", looks_like=r"losses\s*/\s*weights|1(?:\.0)?\s*/\s*weights")
def the_mean_of_losses_divided_by_weights(losses, weights):
    """You divide each loss by its weight and average. Multiply by the weight, and divide by the sum of the weights."""
    with np.errstate(all="ignore"):
        return np.mean(losses / weights)


@weighted_risk.wrong("C2", looks_like=r"/")
def a_sum_divided_by_the_losses(losses, weights):
    """You divide by the sum of the losses. Divide by the sum of the weights: they say how many examples there are."""
    return np.sum(weights * losses) / np.sum(losses)


@weighted_risk.wrong("C2", looks_like=r"mean")
def weights_that_sum_to_1_and_a_mean(losses, weights):
    """You divide by the sum of the weights, and then average as well, which divides once more. With weights that sum to
    1, add up the products."""
    return np.mean(weights / weights.sum() * losses)


@weighted_risk.wrong("C2", looks_like=r"return")
def the_terms_not_added(losses, weights):
    """One number for each example comes back. The risk is one number: add up weight times loss, and divide by the sum
    of the weights."""
    return weights * losses / weights.sum()


@weighted_risk.wrong("C2", looks_like=r"exp|softmax")
def a_softmax_of_the_weights(losses, weights):
    """You put the weights through an exponential (a softmax). They are ratios of densities, not logarithms: use them as
    they are."""
    scaled = np.exp(weights - weights.max())
    return np.sum(scaled * losses) / np.sum(scaled)


@weighted_risk.wrong("C2", looks_like=r"max")
def a_sum_of_weights_of_at_least_1(losses, weights):
    """You divide by 1 where the weights add up to less. Their scale does not matter: divide by their sum, however small
    it is."""
    return np.sum(weights * losses) / max(np.sum(weights), 1.0)


@weighted_risk.wrong("C2", looks_like=r"1e-\d|0\.0+1|eps")
def a_small_number_added_to_the_sum(losses, weights):
    """You add a small number to the sum of the weights. The scale of the weights does not matter, so no number is small
    beside every sum: divide by the sum itself."""
    return np.sum(weights * losses) / (np.sum(weights) + 1e-8)


@weighted_risk.wrong("C2", looks_like=r"clip|minimum")
def weights_clipped_at_10(losses, weights):
    """You cut the weights at 10. Clipping is another exercise; this risk takes the weights as they are."""
    weights = np.minimum(weights, 10.0)
    return np.sum(weights * losses) / np.sum(weights)


@weighted_risk.wrong("C2")
def means_multiplied(losses, weights):
    """You multiply the mean loss by the mean weight. Each loss must meet its own weight: multiply first, then add
    up."""
    return np.mean(losses) * np.mean(weights)


@weighted_risk.right
def a_risk_by_numpys_average(losses, weights):
    return np.average(losses, weights=weights)


@weighted_risk.right
def a_risk_with_a_loop(losses, weights):
    top = bottom = 0.0
    for loss, weight in zip(losses, weights, strict=True):
        top += weight * loss
        bottom += weight
    return top / bottom


@weighted_risk.right
def a_risk_as_a_dot_product(losses, weights):
    return (weights / np.sum(weights)) @ losses


@weighted_risk.right
def a_risk_from_means(losses, weights):
    return (weights * losses).mean() / weights.mean()


@weighted_risk.right
def a_risk_by_einsum(losses, weights):
    return np.einsum("n,n->", losses, weights) / np.einsum("n->", weights)


@weighted_risk.right
def a_risk_as_a_matrix_product(losses, weights):
    return (weights[None, :] @ losses[:, None]).item() / weights.sum()


@weighted_risk.right
def a_risk_in_float32(losses, weights):
    losses, weights = losses.astype(np.float32), weights.astype(np.float32)
    return np.sum(weights * losses) / np.sum(weights)
