"""A Keras model that a session tells of is made again from a closed list, or refused with a reason."""

import copy
import inspect
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sampled import examples, one_in
from test_told_data import few, plain
from told_session import harmless

from bncourse import exercises
from bncourse.checking import judge
from bncourse.drivers.exported_model import export_model
from bncourse.drivers.keras_objects import describe_model
from bncourse.drivers.rebuilt_model import MOST_WEIGHTS, rebuild_model
from bncourse.grading.engine.proxies import answer
from bncourse.grading.engine.session import Submission
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.sandbox import Sandbox

BUILD = exercises.find("build_model")
X = np.random.default_rng(0).standard_normal((6, 128))
BANK = [BUILD.reference, *BUILD.right_answers, *(idea.function for idea in BUILD.wrong_ideas)]


@pytest.fixture(scope="module", autouse=True)
def _with_keras():
    """Load Keras when the first test begins: each process of a run reads this file, and one runs it."""
    global keras
    keras = pytest.importorskip("keras")


@pytest.fixture(scope="module")
def told():
    return export_model(BUILD.reference)


@pytest.mark.parametrize("build", one_in(3, BANK), ids=lambda build: build.__name__)
def test_each_model_of_the_bank_is_the_same_on_both_sides_of_the_wall(build):
    exported = export_model(build)
    for what in ("layers", "outputs", "compiled"):
        here = describe_model(build, what, X, 3)
        there = describe_model(lambda what=what: rebuild_model(exported, what), what, X, 3)
        assert here.keys() == there.keys()
        for key, value in here.items():
            same = value == there[key] if isinstance(value, str | tuple) else np.allclose(value, there[key], rtol=1e-6)
            assert same, (what, key, value, there[key])


def test_a_model_whose_input_and_output_have_names_is_the_same_model():
    def build():
        model = BUILD.reference()
        inputs = keras.Input((128,), name="x")
        named = keras.Model({"x": inputs}, {"class": model(inputs)})
        named.compile("adam", "categorical_crossentropy")
        return named

    assert judge(BUILD, answer(build, "build_model"), 3).outcome == "correct"


def hidden(x, units, relu=None):
    x = keras.layers.BatchNormalization()(inputs=keras.layers.Dense(units, use_bias=False)(inputs=x))
    return (relu or keras.layers.Activation(keras.layers.ReLU()))(x)


def with_a_constructor():
    class WithAConstructor(keras.Model):
        def __init__(self):
            inputs = keras.Input((128,))
            x = hidden(hidden(inputs, 64), 32)
            super().__init__(inputs, keras.layers.Dense(10, activation=keras.layers.Softmax(), name="said")(x))

    return WithAConstructor()


def of_operations():
    inputs = keras.Input((128,))
    x = hidden(inputs, 64, lambda x: keras.ops.relu(x=x))
    x = hidden(x, 32, lambda x: keras.ops.maximum(x2=0.0, x1=x))
    return keras.Model(inputs, keras.layers.Dense(10, keras.layers.Activation("softmax"), name="said")(x))


LOSS = "categorical_crossentropy"


@pytest.mark.parametrize("make", [with_a_constructor, of_operations])
@pytest.mark.parametrize(
    "loss",
    [lambda: [LOSS], lambda: {"said": LOSS}, lambda: {"said": keras.losses.CategoricalCrossentropy()}],
    ids=["in a list", "by its output", "an object by its output"],
)
def test_a_right_model_is_right_in_whatever_way_keras_lets_it_be_written(make, loss):
    def build():
        model = make()
        model.compile("adam", loss())
        return model

    assert judge(BUILD, answer(build, "build_model"), 3).outcome == "correct"


def test_an_input_by_its_name_is_the_one_that_is_meant():
    def build():
        inputs = keras.Input((3,))
        return keras.Model(inputs, keras.ops.subtract(x2=inputs, x1=keras.layers.Rescaling(3.0)(inputs)))

    told = rebuild_model(export_model(build))
    assert np.allclose(told(np.ones((1, 3))), 2)


def model_of(*layers):
    return keras.Sequential([keras.Input((128,)), *layers, keras.layers.Dense(10)])


