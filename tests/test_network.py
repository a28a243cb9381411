"""The small network: its gradients against finite differences, its passes against the formula, its training."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from bncourse import losses, network, reference
from bncourse.network import in_a_tab, training


def _loss(net, x, y, loss):
    output, trace = network.forward(net, x)
    value, dout = loss(output, y)
    return value, network.backward(net, trace, dout)


def _small(activation, norm, outputs=2, **options):
    rng = np.random.default_rng(0)
    net = network.init([5, 4, 3, outputs], rng, activation=activation, norm=norm, bias=True, **options)
    # away from the start, where gamma 1 and beta 0 would hide a missing factor
    return [
        replace(
            layer,
            bias=rng.normal(size=layer.bias.shape),
            **(
                {"gamma": rng.normal(size=layer.gamma.shape), "beta": rng.normal(size=layer.beta.shape)}
                if layer.norm
                else {}
            ),
        )
        for layer in net
    ]


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "linear"])
@pytest.mark.parametrize("norm", ["batch", None])
@pytest.mark.parametrize("loss", [losses.cross_entropy, losses.squared])
def test_every_gradient_agrees_with_a_finite_difference(activation, norm, loss):
    rng = np.random.default_rng(1)
    x = rng.normal(size=(7, 5))
    y = rng.integers(0, 2, size=7)
    outputs = 1 if loss is losses.squared else 2
    net = _small(activation, norm, outputs, norm_output=norm is not None, eps=0.1)
    _, gradients = _loss(net, x, y, loss)
    step = 1e-6
    for i, found in enumerate(gradients):
        assert set(found) == ({"weights", "bias", "gamma", "beta"} if norm else {"weights", "bias"})
        for name, gradient in found.items():
            for place in np.ndindex(gradient.shape):
                values = []
                for sign in (1, -1):
                    moved = getattr(net[i], name).copy()
                    moved[place] += sign * step
                    changed = [*net[:i], replace(net[i], **{name: moved}), *net[i + 1 :]]
                    values.append(_loss(changed, x, y, loss)[0])
                assert gradient[place] == pytest.approx((values[0] - values[1]) / (2 * step), rel=1e-5, abs=1e-7)


def test_the_trace_follows_the_steps_of_the_notes():
    x = np.random.default_rng(2).normal(size=(6, 5))
    net = _small("sigmoid", "batch")
    output, trace = network.forward(net, x)
    first = trace[0]
    np.testing.assert_allclose(first.weighted_sums, x @ net[0].weights + net[0].bias)
    expected = reference.batch_norm(first.weighted_sums, net[0].gamma, net[0].beta, net[0].eps)
    np.testing.assert_allclose(first.scaled, expected)
    np.testing.assert_allclose(first.activations, 1 / (1 + np.exp(-first.scaled)))
    np.testing.assert_array_equal(trace[1].inputs, first.activations)
    np.testing.assert_array_equal(output, trace[-1].activations)


def test_a_layer_with_batch_norm_has_no_bias_unless_asked():
    rng = np.random.default_rng(0)
    net = network.init([5, 4, 3], rng, norm="batch")
    assert net[0].bias is None and net[0].gamma is not None
    assert net[1].bias is not None and net[1].norm is None
    assert network.init([5, 4, 3], rng, norm="batch", bias=True)[0].bias is not None
    assert network.init([5, 4, 3], rng, norm="batch", norm_output=True)[1].norm == "batch"


def test_an_unknown_activation_or_norm_is_refused_with_the_known_ones():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="sigmoid, tanh, relu"):
        network.init([2, 2], rng, activation="rleu")
    with pytest.raises(ValueError, match="'batch', 'layer', 'group', None"):
        network.init([2, 2], rng, norm="spectral")


def test_at_inference_each_row_depends_on_itself_alone():
    rng = np.random.default_rng(3)
    net = network.init([5, 4, 3], rng, norm="batch")
    x = rng.normal(size=(40, 5))
    net, _ = network.train(net, x, rng.integers(0, 3, 40), rng, steps=20, lr=0.1, batch=8)
    together, _ = network.forward(net, x, training=False)
    alone, _ = network.forward(net, x[:1], training=False)
    np.testing.assert_allclose(alone[0], together[0], rtol=1e-12)
    in_training, _ = network.forward(net, x)
    assert np.abs(in_training - together).max() > 1e-3


def test_running_statistics_move_towards_those_of_the_batch():
    rng = np.random.default_rng(4)
    net = network.init([5, 4, 3], rng, norm="batch")
    x, y = rng.normal(3, 2, size=(16, 5)), rng.integers(0, 3, 16)
    _, trace = network.forward(net, x)
    after, _ = network.train(net, x, y, rng, steps=1, lr=0.0, batch=16, momentum=0.7)
    np.testing.assert_allclose(after[0].running_mean, 0.3 * trace[0].mean)
    np.testing.assert_allclose(after[0].running_var, 0.7 + 0.3 * trace[0].var)


def test_training_changes_neither_the_network_nor_the_data_it_is_given():
    rng = np.random.default_rng(5)
    net = network.init([5, 4, 3], rng, norm="batch")
    x, y = rng.normal(size=(32, 5)), rng.integers(0, 3, 32)
    weights, running, inputs = net[0].weights.copy(), net[0].running_mean.copy(), x.copy()
    network.train(net, x, y, rng, steps=5, lr=0.5)
    np.testing.assert_array_equal(net[0].weights, weights)
    np.testing.assert_array_equal(net[0].running_mean, running)
    np.testing.assert_array_equal(x, inputs)


def test_what_is_fixed_stays_and_the_rest_is_learned():
    rng = np.random.default_rng(6)
    net = network.init([5, 4, 3], rng, norm="batch")
    x, y = rng.normal(size=(32, 5)), rng.integers(0, 3, 32)
    after, _ = network.train(net, x, y, rng, steps=5, lr=0.5, fixed=("gamma",))
    np.testing.assert_array_equal(after[0].gamma, net[0].gamma)
    assert np.abs(after[0].beta - net[0].beta).max() > 1e-4
    assert np.abs(after[0].weights - net[0].weights).max() > 1e-4


def test_training_is_the_same_for_the_same_seed_and_lowers_the_loss():
    def run():
        rng = np.random.default_rng(7)
        x = rng.normal(size=(200, 5))
        y = (x[:, 0] + x[:, 1] > 0).astype(int)
        net = network.init([5, 8, 2], rng, norm="batch")
        return network.train(net, x, y, rng, steps=100, lr=0.3, batch=32)

    (first, curve), (second, _) = run(), run()
    np.testing.assert_array_equal(first[0].weights, second[0].weights)
    assert curve[-10:].mean() < 0.5 * curve[:3].mean()


def test_fewer_examples_than_a_mini_batch_make_a_batch_of_all():
    rng = np.random.default_rng(8)
    net = network.init([2, 3, 2], rng, norm="batch")
    _, curve = network.train(net, rng.normal(size=(5, 2)), np.zeros(5, int), rng, steps=3, lr=0.1, batch=64)
    assert curve.shape == (3,) and np.isfinite(curve).all()


def test_cross_entropy_survives_huge_logits():
    loss, dlogits = losses.cross_entropy(np.array([[1e4, -1e4], [1e4, -1e4]]), np.array([0, 1]))
    assert loss == pytest.approx(1e4)
    np.testing.assert_allclose(dlogits, [[0, 0], [0.5, -0.5]])


def test_squared_loss_refuses_an_output_of_two_columns():
    with pytest.raises(ValueError, match=r"output has shape \(3, 2\)"):
        losses.squared(np.zeros((3, 2)), np.zeros(3))


def test_sigmoid_survives_huge_inputs():
    np.testing.assert_allclose(network.sigmoid(np.array([-1e4, 0.0, 1e4])), [0, 0.5, 1])


@pytest.mark.parametrize("eps", [1e-5, 0.1])
def test_the_gradient_through_batch_norm_sums_to_zero_over_the_batch(eps):
    rng = np.random.default_rng(9)
    dx, _, _ = reference.batch_norm_backward(rng.normal(size=(7, 3)), rng.normal(size=(7, 3)), rng.normal(size=3), eps)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)
    assert np.abs(dx).max() > 1e-3


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ValueError, match=r"dout has shape \(3, 2\) and x has shape \(4, 2\)"):
        reference.batch_norm_backward(np.zeros((3, 2)), np.zeros((4, 2)), np.ones(2))


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.int64])
def test_a_product_through_scipy_is_that_of_numpy_however_its_matrices_lie(kind, monkeypatch):
    rng = np.random.default_rng(0)

    def lying(rows, columns):
        matrix = (100 * rng.normal(size=(2 * rows, columns))).astype(kind)
        return matrix[:rows], np.asfortranarray(matrix[:rows]), matrix[::2], matrix[: 2 * rows : 2, ::-1]

    monkeypatch.setattr(in_a_tab, "_IN_A_TAB", True)  # a browser's tab
    for rows, inner, columns in ((1, 1, 1), (5, 3, 4), (70, 30, 40), (0, 3, 2)):
        for left, right in itertools.product(lying(rows, inner), lying(inner, columns)):
            expected = left @ right
            for made in (in_a_tab.through_scipy(left, right), network.product(left, right)):
                assert made.shape == expected.shape and made.dtype == kind
                np.testing.assert_allclose(made, expected, rtol=1e-3 if kind == np.float32 else 1e-9, atol=0.1)


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_an_activation_through_scipy_is_that_of_numpy_without_a_warning(name, monkeypatch):
    x = np.concatenate([np.linspace(-40, 40, 1001), [-1e308, -1e4, -1e-9, 0, 1e-9, 1e4, 1e308]])
    expected = network.activated(name, x)
    monkeypatch.setattr(in_a_tab, "_IN_A_TAB", True)
    with np.errstate(over="ignore" if name == "tanh" else "raise"):  # 2x, where tanh is 1 beyond doubt
        np.testing.assert_allclose(network.activated(name, x), expected, rtol=0, atol=1e-15)


def test_the_way_back_by_default_is_that_of_the_reference_function_to_the_last_bit():
    net, x, y = _small("sigmoid", "batch"), np.random.default_rng(1).normal(size=(7, 5)), np.arange(7) % 2
    output, trace = network.forward(net, x)
    _, dout = losses.cross_entropy(output, y)

    def by_the_reference(*given):  # another object, so the network cannot know it
        return reference.batch_norm_backward(*given)

    by_default, called = network.backward(net, trace, dout), network.backward(net, trace, dout, by_the_reference)
    for one, other in zip(by_default, called, strict=True):
        assert {name: each.tobytes() for name, each in one.items()} == {
            name: each.tobytes() for name, each in other.items()
        }


@pytest.mark.parametrize("examples", [1, 99, 100, 101, 250])
def test_a_share_is_reached_where_the_accuracy_is_and_no_more_is_asked_once_it_cannot_be(examples, monkeypatch):
    rng = np.random.default_rng(examples)
    net, x = _small("relu", "batch"), rng.normal(size=(examples, 5))
    named = network.answers(net, x)
    for right in {0, examples // 2, examples - 1, examples}:
        labels = np.where(rng.permutation(examples) < right, named, 1 - named)
        for share in (0.0, right / examples, min(1.0, (right + 1) / examples), 0.85, 1.0):
            assert network.reaches(net, x, labels, share) == (network.accuracy(net, x, labels) >= share)
    asked = []
    monkeypatch.setattr(training, "answers", lambda net, part: asked.append(len(part)) or network.answers(net, part))
    network.reaches(net, x, 1 - named, 1.0)
    assert asked == [min(100, examples)]
