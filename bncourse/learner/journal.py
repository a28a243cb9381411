"""The learner's journal: one small local file, to which every event is added as a line of JSON.

A line is written with a single call to the system and begins on a fresh line, so that neither a crash nor a
full disk can spoil what was there before; lines that cannot be read are passed over. Deleting the file
loses the history and nothing else.
"""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

_unwritten = []  # events that the disk did not take; they serve this session
_said = set()  # complaints already made


def path():
    """Return the journal's place: the variable BNCOURSE_JOURNAL, or the user's data folder.

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
        to_do = "Set the variable BNCOURSE_JOURNAL to a file in a folder of yours to keep them."
        if sys.platform == "emscripten":  # a browser's tab
            to_do = "Download your work, then free space in the browser's settings."
        _say_once(f"Your guesses are kept for this session only: the journal cannot be written ({trouble}). {to_do}")


def events(kind=None):
    """Return the events of the journal, oldest first.

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
