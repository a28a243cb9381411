"""Detect a shift from inputs alone: a domain classifier, a test for each feature, and a kernel distance.

A seed in, numbers and arrays out; nothing is drawn.
"""

import numpy as np

from bncourse import data, network, reference

WAYS = ("domain classifier", "MMD", "64 KS tests, Bonferroni", "64 KS tests, the smallest p")


def samples(seed, examples=500):
    """Draw inputs from scikit-learn's digits twice, and from MNIST once, without overlap.

    Parameters
    ----------
    seed : int
        Which digits.
    examples : int, default 500
        In each of the three; at most 898.

    Returns
    -------
    source, same, mnist : ndarray of shape (examples, 64)
        Two samples of one data set, and one of the other.
    """
    rng = np.random.default_rng(seed)
    x, _ = data.digits()
    mnist, _ = data.mnist_64()
    drawn = rng.choice(len(x), 2 * examples, replace=False)
    return x[drawn[:examples]], x[drawn[examples:]], mnist[rng.choice(len(mnist), examples, replace=False)]


def domain_scores(source, target):
    """Learn to tell target from source examples on the first half of each, and score the second half.

    Parameters
    ----------
    source, target : ndarray of shape (examples, features)
        In random order.

    Returns
    -------
    source_scores, target_scores : ndarray
        The logits of "this is a target example", for examples that the classifier has not seen.
    """
    from sklearn.linear_model import LogisticRegression  # here, because it takes a second to load

    halves = len(source) // 2, len(target) // 2
    x = np.vstack([source[: halves[0]], target[: halves[1]]])
    model = LogisticRegression(max_iter=1000).fit(x, np.repeat([0, 1], halves))
    return model.decision_function(source[halves[0] :]), model.decision_function(target[halves[1] :])


def shuffled_aucs(source_scores, target_scores, rng, permutations=199):
    """Return the AUC after shuffling which score belongs to the source and which to the target, many times.

    Parameters
    ----------
    source_scores, target_scores : ndarray of shape (examples,)
        From `domain_scores`.
    rng : numpy.random.Generator
        How they are shuffled.
    permutations : int, default 199
        How often.

    Returns
    -------
    ndarray of shape (permutations,)
    """
    scores = np.concatenate([source_scores, target_scores])
    shuffled = (rng.permutation(scores) for _ in range(permutations))
    return np.array([reference.domain_auc(s[: len(source_scores)], s[len(source_scores) :]) for s in shuffled])


def ks_gaps(source, target):
    """Return the largest gap between the distribution functions of two samples, for each feature.

    Parameters
    ----------
    source, target : ndarray of shape (examples, features)

    Returns
    -------
    ndarray of shape (features,)
    """
    # What scipy's ks_2samp does with method="asymp", for all features at once, because a notebook runs it 6,400 times.
    n_source, n_target = len(source), len(target)
    both = np.vstack([source, target])
    order = np.argsort(both, axis=0)
    gaps = np.cumsum(np.where(order < n_source, 1 / n_source, -1 / n_target), axis=0)
    rises = np.diff(np.take_along_axis(both, order, axis=0), axis=0) > 0  # between equal values no gap is counted
    return np.abs(gaps[:-1] * rises).max(axis=0)


def ks_size(n_source, n_target):
    """Return the size of sample with which Kolmogorov and Smirnov's distribution judges these gaps."""
    return round(n_source * n_target / (n_source + n_target))


def pixel_p_values(source, target):
    """Return the p-value of a Kolmogorov-Smirnov test for each feature.

    Parameters
    ----------
    source, target : ndarray of shape (examples, features)

    Returns
    -------
    ndarray of shape (features,)
        1 for a feature that is the same everywhere.
    """
    from scipy.stats import kstwo  # here, because it takes a moment to load

    return kstwo.sf(ks_gaps(source, target), ks_size(len(source), len(target)))


def mmd(source, target, rng, permutations=199):
    """Return the squared maximum mean discrepancy (MMD), as it is and after shuffling source and target.

    It compares how alike examples are within and across the two, by a Gaussian kernel whose width is the median
    distance: ``mean k(s, s') + mean k(t, t') - 2 * mean k(s, t)``.

    Parameters
    ----------
    source, target : ndarray of shape (examples, features)
    rng : numpy.random.Generator
        How they are shuffled.
    permutations : int, default 199
        How often.

    Returns
    -------
    observed : float
    permuted : ndarray of shape (permutations,)

    References
    ----------
    Gretton, Borgwardt, Rasch, Schölkopf and Smola (2012), A Kernel Two-Sample Test, equation 5 (biased estimate).
    """
    x = np.vstack([source, target])
    lengths = (x**2).sum(axis=1)
    distances = np.maximum(lengths[:, None] + lengths - network.product(2 * x, x.T), 0)
    kernel = np.exp(-distances / (2 * np.median(distances[~np.eye(len(x), dtype=bool)])))
    signs = np.concatenate([np.full(len(source), -1 / len(source)), np.full(len(target), 1 / len(target))])
    signs = np.vstack([signs, *(rng.permutation(signs) for _ in range(permutations))])
    values = (network.product(signs, kernel) * signs).sum(axis=1)
    return float(values[0]), values[1:]


