"""A verdict is about the code that the page shows, or says that it is not; and no alarm without certainty."""

import json
import os
import re
import time

import pytest
from one_shell import one_shell

from bncourse import check, exercises
from bncourse.checking import Quiz
from bncourse.learner import cells, journal, page

IMPORTS = "import numpy as np\nfrom bncourse import check"
RIGHT = "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / np.sqrt(var + eps)"
WRONG = RIGHT.replace("np.sqrt(var + eps)", "(var + eps)")
RENAMED = RIGHT.replace("def normalize", "def standardise").replace("np.sqrt(var + eps)", "0")
CHECK = "check.normalize(normalize)"
UNCLOSED = RIGHT[:-1]
TABS = RIGHT.replace("    return", "        mean = mean\n\treturn")
INDENTED = RIGHT.replace("    return", "return")


class Notebook:
    """Cells that are run in an IPython of their own, as a kernel does.

    Parameters
    ----------
    tells : bool
        Whether the front-end tells which cell of the page it runs.
    """

    def __init__(self, shell, capsys, tells=True):
        self.shell, self.capsys, self.tells = shell, capsys, tells
        self.run("imports", IMPORTS)
        page.attend(self.shell, check._show)  # what the import does in a kernel, where it is the first one

    def run(self, cell, text):
        """Run a cell, and give what it shows."""
        self.capsys.readouterr()
        self.result = self.shell.run_cell(text, store_history=True, cell_id=cell if self.tells else None)
        return " ".join(self.capsys.readouterr().out.split())

    def check(self, text=CHECK):
        """Run the check cell."""
        return self.run("check", text)


@pytest.fixture
def notebook(capsys):
    with one_shell() as shell:
        yield Notebook(shell, capsys)


@pytest.fixture
def untold(capsys):
    with one_shell() as shell:
        yield Notebook(shell, capsys, tells=False)


def green(said):
    return said.startswith("✓ CORRECT")


def held_back(said):
    return said.startswith("↻ NOT CHECKED - Exercise: normalize") and "CORRECT" not in said


def test_a_verdict_says_which_cells_function_it_judged(notebook):
    notebook.run("answer", WRONG)
    assert "Checked: normalize, from cell [2]" in notebook.check()
    notebook.run("answer", RIGHT)
    said = notebook.check()
    assert green(said) and "Checked: normalize, from cell [4]" in said


STOPPED = {
    "SyntaxError": UNCLOSED,
    "TabError": TABS,
    "IndentationError": INDENTED,
    "ZeroDivisionError": "1 / 0\n" + RIGHT,
}


@pytest.mark.parametrize("error", STOPPED)
@pytest.mark.parametrize("before", [RIGHT, WRONG])
def test_after_a_cell_that_stopped_no_earlier_function_is_judged_as_if_it_were_this(notebook, error, before):
    notebook.run("answer", before)
    notebook.run("answer", STOPPED[error])
    said = notebook.check()
    assert held_back(said) and re.search(f"stopped with an? {error}", said) and "[3]" in said
    assert f"still the one from [2], which {'is right' if before == RIGHT else 'is not right yet'}" in said
    assert "Next: Correct that cell and run it until it has no error" in said
    assert "Where" not in said  # no line is quoted that is no longer on the page
    notebook.run("answer", RIGHT)
    assert green(notebook.check())


@pytest.mark.parametrize("error", STOPPED)
def test_a_front_end_that_does_not_tell_the_cell_gets_the_same(untold, error):
    untold.run("answer", RIGHT)
    untold.run("answer", STOPPED[error].replace("var + eps", "var + 2 * eps"))
    said = untold.check()
    assert held_back(said) and re.search(f"stopped with an? {error}", said) and "the one from [2]" in said


def test_after_a_new_name_the_old_function_is_not_green(notebook):
    notebook.run("answer", RIGHT)
    notebook.run("answer", RENAMED)
    said = notebook.check()
    assert held_back(said) and "as [3], it defined standardise, not normalize" in said
    assert "Give your answer the name normalize" in said


def test_a_new_try_in_another_cell_that_stopped_is_what_a_check_speaks_of_first(notebook):
    notebook.run("answer", RIGHT)
    notebook.run("below", UNCLOSED)
    for _ in range(2):
        said = notebook.check()
        assert held_back(said) and "Cell [3], which should define normalize, stopped with a SyntaxError" in said
    notebook.run("own", "x = 1")
    said = notebook.check()
    assert green(said) and "from cell [2]; cell [3], which should define it too, stopped with a SyntaxError" in said


def test_what_the_page_no_longer_shows_is_not_noted_as_done(notebook, monkeypatch, tmp_path):
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(tmp_path / "journal.jsonl"))
    notebook.run("answer", RIGHT)
    notebook.run("answer", UNCLOSED)
    notebook.check()
    assert not journal.events("check")
    notebook.run("answer", RIGHT)
    notebook.check()
    assert [event["outcome"] for event in journal.events("check")] == ["correct"]


