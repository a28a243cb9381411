"""The lines of an answer that lose digits: those that make float32 of a value, or round it.

The answer is run again without them. If every case comes out right then, these lines are what is wrong, and those that
only use what they give are not.
"""

import ast
import time
from dataclasses import replace

import numpy as np

from bncourse.checking.rewriting.changes import Change, Changes
from bncourse.checking.where.found import row_of, says_which, told
from bncourse.checking.where.one_change import helpers_of, may_be_run_again, outcomes, tells
from bncourse.checking.where.places import exact, places, text_of
from bncourse.checking.where.several import is_right

SECONDS = 5.0
NEAR = 2e-6  # of the largest number: what float32 loses in a few steps
_MOST = 12  # places


def digits_lost(exercise, answer, trials):
    """Look for the lines without whose float32 or rounding every case comes out right.

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
    if exercise.driver or not may_be_run_again(answer, trials) or not tells(trials):
        return None
    helpers = helpers_of(answer)
    changes = Changes(answer.source, helpers or ())
    losing = [
        Change(place.line, _says(place.node), place.node, exact(place.node), function.name)
        for function in changes.functions
        for place in places(function)
        if exact(place.node) is not None
    ]
    if helpers is None or not 0 < len(losing) <= _MOST:
        return None
    until = time.monotonic() + SECONDS

    def all_right(without):
        # what is inside may have been mended already
        source = changes.rewritten({id(each.node): lambda new: exact(new) or new for each in without})
        results = (outcomes(answer, source, 1, trial, until) for trial in trials)
        return all(each and is_right(exercise, trial, each[0]) for trial, each in zip(trials, results, strict=True))

    if not all_right(losing):
        return None
    needed = list(losing)
    for each in losing:  # what need not be changed is not told
        fewer = [one for one in needed if one is not each]
        if fewer and all_right(fewer):
            needed = fewer
    sources = [answer.source, *helpers]
    found = told(answer, sources, needed, ["every case of this check come out right"] * len(needed), True)
    return found if len(needed) == 1 else _together(answer, sources, needed, found)


def loses_digits(statement):
    """Return whether a statement makes float32 of something, or rounds it."""
    return any(exact(each) is not None for each in ast.walk(statement))


def is_nearly_right(trials):
    """Return whether what is not right is so only in the last digits: by no more than float32 loses.

    Parameters
    ----------
    trials : list of Trial
        At least one of which fails.

    Returns
    -------
    bool
    """
    return all(trial.kind in ("values", "property") and _is_near(trial) for trial in trials if trial.kind)


def _is_near(trial):
    pairs = [(trial.expected, trial.reply.value)]
    if isinstance(trial.expected, tuple) and isinstance(trial.reply.value, tuple | list):
        pairs = list(zip(trial.expected, trial.reply.value, strict=False))
    for wanted, got in pairs:
        if not (isinstance(wanted, np.ndarray | float) and isinstance(got, np.ndarray | float)):
            return False
        wanted, got = np.asarray(wanted), np.squeeze(np.asarray(got))
        if wanted.dtype.kind != "f" or got.dtype.kind != "f" or np.squeeze(wanted).shape != got.shape:
            return False
        largest = np.max(np.abs(wanted), initial=0.0)
        if not np.max(np.abs(np.squeeze(wanted) - got), initial=0.0) <= NEAR * largest:
            return False
    return True


def _says(node):
    return f"`{ast.unparse(exact(node))}` in place of `{text_of(node)}`"


def _together(answer, sources, needed, first):
    """Tell several places that lose digits, each of which must be changed; the first is shown."""
    parts = []
    for each in needed:
        owner = "" if each.function == answer.name else f" of `{each.function}`"
        parts.append(f"in line {each.line}{owner}, {says_which(each, row_of(each, sources))}")
    says = f"Digits are lost in {len(needed)} places. Every case of this check comes out right with: "
    return replace(first, says=f"{says}{'; '.join(parts)}.")
