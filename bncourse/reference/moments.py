"""The mean and variance of more than one batch: two shards put together, and statistics of a new domain."""

import numpy as np


def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
    """Return the mean and variance of two shards put together, from those of each.

    The mean is weighted by size. The variance is the weighted mean of the variances (the spread within
    the shards) plus the weighted mean of the squared distances of their means from the common one (the
    spread between them): the law of total variance. It is what synchronized batch norm does across
    devices. All variances are biased (divided by the number of examples).

    Parameters
    ----------
    mean_a, mean_b : ndarray of shape (features,)
        The mean of each feature in each shard.
    var_a, var_b : ndarray of shape (features,)
        The biased variance of each feature in each shard.
    n_a, n_b : int
        How many examples each shard holds.

    Returns
    -------
    mean, var : ndarray of shape (features,)
        Those of all ``n_a + n_b`` examples.

    Raises
    ------
    ValueError
        If the shapes differ, or a shard holds no example.

    References
    ----------
    Chan, Golub and LeVeque (1979), Updating formulae and a pairwise algorithm for computing sample
    variances. Peng et al. (2018), on batch norm across devices: https://arxiv.org/abs/1711.07240

    Examples
    --------
    The shards 1, 3 and 8 together: their mean is 4, and their variance (9 + 1 + 16) / 3.

    >>> mean, var = combine_moments(np.array([2.0]), np.array([1.0]), 2, np.array([8.0]), np.array([0.0]), 1)
    >>> float(mean[0]), round(float(var[0]), 3)
    (4.0, 8.667)
    """
    mean_a, var_a, mean_b, var_b = (np.asarray(values) for values in (mean_a, var_a, mean_b, var_b))
    shapes = [values.shape for values in (mean_a, var_a, mean_b, var_b)]
    if len(set(shapes)) > 1:
        raise ValueError(f"mean_a, var_a, mean_b and var_b have the shapes {shapes}; they must be the same")
    if n_a < 1 or n_b < 1:
        raise ValueError(f"the shards hold {n_a} and {n_b} examples; each must hold at least one")
    share_a, share_b = n_a / (n_a + n_b), n_b / (n_a + n_b)
    mean = share_a * mean_a + share_b * mean_b
    within = share_a * var_a + share_b * var_b
    between = share_a * (mean_a - mean) ** 2 + share_b * (mean_b - mean) ** 2
    return mean, within + between


def adapt_statistics(x_target, gamma, beta, running_mean, running_var, eps=1e-3):
    """Apply a trained batch norm to a new domain with the statistics of that domain (AdaBN).

    Computes ``gamma * (x_target - mean) / sqrt(var + eps) + beta``, where ``mean`` and ``var`` are those of
    *all* target examples together: of all batches, not of each. Of the four things a batch norm layer
    holds, gamma and beta stay as they were trained; the running mean and variance, which describe the
    source domain, have no part in the result. They are arguments since a layer brings them along, as
    at inference on the source. The variance is biased. No label is used.

    Parameters
    ----------
    x_target : ndarray of shape (batches, batch, features)
        Weighted sums on the target domain, before the activation, in the batches in which they came.
    gamma, beta : ndarray of shape (features,)
        The scale and shift, learned on the source domain.
    running_mean, running_var : ndarray of shape (features,)
        The running statistics of the source domain, which the target's replace.
    eps : float, default 1e-3
        Added to the variance, inside the root.

    Returns
    -------
    ndarray of shape (batches, batch, features)
        Over all target examples each feature has mean ``beta``.

    Raises
    ------
    ValueError
        If the shapes do not fit; the message names them.

    References
    ----------
    Li et al. (2016), Algorithm 1. https://arxiv.org/abs/1603.04779

    Examples
    --------
    >>> x_target = np.array([[[100.0]], [[104.0]]])
    >>> one, zero = np.ones(1), np.zeros(1)
    >>> adapt_statistics(x_target, 3 * one, 5 * one, zero, one, eps=0.0).ravel()
    array([2., 8.])
    """
    x_target = np.asarray(x_target)
    if x_target.ndim != 3 or x_target.size == 0:
        raise ValueError(f"x_target has shape {x_target.shape}; it needs three axes, (batches, batch, features)")
    layer = {"gamma": gamma, "beta": beta, "running_mean": running_mean, "running_var": running_var}
    for name, values in layer.items():
        if np.shape(values) != x_target.shape[2:]:
            raise ValueError(
                f"{name} has shape {np.shape(values)}, but x_target has shape {x_target.shape}; "
                f"give {name} one number for each feature: ({x_target.shape[2]},)"
            )
    mean = x_target.mean(axis=(0, 1))
    var = ((x_target - mean) ** 2).mean(axis=(0, 1))
    return gamma * (x_target - mean) / np.sqrt(var + eps) + beta