def test_before_anything_was_run_a_check_says_what_to_run(notebook):
    said = notebook.check()
    assert held_back(said) and "since the kernel started, no cell was run that defines it" in said
    assert "Run All Above" in said and "Traceback" not in said
    notebook.run("answer", UNCLOSED)
    said = notebook.check()
    assert held_back(said) and "Cell [3], which should define normalize, stopped with a SyntaxError" in said
    notebook.run("answer", "1 / 0\n" + RIGHT)
    assert "Cell [5] stopped with a ZeroDivisionError before it defined normalize" in notebook.check()
    assert notebook.result.error_in_exec  # the cell has failed for every program that looks at it


@pytest.mark.parametrize("text", ["check.normalize(normalise)", "normalize(1)", "nothing"])
def test_other_undefined_names_are_told_by_python(notebook, text):
    said = notebook.run("other", text)
    assert "NameError" in said and "NOT CHECKED" not in said


def test_quizzes_are_of_the_page_too(notebook):
    quiz = next(e for name in exercises.names() if isinstance(e := exercises.find(name), Quiz))
    notebook.run("answer", f"{quiz.name} = {{}}")
    said = notebook.check(f"check.{quiz.name}({quiz.name})")
    assert f"Checked: {quiz.name}, from cell [2]" in said
    notebook.run("answer", f"{quiz.name} = {{")
    said = notebook.check(f"check.{quiz.name}({quiz.name})")
    assert said.startswith("↻ NOT CHECKED") and "stopped with" in said


# What is in order, each as cells that are run one after the other; the check comes last, and has to be green.
IN_ORDER = {
    "run twice": [("answer", RIGHT), ("answer", RIGHT)],
    "corrected": [("answer", UNCLOSED), ("answer", RENAMED), ("answer", RIGHT)],
    "comments and what is shown": [("answer", RIGHT), ("answer", f"# mine\n{RIGHT}\nprint(1)")],
    "a run cell of one's own stopped": [("answer", RIGHT), ("own", "1 / 0"), ("own", "x = (")],
    "an error below the definition": [("answer", RIGHT + "\n1 / 0")],
    "a helper in the same cell": [("answer", "def half(x):\n    return x\n" + RIGHT)],
    "written in two cells": [("answer", WRONG), ("second", RIGHT)],
    "a draft that stopped, then something else": [("answer", RIGHT), ("second", UNCLOSED), ("own", "x = 1")],
    "a draft that stopped, then the answer again": [("answer", RIGHT), ("second", UNCLOSED), ("answer", RIGHT)],
    "decorated": [("helper", "import functools\nsame = lambda f: f"), ("answer", "@same\n" + RIGHT)],
    "decorated with a wrapper": [
        (
            "helper",
            "def told(f):\n    def wrapper(*args, **options):\n        return f(*args, **options)\n    return wrapper",
        ),
        ("answer", "@told\n" + RIGHT),
        ("helper", "def told(f): ("),
    ],
    "a lambda": [("answer", "normalize = lambda x, mean, var, eps=1e-3: (x - mean) / np.sqrt(var + eps)")],
    "made by exec": [("answer", f"exec({RIGHT!r})"), ("answer", "exec('')")],
    "from functools.partial": [("answer", RIGHT.replace("normalize", "base") + "\nimport functools\n"
                               "normalize = functools.partial(base)")],
    "another name is checked": [("answer", RIGHT), ("keep", "mine = normalize"), ("answer", WRONG),
                                ("again", "normalize = mine")],
    "a magic": [("answer", f"%%capture said\n{RIGHT}")],
    "timed": [("answer", f"%%time\n{RIGHT}")],
    "under a condition": [("answer", f"if True:\n    {RIGHT.replace(chr(10), chr(10) + '    ')}")],
    "run all, then again": [("imports", IMPORTS), ("answer", RIGHT), ("check", CHECK), ("imports", IMPORTS),
                            ("answer", RIGHT), ("check", CHECK)],
    "an old definition in the answer's cell": [("answer", WRONG), ("answer", RIGHT)],
    "everything in one cell": [("one", f"{RIGHT}\n{CHECK}")],
}  # fmt: skip


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("how", IN_ORDER)
def test_no_alarm_where_the_page_is_in_order(capsys, how, told):
    if how == "a draft that stopped, then something else" and not told:
        return  # nothing tells it from the answer's own cell
    with one_shell() as shell:
        notebook = Notebook(shell, capsys, told)
        for cell, text in IN_ORDER[how]:
            notebook.run(cell, text)
        said = notebook.check()
    assert green(said), said


def test_a_function_from_a_file_is_no_matter_of_the_page(notebook, tmp_path):
    notebook.run("answer", WRONG)
    (tmp_path / "mine.py").write_text("import numpy as np\n" + RIGHT)
    notebook.run("run", f"%run {tmp_path / 'mine.py'}")
    said = notebook.check()
    assert green(said) and "Checked" not in said
    notebook.run("answer", UNCLOSED)
    assert green(notebook.check())


