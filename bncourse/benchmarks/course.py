"""What a learner waits for: ``bncourse bench course``."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bncourse import course as courses
from bncourse.benchmarks.described import show
from bncourse.grading.assignment import Assignment

ALTERNATIONS = 11
LONGEST = 600  # seconds for one notebook
LARGE = 15  # megabytes of a package that is named
WITHOUT_KERAS = "without Keras and JAX"


def command(options):
    """Measure and print a table, or one JSON object; the ``bncourse bench course`` command."""
    from rich.console import Console

    console = Console(stderr=True)
    folder = courses.find_folder()
    with console.status("Importing ..."):
        figures = {"import_ms": import_milliseconds()}
    with console.status("Releasing ..."):
        figures["release_seconds"] = release_seconds(folder)
    with console.status("Weighing the packages ..."):
        figures["install_megabytes"] = install_megabytes()
        figures["package_megabytes"] = package_megabytes()
    with console.status("Starting JupyterLab ..."):
        figures["start_seconds"] = start_seconds(folder)
    figures["notebook_seconds"] = {}
    for path in sorted((folder / "solutions").glob("*/*.ipynb")):
        with console.status(f"Running {path.stem} ..."):
            figures["notebook_seconds"][path.stem] = notebook_seconds(path)
    if options.json:
        print(json.dumps(figures))
        return 0
    show("course", figures)
    print(f"Measured {len(figures['notebook_seconds'])} notebooks in {folder}")
    return 0


def import_milliseconds():
    """Return the median time that ``import bncourse`` adds to ``import numpy``, in alternating runs.

    Returns
    -------
    float
        Milliseconds.
    """
    program = "import time; a = time.perf_counter(); import {}; print(time.perf_counter() - a)"
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}

    def once(module):
        done = subprocess.run(
            [sys.executable, "-c", program.format(module)], capture_output=True, text=True, check=True, env=environment
        )
        return float(done.stdout)

    pairs = [(once("numpy"), once("bncourse")) for _ in range(ALTERNATIONS)]
    return 1e3 * statistics.median(ours - numpy for numpy, ours in pairs)


def release_seconds(folder):
    """Return the median time of one release after nbgrader's import, into a folder that is thrown away."""
    import shutil

    import bncourse.grading.nbgrader.converters  # noqa: F401 - its import is not measured
    from bncourse.grading.release.build import release

    with tempfile.TemporaryDirectory() as place:
        copy = Path(place)
        shutil.copy(folder / "nbgrader_config.py", copy)
        shutil.copytree(folder / "solutions", copy / "solutions")
        times = []
        for path in sorted((copy / "solutions").iterdir()) * 3:
            began = time.perf_counter()
            release(Assignment(copy, path.name), record=False)
            times.append(time.perf_counter() - began)
    return statistics.median(times)


def install_megabytes():
    """Return the size of what is installed for the course, and what each extra adds to it.

    Counted are the files that each package names as its own, without compiled bytecode.

    Returns
    -------
    dict of str to float or None
        Megabytes for "bncourse" and for each extra; None for an extra that is not installed whole.
    """
    base = _closure("bncourse", ())
    sizes = {"bncourse": _megabytes(base)}
    for extra in sorted(metadata.metadata("bncourse").get_all("Provides-Extra") or ()):
        whole = _closure("bncourse", (extra,))
        sizes[f"extra {extra}"] = None if whole is None else _megabytes(whole - base)
    return sizes


def package_megabytes():
    """Return what the course's installation is made of: its largest packages, and what Keras brings.

    Returns
    -------
    dict of str to float
        Megabytes for each package of `LARGE` or more, the largest first; then for "the others", and for
        `WITHOUT_KERAS`, all that would be there if the course did not need Keras and JAX.
    """
    base = _closure("bncourse", ())
    sizes = {package: _megabytes([package]) for package in base}
    large = sorted((package for package in base if sizes[package] >= LARGE), key=sizes.get, reverse=True)
    rest = sum(sizes.values()) - sum(sizes[package] for package in large)
    without = _megabytes(_closure("bncourse", (), leave_out={"keras", "jax"}))
    return {**{package: sizes[package] for package in large}, "the others": rest, WITHOUT_KERAS: without}


def _closure(name, extras, leave_out=frozenset()):
    """Return the names of a package and of all that it needs here; None if one of them is missing."""
    found, waiting = set(), [(name, frozenset(extras))]
    seen = {(package, frozenset()) for package in leave_out}
    while waiting:
        package, wanted = waiting.pop()
        if (package, wanted) in seen:
            continue
        seen.add((package, wanted))
        try:
            needs = metadata.requires(package) or ()
        except metadata.PackageNotFoundError:
            return None
        found.add(package)
        for requirement in map(Requirement, needs):
            marker = requirement.marker
            if marker is None or any(marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                waiting.append((canonicalize_name(requirement.name), frozenset(requirement.extras)))
    return found


def _megabytes(packages):
    files = [file for package in packages for file in metadata.files(package) or () if file.suffix != ".pyc"]
    places = (file.locate() for file in files)
    return sum(place.stat().st_size for place in places if place.is_file()) / 1e6


def notebook_seconds(path):
    """Return the time that a solved notebook takes from top to bottom, the start of its kernel included."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as place:
        os.environ["BNCOURSE_JOURNAL"] = str(Path(place, "journal.jsonl"))
        began = time.perf_counter()
        NotebookClient(
            notebook, timeout=LONGEST, kernel_name="python3", resources={"metadata": {"path": place}}
        ).execute()
        return time.perf_counter() - began


def start_seconds(folder):
    """Return the time from ``bncourse start`` until the page of the first notebook is served."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "bncourse.cli", "start", "--no-browser", "--port", "18888"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        address = process.stdout.readline().strip()
        with urllib.request.urlopen(address, timeout=LONGEST) as page:
            page.read()
        return time.perf_counter() - began
    finally:
        process.terminate()  # Ctrl-C would be ignored where the measurement runs in the background
        process.wait(timeout=30)
