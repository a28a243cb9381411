"""Right answers stay right however they are rewritten; wrong ideas stay wrong however they are combined."""

import numpy as np
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sampled import examples

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge

FUNCTIONS = [
    exercise
    for exercise in map(exercises.find, exercises.names())
    if isinstance(exercise, Exercise) and exercise.driver is None
]


def _each(change):
    """Change each array that comes back."""

    def rewrite(function, exercise):
        def rewritten(*arguments, **options):
            value = function(*arguments, **options)
            if isinstance(value, tuple):
                return tuple(change(one) if isinstance(one, np.ndarray) else one for one in value)
            return change(value) if isinstance(value, np.ndarray) else value

        return rewritten

    return rewrite


def _gaps(array):
    wide = np.zeros((*array.shape, 2), array.dtype)
    wide[..., 0] = array
    return wide[..., 0]


def _copies_first(function, exercise):
    def rewritten(*arguments, **options):
        copies = [value.copy() if isinstance(value, np.ndarray) else value for value in arguments]
        return function(*copies, **options)

    return rewritten


def _writes_running_statistics_in_place(function, exercise):
    def rewritten(*arguments, **options):
        value = function(*arguments, **options)
        named = dict(zip(exercise.parameters, arguments, strict=False)) | options
        if isinstance(value, tuple):
            for name, new in zip(exercise.returns, value, strict=False):
                if name in exercise.may_change and isinstance(named.get(name), np.ndarray):
                    named[name][...] = new
        return value

    return rewritten


REWRITINGS = {
    "the axis of a vector kept": _each(lambda array: array[None] if array.ndim == 1 else array),
    "stored column by column": _each(np.asfortranarray),
    "a view with gaps": _each(_gaps),
    "read-only": _each(lambda array: np.broadcast_to(array, array.shape)),
    "rounded to float32": _each(lambda array: array.astype(np.float32) if array.dtype.kind == "f" else array),
    "on copies": _copies_first,
    "running statistics in place": _writes_running_statistics_in_place,
}


@st.composite
def rewritten_answers(draw):
    exercise = draw(st.sampled_from(FUNCTIONS))
    answer = draw(st.sampled_from([exercise.reference, *exercise.right_answers]))
    names = draw(st.lists(st.sampled_from(sorted(REWRITINGS)), unique=True, max_size=4))
    # one leading 1 is the axis that was kept; the others commute
    names.sort(key=lambda name: name == "the axis of a vector kept")
    names = [name for name in names if exercise.rows or name != "the axis of a vector kept"]
    for name in names:
        answer = REWRITINGS[name](answer, exercise)
    return exercise, answer, names, draw(st.integers(0, 10_000))


@examples(200, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(rewritten_answers())
def test_a_rewritten_right_answer_is_accepted(drawn):
    exercise, answer, names, seed = drawn
    verdict = judge(exercise, DirectAnswer(answer, exercise.name), seed)
    assert verdict.outcome == "correct", f"{names}\n{verdict.text()}"


@st.composite
def combined_ideas(draw):
    exercise = draw(st.sampled_from(FUNCTIONS))
    suspects = list(exercise.suspects())
    return exercise, draw(st.sampled_from(suspects)), draw(st.integers(0, 10_000))


@examples(200, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(combined_ideas())
def test_combined_wrong_ideas_are_rejected(drawn):
    exercise, ideas, seed = drawn
    verdict = judge(exercise, DirectAnswer(exercise.whole(*ideas), exercise.name), seed)
    assert verdict.outcome != "correct", [idea.name for idea in ideas]
    assert verdict.score < exercise.points
