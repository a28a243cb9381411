"""The notebooks themselves: the solved ones pass from top to bottom, the released ones wait for the learner."""

import ast
import os
import re
from pathlib import Path
from pkgutil import iter_modules

import nbformat
import pytest
from nbclient import NotebookClient

import bncourse
from bncourse.grading.engine.demonstrations import FORCED, needed

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "solutions").glob("*/*.ipynb"))
# Longer than any cell takes; a notebook's own limit in time is measured by a benchmark, not here.
PATIENCE = 900
ALL = [path.stem for path in SOURCES]
# What takes longest: by day these run without the experiments in which no answer has a part, at night with them.
HEAVY = ("03", "06", "07", "08", "09", "11")
# One of its answers trains a model for long. By day test_wall.py judges the others, and test_bank.py that one.
HEAVIEST = "11"


# What a notebook begins with: a journal and a folder of its own, each warning may come again (Python forgets which came
# when a filter is set), and no name is left of another notebook.
BEGIN = """
__import__("os").environ["BNCOURSE_JOURNAL"] = {journal!r}
__import__("warnings").simplefilter("default", append=True)
%cd -q {folder}
%reset -f
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Give ``run(edition, name, chosen=list)``: all in one kernel, which loads once what every notebook imports."""
    client = NotebookClient(
        nbformat.v4.new_notebook(), timeout=PATIENCE, startup_timeout=PATIENCE, kernel_name="python3"
    )

    def run(edition, name, chosen=list):
        path = ROOT / edition / name / f"{name}.ipynb"
        journal = str(tmp_path_factory.mktemp(edition) / "journal.jsonl")
        notebook = nbformat.read(path, as_version=4)
        begin = nbformat.v4.new_code_cell(BEGIN.format(journal=journal, folder=path.parent).strip())
        notebook.cells = [begin, *chosen(notebook.cells)]
        client.nb = notebook
        return client.execute(cleanup_kc=False)

    with client.setup_kernel(env={**os.environ, "BNCOURSE_JOURNAL": os.devnull}, cwd=str(ROOT)):
        yield run


def is_check(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id", "").endswith("-check")


def texts(cell):
    """What a cell printed, raised or showed, as text."""
    for output in cell.get("outputs", []):
        yield output.get("text", "")
        yield output.get("evalue", "")
        yield output.get("data", {}).get("text/plain", "")


def names_in(source):
    """Give the names that a cell uses, and those that it makes."""
    found = [(node.id, isinstance(node.ctx, ast.Load)) for node in ast.walk(source) if isinstance(node, ast.Name)]
    kinds = ast.FunctionDef | ast.ClassDef
    made = {name for name, used in found if not used} | {n.name for n in ast.walk(source) if isinstance(n, kinds)}
    return {name for name, used in found if used}, made


def without_repetition(cells):
    """Leave out the experiments in which no answer has a part: they come out the same in each edition.

    What is left are answers, checks, what any of these needs, and every cell that an answer can reach.
    """
    code = [cell for cell in cells if cell.cell_type == "code"]
    reached, inputs = set(), []
    for cell in code:
        used, made = names_in(ast.parse(cell.source))
        marks = cell.metadata.get("nbgrader", {})
        own = bool(marks.get("solution")) and not marks.get("grade")
        touched = own or is_check(cell) or bool(used & reached)
        reached |= made if own or (touched and not is_check(cell)) else set()
        kind = "check" if is_check(cell) else "own" if own else "given"
        inputs.append((kind, cell.source, [FORCED] if touched else []))
    left_out = {
        cell.id
        for cell, (kind, *_), run in zip(code, inputs, needed(inputs), strict=True)
        if not run and kind == "given"
    }
    return [cell for cell in cells if cell.id not in left_out]


@pytest.mark.parametrize("name", ALL)
def test_a_released_notebook_runs_to_its_end_and_waits_for_answers(run, name):
    for cell in run("notebooks", name, without_repetition).cells:
        if is_check(cell):
            assert any("NOT STARTED" in text for text in texts(cell)), cell.id
        elif cell.cell_type == "code":
            errors = [output.evalue for output in cell.outputs if output.output_type == "error"]
            assert not errors, f"{cell.id} fails because an answer is missing: {errors}"
            assert not [output for output in cell.outputs if output.get("name") == "stderr"], cell.id


@pytest.mark.parametrize("name", [name for name in ALL if not name.startswith(HEAVIEST)])
def test_a_solved_notebook_passes_quietly_and_its_figures_describe_themselves(run, name):
    passes_quietly(run("solutions", name, without_repetition if name.startswith(HEAVY) else list))


@pytest.mark.nightly
@pytest.mark.parametrize("name", [name for name in ALL if name.startswith(HEAVY)])
def test_the_experiments_of_a_solved_notebook_pass_too(run, name):
    passes_quietly(run("solutions", name))


def passes_quietly(notebook):
    """Hold that no cell fails or warns, every check says that the answer is right, and every figure has its words."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error", f"{cell.id}: {output.get('evalue')}"
            assert output.get("name") != "stderr", f"{cell.id}: {output.get('text')}"
            assert "image/png" not in output.get("data", {}), f"{cell.id} shows a picture without a description"
            for picture in re.findall(r"<img[^>]*>", output.get("data", {}).get("text/html", "")):
                assert len(re.search(r'alt="([^"]*)"', picture).group(1)) > 40, f"{cell.id}: {picture[:80]}"
        if is_check(cell):
            assert any("CORRECT" in text for text in texts(cell)), cell.id


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_notebook_keeps_the_style_sheet(path):
    notebook = nbformat.read(path, as_version=4)
    text = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    lines = [line for source in text for line in source.splitlines()]
    assert sum(line.startswith("# ") for line in lines) == 1
    assert not any(line.startswith("####") for line in lines)
    assert any("What you have seen" in line for line in lines)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            longest = 40 if cell.source.startswith("class ") else 24  # a layer needs its four methods
            assert len(cell.source.splitlines()) <= longest, cell.id
            assert not any(line.startswith(("%", "!")) for line in cell.source.splitlines()), cell.id


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_module_that_a_text_names_is_there_in_its_notebook(path):
    modules = {found.name for found in iter_modules(bncourse.__path__)} | {"keras", "layers", "ops"}
    cells = nbformat.read(path, as_version=4).cells
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for cell in cells:
        named = re.findall(r"`(\w+)[\w.]*(?:\([^`]*)?`", cell.source) if cell.cell_type == "markdown" else ()
        missing = [name for name in named if name in modules and not re.search(rf"\b{name}\b", code)]
        assert not missing, (cell.id, missing)
