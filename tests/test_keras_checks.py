"""The checks of notebook 07: parts earn points, and a missing or wrongly set Keras is told in a sentence."""

import subprocess
import sys
from collections import OrderedDict

import numpy as np
import pytest
from written_cells import written

from bncourse import exercises
from bncourse.checking import DirectAnswer, judge, kept
from bncourse.drivers import keras_objects
from bncourse.exercises.keras_usage.layer_parts import RIGHT_PARTS, layer_with
from bncourse.trouble import Trouble

OWN, BUILD = exercises.find("OwnBatchNormalization"), exercises.find("build_model")


def said(exercise, answer):
    return " ".join(judge(exercise, DirectAnswer(answer, exercise.name)).text().split())


def test_the_exercises_are_declared_without_loading_keras():
    code = "import sys; from bncourse import exercises; exercises.names(); sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_missing_keras_is_told_and_the_answer_is_not_blamed(monkeypatch):
    def missing():
        raise Trouble("Keras is not installed. Install it.")

    monkeypatch.setattr(keras_objects, "require_keras", missing)
    monkeypatch.setattr(kept, "_kept", OrderedDict())  # nothing is known from the checks of other tests
    verdict = judge(BUILD, DirectAnswer(lambda: None))
    assert verdict.outcome == "stopped"
    assert "Keras is not installed. Install it." in verdict.text() and "not looked at" in verdict.text()


@pytest.mark.parametrize("wrong", [None, 3])
def test_what_is_no_model_is_told(wrong):
    assert "it must return the model, a keras.Model" in said(BUILD, lambda: wrong)


def test_a_model_that_does_not_know_its_input_is_told():
    keras = pytest.importorskip("keras")
    assert "begin it with keras.Input((128,))" in said(BUILD, lambda: keras.Sequential([keras.layers.Dense(10)]))


def test_a_layer_in_place_of_its_class_is_told():
    keras = pytest.importorskip("keras")
    assert "Give it the class" in said(OWN, keras.layers.BatchNormalization())


def test_the_layer_of_keras_under_another_name_is_told():
    keras = pytest.importorskip("keras")

    class OwnBatchNormalization(keras.layers.BatchNormalization):
        """A layer with another name."""

        def call(self, x, training=None):
            return super().call(x, training=training)

    class Wrapped(keras.layers.Layer):
        def __init__(self, momentum=0.99, epsilon=1e-3, **options):
            super().__init__(**options)
            self.inner = keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)

        def call(self, x, training=None):
            return self.inner(x, training=training)

    for taken in (OwnBatchNormalization, keras.layers.BatchNormalization, Wrapped):
        assert taken is Wrapped or "Make it from keras.layers.Layer" in said(OWN, taken)
        assert judge(OWN, DirectAnswer(taken, OWN.name)).score == 0


def test_a_learners_class_is_accepted():
    pytest.importorskip("keras")

    class OwnBatchNormalization(type(OWN.reference())):
        """A layer with another name."""

        def call(self, x, training=None):
            return super().call(x, training=training)

    verdict = judge(OWN, DirectAnswer(OwnBatchNormalization))
    assert verdict.outcome == "correct", verdict.text()
    assert "Python warned" not in verdict.text()


def test_a_layer_with_build_alone_has_its_weights_and_is_not_called_unstarted():
    keras = pytest.importorskip("keras")

    class OwnBatchNormalization(keras.layers.Layer):
        def __init__(self, momentum=0.99, epsilon=1e-3, **options):
            super().__init__(**options)

        def build(self, input_shape):
            RIGHT_PARTS["weights"](self, (input_shape[-1],))

        def call(self, x, training=None):
            raise NotImplementedError

        def get_config(self):
            raise NotImplementedError

    verdict = judge(OWN, DirectAnswer(OwnBatchNormalization))
    assert verdict.passed == ("its weights",) and verdict.score == 1.0


def test_a_moving_mean_that_call_replaces_is_told_to_be_assigned():
    pytest.importorskip("keras")

    def replaced(momentum, epsilon):
        def update(layer, mean, var, examples):
            layer.moving_mean = momentum * layer.moving_mean + (1 - momentum) * mean

        return layer_with(momentum, epsilon, update=update)

    assert "change it with self.moving_mean.assign(value)" in said(OWN, replaced)


def test_a_class_with_nothing_in_it_is_not_started():
    class OwnBatchNormalization:
        """Batch norm."""

    assert judge(OWN, DirectAnswer(OwnBatchNormalization)).outcome == "not started"


