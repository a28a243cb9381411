"""Staging one notebook: whatever comes in, the release goes out, with the student's answers in it."""

import gzip
import json
import re
import sys
import time
from copy import deepcopy

import nbformat
import pytest
import small_course
from hypothesis import given
from hypothesis import strategies as some
from sampled import examples
from small_course import cell

from bncourse.grading.submission.merge import DOUBT, DROPPED, MARKS, MENDED, REFUSED, TAKEN, stage_notebook
from bncourse.grading.submission.reading import MOST_BYTES, MOST_RAW, MOST_SOURCE
from bncourse.grading.submission.stage import for_student

STUB = "\n    # YOUR CODE HERE\n    raise NotImplementedError"
CENTRE = "def centre(x):\n    return x - x.mean(axis=0)"
SCALE = "def scale(x):\n    return x / x.std(axis=0)"


def released():
    """Give a released notebook: answers are stubs, and a written answer and a given cell without a mark are in it."""
    content = small_course.notebook()
    for name in ("centre", "scale"):
        each = cell(content, name)
        each["source"] = each["source"].split("\n")[0] + STUB
    check = cell(content, "scale-check")
    check["source"] = check["source"].partition("\n### BEGIN HIDDEN")[0]
    content["cells"].insert(2, small_course.code("given", "shown = 3"))
    why = small_course.text("why", "*Write your answer here.*")
    why["metadata"] = {"nbgrader": {**small_course.marks("why"), "grade": True, "solution": True, "points": 2}}
    content["cells"].append(why)
    return content


RELEASE = nbformat.from_dict(released())
LOCKED = {c.id: c.source for c in RELEASE.cells if not c.metadata.get("nbgrader", {}).get("solution")}


@pytest.fixture
def theirs():
    """Give a submission with both functions written, as a dictionary to spoil."""
    content = released()
    cell(content, "centre")["source"], cell(content, "scale")["source"] = CENTRE, SCALE
    return content


def staged(content):
    raw = content if content is None or isinstance(content, bytes) else json.dumps(content).encode()
    result = stage_notebook(raw, RELEASE)
    nbformat.validate(result.notebook)
    here = {c.id: c for c in result.notebook.cells}
    assert {name: here[name].source for name in LOCKED} == LOCKED
    order = [c.id for c in result.notebook.cells if c.metadata["bncourse"]["from"] != "student"]
    assert sorted(order) == sorted(c.id for c in RELEASE.cells)
    return result


def answer(result, name):
    return next(c.source for c in result.notebook.cells if c.id == name)


def own(result):
    return [c.source for c in result.notebook.cells if c.metadata["bncourse"]["from"] == "student"]


def sources(result):
    return [c.source for c in result.notebook.cells]


def told(result, kind):
    return {(d.what, d.why) for d in result.decisions if d.kind == kind}


def after(content, name, *cells):
    where = content["cells"].index(cell(content, name)) + 1
    content["cells"][where:where] = cells


def test_answers_are_taken_and_nothing_is_said_about_a_plain_submission(theirs):
    result = staged(theirs)
    assert answer(result, "centre") == CENTRE and answer(result, "scale") == SCALE
    assert own(result) == [] and result.readable
    assert {d.kind for d in result.decisions} == {TAKEN} and for_student(result.decisions) == []


def test_a_staged_notebook_stays_as_it_is_when_it_is_staged_again(theirs):
    after(theirs, "centre", small_course.code("mine", "y = 1"))
    cell(theirs, "centre-check")["source"] = "print('changed')"
    once = staged(theirs)
    assert staged(nbformat.writes(once.notebook).encode()).notebook == once.notebook


def test_the_release_given_is_not_changed(theirs):
    before = deepcopy(RELEASE)
    staged(theirs)
    assert before == RELEASE


def test_metadata_tags_points_kernel_ids_and_outputs_of_a_submission_are_gone(theirs):
    check = cell(theirs, "scale-check")
    check["metadata"]["tags"] = ["skip-execution"]
    check["metadata"]["nbgrader"] |= {"points": 1000, "locked": False, "grade": False}
    output = {"output_type": "stream", "name": "stdout", "text": "all right"}
    cell(theirs, "centre").update(outputs=[output], execution_count=7)
    cell(theirs, "centre")["metadata"]["nbgrader"] |= {"solution": False, "grade": True, "points": 9}
    theirs["metadata"] = {"kernelspec": {"name": "bash", "display_name": "x", "language": "bash"}, "mine": "x" * 99}
    theirs["cells"].append(small_course.code("imports", "z = 1", tags=["parameters"]))
    result = staged(theirs)
    notebook = result.notebook
    [[_, why]] = [each for each in told(result, DROPPED) if each[0] == MARKS]
    assert "scale-check: grade, locked, points, tags" in why and "centre: grade, solution" in why
    given_cells = [c for c in RELEASE.cells if c.id in LOCKED]
    assert notebook.metadata == RELEASE.metadata
    for each, given_cell in zip([c for c in notebook.cells if c.id in LOCKED], given_cells, strict=True):
        assert each.metadata == given_cell.metadata | {"bncourse": {"from": "release"}}
    assert all(not c.outputs and c.execution_count is None for c in notebook.cells if c.cell_type == "code")
    assert not any(c.metadata.get("tags") for c in notebook.cells if c.metadata["bncourse"]["from"] == "student")


