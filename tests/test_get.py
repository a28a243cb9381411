"""`bncourse get`: the course in a learner's folder, a newer release with the answers kept, and what goes wrong."""

import copy
import errno
import json
import os

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sampled import examples

from bncourse import course
from bncourse.cli import main
from bncourse.learner import doctor, get
from bncourse.learner.update import NotMerged, checked, merge

NAME = "04-normalize"


def given_cell(key, source, kind="markdown"):
    made = {"cell_type": kind, "id": key, "metadata": {}, "source": source}
    return made | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def marked(key, source, **marks):
    metadata = {"nbgrader": {"grade_id": key, "solution": False, "locked": False, **marks}}
    return given_cell(key, source, "code") | {"metadata": metadata}


def release(changes=(), order=None):
    """A released notebook, with some cells changed (source), added, or removed (None)."""
    cells = {
        "title": given_cell("title", "# 04"),
        "imports": given_cell("imports", "import numpy", "code"),
        "task": given_cell("task", "### Exercise: normalize"),
        "normalize": marked("normalize", "raise NotImplementedError", solution=True),
        "normalize-check": marked("normalize-check", "check.normalize(normalize)", locked=True),
        "end": given_cell("end", "The end."),
    }
    for key, source in dict(changes).items():
        if source is None:
            del cells[key]
        elif key in cells:
            cells[key] = cells[key] | {"source": source}
        else:
            cells[key] = given_cell(key, source)
    cells = [cells[key] for key in order or cells]
    return {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 5}


def worked_in(notebook, answer="return 1"):
    """The notebook of a learner who answered, ran a check, and made a cell below it."""
    mine = copy.deepcopy(notebook)
    for number, cell in enumerate(mine["cells"]):
        if cell["id"] == "normalize":
            cell["source"] = answer
        if cell["id"] == "normalize-check":
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "CORRECT"}]
            cell["execution_count"] = 3
            below = number + 1
    mine["cells"].insert(below, given_cell("f00d", "my note"))
    return mine


def sources(notebook):
    return {cell["id"]: cell["source"] for cell in notebook["cells"]}


def ids(notebook):
    return [cell["id"] for cell in notebook["cells"]]


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """What the package brings; gives a function that puts another release there."""
    place = tmp_path / "package" / f"{NAME}.ipynb"
    place.parent.mkdir()
    monkeypatch.setattr(course, "released", lambda: [place])
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def put(notebook):
        place.write_text(json.dumps(notebook, indent=1))
        return notebook

    put(release())
    return put


@pytest.fixture
def notebook(shelf, tmp_path):
    """The place of a learner's notebook, which was got once."""
    assert main(["get"]) == 0
    return tmp_path / "here" / "bncourse" / "notebooks" / NAME / f"{NAME}.ipynb"


def read(place):
    return json.loads(place.read_text(encoding="utf-8"))


def write(place, notebook):
    place.write_text(json.dumps(notebook), encoding="utf-8")
    return notebook


def test_the_course_comes_into_a_new_folder_and_opens_there(notebook, shelf, capsys, monkeypatch):
    assert read(notebook) == release()
    folder = notebook.parents[2]
    assert sorted(path.name for path in folder.iterdir()) == [".bncourse", "notebooks"]
    assert main(["get"]) == 0
    assert "Nothing is newer" in capsys.readouterr().out
    monkeypatch.chdir(notebook.parent)
    assert course.find_folder(to_learn=True) == folder
    assert main(["get"]) == 0  # in a folder of the course, that one is meant


