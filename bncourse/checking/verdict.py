"""What the learner reads: one verdict, as a card in HTML and as its plain-text twin.

Both say the same. The card uses inline style only, the text colour of the theme and a coloured bar at the
left, so that it is legible in light and dark, and nothing is said by colour alone.
"""

import os
import re
import textwrap
from dataclasses import dataclass, field

from bncourse.templates import card

CORRECT, NOT_STARTED, NOT_YET, STOPPED = "correct", "not started", "not yet", "stopped"
NOT_CHECKED = "not checked"  # the page shows other code than the one that Python has

# Each bar has a contrast of at least 3:1 on white and on near-black.
_LOOKS = {
    CORRECT: ("✓", "CORRECT", "#1a8754"),
    NOT_STARTED: ("○", "NOT STARTED", "#5b7fb4"),
    NOT_YET: ("✗", "NOT YET", "#d1495b"),
    STOPPED: ("!", "STOPPED WITH AN ERROR", "#b7791f"),
    NOT_CHECKED: ("↻", "NOT CHECKED", "#b7791f"),
}
_FIRST_REASON = {NOT_STARTED: "The task", NOT_CHECKED: "What happened"}
_READ = "Read again"
_WIDTH = 76
_CODE = re.compile(r"`([^`]+)`")  # splits a text; each second piece is code
_CALL = re.compile(r'check\.\w+\("\w*"\)')  # is code without marks, too


