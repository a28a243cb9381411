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
from bncourse.benchmarks.readme import renew
from bncourse.course import find_folder
from bncourse.learner.doctor import compiled
from bncourse.trouble import Trouble

# In the order of the page; the quick ones first, so that something is there when a long one is stopped.
FAMILIES = ("checks", "reference", "course", "grading", "soak", "battery", "claims")
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
    """Give the versions of Python, of this package, and of what is measured."""
    found = {"Python": platform.python_version(), "bncourse": __version__}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def load(course):
    """Give the figures that are kept; empty where there are none."""
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
    """Give the page, in Markdown.

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
        parts.append(SECTIONS[family](found["figures"]))
    return "\n".join(parts)


TITLES = {
    "checks": "How sharp and fair the checks are",
    "reference": "How exact and fast the reference functions are",
    "course": "What a learner waits for",
    "grading": "How fast a class is graded",
    "soak": "Whether a long night of grading stays as it began",
    "battery": "What bad submissions can do",
    "claims": "Whether the notebooks' claims hold",
}


def _table(heads, rows):
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in rows)]) + "\n"


def _checks(figures):
    rows = [
        ("exercises", figures["exercises"]),
        ("wrong answers tried", f"{figures['wrong_answers']:,}"),
        ("of these rejected", f"{figures['kill_rate']:.2%}"),
        ("of these told by name", f"{figures['naming_rate']:.2%}"),
        ("two wrong ideas that meet: rejected, both told by name",
         f"{figures['pair_kill_rate']:.1%}, {figures['pair_naming_rate']:.1%}"),
        ("right answers rejected", figures["false_rejections"]),
        ("one check, median and worst", f"{figures['median_ms']:.1f} ms and {figures['worst_ms']:.0f} ms"),
    ]  # fmt: skip
    if "mutants" in figures:
        rows += [
            ("right answers with one thing changed: tried, rejected, told by name or by line",
             f"{figures['mutants']:,}, {figures['mutants_rejected']:,}, {figures['mutants_named_or_located']:,}"),
            ("of these told the name of another mistake", figures["false_names"]),
            ("with two things changed: tried, rejected, told by name or by line, told another's name",
             ", ".join(f"{figures.get(f'mutant_pairs{key}', 0):,}" for key in (
                 "", "_rejected", "_named_or_located", "_false_names"))),
            (f"verdicts that are not the same on {figures['seeds']} seeds", figures["verdicts_that_hang_on_the_seed"]),
        ]  # fmt: skip
    if "keras_median_ms" in figures:
        worst = f"{figures['keras_median_ms']:.0f} ms and {figures['keras_worst_ms']:.0f} ms"
        rows.append(("one check with Keras, median and worst (with its first import)", worst))
    return _table(("", "here"), rows)


def _reference(figures):
    rows = []
    for row in figures["sizes"]:
        for peer, ratio in row["ratios"].items():
            low, high = row["spreads"][peer]
            fused = f"{row['fused_ratios'][peer]:.2f}"
            rows.append((f"{row['size'][0]}x{row['size'][1]}", peer, f"{ratio:.2f} ({low:.2f} to {high:.2f})", fused))
    said = f"\nLargest error against long double: {figures['max_ulp']:.1f} units in the last place.\n"
    heads = ("Size", "Peer", "Steps: time as a multiple of the peer's (spread)", "Fused")
    return "Forward and backward together, float64, one thread.\n\n" + _table(heads, rows) + said


def _course(figures):
    rows = [
        ("`import bncourse`, beyond NumPy's import", f"{figures['import_ms']:.0f} ms"),
        ("`bncourse release`, one notebook", f"{figures['release_seconds']:.2f} s"),
        ("`bncourse start` until the page is served", f"{figures['start_seconds']:.1f} s"),
        *(
            (f"size of `{what}` with what it needs" if what == "bncourse" else f"{what} adds", _megabytes(size))
            for what, size in figures["install_megabytes"].items()
        ),
        *((f"`{name}`, solved, top to bottom", f"{s:.1f} s") for name, s in figures["notebook_seconds"].items()),
    ]
    return _table(("", "here"), rows)


def _megabytes(size):
    return "not installed here" if size is None else f"{size:,.0f} MB" if size >= 10 else f"{size:.1f} MB"


def _grading(figures):
    rows = []
    for kind in ("numpy", "keras"):
        found = figures[kind]
        for workers, cold in found["ours"].items():
            warm, plain = found["steady"][workers], found["plain"][workers]
            equal, size = found.get("equal", {}).get(workers), f"{found['megabytes'][workers]:.0f} MB"
            same = f"{equal:.1f} ({cold / equal:.1f})" if equal else "not measured"
            with_start, going = f"{cold:.0f} ({cold / plain:.1f})", f"{warm:.0f} ({warm / plain:.1f})"
            rows.append((kind, workers, f"{plain:.1f}", same, with_start, going, size))
    heads = ("Notebook", "Workers", "Plain nbgrader", "Plain, the same cells", "With its start", "Once going", "Memory")
    parts = [
        "Submissions a minute, the same class graded in alternating runs; plain nbgrader has as many processes. In "
        "brackets: how many times the pace of plain nbgrader. Plain nbgrader runs every cell; ours leaves out those "
        "that only demonstrate, which in these notebooks are most of the work. Without these cells plain nbgrader has "
        "the pace of the fourth column; in brackets: how many times that is ours, with its start.\n\n",
        _table(heads, rows),
        f"\nWalls of level {figures['level']}; a warm session behind them opens in {figures['session_ms']:.0f} ms.\n",
    ]
    for kind in ("numpy", "keras"):
        found = figures[kind]
        parts.append(
            f"\nThe {kind} notebook by one worker: {found['one']:.2f} s a submission, where the bare cells in a warm "
            f"process take {found['bare']:.2f} s ({found['bare_needed']:.2f} s without those that only demonstrate). "
            f"A second run over the unchanged class: {found['again']:.1f} s; `import nbgrader` alone, just after: "
            f"{found['nbgrader_import']:.1f} s.\n"
        )
    return "".join(parts)


def _soak(figures):
    samples = figures["samples"]
    shown = sorted({0, 1, len(samples) // 2, len(samples) - 1} & set(range(len(samples))))
    rows = [
        (
            f"{(number + 1) * figures['every']:,}",
            f"{1e3 * samples[number]['cpu_seconds']:.0f} ms",
            f"{1e3 * samples[number]['seconds']:.0f} ms",
            f"{samples[number]['memory'] / 1e6:.0f} MB",
            samples[number]["descriptors"],
            samples[number]["processes"],
        )
        for number in shown
    ]
    said = (
        f"{figures['graded']:,} submissions in one run; each row is about the last {figures['every']} of them. At the "
        f"end a submission took {figures['cpu_growth']:+.0%} of the processor time of the second row, and the run "
        f"{figures['memory_growth']:+.0%} of its memory; {figures['left']} processes were left.\n\n"
    )
    heads = ("After", "Processor time each", "Time each", "Memory", "Descriptors", "Processes")
    return said + _table(heads, rows)


def _battery(figures):
    rows = [
        (
            kind,
            counts["cases"],
            counts["broken"],
            *([f"{counts['plain_broken']} of {counts['plain_cases']}"] if "plain_cases" in counts else []),
        )
        for kind, counts in figures["kinds"].items()
    ]
    heads = ["Submissions", "Cases", "Broken by `bncourse grade`", "Broken by nbgrader as it comes"]
    said = (
        f"Walls of level {figures['level']}. A case is broken if the run stops or hangs, if a point is given that no "
        "function earned, if an earned point is lost, if a neighbour's grade or file changes, or if a process is left. "
        "Without `--json`, the command shows each case.\n\n"
    )
    return said + _table(heads[: len(rows[0])], rows)


def _claims(figures):
    from bncourse.benchmarks import claims  # here, for the other families need no experiment

    said, rows = claims.section(figures)
    return said + _table(("Claim", "Points", "Held on, at the worst", "Worst margin"), rows)


SECTIONS = {
    "checks": _checks,
    "reference": _reference,
    "course": _course,
    "grading": _grading,
    "soak": _soak,
    "battery": _battery,
    "claims": _claims,
}
