"""The further sections of notebook 06: statistics taken anew, in the runs and in their figure."""

import numpy as np
import pytest

from bncourse import network
from bncourse.experiments.layer import precise, running
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
