"""Networks that normalize over other axes, and what notebook 09 measures with them."""

import numpy as np
import pytest

from bncourse import losses, network, reference
from bncourse.experiments.normalizers import adaptation, batch_composition, regularizers, sharing
from bncourse.experiments.normalizers import normalized_networks as networks


def small(kind, seed=400):
    """A small network with random gamma and beta, and a batch for it."""
    rng = np.random.default_rng(seed)
    net = networks.init(kind, rng, (6, 16, 8, 3))
    for layer in net:
        for values in (layer.gamma, layer.beta):
            if values is not None:
                values += 0.3 * rng.standard_normal(values.shape)
    return net, rng.normal(size=(5, 6)), rng.integers(3, size=5)


@pytest.mark.parametrize("kind", network.NORMS)
def test_a_step_goes_down_the_slope_that_finite_differences_find(kind):
    net, x, labels = small(kind)
    moved = networks.step(net, x, labels, lr=1.0)

    def loss():
        return losses.cross_entropy(network.forward(net, x)[0], labels)[0]

    for layer, after in zip(net, moved, strict=True):
        for name in ("weights", "bias", "gamma", "beta"):
            values = getattr(layer, name)
            if values is None:
                continue
            place = np.unravel_index(np.abs(values - getattr(after, name)).argmax(), values.shape)
            old, nearby = values[place], []
            for step in (1e-6, -1e-6):
                values[place] = old + step
                nearby.append(loss())
            values[place] = old
            slope = (nearby[0] - nearby[1]) / 2e-6
            assert old - getattr(after, name)[place] == pytest.approx(slope, rel=1e-4, abs=1e-8), name


def test_batch_norm_is_that_of_the_reference_to_the_last_bit():
    net, x, _ = small("batch")
    for training in (True, False):
        sums = x @ net[0].weights
        mean = reference.batch_mean(sums) if training else net[0].running_mean
        var = reference.batch_variance(sums, mean) if training else net[0].running_var
        x_hat = reference.normalize(sums, mean, var, net[0].eps)
        seen = network.forward(net, x, training=training)[1][0]
        expected = (mean, var, x_hat, reference.scale_and_shift(x_hat, net[0].gamma, net[0].beta))
        for mine, wanted in zip((seen.mean, seen.var, seen.normalized, seen.scaled), expected, strict=True):
            np.testing.assert_array_equal(mine, wanted)


@pytest.mark.parametrize("kind", ["layer", "group"])
def test_the_other_normalizers_are_those_of_the_reference_and_need_no_batch(kind):
    net, x, _ = small(kind)
    logits, trace = network.forward(net, x)
    layer, sums = net[0], trace[0].weighted_sums
    if kind == "layer":
        expected = reference.layer_norm(sums, layer.gamma, layer.beta)
    else:
        maps = sums[:, None, None, :]
        expected = reference.group_norm(maps, layer.gamma, layer.beta, network.layer.GROUPS)[:, 0, 0]
    np.testing.assert_allclose(trace[0].activations, np.maximum(expected, 0), atol=1e-12)
    np.testing.assert_allclose(network.forward(net, x[:1], training=False)[0], logits[:1])


def test_statistics_of_a_batch_make_inference_equal_to_training_on_it():
    net, x, _ = small("batch")
    ready = network.with_statistics_of(net, x)
    np.testing.assert_allclose(network.forward(ready, x, training=False)[0], network.forward(net, x)[0])
    # and the first layer does what the exercise adapt_statistics asks for
    layer, sums = ready[0], x @ net[0].weights
    adapted = reference.adapt_statistics(sums[None], layer.gamma, layer.beta, layer.running_mean, layer.running_var)
    _, trace = network.forward(ready, x, training=False)
    np.testing.assert_allclose(trace[0].activations, np.maximum(adapted[0], 0), atol=1e-12)


def test_dropout_keeps_the_mean_of_the_activations():
    net, x, _ = small(None)
    rng = np.random.default_rng(401)
    kept = [network.forward(net, x, dropout=0.3, rng=rng)[1][1].kept for _ in range(400)]
    assert np.mean(kept) == pytest.approx(1, abs=0.02)
    assert np.mean(np.array(kept) == 0) == pytest.approx(0.3, abs=0.02)


