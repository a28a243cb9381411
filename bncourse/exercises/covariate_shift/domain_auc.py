"""Exercise domain_auc. How well do a classifier's scores tell target from source examples?"""

import numpy as np

from bncourse import reference
from bncourse.checking import Exercise
from bncourse.exercises.batches import by_hand
from bncourse.exercises.covariate_shift.scores import auc_cases

domain_auc = Exercise(
    notebook="01-covariate-shift",
    reference=reference.domain_auc,
    asks="give the AUC: the share of (target, source) pairs in which the target example scores higher; a tie counts "
    "one half",
    cases=auc_cases,
    points=2,
    section="A classifier that detects the shift",
    returns=("the AUC",),
    rounds=False,
    example=by_hand([0.1, 0.4], [0.4, 0.9]),
    hints=(
        "Take every target example together with every source example. How many pairs is that?",
        "A pair counts 1 where the target score is higher, one half where the two are equal, and 0 otherwise. The "
        "AUC is the mean over all pairs.",
        "Give one array a second axis, so that comparing the two makes a table with one row for each target score. "
        "Make one table for higher and one for equal, and average.",
    ),
)


@domain_auc.property("the area should lie between 0 and 1")
def _is_a_probability(case, got):
    return None if -1e-6 <= got <= 1 + 1e-6 else ("a number from 0 to 1", f"{float(got):.6g}")


def _pairs(source, target):
    return target[:, None] - source[None, :]


@domain_auc.wrong("D1")
def source_and_target_the_wrong_way_round(source_scores, target_scores):
    """You count the pairs in which the source example scores higher; that gives 1 minus the AUC. The target is the
    positive class: its examples should score higher."""
    return np.mean(_pairs(target_scores, source_scores) > 0) + np.mean(_pairs(target_scores, source_scores) == 0) / 2


@domain_auc.wrong("D1")
def the_wrong_way_round_and_without_ties(source_scores, target_scores):
    """You count the pairs in which the source example scores higher, and leave out those with equal scores. The target
    example should score higher, and a tie counts one half."""
    return np.mean(_pairs(target_scores, source_scores) > 0)


@domain_auc.wrong("D1", looks_like=r"[^>=]>[^>=]")
def a_tie_that_counts_nothing(source_scores, target_scores):
    """You leave out pairs with equal scores. A tie counts one half: otherwise a classifier that gives every example
    the same score would have an AUC of 0, not one half."""
    return np.mean(_pairs(source_scores, target_scores) > 0)


@domain_auc.wrong("D1", looks_like=r">=")
def a_tie_that_counts_whole(source_scores, target_scores):
    """You count a pair with equal scores as if the target scored higher. A tie counts one half: otherwise a classifier
    that gives every example the same score would have an AUC of 1, not one half."""
    return np.mean(_pairs(source_scores, target_scores) >= 0)


@domain_auc.wrong("D1", looks_like=r"0?\.25|/\s*[24]|0?\.5")
def a_tie_that_counts_one_quarter(source_scores, target_scores):
    """You count a pair with equal scores as one quarter: it looks as if it was halved twice. A tie counts one half."""
    pairs = _pairs(source_scores, target_scores)
    return np.mean(pairs > 0) + np.mean(pairs == 0) / 4


def _near_ones_and_the_higher(source_scores, target_scores):
    pairs = _pairs(source_scores, target_scores)
    return np.mean((pairs > 0) + (np.abs(pairs) < 1e-3) / 2)


def _near_ones_by_isclose(source_scores, target_scores):
    pairs = _pairs(source_scores, target_scores)
    return np.mean(np.where(np.isclose(target_scores[:, None], source_scores), 0.5, pairs > 0))


def _ones_of_float32(source_scores, target_scores):
    return an_auc_with_kept_axes(source_scores.astype(np.float32), target_scores.astype(np.float32))


def _rounded_ones(source_scores, target_scores):
    pairs = _pairs(np.round(source_scores, 6), np.round(target_scores, 6))
    return np.mean((pairs > 0) + (pairs == 0) / 2)


@domain_auc.wrong(
    "D1",
    looks_like=r"isclose|abs|round|float32",
    forms=(_near_ones_and_the_higher, _near_ones_by_isclose, _rounded_ones, _ones_of_float32),
)
def a_tie_that_is_nearly_one(source_scores, target_scores):
    """You count scores that are nearly equal as a tie, as rounding or float32 makes them. Here a tie is two equal
    scores: compare them with ==, as they are passed."""
    pairs = _pairs(source_scores, target_scores)
    return np.mean(np.where(np.abs(pairs) < 1e-3, 0.5, pairs > 0))


