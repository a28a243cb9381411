"""What a card says holds beyond the case that it was seen in: a change, a value that is right, a place, an argument."""

import inspect
import re

import numpy as np
import pytest
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import Case, DirectAnswer, Exercise, judge
from bncourse.checking.verdict import CORRECT, NOT_YET
from bncourse.checking.where.steps import is_same, steps_of

PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]


def _mean_of_all(x):
    return x.sum() / len(x)


def _four_in_practice(rng):
    practice = np.random.default_rng([0, *b"mean_of_all"]).integers(10**6)
    size = 4 if rng.integers(10**6) == practice else 6
    for number in range(4):
        yield Case(f"{size} numbers, {number}", (rng.normal(size=size),))


def test_a_change_that_fits_the_cases_of_the_check_alone_is_not_told():
    exercise = Exercise(
        "00-warm-up", _mean_of_all, "give the mean", cases=_four_in_practice, hints=("",), name="mean_of_all"
    )
    function = written("mean_of_all", "def mean_of_all(x):\n    return x.sum() / 5")
    verdict = judge(exercise, DirectAnswer(function))
    told = " ".join(reason.says for reason in verdict.reasons)
    assert verdict.outcome == NOT_YET and "`4`" not in told, verdict.text()
    assert "One change" not in told or "x.mean()" in told or "len(x)" in told, verdict.text()


WHICH = {
    "the second of two names": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
            a, b = gamma, gamma
            return a * x_hat + b
        """,
        "in line 3, `beta` in place of `gamma` (the second `gamma` of the line).",
    ),
    "the second of two signs": (
        "moving_average",
        """
        def moving_average(running, batch, momentum=0.99, convention="keras"):
            if convention == "keras":
                return momentum * running + (1 - momentum) * batch
            return running - momentum * running - momentum * batch
        """,
        "in line 4, `+` in place of the second `-` in `running - momentum * running - momentum * batch`.",
    ),
    "one of two axes": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            m, v = x.mean(0), x.var(1)[:1]
            return gamma * (x - m) / np.sqrt(v * 0 + x.var(axis=1) [:1] * 0 + x.var(axis=0) + eps) + gamma
        """,
        "(the second `gamma` of the line).",
    ),
    "a name that is there once": (
        "batch_norm",
        """
        def batch_norm(x, gamma, beta, eps=1e-3):
            x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
            return beta * x_hat + beta
        """,
        "in line 3, `gamma` in place of `beta` in `beta * x_hat`.",
    ),
}


@pytest.mark.parametrize(("name", "text", "words"), WHICH.values(), ids=WHICH)
def test_where_a_line_has_a_name_twice_the_card_says_which_one_is_meant(name, text, words):
    sentence, verdict = said(name, text)
    assert words in sentence, verdict.text()


BEGIN_ALIKE = {
    "a number that comes later": """
        def normalize(x, mean, var, eps=1e-3):
            off = mean + 0.25 * (np.arange(len(mean)) == len(mean) - 1) * np.abs(mean)
            centred = x - off
            return centred / np.sqrt(var + eps)
        """,
    "a row that comes later": """
        def normalize(x, mean, var, eps=1e-3):
            centred = x - mean
            centred = centred * np.where(np.arange(len(x)) > 1, np.exp(x[:, 0]), 1)[:, None]
            return centred / np.sqrt(var + eps)
        """,
}


@pytest.mark.parametrize("text", BEGIN_ALIKE.values(), ids=BEGIN_ALIKE)
def test_two_values_that_differ_are_never_written_alike(text):
    sentence, verdict = said("normalize", text)
    assert not re.search(r"yours begins with (\[[^]]*\]), and the right one with \1", sentence), verdict.text()
    for detail in verdict.missed:
        shown = dict(detail.details)
        assert shown["expected"] != shown["yours"], verdict.text()
    if "the first number that differs" in sentence:
        yours, right = re.search(r"is at \[[\d, ]+\]: it is (\S+), and (\S+) in the right one", sentence).groups()
        assert yours != right, verdict.text()


def test_numbers_that_are_close_are_told_with_how_large_they_are():
    text = "def normalize(x, mean, var, eps=1e-3):\n    return odd((x - mean) / np.sqrt(var + eps))"
    sentence, verdict = said("normalize", text, odd=lambda z: z + 1e-3 * np.sin(7 * z))
    off, largest = map(
        float, re.search(r"the farthest is off by (\S+), and the largest .* is (\S+) in", sentence).groups()
    )
    case = exercises.find("normalize").draw(0)[verdict.case]
    right = exercises.find("normalize").reference(*case.arguments, **case.options)
    assert off == pytest.approx(np.abs(1e-3 * np.sin(7 * right)).max(), rel=0.1), verdict.text()
    assert largest == pytest.approx(np.abs(right).max(), rel=0.01), verdict.text()


