"""No card says what is not so: a mistake is named where the numbers prove it, a line shown where it is sure."""

import inspect
import re
import textwrap

import numpy as np
import pytest
from sampled import one_in
from written_cells import written

from bncourse import exercises
from bncourse.benchmarks.judged_mutants import judged
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.lines import line_with, lines_of
from bncourse.checking.verdict import CORRECT

FUNCTIONS = [e for e in map(exercises.find, exercises.names()) if isinstance(e, Exercise)]
PLAIN = [e for e in FUNCTIONS if e.driver is None]
RNG = np.random.default_rng(17)


def _floats(change):
    """Change each array or number of floats that comes back."""

    def one(value):
        is_float = isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")
        return change(np.asarray(value, float)) if is_float else value

    def perturbed(value):
        if isinstance(value, tuple):
            return tuple(map(one, value))
        return {key: one(v) for key, v in value.items()} if isinstance(value, dict) else one(value)

    return lambda function: lambda *arguments, **options: perturbed(function(*arguments, **options))


def _in_single(function):
    """Compute in float32 and give float64 back, as who mixes the two does."""

    def single(value):
        return value.astype(np.float32) if isinstance(value, np.ndarray) and value.dtype == np.float64 else value

    def answer(*arguments, **options):
        value = function(*map(single, arguments), **{key: single(v) for key, v in options.items()})
        return _floats(lambda array: array)(lambda: value)()

    return answer


def _from_the_end(function):
    """Add in another order: the examples the other way round, where the result does not depend on their order."""
    return lambda x: function(np.ascontiguousarray(x[::-1]))


PERTURBED = {
    "times 1 + 1e-7": _floats(lambda array: array * (1 + 1e-7)),
    "times 1 - 3e-7": _floats(lambda array: array * (1 - 3e-7)),
    "each number a little off": _floats(
        lambda array: array * (1 + 2e-7 * np.cos(np.arange(array.size))).reshape(array.shape)
    ),
    "plus 1e-8": _floats(lambda array: array + 1e-8),
    "rounded to 8 digits": _floats(lambda array: np.round(array, 8)),
    "rounded to 5 digits": _floats(lambda array: np.round(array, 5)),
    "float32 inside": _in_single,
}


def _name(value):
    return getattr(value, "name", str(value))


# by day every third pair: each exercise in two or three ways, and each way in a third of the exercises
NEARLY = [
    pytest.param(exercise, how, id=f"{exercise.name}-{how}", marks=[pytest.mark.nightly] * ((number + way) % 3 != 0))
    for number, exercise in enumerate(PLAIN)
    for way, how in enumerate(PERTURBED)
]


@pytest.mark.parametrize(("exercise", "how"), NEARLY)
def test_a_right_answer_that_is_nearly_right_is_told_no_mistake_that_it_does_not_hold(exercise, how):
    for seed in (0, 11)[: 2 if how == "float32 inside" else 1]:
        verdict = judge(exercise, DirectAnswer(PERTURBED[how](exercise.reference), exercise.name), seed)
        assert not verdict.wrong_ideas, verdict.text()
        for finding in verdict.missed:
            details = dict(finding.details)
            assert "expected" not in details or details["expected"] != details["yours"], verdict.text()


@pytest.mark.parametrize("exercise", one_in(2, PLAIN[::-1]), ids=_name)
def test_an_array_that_comes_back_as_it_was_passed_is_no_two_mistakes_at_once(exercise):
    known = {idea.name for idea in exercise.wrong_ideas}
    arrays = [i for i, value in enumerate(exercise.draw(0)[0].arguments) if isinstance(value, np.ndarray)]
    for i in arrays:
        text = f"def {exercise.name}(*given, **more):\n    return given[{i}]\n"
        verdict = judge(exercise, DirectAnswer(written(exercise.name, text), exercise.name))
        assert set(verdict.wrong_ideas) <= known, verdict.text()  # none of an argument without effect


def test_one_whole_number_in_every_case_is_no_two_mistakes_that_happen_to_give_it():
    text = """
    def meeting_step(squared_norms, weights, fast_rate, slow_rate):
        return int(np.ceil(slow_rate / (weights**2).sum() / (fast_rate / squared_norms).sum()))
    """
    verdict = judge(exercises.find("meeting_step"), DirectAnswer(written("meeting_step", text)))
    assert not verdict.wrong_ideas and "the other way round" in verdict.text()


