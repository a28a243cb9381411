"""What is said of an answer in loops: a value that is computed many times is told as that, and what its turns find."""

import ast
import re
import warnings

import numpy as np
import pytest
import sampled
from written_cells import said

from bncourse import exercises
from bncourse.benchmarks.mutants import Mutants
from bncourse.checking import DirectAnswer, Exercise, judge

PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]
PUT = re.compile(r"in the place of `([^`]+)`(?: \(in `[^`]+`\))? in line (\d+)")


def _in_loops(text):
    """Return the lines of loops, and the texts that comprehensions hold: what is in them is computed many times."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.For):
            found |= {n.lineno for each in node.body for n in ast.walk(each) if hasattr(n, "lineno")}
    return found


def _mutants(exercise):
    """Yield right answers in loops with one thing changed."""
    for right in (exercise.reference, *exercise.right_answers):
        try:
            ways = Mutants(right)
        except (OSError, TypeError, ValueError, SyntaxError):
            continue
        for number in range(0, len(ways), 7 if sampled.at_night else 29):
            mutant = ways.make(number)
            if mutant and _in_loops(mutant.text) and "while " not in mutant.text:  # that may not end
                yield mutant


@pytest.mark.parametrize("exercise", sampled.one_in(10, PLAIN), ids=lambda each: each.name)
def test_a_value_in_a_loop_is_never_told_as_one_value(exercise):
    for mutant in _mutants(exercise):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a wrong answer may divide by 0, and casts lose digits
            verdict = judge(exercise, DirectAnswer(mutant.function, exercise.name))
        loops = _in_loops(mutant.text)
        for reason in verdict.reasons:
            for found in PUT.finditer(reason.says):
                if int(found[2]) in loops:
                    assert "a piece of it each time" in reason.says, f"{mutant.text}\n{reason.says}"
                    assert "One value is wrong" not in reason.says, f"{mutant.text}\n{reason.says}"


NESTED = """
    def standardize(x, eps=1e-8):
        n, d = x.shape
        out = np.zeros((n, d))
        START
        for j in range(d):
            INSIDE
            for i in range(n):
                total += x[i, j]
            mean = total / n
            spread = 0.0
            for i in range(n):
                spread += abs(x[i, j] - mean) * 1.5
            var = spread / n
            for i in range(n):
                out[i, j] = np.tanh(x[i, j] - mean) / (var + eps)
        return out
"""


def test_what_the_turns_of_a_loop_find_is_told_where_it_is_right():
    text = NESTED.replace("START", "pass").replace("INSIDE", "total = 0.0")
    sentence, verdict = said("standardize", text)
    assert "So far it is right: turn by turn of the loop in line 5, `mean` (line 9) takes the values of" in sentence
    assert "No right answer known here has the values of `" in sentence and not verdict.where


def test_what_is_right_in_the_first_turn_alone_is_told_as_that():
    text = NESTED.replace("START", "total = 0.0").replace("INSIDE", "pass")
    sentence, verdict = said("standardize", text)
    assert "In the first turn of the loop in line 5 `mean` (line 9) has the value of" in sentence
    assert "and in no later turn" in sentence and "So far it is right" not in sentence
    assert not verdict.where


@pytest.mark.parametrize("leaves", ["continue", "break"])
def test_of_a_loop_that_leaves_out_turns_nothing_is_told_turn_by_turn(leaves):
    text = NESTED.replace("START", "pass").replace(
        "INSIDE", f"total = 0.0\n            if j > d:\n                {leaves}"
    )
    assert "turn by turn" not in said("standardize", text)[0]


def test_what_a_loop_goes_through_is_not_blamed_for_what_is_done_in_it():
    text = """
    def clip_weights(weights, most):
        out = []
        for w in weights:
            if w > most:
                out.append(most)
            out.append(w)
        return np.array(out) / np.mean(out)
    """
    assert "line 3: " not in said("clip_weights", text)[1].where


def test_the_array_that_a_loop_fills_is_not_blamed_for_what_the_loop_leaves_out():
    """The right result in the place of the zeros would make up for it."""
    text = """
    def fold_into_conv(kernel, bias, gamma, beta, mean, var, eps=1e-3):
        s = gamma / np.sqrt(var + eps)
        k = np.zeros_like(kernel)
        b = np.zeros_like(bias)
        for o in range(kernel.shape[3]):
            for i in range(1, kernel.shape[2]):
                k[:, :, i, o] = kernel[:, :, i, o] * s[o]
            b[o] = (bias[o] - mean[o]) / s[o] + beta[o]
        return k, b
    """
    sentence, verdict = said("fold_into_conv", text)
    assert "np.zeros_like(kernel)" not in sentence and "line 3: " not in verdict.where, verdict.text()


def test_what_a_loop_writes_into_an_array_can_be_the_wrong_value():
    text = """
    def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
        n = n_a + n_b
        mean, var = np.zeros_like(mean_a), np.zeros_like(var_a)
        for j in range(len(mean_a)):
            mean[j] = (n_a * mean_a[j] + n_b * mean_b[j]) // n
            var[j] = (n_a * (var_a[j] + (mean_a[j] - mean[j]) ** 2) + n_b * (var_b[j] + (mean_b[j] - mean[j]) ** 2)) / n
        return mean, var
    """
    _, verdict = said("combine_moments", text)
    assert "line 5: mean[j] = " in verdict.where, verdict.text()


def test_a_line_that_uses_what_is_elsewhere_is_not_blamed_for_it():
    text = """
    class Norm:
        def __init__(self, eps):
            self.eps = eps

        def __call__(self, x):
            return (x.T - x.mean(1)).T / np.sqrt(x.var(1) + self.eps)[:, None]

    def batch_norm(x, gamma, beta, eps=1e-3):
        norm = Norm(eps)
        x_hat = norm(x) + 0 * x
        return gamma * x_hat + beta
    """
    sentence, verdict = said("batch_norm", text)
    assert not verdict.where and "So what is wrong is in" not in sentence, verdict.text()


def test_what_np_empty_leaves_in_an_array_is_told_where_the_result_changes_from_call_to_call():
    text = """
    def normalize(x, mean, var, eps=1e-3):
        out = np.empty(x.shape)
        out[0] = chance(x) * 2.0
        return out * np.sqrt(var) - mean
    """
    drawn = iter(np.linspace(1, 2, 1000))
    sentence, _ = said("normalize", text, chance=lambda x: next(drawn))
    assert "Called again with the inputs of this case, it gives another result" in sentence
    assert "`np.empty` gives holds what happened to stand in memory, where nothing is written into it" in sentence


@pytest.mark.parametrize("start", ["0", "0.0"])
def test_a_number_to_begin_with_is_no_other_line_for_being_whole(start):
    text = f"""
    def domain_auc(source_scores, target_scores):
        score = {start}
        for t in target_scores:
            for s in source_scores:
                score += t >= s - 1
        return score / (len(source_scores) * len(target_scores))
    """
    assert "line 2: " not in said("domain_auc", text)[1].where
