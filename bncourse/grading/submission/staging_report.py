"""The report that staging writes about one submission, ``staged/STUDENT/NAME.json``."""

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bncourse.grading.submission.decisions import NOT_GRADED, REFUSED, Decision

STAGED = "staged"
_TYPES = {
    "student": str,
    "assignment": str,
    "staged_at": str,
    "version": str,
    "release": str,
    "way": int,
    "received": str,
    "raw": dict,
    "files": dict,
    "readable": bool,
}


@dataclass(frozen=True)
class StagingReport:
    """What staging did with one submission; false where there is none.

    Parameters
    ----------
    student, assignment : str
    staged_at : str
        When, with its time zone, as ISO 8601 has it.
    version : str
        Of bncourse.
    release : str
        A hash of the release that the answers were put into.
    way : int
        How it was staged: what was staged in an earlier way is staged again.
    received : str
        The folder with what came, below the course.
    raw, files : dict
        The SHA-256 of each file that was read, and of each that was written, by its path.
    readable : bool
        Whether there was a notebook that could be read.
    decisions : tuple of Decision
    """

    student: str = ""
    assignment: str = ""
    staged_at: str = ""
    version: str = ""
    release: str = ""
    way: int = 0
    received: str = ""
    raw: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    readable: bool = True
    decisions: tuple = ()

    def __bool__(self):
        return bool(self.student)

    @property
    def refusal(self):
        """Why nothing of the submission could be graded, or ""."""
        refused = [decision.why for decision in self.decisions if decision.kind == REFUSED]
        if refused or not self.readable:
            return " ".join(refused).replace(NOT_GRADED, "").strip() or "see its report in staged/"
        return ""

    def write(self, course):
        """Write the report into a course, in place of the one that is there."""
        path = _path(course, self.assignment, self.student)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_suffix(".json.new")
        written.write_text(json.dumps(asdict(self), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        os.replace(written, path)


def staging_report(course, name, student):
    """Read the report about a submission; an empty one where there is none, or none that can be read.

    Parameters
    ----------
    course : path
    name, student : str

    Returns
    -------
    StagingReport
    """
    try:
        content = json.loads(_path(course, name, student).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict):
        return StagingReport()
    known = {key: content[key] for key, kind in _TYPES.items() if isinstance(content.get(key), kind)}
    decisions = content.get("decisions")
    listed = [each for each in decisions if isinstance(each, dict)] if isinstance(decisions, list) else []
    parts = ("kind", "what", "why")
    made = tuple(Decision(*(str(each.get(part, "")) for part in parts)) for each in listed)
    return StagingReport(**known | {"student": student}, decisions=made)


def _path(course, name, student):
    return Path(course) / STAGED / student / f"{name}.json"
