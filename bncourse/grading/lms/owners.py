"""Whose the files of an archive are: the one student who is meant, or nobody and why."""

import unicodedata

from bncourse.grading.lms import file_names
from bncourse.grading.submission.folder import shown
from bncourse.grading.submission.names import is_letter, may_be_graded

APART = (
    "Moodle's grading worksheet tells them apart: add --times worksheet.csv. Or unpack the archive, give their "
    "folders their ids as names, and collect that folder."
)

TWO_WAYS = (
    "Its name can be read as that of {who}, because a name of a person or of a file may hold numbers too. Whose it is "
    "cannot be told from it: give the file to its person in a folder with the id as its name, and collect that; or "
    "enter the class list with the numbers of Canvas (bncourse students)."
)


def settled(named, people, numbers, done):
    """Settle whose each file is where its name can be read in several ways; what stays in doubt is left.

    A person may choose a name that holds what looks like another's number. So of several readings the one counts whose
    number, or id, is that of somebody, if there is one such person alone.

    Parameters
    ----------
    named : list of (tuple of Handed, ArchiveEntry)
        The readings of the name of each file.
    people : ClassList
    numbers : dict of str to Person
    done : Collected
        Gets what is left.

    Returns
    -------
    list of (Handed, ArchiveEntry)
    """
    plain = {readings[0].owner for readings, _ in named if len(readings) == 1}
    found = []
    for readings, entry in named:
        meant = readings[0] if len(readings) == 1 else _meant(readings, people, numbers, plain)
        if meant is None:
            who = " and ".join(dict.fromkeys(made_id(each) for each in readings))
            done.left.append((shown(entry.path), TWO_WAYS.format(who=shown(who))))
        else:
            found.append((meant, entry))
    return found


def _meant(readings, people, numbers, plain):
    """Return the one of several readings that is meant, or None."""
    first = readings[0]
    if people.says_who:
        known = [each for each in readings if student_of(each, people, numbers)[0] is not None]
        if len({student_of(each, people, numbers)[0] for each in known}) > 1:
            return None
        first = known[0] if known else first
        row = numbers.get(first.number) if first.kind == file_names.MOODLE else None
        if row or (first.kind == file_names.CANVAS and people.find(lms_user_id=first.number)):
            return first
    return None if first.owner in plain else first  # by a name alone it would join the files of that person


def owners_of(groups, people, numbers, done, name):
    """Say which student each group of files belongs to.

    Parameters
    ----------
    groups : dict of str to list of (Handed, ArchiveEntry)
        The files of each owner.
    people : ClassList
    numbers : dict of str to Person
        Who is meant by Moodle's numbers.
    done : Collected
        Gets what is left.
    name : str
        The assignment.

    Returns
    -------
    dict of str to str
        ``{student: owner}``
    """
    claimed = {}
    for owner, files in groups.items():
        first = files[0][0]
        student, why = student_of(first, people, numbers)
        if student is None:
            if len(people.called(first.name)) > 1 and why.startswith("Several"):
                why = f"{why} {APART}"
            why = why or "Nobody on the class list is plainly meant. Add them (bncourse students), and collect again."
            done.left.append((called(first, files), why))
        elif not people.says_who and _is_a_class(files, name):
            why = f"{len(files)} files of different folders are in it: it is a class, and not one student."
            done.left.append(
                (called(first, files), f"{why} Collect the folder that holds one folder for each student.")
            )
        elif not may_be_graded(student):
            done.left.append((shown(owner), "It cannot be the name of a folder; a class list gives them an id."))
        else:
            claimed.setdefault(student, []).append(owner)
    owners = {}
    for student, of in claimed.items():
        if len(of) == 1:
            owners[student] = of[0]
        else:
            why = f"{len(of)} of them could be {student}. {APART}"
            done.left += [(called(groups[owner][0][0], groups[owner]), why) for owner in of]
    return owners


def _is_a_class(files, name):
    """Return whether these files of one folder come from several people: the same notebook in several folders."""
    places = [each.file.rpartition("/") for each, _ in files if each.kind == file_names.FOLDER]
    deep = {folder for folder, _, file in places if folder and file.casefold().endswith((".ipynb", ".zip"))}
    return len(deep) > 2 and not any(file == f"{name}.ipynb" for folder, _, file in places if not folder)


def called(handed, files):
    """Say whose files these are, as far as the archive knows it."""
    who = handed.owner if handed.kind != file_names.CANVAS else f"{handed.name} {handed.number}".strip()
    return f"{shown(who)} ({len(files)} file{'s' * (len(files) != 1)})"


def made_id(handed):
    """Make an id of what the archive says."""
    return {
        file_names.CANVAS: "-".join(part for part in (handed.name, handed.number) if part),
        file_names.MOODLE: _as_id(handed.name if handed.name.casefold() != "participant" else handed.owner),
        file_names.FOLDER: handed.owner,
    }[handed.kind]


def student_of(handed, people, numbers):
    """Return the id of the student, or None, and why; without a class list an id is made of what the archive says."""
    made = made_id(handed)
    if handed.kind == file_names.CANVAS:
        anonymous = handed.number.startswith("anon-")
        meant = people.meant(lms_user_id="" if anonymous else handed.number, name=handed.name)
    elif handed.kind == file_names.MOODLE:
        row = numbers.get(handed.number)
        meant = people.meant(row.id, "", row.email, row.name or handed.name) if row else people.meant(name=handed.name)
    else:
        meant = people.labelled(handed.owner)
    person = meant.person or (None if meant.doubt else people.find(id=made))
    if person is None and not people.says_who:
        return made, ""
    return (person.id if person else None), meant.doubt


def _as_id(name):
    letters = unicodedata.normalize("NFC", name.casefold())
    return "-".join("".join(each if is_letter(each) else " " for each in letters).split())
