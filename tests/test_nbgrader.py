"""Plain nbgrader, with the settings of the repository, from a release to the feedback a learner fetches."""

import contextlib
import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import small_course
from small_course import NAME, ROOT, cell, save

from bncourse.grading.assignment import Assignment
from bncourse.grading.course import names
from bncourse.grading.gradebook.create import prepare
from bncourse.grading.release.build import release

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nbgrader's exchange needs Linux or macOS")
RIGHT = {
    "centre": "def centre(x):\n    return x - x.mean(axis=0)",
    "scale": "def scale(x):\n    return x / x.std(axis=0)",
}
WRONG = {**RIGHT, "scale": "def scale(x):\n    return x / x.var(axis=0)"}
WRITTEN = {"why": "**Why in this order?**\n\nThe variance needs the mean."}
SCRIPT = '<script>document.title = "taken"</script>'
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABAQAAAAA3bvkkAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
PICTURE = f'<img alt="two bars" src="data:image/png;base64,{DOT}">'


@pytest.fixture(scope="module")
def nbgrader(tmp_path_factory):
    """Give ``nbgrader(*arguments, folder=..., **environment)``, which returns what the command said."""
    home = tmp_path_factory.mktemp("home")
    environment = os.environ | {"HOME": str(home), "PATH": "/usr/bin:/bin", "JUPYTER_PLATFORM_DIRS": "0"}
    door = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("nbgrader_door.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )

    def run(*arguments, folder, code=0, **environment):
        order = {"arguments": arguments, "folder": str(folder), "environment": environment}
        print(json.dumps(order), file=door.stdin, flush=True)
        outcome = json.loads(door.stdout.readline())
        assert outcome["code"] == code, outcome["said"]
        return outcome["said"]

    yield run
    door.communicate(timeout=300)


@pytest.fixture(scope="module")
def term(tmp_path_factory, nbgrader):
    """Give what a whole term leaves: the course, each learner's folder, and what each command said."""
    folder = tmp_path_factory.mktemp("term")
    course = small_course.write(folder / "course", small_course.with_written_answer())
    said = {}

    def run(step, *arguments, where=course, **environment):
        said[step] = nbgrader(step, *arguments, folder=where, **environment)

    run("generate_assignment", NAME)
    run("release_assignment", NAME)
    answers = {"right": RIGHT | WRITTEN, "wrong": WRONG, "odd": RIGHT}
    for student, written in answers.items():
        where = folder / student
        where.mkdir()
        apart = {"JUPYTER_CONFIG_PATH": str(course), "JUPYTER_DATA_DIR": str(where / "data")}
        run("fetch_assignment", NAME, where=where, **apart)
        hand_in(where / NAME / f"{NAME}.ipynb", written, student)
        run("submit", NAME, f"--student={student}", where=where, **apart)
    run("list", where=where, **apart)
    run("validate", str(folder / "right" / NAME / f"{NAME}.ipynb"))
    said["validate wrong"] = nbgrader("validate", str(folder / "wrong" / NAME / f"{NAME}.ipynb"), folder=course)
    run("collect", NAME)
    run("autograde", NAME)
    said["graded by hand"] = grade_by_hand(course, "why", 2.5)
    run("generate_feedback", NAME)
    run("release_feedback", NAME)
    apart = {"JUPYTER_CONFIG_PATH": str(course), "JUPYTER_DATA_DIR": str(folder / "right" / "data")}
    run("fetch_feedback", NAME, "--student=right", where=folder / "right", **apart)
    run("export", "--to=grades.csv")
    return course, folder, said


def hand_in(path, answers, student):
    notebook = json.loads(path.read_text())
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    if student == "odd":
        notebook["cells"].remove(cell(notebook, "scale-check"))
        notebook["cells"].append(small_course.text("mine", f"{SCRIPT}\n\nand *text*"))
        shown = f"from IPython.display import HTML\nHTML('''{SCRIPT}{PICTURE}''')"
        notebook["cells"].append(small_course.code("mine-too", shown))
    save(notebook, path)


def grade_by_hand(course, name, points):
    """Do what Formgrader does for each written answer that waits; gives the students' names."""
    from nbgrader.api import Gradebook

    graded = []
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}", "bncourse") as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            grade = next(grade for grade in submission.notebooks[0].grades if grade.name == name)
            if grade.needs_manual_grade:
                grade.manual_score, grade.needs_manual_grade = points, False
                graded.append(submission.student.id)
        gradebook.db.commit()
    return graded


