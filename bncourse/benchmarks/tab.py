"""How long the notebooks take in a browser tab, beside the same cells here: ``bncourse bench tab``."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from bncourse import course as courses
from bncourse.benchmarks.described import show
from bncourse.site.tab import executed, runtime, wheels
from bncourse.trouble import Trouble

IN_PYODIDE = Path(__file__).with_name("in_pyodide.mjs")
PROGRAM = Path(__file__).with_name("timed_cells.py")
LONGEST = 7200  # seconds for one program, on a machine that is busy with others


def command(options):
    """Measure and print a table, or one JSON object; the ``bncourse bench tab`` command."""
    from rich.console import Console

    console, folder = Console(stderr=True), courses.find_folder()
    names = sorted(path.name for path in (folder / "solutions").iterdir() if (path / f"{path.name}.ipynb").is_file())
    left_out = executed.without_keras(folder, names)
    notebooks = {}
    with tempfile.TemporaryDirectory() as place, console.status("Loading Pyodide ..."):
        run = in_pyodide(Path(place), options.pyodide)
        for name in names:
            if name not in left_out and (not options.only or name in options.only):
                console.print(f"Running {name} ...", highlight=False)
                notebooks[name] = compare(folder / "solutions" / name / f"{name}.ipynb", run)
    figures = {"notebooks": notebooks, "pyodide": runtime.VERSION}
    if options.json:
        print(json.dumps(figures))
        return 0
    show("tab", figures)
    print(f"Measured {len(notebooks)} notebooks in {folder}")
    return 0


def in_pyodide(place, source=None, packages=None):
    """Return what runs a program of Python in Pyodide under Node, and returns what it prints.

    Parameters
    ----------
    place : Path
        An empty folder, for Pyodide's files and the course's wheels.
    source : str or None
        A folder or an address with Pyodide's files; the public one where it is None.
    packages : iterable of str or None
        What of Pyodide's packages is loaded; all that the course in a tab has where it is None.

    Raises
    ------
    Trouble
        If Node is not installed, or Pyodide's files cannot be had.
    """
    node = shutil.which("node")
    if node is None:
        raise Trouble("bench tab runs Pyodide under Node, which is not installed here: see nodejs.org.")
    (place / "pyodide").mkdir()
    (place / "wheels").mkdir()
    all_of_them = runtime.fetch(source, place / "pyodide")["packages"]
    for entry, content in wheels.all_wheels():
        (place / "wheels" / entry["file_name"]).write_bytes(content)
    command = [node, IN_PYODIDE, place / "pyodide", place / "wheels", ",".join(packages or all_of_them)]

    def run(program, *words):
        return _printed([*command, program, *words])

    return run


def compare(path, run):
    """Run a solved notebook here, in Pyodide, and here again.

    Returns
    -------
    dict
        "tab" and "here" (the faster of two runs), in seconds of a processor, "slowest_cell" in the tab, and "errors"
        of the tab.
    """
    first = _here(path)
    there = json.loads(run(PROGRAM, str(path)))[str(path)]
    second = _here(path)
    return {
        "tab": sum(there["seconds"]),
        "here": min(sum(first["seconds"]), sum(second["seconds"])),
        "slowest_cell": max(there["seconds"]),
        "errors": there["errors"],
    }


def _here(path):
    return json.loads(_printed([sys.executable, PROGRAM, str(path)]))[str(path)]


def _printed(command):
    environment = {**os.environ, "BNCOURSE_JOURNAL": os.devnull}
    done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, env=environment)
    if done.returncode:
        raise Trouble(f"{Path(command[0]).name} ended with {done.returncode}: {done.stderr[-500:]}")
    return done.stdout
