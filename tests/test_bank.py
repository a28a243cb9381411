"""Every exercise: right answers are accepted however they are written, every wrong idea draws its sentence."""

import inspect
from types import FunctionType

import numpy as np
import pytest
from sampled import one_in

from bncourse import exercises
from bncourse.benchmarks.seeds import Drawn
from bncourse.checking import DirectAnswer, Exercise, Quiz, judge
from bncourse.checking.trial import attempt

ALL = [exercises.find(name) for name in exercises.names()]
FUNCTIONS = [exercise for exercise in ALL if isinstance(exercise, Exercise)]
WIDEST = 76  # columns of a verdict in plain text
AT_NIGHT = 3  # the other seed; the benchmark of the checks tries more, which nobody tuned on


def _with_keras(exercise):
    return "keras" in (exercise.driver or "")


def _marks(exercise, by_day):
    return [pytest.mark.slow] * _with_keras(exercise) + [pytest.mark.nightly] * (not by_day)


def _right(exercise):
    """Yield the right answers of an exercise; with Keras, the first two by day, the others at night."""
    for number, answer in enumerate((exercise.reference, *exercise.right_answers)):
        yield pytest.param(exercise, answer, marks=_marks(exercise, number < 2 or not _with_keras(exercise)))


def _wrong(exercise):
    """Yield the wrong ideas of an exercise: by day the first of each family and every second, with Keras sixth.

    The daily loop has the first of each family.
    """
    seen, every = set(), 6 if _with_keras(exercise) else 2
    for number, idea in enumerate(exercise.wrong_ideas):
        marks = _marks(exercise, number % every == 0 or idea.code not in seen)
        yield pytest.param(exercise, idea, marks=[*marks, *[pytest.mark.slow] * (idea.code in seen)])
        seen.add(idea.code)


RIGHT = [param for exercise in FUNCTIONS for param in _right(exercise)]
WRONG = [param for exercise in FUNCTIONS for param in _wrong(exercise)]


def _name(value):
    return getattr(value, "name", None) or getattr(value, "__name__", str(value)).replace(" ", "_")


def _is_accepted(exercise, answer, seed):
    verdict = judge(exercise, DirectAnswer(answer), seed)
    assert verdict.outcome == "correct", verdict.text()
    assert verdict.score == exercise.points


def _is_named(exercise, idea, seed):
    verdict = judge(exercise, DirectAnswer(exercise.whole(idea)), seed)
    assert verdict.outcome in ("not yet", "stopped"), f"{idea.name} was accepted for seed {seed}"
    assert verdict.score < exercise.points
    assert idea.name in verdict.wrong_ideas, verdict.text()
    assert idea.says in " ".join(verdict.text().split())
    assert max(map(len, verdict.text().splitlines())) <= WIDEST


@pytest.mark.parametrize(("exercise", "answer"), RIGHT, ids=_name)
def test_a_right_answer_is_accepted_however_it_is_written(exercise, answer):
    _is_accepted(exercise, answer, seed=0)


@pytest.mark.parametrize("seed", [2245226876893819239, 5867213252100215155, 1978311066797264915])
def test_rounding_costs_nobody_a_point(seed):
    exercise = exercises.find("batch_norm_conv")
    for answer in (exercise.reference, *exercise.right_answers):
        _is_accepted(exercise, answer, seed)


@pytest.mark.nightly
@pytest.mark.parametrize("exercise", [e for e in FUNCTIONS if not e.driver], ids=_name)
def test_a_right_answer_is_right_on_thousands_of_seeds(exercise):
    """What one seed in a thousand rejects is a wrong grade for some in a class of 3,000."""
    drawn, rng = Drawn(exercise), np.random.default_rng(1)
    for seed in rng.integers(2**63, size=2_000):
        assert drawn.accepts(DirectAnswer(exercise.reference, exercise.name), int(seed)), seed


@pytest.mark.parametrize(("exercise", "idea"), WRONG, ids=_name)
def test_a_wrong_idea_is_named(exercise, idea):
    _is_named(exercise, idea, seed=0)


def _with_other_defaults(exercise):
    """Yield the reference with each of its defaults replaced by another value."""
    reference = exercise.reference
    names = list(inspect.signature(reference).parameters)
    defaults = getattr(reference, "__defaults__", None) or ()
    for number, default in enumerate(defaults):
        other = _OTHER.get(default, (1, 50, 99) if isinstance(default, tuple) else 0.3)
        changed = (*defaults[:number], other, *defaults[number + 1 :])
        parts = reference.__code__, reference.__globals__, reference.__name__, changed, reference.__closure__
        yield pytest.param(exercise, FunctionType(*parts), id=f"{exercise.name}-{names[number - len(defaults)]}")


_OTHER = {True: False, None: 2.0, "keras": "pytorch", "channels_last": "channels_first"}


@pytest.mark.parametrize(
    ("exercise", "answer"), [param for e in FUNCTIONS if not _with_keras(e) for param in _with_other_defaults(e)]
)
def test_an_answer_with_another_default_is_not_accepted(exercise, answer):
    assert not Drawn(exercise).accepts(DirectAnswer(answer), 0)  # a diagnosis of each would take many times as long


def _drift_of_sizes(percentiles):
    return np.ptp(np.abs(percentiles[:, 1])) / np.mean(percentiles[:, 2] - percentiles[:, 0])


def _one_weight_below_zero_cut(confusion, predicted):
    weights = np.linalg.solve(confusion, predicted)
    for j in range(len(weights)):
        if weights[j] < 0:
            weights[j] = 0
            break
    return weights


