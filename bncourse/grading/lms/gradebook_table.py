"""Scores into a gradebook that Canvas or Moodle wrote, so that it can be imported there as it is.

Known are Canvas's gradebook, Moodle's grading worksheet of one assignment, and Moodle's gradebook. Only the cells of
the scores are filled. A student without a score keeps the cell as it was, and so does a cell that holds a word, such
as ``EX``. The file that is read is never written to.
"""

import re
from dataclasses import dataclass, field, replace

from bncourse.grading.lms import columns
from bncourse.grading.lms.spreadsheets import plain, read_sheet
from bncourse.grading.lms.worksheets import person_in
from bncourse.grading.report.results import everybody
from bncourse.grading.report.scores import points
from bncourse.trouble import Trouble

_EMPTY = {"", "-", "–", "—"}
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s*%?")
MOST_NAMED = 12


@dataclass
class MergedTable:
    """What became of a gradebook.

    Parameters
    ----------
    sheet : Sheet
        With the scores in it.
    written : int
        How many cells were filled, or hold the same score already.
    said : list of str
        What to tell.
    """

    sheet: object
    written: int = 0
    said: list = field(default_factory=list)


def merged(found, path, form, column=None, scale=False, numbers=None, encoding=None):
    """Return a gradebook with the scores filled in.

    Parameters
    ----------
    found : dict of str to list of StudentResult
        By assignment.
    path : path
        The gradebook as it was exported.
    form : str
        "canvas" or "moodle".
    column : str, optional
        The title of the column, where it cannot be found by the name of the assignment.
    scale : bool
        Whether points are scaled where the gradebook has another maximum.
    numbers : dict, optional
        The student of each number that Moodle gave to a submission.
    encoding : str, optional

    Returns
    -------
    MergedTable

    Raises
    ------
    Trouble
        If no column, or more than one, could be meant; or the maximum differs.
    """
    sheet = read_sheet(path, encoding)
    sheet = replace(sheet, rows=[list(row) for row in sheet.rows])
    if column and len(found) > 1:
        raise Trouble("--column is for one assignment; name it.")
    done = MergedTable(sheet, said=[sheet.said] if sheet.said else [])
    people = everybody(each for results in found.values() for each in results)
    rows = _rows(sheet, people, form, numbers or {}, done)
    unknown = []
    for name, results in found.items():
        place = _place(sheet, name, form, column, len(found))
        done.said.append(f"{name} is in the column {sheet.header[place]!r}.")
        factor = _factor(sheet, place, name, results[0].most, scale)
        comma = form == "moodle" and _has_decimal_commas(sheet)
        _fill(done, name, place, {each.person.id: each for each in results}, rows, factor, comma)
        unknown += [each.person.id for each in results if each.score is not None and each.person.id not in rows]
    if unknown:
        who = ", ".join(map(people.shown, sorted(set(unknown))))
        done.said.append(f"{len(set(unknown))} with a score are not in {path}, and have none there: {who}")
    return done


def _has_decimal_commas(sheet):
    """Return whether numbers are written as 12,00 there; a spreadsheet of that language reads 7.2 as a date."""
    numbers = [cell for row in sheet.rows for cell in row if _NUMBER.fullmatch(cell.strip())]
    return {sign for number in numbers for sign in ".," if sign in number} == {","}


def _fill(done, name, place, results, rows, factor, comma):
    """Write the scores into their cells; what stands there and is no number stays."""
    kept, changed = [], []
    for student, number in rows.items():
        result = results.get(student)
        if result is None or result.score is None:
            continue
        there = done.sheet.rows[number][place].strip()
        new = points(result.score * factor)
        if there not in _EMPTY and not _NUMBER.fullmatch(there):
            kept.append(f"{student} has {there!r}")
            continue
        if there not in _EMPTY and not _same(there, new):
            changed.append(f"{student} {there} -> {new}")
        if there in _EMPTY or not _same(there, new):
            done.sheet.rows[number][place] = new.replace(".", ",") if comma else new
        done.written += 1
    if kept:
        done.said.append(f"{name}: {len(kept)} cells hold a word and stay as they are: {_some(kept)}.")
    if changed:
        done.said.append(f"{name}: {len(changed)} cells held another number: {_some(changed)}.")


def _some(names):
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _same(there, new):
    try:
        return abs(float(there.strip(" %").replace(",", ".")) - float(new)) < 1e-4
    except ValueError:
        return False


def _rows(sheet, people, form, numbers, done):
    """Return the row of each student; a row that could mean two, or somebody else, is nobody's and is told."""
    places = columns.places(sheet)
    if form == "canvas":
        places |= {"lms_user_id": sheet.column("id"), "name": 0}
        ids = columns.school_ids(sheet)
    else:
        ids = [place for title in columns.COLUMNS["id"] if (place := sheet.column(title)) is not None]
        ids = [place for place in dict.fromkeys(ids) if place != places["identifier"]]
    rows, doubts = {}, []
    for number, row in enumerate(sheet.rows):
        if form == "canvas" and not columns.is_a_person(sheet, row):
            continue
        student = (
            numbers.get(columns.number_in(row[places["identifier"]])) if places["identifier"] is not None else None
        )
        person, doubt = people.people.get(student) if student else None, ""
        if person is None:
            person, doubt = _meant(row, places, ids, people)
        if person:
            rows.setdefault(person.id, []).append(number)
        elif doubt:
            line = (sheet.numbers or range(2, len(sheet.rows) + 2))[number]
            doubts.append(f"row {line}: {doubt}")
    for student, of in rows.items():
        if len(of) > 1:
            lines = ", ".join(str((sheet.numbers or range(2, len(sheet.rows) + 2))[number]) for number in of)
            doubts.append(f"rows {lines}: all of them could be {student}.")
    if doubts:
        done.said.append(
            "Left as they were, because it is not plain who is meant:\n  " + "\n  ".join(doubts[:MOST_NAMED])
        )
        if len(doubts) > MOST_NAMED:
            done.said.append(f"  and {len(doubts) - MOST_NAMED} more")
    return {student: of[0] for student, of in rows.items() if len(of) == 1}