def test_a_newer_release_keeps_answers_outputs_and_own_cells(notebook, shelf, capsys):
    write(notebook, worked_in(read(notebook)))
    new = shelf(
        release({"task": "### Exercise: normalize (clearer)", "imports": "import numpy as np", "tip": "A tip."})
    )
    assert main(["get", str(notebook.parents[2])]) == 0
    said = capsys.readouterr().out
    assert "1 updated" in said and "Reload" in said and "stays" not in said
    made = read(notebook)
    assert sources(made) == {**sources(new), "normalize": "return 1", "f00d": "my note"}
    check = next(cell for cell in made["cells"] if cell["id"] == "normalize-check")
    assert check["execution_count"] == 3 and check["outputs"]
    assert ids(made) == ["title", "imports", "task", "normalize", "normalize-check", "f00d", "end", "tip"]
    [before] = (notebook.parents[2] / ".bncourse" / "before").rglob("*.ipynb")
    assert read(before) == worked_in(release())
    assert main(["get", str(notebook.parents[2])]) == 0
    assert read(notebook) == made


def test_an_answer_that_both_changed_stays_and_the_new_cell_is_kept_beside(notebook, shelf, capsys):
    write(notebook, worked_in(read(notebook)))
    new = shelf(release({"normalize": "raise NotImplementedError()"}))
    assert main(["get", str(notebook.parents[2])]) == 0
    said = capsys.readouterr().out
    assert "`normalize`, and so did you: yours stays" in said
    assert sources(read(notebook))["normalize"] == "return 1"
    [beside] = notebook.parents[2].glob("released-*/*.ipynb")
    assert str(beside) in said and read(beside) == new
    assert main(["get", str(notebook.parents[2])]) == 0
    assert "stays" not in capsys.readouterr().out  # told once


def test_a_given_cell_that_both_changed_is_new_and_the_learners_stands_below(notebook, shelf, capsys):
    mine = worked_in(read(notebook))
    mine["cells"][1]["source"] = "import numpy, math"
    write(notebook, mine)
    shelf(release({"imports": "import numpy as np"}))
    assert main(["get", str(notebook.parents[2])]) == 0
    assert "yours now stands below the new one" in capsys.readouterr().out
    made = sources(read(notebook))
    assert made["imports"] == "import numpy as np" and made["imports-mine"] == "import numpy, math"
    assert list(made)[1:3] == ["imports", "imports-mine"]


def test_what_the_course_takes_away_stays_if_the_learner_wrote_there(notebook, shelf, capsys):
    write(notebook, worked_in(read(notebook)))
    shelf(release({"normalize": None, "normalize-check": None, "end": None}))
    assert main(["get", str(notebook.parents[2])]) == 0
    assert "The course has no cell `normalize` any more" in capsys.readouterr().out
    made = read(notebook)
    assert ids(made) == ["title", "imports", "task", "normalize", "f00d"]
    assert "nbgrader" not in made["cells"][3]["metadata"]


def test_a_cell_that_the_learner_removed_stays_away_unless_the_course_changed_it():
    mine = release({"end": None, "title": None})
    made = merge(release(), mine, release({"title": "# 04, again"}))
    assert ids(made.notebook) == ["title", "imports", "task", "normalize", "normalize-check"]
    assert "it is back" in " ".join(made.told)


def test_the_order_is_the_learners_where_they_moved_cells_and_the_courses_elsewhere():
    moved = release(order=["end", "title", "imports", "task", "normalize", "normalize-check"])
    assert ids(merge(release(), moved, release({"tip": "A tip."})).notebook)[:3] == ["end", "tip", "title"]
    new = release(order=["imports", "title", "task", "normalize", "normalize-check", "end"])
    made = ids(merge(release(), worked_in(release()), new).notebook)
    assert made == ["imports", "title", "task", "normalize", "normalize-check", "f00d", "end"]


def without_ids(notebook, marks=True):
    for cell in notebook["cells"]:
        del cell["id"]
        if not marks:
            cell["metadata"] = {}
    return notebook | {"nbformat_minor": 4}


def test_ids_that_a_tool_took_away_are_found_again_by_the_marks_and_the_text():
    new = release({"task": "clearer"})
    made = merge(release(), without_ids(worked_in(release())), new).notebook
    assert sources(made) == {**sources(new), "normalize": "return 1", "own": "my note"}
    assert ids(made) == ["title", "imports", "task", "normalize", "normalize-check", "own", "end"]


