"""The cases of domain_auc: scores of which some are equal, and some nearly."""

import numpy as np

from bncourse.checking import Case


def _scores(rng, n_source, n_target, shift):
    """Draw scores in steps of 1/16, exact in float32 too, so that some of them are equal; and make sure of a tie."""
    source = np.clip(np.round(16 * rng.normal(0.45, 0.2, n_source)), 1, 15) / 16
    target = np.clip(np.round(16 * rng.normal(0.45 + shift, 0.2, n_target)), 1, 15) / 16
    target[-1] = source[0]
    return source, target


def auc_cases(rng):
    """Yield the cases of domain_auc."""
    yield Case("7 source and 5 target scores, some of them equal", _scores(rng, 7, 5, 0.15))
    one_tie = rng.permutation([0.25, 0.5, 0.75]), rng.permutation([0.5, 0.9375])
    yield Case("3 source and 2 target scores, one pair of them equal", one_tie)
    yield Case("4 source and 4 target scores", _scores(rng, 4, 4, 0.1))
    source, target = _scores(rng, 6, 9, 0.0)
    target[0], source[-1] = 1 / 32, 31 / 32
    # not above the second smallest source score: so the area is below one half, whatever was drawn
    yield Case("target scores that are lower than the source scores", (source, np.minimum(target, np.sort(source)[1])))
    yield Case("logits without a tie", (rng.normal(-2.0, 1.5, 11), rng.normal(-1.8, 1.5, 7)))
    yield Case("scores that tell the two apart", (rng.uniform(-3, -1, 3), rng.uniform(1, 3, 4)))
    near = rng.permutation([1e-2, 1e-3, 1e-4, 1e-5])
    yield Case("scores that are nearly, but not quite, equal", (np.full(3, 0.5), 0.5 + near))
    # on both sides of two source scores, so that none but an equal score is a tie
    near = np.concatenate([0.5 - rng.permutation([1e-2, 1e-5]), 0.75 + rng.permutation([1e-3, 1e-5, -1e-4]), [0.5]])
    yield Case("scores just below and just above", (rng.permutation([0.5, 0.75, 0.25, 0.75]), near))
    # nearer than float32 tells; more above than below, so that ties in their place give another area
    near = np.concatenate([0.5 + rng.permutation([3e-10, -1e-11, 1e-12]), [0.5, 0.125]])
    yield Case("scores that differ by less than float32 tells", (rng.permutation([0.5, 0.25, 0.75]), near))
    yield Case("the same score for every example", (np.full(4, 0.25), np.full(3, 0.25)))
    yield Case("1 source and 2 target scores", (rng.normal(size=1), rng.normal(size=2)))