def test_of_copied_answers_the_last_counts_and_the_others_run_before_it(theirs):
    again = deepcopy(cell(theirs, "centre")) | {"source": "def centre(x):\n    return x - 1", "id": "other"}
    after(theirs, "scale-check", again)
    result = staged(theirs)
    assert answer(result, "centre") == again["source"]
    assert sources(result).index(CENTRE) < sources(result).index(again["source"])
    assert any(what == "centre" and "2 copies" in why for what, why in told(result, MENDED))


def test_a_copy_that_is_still_empty_does_not_take_the_place_of_an_answer(theirs):
    stub = deepcopy(cell(released(), "centre")) | {"id": "other"}
    after(theirs, "centre", stub)
    result = staged(theirs)
    assert answer(result, "centre") == CENTRE and own(result) == []


def test_a_cell_that_was_split_still_runs_whole(theirs):
    rest = deepcopy(cell(theirs, "centre")) | {"id": "rest", "source": "print(centre(np.eye(2)))"}
    after(theirs, "centre", rest)
    result = staged(theirs)
    assert sources(result).index(CENTRE) < sources(result).index(rest["source"])


def test_a_missing_answer_counts_as_not_written_and_the_others_count(theirs):
    theirs["cells"].remove(cell(theirs, "centre"))
    result = staged(theirs)
    assert answer(result, "centre").endswith("raise NotImplementedError") and answer(result, "scale") == SCALE
    assert {what for what, _ in told(result, DROPPED)} == {"centre"}