def test_without_ids_and_marks_the_notebook_stays_as_it_is(notebook, shelf, capsys):
    mine = write(notebook, without_ids(worked_in(read(notebook)), marks=False))
    new = shelf(release({"task": "clearer"}))
    for _ in range(2):  # it is told each time, until it is mended
        assert main(["get", str(notebook.parents[2])]) == 0
        assert "has lost the ids of its cells" in capsys.readouterr().out
    assert read(notebook) == mine
    [beside] = notebook.parents[2].glob("released-*/*.ipynb")
    assert read(beside) == new


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"nbformat": 3, "cells": []}', "\0" * 99])
def test_a_notebook_that_cannot_be_read_stays_as_it_is(notebook, shelf, capsys, content):
    notebook.write_text(content)
    shelf(release({"task": "clearer"}))
    assert main(["get", str(notebook.parents[2])]) == 0
    assert "is no notebook that can be read. It stays as it is" in capsys.readouterr().out
    assert notebook.read_text() == content


def test_a_notebook_that_is_gone_is_brought_back_and_a_renamed_one_named(notebook, shelf, capsys):
    mine = write(notebook, worked_in(read(notebook)))
    renamed = notebook.rename(notebook.with_name("mine.ipynb"))
    assert main(["get", str(notebook.parents[2])]) == 0
    said = capsys.readouterr().out
    assert "it is back, without answers" in said and f"{renamed} seems to be a copy of it" in said
    assert read(notebook) == release() and read(renamed) == mine


def test_all_notebooks_may_be_gone(notebook, shelf, monkeypatch):
    notebook.unlink()
    monkeypatch.chdir(notebook.parents[2])
    [lost] = [c for c in doctor.examine(8888) if c.subject == "course folder"]
    assert lost.state == doctor.MISSING and "bncourse get" in lost.mend
    assert main(["get"]) == 0
    assert read(notebook) == release()


def test_a_folder_that_has_only_notebooks_is_taken_where_nothing_given_was_changed(notebook, shelf, capsys):
    hidden = notebook.parents[2] / ".bncourse"
    (hidden / "released" / notebook.name).unlink()
    (hidden / "released").rmdir()
    hidden.rmdir()
    write(notebook, worked_in(read(notebook)))
    assert main(["get", str(notebook.parents[2])]) == 0
    assert read(notebook) == worked_in(release())
    (hidden / "released" / notebook.name).write_text("damaged")
    shelf(release({"task": "clearer"}))
    capsys.readouterr()
    assert main(["get", str(notebook.parents[2])]) == 0
    assert "the release that it comes from is not known" in capsys.readouterr().out
    assert read(notebook) == worked_in(release())


def test_doctor_says_that_newer_notebooks_came_with_the_package(notebook, shelf, monkeypatch):
    monkeypatch.chdir(notebook.parents[2])
    assert "notebooks" not in {c.subject for c in doctor.examine(8888)}
    shelf(release({"task": "clearer"}))
    [said] = [c for c in doctor.examine(8888) if c.subject == "notebooks"]
    assert said.state == doctor.NOTE and "bncourse get brings them" in said.says


@pytest.mark.parametrize(
    "make, sentence",
    [
        (lambda place: place.write_text(""), "is a file; name a folder"),
        (lambda place: (place / "letters").mkdir(parents=True), "is not empty, and has no notebooks of the course"),
        (lambda place: [(place / name).mkdir(parents=True) for name in ("solutions", "notebooks")], "git pull"),
    ],
)
def test_a_place_that_is_not_for_the_course_is_refused_with_what_to_do(shelf, tmp_path, capsys, make, sentence):
    make(tmp_path / "place")
    before = sorted(tmp_path.rglob("*"))
    assert main(["get", str(tmp_path / "place")]) == 1
    assert sentence in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("step", range(3))