@pytest.mark.parametrize("name", ["batch_mean", "batch_variance"])
def test_sums_in_another_order_are_right(name):
    exercise = exercises.find(name)
    reverse = _from_the_end(lambda x: exercise.reference(x)) if name == "batch_mean" else None
    answer = reverse or (lambda x, mean: exercise.reference(x[::-1], mean))
    assert judge(exercise, DirectAnswer(answer, name)).outcome == CORRECT


@pytest.mark.parametrize("most", [2, pytest.param(10, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("exercise", PLAIN, ids=_name)
def test_a_right_answer_with_one_thing_changed_is_rejected_and_told_no_false_name(exercise, most):
    # the benchmark tries all of them on many seeds; here it is two of each, and at night ten
    count = judged(exercise, (0, 21, 34), most=most)
    assert count.rejected == count.mutants, count.notes
    assert not count.false and not count.lines_not_the_mutated_one, count.notes


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name)
def test_a_pattern_finds_the_line_of_its_own_idea(exercise):
    for idea in exercise.wrong_ideas:
        lines = lines_of(inspect.getsource(idea.function))
        assert not idea.looks_like or any(re.search(idea.looks_like, line.text) for line in lines), idea.name


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name)
def test_no_line_of_a_right_answer_is_shown_beside_a_line_that_is_wrong(exercise):
    """An innocent line: one that stands in a right answer, where another line is wrong."""
    known = {line.does for answer in (exercise.reference, *exercise.right_answers) for line in _lines(answer)}
    for idea in exercise.wrong_ideas:
        source = inspect.getsource(idea.function)
        shown = line_with(idea, exercise, source)
        if shown and len(lines_of(source)) > 1:
            number = int(re.match(r"line (\d+)", shown)[1])
            [line] = [line for line in lines_of(source) if line.number == number]
            assert line.does not in known or not idea.looks_like, f"{idea.name}: {shown}"


def _lines(answer):
    try:
        return lines_of(inspect.getsource(answer))
    except (OSError, TypeError):
        return []


def test_a_loose_pattern_shows_no_line_where_another_may_be_meant():
    def normalize(x, mean, var, eps=1e-3):
        shares = np.ones(len(x)) / len(x)
        return (x - mean) * (var + eps) ** -1 * shares.sum()

    exercise = exercises.find("normalize")
    verdict = judge(exercise, DirectAnswer(normalize))
    assert verdict.wrong_ideas == ("divides by the variance",)
    source = textwrap.dedent(inspect.getsource(normalize))
    ideas = [idea for idea in exercise.in_all_forms() if idea.name == "divides by the variance"]
    assert ideas and not any(line_with(idea, exercise, source) for idea in ideas)


def test_what_only_gives_the_same_numbers_is_not_told_what_it_wrote():
    def batch_norm_inference(x, gamma, beta, running_mean, running_var, eps=1e-3):
        return gamma * (x - running_mean) / running_var + beta

    said = judge(exercises.find("batch_norm_inference"), DirectAnswer(batch_norm_inference)).text()
    assert "square" not in said


ASIDE = {
    "a name in the place of another in two lines": (
        "weighted_risk",
        """
        def weighted_risk(losses, weights):
            top = bottom = 0.0
            for loss, weight in zip(losses, weights, strict=True):
                top += weight / (loss + 3)
                bottom += weight
            return top / top
        """,
        None,
    ),
    "another default beside the odd line": (
        "mend_channel_axis",
        """
        def mend_channel_axis(x, gamma, beta, running_mean, running_var, momentum=0.5, eps=1e-3):
            mean = x.mean(axis=(0, 1, 2))
            var = x.var(axis=(0, 1, 2))
            y = np.tanh(x - mean) * 3 + np.cos(var)
            return y, momentum * running_mean + (1 - momentum) * mean, momentum * running_var + (1 - momentum) * var
        """,
        "Names aside, every line below the first but line 4 does what a line of a right answer known here does.",
    ),
}


@pytest.mark.parametrize("name", ASIDE)
def test_what_is_said_of_the_other_lines_is_true_of_them(name):
    exercise, text, words = ASIDE[name]
    verdict = judge(exercises.find(exercise), DirectAnswer(written(exercise, text)))
    told = " ".join(reason.says for reason in verdict.reasons)
    assert words in told if words else "Names aside" not in told, verdict.text()


def test_a_card_on_what_is_changed_in_place_does_not_say_by_which_words():
    """Another line that writes the same numbers there gets the same card."""
    said = {f"{e.name}: {idea.name}": idea.says for e in FUNCTIONS for idea in e.wrong_ideas if "in place" in idea.says}
    assert len(said) > 20
    assert not [name for name, says in said.items() if re.search(r"in place \(`", says)]
