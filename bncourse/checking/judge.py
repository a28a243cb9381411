"""The judge: call the answer on every case, compare, and on a miss look for the wrong idea behind it."""

from dataclasses import replace

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import is_empty
from bncourse.checking.arguments import ArgumentIdea
from bncourse.checking.diagnosis import beside, diagnose, diagnose_others, is_of_numbers_alone
from bncourse.checking.example import by_hand
from bncourse.checking.lines import line_with
from bncourse.checking.numbers.again import changes_its_mind
from bncourse.checking.numbers.patterns import in_another_order, out_of_place
from bncourse.checking.numbers.shapes import let_pass
from bncourse.checking.numbers.turns import turned
from bncourse.checking.question import Quiz
from bncourse.checking.quiz import judge_quiz
from bncourse.checking.replay import Replay
from bncourse.checking.trial import ORDER, attempt, called
from bncourse.checking.verdict import CORRECT, NOT_STARTED, NOT_YET, STOPPED, Finding, Reason, Verdict
from bncourse.checking.where.class_change import class_change
from bncourse.checking.where.defaults import wrong_default
from bncourse.checking.where.digits_lost import digits_lost
from bncourse.checking.where.driven import driven_change, line_that_objects
from bncourse.checking.where.layer import of_class
from bncourse.checking.where.one_change import one_change
from bncourse.checking.where.recognition import odd_line, of_the_return, recognized
from bncourse.checking.where.substitution import substituted
from bncourse.checking.where.writes import also_writes, first_write
from bncourse.trouble import Trouble


def judge(exercise, answer, seed=0):
    """Judge an answer to an exercise.

    Parameters
    ----------
    exercise : Exercise or Quiz
    answer : Answer
        What the learner wrote, on whichever side of a wall it lives.
    seed : int
        The cases are drawn from it: one for all learners, a fresh one for each graded submission.

    Returns
    -------
    Verdict
    """
    verdict = judge_quiz(exercise, answer) if isinstance(exercise, Quiz) else _judge_function(exercise, answer, seed)
    if verdict.outcome not in (NOT_YET, STOPPED):
        return verdict
    return replace(verdict, section=exercise.section, notebook=exercise.notebook)


def _judge_function(exercise, answer, seed):
    if answer.kind == "value":
        return _not_callable(exercise, answer)
    if is_empty(answer.source) and not _gives_something(exercise, answer, seed):
        return _not_started(exercise)
    trials, slow = [], {}
    for case in exercise.draw(seed):
        if case.part in slow:  # the other parts may still earn their share
            continue
        try:
            trial = attempt(exercise, answer, case)
        except Trouble as trouble:
            return _cannot_check(exercise, trouble)
        fault = trial.reply.fault
        if fault and fault.kind == "NotImplementedError" and not trials and not _is_written(answer):
            return _not_started(exercise)
        trials.append(trial)
        if trial.reply.timed_out:
            slow[case.part] = len(trials) - 1
    if slow:
        return _too_slow(exercise, trials, slow)
    return _verdict(exercise, answer, trials)


def _gives_something(exercise, answer, seed):
    """Return whether an answer whose text is a stub gives a value all the same: a decorator may have another in it."""
    if exercise.driver:
        return False
    arguments, options = exercise.draw(seed)[0].copy()
    return answer.call(arguments, options, seconds=exercise.seconds).value is not None