def test_weight_decay_shortens_the_weights_and_nothing_else():
    net, x, labels = small("layer")
    plain, decayed = (networks.step(net, x, labels, lr=0.1, decay=decay) for decay in (0.0, 0.5))
    for layer, one, other in zip(net, plain, decayed, strict=True):
        np.testing.assert_allclose(one.weights - other.weights, 0.05 * layer.weights)
        for name in ("bias", "gamma", "beta"):
            assert np.array_equal(getattr(one, name), getattr(other, name))


def test_every_example_comes_once_before_any_comes_again():
    batches = networks.shuffled(12, 4, steps=7, rng=np.random.default_rng(402))
    assert batches.shape == (7, 4)
    assert sorted(batches[:3].ravel()) == sorted(batches[3:6].ravel()) == list(range(12))


def test_an_unknown_normalizer_is_named():
    with pytest.raises(ValueError, match="'spectral'"):
        networks.init("spectral", np.random.default_rng(0))


def test_only_batch_norm_shares_statistics_with_other_images():
    found = sharing.shared(groups=3)
    counts = {name: mask.sum() for name, mask in found.items()}
    one = {"layer norm": 24, "layer norm of a position": 6, "instance norm": 4, "group norm": 8}
    assert counts == {"batch norm": 12, **one}
    assert [name for name, mask in found.items() if mask[0].any() or mask[2].any()] == ["batch norm"]


def test_inverted_twice_and_brightened_images_keep_their_ink():
    images = np.random.default_rng(403).random((2, 28, 28))
    rng = np.random.default_rng(404)
    clean = adaptation.data.pool_128(images)
    np.testing.assert_allclose(1 - adaptation.shifted(images, "inverted", rng), clean)
    np.testing.assert_allclose(adaptation.shifted(images, "brighter", rng) - 0.5, clean)
    assert all(adaptation.shifted(images, shift, rng).shape == (2, 128) for shift in adaptation.SHIFTS)
    assert set(adaptation.pictures(0)) == set(adaptation.SHIFTS)


def test_standardized_inputs_forget_brightness_and_contrast_and_leave_a_constant_at_zero():
    x = np.random.default_rng(405).random((20, 3))
    x[:, 2] = 0.6
    np.testing.assert_allclose(adaptation.standardized(0.4 * x + 0.6), adaptation.standardized(x), atol=1e-12)
    assert np.abs(adaptation.standardized(x)[:, 2]).max() < 1e-12


def test_the_measurements_are_plain_numbers_and_the_same_again():
    for measure in (
        lambda: batch_composition.one_class(406, steps=5),
        lambda: batch_composition.one_class_for_longer(406, steps=5),
        lambda: batch_composition.leak(406, steps=5, digits=2),
        lambda: regularizers.variance_shift(406, shares=(0.5,), steps=5),
        lambda: regularizers.weight_decay(406, steps=5),
        lambda: sharing.shards(406),
    ):
        first, again = measure(), measure()
        assert first == again
        assert all(type(value) is float for value in first.values())


def test_the_way_back_of_all_normalizers_is_that_of_the_reference_up_to_rounding():
    rng = np.random.default_rng(404)
    net, x, labels = networks.init("batch", rng), rng.normal(size=(32, 128)), rng.integers(0, 10, 32)
    logits, trace = network.forward(net, x)
    dout = losses.cross_entropy(logits, labels)[1]
    shared, given = network.backward(net, trace, dout, None), network.backward(net, trace, dout)
    for one, other in zip(shared, given, strict=True):
        assert one.keys() == other.keys()
        for name in one:
            np.testing.assert_allclose(one[name], other[name], atol=1e-13)


@pytest.mark.parametrize("kind", network.NORMS)
def test_training_is_its_steps_with_dropout_and_decay_too(kind):
    net, x, labels = small(kind)
    options = {"lr": 0.1, "decay": 0.1, "dropout": 0.25}
    trained, found = network.train(net, x, labels, np.random.default_rng(7), steps=3, batch=5, **options)
    rng, expected = np.random.default_rng(7), []
    for _ in range(3):
        rows = rng.permutation(5)
        net, loss = network.step(net, x[rows], labels[rows], rng=rng, **options)
        expected.append(loss)
    np.testing.assert_array_equal(found, expected)
    for one, other in zip(trained, net, strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)


def test_what_does_not_fit_is_said():
    with pytest.raises(ValueError, match=r"group norm takes 8 groups.*12"):
        network.init([6, 12, 3], np.random.default_rng(0), norm="group")
    net, x, _ = small("layer")
    with pytest.raises(ValueError, match=r"dropout of 0\.5 needs rng"):
        network.forward(net, x, dropout=0.5)