def test_a_call_that_leaves_keras_for_numpy_is_stopped_where_fit_would_stop():
    pytest.importorskip("keras")

    def with_numpy(momentum, epsilon):
        def normalize(layer, ops, x, mean, var):
            return RIGHT_PARTS["normalize"](layer, ops, ops.convert_to_tensor(np.asarray(x)), mean, var)

        return layer_with(momentum, epsilon, normalize=normalize)

    verdict = judge(OWN, DirectAnswer(with_numpy))
    assert verdict.outcome == "stopped" and verdict.score == OWN.points - 2, verdict.text()


def test_a_layer_that_forgets_its_numbers_loses_that_part_alone():
    idea = next(i for i in OWN.wrong_ideas if i.name == "a config without its numbers")
    verdict = judge(OWN, DirectAnswer(idea.function))
    assert verdict.score == OWN.points - 1 and "get_config, from_config and saving" not in verdict.passed


def test_a_layer_that_computes_with_numpy_is_told_to_use_keras_ops():
    pytest.importorskip("keras")

    def statistics(ops, x):
        x = ops.convert_to_numpy(x)
        return x.mean(axis=0), x.var(axis=0)

    with_numpy = said(OWN, lambda momentum=0.99, epsilon=1e-3: layer_with(momentum, epsilon, statistics=statistics))
    assert "call hands a tensor to NumPy" in with_numpy and "compute with keras.ops" in with_numpy


def test_a_default_that_was_changed_is_seen():
    pytest.importorskip("keras")
    assert "momentum where none is passed" in said(
        OWN, lambda momentum=0.9, epsilon=1e-3: layer_with(momentum, epsilon)
    )


def test_a_precision_that_a_cell_has_set_costs_no_points_and_stays_set():
    keras = pytest.importorskip("keras")
    keras.config.set_dtype_policy("mixed_float16")
    try:
        for exercise in (OWN, BUILD):
            verdict = judge(exercise, DirectAnswer(exercise.reference))
            assert verdict.outcome == "correct", verdict.text()
        assert keras.config.dtype_policy().name == "mixed_float16"
    finally:
        keras.config.set_dtype_policy("float32")


