"""A release is written from a sound source alone, and a source that is unsound is refused in words."""

import json
import re
import shutil
import sys
from types import SimpleNamespace

import pytest
import small_course
from small_course import EXERCISES, NAME, ROOT, cell, code, locked, marks, text

from bncourse import exercises
from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.release.rules import problems, strays

REAL = "04-normalize-scale-shift"


@pytest.fixture
def told(tmp_path):
    """Give ``told(spoil)``: the problems of the small notebook after ``spoil(notebook)``, as sentences."""

    def tell(spoil=lambda notebook: None, exercises=EXERCISES):
        content = small_course.with_hints(small_course.notebook())
        spoil(content)
        course = small_course.write(tmp_path / "course", content)
        return [str(problem) for problem in problems(course, NAME, exercises)]

    return tell


def test_a_sound_source_has_no_problem(told):
    assert told() == []


def test_an_answer_without_a_region_is_named(told):
    sentences = told(lambda nb: cell(nb, "scale").update(source="def scale(x):\n    return x / x.std(axis=0)"))
    assert sentences == [
        f"{NAME}, cell 6 (scale): an answer with no region; put it between ### BEGIN SOLUTION and ### END SOLUTION."
    ]


def test_a_region_that_never_ends_is_named(told):
    def spoil(nb):
        cell(nb, "scale")["source"] = cell(nb, "scale")["source"].replace("    ### END SOLUTION", "")

    assert "cell 6 (scale): BEGIN SOLUTION without END SOLUTION" in told(spoil)[0]


def test_a_region_outside_of_an_answer_cell_is_named(told):
    def spoil(nb):
        nb["cells"].append(code("mine", "### BEGIN SOLUTION\nz = 3\n### END SOLUTION"))

    assert any("a solution stands outside of an answer cell" in sentence for sentence in told(spoil))


def test_a_region_that_takes_the_signature_too_is_named(told):
    whole = "### BEGIN SOLUTION\ndef scale(x):\n    return x / x.std(axis=0)\n### END SOLUTION"
    assert any("leave the signature" in s for s in told(lambda nb: cell(nb, "scale").update(source=whole)))


def test_an_answer_that_can_be_read_in_another_cell_is_named(told):
    def spoil(nb):
        nb["cells"].append(text("given-away", "```\n  s = x.std(axis=0)  # the deviation\n  return x / s\n```"))

    assert told(spoil) == [f"{NAME}, cell 6 (scale): the answer can be read in cell 10 (given-away); remove it there."]


def test_an_answer_left_outside_of_its_region_is_named(told):
    def spoil(nb):
        cell(nb, "scale")["source"] += "\n    s = x.std(axis=0)\n    return x / s"

    assert "its own cell, outside of the region" in told(spoil)[0]


@pytest.fixture
def told_of_written(told):
    """Give ``told_of_written(spoil)``: the same for the small notebook with a written answer."""

    def tell(spoil=lambda cell: None):
        def with_answer(nb):
            nb.update(small_course.with_hints(small_course.with_written_answer()))
            spoil(cell(nb, "why"))

        return told(with_answer)

    return tell


def test_a_written_answer_with_a_rubric_is_sound(told_of_written):
    assert told_of_written() == []


@pytest.mark.parametrize("marks", [{"grade": False}, {"points": 0}])
def test_a_written_answer_that_earns_nothing_is_named(told_of_written, marks):
    [said] = told_of_written(lambda why: why["metadata"]["nbgrader"].update(marks))
    assert "cell 9 (why): a written answer that earns nothing; mark it as manually graded" in said


def test_a_written_answer_without_a_rubric_is_named(told_of_written):
    [said] = told_of_written(lambda why: why.update(source=why["source"].replace("point", "mark")))
    assert "its region has no rubric" in said


def test_a_rubric_that_gives_other_points_than_its_cell_is_named(told_of_written):
    [said] = told_of_written(lambda why: why.update(source=why["source"].replace("2 points", "4 points")))
    assert "its rubric gives 5 points, the cell 3; make them equal" in said


def test_a_written_answer_without_a_region_would_be_handed_out_and_is_named(told_of_written):
    said = told_of_written(lambda why: why.update(source="A model answer, for all to read."))
    assert any("an answer with no region" in sentence for sentence in said)


def test_a_rubric_that_can_be_read_elsewhere_is_named(told_of_written):
    [said] = told_of_written(lambda why: why.update(source=f"{why['source']}\n{small_course.RUBRIC}"))
    assert "the answer can be read in its own cell, outside of the region" in said


