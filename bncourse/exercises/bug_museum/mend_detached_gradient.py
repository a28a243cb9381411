"""Exercise mend_detached_gradient. The gradient flows through the mean and the variance too."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.checking.digits import written
from bncourse.exercises.batches import affine, batch, by_hand, strided


def _gradient_cases(rng):
    def rows(examples, features):
        # nearer to 0 than other batches: gradients lose more digits in float32, which is a fair way to calculate
        scale = np.exp(0.5 * rng.standard_normal(features))
        return batch(rng, examples, features, scale, rng.standard_normal(features))

    def drawn(examples, features, x=None):
        x = rows(examples, features) if x is None else x
        return rng.normal(1.0, 1.0, (examples, features)), x, affine(rng, features)[0]

    yield Case("7 examples with 5 features, eps 0.1", drawn(7, 5), {"eps": 0.1})
    yield Case("4 examples with 4 features, eps 0.1", drawn(4, 4), {"eps": 0.1})
    yield Case("features with a tiny variance, the default eps", drawn(6, 3, batch(rng, 6, 3, scale=3e-2, offset=0.1)))
    yield Case("a batch of one, eps 0.5", drawn(1, 3), {"eps": 0.5})
    yield Case("an array with gaps in memory", drawn(6, 4, strided(rows(6, 4))), {"eps": 0.1})


mend_detached_gradient = Exercise(
    notebook="10-bug-museum",
    reference=reference.mend_detached_gradient,
    asks="fix dx: the mean and the variance depend on x, and the gradient flows through them too",
    cases=_gradient_cases,
    points=2,
    section="Fix three",
    returns=("dx", "dgamma", "dbeta"),
    # sums over the batch in float32 are off by this much, and no wrong idea comes near
    rtol=1e-6,
    atol=2e-6,
    example=by_hand([[0], [2]], [[-1], [1]], [3], eps=0.0),
    hints=(
        "Add up dx over the batch. When every x of a feature moves by the same amount, the output stays as it is; "
        "so what must the sum be?",
        "dgamma and dbeta are right. In dx two means over the batch are missing, one for each statistic.",
        "From dout take away its mean (the way through the mean), and x_hat times the mean of dout times x_hat (the "
        "way through the variance). The factor before it all stays.",
    ),
)


@mend_detached_gradient.property("dx should add up to 0 over the batch")
def _adds_up_to_zero(case, got):
    dx = got[0] if isinstance(got, tuple | list) and got else None
    if not isinstance(dx, np.ndarray) or dx.ndim != 2:
        return None
    total, size = dx.sum(axis=0), np.abs(dx).sum(axis=0).max(initial=0.0)
    if np.abs(total).max(initial=0.0) > 1e-5 * size + 1e-9:
        return "0 for each feature", written(total)
    return None


def _parts(dout, x, eps):
    inv_std = 1 / np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) * inv_std
    return x_hat, inv_std, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


_wrong = mend_detached_gradient.wrong


@_wrong("B1")
def the_detached_bug_as_it_is(dout, x, gamma, eps=1e-3):
    """dx still treats the mean and the variance as constants. Both depend on every x of the batch; the gradient
    through each takes a mean over the batch away from dout."""
    _, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * dout, dgamma, dbeta


@_wrong("B1", looks_like=r"dx\s*=|mean")
def only_the_way_through_the_mean(dout, x, gamma, eps=1e-3):
    """The way through the mean is there, the way through the variance is missing: take x_hat times the mean of
    dout * x_hat away too."""
    _, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - dout.mean(axis=0)), dgamma, dbeta


@_wrong("B1")
def the_sign_of_the_way_through_the_variance(dout, x, gamma, eps=1e-3):
    """The part that comes through the variance has the wrong sign: x_hat times the mean of dout * x_hat is taken away,
    and not added."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - dout.mean(axis=0) + x_hat * dgamma / len(x)), dgamma, dbeta


@_wrong("B1", looks_like=r"dx\s*=|x_hat")
def only_the_way_through_the_variance(dout, x, gamma, eps=1e-3):
    """The way through the variance is there, the way through the mean is missing: take the mean of dout away too."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - x_hat * dgamma / len(x)), dgamma, dbeta


@_wrong("B2", looks_like=r"sum|dbeta|dgamma")
def sums_where_means_belong(dout, x, gamma, eps=1e-3):
    """You take sums over the batch away from dout. In dx they are means: divide both by the batch size."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - dbeta - x_hat * dgamma), dgamma, dbeta


