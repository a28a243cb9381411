"""Judge a quiz: each question earns its share, and each wrong choice is told why it is wrong."""

import numbers
import re
from collections.abc import Mapping

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import Reply, is_empty
from bncourse.checking.verdict import CORRECT, NOT_STARTED, NOT_YET, STOPPED, Finding, Reason, Verdict

_NOT_ANSWERED = (None, ..., "", "...")


SECONDS = 5.0


def judge_quiz(quiz, answer):
    """Judge the answers to a quiz: a dictionary with one plain value for each question.

    Parameters
    ----------
    quiz : Quiz
    answer : Answer
        The dictionary, or a function without parameters that returns it; the function is what a notebook asks
        for, since an answer that is not written yet then stops nothing when all cells are run.

    Returns
    -------
    Verdict
    """
    hint = f'In a new cell, check.hint("{quiz.name}") shows a hint ({len(quiz.hints)} hints, no points lost).'
    reply = Reply(answer.value()) if answer.kind == "value" else answer.call((), {}, seconds=SECONDS)
    given = reply.value
    if reply.timed_out:
        finding = Finding(f"{quiz.name} did not answer within {SECONDS:g} seconds")
        return Verdict(quiz.name, STOPPED, quiz.points, missed=(finding,), todo=(hint,))
    if reply.fault and reply.fault.kind != "NotImplementedError":
        return _stopped(quiz, answer, reply.fault, hint)
    forgotten = given is None and answer.kind == "function" and not reply.fault and not is_empty(answer.source)
    if forgotten or (given is not None and not isinstance(given, Mapping)):
        return _no_dictionary(quiz, given, hint)
    answers = {question.key: _value((given or {}).get(question.key)) for question in quiz.questions}
    if all(value is None for value in answers.values()):
        todo = ("Put your answers into the cell above, run it, then run this cell again.", hint)
        task = Reason(f"{quiz.asks[0].upper()}{quiz.asks[1:]}.")
        return Verdict(quiz.name, NOT_STARTED, quiz.points, reasons=(task,), todo=todo)
    return _marked(quiz, given, answers, hint)


def _stopped(quiz, answer, fault, hint):
    said = f"{fault.kind}: {fault.message}" if fault.message else fault.kind
    where = f"{answer.name}(), line {fault.line}: {fault.text}" if fault.line else ""
    finding = Finding(f"{quiz.name} did not run to its end", (("called", f"{quiz.name}()"), ("error", said)))
    reason = Reason("The answer is a dictionary, or a function without parameters that returns it.")
    return Verdict(quiz.name, STOPPED, quiz.points, missed=(finding,), reasons=(reason,), where=where, todo=(hint,))


def _no_dictionary(quiz, given, hint):
    keys = ", ".join(repr(question.key) for question in quiz.questions[:3])
    finding = Finding(
        f"{quiz.name} should give a dictionary",
        (("expected", f"a dictionary with the keys {keys}, ..."), ("yours", compare.describe(given))),
    )
    lost = Reason("Nothing is returned; is a `return` missing? What is printed alone is lost.")
    return Verdict(quiz.name, NOT_YET, quiz.points, 0.0, (), (finding,), (lost,) if given is None else (), "", (hint,))


def _marked(quiz, given, answers, hint):
    passed, missed, wrong_choices = [], [], []
    for question in quiz.questions:
        value = answers[question.key]
        if value is None:
            word = question.key in given and "none" in [question.right, *question.why_wrong]
            meant = (("perhaps", "if you mean none, write the word in quotes: 'none'"),) if word else ()
            missed.append(Finding(f"{question.key}: no answer yet", (("question", question.asks), *meant)))
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
    """Return an answer as a plain value; None where there is none."""
    if isinstance(value, np.generic | np.ndarray) and value.ndim == 0:
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
    return isinstance(value, str) and _words(value) == _words(str(right))


def _words(text):
    return re.sub(r"[\s_-]", "", text.casefold())


def _why(question, value, rtol):
    """Return the code and the sentence for a wrong choice."""
    if isinstance(question.right, bool) and not isinstance(value, bool):
        return "", "Give True or False, without quotes."
    if isinstance(question.right, numbers.Number) and isinstance(value, str):
        return "", "Give a number, without quotes."
    for wrong, why in question.why_wrong.items():
        if wrong is not ... and _is(value, wrong, rtol):
            return why if isinstance(why, tuple) else ("", why)
    if ... in question.why_wrong:
        why = question.why_wrong[...]
        return why if isinstance(why, tuple) else ("", why)
    choices = [question.right, *question.why_wrong]
    if all(isinstance(choice, str) for choice in choices):
        known = question.choices or sorted(choices)
        return "", f"The answer is one of: {', '.join(known)}."
    return "", "This is not the number; the hints lead to it."
