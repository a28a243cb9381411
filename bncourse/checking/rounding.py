"""How far a right answer may be off when it calculates in float32: found by trying, anew for each case."""

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import plain

DRAWS = 4
FORMS = 12  # of the ways to write a right answer, so many at most
_SMALLEST = float(np.finfo(np.float32).eps)


def rounding(exercise, case, expected, truth):
    """Return the room for each returned value, as a list of floats.

    Two things are tried. The inputs are moved by as much as rounding can move them, to the nearest number of float32
    and a few times by chance; what that does to the right answer shows how sensitive it is. And each way to write a
    right answer that the exercise knows is run on float32 arrays, because two right ways round at other places.

    Parameters
    ----------
    exercise : Exercise
    case : Case
    expected : object
        What is right for the case.
    truth : callable
        ``truth(arguments, options)`` gives what is right for others.
    """
    wanted = compare.pieces(expected)
    floors = [_floor(exercise, piece) for piece in wanted]
    if exercise.calculates_in_single:  # rounding what is rounded already changes nothing
        return floors
    arguments, options = case.copy()
    rounded = [_single(value).astype(np.float64) if _is_double(value) else value for value in arguments]
    moved = [compare.pieces(truth(rounded, options))]
    chance = np.random.default_rng(0)
    for _ in range(DRAWS):
        arguments, options = case.copy()
        near = [
            value * (1 + _SMALLEST * chance.uniform(-0.5, 0.5, value.shape)) if _is_double(value) else value
            for value in arguments
        ]
        moved.append(compare.pieces(truth(near, options)))
    rooms = [16 * _farthest(piece, [each[k] for each in moved]) for k, piece in enumerate(wanted)]
    if not exercise.driver:
        forms = [
            each for form in (exercise.reference, *exercise.right_answers)[:FORMS] if (each := _in_single(form, case))
        ]
        alike = [each for each in forms if len(each) == len(wanted)]
        rooms = [max(room, 4 * _farthest(wanted[k], [each[k] for each in alike])) for k, room in enumerate(rooms)]
    return [room + floor for room, floor in zip(rooms, floors, strict=True)]


def _in_single(form, case):
    """Return what a right answer gives for float32 arrays, in pieces; None where it does not run on them."""
    arguments, options = case.copy()
    try:
        with np.errstate(all="ignore"):
            return compare.pieces(plain(form(*map(_single, arguments), **options)))
    except Exception:  # a way that needs float64, say
        return None


def _farthest(piece, others):
    """Return how far the numbers of a value move at most; 0 for what is no number, and what has another shape."""
    piece = np.asarray(piece)
    if piece.dtype.kind not in "fiu":  # a text or a truth value beside the arrays
        return 0.0
    farthest = 0.0
    for other in map(np.asarray, others):
        if other.dtype.kind in "fiu" and other.shape == piece.shape:
            with np.errstate(all="ignore"):
                moved = np.abs(piece.astype(float) - other.astype(float))
            farthest = max(farthest, float(np.max(moved, initial=0.0, where=np.isfinite(moved))))
    return farthest


def _floor(exercise, value):
    value = np.asarray(value)
    return exercise.single * float(np.max(np.abs(value), initial=0.0)) if value.dtype.kind in "fiu" else 0.0


def _is_double(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def _single(value):
    return value.astype(np.float32) if _is_double(value) else value