LAYER = """
class OwnBatchNormalization(keras.layers.Layer):
    def __init__(self, momentum=0.99, epsilon=1e-3, **options):
        super().__init__(**options)
        self.momentum, self.epsilon = momentum, epsilon

    def build(self, shape):
        n = shape[-1:]
        self.gamma = self.add_weight(shape=n, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=n, initializer="zeros", name="beta")
        self.moving_mean = self.add_weight(shape=n, initializer="zeros", trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(shape=n, initializer="ones", trainable=False, name="moving_variance")

    def call(self, x, training=False):
        if training and self.trainable:
            mean, var = keras.ops.mean(x, axis=0), keras.ops.var(x, axis=0)
            self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)
            self.moving_variance.assign(self.momentum * self.moving_variance + (1 - self.momentum) * var)
        else:
            mean, var = self.moving_mean, self.moving_variance
        return self.gamma * (x - mean) / keras.ops.sqrt(var + self.epsilon) + self.beta

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum, "epsilon": self.epsilon}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("epsilon=1e-3", "epsilon=1e-5", 2, "`epsilon` is 0.001, as in Keras, and yours is 1e-05."),
        ("+ (1 - self.momentum) * var", "+ self.momentum * var", 17, "What is stored in `self.moving_variance`"),
        ("= self.moving_mean, self.moving_variance", "= self.moving_mean, self.moving_variance**2", 19, "alone"),
    ],
)
def test_the_line_of_a_class_is_shown_where_all_else_is_right(right, wrong, line, words):
    keras = pytest.importorskip("keras")
    assert judge(OWN, DirectAnswer(written(OWN.name, LAYER, keras=keras))).outcome == "correct"
    assert LAYER.count(right) == 1
    verdict = judge(OWN, DirectAnswer(written(OWN.name, LAYER.replace(right, wrong), keras=keras)))
    assert words in " ".join(verdict.text().split())
    assert verdict.where.startswith(f"OwnBatchNormalization(), line {line}: "), verdict.text()


def test_a_layer_that_asks_for_numbers_inside_fit_is_stopped_there():
    keras = pytest.importorskip("keras")
    asking = LAYER.replace(
        "        if training and self.trainable:\n", "        if training and float(x[0, 0]) < 1e9:\n"
    )
    verdict = judge(OWN, DirectAnswer(written(OWN.name, asking, keras=keras)))
    assert verdict.outcome == "stopped" and "Inside fit there are none yet" in " ".join(verdict.text().split())


CONFIG = LAYER[LAYER.index("    def get_config") :]
CHOICE = "        mean, var = self.moving_mean, self.moving_variance\n"


@pytest.mark.parametrize(
    ("right", "wrong", "words", "not_so"),
    [
        ('name="beta")', 'name="beta", trainable=False)', "gamma or beta has trainable=False", "leaves it at 1"),
        ("if training and self.trainable", "if not training", "the two modes the wrong way round", "does the same"),
        (
            "if training and self.trainable",
            "if training or self.trainable",
            "As long as it is trainable",
            "happened: Your layer does",
        ),
        (CONFIG, "", "get_config does not give the layer's name", "dtype"),
        (CHOICE, "", "The line that gives `mean` a value did not run", "Exception encountered"),
        ("ops.mean(x, axis=0)", "ops.mean(x, axes=0)", "argument 'axes'", "the first line of the answer"),
        ('name="gamma"', 'title="gamma"', "argument 'title'", "the first line of the answer"),
    ],
)
def test_what_a_card_says_is_so_of_each_layer_that_does_the_same(right, wrong, words, not_so):
    keras = pytest.importorskip("keras")
    assert LAYER.count(right) == 1
    told = said(OWN, written(OWN.name, LAYER.replace(right, wrong), keras=keras))
    assert words in told and not_so not in told, told


def test_a_model_that_is_compiled_without_a_loss_is_not_called_uncompiled():
    keras = pytest.importorskip("keras")

    def build_model():
        model = keras.Sequential([keras.Input((128,)), *BUILD.reference().layers])
        model.compile("adam")
        return model

    told = said(BUILD, build_model)
    assert "compile was given no loss" in told and "not compiled" not in told


_AXIS_1 = ("keras.ops.mean(x, axis=0)", "keras.ops.mean(x, axis=1, keepdims=True)")
_EPSILON_IN_VAR = ("keras.ops.var(x, axis=0)\n", "keras.ops.var(x, axis=0) + self.epsilon\n")
_SQUARE = "(self.moving_variance + self.epsilon) ** 2 - self.epsilon"
_ROOT_ALONE = ("keras.ops.sqrt(var + self.epsilon)", "keras.ops.sqrt(var)")


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ([('"epsilon": self', '"eps": self')], 0, ["`get_config` gives `eps`, and `from_config` passes it on"]),
        ([_AXIS_1], 16, ["An array of the shape (7, 5) is assigned to `moving_mean`, which has the shape (5,)."]),
        ([("shape[-1:]", "shape[:1]")], 0, ["input_shape[0]", "one for each feature"]),
        ([("n = shape[-1:]", "n = shape")], 0, ["The weights have the shape of the input, batch and all"]),
        ([("keras.ops.sqrt(", "np.sqrt(")], 20, ["Inside fit there are none yet"]),
        ([("self.moving_mean.assign(", "self.last = (")], 0, ["it has no numbers any more"]),
        (
            [("trainable=False, ", ""), ('"ones", name="gamma"', '"zeros", name="gamma"')],
            0,
            ["The moving mean and variance are trainable weights here", "Gamma starts at 0"],
        ),
        (
            [_EPSILON_IN_VAR, _ROOT_ALONE],
            0,
            ["epsilon averaged too", "After training you divide by the root of moving_variance without epsilon."],
        ),
        (
            [("self.moving_mean, self.moving_variance\n", f"self.moving_mean, {_SQUARE}\n")],
            0,
            ["This is about 'its output after training' and 'with trainable = False' alone. "],
        ),
        ([("n = shape[-1:]", "n = 1, shape[-1]")], 0, ["shape (1, features)", "Passed: its moving statistics"]),
    ],
)
def test_a_layer_that_is_wrong_in_a_way_of_its_own_is_told_what_is_so(changes, line, words):
    keras = pytest.importorskip("keras")
    text = LAYER
    for right, wrong in changes:
        assert right in text
        text = text.replace(right, wrong)
    if "self.last" in text:  # what the last call has kept is used by the next
        text = text.replace("mean, var = keras.ops.mean(x, axis=0)", "mean, var = getattr(self, 'last', 0.0)")
    verdict = judge(OWN, DirectAnswer(written(OWN.name, text, keras=keras)))
    told = " ".join(verdict.text().split())
    assert verdict.outcome != "correct" and "\x1b" not in told
    for each in words:
        assert each in told, told
    if line:
        assert verdict.where.startswith(f"OwnBatchNormalization(), line {line}: "), verdict.where
