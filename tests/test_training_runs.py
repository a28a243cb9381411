"""The measurements of notebooks 00 and 03: what they promise, beside their claims."""

import numpy as np
import pytest

from bncourse import data, reference, waiting
from bncourse.experiments.claims import CLAIMS
from bncourse.experiments.training import convergence, descent, first_look, hidden_units


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        (
            "standardizing_helps",
            {
                "condition_raw": 1e6,
                "condition_standardized": 3.0,
                "steps_raw": 9000.0,
                "steps_centred": 3000.0,
                "steps_standardized": 4.0,
            },
        ),
        ("correlated", {"condition": 50.0, "correlation": 0.9}),
        (
            "movement_with_and_without",
            {
                "none_median_range": 1.0,
                "batch_median_range": 0.5,
                "none_band_growth": 100.0,
                "batch_band_growth": 2.0,
                "none_drift": 9.0,
                "batch_drift": 0.2,
            },
        ),
        ("fewer_steps", {"ratio": 5.0, "batch_rates": 4.0, "none_rates": 1.0}),
        (
            "input_scaling",
            {
                "sigmoid_raw_gain": 20.0,
                "sigmoid_standardized_gain": 6.0,
                "sigmoid_raw_times_4_gain": 5.0,
                "sigmoid_standardized_times_4_gain": 2.0,
                "relu_raw_gain": 3.0,
                "relu_standardized_gain": 2.8,
            }
            | {f"{convergence.setting_name(*setting)}_batch": 40.0 for setting in convergence.SETTINGS}
            | {"sigmoid_raw_none": 800.0, "sigmoid_standardized_none": 240.0, "sigmoid_raw_times_4_none": 200.0}
            | {"sigmoid_standardized_times_4_none": 80.0, "relu_raw_none": 120.0, "relu_standardized_none": 112.0},
        ),
    ],
)
def test_a_claim_about_training_can_fail(name, numbers):
    assert not CLAIMS[name].holds(numbers)


def test_movement_is_the_drift_of_the_exercise_averaged_over_the_units():
    inputs = np.random.default_rng(0).normal(size=(6, 40, 3)).cumsum(axis=0)
    by_unit = [reference.drift(reference.input_percentiles(inputs[:, :, unit])) for unit in range(3)]
    assert hidden_units.movement(inputs)["drift"] == pytest.approx(np.mean(by_unit))


def test_what_batch_norm_sends_to_a_sigmoid_has_mean_beta_and_nearly_standard_deviation_gamma():
    first = hidden_units.unit_inputs(seed=0, norm="batch", steps=20, examples=100)[0]
    assert np.abs(first.mean(axis=0)).max() < 1e-12  # before training beta is 0 and gamma is 1
    assert (first.std(axis=0) < 1).all() and (first.std(axis=0) > 0.9).all()


def test_a_record_begins_before_training_and_repeats_with_its_seed():
    short = hidden_units.unit_inputs(seed=1, steps=40, examples=50)
    assert short.shape == (3, 50, 100)
    assert np.array_equal(short, hidden_units.unit_inputs(seed=1, steps=40, examples=50))
    assert not np.array_equal(short[0], short[2])


def test_the_tiny_network_has_the_shape_of_the_picture_and_learns():
    watched = hidden_units.watch_tiny_network(seed=4)
    assert [layer.shape for layer in watched.weights[0]] == [(2, 2), (2, 2), (2, 2), (2, 1)]
    assert watched.steps[0] == 0 and watched.steps[-1] == 400
    assert watched.accuracy[0] < 0.6 and watched.accuracy[-1] > 0.95


def test_a_run_that_overflows_never_arrives_and_warns_nobody():
    parts = data.split(*data.mnist_128(), 0)
    run = {"activation": "relu", "norm": None, "limit": 100}
    assert convergence.steps_to(0.85, parts, np.random.default_rng(0), lr=1e6, **run) == convergence.NEVER
    assert convergence.steps_to(0.05, parts, np.random.default_rng(0), lr=0.1, **run) == 25


