"""Ghost batches, parts of a mini-batch with statistics of their own: the small network, and the runs about noise."""

from dataclasses import replace

import numpy as np
import pytest

from bncourse import losses, network
from bncourse.experiments.training import ghost_batches
from bncourse.figures import ghost_figures


def _nets(ghost):
    return (network.init([6, 5, 4, 3], np.random.default_rng(0), norm="batch", ghost=size) for size in (None, ghost))


def _batch():
    rng = np.random.default_rng(1)
    return rng.normal(size=(12, 6)), rng.integers(0, 3, 12)


def _gradients(net, x, y, **how):
    output, trace = network.forward(net, x)
    loss, dout = losses.cross_entropy(output, y)
    return loss, network.backward(net, trace, dout, **how)


def test_the_gradient_of_ghost_batches_is_the_mean_of_their_own_gradients():
    plain, ghostly = _nets(4)
    x, y = _batch()
    parts = [_gradients(plain, x[i : i + 4], y[i : i + 4]) for i in (0, 4, 8)]
    loss, found = _gradients(ghostly, x, y)
    assert loss == pytest.approx(np.mean([part[0] for part in parts]))
    for i, of_layer in enumerate(found):
        for name, gradient in of_layer.items():
            np.testing.assert_allclose(gradient, np.mean([part[1][i][name] for part in parts], axis=0), atol=1e-12)


def test_one_ghost_batch_is_batch_norm():
    plain, ghostly = _nets(12)
    x, y = _batch()
    one, other = (network.step(net, x, y, 0.1, bn_backward=None)[0] for net in (plain, ghostly))
    for a, b in zip(one, other, strict=True):
        np.testing.assert_allclose(a.weights, b.weights, atol=1e-14)
        if a.norm:
            np.testing.assert_allclose(a.running_var, b.running_var, atol=1e-14)


def test_running_statistics_take_in_the_mean_over_the_ghost_batches_and_serve_single_digits():
    _, ghostly = _nets(4)
    x, y = _batch()
    after, _ = network.step(ghostly, x, y, 0.1, momentum=0.0)
    sums = (x @ ghostly[0].weights).reshape(3, 4, 5)
    np.testing.assert_allclose(after[0].running_mean, sums.mean(axis=(0, 1)))
    np.testing.assert_allclose(after[0].running_var, sums.var(axis=1).mean(axis=0))
    alone = network.forward(after, x[:1], training=False)[0]
    np.testing.assert_allclose(alone, network.forward(after, x, training=False)[0][:1])
    whole = network.with_statistics_of(after, x)
    np.testing.assert_allclose(whole[0].running_var, (x @ after[0].weights).var(axis=0))


def test_ghost_batches_belong_to_batch_norm():
    with pytest.raises(ValueError, match="belong to batch norm"):
        network.init([6, 5, 3], np.random.default_rng(0), norm="layer", ghost=4)


def test_drawn_noise_is_a_wrong_mean_and_a_wrong_standard_deviation_for_the_whole_batch():
    net, _ = _nets(4)
    x, _ = _batch()
    noisy, drawn = ghost_batches.with_drawn_noise(net, np.random.default_rng(2))
    move, stretch = drawn[0]
    trace = network.forward(noisy, x)[1][0]
    np.testing.assert_allclose(trace.scaled, (trace.normalized - move) / stretch)
    assert drawn[-1] is None and noisy[-1] is net[-1]


def test_what_is_learned_under_drawn_noise_follows_the_chain_rule():
    x, y = _batch()
    net = [replace(layer, gamma=layer.gamma * 1.3) if layer.norm else layer for layer in _nets(4).__next__()]
    given, drawn = ghost_batches.with_drawn_noise(net, np.random.default_rng(2))
    after, _ = network.step(given, x, y, 1.0)
    back = [ghost_batches.without_drawn_noise(*layers) for layers in zip(net, given, after, drawn, strict=True)]

    def loss_at(name, place, far):
        moved = getattr(net[0], name).copy()
        moved[place] += far
        noisy, _ = ghost_batches.with_drawn_noise(
            [replace(net[0], **{name: moved}), *net[1:]], np.random.default_rng(2)
        )
        return losses.cross_entropy(network.forward(noisy, x)[0], y)[0]

    for name in ("gamma", "beta"):
        for place in range(5):
            slope = (loss_at(name, place, 1e-6) - loss_at(name, place, -1e-6)) / 2e-6
            learned = getattr(net[0], name)[place] - getattr(back[0], name)[place]
            assert learned == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_every_training_passes_through_the_progress_bar_and_repeats_with_its_seed():
    seen = []

    def shown(items):
        for item in items:
            seen.append(item)
            yield item

    found = ghost_batches.accuracies(0, steps=2, runs=1, shown=shown)
    assert [kind for kind, _ in seen] == ["none", "ghost_2", "ghost_8", "ghost_64", "ghost_128", "noise"] == list(found)
    assert found == ghost_batches.accuracies(0, steps=2, runs=1)


def test_the_figure_has_every_network_with_its_number():
    described = ghost_figures.unseen({"none": 0.86, "ghost_2": 0.7, "ghost_8": 0.87, "ghost_128": 0.861, "noise": 0.88})
    for words in ("without batch norm 86.0", "ghost batches of 8 87.0", "whole batch, noise drawn 88.0"):
        assert words in described.alt
    assert len(described.figure.get_suptitle()) > 20 and described.figure.axes[0].get_xlabel()
    [title] = [text for text in described.figure.texts if text.get_text() == described.figure.get_suptitle()]
    assert title.get_window_extent().width < described.figure.bbox.width, "the ends of the title are cut off"
