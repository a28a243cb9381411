"""What tests find in the bug museum, and where its exhibits can be seen (notebook 10): seeds and tests in, arrays out.

The courses' checks are our re-creations (`bncourse.museum.checkers`); each is counted of the exhibits that its task can
contain.
"""

from functools import cache
from types import SimpleNamespace

import numpy as np

from bncourse import museum, reference
from bncourse.experiments.claim import Claim
from bncourse.museum.checkers import CHECKERS

YOURS = "your test"


def measured(seed, yours=None):
    """Try our re-creations of five courses' checks, and a reader's test, on the museum's twelve exhibits.

    Parameters
    ----------
    seed : int
        Of the numbers that the re-creations draw.
    yours : callable, optional
        ``yours(bn)`` raises or returns False if `bn` has a bug, as in the exercise find_bugs.

    Returns
    -------
    dict
        "exhibits" and "tests", the names; "possible", a bool array of shape (tests, exhibits): whether the task that a
        test belongs to can contain the exhibit; "found", of the same shape, and nowhere true where it is not possible;
        "accepted", a bool array of shape (tests,): whether a test accepts every right batch norm. One that does not
        has found nothing.
    """
    names = [exhibit.name for exhibit in museum.exhibits()]
    tests, tried = [checker.name for checker in CHECKERS], list(_recreations(seed))
    possible = [[checker.can_contain(name) for name in names] for checker in CHECKERS]
    if yours is not None:
        tests.append(YOURS)
        tried.append(_tried(yours))
        possible.append([True] * len(names))
    accepted, found = (np.array(part) for part in zip(*tried, strict=True))
    return {
        "exhibits": names,
        "tests": tests,
        "possible": np.array(possible),
        "found": found & possible & accepted[:, None],
        "accepted": accepted,
    }


@cache  # a reader changes their own test and measures again
def _recreations(seed):
    return tuple(_tried(lambda bn, test=c.test: test(bn, np.random.default_rng(seed))) for c in CHECKERS)


def _tried(test):
    """Return whether a test accepts every right batch norm, and which exhibits it rejects."""
    accepted = not any(rejects(test, right) for right in museum.right_ones())
    return accepted, [rejects(test, exhibit.implementation) for exhibit in museum.exhibits()]


def rejects(test, implementation):
    """Return whether a test rejects a batch norm: by an error of any kind, or by returning False.

    Parameters
    ----------
    test : callable
        ``test(bn)``.
    implementation : namespace
        With the functions `forward` and `backward`.

    Returns
    -------
    bool
    """
    try:
        with np.errstate(all="ignore"):
            outcome = test(implementation)
    except Exception:  # a test that stops on a bug has noticed it
        return True
    return isinstance(outcome, bool | np.bool_) and not outcome


def visibility(seed):
    """Measure how far each exhibit is from the right batch norm, on tame inputs and on telling ones.

    Tame are the numbers that come to mind first: rows around 0 with a standard deviation of 1, gamma 1, beta 0, an
    epsilon of 1e-5, a momentum of 0.5, running statistics that are those of the batch, a dout of ones. Telling are
    rows, feature maps and rows with a mean of a million; everything else is drawn, epsilon is 0.1 and the momentum 0.7.

    Parameters
    ----------
    seed : int

    Returns
    -------
    dict
        "exhibits", the names; "tame" and "telling", of shape (exhibits,): the largest difference in any result, as a
        share of the largest number of that result, or of 1 where that is smaller.
    """
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(64, 5))
    tame = [(x, np.ones(5), np.zeros(5), x.mean(axis=0), x.var(axis=0), 0.5, 1e-5, np.ones_like(x))]
    telling = []
    for shape, offset in [((7, 5), 2.0), ((3, 2, 4, 5), 2.0), ((64, 5), 1e6)]:
        x = offset + rng.normal(size=shape) * np.exp(rng.normal(size=5))
        gamma, beta, mean = rng.normal(size=(3, 5))
        telling.append((x, gamma, beta, mean, np.exp(rng.normal(size=5)), 0.7, 0.1, rng.normal(size=shape)))
    right = museum.right()
    exhibits = museum.exhibits()
    return {"exhibits": [exhibit.name for exhibit in exhibits]} | {
        name: np.array([max(_distance(e.implementation, right, *given) for given in inputs) for e in exhibits])
        for name, inputs in {"tame": tame, "telling": telling}.items()
    }


