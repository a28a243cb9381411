"""All families of measurements on one page: ``bncourse bench`` writes docs/benchmarks.md.

The figures are kept as JSON beside the page, each family with its date, version and machine, so that one family can
be measured again without the others.
"""

import json
import os
import platform
import subprocess
import sys
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from bncourse import __version__
from bncourse.benchmarks.described import described, markdown
from bncourse.benchmarks.readme import renew
from bncourse.course import find_folder
from bncourse.learner.doctor import compiled
from bncourse.trouble import Trouble

# In the order of the page; the quick ones first, so that something is there when a long one is stopped.
FAMILIES = ("checks", "reference", "course", "grading", "soak", "scale", "battery", "tab", "claims")
PACKAGES = ("numpy", "keras", "jax", "torch", "nbgrader", "jupyterlab", "matplotlib")
PAGE, FIGURES = "docs/benchmarks.md", "docs/benchmarks.json"

HEAD = """# Benchmarks

Written by `bncourse bench`; do not edit. Each family can be measured alone on your machine: `bncourse bench checks`,
and so on. Times move with the machine, so what is compared is a ratio in alternating runs; absolute times are there for
orientation.
"""


def command(options):
    """Measure every family and write the page; the ``bncourse bench`` command without a family."""
    from rich.console import Console

    course = find_folder()
    kept = load(course)
    console = Console(stderr=True)
    failed = []
    for family in FAMILIES:
        with console.status(f"bncourse bench {family} ... (minutes)"):
            try:
                kept[family] = measured(family, options.seeds, options.plain or 0)
            except Trouble as trouble:
                failed.append(family)
                console.print(f"bench {family} failed, its figures are as before: {trouble}")
        store(course, kept)  # after each, so that a run that is stopped leaves what it has
    if options.json:
        print(json.dumps({family: kept[family]["figures"] for family in FAMILIES if family in kept}))
    print(f"{len(FAMILIES) - len(failed)} of {len(FAMILIES)} families measured; the page is {course / PAGE}")
    return int(bool(failed))


def measured(family, seeds, plain=0):
    """Measure one family in a process of its own.

    Parameters
    ----------
    family : str
    seeds : int
        For the claims.
    plain : int
        On how many cases of the battery plain nbgrader is tried too; 0 for all.

    Raises
    ------
    Trouble
        If it ends with an error.
    """
    program = [sys.executable, "-m", "bncourse.cli", "bench", family, "--json", "--seeds", str(seeds), "--plain"]
    program += [str(plain)] if plain else []
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    try:
        figures = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        said = (done.stderr.strip() or "nothing was said").splitlines()[-1]
        raise Trouble(f"`bncourse bench {family} --json` ended with code {done.returncode}: {said}") from None
    return {"figures": figures, "date": date.today().isoformat(), "machine": machine(), "versions": versions()}


def machine():
    """Say on what this runs, in a line."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    slowly = "" if compiled() else ", packages not compiled"
    return f"{platform.system()} {platform.machine()}, {cores} cores{slowly}"


def versions():
    """Return the versions of Python, of this package, and of what is measured."""
    found = {"Python": platform.python_version(), "bncourse": __version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def load(course):
    """Return the figures that are kept; empty where there are none."""
    try:
        return json.loads((Path(course) / FIGURES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def store(course, kept):
    """Write the figures, the page, and what the README says of them."""
    (Path(course) / "docs").mkdir(exist_ok=True)
    (Path(course) / FIGURES).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    (Path(course) / PAGE).write_text(page(kept), encoding="utf-8")
    renew(Path(course) / "README.md", kept)


def page(kept):
    """Return the page, in Markdown.

    Parameters
    ----------
    kept : dict
        By family a dictionary with "figures", "date", "machine" and "versions".
    """
    parts = [HEAD]
    for family in FAMILIES:
        if family not in kept:
            continue
        found = kept[family]
        about = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
        parts += [
            f"## {TITLES[family]}\n",
            f"`bncourse bench {family}`, {found['date']}, {found['machine']}; {about}.\n",
        ]
        parts.append(markdown(described(family, found["figures"])))
    return "\n".join(parts)


TITLES = {
    "checks": "How sharp and fair the checks are",
    "reference": "How exact and fast the reference functions are",
    "course": "What a learner waits for",
    "grading": "How fast a class is graded",
    "soak": "Whether a long night of grading stays as it began",
    "scale": "How grading grows with machines",
    "battery": "What bad submissions can do",
    "tab": "What a learner waits for in a browser tab",
    "claims": "Whether the notebooks' claims hold",
}
