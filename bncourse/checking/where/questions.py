"""Changes after which a branch is never taken any more: they hide what is wrong in it, and are no repair."""

import ast

from bncourse.checking.where.known import rows_of

SHAPES = "bncourse.checking.variants:shapes"
SECONDS = 1.0
_MOST_CASES = 12


def never_taken(answer, changes, change, trials):
    """Return whether a question is never answered with yes after a change, and was before.

    Parameters
    ----------
    answer : Answer
    changes : Changes
    change : Change
    trials : list of Trial
        All cases of the check.

    Returns
    -------
    bool
    """
    source, questions = changes.asking()
    inside = {id(node) for node in ast.walk(change.node)} if isinstance(change.node, ast.stmt) else set()
    if not questions or change.moves:
        return False
    failing = [trial for trial in trials if trial.kind]
    before = _taken(answer, source, len(questions), failing)
    if not before:
        return False
    left = before - _taken(answer, changes.asking(change)[0], len(questions), [*failing, *trials])
    return any(id(questions[number]) not in inside for number in left)


def _taken(answer, source, count, trials):
    """Return which of the questions are answered with yes on some of the cases."""
    found = set()
    for trial in trials[:_MOST_CASES]:
        arguments, options = trial.case.copy()
        reply = answer.call((source, list(arguments), options), {}, seconds=SECONDS, driver=SHAPES)
        if isinstance(reply.value, list) and not reply.timed_out:
            found |= rows_of(reply.value, count).ran
    return found
