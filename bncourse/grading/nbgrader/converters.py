"""nbgrader's own steps, called in this process.

Half of each ``nbgrader`` command is import: here it is paid once. Each function does what the command of
its name does, with the settings of the course, and gives back nbgrader's log as text. Nothing of nbgrader is
replaced.
"""

import contextlib
import logging
import warnings

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from bncourse.grading.assignment import FEEDBACK
from bncourse.grading.course import settings
from bncourse.grading.gradebook.create import prepare
from bncourse.grading.nbgrader.export import Export


class Refused(Exception):
    """A step of nbgrader that failed; holds what nbgrader logged, and its traceback."""

    def __init__(self, log, error):
        super().__init__(error.strip().splitlines()[-1])
        self.log = log
        self.error = error


def generate_assignment(assignment, release_directory="notebooks", record=True):
    """Write the release of one source notebook and, to `record` it, its cells into the gradebook."""
    return _run(GenerateAssignment, assignment, record, release_directory=release_directory)


def autograde(assignment, student):
    """Grade the submission of one student."""
    return _run(Autograde, assignment, student_id=student)


def generate_feedback(assignment, student, into=FEEDBACK):
    """Write the feedback page of one student, or with "*" of all."""
    return _run(GenerateFeedback, assignment, student_id=student, feedback_directory=into)


def export(course, to):
    """Write the grades of the whole gradebook as nbgrader's CSV."""
    config = settings(course)
    place = CourseDirectory(config=config)
    with Gradebook(place.db_url, place.course_id) as gradebook:
        Export(config=config, to=str(to)).export(gradebook)


def scores(submission):
    """Return each graded cell's score and its most, as ``{grade_id: (score, most)}``."""
    place = CourseDirectory(config=settings(submission.assignment.course))
    with Gradebook(place.db_url, place.course_id) as gradebook:
        found = gradebook.find_submission(submission.assignment.name, submission.student)
        return {grade.name: (grade.score, grade.max_score) for notebook in found.notebooks for grade in notebook.grades}


def waiting(submission):
    """Return the points of each written answer that waits for a person, as ``{grade_id: most}``."""
    place = CourseDirectory(config=settings(submission.assignment.course))
    with Gradebook(place.db_url, place.course_id) as gradebook:
        found = gradebook.find_submission(submission.assignment.name, submission.student)
        return {
            grade.name: grade.max_score
            for notebook in found.notebooks
            for grade in notebook.grades
            if grade.needs_manual_grade
        }


def _run(converter, assignment, record=True, **folders):
    config = settings(assignment.course, assignment_id=assignment.name, **folders)
    if "exporter_class" not in config.GenerateFeedback:
        config.GenerateFeedback.exporter_class = "bncourse.grading.nbgrader.feedback_page.PageExporter"
    if not record:  # what nbgrader's own --no-db does
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
    else:
        with contextlib.suppress(SQLAlchemyError):  # nbgrader finds the same, and tells it
            prepare(CourseDirectory(config=config).db_url)
    # a logger of its own for each run: what nbgrader says is captured, and told where it matters
    log = logging.Logger("nbgrader", logging.INFO)
    step = converter(coursedir=CourseDirectory(config=config, log=log), config=config, log=log)
    step.force = True
    with warnings.catch_warnings():
        # nbgrader reads a new submission before it adds it to the session, which it does two lines later
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)
        outcome = capture_log(step)
    if not outcome["success"]:
        raise Refused(outcome.get("log", ""), outcome["error"])
    return outcome.get("log", "")


@contextlib.contextmanager
def quiet_gradebook():
    """Keep nbgrader from printing the trace of a failure that is tried again, or told in a sentence."""
    log = logging.getLogger("tornado.application")  # the one that its gradebook writes to
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before