def _verdict(exercise, answer, trials):
    parts, earned = _parts(trials)
    example = exercise.example.label if exercise.example else ""  # with an eps of 0 it may say little of the mistake
    advice = _advice(exercise, [trial for trial in trials if trial.case.label != example])
    if len(earned) == len(parts):
        return Verdict(
            exercise.name,
            CORRECT,
            exercise.points,
            float(exercise.points),
            _passed(trials, parts),
            advice=advice,
        )
    score = float(exercise.points * len(earned) / len(parts))
    part = next(part for part in parts if part not in earned)
    of_part = [trial for trial in trials if trial.case.part == part]
    # exercises draw their plainest case first, so the first is the one that tells a learner most
    failing = (trial for trial in of_part if trial.kind)
    told = min(failing, key=lambda t: (t.case.label == example, ORDER.index(t.kind)))
    number = next(i for i, trial in enumerate(trials) if trial is told)
    replay = Replay(exercise, trials)
    ideas, reasons = diagnose(exercise, answer.source, replay, of_part, told)
    where = next((line for idea in ideas if (line := line_with(idea, exercise, answer.source))), "")
    where = where or line_that_objects(answer, told)
    # an idea is what the numbers are; where no line is known to hold it, the change that is right shows one
    change = wrong_default(exercise, answer, trials)
    if not change and len(ideas) > 1 and isinstance(ideas[-1], ArgumentIdea):  # one change is likelier than two ideas
        change = next(filter(lambda one: one and one.whole, [one_change(exercise, answer, trials)]), None)
    if change:
        ideas, reasons, where = [], [], ""
    elif not where and len(ideas) < 2:
        change = digits_lost(exercise, answer, trials) or one_change(exercise, answer, trials)
        change = change or driven_change(exercise, answer, trials)
    if not ideas and not (change and change.whole) and (said := in_another_order(exercise, trials)):
        reasons, change = [], of_the_return(answer, said)
    misplaced = "" if ideas or (change and change.whole) else out_of_place(exercise, trials)
    if misplaced:
        reasons, change = [Reason(misplaced), *reasons], None
    elif not ideas and (change is None or not change.whole):
        # a change that makes one of several results right says more than the values that are not right yet
        if not (change and change.line):  # without a line it is known that something before it is wrong too
            change = substituted(exercise, answer, trials) or change
        change = change or of_class(exercise, answer, trials)
        change = change or class_change(exercise, answer, trials, part)
    if ideas and change and not change.whole:
        change = None
    elif ideas and change:
        known = [beside(reason, idea, change, exercise) for reason, idea in zip(reasons, ideas, strict=False)]
        known += reasons[len(ideas) :]
        proved = [Reason(change.says)]  # it comes first where it is not certain that the lines say what the idea says
        reasons = proved + known if any(map(is_of_numbers_alone, known)) else known + proved
    elif change:
        reasons = [Reason(change.says), *reasons] if told.kind != "fault" else [*reasons, Reason(change.says)]
    values_are_right = told.kind == "changed"  # and a line that stands out is not wrong for that
    looks_odd = not (ideas or values_are_right or misplaced)
    doubted = looks_odd and not (change and change.sure)
    if doubted and (so_far := recognized(exercise, answer, trials, told, is_located=change is not None)):
        reasons = [*reasons, Reason(so_far.says)]
        change = change or (so_far if so_far.line else None)
    if doubted and not change and (by_turns := turned(exercise, answer, told)):
        reasons = [*reasons, Reason(by_turns)]
    if looks_odd and not change and (change := odd_line(exercise, answer, trials, told)):
        reasons = [*reasons, Reason(change.says)]
    if looks_odd and not change and (said := changes_its_mind(exercise, answer, told)):
        reasons = [Reason(said), *reasons]
    if values_are_right and not (where or change) and (change := first_write(exercise, answer, of_part)):
        reasons = [*reasons, Reason(change.says)]
    is_all_told = told.kind in ("fault", "changed") or (change and change.whole)
    if not is_all_told and (written := also_writes(exercise, answer, replay, ideas)):
        reasons = [*reasons, Reason(written.says)]
        change = change or (written if written.line and not (ideas or where) else None)
    if len(parts) > 1 and not (change and change.whole):
        others, more = diagnose_others(exercise, answer.source, replay, told, ideas)
        where = where or next((line for idea in others if (line := line_with(idea, exercise, answer.source))), "")
        reasons = [*reasons, *more]
    is_stopped = told.kind == "fault"
    where = _faulty_line(told.reply.fault) if is_stopped else where
    place = change.where if change and not is_stopped else f"{answer.name}(), {where}" if where else ""
    passed = _passed(trials, parts)
    missed = [told.finding if passed else _with_its_shape(told)]
    if not ideas and not change and told.kind in ("finite", "property", "values") and told.case.label != example:
        missed += filter(None, [by_hand(exercise, answer)])
    return Verdict(
        exercise.name,
        STOPPED if is_stopped else NOT_YET,
        exercise.points,
        score,
        passed,
        tuple(missed),
        tuple(reasons),
        place,
        _todo(exercise),
        advice,
        number,
    )


def _parts(trials):
    """Return the parts of the exercise, and those that hold."""
    parts = list(dict.fromkeys(trial.case.part for trial in trials))
    whole = [p for p in parts if not any(t.kind or t.reply.timed_out for t in trials if t.case.part == p)]
    return parts, whole


def _passed(trials, parts):
    """Say what holds already; where everything does, the cases are the list."""
    done = [trial for trial in trials if not trial.kind]
    if len(parts) > 1:
        whole = [part for part in parts if all(not t.kind for t in trials if t.case.part == part)]
        if len(whole) < len(parts):
            return tuple(whole)
    return tuple(dict.fromkeys(trial.case.label for trial in done))


