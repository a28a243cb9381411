"""Who is in the class: who was removed stays removed, and two spellings of one login are one person."""

from pathlib import Path

from bncourse.files import read_json, write_json
from bncourse.grading.engine.grade_note import NOTES
from bncourse.grading.lms.identifiers import key

ENTERED = Path(NOTES, ".class-list.json")  # who was ever entered by a class list


def note_entered(course, students):
    """Note who is on a class list, so that it is known later who was taken out of the gradebook."""
    write_json(Path(course) / ENTERED, sorted(_entered(course) | set(students)))


def _entered(course):
    return set(map(str, read_json(Path(course) / ENTERED, list)))


def removed(assignment, students, enrolled):
    """Return those whom the gradebook had once, and has no more: somebody took them out.

    Parameters
    ----------
    assignment : Assignment
    students : collection of str
        Who handed something in.
    enrolled : collection of str
        Who is in the gradebook. A gradebook without anybody is a new one, and nobody was taken out of it.

    Returns
    -------
    set of str
    """
    from bncourse.grading.lms.collecting import read_notes

    if not enrolled:
        return set()
    known = {key(student) for student in enrolled}
    notes = read_notes(assignment)
    listed = {who for who, note in notes.items() if any(each.get("listed") for each in note.values())}
    listed = {key(student) for student in listed | _entered(assignment.course)}
    gone = {student for student in students if key(student) not in known}
    notes = {student: assignment.submission(student).grade_note() for student in gone}
    return {student for student, note in notes.items() if key(student) in listed or note.enrolled}


def one_spelling(gradebook, students):
    """Give people on the list the login that their submissions come under, where only capitals differ.

    Parameters
    ----------
    gradebook : Gradebook
    students : collection of str
        Who handed something in.

    Returns
    -------
    dict of str to str
        Those who cannot be taken together, and why.
    """
    from nbgrader.api import Student, SubmittedAssignment

    troubles, by_key = {}, {}
    for student in sorted(students):
        by_key.setdefault(key(student), []).append(student)
    known = {student.id: student for student in gradebook.students}
    for spellings in by_key.values():
        wanted = [student for student in known if key(student) == key(spellings[0])]
        if len(spellings) > 1:
            for student in spellings:
                if student not in known or len([s for s in spellings if s in known]) > 1:
                    others = ", ".join(other for other in spellings if other != student)
                    troubles[student] = (
                        f"submitted/ has {others} too, which is the same login; keep one folder of them."
                    )
        elif len(wanted) == 1 and wanted[0] != spellings[0]:
            there = known[wanted[0]]
            if gradebook.db.query(SubmittedAssignment).filter_by(student_id=there.id).count():
                troubles[spellings[0]] = (
                    f"{there.id} of the gradebook is the same login and has grades; call the folder "
                    f"submitted/{spellings[0]} {there.id}."
                )
                continue
            fields = {each: getattr(there, each) for each in ("first_name", "last_name", "email", "lms_user_id")}
            gradebook.db.delete(there)
            gradebook.db.flush()
            gradebook.db.add(Student(id=spellings[0], **fields))
            gradebook.db.commit()
    return troubles
