"""Detect a covariate shift: can a classifier tell the new inputs from the old ones, and is it more than chance?

The *source* is where the training data come from; the *target* is where the model is used.
"""

import numpy as np

from bncourse.reference.shapes import row


def domain_auc(source_scores, target_scores):
    """Return the area under the ROC curve of a classifier that tells target from source examples.

    It is the probability that a target example, drawn at random, scores higher than a source example; a tie
    counts one half. All pairs are compared: ``mean over i, j of (t[i] > s[j]) + (t[i] == s[j]) / 2``.

    Parameters
    ----------
    source_scores : ndarray of shape (n_source,)
        The scores of the source examples: probabilities or logits of "this is a target example".
    target_scores : ndarray of shape (n_target,)
        The scores of the target examples.

    Returns
    -------
    float
        0.5 where the scores do not tell the two apart, 1 where they do so without a mistake. Below 0.5 the
        target examples score lower; it is not turned round.

    Raises
    ------
    ValueError
        If the scores do not have one axis, or one of the two is empty.

    References
    ----------
    Hanley and McNeil (1982), The meaning and use of the area under a receiver operating characteristic (ROC)
    curve: the area is this probability.

    Examples
    --------
    >>> domain_auc(np.array([0.1, 0.4]), np.array([0.4, 0.9]))
    0.875
    """
    source = row("source_scores", source_scores)
    target = row("target_scores", target_scores)
    higher = target[:, None] > source[None, :]
    tied = target[:, None] == source[None, :]
    return float((higher + 0.5 * tied).mean())


def permutation_p_value(observed, permuted):
    """Return the p-value of a permutation test, one-sided: large values speak against chance.

    Computes ``(1 + number of permuted values >= observed) / (1 + number of permuted values)``. The ones count
    the observed value as one of the permutations, which it is; so the p-value is never 0, and a test at the
    level alpha gives a false alarm in at most the share alpha of the cases.

    Parameters
    ----------
    observed : float
        The statistic of the data as they are, such as the AUC.
    permuted : ndarray of shape (permutations,)
        The same statistic, each time after shuffling which example is source and which is target.

    Returns
    -------
    float
        Between ``1 / (1 + permutations)`` and 1.

    Raises
    ------
    ValueError
        If `permuted` does not have one axis, or is empty.

    References
    ----------
    Phipson and Smyth (2010), Permutation P-values should never be zero.

    Examples
    --------
    >>> permutation_p_value(0.9, np.array([0.4, 0.5, 0.6, 0.5]))
    0.2
    """
    permuted = row("permuted", permuted)
    as_large = np.count_nonzero(permuted >= observed)
    return float((1 + as_large) / (1 + len(permuted)))