def test_a_second_written_answer_is_named(told):
    def spoil(nb):
        nb.update(small_course.with_hints(small_course.with_written_answer()))
        again = json.loads(json.dumps(cell(nb, "why")).replace('"why"', '"why-again"').replace("mean", "variance"))
        nb["cells"].append(again)

    [said] = told(spoil)
    assert "a second written answer; a notebook has one at most" in said


def test_a_release_keeps_the_question_of_a_written_answer_and_takes_the_rubric_away(tmp_path):
    from bncourse.grading.release.build import release

    course = small_course.write(tmp_path / "course", small_course.with_written_answer())
    release(Assignment(course, NAME))
    place = course / "notebooks" / NAME / f"{NAME}.ipynb"
    released = "".join(cell(json.loads(place.read_text()), "why")["source"])
    assert released == "**Why in this order?**\n\n*Write your answer here, in place of this line.*"
    # what somebody wrote there is kept when a new release takes its place
    place.write_text(place.read_text().replace("*Write your answer here, in place of this line.*", "The mean first."))
    assert release(Assignment(course, NAME))
    assert len(list((course / "kept").iterdir())) == 1


def test_an_answer_under_another_name_is_named(told):
    def spoil(nb):
        cell(nb, "scale")["source"] = cell(nb, "scale")["source"].replace("def scale", "def scaled")

    assert any("the answer does not define scale" in sentence for sentence in told(spoil))


def test_an_exercise_without_a_check_cell_is_named(told):
    sentences = told(lambda nb: nb["cells"].remove(cell(nb, "scale-check")))
    assert sentences == [f"{NAME}: the exercise scale has no check cell; add one, 'scale-check'."]


def test_an_exercise_without_an_answer_cell_is_named(told):
    assert any(
        "the exercise scale has no answer cell" in s for s in told(lambda nb: nb["cells"].remove(cell(nb, "scale")))
    )


def test_a_check_before_its_answer_is_named(told):
    def spoil(nb):
        nb["cells"].insert(-1, nb["cells"].pop(nb["cells"].index(cell(nb, "scale"))))

    assert told(spoil) == [f"{NAME}: the check of scale stands before its answer; move it below."]


def test_a_check_of_an_exercise_that_is_not_declared_is_named(told):
    sentences = told(exercises=EXERCISES[:1])
    assert len(sentences) == 2 and all("no exercise 'scale' is declared" in sentence for sentence in sentences)


def test_points_that_differ_are_named(told):
    sentences = told(lambda nb: cell(nb, "scale-check")["metadata"]["nbgrader"].update(points=3))
    assert sentences == [
        f"{NAME}, cell 7 (scale-check): the cell gives 3 points, the exercise 2 (in its declaration); make them equal."
    ]


def test_an_exercise_without_hints_or_a_wrong_idea_is_named(told):
    bare = SimpleNamespace(name="scale", points=2, hints=["one"], wrong_ideas=[])
    sentences = told(exercises=(EXERCISES[0], bare))
    assert sentences == [
        f"{NAME}: the exercise scale has 1 hints; declare at least 2.",
        f"{NAME}: the exercise scale knows no wrong idea; declare at least 1.",
    ]


def test_a_name_that_a_learner_can_change_is_named_in_a_check(told):
    def spoil(nb):
        nb["cells"].insert(2, code("mine", "limit = 3"))
        cell(nb, "scale-check")["source"] += "\nassert [x for y in x if limit] and len(x) < limit"

    assert told(spoil) == [
        f"{NAME}, cell 8 (scale-check): limit comes from a cell that a learner can change; import or define it in "
        "the check cell, or lock the cell that defines it."
    ]


def test_a_name_from_a_locked_cell_is_fine_in_a_check(told):
    def spoil(nb):
        nb["cells"].insert(2, code("given", "limit = 3", locked("given")))
        cell(nb, "scale-check")["source"] += "\nimport math\nassert math.pi > limit"

    assert told(spoil) == []


def test_a_check_that_asks_another_exercise_is_named(told):
    def spoil(nb):
        cell(nb, "scale-check")["source"] = "assert scale(np.eye(2)) is not None  # check.centre(centre)"

    assert any("the cell never calls check.scale(scale)" in sentence for sentence in told(spoil))


def test_a_check_that_would_stop_run_all_is_named(told):
    assert any(
        'the tag "raises-exception"' in s for s in told(lambda nb: cell(nb, "scale-check")["metadata"].pop("tags"))
    )


def test_doubled_ids_are_named(told):
    def spoil(nb):
        nb["cells"].append({**text("title", "again"), "metadata": {"nbgrader": locked("scale")}})

    sentences = " ".join(told(spoil))
    assert "grade_id 'scale': 2 cells have it" in sentences and "cell id 'title': 2 cells have it" in sentences


def test_stored_outputs_are_named(told):
    sentences = told(lambda nb: cell(nb, "scale").update(execution_count=3))
    assert "cell 6 (scale): outputs are stored" in sentences[0]


