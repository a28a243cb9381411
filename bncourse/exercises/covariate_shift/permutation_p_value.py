"""Exercise permutation_p_value. How often does chance alone give a value as large as the one observed?"""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _eighths(rng, size, centre=0.0):
    """Draw numbers in steps of 1/8, exact in float32 too."""
    return np.round(8 * rng.normal(centre, 1.0, size)) / 8


def _p_value_cases(rng):
    permuted = _eighths(rng, 19)
    yield Case("19 permutations, one of them equal to the observed value", (float(np.sort(permuted)[-5]), permuted))
    permuted = rng.normal(0.5, 0.05, 9)
    yield Case("an observed value above all of 9 permutations", (round(float(permuted.max()) + 0.2, 2), permuted))
    permuted = rng.normal(0.5, 0.05, 12)
    yield Case("an observed value below all of 12 permutations", (round(float(permuted.min()) - 0.05, 2), permuted))
    permuted = _eighths(rng, 24, centre=-3.0)
    yield Case("24 permutations around -3", (float(np.sort(permuted)[-7]), permuted))
    yield Case("every permutation equal to the observed value", (0.5, np.full(4, 0.5)))
    near = 0.5 - 10.0 ** -rng.permutation([1, 2, 3, 4, 5, 6])
    yield Case("6 permutations, each a little below the observed value", (0.5, near))
    yield Case("1 permutation, below the observed value", (1.0, rng.uniform(-0.5, 0.5, 1)))


def _compose_p_value(steps):
    def permutation_p_value(observed, permuted):
        return steps.share(steps.count(observed, permuted), permuted)

    return permutation_p_value


permutation_p_value = Exercise(
    notebook="01-covariate-shift",
    reference=reference.permutation_p_value,
    asks="give the one-sided p-value: (1 + number of permuted values that are at least the observed one) divided by "
    "(1 + number of permutations)",
    cases=_p_value_cases,
    points=1,
    section="Is it more than chance?",
    returns=("the p-value",),
    compose=_compose_p_value,
    steps={
        "count": lambda observed, permuted: np.sum(permuted >= observed),
        "share": lambda count, permuted: (1 + count) / (1 + len(permuted)),
    },
    example=by_hand(0.9, [0.4, 0.5, 0.6, 0.5]),
    hints=(
        "If there were no shift, the observed value would be one more shuffled value. How many are as large or larger?",
        "Count the permuted values that are at least as large as the observed one: equal ones count too.",
        "The observed value counts as one of the permutations: add 1 to the count, and 1 to the number you divide by.",
    ),
)


@permutation_p_value.property("it should be above 0 and at most 1")
def _is_a_p_value(case, got):
    return None if 0 < got <= 1 + 1e-6 else ("a number above 0, up to 1", f"{float(got):.6g}")


@permutation_p_value.wrong("D1", step="share", looks_like=r"mean|/")
def the_ones_left_out(count, permuted):
    """You give the share of the permuted values alone. The observed value is one of the permutations too: add 1 to the
    count and 1 to the number you divide by, or a p-value can be 0."""
    return count / len(permuted)


@permutation_p_value.wrong("D1", step="share", looks_like=r"(?:1\s*\+|\+\s*1).*/(?!.*(?:1\s*\+|\+\s*1))")
def a_one_above_the_line_only(count, permuted):
    """You add 1 to the count, but not to the number of permutations. The observed value joins both, or a p-value can be
    above 1."""
    return (1 + count) / len(permuted)


@permutation_p_value.wrong("D1", step="share", looks_like=r"^(?!.*(?:1\s*\+|\+\s*1).*/).*/.*(?:1\s*\+|\+\s*1)")
def a_one_below_the_line_only(count, permuted):
    """You add 1 to the number of permutations, but not to the count. The observed value is as large as itself, so it
    joins the count too, or a p-value can be 0."""
    return count / (1 + len(permuted))


@permutation_p_value.wrong("D1", step="share", looks_like=r"/\s*1(?:\.0)?\s*\+")
def brackets_that_are_missing(count, permuted):
    """/ comes before +, so you divide by 1 alone, and add the number of permutations. Both sums need brackets: the one
    above the line, and the one below it."""
    return 1 + count / 1 + len(permuted)


