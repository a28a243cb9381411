"""Judge a quiz: each question earns its share, and each wrong choice is told why it is wrong."""

import numbers
from collections.abc import Mapping

import numpy as np

from bncourse.checking import compare
from bncourse.checking.verdict import CORRECT, NOT_STARTED, NOT_YET, Finding, Reason, Verdict

_NOT_ANSWERED = (None, ..., "", "...")


def judge_quiz(quiz, answer):
    """Judge the answers to a quiz: a dictionary with one plain value for each question.

    Parameters
    ----------
    quiz : Quiz
    answer : Answer
        Of the kind "value".

    Returns
    -------
    Verdict
    """
    given = answer.value() if answer.kind == "value" else None
    hint = f'check.hint("{quiz.name}") shows a hint ({len(quiz.hints)} hints, no points lost).'
    if answer.kind != "value" or (given is not None and given is not ... and not isinstance(given, Mapping)):
        got = f"a {answer.kind}" if answer.kind != "value" else compare.describe(given)
        keys = ", ".join(repr(question.key) for question in quiz.questions[:3])
        finding = Finding(
            f"{quiz.name} is a dictionary",
            (("expected", f"a dictionary with the keys {keys}, ..."), ("yours", got)),
        )
        return Verdict(quiz.name, NOT_YET, quiz.points, missed=(finding,), todo=(hint,))
    given = given if isinstance(given, Mapping) else {}
    answers = {question.key: _value(given.get(question.key)) for question in quiz.questions}
    if all(value is None for value in answers.values()):
        todo = ("Put your answers into the cell above, run it, then run this cell again.", hint)
        return Verdict(quiz.name, NOT_STARTED, quiz.points, reasons=(Reason(quiz.asks),), todo=todo)
    passed, missed, wrong_choices = [], [], []
    for question in quiz.questions:
        value = answers[question.key]
        if value is None:
            missed.append(Finding(f"{question.key}: no answer yet", (("question", question.asks),)))
        elif _is(value, question.right, quiz.rtol):
            passed.append(f"{question.key}: {question.right}. {question.because}".strip())
        else:
            code, why = _why(question, value, quiz.rtol)
            missed.append(
                Finding(
                    f"{question.key}",
                    (("question", question.asks), ("you said", str(value)), ("why it is not", why)),
                )
            )
            if code:
                wrong_choices.append((code, question.key))
    unknown = [key for key in given if key not in answers]
    advice = (f"No question has the key {', '.join(map(repr, unknown[:3]))}.",) if unknown else ()
    score = float(quiz.points * len(passed) / len(quiz.questions))
    outcome = NOT_YET if missed else CORRECT
    return Verdict(
        quiz.name,
        outcome,
        quiz.points,
        score,
        tuple(passed),
        tuple(missed),
        (),
        "",
        (hint,) if missed else (),
        advice,
        choices=tuple(f"{key} ({code})" for code, key in wrong_choices),
    )


def _value(value):
    """Give an answer as a plain value; None where there is none."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if isinstance(value, str):
        value = value.strip()
    try:
        return None if value in _NOT_ANSWERED else value
    except ValueError:  # an array has no single truth value
        return value


def _is(value, right, rtol):
    if isinstance(right, bool) or isinstance(value, bool):
        return value is right
    if isinstance(right, numbers.Number):
        return isinstance(value, numbers.Number) and abs(value - right) <= rtol * abs(right)
    return isinstance(value, str) and value.casefold() == str(right).casefold()


def _why(question, value, rtol):
    """Give the code and the sentence for a wrong choice."""
    for wrong, why in question.why_wrong.items():
        if wrong is not ... and _is(value, wrong, rtol):
            return why if isinstance(why, tuple) else ("", why)
    if ... in question.why_wrong:
        why = question.why_wrong[...]
        return why if isinstance(why, tuple) else ("", why)
    choices = [question.right, *question.why_wrong]
    if all(isinstance(choice, str) for choice in choices):
        return "", f"The answer is one of: {', '.join(sorted(choices))}."
    return "", "This is not the number; the hints lead to it."