def saved(folder, monkeypatch, later, **texts):
    """Save a notebook with these code cells, some seconds later or earlier than now."""
    code = [{"id": name, "cell_type": "code", "source": text.splitlines(True)} for name, text in texts.items()]
    path = folder / "here.ipynb"
    path.write_text(json.dumps({"cells": [*code, {"id": "t", "cell_type": "markdown", "source": [RIGHT]}]}))
    os.utime(path, (time.time() + later,) * 2)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))


EDITED = {
    "changed": ({"answer": WRONG}, "is not the code that was run as [2]. Perhaps it was changed"),
    "broken": ({"answer": UNCLOSED}, "is not the code that was run as [2]. Perhaps it was changed"),
    "renamed": ({"answer": RENAMED}, "the cell that defined normalize as [2] no longer does"),
    "deleted": ({"other": "x = 1"}, "no cell defines normalize"),
}


@pytest.mark.parametrize("how", EDITED)
def test_an_edit_that_was_saved_and_not_run_is_hinted_at(notebook, tmp_path, monkeypatch, how):
    texts, words = EDITED[how]
    notebook.run("answer", RIGHT)
    saved(tmp_path, monkeypatch, 5, check=CHECK, **texts)
    said = notebook.check()
    assert held_back(said) and words in said and "In the saved notebook" in said
    assert "Run the cell of your answer, then this cell again." in said


def test_a_name_from_a_cell_above_that_was_not_run_is_told_after_pythons_words(notebook, tmp_path, monkeypatch):
    saved(
        tmp_path,
        monkeypatch,
        -5,
        data="import math\nwith open('x') as file:\n    found = 1",
        other="1 + found\n",
        late="later = 1",
    )
    said = notebook.run("other", "1 + found\n")
    assert "NameError" in said and "found is made in a cell above that was not run since the kernel started." in said
    assert "Run All Above Selected Cell" in said
    assert "in a cell above" not in notebook.run("other", "1 + later\n")
    for name, text in [("one", "1 + later"), ("other", "1 + unknown"), ("nowhere", "1 + found")]:
        assert "in a cell above" not in notebook.run(name, text), "another text than the saved one, or no such cell"
    notebook.run("data", "found = 1")
    notebook.run("data", "del found")
    assert "in a cell above" not in notebook.run("other", "1 + found\n")


SAVED_IN_ORDER = {
    "the same": (5, {"answer": RIGHT, "check": CHECK}),
    "a comment more": (5, {"answer": "# mine\n" + RIGHT, "check": CHECK}),
    "moved to another cell": (5, {"second": RIGHT, "answer": "", "check": CHECK}),
    "saved before the run": (-5, {"answer": WRONG, "check": CHECK}),
    "another notebook": (5, {"answer": WRONG, "check": "check.scale_and_shift(f)"}),
    "a cell of magics": (5, {"answer": RIGHT, "check": CHECK, "own": "%matplotlib inline\n!ls"}),
}


@pytest.mark.parametrize("how", SAVED_IN_ORDER)
def test_no_alarm_from_a_saved_notebook_that_is_in_order_old_or_another(notebook, tmp_path, monkeypatch, how):
    notebook.run("answer", RIGHT)
    later, texts = SAVED_IN_ORDER[how]
    saved(tmp_path, monkeypatch, later, **texts)
    assert green(notebook.check())


@pytest.mark.parametrize("place", ["nowhere.ipynb", "half.ipynb", "console-1"])
def test_a_saved_notebook_that_cannot_be_read_stops_no_check(notebook, tmp_path, monkeypatch, place):
    (tmp_path / "half.ipynb").write_text('{"cells": [{"cell_ty')
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / place))
    notebook.run("answer", RIGHT)
    assert green(notebook.check())


def test_vs_code_tells_its_notebook_in_a_name_and_gives_cells_other_ids(notebook, tmp_path, monkeypatch):
    notebook.run("vscode-notebook-cell:answer", RIGHT)
    saved(tmp_path, monkeypatch, 5, one=WRONG, two=CHECK)
    notebook.shell.user_ns["__vsc_ipynb_file__"] = os.environ["JPY_SESSION_NAME"]
    monkeypatch.delenv("JPY_SESSION_NAME")
    assert held_back(notebook.run("vscode-notebook-cell:check", CHECK))
    saved(tmp_path, monkeypatch, 5, one=RIGHT, two=CHECK)
    assert green(notebook.run("vscode-notebook-cell:check", CHECK))


def test_where_nbgrader_runs_the_notebook_nothing_is_otherwise(notebook, monkeypatch):
    notebook.run("answer", RIGHT)
    notebook.run("answer", UNCLOSED)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    said = notebook.check()
    assert green(said) and "Checked" not in said
    assert notebook.result.success and notebook.result.result is None


def test_in_a_session_of_grading_nothing_is_otherwise(notebook):
    notebook.run("answer", RIGHT)
    notebook.run("answer", UNCLOSED)
    said = notebook.run("session", f"with check.session(seed=3):\n    {CHECK}")
    assert green(said) and "Checked" not in said


def test_a_shell_is_watched_once(notebook):
    assert not cells.watch(notebook.shell)
