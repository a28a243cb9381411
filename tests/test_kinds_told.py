"""Which kinds are one and which are not: exceptions, whole numbers, brackets around a value."""

import inspect

import numpy as np
import pytest
import sampled
from written_cells import said, written

from bncourse import exercises
from bncourse.checking import Case, DirectAnswer, Exercise, judge
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.verdict import NOT_YET

PLAIN = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise) and e.driver is None]


def _of_one_case_that_stops(kind):
    """Give an exercise with one wrong idea, which stops on some cases with an exception of a kind."""

    def doubled(x):
        return 2.0 * x

    exercise = Exercise(
        "00-warm-up",
        doubled,
        "double it",
        cases=lambda rng: (Case(f"{size} numbers", (rng.normal(size=size),)) for size in (3, 4, 5, 6)),
        hints=("",),
        name="doubled",
    )

    def stops_at_five(x):
        """You stop at five."""
        if len(x) == 5:
            raise kind("odd")
        return 3.0 * x

    exercise.wrong("F1")(stops_at_five)
    return exercise


KINDS = {
    "the same": (ValueError, "ValueError", True),
    "one of an axis, told as a value": (np.exceptions.AxisError, "ValueError", True),
    "one of an axis, told as an index": (np.exceptions.AxisError, "IndexError", True),
    "one of an axis and one of a type": (np.exceptions.AxisError, "TypeError", False),
    "a value and an index": (ValueError, "IndexError", False),
    "a value and a type": (TypeError, "ValueError", False),
}


@pytest.mark.parametrize(("kind", "raised", "is_one"), KINDS.values(), ids=KINDS)
def test_an_idea_that_stops_is_named_where_the_answer_stops_with_the_same_kind(kind, raised, is_one):
    text = f"""
    def doubled(x):
        if len(x) == 5:
            raise {raised}("odd")
        return x * 3.0
    """
    verdict = judge(_of_one_case_that_stops(kind), DirectAnswer(written("doubled", text)))
    named = [reason.name for reason in verdict.reasons if reason.name]
    assert named == (["stops at five"] if is_one else []), verdict.text()


CUT, KEEPS = "so the fraction", "An array of that type keeps no fractions."
WHOLE = {
    "cut off": ([0.5, 2.25, 7.75], "np.array([0, 2, 7])", CUT),
    "rounded": ([0.4, 2.25, 7.75], "np.array([0, 2, 8])", CUT),
    "one is off by 1": ([0.5, 2.25, 7.0], "np.array([0, 2, 6])", KEEPS),
    "far off": ([0.5, 2.25, 7.75], "np.array([3, 8, 1])", KEEPS),
    "whole where the right ones are": ([1.0, 2.0, 7.0], "np.array([1, 2, 8])", ""),
    "no whole numbers": ([0.5, 2.25, 7.75], "np.array([0.0, 2.0, 7.0])", ""),
    "one number, cut off": (7.75, "7", CUT),
    "one number, off by 1": (7.0 + 2.0**-40, "6", ""),
    "one number, far off": (7.75, "3", ""),
    "truth values": ([0.5, 0.25, 0.75], "np.array([False, False, True])", CUT),
}


@pytest.mark.parametrize(("right", "given", "says"), WHOLE.values(), ids=WHOLE)
def test_what_whole_numbers_lost_is_told_where_they_lost_a_fraction(right, given, says):
    wanted = np.array(right) if isinstance(right, list) else right
    exercise = Exercise(
        "00-warm-up",
        lambda x: wanted,
        "give it",
        cases=lambda rng: (Case("a number", (float(rng.normal()),)) for _ in range(2)),
        hints=("",),
        name="wanted",
    )
    verdict = judge(exercise, DirectAnswer(written("wanted", f"def wanted(x):\n    return {given}")))
    told = " ".join(reason.says for reason in verdict.reasons)
    assert [each in told for each in (CUT, KEEPS)] == [says == CUT, says == KEEPS], verdict.text()
    assert ("whole" in told) is bool(says), verdict.text()
    assert not says or ("The number is whole" in told) is not isinstance(right, list), verdict.text()


@pytest.mark.parametrize("exercise", sampled.one_in(3, PLAIN), ids=lambda each: each.name)
def test_truth_values_in_place_of_numbers_are_told_like_any_other_wrong_result(exercise):
    names = ", ".join(exercise.parameters)
    text = f"def {exercise.name}{inspect.signature(exercise.reference)}:\n    return positive(right({names}))"

    def positive(value):
        if isinstance(value, dict):
            return {key: positive(each) for key, each in value.items()}
        return type(value)(map(positive, value)) if isinstance(value, tuple | list) else np.asarray(value) > 0

    verdict = judge(exercise, DirectAnswer(written(exercise.name, text, right=exercise.reference, positive=positive)))
    assert verdict.outcome == NOT_YET and verdict.missed, verdict.text()


BRACKETS = {"np.array([y])": "y", "np.stack([y])": "y", "np.array([gamma * x_hat + beta])": "gamma * x_hat + beta"}


@pytest.mark.parametrize(("written_as", "alone"), BRACKETS.items())
def test_brackets_that_add_an_axis_are_told(written_as, alone):
    text = f"""
    def batch_norm(x, gamma, beta, eps=1e-3):
        x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
        y = gamma * x_hat + beta
        return {written_as}
    """
    sentence, verdict = said("batch_norm", text)
    assert f"in line 4, `{alone}` alone in place of `{written_as}`" in sentence, verdict.text()


@pytest.mark.parametrize("call", ["np.stack([a, b])", "np.stack([a], 1)", "np.stack((a,))", "np.stack([])"])
def test_no_value_is_taken_out_of_brackets_that_hold_more_or_are_no_list(call):
    changes = Changes(f"def f(a, b):\n    return {call}")
    assert not [change.says for change in changes if change.says.startswith("`a` alone in place of")]
