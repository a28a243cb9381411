"""What a judge and a session do not import, and that what they do without is there when somebody wants it."""

import json
import subprocess
import sys

import nbformat
import psutil
import pytest

from bncourse.grading.engine.session import Submission
from bncourse.grading.nbgrader.checksum import compute_checksum
from bncourse.sandbox import levels, sandbox

LEVEL = levels.best_level(0) if sys.platform == "linux" else 0
walls = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")

JUDGE = """
import json, sys
import nbformat
from bncourse.grading.engine import jobs
cell = nbformat.v4.new_code_cell
cells = [
    cell("def f(x):\\n    return x + 1", metadata={"bncourse": {"from": "student"}}),
    cell("assert f(1) == 2\\n1.0",
         metadata={"nbgrader": {"grade": True, "solution": False, "locked": True, "grade_id": "c", "points": 1,
                                "checksum": "that of another"}}),
]
text = nbformat.writes(nbformat.v4.new_notebook(cells=cells))
result = jobs.judge(jobs.Job("90-x", "ada", text, 3, int(sys.argv[1]), preload=("numpy",)))
jobs.end()
modules = sorted(name.partition(".")[0] for name in sys.modules)
print(json.dumps([result.trouble, result.outcomes["c"]["score"], modules]))
"""
KERAS = """
import json, sys
import bncourse
from bncourse.sandbox.inside.keras_import import import_keras
import_keras(without=["pandas"])
import_keras()
before = sorted({"sklearn", "pandas", "keras"} & set(sys.modules))
import keras
missing = [name for name in ("wrapper", "__path_of_none__") if hasattr(keras, name)]
WAY
from sklearn.base import BaseEstimator
import pandas
classes = [wrappers.SKLearnClassifier, keras.wrappers.SKLearnRegressor]
print(json.dumps([before, missing, [issubclass(kind, BaseEstimator) for kind in classes]]))
"""
CONTEXTS = """
import json, threading
import jax
from bncourse.sandbox.inside.lowering import share_context
def compiled(factor):
    lowered = jax.jit(lambda x: factor * x).lower(1.5)
    return lowered.compiler_ir().context, float(lowered.compile()(1.5)), lowered.as_text()
before = [compiled(2), compiled(3)]
share_context()
share_context()
after = [compiled(2), compiled(3)]
elsewhere = []
thread = threading.Thread(target=lambda: elsewhere.append(compiled(2)))
thread.start()
thread.join()
of = lambda runs: runs[0][0] == runs[1][0]
same = [run[1:] for run in before] == [run[1:] for run in after] and elsewhere[0][1:] == before[0][1:]
print(json.dumps([of(before), of(after), of([after[0], elsewhere[0]]), same]))
"""
GIVEN_BACK = """
import json, re
import numpy as np
from bncourse.sandbox.inside.read_pages import give_back
def code():
    with open("/proc/self/smaps") as file:
        parts = re.findall(r"r-xp [^\\n]*[.]so.*?Rss: +(\\d+) kB", file.read(), re.DOTALL)
    return sum(map(int, parts))
np.linalg.inv(np.eye(2))
before = code()
give_back()
after = code()
result = np.linalg.inv(np.eye(2)).tolist()
print(json.dumps([before, after, code(), result]))
"""


def said(program, *arguments):
    """What a program prints, as JSON, in a process that has imported nothing."""
    ran = subprocess.run([sys.executable, "-c", program, *map(str, arguments)], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "marks",
    [
        {"grade": True, "solution": False, "locked": True, "points": 2},
        {"grade": True, "solution": True, "locked": False, "points": 2.5},
        {"grade": False, "solution": True, "locked": True},
        {"grade": False, "solution": False, "locked": True},
        {"solution": False, "task": True},
        {},
    ],
)
@pytest.mark.parametrize("make", [nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell])
def test_the_checksum_of_a_cell_is_nbgraders(make, marks):
    utils = pytest.importorskip("nbgrader.utils")
    for source in ("", "x̂ = 1\n", "def f(x):\n    return x"):
        cell = make(source, metadata={"nbgrader": {"grade_id": "a", "schema_version": 3, **marks}})
        assert compute_checksum(cell) == utils.compute_checksum(cell)


@walls
def test_a_judge_imports_neither_nbgrader_nor_what_draws():
    trouble, score, modules = said(JUDGE, LEVEL)
    assert (trouble, score) == ("", 1.0)
    assert not {"nbgrader", "sqlalchemy", "sklearn", "pandas", "matplotlib", "IPython"} & set(modules)


@pytest.mark.parametrize("way", ["from keras import wrappers", "import keras.wrappers as wrappers"])
def test_keras_does_without_scikit_learn_until_its_wrappers_are_asked_for(way):
    pytest.importorskip("sklearn")
    assert said(KERAS.replace("WAY", way)) == [["keras"], [], [True, True]]


def test_keras_on_another_backend_is_left_as_it_is(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    program = "import sys\nfrom bncourse.sandbox.inside.keras_import import import_keras\nimport_keras()\n"
    assert said(program + "print('true' if 'keras' in sys.modules else 'false')") is False


def test_functions_that_jax_compiles_in_one_thread_share_a_context_and_are_what_they_were():
    pytest.importorskip("jax")
    assert said(CONTEXTS) == [False, True, False, True]


@walls
def test_a_session_has_one_context_and_the_wrappers_and_tables_of_keras():
    with sandbox.Sandbox(LEVEL, ("numpy", "keras"), worker=41) as behind, Submission(behind) as submission:
        process = psutil.Process(behind.pid)
        assert process.num_threads() == 1  # what it forks has none of its threads, and would wait for them
        shown = submission.run(
            "import sys, jax, keras\n"
            "print('sklearn' in sys.modules, 'pandas' in sys.modules)\n"
            "one, other = (jax.jit(lambda x: x + k).lower(1.0).compiler_ir().context for k in (1, 2))\n"
            "print(one == other)\n"
            "print(keras.wrappers.SKLearnClassifier.__mro__[1].__module__.partition('.')[0])"
        )
    assert "".join(output["text"] for output in shown) == "False True\nTrue\nsklearn\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems keep what they have read")
def test_a_process_gives_the_code_that_it_has_read_back_and_goes_on():
    before, after, then, result = said(GIVEN_BACK)
    assert after < before / 2 and after <= then and result == [[1.0, 0.0], [0.0, 1.0]]
