"""Answers as people write them: the change that is told, in which line, of which function, and of which result."""

import re

import pytest
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import DirectAnswer
from bncourse.checking.judge import judge
from bncourse.checking.rewriting.changes import Changes

_FOLD = "def fold_into_dense(kernel, bias, gamma, beta, mean, var, eps=1e-3):\n    "
_NORM = "def batch_norm(x, gamma, beta, eps=1e-3):\n    m, v = x.mean(axis=0), x.var(axis=0)\n    "
_SHARE = (
    "def domain_auc(source_scores, target_scores):\n    s, t = source_scores[None, :], target_scores[:, None]\n    "
)
_RISK = "def weighted_risk(losses, weights):\n    "

# exercise, text, where it is said to be, and the change
TOLD = [
    (
        "standardize",
        "def standardize(x, eps=1e-8):\n    z = np.zeros_like(x)\n    for j in range(x.shape[1]):\n"
        "        z[:, j] = (x[:, j] - x[:, j].mean()) / np.sqrt(x[:, 0].var() + eps)\n    return z",
        "standardize(), line 4",
        "`j` in place of `0`",
    ),
    (
        "standardize",
        "def standardize(x, eps=1e-8):\n    z = np.zeros_like(x)\n    for j in range(x.shape[1] - 1):\n"
        "        z[:, j] = (x[:, j] - x[:, j].mean()) / np.sqrt(x[:, j].var() + eps)\n    return z",
        "standardize(), line 3",
        "`range(x.shape[1])` in place of `range(x.shape[1] - 1)`, which leaves out the last turn",
    ),
    (
        "standardize",
        "def standardize(x, eps=1e-8):\n    m = np.median(x, axis=0)\n"
        "    return (x - m) / np.sqrt(np.mean((x - m) ** 2, axis=0) + eps)",
        "standardize(), line 2",
        "`mean` in place of `median` in `np.median(x, axis=0)`",
    ),
    (
        "domain_auc",
        "def domain_auc(source_scores, target_scores):\n    wins, i = 0, 0\n    while i < len(target_scores):\n"
        "        j = 1\n        while j < len(source_scores):\n            d = target_scores[i] - source_scores[j]\n"
        "            wins += 1 if d > 0 else 0.5 if d == 0 else 0\n            j += 1\n        i += 1\n"
        "    return wins / (len(source_scores) * len(target_scores))",
        "domain_auc(), line 4",
        "`0` in place of `1`",
    ),
    (
        "domain_auc",
        _SHARE + "return ((t > s) + 0.5 * (t == s)).mean(axis=0)",
        "domain_auc(), line 3",
        "without `axis=0`",
    ),
    (
        "weighted_risk",
        _RISK + "total, norm = 0, 0\n    for i in range(len(losses)):\n        total += weights[i] * losses[i]\n"
        "        norm = weights[i]\n    return total / norm",
        "weighted_risk(), line 5",
        "`+=` in place of `=` in `norm = weights[i]`",
    ),
    (
        "input_percentiles",
        "def input_percentiles(inputs, percentages=(15, 50, 85)):\n"
        "    places = np.array(percentages) / 100 * (inputs.shape[1] - 1)\n"
        "    return np.array([np.interp(places, np.arange(len(row)), row) for row in inputs])",
        "input_percentiles(), line 3",
        "`np.sort(row)` in place of `row`",
    ),
    (
        "batch_norm",
        _NORM + "v = (x - m ** 2).mean(axis=0)\n    return gamma * (x - m) / np.sqrt(abs(v) + eps) + beta",
        "batch_norm(), line 3",
        "`(x - m) ** 2` in place of `x - m ** 2`",
    ),
    (
        "batch_norm",
        "def helper(x, eps):\n    m = x.mean(axis=0)\n    v = ((x - m) ** 2).sum(axis=0) / (len(x) + 1)\n"
        "    return (x - m) / np.sqrt(v + eps)\n\n"
        "def batch_norm(x, gamma, beta, eps=1e-3):\n    return helper(x, eps) * gamma + beta",
        "helper(), line 3",
        "`len(x)` alone in place of `len(x) + 1`",
    ),
]


@pytest.mark.parametrize("name, text, where, words", TOLD, ids=[f"{each[0]}: {each[3]}" for each in TOLD])
def test_the_plainest_change_is_told_and_is_right_on_other_inputs(name, text, where, words):
    sentence, verdict = said(name, text)
    assert words in sentence and verdict.where.startswith(where)
    line, owner, told = re.search(
        r"come out right: in line (\d+)(?: of `(\w+)`)?, (.*?)\.( It is|$)", sentence
    ).groups()[:3]
    told = re.sub(r" \(the \w+ `[^`]+` of the line\)$", "", told)  # which one it is, beside the change itself
    *helpers, own = [each + "\n" for each in text.split("\n\n")]
    changes = Changes(own, helpers)
    [change] = [c for c in changes if (c.line, c.says, c.function) == (int(line), told, owner or name)]
    changed = written(name, changes.text(change))
    assert all(judge(exercises.find(name), DirectAnswer(changed), seed).outcome == "correct" for seed in (100, 101))


