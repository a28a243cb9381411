"""The command and nbgrader's own judge the same thing: what was staged, with its files and its hidden tests."""

import os
import sys

import pytest
import small_course
from small_course import NAME, cell
from test_doors import CENTRE, SCALE, make, put, submission

from bncourse.grading.assignment import Assignment
from bncourse.grading.engine.grade import grade
from bncourse.grading.nbgrader import converters
from bncourse.sandbox import levels

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or levels.best_level(0) < 2, reason="no safe walls stand here"),
]
WRONG_BELOW = "def scale(x):\n    return x * 0 + 1"


def answered(course, scale, below=None):
    notebook = submission(course, {"centre": CENTRE, "scale": scale})
    if below:
        notebook["cells"].append(small_course.code("below", below))
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Give a course with answers that need what one of the two ways could leave out."""
    course = make(tmp_path_factory.mktemp("same") / "course")
    check = cell(submission(course, {}), "scale-check")["source"]
    people = {
        "merged": (answered(course, f"{SCALE}\n\n{check}", WRONG_BELOW), {}),
        "words": (answered(course, "exec(open('notes.md').read())"), {"notes.md": SCALE}),
        "folder": (answered(course, "exec(open('feedback/mine.txt').read())"), {"feedback/mine.txt": SCALE}),
        "table": (
            answered(
                course, "power = float(open('power.csv').read())\ndef scale(x):\n    return x / x.std(axis=0)**power"
            ),
            {"power.csv": "1"},
        ),
    }
    for person, (notebook, files) in people.items():
        place = put(course / "submitted" / person / NAME, notebook)
        for path, content in files.items():
            (place / path).parent.mkdir(exist_ok=True)
            (place / path).write_text(content)
    (course / "solutions" / NAME / "power.csv").write_text("7")  # of who teaches; the student's own stays
    return course


def points(course, person):
    return {name: got for name, (got, _) in converters.scores(Assignment(course, NAME).submission(person)).items()}


def test_both_ways_give_the_same_points(course):
    people = sorted(os.listdir(course / "submitted"))
    grade(Assignment(course, NAME))
    by_command = {person: points(course, person) for person in people}
    assert by_command == {person: {"centre-check": 1, "scale-check": 2} for person in people}
    converters.autograde(Assignment(course, NAME), "*")
    assert {person: points(course, person) for person in people} == by_command
