"""What a card says of the two values of an option, and of what is not there: as it is, with no value made up."""

import inspect

import pytest
from own_layer import LAYER
from written_cells import said

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge

with_keras = pytest.mark.slow  # loading Keras takes longer than the rest of this file
PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]


def _options():
    """Give each exercise with an option of two values, its name, and the two."""
    for exercise in PLAIN:
        for name, parameter in inspect.signature(exercise.reference).parameters.items():
            values = {
                exercise.call_of(case).get(name, parameter.default)
                for case in exercise.draw(0)
                if isinstance(exercise.call_of(case).get(name, parameter.default), bool | str)
            }
            if len(values) == 2:
                yield exercise, name, tuple(sorted(values)), parameter.default


OPTIONS = list(_options())
IDS = [f"{exercise.name}, {name}" for exercise, name, *_ in OPTIONS]


def _with_other(exercise, name, other, spoiled=None):
    """Give the truth where another value of an option is used, and where the results of one value are spoiled too."""

    def answer(*arguments, **options):
        given = dict(zip(exercise.parameters, arguments, strict=False)) | options
        value = given.get(name, inspect.signature(exercise.reference).parameters[name].default)
        result = exercise.reference(**given | {name: other(value)})
        change = (lambda each: each * 1.01 + 0.3) if value == spoiled else (lambda each: each)
        return tuple(map(change, result)) if isinstance(result, tuple) else change(result)

    answer.__name__ = exercise.name
    return DirectAnswer(answer)


def _sentences(exercise, answer):
    return " ".join(reason.says for reason in judge(exercise, answer, 0).reasons)


def test_some_exercises_have_such_options():
    assert {"batch_norm_conv, data_format", "batch_norm_layer, training", "moving_average, convention"} <= set(IDS)


@pytest.mark.parametrize(("exercise", "name", "values", "default"), OPTIONS, ids=IDS)
def test_two_values_that_are_exchanged_are_told_to_be(exercise, name, values, default):
    turned = dict(zip(values, reversed(values), strict=True))
    answer = _with_other(exercise, name, turned.get)
    sentences = _sentences(exercise, answer)
    bank = [idea for idea in exercise.wrong_ideas if idea.says in sentences]
    assert f"The two values of `{name}` are exchanged" in sentences or any("exchanged" in i.name for i in bank)
    assert "Where it fails" not in sentences


@pytest.mark.parametrize(("exercise", "name", "values", "default"), OPTIONS, ids=IDS)
def test_one_value_taken_for_both_is_told_with_the_value_where_it_is_wrong(exercise, name, values, default):
    for fixed, other in (values, values[::-1]):
        sentences = _sentences(exercise, _with_other(exercise, name, lambda _, fixed=fixed: fixed))
        assert "the other way round" not in sentences
        told = f"ith {name}={other!r} it does what belongs to {name}={fixed!r}." in sentences
        assert told or any(idea.says in sentences for idea in exercise.wrong_ideas)
        assert f"ith {name}={fixed!r} it does" not in sentences


@pytest.mark.parametrize(("exercise", "name", "values", "default"), OPTIONS, ids=IDS)
def test_two_values_are_not_told_to_be_exchanged_where_one_of_them_does_something_else(exercise, name, values, default):
    for fixed, other in (values, values[::-1]):
        turned = {other: fixed, fixed: fixed}
        assert "the other way round" not in _sentences(exercise, _with_other(exercise, name, turned.get, fixed))


ABSENT = {
    "momentum": ('"momentum": self.momentum, ', "the number 0.7"),
    "epsilon": (', "epsilon": self.epsilon', "the number 0.1"),
    "name": ("**super().get_config(), ", "that of the layer"),
}


