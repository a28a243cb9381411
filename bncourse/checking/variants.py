"""Run other texts of a learner's function beside it, where it lives: in the notebook, or behind the walls.

Used as a driver (see `bncourse.checking.Exercise`), so it needs no way of its own through a wall. It holds no answers.
"""

import contextlib
import copy
import types
import warnings
from functools import lru_cache

import numpy as np

from bncourse.checking.answer import plain

WHICH = "which_change_is_on"
SEEN = "value_seen"  # the global name of the function that notes the value of an expression
GOES_ON = "it_may_go_on"  # the global name of the function that a loop asks at each turn
AGAIN = "evaluated again"  # in place of the value of an expression in a loop
MOST_SEEN = 10_000  # numbers of a value that is noted
MOST_TURNS = 500  # of all `while` loops in one call
TURNS_ALONE = 20_000  # the same where one change is tried alone, or a value is noted
_SILENT = {"print": lambda *values, **options: None}  # what is printed takes longer to write out than to calculate
UNWRITTEN = -6.0221e23  # no answer calculates it; it is finite, because no division by zero is to blame for it


class _TooLong(BaseException):
    """A loop turns too often; a bare ``except Exception`` in an answer does not catch it."""


@lru_cache(64)
def _compiled(source):
    return compile(source, "<another form of the answer>", "exec")


def forget(shape):
    """Write `UNWRITTEN` where an array of a shape takes its memory from: NumPy keeps seven blocks of a size."""
    blocks = [np.full(shape, UNWRITTEN) for _ in range(8)]
    del blocks


def turns(most=MOST_TURNS):
    """Return what a loop asks at each turn, for one call: it may turn so many times."""
    done = 0

    def goes_on():
        nonlocal done
        done += 1
        if done > most:
            raise _TooLong
        return True

    return goes_on


def outcomes(function, source, count, arguments, options):
    """Call a text of the function that holds several changes, once with each of them, on copies of the same arguments.

    Parameters
    ----------
    function : function
        The learner's own; the text sees the same global names, and none of the learner's names changes.
    source : str
        A text of a function with the same name, in which the global name `WHICH` turns one change on.
    count : int
        How many changes it holds.
    arguments : list
    options : dict

    Returns
    -------
    list
        For each change what came back and the arguments after the call, as ``[value, arguments, options]``; None
        where it stopped with an error.

    Raises
    ------
    TypeError
        If the function is none of Python's own, or uses names of a function around it.
    """
    _alone(function)
    names = _SILENT | function.__globals__
    exec(_compiled(source), names)
    variant = names[function.__name__]
    found, may_be_unwritten = [], "empty" in source
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for number in range(1, count + 1):
            names[WHICH], names[GOES_ON] = number, turns(MOST_TURNS if count > 1 else TURNS_ALONE)
            given, named = _copied(list(arguments)), _copied(dict(options))
            if may_be_unwritten and found and found[-1]:
                forget(np.shape(found[-1][0]) if isinstance(found[-1][0], np.ndarray) else ())
            try:
                found.append([plain(variant(*given, **named)), given, named])
            except (Exception, _TooLong):  # a text that stops is no right one
                found.append(None)
    return found


outcomes.gives_plain_values = True  # of hundreds of changes; they need not be copied once more


def _copied(value):
    """Copy arguments and what they hold: arrays sooner than `copy.deepcopy` does."""
    if type(value) is list:
        return [_copied(each) for each in value]
    if type(value) is dict:
        return {key: _copied(each) for key, each in value.items()}
    if type(value) in (float, int, str, bool):
        return value
    if type(value) is np.ndarray and not value.dtype.hasobject:
        return value.copy(order="K")
    return copy.deepcopy(value)


def read_only(function, arguments, options, kept, parameters):
    """Call a function with arrays that cannot be written to; the line that tries to raises a ValueError.

    Parameters
    ----------
    function : function
    arguments : list
    options : dict
    kept : list of str
        The parameters whose arrays must stay as they are.
    parameters : list of str
        The names of the arguments, in order.

    Returns
    -------
    None
    """
    for name, value in (*zip(parameters, arguments, strict=False), *options.items()):
        if name in kept and isinstance(value, np.ndarray):
            value.flags.writeable = False
    function(*arguments, **options)


