"""An answer that loses digits: the line that makes float32 or rounds is blamed, and no line that uses what it gives."""

import ast
import functools
import inspect
import re
import textwrap
import warnings

import numpy as np
import pytest
import sampled
from written_cells import said, written

from bncourse import exercises
from bncourse.benchmarks.shown_lines import shown_lines
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.verdict import NOT_YET

PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]
LOSES = {
    "float32": "np.float64(np.float32({}))",
    "rounded": "np.round({}, 5)",
    # a name that the text does not explain
    "float32 elsewhere": "np.float64(narrow({}))",
}


def _spoilt(exercise, how):
    """Yield a right answer in which one line loses digits, with the number of that line."""
    for right in (exercise.reference, *exercise.right_answers):
        try:
            [function] = ast.parse(textwrap.dedent(inspect.getsource(right))).body
        except (OSError, TypeError, ValueError, SyntaxError):
            continue
        if not isinstance(function, ast.FunctionDef):
            continue
        function.decorator_list, function.name = [], exercise.name
        plain = ast.unparse(function)
        if (
            "float32" in plain
        ):  # right in float32, and lost where some of it is float64: there are several lines to blame
            continue
        for place, statement in enumerate(ast.parse(plain).body[0].body):
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                [new] = ast.parse(plain).body
                value = new.body[place].value
                new.body[place].value = ast.parse(LOSES[how].format(ast.unparse(value)), mode="eval").body
                text = ast.unparse(ast.fix_missing_locations(new))
                yield right, text, statement.lineno


def _judged(exercise, right, text):
    narrow = functools.partial(np.asarray, dtype=np.float32)
    answer = DirectAnswer(written(exercise.name, text, **{**right.__globals__, "narrow": narrow}), exercise.name)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a wrong answer may divide by 0, and casts lose digits
        return judge(exercise, answer)


# in the daily loop each exercise in one of the ways, and before a commit in all of them
LOST = [
    pytest.param(exercise, how, id=f"{exercise.name}-{how}", marks=[pytest.mark.slow] * ((number + way) % 3 != 0))
    for number, exercise in enumerate(PLAIN)
    for way, how in enumerate(LOSES)
]


@pytest.mark.parametrize(("exercise", "how"), LOST)
def test_the_line_that_loses_digits_is_the_only_one_that_is_blamed(exercise, how):
    count = located = 0
    for right, text, line in list(_spoilt(exercise, how))[:: 1 if sampled.at_night else 4]:
        verdict = _judged(exercise, right, text)
        if verdict.outcome != NOT_YET or re.search("lstsq|pinv", text):  # they are not tried in other forms
            continue
        told = " ".join(reason.says for reason in verdict.reasons)
        lines = shown_lines(verdict)
        count, located = count + 1, located + (line in lines)
        assert not lines or line in lines, f"{text}\n{verdict.text()}"
        assert " 1 times " not in told, verdict.text()
        for number in re.findall(r"every line .*but line (\d+)", told):
            assert int(number) == line, f"{text}\n{verdict.text()}"
    assert located >= 0.8 * count


SINGLE = {
    "both inputs": (
        """
        def normalize(x, mean, var, eps=1e-3):
            x32 = x.astype(np.float32)
            m32 = mean.astype("float32")
            centred = x32 - m32
            scale = np.sqrt(var + eps)
            return centred / scale
        """,
        "Digits are lost in 2 places. Every case of this check comes out right with: in line 2, `x` in place of "
        '`x.astype(np.float32)`; in line 3, `mean` in place of `mean.astype("float32")`.',
        2,
    ),
    "the array that is filled": (
        """
        def normalize(x, mean, var, eps=1e-3):
            out = np.empty(x.shape, "float32")
            for i in range(len(x)):
                out[i] = (x[i] - mean) / np.sqrt(var + eps)
            return out.astype(float)
        """,
        'in line 2, `np.empty(x.shape)` in place of `np.empty(x.shape, "float32")`.',
        2,
    ),
    "an option": (
        """
        def normalize(x, mean, var, eps=1e-3):
            std = np.sqrt(var + eps, dtype=np.float32)
            return (x - mean) / std
        """,
        "in line 2, `np.sqrt(var + eps)` in place of `np.sqrt(var + eps, dtype=np.float32)`.",
        2,
    ),
    "another name for float32": (
        """
        def normalize(x, mean, var, eps=1e-3):
            f = np.float32
            z = (f(x) - f(mean)) / np.sqrt(f(var) + f(eps))
            return np.asarray(z, dtype=float)
        """,
        "in line 2, `np.float64` in place of `np.float32`.",
        2,
    ),
    "a rounding in a loop": (
        """
        def normalize(x, mean, var, eps=1e-3):
            out = np.zeros_like(x)
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    out[i, j] = ((x[i, j] - mean[j]) / np.sqrt(var[j] + eps)).round(3)
            return out
        """,
        "in line 5, `(x[i, j] - mean[j]) / np.sqrt(var[j] + eps)` in place of",
        5,
    ),
    "a rounding in a helper": (
        """
        def deviation(var, eps):
            return np.around(np.sqrt(var + eps), 4)

        def normalize(x, mean, var, eps=1e-3):
            return (x - mean) / deviation(var, eps)
        """,
        "in line 2 of `deviation`, `np.sqrt(var + eps)` in place of `np.around(np.sqrt(var + eps), 4)`.",
        2,
    ),
}


@pytest.mark.parametrize(("text", "words", "line"), SINGLE.values(), ids=SINGLE)
def test_each_way_to_lose_digits_is_told_with_what_is_right_in_its_place(text, words, line):
    sentence, verdict = said("normalize", text)
    assert words in sentence, sentence
    assert f"), line {line}: " in verdict.where, verdict.text()


def test_a_number_that_is_right_but_for_its_last_digits_is_told_how_many_are_right():
    text = """
    def weighted_risk(losses, weights):
        shares = narrow(weights / weights.sum())
        return float((shares * losses).sum())
    """
    sentence, verdict = said("weighted_risk", text, narrow=functools.partial(np.asarray, dtype=np.float32))
    assert re.search(r"About [678] digits are right, and more are needed", sentence), verdict.text()
    assert "line 2: " in verdict.where


def test_two_mistakes_of_which_one_is_a_rounding_are_not_told_as_the_rounding_alone():
    text = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        x = x.astype(np.float32)
        mean = x.mean(axis=0)
        x_hat = np.tanh(x - mean) / (x.var(axis=0) + eps)
        return np.float64(gamma * x_hat + beta)
    """
    sentence, verdict = said("batch_norm", text)
    assert "comes out right with" not in sentence and "One change" not in sentence, verdict.text()
    assert ("Names aside" not in sentence and "Only lines" not in sentence) or "2" in verdict.where


def test_a_factor_that_rounding_alone_makes_is_no_factor():
    text = """
    def density_ratio(logits, n_source, n_target):
        return narrow(np.exp(logits)) * n_source / n_target
    """
    sentence, _ = said("density_ratio", text, narrow=lambda v: v * (1 + 1e-7))
    assert "a factor is off" not in sentence and "digits are right" in sentence