@permutation_p_value.wrong("D1", step="share", looks_like=r"sum|count|\+=")
def a_count_that_is_not_divided(count, permuted):
    """You count, but do not divide by the number of permutations plus 1."""
    return 1 + count


@permutation_p_value.wrong("D1", step="share", looks_like=r"2\s*\*|\*\s*2")
def a_doubled_share(count, permuted):
    """You double the p-value, as for a test of both sides. Here only large values speak against chance, so the test has
    one side."""
    return min(1.0, 2 * (1 + count) / (1 + len(permuted)))


@permutation_p_value.wrong("D1", step="share", looks_like=r"1(?:\.0)?\s*-")
def one_minus_the_share(count, permuted):
    """You subtract the p-value from 1. The p-value itself is asked: small where the observed value is larger than what
    chance gives."""
    return 1 - (1 + count) / (1 + len(permuted))


@permutation_p_value.wrong("D1", step="count", looks_like=r">(?!=)")
def only_values_that_are_larger(observed, permuted):
    """You count the permuted values that are larger (>). Equal ones count too (>=): chance has given as much as you
    observed."""
    return np.sum(permuted > observed)


@permutation_p_value.wrong("D1", step="count", looks_like=r"<=")
def values_that_are_at_most_as_large(observed, permuted):
    """You count the permuted values on the other side (<=). A shift makes the statistic large, so count those that are
    as large or larger (>=)."""
    return np.sum(permuted <= observed)


@permutation_p_value.wrong("D1", step="count", looks_like=r"<(?!=)")
def values_that_are_smaller(observed, permuted):
    """You count the permuted values that are smaller (<). A shift makes the statistic large, so count those that are as
    large or larger (>=)."""
    return np.sum(permuted < observed)


@permutation_p_value.wrong("D1", step="count", looks_like=r"abs")
def sizes_without_their_sign(observed, permuted):
    """You compare absolute values, which counts both sides. Here only large values speak against chance: compare the
    values themselves."""
    return np.sum(np.abs(permuted) >= np.abs(observed))


@permutation_p_value.wrong("D1", step="count", looks_like=r"abs")
def distances_from_the_mean(observed, permuted):
    """You compare distances from the mean, which counts both sides. Here only large values speak against chance:
    compare the values themselves."""
    return np.sum(np.abs(permuted - permuted.mean()) >= abs(observed - permuted.mean()))


@permutation_p_value.wrong("D1", looks_like=r"mean")
def the_mean_of_the_permuted_values(observed, permuted):
    """You average the permuted values themselves. Average, or count, whether each one is at least the observed
    value."""
    return permuted.mean()


@permutation_p_value.wrong("D1", looks_like=r"std")
def a_distance_in_standard_deviations(observed, permuted):
    """You give how many standard deviations the observed value is away from the mean (a z-score). The p-value counts
    permuted values, and needs no normal distribution."""
    with np.errstate(all="ignore"):
        return (observed - permuted.mean()) / np.float64(permuted.std())


@permutation_p_value.right
def a_p_value_with_a_loop(observed, permuted):
    count = 1
    for value in permuted:
        if value >= observed:
            count += 1
    return count / (len(permuted) + 1)


@permutation_p_value.right
def a_p_value_of_all_values_together(observed, permuted):
    return np.mean(np.append(permuted, observed) >= observed)


@permutation_p_value.right
def a_p_value_from_the_smaller_ones(observed, permuted):
    return 1 - np.count_nonzero(permuted < observed) / (permuted.size + 1)


@permutation_p_value.right
def a_p_value_from_sorted_values(observed, permuted):
    below = np.searchsorted(np.sort(permuted), observed, side="left")
    return (1 + len(permuted) - below) / (1 + len(permuted))


@permutation_p_value.right
def a_p_value_from_a_filter(observed, permuted):
    return (1 + permuted[permuted >= observed].size) / (1 + permuted.shape[0])


@permutation_p_value.right
def a_p_value_in_float32(observed, permuted):
    as_large = (permuted.astype(np.float32) >= np.float32(observed)).astype(np.float32)
    return (1 + as_large.sum()) / np.float32(1 + len(permuted))
