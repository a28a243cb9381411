"""Say what probably happened: a wrong idea that the numbers prove, or what they show alone, and no more."""

import re
from dataclasses import replace
from functools import partial

import numpy as np

from bncourse.checking import compare
from bncourse.checking.arguments import ArgumentIdea
from bncourse.checking.faults import explain, is_explained
from bncourse.checking.lines import is_told_by, mentions, unused
from bncourse.checking.numbers.memory import is_unwritten
from bncourse.checking.numbers.parts import ideas_of_part, of_other_parts, only_there, unexplained
from bncourse.checking.numbers.patterns import on_a_line, pattern
from bncourse.checking.numbers.returned import of_the_returns
from bncourse.checking.numbers.rows import differences, is_row
from bncourse.checking.verdict import Reason
from bncourse.checking.where.defaults import other_defaults, said_of

_LONGEST_SEEN = 300
_UNWRITTEN = (
    "A part of what comes back was never written: `np.empty` gives an array with whatever stands in memory, and that "
    "stays where nothing else is put."
)
_ELSEWHERE = "Your result is what this mistake gives; your lines may say it in other words. "
_ONE_OF_SOME = "Your result is what this mistake gives together with another; your lines may say it in other words. "
_TOGETHER = "Your result is what two mistakes give together; your lines may say them in other words. "


def diagnose(exercise, source, replay, of_part, told):
    """Say what probably happened.

    Parameters
    ----------
    exercise : Exercise
    source : str
        The text of the answer, or "".
    replay : Replay
        Of all trials.
    of_part : list of Trial
        Those of the part that failed; an idea that agrees on all parts is believed before one that does so here.
    told : Trial
        The trial that the learner is shown.

    Returns
    -------
    list of WrongIdea, list of Reason
    """
    trials = replay.trials
    explained = told.kind == "fault" and is_explained(told.reply.fault, exercise)
    ideas = [] if explained else replay.candidates(trials) or ideas_of_part(replay, told.case.part)
    if len(ideas) > 1 and isinstance(ideas[-1], ArgumentIdea):
        first, *others = ideas
        said = [_TOGETHER + _in_part(replay, first, first.says, told.case.part)]
        said += [_in_part(replay, idea, idea.also, told.case.part) for idea in others]
        return ideas, [Reason(says, idea.name, idea.code) for says, idea in zip(said, ideas, strict=True)]
    if ideas:
        said = [_said(idea, exercise, source, len(ideas) > 1) for idea in ideas]
        said = [_in_part(replay, *both, told.case.part) for both in zip(ideas, said, strict=True)]
        if len(ideas) > 1:
            said = [says.replace(_ELSEWHERE, _ONE_OF_SOME) for says in said]
        told_apart = [Reason(says, idea.name, idea.code) for says, idea in zip(said, ideas, strict=True)]
        words = any(isinstance(value, str) for value in told.shown.values())  # by which answers of one result differ
        return ideas, told_apart + [Reason(sentence) for sentence in (_saw(exercise, told) if words else [])]
    if told.kind == "fault":
        said = [explain(told.reply.fault, exercise), *_overlooked(exercise, source)]
    elif told.kind == "nothing":
        said = [of_the_returns(source, told.kind) or told.reason]
    elif told.reason:
        said = [told.reason, _where_it_holds(of_part) if told.kind == "finite" else of_the_returns(source, told.kind)]
    elif is_unwritten(told.reply.value):
        said = [_UNWRITTEN]
    else:
        shown = on_a_line(trials) or pattern(exercise, told) or _where_it_holds(of_part)
        said = [shown, _pieces(exercise, trials), *_overlooked(exercise, source), _zipped(exercise, source, told)]
        said += [of_the_returns(source, told.kind)]
    said += _saw(exercise, told)
    return [], [Reason(sentence) for sentence in said if sentence]


def diagnose_others(exercise, source, replay, told, ideas):
    """Say what is wrong in the other parts of an exercise that the ideas of the first do not explain.

    Parameters
    ----------
    exercise : Exercise
    source : str
    replay : Replay
    told : Trial
        The trial that the learner is shown.
    ideas : list of WrongIdea
        Those of its part.

    Returns
    -------
    list of WrongIdea, list of Reason
    """
    if told.kind == "fault" and is_explained(told.reply.fault, exercise):
        return [], []  # the same error may end the other parts
    others, parts = of_other_parts(replay, told.case.part, ideas)
    reasons = [
        Reason(_in_part(replay, idea, _said(idea, exercise, source, True), part), idea.name, idea.code)
        for idea, part in zip(others, parts, strict=True)
    ]
    left = unexplained(replay, told.case.part, ideas, others) if ideas else None
    return others, reasons + ([Reason(_of_the_rest(exercise, left))] if left else [])


def _in_part(replay, idea, says, part):
    """Say of which part a wrong idea is told, where another part shows that it holds there alone."""
    there = only_there(replay, idea, part)
    if not there or getattr(idea, "says_where", False):
        return says
    before, says = (_ELSEWHERE, says.removeprefix(_ELSEWHERE)) if says.startswith(_ELSEWHERE) else ("", says)
    about = " and ".join(filter(None, [", ".join(map(repr, there[:-1])), repr(there[-1])]))
    return f"{before}This is about {about} alone. {says}"


def _of_the_rest(exercise, trial):
    """Say what of another part is wrong that the ideas do not explain."""
    details = dict(trial.finding.details)
    values = [f"{label}: {details[label]}" for label in ("expected", "yours", "error") if label in details]
    said = f"{trial.finding.sentence}; {'; '.join(values)}"
    rest = [f" {sentence}" for sentence in _saw(exercise, trial)]
    return f"Not all of {trial.case.part!r} is right either: {said[0].lower()}{said[1:]}.{''.join(rest)}"