@domain_auc.wrong("D1")
def ties_left_out_of_the_count(source_scores, target_scores):
    """You drop the pairs with equal scores and divide by the other pairs only. They stay in: a tie counts one half, and
    you divide by the number of all pairs."""
    pairs = _pairs(source_scores, target_scores)
    with np.errstate(all="ignore"):
        return np.float64(np.sum(pairs > 0)) / np.sum(pairs != 0)


def _places_over_all_pairs(source_scores, target_scores):
    both = zip(source_scores, target_scores, strict=False)
    return sum((t > s) + (t == s) / 2 for s, t in both) / (len(source_scores) * len(target_scores))


def _places_over_the_targets(source_scores, target_scores):
    both = zip(source_scores, target_scores, strict=False)
    return sum((t > s) + (t == s) / 2 for s, t in both) / len(target_scores)


@domain_auc.wrong(
    "D1", looks_like=r"zip|target\w*\s*>\s*source", forms=(_places_over_all_pairs, _places_over_the_targets)
)
def only_examples_at_the_same_place(source_scores, target_scores):
    """You compare the first target example with the first source example, the second with the second, and so on. Each
    target example is compared with every source example."""
    return np.mean([(t > s) + (t == s) / 2 for s, t in zip(source_scores, target_scores, strict=False)])


@domain_auc.wrong("D1", looks_like=r"mean\(\)|np\.mean\(\s*source")
def compares_with_the_mean_source_score(source_scores, target_scores):
    """You compare the target scores with the mean of the source scores. Compare them with every source score, one by
    one, and average then."""
    middle = source_scores.mean()
    return np.mean(target_scores > middle) + np.mean(target_scores == middle) / 2


@domain_auc.wrong("D1", looks_like=r"mean")
def the_difference_of_the_means(source_scores, target_scores):
    """You subtract the mean scores. That depends on the scale of the scores; the AUC only asks, pair by pair, which of
    the two is higher."""
    return target_scores.mean() - source_scores.mean()


@domain_auc.wrong("D1", looks_like=r"0?\.5")
def the_accuracy_at_one_half(source_scores, target_scores):
    """You give the accuracy at the threshold 0.5. The AUC has no threshold: it asks for each pair which of the two
    scores higher."""
    right = np.sum(target_scores > 0.5) + np.sum(source_scores <= 0.5)
    return right / (len(target_scores) + len(source_scores))


@domain_auc.wrong("D1", looks_like=r"0?\.5")
def the_share_of_target_scores_above_one_half(source_scores, target_scores):
    """You give the share of target scores above 0.5. The AUC has no threshold: it compares each target score with each
    source score."""
    return np.mean(target_scores > 0.5)


@domain_auc.wrong("D1", looks_like=r"max|abs")
def an_area_turned_round_below_one_half(source_scores, target_scores):
    """Below one half you turn the AUC round, to 1 minus the AUC. Leave it: under one half means that target examples
    score lower, and turning it round makes chance look like a shift."""
    area = np.mean(_pairs(source_scores, target_scores) > 0) + np.mean(_pairs(source_scores, target_scores) == 0) / 2
    return max(area, 1 - area)


@domain_auc.wrong("D1", looks_like=r"sum|\+=")
def pairs_counted_but_not_divided(source_scores, target_scores):
    """You count the pairs, but do not divide by how many there are: the number of target examples times the number of
    source examples."""
    pairs = _pairs(source_scores, target_scores)
    return np.sum(pairs > 0) + np.sum(pairs == 0) / 2


@domain_auc.wrong("D1", looks_like=r"/")
def pairs_divided_by_the_number_of_scores(source_scores, target_scores):
    """You divide by the number of scores, source plus target. Divide by the number of pairs: one times the other."""
    pairs = _pairs(source_scores, target_scores)
    return (np.sum(pairs > 0) + np.sum(pairs == 0) / 2) / (len(source_scores) + len(target_scores))


@domain_auc.wrong("D1", looks_like=r"else\s*0?\.5|else\s*1\s*/\s*2")
def a_lost_pair_that_counts_one_half(source_scores, target_scores):
    """A pair in which the target scores lower counts one half with you, as a tie does. It counts 0: ask for a tie by
    itself."""
    return np.mean([1.0 if t > s else 0.5 for t in target_scores for s in source_scores])