def _distance(one, other, x, gamma, beta, mean, var, momentum, eps, dout):
    def results(bn):
        yield from bn.forward(x, gamma, beta, mean, var, momentum, eps, True)
        yield bn.forward(x, gamma, beta, mean, var, momentum, eps, False)[0]
        if x.ndim == 2:
            yield from bn.backward(dout, x, gamma, eps)

    pairs = zip(results(one), results(other), strict=True)
    return max(np.abs(a - b).max() / max(np.abs(b).max(), 1.0) for a, b in pairs)


def lost_digits(seed, mean=1000.0, standard_deviation=0.1):
    """Compute a variance in float32 far from 0, as it should be and as the difference of two large numbers.

    Returns
    -------
    dict of float
        "right" and "bug", the variances; "step", by how much neighbouring float32 numbers differ at ``mean ** 2``.
    """
    x = (mean + standard_deviation * np.random.default_rng(seed).standard_normal((64, 1))).astype(np.float32)
    [bug] = [e.implementation for e in museum.exhibits() if e.name == "the lost digits"]
    one, zero = np.ones(1, np.float32), np.zeros(1, np.float32)
    # with a momentum of 0 the running variance is that of the batch
    right, wrong = (bn.forward(x, one, zero, zero, one, 0.0, 1e-5, True)[2] for bn in (museum.right(), bug))
    return {"right": float(right[0]), "bug": float(wrong[0]), "step": float(np.spacing(np.float32(mean**2)))}


def kill_counts(seed):
    """Count the exhibits that each re-creation finds, and those that a good test finds.

    Returns
    -------
    dict of float
        A count for each re-creation by the course's name; "missed_by_all", the exhibits that none of them finds;
        "complete", how many of them find all that their task can contain; "reference", the exhibits that the
        reference's test finds; "accepted", the tests that accept every right batch norm; "farthest", see
        `farthest_mean`.
    """
    found = measured(seed, reference.find_bugs)
    counts = dict(zip(found["tests"], map(float, found["found"].sum(axis=1)), strict=True))
    return counts | {
        "missed_by_all": float((~found["found"][:-1].any(axis=0)).sum()),
        "complete": float((found["found"] == found["possible"])[:-1].all(axis=1).sum()),
        "reference": counts.pop(YOURS),
        "accepted": float(found["accepted"].sum()),
        "farthest": farthest_mean(seed),
    }


def farthest_mean(seed):
    """Measure how far from 0 the features lie that the re-creations pass to `forward`.

    Parameters
    ----------
    seed : int
        Of the numbers that the re-creations draw.

    Returns
    -------
    float
        The largest mean of a feature, in its own standard deviations. Features of equal numbers are left out.
    """
    right, seen = museum.right(), [0.0]

    def forward(x, *given):
        rows = np.reshape(x, (-1, np.shape(x)[-1]))
        mean, spread = rows.mean(axis=0), rows.std(axis=0)
        seen.extend(np.abs(mean)[spread > 0] / spread[spread > 0])
        return right.forward(x, *given)

    for checker in CHECKERS:
        checker.test(SimpleNamespace(forward=forward, backward=right.backward), np.random.default_rng(seed))
    return float(max(seen))


def hidden_bugs(seed):
    """Count the exhibits that differ from the right batch norm by less than allclose looks at.

    Returns
    -------
    dict of float
        "tame" and "telling": exhibits with a difference below 1e-5; "smallest_telling", the smallest difference.
    """
    seen = visibility(seed)
    return {name: float((seen[name] < 1e-5).sum()) for name in ("tame", "telling")} | {
        "smallest_telling": float(seen["telling"].min())
    }


