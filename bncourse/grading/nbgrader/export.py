"""``nbgrader export`` with cells that no spreadsheet runs, and that a comma in a name does not move.

The columns and the numbers are those of nbgrader's own exporter, which writes what stands in the gradebook as it is.
"""

import csv

from nbgrader.api import MissingEntry
from nbgrader.plugins import CsvExportPlugin

from bncourse.grading.display.names import in_a_table

COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email", "raw_score",
    "late_submission_penalty", "score", "max_score",
)  # fmt: skip


class Export(CsvExportPlugin):
    """Writes the grades of the gradebook as CSV."""

    def export(self, gradebook):
        """Write the file that ``--to`` names, or grades.csv."""
        place = self.to or "grades.csv"
        assignments, students = set(map(str, self.assignment)), set(map(str, self.student))
        self.log.info("Exporting grades to %s", place)
        with open(place, "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(COLUMNS)
            for assignment in gradebook.assignments:
                for student in gradebook.students:
                    wanted = not students or student.id in students
                    if wanted and (not assignments or assignment.name in assignments):
                        row = self._row(gradebook, assignment, student)
                        table.writerow("" if value is None else in_a_table(str(value)) for value in row)

    def _row(self, gradebook, assignment, student):
        at, raw, penalty = "", 0.0, 0.0  # as nbgrader has it for who handed nothing in
        try:
            submission = gradebook.find_submission(assignment.name, student.id)
            at, raw, penalty = submission.timestamp, submission.score, submission.late_submission_penalty
        except MissingEntry:
            pass
        who = (student.id, student.last_name, student.first_name, student.email)
        scores = raw, penalty, max(0.0, raw - (penalty or 0.0)), assignment.max_score
        return assignment.name, assignment.duedate, at, *who, *scores
