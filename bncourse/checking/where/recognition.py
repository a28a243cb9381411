"""How far an answer is right: which of its values a right answer has too, and which is the first that none has.

The answer is run once more on the case that fails, where it lives, and notes the value of each expression. The
reference, and the right answers that the exercise knows, are run on the same case, and so are the reference
functions they are made of. What is said is what was compared: this value is that one, and this is the first that is
none of them. It is not said that the line is wrong: a right answer may take a way that nobody has shown yet.
"""

import ast

import numpy as np

from bncourse.checking.answer import UNREADABLE
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.variants import AGAIN
from bncourse.checking.where.defaults import other_defaults
from bncourse.checking.where.digits_lost import is_nearly_right, loses_digits
from bncourse.checking.where.everywhere import Everywhere, named_steps
from bncourse.checking.where.found import Found
from bncourse.checking.where.known import is_known, on_the_way, rows_of
from bncourse.checking.where.one_change import SHAPES, helpers_of, may_be_run_again
from bncourse.checking.where.steps import is_same, is_telling, steps_of
from bncourse.checking.where.suspects import MOST_SHOWN, suspects_on
from bncourse.checking.where.writes import writer_before

OBSERVED = "bncourse.checking.variants:observed"
SECONDS = 2.0
_MOST_NAMED = 3
_UNNAMED = "a step of a right answer too"


def recognized(exercise, answer, trials, told, is_located=False):
    """Say how far the values of an answer are those of a right one; None where there is nothing to say.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
    told : Trial
        The case that the learner is shown.
    is_located : bool
        Whether it is known already where the mistake can be: then nothing is said that may be without fault.

    Returns
    -------
    Found or None
        Its line is 0 where none can be shown: the first value that no known right answer has may still be right. A
        result that is put together of right values, and is not right, is where it goes wrong.
    """
    if exercise.driver or not may_be_run_again(answer, trials):
        return None
    if too_early := unfinished(exercise, answer, trials):
        return too_early
    helpers = helpers_of(answer)
    source, places = Changes(answer.source, helpers or ()).observing()
    if helpers is None or not places:
        return None
    arguments, options = told.case.copy()
    found = named_steps(exercise, steps_of(exercise, told.case))
    steps = [(step.name, step.value) for step in found]
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    numbers = [step.value for step in steps_of(exercise, told.case, _is_number)]
    looped = _Looped(answer, source, told, len(places), inputs, steps)
    nearly = is_nearly_right(trials)
    everywhere = Everywhere(exercise, answer, source)
    good, plain, first, passed = [], [], None, False  # passed: something before is no value of right answers either
    for pair in _called(answer, OBSERVED, source, told):
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int) and 0 <= pair[0] < len(places)):
            return None
        number, text, parent, function, node = places[pair[0]]
        if not any(isinstance(each, ast.Name) for each in ast.walk(node)):
            continue
        line = f"line {number}" if function == answer.name else f"line {number} of `{function}`"
        value = pair[1]
        if isinstance(value, str) and value == AGAIN:
            passed = passed or not looped.is_right(pair[0])
            continue
        if not is_telling(value):
            passed = passed or not (_says_nothing(value) or any(is_same(each, value) for each in numbers))
            continue
        value = np.asarray(value, float) if nearly else value
        if any(is_same(value, given) for given in inputs):
            continue
        alike = [step for step in found if is_same(step.value, value)]
        name = next((step.name for step in alike if not everywhere.difference(pair[0], step)), None)
        if name is None and alike:  # as an absolute value is, where nothing is negative
            says = f"`{_bound(parent) or text}` ({line}) is {alike[0].name or _UNNAMED} in this case, and not in all."
            says = f"{_right_so_far(good)} {says} {everywhere.difference(pair[0], alike[0])}"
            return Found(0, "", says.strip(), answer.name, False)
        if name is None and on_the_way(value, steps, inputs):
            passed = True
            continue
        if name is None:
            first = (line, text)
            ends = isinstance(parent, ast.Return) and function == answer.name and _is_all_right(exercise, answer, told)
            break
        if name:
            good.append((line, _bound(parent) or text, name))
        else:
            plain = [(line, _bound(parent) or text, _UNNAMED)]
    if first is None or (is_located and passed):
        return None
    if not (good or plain):
        says = _unknown(first, passed)
        return None if ends or told.kind == "fault" else Found(0, "", says, answer.name, False)
    says, shown = _sentence(good or plain, first, ends, passed), number if ends else 0
    if ends:
        writes, name = writer_before(exercise, answer, told, number)
        if writes:
            says = f"`{name}` is {_UNNAMED} until line {writes} writes into it."
            says = f"{says} After that it is no step of the right answers known here."
            shown = writes
    text = answer.source.splitlines()[shown - 1].strip() if shown else ""
    return Found(shown, text, says, answer.name, False)


