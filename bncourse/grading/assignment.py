"""One assignment of a course, and what one student handed in for it: where each file lies, and how it is read.

These two objects are what the stations of grading hand on. They know names and places; what happens at a station is
in its module.
"""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

from bncourse.grading.course import choose
from bncourse.grading.engine.grade_note import NOTES, GradeNote
from bncourse.grading.submission.names import may_be_graded
from bncourse.grading.submission.plain_files import hashes
from bncourse.grading.submission.staging_report import REPORTS, StagingReport
from bncourse.grading.submission.timestamp import TIMESTAMP

SOURCES, RELEASED, SUBMITTED, RECEIVED = "solutions", "notebooks", "submitted", "received"
AUTOGRADED, FEEDBACK, COLLECTED = "autograded", "feedback", "collected"


@dataclass(frozen=True)
class Assignment:
    """One notebook of a course that is handed out, handed in, and graded.

    Parameters
    ----------
    course : path
        The course's folder.
    name : str
        Such as "04-normalize-scale-shift".
    """

    course: Path
    name: str

    def __post_init__(self):
        object.__setattr__(self, "course", Path(self.course))

    @property
    def number(self):
        """How the commands call it, such as "04"."""
        return self.name.partition("-")[0]

    @property
    def file_name(self):
        return f"{self.name}.ipynb"

    @property
    def source(self):
        return self.course / SOURCES / self.name / self.file_name

    @property
    def released(self):
        return self.course / RELEASED / self.name / self.file_name

    @property
    def collected(self):
        """The file that notes under which names submissions came out of an LMS."""
        return self.course / COLLECTED / f"{self.name}.json"

    def submission(self, student):
        """Return the `SubmissionDir` of a student, whether there is anything in it or not."""
        return SubmissionDir(self, student)

    def handed_in(self):
        """Return the names of all who handed something in, also something that is no folder, as a set."""
        found = set()
        for top in (SUBMITTED, RECEIVED):
            with contextlib.suppress(FileNotFoundError):
                students, place = os.listdir(self.course / top), self.course / top
                found.update(student for student in students if os.path.lexists(place / student / self.name))
        return found

    def can_be_graded(self):
        """Return those who handed something in under a name that is safe, as a set."""
        return {student for student in self.handed_in() if may_be_graded(student)}

    def autograded(self):
        """Return the names of all who have a graded notebook, in order."""
        graded = (self.course / AUTOGRADED).glob(f"*/{self.name}/{self.file_name}")
        return sorted(path.parent.parent.name for path in graded)


def chosen(course, words):
    """Return the assignments that these words mean: "04", "4", or the full name; all of the course for no words.

    Raises
    ------
    Trouble
        If a word means no notebook of the course.
    """
    return [Assignment(course, name) for name in choose(course, words)]


@dataclass(frozen=True)
class SubmissionDir:
    """What one student handed in for an assignment, in all the folders that it goes through.

    Parameters
    ----------
    assignment : Assignment
    student : str
    """

    assignment: Assignment
    student: str

    def _in(self, top):
        return self.assignment.course / top / self.student / self.assignment.name

    @property
    def submitted(self):
        """The folder with what was staged; before that, with what came."""
        return self._in(SUBMITTED)

    @property
    def notebook(self):
        return self.submitted / self.assignment.file_name

    @property
    def timestamp(self):
        return self.submitted / TIMESTAMP

    @property
    def autograded(self):
        """The graded notebook."""
        return self._in(AUTOGRADED) / self.assignment.file_name

    @property
    def feedback(self):
        """The folder of the feedback page."""
        return self._in(FEEDBACK)

    @property
    def page(self):
        return self.feedback / f"{self.assignment.name}.html"

    @property
    def received(self):
        """The folder of what came first; what came later has a number behind its name, see `arrivals`."""
        return self._in(RECEIVED)

    def arrivals(self):
        """Return the folders of all that was received, in the order in which it came."""
        numbered = {}
        with contextlib.suppress(FileNotFoundError):
            for entry in os.listdir(self.received.parent):
                head, _, number = entry.partition("@")
                if head == self.assignment.name and (number.isdecimal() or entry == head):
                    numbered[int(number or 1)] = self.received.parent / entry
        return [numbered[number] for number in sorted(numbered)]

    def next_arrival(self):
        """Return the folder that the next thing to be received goes into."""
        earlier = self.arrivals()
        last = int(earlier[-1].name.partition("@")[2] or 1) if earlier else 0
        return self.received.with_name(f"{self.assignment.name}@{last + 1}") if last else self.received

    def linked(self):
        """Say which of the student's folders is a link, such as "submitted/ada"; "" for none."""
        tops = (SUBMITTED, RECEIVED, REPORTS)
        links = (f"{top}/{self.student}" for top in tops if (self.assignment.course / top / self.student).is_symlink())
        return next(links, "")

    @property
    def _report(self):
        return self.assignment.course / REPORTS / self.student / f"{self.assignment.name}.json"

    def staging_report(self):
        """Read the `StagingReport`; it is false where there is none."""
        return StagingReport.read(self._report)

    def write_staging_report(self, report):
        report.write(self._report)

    def staged(self, report):
        """Return what was staged, as a job needs it.

        Parameters
        ----------
        report : StagingReport

        Returns
        -------
        notebook : str
            As JSON.
        files : dict of str to bytes
            Beside it, by their paths, with the time of submission where there is one.

        Raises
        ------
        OSError, KeyError
            If it is not there as the report says.
        """
        files = {path: (self.submitted / path).read_bytes() for path in report.files}
        return files.pop(self.notebook.name).decode(), files

    def is_staged(self, report=None):
        """Return whether the files in ``submitted/`` are those of this report, or of the one on the disk."""
        known = (self.staging_report() if report is None else report).files
        return bool(known) and hashes(self.submitted) == known

    @property
    def grade_note_file(self):
        return self.assignment.course / NOTES / self.student / f"{self.assignment.name}.json"

    def grade_note(self):
        """Read the `GradeNote`; it is false where there is none."""
        return GradeNote.read(self.grade_note_file)

    def write_grade_note(self, note):
        """Note what a grade was made from.

        Raises
        ------
        Trouble
            If it cannot be written.
        """
        note.write(self.grade_note_file, self.student)

    def received_without_a_time(self, report=None):
        """Return whether what counts came without a time of submission, while an earlier version has one."""
        latest = self.assignment.course / ((report or self.staging_report()).received or "-")
        if "@" not in latest.name or (latest / TIMESTAMP).exists():
            return False
        return self.had_a_time()

    def had_a_time(self):
        """Return whether the time of a version that was received is known."""
        return any((folder / TIMESTAMP).exists() for folder in self.arrivals())
