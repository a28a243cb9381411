"""Do the notebooks' claims hold on seeds and choices that nobody looked at? ``bncourse bench claims``."""

import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

from bncourse.benchmarks.margins import margin
from bncourse.experiments.claims import CLAIMS
from bncourse.trouble import Trouble

# No notebook and no test was tried on these. The bounds of `after_shifts`, `drift_and_rate`, `fewer_steps` and
# `tiny_networks` were set after them, and held on as many others, from 12000 on.
FIRST_SEED = 9000
SEEDS = 20
NOTEBOOK = "as in the notebook"  # the name of the first point of each claim


def tried(name, point, seed):
    """Measure one claim on one seed, at one point of its range.

    Parameters
    ----------
    name : str
        Of the claim.
    point : dict
        The choices that differ from those of the notebook, one of `Claim.points`.
    seed : int

    Returns
    -------
    bool, dict of float
        Whether it holds, and the numbers.
    """
    numbers = CLAIMS[name].measure(seed, **point)
    return bool(CLAIMS[name].holds(numbers)), {key: float(value) for key, value in numbers.items()}


def named(point):
    """Return a point of a claim's range in words.

    Examples
    --------
    >>> named({}), named({"lr": 0.3})
    ('as in the notebook', 'lr=0.3')
    """
    return ", ".join(f"{choice}={value}" for choice, value in point.items()) or NOTEBOOK


def command(options):
    """Try the claims on fresh seeds at every point; print a table, or one JSON object: ``bncourse bench claims``."""
    from rich.console import Console
    from rich.progress import Progress

    seeds = range(FIRST_SEED, FIRST_SEED + options.seeds)
    names = chosen(options.only)
    results = {name: {named(point): {} for point in CLAIMS[name].points()} for name in names}
    # fresh processes: a worker that is forked while threads run may hang
    with (
        ProcessPoolExecutor(max_workers=os.cpu_count(), mp_context=get_context("spawn")) as pool,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        jobs = {
            pool.submit(tried, name, point, seed): (name, named(point), seed)
            for name in names
            for point in CLAIMS[name].points()
            for seed in seeds
        }
        task = progress.add_task("Claims", total=len(jobs))
        for job in as_completed(jobs):
            name, point, seed = jobs[job]
            results[name][point][seed] = job.result()
            progress.advance(task)
    figures = summary(results)
    if options.json:
        print(json.dumps(figures))
    else:
        _print_table(results)
        print(
            f"{figures['held']} of {figures['claims']} claims held on at least 19 of 20 of the seeds {seeds[0]} to "
            f"{seeds[-1]} at every point of their ranges ({figures['points_held']} of {figures['points']} points)."
        )
    return 0


def chosen(only):
    """Return the names of the claims to try: all, or the ones that were asked for.

    Parameters
    ----------
    only : list of str or None

    Raises
    ------
    Trouble
        If there is no claim of that name.
    """
    unknown = [name for name in only or () if name not in CLAIMS]
    if unknown:
        raise Trouble(f"There is no claim {unknown[0]!r}. The claims are: {', '.join(sorted(CLAIMS))}.")
    return list(only or CLAIMS)


def summary(results):
    """Return the figures of all claims, as plain numbers.

    Parameters
    ----------
    results : dict
        For each claim and each point of its range a dictionary from seed to ``(holds, numbers)``.

    Returns
    -------
    dict
        claims; held: how many of them fail on no more than 1 seed in 20 at each of their points; seeds: how
        many were tried; not_measured: the names of the other claims; points and points_held: the same over the
        points of all claims; failures: for each claim that failed anywhere, on how many seeds at its worst
        point; failed_points: for each of them the points and the number of seeds; tried_points: for each claim
        how many points it has; worst_margins: for each claim how far it was from the nearest of its bounds (see
        `margin`) on the worst seed of the worst point, or None where it has no bound.
    """
    failures = {
        name: {point: sum(not holds for holds, _ in tries.values()) for point, tries in points.items()}
        for name, points in results.items()
    }
    seeds = len(next(iter(next(iter(results.values())).values())))
    worst = {name: max(of_claim.values()) for name, of_claim in failures.items()}
    every_point = [count for of_claim in failures.values() for count in of_claim.values()]
    return {
        "claims": len(results),
        "held": sum(count * 20 <= seeds for count in worst.values()),
        "seeds": seeds,
        "not_measured": sorted(set(CLAIMS) - set(results)),
        "points": len(every_point),
        "points_held": sum(count * 20 <= seeds for count in every_point),
        "failures": {name: count for name, count in worst.items() if count},
        "failed_points": {
            name: {point: count for point, count in of_claim.items() if count}
            for name, of_claim in failures.items()
            if worst[name]
        },
        "tried_points": {name: len(points) for name, points in results.items()},
        "worst_margins": {
            name: min((m for tries in points.values() if (m := worst_margin(name, tries)) is not None), default=None)
            for name, points in results.items()
        },
    }


def worst_margin(name, tries):
    """Return the smallest margin of a claim over its seeds at one point, or None."""
    margins = [margin(CLAIMS[name].holds, numbers) for _, numbers in tries.values()]
    return min((found for found in margins if found is not None), default=None)


def section(figures):
    """Return what docs/benchmarks.md says of these figures: a sentence, and the rows of its table.

    Parameters
    ----------
    figures : dict
        From `summary`; those of older versions have no points.

    Returns
    -------
    str, list of (str, str, str, str)
    """
    seeds, points = figures["seeds"], figures.get("tried_points", {})
    said = (
        f"{figures['held']} of {figures['claims']} claims failed on no more than 1 seed in 20; {seeds} seeds that "
        "nobody had seen were tried"
    )
    if points:
        said += (
            f", at each of {figures['points']} points: the choices of the notebook, and other learning rates, "
            "sizes and so on, to the ends of the range over which a claim is asserted"
        )
    said += (
        ". The worst margin is the distance from the nearest bound on the worst seed, relative to the larger of the "
        "two numbers: 0 at the bound, negative where the claim failed, none where it is an equality."
    )
    if left := figures.get("not_measured"):
        said += f" Not measured on these seeds: {', '.join(f'`{name}`' for name in left)}."
    rows = [
        (
            f"`{name}`",
            str(points.get(name, 1)),
            f"{seeds - figures['failures'].get(name, 0)} of {seeds}",
            "none" if m is None else f"{m:.2f}",
        )
        for name, m in figures["worst_margins"].items()
    ]
    return said, rows


def _print_table(results):
    from rich.console import Console
    from rich.table import Table

    heads = ("claim", "at", "held", "worst margin", "range of each number over the seeds")
    table = Table(*heads, box=None, pad_edge=False)
    for name, points in results.items():
        for point, tries in points.items():
            numbers = [measured for _, measured in tries.values()]
            ranges = (
                f"{key}: {min(n[key] for n in numbers):.3g} to {max(n[key] for n in numbers):.3g}" for key in numbers[0]
            )
            worst = worst_margin(name, tries)
            held = f"{sum(holds for holds, _ in tries.values())}/{len(tries)}"
            table.add_row(name, point, held, "-" if worst is None else f"{worst:.2f}", "; ".join(ranges))
    Console().print(table)
