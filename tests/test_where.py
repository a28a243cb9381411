"""CONTRIBUTING.md says where things are done, and how an exercise is written: it is so."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from bncourse import exercises
from bncourse.exercises.families import FAMILIES

ROOT = Path(__file__).resolve().parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| [^|]+ \| `(bncourse/[\w/]+\.py)`: `(\w+)` \|$", re.MULTILINE)


def section(title):
    return re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", CONTRIBUTING, re.MULTILINE | re.DOTALL)[1]


def test_twelve_things_are_listed():
    rows = ROW.findall(section("Where is it done?"))
    assert len(rows) == len(set(rows)) == 12
    assert len({str(Path(path).parent) for path, _ in rows}) >= 10, "most of them in a package of its own"


@pytest.mark.parametrize(("path", "name"), ROW.findall(CONTRIBUTING))
def test_where_contributing_says_that_a_thing_is_done_it_is_done(path, name):
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    [found] = [node for node in tree.body if getattr(node, "name", None) == name]
    assert isinstance(found, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(found)


def test_the_families_stand_in_contributing_as_in_the_code():
    rows = re.findall(r"^\| ([A-Z]\d) \| (.+) \|$", section("The families of wrong ideas"), re.MULTILINE)
    assert dict(rows) == FAMILIES


def test_every_wrong_idea_is_of_a_known_family():
    banks = [getattr(each, "wrong_ideas", ()) for name in exercises.NOTEBOOKS for each in exercises.of_notebook(name)]
    assert {idea.code for bank in banks for idea in bank} <= set(FAMILIES)


def test_the_exercise_in_steps_that_contributing_shows_is_the_one_in_the_course():
    told = section("An exercise in steps")
    [path] = re.findall(r"`(bncourse/exercises/covariate_shift/\w+\.py)`", told)
    code = (ROOT / path).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", told, re.DOTALL)
    assert len(blocks) == 3
    lines = [line for block in blocks for line in block.splitlines() if line and not line.startswith("    ...")]
    assert not set(lines) - set(code.splitlines())


def test_every_method_that_contributing_teaches_is_there():
    from bncourse.checking import Exercise

    told = section("An exercise in steps")
    for method in ("wrong", "property", "inherit", "advise"):
        assert f"`{method}" in told and callable(getattr(Exercise, method))
    for field in ("compose", "steps"):
        assert f"`{field}" in told and field in Exercise.__dataclass_fields__
    assert "`share`" in told


FUNCTIONS = [
    exercise
    for notebook in exercises.NOTEBOOKS
    for exercise in exercises.of_notebook(notebook)
    if hasattr(exercise, "wrong_ideas") and inspect.isfunction(exercise.reference) and not exercise.driver
]


@pytest.mark.parametrize("exercise", FUNCTIONS, ids=lambda exercise: exercise.name)
def test_answers_have_the_signature_of_their_reference(exercise):
    parameters = inspect.signature(exercise.reference).parameters
    whole = [idea.function for idea in exercise.wrong_ideas if not idea.step]
    for answer in (*exercise.right_answers, *whole):
        assert list(inspect.signature(answer).parameters) == list(parameters), answer.__name__
    with_default = {name for name, each in parameters.items() if each.default is not each.empty}
    for case in exercise.draw(3):
        assert set(case.options) <= with_default