@with_keras
@pytest.mark.parametrize("key", ABSENT)
def test_a_config_without_a_key_is_told_so_and_no_value_is_made_up(key):
    left_out, wanted = ABSENT[key]
    keras = pytest.importorskip("keras")
    assert left_out in LAYER
    sentences, verdict = said("OwnBatchNormalization", LAYER.replace(left_out, ""), layers=keras.layers, ops=keras.ops)
    details = dict(verdict.missed[-1].details)
    assert details["yours"] == f"the key {key!r} is not in get_config()" and details["expected"] == wanted
    assert "missing" not in verdict.text() and "the text" not in verdict.text() and "What comes back" not in sentences


@with_keras
def test_a_weight_that_a_layer_does_not_have_is_no_text():
    keras = pytest.importorskip("keras")
    text = LAYER.replace("self.beta = self.add_weight", "self.shift = self.add_weight").replace("+ self.beta", "")
    _, verdict = said("OwnBatchNormalization", text, layers=keras.layers, ops=keras.ops)
    assert "the layer has no weight beta" in verdict.text() and "the text" not in verdict.text()


NOT_VALUES = {
    "build_model": lambda: DirectAnswer(_not_compiled()),
    "find_bugs": lambda: DirectAnswer(lambda bn: None, "find_bugs"),
}


def _not_compiled():
    keras = pytest.importorskip("keras")

    def build_model():
        return keras.Sequential([keras.Input((128,)), keras.layers.Dense(10)])

    return build_model


@pytest.mark.parametrize("name", [pytest.param("build_model", marks=with_keras), "find_bugs"])
def test_what_the_check_says_of_an_answer_is_not_shown_as_a_text_that_it_gave(name):
    verdict = judge(exercises.find(name), NOT_VALUES[name]())
    assert verdict.missed and "the text" not in verdict.text()


def test_a_text_that_a_check_of_gradients_gives_is_shown_as_one():
    text = "def gradient_check(forward, backward, x, gamma, beta):\n    return 'yes'"
    _, verdict = said("gradient_check", text)
    assert "the text 'yes'" in verdict.text()


@with_keras
def test_a_mistake_that_several_parts_share_is_told_of_all_of_them():
    keras = pytest.importorskip("keras")
    before, after = LAYER.split("            mean, var = self.moving_mean, self.moving_variance\n")
    root = "ops.sqrt(self.moving_variance + self.epsilon)"
    inference = f"            return self.gamma * ((x - self.moving_mean) / {root} + self.beta)\n"
    sentences, verdict = said("OwnBatchNormalization", before + inference + after, layers=keras.layers, ops=keras.ops)
    assert "its output while training" in verdict.passed and "never" not in sentences
    assert "'its output after training', 'with trainable = False' and 'get_config, from_config and saving'" in sentences


def _in_turns(make, keep):
    """Give the layer with its weights made, or its moving statistics kept, in a loop."""
    text = LAYER
    head, rest = text.split("        self.gamma = ")
    if make:
        text = head + make + "\n    def call" + rest.split("\n    def call")[1]
    if keep:
        before, after = text.split("            self.moving_mean.assign(")
        text = before + keep + "        else:" + after.split("        else:", 1)[1]
    return text


MADE = """        starts = {"gamma": "ones", "beta": "zeros", "moving_mean": "ones", "moving_variance": "ones"}
        for name, start in starts.items():
            trainable = not name.startswith("moving")
            setattr(self, name, self.add_weight(shape=shape, initializer=start, trainable=trainable, name=name))
"""
KEPT = """            for old, new in ((self.moving_mean, var), (self.moving_variance, var)):
                old.assign(self.momentum * old + (1 - self.momentum) * new)
"""


@with_keras
@pytest.mark.parametrize(
    ("text", "words"),
    [
        (_in_turns(MADE, ""), '`"zeros"` in place of `"ones"` (the second `"ones"` of the line)'),
        (_in_turns("", KEPT), "`mean` in place of `var` (the first `var` of the line)"),
    ],
    ids=["its weights", "its moving statistics"],
)
def test_the_change_is_found_in_a_layer_that_goes_through_its_weights_in_a_loop(text, words):
    keras = pytest.importorskip("keras")
    sentences, verdict = said("OwnBatchNormalization", text, layers=keras.layers, ops=keras.ops)
    assert words in sentences and verdict.where