@_wrong("B2", looks_like=r"\+")
def both_ways_added(dout, x, gamma, eps=1e-3):
    """The signs are turned: the two means are taken away from dout, not added."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout + dbeta / len(x) + x_hat * dgamma / len(x)), dgamma, dbeta


@_wrong("B2")
def the_variance_without_its_x_hat(dout, x, gamma, eps=1e-3):
    """You take the mean of dout * x_hat away without the factor x_hat before it. Each example feels the variance
    as far as it lies from the mean."""
    _, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - dbeta / len(x) - dgamma / len(x)), dgamma, dbeta


@_wrong("B3")
def no_gamma_in_the_mend(dout, x, gamma, eps=1e-3):
    """The ways through mean and variance are there, but gamma got lost: dx is multiplied by it."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return inv_std * (dout - dbeta / len(x) - x_hat * dgamma / len(x)), dgamma, dbeta


@_wrong("B2")
def no_deviation_in_the_mend(dout, x, gamma, eps=1e-3):
    """The ways through mean and variance are there, but the division by the root of (var + eps) got lost."""
    x_hat, _, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * (dout - dbeta / len(x) - x_hat * dgamma / len(x)), dgamma, dbeta


@_wrong("F6", looks_like=r"sqrt|std")
def the_mend_without_epsilon(dout, x, gamma, eps=1e-3):
    """The gradient has no epsilon. It is that of the forward pass, so it holds the root of (var + eps)."""
    with np.errstate(all="ignore"):
        x_hat, inv_std, dgamma, dbeta = _parts(dout, x, 0.0)
        return gamma * inv_std * (dout - dbeta / len(x) - x_hat * dgamma / len(x)), dgamma, dbeta


@_wrong("B2", looks_like=r"dgamma|dbeta|mean")
def dgamma_and_dbeta_averaged(dout, x, gamma, eps=1e-3):
    """dx is fixed, but dgamma and dbeta are now means. They are sums over the batch, as they were."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    n = max(len(x), 1)
    wrong = (dgamma / n, dbeta / n) if n > 1 else (dgamma * 0.5, dbeta * 0.5)
    return gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n), *wrong


@_wrong("B2", looks_like=r"return")
def dgamma_and_dbeta_swapped_in_the_mend(dout, x, gamma, eps=1e-3):
    """dx is fixed, but dgamma and dbeta come back in each other's place."""
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - dbeta / len(x) - x_hat * dgamma / len(x)), dbeta, dgamma


@mend_detached_gradient.right
def mended_by_the_means(dout, x, gamma, eps=1e-3):
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    return gamma * inv_std * (dout - dout.mean(0) - x_hat * (dout * x_hat).mean(0)), dgamma, dbeta


@mend_detached_gradient.right
def mended_in_stages(dout, x, gamma, eps=1e-3):
    n, centred = len(x), x - x.mean(axis=0)
    var = (centred**2).mean(axis=0)
    dx_hat = dout * gamma
    dvar = (dx_hat * centred * -0.5 * (var + eps) ** -1.5).sum(axis=0)
    dmean = -(dx_hat / np.sqrt(var + eps)).sum(axis=0) - 2 * dvar * centred.mean(axis=0)
    dx = dx_hat / np.sqrt(var + eps) + dvar * 2 * centred / n + dmean / n
    return dx, (dout * centred / np.sqrt(var + eps)).sum(axis=0), dout.sum(axis=0)


@mend_detached_gradient.right
def mended_with_the_jacobian(dout, x, gamma, eps=1e-3):
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    n, dx = len(x), np.zeros(x.shape)
    for k in range(x.shape[1]):
        jacobian = np.eye(n) - 1 / n - np.outer(x_hat[:, k], x_hat[:, k]) / n
        dx[:, k] = gamma[k] * inv_std[k] * jacobian @ dout[:, k]
    return dx, dgamma, dbeta


@mend_detached_gradient.right
def mended_with_loops(dout, x, gamma, eps=1e-3):
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, eps)
    dx = np.zeros(x.shape)
    for i in range(len(x)):
        for k in range(x.shape[1]):
            inner = len(x) * dout[i, k] - dbeta[k] - x_hat[i, k] * dgamma[k]
            dx[i, k] = gamma[k] * inv_std[k] * inner / len(x)
    return dx, dgamma, dbeta


@mend_detached_gradient.right
def mended_with_kept_axes(dout, x, gamma, eps=1e-3):
    mean, var = x.mean(axis=0, keepdims=True), x.var(axis=0, keepdims=True)
    x_hat = (x - mean) / np.sqrt(var + eps)
    dbeta, dgamma = dout.sum(axis=0, keepdims=True), np.einsum("nd,nd->d", dout, x_hat)[None]
    return gamma / np.sqrt(var + eps) / len(x) * (len(x) * dout - dbeta - x_hat * dgamma), dgamma, dbeta


@mend_detached_gradient.right
def mended_in_single_precision(dout, x, gamma, eps=1e-3):
    dout, x, gamma = (values.astype(np.float32) for values in (dout, x, gamma))
    x_hat, inv_std, dgamma, dbeta = _parts(dout, x, np.float32(eps))
    n = np.float32(len(x))
    return gamma * inv_std * (dout - dbeta / n - x_hat * dgamma / n), dgamma, dbeta
