"""The first station: the released notebook, with a student's answers and nothing else of theirs but text.

Whatever comes in, what goes out is every cell of the release as it was released, in the order in which the student
has them, and between them the student's own code and texts. Metadata, tags, ids, points, kernel and outputs of a
submission are gone. Nothing here touches a file: see `folder` for what lies in one, and `store` for where things
go. `matching` finds out which cell is which, `code_answers` and `written_answers` what the answers are, and
`sequence` in which order all of it stands.

A cell says in its metadata where its text comes from: ``{"bncourse": {"from": "release"}}``, ``"answer"``,
``"student"``, or ``"copy"`` for a student's copy of given code.
"""

import itertools
from dataclasses import dataclass

import nbformat

from bncourse.grading.submission.attachments import without_missing
from bncourse.grading.submission.bindings import one_submission
from bncourse.grading.submission.code_answers import code_answers, unreadable
from bncourse.grading.submission.decisions import (
    ANSWERED,
    DOUBT,
    DROPPED,
    MARKS,
    MENDED,
    NOT_GRADED,
    REFUSED,
    TAKEN,
    Decision,
)
from bncourse.grading.submission.matching import asked, grade_id, is_answer, match
from bncourse.grading.submission.reading import Unreadable, read_notebook
from bncourse.grading.submission.sequence import SequenceCell, sequence
from bncourse.grading.submission.written_answers import written_answers

__all__ = [
    "ANSWERED",
    "DOUBT",
    "DROPPED",
    "MARKS",
    "MENDED",
    "NOT_GRADED",
    "REFUSED",
    "TAKEN",
    "Decision",
    "Staged",
    "grade_id",
    "is_answer",
    "stage_notebook",
]

MOST_PICTURES = 20_000_000  # characters of all pictures in texts together


@dataclass(frozen=True)
class Staged:
    """A submission that may be graded.

    Parameters
    ----------
    notebook : NotebookNode
        In format 4.5, without outputs.
    decisions : tuple of Decision
    readable : bool
        False where nothing could be read; the notebook is the release then.
    answers : int
        How many answers are written in it, right or wrong.
    written : frozenset of str
        The names of these.
    """

    notebook: nbformat.NotebookNode
    decisions: tuple = ()
    readable: bool = True
    answers: int = 0
    written: frozenset = frozenset()


def stage_notebook(raw, release, beside=None):
    """Put a student's answers into the release.

    Parameters
    ----------
    raw : bytes or None
        The submitted notebook as it lies on the disk; None where there is none.
    release : NotebookNode
        The released notebook; it is not changed.
    beside : dict of str to str, optional
        For the name of an answer in words, what came beside the notebook and may hold it, as a part of a sentence.

    Returns
    -------
    Staged
    """
    with one_submission():
        return _staged(raw, release, beside)


def _staged(raw, release, beside):
    try:
        reading = read_notebook(raw, _matters(release))
    except Unreadable as reason:
        refused = Decision(REFUSED, "the notebook", f"{reason} {NOT_GRADED}")
        return Staged(_assembled(release, _as_released(release), []), (refused,), readable=False)
    decisions = [Decision(MENDED, "the notebook", f"{why[0].upper()}{why[1:]}.") for why in reading.mended]
    made = match(reading.cells, release, beside)
    decisions += made.decisions
    if changed := _changed_marks(made.written, release):
        why = f"The marks of cells were changed ({changed}); those of the course count."
        decisions.append(Decision(DROPPED, MARKS, why))
    in_code, left, missing = code_answers(made, decisions)
    in_words, taken, lost = written_answers(made, decisions)
    if len(missing) + len(lost) == len(in_code) + len(in_words) > 0:
        why = f"None of this notebook's answers is in the file. It may be another notebook. {NOT_GRADED}"
        decisions.append(Decision(REFUSED, "the notebook", why))
    else:
        why = "Its cell is not in the file; it counts as not written."
        decisions += [Decision(DROPPED, name, why) for name in missing]
        why = "Its cell is not in the file, and no text was found in its place; a person looks at it."
        decisions += [Decision(DOUBT, name, why) for name in lost]
    decisions += unreadable(made, reading.python)
    _tell_too_long(made, decisions)
    row = sequence(made, in_code | in_words, left | taken, decisions)
    _tell_left_out(made, decisions)
    places = [place for place, answer in (in_code | in_words).items() if answer.is_written]
    written = frozenset(grade_id(release.cells[place]) for place in places)
    return Staged(_assembled(release, row, decisions), tuple(decisions), answers=len(places), written=written)


