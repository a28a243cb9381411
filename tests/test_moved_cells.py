"""Whatever people do with the cells of a notebook, what its own Run All calls right is right when it is graded."""

import json
import re
from copy import deepcopy

import nbformat
import small_course
from hypothesis import given
from hypothesis import strategies as some
from sampled import examples

from bncourse.grading.submission.check_copies import pieces
from bncourse.grading.submission.merge import stage_notebook

SOLVED = {
    "one": "def one(x):\n    return x + start",
    "two": "def two(x):\n    return 2 * one(x)",
    "three": "three = lambda x: two(x) - one(x)",
}
CHECKS = {"one": "assert one(1) == 2", "two": "assert two(1) == 4", "three": "assert three(1) == 2"}
WRONG = {name: f"def {name}(x):\n    return -x" for name in SOLVED}
NAMES = tuple(SOLVED)


def released():
    cells = [small_course.text("title", "# Three numbers"), small_course.code("imports", "start = 1")]
    for name, check in CHECKS.items():
        stub = f'def {name}(x):\n    """Give a number."""\n    # YOUR CODE HERE\n    raise NotImplementedError'
        cells += small_course.exercise(name, 1, stub, check)
        cells[-1]["source"] = check
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


RELEASE = nbformat.from_dict(released())
STUBS = {cell.id: cell.source for cell in RELEASE.cells if cell.id in SOLVED}


@some.composite
def notebooks(draw):
    """Draw the notebook of somebody who has moved, merged, copied, deleted and rewritten cells."""
    notebook = released()
    cells = notebook["cells"]
    for cell in cells:
        if cell["id"] in SOLVED:
            cell["source"] = draw(some.sampled_from([SOLVED, SOLVED, WRONG, STUBS]))[cell["id"]]
    for number in range(draw(some.integers(0, 6))):
        here = draw(some.integers(0, len(cells) - 1))
        there = draw(some.integers(0, len(cells) - 1))
        match draw(some.sampled_from(["move", "merge", "copy", "delete", "own", "unmark", "empty"])):
            case "move":
                cells.insert(there, cells.pop(here))
            case "merge" if here + 1 < len(cells) and cells[here]["cell_type"] == cells[here + 1]["cell_type"]:
                cells[here]["source"] += "\n\n" + cells.pop(here + 1)["source"]
            case "copy":
                cells.insert(there, deepcopy(cells[here]) | {"id": f"copy-{number}"})
            case "delete" if len(cells) > 3:
                cells.pop(here)
            case "own":
                name = draw(some.sampled_from(NAMES))
                source = draw(some.sampled_from([SOLVED, WRONG]))[name]
                cells.insert(there, small_course.code(f"own-{number}", source))
            case "unmark":
                cells[here]["metadata"] = {}
                cells[here]["id"] = f"lost-{number}"
            case "empty":
                cells[here]["source"] = ""
    return notebook


def holds(code, space):
    """Run a cell, or a check; say whether it ended without an error."""
    try:
        exec(code, space)
    except Exception:  # as in a notebook, the next cell runs all the same
        return False
    return True


def in_a_kernel(notebook):
    """Say of each check whether it holds in Run All at a place where it stands, or when it is called after it."""
    space, right = {}, set()
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            for part in re.split(r"^(assert .*)$", cell["source"], flags=re.MULTILINE):
                if not holds(part, space):
                    break
                right |= {name for name in NAMES if CHECKS[name] == part}
    return right | {name for name in NAMES if holds(CHECKS[name], space)}


def graded(notebook):
    """Say of each check whether it holds in the staged notebook, as `bncourse.grading.engine.judge` goes through it."""
    space, right, again = {}, set(), []
    for cell in notebook.cells:
        name = cell.id.removesuffix("-check")
        if cell.cell_type != "code":
            continue
        if cell.id == f"{name}-check":
            right |= {name} if holds(cell.source, space) else set()
            again += [name] if cell.metadata.bncourse.get("again") else []
            continue
        tries = {each: CHECKS[each.removesuffix("-check")] for each in cell.metadata.bncourse.get("tries", ())}
        for text, check in pieces(cell.source, tries):
            if not holds(text, space):
                break
            right |= {check.removesuffix("-check")} if check else set()
    return right | {name for name in again if holds(CHECKS[name], space)}


@examples(400)
@given(notebooks())
def test_what_the_kernel_calls_right_is_right_when_it_is_graded(notebook):
    staged = stage_notebook(json.dumps(notebook).encode(), RELEASE)
    ids = [cell.id for cell in staged.notebook.cells if cell.metadata["bncourse"]["from"] not in ("student", "copy")]
    assert sorted(ids) == sorted(cell.id for cell in RELEASE.cells)
    assert {cell.id: cell.source for cell in staged.notebook.cells if cell.id.endswith("-check")} == {
        f"{name}-check": check for name, check in CHECKS.items()
    }
    if any(decision.kind == "refused" for decision in staged.decisions):
        return
    assert in_a_kernel(notebook) <= graded(staged.notebook)