def test_another_kernel_is_named(told):
    sentences = told(lambda nb: nb["metadata"]["kernelspec"].update(name="my-venv"))
    assert "the kernelspec's name is 'my-venv'; set it to 'python3'" in sentences[0]


def test_marks_of_an_older_nbgrader_are_named(told):
    def spoil(nb):
        cell(nb, "scale")["metadata"]["nbgrader"]["schema_version"] = 2

    assert "run `nbgrader update`" in told(spoil)[0]


def test_code_that_is_not_python_is_named(told):
    sentences = told(lambda nb: nb["cells"].append(code("magic", "%matplotlib inline")))
    assert "cell 10 (magic): not Python, line 1" in sentences[0]


def test_an_import_that_does_not_exist_is_named(told):
    def spoil(nb):
        cell(nb, "imports")["source"] += "\nfrom bncourse import chekc\nfrom bncourse.reference import normalise"

    sentences = " ".join(told(spoil))
    assert "bncourse has no bncourse.chekc" in sentences
    assert "bncourse has no bncourse.reference.normalise" in sentences


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("{", "it cannot be read as JSON"),
        ("[]", "it holds no list of cells"),
        (json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}), "ids only from 4.5 on"),
        (json.dumps({**small_course.notebook(), "cells": [{"cell_type": "code"}]}), "cell 1 has no id"),
        (json.dumps({**small_course.notebook(), "cells": [{"cell_type": "code", "id": "x"}]}), "required property"),
    ],
)
def test_a_file_that_is_no_valid_notebook_is_named(tmp_path, content, why):
    course = small_course.write(tmp_path / "course")
    (course / "solutions" / NAME / f"{NAME}.ipynb").write_text(content)
    (problem,) = problems(course, NAME, EXERCISES)
    assert why in str(problem)


def test_stray_files_are_named_and_what_jupyter_leaves_is_not(tmp_path):
    course = small_course.write(tmp_path / "course")
    for name in ("solutions/notes.md", f"solutions/{NAME}/answers.py", f"notebooks/{NAME}/old.ipynb"):
        (course / name).parent.mkdir(parents=True, exist_ok=True)
        (course / name).write_text("x")
    (course / "notebooks" / "89-gone").mkdir()
    (course / "notebooks" / "89-gone" / "89-gone.ipynb").write_text("{}")
    (course / "solutions" / NAME / ".ipynb_checkpoints").mkdir()
    (course / "solutions" / NAME / ".ipynb_checkpoints" / f"{NAME}-checkpoint.ipynb").write_text("{}")
    assert [str(problem).split(":")[0] for problem in strays(course)] == [
        f"solutions/{NAME}/answers.py",
        "solutions/notes.md",
        f"notebooks/{NAME}/old.ipynb",
        "notebooks/89-gone",
    ]


