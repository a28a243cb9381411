"""Colab and Kaggle: what a release has for them once there is an address, and that it changes nothing elsewhere."""

import json
import sys
import types

import pytest
import small_course
from small_course import NAME, cell

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.engine.grade import command as grade_command
from bncourse.grading.nbgrader import converters
from bncourse.grading.submission.merge import stage_notebook
from bncourse.learner import elsewhere

INSTALL, WHERE = "bncourse", "https://github.com/somebody/bncourse/blob/main/notebooks"


def course(folder, install="", notebooks=""):
    made = small_course.write(folder)
    settings = made / "nbgrader_config.py"
    text = settings.read_text(encoding="utf-8")
    text = text.replace('c.Elsewhere.install = ""', f"c.Elsewhere.install = {install!r}")
    settings.write_text(text.replace('c.Elsewhere.notebooks = ""', f"c.Elsewhere.notebooks = {notebooks!r}"))
    return made


def released(made):
    converters.generate_assignment(Assignment(made, NAME), record=False)
    return json.loads((made / "notebooks" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))


def ids(notebook):
    return [each["id"] for each in notebook["cells"]]


def test_without_an_address_a_release_is_what_nbgrader_makes(tmp_path):
    settings = (small_course.ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    plain = small_course.write(tmp_path / "plain")
    line = 'c.GenerateAssignment.preprocessors.append("bncourse.grading.release.elsewhere.Elsewhere")\n'
    assert line in settings
    (plain / "nbgrader_config.py").write_text(settings.replace(line, ""))
    assert released(course(tmp_path / "course")) == released(plain)


def test_with_an_address_the_head_has_links_and_a_cell_that_installs(tmp_path):
    made = released(course(tmp_path / "course", INSTALL, WHERE))
    assert ids(made)[:4] == ["title", "elsewhere", "elsewhere-install", "imports"]
    path = f"github/somebody/bncourse/blob/main/notebooks/{NAME}/{NAME}.ipynb"
    assert f"https://colab.research.google.com/{path}" in "".join(cell(made, "elsewhere")["source"])
    installs = "".join(cell(made, "elsewhere-install")["source"])
    assert f'%pip install --quiet "{INSTALL}"' in installs
    assert ids(released(course(tmp_path / "one", INSTALL)))[:3] == ["title", "elsewhere-install", "imports"]
    assert ids(released(course(tmp_path / "two", "", WHERE)))[:3] == ["title", "elsewhere", "imports"]


@pytest.mark.parametrize(
    ("install", "notebooks", "says"),
    [
        ('bncourse"; rm -rf x; "', "", "without spaces and quotes"),
        ("$HOME", "", "without spaces and quotes"),
        ("", "https://example.org/notebooks", "an address such as https://github.com/OWNER"),
        ("", "https://github.com/me/bncourse) [x](https://elsewhere.org", "an address such as"),
    ],
)
def test_a_setting_that_is_no_address_is_refused_in_words(tmp_path, capsys, monkeypatch, install, notebooks, says):
    made = course(tmp_path / "course", install, notebooks)
    monkeypatch.chdir(made)
    monkeypatch.setattr("bncourse.grading.release.build.unsound", lambda course, names: [])
    assert main(["release"]) == 1
    assert says in capsys.readouterr().err


def test_the_cell_does_nothing_in_jupyterlab(tmp_path, capsys):
    source = "".join(cell(released(course(tmp_path / "course", INSTALL)), "elsewhere-install")["source"])
    plain = source.replace(f'%pip install --quiet "{INSTALL}"', "raise AssertionError")
    exec(compile(plain, "cell", "exec"), {})
    assert capsys.readouterr().out == "" and elsewhere.place() == ""
    elsewhere.tell()
    assert capsys.readouterr().out == ""


def test_what_is_different_is_said_where_it_is_so(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    elsewhere.tell()
    assert "This is Colab" in capsys.readouterr().out
    monkeypatch.delitem(sys.modules, "google.colab")
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    elsewhere.tell()
    assert "This is Kaggle" in capsys.readouterr().out


def test_a_submission_that_was_made_there_is_staged_and_graded_in_full(tmp_path, monkeypatch):
    made = course(tmp_path / "course", INSTALL, WHERE)
    notebook = released(made)
    right = {
        "centre": "def centre(x):\n    return x - x.mean(axis=0)",
        "scale": "def scale(x):\n    return x / x.std(axis=0)",
    }
    for name, source in right.items():
        cell(notebook, name)["source"] = source
    for each in notebook["cells"]:  # as Colab keeps a notebook: ids in its own metadata, none in the format's
        each["metadata"]["id"] = each.pop("id")
    notebook |= {"nbformat": 4, "nbformat_minor": 0}
    notebook["metadata"]["colab"] = {"provenance": []}
    place = made / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    place.parent.mkdir(parents=True)
    small_course.save(notebook, place)
    import nbformat

    release = nbformat.read(made / "notebooks" / NAME / f"{NAME}.ipynb", as_version=4)
    staged = stage_notebook(place.read_bytes(), release)
    assert [each.id for each in staged.notebook.cells] == [each.id for each in release.cells]
    assert staged.written == {"centre", "scale"}
    monkeypatch.chdir(made)
    assert grade_command  # loaded once, as the command does
    assert main(["grade", "90", "--workers", "1"]) == 0
    scores = converters.scores(Assignment(made, NAME).submission("ada"))
    assert sum(score for score, _ in scores.values()) == 3
