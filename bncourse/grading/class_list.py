"""The class list: who is in the class, and who is meant by a name in an archive or in a table.

The list lives in nbgrader's gradebook. ``bncourse students CLASS.csv`` writes it there, and takes nobody away.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from rich.markup import escape
from rich.table import Table

from bncourse.course import find_folder
from bncourse.grading.names import in_a_page
from bncourse.grading.sheets import plain, read_sheet
from bncourse.grading.terminal import Terminal as Console
from bncourse.trouble import Trouble

# The columns of a class list under the names that people and systems give them.
COLUMNS = {
    "id": ("id", "student id", "student", "username", "user name", "login", "sis login id", "sis user id", "sid",
           "id number", "matriculation number", "netid", "id-nummer", "matrikelnummer", "número de id",
           "numéro d'identification", "numero id", "número de identificação"),
    "first_name": ("first name", "first", "given name", "forename", "vorname", "prénom", "nombre", "nome"),
    "last_name": ("last name", "last", "surname", "family name", "nachname", "nom", "nom de famille", "apellido(s)",
                  "apellidos", "cognome", "apelido", "sobrenome"),
    "email": ("email", "e-mail", "email address", "mail", "e-mail-adresse", "dirección de correo",
              "correo electrónico", "adresse de courriel", "indirizzo email", "endereço de e-mail"),
    "lms_user_id": ("lms id", "lms user id", "canvas id", "canvas user id", "moodle id"),
}  # fmt: skip
NAME = ("name", "full name", "student name")


@dataclass(frozen=True)
class Person:
    """Somebody on the class list.

    Parameters
    ----------
    id : str
        The name of their folder in the course.
    first_name, last_name, email, lms_user_id : str
        "" where it is not known.
    """

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self):
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def sortable_name(self):
        return ", ".join(part for part in (self.last_name, self.first_name) if part) or self.id


@dataclass
class Entered:
    """What became of a class list: ids, and for those that changed what was before and is now."""

    added: list = field(default_factory=list)
    changed: dict = field(default_factory=dict)
    same: list = field(default_factory=list)
    not_on_list: list = field(default_factory=list)


def folded(text):
    """Give the letters and digits of a name, in lower case and without accents.

    Examples
    --------
    >>> folded("Noël, Ada-Marie")
    'noeladamarie'
    """
    apart = unicodedata.normalize("NFKD", text)
    return plain("".join(letter for letter in apart if not unicodedata.combining(letter)))


class ClassList:
    """Finds the one person who is meant.

    Parameters
    ----------
    people : iterable of Person
    """

    def __init__(self, people):
        self.people = {person.id: person for person in people}
        self._by = {"id": {}, "lms": {}, "email": {}, "name": {}}
        for person in self.people.values():
            self._note("id", person.id.casefold(), person)
            self._note("lms", person.lms_user_id, person)
            self._note("email", person.email.casefold(), person)
            for name in {folded(person.first_name + person.last_name), folded(person.last_name + person.first_name)}:
                self._note("name", name, person)

    def _note(self, kind, key, person):
        if key:
            self._by[kind].setdefault(key, []).append(person)

    @property
    def says_who(self):
        """Whether it is a list, and not the bare ids that grading has entered."""
        return any(person.name or person.email or person.lms_user_id for person in self.people.values())

    def called(self, name):
        """Give the ids of all who have this name."""
        return [person.id for person in self._by["name"].get(folded(name), ())]

    def find(self, id="", lms_user_id="", email="", name=""):
        """Give the person that is meant, by what is known best; None if nobody or several could be meant."""
        for kind, key in (
            ("lms", lms_user_id.strip()),
            ("id", id.strip().casefold()),
            ("email", email.strip().casefold()),
            ("name", folded(name)),
        ):
            found = self._by[kind].get(key, ()) if key else ()
            if len(found) == 1:
                return found[0]
        return None


def read_class(path):
    """Read a class list.

    Returns
    -------
    list of Person

    Raises
    ------
    Trouble
        If a column is missing, an id may not be a folder's name, or two lines have one id.
    """
    from bncourse.grading.intake import may_be_graded

    sheet = read_sheet(path)
    places = {field: sheet.column(*names) for field, names in COLUMNS.items()}
    if places["id"] is None:
        places["id"] = places["email"]
    if places["id"] is None:
        raise Trouble(
            f"{path} has no column for the students' ids; its columns are {', '.join(sheet.header) or 'none'}. "
            "Name one of them `id` (and, as you like, `first name`, `last name`, `email`, `lms id`)."
        )
    names, people, seen = sheet.column(*NAME), [], {}
    for number, row in enumerate(sheet.rows, start=2):
        known = {field: row[place].strip() for field, place in places.items() if place is not None}
        if names is not None and not (known.get("first_name") or known.get("last_name")):
            known["first_name"], known["last_name"] = _split(row[names])
        if not known["id"]:
            raise Trouble(f"{path}, row {number}: there is no id. Nothing was changed; fill it in, or delete the row.")
        if not may_be_graded(known["id"]) or max(map(len, known.values())) > 128:
            raise Trouble(
                f"{path}, row {number}: {known['id'][:100]!a} cannot be the name of a folder; take at most "
                "100 letters, digits, and . _ - @ between them. Nothing was changed."
            )
        if known["id"].casefold() in seen:
            raise Trouble(
                f"{path}, row {number}: the id {known['id']} stands in row {seen[known['id'].casefold()]} too. "
                "Nothing was changed; an id is for one person."
            )
        seen[known["id"].casefold()] = number
        people.append(Person(**known))
    return people


def _split(name):
    """Give the first and the last name of "Ada Lovelace" or "Lovelace, Ada"."""
    if "," in name:
        last, _, first = name.partition(",")
    else:
        first, _, last = re.sub(r"\s+", " ", name.strip()).rpartition(" ")
    return first.strip(), last.strip()


def class_list(course):
    """Give the class list of a course, as its gradebook has it; empty where there is no gradebook yet."""
    from bncourse.grading.record import Record

    record = Record(course)
    if record.file is not None and not record.file.exists():
        return ClassList(())
    with record:
        return ClassList(person_of(student) for student in record.gradebook.students)


def person_of(student):
    """Give a student of nbgrader's gradebook as a `Person`."""
    fields = {field: getattr(student, field) or "" for field in COLUMNS}
    return Person(**fields)


