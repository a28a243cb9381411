"""The one change that makes an answer right: told only where every case shows it."""

import ast
import inspect
import re
import textwrap

import numpy as np
import pytest
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import DirectAnswer
from bncourse.checking.judge import judge
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.trial import attempt
from bncourse.checking.where.recognition import recognized

# An answer that no wrong idea of the bank agrees with, the line that is wrong, and words of the sentence.
ANSWERS = {
    "a term too much": (
        "normalize",
        """
        def normalize(x, mean, var, eps=1e-3):
            centred = x - mean
            scale = np.sqrt(var + eps) + 0.5
            return centred / scale
        """,
        3,
        "`np.sqrt(var + eps)` alone in place of `np.sqrt(var + eps) + 0.5`",
    ),
    "another exponent": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            m = x.mean(axis=0)
            v = x.var(axis=0)
            x_hat = (x - m) / (v + eps) ** 0.25
            return gamma * x_hat + beta
        """,
        4,
        "`0.5` in place of `0.25`",
    ),
    "a loop that starts late": (
        "batch_mean",
        """
        def batch_mean(x):
            total = np.zeros(x.shape[1])
            for i in range(2, len(x)):
                total = total + x[i]
            return total / len(x)
        """,
        3,
        "`0` in place of `2`",
    ),
    "a return in the loop": (
        "domain_auc",
        """
        def domain_auc(source_scores, target_scores):
            score = 0
            for t in target_scores:
                for s in source_scores:
                    if t > s:
                        score += 1
                    elif t == s:
                        score += 0.5
                    return score / (len(target_scores) * len(source_scores))
        """,
        9,
        "the `return` after the loop of line 3 and not inside it",
    ),
    "one name for another, twice": (
        "domain_auc",
        """
        def domain_auc(source_scores, target_scores):
            both = np.concatenate([source_scores, target_scores])
            ranks = np.array([(both < v).sum() + ((both == v).sum() + 1) / 2 for v in both])
            n, m = len(source_scores), len(target_scores)
            return (ranks[n:].sum() - n * (n + 1) / 2) / (n * m)
        """,
        5,
        "`m` in place of each `n` in `n * (n + 1)`",
    ),
    "the size of something else": (
        "to_pytorch",
        """
        def to_pytorch(gamma, beta, moving_mean, moving_variance, momentum, batch):
            n = 3 * len(gamma) + 1
            unbiased = moving_variance * n / (n - 1)
            return dict(weight=gamma, bias=beta, running_mean=moving_mean, running_var=unbiased, momentum=1 - momentum)
        """,
        2,
        "`batch` in place of `3 * len(gamma) + 1`",
    ),
    "a square in place of a product": (
        "domain_auc",
        """
        def domain_auc(source_scores, target_scores):
            table = np.sign(target_scores[:, None] - source_scores)
            return 0.5 + 0.5 * table.sum() / len(target_scores) ** 2
        """,
        3,
        "`len(target_scores) * len(source_scores)` in place of `len(target_scores) ** 2`",
    ),
    "a helper is called with the wrong name": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            x_hat = helper(x, eps)
            return beta * x_hat + beta
        """,
        3,
        "`gamma` in place of `beta`",
    ),
    "half of a mistake: right in one place of two": (
        "input_gradient",
        """
        def input_gradient(dout, x, gamma, eps=1e-3):
            n = x.shape[0]
            mu, var = x.mean(axis=0), x.var(axis=0)
            x_hat = (x - mu) / np.sqrt(var + eps)
            inner = dout - dout.mean(axis=0) - x_hat * (dout * x_hat).mean(axis=0)
            return gamma / np.sqrt(var + 2 * eps) * inner
        """,
        6,
        "`eps` alone in place of `2 * eps`",
    ),
    "half of a mistake: the axes of one format in one place of two": (
        "batch_norm_conv",
        """
        def batch_norm_conv(x, gamma, beta, eps=1e-3, data_format="channels_last"):
            first = data_format == "channels_first"
            axes, shape = ((0, 2, 3), (1, -1, 1, 1)) if first else ((0, 1, 2), (1, 1, 1, -1))
            mean = x.mean(axis=axes, keepdims=True)
            var = x.var(axis=(0, 1, 2), keepdims=True)
            return gamma.reshape(shape) * (x - mean) / np.sqrt(var + eps) + beta.reshape(shape)
        """,
        5,
        "`axes` in place of `(0, 1, 2)`",
    ),
}


def _helper(x, eps):
    return (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)


@pytest.mark.parametrize("name, text, line, words", ANSWERS.values(), ids=ANSWERS)
def test_the_line_and_the_change_are_named(name, text, line, words):
    sentence, verdict = said(name, text, helper=_helper)
    assert "One change makes every case of this check come out right" in sentence
    assert f"in line {line}, " in sentence and words in sentence
    assert verdict.where.startswith(f"{name}(), line {line}: ")
    assert not verdict.wrong_ideas and verdict.score < verdict.points