def _alone(function):
    if not isinstance(function, types.FunctionType) or function.__closure__:
        raise TypeError("only a function that stands alone can be run in another form")


def observed(function, source, arguments, options):
    """Call a text of the function that notes its values on the way.

    Parameters
    ----------
    function : function
        The learner's own; none of its names changes.
    source : str
        A text of a function with the same name, in which ``value_seen(number, value)`` stands around expressions.
    arguments : list
    options : dict

    Returns
    -------
    list
        ``[number, value]`` in the order in which they were evaluated, with `AGAIN` as the value of each expression that
        was evaluated more than once. An error ends the list.
    """
    _alone(function)
    values, again = {}, set()

    def note(number, value):
        if number in values:
            again.add(number)
        else:
            values[number] = plain(value) if np.size(value) <= MOST_SEEN else None
        return value

    names = _SILENT | function.__globals__ | {SEEN: note, GOES_ON: turns(TURNS_ALONE)}
    exec(_compiled(source), names)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception, _TooLong):
            names[function.__name__](*copy.deepcopy(list(arguments)), **copy.deepcopy(dict(options)))
    return [[number, AGAIN if number in again else value] for number, value in values.items()]


def shapes(function, source, arguments, options):
    """Call a text as `observed` takes it, and say how often each expression was evaluated, and to which shape.

    Parameters
    ----------
    function : function
    source : str
    arguments : list
    options : dict

    Returns
    -------
    list
        ``[number, count, shape, values]``, in the order in which they were evaluated, of real numbers and arrays of
        them: all values of one expression behind each other. Of what is none of these the count is 0, as where the
        shape changes: it was evaluated, and no more is known.
    """
    _alone(function)
    found, odd = {}, set()

    def note(number, value):
        real = isinstance(value, float | np.ndarray | np.floating) and np.asarray(value).dtype.kind == "f"
        kept = found.setdefault(number, [])
        if not real or (kept and np.shape(kept[0]) != np.shape(value)) or (len(kept) + 1) * np.size(value) > MOST_SEEN:
            odd.add(number)
        elif number not in odd:
            kept.append(np.array(value))
        return value

    names = _SILENT | function.__globals__ | {SEEN: note, GOES_ON: turns(TURNS_ALONE)}
    exec(_compiled(source), names)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with contextlib.suppress(Exception, _TooLong):
            names[function.__name__](*copy.deepcopy(list(arguments)), **copy.deepcopy(dict(options)))
    none = [0, [], np.empty(0)]
    rows = {n: none if n in odd else [len(kept), list(np.shape(kept[0])), np.array(kept)] for n, kept in found.items()}
    return [[n, *row] for n, row in rows.items()]


def substituted(function, source, tries, arguments, options):
    """Call a text as `observed` takes it once for each try, in which other values stand in the place of expressions.

    Parameters
    ----------
    function : function
    source : str
    tries : list
        Of each try the numbers of the expressions and the values for each, ``[[number, values, whole], ...]``: as
        many as it has altogether, one after the other where it is evaluated more than once. Where `whole` is true,
        what stands there each time is the next piece along the first axis, in its own shape.
    arguments : list
    options : dict

    Returns
    -------
    list
        As `outcomes` gives it; None also where the values were too many or too few.
    """
    _alone(function)
    names = _SILENT | function.__globals__
    exec(_compiled(source), names)
    variant, found = names[function.__name__], []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for places in tries:
            rows = {number: [np.array(values).ravel(), 0] for number, values, _ in places}  # to be written over
            pieces = {number: iter(values) for number, values, whole in places if whole}

            def note(number, value, rows=rows, pieces=pieces):
                if number not in rows:
                    return value
                row, used = rows[number]
                if number in pieces:
                    piece = np.array(next(pieces[number]))  # raises where there are too few
                    rows[number][1] = used + piece.size
                    return piece[()]
                rows[number][1] = used + np.size(value)
                new = row[used : used + np.size(value)].reshape(np.shape(value))  # raises where there are too few
                return new if isinstance(value, np.ndarray) else new[()]

            names[SEEN], names[GOES_ON] = note, turns()
            given, named = _copied(list(arguments)), _copied(dict(options))
            try:
                value = plain(variant(*given, **named))
            except (Exception, _TooLong):
                found.append(None)
                continue
            found.append([value, given, named] if all(used == row.size for row, used in rows.values()) else None)
    return found
