"""Cards that a hostile reader has caught: each kind of untrue or misleading sentence, tried on all exercises."""

import inspect
import itertools
import re

import numpy as np
import pytest
from sampled import one_in
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, faults, judge
from bncourse.checking.answer import Fault
from bncourse.drivers import model_layers
from bncourse.learner import solved

FUNCTIONS = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise)]
PLAIN = [e for e in FUNCTIONS if e.driver is None]
BLAMES = ("the mistake is in it", "no right answer known here", "Names aside", "All that line")


def _name(exercise):
    return exercise.name


def _signature(exercise):
    names = ", ".join(str(each) for each in inspect.signature(exercise.reference).parameters.values())
    return names, ", ".join(inspect.signature(exercise.reference).parameters)


@pytest.mark.parametrize("exercise", one_in(2, PLAIN), ids=_name)
def test_a_line_that_calls_an_object_is_not_blamed_for_what_the_object_does(exercise):
    class Hidden:
        def __init__(self, function):
            self.function = function

        def __call__(self, *arguments):
            return self.function(*arguments)

    given, passed = _signature(exercise)
    text = f"def {exercise.name}({given}):\n    return hidden({passed})"
    whole = [idea.function for idea in exercise.wrong_ideas if not idea.step]
    for function in whole[:4]:
        sentence, verdict = said(exercise.name, text, hidden=Hidden(function))
        assert verdict.outcome != "correct"
        assert not any(words in sentence for words in BLAMES), sentence


@pytest.mark.parametrize("exercise", PLAIN, ids=_name)
def test_where_nothing_comes_back_no_line_is_said_to_be_the_wrong_one(exercise):
    given, passed = _signature(exercise)
    first = passed.split(", ", maxsplit=1)[0]
    text = f"def {exercise.name}({given}):\n    if asked({first}):\n        return right({passed})\n    {first} = 0"
    asked = type("Asked", (), {"__call__": lambda self, value: False})()
    sentence, verdict = said(exercise.name, text, right=exercise.reference, asked=asked)
    changed = "One change makes every case of this check come out right" in sentence
    assert "without a `return`" in sentence or changed, sentence
    assert not any(words in sentence for words in BLAMES), sentence
    assert not verdict.where or changed, sentence


@pytest.mark.parametrize("exercise", one_in(2, PLAIN[::-1]), ids=_name)
def test_what_comes_back_by_earlier_calls_is_told(exercise):
    given, passed = _signature(exercise)
    count = itertools.count(1)

    def later(*arguments):
        """Give what is more wrong from call to call."""
        value, number = exercise.reference(*arguments), next(count)
        if isinstance(value, dict):
            return {key: np.asarray(each) + number for key, each in value.items()}
        return tuple(np.sin(each) + number for each in value) if isinstance(value, tuple) else np.sin(value) + number

    sentence, verdict = said(exercise.name, f"def {exercise.name}({given}):\n    return later({passed})", later=later)
    assert verdict.outcome == "not yet"
    assert "Called again with the inputs of this case, it gives another result" in sentence, sentence


def test_an_answer_that_gives_the_same_again_is_not_called_one_that_hangs_on_earlier_calls():
    def normalize(x, mean, var, eps=1e-3):
        return np.log(x - mean) * np.tanh(var + eps)  # nan, in part

    assert "Called again" not in judge(exercises.find("normalize"), DirectAnswer(normalize)).text()


def test_what_a_test_for_bugs_finds_is_told_as_what_it_finds():
    """By the bugs that a test finds nobody knows what it calls: only where that was seen, a sentence says it."""
    known = ("Your test finds what one finds that ", "Your test accepts ", "Your test rejects ", "Your test expects ")
    for idea in exercises.find("find_bugs").wrong_ideas:
        assert idea.seen or idea.says.startswith(known), idea.says


