"""Do the notebooks' claims hold on seeds that nobody looked at? ``bncourse bench claims``."""

import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from bncourse.benchmarks.margins import margin
from bncourse.experiments.claims import CLAIMS

FIRST_SEED = 5000  # no notebook, no test and no threshold was tried on these
SEEDS = 20


def tried(name, seed):
    """Measure one claim on one seed.

    Returns
    -------
    bool, dict of float
        Whether it holds, and the numbers.
    """
    numbers = CLAIMS[name].measure(seed)
    return bool(CLAIMS[name].holds(numbers)), {key: float(value) for key, value in numbers.items()}


def command(options):
    """Try every claim on fresh seeds; print a table, or one JSON object; the ``bncourse bench claims`` command."""
    from rich.console import Console
    from rich.progress import Progress

    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    results = {name: {} for name in CLAIMS}
    # fresh processes: a worker that is forked while threads run may hang
    with (
        ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        jobs = {pool.submit(tried, name, seed): (name, seed) for name in CLAIMS for seed in seeds}
        task = progress.add_task("Claims", total=len(jobs))
        for job in as_completed(jobs):
            name, seed = jobs[job]
            results[name][seed] = job.result()
            progress.advance(task)
    figures = summary(results)
    if options.json:
        print(json.dumps(figures))
    else:
        _print_table(results)
        print(
            f"{figures['held']} of {figures['claims']} claims held on at least 19 of 20 of the seeds "
            f"{seeds[0]} to {seeds[-1]}."
        )
    return 0


def summary(results):
    """Give the figures of all claims, as plain numbers.

    Parameters
    ----------
    results : dict
        For each claim a dictionary from seed to ``(holds, numbers)``.

    Returns
    -------
    dict
        claims; held: how many of them fail on no more than 1 seed in 20; seeds: how many were tried;
        failures: for each claim that failed anywhere, on how many seeds; worst_margins: for each claim how far it
        was from the nearest of its bounds (see `margin`) on the worst seed, or None where it has no bound.
    """
    failures = {name: sum(not holds for holds, _ in tries.values()) for name, tries in results.items()}
    seeds = len(next(iter(results.values())))
    return {
        "claims": len(results),
        "held": sum(count * 20 <= seeds for count in failures.values()),
        "seeds": seeds,
        "failures": {name: count for name, count in failures.items() if count},
        "worst_margins": {name: worst_margin(name, tries) for name, tries in results.items()},
    }


def worst_margin(name, tries):
    """Give the smallest margin of a claim over its seeds, or None."""
    margins = [margin(CLAIMS[name].holds, numbers) for _, numbers in tries.values()]
    return min((found for found in margins if found is not None), default=None)


def _print_table(results):
    from rich.console import Console
    from rich.table import Table

    heads = ("claim", "held", "worst margin", "range of each number over the seeds")
    table = Table(*heads, box=None, pad_edge=False)
    for name, tries in results.items():
        numbers = [measured for _, measured in tries.values()]
        ranges = (
            f"{key}: {min(n[key] for n in numbers):.3g} to {max(n[key] for n in numbers):.3g}" for key in numbers[0]
        )
        worst = worst_margin(name, tries)
        held = f"{sum(holds for holds, _ in tries.values())}/{len(tries)}"
        table.add_row(name, held, "-" if worst is None else f"{worst:.2f}", "; ".join(ranges))
    Console().print(table)
