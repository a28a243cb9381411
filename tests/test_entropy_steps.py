"""Steps against the entropy: its gradient is right, and nothing but gamma and beta takes them."""

import itertools

import numpy as np
import pytest

from bncourse import network
from bncourse.experiments.claims import CLAIMS
from bncourse.experiments.normalizers import entropy_steps


def test_the_gradient_of_the_entropy_is_that_of_finite_differences():
    logits = np.random.default_rng(0).normal(0, 2, (4, 5))
    value, found = entropy_steps.entropy(logits)
    for place in np.ndindex(logits.shape):
        ends = []
        for sign in (1, -1):
            moved = logits.copy()
            moved[place] += sign * 1e-5
            ends.append(entropy_steps.entropy(moved)[0])
        assert found[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=1e-8)
    assert 0 < value < np.log(5)


def test_only_gamma_and_beta_take_the_steps_and_the_entropy_falls():
    rng = np.random.default_rng(0)
    net, x = network.init([6, 16, 4], rng, norm="batch"), rng.normal(size=(200, 6))
    after = entropy_steps.adapted(net, x, rate=0.5, passes=10)
    for old, new in zip(net, after, strict=True):
        assert np.array_equal(old.weights, new.weights)
        for name in ("bias", "running_mean", "running_var"):
            before, now = getattr(old, name), getattr(new, name)
            assert before is now or np.array_equal(before, now)
    assert not np.array_equal(net[0].gamma, after[0].gamma) and not np.array_equal(net[0].beta, after[0].beta)
    old, new = (entropy_steps.entropy(network.forward(one, x)[0])[0] for one in (net, after))
    assert new < old


@pytest.mark.slow
def test_the_claim_holds_at_each_rate_with_each_number_of_passes():
    source, [rates, passes] = entropy_steps.source_network(0), CLAIMS["entropy_steps"].over.values()
    for rate, count in itertools.product(rates, passes):
        assert CLAIMS["entropy_steps"].holds(entropy_steps.measured(source, 0, rate, count)), (rate, count)
