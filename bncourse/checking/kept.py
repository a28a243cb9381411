"""What the course's own answers give through a driver, kept from one check to the next: models take long to build.

The reference and the wrong ideas give the same on the same case. So the second check of a task on the same case, of the
same learner or of a class, builds the answer's models alone.
"""

import hashlib
import pickle
from collections import OrderedDict

MOST = 400  # results; those that were asked for last
_kept = OrderedDict()


def kept(exercise, about, case, compute):
    """Return what `compute` gives, computed once for each case of an exercise with a driver.

    Parameters
    ----------
    exercise : Exercise
    about : tuple
        The functions of the course whose result it is.
    case : Case
    compute : callable
        Called without arguments. What it gives must not be changed.
    """
    digest = _digest(case) if exercise.driver else None
    if digest is None:
        return compute()
    key = (exercise.driver, exercise.reference, about, digest)
    if key not in _kept:
        _kept[key] = compute()
        if len(_kept) > MOST:
            _kept.popitem(last=False)
    _kept.move_to_end(key)
    return _kept[key]


def _digest(case):
    """Return a number for the arguments of a case; None where they are no plain values."""
    try:
        return hashlib.sha256(pickle.dumps((case.arguments, dict(case.options)))).digest()
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
