"""What a run needs of a staging report it reads once, however large the class is."""

import shutil
from collections import Counter

import pytest
import small_course

from bncourse.grading.assignment import Assignment
from bncourse.grading.lms.unknown_times import has_lost_its_time
from bncourse.grading.submission.staging_report import StagingReport
from bncourse.grading.submission.store import stage_assignment


@pytest.fixture
def assignment(tmp_path):
    course = small_course.write(tmp_path / "course")
    made = Assignment(course, small_course.NAME)
    for student in ("ada", "grace"):
        folder = course / "submitted" / student / made.name
        folder.mkdir(parents=True)
        shutil.copy(made.source, folder / made.file_name)
    made.released.parent.mkdir(parents=True)
    shutil.copy(made.source, made.released)
    return made


def test_staging_reads_each_report_once_and_hands_it_on(assignment, monkeypatch):
    reads, read = Counter(), StagingReport.read.__func__
    monkeypatch.setattr(
        StagingReport, "read", classmethod(lambda cls, path: (reads.update([path.parent.name]), read(cls, path))[1])
    )
    for new in (True, False):
        outcomes = stage_assignment(assignment)
        assert [(each.student, each.is_new, each.trouble) for each in outcomes] == [
            ("ada", new, ""),
            ("grace", new, ""),
        ]
        for each in outcomes:
            submission = assignment.submission(each.student)
            assert submission.is_staged(each.report) and not has_lost_its_time(submission, each.report)
            assert not submission.is_staged(StagingReport())
        assert reads == {"ada": 1, "grace": 1}
        reads.clear()
