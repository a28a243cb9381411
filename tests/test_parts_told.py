"""What is told beside the first mistake: of other parts, of an input that is changed, of a model, of a test."""

import warnings

import numpy as np
import pytest
from own_layer import LAYER
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.numbers.rows import differences

FUNCTIONS = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise)]


def test_an_idea_of_an_earlier_exercise_does_not_speak_of_what_comes_back():
    # inside another function the result of that step is not what the function returns
    names = set(exercises.names())
    inherited = [(e.name, idea.says) for e in FUNCTIONS for idea in e.wrong_ideas if idea.step in names]
    assert len(inherited) > 20
    assert not [pair for pair in inherited if "You return" in pair[1]]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        (
            "fold_into_conv",
            """
            def fold_into_conv(kernel, bias, gamma, beta, mean, var, eps=1e-3):
                scale = gamma / np.sqrt(var + eps)
                mine, other = kernel[:], bias
                for c in range(len(scale)):
                    mine[..., c] *= scale[c]
                    other[c] = (other[c] - mean[c]) * scale[c] + beta[c]
                return mine, other
            """,
            5,
        ),
        (
            "gradient_check",
            """
            def gradient_check(forward, backward, x, gamma, beta):
                dout = np.random.default_rng(7).normal(size=x.shape)
                for values, told in zip((x, gamma, beta), backward(dout, x, gamma, beta)):
                    slopes = np.zeros(values.shape)
                    for i in np.ndindex(values.shape):
                        values[i] += 1e-5
                        above = (dout * forward(x, gamma, beta)).sum()
                        values[i] -= 2e-5
                        slopes[i] = (above - (dout * forward(x, gamma, beta)).sum()) / 2e-5
                    if not np.abs(slopes - told).max() <= 1e-5 * np.abs(slopes).max():
                        return False
                return True
            """,
            6,
        ),
    ],
)
def test_the_first_line_that_writes_into_an_input_is_shown(name, text, line):
    sentence, verdict = said(name, text)
    assert verdict.where.startswith(f"{name}(), line {line}: ")
    assert f"Line {line} is the first that" in sentence


def test_an_input_that_is_changed_beside_another_mistake_is_told():
    sentence, verdict = said(
        "group_norm",
        """
        def group_norm(x, gamma, beta, groups, eps=1e-3):
            v = x.reshape(*x.shape[:3], groups, -1)
            v -= v.mean(axis=(1, 2, 4), keepdims=True)
            v /= np.sqrt((v ** 2).mean(axis=(1, 2, 4), keepdims=True) + eps)
            return v.reshape(x.shape) * gamma
        """,
    )
    assert verdict.wrong_ideas and "You write into x. The caller's maps must stay as they were" in sentence


def test_a_mistake_in_another_part_is_told_too():
    _, verdict = said(
        "batch_norm_layer",
        """
        def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
            if training:
                m, v = x.mean(axis=0), x.var(axis=0)
                y = gamma * (x - m) / np.sqrt(v + eps) + beta
                return y, running_mean, running_var
            y = gamma * (x - running_mean) / np.sqrt(running_var + eps)
            return y, running_mean, running_var
        """,
    )
    assert set(verdict.wrong_ideas) == {"running statistics never updated", "beta skipped after training"}


def test_an_idea_whose_line_is_another_one_is_told_as_numbers_behind_the_change_that_is_proved():
    text = """
    def input_gradient(dout, x, gamma, eps=1e-3):
        N, mu, var = len(x), x.mean(axis=0), x.var(axis=0)
        dx_hat = dout * gamma
        dvar = np.sum(dx_hat * (x - mu) * -0.5 * (var + eps) ** -0.5, axis=0)
        dmu = np.sum(-dx_hat / np.sqrt(var + eps), axis=0)
        return dx_hat / np.sqrt(var + eps) + dvar * 2 * (x - mu) / N + dmu / N
    """
    _, verdict = said("input_gradient", text)
    first, second = (reason.says for reason in verdict.reasons)
    assert "in line 4, `-1.5` in place of `-0.5`" in first
    assert second.startswith("Your result is what this mistake gives; your lines may say it in other words.")


def test_what_a_loop_keeps_of_its_last_turn_alone_is_found():
    sentence, verdict = said(
        "population_statistics",
        """
        def population_statistics(batches):
            total = 0
            for b in batches:
                total = total + b.mean(axis=0)
                spread = b.var(axis=0, ddof=1)
            return total / len(batches), spread
        """,
    )
    assert "the mean of what `spread` is at each turn in place of the last one" in sentence
    assert verdict.where.startswith("population_statistics(), line 5: ")


def test_the_line_that_copies_an_input_is_not_blamed_for_a_later_one():
    sentence, verdict = said(
        "clip_weights",
        """
        def clip_weights(weights, most):
            w = np.array(weights)
            k = np.argmax(w)
            if w[k] > most:
                w[k] = most
            return w / w.mean()
        """,
    )
    assert not verdict.where and "`np.array(weights)` in line 2" in sentence


