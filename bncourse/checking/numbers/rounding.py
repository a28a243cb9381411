"""How far a right answer may be off when it calculates in float32: found by trying, anew for each case."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import plain

DRAWS = 4
FORMS = 12  # of the ways to write a right answer, so many at most
_EPS = float(np.finfo(np.float32).eps)


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
    if exercise.calculates_in_single or not exercise.rounds:  # rounding what is rounded already changes nothing
        return floors
    chance = np.random.default_rng(0)
    moved = [_moved(case, lambda value: value.astype(np.float32).astype(np.float64), truth)]
    moved += [_moved(case, partial(_near, chance), truth) for _ in range(DRAWS)]
    rooms = [16 * room for room in _farthest(expected, moved)]
    if not exercise.driver:
        forms = [_in_single(form, case) for form in (exercise.reference, *exercise.right_answers)[:FORMS]]
        rooms = [max(room, 4 * other) for room, other in zip(rooms, _farthest(expected, forms), strict=True)]
    return [room + floor for room, floor in zip(rooms, floors, strict=True)]


def _moved(case, move, truth):
    arguments, options = case.copy()
    return truth([move(value) if _is_double(value) else value for value in arguments], options)


def _near(chance, value):
    """Return numbers within the rounding of float32; what it holds exactly stays, and so does a tie."""
    moves = value.astype(np.float32) != value
    return np.where(moves, value * (1 + _EPS * chance.uniform(-0.5, 0.5, value.shape)), value)


def _in_single(form, case):
    """Return what a right answer gives for float32 arrays; None where it does not run on them."""
    arguments, options = case.copy()
    try:
        with np.errstate(all="ignore"):
            return plain(form(*map(_single, arguments), **options))
    except Exception:  # a way that needs float64, say
        return None


def _farthest(expected, others):
    """Return for each piece of a value how far it is from others at most, as a list of floats.

    A piece that is no number of the same shape there is left out, and so is one of whole numbers: they do not round.
    """
    pairs = [pair for other in others for pair in _pairs(expected, other)]
    farthest = [0.0] * len(compare.pieces(expected))
    for place, piece, other in pairs:
        piece, other = np.asarray(piece), np.asarray(other)
        if piece.dtype.kind == other.dtype.kind == "f" and piece.shape == other.shape:
            with np.errstate(all="ignore"):
                off = np.abs(piece.astype(float) - other.astype(float))
            farthest[place] = max(farthest[place], float(np.max(off, initial=0.0, where=np.isfinite(off))))
    return farthest


def _pairs(expected, other):
    """Yield the place of each piece of a value with it and what stands in its place in another one."""
    if isinstance(expected, Mapping):
        keys = enumerate(expected) if isinstance(other, Mapping) else ()
        yield from ((place, expected[key], other[key]) for place, key in keys if key in other)
        return
    wanted, found = compare.pieces(expected), compare.pieces(other)
    if len(wanted) == len(found):
        yield from zip(range(len(wanted)), wanted, found, strict=True)


def _floor(exercise, value):
    value = np.asarray(value)
    return exercise.single * float(np.max(np.abs(value), initial=0.0)) if value.dtype.kind in "fiu" else 0.0


def _is_double(value):
    return isinstance(value, np.ndarray) and value.dtype == np.float64


def _single(value):
    return value.astype(np.float32) if _is_double(value) else value
