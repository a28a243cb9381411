"""Exercise gradient_check. A check of gradients that says no to every wrong backward pass."""

import numpy as np

from bncourse import reference
from bncourse.checking import Case, Exercise
from bncourse.exercises.backward.slopes import both, close, differences, random_dout
from bncourse.exercises.batches import affine, batch

_RIGHT, _WRONG = "a right backward pass", "a wrong backward pass"


def _gradient_check_cases(rng):
    def inputs(scale=1.0, small=1.0, rng=rng):
        x = batch(rng, 4, 2, scale=scale * rng.uniform(0.7, 1.4, 2), offset=rng.standard_normal(2))
        x[1] = x[0] + 2 * scale * rng.uniform(0.7, 1.4, 2) * rng.choice([-1, 1], 2)  # never two equal examples
        gamma = rng.uniform(1.5, 2.5, 2) * rng.choice([-1, 1], 2)
        return x, small * gamma, small * affine(rng, 2)[1]

    def fixed():
        return np.random.default_rng(5)

    yield Case(f"{_RIGHT} of batch norm", ("A", *inputs()))
    others = [
        Case(f"{_WRONG}: the mean and the variance are constants", ("B", *inputs())),
        Case(f"{_WRONG}: nothing flows through the mean", ("C", *inputs())),
        Case(f"{_WRONG}: nothing flows through the variance", ("D", *inputs())),
        Case(f"{_WRONG}: dx without gamma", ("E", *inputs())),
        Case(f"{_WRONG}: dx is half a per cent too large", ("F", *inputs())),
        Case(f"{_WRONG}: dgamma is averaged", ("H", *inputs())),
        Case(f"{_WRONG}: dbeta is averaged", ("I", *inputs())),
        Case(f"{_WRONG}: dgamma and dbeta are swapped", ("J", *inputs())),
        Case(f"{_WRONG}: one number of dx is off", ("K", *inputs())),
        Case(f"{_WRONG}: dx has the wrong sign", ("M", *inputs())),
        Case(f"{_RIGHT}, right up to rounding", ("G", *inputs())),
        Case(f"{_RIGHT} of batch norm, large inputs", ("A", *inputs(scale=100.0))),
        Case(f"{_WRONG}: one number of dx is nan", ("N", *inputs())),
        # the same numbers for every seed, so that a fixed tolerance fails for everybody or for nobody
        Case(f"{_RIGHT} with tiny gradients of x", ("A", *inputs(small=1e-7, rng=fixed()))),
        Case(
            f"{_WRONG} with tiny gradients of x: mean and variance are constants",
            ("B", *inputs(small=1e-7, rng=fixed())),
        ),
        Case(f"{_RIGHT} with tiny gradients", ("P", *inputs(rng=fixed()))),
        Case(f"{_WRONG} with tiny gradients: mean and variance are constants", ("O", *inputs(rng=fixed()))),
        Case(f"{_RIGHT} of a straight line, gamma * x + beta", ("L", *inputs())),
        # so that a step of 1e-5 to one side fails for everybody, and not by chance
        Case(f"{_RIGHT} of waves, gamma * sin(20 * x) + beta", ("Q", *inputs(rng=fixed()))),
    ]
    # in another order for each seed: an answer that only counts its calls learns nothing
    yield from (others[i] for i in rng.permutation(len(others)))


gradient_check = Exercise(
    notebook="05-backward",
    reference=reference.gradient_check,
    asks="say True if backward(dout, x, gamma, beta) -> (dx, dgamma, dbeta) agrees with the finite differences of "
    "forward(x, gamma, beta) -> y, and False if it does not",
    cases=_gradient_check_cases,
    points=3,
    section="A check of gradients",
    returns=("the verdict",),
    observes=("calls",),
    driver="bncourse.drivers.gradients:ask_gradient_check",
    hints=(
        "A gradient belongs to one number, the loss. What dout do you use to make one number out of y, and what does "
        "batch norm do to a constant dout?",
        "Draw dout at random and take sum(dout * y) as the loss. Move one number of an input a little up, then a "
        "little down, and see by how much the loss differs.",
        "Do so for every number of x, gamma and beta, divide by twice the step (1e-5), and compare with dx, dgamma "
        "and dbeta. Measure the difference relative to the size of the gradients.",
    ),
)


@gradient_check.wrong("B4", looks_like=r"ones", seen=r"^a dout of ones[^;]*$")
def dout_of_ones(forward, backward, x, gamma, beta):
    """You use a dout of ones. Batch norm takes the mean away, so the loss does not change with x, the true dx is 0, and
    a wrong dx may be 0 too: a missing gamma or a wrong factor passes. Draw dout at random."""
    return all(np.allclose(a, b) for a, b in both(forward, backward, x, gamma, beta, np.ones_like(x)))


