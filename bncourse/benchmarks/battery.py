"""Hostile, broken and odd submissions, each graded twice: by nbgrader as it comes, and behind our walls.

Behind our walls they are one class, with neighbours between them; nbgrader gets each with a class of its own, since one
of them stops or spoils the run for the others.

A case is broken if the run stops or hangs, if a point is given that no function earned, if an earned point is
lost, if a neighbour's grade or file changes, or if a process is left.
"""

import json
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bncourse.course import find_folder
from bncourse.sandbox.inside.leftovers import remove


def command(options):
    """Run every case by itself, and print a table, or one JSON object; the ``bncourse bench battery`` command."""
    from rich.console import Console
    from rich.progress import track

    from bncourse.battery import course, plain
    from bncourse.battery.papers import cases
    from bncourse.sandbox.mounts import bubblewrap

    home = find_folder()
    chosen = [case for case in cases() if os.geteuid() == 0 or not case.needs_root]
    console = Console(stderr=True)
    folder = Path(tempfile.mkdtemp(prefix="bncourse-battery-"))
    try:
        with console.status(f"{len(chosen)} submissions behind our walls ..."):
            outcome = course.run(course.make(home, folder / "ours"), chosen, workers=os.cpu_count())
        theirs = {}
        if bubblewrap() and (options.plain is not None or not options.json):
            few = spread(chosen, options.plain or len(chosen))
            template = plain.prepare(home, folder / "plain")

            def grade(numbered):
                number, case = numbered
                place = folder / f"plain-{number}"
                found = plain.grade(template, case, place)
                remove(str(place))
                return case.name, found

            with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
                several = pool.map(grade, enumerate(few))
                shown = track(several, "nbgrader as it comes", len(few), console=console, transient=True)
                theirs = dict(shown)
    finally:
        remove(str(folder))
    ours = {case.name: outcome.broken.get(case.name, []) for case in chosen}
    figures = summary(chosen, ours, theirs) | {"level": outcome.level}
    figures["broken"] += bool(outcome.run)
    if options.json:
        broken = {name: why for name, why in ours.items() if why}
        print(json.dumps(figures | {"broken_cases": broken, "beside_the_cases": outcome.run}))
        return 0
    _print_table(chosen, theirs, ours)
    for line in outcome.run:
        print(f"beside the cases: {line}")
    plainly = f"; nbgrader as it comes broke {sum(map(bool, theirs.values()))}" if theirs else ""
    print(f"{figures['cases']} submissions, {figures['broken']} broken at level {outcome.level}{plainly}.")
    return int(bool(figures["broken"]))


def spread(chosen, count):
    """Return so many of the cases, spread evenly over all of them."""
    count = min(count, len(chosen))
    return [chosen[number * len(chosen) // count] for number in range(count)]


def summary(chosen, ours, theirs):
    """Count the cases and those that were broken, in all and by kind.

    Parameters
    ----------
    chosen : list of Case
    ours, theirs : dict of str to list of str
        By the name of a case, how it was broken; `theirs` has those that plain nbgrader was given.

    Returns
    -------
    dict
        cases; broken; kinds: for each kind cases, broken, and where plain nbgrader ran plain_cases, plain_broken.
    """
    kinds = {}
    for case in chosen:
        beside = {"plain_cases": 0, "plain_broken": 0} if theirs else {}
        counts = kinds.setdefault(case.kind, {"cases": 0, "broken": 0} | beside)
        counts["cases"] += 1
        counts["broken"] += bool(ours[case.name])
        if case.name in theirs:
            counts["plain_cases"] += 1
            counts["plain_broken"] += bool(theirs[case.name])
    return {"cases": len(chosen), "broken": sum(map(bool, ours.values())), "kinds": kinds}


def _print_table(chosen, theirs, ours):
    from rich.console import Console
    from rich.table import Table

    table = Table("class", "the submission", "nbgrader as it comes", "bncourse grade", box=None, pad_edge=False)
    table.columns[1].ratio = table.columns[2].ratio = 1
    for case in chosen:
        plainly = "; ".join(theirs[case.name]) or "held" if case.name in theirs else "not run"
        table.add_row(case.kind, case.says, plainly, "; ".join(ours[case.name]) or "held")
    Console().print(table)