def _by_the_square_of_the_sources(source_scores, target_scores):
    pairs = _pairs(source_scores, target_scores)
    return (np.sum(pairs > 0) + np.sum(pairs == 0) / 2) / len(source_scores) ** 2


@domain_auc.wrong("D1", looks_like=r"\*\*\s*2", forms=(_by_the_square_of_the_sources,))
def pairs_divided_by_a_square(source_scores, target_scores):
    """You divide by the square of one of the two sizes. There are as many pairs as target examples times source
    examples, and the two sizes differ."""
    pairs = _pairs(source_scores, target_scores)
    return (np.sum(pairs > 0) + np.sum(pairs == 0) / 2) / len(target_scores) ** 2


@domain_auc.wrong("D1", looks_like=r"searchsorted|bisect")
def a_search_in_scores_that_are_not_sorted(source_scores, target_scores):
    """You look up places in the source scores as they come. Such a search halves a list that must be sorted: sort the
    source scores first."""
    below = np.searchsorted(source_scores, target_scores, "left")
    return (below + np.searchsorted(source_scores, target_scores, "right")).mean() / 2 / len(source_scores)


@domain_auc.wrong("D1", looks_like=r"/|mean")
def pairs_divided_by_the_targets_only(source_scores, target_scores):
    """You divide by the number of target examples only. There are as many pairs as target examples times source
    examples."""
    pairs = _pairs(source_scores, target_scores)
    return (np.sum(pairs > 0) + np.sum(pairs == 0) / 2) / len(target_scores)


@domain_auc.wrong("D1", looks_like=r"rank|argsort")
def ranks_without_their_smallest_sum(source_scores, target_scores):
    """You divide the sum of the target ranks by the number of pairs. Targets have ranks among themselves too: first
    subtract n * (n + 1) / 2, the smallest sum that n targets can have."""
    return np.sum(_midranks(source_scores, target_scores)) / (len(source_scores) * len(target_scores))


def _midranks(source_scores, target_scores):
    """Return the rank of each target score among all scores; equal scores share their mean rank."""
    everyone = np.concatenate([source_scores, target_scores])
    return np.array([np.sum(everyone < t) + (np.sum(everyone == t) + 1) / 2 for t in target_scores])


@domain_auc.right
def an_auc_with_loops(source_scores, target_scores):
    count = 0.0
    for t in target_scores:
        for s in source_scores:
            if t > s:
                count += 1
            elif t == s:
                count += 0.5
    return count / (len(source_scores) * len(target_scores))


@domain_auc.right
def an_auc_from_ranks(source_scores, target_scores):
    n = len(target_scores)
    return (np.sum(_midranks(source_scores, target_scores)) - n * (n + 1) / 2) / (n * len(source_scores))


@domain_auc.right
def an_auc_from_a_sorted_source(source_scores, target_scores):
    ordered = np.sort(source_scores)
    below = np.searchsorted(ordered, target_scores, "left")
    not_above = np.searchsorted(ordered, target_scores, "right")
    return ((below + not_above) / 2).mean() / len(ordered)


@domain_auc.right
def an_auc_from_signs(source_scores, target_scores):
    return 0.5 + 0.5 * np.sign(np.subtract.outer(target_scores, source_scores)).mean()


@domain_auc.right
def an_area_under_a_drawn_curve(source_scores, target_scores):
    thresholds = np.unique(np.concatenate([source_scores, target_scores]))[::-1]
    false = np.array([0.0, *[np.mean(source_scores >= t) for t in thresholds]])
    true = np.array([0.0, *[np.mean(target_scores >= t) for t in thresholds]])
    return np.sum(np.diff(false) * (true[1:] + true[:-1]) / 2)


@domain_auc.right
def an_auc_with_kept_axes(source_scores, target_scores):
    difference = target_scores.reshape(1, -1) - source_scores.reshape(-1, 1)
    return np.where(difference > 0, 1.0, np.where(difference == 0, 0.5, 0.0)).mean()


@domain_auc.right
def an_auc_averaged_in_float32(source_scores, target_scores):
    higher, equal = target_scores[:, None] > source_scores, target_scores[:, None] == source_scores
    return np.mean(higher + np.float32(0.5) * equal, dtype=np.float32)
