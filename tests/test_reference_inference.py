"""Inference, running statistics and folding against plain loops, Keras, and their identities."""

import numpy as np
import pytest

from bncourse import reference


@pytest.fixture
def rng():
    return np.random.default_rng(31)


def draw(rng, shape=(7, 5)):
    features = shape[-1]
    gamma, beta, mean = rng.normal(size=(3, features))
    return rng.normal(2.0, 3.0, shape), gamma, beta, mean, rng.uniform(0.5, 2.0, features)


def test_inference_equals_plain_loops(rng):
    x, gamma, beta, mean, var = draw(rng)
    y = reference.batch_norm_inference(x, gamma, beta, mean, var, 0.1)
    for i in range(7):
        for k in range(5):
            assert y[i, k] == pytest.approx(gamma[k] * (x[i, k] - mean[k]) / (var[k] + 0.1) ** 0.5 + beta[k], rel=1e-12)


def test_at_inference_each_row_depends_on_itself_alone(rng):
    x, *state = draw(rng)
    y = reference.batch_norm_inference(x, *state)
    assert np.array_equal(reference.batch_norm_inference(x[2:3], *state), y[2:3])
    others = rng.normal(size=x.shape)
    others[4] = x[4]
    assert np.array_equal(reference.batch_norm_inference(others, *state)[4], y[4])


def test_the_layer_after_training_changes_nothing_and_says_the_same_twice(rng):
    x, gamma, beta, mean, var = draw(rng)
    before = mean.copy(), var.copy()
    first = reference.batch_norm_layer(x, gamma, beta, mean, var, training=False)
    second = reference.batch_norm_layer(x, gamma, beta, first[1], first[2], training=False)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert np.array_equal(mean, before[0]) and np.array_equal(var, before[1])


def test_the_layer_while_training_is_batch_norm_and_two_moving_averages(rng):
    x, gamma, beta, mean, var = draw(rng)
    y, new_mean, new_var = reference.batch_norm_layer(x, gamma, beta, mean, var, 0.7, 0.1)
    assert np.array_equal(y, reference.batch_norm(x, gamma, beta, 0.1))
    assert np.allclose(new_mean, 0.7 * mean + 0.3 * x.mean(axis=0))
    assert np.allclose(new_var, 0.7 * var + 0.3 * x.var(axis=0))


@pytest.mark.slow  # it loads Keras
def test_the_layer_equals_that_of_keras_over_some_batches(rng):
    import keras

    _, gamma, beta, *_ = (value.astype("float32") for value in draw(rng))
    layer = keras.layers.BatchNormalization(momentum=0.8, epsilon=0.01)
    layer.build((None, 5))
    layer.gamma.assign(gamma)
    layer.beta.assign(beta)
    state = np.zeros(5), np.ones(5)
    for _ in range(4):
        x = rng.normal(2.0, 3.0, (16, 5)).astype("float32")
        y, *state = reference.batch_norm_layer(x, gamma, beta, *state, 0.8, 0.01)
        assert np.allclose(layer(x, training=True), y, atol=2e-5)
    assert np.allclose(layer.moving_mean, state[0], atol=1e-5)
    assert np.allclose(layer.moving_variance, state[1], rtol=1e-5)
    y, *_ = reference.batch_norm_layer(x, gamma, beta, *state, 0.8, 0.01, training=False)
    assert np.allclose(layer(x, training=False), y, atol=2e-5)


@pytest.mark.parametrize(("momentum", "convention"), [(0.9, "keras"), (0.1, "pytorch")])
def test_the_two_conventions_say_the_same_with_each_others_complement(rng, momentum, convention):
    old, new = rng.normal(size=(2, 4))
    assert np.allclose(reference.moving_average(old, new, momentum, convention), 0.9 * old + 0.1 * new)


@pytest.mark.parametrize(
    ("share", "momentum", "steps"), [(0.9, 0.99, 230), (0.99, 0.99, 459), (0.9, 0.9, 22), (0.99, 0.9, 44)]
)
def test_steps_to_reach_equals_counting_updates(share, momentum, steps):
    value, count = np.zeros(1), 0
    while value[0] < share:
        value = reference.moving_average(value, np.ones(1), momentum)
        count += 1
    assert reference.steps_to_reach(share, momentum) == count == steps


