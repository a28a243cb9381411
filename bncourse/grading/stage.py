"""The first room: the released notebook, with a student's answers and nothing else of theirs but text.

Whatever comes in, what goes out is the release, cell by cell and in its own order, and between its cells the
student's own code. Metadata, tags, ids, points, kernel and outputs of a submission are gone. Nothing here
touches a file: see `arrivals` for what lies in a folder, and `intake` for where things go.

A cell says in its metadata where its text comes from: ``{"bncourse": {"from": "release"}}``, ``"answer"`` or
``"student"``.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

import nbformat

from bncourse.grading.reading import Unreadable, read_cells

TAKEN, DROPPED, MENDED, REFUSED = "taken", "dropped", "mended", "refused"
MARKS = "the marks"
ANSWERED = "The answer was taken."
NOT_GRADED = "Nothing could be graded; that is no grade of 0."
_DEFINED = re.compile(r"^(?:(?:async\s+)?def|class)\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True)
class Decision:
    """One thing that was decided about a submission.

    Parameters
    ----------
    kind : str
        "taken", "dropped", "mended" or "refused".
    what : str
        What it is about, such as the name of an exercise or of a file.
    why : str
        One sentence or two, for the one who handed it in.
    """

    kind: str
    what: str
    why: str


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
    """

    notebook: nbformat.NotebookNode
    decisions: tuple = ()
    readable: bool = True
    answers: int = 0


def stage_notebook(raw, release):
    """Put a student's answers into the release.

    Parameters
    ----------
    raw : bytes or None
        The submitted notebook as it lies on the disk; None where there is none.
    release : NotebookNode
        The released notebook; it is not changed.

    Returns
    -------
    Staged
    """
    try:
        written, mended = read_cells(raw)
    except Unreadable as reason:
        refused = Decision(REFUSED, "the notebook", f"{reason} {NOT_GRADED}")
        return Staged(_assembled(release, {}, {}), (refused,), readable=False)
    decisions = [Decision(MENDED, "the notebook", f"{why[0].upper()}{why[1:]}.") for why in mended]
    places = _matched(written, release, decisions)
    if changed := _changed_marks(written, release):
        why = f"The marks of cells were changed ({changed}); those of the course count."
        decisions.append(Decision(DROPPED, MARKS, why))
    answers, used = _answers(written, places, release, decisions)
    own = _own(written, places, used, release, decisions)
    return Staged(_assembled(release, answers, own), tuple(decisions), answers=len(answers))


