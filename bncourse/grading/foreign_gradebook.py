"""Scores into a gradebook that Canvas or Moodle wrote, so that it can be imported there as it is.

Known are Canvas's gradebook, Moodle's grading worksheet of one assignment, and Moodle's gradebook. Only the cells of
the scores are filled; a student without a score keeps the cell as it was. The file that is read is never written to.
"""

import re
from dataclasses import replace

from bncourse.grading.results import everybody
from bncourse.grading.scores import points
from bncourse.grading.sheets import plain, read_sheet
from bncourse.trouble import Trouble


def merged(found, path, form, column=None, scale=False, numbers=None):
    """Give a gradebook with the scores filled in.

    Parameters
    ----------
    found : dict of str to list of Result
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

    Returns
    -------
    sheet : Sheet
    said : str
        What to tell; "" for nothing.

    Raises
    ------
    Trouble
        If no column, or more than one, could be meant; or the maximum differs.
    """
    sheet = read_sheet(path)
    sheet = replace(sheet, rows=[list(row) for row in sheet.rows])
    if column and len(found) > 1:
        raise Trouble("--column is for one assignment; name it.")
    people = everybody(each for results in found.values() for each in results)
    rows, unknown, said = _rows(sheet, people, form, numbers or {}), [], []
    for name, results in found.items():
        place = _place(sheet, name, form, column, len(found))
        said.append(f"{name} is in the column {sheet.header[place]!r}.")
        factor = _factor(sheet, place, name, results[0].most, scale)
        for each in results:
            number = rows.get(each.person.id)
            if number is None:
                if each.score is not None:
                    unknown.append(each.person.id)
            elif each.score is not None:
                sheet.rows[number][place] = points(each.score * factor)
    if unknown:
        who = ", ".join(sorted(set(unknown)))
        said.append(f"{len(set(unknown))} with a score are not in {path}, and have none there: {who}")
    return sheet, "\n".join(said)


def _rows(sheet, people, form, numbers):
    """Give the row of each student; a row that could mean two is nobody's."""
    titles = {
        "canvas": {"lms": ("id",), "id": ("sis login id",), "id2": ("sis user id",), "name": ("student",), "email": ()},
        "moodle": {
            "lms": (),
            "id": ("id number", "username"),
            "id2": (),
            "name": ("full name",),
            "email": ("email address",),
        },
    }[form]
    at = {kind: sheet.column(*names) for kind, names in titles.items()}
    first, last = sheet.column("first name"), sheet.column("last name", "surname")
    identifier = sheet.column("identifier")
    rows = {}
    for number, row in enumerate(sheet.rows):
        known = {kind: row[place].strip() if place is not None else "" for kind, place in at.items()}
        if not known["name"] and first is not None and last is not None:
            known["name"] = f"{row[first]} {row[last]}"
        student = numbers.get(re.sub(r"\D", "", row[identifier])) if identifier is not None else None
        person = people.people.get(student) if student else None
        for id in (known["id"], known["id2"]):
            person = person or people.find(id, known["lms"], known["email"])
        person = person or people.find(name=known["name"])
        if person:
            rows.setdefault(person.id, []).append(number)
    return {student: of[0] for student, of in rows.items() if len(of) == 1}


def _place(sheet, name, form, column, count):
    """Give the place of the column of an assignment."""
    if column:
        meant = [title for title in sheet.header if title == column]
        meant = meant or [title for title in sheet.header if _title(title) == plain(column)]
        if len(meant) != 1:
            raise Trouble(f"the gradebook has no column {column!r}; it has {', '.join(map(repr, sheet.header))}.")
        return sheet.header.index(meant[0])
    if form == "moodle" and sheet.column("maximum grade") is not None and count == 1:
        grade = sheet.column("grade")
        if grade is not None:
            return grade
    wanted = [title for title in sheet.header if _title(title) == plain(name)]
    number = re.escape(name.partition("-")[0])
    wanted = wanted or [
        title
        for title in sheet.header
        if re.search(rf"(?<!\d)0*{number.lstrip('0') or '0'}(?!\d)", re.sub(r"\(\d+\)\s*$", "", title))
    ]
    if len(wanted) == 1:
        return sheet.header.index(wanted[0])
    what = f"{len(wanted)} columns that could be {name}" if wanted else f"no column for {name}"
    raise Trouble(
        f"the gradebook has {what}; say which with --column. Its columns: {', '.join(map(repr, sheet.header))}."
    )


def _title(title):
    """Give the title of an assignment without what Canvas and Moodle add to it."""
    title = re.sub(r"\s*\((\d+|[Rr]eal)\)\s*$", "", title)
    return plain(re.sub(r"^(Assignment|Aufgabe|Devoir|Tarea)\s*:\s*", "", title))


def _factor(sheet, place, name, most, scale):
    """Give what a score is multiplied with, where the gradebook has another maximum."""
    there = None
    maximum = sheet.column("maximum grade")
    texts = [row[place] for row in sheet.rows if "points possible" in row[0].casefold()]
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
