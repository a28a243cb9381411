"""The numbers that `tests/told_numbers.json` keeps: each claim, as in the notebook, on seeds of its own.

Measure them anew, after a change of an experiment, with ``python tests/told_numbers.py CLAIM ...`` (half an hour for
all claims): 20 seeds or more for a claim of which a text tells what came out on other seeds, one for each other.
"""

import json
import sys
from pathlib import Path

from told_ranges import RANGES

from bncourse.benchmarks.claims import SEEDS
from bncourse.experiments.claims import CLAIMS

FIRST_SEED = 5000  # the texts were written with these in view; the bench tries others
MORE = {"tiny_networks": 100}  # many of them do not learn, so 20 tell little
KEPT = Path(__file__).with_suffix(".json")


def load():
    """Give, for each claim, the numbers of one seed after the other."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def seeds(claim):
    """Give the seeds on which a claim's numbers are kept."""
    told = {one.claim for ranges in RANGES.values() for one in ranges}
    return range(FIRST_SEED, FIRST_SEED + MORE.get(claim, SEEDS if claim in told else 1))


def measured(claim):
    """Measure a claim on its seeds, and round the numbers to five digits."""
    found = [CLAIMS[claim].measure(seed) for seed in seeds(claim)]
    return [{name: float(f"{value:.5g}") for name, value in numbers.items()} for numbers in found]


def store(numbers):
    """Write the numbers of all claims, a line for each seed."""
    lines = ",\n".join(
        f' "{claim}": [\n  ' + ",\n  ".join(map(json.dumps, of_seeds)) + "\n ]"
        for claim, of_seeds in sorted(numbers.items())
    )
    KEPT.write_text("{\n" + lines + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    kept = load() if KEPT.exists() else {}
    for name in sys.argv[1:] or CLAIMS:
        kept[name] = measured(name)
        store(kept)
