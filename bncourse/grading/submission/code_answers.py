"""The answers in code: which cell holds each of them, and what the others become.

What counts is what a check finds after Run All in the student's own notebook. So the definitions stay where they are,
and one thing alone is taken out: the stub that was handed out, where the student has written the answer elsewhere.
"""

import re
import sys
from dataclasses import dataclass

from bncourse.grading.submission.decisions import ANSWERED, DOUBT, DROPPED, MENDED, TAKEN, Decision
from bncourse.grading.submission.matching import asked, grade_id, is_answer, same

TOO_LONG = "Its text is longer than a cell may be (200,000 characters)."
# What Python before 3.12 and 3.14 cannot read, and may stand in an honest answer; f-strings are told by the fault.
_NEWER = re.compile(
    r"""^[ \t]*+(?:(?:async[ \t]++)?def|class)[ \t]++\w++\[|^[ \t]*+type[ \t]++\w++[^\n=]{0,200}+="""
    r"""|^[ \t]*+except[ \t]++\w++[ \t]*+,|\bt["']""",
    re.MULTILINE,
)


@dataclass(frozen=True)
class CodeAnswer:
    """What stands in the cell of one answer.

    Parameters
    ----------
    source : str
    number : int or None
        The written cell in whose place it stands; None where it stands as in the release.
    is_stub : bool
        Whether it is the stub as it was handed out.
    is_written : bool
        Whether the student has answered, here or in another cell.
    """

    source: str
    number: int | None = None
    is_stub: bool = False
    is_written: bool = False


def code_answers(made, decisions):
    """Find the answers in code.

    Parameters
    ----------
    made : Match
    decisions : list of Decision
        What was decided is added.

    Returns
    -------
    answers : dict of int to CodeAnswer
        By the place of their cells.
    left : set of int
        The written cells that are not run: stubs, and what is taken as an answer.
    missing : list of str
        The names of the answers of which the file has no cell.
    """
    answers, left, missing = {}, set(), []
    for place, wanted in asked(made.release).items():
        answers[place] = _one(made, place, wanted, decisions, left, missing)
    return answers, left, missing


def _one(made, place, wanted, decisions, left, missing):
    written, release = made.written, made.release.cells[place]
    name = grade_id(release)
    copies = made.copies(place)
    long = [number for number in copies if written[number].too_long]
    untouched = [number for number in copies if number not in long and not_written(written[number], release)]
    begun = [number for number in copies if number not in long and number not in untouched]
    left.update(untouched, long)
    if long:
        decisions.append(Decision(DROPPED, name, TOO_LONG))
    in_code = [number for number in begun if not made.is_text(number)]
    here = [number for number in in_code if wanted & made.names[number].full]
    elsewhere = [
        number
        for number, names in enumerate(made.names)
        if number not in copies and wanted & names.full and not _is_given(made, number)
    ]
    if here or elsewhere:  # a placeholder behind it would take its place
        holds = [number for number, names in enumerate(made.names) if names.only_empty and wanted & names.empty]
        left.update(holds)
        begun = [number for number in begun if number not in holds and not made.is_text(number)]
    if begun:
        last = (here or [number for number in begun if number in in_code] or begun)[-1]
        left.add(last)
        decisions.append(Decision(TAKEN, name, ANSWERED))
        if len(begun) > 1:
            why = (
                f"There are {len(begun)} copies of its cell. They run in their order, and the last one before the "
                "check counts; or a right one behind it."
            )
            decisions.append(Decision(MENDED, name, why))
        if made.is_text(last):
            why = "Its cell was no longer a code cell; the text was taken all the same."
            decisions.append(Decision(MENDED, name, why))
        if elsewhere and not here:
            decisions.append(Decision(MENDED, name, "It is defined in another cell of the notebook, and counts."))
        return CodeAnswer(written[last].source, last, is_written=True)
    at = next(iter(untouched), None)
    if elsewhere:
        stub = " The stub in its own cell was left out." if untouched else ""
        decisions.append(Decision(TAKEN, name, ANSWERED))
        decisions.append(Decision(MENDED, name, f"It is defined in another cell of the notebook, and counts.{stub}"))
        if at is not None and _is_used_between(made, wanted, at, elsewhere[0]):  # such as ``old = normalize``
            return CodeAnswer(release.source, at, is_stub=True, is_written=True)
        says = f"# {', '.join(sorted(wanted & _full(made, elsewhere)))}: defined in another cell of this notebook."
        return CodeAnswer(says, at, is_written=True)
    if not copies:
        missing.append(name)
    elif not long:
        decisions.append(Decision(TAKEN, name, "Nothing is written yet."))
    return CodeAnswer(release.source, at, is_stub=True)


def _is_used_between(made, wanted, stub, first):
    """Return whether a cell below a stub, down to the first that defines its names, takes one of them."""
    return any(wanted & made.names[number].used for number in range(stub + 1, first + 1))


def _full(made, numbers):
    return frozenset().union(*(made.names[number].full for number in numbers))


def not_written(cell, given):
    """Return whether a written cell is empty, or still what was handed out."""
    return not cell.source.strip() or same(cell.source, given.source)


def _is_given(made, number):
    """Return whether a cell is given code that was not changed, which is no answer of the student's."""
    place = made.places[number]
    given = made.release.cells[place] if place is not None else None
    return given is not None and not is_answer(given) and same(made.written[number].source, given.source)


def unreadable(made, python):
    """Say which cells this Python cannot read, though the Python of the student may have read them.

    Parameters
    ----------
    made : Match
    python : str
        The version that the file names, or "".

    Returns
    -------
    list of Decision
    """
    ours = sys.version_info[:2]
    theirs = tuple(int(part) for part in python.split(".")[:2]) if python else ()
    found = []
    for number, names in enumerate(made.names):
        cell = made.written[number]
        if not names.fault or cell.kind != "code":
            continue
        if theirs > ours or (not theirs and ("f-string" in names.fault or _NEWER.search(cell.source))):
            place = made.places[number]
            name = grade_id(made.release.cells[place]) if place is not None else ""
            with_it = f"was written with Python {python}" if python else "does not say with which Python it was written"
            why = (
                f"Python {ours[0]}.{ours[1]}, which grades here, cannot read it ({names.fault}); the file {with_it}. "
                "It may be right in a newer Python: write it so that both can read it."
            )
            found.append(Decision(DOUBT, name or "a cell of your own", why))
    return found