def test_every_run_passes_through_the_progress_bar(capsys):
    seen = []

    def shown(runs):
        for run in runs:
            seen.append(run)
            yield run

    found = convergence.learning_rates(seed=0, rates=(0.1, 0.3), limit=25, shown=shown)
    assert seen == [("none", 0), ("none", 1), ("batch", 0), ("batch", 1)]
    assert {name: steps.shape for name, steps in found.items()} == {"none": (2,), "batch": (2,)}
    assert list(waiting.bar("abc")) == list(waiting.named("Training")("abc")) == ["a", "b", "c"]
    said = [repr(waiting._State("Training", done, 4, seconds)) for done, seconds in ((0, 0.0), (1, 3.0), (4, 12.2))]
    assert said == ["Training: 0 of 4", "Training: 1 of 4, about 9 s left", "Training: 4 of 4, in 12 s"]
    assert "3 of 3" in capsys.readouterr().out
    with waiting.said("Training the base", 3):
        assert capsys.readouterr().out == "Training the base: about 3 s\n"
    assert capsys.readouterr().out == "Training the base: in 0 s\n"
    assert (
        "value" not in waiting._Words("a", running=True)._repr_html_() and "value" in waiting._Words("a")._repr_html_()
    )


def test_the_curvatures_are_those_of_the_error_measured_by_differences():
    x, y = descent.patients(seed=0)
    x = descent.scalings(x)["standardized"]
    inputs = np.column_stack([x, np.ones(len(x))])
    error = lambda weights: ((inputs @ weights - y) ** 2).mean()  # noqa: E731
    steps = np.eye(5)
    second = [[(error(a + b) - error(a - b) - error(b - a) + error(-a - b)) / 4 for b in steps] for a in steps]
    assert np.linalg.eigvalsh(second) == pytest.approx(descent.curvatures(x), rel=1e-6)


def test_gradient_descent_approaches_the_best_model_and_says_when_it_arrives():
    x, y = descent.patients(seed=0)
    distances = descent.distance_from_best(descent.scalings(x)["standardized"], y, steps=100)
    assert len(distances) == 101 and distances[-1] < 1e-9
    assert (np.diff(distances) <= 1e-12).all()
    arrived = int(descent.steps_to_best(distances))
    assert distances[arrived] < 0.01 <= distances[arrived - 1]
    assert descent.steps_to_best(distances[:2]) == np.inf


def test_raw_measurements_are_the_scaled_ones_in_their_own_units():
    raw, _ = data.diabetes(raw=True)
    scaled, _ = data.diabetes()
    assert raw[:, 0].min() > 15  # years
    assert reference.standardize(raw) == pytest.approx(scaled * np.sqrt(len(raw)), abs=1e-6)


@pytest.mark.slow  # it loads Keras
def test_the_first_look_trains_with_the_function_it_is_given_and_its_weights_are_those_keras_draws():
    from bncourse.backend import require_keras

    def no_norm(x, gamma, beta, eps):
        return x

    spread, accuracy = first_look.two_networks(no_norm, seed=0, layers=3, steps=5)
    without, with_norm = (spread[name] for name in first_look.LOOKS)
    assert np.array_equal(without, with_norm), "the same weights, and no normalizer in either"
    assert [len(found) for found in accuracy.values()] == [2, 2]
    keras = require_keras()
    kernel = keras.layers.Dense(300)
    kernel.build((None, 500))
    drawn = keras.ops.convert_to_numpy(kernel.kernel.value).std()
    assert drawn == pytest.approx((2 / 800) ** 0.5, rel=0.02)
    assert first_look.glorot_by_he(500, 300) * (2 / 500) ** 0.5 == pytest.approx((2 / 800) ** 0.5)


@pytest.mark.nightly
@pytest.mark.parametrize("setting", convergence.SETTINGS, ids=lambda setting: convergence.setting_name(*setting))
@pytest.mark.parametrize("norm", [None, "batch"])
def test_each_setting_of_the_comparison_has_a_rate_near_its_best(setting, norm):
    activation, standardized, scale = setting
    rate = convergence.SETTINGS[setting][norm == "batch"]
    parts = data.split(*data.mnist_128(), 0)
    parts = data.standardize(parts) if standardized else parts
    steps = {}
    for lr in (rate / 3, rate, 3 * rate):
        rng = np.random.default_rng(0)
        steps[lr] = convergence.steps_to(
            0.85, parts, rng, activation=activation, norm=norm, lr=lr, every=5, scale=scale
        )
    assert steps[rate] <= 1.25 * min(steps.values()), steps