@pytest.mark.parametrize(
    ("share", "momentum", "steps"), [(0.75, 0.5, 2), (0.5, 0.5, 1), (1e-9, 0.5, 1), (0.001, 0.99, 1)]
)
def test_steps_to_reach_at_the_edges(share, momentum, steps):
    assert reference.steps_to_reach(share, momentum) == steps


def test_steps_to_reach_is_the_smallest_number(rng):
    for share, momentum in rng.uniform(0.01, 0.999, (200, 2)):
        n = reference.steps_to_reach(share, momentum)
        assert 1 - momentum**n >= share
        assert n == 1 or 1 - momentum ** (n - 1) < share


def test_population_statistics_equal_plain_loops(rng):
    batches = rng.normal(2.0, 3.0, (4, 6, 5))
    mean, var = np.zeros(5), np.zeros(5)
    for x in batches:
        own = sum(x) / 6
        mean += own / 4
        var += sum((row - own) ** 2 for row in x) / 6 / 4 * 6 / 5
    for wanted, got in zip((mean, var), reference.population_statistics(batches), strict=True):
        assert np.allclose(wanted, got, rtol=1e-12)


def test_the_population_variance_is_unbiased_and_the_biased_one_too_small(rng):
    batches = rng.normal(0.0, 2.0, (20_000, 3, 1))
    _, var = reference.population_statistics(batches)
    assert var[0] == pytest.approx(4.0, rel=0.03)
    assert batches.var(axis=1).mean() == pytest.approx(4.0 * 2 / 3, rel=0.03)


def test_a_folded_dense_layer_gives_what_the_two_layers_gave(rng):
    kernel, bias = rng.normal(size=(8, 5)), rng.normal(size=5)
    x, (_, *state) = rng.normal(size=(50, 8)), draw(rng)
    folded_kernel, folded_bias = reference.fold_into_dense(kernel, bias, *state)
    wanted = reference.batch_norm_inference(x @ kernel + bias, *state)
    assert np.allclose(x @ folded_kernel + folded_bias, wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.slow  # it loads Keras
def test_a_folded_convolution_gives_what_keras_gives_for_both_layers(rng):
    import keras

    kernel, bias = rng.normal(size=(3, 2, 4, 5)).astype("float32"), rng.normal(size=5).astype("float32")
    _, *state = (value.astype("float32") for value in draw(rng))
    x = rng.normal(size=(2, 6, 6, 4)).astype("float32")
    norm = keras.layers.BatchNormalization()
    norm.build((None, None, None, 5))
    norm.set_weights(state)
    wanted = norm(keras.ops.conv(x, kernel) + bias, training=False)
    folded_kernel, folded_bias = reference.fold_into_conv(kernel, bias, *state)
    got = keras.ops.conv(x, folded_kernel.astype("float32")) + folded_bias.astype("float32")
    assert np.allclose(wanted, got, atol=1e-4)


def test_a_convolution_over_one_position_folds_as_a_dense_layer(rng):
    kernel, (_, *state) = rng.normal(size=(4, 5)), draw(rng)
    bias = np.zeros(5)
    dense, conv = (
        reference.fold_into_dense(kernel, bias, *state),
        reference.fold_into_conv(kernel[None, None], bias, *state),
    )
    assert np.array_equal(dense[0], conv[0][0, 0]) and np.array_equal(dense[1], conv[1])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reference.moving_average(np.ones(2), np.ones(2), convention="jax"), "use 'keras'"),
        (lambda: reference.moving_average(np.ones(2), np.ones(3)), "must be the same"),
        (lambda: reference.steps_to_reach(1.0, 0.9), "share is 1.0; it lies between 0 and 1"),
        (lambda: reference.steps_to_reach(0.9, 0), "momentum is 0; it lies between 0 and 1"),
        (lambda: reference.population_statistics(np.ones((4, 3))), "three axes"),
        (lambda: reference.population_statistics(np.ones((4, 1, 3))), "at least two"),
        (lambda: reference.fold_into_dense(np.ones(3), 1, 1, 1, 1, 1), r"2 axes, \(inputs, units\)"),
        (
            lambda: reference.fold_into_conv(np.ones((3, 3, 2, 4)), *[np.ones(3)] * 5),
            r"bias has shape \(3,\).*each of the channels out: \(4,\)",
        ),
    ],
)
def test_what_inference_cannot_use_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