def test_a_release_holds_the_signature_and_no_answer(term):
    course, _, _ = term
    released = json.loads((course / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    source = "".join(cell(released, "scale")["source"])
    assert source.startswith("def scale(x):") and "raise NotImplementedError" in source
    assert "std" not in source and "SOLUTION" not in source


def test_a_new_gradebook_is_the_one_that_nbgrader_makes(term, tmp_path):
    course, _, _ = term
    prepare(f"sqlite:///{tmp_path / 'ours.db'}")
    ours, theirs = made(tmp_path / "ours.db"), made(course / "gradebook.db")
    assert ours == theirs and len(ours[0]) > 10


def made(path):
    """Give the tables and indices of a gradebook, and the version of their form."""
    with contextlib.closing(sqlite3.connect(path)) as gradebook:
        tables = gradebook.execute("SELECT name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        said = gradebook.execute("SELECT * FROM alembic_version").fetchall()
    return [(name, table, " ".join((sql or "").rstrip(";").split())) for name, table, sql in tables], said


def test_a_gradebook_that_is_there_is_left_as_it_is(tmp_path):
    path = tmp_path / "gradebook.db"
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.execute("CREATE TABLE of_an_older_nbgrader (id INTEGER)")
    before = path.read_bytes()
    prepare(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_bncourse_release_makes_the_same_bytes_as_nbgrader(term, tmp_path):
    course, _, _ = term
    ours = small_course.write(tmp_path / "course", small_course.with_written_answer())
    release(Assignment(ours, NAME))
    assert files(ours / "notebooks") == files(course / "notebooks")


def test_notebooks_holds_what_nbgrader_makes_of_solutions_and_nothing_else(tmp_path, nbgrader):
    shutil.copytree(ROOT / "solutions", tmp_path / "solutions", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    for name in names(tmp_path):
        nbgrader("generate_assignment", name, "--no-db", folder=tmp_path)
    there, made = files(ROOT / "notebooks"), files(tmp_path / "notebooks")
    differ = sorted(str(path) for path in there.keys() | made.keys() if there.get(path) != made.get(path))
    assert not differ, f"notebooks/ is not what nbgrader makes of solutions/; run bncourse release: {', '.join(differ)}"


def files(folder):
    """Give the content of each file under a folder, by its path; what Jupyter leaves beside a notebook aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in Path(folder).glob("**/*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }


def test_a_learner_elsewhere_sees_and_fetches_the_release(term):
    _, folder, said = term
    assert f"bncourse {NAME}" in said["list"]
    assert (folder / "right" / NAME / f"{NAME}.ipynb").is_file()


def test_validate_tells_right_from_wrong(term):
    _, _, said = term
    assert "Success! Your notebook passes all the tests." in said["validate"]
    # the wrong answer, and the written one that is still missing
    assert "VALIDATION FAILED ON 2 CELL(S)!" in said["validate wrong"]
    assert "You did not provide a response." in said["validate wrong"]


def test_grades_are_those_that_were_earned_even_with_a_deleted_check(term):
    course, _, _ = term
    with open(course / "grades.csv", newline="") as file:
        scores = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert scores == {"right": 5.5, "wrong": 1.0, "odd": 5.5}


def test_a_written_answer_waits_for_a_person_and_an_empty_one_does_not(term):
    course, _, said = term
    assert said["graded by hand"] == ["odd", "right"]  # odd has a text of their own in another place
    graded = json.loads((course / "autograded" / "right" / NAME / f"{NAME}.ipynb").read_text())
    assert "The variance needs the mean." in "".join(cell(graded, "why")["source"])


def test_feedback_shows_what_was_written_and_no_rubric(term):
    course, _, _ = term
    page = (course / "feedback" / "right" / NAME / f"{NAME}.html").read_text()
    assert "The variance needs the mean." in page and "(Score: 2.5 / 3.0)" in page and "Rubric" not in page


def test_a_learner_fetches_feedback_that_shows_no_hidden_test(term):
    _, folder, _ = term
    pages = list((folder / "right" / NAME / "feedback").glob(f"*/{NAME}.html"))
    assert len(pages) == 1
    page = pages[0].read_text()
    assert "scale-check" in page and "71.0" not in page


def test_a_script_in_a_submission_does_not_run_in_the_feedback(term):
    course, _, _ = term
    page = (course / "feedback" / "odd" / NAME / f"{NAME}.html").read_text()
    assert SCRIPT not in page
    assert "&lt;script&gt;document.title" in page  # the code that made the output
    assert f'src="data:image/png;base64,{DOT}"' in page


def test_a_text_of_ones_own_is_taken_along_to_where_a_person_grades(term):
    course, _, _ = term
    assert "and *text*" in (course / "received" / "odd" / NAME / f"{NAME}.ipynb").read_text()
    assert "and *text*" in (course / "submitted" / "odd" / NAME / f"{NAME}.ipynb").read_text()
    graded = json.loads((course / "autograded" / "odd" / NAME / f"{NAME}.ipynb").read_text())
    theirs = [each for each in graded["cells"] if each["id"].startswith("student-") and each["cell_type"] == "markdown"]
    assert len(theirs) == 1 and "text" in "".join(theirs[0]["source"])


def test_an_exchange_of_ones_choice_is_used(tmp_path, nbgrader):
    course = small_course.write(tmp_path / "course")
    place = tmp_path / "shared"
    said = nbgrader("list", folder=course, BNCOURSE_EXCHANGE=str(place))
    assert place.is_dir() and not (course / "exchange").exists(), said


def test_a_renamed_notebook_is_named_when_it_is_handed_in(term, tmp_path, nbgrader):
    course, folder, _ = term
    shutil.copytree(folder / "right" / NAME, tmp_path / NAME)
    (tmp_path / NAME / f"{NAME}.ipynb").rename(tmp_path / NAME / "my answers.ipynb")
    apart = {"JUPYTER_CONFIG_PATH": str(course), "JUPYTER_DATA_DIR": str(tmp_path / "data")}
    said = nbgrader("submit", NAME, "--student=renamed", folder=tmp_path, code=1, **apart)
    assert f"{NAME}.ipynb: MISSING" in said
