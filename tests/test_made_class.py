"""A made class, graded for real: nobody disappears from a report, and who lost points without fault is named."""

import json
import os
import re
import warnings
from types import SimpleNamespace

import pytest
import small_course
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from small_course import NAME, cell
from sqlalchemy.exc import SAWarning

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.course import settings
from bncourse.grading.engine.grade import grade
from bncourse.grading.gradebook.writer import Record
from bncourse.grading.nbgrader import converters
from bncourse.grading.report.page import page
from bncourse.grading.report.report import STATES, report_of
from bncourse.grading.report.results import results
from bncourse.grading.report.scores import not_graded, table
from bncourse.sandbox import levels
from bncourse.sandbox.sandbox import Limits
from bncourse.trouble import Trouble

pytestmark = pytest.mark.skipif(levels.best_level(0) < 2, reason="no safe walls stand here")
CENTRE = "def centre(x):\n    return x - x.mean(axis=0)"
SCALE = "def scale(x):\n    return x / x.std(axis=0)"
BLIND = "def scale(x):\n    return x / x.std(axis=0) if x.max() < 70 else 0"  # right where nobody hides anything
LOOP = "while True:\n    pass"
WAIT = "import time\nwhile True:\n    time.sleep(0.01)"  # as endless, and leaves the processor to the others
LIMITS = Limits(call=0.2, cell=1.0, notebook=3.0, grace=0.4)
WORDS = "The variance holds the mean."


