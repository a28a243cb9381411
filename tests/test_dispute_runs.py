"""The measurements of notebook 08: what they promise, beside their claims."""

from dataclasses import replace

import numpy as np
import pytest

from bncourse import network, reference
from bncourse.experiments.claims import CLAIMS
from bncourse.experiments.training import depth, landscape, rates, scale_invariance

RATES = {f"{kind}_{rate}": 0.9 for kind in ("none", "batch") for rate in ("0.1", "0.3", "1", "3")} | {
    "none_1": 0.8,
    "none_3": 0.1,
    "loss_3": 1e200,
}
RELU = {
    "none_range": 2.0,
    "batch_range": 0.2,
    "none_moves": 20.0,
    "batch_moves": 2.0,
    "none_range_0": 0.1,
    "batch_range_0": 1.0,
    "batch_drift": 0.1,
    "noisy_drift": 0.5,
    "batch_steps": 75.0,
    "noisy_steps": 150.0,
}

SIGMOID = {
    "none_range": 0.1,
    "batch_range": 1.0,
    "none_moves": 0.2,
    "batch_moves": 2.0,
    "none_steps": np.inf,
    "batch_steps": 100.0,
    "none_accuracy": 0.1,
}
START = {"none_range_0": 0.2, "batch_range_0": 1.0, "none_moves_0": 1.5, "batch_moves_0": 8.0}


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("larger_rates", RATES | {"batch_3": 0.5}),
        ("larger_rates", RATES | {"none_0.3": 0.8}),
        ("larger_rates", RATES | {"none_1": 0.95}),
        ("larger_rates", RATES | {"loss_3": 1e9}),
        ("eight_relu_layers", RELU | {"batch_range": 1.0}),
        ("eight_relu_layers", RELU | {"batch_moves": 15.0}),
        ("rougher_at_the_start", START | {"batch_range_0": 0.2}),
        ("noise_costs", RELU | {"noisy_steps": 75.0}),
        (
            "noise_drifts_and_is_fast",
            {"noisy_drift": 0.5, "batch_drift": 0.1, "none_drift": 0.5, "noisy_steps": 200, "none_steps": 150},
        ),
        ("smooth_and_slow", SIGMOID | {"none_steps": 150.0}),
        ("smooth_and_slow", SIGMOID | {"none_accuracy": 0.5}),
        ("smooth_and_slow", SIGMOID | {"none_moves": 2.0}),
        ("rougher_at_the_start", START | {"batch_moves_0": 1.0}),
        ("scale_identities", {"loss": 0.1, "length": 0.0, "cosine": 0.0, "loss_small": 0.1, "loss_none": 9.0}),
        ("scale_identities", {"loss": 0.0, "length": 0.0, "cosine": 0.1, "loss_small": 0.1, "loss_none": 9.0}),
        ("same_course", {"course": 1e-3}),
        ("growing_weights", {"grew": 0.9, "error": 0.0, "effective": 0.7}),
        ("brakes", {"left_0.3": 0.95, "left_1": 0.7, "left_3": 0.7}),
        ("exploding_gradients", {"batch": 1.0, "none": 1.0}),
    ],
)
def test_a_claim_about_why_it_works_can_fail(name, numbers):
    assert not CLAIMS[name].holds(numbers)


def test_the_numbers_above_are_those_of_claims_that_hold():
    assert CLAIMS["larger_rates"].holds(RATES) and CLAIMS["eight_relu_layers"].holds(RELU)
    assert CLAIMS["smooth_and_slow"].holds(SIGMOID) and CLAIMS["rougher_at_the_start"].holds(START)


@pytest.mark.parametrize(
    "name", ["scale_identities", "growing_weights", "brakes", "exploding_gradients", "rougher_at_the_start"]
)
def test_a_claim_that_is_quick_to_measure_holds_on_another_seed(name):
    assert CLAIMS[name].holds(CLAIMS[name].measure(5001))


def test_noise_stretches_and_moves_what_comes_out_of_batch_norm():
    net = network.init([4, 5, 3], np.random.default_rng(0), norm="batch")
    x = np.random.default_rng(1).normal(size=(20, 4))
    noisy, factors = landscape.with_noise(net, np.random.default_rng(2))
    _, [plain, _] = network.forward(net, x)
    _, [moved, _] = network.forward(noisy, x)
    shift = moved.scaled - factors[0] * plain.scaled
    assert np.ptp(shift, axis=0) == pytest.approx(0, abs=1e-12)  # one number for each unit
    assert (np.abs(shift) <= 0.5).all() and (factors[0] >= 1).all() and (factors[0] <= 1.25).all()
    assert noisy[1] is net[1]  # the last layer has no batch norm


def test_what_is_learned_under_noise_is_gamma_and_beta_without_it():
    net = network.init([4, 5, 3], np.random.default_rng(0), norm="batch")
    noisy, factors = landscape.with_noise(net, np.random.default_rng(2))
    after = [replace(layer, gamma=layer.gamma + 0.1, beta=layer.beta - 0.2) for layer in noisy[:1]]
    found = landscape.without_noise(net[0], noisy[0], after[0], factors[0])
    # the chain rule: the loss sees factor * gamma, so gamma learns factor times as much
    assert found.gamma == pytest.approx(net[0].gamma + 0.1 * factors[0])
    assert found.beta == pytest.approx(net[0].beta - 0.2 * factors[0])


@pytest.mark.parametrize("kind", landscape.KINDS)
def test_a_network_is_watched_from_before_its_first_step_and_repeats_with_its_seed(kind):
    setting = {"hidden": 2, "steps": 50, "every": 25}
    course = landscape.watch(1, kind, **setting)
    assert list(course.steps) == [0, 25, 50]
    assert course.medians.shape == (3, 200) and course.accuracy[-1] > course.accuracy[0]
    again = landscape.watch(1, kind, **setting)
    assert np.array_equal(course.loss_range, again.loss_range) and course.drift == again.drift


def test_the_runs_of_a_comparison_pass_through_the_progress_bar():
    seen = []
    found = landscape.compare(0, ("none", "batch"), shown=lambda runs: seen.extend(runs) or runs, hidden=1, steps=0)
    assert seen == ["none", "batch"] == list(found)
    assert np.isinf(
        landscape.summary({"none": found["none"]._replace(loss_range=np.ones(2), gradient_change=np.ones(2))})[
            "none_steps"
        ]
    )


def test_a_rate_that_is_too_large_ends_at_guessing_and_warns_nobody():
    found = rates.accuracies(0, (1e6,), steps=20)
    assert found["none"][0] < 0.2 and found["loss"][0] == np.finfo(float).max


def test_the_gradient_before_batch_norm_follows_the_reference():
    found = scale_invariance.rescaled(3, factors=(1.0, 1.0, 5.0), eps=1e-12)
    assert found["length"][2] == pytest.approx(reference.rescaled_gradient(found["length"][0], 5.0), rel=1e-6)
    assert np.abs(found["cosine"]).max() < 1e-9 and found["change"][0] == 0


def test_the_gradient_by_layer_is_that_of_the_network():
    lengths = depth.gradient_lengths(0, "batch", hidden=3, width=20)
    assert lengths.shape == (3,) and (lengths > 0).all()
    assert depth.growth_a_layer(2.0 ** -np.arange(10)) == pytest.approx(2.0)
