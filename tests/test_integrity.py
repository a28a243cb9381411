"""What is shown to an instructor: copies are found under new names, honest answers are left alone."""

import ast
import json
from contextlib import suppress

import nbformat
import pytest
import small_course
from test_stage_folder import CENTRE, NAME, SCALE, cell, course, hand_in, released, solved  # noqa: F401 - a fixture

from bncourse import check, exercises
from bncourse.grading.assignment import Assignment
from bncourse.grading.course import names
from bncourse.grading.demo import classroom
from bncourse.grading.release.source import read
from bncourse.grading.report import similarity
from bncourse.grading.report.similarity import NEAR, SHORT, answers_of, facts, facts_of_class, likeness, steps
from bncourse.grading.submission.merge import DROPPED, MARKS, REFUSED, TAKEN, Decision
from bncourse.grading.submission.parsing import parsed
from bncourse.grading.submission.store import stage_assignment

MIXED = check.reference_source("combine_moments")


def disguised(source):
    """Give a source as a copyist hands it in: other names, no docstring, another comment, annotations."""
    tree = ast.parse(source)
    function = tree.body[0]
    function.body = [*function.body[1:], ast.parse("return None").body[0]]
    mine = {arg.arg for arg in function.args.args}
    mine |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(function):
        if isinstance(node, ast.arg):
            node.arg, node.annotation = f"my_{node.arg}", ast.Name("object", ast.Load())
        elif isinstance(node, ast.Name) and node.id in mine:
            node.id = f"my_{node.id}"
    return "# my own work\n" + ast.unparse(ast.fix_missing_locations(tree))


def written(answers, *own):
    """Give the steps of answers in a notebook, with cells of a student's own behind them."""
    cells = []
    for name, source in answers.items():
        marks = {**small_course.marks(name), "solution": True}
        cells.append(small_course.code(name, source, marks))
    cells += [nbformat.v4.new_code_cell(source) for source in own]
    return answers_of(nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def kinds(found):
    return {(fact.kind, fact.students, fact.exercise) for fact in found}


def test_a_copy_of_the_reference_is_found_under_other_names():
    mine = steps(disguised(MIXED), "combine_moments")
    assert len(mine) >= SHORT and likeness(mine, steps(MIXED, "combine_moments")) >= NEAR
    found = facts({"ada": written({"combine_moments": disguised(MIXED)})}, {}, {"combine_moments": MIXED})
    assert kinds(found) == {("near the reference", ("ada",), "combine_moments")}


def test_no_right_answer_of_the_bank_and_no_solution_of_the_course_is_near_the_reference():
    right = []
    for exercise in map(exercises.find, exercises.names()):
        for answer in getattr(exercise, "right_answers", ()):
            with suppress(OSError):  # a few stand on functions of the interpreter that have no source
                right.append((exercise.name, classroom.text(answer, exercise.name)))
    for name in names(small_course.ROOT):
        source = read(small_course.ROOT / "solutions" / name / f"{name}.ipynb", exercises.of_notebook(name))
        right += [(each.grade_id, classroom.solution(each)) for each in source.answers]
    near = []
    for name, text in right:
        truth = steps(check.reference_source(name), name)
        if len(truth) >= SHORT and likeness(steps(text, name), truth) >= NEAR:
            near.append(name)
    assert len(right) > 200 and near == []


def test_equal_answers_are_grouped_and_short_ones_are_left_alone():
    own = "def combine_moments(a, b):\n    return a, b"
    class_ = {
        "ada": written({"combine_moments": MIXED, "centre": CENTRE}),
        "bob": written({"combine_moments": disguised(MIXED).replace("\n    return None", ""), "centre": CENTRE}),
        "eve": written({"combine_moments": own, "centre": CENTRE}),
    }
    assert kinds(facts(class_, {}, {})) == {("same answer", ("ada", "bob"), "combine_moments")}


def test_changed_marks_and_unreadable_files_are_told_and_what_was_mended_is_not():
    decisions = {
        "ada": (Decision(DROPPED, MARKS, "points"), Decision(TAKEN, "centre", "")),
        "bob": (Decision(REFUSED, "the notebook", "cut"),),
        "eve": (Decision(DROPPED, "timestamp.txt", "no time"),),
    }
    assert kinds(facts({}, decisions, {})) == {("changed marks", ("ada",), ""), ("not readable", ("bob",), "")}


@pytest.mark.parametrize(
    "source",
    [
        "", "def f(", "\0", "f = 1", "def f(): return " + "-" * 90_000 + "1", "def f(): return a" + ".b" * 60_000,
        "def f(): return 1" + "+1" * 60_000, "def f():\n" + " x = 1\n" * 20_000, "def f():\n    'text'",
    ],
)  # fmt: skip
def test_no_answer_stops_the_comparison(source):
    assert len(steps(source, "f")) <= 2_000


def test_an_answer_is_found_in_another_cell_and_of_too_many_cells_the_last_are_read(monkeypatch):
    stub = "def combine_moments(a, b):\n    raise NotImplementedError"
    assert written({"combine_moments": "# below"}, MIXED, "# combine_moments")["combine_moments"] == steps(
        MIXED, "combine_moments"
    )
    read = []
    monkeypatch.setattr(similarity, "parsed", lambda text: read.append(len(text)) or parsed(text))
    flood = ["# combine_moments and centre\n" + "x = 1\n" * 6_000] * 300
    assert written({"combine_moments": "# below", "centre": CENTRE}, MIXED, *flood)["combine_moments"] == ()
    assert sum(read) < 600_000
    assert written({"combine_moments": stub})["combine_moments"]


def test_what_python_says_of_a_students_text_is_not_for_the_terminal(recwarn):
    steps("def f(x):\n    return '\\d', 0 is 0, 1()", "f")
    assert not recwarn


def test_a_class_on_the_disk_is_looked_through(course):  # noqa: F811
    changed = released()
    cell(changed, "scale-check")["metadata"]["nbgrader"]["points"] = 50
    hand_in(course, "eve", json.dumps(changed))
    hand_in(course, "cut", solved()[:100])
    stage_assignment(Assignment(course, NAME))
    assert kinds(facts_of_class(Assignment(course, NAME))) == {
        ("changed marks", ("eve",), ""),
        ("not readable", ("cut",), ""),
    }