def test_another_notebook_is_named_as_such():
    result = staged({"cells": [small_course.code("a", "1 + 1")], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    assert any("another notebook" in why for _, why in told(result, REFUSED)) and result.readable


def test_a_removed_or_copied_check_changes_nothing(theirs):
    check = deepcopy(cell(theirs, "centre-check")) | {"id": "copy"}
    theirs["cells"].remove(cell(theirs, "scale-check"))
    theirs["cells"].append(check)
    assert own(staged(theirs)) == []


def test_what_was_written_into_a_check_cell_runs_before_the_check(theirs):
    cell(theirs, "centre")["source"] = cell(released(), "centre")["source"]
    cell(theirs, "centre-check")["source"] = CENTRE
    result = staged(theirs)
    names = [c.id for c in result.notebook.cells]
    assert names.index("centre") < sources(result).index(CENTRE) < names.index("centre-check")


def test_changed_given_code_stands_as_given_and_the_change_runs_right_after(theirs):
    cell(theirs, "given")["source"] = "shown = 4"
    result = staged(theirs)
    where = sources(result).index("shown = 3")
    assert sources(result)[where + 1] == "shown = 4"


def test_given_code_that_lost_its_id_is_found_by_its_place(theirs):
    cell(theirs, "imports")["source"] += "\nimport math"
    theirs["cells"][1]["metadata"], theirs["cells"][1]["id"] = {}, "lost-1"
    cell(theirs, "given")["id"] = "lost-2"
    result = staged(theirs)
    where = [c.id for c in result.notebook.cells].index("imports")
    assert sources(result)[where + 1].endswith("import math") and len(own(result)) == 1


def test_own_code_and_own_text_stay_where_they_were(theirs):
    after(theirs, "centre-check", small_course.text("t", "my notes"), small_course.code("h", "def helper(): return 1"))
    theirs["cells"].insert(0, small_course.code("top", "import math"))
    result = staged(theirs)
    names = [c.id for c in result.notebook.cells]
    where = names.index("centre-check")
    assert sources(result)[0] == "import math"
    assert sources(result)[where + 1 : where + 3] == ["my notes", "def helper(): return 1"]


def test_a_cell_moved_to_the_end_does_not_take_its_neighbours_along(theirs):
    theirs["cells"].append(theirs["cells"].pop(1))
    after(theirs, "title", small_course.code("h", "helper = 1"))
    names = [c.source for c in staged(theirs).notebook.cells]
    assert names.index("helper = 1") < names.index(CENTRE)


def test_a_text_cell_of_the_course_that_became_code_is_kept_as_own_code(theirs):
    theirs["cells"][0] = small_course.code("title", "print('here')")
    assert own(staged(theirs)) == ["print('here')"]


def test_an_answer_whose_cell_became_text_is_taken(theirs):
    where = theirs["cells"].index(cell(theirs, "scale"))
    theirs["cells"][where] = small_course.text("scale", SCALE) | {"metadata": theirs["cells"][where]["metadata"]}
    result = staged(theirs)
    assert answer(result, "scale") == SCALE and ("scale" in {what for what, _ in told(result, MENDED)})


def test_an_editor_that_drops_the_marks_costs_no_points(theirs):
    for each in theirs["cells"]:
        each["metadata"] = {}
    by_id = staged(theirs)
    for number, each in enumerate(theirs["cells"]):
        each["id"] = f"colab-{number}"
    by_name = staged(theirs)
    for result in (by_id, by_name):
        assert answer(result, "centre") == CENTRE and answer(result, "scale") == SCALE
        assert {"centre", "scale"} <= {what for what, _ in told(result, MENDED)}
    assert own(by_name) == []


def test_a_written_answer_is_taken_with_its_pictures_and_no_other_attachment(theirs):
    picture, drawing = {"image/png": "AAAA"}, {"image/svg+xml": "<svg onload=alert(1)>"}
    text = "Because ![](attachment:x.png) of ![the mean](attachment:y.svg)."
    cell(theirs, "why").update(source=text, attachments={"x.png": picture, "y.svg": drawing})
    result = staged(theirs)
    [why] = [c for c in result.notebook.cells if c.id == "why"]
    assert why.attachments == {"x.png": picture}
    assert why.source == "Because ![](attachment:x.png) of [a picture was left out: y.svg]."
    assert any("y.svg was left out" in said for _, said in told(result, DROPPED))


def test_a_picture_that_an_editor_wrote_into_the_text_does_not_make_the_answer_too_long(theirs):
    cell(theirs, "why")["source"] = f"Because.\n\n![](data:image/png;base64,{'A' * (MOST_SOURCE + 400)})"
    [why] = [c for c in staged(theirs).notebook.cells if c.id == "why"]
    assert why.source == "Because.\n\n![](attachment:pasted-1.png)" and len(why.attachments["pasted-1.png"]) == 1


def test_a_cell_that_is_too_long_is_dropped_and_the_others_count(theirs):
    cell(theirs, "centre")["source"] = "#" * (MOST_SOURCE + 1)
    after(theirs, "imports", small_course.code("long", "#" * (MOST_SOURCE + 1)))
    result = staged(theirs)
    assert {what for what, _ in told(result, DROPPED)} == {"centre", "cells of your own"}
    assert answer(result, "scale") == SCALE and own(result) == []


@pytest.mark.parametrize(
    ("source", "version", "told_of"),
    [
        ("def centre[T](x):\n    return x", "3.99.1", True),
        ("def centre[T](x):\n    return x", "", True),
        ('def centre(x):\n    return f\'{x["a"]}\' f"{x["a"]}"', "3.99", True),
        ("def centre[T](x):\n    return x", "3.8.2", False),
        ("def centre(x", "", False),
        (CENTRE, "3.99.1", False),
    ],
)
def test_what_only_a_newer_python_can_read_is_told_with_both_versions(theirs, source, version, told_of):
    cell(theirs, "centre")["source"] = source
    theirs["metadata"]["language_info"]["version"] = version
    found = [why for what, why in told(staged(theirs), DOUBT) if what == "centre"]
    if sys.version_info >= (3, 12):
        assert len(found) <= told_of  # this Python reads all of it
        return
    assert len(found) == told_of
    if told_of:
        assert (
            "Python 3.11, which grades here" in found[0] and (f"Python {version}" if version else "not say") in found[0]
        )


def test_marks_of_hidden_tests_in_a_submission_do_not_reach_nbgrader(theirs):
    cell(theirs, "scale")["source"] = f"### BEGIN HIDDEN TESTS\n{SCALE}"
    assert "BEGIN HIDDEN TESTS" not in answer(staged(theirs), "scale")


ODD_BUT_GOOD = {
    "a byte order mark": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16 without a mark": lambda text: text.encode("utf-16-le"),
    "utf-32": lambda text: text.encode("utf-32"),
    "latin-1": lambda text: text.replace("small", "klein ä").encode("latin-1"),
    "NUL bytes at the end": lambda text: text.encode() + b"\0" * 512,
    "Windows line ends": lambda text: json.dumps(json.loads(text), indent=1).replace("\n", "\r\n").encode(),
    "a huge number": lambda text: text.replace('"nbformat": 4', '"nbformat": ' + "9" * 10_000).encode(),
    "not a number": lambda text: text.replace('"nbformat": 4', '"nbformat": NaN, "also": -Infinity').encode(),
    "a double key": lambda text: text.replace('"metadata": {}', '"metadata": 1, "metadata": {}').encode(),
    "a later format": lambda text: text.replace('"nbformat": 4', '"nbformat": 5').encode(),
    "an earlier minor format": lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": 0').encode(),
    "a minor format to come": lambda text: text.replace('"nbformat_minor": 5', '"nbformat_minor": 99').encode(),
    "an old schema of nbgrader": lambda text: text.replace('"schema_version": 3', '"schema_version": 1').encode(),
}


@pytest.mark.parametrize("way", ODD_BUT_GOOD)
def test_odd_files_are_read(theirs, way):
    result = staged(ODD_BUT_GOOD[way](json.dumps(theirs, ensure_ascii=False)))
    assert result.readable and answer(result, "centre") == CENTRE and answer(result, "scale") == SCALE


def test_sources_as_lists_and_broken_characters_are_read(theirs):
    cell(theirs, "centre")["source"] = ["def centre(x):\r\n", 3, None, "    return x - x.mean(axis=0)"]
    cell(theirs, "scale")["source"] = f"{SCALE}  # \ud800 \0"
    result = staged(theirs)
    assert answer(result, "centre") == CENTRE
    assert answer(result, "scale") == f"{SCALE}  # \ufffd "


def test_format_3_is_read(theirs):
    for each in theirs["cells"]:
        each["input" if each["cell_type"] == "code" else "source"] = each.pop("source")
        each.pop("id")
    old = {"worksheets": [{"cells": theirs["cells"]}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}
    assert answer(staged(old), "scale") == SCALE


NO_NOTEBOOK = {
    "no file": (None, "There is no notebook"),
    "an empty file": (b"", "empty"),
    "nothing but NUL": (b"\0" * 4096, "empty"),
    "gzip": (gzip.compress(b"{}"), "packed with gzip"),
    "zip": (b"PK\x03\x04....", "zip archive"),
    "a PDF": (b"%PDF-1.7", "a PDF"),
    "a web page": (b"\n<!doctype html><html>", "a web page"),
    "Git's marks": (b'<<<<<<< HEAD\n{"cells": []}', "Git marked a conflict"),
    "plain text": (b"my answer is 4", "does not hold a notebook"),
    "a list": (b"[1, 2]", "does not hold a notebook|holds no cells"),
    "an object without cells": (b"{}", "holds no cells"),
    "cells that are no list": (b'{"cells": {"0": 1}}', "holds no cells"),
    "worksheets that are none": (b'{"worksheets": 7}', "holds no cells"),
    "a cut file": (b'{"cells": [{"cell_type": "code", "sour', "end of the file is missing"),
    "more behind the end": (b'{"cells": []} and more', "stands behind the end"),
    "a damaged line": (b'{"cells": [,], "metadata": {}}', "damaged in line 1"),
    "brackets in brackets": (b'{"cells": ' + b"[" * 200_000, "lists within lists"),
    "brackets after a string with brackets": (b'{"a": "]]]]\\"", "b": ' + b'{"c":' * 5_000, "lists within lists"),
    # made where they are needed: 200 MB
    "too many lists": (lambda: b'{"cells": [' + b"[]," * 2_100_000 + b"1]}", "lists within lists"),
    "too large": (lambda: b"[" + b" " * MOST_BYTES, "larger than 50 MB, its outputs aside"),
    "far too large": (lambda: b"\0" * (MOST_RAW + 1), "larger than 150 MB"),
}


@pytest.mark.parametrize("what", NO_NOTEBOOK)
def test_what_is_no_notebook_is_told_and_the_release_stands_in_for_it(what):
    raw, why = NO_NOTEBOOK[what]
    result = staged(raw() if callable(raw) else raw)
    assert not result.readable and own(result) == []
    [[_, said]] = told(result, REFUSED)
    assert re.search(why, said) and said.endswith("that is no grade of 0.")
    assert answer(result, "scale").endswith("raise NotImplementedError")


def test_thousands_of_cells_are_cut_and_said_and_the_answers_behind_them_count(theirs):
    theirs["cells"][2:2] = [small_course.code(f"x{n}", f"n = {n}") for n in range(2_500)]
    bare = deepcopy(theirs)
    for each in bare["cells"]:
        each["metadata"] = {}
        each.pop("id")
    for content in (theirs, bare):
        result = staged(content)
        assert len(result.notebook.cells) <= 2_020 and any("2000 were read" in why for _, why in told(result, MENDED))
        assert answer(result, "centre") == CENTRE and answer(result, "scale") == SCALE


def test_empty_cells_do_not_count(theirs):
    theirs["cells"][2:2] = [small_course.code(f"x{n}", "\n") for n in range(3_000)]
    result = staged(theirs)
    assert answer(result, "scale") == SCALE and not told(result, MENDED) and not told(result, DROPPED)


def test_saved_outputs_do_not_count(theirs):
    picture = {"output_type": "display_data", "data": {"image/png": "A" * (MOST_BYTES + 1)}, "metadata": {}}
    nested = {"output_type": "display_data", "data": {"application/json": [[["]"]]] * 9}, "metadata": {}}
    cell(theirs, "given")["outputs"] = [nested, picture]
    result = staged(json.dumps(theirs, indent=1).encode())
    assert answer(result, "centre") == CENTRE and {d.kind for d in result.decisions} == {TAKEN}


def test_a_damaged_line_behind_outputs_is_named_by_its_number(theirs):
    cell(theirs, "given")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ["a\n"] * 50}]
    text = json.dumps(theirs, indent=1).replace('"nbformat": 4,', '"nbformat": ,')
    line = text[: text.index('"nbformat": ,')].count("\n") + 1
    [[_, why]] = told(staged(text.encode()), REFUSED)
    assert f"damaged in line {line}" in why


WORST = {
    "blank lines": "\n" * MOST_SOURCE,
    "spaces": " " * (MOST_SOURCE - 2) + "=(",
    "pictures": "![](attachment:x" * 12_000,
    "long pictures": ("![](attachment:" + "x" * 280) * 650,
    "brackets of pictures": "![" * 100_000,
    "f-strings": "f'{x" * 50_000,
    "magics": "%" * MOST_SOURCE,
    "questions": "a." * 99_999 + "?",
    "types": "type x" * 33_000,
    "assignments": "a = " * 49_999 + "(",
    "dots and spaces": "a ,\t" * 50_000,
    "brackets": "(" * MOST_SOURCE,
    "names": ";".join(f"x{n}=y{n}" for n in range(16_000)),
}


@pytest.mark.parametrize("kind", ["code", "markdown"])
@pytest.mark.parametrize("what", WORST)
def test_the_worst_text_of_a_cell_is_read_in_a_moment(theirs, what, kind):
    text = WORST[what]
    theirs["cells"].append({**small_course.code("x", text), "cell_type": kind})
    cell(theirs, "why")["source"] = text
    cell(theirs, "title")["source"] += text
    began = time.process_time()
    result = staged(theirs)
    assert time.process_time() - began < 5 and answer(result, "centre") == CENTRE


ANYTHING = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
GRADE_IDS = some.sampled_from(["centre", "scale", "scale-check", "centre-check", "imports", "why", "nobody", "", 7])
CELLS = some.fixed_dictionaries(
    {},
    optional={
        "cell_type": some.sampled_from(["code", "markdown", "raw", "heading", "alien", 3]),
        "source": some.text(max_size=30) | some.lists(some.text(max_size=9) | some.none(), max_size=3) | ANYTHING,
        "id": some.sampled_from(["title", "given", "scale", "student-1", "", "x" * 300]) | ANYTHING,
        "metadata": some.builds(lambda name: {"nbgrader": {"grade_id": name, "solution": True}}, GRADE_IDS) | ANYTHING,
        "outputs": ANYTHING,
    },
)
NOTEBOOKS = some.builds(
    lambda cells, more: {**more, "cells": cells},
    some.lists(CELLS | ANYTHING, max_size=8),
    some.dictionaries(some.sampled_from(["metadata", "nbformat", "worksheets"]), ANYTHING, max_size=3),
)


@examples(80)
@given(NOTEBOOKS | ANYTHING)
def test_no_json_harms_the_checks(content):
    result = staged(content)
    assert staged(nbformat.writes(result.notebook).encode()).notebook == result.notebook


@examples(60)
@given(some.binary(max_size=200))
def test_no_bytes_harm_the_checks(raw):
    staged(raw)


@examples(40)
@given(some.integers(0, 3_000), some.binary(min_size=1, max_size=3))
def test_no_damage_to_a_file_harms_the_checks(place, damage):
    whole = json.dumps(released()).encode()
    staged(whole[:place] + damage + whole[place + len(damage) :])
    staged(whole[:place])