@gradient_check.wrong("B4", looks_like=r"ones")
def dout_of_ones_and_a_relative_tolerance(forward, backward, x, gamma, beta):
    """You use a dout of ones. Batch norm takes the mean away, so the true dx is 0, and a relative tolerance compares
    only rounding there. Draw dout at random."""
    return all(close(a, b) for a, b in both(forward, backward, x, gamma, beta, np.ones_like(x)))


@gradient_check.wrong("B4", seen=r"^a dout made of y alone[^;]*$")
def dout_made_from_the_output(forward, backward, x, gamma, beta):
    """Your dout is the output y, or a straight line of it. For batch norm the true dx is then 0 but for epsilon, and a
    wrong dx may be too: a missing gamma or a wrong factor passes. Draw dout at random."""
    dout = forward(x, gamma, beta)
    return all(np.allclose(a, b) for a, b in both(forward, backward, x, gamma, beta, dout))


@gradient_check.wrong("B4")
def one_size_for_all_three_gradients(forward, backward, x, gamma, beta):
    """You measure the difference relative to the size of all three gradients together. A wrong dx that is small beside
    dgamma and dbeta then passes: measure each of the three by itself."""
    pairs = both(forward, backward, x, gamma, beta)
    a, b = (np.concatenate([np.ravel(one) for one in side]) for side in zip(*pairs, strict=True))
    return close(a, b)


@gradient_check.wrong("B4")
def a_nan_that_passes(forward, backward, x, gamma, beta):
    """Your check says True where a gradient holds nan. `error > tolerance` is False for nan, and np.nanmax looks past
    it. Ask whether every error is small, and say False in all other cases."""
    return not any(
        bool(np.linalg.norm(a - b) > 1e-5 * (np.linalg.norm(a) + np.linalg.norm(b)))
        for a, b in both(forward, backward, x, gamma, beta)
    )


@gradient_check.wrong("B4", looks_like=r"\[\s*:\s*2|\(\s*2\s*,", seen=r"^[^;]*, 2 examples[^;]*$")
def a_batch_of_two(forward, backward, x, gamma, beta):
    """You check with two examples only. Then x_hat is always about -1 and 1, and the true dx almost 0: a missing
    gamma or a wrong factor passes. Use the whole x."""
    return all(np.allclose(a, b) for a, b in both(forward, backward, x[:2], gamma, beta))


@gradient_check.wrong("B3", looks_like=r"ones", seen=r"^[^;]*a gamma of ones$")
def gamma_of_ones(forward, backward, x, gamma, beta):
    """You check with gamma = 1. A backward pass that forgets gamma is right there and wrong everywhere else: use the
    gamma that was passed."""
    return all(close(a, b) for a, b in both(forward, backward, x, np.ones_like(gamma), beta))


@gradient_check.wrong("B4")
def dx_never_compared(forward, backward, x, gamma, beta):
    """You compare dgamma and dbeta, but not dx. Most mistakes of a batch norm live in dx: compare all three."""
    return all(close(a, b) for a, b in both(forward, backward, x, gamma, beta)[1:])


@gradient_check.wrong("B4")
def dx_alone_compared(forward, backward, x, gamma, beta):
    """You compare dx, but not dgamma and dbeta. Averages in place of sums, or the two swapped, pass: compare all
    three."""
    return all(close(a, b) for a, b in both(forward, backward, x, gamma, beta)[:1])


@gradient_check.wrong("B4")
def dgamma_never_compared(forward, backward, x, gamma, beta):
    """Your check says nothing of dgamma: an average in the place of its sum passes. Compare all three gradients, and
    say True only where all of them agree."""
    dx, _, dbeta = (close(a, b) for a, b in both(forward, backward, x, gamma, beta))
    return dx and dbeta


@gradient_check.wrong("B4")
def dbeta_never_compared(forward, backward, x, gamma, beta):
    """Your check says nothing of dbeta: an average in the place of its sum passes. Compare all three gradients, and say
    True only where all of them agree."""
    return all(close(a, b) for a, b in both(forward, backward, x, gamma, beta)[:2])


@gradient_check.wrong("B4")
def dgamma_alone_compared(forward, backward, x, gamma, beta):
    """The verdict is that on dgamma alone: a wrong dx and a wrong dbeta pass. Compare all three gradients, and say True
    only where all of them agree."""
    return all(close(a, b) for a, b in both(forward, backward, x, gamma, beta)[1:2])


@gradient_check.wrong("B4")
def dbeta_alone_compared(forward, backward, x, gamma, beta):
    """The verdict is that on dbeta alone: a wrong dx and a wrong dgamma pass. Compare all three gradients, and say True
    only where all of them agree, not only the last."""
    return all(close(a, b) for a, b in both(forward, backward, x, gamma, beta)[2:])


@gradient_check.wrong("B4", looks_like=r"\[0|first")
def one_number_of_each_compared(forward, backward, x, gamma, beta):
    """You compare a part of each gradient. A mistake may sit in another one: compare every number."""
    return all(close(a.flat[0], b.flat[0]) for a, b in both(forward, backward, x, gamma, beta))


