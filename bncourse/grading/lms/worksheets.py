"""When submissions were handed in, as a table tells it: Moodle's grading worksheet, or a table of one's own."""

from dataclasses import dataclass

from bncourse.grading.lms import columns, file_names
from bncourse.grading.lms.class_table import split_name
from bncourse.grading.lms.identifiers import damage, key, repaired, without_zeros
from bncourse.grading.lms.people import ClassList, Person, folded
from bncourse.grading.lms.spreadsheets import read_sheet
from bncourse.grading.lms.times import NotPlain, read_moments
from bncourse.trouble import Trouble

TIME = ("time", "timestamp", "submitted", "submitted at", "submission time", *columns.SUBMITTED)
_NOTHING = {"", "-", "–", "—"}
_NOT_HANDED_IN = {"", "-", "–", "—", "n/a"}


@dataclass(frozen=True)
class Row:
    """One line of a table of times.

    Parameters
    ----------
    number : int
        Which row of the file it is.
    person : Person
        What it says of the person.
    submission : str
        Moodle's number of the submission, or "".
    time : datetime
        With its zone.
    id_as_written : str
        Also where a spreadsheet has damaged it.
    """

    number: int
    person: Person
    submission: str
    time: object
    id_as_written: str = ""

    @property
    def who(self):
        """What a person reads of this row."""
        known = (self.id_as_written, self.person.name, self.person.email, self.person.lms_user_id, self.submission)
        return next(filter(None, known), "nobody")


class Times:
    """Knows when something was handed in.

    Parameters
    ----------
    path : path
    zone : tzinfo, optional
        In which a time without a zone counts; that of this machine where it is not given.
    encoding : str, optional
    """

    def __init__(self, path, zone=None, encoding=None):
        self.path = path
        self.rows, self.said = _read(path, zone, encoding)
        self._used, self._doubts = set(), []
        self._by = {}
        for row in self.rows:
            who = row.person
            ways = [("number", row.submission), ("id", key(who.id)), ("zeros", without_zeros(who.id))]
            ways += [("email", key(who.email)), ("lms", key(who.lms_user_id)), ("name", folded(who.name))]
            for way in ways:
                if way[1]:
                    self._by.setdefault(way, []).append(row)

    def __call__(self, handed, person, entry):
        """Return the time of a submission, or None."""
        found = self._rows_of(handed, person)
        self._used |= {row.number for row in found}
        times = {row.time for row in found}
        if len(times) > 1:
            who = person.id if person else handed.owner
            where = ", ".join(str(row.number) for row in found)
            self._doubts.append(f"{self.path}: {who} has several times, in the rows {where}; none of them was taken.")
        return times.pop() if len(times) == 1 else None

    def _rows_of(self, handed, person):
        ways = [("number", handed.number)] if handed.kind == file_names.MOODLE else []
        if person:
            ways += [("id", key(person.id)), ("email", key(person.email)), ("lms", key(person.lms_user_id))]
            ways += [("zeros", without_zeros(person.id))]
        else:
            ways += [("lms", handed.number), ("id", key(handed.owner)), ("name", folded(handed.name))]
        for way in ways:
            if found := self._by.get(way):
                return found
        if not person:
            return []
        names = {folded(person.name), folded(person.sortable_name)} - {""}
        called = [row for name in names for row in self._by.get(("name", name), ())]
        alone = ClassList([person])
        return [
            row
            for row in called
            if alone.find(row.person.id, row.person.lms_user_id, row.person.email, row.person.name)
        ]

    def nobody(self, people):
        """Return a sentence for each row that means nobody, or two, once all submissions were asked for."""
        said = list(self._doubts)
        for row in self.rows:
            who = row.person
            if row.number in self._used:
                continue
            meant = people.meant(who.id, who.lms_user_id, who.email, who.name)
            if not meant.person:
                nobody = "nobody on the class list or in the archive is called so"
                hurt = damage(row.id_as_written)
                why = meant.doubt or (f"{nobody}; {hurt}." if hurt else f"{nobody}.")
                said.append(f"{self.path}, row {row.number}: {row.who}: {why} Its time was not used.")
        return said


def read_times(path, zone=None, encoding=None):
    """Read a table of times of submission, such as Moodle's grading worksheet.

    Returns
    -------
    list of Row

    Raises
    ------
    Trouble
        If a column is missing or a time cannot be read.
    """
    return _read(path, zone, encoding)[0]


def _read(path, zone, encoding):
    sheet = read_sheet(path, encoding)
    places = columns.places(sheet)
    place = sheet.column(*TIME)
    if place is None and places["identifier"] is not None:
        place = _after_the_grade(sheet)
    known = [places[each] for each in ("id", "email", "name", "identifier", "lms_user_id", "last_name")]
    if place is None or all(each is None for each in known):
        raise Trouble(
            f"{path} needs a column of times, such as `time`, and one that says who, such as `id`, `email` or `name`; "
            f"it has {', '.join(sheet.header)}."
        )
    rows = {number: row for number, row in sheet.numbered if row[place].strip().casefold() not in _NOT_HANDED_IN}
    times = read_moments({number: row[place] for number, row in rows.items()}, zone)
    found = []
    for number, row in rows.items():
        if isinstance(times[number], NotPlain):
            raise Trouble(
                f"{path}, row {number}: {row[place].strip()!r} is no time that is plain ({times[number]}). Write it as "
                "2026-03-01 23:59, with a zone such as +01:00 or Europe/Berlin if it is not that of the course. "
                "Nothing was changed."
            )
        submission = columns.number_in(row[places["identifier"]]) if places["identifier"] is not None else ""
        written = row[places["id"]].strip() if places["id"] is not None else ""
        found.append(Row(number, person_in(row, places), submission, times[number], written))
    return found, [sheet.said] if sheet.said else []


def _after_the_grade(sheet):
    """Give Moodle's column of the time: the first behind the grade that holds times, in every language."""
    first = columns.maximum(sheet)
    for place in range(first + 2 if first is not None else 2, len(sheet.header)):
        texts = {number: row[place] for number, row in sheet.numbered}
        texts = {number: text for number, text in texts.items() if text.strip().casefold() not in _NOT_HANDED_IN}
        if texts and not any(isinstance(time, NotPlain) for time in read_moments(texts).values()):
            return place
    return None


def person_in(row, places):
    """Return what a row of a table says of a person; an id that a spreadsheet has damaged is none."""
    said = {each: repaired(row[places[each]]) if places.get(each) is not None else "" for each in ("id", "lms_user_id")}
    said |= {
        each: row[places[each]].strip() if places.get(each) is not None else ""
        for each in ("email", "first_name", "last_name")
    }
    said = {each: "" if text in _NOTHING or damage(text) else text for each, text in said.items()}
    if places.get("name") is not None and not (said["first_name"] or said["last_name"]):
        said["first_name"], said["last_name"] = split_name(row[places["name"]])
    return Person(**said)


def read_numbers(path, encoding=None):
    """Read who is meant by Moodle's numbers of one assignment, from its grading worksheet.

    Returns
    -------
    dict of str to Person
        With what the worksheet has of a person; empty where it has no numbers.
    """
    sheet = read_sheet(path, encoding)
    places = columns.places(sheet)
    if places["identifier"] is None:
        return {}
    return {columns.number_in(row[places["identifier"]]): person_in(row, places) for row in sheet.rows}
