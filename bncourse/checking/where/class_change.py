"""The one change that makes a class right, found by trying: said only where every case of a part has shown it.

Only where the class lives in this process, as in a notebook, and only in the method that what is wrong comes from: each
try makes the class anew and runs it, which takes longer than a call of a function.
"""

import ast
import itertools

from bncourse.checking.lines import does as written_as
from bncourse.checking.lines import names_chosen, right_lines
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.trial import attempt
from bncourse.checking.variants import GOES_ON, SEEN, WHICH, turns
from bncourse.checking.where.found import Found, says_which
from bncourse.checking.where.layer import wrong_of
from bncourse.checking.where.one_change import is_harmless, is_name_or_number

MOST = 40  # changes
_BATCH = 20


def class_change(exercise, answer, trials, part):
    """Look for a single change of a class that makes a part of an exercise right, or all of it.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
        All cases of the check.
    part : str
        The part that is told, which fails.

    Returns
    -------
    Found or None
    """
    if answer.kind != "class" or not hasattr(answer, "rewritten") or not is_harmless(answer.source):
        return None
    if any(trial.reply.timed_out for trial in trials):
        return None
    changes = Changes(answer.source)
    here = sorted((trial for trial in trials if trial.case.part == part), key=lambda trial: not trial.kind)
    try:
        methods = _methods_run(exercise, answer, changes, here[0])
        wrong = {name for name in wrong_of(trials) if name.isidentifier()}
        candidates = iter(_in_order(exercise, changes, methods, answer.source, wrong)[:MOST])
        while batch := list(itertools.islice(candidates, _BATCH)):
            found = _first(exercise, answer, changes, batch, here, trials)
            if found:
                return found
    except (TypeError, NameError, SyntaxError, AttributeError):  # it uses names of a function around it
        return None
    return None


def _methods_run(exercise, answer, changes, trial):
    """Return the names of the methods that run on a case, those that run last first."""
    ran = []
    other, _ = answer.rewritten(changes.telling_methods(), {SEEN: ran.append})
    attempt(exercise, other, trial.case, (trial.expected, trial.tolerance))
    return list(dict.fromkeys(reversed(ran)))


def _in_order(exercise, changes, methods, source, wrong):
    """Return the changes of lines that no right answer has, in those methods, the likeliest first.

    They are those in the head of a loop that goes through a weight of which alone something is wrong.
    """
    rows = source.splitlines()
    naming = {number for number, row in enumerate(rows, start=1) if any(f"self.{name}" in row for name in wrong)}
    loops = {node.lineno for each in changes.functions for node in ast.walk(each) if isinstance(node, ast.For)}
    right = {line.does for line in right_lines(exercise)}
    odd = {
        (function.name, node.lineno)
        for function in changes.functions
        for node in ast.walk(function)
        if isinstance(node, ast.stmt) and node is not function and written_as(node, names_chosen(function)) not in right
    }
    found = [each for each in changes.plain() if each.function in methods and (each.function, each.line) in odd]
    return sorted(found, key=lambda change: (*_likely(change, naming & loops), methods.index(change.function)))


def _likely(change, heads):
    is_in_a_head = change.line in heads
    return not is_in_a_head, not is_in_a_head and is_name_or_number(change)


def _first(exercise, answer, changes, batch, here, trials):
    """Return the first of some changes with which a part is right in all its cases, and all that was right still is."""
    other, names = answer.rewritten(changes.source(batch), {WHICH: 0})
    others = [trial for trial in trials if trial not in here]
    for number, change in enumerate(batch, start=1):
        names[WHICH] = number
        if all(_is_right(exercise, other, names, trial) for trial in (*here, *(t for t in others if not t.kind))):
            again = [(trial, _again(exercise, other, names, trial)) for trial in others if trial.kind]
            if any(map(_loses, *zip(*again, strict=True)) if again else ()):
                continue
            whole = not any(each.kind for _, each in again)
            what = "this check" if whole else repr(here[0].case.part)
            says = f"One change makes every case of {what} come out right: in line {change.line} of the class, "
            row = answer.source.splitlines()[change.line - 1]
            return Found(change.line, row.strip(), f"{says}{says_which(change, row)}.", answer.name, whole)
    return None


def _again(exercise, other, names, trial):
    names[GOES_ON] = turns()
    return attempt(exercise, other, trial.case, (trial.expected, trial.tolerance))


def _is_right(exercise, other, names, trial):
    again = _again(exercise, other, names, trial)
    return not again.kind and not again.reply.timed_out


def _loses(before, after):
    """Return whether a result of a case that was right is not right with a change, which then is no repair."""
    if not after.kind or before.reply.fault:
        return False
    return bool(after.reply.fault) or not wrong_of([after]) <= wrong_of([before])
