"""Exercise density_ratio. Importance weights from the logits of a classifier that tells target from source."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _logits(rng, size):
    return rng.choice([-1, 1], size) * rng.uniform(0.2, 3.0, size)


def _density_ratio_cases(rng):
    few, some, many = (int(n) for n in (rng.integers(10, 20), rng.integers(30, 40), rng.integers(60, 90)))
    yield Case("6 logits, more source than target examples", (_logits(rng, 6), many, some))
    yield Case("5 logits, more target than source examples", (_logits(rng, 5), few, many))
    yield Case("4 logits, as many source as target examples", (_logits(rng, 4), some, some))
    yield Case("logits of a classifier that is nearly sure", (np.array([8.0, -8.0, 1.0]), some, few))
    yield Case("1 logit", (_logits(rng, 1), some, few))
    yield Case("logits that are 0: the ratio is that of the sizes", (np.zeros(3), many, few))
    yield Case("logits with gaps in memory", (_logits(rng, 8)[::2], some, many))


def _compose_density_ratio(steps):
    def density_ratio(logits, n_source, n_target):
        return steps.odds(logits) * steps.sizes(n_source, n_target)

    return density_ratio


density_ratio = Exercise(
    notebook="02-correcting-covariate-shift",
    reference=reference.density_ratio,
    asks="give p_target(x) / p_source(x) from the logits of a classifier whose positive class is the target, corrected "
    "for the number of source and target examples it was trained on",
    cases=_density_ratio_cases,
    points=2,
    section="Weights from a classifier",
    returns=("the ratio",),
    rows=False,
    compose=_compose_density_ratio,
    steps={
        "odds": lambda logits: np.exp(logits),
        "sizes": lambda n_source, n_target: n_source / n_target,
    },
    example=by_hand([1.0986122886681098], 200, 100),
    hints=(
        "What is a logit? It is the logarithm of p(target given x) divided by p(source given x).",
        "By Bayes' rule those odds are the ratio of the densities times n_target / n_source.",
        "Undo the logarithm to get the odds. Then take the class sizes out again: multiply by source over target.",
    ),
)


@density_ratio.property("each ratio should be above 0")
def _is_positive(case, got):
    return None if np.all(got > 0) else ("numbers above 0", f"the smallest is {float(np.min(got)):.6g}")


@density_ratio.wrong("C2", looks_like=r"exp\(\s*-|n_target\s*/\s*n_source|1(?:\.0)?\s*/")
def the_ratio_upside_down(logits, n_source, n_target):
    """Your ratio is upside down, p_source / p_target. The examples that the target has more of must count more: target
    over source."""
    return np.exp(-logits) * n_target / n_source


@density_ratio.wrong("C2", step="odds", looks_like=r"exp\(\s*-|1(?:\.0)?\s*/")
def the_odds_upside_down(logits):
    """You use the odds of source against target (the exponential of minus the logit). The positive class is the target,
    so the exponential of the logit itself is target against source."""
    return np.exp(-logits)


@density_ratio.wrong("C2", step="odds", looks_like=r"1\s*\+\s*np\.exp|exp|sigmoid|expit")
def the_probability_and_not_the_odds(logits):
    """You use the probability of target (the sigmoid of the logit). The ratio of the densities comes from the odds, p
    divided by (1 - p)."""
    return 1 / (1 + np.exp(-logits))


@density_ratio.wrong("C2", step="odds", looks_like=r"1\s*-|exp|sigmoid|expit")
def the_probability_of_source(logits):
    """You use the probability of source. The ratio of the densities comes from the odds of target, p divided by (1 - p)
    with p the probability of target."""
    return 1 / (1 + np.exp(logits))


@density_ratio.wrong("C2", step="odds", looks_like=r"logits")
def the_logarithm_not_undone(logits):
    """You use the logits themselves. A logit is the logarithm of the odds: undo it with the exponential."""
    return logits


@density_ratio.wrong("C2", step="odds", looks_like=r"\blog\b|np\.log")
def a_logarithm_of_the_logarithm(logits):
    """You take a logarithm of the logits; they are logarithms already. Undo it with the exponential."""
    with np.errstate(all="ignore"):
        return np.log(logits)


@density_ratio.wrong("C2", step="odds", looks_like=r"sum")
def a_softmax_over_the_examples(logits):
    """You divide by the sum over all examples (a softmax). Each example has odds of its own, which do not depend on the
    other examples."""
    return np.exp(logits) / np.exp(logits).sum()


@density_ratio.wrong("C2", step="odds", looks_like=r"2\s*\*\*|exp2|10\s*\*\*")
def a_power_of_two(logits):
    """You take a power of 2. Logits are natural logarithms: undo them with the exponential, base e."""
    return np.exp2(logits)


@density_ratio.wrong("C2", step="sizes")
def the_class_sizes_forgotten(n_source, n_target):
    """You leave out the class sizes. The odds also hold how many more target examples the classifier saw: take that
    out, times n_source / n_target."""
    return 1.0


@density_ratio.wrong("C2", step="sizes", looks_like=r"n_target\s*/\s*n_source|/\s*n_source")
def the_class_sizes_upside_down(n_source, n_target):
    """Your class sizes are upside down. The odds already hold n_target / n_source; to take it out, multiply by
    n_source / n_target."""
    return n_target / n_source


@density_ratio.wrong("C2", step="sizes", looks_like=r"n_source\s*\+\s*n_target|n_target\s*\+\s*n_source")
def the_share_of_the_source(n_source, n_target):
    """You multiply by the share of the source among all examples. Here it is source over target: n_source /
    n_target."""
    return n_source / (n_source + n_target)


@density_ratio.wrong("C2", step="sizes", looks_like=r"n_source\s*\+\s*n_target|n_target\s*\+\s*n_source")
def the_share_of_the_target(n_source, n_target):
    """You multiply by the share of the target among all examples. To take the sizes out of the odds, multiply by
    n_source / n_target."""
    return n_target / (n_source + n_target)


@density_ratio.wrong("C2", step="sizes", looks_like=r"sqrt|\*\*")
def the_root_of_the_class_sizes(n_source, n_target):
    """You take the root of n_source / n_target. The odds hold the sizes themselves: take the ratio without a root."""
    return np.sqrt(n_source / n_target)


@density_ratio.wrong("C2", looks_like=r"log")
def the_logarithm_of_the_ratio(logits, n_source, n_target):
    """What you give is the logarithm of the ratio. Undo it with the exponential."""
    return logits + np.log(n_source / n_target)


@density_ratio.wrong("C2", looks_like=r"mean\(")
def a_ratio_rescaled_to_the_mean_1(logits, n_source, n_target):
    """You rescale the weights so that their mean is 1. Here the ratio itself is asked; what scales it is n_source /
    n_target."""
    odds = np.exp(logits)
    return odds / odds.mean()


@density_ratio.wrong("C2", looks_like=r"sum\(")
def a_ratio_rescaled_to_the_sum_1(logits, n_source, n_target):
    """Your weights have the sum 1. Here the ratio itself is asked, and the ratio of one example does not depend on the
    other examples; what scales it is n_source / n_target."""
    odds = np.exp(logits)
    return odds / odds.sum()


@density_ratio.wrong("C2", looks_like=r"exp\(.*\+")
def the_sizes_added_inside_the_exponential(logits, n_source, n_target):
    """You add n_source / n_target to the logits as it is. Inside the exponential its logarithm belongs; outside,
    multiply by it."""
    return np.exp(logits + n_source / n_target)


@density_ratio.right
def a_ratio_from_a_shifted_logit(logits, n_source, n_target):
    return np.exp(logits + np.log(n_source) - np.log(n_target))


@density_ratio.right
def a_ratio_from_probabilities(logits, n_source, n_target):
    p = 1 / (1 + np.exp(-logits))
    return p / (1 - p) * n_source / n_target


@density_ratio.right
def a_ratio_by_bayes_rule(logits, n_source, n_target):
    p = np.exp(logits) / (1 + np.exp(logits))
    return (p / n_target) / ((1 - p) / n_source)


@density_ratio.right
def a_ratio_with_a_loop(logits, n_source, n_target):
    return np.array([2.718281828459045**logit / n_target * n_source for logit in logits])


@density_ratio.right
def a_ratio_in_float32(logits, n_source, n_target):
    return np.exp(logits.astype(np.float32)) * np.float32(n_source) / np.float32(n_target)
