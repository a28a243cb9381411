"""Exercise signal_variance. The variance of the skip and of the branch along the depth of a new residual network."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.batches import by_hand


def _cases(rng):
    for blocks, gamma in ((6, (None,)), (9, ())):  # gamma None is the default
        start, gain = rng.uniform(1.5, 4.0), rng.uniform(0.3, 0.8)
        yield Case(f"{blocks} blocks without batch norm", (blocks, start, gain, *gamma), part="without batch norm")
    for blocks in (6, 10):
        start, gain, gamma = rng.uniform(1.5, 4.0), rng.uniform(0.3, 0.8), rng.uniform(0.4, 2.5)
        yield Case(f"{blocks} blocks with batch norm", (blocks, start, gain, gamma), part="with batch norm")
    yield Case("5 blocks whose gamma is 0", (5, rng.uniform(1.5, 4.0), 0.7, 0.0), part="with batch norm")
    yield Case("5 blocks with a negative gamma", (5, rng.uniform(1.5, 4.0), 0.6, -1.5), part="with batch norm")


def _compose(steps):
    def signal_variance(blocks, start, gain, gamma=None):
        return steps.plain(blocks, start, gain) if gamma is None else steps.normalized(blocks, start, gain, gamma)

    return signal_variance


def _plain(blocks, start, gain):
    skip = start * (1 + gain) ** np.arange(blocks)
    return skip, gain * skip


def _normalized(blocks, start, gain, gamma):
    return start + gamma**2 * np.arange(blocks), np.full(blocks, float(gamma**2))


signal_variance = Exercise(
    notebook="11-at-home",
    reference=reference.signal_variance,
    asks="give two arrays of shape (blocks,): the variance that arrives at each block, and the variance that its "
    "branch adds; with gamma None nothing ends the branch, else a batch norm with this gamma does",
    cases=_cases,
    points=2,
    section="How large is a branch?",
    returns=("skip", "branch"),
    rows=False,
    compose=_compose,
    steps={"plain": _plain, "normalized": _normalized},
    example=by_hand(2, 1.0, 0.5, 2.0),
    hints=(
        "A loop over the blocks is enough: what arrives at the next block is what arrived here plus what was added.",
        "Note what arrives before you add. Without batch norm the branch is a share of what arrives, so it grows with "
        "it; with batch norm it has one size in every block.",
        "Multiplying all numbers by gamma multiplies their variance by the square of gamma. In the loop: "
        "append the variance that arrives to one list and that of the branch to another; what arrives at the next "
        "block is their sum. Return an array of each.",
    ),
)


def _loop(blocks, start, branch_of):
    skip, branch = np.zeros(blocks), np.zeros(blocks)
    arrives = start
    for k in range(blocks):
        skip[k], branch[k] = arrives, branch_of(arrives, k)
        arrives = arrives + branch[k]
    return skip, branch


@signal_variance.wrong("C6", step="plain", looks_like=r"\*\*|gain")
def the_skip_is_forgotten(blocks, start, gain):
    """Without batch norm you let the branch alone go on to the next block: gain, gain squared and so on. A block adds
    its branch to the skip, so the factor is 1 + gain."""
    skip = start * gain ** np.arange(blocks)
    return skip, gain * skip


@signal_variance.wrong("C6", step="plain", looks_like=r"gain\s*\*\*\s*2|\*\*\s*2|square")
def gain_taken_for_a_factor_of_the_numbers(blocks, start, gain):
    """You square gain. It is a ratio of two variances already."""
    return _plain(blocks, start, gain**2)


@signal_variance.wrong("C6", step="plain", looks_like=r"\*\*|sqrt|square")
def deviations_added_without_batch_norm(blocks, start, gain):
    """Without batch norm you add standard deviations and square the sum. Variances of independent numbers add up."""
    skip = start * (1 + gain**0.5) ** (2 * np.arange(blocks))
    return skip, gain * skip


@signal_variance.wrong("C6", step="plain", looks_like=r"start")
def the_branch_of_the_first_block_everywhere(blocks, start, gain):
    """Without batch norm you take gain times the start in every block. The branch sees what arrives at its own
    block."""
    return start * (1 + gain * np.arange(blocks)), np.full(blocks, gain * start)


@signal_variance.wrong("C6", step="normalized", looks_like=r"gamma(?!\s*\*\*)")
def gamma_is_not_squared(blocks, start, gain, gamma):
    """You add gamma itself. It multiplies the numbers, so their variance is multiplied by gamma squared."""
    return start + gamma * np.arange(blocks), np.full(blocks, float(gamma))


@signal_variance.wrong("C6", step="normalized", looks_like=r"gain")
def gain_used_after_batch_norm(blocks, start, gain, gamma):
    """With batch norm you multiply by gain too. Batch norm brings the branch to variance 1 whatever came in, so gain
    has no say any more."""
    return start + gain * gamma**2 * np.arange(blocks), np.full(blocks, gain * gamma**2)


@signal_variance.wrong("C6", step="normalized", looks_like=r"start|skip|arrives")
def the_branch_follows_what_arrives(blocks, start, gain, gamma):
    """With batch norm you let the branch grow with what arrives. It has the variance gamma squared in every block."""
    return _loop(blocks, start, lambda arrives, k: gamma**2 * arrives)


@signal_variance.wrong("C6", step="normalized", looks_like=r"ones|\b1\b|1\.0")
def the_skip_is_normalized_too(blocks, start, gain, gamma):
    """With batch norm you bring the skip back to 1. Batch norm is in the branch; nothing normalizes the skip, so it
    grows block by block."""
    return np.ones(blocks), np.full(blocks, float(gamma**2))


@signal_variance.wrong("C6", step="normalized", looks_like=r"\*\*\s*2|sqrt")
def deviations_added_with_batch_norm(blocks, start, gain, gamma):
    """With batch norm you add standard deviations and square the sum. Variances of independent numbers add up."""
    return (start**0.5 + abs(gamma) * np.arange(blocks)) ** 2, np.full(blocks, float(gamma**2))


@signal_variance.wrong("C6", looks_like=r"skip\s*\+|\+\s*branch|range")
def what_leaves_in_place_of_what_arrives(blocks, start, gain, gamma=None):
    """Your skip is what leaves each block. The first number is what arrives at the first block: start."""
    skip, branch = reference.signal_variance(blocks, start, gain, gamma)
    return skip + branch, branch


@signal_variance.wrong("C6", looks_like=r"range|branch\s*\[")
def the_branch_one_block_late(blocks, start, gain, gamma=None):
    """Your branch is one block late, and its first number is 0. Block 1 has a branch too: the branch of a block
    belongs to what arrives at this same block."""
    skip, branch = reference.signal_variance(blocks, start, gain, gamma)
    return skip, np.concatenate([[0.0], branch[:-1]])


@signal_variance.wrong("C6", looks_like=r"return")
def shares_in_place_of_variances(blocks, start, gain, gamma=None):
    """Your branch is its share of the sum. The task asks for its variance."""
    skip, branch = reference.signal_variance(blocks, start, gain, gamma)
    return skip, branch / (skip + branch)


@signal_variance.wrong("C6", looks_like=r"not gamma|if gamma\b(?!\s*is)|gamma or\b")
def a_gamma_of_0_taken_for_none(blocks, start, gain, gamma=None):
    """`if gamma` is false for a gamma of 0 too. Ask `if gamma is None`: with a gamma of 0 there is a batch norm, and
    the branch adds nothing."""
    return reference.signal_variance(blocks, start, gain, gamma or None)


@signal_variance.right
def signal_by_a_loop(blocks, start, gain, gamma=None):
    return _loop(blocks, start, lambda arrives, k: gain * arrives if gamma is None else gamma**2)


@signal_variance.right
def signal_by_lists(blocks, start, gain, gamma=None):
    skip, branch = [start], []
    for _ in range(blocks):
        branch.append(skip[-1] * gain if gamma is None else gamma * gamma)
        skip.append(skip[-1] + branch[-1])
    return np.array(skip[:-1]), np.array(branch)


@signal_variance.right
def signal_by_sums(blocks, start, gain, gamma=None):
    growing = gain * start * np.power(1 + gain, np.arange(blocks))
    branch = growing if gamma is None else np.ones(blocks) * gamma**2
    return start + np.concatenate([[0.0], np.cumsum(branch)[:-1]]), branch


@signal_variance.right
def signal_by_products(blocks, start, gain, gamma=None):
    if gamma is None:
        skip = start * np.cumprod(np.r_[1.0, np.full(blocks - 1, 1 + gain)])
        return skip, skip * gain
    return np.linspace(start, start + (blocks - 1) * gamma**2, blocks), np.repeat(gamma**2, blocks)


@signal_variance.right
def signal_in_float32(blocks, start, gain, gamma=None):
    skip, branch = reference.signal_variance(blocks, start, gain, gamma)
    return np.float32(skip), np.float32(branch)
