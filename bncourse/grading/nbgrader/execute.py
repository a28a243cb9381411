"""nbgrader's step that runs a submission, done the safe way: in a session, judged from outside.

`Judge` stands in the place of nbgrader's `Execute` among the steps of ``nbgrader autograde``, by configuration
alone, so that Formgrader's button and the command go the way that ``bncourse grade`` goes.
"""

import atexit
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import nbformat
from nbformat.v4 import reads_json
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Integer

from bncourse.grading.assignment import Assignment
from bncourse.grading.course import private_folders
from bncourse.grading.engine.grade import preloads
from bncourse.grading.engine.grade_note import GradeNote
from bncourse.grading.engine.hidden_tests import hidden_tests, with_hidden_tests
from bncourse.grading.engine.jobs import Job
from bncourse.grading.engine.judge_process import judge
from bncourse.grading.engine.pool import processes
from bncourse.grading.engine.seeds import seed_of
from bncourse.grading.nbgrader.configuration import limits_in
from bncourse.grading.submission.store import read_release
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.limits import NAMES
from bncourse.sandbox.usage import fitting
from bncourse.trouble import Trouble

_lock = threading.Lock()
_pool: ProcessPoolExecutor | None = None


class NotJudged(Exception):
    """A submission that could not be judged; its grade stays as it was."""


class Judge(NbGraderPreprocessor):
    """Runs a submission behind walls, and its checks outside of them."""

    lowest_level = Integer(
        2,
        help="The lowest level of walls to make do with: 3 is bubblewrap, Landlock and seccomp; 2 goes without "
        "bubblewrap; 1 and 0 are not safe.",
    ).tag(config=True)

    def preprocess(self, nb, resources):
        about = resources["nbgrader"]
        course = _course(self, resources)
        submission = Assignment(course, about["assignment"]).submission(about["student"])
        try:
            limits = limits_in(self.config, self)
            fitting(1, limits, course)
        except Trouble as trouble:
            raise NotJudged(f"{about['student']} was not graded: {trouble}") from trouble
        level = best_level(self.lowest_level)
        try:  # what `bncourse grade` takes; nbgrader has mended its own copy, and left out files by their names
            notebook, beside = submission.staged(submission.staging_report())
        except (OSError, KeyError, Trouble) as error:
            why = f"what was staged is not there ({error}): bncourse stage {submission.assignment.number}"
            raise NotJudged(f"{about['student']} was not graded: {why}") from error
        beside.pop(TIMESTAMP, None)
        with Gradebook(about["db_url"]) as gradebook:
            notebook = with_hidden_tests(notebook, hidden_tests(gradebook, about["assignment"]))
            number = gradebook.find_submission(about["assignment"], about["student"]).id
        seed = seed_of(number, reads_json(notebook), beside)
        job = Job(
            about["assignment"],
            about["student"],
            notebook,
            seed,
            level,
            beside,
            limits,
            preloads(read_release(submission.assignment)[0]),  # not what the submission imports
            private_folders(course, self.config, about["db_url"]),
        )
        result = _judged(job)
        if result.trouble:
            raise NotJudged(f"{about['student']} was not graded: {result.trouble}")
        self.log.info("Judged with walls of level %s in %.1f s", NAMES[level], result.seconds)
        for event in result.events:
            self.log.warning("%s: %s", about["student"], event)
        try:
            received = submission.staging_report().received
            submission.write_grade_note(GradeNote.of(result, enrolled=True, received=received))
        except Trouble as trouble:  # the report lacks it; the grade does not need it
            self.log.warning("%s", trouble)
        return nbformat.reads(result.notebook, as_version=4), resources


def _course(step, resources):
    parent = step.parent
    while parent is not None:
        if getattr(parent, "coursedir", None) is not None:
            return Path(parent.coursedir.root)
        parent = parent.parent
    return Path(resources["metadata"]["path"]).parents[2]


def _judged(job):
    """Judge in a process of its own, kept for the next submission."""
    global _pool
    with _lock:
        for again in (True, False):
            if _pool is None:
                _pool = processes(1)
                atexit.register(_close)
            try:
                return _pool.submit(judge, job).result()
            except BrokenProcessPool as error:
                _close()
                if not again:
                    raise NotJudged(f"{job.student} was not graded: its worker was lost twice") from error


def _close():
    global _pool
    if _pool is not None:
        _pool.shutdown(wait=True, cancel_futures=True)
        _pool = None
