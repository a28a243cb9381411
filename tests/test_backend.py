"""`require_keras` gives Keras on the backend that was asked for, or says what to do.

Each case runs in a process of its own: a process can load Keras once only.
"""

import os
import subprocess
import sys

import pytest

from bncourse.backend import pip_install

ASK = """
from bncourse.backend import require_keras
from bncourse.trouble import Trouble
try:
    print("loaded on", require_keras().config.backend())
except Trouble as trouble:
    print(trouble)
"""


def run(before="", **variables):
    """What the process prints, where some lines run before Keras is asked for."""
    environment = {k: v for k, v in os.environ.items() if k != "KERAS_BACKEND"} | variables
    command = [sys.executable, "-c", before + ASK]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_keras_runs_on_jax_where_nothing_else_is_asked_for():
    assert run() == "loaded on jax"


def test_keras_that_is_missing_is_named_with_the_command_that_installs_it():
    said = run("import sys; sys.modules['keras'] = None\n")
    assert said == f"Keras is not installed. Install it: {pip_install('keras', 'jax')}"


def test_an_environment_without_pip_is_told_the_command_of_uv():
    said = run(
        "import sys; sys.modules['keras'] = None\n"
        "from importlib import metadata\n"
        "def version(name): raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = version\n"
    )
    assert said.endswith(f"Install it: uv pip install --python {sys.executable} keras jax")


def test_a_backend_that_is_missing_is_named_with_two_ways_out():
    said = run("import sys; sys.modules['torch'] = None\n", KERAS_BACKEND="torch")
    assert said == (
        "KERAS_BACKEND names torch, and torch is not installed. Install it, or remove the variable "
        f"(the course then uses jax): {pip_install('torch')}"
    )


def test_a_missing_jax_is_named_and_no_other_way_out_is_promised():
    said = run("import sys; sys.modules['jax'] = None\n")
    assert said == (f"KERAS_BACKEND names jax, and jax is not installed. Install it: {pip_install('jax')}")


def test_a_backend_that_cannot_train_is_refused():
    assert run(KERAS_BACKEND="numpy").startswith(
        "KERAS_BACKEND is 'numpy'; backends that can train are jax, tensorflow, torch."
    )


@pytest.mark.nightly
def test_keras_that_was_loaded_on_another_backend_is_told_apart():
    said = run("import os; os.environ['KERAS_BACKEND'] = 'numpy'\nimport keras; os.environ['KERAS_BACKEND'] = 'jax'\n")
    assert said == (
        "Keras was loaded before bncourse, and runs on numpy, but KERAS_BACKEND says jax. Keras chooses its "
        "backend once, when it is first imported. Restart the kernel, and import bncourse before keras."
    )


def test_a_keras_that_does_not_load_is_told_with_its_own_words():
    said = run("import sys; sys.modules['keras.src'] = None\n")
    assert said.startswith("Keras is installed, but did not load: ")
