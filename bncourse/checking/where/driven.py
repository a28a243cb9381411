"""The one change that makes an answer right which is called through a driver, such as a check of others' gradients.

Only where the answer lives in this process, as in a notebook: behind the walls each of its calls would cross them.
"""

import ast
import itertools
import time

import numpy as np

from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.trial import attempt
from bncourse.checking.variants import GOES_ON, WHICH, turns
from bncourse.checking.where.elsewhere import is_right_elsewhere
from bncourse.checking.where.found import told
from bncourse.checking.where.one_change import helpers_of, is_name_or_number, may_be_run_again
from bncourse.checking.where.places import parameters_of

MOST = 300  # changes
SLOWEST = 0.02  # seconds of a processor that a call takes
FEWEST_CASES = 10  # so that true or false in all of them is no chance
_BATCH = 100


def driven_change(exercise, answer, trials):
    """Look for a single change that makes an answer right on every case, through its driver.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
        All cases of the check, at least one of which fails.

    Returns
    -------
    Found or None
    """
    if exercise.driver is None or not hasattr(answer, "rewritten") or len(trials) < FEWEST_CASES:
        return None
    failing = [trial for trial in trials if trial.kind]
    if not may_be_run_again(answer, trials, may_draw=True):
        return None
    helpers = helpers_of(answer)
    changes = Changes(answer.source, helpers or ())
    before = np.random.get_state()  # noqa: NPY002 (what the learner draws from)
    try:
        found = _search(exercise, answer, trials, failing, changes)
    except (TypeError, NameError, SyntaxError):  # it uses names of a function around it
        return None
    finally:
        np.random.set_state(before)  # noqa: NPY002 (as above)
    if found is None:
        return None
    return told(answer, [answer.source, *(helpers or ())], [found], ["every case of this check come out right"], True)


def line_that_objects(answer, told):
    """Return the line of a test that objects to what is right, as the driver tells it, or "" where it is not sure.

    Parameters
    ----------
    answer : Answer
    told : Trial

    Returns
    -------
    str
    """
    message = told.reply.value.get("message") if isinstance(told.reply.value, dict) else None
    rows = [(n, row.strip()) for n, row in enumerate(answer.source.splitlines(), 1) if row.strip() == message]
    return f"line {rows[0][0]}: {rows[0][1]}" if len(rows) == 1 and message else ""


def _search(exercise, answer, trials, failing, changes):
    first, *others = failing
    others += [trial for trial in trials if not trial.kind]
    # one that asks for the opposite comes next: many a change gives the same to everything
    others.sort(key=lambda trial: _asked(exercise, trial) == _asked(exercise, first))
    began = time.process_time()
    attempt(exercise, answer, first.case, (first.expected, first.tolerance))
    if time.process_time() - began > SLOWEST:
        return None
    possible = (each for each in changes.of_slopes() if not _bends_what_is_given(each, changes.functions[0]))
    candidates = iter(sorted(possible, key=is_name_or_number)[:MOST])
    while batch := list(itertools.islice(candidates, _BATCH)):
        other, names = answer.rewritten(changes.source(batch), {WHICH: 0})
        for number, change in enumerate(batch, start=1):
            names[WHICH] = number
            holds = all(_is_right(exercise, other, names, trial) for trial in (first, *others))
            if holds and is_right_elsewhere(exercise, other, lambda names=names: names.update({GOES_ON: turns()})):
                return change
    return None


def _bends_what_is_given(change, function):
    """Return whether a change calculates with an input before it is used: then another question is answered."""
    is_one = change.function == function.name and getattr(change.node, "id", "") in parameters_of(function)
    return is_one and not isinstance(change.replacement, ast.Name)


def _asked(exercise, trial):
    expected = trial.expected
    if isinstance(expected, dict):
        expected = {name: value for name, value in expected.items() if name not in exercise.observes}
    return str(expected)


def _is_right(exercise, other, names, trial):
    names[GOES_ON] = turns()
    again = attempt(exercise, other, trial.case, (trial.expected, trial.tolerance))
    return not again.kind and not again.reply.timed_out
