"""One case: call the answer, compare with the truth, and keep the first thing that is wrong."""

from dataclasses import dataclass, field, replace
from functools import cache, partial

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import Reply, plain
from bncourse.checking.exercise import Case
from bncourse.checking.faults import in_words
from bncourse.checking.kept import kept
from bncourse.checking.numbers.memory import forget_results
from bncourse.checking.numbers.rounding import rounding
from bncourse.checking.verdict import Finding

PLAIN = (bool, int, float, str, tuple, list, type(None), np.generic, np.ndarray)
# What is wrong first is told first: an array of the wrong shape needs no word about its values.
ORDER = ["fault", "nothing", "type", "count", "shape", "finite", "property", "values", "changed"]


@dataclass
class Trial:
    """One case, what came back, and the first thing that is wrong with it."""

    case: Case
    reply: Reply
    expected: object
    tolerance: compare.Tolerance
    kind: str = ""
    finding: Finding | None = None
    reason: str = ""
    shown: dict = field(default_factory=dict)


def attempt(exercise, answer, case, truth=None):
    """Call the answer on a case and give the `Trial`; ``truth`` is what `truth_of` gives, where it is known."""
    expected, tolerance = truth or truth_of(exercise, case)
    arguments, options = case.copy()
    forget_results(expected)
    reply = answer.call(arguments, options, seconds=exercise.seconds, driver=exercise.driver)
    shown = {key: reply.value[key] for key in exercise.shows if isinstance(reply.value, dict) and key in reply.value}
    if shown:
        reply = replace(reply, value=exercise.compared(reply.value))
    trial = Trial(case, reply, expected, tolerance, shown=shown)
    if not reply.timed_out:
        _examine(exercise, trial)
    return trial


def truth_of(exercise, case):
    """Return what is right for a case, and how close an answer must come to it."""
    expected = kept(exercise, (), case, lambda: _truth(exercise, *case.copy()))
    # kept, because a diagnosis compares the same case with a hundred wrong ideas
    room = cache(lambda: rounding(exercise, case, expected, partial(_truth, exercise)))
    return expected, compare.Tolerance(exercise.rtol, exercise.atol, room, exercise.rows)


def _truth(exercise, arguments, options):
    if exercise.known:
        return plain(exercise.known)
    return plain(exercise.called_with(exercise.reference, arguments, options))


def _examine(exercise, trial):
    """Find the first thing that is wrong with a reply: fault, kind, shape, finite, properties, values."""
    case, reply = trial.case, trial.reply
    fault = reply.fault
    if fault:
        trial.kind = "fault"
        said = f"{fault.kind}: {in_words(fault.message)}" if fault.message else fault.kind
        trial.finding = Finding(
            f"{exercise.name} did not run to its end",
            (("case", case.label), ("called", called(exercise, case)), ("error", said)),
        )
        return
    wanted = trial.expected
    if exercise.observes:
        wanted = {key: value for key, value in wanted.items() if key not in exercise.observes}
    tolerance = replace(trial.tolerance, told=bool(exercise.driver))
    found = compare.mismatch(wanted, reply.value, exercise.returns, tolerance)
    if found is None or found.kind == "values":
        found = broken_property(exercise, case, trial.expected, reply.value) or found
    if found is None:
        found = changed_input(exercise, trial)
    if found:
        trial.kind, trial.reason = found.kind, found.reason
        trial.finding = Finding(
            found.sentence,
            (
                ("case", case.label),
                ("called", called(exercise, case)),
                ("expected", found.expected),
                ("yours", found.yours),
            ),
        )


def broken_property(exercise, case, expected, value):
    """Return the first property of an exercise that a result has not, as a `Mismatch`; None where it has all."""
    for sentence, holds in exercise.properties:
        if pair := holds(case, _unwrapped(expected, value)):
            return compare.Mismatch("property", sentence, *pair)
    return None


def _unwrapped(expected, got):
    """Take the leading 1 of a shape away, so that a property reads the shape of the reference, and of numbers."""
    if isinstance(expected, tuple) and isinstance(got, tuple | list):
        return tuple(map(_unwrapped, expected, got))
    if isinstance(got, np.ndarray) and got.dtype.kind == "b":
        got = got.astype(int)
    if isinstance(got, np.ndarray) and got.ndim == np.ndim(expected) + 1:
        return got[0]
    return got


def changed_input(exercise, trial):
    """Return what is said of an input that a call has changed and that must stay, as a `Mismatch`; else None."""
    before = dict(zip(exercise.parameters, trial.case.arguments, strict=False)) | dict(trial.case.options)
    after = dict(zip(exercise.parameters, trial.reply.arguments, strict=False)) | trial.reply.options
    for name, value in before.items():
        if name in exercise.may_change or not isinstance(value, np.ndarray):
            continue
        now = after.get(name)
        if not (isinstance(now, np.ndarray) and np.array_equal(value, now, equal_nan=value.dtype.kind == "f")):
            return compare.Mismatch(
                "changed",
                f"{exercise.name} should leave {name} as it was",
                f"{name} as it was passed",
                f"{name} was changed",
                f"The function writes into the caller's array: `{name} -= ...` or `{name}[...] = ...` does that. "
                f"`{name} = {name} - ...` makes a new array.",
            )
    return None


def called(exercise, case):
    """Write the call of the learner's own function as a person would read it: arrays by their shape."""
    shown = []
    for name, value in exercise.call_of(case).items():
        if exercise.driver and name == "seed":  # what is drawn from it would be known; a driver alone takes one
            continue
        if isinstance(value, np.ndarray) and value.ndim:
            shown.append(f"{name} of shape {value.shape}")
        elif callable(value) or not isinstance(value, PLAIN):
            shown.append(name)
        else:
            shown.append(f"{name}={value!r}"[:60])
    return f"{exercise.name}({', '.join(shown)})"
