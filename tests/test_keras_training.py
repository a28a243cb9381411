"""What notebook 07 measures and draws: runs of the notes' model, and fine-tuning."""

import numpy as np
import pytest

from bncourse.experiments.keras_runs import fine_tuning, keras_training
from bncourse.figures import keras_figures


@pytest.fixture(scope="module")
def keras():
    """Give Keras, which is imported in the one process that runs this file."""
    return pytest.importorskip("keras")


def test_the_notes_model_has_its_parameters_with_and_without_batch_norm(keras):
    assert keras_training.notes_model().count_params() == 11_050
    assert keras_training.notes_model(norm=False).count_params() == 10_666


def test_an_accuracy_with_batch_statistics_leaves_the_moving_ones_as_they_are(keras):
    model = keras_training.notes_model()
    x, labels = np.random.default_rng(0).normal(3.0, 1.0, (20, 128)).astype("float32"), np.arange(20) % 10
    before = [np.array(keras.ops.convert_to_numpy(w.value)) for w in model.weights]
    assert 0 <= keras_training.accuracy(model, x, labels, training=True) <= 1
    for old, weight in zip(before, model.weights, strict=True):
        assert (old == keras.ops.convert_to_numpy(weight.value)).all()


@pytest.mark.nightly
def test_only_trainable_false_keeps_the_statistics_of_a_base(keras):
    begin = fine_tuning.start(seed=320)
    moved = {way: fine_tuning.fine_tune(begin, way, 32, 0, epochs=1)["moved"] for way in fine_tuning.WAYS}
    assert moved["trainable=False"] == 0 and moved["training=False"] > 0


def test_the_title_says_who_is_ahead_at_the_start_and_in_the_end(keras):
    run = {"loss": np.array([1.0, 0.5]), "accuracy": np.array([0.5, 0.9]), "batch": np.array([0.8, 0.9])}
    other = run | {"accuracy": np.array([0.6, 0.8])}
    described = keras_figures.training_runs({"with": run, "without": other}, "SGD")
    assert "10.0 points behind after epoch 1, 10.0 points ahead after epoch" in described.figure.get_suptitle()
    assert described.alt.endswith(".") and len(described.alt) > 40
