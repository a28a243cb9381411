"""Careful and careless gradient checks (notebook 05): a seed in, numbers and arrays out. Nothing is drawn here."""

from itertools import combinations

import numpy as np

from bncourse import reference
from bncourse.experiments.claim import Claim
from bncourse.experiments.layer import gradients, layers


def traps(seed, step=1e-5, tolerance=1e-4, eps=1e-12):
    """Try wrong backward passes on four gradient checks, three of them careless.

    A check draws real weighted sums of four units, takes the finite differences of ``sum(dout * y)`` with
    respect to x, and says yes if no number differs from dx by more than the tolerance.

    Parameters
    ----------
    seed : int
        Of the layer, and of what is drawn.
    step, tolerance : float
        Of the finite differences, and of the comparison.
    eps : float
        Of batch norm: so small that it hides nothing.

    Returns
    -------
    dict
        "checks" and "passes", the names; "caught", a bool array of shape (passes, checks), the last row for the
        right backward pass; "largest", of shape (checks,), the largest number of the true dx.
    """
    sums = layers.digit_layer(seed, examples=8)[:, :4]
    # two digits that no unit takes for nearly the same: there even a tiny eps would show
    pair = list(max(combinations(range(8), 2), key=lambda two: np.abs(sums[two[0]] - sums[two[1]]).min()))
    rng = np.random.default_rng(seed)
    dout, gamma = rng.normal(size=sums.shape), rng.choice([-1, 1], 4) * rng.uniform(1.5, 2.5, 4)
    checks = {
        "dout of ones": (np.ones_like(dout), sums, gamma),
        "two examples": (dout[pair], sums[pair], gamma),
        "gamma 1": (dout, sums, np.ones(4)),
        "all at random": (dout, sums, gamma),
    }
    passes = gradients.WRONG | {"right": reference.batch_norm_backward}
    numeric = [differences(*given, step, eps) for given in checks.values()]
    caught = [
        [
            bool(np.abs(backward(*given, eps)[0] - found).max() > tolerance)
            for given, found in zip(checks.values(), numeric, strict=True)
        ]
        for backward in passes.values()
    ]
    largest = [np.abs(reference.input_gradient(*given, eps)).max() for given in checks.values()]
    return {
        "checks": list(checks),
        "passes": list(passes),
        "caught": np.array(caught),
        "largest": np.array(largest),
    }


def passes(backward, seed):
    """Return whether a backward pass passes the reference's gradient check, on random numbers.

    Parameters
    ----------
    backward : callable
        ``backward(dout, x, gamma)`` gives dx, dgamma and dbeta, with batch norm's default eps.
    seed : int
        Of the numbers.

    Returns
    -------
    bool
    """
    rng = np.random.default_rng(seed)
    x, gamma, beta = rng.normal(size=(5, 3)), rng.uniform(1.5, 2.5, 3), rng.normal(size=3)
    return reference.gradient_check(
        reference.batch_norm, lambda dout, x, gamma, beta: backward(dout, x, gamma), x, gamma, beta
    )


def differences(dout, x, gamma, step=1e-5, eps=1e-3):
    """Return the finite differences of ``sum(dout * batch_norm(x))`` with respect to x.

    Parameters
    ----------
    dout, x : ndarray of shape (batch, features)
        The gradient that comes in, and batch norm's input.
    gamma : ndarray of shape (features,)
        Beta plays no part.
    step, eps : float
        How far to move a number, and what batch norm adds to the variance.

    Returns
    -------
    ndarray of shape (batch, features)
    """
    found = np.empty_like(x)
    for place in np.ndindex(x.shape):
        moved = np.zeros_like(x)
        moved[place] = step
        above, below = (reference.batch_norm(x + way * moved, gamma, 0 * gamma, eps) for way in (1, -1))
        found[place] = (dout * (above - below)).sum() / (2 * step)
    return found


def trap_counts(seed):
    """Count how many of the five wrong backward passes each check of `traps` catches.

    Returns
    -------
    dict of float
        "check_finds_detached", 1 if the reference's check tells the right backward pass from the detached one;
        "ones", "two", "gamma_1" and "random"; "right", how many checks reject the right one;
        "largest_ones" and "largest_two", the largest number of the true dx in the first two checks.
    """
    found = traps(seed)
    counts = found["caught"][:-1].sum(axis=0)
    numbers = dict(zip(("ones", "two", "gamma_1", "random"), map(float, counts), strict=True))
    return numbers | {
        "check_finds_detached": float(
            passes(reference.batch_norm_backward, seed) and not passes(gradients.detached, seed)
        ),
        "right": float(found["caught"][-1].sum()),
        "largest_ones": float(found["largest"][0]),
        "largest_two": float(found["largest"][1]),
    }


CLAIMS = {
    "trap_counts": Claim(
        "a dout of ones, two examples or gamma 1 let wrong backward passes through; random numbers catch all five",
        trap_counts,
        lambda n: (
            n["ones"] == 2
            and n["two"] == 3
            and n["gamma_1"] == 4
            and n["random"] == 5
            and n["right"] == 0
            and n["check_finds_detached"] == 1
            and n["largest_ones"] < 1e-10
            and n["largest_two"] < 1e-4
        ),
        over={},
        notebook="05",
        cells=("checks-figure", "depths-measured"),
    ),
}