def test_a_disk_that_is_full_or_closed_loses_nothing(notebook, shelf, capsys, monkeypatch, number, step):
    mine = write(notebook, worked_in(read(notebook)))
    new = shelf(release({"task": "clearer"}))
    real, calls = os.fsync, []

    def full(file):
        calls.append(file)
        if len(calls) == step + 1:
            raise OSError(number, os.strerror(number))
        real(file)

    monkeypatch.setattr(os, "fsync", full)
    assert main(["get", str(notebook.parents[2])]) == 1
    said = capsys.readouterr().err
    assert os.strerror(number) in said and "nothing is lost" in said and "run the command again" in said
    assert ("Name a folder of your own" in said) == (number == errno.EACCES)
    assert step == 2 or read(notebook) == mine
    assert not list(notebook.parents[2].rglob("*.part"))
    monkeypatch.setattr(os, "fsync", real)
    assert main(["get", str(notebook.parents[2])]) == 0
    assert sources(read(notebook)) == {**sources(new), "normalize": "return 1", "f00d": "my note"}


texts = st.sampled_from(["a", "b", "c"])


@st.composite
def three(draw):
    """A release, the learner's notebook from it, and a newer release; answers are `a...`."""
    keys = draw(st.lists(st.sampled_from(["a1", "a2", "t1", "t2", "t3"]), unique=True, min_size=1))

    def cell(key):
        source = draw(texts)
        return marked(key, source, solution=True) if key[0] == "a" else given_cell(key, source)

    def made(cells):
        return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}

    base = [cell(key) for key in keys]
    mine = [each if draw(st.booleans()) else each | {"source": f"mine {each['id']}"} for each in base]
    mine = [each for each in mine if draw(st.integers(0, 4))]
    mine += [given_cell(f"own{number}", f"own {number}") for number in range(draw(st.integers(0, 2)))]
    new = [cell(key) for key in draw(st.permutations(["a1", "a2", "t1", "t2", "t3"])) if draw(st.integers(0, 3))]
    return made(base), made(draw(st.permutations(mine))), made(new)


@given(three())
@examples(300)
def test_nothing_that_a_learner_wrote_is_ever_lost_and_a_second_merge_changes_nothing(notebooks):
    base, mine, new = notebooks
    assume(not mine["cells"] or set(ids(mine)) & set(ids(base)))  # else it is another notebook, or has lost its ids
    made = merge(base, mine, new)
    assert len(set(ids(made.notebook))) == len(ids(made.notebook))
    there = [cell["source"] for cell in made.notebook["cells"]]
    for cell in mine["cells"]:
        if cell["source"].startswith(("mine", "own")):
            assert cell["source"] in there
    was = sources(base)
    for key, source in sources(new).items():  # what the learner did not touch is as it is released now
        if key not in was or (sources(mine).get(key) == was[key] and key in sources(made.notebook)):
            assert sources(made.notebook)[key] == source
    if set(ids(made.notebook)) & set(ids(new)):
        again = merge(new, made.notebook, new)
        assert again.notebook == made.notebook and not again.told


def test_a_notebook_of_another_kind_is_no_notebook():
    for wrong in (None, [], {}, {"nbformat": 4, "cells": [3]}, {"nbformat": 4, "cells": [{"source": [1]}]}):
        with pytest.raises(NotMerged, match="no notebook"):
            checked(wrong)


def test_each_released_notebook_of_the_course_can_be_merged_with_itself():
    for path in course.released():
        notebook = get._read(path)
        made = merge(notebook, worked_in_somewhere(notebook), notebook)
        assert made.notebook == worked_in_somewhere(notebook) and not made.told


def worked_in_somewhere(notebook):
    mine = copy.deepcopy(notebook)
    for cell in mine["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = ["my answer"]
    return mine
