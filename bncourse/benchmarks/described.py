"""What each family of measurements found, as sentences and tables: one description for the page and the terminal."""

from bncourse.benchmarks.described_grading import described_grading
from bncourse.benchmarks.table import Table


def described(family, figures):
    """Return what came of a family, as a list of sentences and tables.

    Parameters
    ----------
    family : str
        Such as "grading".
    figures : dict
        As ``bncourse bench FAMILY --json`` prints them.
    """
    return SECTIONS[family](figures)


def markdown(parts):
    """Return sentences and tables as Markdown."""
    return "\n\n".join(part if isinstance(part, str) else part.markdown() for part in parts) + "\n"


def show(family, figures):
    """Print on the terminal what the page says of a family."""
    from rich.console import Console

    console = Console()
    for part in described(family, figures):
        console.print(part, markup=False, highlight=False) if isinstance(part, str) else console.print(part)


def _checks(figures):
    left = figures.get("not_measured")
    of = f" of {figures['timed']:,}" if "timed" in figures else ""
    rows = [
        ("exercises", f"{figures['exercises']}; not measured: {', '.join(left)}" if left else figures["exercises"]),
        ("wrong answers tried", f"{figures['wrong_answers']:,}"),
        ("of these rejected", f"{figures['kill_rate']:.2%}"),
        ("of these told by name", f"{figures['naming_rate']:.2%}"),
        ("two wrong ideas that meet: rejected, both told by name",
         f"{figures['pair_kill_rate']:.1%}, {figures['pair_naming_rate']:.1%}"),
        ("right answers rejected", figures["false_rejections"]),
        (f"one check, median and worst{of}", f"{figures['median_ms']:.1f} ms and {figures['worst_ms']:.0f} ms"),
    ]  # fmt: skip
    if "mutants" in figures:
        rows += [
            ("right answers with one thing changed: tried, rejected, told by name or by line",
             f"{figures['mutants']:,}, {figures['mutants_rejected']:,}, {figures['mutants_named_or_located']:,}"),
            ("of these told the name of another mistake", figures["false_names"]),
            ("of these shown a line that is not the one", figures.get("lines_not_the_mutated_one", "not counted")),
            ("with two things changed: tried, rejected, told by name or by line, told another's name",
             ", ".join(f"{figures.get(f'mutant_pairs{key}', 0):,}" for key in (
                 "", "_rejected", "_named_or_located", "_false_names"))),
            (f"verdicts that are not the same on {figures['seeds']} seeds", figures["verdicts_that_hang_on_the_seed"]),
        ]  # fmt: skip
    if "keras_median_ms" in figures:
        worst = f"{figures['keras_median_ms']:.0f} ms and {figures['keras_worst_ms']:.0f} ms"
        rows.append(("one check with Keras, median and worst (with its first import)", worst))
    return [Table(("", "here"), rows)]


def _reference(figures):
    rows = []
    for row in figures["sizes"]:
        for peer, ratio in row["ratios"].items():
            low, high = row["spreads"][peer]
            fused = f"{row['fused_ratios'][peer]:.2f}"
            rows.append((f"{row['size'][0]}x{row['size'][1]}", peer, f"{ratio:.2f} ({low:.2f} to {high:.2f})", fused))
    error = f"Largest error against long double: {figures['max_ulp']:.1f} units in the last place."
    heads = ("Size", "Peer", "Steps: time as a multiple of the peer's (spread)", "Fused")
    return ["Forward and backward together, float64, one thread.", Table(heads, rows), error]


def _course(figures):
    from bncourse.benchmarks.course import WITHOUT_KERAS

    rows = [
        ("`import bncourse`, beyond NumPy's import", f"{figures['import_ms']:.0f} ms"),
        ("`bncourse release`, one notebook", f"{figures['release_seconds']:.2f} s"),
        ("`bncourse start` until the page is served", f"{figures['start_seconds']:.1f} s"),
        *(
            (f"size of `{what}` with what it needs" if what == "bncourse" else f"{what} adds", _megabytes(size))
            for what, size in figures["install_megabytes"].items()
        ),
        *(
            (f"all of it {what}" if what == WITHOUT_KERAS else f"of this, {what}", _megabytes(size))
            for what, size in figures.get("package_megabytes", {}).items()
        ),
        *((f"`{name}`, solved, top to bottom", f"{s:.1f} s") for name, s in figures["notebook_seconds"].items()),
    ]
    return [Table(("", "here"), rows)]


def _megabytes(size):
    return "not installed here" if size is None else f"{size:,.0f} MB" if size >= 10 else f"{size:.1f} MB"


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
        f"{figures['memory_growth']:+.0%} of its memory; {figures['left']} processes were left."
    )
    heads = ("After", "Processor time each", "Time each", "Memory", "Descriptors", "Processes")
    return [said, Table(heads, rows)]


def _scale(figures):
    rows = [
        (
            run["way"],
            f"{60 * figures['submissions'] / run['seconds']:.0f}",
            f"{run['steady']:.0f}",
            f"{run['megabytes']:.0f} MB",
            run["missing"] + run["without_note"],
            run["twice"],
            run["short"],
        )
        for run in figures["runs"]
    ]
    heads = ("Cluster", "With its start", "Once going", "Over the line", "Missing", "Twice", "Short of points")
    machines = figures["most_machines"]
    return [
        f"The same {figures['submissions']:,} solved submissions of a NumPy notebook, into PostgreSQL, by Dask workers "
        "of one process each; submissions a minute. Each machine is a network namespace with a line of its own. They "
        f"share the {figures['cores']} cores of one machine with the scheduler, the database and the command, so three "
        "machines of one's own are faster than these.",
        Table(heads, rows),
        f"A submission takes {figures['worker_ms']:.0f} ms of a processor where it is judged, "
        f"{figures['command_ms']:.0f} ms where the command stages and records, and {figures['kilobytes']:.0f} kB over "
        f"the line. Reckoned from these: up to {machines:.0f} machines of one core help, after that the command "
        f"limits the pace, and 10,000 submissions take {figures['hub_minutes']:.0f} minutes.",
    ]


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
        "Without `--json`, the command shows each case."
    )
    return [said, Table(tuple(heads[: len(rows[0])]), rows)]


def _claims(figures):
    from bncourse.benchmarks import claims  # here, for the other families need no experiment

    said, rows = claims.section(figures)
    return [said, Table(("Claim", "Points", "Held on, at the worst", "Worst margin"), rows)]


def _tab(figures):
    rows = []
    for name, found in figures["notebooks"].items():
        ratio = f"{found['tab'] / found['here']:.1f}"
        errors = "; ".join(found["errors"]) or "none"
        slowest = f"{found['slowest_cell']:.1f}"
        rows.append((f"`{name}`", f"{found['tab']:.1f}", f"{found['here']:.1f}", ratio, slowest, errors))
    heads = ("Notebook, solved", "Seconds in the tab", "Here", "Ratio", "Slowest cell in the tab", "Errors")
    return [
        f"The cells under Pyodide {figures['pyodide']} in Node, without a browser around it, beside the same cells in "
        "this Python, with all packages loaded, in seconds of a processor. Notebooks that need Keras do not run there.",
        Table(heads, rows),
    ]


SECTIONS = {
    "checks": _checks,
    "reference": _reference,
    "course": _course,
    "grading": described_grading,
    "soak": _soak,
    "scale": _scale,
    "battery": _battery,
    "tab": _tab,
    "claims": _claims,
}