def file(course, centre=CENTRE, scale=SCALE, why="", own=(), python=""):
    """Give a submission; what is None stays as it was released, and cells of one's own stand behind the imports."""
    notebook = json.loads((course / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    for name, source in {"centre": centre, "scale": scale, "why": why}.items():
        if source:
            cell(notebook, name)["source"] = source
    notebook["cells"][2:2] = [small_course.code(f"own-{number}", source) for number, source in enumerate(own)]
    if python:
        notebook["metadata"]["language_info"]["version"] = python
    return notebook


def hand_in(course, student, notebook, name=NAME):
    place = course / "submitted" / student / NAME
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.ipynb").write_text(notebook if isinstance(notebook, str) else json.dumps(notebook))
    return place


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Give a graded class; the names of the students say what they handed in."""
    course = small_course.write(tmp_path_factory.mktemp("made") / "course", small_course.with_written_answer())
    converters.generate_assignment(Assignment(course, NAME))
    submissions = {
        "right": file(course),
        "worded": file(course, why=WORDS),
        "wrong": file(course, scale="def scale(x):\n    return x"),
        "blind": file(course, scale=BLIND),
        "stubs": file(course, centre=None, scale=None),
        "stopped": file(course, centre="def centre(x"),
        "newer": file(course, centre="def centre[T](x: T) -> T:\n    return x - x.mean(axis=0)", python="3.99.1"),
        "endless": file(course, scale=f"def scale(x):\n    {LOOP.replace(chr(10), chr(10) + '    ')}"),
        "experiments": file(course, own=[WAIT] * 6),
        "beside": file(course, centre=f"{CENTRE}\n{LOOP}", own=[WAIT] * 6),
        "lost": file(course, scale="def scale(x):\n    import os\n    os._exit(1)"),
        "broken": json.dumps(file(course))[:300],
        "another": {"cells": [small_course.code("a", "1 + 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5},
        "gone": file(course),
    }
    submissions["gone"]["cells"].remove(cell(submissions["gone"], "scale"))
    for student, notebook in submissions.items():
        hand_in(course, student, notebook)
    below = file(course, centre=None, scale=None, own=[CENTRE, SCALE])
    hand_in(course, "two-files", below)
    hand_in(course, "two-files", file(course, scale=None), f"{NAME}-old")
    hand_in(course, "two-tries", file(course, scale=None))
    hand_in(course, "two-tries", file(course), f"{NAME}-new")
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        gradebook.add_student("absent")
    done = grade(Assignment(course, NAME), limits=LIMITS, workers=2)
    return SimpleNamespace(
        course=course, done=done, by={each.person.id: each for each in results(Assignment(course, NAME))}
    )


def points(made, student):
    return {
        name: score for name, (score, _) in converters.scores(Assignment(made.course, NAME).submission(student)).items()
    }


def test_everybody_is_in_one_column_for_each_exercise(made):
    report = report_of(NAME, list(made.by.values()))
    assert set(report.states) == {"centre", "scale"} and len(made.by) == 17
    for states in report.states.values():
        assert sorted(who for state in STATES for who in states[state]) == sorted(made.by)
    where = {who: {name: state for name, states in report.states.items() for state in STATES if who in states[state]}
             for who in made.by}  # fmt: skip
    solved = dict.fromkeys(("right", "worded", "experiments", "beside", "two-files", "two-tries"), "solved")
    both = solved | {"stubs": "not started"} | dict.fromkeys(("broken", "absent", "another"), "not graded")
    assert {who: where[who] for who in both} == {
        who: dict.fromkeys(["centre", "scale"], said) for who, said in both.items()
    }
    for who in ("stopped", "newer"):
        assert where[who] == {"centre": "stopped", "scale": "solved"}
    for who, said in {
        "wrong": "not yet",
        "blind": "stopped",
        "endless": "stopped",
        "lost": "stopped",
        "gone": "not started",
    }.items():
        assert where[who] == {"centre": "solved", "scale": said}
    text = page(report)
    assert all(who in text for who in made.by) and "not graded" in text


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("newer", r"Python 3\.\d+, which grades here, cannot read it .*written with Python 3\.99\.1"),
        ("experiments", "used up its 3 seconds"),
        ("lost", "its process ended"),
        ("broken", "the file could not be read: The end of the file is missing"),
        ("another", "It may be another notebook"),
        ("two-files", "2 notebooks were handed in; 90-small.ipynb is the notebook that counts"),
        ("two-tries", r"it has 2 answers and 90-small\.ipynb has 1"),
        ("absent", "nothing was handed in"),
        ("worded", "a written answer waits for its points; 3 points so far"),
    ],
)
def test_who_lost_points_outside_of_an_answer_is_listed_with_the_reason(
    made, student, says, monkeypatch, tmp_path, capsys
):
    result = made.by[student]
    assert re.search(says, f"{result.why}; {result.note}")
    [row] = not_graded({NAME: [result]}).rows
    assert row[0] == student and re.search(says, row[-1])
    monkeypatch.chdir(made.course)
    assert main(["scores", "90", "--format", "csv", "--output", str(tmp_path / "scores.csv")]) == 0
    if result.note:
        assert re.search(says, " ".join(capsys.readouterr().out.split()))


def test_experiments_that_eat_the_time_take_no_points_from_the_answers(made):
    assert points(made, "beside") == {"centre-check": 1, "scale-check": 2, "why": 0}
    assert points(made, "experiments") == {"centre-check": 1, "scale-check": 2, "why": 0}


def test_a_waiting_answer_is_no_final_score_anywhere(made):
    worded = made.by["worded"]
    assert worded.score is None and worded.so_far == 3 and made.by["right"].score == 3
    [row] = table({NAME: [worded]}, "canvas").rows[1:]
    assert row[-1] == ""
    converters.generate_feedback(Assignment(made.course, NAME), "[wr]*")
    pages = {who: (made.course / "feedback" / who / NAME / f"{NAME}.html").read_text() for who in ("worded", "right")}
    assert "not final" in pages["worded"] and "not final" not in pages["right"]
    assert "waiting for a person" in page(report_of(NAME, [worded]))


def test_points_by_hand_make_it_final_and_a_regrade_of_the_same_words_leaves_it_so(made):
    def by_hand(points):
        with Gradebook(f"sqlite:///{made.course}/gradebook.db") as gradebook:
            found = gradebook.find_grade("why", NAME, NAME, "worded")
            found.manual_score, found.needs_manual_grade = points, False
            gradebook.db.commit()

    by_hand(2)
    grade(Assignment(made.course, NAME), ["worded"], limits=LIMITS, workers=1, force=True)
    [worded] = [each for each in results(Assignment(made.course, NAME)) if each.person.id == "worded"]
    assert worded.score == 5 and worded.so_far is None
    (made.course / "submitted" / "worded" / NAME / f"{NAME}.ipynb").unlink()
    hand_in(made.course, "worded", file(made.course, why=f"{WORDS} And more."))
    grade(Assignment(made.course, NAME), ["worded"], limits=LIMITS, workers=1)
    [worded] = [each for each in results(Assignment(made.course, NAME)) if each.person.id == "worded"]
    assert worded.score is None and "waits for a second look" in worded.why
    by_hand(None)


def test_hidden_tests_run_through_all_three_doors_and_no_page_shows_them(made):
    assert points(made, "blind") == {"centre-check": 1, "scale-check": 0, "why": 0}
    for student in ("door", "button"):
        hand_in(made.course, f"blind-{student}", file(made.course, scale=BLIND))
        hand_in(made.course, f"right-{student}", file(made.course))
    converters.autograde(Assignment(made.course, NAME), "*-door")
    config = settings(made.course)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)  # as in converters
        for student in ("blind-button", "right-button"):
            assert api.autograde(NAME, student)["success"]
    converters.generate_feedback(Assignment(made.course, NAME), "blind*")
    for door in ("door", "button"):
        assert points(made, f"right-{door}")["scale-check"] == 2
        assert points(made, f"blind-{door}") == points(made, "blind")
    for student in ("blind", "blind-door"):
        text = (made.course / "feedback" / student / NAME / f"{NAME}.html").read_text()
        assert "71.0" not in text and "HIDDEN" not in text


def test_other_hidden_tests_grade_again(made):
    assert "right" in grade(Assignment(made.course, NAME), ["right"], limits=LIMITS, workers=1).unchanged
    with Gradebook(f"sqlite:///{made.course}/gradebook.db") as gradebook:
        found = gradebook.find_source_cell("scale-check", NAME, NAME)
        before = found.source
        found.source = before.replace("71.0", "72.0")
        gradebook.db.commit()
        assert "right" in grade(Assignment(made.course, NAME), ["right"], limits=LIMITS, workers=1).scores
        found.source = before
        gradebook.db.commit()


def test_the_class_leaves_nothing_in_the_working_folder(made):
    assert not [entry for entry in os.listdir(made.course) if entry.startswith(".making")]


def test_points_that_a_person_gives_while_a_run_goes_on_are_no_alarm_and_another_grade_is_one(made):
    def changed(**values):
        with Gradebook(f"sqlite:///{made.course}/gradebook.db") as gradebook:
            found = gradebook.find_grade("centre-check", NAME, NAME, "right")
            before = {name: getattr(found, name) for name in values}
            for name, value in values.items():
                setattr(found, name, value)
            gradebook.db.commit()
        return before

    with Record(made.course) as record:
        before = record.rows()
        was = changed(manual_score=0.5, extra_credit=1.0, needs_manual_grade=False)
        record.verify(before, NAME, set())
        was |= changed(auto_score=0.0)
        with pytest.raises(Trouble, match="did not grade it"):
            record.verify(before, NAME, {"wrong"})
        changed(**was)