def test_of_two_mistakes_in_two_results_the_change_names_the_result_that_it_makes_right():
    text = _FOLD + "scale = gamma / (var + eps)\n    return kernel * scale, (bias - mean) * gamma + beta"
    sentence, verdict = said("fold_into_dense", text)
    assert "One change makes kernel right in every case of this check: in line 2, the square root" in sentence
    assert "come out right" not in sentence and verdict.score == 0


def test_a_line_is_not_shown_where_another_line_could_be_changed_as_well():
    text = """
    def fold_into_conv(kernel, bias, gamma, beta, mean, var, eps=1e-3):
        kernel, bias, gamma, beta, mean, var = (
            v.astype(np.float32) for v in (kernel, bias, gamma, beta, mean, var)
        )
        scale = gamma / np.sqrt(bias + np.float32(eps))
        return kernel * scale, np.tanh(bias * scale) + beta
    """
    assert not said("fold_into_conv", text)[1].where.startswith("fold_into_conv(), line 2")


def test_a_known_idea_that_no_line_is_known_to_hold_is_shown_by_the_change():
    text = _NORM + "return gamma * (x - m) / (np.sqrt(v) + eps) + beta"
    sentence, verdict = said("batch_norm", text)
    assert verdict.wrong_ideas == ("epsilon outside the root",) and verdict.where.startswith("batch_norm(), line 3: ")
    assert "`np.sqrt(v + eps)` in place of `np.sqrt(v) + eps`" in sentence


def test_an_idea_that_the_changed_line_does_not_look_like_is_told_by_its_numbers_alone():
    text = """
    def input_gradient(dout, x, gamma, eps=1e-3):
        m, c = len(x), x - x.mean(axis=0)
        total = (c ** 2).mean(axis=0) + eps
        dx_hat = dout * gamma
        dvar = (dx_hat * c).sum(axis=0) * -0.5 * total ** -0.5
        dmean = -dx_hat.sum(axis=0) * total ** -0.5
        return dx_hat * total ** -0.5 + dvar * 2 * c / m + dmean / m
    """
    sentence, _ = said("input_gradient", text)
    assert sentence.startswith(
        "One change makes every case of this check come out right: in line 5, `-1.5` in place of"
    )
    assert "Your result is what this mistake gives; your lines may say it in other words. You use x - mean" in sentence
    assert "`-1.5` in place of `-0.5` in `total ** -0.5`" in sentence


def test_a_loop_that_a_change_makes_endless_is_left_and_the_right_change_is_found():
    text = "i, total = 0, 0\n    while i < len(losses):\n        total += weights[i] * losses[i]\n        i += 1\n    "
    sentence, _ = said("weighted_risk", _RISK + text + "return total / (weights.sum() + losses[0])")
    assert "`weights.sum()` alone in place of `weights.sum() + losses[0]`" in sentence


def test_an_answer_whose_helper_leaves_a_trace_is_not_run_again():
    calls = []
    text = "def helper(x):\n    calls.append(1)\n    global kept\n    kept = x\n    return 2 * x.mean(axis=0)\n\n"
    said("batch_mean", text + "def batch_mean(x):\n    return helper(x)", calls=calls)
    assert len(calls) <= len(exercises.find("batch_mean").draw(0)) + 2  # by hand, and whether it gives the same again


def test_a_square_on_the_way_to_a_variance_is_not_blamed():
    text = (
        _NORM + "v = ((x - m) ** 2 * 1.5).mean(axis=0) * 1.5\n    return gamma * (x - m) / np.sqrt(v + eps) ** 3 + beta"
    )
    sentence, _ = said("batch_norm", text)
    assert "`(x - m) ** 2 * 1.5` (line 3) is the first value" in sentence


def test_a_check_that_answers_true_or_false_is_told_where_it_says_the_wrong_one():
    text = """
    def gradient_check(forward, backward, x, gamma, beta):
        dout = np.random.default_rng(0).normal(size=x.shape)
        dx, dgamma, dbeta = backward(dout, x, gamma, beta)
        up, down = forward(x, gamma, beta + 1e-5), forward(x, gamma, beta - 1e-5)
        slopes = (dout * (up - down)).sum(axis=0) / 2e-5
        return bool(np.abs(slopes - dbeta).max() <= 1e-5 * np.abs(slopes).max() and np.abs(x).max() < 50.0)
    """
    sentence, _ = said("gradient_check", text)
    assert re.search(r"It says False for: a right backward pass .*; there True is right\.", sentence)
