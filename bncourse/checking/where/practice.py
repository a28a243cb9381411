"""The practice cases of an exercise, and what right answers pass through on them: worked out once, then kept."""

from functools import lru_cache

from bncourse.checking.trial import truth_of
from bncourse.checking.where.steps import is_real, is_telling, steps_of

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