@gradient_check.wrong("B4", looks_like=r"sum\(")
def totals_compared(forward, backward, x, gamma, beta):
    """You compare the sums of the gradients. Differences cancel in a sum, and dx adds up to 0 in many wrong backward
    passes too: compare number by number."""
    return all(bool(abs(a.sum() - b.sum()) < 1e-6) for a, b in both(forward, backward, x, gamma, beta))


@gradient_check.wrong("B4", looks_like=r"@|dot|cos")
def directions_compared(forward, backward, x, gamma, beta):
    """You compare the directions of the gradients alone. One that is too long or too short passes: compare the numbers
    themselves."""
    pairs = [(a.ravel(), b.ravel()) for a, b in both(forward, backward, x, gamma, beta)]
    return all(bool(a @ b > 0.9999999 * np.linalg.norm(a) * np.linalg.norm(b)) for a, b in pairs)


@gradient_check.wrong("B4", looks_like=r"norm\(|abs\(")
def lengths_compared(forward, backward, x, gamma, beta):
    """You compare how long the gradients are, or their absolute values. One with the wrong sign passes: take the
    difference first, then its size."""
    return all(bool(np.allclose(abs(a), abs(b), rtol=1e-5)) for a, b in both(forward, backward, x, gamma, beta))


@gradient_check.wrong("B4")
def a_tolerance_that_is_too_loose(forward, backward, x, gamma, beta):
    """Your tolerance is too loose: a gradient that is half a per cent off passes. In float64 a right one agrees to
    about 1e-8; ask for 1e-5."""
    return all(close(a, b, 0.1) for a, b in both(forward, backward, x, gamma, beta))


@gradient_check.wrong("B4", looks_like=r"atol|abs|<")
def an_absolute_tolerance(forward, backward, x, gamma, beta):
    """You compare the difference with a number that does not shrink with the gradients. Where these are as small as
    that, all of them pass: measure the difference relative to the size of the gradients."""
    return all(bool(np.abs(a - b).max() < 1e-4) for a, b in both(forward, backward, x, gamma, beta))


@gradient_check.wrong("B4", name="finite differences that are too coarse")
def differences_to_one_side_with_a_large_step(forward, backward, x, gamma, beta):
    """Right gradients fail where the function is curved, and pass for a straight line: your finite differences are too
    coarse for your tolerance. Take (loss(v + h) - loss(v - h)) / 2h, a step to both sides, with h about 1e-5."""
    dout = random_dout(x)
    slopes = differences(forward, dout, (x, gamma, beta), step=0.03, sides=1)
    return all(close(a, b, 2e-3) for a, b in zip(slopes, backward(dout, x, gamma, beta), strict=True))


@gradient_check.wrong("B4")
def differences_to_one_side(forward, backward, x, gamma, beta):
    """Right gradients of a strongly curved function fail: your finite differences are too far off there, as those to
    one side are with a step of 1e-5. Step to both sides, (loss(v + h) - loss(v - h)) / 2h, with h about 1e-5."""
    dout = random_dout(x)
    slopes = differences(forward, dout, (x, gamma, beta), sides=1)
    return all(close(a, b) for a, b in zip(slopes, backward(dout, x, gamma, beta), strict=True))


@gradient_check.wrong("B4", looks_like=r"return True")
def a_check_that_never_says_no(forward, backward, x, gamma, beta):
    """Your check says True to every backward pass, also to the wrong ones. It must compare the gradients with finite
    differences, and a dout of zeros compares nothing."""
    return True


@gradient_check.wrong("B4")
def a_check_that_never_says_yes(forward, backward, x, gamma, beta):
    """Your check says False to every backward pass, also to the right ones. Is the loss sum(dout * y), with the dout
    that backward got? Is the difference divided by twice the step? Does one number move at a time, all others as they
    were passed? A step of 1e-5 and a relative tolerance of 1e-5 leave room for rounding."""
    both(forward, backward, x, gamma, beta)  # what it calls is what most call
    return False


@gradient_check.wrong("B4", looks_like=r"not |>")
def a_check_the_wrong_way_round(forward, backward, x, gamma, beta):
    """Your check says True to the wrong gradients and False to the right ones. True means that they agree."""
    return not all(close(a, b) for a, b in both(forward, backward, x, gamma, beta))


@gradient_check.wrong("F7", looks_like=r"\+=|-=|\]\s*=[^=]")
def x_not_put_back(forward, backward, x, gamma, beta):
    """You move the numbers of x in place and do not put them back. Keep the old number and write it back, or work on
    a copy."""
    holds = all(close(a, b) for a, b in both(forward, backward, x, gamma, beta))
    for index in np.ndindex(x.shape):
        x[index] += 1e-5
        x[index] -= 2e-5
    return holds
