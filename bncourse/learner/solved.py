"""What comes after "correct", and for one who is stuck: what it was good for, other ways, a worked solution.

Nothing of this is there in grading: the checks that count run with no learner at the cell.
"""

import os
import re
from dataclasses import replace

from bncourse import exercises
from bncourse.checking import Quiz
from bncourse.checking.verdict import wrapped
from bncourse.companion.gains import GAINS
from bncourse.companion.reasons import REASONS
from bncourse.companion.worked import solutions
from bncourse.learner import journal, ways
from bncourse.templates import card

TRIES = 2
# The sentence of a card that names a change, of which there may be several in a row.
_CHANGE = re.compile(
    r"One change makes (?P<what>.+?): in line (?P<line>\d+(?: of `\w+`)?), .+?\.(?=$| One change makes )"
)
_LATER = "If your next try is not right either, the card names the change."
OFF = "Worked solutions are switched off in this notebook: your instructor grades it. Hints are there: "


class Solved:
    """The card of a right answer, and what comes after it.

    Parameters
    ----------
    verdict : Verdict
        "correct".
    source : str
        The learner's answer without its docstring, or "".
    """

    def __init__(self, verdict, source):
        self.verdict, self.source = verdict, source

    def text(self):
        """Return the card as plain text."""
        name = self.verdict.exercise
        lines = [self.verdict.text(), wrapped(f"What it is good for: {GAINS[name]}", 2)]
        if len(ways.ways(name)) > 1:
            lines.append(wrapped(f'More: check.solution("{name}") shows the course\'s answer, and another way.', 2))
        return "\n".join(lines)

    def html(self):
        """Return the card as HTML: the verdict, one sentence, and two folds."""
        name = self.verdict.exercise
        other = ways.another(name, self.source) if self.source else ""
        beside = ()
        if self.source and not isinstance(exercises.find(name), Quiz):
            beside = self.source, ways.plain(solutions()[name])
        filled = self.verdict.in_a_card()
        return card("bncourse.learner", "solved", gain=GAINS[name], other=other, beside=beside, **filled)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text(), "text/html": self.html()}


class Worked:
    """The card of a worked solution: the code, its reasons, and another way where there is one."""

    def __init__(self, name, after):
        self.name, self.after = name, after
        exercise = exercises.find(name)
        self.quiz = isinstance(exercise, Quiz)
        self.code = solutions()[name] if not self.quiz else ""
        self.reasons = (
            [f"{q.key}: {q.right!r}. {q.because}".strip() for q in exercise.questions]
            if self.quiz
            else list(REASONS.get(name, exercise.hints))
        )
        self.other = ways.another(name, ways.plain(self.code)) if self.code else ""

    def text(self):
        """Return the card as plain text."""
        lines = [f"Worked solution - Exercise: {self.name}"]
        lines += [self.code] if self.code else []
        lines += ["  Why so:"] * bool(self.reasons) + [wrapped(reason, 4) for reason in self.reasons]
        lines += ["  Another way to write it:", self.other] if self.other else []
        return "\n".join([*lines, wrapped(self.after, 2)])

    def html(self):
        """Return the card as HTML."""
        return card("bncourse.learner", "worked", worked=self)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text(), "text/html": self.html()}


def solution(exercise, offered=True):
    """Return the worked solution of an exercise to one who is stuck, or who has solved it.

    Parameters
    ----------
    exercise : Exercise or Quiz
    offered : bool, default True
        Whether the notebook offers worked solutions.

    Returns
    -------
    Worked or str
        A sentence where it is not shown, and what to do first.
    """
    name = exercise.name
    if os.environ.get("NBGRADER_EXECUTION"):
        return ""
    if not offered:
        return f'{OFF}check.hint("{name}").'
    if "correct" in _outcomes(name):
        return Worked(name, "You have solved it, so this is to compare.")
    hints, tries = _before_it(exercise)
    if hints or tries:
        todo = [f'{hints} more hint{"s" * (hints > 1)}, check.hint("{name}")'] * bool(hints)
        todo += [f"{tries} more {'tries' if tries > 1 else 'try'} of your own, with its check"] * bool(tries)
        return f"The worked solution of {name} comes after the hints and two tries. Before it: {'; and '.join(todo)}."
    journal.record("solution", exercise=name)
    return Worked(
        name,
        "Your journal notes that you have seen it; your points stay. Close it, write the answer anew from memory, and "
        "run the check.",
    )


def with_a_way_out(verdict, exercise, offered=True):
    """Name the worked solution in the card of one who is stuck: all hints shown, and two tries not right.

    Parameters
    ----------
    verdict : Verdict
    exercise : Exercise or Quiz
    offered : bool, default True

    Returns
    -------
    Verdict
    """
    stuck = verdict.outcome in ("not yet", "stopped") and offered and not os.environ.get("NBGRADER_EXECUTION")
    if not stuck or any(_before_it(exercise)):
        return verdict
    way = f'Stuck? check.solution("{exercise.name}") shows a worked solution with its reasons.'
    return replace(verdict, todo=(*verdict.todo, way))


def with_the_place_first(verdict, exercise):
    """Say at the first try that fails in which line one change helps; which change it is comes with the second one.

    Who has asked for a hint reads it at once. In grading nothing is held back.

    Parameters
    ----------
    verdict : Verdict
        Noted in the journal already.
    exercise : Exercise or Quiz

    Returns
    -------
    Verdict
    """
    if os.environ.get("NBGRADER_EXECUTION") or len(_failed(exercise.name)) > 1 or _hints_seen(exercise.name):
        return verdict
    reasons = tuple(replace(reason, says=_CHANGE.sub(_place, reason.says)) for reason in verdict.reasons)
    if reasons == verdict.reasons:
        return verdict
    told = [found["line"] for reason in verdict.reasons for found in _CHANGE.finditer(reason.says)]
    look = f"Look at {' and at '.join(f'line {line}' for line in dict.fromkeys(told))}. {_LATER}"
    return replace(verdict, reasons=reasons, todo=(look, *verdict.todo))


def _place(told):
    return f"One change in line {told['line']} makes {told['what']}."


def _failed(name):
    return [outcome for outcome in _outcomes(name) if outcome in ("not yet", "stopped")]


def _hints_seen(name):
    return {event.get("number") for event in journal.events("hint") if event.get("exercise") == name}


def _outcomes(name):
    return [event.get("outcome") for event in journal.events("check") if event.get("exercise") == name]


def _before_it(exercise):
    """Return how many hints and tries are missing before the worked solution is shown."""
    shown, failed = _hints_seen(exercise.name), _failed(exercise.name)
    return max(len(exercise.hints) - len(shown), 0), max(TRIES - len(failed), 0)