class _Looped:
    """What expressions gave that were evaluated more than once; the answer is run again only where one is asked for."""

    def __init__(self, answer, source, told, most, inputs, steps):
        self._run = lambda: rows_of(_called(answer, SHAPES, source, told), most)
        self._inputs, self._steps, self._rows = inputs, steps, None

    def is_right(self, number):
        """Return whether the values of an expression are those of a right answer, or plainly made of such values."""
        self._rows = self._run() if self._rows is None else self._rows
        row = self._rows.get(number)
        return row is not None and is_known(row, self._inputs, self._steps)


def _called(answer, driver, source, told):
    """Return what a driver gives of an answer on the inputs of a case; an empty list where it fails."""
    arguments, options = told.case.copy()
    reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=driver)
    return reply.value if isinstance(reply.value, list) and not reply.fault and not reply.timed_out else []


def _says_nothing(value):
    """Return whether a value is no array of different numbers: a count, a truth value, or zeros to begin with."""
    return not isinstance(value, np.ndarray) or value.size < 2 or not np.ptp(value * 1)


def _unknown(first, passed):
    line, text = first
    if passed:
        return f"No right answer known here has `{text}` ({line}); another way can be right, too."
    return f"`{text}` ({line}) is the first value that none of the right answers known here passes through."


def _is_all_right(exercise, answer, told):
    """Return whether all that comes before what is returned is right, the values and the lines that have none."""
    suspects = suspects_on(exercise, answer, told)
    odd = suspects.odd() if suspects else []
    return bool(suspects) and all(isinstance(each.node, ast.Return) for each in odd)


def unfinished(exercise, answer, trials):
    """Say where a value comes back that is an input, or a step of right answers, and not their result.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial

    Returns
    -------
    Found or None
    """
    returns = [node for node in ast.walk(ast.parse(answer.source)) if isinstance(node, ast.Return)]
    if len(returns) != 1:
        return None
    names, telling, different = None, False, set()
    for trial in [trial for trial in trials if trial.kind]:
        if names is not None and not names:
            return None
        value = trial.reply.value
        if not isinstance(value, np.ndarray | np.generic | int | float) or _is_nearly(value, trial.expected):
            return None
        different.add(np.asarray(value).tobytes())
        telling = telling or (np.size(value) > 1 and is_telling(value)) or len(different) > 1
        given = dict(zip(exercise.parameters, trial.case.arguments, strict=False))
        given |= trial.case.options
        arrays = {name: each for name, each in given.items() if _is_number(each)}
        same = {f"`{name}`, as it was passed" for name, each in arrays.items() if is_same(each, value)}
        if np.ndim(value) == 0:
            same |= {f"`len({name})`" for name, each in given.items() if np.ndim(each) and len(each) == value}
        for step in steps_of(exercise, trial.case, _is_number):
            if is_same(step.value, value):
                same.add(step.name if step.name.strip("`") not in given and step.name else step.key)
        names = same if names is None else names & same
    if not names or not telling:
        return None
    line = returns[0].lineno
    name = min(
        (name for name in names if isinstance(name, str)), key=len, default="a value on the way of right answers"
    )
    says = f"What comes back in line {line} is {name}. A right answer goes on from there."
    suspects = suspects_on(exercise, answer, next(trial for trial in trials if trial.kind))
    if suspects and any(not isinstance(each.node, ast.Return) for each in suspects.odd()):
        return Found(0, "", says, answer.name, False)  # a line before may be the one
    return Found(line, answer.source.splitlines()[line - 1].strip(), says, answer.name, False)


