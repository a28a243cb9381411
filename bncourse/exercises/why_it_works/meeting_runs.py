"""The pairs of runs that exercise meeting_step is checked on."""

import numpy as np

from bncourse.checking import Case


def _runs(rng, steps, inputs, units):
    """Draw the arguments so that the answer is far from a whole number before it is rounded, above and below a half."""
    while True:
        squared_norms = rng.uniform(1.5, 3.0) + np.cumsum(rng.uniform(0.2, 0.9, steps))
        weights = rng.uniform(2.0, 3.0) * rng.standard_normal((inputs, units)) + rng.standard_normal(units)
        fast, slow = rng.uniform(0.5, 2.5), rng.uniform(0.3, 1.5)
        exact = (fast / squared_norms).sum() / (slow / (weights**2).sum())
        if exact > 4 and 0.15 < exact % 1 < 0.85 and abs(exact % 1 - 0.5) > 0.1:
            yield exact % 1 < 0.5, (squared_norms, weights, fast, slow)


def _scaled(rng, speeds, steps):
    """Draw the arguments so that the slow run goes at such a speed and needs so many steps, and a part of one."""
    norms = rng.uniform(1.5, 3.0) + np.cumsum(rng.uniform(0.2, 0.9, 6))
    weights = rng.uniform(2.0, 3.0) * rng.standard_normal((3, 2)) + rng.standard_normal(2)
    slow = rng.uniform(*speeds) * (weights**2).sum()
    covered = (rng.integers(*steps) + rng.choice([0.25, 0.4, 0.62, 0.8])) * slow / (weights**2).sum()
    return norms, weights, covered / (1 / norms).sum(), slow


def meeting_cases(rng):
    """Draw pairs of runs, of which a slip of one step, of a rate or of a bound makes some come out otherwise."""
    for steps, inputs, units in ((5, 4, 3), (8, 3, 2), (6, 2, 5)):
        below, above = None, None
        for is_below, arguments in _runs(rng, steps, inputs, units):
            below, above = (arguments, above) if is_below else (below, arguments)
            if below and above:
                break
        yield Case(f"{steps} fast steps, {inputs} inputs, {units} units", below)
        yield Case(f"{steps} other fast steps, {inputs} inputs, {units} units", above)
    _, arguments = next(_runs(rng, 1, 3, 2))
    yield Case("a single fast step", arguments)
    # powers of two, so that the quotient is a whole number in every way of computing it
    norms = 2.0 ** rng.permutation([1, 2, 2, 3])
    yield Case("a sum that is reached exactly", (norms, np.array([[0.0, 4.0], [0.0, 0.0]]), 2.0, 1.0))
    _, (squared_norms, weights, fast, slow) = next(_runs(rng, 7, 4, 2))
    yield Case("weights stored column by column", (squared_norms, np.asfortranarray(weights), fast, slow))
    # rates of more than 1 a step, which no change by a rate can hide behind; and more steps than a guess would allow
    yield Case("a large effective rate of the slow run", _scaled(rng, (2.2, 6.0), (7, 12)))
    yield Case("thousands of slow steps", _scaled(rng, (0.0002, 0.0008), (2_000, 5_000)))