@pytest.mark.parametrize("name, text, line, words", ANSWERS.values(), ids=ANSWERS)
def test_the_change_that_is_told_is_right_on_inputs_that_the_check_did_not_draw(name, text, line, words):
    text = textwrap.dedent(text).strip() + "\n"
    _, verdict = said(name, text, helper=_helper)
    told = next(each for reason in verdict.reasons for each in re.findall(r"in line \d+, (.*)\.$", reason.says))
    changes = Changes(text)
    [change] = [each for each in changes if each.says == told and each.line == line][:1]
    changed = written(name, changes.text(change), helper=_helper)
    for seed in range(100, 110):
        assert judge(exercises.find(name), DirectAnswer(changed), seed).outcome == "correct"


def test_a_change_in_one_part_says_which_part_it_makes_right():
    text = """
    def moving_average(running, batch, momentum=0.99, convention="keras"):
        if convention == "keras":
            return momentum * running + (1 - momentum) * batch
        return (1 - momentum) * running + momentum * batch + 0.125
    """
    sentence, verdict = said("moving_average", text)
    assert "`(1 - momentum) * running + momentum * batch` alone" in sentence
    assert verdict.score == 1


# Nothing is tried where trying could go on for ever, leave a trace, or come out differently each time.
LEFT_ALONE = {
    "a global name": "global kept\n    kept = 1\n    return 2 * x.mean(axis=0)",
    "a file": "open\n    return 2 * x.mean(axis=0)",
    "chance": "np.random\n    return 2 * x.mean(axis=0) + x[0]",
}


@pytest.mark.parametrize("body", LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_nothing_is_tried_where_trying_could_do_harm(body):
    calls = []
    text = f"def batch_mean(x):\n    calls.append(1)\n    {body}\n"
    sentence, _ = said("batch_mean", text, calls=calls)
    assert "One change" not in sentence
    cases = len(exercises.find("batch_mean").draw(0))
    assert len(calls) == cases + 2  # and the example by hand, and once more whether it gives the same


def test_the_learners_own_names_stay_as_they_are():
    function = written("batch_mean", "def batch_mean(x):\n    return x.mean(axis=0) + 0.125\n")
    before = dict(function.__globals__)
    judge(exercises.find("batch_mean"), DirectAnswer(function))
    assert function.__globals__ == before


def test_two_mistakes_at_once_draw_no_sentence_about_one():
    text = """
    def batch_norm(x, gamma, beta, eps=1e-3):
        x_hat = (x - x.mean(axis=0) * 1.25) / (x.var(axis=0) + eps) ** 0.25
        return gamma * x_hat + beta
    """
    sentence, verdict = said("batch_norm", text)
    assert "One change" not in sentence and "One value" not in sentence
    assert "With what `normalize` gives in the place of" in sentence and "line 2: x_hat = " in verdict.where
    assert "So far it is right: `x.mean(axis=0)` (line 2) is what `batch_mean` gives" in sentence
    assert "`x.mean(axis=0) * 1.25` (line 2) is the first value that none of the right answers" in sentence


EXERCISES = ["batch_norm", "batch_variance", "input_gradient", "fold_into_dense", "group_norm", "weighted_risk"]


@pytest.mark.parametrize("name", EXERCISES)
def test_no_value_of_a_right_answer_is_called_unknown(name):
    exercise = exercises.find(name)
    looked_into = 0
    for right in exercise.right_answers:
        tree = ast.parse(textwrap.dedent(inspect.getsource(right)))
        tree.body[0].decorator_list = []
        answer = DirectAnswer(written(right.__name__, ast.unparse(tree), **right.__globals__), name)
        looked_into += bool(Changes(answer.source).observing()[1])
        for trial in [attempt(exercise, answer, case) for case in exercise.draw(3)[:2]]:
            assert recognized(exercise, answer, [trial], trial) is None
    assert looked_into >= 3


def test_a_text_that_is_no_single_function_has_no_changes():
    for text in (
        "",
        "x = 1",
        "class A:\n    pass",
        "def f(:",
        "@cache\ndef f(x):\n    return x",
        "def f(x): return x\ny = 1",
    ):
        assert not list(Changes(text))


def test_a_change_keeps_the_text_of_everything_else():
    text = "def f(x, y):\n    return x - y * 2\n"
    changes = Changes(text)
    texts = {changes.text(change) for change in changes}
    assert "def f(x, y):\n    return x + y * 2" in texts and "def f(x, y):\n    return (x - y) * 2" in texts
    assert text.strip() not in texts


def test_of_two_equal_numbers_in_a_line_the_one_that_is_meant_is_told():
    """A number that is given by name has no expression around it."""
    text = "def batch_mean(x):\n    return x.sum(axis=1)[:1 * x.shape[1]] / len(x)"
    assert "`0` in place of `1` in `axis=1`" in said("batch_mean", text)[0]
