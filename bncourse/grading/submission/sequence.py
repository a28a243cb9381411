"""The order in which the cells of a staged notebook stand: the student's own, so that Run All gives what it gave them.

What their file lacks of the release is put in where it does no harm. A check whose names may change behind it says
so, and is judged a second time when all cells have run; a cell in which a check stands, too, says so, and the check is
judged there as well. The best of these counts.
"""

from dataclasses import dataclass, field

from bncourse.grading.submission.bindings import bindings, needs
from bncourse.grading.submission.check_copies import MOST_TRIES, pieces
from bncourse.grading.submission.code_answers import CodeAnswer
from bncourse.grading.submission.decisions import DOUBT, TAKEN, Decision
from bncourse.grading.submission.matching import grade_id, is_answer, is_check
from bncourse.grading.submission.written_answers import own_text


@dataclass
class SequenceCell:
    """One cell of the staged notebook.

    Parameters
    ----------
    place : int or None
        The cell of the release that it is; None for one of the student's own.
    kind : str
        "code" or "markdown".
    source : str
    attachments : dict
    again : bool
        For a check: whether it is judged again when all cells have run.
    is_stub : bool
    tries : tuple of str
        The names of the checks that stand in it, too, and are judged there.
    is_copy : bool
        Whether it is a copy of given code, which runs only where somebody needs it.
    """

    place: int | None
    kind: str
    source: str
    attachments: dict = field(default_factory=dict)
    again: bool = False
    is_stub: bool = False
    tries: tuple = ()
    is_copy: bool = False


def sequence(made, answers, left, decisions):
    """Put the cells of a submission into the order in which they stand.

    Parameters
    ----------
    made : Match
    answers : dict of int to (CodeAnswer or WrittenAnswer)
        By their places.
    left : set of int
        The written cells that are not cells of one's own.
    decisions : list of Decision
        What was decided is added.

    Returns
    -------
    list of SequenceCell
    """
    release = made.release.cells
    at = {answer.number: place for place, answer in answers.items() if answer.number is not None}
    for place, cell in enumerate(release):
        if not is_answer(cell) and (copies := made.copies(place)):
            at[_first_that_could_hold(made, cell, copies) if is_check(cell) else copies[0]] = place
    known = {cell.source.strip() for cell in release if not is_check(cell)}
    checks = {grade_id(cell): cell.source for cell in release if is_check(cell)}
    row = []
    for number, cell in enumerate(made.written):
        place = at.get(number)
        given = [] if place is None else [_given(made, place, answers)]
        is_given = bool(given) and given[0].source.strip() == cell.source.strip()
        own = [] if number in left or cell.too_long or is_given else _own(made, number, known)
        if own and given and own[0].source.strip() not in checks.values():
            name = grade_id(release[place]) or release[place].id
            what = "code" if release[place].cell_type == "code" else "text"
            why = f"The given {what} stands as it was given; the changed {what} "
            why += "runs beside it." if what == "code" else "stands beside it."
            decisions.append(Decision(TAKEN, name, why))
        # before a check, which may need it, but for what was written below its text
        check = place is not None and is_check(release[place])
        below = own and given and own[0].source.strip().startswith(given[0].source.strip())
        row += [*own, *given] if check and not below else [*given, *own]
    _put_in(made, row, answers)
    _stubs_first(made, row, decisions)
    _mark_again(made, row)
    return _marked_tries(made, row, checks)


def _first_that_could_hold(made, check, copies):
    """Return of the copies of a check the first that stands behind a definition of what it asks for."""
    wanted = bindings(check.source).used
    behind = next((number for number, names in enumerate(made.names) if names.full & wanted), len(made.names))
    return next((number for number in copies if number >= behind), copies[0])


def _given(made, place, answers):
    cell = made.release.cells[place]
    if place not in answers:
        return SequenceCell(place, cell.cell_type, cell.source, cell.get("attachments", {}))
    answer = answers[place]
    stub = isinstance(answer, CodeAnswer) and answer.is_stub
    return SequenceCell(place, cell.cell_type, answer.source, getattr(answer, "attachments", {}), is_stub=stub)


