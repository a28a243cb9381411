"""What a run asks of nbgrader's gradebook, each in one question or a few, however large the class is."""

from nbgrader.api import Assignment, BaseCell, Notebook, SubmittedAssignment, SubmittedNotebook
from sqlalchemy import select, text
from sqlalchemy.orm import joinedload, selectinload


def grades(session):
    """Return every grade of a gradebook: ``{(student, assignment, cell): row}``, the score of the machine first."""
    query = (
        "SELECT sa.student_id, a.name, bc.name, g.auto_score, g.manual_score, g.extra_credit, g.needs_manual_grade "
        "FROM grade g JOIN submitted_notebook sn ON g.notebook_id = sn.id "
        "JOIN submitted_assignment sa ON sn.assignment_id = sa.id JOIN assignment a ON sa.assignment_id = a.id "
        "JOIN base_cell bc ON g.cell_id = bc.id"
    )
    return {tuple(row[:3]): tuple(row[3:]) for row in session.execute(text(query))}


def submissions(session, name, students):
    """Return the id and the time of the submissions that are there, by student."""
    found = session.execute(
        select(SubmittedAssignment.student_id, SubmittedAssignment.id, SubmittedAssignment.timestamp)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == name, SubmittedAssignment.student_id.in_(students))
    )
    return {student: (id, timestamp) for student, id, timestamp in found}


def submission(session, name, student):
    """Return a submission and its notebook, with all that will be written to."""
    return session.execute(
        select(SubmittedAssignment, SubmittedNotebook)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(Assignment.name == name, SubmittedAssignment.student_id == student, Notebook.name == name)
        .options(
            joinedload(SubmittedAssignment.assignment),
            selectinload(SubmittedNotebook.grades),
            selectinload(SubmittedNotebook.comments),
        )
    ).one()


def cell_names(session, name):
    """Return the names of the cells of an assignment by their ids."""
    found = session.execute(
        select(BaseCell.id, BaseCell.name)
        .join(Notebook, Notebook.id == BaseCell.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .where(Assignment.name == name)
    )
    return {row.id: row.name for row in found}
