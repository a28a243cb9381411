"""Which numbers share a mean and a variance: over which axes, and across devices (notebook 09)."""

import numpy as np

from bncourse import reference
from bncourse.experiments.claim import Claim
from bncourse.experiments.normalizers import normalized_networks as networks

SHAPE = (3, 2, 2, 6)  # images, height, width, channels


def shared(groups=2, at=(1, 0, 1, 1)):
    """Find by trial which numbers of some feature maps have a say in one normalized number.

    Each number of the maps is changed in turn, and the result at `at` is compared.

    Parameters
    ----------
    groups : int, default 2
        Of the six channels, in group norm.
    at : tuple of int
        Image, row, column and channel of the one result.

    Returns
    -------
    dict of str to ndarray of bool of shape (3, 2, 2, 6)
        For each of five normalizers: True where a change of the input changes the result.
    """
    x = np.random.default_rng(0).normal(size=SHAPE)
    gamma, beta = np.ones(SHAPE[-1]), np.zeros(SHAPE[-1])
    normalizers = {
        "batch norm": lambda maps: reference.normalize_over(maps, (0, 1, 2)),
        "layer norm": lambda maps: reference.normalize_over(maps, (1, 2, 3)),
        "layer norm of a position": lambda maps: reference.normalize_over(maps, (3,)),
        "instance norm": lambda maps: reference.instance_norm(maps, gamma, beta),
        "group norm": lambda maps: reference.group_norm(maps, gamma, beta, groups),
    }
    found = {}
    for name, normalizer in normalizers.items():
        before = normalizer(x)[at]
        found[name] = np.zeros(SHAPE, bool)
        for place in np.ndindex(SHAPE):
            changed = x.copy()
            changed[place] += 1
            found[name][place] = normalizer(changed)[at] != before
    return found


def who_shares(seed):
    """Count the numbers that have a say in `shared`.

    Parameters
    ----------
    seed : int
        Without effect: which numbers share is no matter of chance.

    Returns
    -------
    dict of float
        For each normalizer how many; "others in batch norm" and "others elsewhere", how many of them are of other
        images.
    """
    found = shared()
    others = {name: float(mask.sum() - mask[1].sum()) for name, mask in found.items()}
    return {name: float(mask.sum()) for name, mask in found.items()} | {
        "others in batch norm": others.pop("batch norm"),
        "others elsewhere": max(others.values()),
    }


def shards(seed, sizes=(40, 24)):
    """Measure what two devices know together about the weighted sums of a layer.

    Parameters
    ----------
    seed : int
        Of the digits and the weights.
    sizes : sequence of int
        How many of the 64 digits of the batch each device holds.

    Returns
    -------
    dict of float
        "error", the largest difference between the combined mean or variance and that of the whole batch;
        "lost mixed" and "lost sorted", the largest share of a unit's variance that is lost when the two variances are
        only averaged (weighted by size): for digits drawn at random, and with zeros on one device and ones on the
        other.
    """
    parts, rng = networks.digits(seed), np.random.default_rng(seed)
    [weights, *_] = [layer.weights for layer in networks.init("batch", rng)]
    zeros, ones = (np.flatnonzero(parts.y_train == digit) for digit in (0, 1))
    chosen = {
        "mixed": rng.choice(len(parts.x_train), sum(sizes), replace=False),
        "sorted": np.concatenate([rng.choice(zeros, sizes[0]), rng.choice(ones, sizes[1])]),
    }
    numbers = {"error": 0.0}
    for name, rows in chosen.items():
        x = parts.x_train[rows] @ weights
        one, other = x[: sizes[0]], x[sizes[0] :]
        moments = (one.mean(axis=0), one.var(axis=0), sizes[0], other.mean(axis=0), other.var(axis=0), sizes[1])
        mean, var = reference.combine_moments(*moments)
        difference = max(np.abs(mean - x.mean(axis=0)).max(), np.abs(var - x.var(axis=0)).max())
        numbers["error"] = max(numbers["error"], float(difference))
        averaged = (sizes[0] * moments[1] + sizes[1] * moments[4]) / sum(sizes)
        numbers[f"lost {name}"] = float((1 - averaged / var).max())
    return numbers


CLAIMS = {
    "shards": Claim(
        "combined moments are those of the whole batch; averaged variances lose over half of some unit's variance "
        "when one shard holds zeros and the other ones",
        shards,
        lambda n: n["error"] < 1e-12 and n["lost sorted"] > 0.5,
        over={},
        notebook="09",
        cells=("shards-measured",),
    ),
    "who_shares": Claim(
        "in batch norm alone other images have a say; a layer norm of each position sees its channels and nothing else",
        who_shares,
        lambda n: (
            n["batch norm"] == 12
            and n["layer norm"] == 24
            and n["layer norm of a position"] == 6
            and n["instance norm"] == 4
            and n["group norm"] == 12
            and n["others in batch norm"] == 8
            and n["others elsewhere"] == 0
        ),
        over={},
        notebook="09",
        cells=("axes-figure",),
    ),
}
