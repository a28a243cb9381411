"""The few figures that the README states, from those that are kept: nobody writes them by hand."""

import re
from datetime import date

# The size and the number of workers of which the README speaks; docs/benchmarks.md has the others.
_SIZE, _WORKERS = "4096x512", "2"


def renew(readme, kept):
    """Write the figures that are kept into a README; where there is none, nothing is done."""
    if readme.is_file():
        readme.write_text(updated(readme.read_text(encoding="utf-8"), kept), encoding="utf-8")


def updated(text, kept):
    """Return the README with the figures that are kept in its column "Here".

    Parameters
    ----------
    text : str
        The README, with one row for each family: what measures it, what that is, and what came of it.
    kept : dict
        By family a dictionary with "figures" and "date", as `bncourse.benchmarks.page.load` gives it.

    Returns
    -------
    str
    """
    for family, said in HERE.items():
        if family in kept:
            here = said(kept[family]["figures"])
            text = re.sub(rf"(?m)^(\| `bncourse bench {family}` \|.*\| ).*( \|)$", rf"\g<1>{here}\g<2>", text)
    dates = [date.fromisoformat(kept[family]["date"]) for family in HERE if family in kept]
    if not dates:
        return text
    day = f"{max(dates).day} {max(dates):%B %Y}"
    return re.sub(r"(machine with two cores on )\d+ \w+ \d+", rf"\g<1>{day}", text)


def _checks(figures):
    tried, killed, named = figures["wrong_answers"], figures["kill_rate"], figures["naming_rate"]
    by_name = "all by name" if named == 1 else f"{named:.1%} by name"
    fair = figures["false_rejections"]
    rejected = f"{fair} right answers rejected" if fair else "no right answer rejected"
    count, median = round(killed * tried), figures["median_ms"]
    return f"{count:,} of {tried:,} rejected, {by_name}; {rejected}; {median:.0f} ms (median)"


def _claims(figures):
    seeds = figures["seeds"]
    least = f"at least {seeds - seeds // 20} of {seeds}" if seeds >= 20 else f"all {seeds} seeds tried"
    held = f"{figures['held']} of {figures['claims']} hold on {least}"
    if left := len(figures.get("not_measured", ())):
        held += f" ({left} more were not measured)"
    if "points" in figures:
        return f"{held}, at {figures['points_held']} of {figures['points']} points of their ranges"
    return f"{held}, each at its notebook's own choices alone"


def _battery(figures):
    kinds = figures["kinds"].values()
    tried, broke = (sum(kind.get(key, 0) for kind in kinds) for key in ("plain_cases", "plain_broken"))
    return (
        f"{figures['cases'] - figures['broken']} held, {figures['broken']} broken, behind walls of level "
        f"{figures['level']}; of {tried} spread over them nbgrader as it comes broke {broke}"
    )


def _grading(figures):
    ratios = (figures[kind]["ours"][_WORKERS] / figures[kind]["plain"][_WORKERS] for kind in ("numpy", "keras"))
    numpy, keras = (f"{ratio:.0f}" for ratio in ratios)
    said = f"with two workers, start included: {numpy} times plain nbgrader (notebook 04), {keras} times (07, Keras)"
    if not all("equal" in figures[kind] for kind in ("numpy", "keras")):
        return f"{said}; cells that only demonstrate, most of the work, are left out"
    ratios = (figures[kind]["ours"][_WORKERS] / figures[kind]["equal"][_WORKERS] for kind in ("numpy", "keras"))
    numpy, keras = (f"{ratio:.1f}" for ratio in ratios)
    return f"{said}; where both leave out the cells that only demonstrate, {numpy} and {keras} times"


def _soak(figures):
    more = [("time", figures["cpu_growth"]), ("memory", figures["memory_growth"])]
    return ", ".join(f"{growth:.0%} more {what}" if growth >= 0.005 else f"no more {what}" for what, growth in more)


def _scale(figures):
    lost = sum(run[what] for run in figures["runs"] for what in ("missing", "without_note", "twice", "short"))
    nothing = "nothing lost, nothing twice" if not lost else f"{lost} lost, twice or short of points"
    return (
        f"{figures['submissions']:,} submissions: {nothing}; {figures['most_machines']:.0f} machines of one core are "
        "as many as help"
    )


def _reference(figures):
    sizes = {"x".join(map(str, each["size"])): each for each in figures["sizes"]}
    fused, steps = (sizes[_SIZE][key]["PyTorch"] for key in ("fused_ratios", "ratios"))
    return (
        f"within {figures['max_ulp']:.0f} units in the last place; at {_SIZE} the fused form takes {fused:.1f} of "
        f"PyTorch's time, step by step {steps:.0f} times as long"
    )


def _course(figures):
    seconds = figures["notebook_seconds"].values()
    return f"JupyterLab {figures['start_seconds']:.0f} s; a notebook {min(seconds):.0f} to {max(seconds):.0f} s"


def _tab(figures):
    tab, here = ([found[where] for found in figures["notebooks"].values()] for where in ("tab", "here"))
    return f"a notebook {min(tab):.0f} to {max(tab):.0f} s; together {sum(tab) / sum(here):.1f} times as long as here"


HERE = {
    "checks": _checks,
    "claims": _claims,
    "battery": _battery,
    "grading": _grading,
    "soak": _soak,
    "scale": _scale,
    "reference": _reference,
    "course": _course,
    "tab": _tab,
}
