"""The one change that makes an answer right, found by trying: said only where every case has shown it.

Where no known wrong idea agrees with an answer, its text is tried with single small changes (`changes`), each run on
the case that fails, where the learner's function lives (`variants`). A change is told only if with it the answer is
right on every case of the check: then it is true, whatever the learner meant. Nothing is said where that is not shown.
"""

import ast
import itertools
import time
from dataclasses import replace

import numpy as np

from bncourse.checking import compare
from bncourse.checking.rewriting.changes import Changes
from bncourse.checking.rewriting.nearest import nearer
from bncourse.checking.where.elsewhere import holds_elsewhere, result_holds_elsewhere
from bncourse.checking.where.found import told
from bncourse.checking.where.known import is_known, is_row, suspected
from bncourse.checking.where.questions import never_taken
from bncourse.checking.where.several import Several, is_right
from bncourse.checking.where.steps import distinct, steps_of

DRIVER = "bncourse.checking.variants:outcomes"
HELPERS = "bncourse.checking.source:helpers"
SHAPES = "bncourse.checking.variants:shapes"
MOST, FEWEST = 1_500, 300  # how many changes are tried: a number, so that a verdict hangs on no clock
WORK = 30_000  # values that are computed in all of them: loops take longer, so fewer changes are tried there
SECONDS = 10.0  # never reached but on a machine that is very busy
SLOWEST = 0.05  # seconds of the fastest call; a slower answer is left alone
_BATCH, _COUNTS = 100, 5
_MOST_NEARER = 5  # changes that are looked at in all cases after one has been found
# what could leave a trace, or come out differently at each call
_UNSAFE = {"open", "input", "exec", "eval", "compile", "__import__", "globals", "setattr", "delattr", "random"}
_ENDLESS = {"lstsq", "pinv", "svd"}  # of numpy.linalg: with an infinity they wait for ever, and no limit stops them


def one_change(exercise, answer, trials, seconds=SECONDS):
    """Look for a single change that makes an answer right on every case.

    Parameters
    ----------
    exercise : Exercise
    answer : Answer
    trials : list of Trial
        All cases of the check, at least one of which fails.
    seconds : float
        How long to look.

    Returns
    -------
    Found or None
    """
    if exercise.driver or not may_be_run_again(answer, trials) or not tells(trials):
        return None
    until = time.monotonic() + seconds
    helpers = helpers_of(answer, classes=True)
    if helpers is None:
        return None
    failing = [trial for trial in trials if trial.kind]
    # of one number, and of zeros, many a change is right
    first = min(failing, key=lambda trial: (size_of(trial) < 8, _says_little(trial), size_of(trial)))
    changes = Changes(answer.source, helpers)
    possible, most = _first_of(exercise, answer, changes, first)
    candidates = iter(possible[:most])
    several, of_part = Several(exercise, first), None

    def holds(change):
        everywhere = _holds(exercise, answer, changes.source([change]), trials, failing, until) == ""
        elsewhere = everywhere and holds_elsewhere(exercise, _run(answer, changes, change, until))
        return elsewhere and not never_taken(answer, changes, change, trials)

    while batch := list(itertools.islice(candidates, _BATCH)):
        results = outcomes(answer, changes.source(batch), len(batch), first, until)
        if results is None:
            return of_part
        for change, result in zip(batch, results, strict=True):
            if is_right(exercise, first, result):
                scope = _holds(exercise, answer, changes.source([change]), trials, failing, until)
                if scope is None or (scope and of_part):  # of one part alone, another change may be the better
                    continue
                if holds_elsewhere(exercise, _run(answer, changes, change, until), scope):
                    if never_taken(answer, changes, change, trials):
                        continue
                    if not scope:
                        right = [
                            c
                            for c, r in zip(batch, results, strict=True)
                            if is_right(exercise, first, r) and not c.moves
                        ]
                        close = nearer(change, possible, right)
                        again = outcomes(answer, changes.source(close), len(close), first, until) or []
                        mend = [c for c, r in zip(close, again, strict=False) if is_right(exercise, first, r)]
                        change = next(filter(holds, mend[:_MOST_NEARER]), change)
                    found = told(answer, [answer.source, *helpers], [change], [_cases(scope)], not scope)
                    if found.whole:
                        return found
                    of_part = found
            elif several:
                several.note(change, result)
    if of_part:
        return of_part
    right, alone = several.that_hold(lambda change, trial: _run(answer, changes, change, until)(trial), trials)
    right = {
        name: change
        for name, change in right.items()
        if result_holds_elsewhere(exercise, _run(answer, changes, change, until), exercise.returns.index(name))
    }
    if not right:
        return None
    where = [f"{name} right in every case of this check" for name in right]
    found = told(answer, [answer.source, *helpers], list(right.values()), where, False)
    is_shown = alone and not several.leaves_an_earlier_one(right)
    if is_shown and not several.are_all_in(right):  # what is not right yet may come from what is wrong before
        doubted = _first_unknown(exercise, answer, changes, first)
        is_shown = doubted is None or all((each.function, each.line) <= doubted for each in right.values())
    return found if is_shown else replace(found, line=0, text="")