def test_the_line_of_a_change_is_named_where_another_line_is_shown(monkeypatch):
    text = """
    def effective_sample_size(weights):
        total, squares = 0.0, 0.0
        for i in range(1, len(weights)):
            total += weights[i]
            squares += weights[i] ** 2
        return total ** 2 / squares
    """
    _, verdict = said("effective_sample_size", text)
    assert verdict.where.startswith("effective_sample_size(), line 6")
    monkeypatch.setattr(solved, "_outcomes", lambda name: [])
    monkeypatch.setattr(solved, "_hints_seen", lambda name: set())
    first = solved.with_the_place_first(verdict, exercises.find("effective_sample_size"))
    assert first.todo[0].startswith("Look at line 3. ")


def test_a_whole_number_has_no_type_of_an_array():
    sentence, _ = said("effective_sample_size", "def effective_sample_size(w):\n    return int(sum(w)**2 / sum(w * w))")
    assert "The number is whole, so the fraction was cut off or rounded." in sentence and "int64" not in sentence


STAGED = """
def input_gradient_staged(dout, x, gamma, eps=1e-3):
    m = len(x)
    diff = x - x.mean(axis=0)
    total = x.var(axis=0)
    dx_hat = dout * gamma
    dvar = (dx_hat * diff).sum(axis=0) * -0.5 * total ** -1.5
    dmean = -(dx_hat * total ** -0.5).sum(axis=0)
    dx = dx_hat * total ** -0.5 + dvar * 2 * diff / m + dmean
    return dx_hat, dvar, dmean, dx
"""


def test_of_two_results_that_share_a_wrong_line_that_line_is_shown():
    _, verdict = said("input_gradient_staged", STAGED)
    assert verdict.where.startswith("input_gradient_staged(), line 4: total"), verdict.text()


def test_one_wrong_value_is_told_before_a_change_that_mends_a_later_result_alone():
    forward = STAGED.replace("dout * gamma", "diff / np.sqrt(total) * gamma").replace("x.var(axis=0)", "x.var(0) + eps")
    sentence, verdict = said("input_gradient_staged", forward.replace("+ dmean\n", "+ dmean / m\n"))
    assert "With the right `dx_hat` in the place of" in sentence, sentence
    assert verdict.where.startswith("input_gradient_staged(), line 5: dx_hat"), verdict.where


def test_no_later_line_is_shown_where_an_earlier_result_is_wrong_too():
    _, verdict = said("input_gradient_staged", STAGED.replace("x.var(axis=0)", "np.tanh(x.std(axis=0)) + 3 * eps"))
    shown = re.search(r"line (\d+)", verdict.where)
    assert not shown or int(shown[1]) <= 4, verdict.text()


TURNED = {
    "columns as rows": (
        "standardize",
        """
        def standardize(x, eps=1e-8):
            return np.array([(c - c.mean()) / np.sqrt(c.var() + eps) for c in x.T])
        """,
        2,
    ),
    "moved back by the same order": (
        "batch_norm_conv",
        """
        def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
            if data_format == "channels_first":
                x = x.transpose(0, 2, 3, 1)
            y = gamma * (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + eps) + beta
            return y.transpose(0, 2, 3, 1) if data_format == "channels_first" else y
        """,
        5,
    ),
    "an axis moved the wrong way": (
        "batch_norm_conv",
        """
        def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
            if data_format == "channels_first":
                x = np.moveaxis(x, 1, 3)
            y = gamma * (x - x.mean((0, 1, 2))) / np.sqrt(x.var((0, 1, 2)) + eps) + beta
            return np.moveaxis(y, 1, 3) if data_format == "channels_first" else y
        """,
        5,
    ),
}


@pytest.mark.parametrize("name", TURNED)
def test_axes_in_another_order_are_put_right_by_one_change(name):
    exercise, text, line = TURNED[name]
    sentence, verdict = said(exercise, text)
    assert "One change makes every case of this check come out right" in sentence, sentence
    assert verdict.where.startswith(f"{exercise}(), line {line}: ")