def _own(made, number, known):
    """Return the entry of what a cell holds of the student's own, in a list; empty for nothing."""
    cell = made.written[number]
    if cell.kind == "code":
        return (
            [SequenceCell(None, "code", cell.source, is_copy=cell.source.strip() in known)]
            if cell.source.strip()
            else []
        )
    text = own_text(made, number)
    return [SequenceCell(None, "markdown", text, cell.attachments)] if text.strip() else []


def _put_in(made, row, answers):
    """Put in what the file lacks of the release: behind the cell before it.

    A check stands behind the cell that it was merged into, or else behind all that defines what it asks for.
    """
    for place, cell in enumerate(made.release.cells):
        if any(entry.place == place for entry in row):
            continue
        before = [number for number, entry in enumerate(row) if entry.place == place - 1]
        where = before[0] + 1 if before else 0
        if is_check(cell):
            wanted, text = bindings(cell.source).used, cell.source.strip()
            merged = [number for number, entry in enumerate(row) if entry.kind == "code" and text in entry.source]
            binding = merged[:1] or [number for number, entry in enumerate(row) if _binds(entry, wanted)]
            where = max([0 if merged else where, *(number + 1 for number in binding)])
        row.insert(where, _given(made, place, answers))


def _binds(entry, wanted):
    return entry.kind == "code" and not entry.is_stub and bool(bindings(entry.source).full & wanted)


def _stubs_first(made, row, decisions):
    """Move a stub before cells that may define its name in a way that nobody can read ahead."""
    dynamic = [number for number, entry in enumerate(row) if _is_own_code(made, entry) and _any(entry)]
    if not dynamic:
        return
    stubs = [entry for entry in row[dynamic[0] :] if entry.is_stub]
    for entry in stubs:
        row.remove(entry)
    row[dynamic[0] : dynamic[0]] = stubs
    for entry in stubs:
        why = (
            "Nothing is written in its cell, and a cell of the notebook may define it in a way that cannot be read "
            "ahead (such as exec, %run or import *). The stub stands before that cell."
        )
        decisions.append(Decision(DOUBT, grade_id(made.release.cells[entry.place]), why))


def _is_own_code(made, entry):
    return entry.kind == "code" and (entry.place is None or is_answer(made.release.cells[entry.place]))


def _any(entry):
    return bindings(entry.source).anything


def _mark_again(made, row):
    """Mark the checks behind which something changes that they depend on."""
    code = [entry for entry in row if entry.kind == "code"]
    names = [bindings(entry.source) for entry in code]
    checks = [entry.place is not None and is_check(made.release.cells[entry.place]) for entry in code]
    others = [each for each, check in zip(names, checks, strict=True) if not check]
    for number, entry in enumerate(code):
        if checks[number]:
            wanted = needs(names[number].used - {"check"}, others)
            behind = [n for n in range(number + 1, len(code)) if not checks[n]]
            entry.again = any((names[n].full | names[n].changed | names[n].given_away) & wanted for n in behind) or any(
                names[n].anything and _is_own_code(made, code[n]) for n in behind
            )


def _marked_tries(made, row, checks):
    """Note for each cell which checks stand in it, too, where they can find what they find at no other place."""
    texts = {text.strip() for text in checks.values()}
    code = [entry for entry in row if entry.kind == "code"]
    others = [bindings(entry.source) for entry in code if not _is_check(made, entry)]
    wanted = {name: needs(bindings(text).used - {"check"}, others) for name, text in checks.items()}
    changes = dict.fromkeys(checks, 0)  # how often what a check asks for has changed until here
    at_home, copies = {}, []
    for entry in code:
        if _is_check(made, entry):
            name = grade_id(made.release.cells[entry.place])
            at_home[name] = changes[name]
            continue
        for text, name in pieces(entry.source, checks):
            if name:
                copies.append((entry, name, changes[name]))
                continue
            names = bindings(text)
            for check in checks:
                touched = names.full | names.empty | names.changed | names.given_away
                changes[check] += names.anything or bool(touched & wanted[check])
    seen = {name: {change} for name, change in at_home.items()}
    for entry, name, change in copies:
        if change not in seen[name] and len(seen[name]) <= MOST_TRIES and name not in entry.tries:
            seen[name].add(change)
            entry.tries += (name,)
    return [each for each in row if each.place is not None or each.tries or each.source.strip() not in texts]


def _is_check(made, entry):
    return entry.place is not None and is_check(made.release.cells[entry.place])
