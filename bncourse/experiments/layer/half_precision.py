"""Notebook 06: the statistics of a batch in numbers of 16 bits, which overflow or have few digits."""

import numpy as np

from bncourse.experiments.claim import Claim

MEANS = (1, 10, 100, 300)
FORMATS = ("float16", "bfloat16")


def rounded(x, kind):
    """Return numbers as a format of 16 bits holds them, in float64.

    Parameters
    ----------
    x : ndarray
    kind : {"float16", "bfloat16"}
        float16 has 11 significant bits and ends at 65,504; bfloat16 has 8 and the range of float32.

    Returns
    -------
    ndarray

    Examples
    --------
    >>> rounded(np.array([100.3, 70000.0]), "float16"), rounded(np.array([100.3, 70000.0]), "bfloat16")
    (array([100.3125,      inf]), array([  100.5, 70144. ]))
    """
    x = np.asarray(x, np.float64)
    with np.errstate(over="ignore"):
        if kind == "float16":
            return x.astype(np.float16).astype(np.float64)
        bits = x.astype(np.float32).view(np.uint32)
    nearest_even = (bits >> 16) & 1
    kept = (bits + np.uint32(0x7FFF) + nearest_even) & np.uint32(0xFFFF0000)
    return kept.view(np.float32).astype(np.float64)


def variances(seed, kind, mean, subtract_first, examples=256, units=64):
    """Compute the variance of units with a true variance of 1, each result rounded to 16 bits.

    Sums over the batch are exact, so nothing is lost there; what is rounded are the numbers, their squares or
    differences, and the means.

    Parameters
    ----------
    seed : int
    kind : {"float16", "bfloat16"}
    mean : float
        The mean of all units.
    subtract_first : bool
        Whether to square what is left after the mean, or to subtract the square of the mean from the mean of the
        squares.
    examples, units : int
        The shape of the batch.

    Returns
    -------
    computed, true : ndarray of shape (units,)
        True is the variance of the numbers before they were rounded.
    """
    sample = mean + np.random.default_rng(seed).standard_normal((examples, units))
    x = rounded(sample, kind)
    with np.errstate(invalid="ignore"):
        centre = rounded(x.mean(axis=0), kind)
        if subtract_first:
            computed = rounded(rounded(rounded(x - centre, kind) ** 2, kind).mean(axis=0), kind)
        else:
            mean_of_squares = rounded(rounded(x**2, kind).mean(axis=0), kind)
            computed = rounded(mean_of_squares - rounded(centre**2, kind), kind)
    return computed, sample.var(axis=0)


def errors(seed, means=MEANS):
    """Measure how wrong both ways are, for both formats and several means.

    Returns
    -------
    dict of float
        For each format, way ("squares" or "subtract") and mean, such as "float16_squares_100": the median over the
        units of the error relative to the true variance, infinite where a unit has no finite variance;
        "float16_lost_300", the share of units whose variance comes out as 0 or less by the squares, or as no number.
    """
    numbers = {}
    for kind in FORMATS:
        for mean in means:
            for way in ("squares", "subtract"):
                computed, true = variances(seed, kind, mean, way == "subtract")
                off = np.where(np.isfinite(computed), np.abs(computed - true) / true, np.inf)
                numbers[f"{kind}_{way}_{mean}"] = float(np.median(off))
                if way == "squares":
                    numbers[f"{kind}_lost_{mean}"] = float((~np.isfinite(computed) | (computed <= 0)).mean())
    return numbers


CLAIMS = {
    "half_precision": Claim(
        "of units with mean 100 and variance 1, by the mean of the squares in float16, more than half come out as 0 or "
        "less, in bfloat16 more than 70 %; at mean 300 float16 overflows; subtracting first errs by under 0.5 % at "
        "mean 100 and under 2 % at 300 in float16, and by under 5 % at mean 100 in bfloat16, but by over 20 % at 300",
        errors,
        lambda n: (
            n["float16_lost_100"] > 0.5
            and n["bfloat16_lost_100"] > 0.7
            and n["float16_squares_300"] == np.inf
            and n["float16_lost_300"] == 1
            and n["float16_subtract_100"] < 0.005
            and n["float16_subtract_300"] < 0.02
            and n["bfloat16_subtract_100"] < 0.05
            and n["bfloat16_subtract_300"] > 0.2
        ),
        over={},
        notebook="06",
        cells=("half",),
        told=("half-read",),
    ),
}
