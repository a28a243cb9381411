"""The report that staging writes about one submission, ``staged/STUDENT/NAME.json``."""

from dataclasses import asdict, dataclass, field

from bncourse.files import read_json, write_json
from bncourse.grading.submission.decisions import NOT_GRADED, REFUSED, Decision

REPORTS = "staged"
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

    @classmethod
    def read(cls, path):
        """Read a report; what is of another type than it should be is left out, and all of it where nothing fits."""
        content = read_json(path)
        known = {key: content[key] for key, kind in _TYPES.items() if isinstance(content.get(key), kind)}
        listed = content.get("decisions")
        listed = [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        decisions = (Decision(*(str(each.get(part, "")) for part in ("kind", "what", "why"))) for each in listed)
        return cls(**known, decisions=tuple(decisions))

    def write(self, path):
        """Write the report in place of the one that is there."""
        write_json(path, asdict(self))