def own(name, base):
    return type(name, (base,), {"call": lambda self, x: x})


def forged():
    model = BUILD.reference()
    model.to_json = lambda **options: '{"class_name": "Lambda"}'
    model.get_config = lambda: {"layers": "all of them"}
    return model


def nested():
    layer = keras.layers.Dense(8)
    for _ in range(60):
        layer = keras.Sequential([layer, keras.layers.ReLU()])
    return keras.Sequential([keras.Input((128,)), layer])


def named(name):
    register = keras.saving.register_keras_serializable(package="keras", name=name)
    return model_of(register(own(name, keras.layers.Layer))())


REFUSED = {
    "a Lambda": (
        lambda: model_of(keras.layers.Lambda(lambda x: x)),
        "layer that the check does not know, Lambda",
    ),
    "an activation of one's own": (lambda: model_of(keras.layers.Activation(lambda x: x)), "activation"),
    "a layer of one's own": (
        lambda: model_of(own("OwnLayer", keras.layers.Layer)()),
        "class of your own, OwnLayer",
    ),
    "a layer with the name of a known one": (lambda: named("Dense"), "class of your own, Dense"),
    "a model of one's own": (lambda: built(own("OwnModel", keras.Model)()), "class of your own"),
    "2,500 layers": (lambda: model_of(*[keras.layers.ReLU() for _ in range(600)]), "more than 500 layers"),
    "60 models in one another": (nested, "more than 40 layers"),
    "a layer that the list does not have": (lambda: model_of(keras.layers.PReLU()), "PReLU"),
    "a wide layer": (lambda: model_of(keras.layers.Dense(5_000)), "from 1 to 4,096, and it is 5000"),
    "a regularizer of another kind": (
        lambda: model_of(keras.layers.Dense(4, kernel_regularizer=keras.regularizers.OrthogonalRegularizer())),
        "Orthogonal",
    ),
}


def built(model):
    model.build((None, 128))
    return model


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("case", one_in(2, REFUSED))
def test_what_the_list_does_not_have_is_refused_with_a_reason(case):
    build, why = REFUSED[case]
    with pytest.raises((TypeError, ValueError, AttributeError), match=why), harmless(seconds=60):
        rebuild_model(export_model(build))


def test_a_model_that_forges_its_configuration_is_told_by_its_layers():
    assert rebuild_model(export_model(forged)).count_params() == 10_954


def with_(told, path, value):
    spoilt = copy.deepcopy(told)
    place = spoilt
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return spoilt


