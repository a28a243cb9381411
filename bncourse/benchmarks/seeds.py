"""Whether a verdict hangs on the seed: what is correct in practice must be correct when it is graded."""

import warnings
from dataclasses import dataclass

import numpy as np

from bncourse.checking import DirectAnswer
from bncourse.checking.trial import attempt, truth_of


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


class Drawn:
    """The cases of an exercise and what is right for them, each drawn once, because thousands of answers meet them.

    Parameters
    ----------
    exercise : Exercise
    """

    def __init__(self, exercise):
        self.exercise = exercise
        self._kept = {}

    def accepts(self, answer, seed):
        """Return whether an answer passes every case that a seed draws; it stops at the first that it does not pass.

        Parameters
        ----------
        answer : Answer
        seed : int

        Returns
        -------
        bool
        """
        if seed not in self._kept:
            self._kept[seed] = [(case, truth_of(self.exercise, case)) for case in self.exercise.draw(seed)]
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for case, truth in self._kept[seed]:
                trial = attempt(self.exercise, answer, case, truth)
                if trial.kind or trial.reply.timed_out:
                    return False
        return True


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
    seeds, drawn, found = tuple(seeds), Drawn(exercise), []
    for idea in exercise.wrong_ideas:
        answer = DirectAnswer(exercise.whole(idea), exercise.name)
        found.append(Hanging(idea.name, tuple(seed for seed in seeds if drawn.accepts(answer, seed))))
    for right in (exercise.reference, *exercise.right_answers):
        answer = DirectAnswer(right, exercise.name)
        found.append(Hanging(right.__name__, tuple(seed for seed in seeds if not drawn.accepts(answer, seed))))
    return [one for one in found if one.seeds]
