"""The learner's journal: one small local file, to which every event is added as a line of JSON.

A line is written with a single call to the system and begins on a fresh line, so that neither a crash nor a
full disk can spoil what was there before; lines that cannot be read are passed over. Deleting the file
loses the history and nothing else.
"""

import json
import os
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import numpy as np

_unwritten = []  # events that the disk did not take; they serve this session
_said = set()  # complaints already made


def path():
    """Give the journal's place: the variable BNCOURSE_JOURNAL, or the user's data folder.

    Returns
    -------
    pathlib.Path
    """
    chosen = os.environ.get("BNCOURSE_JOURNAL")
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_dir  # here, so that importing this module stays light

    return Path(user_data_dir("bncourse", appauthor=False)) / "journal.jsonl"


def record(kind, **facts):
    """Add an event to the journal; a disk that refuses is mentioned once and stops nothing.

    Nothing is recorded where nbgrader runs the notebook: those are not the learner's own runs.

    Parameters
    ----------
    kind : str
        What happened, such as "guess".
    **facts
        What belongs to it: plain values and arrays.
    """
    if os.environ.get("NBGRADER_EXECUTION"):
        return
    event = {"kind": kind, "time": datetime.now(UTC).isoformat(timespec="seconds")}
    event |= {name: _plain(value) for name, value in facts.items()}
    line = f"\n{json.dumps(event)}\n".encode()  # the newline in front parts it from a line cut off by a crash
    try:
        place = path()
        place.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(file, line) < len(line):
                raise OSError("the disk is full")
        finally:
            os.close(file)
    except OSError as trouble:
        _unwritten.append(event)
        _say_once(
            f"Your guesses are kept for this session only: the journal cannot be written ({trouble}). "
            "Set the variable BNCOURSE_JOURNAL to a file in a folder of yours to keep them."
        )


def events(kind=None):
    """Give the events of the journal, oldest first.

    Parameters
    ----------
    kind : str, optional
        Only events of this kind.

    Returns
    -------
    list of dict
    """
    try:
        lines = path().read_bytes().split(b"\n")
    except OSError:
        lines = []
    found = []
    for line in lines:
        try:
            event = json.loads(line)
        except ValueError:  # an empty line, or one that a crash cut off
            continue
        if isinstance(event, dict) and isinstance(event.get("kind"), str):
            found.append(event)
    return [event for event in found + _unwritten if kind in (None, event["kind"])]


def predict(question, guess=None, *more):
    """Commit to a guess before a run.

    Parameters
    ----------
    question : str
        What will be measured; `outcome` is called with the same words.
    guess : object, optional
        A number or words. ``...`` or None: no guess yet.
    *more : object
        Not to be given: where a decimal comma stands in a guess, Python sees several numbers, and the card says so.

    Returns
    -------
    Card
        Says what was recorded.
    """
    if more:
        read = ", ".join(map(_shown, (guess, *more)))
        return Card(question, [], f"This is one guess too many: {read}. Python's decimal sign is a point, as in 0.9.")
    if guess is None or guess is ...:
        return Card(question, [], "No guess yet: put yours in place of the three dots and run this cell again.")
    record("guess", question=question, guess=guess)
    return Card(question, [("your guess", _shown(guess))], "Now run the next cells and see.")


def outcome(question, measured):
    """Show the guess beside what was measured.

    Parameters
    ----------
    question : str
        The words that `predict` was called with.
    measured : object
        A number or words.

    Returns
    -------
    Card
        The last guess, if there is one, and the measured value.
    """
    record("outcome", question=question, measured=measured)
    guesses = [event.get("guess") for event in events("guess") if event.get("question") == question]
    rows = [("measured", _shown(measured))]
    if not guesses:
        return Card(question, rows, "You made no guess this time. A guess first makes the answer stick.")
    return Card(question, [("your guess", _shown(guesses[-1])), *rows])


class Card:
    """A question with what belongs to it: a table in a notebook, the same words as plain text elsewhere.

    Parameters
    ----------
    question : str
        The heading.
    rows : list of (str, str)
        What, and its value.
    remark : str
        A sentence under them.
    """

    def __init__(self, question, rows, remark=""):
        self.question, self.rows, self.remark = question, rows, remark

    def __repr__(self):
        width = max((len(what) for what, _ in self.rows), default=0) + 1
        lines = [f"{what + ':':<{width}} {value}" for what, value in self.rows]
        return "\n  ".join([self.question, *lines, *([self.remark] if self.remark else [])])

    def _repr_html_(self):
        # Inline style only, and no colour for text: JupyterLab removes style sheets, and has two themes.
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left; padding:2px 16px 2px 0">{escape(what)}</th>'
            f'<td style="text-align:left; padding:2px 0">{escape(value)}</td></tr>'
            for what, value in self.rows
        )
        table = f'<table style="margin:4px 0">{rows}</table>' if rows else ""
        remark = f'<div style="margin-top:4px">{escape(self.remark)}</div>' if self.remark else ""
        return (
            '<div style="border-left:4px solid #5b7fb4; padding:4px 12px; margin:4px 0">'
            f"<div><b>{escape(self.question)}</b></div>{table}{remark}</div>"
        )


def _shown(value):
    if isinstance(value, float | np.floating):
        return f"{value:.3g}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=3)
    return str(value)


def _plain(value):
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    try:
        json.dumps(value)
    except (TypeError, ValueError, RecursionError):  # a guess may be anything; its text is kept
        return repr(value)
    return value


def _say_once(words):
    if words not in _said:
        _said.add(words)
        print(words)