@dataclass(frozen=True)
class Finding:
    """One thing that does not hold yet: a sentence, and labelled details such as expected and yours."""

    sentence: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Reason:
    """What probably happened: the sentence, and the name and code of the wrong idea where one is known."""

    says: str
    name: str = ""
    code: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    Parameters
    ----------
    exercise : str
        The name of the exercise.
    outcome : str
        "correct", "not started", "not yet", "stopped" or "not checked".
    points : int
        What the exercise is worth.
    score : float
        What was earned, from 0.0 to `points`.
    passed : tuple of str
        What holds already.
    missed : tuple of Finding
        What does not hold yet.
    reasons : tuple of Reason
        What probably happened; more than one where two wrong ideas meet.
    where : str
        The line that holds the mistake, that in which an error stopped the answer, or "".
    todo : tuple of str
        What to do next.
    advice : tuple of str
        What is good to know and costs no points.
    case : int or None
        The number of the case that the finding is about.
    choices : tuple of str
        In a quiz: the questions that were answered wrongly, each with the code of its wrong idea.
    about : str
        Which of the cells' answers this is about, or "".
    section : str
        The heading of the notebook under which the reader finds what is missing, or "".
    notebook : str
        The name of that notebook, or "".
    """

    exercise: str
    outcome: str
    points: int = 1
    score: float = 0.0
    passed: tuple[str, ...] = ()
    missed: tuple[Finding, ...] = ()
    reasons: tuple[Reason, ...] = ()
    where: str = ""
    todo: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    case: int | None = field(default=None, compare=False)
    choices: tuple[str, ...] = ()
    about: str = field(default="", compare=False)
    section: str = field(default="", compare=False)
    notebook: str = field(default="", compare=False)

    @property
    def wrong_ideas(self):
        """The names of the wrong ideas that were found, or of the wrong choices in a quiz."""
        return tuple(reason.name for reason in self.reasons if reason.name) + self.choices

    @property
    def head(self):
        """The first line: sign, word, exercise and points."""
        sign, word, _ = _LOOKS[self.outcome]
        if self.outcome == NOT_CHECKED:
            return f"{sign} {word} - Exercise: {self.exercise}"
        points = "point" if self.points == 1 else "points"
        return f"{sign} {word} - Exercise: {self.exercise} ({round(self.score, 2):g} of {self.points} {points})"

    @property
    def unmet(self):
        """What stands before a finding: of an answer that stopped, "not yet" would say too little."""
        return _LOOKS[STOPPED][0] if self.outcome == STOPPED else "✗ Not yet:"

    @property
    def heading(self):
        """The heading to read again, and the notebook in which it stands where that is known."""
        return f"{self.section} (notebook {self.notebook[:2]})" if self.notebook else self.section

    def text(self):
        """Return the verdict as plain text, at most 76 columns wide."""
        lines = [self.head]
        lines += [wrapped(f"✓ Passed: {sentence}", 2) for sentence in self.passed]
        for finding in self.missed:
            lines.append(wrapped(f"{self.unmet} {finding.sentence}", 2))
            wide = max((len(label) for label, _ in finding.details), default=0) + 2
            for label, value in finding.details:
                lines.append(wrapped(f"{label + ':':<{wide}}{value}", 6, hang=wide))
        lines += [wrapped(f"{label}: {value}", 2) for label, value in self._paragraphs()]
        lines += [wrapped(f"{_READ}: {self.heading}", 2)] if self.section else []
        return "\n".join(lines)

    def html(self):
        """Return the verdict as an HTML card."""
        return card("bncourse.checking", "verdict", **self.in_a_card())

    def in_a_card(self):
        """Return what the template of a verdict is filled with, for a card that continues this one."""
        paragraphs = [
            (label, _line_as_code(value) if value == self.where else _with_code(value))
            for label, value in self._paragraphs()
        ]
        anchor = "#" + self.section.replace(" ", "-")  # as Jupyter gives it to a heading
        there = beside(self.notebook) + anchor if self.section else ""
        bar = _LOOKS[self.outcome][-1]
        return {"verdict": self, "bar": bar, "paragraphs": paragraphs, "read": _READ, "there": there}

    def _paragraphs(self):
        for number, reason in enumerate(self.reasons):
            named = f"{reason.name}. " if reason.name else ""
            label = _FIRST_REASON.get(self.outcome, "What probably happened")
            yield ("And also" if number else label), named + reason.says
        if self.where:
            yield ("Stopped in" if self.outcome == STOPPED else "Where"), self.where
        if self.todo:
            yield "Next", " ".join(self.todo)
        for sentence in self.advice:
            yield "Good to know", sentence
        if self.about:
            yield "Checked", self.about

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text(), "text/html": self.html()}


class Note:
    """What is told beside a verdict, such as a hint: a card in a notebook, and the same as plain text.

    Parameters
    ----------
    head : str
        What it is about.
    *lines : str
        What it says.
    """

    def __init__(self, head, *lines):
        self.head, self.lines = head, lines

    def text(self):
        """Return the note as plain text, at most 76 columns wide."""
        return "\n".join([wrapped(self.head), *(wrapped(line, 2) for line in self.lines)])

    def html(self):
        """Return the note as an HTML card."""
        return card("bncourse.checking", "note", note=self, lines=[_with_code(line) for line in self.lines])

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": self.text(), "text/html": self.html()}


def _with_code(text):
    """Split a text into what is read and, every second piece, code."""
    return _CODE.split(text if "`" in text else _CALL.sub(r"`\g<0>`", text))


def _line_as_code(where):
    """Split a place such as "normalize(), line 2: return x" in the same way."""
    place, colon, lines = where.partition(": ")
    return [place + colon, *re.split(r"(; or line \d+: )", lines)] if lines else [where]


def beside(notebook):
    """Return the address of a notebook for a link in another one that lies beside it; "" in that notebook itself.

    Where it does not lie there, or nobody knows which one is open, there is no other address than that of the page.
    """
    address = f"../{notebook}/{notebook}.ipynb"
    another = notebook and os.path.basename(os.getcwd()) != notebook and os.path.isfile(address)
    return address if another else ""


def wrapped(text, indent=0, hang=2):
    """Wrap a text at the width of a card; `hang` is how much deeper the lines after the first begin."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_long_words=False,
        break_on_hyphens=False,
    )
