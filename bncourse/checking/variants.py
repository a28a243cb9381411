"""Run other texts of a learner's function beside it, where it lives: in the notebook, or behind the walls.

Used as a driver (see `bncourse.checking.Exercise`), so it needs no way of its own through a wall. It holds no answers.
"""

import copy
import types
import warnings

import numpy as np

from bncourse.checking.answer import plain

WHICH = "which_change_is_on"


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
    if not isinstance(function, types.FunctionType) or function.__closure__:
        raise TypeError("only a function that stands alone can be run in another form")
    names = dict(function.__globals__)
    exec(compile(source, "<another form of the answer>", "exec"), names)
    variant = names[function.__name__]
    found = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for number in range(1, count + 1):
            names[WHICH] = number
            given, named = copy.deepcopy(list(arguments)), copy.deepcopy(dict(options))
            try:
                found.append([plain(variant(*given, **named)), given, named])
            except Exception:  # a text that stops is no right one
                found.append(None)
    return found
