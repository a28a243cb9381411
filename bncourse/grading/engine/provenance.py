"""What a grade was made from, so that a second run grades what has changed since, and nothing else."""

import contextlib
import hashlib
import json
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path

from bncourse import __version__
from bncourse.grading.submission.timestamp import TIMESTAMP
from bncourse.trouble import Trouble

GRADED = "graded"


def state(course, name, student):
    """Give what is kept about a graded submission; empty where there is nothing."""
    with contextlib.suppress(OSError, ValueError):
        content = json.loads((Path(course) / GRADED / student / f"{name}.json").read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    return {}


def keep(course, name, student, content):
    """Note what a grade was made from; called when all else about it is written."""
    path = Path(course) / GRADED / student / f"{name}.json"
    written = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        os.replace(written, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            written.unlink(missing_ok=True)
        raise Trouble(f"what was graded of {student} could not be noted: {error}") from error


def findings(result):
    """Give what is kept of a `bncourse.grading.engine.jobs.Result`, for the report on the class.

    Without a fingerprint it does not stand for a grade: a run of ``bncourse grade`` grades again.
    """
    return {
        "outcomes": result.outcomes,
        "level": result.level,
        "seconds": round(result.seconds, 3),
        "events": list(result.events),
        "version": __version__,
    }


def fingerprint(about, limits):
    """Sum up what a grade depends on; not on the time of submission, which only the late rule asks for."""
    files = {path: summed for path, summed in about.files.items() if path != TIMESTAMP}
    parts = [files, about.release, asdict(limits), _checks()]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _checks():
    """Sum up the checks: the version of the package, and the text of what judges."""
    package = Path(__file__).resolve().parents[2]
    parts = (
        "checking",
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