def is_answer(cell):
    """Say whether a student writes in this cell of the release."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def same(one, other):
    """Say whether two texts are the same but for spaces at the ends of lines."""
    return [line.rstrip() for line in one.strip().split("\n")] == [line.rstrip() for line in other.strip().split("\n")]


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


def _matched(written, release, decisions):
    """Give for each written cell its place in the release, or None."""
    by_name = {grade_id(cell): place for place, cell in enumerate(release.cells) if grade_id(cell)}
    by_id = {cell.id: place for place, cell in enumerate(release.cells)}
    places = [by_name.get(cell.grade_id) if cell.grade_id else None for cell in written]
    found = {place for place in places if place is not None}
    for number, cell in enumerate(written):
        place = by_id.get(cell.id)
        if places[number] is None and place is not None and place not in found:
            places[number] = place
            found.add(place)
            if is_answer(release.cells[place]):
                why = "The mark of its cell was gone; it was found by the id of the cell."
                decisions.append(Decision(MENDED, grade_id(release.cells[place]), why))
    _match_by_function(written, places, found, release, decisions)
    _match_between(written, places, found, release)
    return places


def _match_by_function(written, places, found, release, decisions):
    """Find answers whose cells lost every mark, as some editors leave them, by the function that they define."""
    for place, cell in enumerate(release.cells):
        wanted = _DEFINED.search(cell.source) if is_answer(cell) and cell.cell_type == "code" else None
        if wanted is None or place in found:
            continue
        defining = [
            number
            for number, other in enumerate(written)
            if places[number] is None and other.kind == "code" and wanted[1] in _DEFINED.findall(other.source)
        ]
        if defining:
            places[defining[-1]] = place
            found.add(place)
            why = f"The mark of its cell was gone; it was found by the name of the function, {wanted[1]}."
            decisions.append(Decision(MENDED, grade_id(cell), why))


def _match_between(written, places, found, release):
    """Match the given code that lost its ids: the same text first, then the same place between matched cells."""
    given = {
        place: cell
        for place, cell in enumerate(release.cells)
        if cell.cell_type == "code" and place not in found and not is_answer(cell)
    }
    by_text = {cell.source.strip(): place for place, cell in given.items()}
    for number, cell in enumerate(written):
        place = by_text.get(cell.source.strip()) if places[number] is None and cell.kind == "code" else None
        if place in given:
            places[number] = place
            del given[place]
    gap, before = [], -1
    for number in range(len(written) + 1):
        place = places[number] if number < len(written) else len(release.cells)
        if place is None:
            gap += [number] if written[number].kind == "code" else []
            continue
        between = [other for other in given if before < other < place]
        if len(between) == len(gap):
            for own, other in zip(gap, between, strict=True):
                places[own] = other
                del given[other]
        gap, before = [], place


def _answers(written, places, release, decisions):
    """Give the text of each answer by its place, and the numbers of the written cells that need no other look."""
    answers, used, missing = {}, set(), []
    for place, cell in enumerate(release.cells):
        if not is_answer(cell):
            continue
        name = grade_id(cell)
        copies = [number for number in range(len(written)) if places[number] == place]
        long = [number for number in copies if written[number].too_long]
        used.update(number for number in copies if written[number].too_long)
        begun = [number for number in copies if number not in long and not _not_written(written[number], cell)]
        used.update(set(copies) - set(begun))
        if long:
            decisions.append(Decision(DROPPED, name, "Its text is longer than a cell may be (200,000 characters)."))
        if begun:
            last = begun[-1]
            used.add(last)
            answers[place] = written[last].source
            decisions.append(Decision(TAKEN, name, ANSWERED))
            if len(begun) > 1:
                why = f"There are {len(begun)} copies of its cell. The last one counts; the others run before it."
                decisions.append(Decision(MENDED, name, why))
            if written[last].kind != cell.cell_type:
                why = f"Its cell was no longer a {cell.cell_type} cell; the text was taken all the same."
                decisions.append(Decision(MENDED, name, why))
        elif not copies:
            missing.append(name)
        elif not long:
            decisions.append(Decision(TAKEN, name, "Nothing is written yet."))
    if missing and len(missing) == sum(map(is_answer, release.cells)):
        why = f"None of this notebook's answers is in the file. It may be another notebook. {NOT_GRADED}"
        decisions.append(Decision(REFUSED, "the notebook", why))
    else:
        why = "Its cell is not in the file; it counts as not written."
        decisions += [Decision(DROPPED, name, why) for name in missing]
    return answers, used


def _not_written(cell, given):
    return not cell.source.strip() or same(cell.source, given.source)


def _own(written, places, used, release, decisions):
    """Give the student's own code as {place: [texts]}: it stands behind that cell of the release; -1 is the top.

    A cell follows the cell of the release that it followed in the submission. Cells that were moved far away
    from their order are no guide: the longest row of cells that are still in order is.
    """
    known = {cell.source.strip() for cell in release.cells}
    guides = _in_order(places)
    own, here, too_long = {}, -1, 0
    for number, cell in enumerate(written):
        place, target = places[number], here
        if number in guides:
            here = place
        if place is not None:
            theirs = release.cells[place]
            # before an answer that was copied, so that the last copy counts; before a check, which may need it
            before = is_answer(theirs) or theirs.metadata.get("nbgrader", {}).get("grade")
            target = min(target, place - 1) if before else place
        if number in used or cell.kind != "code" or cell.source.strip() in known | {""}:
            too_long += cell.too_long and number not in used and cell.kind == "code"
            continue
        if place is not None and not is_answer(release.cells[place]):
            name = grade_id(release.cells[place]) or release.cells[place].id
            why = "The given code stands as it was given; the changed text runs beside it."
            decisions.append(Decision(TAKEN, name, why))
        own.setdefault(target, []).append(cell.source)
    if too_long:
        why = f"Left out, {too_long} of them: the text is longer than a cell may be (200,000 characters)."
        decisions.append(Decision(DROPPED, "cells of your own", why))
    return own


def _in_order(places):
    """Give the numbers of the cells that make the longest row of rising places."""
    ends, last, before = [], [], {}
    for number, place in enumerate(places):
        if place is None:
            continue
        length = bisect_left(ends, place)
        before[number] = last[length - 1] if length else None
        ends[length:] = [place] if length == len(ends) else [place, *ends[length + 1 :]]
        last[length:] = [number] if length == len(last) else [number, *last[length + 1 :]]
    row, number = set(), last[-1] if last else None
    while number is not None:
        row.add(number)
        number = before[number]
    return row


def _assembled(release, answers, own):
    """Give a new notebook: the release with these answers, and the student's own cells at their places."""
    taken = {cell.id for cell in release.cells}
    cells = [_student_cell(text, taken) for text in own.get(-1, ())]
    for place, given in enumerate(release.cells):
        cell = nbformat.from_dict({"cell_type": given.cell_type, "id": given.id, "metadata": given.metadata})
        cell.source = answers.get(place, given.source)
        cell.metadata["bncourse"] = {"from": "answer" if is_answer(given) else "release"}
        if given.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
        elif "attachments" in given and not is_answer(given):
            cell.attachments = given.attachments
        cells += [cell, *(_student_cell(text, taken) for text in own.get(place, ()))]
    metadata = {name: release.metadata[name] for name in ("kernelspec", "language_info") if name in release.metadata}
    return nbformat.from_dict({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})


def _student_cell(text, taken):
    number = 1
    while f"student-{number}" in taken:
        number += 1
    taken.add(f"student-{number}")
    metadata = {"bncourse": {"from": "student"}}
    return nbformat.v4.new_code_cell(text, id=f"student-{number}", metadata=metadata)