IN_TRAINING = {
    "gamma": "        running_mean, running_var = moved\n        return x_hat + beta, running_mean, running_var",
    "the old running mean": "        running_mean, running_var = (1 - momentum) * mean, moved[1]\n"
    "        return gamma * x_hat + beta, running_mean, running_var",
}


@pytest.mark.parametrize("line", IN_TRAINING.values(), ids=IN_TRAINING)
def test_an_argument_without_effect_in_one_mode_is_told_with_the_mode(line):
    text = f"""
def batch_norm_layer(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
    if training:
        mean, var = x.mean(axis=0), x.var(axis=0)
        x_hat = (x - mean) / np.sqrt(var + eps)
        moved = [momentum * a + (1 - momentum) * b for a, b in zip((running_mean, running_var), (mean, var))]
{line}
    return gamma * (x - running_mean) / np.sqrt(running_var + eps) + beta, running_mean, running_var
"""
    sentence, verdict = said("batch_norm_layer", text)
    for reason in verdict.reasons:
        if reason.name or "effect" in reason.says:
            assert "'while training'" in reason.says, verdict.text()
    assert "while training" in sentence or "in line" in sentence, verdict.text()


NEAR = {
    "abs": "mid = np.abs(percentiles[:, 1])\n    return (mid.max() - mid.min()) / (high - low).max()",
    "sorted": "mid = np.sort(percentiles[:, 1])\n    return (mid[-1] - mid[1]) / (high - low).max()",
    "the positive part": "mid = np.maximum(percentiles[:, 1], 0)\n    return (mid.max() - mid[0]) / (high - low).max()",
}


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("body", NEAR.values(), ids=NEAR)
def test_a_value_that_is_a_step_by_chance_is_not_called_one(body, seed):
    text = f"def drift(percentiles):\n    low, high = percentiles[:, 0], percentiles[:, 2]\n    {body}"
    sentence, verdict = said("drift", text, seed)
    assert not re.search(r"So far it is right:[^.]*`mid` \(line 3\) is `median`", sentence), verdict.text()


@pytest.mark.parametrize("exercise", PLAIN, ids=lambda each: each.name)
def test_the_cases_tell_a_step_from_what_is_like_it(exercise):
    """A step that can be negative, or is not in order, is that in some practice case: else its absolute value is it."""
    likes = {"abs": np.abs, "sorted": lambda value: np.sort(value, axis=0) if np.ndim(value) else value}

    def told_apart(seed):
        found = set()
        for case in exercise.draw(seed):
            for step in steps_of(exercise, case):
                if step.name and step.name.strip("`") not in exercise.parameters:
                    apart = [like for like, form in likes.items() if not is_same(form(step.value), step.value)]
                    found |= {(step.name, like) for like in apart}
        return found

    assert told_apart(1) | told_apart(2) <= told_apart(0)


LEFT_OUT = {
    "the first group": ("range(1, groups)", "`range(groups)` in place of `range(1, groups)`", "the first turn"),
    "the last group": ("range(groups - 1)", "`range(groups)` in place of `range(groups - 1)`", "the last turn"),
    "both": ("range(1, groups - 1)", "`range(groups)` in place of", "the first and the last turn"),
    "of a list": ("list(range(groups))[1:]", "`list(range(groups))` in place of", "the first"),
}