def small_differences(seed):
    """Measure three exhibits whose labels name a number.

    Returns
    -------
    dict of float
        "epsilon": by which share of itself the output of *epsilon beside the root* is too small, for a variance of 1
        and an epsilon of 1e-5. "one_less_32" and "one_less_2": the standard deviation of the output of *one less*.
        "alone" and "alone_right": how much the answer for one example changes with its neighbours, for *the batch at
        inference* and for the right one.
    """
    bugs = {exhibit.name: exhibit.implementation for exhibit in museum.exhibits()} | {"right": museum.right()}
    one, zero = np.ones(1), np.zeros(1)
    given = (one, zero, zero, one, 0.9, 1e-5)
    x = np.random.default_rng(seed).normal(size=(64, 1))
    x = (x - x.mean()) / x.std()
    y, right = (bugs[name].forward(x, *given, True)[0] for name in ("epsilon beside the root", "right"))
    found = {"epsilon": float(1 - (y / right).mean())}
    for n in (32, 2):
        x = np.random.default_rng(seed).normal(size=(n, 1))
        found[f"one_less_{n}"] = float(bugs["one less"].forward(x, *given, True)[0].std())
    x = np.array([[1.0], [2.0], [4.0], [9.0]])
    for key, name in (("alone", "the batch at inference"), ("alone_right", "right")):
        together, alone = (bugs[name].forward(part, *given, False)[0][0, 0] for part in (x, x[:1]))
        found[key] = float(abs(together - alone))
    return found


CLAIMS = {
    "small_differences": Claim(
        "epsilon beside the root makes an output of spread 1 too small by 5e-6 of itself; one less gives a standard "
        "deviation of 0.984 in batches of 32 and of 0.707 in batches of 2; neighbours change an answer at inference "
        "with the batch's statistics, and not with the running ones",
        small_differences,
        lambda n: (
            abs(n["epsilon"] - 5e-6) < 1e-8
            and abs(n["one_less_32"] - 0.984) < 1e-3
            and abs(n["one_less_2"] - 0.707) < 1e-3
            and n["alone"] > 1e-3
            and n["alone_right"] < 1e-12
        ),
        over={},
        notebook="10",
        cells=("forward-measured", "inference-measured"),
    ),
    "kill_counts": Claim(
        "of twelve exhibits our re-creation of CMU 10-714 finds 9 of the 10 that its task can contain, that of CS231n "
        "6 of 12, of TinyTorch 3 of 7, of Deep-ML 3 or 4 of 5, of ARENA 2 or 3 of 11; none finds all that it can, one "
        "exhibit passes all five, and a test that looks at everything finds all twelve; no feature that the five draw "
        "has a mean of a hundred standard deviations or more",
        kill_counts,
        lambda n: (
            n["CMU 10-714"] == 9
            and n["CS231n"] == 6
            and n["TinyTorch"] == 3
            and n["Deep-ML"] in (3, 4)
            and n["ARENA"] in (2, 3)
            and n["missed_by_all"] == 1
            and n["complete"] == 0
            and n["reference"] == 12
            and n["accepted"] == 6
            and n["farthest"] < 100
        ),
        over={},
        notebook="10",
        cells=("kills-figure",),
        told=("kills-read",),
    ),
    "hidden_bugs": Claim(
        "on tame inputs 7 of 12 exhibits differ by less than 1e-5 from the right batch norm, on telling ones none does",
        hidden_bugs,
        lambda n: n["tame"] == 7 and n["telling"] == 0,
        over={},
        notebook="10",
        cells=("visible-figure",),
    ),
    "lost_digits": Claim(
        "in float32 at a mean of 1000 the difference of two large numbers gives a multiple of 0.0625 for a variance "
        "near 0.01",
        lost_digits,
        lambda n: 0.004 < n["right"] < 0.02 and n["step"] == 0.0625 and n["bug"] % n["step"] == 0,
        over={},
        notebook="10",
        cells=("forward-measured",),
    ),
}