def test_a_factor_of_two_in_a_check_of_gradients_is_found():
    sentence, _ = said(
        "gradient_check",
        """
        def gradient_check(forward, backward, x, gamma, beta):
            h, dout = 1e-5, np.random.default_rng(7).normal(size=x.shape)
            inputs = [x.copy(), gamma.copy(), beta.copy()]
            for values, told in zip(inputs, backward(dout, x, gamma, beta)):
                slopes = np.zeros(values.shape)
                for i in np.ndindex(values.shape):
                    kept = values[i]
                    values[i] = kept + h
                    above = (dout * forward(*inputs)).sum()
                    values[i] = kept - h
                    slopes[i] = (above - (dout * forward(*inputs)).sum()) / h
                    values[i] = kept
                if not np.abs(slopes - told).max() <= 1e-5 * np.abs(slopes).max():
                    return False
            return True
        """,
    )
    assert "in line 11, `h` multiplied by `2`" in sentence


def test_rows_of_names_are_compared():
    wanted = ("Input(128,)", "Dense(64, no bias)", "BatchNormalization", "relu")
    assert differences(wanted, wanted) == ""
    assert differences((*wanted[:1], "Dense(64)", *wanted[2:]), wanted) == "Dense(64) in place of Dense(64, no bias)"
    assert differences(wanted[:3], wanted) == "relu missing behind BatchNormalization"
    assert differences((*wanted, "Dropout"), wanted) == "Dropout too much at the end"


_TEST = """
def find_bugs(bn):
    x = np.random.default_rng(0).normal(3, 2, size=(8, 3))
    one, zero = np.ones(3), np.zeros(3)
    y, mean, var = bn.forward(x, one, zero, zero, one, 0.5, 0.1, True)
    CHECK
"""


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (
            "assert np.allclose(y, (x - x.mean(0)) / np.sqrt(x.var(0) + 0.1))",
            "it never tries forward with training=False, feature maps (x of four axes), a mean that is large beside "
            "the standard deviation, backward; in all its calls gamma is 1, beta is 0, the running statistics are 0 "
            "and 1, momentum is 0.5",
        ),
        ("return not np.allclose(y, (x - x.mean(0)) / np.sqrt(x.var(0) + 0.1))", "it returns False for a right batch"),
        (
            "x = (x / 4).astype(np.float32)\n"
            "    assert bn.forward(x, one, zero, zero, one, 0.5, 0.1, True)[0].std() > 1",
            "it gives x in float32, in which right batch norms may differ",
        ),
    ],
)
def test_what_a_test_never_tries_or_returns_is_told(check, words):
    assert words in said("find_bugs", _TEST.replace("CHECK", check))[0]


_DRAWN = """
def find_bugs(bn):
    rng = np.random.default_rng(3)
    x, dout = rng.normal(2.0, 2.0, (2, 7, 5))
    gamma, beta, mean = rng.normal(size=(3, 5))
    var, one, zero = rng.uniform(1, 9, 5), np.ones(5), np.zeros(5)
    root = np.sqrt(x.var(0) + 0.1)
    x_hat = (x - x.mean(0)) / root
    y, new_mean, new_var = bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, True)
    after, kept, _ = bn.forward(x, gamma, beta, mean, var, 0.7, 0.1, False)
    dx, dgamma, dbeta = bn.backward(dout, x, gamma, 0.1)
    training = np.allclose(y, gamma * x_hat + beta)
    averages = np.allclose(new_mean, 0.7 * mean + 0.3 * x.mean(0))
    averages = averages and np.allclose(new_var, 0.7 * var + 0.3 * x.var(0))
    inference = np.allclose(after, gamma * (x - mean) / np.sqrt(var + 0.1) + beta)
    gradients = np.allclose(dx, gamma / root * (dout - dout.mean(0) - x_hat * (dout * x_hat).mean(0)))
    CHECK
"""


@pytest.mark.parametrize(
    ("check", "idea", "false"),
    [
        (
            "assert training and averages and gradients and np.allclose(kept, mean)",
            "never tests inference",
            "never calls",
        ),
        (
            "assert training and averages and inference and dx.shape == x.shape",
            "the gradients never tested",
            "never calls",
        ),
        ("assert inference and zero.size == one.size", "running statistics at their start", "are 0 and 1"),
        (
            "assert training and inference and np.allclose(dx.sum(0), 0)",
            "a gradient check with dout 1",
            "passes a dout of ones",
        ),
        ("assert training and inference and gradients and not np.allclose(new_mean, mean)", "", "does not look at"),
    ],
)
def test_a_test_with_the_count_of_a_mistake_is_not_told_calls_that_it_does_not_make(check, idea, false):
    text, verdict = said("find_bugs", _DRAWN.replace("CHECK", check))
    assert verdict.outcome == "not yet" and idea not in verdict.wrong_ideas and false not in text, text


