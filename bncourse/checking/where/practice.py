"""The practice cases of an exercise, and what right answers pass through on them: values for the place of others.

What right answers pass through is worked out once, then kept.
"""

import ast
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from bncourse.checking.trial import truth_of
from bncourse.checking.where.places import called_name
from bncourse.checking.where.steps import is_real, is_same, is_telling, steps_of

_COPIES = ("array", "asarray", "ascontiguousarray", "astype", "copy", "list")
PRACTICE = 0  # the seed of the cases in the notebook


class Kept:
    """An exercise as a key that a cache can hold: its name says which it is."""

    def __init__(self, exercise):
        self.exercise = exercise

    def __eq__(self, other):
        return self.exercise is other.exercise

    def __hash__(self):
        return hash(self.exercise.name)


@lru_cache(8)
def practice(kept):
    """Return the practice cases, each with what is right for it."""
    return [(case, truth_of(kept.exercise, case)) for case in kept.exercise.draw(PRACTICE)]


@lru_cache(128)
def all_steps(kept, number):
    """Return the real numbers that right answers pass through on a practice case."""
    return steps_of(kept.exercise, practice(kept)[number][0], is_real)


@lru_cache(128)
def telling_steps(kept, number):
    """Return those of `all_steps` that tell something."""
    return [step for step in all_steps(kept, number) if is_telling(step.value)]


@dataclass(frozen=True)
class Try:
    """A step of right answers in the place of an expression."""

    number: int  # of the expression
    step: object
    count: int  # how often it is evaluated
    last: bool  # whether the pieces of the step lie along its last axis
    whole: bool = False  # whether the step has another size than the value in whose place it is put
    doubtful: bool = False  # whether the value is one of right answers: it may make up for a mistake elsewhere


def statements(source):
    """Return the statements of a function under its docstring, those inside of others too."""
    [function] = ast.parse(source).body
    inside = [node for node in ast.walk(function) if isinstance(node, ast.stmt) and node is not function]
    return [n for n in inside if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]


def right_words(one, is_repeated, kind=""):
    """Name the value that is put in; of one that is computed more than once, a piece is put in each time."""
    if one.doubtful:
        right = "another value, one that right answers have on their way"
    else:
        right = one.step.name or "the value that a right answer has there"
    right = f"the right {kind}{right}" if right.startswith("`") else right
    return f"{right}, a piece of it each time," if is_repeated else right + "," * one.doubtful


def inside_of(parent, text):
    """Say what an expression that is short stands in."""
    whole = ast.unparse(parent) if isinstance(parent, ast.expr) and not isinstance(parent, ast.Tuple) else ""
    return f" (in `{whole}`)" if whole and len(text) < 12 and len(whole) < 60 else ""


def is_a_copy(number, places):
    """Return whether an expression only makes an array anew, or is what such a call is given."""
    calls = [each for each in places[number][2::2] if isinstance(each, ast.Call)]
    return any(called_name(each) in _COPIES for each in calls)


def now_with(one, step, row):
    """Give a try with the step of another case, in which the value may have another size; None if it cannot be."""
    _, count, shape, _ = row
    whole = one.whole or np.size(step.value) != count * int(np.prod(shape))
    if whole and count > 1 and np.shape(step.value)[-1 if one.last else 0 :][:1] != (count,):
        return None
    return replace(one, step=step, count=count, whole=whole)


def name_of(exercise, value, expected):
    """Return the name of the result that a value is, where several are returned, or ""."""
    if isinstance(expected, dict):
        pairs = expected.items()
    else:
        pairs = zip(exercise.returns, expected if isinstance(expected, tuple) else (), strict=False)
    return next((f"`{name}`" for name, each in pairs if is_same(each, value)), "")


def as_put(one, yours):
    """Return the value of a try as it is put in the place of another, and whether it takes the shape of that for it."""
    wanted = np.asarray(one.step.value, float)
    is_reshaped = one.count == 1 and not one.whole and np.squeeze(wanted).shape != np.squeeze(yours).shape
    return wanted.reshape(np.shape(yours)) if is_reshaped else wanted, is_reshaped


def put(one):
    """Write a try as `variants.substituted` takes it."""
    value = np.asarray(one.step.value, float)
    value = np.moveaxis(value, -1, 0).copy() if one.last else value
    return [one.number, value[None] if one.whole and one.count == 1 else value, one.whole]