def odd_line(exercise, answer, trials, told):
    """Look for the one line of an answer that no right answer has, where all others are lines of right answers.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
    told : Trial
        The case that the learner is shown.

    Returns
    -------
    Found or None
    """
    if exercise.driver or told.kind in ("fault", "nothing") or not may_be_run_again(answer, trials):
        return None  # where nothing comes back, no line that ran need be wrong
    suspects = suspects_on(exercise, answer, told)
    odd = suspects.odd() if suspects else []
    if not 0 < len(odd) <= MOST_SHOWN or any(e.tree != answer.name or suspects.names_elsewhere(e) for e in odd):
        return None
    if not all(map(suspects.ran, odd)) or (len(odd) > 1 and any(map(suspects.is_right_text, odd))):
        return None
    if is_nearly_right(trials) and not all(loses_digits(each.node) for each in odd):
        return None  # the digits may be lost before
    numbers = sorted({each.node.lineno for each in odd})
    if len(numbers) > 1:
        says = f"Only lines {numbers[0]} and {numbers[1]} do what no line of the right answers known here does."
    elif len(odd) > 1:
        says = f"What no line of the right answers known here does stands in line {numbers[0]} alone."
    elif suspects.count() == 1:
        says = "The function has one line, so the mistake is in it."
    elif suspects.is_right_text(odd[0]):
        says = f"All that line {numbers[0]} uses is right, and no right answer known here has the value that it gives."
    else:
        lines = "every line below the first" if other_defaults(exercise, answer.source) else "every line"
        says = f"Names aside, {lines} but line {numbers[0]} does what a line of a right answer known here does."
    return Found(numbers[0], suspects.shown([(answer.name, n) for n in numbers]), says, answer.name, False)


def of_the_return(answer, says):
    """Return a sentence about what comes back, with the line that returns it where there is one alone.

    Parameters
    ----------
    answer : Answer
    says : str

    Returns
    -------
    Found
    """
    try:
        returns = [node for node in ast.walk(ast.parse(answer.source)) if isinstance(node, ast.Return)]
    except UNREADABLE:
        returns = []
    line = returns[0].lineno if len(returns) == 1 else 0
    text = answer.source.splitlines()[line - 1].strip() if line else ""
    return Found(line, text, says, answer.name, True)


def _is_nearly(value, expected):
    """Return whether a value is the result itself, but for its last digits."""
    if not _is_number(expected):  # such as several results, of which one alone came back
        return False
    value, expected = np.asarray(value), np.asarray(expected)
    numbers = value.dtype.kind in "iuf" and expected.dtype.kind in "iuf"
    return numbers and value.shape == expected.shape and bool(np.allclose(value, expected, rtol=1e-4, atol=1e-6))


def _is_number(value):
    return isinstance(value, np.ndarray | np.generic | int | float) and np.asarray(value).dtype.kind in "iuf"


def _sentence(good, first, ends, passed):
    line, text = first
    if ends:
        return f"{_right_so_far(good)} `{text}` ({line}) is made of right values alone, and it is not right."
    return f"{_right_so_far(good)} {_unknown(first, passed)}"


def _right_so_far(good):
    named = {name: (line, text) for line, text, name in good}  # the last place that has it
    parts = [f"`{text}` ({line}) is {name}" for name, (line, text) in list(named.items())[-_MOST_NAMED:]]
    right = ", and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
    return f"So far it is right: {right}." if right else ""


def _bound(parent):
    if isinstance(parent, ast.Assign) and len(parent.targets) == 1 and isinstance(parent.targets[0], ast.Name):
        return parent.targets[0].id
    return ""