def test_the_line_of_a_test_that_objects_to_a_right_batch_norm_is_shown():
    _, verdict = said("find_bugs", _TEST.replace("CHECK", "assert np.allclose(y, x - x.mean(0))"))
    assert verdict.where == "find_bugs(), line 5: assert np.allclose(y, x - x.mean(0))"


def test_what_a_large_library_says_of_its_own_lines_is_no_note_for_a_learner():
    def answer():
        warnings.warn_explicit("an old way", DeprecationWarning, "/lib/site-packages/keras/src/x.py", 1)
        warnings.warn_explicit("an option of yours", UserWarning, "/lib/site-packages/keras/src/x.py", 1)
        return 1.0

    assert DirectAnswer(answer).call((), {}, seconds=5.0).warned == ("an option of yours",)


def _said_of_a_layer(*changes):
    keras = pytest.importorskip("keras")
    text = LAYER
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return said("OwnBatchNormalization", text, layers=keras.layers, ops=keras.ops)


def test_the_change_that_makes_a_layer_right_is_found():
    sentence, verdict = _said_of_a_layer(("ops.var(x", "ops.std(x"))
    assert (
        "One change makes every case of this check come out right: in line 16 of the class, `var` in place of"
        in sentence
    )
    assert verdict.where == "OwnBatchNormalization(), line 16: var = ops.std(x, axis=0)"


def test_two_mistakes_of_a_layer_are_told_each_by_its_part():
    sentence, verdict = _said_of_a_layer(
        ('"zeros", name="beta"', '"ones", name="beta"'), ("if training and", "if training is not False and")
    )
    assert 'Beta starts at 1. It starts at 0: initializer="zeros".' in sentence
    assert "training when nobody says so" in verdict.wrong_ideas


def test_what_no_idea_explains_of_another_part_is_told():
    sentence, _ = _said_of_a_layer(
        ("ops.sqrt(var + self.epsilon)", "(ops.sqrt(var) + self.epsilon)"), (', "epsilon": self.epsilon', "")
    )
    assert "Not all of 'get_config, from_config and saving' is right either" in sentence
    assert "epsilon in get_config()" in sentence


def test_an_error_alone_proves_no_idea_that_would_spoil_what_is_right():
    sentence, verdict = _said_of_a_layer(
        (
            "self.moving_mean.assign(self.momentum * self.moving_mean + (1 - self.momentum) * mean)",
            "self.moving_mean = self.momentum * self.moving_mean + (1 - self.momentum) * mean",
        )
    )
    assert not verdict.wrong_ideas and "Line 17 of the class puts a plain array in the place of the weight" in sentence


def test_the_row_of_a_long_statement_and_the_layers_that_differ_are_shown():
    keras = pytest.importorskip("keras")
    text = """
    def build_model():
        model = keras.Sequential([
            keras.Input((128,)),
            layers.Dense(UNITS, use_bias=False),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
            layers.Dense(32, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.Dense(10),
        ])
        model.compile("adam", "categorical_crossentropy")
        return model
    """
    names = {"keras": keras, "layers": keras.layers}
    sentence, verdict = said("build_model", text.replace("UNITS", "64").replace("momentum=0.9", ""), **names)
    assert verdict.where == "build_model(), line 10: layers.Dense(10),"
    sentence, _ = said("build_model", text.replace("UNITS", "48").replace("Dense(10)", "Dense(10, 'softmax')"), **names)
    assert (
        "Beside those of the task: Dense(48, no bias) in place of Dense(64, no bias); BatchNormalization(momentum=0.9)"
        in sentence
    )
    right = text.replace("UNITS", "64").replace("momentum=0.9", "").replace("Dense(10)", "Dense(10, 'softmax')")
    verdict = judge(exercises.find("build_model"), DirectAnswer(written("build_model", right, **names)))
    assert verdict.outcome == "correct" and not verdict.advice


def test_a_value_that_is_the_result_but_for_its_digits_is_no_step_on_the_way():
    def layer_norm(x, gamma, beta, eps=1e-3):
        x = x.astype("float32")
        mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
        return gamma * (x - mean) / np.sqrt(var + eps) + beta

    def in_place(x, gamma, beta, eps=1e-3):
        for i in range(len(x)):
            x[i] = gamma * (x[i] - x[i].mean()) / np.sqrt(x[i].var() + eps) + beta
        return x

    for answer in (layer_norm, in_place):
        said = " ".join(judge(exercises.find("layer_norm"), DirectAnswer(answer)).text().split())
        assert "goes on from there" not in said and "do what no line of a right answer does" not in said
    assert "x[i] = gamma" in said


def test_two_branches_that_are_exchanged_are_not_told_as_one_that_is_always_taken():
    def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        if data_format == "channels_first":
            return exercises.find("batch_norm_conv").reference(x, gamma, beta, eps, "channels_last")
        return exercises.find("batch_norm_conv").reference(x, gamma, beta, eps, "channels_first")

    said = judge(exercises.find("batch_norm_conv"), DirectAnswer(batch_norm_conv)).text()
    assert "whatever" not in said