def enter(course, people):
    """Write people into the class list of a course, in one transaction; a field that is empty changes nothing.

    Returns
    -------
    Entered
    """
    from nbgrader.api import Student

    from bncourse.grading.record import Record

    done = Entered()
    with Record(course) as record:
        database = record.gradebook.db
        known = {student.id: student for student in record.gradebook.students}
        by_id = {student.id.casefold(): student for student in known.values()}
        record.back_up()
        for person in people:
            wanted = {f: in_a_page(getattr(person, f)) for f in COLUMNS if f != "id" and getattr(person, f)}
            there = known.get(person.id) or by_id.get(person.id.casefold())
            if there is None:
                database.add(Student(id=person.id, **wanted))
                done.added.append(person.id)
                continue
            differs = {
                f: (getattr(there, f) or "", new) for f, new in wanted.items() if (getattr(there, f) or "") != new
            }
            for each, (_, new) in differs.items():
                setattr(there, each, new)
            if differs:
                done.changed[there.id] = differs
            else:
                done.same.append(there.id)
        database.commit()
        listed = {person.id.casefold() for person in people}
        done.not_on_list = sorted(id for id in known if id.casefold() not in listed)
    return done


def command(options):
    """Enter a class list; see ``bncourse students --help``."""
    course = find_folder()
    people = read_class(options.file)
    if not people:
        raise Trouble(f"{options.file} names its columns and nobody in them; nothing was changed.")
    done = enter(course, people)
    console = Console()
    if done.changed or done.not_on_list:
        console.print(_table(done))
    parts = [f"{len(done.added)} added", f"{len(done.changed)} changed", f"{len(done.same)} as before"]
    if done.not_on_list:
        parts.append(f"{len(done.not_on_list)} in the gradebook and not on the list, left as they are")
    console.print(f"Class list: {', '.join(parts)}. It is in the gradebook.", highlight=False, soft_wrap=True)


def _table(done):
    table = Table(title="What to look at")
    table.add_column("Student", overflow="fold")
    table.add_column("What", overflow="fold")
    for student, differs in sorted(done.changed.items()):
        lines = [f"{field.replace('_', ' ')}: {old or 'nothing'} -> {new}" for field, (old, new) in differs.items()]
        table.add_row(escape(student), escape("changed: " + "; ".join(lines)))
    for student in done.not_on_list:
        table.add_row(escape(student), "in the gradebook, not on this list; nothing was removed")
    return table
