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
from bncourse.grading.report.similarity import NEAR, SHORT, facts, facts_of_class, likeness, steps
from bncourse.grading.submission.merge import DROPPED, MARKS, REFUSED, TAKEN, Decision
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


def notebook(answers):
    cells = []
    for name, source in answers.items():
        marks = {**small_course.marks(name), "solution": True}
        cells.append(small_course.code(name, source, marks))
    return nbformat.from_dict({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def kinds(found):
    return {(fact.kind, fact.students, fact.exercise) for fact in found}


def test_a_copy_of_the_reference_is_found_under_other_names():
    mine = steps(disguised(MIXED), "combine_moments")
    assert len(mine) >= SHORT and likeness(mine, steps(MIXED, "combine_moments")) >= NEAR
    found = facts({"ada": notebook({"combine_moments": disguised(MIXED)})}, {}, {"combine_moments": MIXED})
    assert kinds(found) == {("near the reference", ("ada",), "combine_moments")}


def test_no_right_answer_of_the_bank_and_no_solution_of_the_course_is_near_the_reference():
    written = []
    for exercise in map(exercises.find, exercises.names()):
        for answer in getattr(exercise, "right_answers", ()):
            with suppress(OSError):  # a few stand on functions of the interpreter that have no source
                written.append((exercise.name, classroom.text(answer, exercise.name)))
    for name in names(small_course.ROOT):
        source = read(small_course.ROOT / "solutions" / name / f"{name}.ipynb", exercises.of_notebook(name))
        written += [(each.grade_id, classroom.solution(each)) for each in source.answers]
    near = []
    for name, text in written:
        truth = steps(check.reference_source(name), name)
        if len(truth) >= SHORT and likeness(steps(text, name), truth) >= NEAR:
            near.append(name)
    assert len(written) > 200 and near == []


def test_equal_answers_are_grouped_and_short_ones_are_left_alone():
    own = "def combine_moments(a, b):\n    return a, b"
    class_ = {
        "ada": notebook({"combine_moments": MIXED, "centre": CENTRE}),
        "bob": notebook({"combine_moments": disguised(MIXED).replace("\n    return None", ""), "centre": CENTRE}),
        "eve": notebook({"combine_moments": own, "centre": CENTRE}),
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
