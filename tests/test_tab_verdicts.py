"""A check says the same in a browser tab as at home: the bank's verdicts, byte for byte, in Pyodide under Node."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pyodide_files
import pytest
import verdicts_of_the_bank as bank

from bncourse.benchmarks import tab
from bncourse.benchmarks.mutants import Mutants
from bncourse.course import find_folder

PROGRAM = Path(__file__).with_name("verdicts_of_the_bank.py")
MUTANTS = Path(__file__).with_name("verdicts_of_mutants.py")
SOLVED = Path(__file__).with_name("solved_in_a_tab.py")


def runner(place, packages=None):
    if not shutil.which("node"):
        pytest.skip("node, which runs Pyodide without a browser, is not installed")
    return tab.in_pyodide(place, pyodide_files.folder(), packages)


@pytest.fixture(scope="module")
def in_pyodide(tmp_path_factory):
    """Give what runs a program in Pyodide."""
    return runner(tmp_path_factory.mktemp("pyodide"))


@pytest.fixture(scope="module")
def with_numpy_alone(tmp_path_factory):
    """Give what runs a program in Pyodide that needs NumPy alone: the others take longer to load than most checks."""
    return runner(tmp_path_factory.mktemp("pyodide"), ("numpy",))


def natively(*words):
    done = subprocess.run([sys.executable, PROGRAM, *words], capture_output=True, text=True, timeout=3600, check=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.nightly)])
def test_a_right_and_a_wrong_answer_of_each_exercise_are_told_in_the_same_words(with_numpy_alone, every):
    names = [exercise.name for exercise in bank.asked()][::every]
    here, there = natively("1", *names), json.loads(with_numpy_alone(PROGRAM, "1", *names))
    assert "<div" in here["card"] and here.pop("card") == there.pop("card")
    assert len(here) == 2 * len(names) and {name.split(":")[0] for name in here} == set(names)
    assert [name for name in here if here[name] != there.get(name)] == []


@pytest.mark.tab
def test_every_answer_of_the_bank_is_told_in_the_same_words(in_pyodide):
    """WebAssembly has no flags of floating point, so NumPy does not warn there of a division by zero, say.

    What a check tells of such a warning costs no points; all else is the same.
    """
    here, there = natively("999"), json.loads(in_pyodide(PROGRAM, "999"))
    assert here.keys() == there.keys() and len(here) > 1000
    differ = [name for name in here if here[name] != there[name]]
    assert [name for name in differ if _without_warning(here[name]) != _without_warning(there[name])] == []
    assert len(differ) < len(here) / 100


@pytest.mark.tab
def test_a_mutant_of_every_right_function_earns_the_same_in_the_same_words(with_numpy_alone, tmp_path):
    """Pyodide has NumPy 2.0 and Python 3.12, whatever is here, and integers of 32 bits.

    So a few are told in other words: what a division by zero gives, what Python says of a name in a comprehension, and
    the name of the type. The points are the same.
    """
    given = [each for exercise in bank.asked() for each in _mutants(exercise)][::5]
    (tmp_path / "given.json").write_text(json.dumps(given), encoding="utf-8")
    words = (str(tmp_path / "given.json"),)
    here = json.loads(subprocess.check_output([sys.executable, MUTANTS, *words], timeout=3600))
    there = json.loads(with_numpy_alone(MUTANTS, *words))
    assert len(here) == len(there) == len(given) > 500
    points = [[re.search(r"\(.* of .* points?\)", text)[0] for text in texts] for texts in (here, there)]
    assert points[0] == points[1]
    there = [text.replace("int32", "int64") for text in there]
    differ = [given[i] for i in range(len(given)) if here[i] != there[i]]
    print(differ)
    assert len(differ) < len(given) / 100


def _mutants(exercise):
    reference = getattr(exercise, "reference", None)
    try:
        ways = Mutants(reference)
    except (OSError, TypeError, ValueError, SyntaxError):  # a quiz, or a class
        return
    made = [ways.make(number) for number in range(len(ways))]
    for text in dict.fromkeys(mutant.text for mutant in made if mutant):
        yield exercise.name, reference.__module__, reference.__name__, text


def _without_warning(text):
    left = re.sub(r"Good to know: Python warned while it ran:.*?It costs no points\.", "", " ".join(text.split()))
    return left.split()


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "runs", "waits"),
    [
        ("07-keras", ["recall-earlier"], ["fine_tune"]),
        ("11-at-home", ["signal", "border"], ["fine_tune"]),
    ],
)
def test_a_notebook_with_keras_is_solved_but_for_what_needs_it(in_pyodide, name, runs, waits):
    path = find_folder() / "solutions" / name / f"{name}.ipynb"
    said = json.loads(in_pyodide(SOLVED, str(path)))
    stopped = {cell: each["text"] for cell, each in said.items() if each["error"]}
    assert not {"SyntaxError", "ImportError", "ModuleNotFoundError"} & {each["error"] for each in said.values()}
    assert "Keras does not run in a browser" in stopped["imports"] and "Traceback" not in stopped["imports"]
    asked = {e.name for e in bank.asked() if e.notebook == name}
    print(sorted(asked), stopped)
    assert asked and [e for e in asked if "CORRECT" not in said[f"{e}-check"]["text"]] == []
    assert not set(runs) & set(stopped)


@pytest.mark.nightly
def test_the_seconds_of_a_notebook_are_measured_in_the_tab_and_here(in_pyodide, tmp_path):
    path = tmp_path / "small.ipynb"
    cells = ["import numpy as np\nimport matplotlib.pyplot as plt", "plt.plot(np.arange(3))", "1 / 0"]
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), path)
    found = tab.compare(path, in_pyodide)
    assert found["tab"] >= found["slowest_cell"] > 0 < found["here"]
    assert found["errors"] == ["cell 2: ZeroDivisionError: division by zero"]
