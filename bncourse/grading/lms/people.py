"""People of a class, and who of them is meant by a number, an id, an email or a name."""

import unicodedata
from dataclasses import dataclass

from bncourse.grading.lms.identifiers import are_alike, key, without_zeros
from bncourse.grading.lms.spreadsheets import plain

FIELDS = ("id", "first_name", "last_name", "email", "lms_user_id")
WORDS = {"lms": "number of the LMS", "id": "id", "email": "email"}


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


def folded(text):
    """Return the letters and digits of a name, in lower case and without accents.

    Examples
    --------
    >>> folded("Noël, Ada-Marie")
    'noeladamarie'
    """
    apart = unicodedata.normalize("NFKD", text)
    return plain("".join(letter for letter in apart if not unicodedata.combining(letter)))


@dataclass(frozen=True)
class Meant:
    """Who is meant.

    Parameters
    ----------
    person : Person or None
    doubt : str
        Why somebody who is called so is not taken, or nobody plainly is; "" where nobody is like that.
    """

    person: Person | None = None
    doubt: str = ""


class ClassList:
    """Finds the one person who is meant.

    Parameters
    ----------
    people : iterable of Person
    """

    def __init__(self, people):
        self.people = {person.id: person for person in people}
        self._by = {"id": {}, "zeros": {}, "lms": {}, "email": {}, "name": {}}
        for person in self.people.values():
            self._note("id", key(person.id), person)
            self._note("zeros", without_zeros(person.id), person)
            self._note("lms", key(person.lms_user_id), person)
            self._note("email", key(person.email), person)
            for name in {folded(person.first_name + person.last_name), folded(person.last_name + person.first_name)}:
                self._note("name", name, person)

    def _note(self, kind, key, person):
        if key:
            self._by[kind].setdefault(key, []).append(person)

    def having(self, kind, key):
        """Give everybody with this number ("lms"), "id", "email" or "name"."""
        return self._by[kind].get(key, []) if key else []

    @property
    def says_who(self):
        """Whether it is a list, and not the bare ids that grading has entered."""
        return any(person.name or person.email or person.lms_user_id for person in self.people.values())

    def shown(self, id):
        """Return an id with the name of the person, as people read it."""
        name = self.people[id].name if id in self.people else ""
        return f"{id} ({name})" if name and name != id else id

    def called(self, name):
        """Return the ids of all who have this name."""
        return [person.id for person in self._by["name"].get(folded(name), ())]

    def find(self, id="", lms_user_id="", email="", name=""):
        """Return the person that is meant, by what is known best; None if nobody or several could be meant."""
        return self.meant(id, lms_user_id, email, name).person

    def meant(self, id="", lms_user_id="", email="", name=""):
        """Say who is meant. A number, an id or an email that contradicts beats a name, and doubt is not decided.

        Returns
        -------
        Meant
        """
        said = {"lms": key(lms_user_id), "id": key(id), "email": key(email)}
        hits = {kind: self.having(kind, value) for kind, value in said.items()}
        if not hits["id"]:
            hits["id"] = self.having("zeros", without_zeros(id))
        sure = {kind: found[0] for kind, found in hits.items() if len(found) == 1}
        people = {person.id: person for person in sure.values()}
        if len(people) > 1:
            which = ", ".join(f"{WORDS[kind]} is that of {person.id}" for kind, person in sure.items())
            return Meant(doubt=f"The {which}. Put the class list right (bncourse students).")
        if people:
            [person] = people.values()
            return self._unless_another(person, said, sure, name)
        several = [kind for kind, found in hits.items() if len(found) > 1]
        if several:
            who = ", ".join(person.id for person in hits[several[0]])
            return Meant(doubt=f"The {WORDS[several[0]]} is that of several on the class list: {who}.")
        called = self.having("name", folded(name))
        if len(called) != 1:
            who = ", ".join(person.id for person in called)
            return Meant(doubt=f"Several on the class list are called so: {who}." if called else "")
        [person] = called
        contradiction = contradiction_of(person, {"lms": lms_user_id, "id": id, "email": email})
        if contradiction:
            return Meant(
                doubt=f"{person.id} is called so, but {contradiction}. If it is the same person, put the class list "
                "right (bncourse students); if not, add another line to it."
            )
        return Meant(person)

    def labelled(self, label):
        """Say who is meant by the name of a folder, which may be an id, a number, an email or a name.

        Returns
        -------
        Meant
        """
        ways = (("id", key(label)), ("lms", key(label)), ("email", key(label)), ("name", folded(label)))
        found = {person.id: person for kind, value in ways for person in self.having(kind, value)}
        if not found:
            found = {person.id: person for person in self.having("zeros", without_zeros(label))}
        if len(found) > 1:
            return Meant(doubt=f"Several on the class list could be meant: {', '.join(found)}.")
        return Meant(next(iter(found.values()), None))

    def _unless_another(self, person, said, sure, name):
        """Return a person found by a number, id or email, unless the name and another of these contradict."""
        called = self.having("name", folded(name))
        if called and person.name and person not in called and not share_a_name(person.name, name):
            by = " and ".join(WORDS[kind] for kind in sure)
            return Meant(
                doubt=f"The {by} is that of {person.id} ({person.name}), and the name is that of {called[0].id}. Put "
                "the class list right (bncourse students)."
            )
        others = {kind: value for kind, value in said.items() if kind not in sure}
        contradiction = contradiction_of(person, others, strictly=True)
        if contradiction and name and person.name and not share_a_name(person.name, name):
            by = " and ".join(WORDS[kind] for kind in sure)
            return Meant(
                doubt=f"The {by} is that of {person.id} ({person.name}), but {contradiction}, and the name is {name}. "
                "Put the class list right (bncourse students)."
            )
        return Meant(person)


def contradiction_of(person, said, strictly=False):
    """Say which number, id or email of a person is not the one that is said, or ""."""
    has = {"lms": person.lms_user_id, "id": person.id, "email": person.email}
    for kind, value in said.items():
        differs = key(value) and has[kind] and key(value) != key(has[kind])
        if differs and kind == "id":
            differs = are_alike(value, person.id)  # else it may be the id of another system
        if differs and kind == "id" and strictly:
            continue
        if differs:
            return f"the {WORDS[kind]} is {has[kind]} on the class list and {value.strip()} here"
    return ""


def share_a_name(one, other):
    """Return whether two names have a part in common."""
    parts = [{folded(part) for part in name.replace(",", " ").split()} - {""} for name in (one, other)]
    return bool(parts[0] & parts[1]) or folded(one) == folded(other)


def person_of(student):
    """Return a student of nbgrader's gradebook as a `Person`."""
    fields = {field: getattr(student, field) or "" for field in FIELDS}
    return Person(**fields)