HOSTILE = {
    "a function of Keras": (("steps", 0, "kind"), "Lambda"),
    "a function that writes a file": (
        ("steps", 2, "options"),
        {"activation": "keras.visualization:plot_image_gallery"},
    ),
    "a function that changes Keras": (("steps", 0, "kind"), "set_distribution"),
    "a module": (("steps", 0, "of"), "keras.distribution"),
    "a class as a dictionary": (("steps", 0, "kind"), {"class_name": "Dense", "module": "os"}),
    "an optimizer that is none": (("compiled", "optimizer"), "get"),
    "a loss that is none": (("compiled", "kind"), "deserialize"),
    "a loss of a module": (("compiled", "kind"), "__loader__"),
    "half a million units": (("steps", 0, "options", "units"), 500_000),
    "a truth value as a size": (("steps", 0, "options", "units"), True),
    "an option that is not in the list": (("steps", 0, "options", "kernel_initializer"), {"class_name": "Lambda"}),
    "an epsilon that is no number": (("steps", 1, "options", "epsilon"), float("nan")),
    "a step that takes itself": (("steps", 0, "takes"), [1]),
    "a step that takes nothing": (("steps", 0, "takes"), []),
    "a type of numbers": (("steps", 0, "dtype"), "m8[s/0]"),
    "an input of a billion": (("input", "shape"), (1_000_000_000,)),
    "an input of no shape": (("input", "shape"), "128"),
    "an output that is none": (("gives",), 99),
    "2,500 steps": (("steps",), [{}] * 2_500),
    "no steps": (("steps",), {}),
    "a text": (("steps",), "Dense"),
    "a reason that is a list": (("untold",), ["x"] * 1_000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_told_model_that_names_what_is_not_in_the_list_is_refused(told, case):
    modules = set(sys.modules)
    with harmless(), pytest.raises(TypeError, match="cannot be checked"):
        rebuild_model(with_(told, *HOSTILE[case]), "compiled" if HOSTILE[case][0][0] == "compiled" else "layers")
    assert not {name for name in set(sys.modules) - modules if name.startswith("keras")}


def test_layers_that_double_what_they_take_are_stopped_before_they_are_large(told):
    double = {"of": "layer", "kind": "Concatenate", "options": {"axis": -1}, "dtype": "float32", "trainable": True}
    steps = [double | {"takes": [number, number], "layer": number} for number in range(39)]
    with harmless(), pytest.raises(TypeError, match="20,000 numbers come out"):
        rebuild_model(told | {"steps": steps, "gives": 39})
    outer = {"of": "operation", "kind": "Add", "options": {}, "layer": 0, "takes": [2, 3]}
    shapes = [{"of": "layer", "kind": "Reshape", "options": {"target_shape": shape}, "dtype": "float32", "takes": [1],
               "layer": 1 + place} for place, shape in enumerate([(4_000, 1), (1, 4_000)])]  # fmt: skip
    wide = told["steps"][0] | {"options": told["steps"][0]["options"] | {"units": 4_000}, "layer": 9}
    with harmless(), pytest.raises(TypeError, match="20,000 numbers come out"):
        rebuild_model(told | {"steps": [wide, *shapes, outer], "gives": 4})


paths = st.sampled_from(
    [
        ("steps",), ("input",), ("gives",), ("compiled",), ("built",), ("outputs",), ("input", "shape"),
        ("input", "dtype"), ("compiled", "optimizer"), ("compiled", "of"), ("compiled", "kind"),
        ("compiled", "options"), ("compiled", "weight"),
        *[("steps", number, key) for number in (0, 1, 2, 6)
          for key in ("of", "kind", "takes", "layer", "options", "trainable", "dtype", "training")],
        ("steps", 0, "options", "units"), ("steps", 0, "options", "activation"), ("steps", 1, "options", "axis"),
        ("steps", 1, "options", "momentum"), ("steps", 2, "options", "max_value"),
    ]
)  # fmt: skip


@examples(40, **few)
@given(paths, plain, st.sampled_from(["layers", "compiled"]))
def test_any_change_of_a_told_model_is_refused_or_gives_a_small_model(told, path, value, what):
    with harmless():
        try:
            model = rebuild_model(with_(told, path, value), what)
        except (TypeError, ValueError) as refused:
            assert str(refused)
        else:
            assert model.count_params() <= MOST_WEIGHTS


HOSTILE_CELLS = {
    "model.to_json = lambda **k: '{}'\n    model.get_config = lambda: {'layers': 3}": 3.0,
    "model.layers[0].units = 500_000": 1.0,
    "model.layers[2].__class__ = keras.layers.Lambda": 1.0,
    "import bncourse.drivers.exported_model as e\n    e._compiled = lambda *a: {'optimizer': '__loader__'}": 2.0,
}


@pytest.mark.skipif(sys.platform != "linux" or best_level(0) < 2, reason="no safe walls stand here")
@pytest.mark.parametrize("most", [1, pytest.param(len(HOSTILE_CELLS), marks=pytest.mark.nightly)])
def test_a_hostile_model_behind_the_wall_earns_what_its_parts_are_and_the_next_one_all(most):
    hostile = dict(list(HOSTILE_CELLS.items())[-most:])
    source = inspect.getsource(BUILD.reference).replace("    from bncourse.backend import require_keras\n", "")
    source = source.replace("keras = require_keras()", "import keras")
    sandbox = Sandbox(best_level(0), ("numpy", "keras"), 47).start()
    try:
        earned = []
        for line in (*hostile, "pass"):
            with Submission(sandbox) as submission:
                submission.run(source.replace("    return model", f"    {line}\n    return model"))
                earned.append(judge(BUILD, answer(submission.lookup("build_model"), "build_model"), 5).score)
    finally:
        sandbox.stop()
    assert earned == [*hostile.values(), 3.0]
