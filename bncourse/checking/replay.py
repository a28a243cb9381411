"""Replay wrong ideas on the cases of a check, and say which of them the answer can be.

An idea is named only where the numbers prove it: it gives what the answer gave on every case, and on a case that
failed it is farther from the truth than from the answer. What lies as near to the truth as to an idea is neither.
"""

import re
import warnings
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bncourse.checking import compare
from bncourse.checking.answer import plain
from bncourse.checking.arguments import ArgumentIdea, argument_ideas, speaks_of, with_change
from bncourse.checking.kept import kept
from bncourse.checking.meeting import NEARER, like_of, meeting, tells
from bncourse.checking.numbers.patterns import passed_on
from bncourse.checking.numbers.results import by_result

LONG = 0.05  # seconds


@dataclass(frozen=True)
class IdeaResult:
    """What a wrong idea gives on a case: a value, or the kind of the exception with which it stops."""

    value: object
    arguments: tuple
    fault: str = ""


class Replay:
    """The results of the wrong ideas of an exercise on the trials of one check, each computed once.

    Parameters
    ----------
    exercise : Exercise
    trials : list of Trial
    """

    def __init__(self, exercise, trials):
        self.exercise = exercise
        self.trials = trials
        self._kept = {}
        self._orders = {}
        self._unlike = {}  # for ideas that do not explain a trial: that trial

    @cached_property  # made once, because results are kept by what an idea is
    def _arguments(self):
        return argument_ideas(self.exercise)

    @cached_property
    def _ideas(self):
        return list(self.exercise.in_all_forms())

    def result(self, ideas, trial):
        """Return the `IdeaResult` of one idea, or of two that meet, on the case of a trial."""
        key = (*map(id, ideas), id(trial))
        if key not in self._kept:
            about = tuple((idea.function, getattr(idea, "change", idea.step)) for idea in ideas)
            self._kept[key] = kept(self.exercise, about, trial.case, lambda: self._run(ideas, trial.case))
        return self._kept[key]

    def _function(self, ideas):
        """Return the whole answer with these ideas in it; a change of the arguments comes before all else."""
        changes = [idea.change for idea in ideas if isinstance(idea, ArgumentIdea)]
        others = [idea for idea in ideas if not isinstance(idea, ArgumentIdea)]
        function = self.exercise.whole(*others) if others else self.exercise.reference
        for change in changes:
            function = with_change(function, change, self.exercise.parameters)
        return function

    def _run(self, ideas, case):
        function, (arguments, options) = self._function(ideas), case.copy()
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # a wrong answer may divide by zero: that is its result
            try:
                value = self.exercise.called_with(function, arguments, options)
                value = value if _is_plain(value) else plain(value)
            except Exception as error:  # a wrong idea that stops on a case agrees with no value
                return IdeaResult(None, arguments, type(error).__name__)
        return IdeaResult(value, arguments)

    def explains(self, ideas, trials):
        """Say how far the ideas are from the answer on these trials, in units of `LIKE`; None where they differ.

        Parameters
        ----------
        ideas : tuple of WrongIdea
        trials : list of Trial

        Returns
        -------
        float or None
        """
        farthest, proved = 0.0, False
        key = tuple(map(id, ideas))
        unlike = self._unlike.get(key)
        if unlike is not None and any(trial is unlike for trial in trials):
            return None
        for trial in self._in_order(trials):
            result = self.result(ideas, trial)
            if trial.reply.fault or result.fault:
                if not (trial.reply.fault and _same_kind(trial.reply.fault.kind, result.fault)):
                    self._unlike[key] = trial
                    return None
                proved = True
                continue
            like = like_of(trial)
            off = compare.distance(result.value, trial.reply.value, like, enough=1.0)
            if off > 1 or not self._same_changes(result, trial):
                self._unlike[key] = trial
                return None
            farthest = max(farthest, off)
            proved = proved or self._proves(result, trial, off, like)
        return farthest if proved else None

    def _in_order(self, trials):
        """Give trials so that those come first that tell most ideas apart and take little."""
        key = tuple(map(id, trials))
        if key not in self._orders:
            self._orders[key] = sorted(
                trials, key=self._as_listed if self.exercise.driver else _cheap_and_telling_first
            )
        return self._orders[key]

    @staticmethod
    def _as_listed(trial):
        """Leave the order of the exercise, cheap cases first; what stopped may have stopped before what takes long."""
        return bool(trial.reply.fault)

    def _proves(self, result, trial, off, like):
        if not trial.kind:
            return False
        if trial.kind == "changed":
            return bool(self.changed(trial.case, result.arguments))
        from_truth = compare.distance(trial.expected, result.value, like)
        return from_truth > 1 and compare.distance(trial.expected, trial.reply.value, like) >= NEARER * off

    def _same_changes(self, result, trial):
        """Return whether an idea that writes into its inputs writes there what the answer wrote."""
        changed = self.changed(trial.case, result.arguments)
        if trial.kind == "changed":
            return bool(changed) and all(map(_equal, result.arguments, trial.reply.arguments))
        return all(not _equal(trial.case.arguments[i], trial.reply.arguments[i]) for i in changed)

    def changed(self, case, arguments):
        """Return the places of the arguments that were changed and may not be."""
        names = self.exercise.parameters
        return [
            i
            for i, (before, after) in enumerate(zip(case.arguments, arguments, strict=True))
            if i < len(names) and names[i] not in self.exercise.may_change and not _equal(before, after)
        ]

    def candidates(self, trials):
        """Return the ideas that the answer can be: one, or two that meet, or one for each wrong result.

        Returns
        -------
        list of WrongIdea
        """
        watched = "seen" in self.exercise.observes  # such a driver has seen all there is to see
        if watched or self._is_nearly_right(trials):
            return self._observed(trials) if watched else []
        found = self._nearest(((idea,) for idea in self._ideas), trials)
        if not found and any(trial.kind not in ("", "changed") for trial in trials):
            exchanges = ((idea,) for idea in self._about(trials) if idea.exchanges and tells(trials))
            found = self._nearest(exchanges, trials)  # one mistake, where two of the bank may give the same
            may_meet = meeting(self, self._in_order(trials)[0])
            pairs = (ideas for ideas in self.exercise.suspects() if len(ideas) == 2 and may_meet(*ideas))
            found = found or (self._nearest(pairs, trials) if tells(trials) else ())
            found = found or self._observed(trials) or by_result(self, trials) or self._about_arguments(trials)
        return list(found)

    def _about_arguments(self, trials):
        """Return an idea about the arguments, alone or together with one from the bank."""
        if not tells(trials) or all(passed_on(self.exercise, trial) for trial in trials):
            return ()
        about = self._about(trials)
        if left_out := self._left_out(trials):
            return left_out
        found = self._nearest(((idea,) for idea in about), trials)
        frequent = [other for other in about if other.frequent]
        may_meet = meeting(self, self._in_order(trials)[0])
        both = ((idea, o) for o in frequent for idea in self.exercise.wrong_ideas if not speaks_of(idea, o.concerns))
        both = (ideas for ideas in both if may_meet(*ideas))
        return found or self._nearest(both, trials)

    def _about(self, trials):
        """Return the ideas about arguments; one about both values of an option needs cases of both that fail."""
        calls = [self.exercise.call_of(trial.case) for trial in trials if trial.kind]
        return [
            idea
            for idea in self._arguments
            if not idea.option or len({idea.change(dict(call))[idea.option] for call in calls}) == 2
        ]

    def _left_out(self, trials):
        """Give an argument that has no effect wherever the truth gives numbers without it, whatever comes elsewhere."""
        for idea in self._arguments:
            if not idea.leaves_out:
                continue
            finite = [t for t in trials if _is_finite(self.result((idea,), t))]
            if 2 < len(finite) < len(trials) and self.explains((idea,), finite) is not None:
                name = idea.leaves_out
                says = (
                    f"Wherever {name}=0 gives numbers, your result is what {name}=0 gives: `{name}` is left out there."
                )
                return (replace(idea, says=says, also=says),)
        return ()

    def _is_nearly_right(self, trials):
        """Return whether an answer is nowhere far enough from the truth that an idea could be proved."""
        failed = [trial for trial in trials if trial.kind]
        if not all(trial.kind in ("values", "property") for trial in failed):
            return False
        # an idea that is 1 away from the truth is then at least 0.1 away from the answer, which is not NEARER
        return all(compare.distance(t.expected, t.reply.value, like_of(t)) < 0.9 for t in failed)

    def _observed(self, trials):
        """Return the ideas that the answer was seen to follow on every case, whatever came out."""
        keys = self.exercise.observes
        if not keys or not all(isinstance(trial.reply.value, dict) for trial in trials):
            return []
        said = [" ".join(str(trial.reply.value.get(key, "")) for key in keys) for trial in trials]
        ideas = [idea for idea in self.exercise.wrong_ideas if idea.seen]
        return [idea for idea in ideas if all(re.search(idea.seen, text) for text in said)][:1]

    def _nearest(self, suspects, trials):
        """Return the suspects that are nearest to the answer; of equally near ones, the first in the bank."""
        off = {}
        for ideas in suspects:
            distance = self.explains(ideas, trials) if self._was_seen(ideas, trials) else None
            if distance is not None:
                off[ideas_key(ideas)] = (distance, ideas)
        if not off:
            return ()
        # what differs by rounding alone is equally near
        limit = 1e-3 + NEARER * min(distance for distance, _ in off.values())
        return next(ideas for distance, ideas in off.values() if distance <= limit)

    def _was_seen(self, ideas, trials):
        """Return whether a driver saw what the ideas do, where it tells what it sees and some ideas need it."""
        needed = [idea.seen for idea in ideas if self.exercise.shows and getattr(idea, "seen", "")]
        said = [" ".join(map(str, trial.shown.values())) for trial in trials]
        return all(re.search(pattern, text) for pattern in needed for text in said)


def _cheap_and_telling_first(trial):
    return trial.reply.seconds > LONG, not trial.kind


def _is_finite(result):
    return not result.fault and all(np.isfinite(p).all() for p in compare.pieces(result.value) if _is_plain(p))


def _is_plain(value):
    """Return whether a value is one that a comparison can take as it is, which spares a copy."""
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return type(value) in (float, bool, str) or (type(value) is np.ndarray and not value.dtype.hasobject)


def ideas_key(ideas):
    """Return what a suspect is told apart by."""
    return tuple((idea.step, idea.name) for idea in ideas)


def _same_kind(one, other):
    """Return whether two exceptions are of a kind; NumPy's AxisError is both a ValueError and an IndexError."""
    return one == other or ("AxisError" in (one, other) and {one, other} <= {"AxisError", "ValueError", "IndexError"})


def _equal(a, b):
    is_real = isinstance(a, np.ndarray) and a.dtype.kind == "f"
    return not isinstance(a, np.ndarray) or (isinstance(b, np.ndarray) and np.array_equal(a, b, equal_nan=is_real))
