"""The small class: from the release to a table of who got what and why."""

import csv
import io
import shutil

import pytest
from rich.console import Console
from small_course import ROOT

from bncourse import exercises
from bncourse.cli import main
from bncourse.grading.course import SETTINGS, choose
from bncourse.grading.demo import classroom, demo
from bncourse.grading.release.source import read

NAME = "04-normalize-scale-shift"
MOST = sum(exercise.points for exercise in exercises.of_notebook(NAME))
SOME = {"right-1", "wrong-01", "half-done", "broken-file", "no-notebook"}


@pytest.fixture(scope="module")
def source():
    return read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", exercises.of_notebook(NAME))


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """Give the folder of a demonstration with a few of its members, and their results by name."""
    course, folder = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("demo")
    shutil.copytree(ROOT / "solutions" / NAME, course / "solutions" / NAME)
    settings = (ROOT / SETTINGS).read_text() + 'c.LateRule.extensions = str(here / "not-in-the-demonstration.csv")\n'
    (course / SETTINGS).write_text(settings)
    results = demo.play(course, folder, NAME, Console(file=io.StringIO()), only=SOME)
    return folder, {result.student.name: result for result in results}


def test_the_class_is_small_and_holds_every_wrong_idea_once(source):
    members = classroom.members(source)
    handed_in = [idea for member in members for idea in member.ideas.values()]
    known = {idea.function for exercise in source.exercises for idea in exercise.wrong_ideas}
    assert len(handed_in) == len(known)
    assert len(members) <= 30


def test_an_answer_does_not_carry_the_sentence_that_names_its_mistake(source):
    for exercise in source.exercises:
        for idea in exercise.wrong_ideas:
            assert idea.says[:40] not in classroom.text(idea.function, exercise.name)


def test_every_answer_stands_alone(source):
    for member in classroom.members(source):
        for name, written in member.answers.items():
            names = {}
            exec(f"import numpy as np\n{written}", names)
            assert callable(names[name])


def test_the_class_is_shown_on_the_notebook_that_these_tests_play(source):
    assert choose(ROOT, [demo.SHOWN]) == [source.name]


def test_right_answers_earn_all_points(played):
    assert demo.points(played[1]["right-1"]) == f"{MOST} of {MOST}"


def test_each_wrong_idea_is_named_beside_the_points_it_lost(played):
    result = played[1]["wrong-01"]
    assert len(result.student.ideas) == len(exercises.of_notebook(NAME))
    assert {exercise: names[0] for exercise, names in result.named.items()} == result.student.ideas


def test_what_is_not_written_is_told_apart_from_what_is_wrong(played):
    half = played[1]["half-done"]
    written = [exercise.points for exercise in exercises.of_notebook(NAME) if exercise.name not in half.why]
    assert 0 < sum(written) < MOST and demo.points(half) == f"{sum(written)} of {MOST}"
    assert set(half.why.values()) == {"not started"}


def test_a_broken_and_a_missing_notebook_are_told_and_have_no_points(played):
    assert "The end of the file is missing" in played[1]["broken-file"].not_graded
    assert "There is no notebook" in played[1]["no-notebook"].not_graded
    assert demo.points(played[1]["broken-file"]) == demo.points(played[1]["no-notebook"]) == "-"
    assert sum(bool(result.not_graded) for result in played[1].values()) == 2


def test_it_leaves_a_gradebook_feedback_and_tables(played):
    folder, _ = played
    assert (folder / "gradebook.db").is_file()
    assert "divides by the variance" in (folder / "feedback" / "wrong-01" / NAME / f"{NAME}.html").read_text()
    with open(folder / "class.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["student"] for row in rows} == SOME
    with open(folder / "grades.csv", newline="") as file:
        assert {row["student_id"]: row["score"] for row in csv.DictReader(file)}["right-1"] == f"{MOST:.1f}"


def test_the_table_says_who_got_what_and_why(played):
    console = Console(file=io.StringIO(), width=100)
    console.print(demo.table(played[1].values()))
    shown = " ".join(console.file.getvalue().split())
    assert "wrong-01" in shown and "normalize: divides by the variance" in shown
    assert "not graded: There is no notebook" in shown


def test_a_folder_that_is_not_empty_is_left_alone(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert main(["demo", str(tmp_path)]) == 1
    assert "is not empty, and nothing in it is touched" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_file_is_no_folder(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("mine")
    assert main(["demo", str(tmp_path / "thesis.txt")]) == 1
    assert "is a file; name a new or an empty folder" in capsys.readouterr().err


def test_a_written_answer_is_told_apart_from_the_points_that_a_check_gives(tmp_path):
    name = "08-why-it-works"
    results = demo.play(ROOT, tmp_path, name, Console(file=io.StringIO()), only={"solution", "blank"})
    solution, blank = (next(r for r in results if r.student.name == student) for student in ("solution", "blank"))
    assert demo.points(solution) == "10 of 10 + 4 by hand" and solution.why == {"verdict": "waits for a person"}
    assert demo.points(blank) == "0 of 14" and blank.why["verdict"] == "nothing written"
