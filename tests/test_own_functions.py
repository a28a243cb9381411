"""Experiments that the reader's own functions run: right ones do the work, others are replaced, and a line says so."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from IPython.utils.capture import capture_output
from one_shell import one_shell

from bncourse import check, exercises, reference
from bncourse.checking import Verdict, trial
from bncourse.checking.verdict import CORRECT
from bncourse.companion import own_runs
from bncourse.experiments.keras_runs import keras_training
from bncourse.experiments.layer import gradients
from bncourse.experiments.shift import weighting
from bncourse.experiments.training import landscape
from bncourse.learner import own

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "solutions").glob("*/*.ipynb"))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_each_notebook_has_a_run_with_the_readers_own_function_after_its_exercise(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    places = {cell["metadata"].get("nbgrader", {}).get("grade_id"): i for i, cell in enumerate(cells)}
    used = [
        (i, name)
        for i, cell in enumerate(cells)
        for name in re.findall(r"(?:check\.|kill_rates\.measured\(.*)yours[(=]\"?(\w+)\"?\)", "".join(cell["source"]))
    ]
    assert used
    for i, name in used:
        assert exercises.find(name).notebook == path.stem and places[f"{name}-check"] < i


def normalize(x, mean, var, eps=1e-3):
    return (x - mean) / np.sqrt(var + eps)


def batch_mean(x):
    return x.mean()


def batch_variance(x, mean):
    raise NotImplementedError()


def test_a_right_function_is_used_and_said(capsys):
    assert check.yours("normalize") is normalize
    assert capsys.readouterr().out == "This run uses your own normalize.\n"


@pytest.mark.parametrize(
    ("name", "state"), [("batch_mean", "right"), ("batch_variance", "written"), ("scale_and_shift", "written")]
)
def test_until_it_is_right_the_courses_stands_in_and_a_sentence_says_so(capsys, name, state):
    assert check.yours(name) is getattr(reference, name)
    assert capsys.readouterr().out == f"This run uses the course's {name}, because yours is not {state} yet.\n"


def test_where_its_cell_stopped_nothing_else_stops():
    with one_shell() as shell:
        with capture_output() as said:
            shell.run_cell("def batch_mean(x:\n    return x")
            done = shell.run_cell("from bncourse import check\nused = check.yours('batch_mean')")
        assert done.success and shell.user_ns["used"] is reference.batch_mean
        assert "not written yet" in said.stdout


def test_a_network_learns_with_the_function_that_is_given():
    found = own_runs.trained(reference.batch_norm, seed=0)
    assert found[300] > 0.8 > found[0]
    broken = own_runs.trained(lambda x, gamma, beta, eps: 0 * x, seed=0, steps=60)
    assert broken[60] < 0.3


def test_a_layer_serves_digits_one_at_a_time():
    assert own_runs.served(reference.batch_norm_layer, seed=0) > 0.85

    def in_training_mode(*given, training, **options):
        return reference.batch_norm_layer(*given, training=True, **options)

    assert own_runs.served(in_training_mode, seed=0) < 0.3


def test_statistics_are_adapted_with_the_function_that_is_given():
    found = own_runs.adapted(reference.adapt_statistics, seed=0)
    assert found["target"] > 0.85 > 0.5 > found["source"]


def test_the_measures_of_other_experiments_can_be_given():
    numbers = weighting.size_by_distance(seed=0, distances=(0.0, 1.0), repeats=2, size=lambda weights: 7.0)
    assert np.all(numbers == 7.0)
    course = landscape.watch(0, "batch", hidden=1, steps=2, every=1, measure=lambda vectors: 3.0)
    assert np.all(course.gradient_change == 3.0)
    calls = []

    def right(*given):
        calls.append(len(given))
        return reference.batch_norm_backward(*given)

    gradients.depths(seed=0, numbers=(1,), right=right)
    assert set(calls) == {4} and len(calls) == 300


@pytest.mark.nightly
def test_a_layer_of_ones_own_trains_the_notes_model_as_keras_own_does():
    own = keras_training.train(0, True, "SGD", 0.01, 1, layer=reference.OwnBatchNormalization)
    assert own["accuracy"][0] == pytest.approx(keras_training.train(0, True, "SGD", 0.01, 1)["accuracy"][0], abs=0.02)


def test_a_verdict_that_took_long_is_kept_for_the_very_same_function_and_seed_alone():
    asked, verdict = exercises.find("fine_tune"), Verdict("fine_tune", CORRECT, 4, 4.0)
    own.keep(asked, batch_mean, 0, verdict)
    assert own.kept(asked, batch_mean, 0) is verdict
    assert own.kept(asked, batch_variance, 0) is None and own.kept(asked, batch_mean, 1) is None
    own.keep(exercises.find("normalize"), normalize, 0, Verdict("normalize", CORRECT, 2, 2.0))
    assert own.kept(exercises.find("normalize"), normalize, 0) is None


@pytest.mark.slow
def test_what_is_known_of_a_right_fine_tuning_is_what_the_reference_is_told():
    asked = exercises.find("fine_tune")
    [case] = asked.draw(0)
    assert asked.called_with(asked.reference, *case.copy()) == asked.known == trial.truth_of(asked, case)[0]
    assert exercises.find("build_model").known is None