def p_values(source, target, rng, permutations=199):
    """Test for a shift in four ways.

    Parameters
    ----------
    source, target : ndarray of shape (examples, 64)
        In random order.
    rng : numpy.random.Generator
        How examples are shuffled.
    permutations : int, default 199
        Of each permutation test.

    Returns
    -------
    dict of str to float
        A p-value for each of `WAYS`. The last one is no valid test: it takes the smallest of 64 p-values as if
        it were one.
    """
    scores = domain_scores(source, target)
    auc, of_pixels = reference.domain_auc(*scores), pixel_p_values(source, target)
    shuffled = shuffled_aucs(*scores, rng, permutations)
    p = (
        reference.permutation_p_value(auc, shuffled),
        reference.permutation_p_value(*mmd(source, target, rng, permutations)),
        min(1.0, len(of_pixels) * of_pixels.min()),
        of_pixels.min(),
    )
    return dict(zip(WAYS, map(float, p), strict=True))


def detectors(seed, examples=500):
    """Measure the three detectors on MNIST against scikit-learn's digits, and on two samples of the latter.

    Parameters
    ----------
    seed, examples
        Of `samples`; MMD looks at 200 of each.

    Returns
    -------
    dict of float
        "auc", "pixels" (KS tests below 0.05 / 64) and "mmd p", for MNIST; "auc same" and so on for no shift.
    """
    source, same, mnist = samples(seed, examples)
    rng = np.random.default_rng(seed)
    numbers = {}
    for name, target in (("", mnist), (" same", same)):
        numbers |= {
            f"auc{name}": reference.domain_auc(*domain_scores(source, target)),
            f"pixels{name}": float((pixel_p_values(source, target) < 0.05 / 64).sum()),
            f"mmd p{name}": reference.permutation_p_value(*mmd(source[:200], target[:200], rng)),
        }
    return numbers


def p_values_without_shift(seed, tests=100, examples=100):
    """Test again and again where nothing shifted: two random samples of scikit-learn's digits.

    Parameters
    ----------
    seed : int
        Of the samples and of the tests.
    tests : int, default 100
        How many pairs of samples.
    examples : int, default 100
        In each sample.

    Returns
    -------
    dict of str to ndarray of shape (tests,)
        The p-values for each of `WAYS`.
    """
    rng = np.random.default_rng(seed)
    x, _ = data.digits()
    found = []
    for _ in range(tests):
        drawn = rng.choice(len(x), 2 * examples, replace=False)
        found.append(p_values(x[drawn[:examples]], x[drawn[examples:]], rng, permutations=99))
    return {way: np.array([p[way] for p in found]) for way in WAYS}


def false_alarms(seed, examples=100):
    """Measure how often each way says "shift" at the level 0.05 where nothing shifted.

    Parameters
    ----------
    seed, examples
        Of `p_values_without_shift`.

    Returns
    -------
    dict of float
        The share of false alarms, for each of `WAYS`.
    """
    return {way: float((p <= 0.05).mean()) for way, p in p_values_without_shift(seed, examples=examples).items()}


def alarm_and_harm(seed):
    """Measure what the domain classifier sees, and what a digit classifier loses, in four targets.

    The digit classifier learns 1,000 of scikit-learn's digits; the targets are the other 797 as they are, with a
    dot in the top left corner, with the labels 3 and 8 swapped, and 797 MNIST digits. No digit of scikit-learn has
    ink in that corner, so the classifier's weights of that pixel stay at 0, where they start.

    Returns
    -------
    dict of float
        "auc ..." and "accuracy ..." for "nothing", "dot", "swapped labels" and "mnist"; "wrong 3 and 8", the share of
        the 3 and 8 that is wrong where these labels are swapped.
    """
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(seed)
    x, y = data.digits()
    order = rng.permutation(len(x))
    source, x_new, y_new = order[:1000], x[order[1000:]], y[order[1000:]]
    model = LogisticRegression(max_iter=1000).fit(x[source], y[source])
    dot = x_new.copy()
    dot[:, 0] = 1.0
    swapped = np.arange(10)
    swapped[[3, 8]] = 8, 3
    mnist_x, mnist_y = data.mnist_64()
    drawn = rng.choice(len(mnist_x), len(x_new), replace=False)
    numbers = {}
    for name, target, labels in (
        ("nothing", x_new, y_new),
        ("dot", dot, y_new),
        ("swapped labels", x_new, swapped[y_new]),
        ("mnist", mnist_x[drawn], mnist_y[drawn]),
    ):
        numbers[f"auc {name}"] = reference.domain_auc(*domain_scores(x[source], target))
        numbers[f"accuracy {name}"] = float(model.score(target, labels))
    of_3_and_8 = np.isin(y_new, (3, 8))
    numbers["wrong 3 and 8"] = 1 - float(model.score(x_new[of_3_and_8], swapped[y_new[of_3_and_8]]))
    return numbers