def _groups_out_of_order(x, gamma, beta, groups, eps=1e-3):
    parts = []
    for part in np.split(x, groups, axis=3):
        mean, var = part.mean(axis=(1, 2, 3), keepdims=True), part.var(axis=(1, 2, 3), keepdims=True)
        parts.insert(2, (part - mean) / np.sqrt(var + eps))
    return gamma * np.concatenate(parts, axis=3) + beta


@pytest.mark.parametrize("seed", one_in(3, range(3)))
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("drift", _drift_of_sizes),
        ("label_shift_weights", _one_weight_below_zero_cut),
        ("group_norm", _groups_out_of_order),
    ],
)
def test_what_goes_wrong_only_where_there_are_more_is_seen(name, answer, seed):
    assert judge(exercises.find(name), DirectAnswer(answer, name), seed).outcome == "not yet"


def test_no_form_of_an_answer_is_tried_that_may_never_end():
    """Between infinite numbers LAPACK's least squares wait for ever, and no time limit stops them."""

    def label_shift_weights(confusion, predicted):
        return np.maximum(np.linalg.lstsq(confusion, predicted, rcond=0.3)[0], 0)

    assert judge(exercises.find("label_shift_weights"), DirectAnswer(label_shift_weights)).outcome == "not yet"


@pytest.mark.nightly
@pytest.mark.parametrize("exercise", [e for e in FUNCTIONS if not _with_keras(e)], ids=_name)
def test_on_other_inputs_the_same_is_said(exercise):
    for answer in (exercise.reference, *exercise.right_answers):
        _is_accepted(exercise, answer, AT_NIGHT)
    for idea in exercise.wrong_ideas:
        _is_named(exercise, idea, AT_NIGHT)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name)
def test_two_wrong_ideas_that_meet_are_never_accepted(exercise):
    # up to the first case that misses: a diagnosis of each of hundreds of pairs would take minutes
    cases = exercise.draw(0)
    for ideas in exercise.suspects():
        if len(ideas) == 2:
            answer = DirectAnswer(exercise.whole(*ideas))
            accepted = all(attempt(exercise, answer, case).kind == "" for case in cases)
            assert not accepted, f"{ideas[0].name} and {ideas[1].name}"


@pytest.mark.parametrize("exercise", ALL, ids=_name)
def test_an_exercise_is_complete(exercise):
    assert exercise.notebook in exercises.NOTEBOOKS
    assert exercise.asks and exercise.points > 0
    assert len(exercise.hints) >= 2
    if isinstance(exercise, Exercise):
        assert len(exercise.right_answers) >= 5, "a check is fair when right answers written otherwise pass"
        assert len(exercise.wrong_ideas) >= 3
        names = [idea.name for idea in exercise.wrong_ideas]
        assert len(set(names)) == len(names)
        assert all(idea.says.endswith(".") and len(idea.says) > 30 for idea in exercise.wrong_ideas)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name)
def test_no_hint_gives_the_line_of_the_reference_away(exercise):
    import ast
    import inspect
    import textwrap

    tree = ast.parse(textwrap.dedent(inspect.getsource(exercise.reference)))
    lines = {ast.unparse(node.value) for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value}
    for hint in exercise.hints:
        assert not any(len(line) > 12 and line in hint for line in lines)


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=_name)
def test_cases_are_the_same_for_the_same_seed_and_others_for_another(exercise):
    import numpy as np

    def numbers(seed):
        values = [v for case in exercise.draw(seed) for v in case.arguments if isinstance(v, np.ndarray)]
        return np.concatenate([np.ravel(v).astype(float) for v in values]) if values else np.zeros(0)

    assert np.array_equal(numbers(5), numbers(5))
    if numbers(5).size:
        assert not np.array_equal(numbers(5), numbers(6))


@pytest.mark.parametrize("quiz", [e for e in ALL if isinstance(e, Quiz)], ids=_name)
def test_a_quiz_says_why_each_wrong_choice_is_wrong(quiz):
    right = {question.key: question.right for question in quiz.questions}
    assert judge(quiz, DirectAnswer(right)).outcome == "correct"
    for question in quiz.questions:
        for wrong, why in question.why_wrong.items():
            if wrong is ...:
                continue
            verdict = judge(quiz, DirectAnswer({**right, question.key: wrong}))
            assert verdict.outcome == "not yet"
            assert verdict.score == pytest.approx(quiz.points * (1 - 1 / len(quiz.questions)))
            sentence = why if isinstance(why, str) else why[1]
            assert sentence in " ".join(verdict.text().split())


def test_the_bank_covers_every_code_of_the_syllabus():
    codes = {idea.code for exercise in FUNCTIONS for idea in exercise.wrong_ideas}
    for quiz in (exercise for exercise in ALL if isinstance(exercise, Quiz)):
        for question in quiz.questions:
            codes |= {why[0] for why in question.why_wrong.values() if not isinstance(why, str)}
    counts = {"F": 7, "R": 6, "B": 4, "K": 4, "C": 5}
    assert {f"{family}{n}" for family, most in counts.items() for n in range(1, most + 1)} <= codes


def test_by_day_no_family_of_an_exercise_is_left_out():
    by_day = [param for param in WRONG if pytest.mark.nightly not in param.marks]
    assert {(e.name, i.code) for e, i in (p.values for p in by_day)} == {
        (e.name, i.code) for e, i in (p.values for p in WRONG)
    }
    assert {e.name for e, _ in (p.values for p in RIGHT if pytest.mark.nightly not in p.marks)} == {
        e.name for e in FUNCTIONS
    }
    assert len(by_day) < len(WRONG)
