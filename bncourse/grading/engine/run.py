"""One run over the submissions of an assignment: jobs out of what was staged, and grades and notes out of results."""

from dataclasses import dataclass, field, replace

from nbformat.v4 import reads_json

from bncourse.grading.assignment import Assignment
from bncourse.grading.course import private_folders
from bncourse.grading.engine.grade_note import GradeNote
from bncourse.grading.engine.jobs import Job
from bncourse.grading.engine.pool import judged
from bncourse.grading.engine.progress import Graded
from bncourse.grading.engine.seeds import seed_of
from bncourse.grading.lms.unknown_times import has_lost_its_time
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.sandbox import levels
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.mounts import Unavailable

BATCH = 20  # submissions that are entered into the gradebook together


@dataclass
class GradingRun:
    """One run over those submissions of an assignment that have to be graded.

    Parameters
    ----------
    assignment : Assignment
    record : Record
        The open gradebook.
    done : Graded
        What comes of it is added.
    reports, prints : dict
        The staging report and the fingerprint of each student's submission.
    hidden : dict
        The hidden tests.
    limits : Limits
    preload : tuple of str
        The modules that the notebook imports.
    """

    assignment: Assignment
    record: object
    done: Graded
    reports: dict
    prints: dict
    hidden: dict
    limits: Limits
    preload: tuple
    files: dict = field(default_factory=dict)

    def grade(self, students, workers, scheduler, tell):
        """Grade the submissions of these students, and tell how far it is."""
        if tell:
            tell(0, len(students))
        for finished, result in enumerate(judged(self._jobs(students), workers, scheduler), start=1):
            if result.trouble:
                self._not_graded(result)
            else:
                self._graded(result)
            if tell:
                tell(finished, len(students))

    def _jobs(self, students):
        """Yield the jobs; what the gradebook has to know of them is entered a batch at a time."""
        from bncourse.grading.engine.hidden_tests import with_hidden_tests

        name = self.assignment.name
        private = private_folders(self.assignment.course, self.record.config, self.record.url)
        for batch in _batches(students):
            found = {who: self.assignment.submission(who).staged(self.reports[who]) for who in batch}
            untimed = {
                student
                for student in batch
                if has_lost_its_time(self.assignment.submission(student), self.reports[student])
            }
            times = {student: stamp_of(beside) for student, (_, beside) in found.items()}
            ids = self.record.enter(name, times, untimed)
            for student, (notebook, self.files[student]) in found.items():
                beside = {path: content for path, content in self.files[student].items() if path != TIMESTAMP}
                notebook = with_hidden_tests(notebook, self.hidden)
                seed = seed_of(ids[student], reads_json(notebook), beside)
                level, limits = self.done.level, self.limits
                yield Job(name, student, notebook, seed, level, beside, limits, self.preload, private)

    def _not_graded(self, result):
        if result.trouble.startswith(Unavailable.__name__):
            levels.forget()
        self.done.not_graded[result.student] = result.trouble
        submission = self.assignment.submission(result.student)
        submission.write_grade_note(replace(submission.grade_note(), not_graded=result.trouble))

    def _graded(self, result):
        from bncourse.grading.engine.hidden_tests import summed

        done, student = self.done, result.student
        score = self.record.write(self.assignment.name, student, result.notebook, self.files.pop(student, {}))
        done.scores[student], done.seconds[student] = score, result.seconds
        if result.events:
            done.notes[student] = "; ".join(dict.fromkeys(result.events))
        note = GradeNote.of(
            result,
            fingerprint=self.prints[student],
            hidden=summed(self.hidden),
            score=score,
            enrolled=True,
            received=self.reports[student].received,
        )
        self.assignment.submission(student).write_grade_note(note)


def _batches(students):
    for at in range(0, len(students), BATCH):
        yield students[at : at + BATCH]


def stamp_of(files):
    return files.get(TIMESTAMP, b"").decode("ascii", "replace").strip() or None
