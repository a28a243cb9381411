"""What comes after "correct", and for one who is stuck: what it was good for, other ways, a worked solution.

Nothing of this is there in grading: the checks that count run with no learner at the cell.
"""

import os
from dataclasses import replace
from html import escape

from bncourse import exercises
from bncourse.checking import Quiz
from bncourse.checking.verdict import wrapped
from bncourse.companion.gains import GAINS
from bncourse.companion.reasons import REASONS
from bncourse.companion.worked import solutions
from bncourse.learner import journal, ways

TRIES = 2
OFF = "Worked solutions are switched off in this notebook: your instructor grades it. Hints are there: "
# JupyterLab breaks inside words, and nbconvert shows no code font, where a style does not say otherwise.
_PRE = (
    "margin:4px 0;padding:4px 0;background:transparent;white-space:pre-wrap;word-break:normal;overflow-wrap:anywhere;"
    "font-family:monospace;line-height:1.35"
)
_GREEN, _BLUE = "#1a8754", "#5b7fb4"


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
        """Give the card as plain text."""
        name = self.verdict.exercise
        lines = [self.verdict.text(), wrapped(f"What it is good for: {GAINS[name]}", 2)]
        if len(ways.ways(name)) > 1:
            lines.append(wrapped(f'More: check.solution("{name}") shows the course\'s answer, and another way.', 2))
        return "\n".join(lines)

    def html(self):
        """Give the card as HTML: the verdict, one sentence, and two folds."""
        name = self.verdict.exercise
        card = self.verdict.html()
        parts = [f'<div style="margin-top:4px"><strong>What it is good for:</strong> {escape(GAINS[name])}</div>']
        if self.source:
            if other := ways.another(name, self.source):
                parts.append(_fold("Another way to write it", _code(other)))
            if not isinstance(exercises.find(name), Quiz):
                parts.append(_fold("The course's answer beside yours", self._beside(name)))
        return f"{card.removesuffix('</div>')}{''.join(parts)}</div>"

    def _beside(self, name):
        cell = "text-align:left;vertical-align:top;padding:0 20px 0 0;border:none;background:transparent"
        heads = "".join(f'<th scope="col" style="{cell}">{words}</th>' for words in ("yours", "the course's"))
        both = "".join(
            f'<td style="{cell}">{_code(text)}</td>' for text in (self.source, ways.plain(solutions()[name]))
        )
        row = 'style="background:transparent"'
        return f'<table style="margin:2px 0;border:none"><tr {row}>{heads}</tr><tr {row}>{both}</tr></table>'

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
        """Give the card as plain text."""
        lines = [f"Worked solution - Exercise: {self.name}"]
        lines += [self.code] if self.code else []
        lines += ["  Why so:"] * bool(self.reasons) + [wrapped(reason, 4) for reason in self.reasons]
        lines += ["  Another way to write it:", self.other] if self.other else []
        return "\n".join([*lines, wrapped(self.after, 2)])

    def html(self):
        """Give the card as HTML."""
        reasons = "".join(f"<li>{escape(reason)}</li>" for reason in self.reasons)
        parts = [f'<div style="font-weight:bold">Worked solution - Exercise: {escape(self.name)}</div>']
        parts += [_code(self.code)] if self.code else []
        parts += [f'<strong>Why so:</strong><ul style="margin:2px 0">{reasons}</ul>']
        parts += [_fold("Another way to write it", _code(self.other))] if self.other else []
        parts += [f'<div style="margin-top:4px">{escape(self.after)}</div>']
        style = f"border-left:5px solid {_BLUE};padding:6px 12px;margin:4px 0;line-height:1.45"
        return f'<div style="{style}">{"".join(parts)}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text(), "text/html": self.html()}


def solution(exercise, offered=True):
    """Give the worked solution of an exercise to one who is stuck, or who has solved it.

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


def _outcomes(name):
    return [event.get("outcome") for event in journal.events("check") if event.get("exercise") == name]


def _before_it(exercise):
    """Give how many hints and tries are missing before the worked solution is shown."""
    shown = {event.get("number") for event in journal.events("hint") if event.get("exercise") == exercise.name}
    failed = sum(outcome in ("not yet", "stopped") for outcome in _outcomes(exercise.name))
    return max(len(exercise.hints) - len(shown), 0), max(TRIES - failed, 0)


def _fold(summary, body):
    return f'<details style="margin-top:4px"><summary>{escape(summary)}</summary>{body}</details>'


def _code(text):
    return f'<pre style="{_PRE}">{escape(text)}</pre>'
