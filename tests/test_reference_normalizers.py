"""The normalizers against plain loops, Keras, batch norm of a turned array, and the identities they obey."""

import math

import numpy as np
import pytest

from bncourse import reference


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def _loop(values, eps):
    """Centre and scale a list of plain numbers."""
    mean = math.fsum(values) / len(values)
    var = math.fsum((value - mean) ** 2 for value in values) / len(values)
    return [(value - mean) / math.sqrt(var + eps) for value in values]


def test_layer_norm_equals_plain_loops(rng):
    x, gamma, beta = rng.normal(3.0, 2.0, (4, 6)), rng.normal(size=6), rng.normal(size=6)
    wanted = gamma * np.array([_loop(row, 0.1) for row in x.tolist()]) + beta
    assert np.allclose(reference.layer_norm(x, gamma, beta, 0.1), wanted, rtol=1e-12, atol=1e-12)


def test_layer_norm_is_batch_norm_of_the_transpose(rng):
    x, one, zero = rng.normal(size=(4, 6)), np.ones(6), np.zeros(6)
    turned = reference.batch_norm(x.T, np.ones(4), np.zeros(4), 0.1).T
    assert np.allclose(reference.layer_norm(x, one, zero, 0.1), turned, rtol=1e-12, atol=1e-12)


def test_group_norm_equals_plain_loops(rng):
    x, gamma, beta = rng.normal(3.0, 2.0, (2, 3, 2, 6)), rng.normal(size=6), rng.normal(size=6)
    wanted = np.empty_like(x)
    for image in range(2):
        for first in (0, 3):
            block = x[image, :, :, first : first + 3]
            wanted[image, :, :, first : first + 3] = np.reshape(_loop(block.ravel().tolist(), 0.1), block.shape)
    got = reference.group_norm(x, gamma, beta, groups=2, eps=0.1)
    assert np.allclose(got, gamma * wanted + beta, rtol=1e-12, atol=1e-12)


def test_group_norm_is_instance_norm_at_one_end_and_layer_norm_at_the_other(rng):
    x, gamma, beta = rng.normal(2.0, 3.0, (3, 2, 4, 6)), rng.normal(size=6), rng.normal(size=6)
    instance = reference.instance_norm(x, gamma, beta, 0.1)
    assert np.allclose(reference.group_norm(x, gamma, beta, 6, 0.1), instance, rtol=1e-12, atol=1e-12)
    flat = x.reshape(3, -1)
    layer = reference.layer_norm(flat, np.tile(gamma, 8), np.tile(beta, 8), 0.1).reshape(x.shape)
    assert np.allclose(reference.group_norm(x, gamma, beta, 1, 0.1), layer, rtol=1e-12, atol=1e-12)


def test_instance_norm_is_batch_norm_of_one_image_at_a_time(rng):
    x, gamma, beta = rng.normal(2.0, 3.0, (3, 2, 4, 5)), rng.normal(size=5), rng.normal(size=5)
    wanted = np.concatenate([reference.batch_norm_conv(image[None], gamma, beta, 0.1) for image in x])
    assert np.allclose(reference.instance_norm(x, gamma, beta, 0.1), wanted, rtol=1e-12, atol=1e-12)


def test_rms_norm_equals_plain_loops(rng):
    x, gamma = rng.normal(3.0, 2.0, (4, 6)), rng.normal(size=6)
    rows = [[v / math.sqrt(math.fsum(w * w for w in row) / 6 + 0.1) for v in row] for row in x.tolist()]
    assert np.allclose(reference.rms_norm(x, gamma, 0.1), gamma * np.array(rows), rtol=1e-12, atol=1e-12)


def test_rms_norm_of_centred_examples_is_layer_norm(rng):
    x, gamma = rng.normal(3.0, 2.0, (4, 6)), rng.normal(size=6)
    centred = x - x.mean(axis=1, keepdims=True)
    assert np.allclose(reference.rms_norm(centred, gamma, 0.1), reference.layer_norm(x, gamma, np.zeros(6), 0.1))


@pytest.mark.parametrize("name", ["layer_norm", "group_norm", "instance_norm", "rms_norm"])
def test_a_row_of_the_result_depends_on_that_row_alone(rng, name):
    maps = name in ("group_norm", "instance_norm")
    x = rng.normal(size=(5, 2, 3, 4) if maps else (5, 4))
    extra = {"group_norm": (np.ones(4), np.zeros(4), 2), "rms_norm": (np.ones(4),)}.get(name, (np.ones(4), np.zeros(4)))
    norm = getattr(reference, name)
    before = norm(x, *extra)
    x[1:] = rng.normal(size=x[1:].shape)
    after = norm(x, *extra)
    assert np.array_equal(before[0], after[0]) and not np.allclose(before[1], after[1])


@pytest.mark.slow  # it loads Keras
@pytest.mark.parametrize("name", ["LayerNormalization", "GroupNormalization", "RMSNormalization"])
def test_a_normalizer_equals_that_of_keras(rng, name):
    import keras

    if not hasattr(keras.layers, name):
        pytest.skip(f"this Keras has no {name}")
    maps = name == "GroupNormalization"
    x = rng.normal(2.0, 3.0, (4, 3, 5, 6) if maps else (8, 6)).astype("float32")
    gamma, beta = rng.normal(size=(2, 6)).astype("float32")
    layer = getattr(keras.layers, name)(epsilon=0.1, **({"groups": 2} if maps else {}))
    layer.build(x.shape)
    layer.set_weights([gamma] if name == "RMSNormalization" else [gamma, beta])
    wanted = {
        "LayerNormalization": lambda: reference.layer_norm(x, gamma, beta, 0.1),
        "GroupNormalization": lambda: reference.group_norm(x, gamma, beta, 2, 0.1),
        "RMSNormalization": lambda: reference.rms_norm(x, gamma, 0.1),
    }[name]()
    assert np.allclose(layer(x), wanted, atol=2e-5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: reference.layer_norm(np.ones(3), np.ones(3), np.ones(3)), r"2 axes, \(batch, features\)"),
        (lambda: reference.layer_norm(np.ones((0, 3)), np.ones(3), np.ones(3)), "holds no number"),
        (lambda: reference.layer_norm(np.ones((2, 3)), np.ones(2), np.ones(3)), r"gamma has shape \(2,\)"),
        (lambda: reference.rms_norm(np.ones((2, 3)), 1.0), r"gamma has shape \(\)"),
        (lambda: reference.instance_norm(np.ones((2, 3)), np.ones(3), np.ones(3)), "4 axes"),
        (lambda: reference.group_norm(np.ones((1, 2, 2, 6)), np.ones(6), np.ones(6), 4), "6 channels cannot be cut"),
        (lambda: reference.group_norm(np.ones((1, 2, 2, 6)), np.ones(6), np.ones(6), 0), "use a divisor of 6"),
    ],
)
def test_shapes_that_do_not_fit_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