ONE_SIDE = """
def gradient_check(forward, backward, x, gamma, beta):
    dout = np.random.default_rng(1).normal(size=x.shape)
    args, base = (x, gamma, beta), np.sum(dout * forward(x, gamma, beta))
    for k, g in enumerate(backward(dout, *args)):
        num = np.zeros_like(args[k])
        for i in np.ndindex(num.shape):
            moved = [a.copy() for a in args]
            moved[k][i] += 1e-5
            num[i] = (np.sum(dout * forward(*moved)) - base) / 1e-5
        if not np.linalg.norm(num - g) <= 1e-5 * np.linalg.norm(num):
            return False
    return True
"""


@pytest.mark.parametrize("seed", range(6))
def test_a_step_of_1e_5_to_one_side_fails_for_everybody(seed):
    sentence, verdict = said("gradient_check", ONE_SIDE, seed)
    assert verdict.outcome == "not yet", verdict.text()
    assert "Step to both sides" in sentence or seed, verdict.text()


def test_a_loss_without_dout_is_told_to_need_it():
    text = ONE_SIDE.replace("np.sum(dout * forward(*moved)) - base", "np.sum(forward(*moved)) - base")
    assert "Is the loss sum(dout * y)" in said("gradient_check", text)[0]


def test_batches_that_do_not_count_the_same_are_told():
    sentence, _ = said(
        "population_statistics",
        """
        def population_statistics(batches):
            mean, var = batches[0].mean(axis=0), batches[0].var(axis=0, ddof=1)
            for b in batches[1:]:
                mean, var = (mean + b.mean(axis=0)) / 2, (var + b.var(axis=0, ddof=1)) / 2
            return mean, var
        """,
    )
    assert "the batches do not count the same" in sentence


def test_an_option_that_is_true_or_false_is_told_as_that():
    class BatchNormalization:
        momentum, epsilon, center, scale = 0.9, 1e-3, False, True

    assert model_layers._options(BatchNormalization()) == ["momentum=0.9", "center=False"]


COLOURED = (
    "Exception encountered when calling Own.call().\n\n\x1b[1mThe shape of the target variable and the shape of the "
    "target value in `variable.assign(value)` must match. variable.shape=(5,), Received: value.shape=(7, 5). Target "
    "variable: <Variable path=own/moving_mean, shape=(5,), dtype=float32, value=[0.]>\x1b[0m\n\nArguments received by "
    "Own.call():\n  • x=jnp.ndarray(shape=(7, 5), dtype=float32)"
)


def test_an_error_of_keras_is_told_without_what_is_around_it_and_explained():
    shown = faults.in_words(COLOURED)
    assert shown.startswith("The shape of the target") and shown.endswith("value=[0.]>") and "\x1b" not in shown
    own = exercises.find("OwnBatchNormalization")
    told = faults.explain(Fault("ValueError", COLOURED, None, ""), own)
    assert told.startswith("An array of the shape (7, 5) is assigned to `moving_mean`, which has the shape (5,).")
    message = "Error when deserializing class 'Own' using config={'eps': 1}.\n\nException encountered: Unrecognized "
    message += "keyword arguments passed to Own: {'eps': 1}"
    assert "`get_config` gives `eps`" in faults.explain(Fault("TypeError", message, None, ""), own)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name)
def test_an_error_that_explains_itself_is_known_as_one(exercise):
    assert not faults.is_explained(Fault("ValueError", "operands could not be broadcast", None, ""), exercise)
    assert faults.is_explained(Fault("ValueError", COLOURED, None, ""), exercise)


def test_the_place_of_the_largest_distance_is_no_distance():
    text = "def gradient_predictiveness(g):\n    return np.argmax(np.linalg.norm(g[1:] - g[0], axis=1))"
    verdict = judge(exercises.find("gradient_predictiveness"), DirectAnswer(written("gradient_predictiveness", text)))
    assert verdict.wrong_ideas == ("the place of the largest distance",)


def test_two_mistakes_give_a_result_together_and_neither_is_said_to_give_it_alone():
    text = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        return gamma * (x - np.mean(x, axis=0)) / (np.std(x, axis=0) + eps)
    """
    sentence, _ = said("batch_norm", text)
    assert "what this mistake gives;" not in sentence and "what this mistake gives together with another" in sentence