@pytest.mark.parametrize(("turns", "words", "which"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_turn_that_a_loop_leaves_out_is_located(turns, words, which):
    text = f"""
def group_norm(x, gamma, beta, groups, eps=1e-3):
    y = np.zeros_like(x)
    size = x.shape[3] // groups
    for g in {turns}:
        part = x[:, :, :, g * size:(g + 1) * size]
        mean = part.mean(axis=(1, 2, 3), keepdims=True)
        var = part.var(axis=(1, 2, 3), keepdims=True)
        y[:, :, :, g * size:(g + 1) * size] = (part - mean) / np.sqrt(var + eps)
    return gamma * y + beta
"""
    sentence, verdict = said("group_norm", text)
    assert words in sentence and f"which leaves out {which}." in sentence, verdict.text()
    assert "line 4: for g in" in verdict.where


SLICED = {
    "rows": ("batch_mean", "def batch_mean(x):\n    return x[1:].sum(axis=0) / len(x)", "`x` in place of `x[1:]`"),
    "the last row": ("batch_mean", "def batch_mean(x):\n    return x[:-1].sum(axis=0) / len(x)", "`x` in place of"),
    "the last score": (
        "domain_auc",
        """
        def domain_auc(source_scores, target_scores):
            total = 0
            for t in target_scores:
                for s in source_scores[:-1]:
                    total += (t > s) + 0.5 * (t == s)
            return total / (len(target_scores) * len(source_scores))
        """,
        "`source_scores` in place of `source_scores[:-1]`, which leaves out the last",
    ),
}


@pytest.mark.parametrize(("name", "text", "words"), SLICED.values(), ids=SLICED)
def test_a_slice_that_leaves_out_the_first_or_the_last_is_located(name, text, words):
    sentence, verdict = said(name, text)
    assert words in sentence, verdict.text()


def _in_front(value):
    return np.asarray(value)[None]


@pytest.mark.parametrize("exercise", PLAIN, ids=lambda each: each.name)
def test_no_shape_is_accepted_because_it_broadcasts(exercise):
    """Only what `keepdims` gives of one number, or of numbers for each feature, is another way to write them."""

    def shaped(*arguments, **options):
        value = exercise.reference(*arguments, **options)
        if isinstance(value, dict):
            return {name: _in_front(each) for name, each in value.items()}
        return tuple(map(_in_front, value)) if isinstance(value, tuple) else _in_front(value)

    shaped.__signature__ = inspect.signature(exercise.reference)
    verdict = judge(exercise, DirectAnswer(shaped))
    expected = exercise.reference(*exercise.draw(0)[0].copy()[0], **exercise.draw(0)[0].options)
    pieces = (
        expected.values() if isinstance(expected, dict) else expected if isinstance(expected, tuple) else [expected]
    )
    are_rows = all(np.ndim(piece) == 0 or (np.ndim(piece) == 1 and exercise.rows) for piece in pieces)
    assert (verdict.outcome == CORRECT) == are_rows, verdict.text()
    if not are_rows:
        told = " ".join(reason.says for reason in verdict.reasons)
        assert "One number is asked for" in told or "an axis of length 1 in front" in told, verdict.text()


TIES = {
    "float32": ("np.float32(target_scores)[:, None]", "np.float32(source_scores)", "t == s"),
    "float32 to the end": ("np.float32(target_scores)[:, None]", "np.float32(source_scores)", "np.float32(t == s)"),
    "rounded": ("np.round(target_scores, 8)[:, None]", "np.round(source_scores, 8)", "t == s"),
    "isclose": ("target_scores[:, None]", "source_scores", "np.isclose(t, s) - np.isclose(t, s) * 2 * (t > s)"),
}


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("target", "source", "tie"), TIES.values(), ids=TIES)
def test_scores_that_differ_in_late_digits_are_no_tie(target, source, tie, seed):
    text = f"""
def domain_auc(source_scores, target_scores):
    t, s = {target}, {source}
    return np.mean((t > s) + np.float32(0.5) * ({tie}))
"""
    assert said("domain_auc", text, seed)[1].outcome == NOT_YET


UNWRITTEN = {
    "the first": "for i in range(1, len(x)):\n        y[i] = gamma * x[i] / np.sqrt((x[i] ** 2).mean() + eps)",
    "the last": "for i in range(len(x) - 1):\n        y[i] = gamma * x[i] / np.sqrt((x[i] ** 2).mean() + eps)",
    "some": "for i in range(len(x)):\n        if x[i, 0] > 0:\n"
    "            y[i] = gamma * x[i] / np.sqrt((x[i] ** 2).mean() + eps)",
}


@pytest.mark.parametrize("made", ["np.empty(x.shape)", "np.empty_like(x)"])
@pytest.mark.parametrize("loop", UNWRITTEN.values(), ids=UNWRITTEN)
def test_what_is_never_written_is_not_by_chance_the_right_result(loop, made):
    text = f"def rms_norm(x, gamma, eps=1e-6):\n    y = {made}\n    {loop}\n    return y"
    for _ in range(3):
        sentence, verdict = said("rms_norm", text)
        assert verdict.outcome == NOT_YET and "was never written" in sentence, verdict.text()
        assert "divides by zero" not in sentence and "(in `x[i, 0] > 0`)" not in sentence, verdict.text()


def test_a_list_that_comes_back_is_not_said_to_change_from_call_to_call():
    text = """
    def input_percentiles(inputs, percentages=(15, 50, 85)):
        return [np.percentile(row, percentages) for row in inputs]
    """
    sentence, verdict = said("input_percentiles", text)
    assert "another result" not in sentence and "np.array" in sentence, verdict.text()


def test_a_step_that_only_a_default_makes_another_is_not_called_one_by_chance():
    text = """
    def standardize(x, eps=1e-3):
        c = x - x.mean(axis=0)
        c = c / np.sqrt(c.var(axis=0) + eps)
        return c / np.sqrt(c.var(axis=0) + eps)
    """
    sentence, verdict = said("standardize", text)
    assert "and not in all" not in sentence and "has `eps=1e-08`" in sentence, verdict.text()
