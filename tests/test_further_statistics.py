"""The further sections of notebook 06: statistics taken anew, in the runs and in their figure."""

import numpy as np
import pytest

from bncourse import network
from bncourse.experiments.layer import accumulation, half_precision, precise, running
from bncourse.figures import further_figures


def test_a_larger_batch_is_a_larger_batch():
    run = running.train(0, steps=2, batch=1000)
    other = running.train(0, steps=2)
    assert run.variances[0].shape == other.variances[0].shape == (2, 64)
    spread = [np.abs(one.means[0][0] - one.means[0][1]).mean() for one in (run, other)]
    assert spread[0] < spread[1], "the means of larger batches differ less"


def test_the_looks_are_at_the_same_weights_with_three_kinds_of_statistics():
    seen = []
    found = precise.recomputed(0, passes=1, runs=1, shown=lambda jobs: seen.extend(jobs) or jobs)
    assert [name for name, _ in seen] == list(precise.SETTINGS)
    assert set(found) == {f"{name}_{kind}" for name in precise.SETTINGS for kind in further_figures.KINDS}
    assert all(0 <= accuracy <= 1 for accuracy in found.values())


def test_statistics_taken_anew_do_not_depend_on_the_running_ones():
    run = running.train(0, steps=5)
    nets = [running.with_running_statistics(run, 5, momentum) for momentum in (0.5, 0.99)]
    anew = [running.with_population_statistics(net, run.parts.x_train) for net in nets]
    logits = [network.forward(net, run.parts.x_test[:50], training=False)[0] for net in anew]
    np.testing.assert_array_equal(*logits)


def test_the_description_tells_each_training_and_each_kind():
    found = {f"{name}_{kind}": 0.9 for name in precise.SETTINGS for kind in further_figures.KINDS}
    described = further_figures.precise(found | {"large_running_0.99": 0.75}, precise.SETTINGS)
    assert "batches of 1,000, rate 1: taken anew 90.0, running, momentum 0.9 90.0, running, momentum 0.99 75.0" in (
        described.alt
    )
    assert described.figure.axes[0].get_xlabel() and len(described.figure.get_suptitle()) > 20


@pytest.mark.parametrize("batch", [64, 1000])
def test_eight_passes_are_as_many_steps_as_the_text_says(batch):
    assert precise.DIGITS * 8 // batch == {64: 500, 1000: 32}[batch]


def test_numbers_of_16_bits_are_those_of_numpy_and_of_jax():
    x = np.random.default_rng(0).standard_normal(1000) * 10.0 ** np.arange(-3, 7).repeat(100)
    with np.errstate(over="ignore"):
        np.testing.assert_array_equal(half_precision.rounded(x, "float16"), x.astype(np.float16).astype(float))
    jnp = pytest.importorskip("jax.numpy")
    expected = np.asarray(jnp.asarray(x.astype(np.float32)).astype(jnp.bfloat16).astype(jnp.float32))
    np.testing.assert_array_equal(half_precision.rounded(x, "bfloat16"), expected.astype(float))


@pytest.mark.parametrize("kind", half_precision.FORMATS)
@pytest.mark.parametrize("first", [True, False])
def test_where_mean_and_spread_are_alike_both_ways_give_the_variance(kind, first):
    computed, true = half_precision.variances(0, kind, 1.0, first)
    np.testing.assert_allclose(computed, true, rtol=0.03)


@pytest.mark.slow  # it loads Keras
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_keras_computes_batch_norm_in_float32_as_the_text_says(policy):
    keras = pytest.importorskip("keras")
    layer = keras.layers.BatchNormalization(dtype=policy, momentum=0.0)
    x = keras.ops.cast(300 + np.random.default_rng(0).standard_normal((256, 4)), policy.removeprefix("mixed_"))
    y = layer(x, training=True)
    assert keras.backend.standardize_dtype(y.dtype) == policy.removeprefix("mixed_")
    assert {weight.dtype for weight in layer.weights} == {"float32"} and len(layer.weights) == 4
    kept = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(x, "float32")), np.float64)
    variance = keras.ops.convert_to_numpy(layer.moving_variance.value)
    np.testing.assert_allclose(variance, kept.var(axis=0), rtol=1e-3)  # squares of 300 overflow in float16


@pytest.mark.slow  # it loads Keras
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_an_input_in_float32_is_rounded_before_the_statistics_are_taken(policy):
    keras = pytest.importorskip("keras")
    x = (300 + 0.1 * np.random.default_rng(0).standard_normal((256, 4))).astype(np.float32)
    variances = {}
    for kind in (policy, "float32"):
        layer = keras.layers.BatchNormalization(dtype=kind, momentum=0.0)
        layer(keras.ops.convert_to_tensor(x), training=True)
        variances[kind] = keras.ops.convert_to_numpy(layer.moving_variance.value)
    np.testing.assert_allclose(variances["float32"], x.var(axis=0, dtype=np.float64), rtol=0.01)
    rounded = keras.ops.cast(keras.ops.cast(keras.ops.convert_to_tensor(x), policy.removeprefix("mixed_")), "float32")
    true = np.asarray(keras.ops.convert_to_numpy(rounded), np.float64).var(axis=0)
    np.testing.assert_allclose(variances[policy], true, rtol=0.01, atol=1e-6)
    assert not np.allclose(variances[policy], variances["float32"], rtol=0.1)


def test_micro_batches_differ_with_batch_norm_alone_and_are_ghost_batches():
    found = accumulation.differences(1, sizes=(16, 64))
    assert found["batch"][0] > 0.1 and found["batch"][1] == 0
    assert max(found["none"].max(), found["layer"].max(), found["ghost"].max()) < 1e-12


def test_the_descriptions_of_the_further_figures_have_their_numbers():
    numbers = half_precision.errors(0)
    assert "overflow at 300" in further_figures.half_precision(numbers, half_precision.MEANS).alt
    found = {"batch": np.array([0.8, 0.0]), "layer": np.array([2e-16, 0.0]), "none": np.array([3e-16, 0.0])}
    assert "batch norm 0.8 at 8; layer norm 2e-16 at 8" in further_figures.accumulation(found, (8, 64)).alt
