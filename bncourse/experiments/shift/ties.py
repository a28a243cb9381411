"""Why many Kolmogorov-Smirnov tests on pixels raise fewer false alarms than their number promises (notebook 01)."""

import numpy as np

from bncourse import data
from bncourse.experiments.shift import detection


def without_ties(seed, tests=100, examples=100):
    """Measure why the smallest of 64 KS p-values gives fewer false alarms than 64 independent tests would.

    Pixels have 17 values, and many are nearly always 0: equal values, *ties*, make a KS test cautious. Here the tests
    run as they are, with ties broken by a random number below 1e-6, and with ties but without the dependence of
    neighbouring pixels (each pixel is drawn from other images).

    Parameters
    ----------
    seed : int
        Of the samples.
    tests : int, default 100
        How many pairs of samples.
    examples : int, default 100
        In each sample.

    Returns
    -------
    dict of float
        The share of pairs whose smallest p-value is at most 0.05: "as they are", "ties broken", "pixels independent".
    """
    from scipy.stats import kstwo  # here, because it takes a moment to load

    rng = np.random.default_rng(seed)
    x, _ = data.digits()
    largest = []
    for _ in range(tests):
        drawn = x[rng.choice(len(x), 2 * examples, replace=False)]
        apart = np.stack([rng.choice(pixel, 2 * examples, replace=False) for pixel in x.T], axis=1)
        both = (drawn, drawn + rng.uniform(0, 1e-6, drawn.shape), apart)
        largest.append([detection.ks_gaps(some[:examples], some[examples:]).max() for some in both])
    # the largest gap has the smallest p-value
    alarms = (kstwo.sf(largest, detection.ks_size(examples, examples)) <= 0.05).mean(axis=0)
    return dict(zip(("as they are", "ties broken", "pixels independent"), alarms.tolist(), strict=True))