def _meant(row, places, ids, people):
    """Return who is meant by a row that has several ids, as Canvas's do; and why nobody plainly is."""
    doubts, found = [], {}
    for place in ids or [places["id"]]:
        meant = people.meant(*_said(row, places | {"id": place}))
        if meant.person:
            found[meant.person.id] = meant.person
        doubts.append(meant.doubt)
    sure = {id for id in found if any(place is not None and _is(row[place], id) for place in ids)}
    if any(doubts) and not sure:
        return None, next(filter(None, doubts))
    return (next(iter(found.values())), "") if len(found) == 1 else (None, "several could be meant." if found else "")


def _said(row, places):
    said = person_in(row, places)
    return said.id, said.lms_user_id, said.email, said.name


def _is(cell, id):
    from bncourse.grading.lms.identifiers import key, without_zeros

    return key(cell) == key(id) or (bool(without_zeros(cell)) and without_zeros(cell) == without_zeros(id))


def _place(sheet, name, form, column, count):
    """Return the place of the column of an assignment; where that is not plain, ask for it."""
    if column:
        meant = [title for title in sheet.header if title == column]
        meant = meant or [title for title in sheet.header if _title(title) == plain(column)]
        if len(meant) != 1:
            raise Trouble(f"the gradebook has no column {column!r}; it has {', '.join(map(repr, sheet.header))}.")
        return sheet.header.index(meant[0])
    if form == "moodle" and count == 1 and (grade := _of_worksheet(sheet)) is not None:
        return grade
    topic = plain(name.partition("-")[2])
    for fits in (
        lambda title: _title(title) == plain(name),
        lambda title: plain(name) in plain(title),
        lambda title: len(topic) > 5 and _has_topic(title, name),
    ):
        wanted = [title for title in sheet.header if fits(title)]
        if len(wanted) == 1 and sheet.header.count(wanted[0]) == 1:
            return sheet.header.index(wanted[0])
        if wanted:
            break
    near = wanted or [title for title in sheet.header if _is_near(title, name)]
    could = f" It could be {' or '.join(map(repr, near))}." if near else ""
    what = f"no column that is plainly {name}" if len(near) < 2 else f"{len(near)} columns that could be {name}"
    raise Trouble(
        f"the gradebook has {what}.{could} Say which, with --column and its title. Nothing was written. Its columns: "
        f"{', '.join(map(repr, sheet.header))}."
    )


def _has_topic(title, name):
    """Say whether a title has the words of the topic and none before them: 01 is not "Correcting covariate shift"."""
    words = map(re.escape, name.partition("-")[2].split("-"))
    found = re.search(r"[\W_]*(?:\band\b)?[\W_]*".join(words), title, re.IGNORECASE)
    return found is not None and not re.search(r"[^\W\d_](?:[-_]|\s*)$", title[: found.start()])


def _is_near(title, name):
    """Return whether a title shares the number or a word of the topic, so that a person should look at it."""
    number, _, topic = name.partition("-")
    bare = re.sub(r"\(\d+\)\s*$", "", title)
    words = {plain(word) for word in topic.split("-") if len(word) > 3}
    return bool(re.search(rf"(?<!\d)0*{number.lstrip('0') or '0'}(?!\d)", bare)) or any(
        word in plain(bare) for word in words
    )


def _of_worksheet(sheet):
    """Return the column of the grade in Moodle's worksheet, in every language: it stands before the largest grade."""
    maximum = columns.maximum(sheet)
    if maximum is None:
        return None
    before = plain(sheet.header[maximum - 1]) if maximum else ""
    if before in {plain(word) for word in columns.GRADE}:
        return maximum - 1
    named = sheet.column(*columns.GRADE)
    if named is not None:
        return named
    cells = {row[maximum - 1].strip() for row in sheet.rows}
    return maximum - 1 if all(cell in _EMPTY or _NUMBER.fullmatch(cell) for cell in cells) else None


def _title(title):
    """Return the title of an assignment without what Canvas and Moodle add to it."""
    title = re.sub(r"\s*\((?:\d+|[^\W\d]+)\)\s*$", "", title)
    return plain(re.sub(r"^[^\W\d]+\s*:\s*", "", title))


def _factor(sheet, place, name, most, scale):
    """Return what a score is multiplied with, where the gradebook has another maximum."""
    there = None
    maximum = columns.maximum(sheet)
    texts = [row[place] for row in sheet.rows if not columns.is_a_person(sheet, row)]
    if any("read only" in text for text in texts):
        raise Trouble(f"the column {sheet.header[place]!r} is one that Canvas computes; name another with --column.")
    texts += [row[maximum] for row in sheet.rows] if maximum is not None else []
    for text in texts:
        try:
            there = float(text.strip().replace(",", "."))
            break
        except ValueError:
            continue
    if there is None or not most or abs(there - most) < 1e-6:
        return 1.0
    if not scale:
        raise Trouble(
            f"{name} has {points(most)} points here and {points(there)} there. Change it there, or let the scores be "
            "scaled: --scale. Nothing was written."
        )
    return there / most