def _with_its_shape(told):
    """Say beside the numbers that the shape is right, where nothing else is: a tick before it would read as praise."""
    shape = getattr(told.reply.value, "shape", ()) if told.kind in ("finite", "property", "values") else ()
    if not shape:
        return told.finding
    return replace(told.finding, details=(*told.finding.details, ("shape", f"{shape}, which is right")))


def _advice(exercise, trials):
    said = {}  # one note of a kind, because four cards of notes are read by nobody
    for trial in trials:
        if trial.reply.fault or trial.kind not in ("", "values", "property"):
            continue
        for advise in exercise.advice:
            if sentence := advise(trial.case, trial.reply.value):
                said.setdefault(advise, sentence)
        value = trial.reply.value
        kept = let_pass(trial.expected, value, exercise.returns)
        if kept and all(each.kind != "shape" for each in trials):
            said.setdefault("shape", kept)
        if isinstance(value, np.ndarray) and value.dtype == np.float32 and _all_double(trial.case):
            said.setdefault("float32", "You calculate in float32; the inputs are float64. That is accepted.")
    printed = next((t.reply.printed for t in trials if t.reply.printed.strip()), "")
    if printed and all(trial.reply.value is None and not trial.reply.fault for trial in trials):
        said["prints"] = "The function prints a value. `print` shows it on the screen; only `return` gives it back."
    elif printed:
        first = printed.strip().splitlines()[0][:60]
        said["prints"] = f"The function prints while it is checked ({first!r}); that is held back here."
    warned = next((t.reply.warned[0] for t in trials if t.reply.warned), "")
    if warned:
        said["warned"] = f"Python warned while it ran: {warned[:160].rstrip('.')}. It costs no points."
    return tuple(dict.fromkeys(said.values()))


def _all_double(case):
    return all(value.dtype == np.float64 for value in case.arguments if isinstance(value, np.ndarray))


def _too_slow(exercise, trials, slow):
    number = min(slow.values())
    trial = trials[number]
    parts, earned = _parts(trials)
    finding = Finding(
        f"{exercise.name} did not answer within {exercise.seconds:g} seconds",
        (("case", trial.case.label), ("called", called(exercise, trial.case))),
    )
    reason = Reason(
        "It was still running, so it was stopped. A loop that never ends is the usual cause; a large library that "
        "is imported inside the function may be another: import it in the first cell."
    )
    todo = ("Look at the condition of each `while`, and at what each `for` runs over.", *_todo(exercise))
    score = float(exercise.points * len(earned) / len(parts))
    return Verdict(
        exercise.name, STOPPED, exercise.points, score, tuple(earned), (finding,), (reason,), "", todo, case=number
    )


def _is_written(answer):
    """Return whether there is more than a stub: then an error that says "not implemented" is one to be told."""
    return answer.kind == "function" and bool(answer.source)  # a stub alone was told before


def _not_started(exercise):
    todo = (
        "Write your answer in the cell above, run it, then run this cell again.",
        *_todo(exercise, case=False),
    )
    task = Reason(f"{exercise.asks[0].upper()}{exercise.asks[1:]}.")
    return Verdict(exercise.name, NOT_STARTED, exercise.points, reasons=(task,), todo=todo)


def _cannot_check(exercise, trouble):
    finding = Finding("this could not be checked on your computer", (("error", str(trouble)),))
    reason = Reason("Something that the check needs is missing or set otherwise; your answer was not looked at.")
    todo = ("Do what the error says, then run this cell again.",)
    return Verdict(exercise.name, STOPPED, exercise.points, 0.0, (), (finding,), (reason,), "", todo)


def _not_callable(exercise, answer):
    wanted = "class" if isinstance(exercise.reference, type) else "function"
    got = compare.describe(answer.value())
    if answer.value() is None:
        return _not_started(exercise)
    finding = Finding(f"{exercise.name} should be a {wanted}", (("expected", f"a {wanted}"), ("yours", got)))
    todo = (f"Write check.{exercise.name}({exercise.name}): the name alone, with no brackets after it.",)
    reason = Reason(f"The check received {got}, which cannot be called. Perhaps the name was used again for a result.")
    return Verdict(exercise.name, NOT_YET, exercise.points, 0.0, (), (finding,), (reason,), "", todo)


def _todo(exercise, case=True):
    count = len(exercise.hints)
    plural = "hint" if count == 1 else "hints"
    todo = [f'In a new cell, check.hint("{exercise.name}") shows a hint ({count} {plural}, no points lost).']
    if case:
        todo.append(f'check.case("{exercise.name}") gives you the inputs of this case.')
    return tuple(todo)


def _faulty_line(fault):
    return f"line {fault.line}: {fault.text}" if fault.line and fault.text else ""
