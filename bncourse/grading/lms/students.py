"""The class list: who is in the class, and who is meant by a name in an archive or in a table.

The list lives in nbgrader's gradebook. ``bncourse students CLASS.csv`` writes it there, and takes nobody away.
"""

from dataclasses import dataclass, field

from rich.markup import escape
from rich.table import Table

from bncourse.course import find_folder
from bncourse.grading.display.names import in_a_page
from bncourse.grading.display.terminal import Terminal as Console
from bncourse.grading.gradebook.enrolment import note_entered
from bncourse.grading.lms.class_table import read_class, read_table
from bncourse.grading.lms.identifiers import key, without_zeros
from bncourse.grading.lms.people import FIELDS, WORDS, ClassList, Person, contradiction_of, person_of, share_a_name
from bncourse.trouble import Trouble

__all__ = ["ClassList", "Entered", "Person", "class_list", "enter", "person_of", "read_class"]


@dataclass
class Entered:
    """What became of a class list: ids; with what was before and is now, where that changed; and lost zeros."""

    added: list = field(default_factory=list)
    changed: dict = field(default_factory=dict)
    same: list = field(default_factory=list)
    not_on_list: list = field(default_factory=list)
    zeros: dict = field(default_factory=dict)


def class_list(course):
    """Return the class list of a course, as its gradebook has it; empty where there is no gradebook yet."""
    from bncourse.grading.gradebook.writer import Record

    record = Record(course)
    if record.file is not None and not record.file.exists():
        return ClassList(())
    with record:
        return ClassList(person_of(student) for student in record.gradebook.students)


def enter(course, people):
    """Write people into the class list of a course, in one transaction; a field that is empty changes nothing.

    Returns
    -------
    Entered

    Raises
    ------
    Trouble
        If somebody may be in the gradebook already, under another id.
    """
    from nbgrader.api import Student

    from bncourse.grading.gradebook.writer import Record

    done = Entered()
    with Record(course) as record:
        database = record.gradebook.db
        known = {student.id: student for student in record.gradebook.students}
        listed = ClassList(person_of(student) for student in known.values())
        own = {key(person.id) for person in people}
        matched = {person.id: _known_as(person, listed, own, done) for person in people}
        if doubtful := [why for _, why in matched.values() if why]:
            more = f"\n  and {len(doubtful) - 10} more" if len(doubtful) > 10 else ""
            raise Trouble("\n  ".join([*doubtful[:10]]) + f"{more}\nNothing was changed.")
        record.back_up()
        for person in people:
            wanted = {f: in_a_page(getattr(person, f)) for f in FIELDS if f != "id" and getattr(person, f)}
            there = known.get(matched[person.id][0])
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
        note_entered(course, [*done.added, *done.changed, *done.same])
        on_list = {id for id, _ in matched.values()} | {person.id for person in people}
        done.not_on_list = sorted(set(known) - on_list)
    return done


def _known_as(person, listed, own, done):
    """Return the id under which somebody is in the gradebook already, or None; and what is in doubt.

    Capitals do not count. Zeros that a spreadsheet took from a list are put back where the gradebook has them.
    """
    exact = [known for known in listed.people.values() if key(known.id) == key(person.id)]
    if exact:
        return next((known.id for known in exact if known.id == person.id), exact[0].id), ""
    alike = [
        p for p in listed.people.values() if without_zeros(p.id) and without_zeros(p.id) == without_zeros(person.id)
    ]
    alike = [known for known in alike if key(known.id) not in own]
    for known in alike:
        other = contradiction_of(known, {"lms": person.lms_user_id, "email": person.email})
        named = known.name and person.name
        if other or (named and not share_a_name(known.name, person.name)):
            continue
        if len(known.id) > len(person.id) and len(alike) == 1:
            done.zeros[person.id] = known.id
            return known.id, ""
        return None, (
            f"{person.id} may be {known.id} of the gradebook: the ids differ by zeros alone. Take the list with the "
            f"ids as the gradebook has them; if {known.id} is wrong there, remove it (nbgrader db student remove "
            f"{known.id})."
        )
    for kind, value in (("lms", person.lms_user_id), ("email", person.email)):
        found = [p for p in listed.having(kind, key(value)) if key(p.id) not in own]
        if found and found[0].name and person.name and share_a_name(found[0].name, person.name):
            return None, (
                f"{person.id} may be {found[0].id} of the gradebook: they have one name and one {WORDS[kind]}, "
                f"{value}. Take {found[0].id} as the id in the list, or remove the old one (nbgrader db student remove "
                f"{found[0].id})."
            )
    return None, ""


def command(options):
    """Enter a class list; see ``bncourse students --help``."""
    course = find_folder()
    table = read_table(options.file, options.encoding)
    if not table.people:
        raise Trouble(f"{options.file} names its columns and nobody in them; nothing was changed.")
    done = enter(course, table.people)
    console = Console()
    if done.changed or done.not_on_list:
        console.print(_table(done))
    parts = [f"{len(done.added)} added", f"{len(done.changed)} changed", f"{len(done.same)} as before"]
    if done.not_on_list:
        parts.append(f"{len(done.not_on_list)} in the gradebook and not on the list, left as they are")
    if done.zeros:
        pairs = ", ".join(f"{short} is {whole}" for short, whole in list(done.zeros.items())[:5])
        table.said.append(f"Ids without their leading zeros were known all the same: {len(done.zeros)} ({pairs}).")
    table.said.append(f"The ids are the column {table.id_from!r}, such as {table.people[0].id}.")
    for line in table.said:
        console.print(line, highlight=False, soft_wrap=True, markup=False)
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