def test_a_name_that_is_not_known_lists_those_that_are(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(small_course.write(tmp_path / "course"))
    assert main(["release", "44"]) == 1
    said = capsys.readouterr().err
    assert "no source notebook is called '44'" in said and NAME in said


def test_a_place_without_a_course_falls_back_to_the_course_of_the_package(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["release", "no-such-notebook"]) == 1
    assert REAL in capsys.readouterr().err


@pytest.fixture
def real(tmp_path, monkeypatch):
    """Give a copy of the course's own notebook, and change into it."""
    (tmp_path / "notebooks").mkdir()
    shutil.copytree(ROOT / "solutions" / REAL, tmp_path / "solutions" / REAL)
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_release_by_number_writes_the_notebook_and_says_where(real, capsys):
    assert main(["release", "04"]) == 0
    said = capsys.readouterr().out
    assert f"{REAL}: written" in said and str(real / "notebooks") in said
    assert (real / "notebooks" / REAL / f"{REAL}.ipynb").is_file()
    assert sorted(path.name for path in real.iterdir() if path.name != "exchange") == [
        "nbgrader_config.py",
        "notebooks",
        "solutions",
    ]
    assert main(["release", REAL]) == 0
    assert f"{REAL}: unchanged" in capsys.readouterr().out


def test_an_unsound_source_is_refused_with_all_its_problems_and_the_old_release_stays(real, capsys):
    place = real / "solutions" / REAL / f"{REAL}.ipynb"
    old = real / "notebooks" / REAL / f"{REAL}.ipynb"
    old.parent.mkdir(parents=True)
    old.write_text("as it was")
    content = json.loads(place.read_text())
    for each in content["cells"]:
        each["metadata"].pop("tags", None)
    small_course.save(content, place)
    assert main(["release"]) == 1
    said = capsys.readouterr().err
    count = len(exercises.of_notebook(REAL))
    assert f"{count} problems; notebooks/ is as it was." in said and said.count("raises-exception") == count
    assert old.read_text() == "as it was"


def test_a_solution_that_does_not_pass_its_own_check_is_refused(real, capsys):
    place = real / "solutions" / REAL / f"{REAL}.ipynb"
    content = json.loads(place.read_text())
    for each in content["cells"]:
        if each["id"] == "normalize":
            each["source"] = (
                "def normalize(x, mean, var, eps=1e-3):\n    ### BEGIN SOLUTION\n"
                "    return (x - mean) / (np.sqrt(var) + eps)\n    ### END SOLUTION"
            )
        if each["id"] == "batch_mean":
            each["source"] = (
                "def batch_mean(x):\n    ### BEGIN SOLUTION\n    return x.men(axis=0)\n    ### END SOLUTION"
            )
    small_course.save(content, place)
    assert main(["release", "04"]) == 1
    said = capsys.readouterr().err
    assert "(normalize): the solution does not pass its own check (epsilon outside the root)" in said
    assert "(batch_mean): the solution does not pass its own check (stopped)" in said


def test_a_head_that_counts_wrongly_is_refused(real, capsys):
    place = real / "solutions" / REAL / f"{REAL}.ipynb"
    content = json.loads(place.read_text())
    head = "".join(content["cells"][0]["source"])
    content["cells"][0]["source"] = re.sub(r"\w+ exercises, \d+ points", "twelve exercises, 99 points", head)
    small_course.save(content, place)
    assert main(["release", "04"]) == 1
    said = capsys.readouterr().err
    declared = exercises.of_notebook(REAL)
    assert f"'twelve exercises', but there are {len(declared)}" in said
    assert f"'99 points', but there are {sum(each.points for each in declared)}" in said


def test_what_nbgrader_refuses_leaves_the_old_release_and_no_litter(tmp_path):
    from bncourse.grading.release.build import release
    from bncourse.trouble import Trouble

    course = small_course.write(tmp_path / "course")
    release(Assignment(course, NAME))
    before = (course / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes()
    content = small_course.notebook()
    content["cells"].append(code("twice", "y = 2", {**marks("scale"), "solution": True}))
    small_course.save(content, course / "solutions" / NAME / f"{NAME}.ipynb")
    with pytest.raises(Trouble, match="nbgrader refuses 90-small, and notebooks/ is as it was"):
        release(Assignment(course, NAME))
    assert (course / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes() == before
    assert not list(course.glob(".release-*"))


def test_a_notebook_that_somebody_worked_in_is_kept_before_it_is_replaced(tmp_path, capsys):
    from bncourse.grading.release.build import release

    course = small_course.write(tmp_path / "course")
    release(Assignment(course, NAME))
    place = course / "notebooks" / NAME / f"{NAME}.ipynb"
    assert not (course / "kept").exists()
    place.write_text(place.read_text().replace("raise NotImplementedError", "return x - x.mean(axis=0)"))
    answered = place.read_bytes()
    assert release(Assignment(course, NAME))
    [kept] = (course / "kept").iterdir()
    assert kept.read_bytes() == answered and str(kept) in capsys.readouterr().out


# nbgrader reads a new submission before it adds it to its session
@pytest.mark.filterwarnings("ignore:Object of type .* not in session")
def test_cells_that_change_after_submissions_came_in_are_refused_with_the_reason(tmp_path):
    from nbgrader.api import Gradebook

    from bncourse.grading.release.build import release
    from bncourse.trouble import Trouble

    course = small_course.write(tmp_path / "course")
    release(Assignment(course, NAME), record=True)
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "bncourse") as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(NAME, "ada")
    content = small_course.notebook()
    content["cells"][-1:-1] = small_course.exercise(
        "centre2", 1, "def centre2(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION", "centre2"
    )
    small_course.save(content, course / "solutions" / NAME / f"{NAME}.ipynb")
    with pytest.raises(Trouble, match=r"(?s)submissions associated.*nbgrader db assignment remove"):
        release(Assignment(course, NAME))


def test_an_answer_that_survives_the_release_stops_it(tmp_path):
    from bncourse.grading.release.build import release
    from bncourse.trouble import Trouble

    course = small_course.write(tmp_path / "course")
    settings = course / "nbgrader_config.py"
    settings.write_text(settings.read_text() + "\nc.ClearSolutions.enabled = False\n")
    with pytest.raises(Trouble, match="left in the release"):
        release(Assignment(course, NAME))
    assert not list((course / "notebooks").iterdir())


def test_the_lint_does_not_wait_for_nbgrader():
    import subprocess

    code = "import sys, bncourse.grading.release.rules; sys.exit('nbgrader' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
