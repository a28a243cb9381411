"""What the notebooks claim, on seeds that nobody looked at while the bounds were set."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from bncourse.experiments.claims import CLAIMS
from bncourse.experiments.layer import layers

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = {path.stem[:2]: path for path in (ROOT / "solutions").glob("*/*.ipynb")}
# They take more than half a second, and each was measured in its notebook already; these run at a second seed at night.
LONG = {
    "regressor_needs_gamma_and_beta", "hidden_layers", "small_batches", "one_class", "leak", "fewer_steps",
    "one_class_for_longer", "input_scaling", "keras_learning_weights", "keras_fine_tuning", "keras_freezing",
    "detached_training", "movement_with_and_without", "drift_and_rate", "eight_relu_layers", "noise_costs",
    "noise_drifts_and_is_fast", "noise_at_a_larger_rate", "smooth_and_slow", "kill_counts", "keras_sgd_rates",
    "keras_slow_sgd", "keras_adam", "interpolation", "false_alarms", "variance_shift", "small_rate", "first_steps",
    "weight_decay", "larger_rates", "ghost_batches", "precise_statistics", "meeting", "meeting_at_a_large_rate",
    "token_layer_norm", "first_look_fades", "brakes", "deep_residual", "divided_residual", "shallow_residual",
    "residual_tuning", "keras_adam_faster",
}  # fmt: skip


def test_every_long_claim_is_measured_in_its_notebook():
    for name in LONG:
        cells = json.loads(NOTEBOOKS[CLAIMS[name].notebook].read_text(encoding="utf-8"))["cells"]
        assert re.search(rf'claims\.confirm\(\s*"{name}"', "".join("".join(cell["source"]) for cell in cells)), name


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.nightly if name in LONG else ()) for name in CLAIMS]
)
def test_the_claim_holds(name):
    claim = CLAIMS[name]
    numbers = claim.measure(300)  # seed 0 is that of the notebooks, which assert the same when they are run
    assert claim.holds(numbers), f"{claim.says}: {numbers}"


@pytest.mark.parametrize("name", ["epsilon_formula", "sigmoid_straightness", "redundant_bias"])
def test_a_measurement_gives_plain_numbers_and_the_same_ones_again(name):
    first, again = (CLAIMS[name].measure(301) for _ in range(2))
    assert first == again
    assert all(type(value) is float for value in first.values())
    assert json.loads(json.dumps(first)) == first


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("epsilon_formula", {"error": 1e-3, "std_at_0.1": 0.95, "std_at_0.01": 0.3}),
        ("identity_recovery", {"error": 1e-6}),
        (
            "sigmoid_straightness",
            {"gamma_1": 0.98, "gamma_8": 0.75, "above_0.95_at_beta_0": 0.0, "above_0.95_at_beta_4": 0.5},
        ),
        (
            "sigmoid_straightness",
            {"gamma_1": 0.9, "gamma_8": 0.75, "above_0.95_at_beta_0": 0.0, "above_0.95_at_beta_4": 0.8},
        ),
        ("noise_of_the_mean", {"error": 0.2}),
        ("regressor_needs_gamma_and_beta", {"learned": 0.4, "fixed": 0.1}),
        ("hidden_layers", {"learned": 0.9, "fixed_1": 0.9, "fixed_0.1": 0.8}),
        ("redundant_bias", {"with_norm": 1e-3, "without_norm": 0.1}),
    ],
)
def test_a_claim_can_fail(name, numbers):
    assert not CLAIMS[name].holds(numbers)


def test_the_spread_left_after_normalizing_grows_with_the_spread_before():
    found = layers.std_against_eps(seed=302, epsilons=(1e-3, 1e-5))
    assert (np.diff(found["sigma"]) >= 0).all()
    assert found["sigma"][0] < 2e-3 and found["sigma"][-1] > 5
    for line in found["measured"]:
        assert (np.diff(line) > -1e-9).all() and line[-1] < 1
    assert (found["measured"][1] >= found["measured"][0]).all()


def test_feature_maps_equal_a_convolution_in_plain_loops():
    from bncourse import data

    maps = layers.feature_maps(seed=303, examples=2)
    images, _ = data.mnist()
    chosen = np.random.default_rng(303).choice(len(images), 2, replace=False)
    assert maps.shape == (2, 26, 26, 3)
    for n, h, w, c in [(0, 0, 0, 0), (0, 11, 13, 1), (1, 12, 9, 0), (1, 25, 25, 2), (1, 14, 12, 2)]:
        patch = images[chosen[n], h : h + 3, w : w + 3]
        total = sum(patch[i, j] * layers.FILTERS[c, i, j] for i in range(3) for j in range(3))
        assert maps[n, h, w, c] == pytest.approx(total)


def test_r_squared_is_1_for_the_truth_and_0_for_its_mean():
    true = np.array([1.0, 2.0, 6.0])
    assert layers.r_squared(true, true) == 1
    assert layers.r_squared(np.full(3, 3.0), true) == 0
    assert layers.r_squared(np.full(3, 9.0), true) < 0
