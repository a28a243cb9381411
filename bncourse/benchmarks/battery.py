"""Hostile, broken and odd submissions, each graded twice: by nbgrader as it comes, and behind our walls.

A case is broken if the run stops or hangs, if a point is given that no function earned, if an earned point is
lost, if a neighbour's grade or file changes, or if a process is left.
"""

import json
import os
import shutil
import tempfile
from pathlib import Path

from bncourse.course import find_folder


def command(options):
    """Run every case by itself, and print a table, or one JSON object; the ``bncourse bench battery`` command."""
    from rich.console import Console
    from rich.progress import track

    from bncourse.grading.battery import course, plain
    from bncourse.grading.battery.papers import cases
    from bncourse.grading.furniture import bubblewrap

    home = find_folder()
    chosen = [case for case in cases() if os.geteuid() == 0 or not case.needs_root]
    console = Console(stderr=True)
    folder = Path(tempfile.mkdtemp(prefix="bncourse-battery-"))
    try:
        ours, theirs = {}, {}
        template = course.make(home, folder / "ours")
        level = None
        for number, case in enumerate(track(chosen, "Behind our walls", console=console, transient=True)):
            place = folder / f"ours-{number}"
            shutil.copytree(template, place)
            outcome = course.run(place, [case], workers=1)
            ours[case.name] = [*outcome.broken.get(case.name, []), *outcome.run]
            level = outcome.level
            shutil.rmtree(place, ignore_errors=True)
        if not options.json and bubblewrap():
            template = plain.prepare(home, folder / "plain")
            for number, case in enumerate(track(chosen, "nbgrader as it comes", console=console, transient=True)):
                place = folder / f"plain-{number}"
                theirs[case.name] = plain.grade(template, case, place)
                shutil.rmtree(place, ignore_errors=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    figures = {"cases": len(chosen), "broken": sum(map(bool, ours.values())), "level": level}
    if options.json:
        print(json.dumps(figures))
        return 0
    _print_table(chosen, theirs, ours)
    plainly = f"; nbgrader as it comes broke {sum(map(bool, theirs.values()))}" if theirs else ""
    print(f"{figures['cases']} submissions, {figures['broken']} broken at level {level}{plainly}.")
    return int(bool(figures["broken"]))


def _print_table(chosen, theirs, ours):
    from rich.console import Console
    from rich.table import Table

    table = Table("class", "the submission", "nbgrader as it comes", "bncourse grade", box=None, pad_edge=False)
    table.columns[1].ratio = table.columns[2].ratio = 1
    for case in chosen:
        plainly = "; ".join(theirs[case.name]) or "held" if case.name in theirs else "not run"
        table.add_row(case.kind, case.says, plainly, "; ".join(ours[case.name]) or "held")
    Console().print(table)
