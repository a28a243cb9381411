"""Find the wrong idea: replay the bank of wrong answers on the same cases, and see which one agrees."""

import warnings

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import plain
from bncourse.checking.faults import explain
from bncourse.checking.verdict import Reason

# A wrong answer is matched less strictly than a right one is accepted: the order of sums may differ.
_LIKE = compare.Tolerance(1e-6, 1e-9)
_UNKNOWN = "This is none of the mistakes that the check knows by name."


def diagnose(exercise, trials, of_part, told):
    """Say what probably happened.

    Parameters
    ----------
    exercise : Exercise
    trials : list of Trial
        All trials.
    of_part : list of Trial
        Those of the part that failed; an idea that agrees on all parts is believed before one that does so here.
    told : Trial
        The trial that the learner is shown.

    Returns
    -------
    list of WrongIdea, list of Reason
    """
    ideas = _replay(exercise, trials) or (_replay(exercise, of_part) if len(of_part) < len(trials) else [])
    if ideas:
        return ideas, [Reason(idea.says, idea.name, idea.code) for idea in ideas]
    if told.kind == "fault":
        return [], [Reason(explain(told.reply.fault, exercise))]
    if told.reason:
        return [], [Reason(told.reason)]
    return [], [Reason(_pattern(exercise, of_part, told) or _UNKNOWN)]


def _replay(exercise, trials):
    """Give the ideas that agree with the answer: one, or two that meet, or one for each wrong result."""
    if all(trial.kind in ("", "changed") for trial in trials):
        for idea in exercise.wrong_ideas:
            if _agrees(exercise, (idea,), trials, changed=True):
                return [idea]
        return []
    for suspects in exercise.suspects():
        if _agrees(exercise, suspects, trials):
            return list(suspects)
    return _by_result(exercise, trials)


def _agrees(exercise, ideas, trials, changed=False):
    """Say whether wrong ideas give what the answer gave, case by case, and stop where it stopped."""
    function = exercise.whole(*ideas)
    telling = False
    for trial in trials:
        value, arguments = _run(exercise, function, trial.case)
        if trial.reply.fault or value is _FAILED:
            if not (trial.reply.fault and value is _FAILED):
                return False
            continue
        if not compare.same(value, trial.reply.value, _like(trial)):
            return False
        if changed and not all(map(_equal, arguments, trial.reply.arguments)):
            return False
        telling = telling or bool(trial.kind)
    return telling


def _by_result(exercise, trials):
    """Where several results come back and each has its own mistake, name the idea of each wrong one."""
    if len(exercise.returns) < 2:
        return []
    if any(trial.reply.fault for trial in trials):
        return []
    values = [trial.reply.value for trial in trials]
    wanted = [trial.expected for trial in trials]
    if not all(isinstance(v, tuple | list) and len(v) == len(w) for v, w in zip(values, wanted, strict=True)):
        return []
    found = []
    for place in range(len(exercise.returns)):
        if all(
            compare.same(w[place], v[place], trial.tolerance)
            for v, w, trial in zip(values, wanted, trials, strict=True)
        ):
            continue
        idea = next((i for i in exercise.wrong_ideas if _agrees_at(exercise, i, trials, place)), None)
        if idea is None:
            return []
        if idea not in found:
            found.append(idea)
    return found


def _agrees_at(exercise, idea, trials, place):
    function = exercise.whole(idea)
    for trial in trials:
        value, _ = _run(exercise, function, trial.case)
        if value is _FAILED or not isinstance(value, tuple) or len(value) <= place:
            return False
        if not compare.same(value[place], trial.reply.value[place], _like(trial)):
            return False
    return True


_FAILED = object()


def _run(exercise, function, case):
    arguments, options = case.copy()
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a wrong answer may divide by zero: that is its result
        try:
            value = plain(exercise.called_with(function, arguments, options))
        except Exception:  # a wrong idea that stops on a case agrees with no value
            return _FAILED, arguments
    return value, arguments


def _like(trial):
    return compare.Tolerance(_LIKE.rtol, _LIKE.atol, trial.tolerance.single)


def _equal(a, b):
    return not isinstance(a, np.ndarray) or (isinstance(b, np.ndarray) and np.array_equal(a, b, equal_nan=True))


def _pattern(exercise, trials, told):
    """Where the bank knows no idea, say what the numbers alone show."""
    expected, got = told.expected, told.reply.value
    if isinstance(expected, tuple) and isinstance(got, tuple | list) and len(expected) == len(got):
        for i in range(len(expected)):
            for j in range(i + 1, len(expected)):
                swapped = list(got)
                swapped[i], swapped[j] = swapped[j], swapped[i]
                if compare.same(expected, tuple(swapped), told.tolerance):
                    names = exercise.returns
                    return f"{names[i]} and {names[j]} come back in each other's place."
        return _where_it_holds(trials)
    if not isinstance(got, np.ndarray) or not isinstance(expected, np.ndarray) or got.shape != expected.shape:
        return ""
    for name, value in zip(exercise.parameters, told.case.arguments, strict=False):
        if isinstance(value, np.ndarray) and value.shape == got.shape and np.allclose(value, got, rtol=1e-9):
            return f"{name} comes back as it was passed."
    if got.ndim == 2 and got.shape[0] == got.shape[1] and np.allclose(got.T, expected, rtol=1e-6):
        return "The result is transposed: rows and columns are exchanged."
    with np.errstate(all="ignore"):
        ratio = (got / expected).ravel()
        ratio = ratio[np.isfinite(ratio)]
    constant = ratio.size > 1 and abs(ratio[0]) > 1e-6 and abs(ratio[0] - 1) > 1e-3
    if constant and np.ptp(ratio) <= 1e-6 * abs(ratio[0]):
        return f"Every number is {ratio[0]:.4g} times what is expected; a constant factor is off."
    off = got - expected
    if off.size > 1 and np.ptp(off) <= 1e-9 + 1e-6 * abs(float(off.flat[0])):
        return f"Every number is off by the same amount, {float(off.flat[0]):.4g}; something is added or left out."
    if np.max(np.abs(off)) < 1e-2 * np.max(np.abs(expected)):
        return "The numbers are close, but not equal. Look at what is small: epsilon, and what you divide by."
    return _where_it_holds(trials)


def _where_it_holds(trials):
    right = [trial.case.label for trial in trials if not trial.kind]
    wrong = [trial.case.label for trial in trials if trial.kind]
    if right and wrong:
        return f"It is right for: {'; '.join(right[:3])}. It is not for: {'; '.join(wrong[:3])}."
    return ""
