"""Whether a verdict hangs on the seed: what is correct in practice must be correct when it is graded."""

import warnings
from dataclasses import dataclass

import numpy as np

from bncourse.checking import DirectAnswer
from bncourse.checking.trial import attempt


@dataclass(frozen=True)
class Hanging:
    """An answer whose verdict is not the same for all seeds.

    Parameters
    ----------
    name : str
        The wrong idea, or the right answer.
    seeds : tuple of int
        The seeds that gave the verdict it should not have.
    """

    name: str
    seeds: tuple


def hanging(exercise, seeds):
    """Find the answers of an exercise whose verdict hangs on the seed.

    Parameters
    ----------
    exercise : Exercise
    seeds : iterable of int

    Returns
    -------
    list of Hanging
        Wrong ideas that some seed accepts, and right answers that some seed rejects.
    """
    seeds = tuple(seeds)
    found = []
    for idea in exercise.wrong_ideas:
        function = exercise.whole(idea)
        found.append(Hanging(idea.name, tuple(seed for seed in seeds if accepted(exercise, function, seed))))
    for answer in (exercise.reference, *exercise.right_answers):
        found.append(Hanging(answer.__name__, tuple(seed for seed in seeds if not accepted(exercise, answer, seed))))
    return [one for one in found if one.seeds]


def accepted(exercise, function, seed):
    """Say whether an answer passes every case that a seed draws; it stops at the first that it does not pass.

    Parameters
    ----------
    exercise : Exercise
    function : callable
    seed : int

    Returns
    -------
    bool
    """
    answer = DirectAnswer(function, exercise.name)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for case in exercise.draw(seed):
            trial = attempt(exercise, answer, case)
            if trial.kind or trial.reply.timed_out:
                return False
    return True
