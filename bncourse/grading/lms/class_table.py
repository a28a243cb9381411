"""A class list as a table: from a spreadsheet, from Canvas's gradebook, from Moodle in any language."""

import re
from dataclasses import dataclass, field

from bncourse.grading.lms import columns
from bncourse.grading.lms.identifiers import damage, key, repaired, without_zeros
from bncourse.grading.lms.people import FIELDS, Person
from bncourse.grading.lms.spreadsheets import read_sheet
from bncourse.trouble import Trouble


@dataclass
class ClassTable:
    """What a table says of a class.

    Parameters
    ----------
    people : list of Person
    id_from : str
        The title of the column that the ids are from.
    said : list of str
        What a person should know of how it was read.
    """

    people: list
    id_from: str = ""
    said: list = field(default_factory=list)


def read_class(path, encoding=None):
    """Read the people of a class list; see `read_table`."""
    return read_table(path, encoding).people


def read_table(path, encoding=None):
    """Read a class list.

    Returns
    -------
    ClassTable

    Raises
    ------
    Trouble
        If a column is missing, an id may not be a folder's name, a spreadsheet has damaged it, or two lines have one.
    """
    sheet = read_sheet(path, encoding)
    places = columns.places(sheet)
    done = ClassTable([], said=[sheet.said] if sheet.said else [])
    rows = [(number, row) for number, row in sheet.numbered if columns.is_a_person(sheet, row)]
    if tests := [row for row in sheet.rows if columns.is_for_tests(sheet, row)]:
        done.said.append(f"Left out: {len(tests)} row of Canvas's own student for tests.")
    place = _place_of_ids(path, sheet, places, rows, done)
    done.id_from = sheet.header[place]
    seen = {}
    for number, row in rows:
        known = {each: row[places[each]].strip() for each in FIELDS if places.get(each) is not None}
        known["id"] = _id(path, number, row[place])
        if known.get("lms_user_id"):
            known["lms_user_id"] = _id(path, number, known["lms_user_id"])
        if places["name"] is not None and not (known.get("first_name") or known.get("last_name")):
            known["first_name"], known["last_name"] = split_name(row[places["name"]])
        _check(path, number, known, seen, sheet, places)
        done.people.append(Person(**known))
    done.said += [*_short_numbers(done.people), *_shared(done.people), *_lost_letters(done.people)]
    return done


def _place_of_ids(path, sheet, places, rows, done):
    """Return the column of the ids: the one that is called so, or the emails where that is empty."""
    place, email = places["id"], places["email"]
    if place is not None and email is not None and rows and not any(repaired(row[place]) for _, row in rows):
        done.said.append(f"The column {sheet.header[place]!r} is empty; the emails are the ids.")
        place = email
    if place is None:
        place = email
    if place is None:
        raise Trouble(
            f"{path} has no column for the students' ids; its columns are {', '.join(sheet.header) or 'none'}. "
            "Name one of them `id` (and, as you like, `first name`, `last name`, `email`, `lms id`)."
        )
    return place


def _id(path, number, cell):
    if why := damage(repaired(cell)) or damage(cell):
        raise Trouble(
            f"{path}, row {number}: {cell.strip()[:100]} is no id any more: {why}. Give the column the format Text "
            "in the spreadsheet, or take the file as it was exported, without opening it there. Nothing was changed."
        )
    return repaired(cell)


def _check(path, number, known, seen, sheet, places):
    """Stop at an id that cannot be one."""
    from bncourse.grading.submission.names import may_be_graded

    id = known["id"]
    if not id:
        other = (
            f", or delete the column {sheet.header[places['id']]!r}: then the emails are the ids"
            if known.get("email")
            else ""
        )
        raise Trouble(
            f"{path}, row {number}: there is no id. Nothing was changed; fill it in, or delete the row{other}."
        )
    if not may_be_graded(id) or max(map(len, known.values())) > 128:
        raise Trouble(
            f"{path}, row {number}: {id[:100]!a} cannot be the name of a folder; take at most "
            "100 letters, digits, and . _ - @ between them. Nothing was changed."
        )
    if key(id) in seen:
        raise Trouble(
            f"{path}, row {number}: the id {id} stands in row {seen[key(id)]} too. "
            "Nothing was changed; an id is for one person."
        )
    seen[key(id)] = number


def _short_numbers(people):
    """Say where ids of one list have different lengths, as they do when a spreadsheet took their zeros."""
    ids = [person.id for person in people]
    lengths = sorted({len(id) for id in ids if without_zeros(id)})
    if len(ids) < 3 or not all(map(without_zeros, ids)) or len(lengths) < 2:
        return []
    short = [id for id in ids if len(id) < lengths[-1]]
    return [
        f"The ids have {lengths[0]} to {lengths[-1]} digits ({', '.join(short[:5])}). If zeros belong before the short "
        "ones, a spreadsheet took them: take the file as it was exported."
    ]


def _shared(people):
    """Say which email or number of the LMS several people have: nobody can be found by it."""
    said = []
    for each, word in (("email", "email"), ("lms_user_id", "lms id")):
        having = {}
        for person in people:
            having.setdefault(key(getattr(person, each)), []).append(person.id)
        said += [
            f"One {word} is that of several, so it finds nobody: {value} ({', '.join(ids)})."
            for value, ids in having.items()
            if value and len(ids) > 1
        ]
    return said


def _lost_letters(people):
    """Say where letters became question marks, as they do when a table is saved in an encoding without them."""
    lost = [person.name for person in people if re.search(r"[^\W\d_]\?+[^\W\d_]", person.name)]
    if not lost:
        return []
    return [
        f"Letters of names are lost: {', '.join(lost[:5])}. Export the table again as UTF-8, and enter it once more."
    ]


def split_name(name):
    """Return the first and the last name of "Ada Lovelace" or "Lovelace, Ada".

    Examples
    --------
    >>> split_name("Lovelace, Ada"), split_name("Ada King Lovelace")
    (('Ada', 'Lovelace'), ('Ada King', 'Lovelace'))
    """
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = re.sub(r"\s+", " ", name.strip()).rpartition(" ")
    return first.strip(), last.strip()