def _matters(release):
    """Return what says of a written cell whether it is read behind more cells than are read, and when it is empty."""
    names = {grade_id(cell) for cell in release.cells} - {""}
    ids = {cell.id for cell in release.cells}
    wanted = frozenset().union(*asked(release).values())

    def matters(cell):
        if cell.grade_id in names or cell.id in ids:
            return True
        return bool(cell.source) and any(name in cell.source for name in wanted)

    return matters


def _tell_too_long(made, decisions):
    own = [number for number, place in enumerate(made.places) if place is None and made.written[number].too_long]
    if own:
        why = f"Left out, {len(own)} of them: the text is longer than a cell may be (200,000 characters)."
        decisions.append(Decision(DROPPED, "cells of your own", why))


def _tell_left_out(made, decisions):
    """Say which pasted files did not come along."""
    for number, cell in enumerate(made.written):
        for name in cell.left_out:
            place = made.places[number]
            what = grade_id(made.release.cells[place]) if place is not None else ""
            shown = name if name.isprintable() else ascii(name)[1:-1]
            why = f"The pasted file {shown[:80]} was left out: only PNG, JPEG and GIF up to 5 MB come along."
            decisions.append(Decision(DROPPED, what or "a text of your own", why))


def _changed_marks(written, release):
    """Say which cells that nbgrader knows carry other marks than in the release, in words."""
    given = {grade_id(cell): cell.metadata for cell in release.cells if grade_id(cell)}
    changed = {}
    for cell in written:
        if cell.grade_id in given:
            metadata = given[cell.grade_id]
            of_release = metadata["nbgrader"] | {"tags": set(metadata.get("tags", ()))}
            differ = {
                mark for mark, value in cell.marks.items() if mark != "tags" and of_release.get(mark, value) != value
            }
            differ |= {"tags"} if cell.marks.get("tags", set()) - of_release["tags"] else set()
            if differ:
                changed.setdefault(cell.grade_id, set()).update(differ)
    return "; ".join(f"{name}: {', '.join(sorted(marks))}" for name, marks in changed.items())


def _as_released(release):
    return [
        SequenceCell(place, cell.cell_type, cell.source, cell.get("attachments", {}))
        for place, cell in enumerate(release.cells)
    ]


def _assembled(release, row, decisions):
    """Return a new notebook: the cells of the release with the answers in them, and the student's own."""
    taken = {cell.id for cell in release.cells}
    names = (name for number in itertools.count(1) if (name := f"student-{number}") not in taken)
    cells, pictures = [], 0
    for entry in row:
        source, attachments = entry.source, {}
        if entry.kind != "code":
            for name, bundle in entry.attachments.items():
                pictures += sum(len(str(data)) for data in bundle.values())
                if pictures <= MOST_PICTURES or _is_given(entry, release):
                    attachments[name] = bundle
            if not _is_given(entry, release):
                source, missing = without_missing(source, attachments)
                if pictures > MOST_PICTURES and missing:
                    why = "Pictures were left out: together they are larger than 15 MB."
                    decisions.append(Decision(DROPPED, "the pictures", why))
        cells.append(_cell(release, entry, source, attachments, names))
    metadata = {name: release.metadata[name] for name in ("kernelspec", "language_info") if name in release.metadata}
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _is_given(entry, release):
    return entry.place is not None and not is_answer(release.cells[entry.place])


def _cell(release, entry, source, attachments, names):
    if entry.place is None:
        cell = _student_cell(entry.kind, source, attachments, names)
        if entry.is_copy:
            cell.metadata["bncourse"]["from"] = "copy"
        if entry.tries:
            cell.metadata["bncourse"]["tries"] = list(entry.tries)
        return cell
    given = release.cells[entry.place]
    cell = nbformat.from_dict({"cell_type": given.cell_type, "id": given.id, "metadata": given.metadata})
    cell.source = source
    cell.metadata["bncourse"] = {"from": "answer" if is_answer(given) else "release"}
    if entry.again:
        cell.metadata["bncourse"]["again"] = True
    if entry.tries:
        cell.metadata["bncourse"]["tries"] = list(entry.tries)
    if given.cell_type == "code":
        cell.execution_count, cell.outputs = None, []
    elif attachments:
        cell.attachments = nbformat.from_dict(attachments)
    return cell


def _student_cell(kind, source, attachments, names):
    cell = {"cell_type": kind, "id": next(names), "metadata": {"bncourse": {"from": "student"}}, "source": source}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    elif attachments:
        cell["attachments"] = attachments
    return nbformat.from_dict(cell)
