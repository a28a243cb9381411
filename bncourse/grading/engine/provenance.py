"""What a grade was made from, so that a second run grades what has changed since, and nothing else."""

import hashlib
import json
from dataclasses import asdict
from functools import cache
from pathlib import Path

from bncourse import __version__
from bncourse.grading.submission.timestamp import TIMESTAMP


def fingerprint(report, limits):
    """Sum up what a grade depends on; not on the time of submission, which only the late rule asks for."""
    files = {path: summed for path, summed in report.files.items() if path != TIMESTAMP}
    parts = [files, report.release, asdict(limits), _checks()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _checks():
    """Sum up the checks: the version of the package, and the text of what judges."""
    package = Path(__file__).resolve().parents[2]
    parts = (
        "checking",
        "time_limit.py",
        "tuned_model.py",
        "exercises",
        "reference",
        "drivers",
        "museum",
        "sandbox",
        "grading/engine/check_cell.py",
        "grading/engine/judge.py",
        "grading/engine/outcomes.py",
        "grading/engine/proxies.py",
        "grading/engine/session.py",
        "grading/engine/judge_process.py",
        "grading/engine/seeds.py",
    )
    files = sorted(
        f for part in parts for f in ([package / part] if part.endswith(".py") else (package / part).rglob("*.py"))
    )
    summed = hashlib.sha256(__version__.encode())
    for file in [*files, package / "check.py"]:
        summed.update(file.read_bytes())
    return summed.hexdigest()
