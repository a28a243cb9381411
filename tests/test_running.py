"""Running statistics, batches of one, and folding: what notebook 06 measures."""

import numpy as np
import pytest

from bncourse import network, reference
from bncourse.experiments.layer import batch_dependence, folding, running


@pytest.fixture(scope="module")
def run():
    return running.train(310, steps=30, marks=(10,))


def test_recording_changes_nothing_in_the_training(run):
    again = running.train(310, steps=30)
    assert (again.losses == run.losses).all()
    assert set(run.nets) == {10, 30} and set(again.nets) == {30}
    assert run.losses[-5:].mean() < run.losses[:5].mean()
    assert [m.shape for m in run.means] == [(30, 64), (30, 32)]


def test_the_statistics_of_a_batch_are_those_of_its_weighted_sums(run):
    # the digits of the first step are those of the first permutation
    rng = np.random.default_rng(310)
    net = network.init([128, 64, 32, 10], rng, norm="batch")
    rows = rng.permutation(len(run.parts.x_train))[:64]
    _, trace = network.forward(net, run.parts.x_train[rows])
    np.testing.assert_allclose(run.means[0][0], trace[0].weighted_sums.mean(axis=0))
    np.testing.assert_allclose(run.variances[1][0], trace[1].weighted_sums.var(axis=0))


def test_averages_are_weighted_sums_of_all_batches_and_the_start():
    batches = np.random.default_rng(311).normal(size=(6, 3))
    weights = 0.1 * 0.9 ** np.arange(5, -1, -1)
    found = running.averages(batches, 0.9, start=1.0)
    assert found.shape == (7, 3) and (found[0] == 1).all()
    np.testing.assert_allclose(found[-1], 0.9**6 + weights @ batches)


def test_momentum_0_keeps_the_last_batch_alone(run):
    net = running.with_running_statistics(run, 10, 0.0)
    assert (net[0].running_mean == run.means[0][9]).all()
    assert (net[1].running_var == run.variances[1][9]).all()
    assert (net[0].weights == run.nets[10][0].weights).all()


def test_population_statistics_of_the_first_layer_are_those_of_the_whole_training_set(run):
    net = running.with_population_statistics(run.nets[30], run.parts.x_train[:3968], batch=64)
    sums = run.parts.x_train[:3968] @ net[0].weights
    np.testing.assert_allclose(net[0].running_mean, sums.mean(axis=0), atol=1e-12)
    # batches of 64 share one mean each, so theirs is an estimate
    np.testing.assert_allclose(net[0].running_var, sums.var(axis=0, ddof=1), rtol=0.02)
    assert net[-1] is run.nets[30][-1]


def test_a_batch_of_all_digits_gives_the_accuracy_with_batch_statistics(run):
    x, labels = run.parts.x_test, run.parts.y_test
    whole = network.accuracy(run.nets[30], x, labels, training=True)
    assert batch_dependence.accuracy_in_batches(run.nets[30], x, labels, len(x)) == whole


def test_following_the_memory_gives_the_start_and_every_step():
    found = running.memory(312, momenta=(0.5, 0.99), steps=20, every=10)
    assert found["batch_var"].shape == (20,) and list(found["marks"]) == [10, 20]
    for momentum in (0.5, 0.99):
        assert found["running_var"][momentum].shape == (21,) and found["running_var"][momentum][0] == 1
        assert found["running"][momentum].shape == found["batch"].shape == (2,)
    assert found["running_var"][0.5][-1] < found["running_var"][0.99][-1]  # it has forgotten the start sooner


def test_a_folded_network_has_no_batch_norm_and_gives_the_same_answers(run):
    net = running.with_running_statistics(run, 30, 0.9)
    folded = folding.fold(net)
    assert all(layer.norm is None for layer in folded)
    before, _ = network.forward(net, run.parts.x_test, training=False)
    after, _ = network.forward(folded, run.parts.x_test)
    np.testing.assert_allclose(after, before, atol=1e-12)


def test_a_convolution_equals_plain_loops():
    rng = np.random.default_rng(313)
    x, kernel, bias = rng.normal(size=(2, 4, 5, 3)), rng.normal(size=(2, 3, 3, 2)), rng.normal(size=2)
    y = folding.convolve(x, kernel, bias)
    assert y.shape == (2, 3, 3, 2)
    for n, h, w, o in np.ndindex(y.shape):
        assert y[n, h, w, o] == pytest.approx((x[n, h : h + 2, w : w + 3] * kernel[..., o]).sum() + bias[o])


def test_the_times_of_folding_are_positive_numbers():
    times = folding.folding_speed(314, repeats=3)
    assert set(times) == {"separate", "folded"} and min(times.values()) > 0


def test_the_accuracy_for_batch_sizes_has_one_number_each():
    found = batch_dependence.batch_sizes(315, sizes=(1, 50))
    assert found["batch"].shape == (2,) and found["batch"][0] < found["batch"][1]
    assert 0.8 < found["running"] < 1


def test_running_statistics_start_where_a_new_layer_starts():
    [layer, _] = network.init([3, 4, 2], np.random.default_rng(0), norm="batch")
    x = np.random.default_rng(1).normal(size=(8, 4))
    _, mean, var = reference.batch_norm_layer(
        x, layer.gamma, layer.beta, layer.running_mean, layer.running_var, momentum=0.9
    )
    np.testing.assert_allclose(mean, running.averages(x.mean(axis=0)[None], 0.9, 0.0)[-1])
    np.testing.assert_allclose(var, running.averages(x.var(axis=0)[None], 0.9, 1.0)[-1])