def is_name_or_number(change):
    """Return whether a change puts another name or another number in the place of one."""
    kinds = ast.Name | ast.Constant
    is_word = isinstance(getattr(change.node, "value", None), bool | str)
    return isinstance(change.node, kinds) and isinstance(change.replacement, kinds) and not is_word


def _first_of(exercise, answer, changes, trial):
    """Return the changes, those first in which the mistake is likely, and how many of them may be tried."""
    rows, places, inputs = _observed(answer, changes, trial)
    computed = max(sum(row[1] for row in rows), 1)
    most = max(min(FEWEST, 10 * WORK // computed), min(MOST, WORK // computed))
    found = list(changes)
    if len(found) > most:
        # elsewhere another name or number is tried last: it is the most frequent change and the least likely one
        likely = suspected(rows, places, changes.functions, inputs, _steps(exercise, trial))
        found.sort(key=lambda change: 0 if id(change.node) in likely or change.early else 1 + is_name_or_number(change))
    return found, most


def _observed(answer, changes, trial):
    """Return what the expressions of an answer give on a case, what these are, and the arrays that were passed."""
    arguments, options = trial.case.copy()
    inputs = [value for value in (*arguments, *options.values()) if isinstance(value, np.ndarray)]
    source, places = changes.observing()
    reply = answer.call((source, list(arguments), options), {}, seconds=1.0, driver=SHAPES)
    rows = [row for row in reply.value if is_row(row, len(places))] if isinstance(reply.value, list) else []
    return rows, places, inputs


def _steps(exercise, trial):
    return distinct([(step.name, step.value) for step in steps_of(exercise, trial.case)])


def _first_unknown(exercise, answer, changes, trial):
    """Return the function and the line of the first value that no right answer has, or None."""
    (rows, places, inputs), steps = _observed(answer, changes, trial), _steps(exercise, trial)
    unknown = (places[row[0]] for row in rows if not is_known(row, inputs, steps))
    return next(((function, line) for line, _, _, function, _ in unknown), None)


def helpers_of(answer, classes=False):
    """Return the texts of the functions that an answer calls, and of the classes where they are asked for.

    None where one may not be run again without harm.
    """
    if not any(isinstance(n, ast.Call) and isinstance(n.func, ast.Name) for n in ast.walk(ast.parse(answer.source))):
        return []
    reply = answer.call((classes,), {}, seconds=1.0, driver=HELPERS)
    if reply.fault or not isinstance(reply.value, list):
        return []
    texts = [text for text in reply.value if isinstance(text, str)]
    return texts if all(map(is_harmless, texts)) else None


def may_be_run_again(answer, trials, may_draw=False):
    """Return whether an answer can be run in another form without harm: it ends, leaves no trace, and draws nothing.

    Parameters
    ----------
    answer : Answer
    trials : list of Trial
    may_draw : bool
        Whether it may draw with NumPy all the same, because what it draws from is put back.

    Returns
    -------
    bool
    """
    if answer.kind != "function" or not answer.source:
        return False
    if any(trial.reply.timed_out for trial in trials) or min(trial.reply.seconds for trial in trials) > SLOWEST:
        return False
    return is_harmless(answer.source, may_draw)


def is_harmless(source, may_draw=False):
    """Return whether a text leaves no trace when it is run again, and draws nothing."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    own = {id(node.func) for node in ast.walk(tree) if _sets_its_own(node)}
    for node in ast.walk(tree):
        if id(node) in own:
            continue
        if isinstance(node, ast.Global | ast.Nonlocal | ast.AsyncFunctionDef | ast.Yield | ast.YieldFrom):
            return False
        draws = may_draw and getattr(node, "attr", None) == "random"
        if not draws and {getattr(node, "id", None), getattr(node, "attr", None)} & (_UNSAFE | _ENDLESS):
            return False
    return True


def _sets_its_own(node):
    """Return whether a node is ``setattr(self, ...)``, which leaves no trace but in an object that is made anew."""
    is_call = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr"
    return is_call and bool(node.args) and getattr(node.args[0], "id", "") == "self"


def tells(trials):
    """Return whether the right results are so varied that a change does not hit them by chance.

    They are real numbers, or many different counts.
    """
    telling = 0
    for trial in trials:
        values = [np.asarray(piece) for piece in compare.pieces(trial.expected)]
        numbers = [value for value in values if value.dtype.kind == "f"]
        telling += any(np.any(value != np.round(value)) for value in numbers)
    counts = {t.expected for t in trials if isinstance(t.expected, int | np.integer)}
    return (telling >= 2 or len(counts) >= _COUNTS) and any(trial.kind for trial in trials)


def _says_little(trial):
    """Count the results that are whole numbers, as in a batch of one, and the inputs that hold one example alone."""
    whole = sum(bool(np.all(piece == np.round(piece))) for piece in map(_numbers, compare.pieces(trial.expected)))
    return whole + sum(np.ndim(value) > 1 and len(value) == 1 for value in trial.case.arguments)


def _numbers(value):
    value = np.asarray(value)
    return value if value.dtype.kind == "f" else np.empty(0)


def size_of(trial):
    return sum(np.size(value) for value in trial.case.arguments)


def outcomes(answer, source, count, trial, until):
    """Return what comes back on a case with each of the changes that a text holds, or None; see `variants.outcomes`."""
    left = until - time.monotonic()
    if left <= 0:
        return None
    arguments, options = trial.case.copy()
    reply = answer.call((source, count, list(arguments), options), {}, seconds=left, driver=DRIVER)
    if reply.fault or reply.timed_out or not isinstance(reply.value, list) or len(reply.value) != count:
        return None
    return reply.value


def _run(answer, changes, change, until):
    """Return a function that gives what comes back on a case with a change, as `outcomes` does."""
    source = changes.source([change])
    return lambda trial: outcomes(answer, source, 1, trial, until)


def _holds(exercise, answer, source, trials, failing, until):
    """Return where the change makes all right: "" for everywhere, or the name of one part; None if nowhere."""
    right = {}
    for trial in trials:
        results = outcomes(answer, source, 1, trial, until)
        if results is None:
            return None
        right.setdefault(trial.case.part, []).append(is_right(exercise, trial, results[0]))
        if not trial.case.part and not right[""][-1]:
            return None
    if all(map(all, right.values())):
        return ""
    were_right = {trial.case.part for trial in trials} - {trial.case.part for trial in failing}
    mended = [part for part, results in right.items() if all(results) and part not in were_right]
    kept = all(all(right[part]) for part in were_right)
    return mended[0] if kept and len(mended) == 1 and mended[0] else None


def _cases(scope):
    return f"every case of {scope!r} come out right" if scope else "every case of this check come out right"