def _said(idea, exercise, source, beside_another):
    """Return the sentence of an idea; where the answer is written otherwise, say that only the numbers are known."""
    if isinstance(idea, ArgumentIdea):
        return idea.also if beside_another else idea.says
    return idea.says if not source or idea.seen or mentions(idea, exercise, source) else _ELSEWHERE + idea.says


def is_of_numbers_alone(reason):
    """Return whether a reason says that only the numbers are known to be those of an idea."""
    return reason.says.startswith((_ELSEWHERE, _ONE_OF_SOME))


def beside(reason, idea, change, exercise):
    """Return the reason of an idea as it is told beside a change that makes the answer right.

    Unless the change is in a line that only this idea looks like, or that looks like it no longer afterwards, no more
    is known than that the numbers are those of the idea.

    Parameters
    ----------
    reason : Reason
    idea : WrongIdea
    change : Found
    exercise : Exercise

    Returns
    -------
    Reason
    """
    plain = isinstance(idea, ArgumentIdea) or idea.seen or is_of_numbers_alone(reason)
    if plain or is_told_by(idea, exercise, change.text, change.after):
        return reason
    return replace(reason, says=_ELSEWHERE + reason.says)


def _pieces(exercise, trials):
    """Say which of several results are right in every case, and which are not."""
    held = {}
    for trial in trials:
        expected, got = trial.expected, trial.reply.value
        if isinstance(expected, tuple) and isinstance(got, tuple | list) and len(got) == len(expected):
            rows = [(name, i, expected[i], got[i]) for i, name in enumerate(exercise.returns)]
        elif isinstance(expected, dict) and isinstance(got, dict) and not exercise.properties:
            compared = [key for key in expected if key not in exercise.observes and key in got]
            rows = [(key, i, expected[key], got[key]) for i, key in enumerate(compared)]
        else:
            return ""
        for name, place, wanted, value in rows:
            tolerance = compare.Tolerance(trial.tolerance.rtol, trial.tolerance.atol, partial(_at, trial, place))
            held[name] = held.get(name, True) and compare.same(wanted, value, tolerance)
    right, wrong = ([name for name, is_right in held.items() if is_right is truth] for truth in (True, False))
    if not right or not wrong:
        return ""
    return f"Right in every case: {_some(right, 4)}. Not right: {_some(wrong, 4)}."


def _at(trial, place):
    rounding = trial.tolerance.single()
    return [rounding[place]] if place < len(rounding) else []


def _saw(exercise, trial):
    """Say what a driver saw; "seen" is the name of all of it, and no word for a reader."""
    found = seen(exercise, trial).items()
    return [f"What the check saw{'' if key == 'seen' else f' of {key}'}: {value}." for key, value in found]


def seen(exercise, told):
    """Return what a driver saw, where a card may show it: a row of names beside that of a right answer."""
    value = told.reply.value
    observed = {key: value[key] for key in exercise.observes if isinstance(value, dict) and key in value}
    rows = exercise.shown_of_the_reference(told.case) if any(map(is_row, told.shown.values())) else {}
    found = {}
    for key, each in {**observed, **told.shown}.items():
        said = ", ".join(each) if is_row(each) else str(each)
        others = differences(each, rows[key]) if is_row(each) and is_row(rows.get(key)) else ""
        found[key] = said[:_LONGEST_SEEN] + (f". Beside those of the task: {others}" if others else "")
    return found


def _zipped(exercise, source, told):
    """Say what `zip` does with two arrays of different length, where it is called with two of the task's."""
    given = dict(zip(exercise.parameters, told.case.arguments, strict=False))
    for call in re.findall(r"\bzip\((\w+), (\w+)\)", source):
        sizes = [len(given[name]) for name in call if isinstance(given.get(name), np.ndarray) and given[name].ndim]
        if len(sizes) == 2 and sizes[0] != sizes[1]:
            return (
                f"`zip({', '.join(call)})` takes the first with the first, the second with the second, and stops at "
                f"the end of the shorter: that is {min(sizes)} pairs of the {sizes[0] * sizes[1]} that there are."
            )
    return ""


def _overlooked(exercise, source):
    others = {} if exercise.driver else other_defaults(exercise, source)
    said = [said_of(others)] if others else []
    names = unused(exercise, source)
    if not names:
        return said
    them = "it" if len(names) == 1 else "them"
    return [*said, f"The function never looks at {' and '.join(f'`{name}`' for name in names)}; the task needs {them}."]


def _where_it_holds(trials):
    right = [trial.case.label for trial in trials if not trial.kind]
    wrong = [trial.case.label for trial in trials if trial.kind]
    if all(_truth(trial.expected) is not None and _truth(trial.reply.value) is not None for trial in trials):
        said = [
            f"It says {not truth} for: {_some(labels)}; there {truth} is right."
            for truth in (True, False)
            if (labels := [t.case.label for t in trials if _truth(t.expected) is truth is not _truth(t.reply.value)])
        ]
        if said:
            return " ".join(said)
    if right and wrong:
        return f"It is right for: {_some(right)}. It is not for: {_some(wrong)}."
    return ""


def _truth(value):
    """Return the one truth value that a value is or holds, or None."""
    if isinstance(value, dict):
        held = [truth for each in value.values() if (truth := _truth(each)) is not None]
        return held[0] if len(held) == 1 else None
    if isinstance(value, np.ndarray) and value.dtype == bool and value.size == 1:
        return bool(value.item())
    return value if isinstance(value, bool) else None


def _some(labels, most=3):
    more = len(labels) - most
    return "; ".join(labels[:most]) + (f"; and {more} more" if more > 0 else "")
