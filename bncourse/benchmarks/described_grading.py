"""What was found of how a class is graded: its pace, and where its memory is."""

from bncourse.benchmarks.ground.memory import PARTS
from bncourse.benchmarks.table import Table

KINDS = ("numpy", "keras")
CLASS = 300
AIMED_AT = {"1": 700, "2": 1100}  # megabytes for the Keras notebook, by the number of workers


def described_grading(figures):
    """Return what was found of the pace and the memory of grading, as a list of sentences and tables.

    Parameters
    ----------
    figures : dict
        As `bncourse.benchmarks.grading` prints them.
    """
    rows = []
    for kind in KINDS:
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
        "the pace of the fourth column; in brackets: how many times that is ours, with its start.",
        Table(heads, rows),
        *_of_a_class(figures),
        *_where_the_memory_is(figures),
        f"Walls of level {figures['level']}; a warm session behind them opens in {figures['session_ms']:.0f} ms.",
    ]
    for kind in KINDS:
        found = figures[kind]
        parts.append(
            f"The {kind} notebook by one worker: {found['one']:.2f} s a submission, where the bare cells in a warm "
            f"process take {found['bare']:.2f} s ({found['bare_needed']:.2f} s without those that only demonstrate). "
            f"A second run over the unchanged class: {found['again']:.1f} s; `import nbgrader` alone, just after: "
            f"{found['nbgrader_import']:.1f} s."
        )
    return parts


def _of_a_class(figures):
    """Reckon how long a larger class takes: the run that was measured, and the rest at its pace."""
    said = []
    for kind in KINDS:
        found = figures[kind]
        if size := found.get("size"):
            took = {w: 60 * (size / found["ours"][w] + (CLASS - size) / pace) for w, pace in found["steady"].items()}
            said.append(f"{kind} {', '.join(f'{seconds:.0f} s by {w}' for w, seconds in took.items())}")
    return [f"Reckoned from these, a class of {CLASS} takes, by so many workers: {'; '.join(said)}."] if said else []


def _where_the_memory_is(figures):
    """Say which part of a run has how much of its memory, and what is left to what is aimed at."""
    runs = [(kind, w, parts) for kind in KINDS for w, parts in figures[kind].get("parts", {}).items()]
    if not runs:
        return []
    said = (
        "Memory at the moment when a run took most, part by part: MB, shared pages by their share (PSS). In brackets: "
        "how many processes, and what of it is read from files, mostly the code of libraries, which the system can "
        "drop and read again."
    )
    for workers, megabytes in figures["keras"]["megabytes"].items():
        if most := AIMED_AT.get(str(workers)):
            left = most - megabytes
            found = f"{left:.0f} MB less than the {most} MB" if left >= 0 else f"{-left:.0f} MB more than the {most} MB"
            said += f" Keras by {workers}: {found} that are aimed at."
    there = [part for part in PARTS if any(part in parts for *_, parts in runs)]
    rows = [(PARTS[part], *(_told(parts.get(part)) for *_, parts in runs)) for part in there]
    return [said, Table(("Part", *(f"{kind}, {workers}" for kind, workers, _ in runs)), rows)]


def _told(part):
    return f"{part['memory'] / 1e6:.0f} ({part['processes']}, {part['code'] / 1e6:.0f})" if part else "none"
