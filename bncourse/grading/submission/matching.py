"""Which cell of the release a written cell is: by its mark, its id, the names that it defines, its text, its place.

Editors drop marks and ids, and people merge, split, move and copy cells; what is left is text and order.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property

from bncourse.grading.submission.bindings import MOST_PARSED, Bindings, bindings
from bncourse.grading.submission.decisions import MENDED, Decision

_LONG = 20  # characters of a line that hardly stands in two texts by chance


def is_answer(cell):
    """Return whether a student writes in this cell of the release."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_check(cell):
    """Return whether this cell of the release is run for points."""
    marks = cell.metadata.get("nbgrader", {})
    return cell.cell_type == "code" and bool(marks.get("grade")) and not marks.get("solution")


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "")


def same(one, other):
    """Return whether two texts are the same but for spaces at the ends of lines."""
    return [line.rstrip() for line in one.strip().split("\n")] == [line.rstrip() for line in other.strip().split("\n")]


@dataclass
class Match:
    """The cells of a submission beside those of the release.

    Parameters
    ----------
    written : tuple of Written
    release : NotebookNode
    places : list of (int or None)
        For each written cell its place in the release.
    decisions : list of Decision
        What had to be mended to find it.
    names : list of Bindings
        What each written cell binds; nothing for a text.
    beside : dict of str to str
        Of answers in words: what came beside the notebook and may hold them, as a part of a sentence.
    """

    written: tuple
    release: object
    places: list = field(default_factory=list)
    decisions: list = field(default_factory=list)
    names: list = field(default_factory=list)
    beside: dict = field(default_factory=dict)

    @cached_property
    def given_lines(self):
        """The lines of all texts of the course that are no answers."""
        texts = [cell.source for cell in self.release.cells if cell.cell_type != "code" and not is_answer(cell)]
        return {line for text in texts for line in lines(text)}

    def copies(self, place):
        """Return the numbers of the written cells that have this place."""
        return [number for number, other in enumerate(self.places) if other == place]

    def is_text(self, number):
        return self.written[number].kind != "code"


def match(written, release, beside=None):
    """Match the cells of a submission with those of the release.

    Parameters
    ----------
    written : tuple of Written
    release : NotebookNode
    beside : dict of str to str, optional

    Returns
    -------
    Match
    """
    made = Match(written, release, names=_names(written), beside=beside or {})
    by_name = {grade_id(cell): place for place, cell in enumerate(release.cells) if grade_id(cell)}
    by_id = {cell.id: place for place, cell in enumerate(release.cells)}
    places = made.places
    places += [by_name.get(cell.grade_id) if cell.grade_id else None for cell in written]
    found = {place for place in places if place is not None}
    for number, cell in enumerate(written):
        place = by_id.get(cell.id)
        if places[number] is None and place is not None and place not in found:
            places[number] = place
            found.add(place)
            if is_answer(release.cells[place]):
                why = "The mark of its cell was gone; it was found by the id of the cell."
                made.decisions.append(Decision(MENDED, grade_id(release.cells[place]), why))
    _by_function(made, found)
    _by_text(made, found)
    _between(made, found)
    return made


def asked(release):
    """Return for each answer in code, by its place, the names that it has to bind."""
    found, given = {}, {"check"}
    for place, cell in enumerate(release.cells):
        if cell.cell_type != "code":
            continue
        names = bindings(cell.source)
        if not is_answer(cell):
            given |= names.full
            continue
        found[place] = names.full | names.empty
        if not found[place]:  # such as one value: the names that its check asks for
            checks = [other for other in release.cells[place + 1 :] if is_check(other)][:1]
            found[place] = frozenset(bindings(checks[0].source).used - given) if checks else frozenset()
    return found


def _names(written):
    found, left = [], MOST_PARSED
    for cell in written:
        left -= len(cell.source)
        if cell.kind != "code":
            found.append(Bindings())
        else:
            found.append(bindings(cell.source) if left > 0 else Bindings(anything=True))
    return found


def _by_function(made, found):
    """Find answers whose cells lost every mark, as some editors leave them, by the names that they bind."""
    for place, wanted in asked(made.release).items():
        if place in found:
            continue
        binding = [
            number
            for number, names in enumerate(made.names)
            if made.places[number] is None and wanted & (names.full | names.empty)
        ]
        binding = [number for number in binding if wanted & made.names[number].full] or binding
        if binding:
            made.places[binding[-1]] = place
            found.add(place)
            cell = made.release.cells[place]
            [one] = sorted(wanted & (made.names[binding[-1]].full | made.names[binding[-1]].empty))[:1]
            kind = "function" if re.search(rf"^(?:async\s+def|def|class)\s+{one}\b", cell.source, re.M) else "value"
            why = f"The mark of its cell was gone; it was found by the name of the {kind}, {one}."
            made.decisions.append(Decision(MENDED, grade_id(cell), why))


def lines(text):
    """Return the lines of a text that are not blank, with single spaces."""
    return [" ".join(line.split()) for line in text.split("\n") if line.strip()]


def _by_text(made, found):
    """Find the texts of the course: those that are the same first, then those with most of their lines."""
    given = {
        place: lines(cell.source)
        for place, cell in enumerate(made.release.cells)
        if cell.cell_type != "code" and place not in found
    }
    theirs = {
        number: lines(cell.source)
        for number, cell in enumerate(made.written)
        if cell.kind != "code" and made.places[number] is None
    }
    by_text = {}
    for place, text in given.items():
        by_text.setdefault(tuple(text), []).append(place)
    for number, text in [*theirs.items()]:
        if places := by_text.get(tuple(text)):
            made.places[number] = places.pop(0)
            del theirs[number], given[made.places[number]]
    where = {}
    for place, text in given.items():
        for line in dict.fromkeys(text):
            where.setdefault(line, []).append(place)
    for number, text in theirs.items():
        shared = {}
        for line in dict.fromkeys(text):
            for place in where.get(line, ())[:20] if len(line) >= _LONG else ():
                shared[place] = shared.get(place, 0) + 1
        # of equals an answer, which is then found by its heading
        for place in sorted(shared, key=lambda each: (-shared[each], not is_answer(_at(made, each)), each))[:1]:
            if place in given and 2 * shared[place] >= len(set(given[place])) and not is_answer(_at(made, place)):
                made.places[number] = place
                del given[place]


def _at(made, place):
    return made.release.cells[place]


def _between(made, found):
    """Match the given code that lost its ids: the same text first, then the same place between matched cells."""
    written, places, release = made.written, made.places, made.release
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
        # a check that lost its text, too, is none; it is put in where its names are defined
        between = [other for other in given if before < other < place and not is_check(given[other])]
        if len(between) == len(gap):
            for own, other in zip(gap, between, strict=True):
                places[own] = other
                del given[other]
        gap, before = [], place
