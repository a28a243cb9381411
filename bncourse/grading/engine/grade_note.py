"""The note about one grade, ``graded/STUDENT/NAME.json``: what it was made from, and what the report needs of it."""

from dataclasses import asdict, dataclass, field, fields

from bncourse import __version__
from bncourse.files import read_json, write_json
from bncourse.trouble import Trouble

NOTES = "graded"
_TYPES = {
    **dict.fromkeys(("fingerprint", "hidden", "received", "version", "not_graded"), str),
    **dict.fromkeys(("score", "level", "seconds"), int | float),
    "enrolled": bool,
    "outcomes": dict,
    "events": list,
}


@dataclass(frozen=True)
class GradeNote:
    """What is kept about a graded submission; false where there is nothing.

    Parameters
    ----------
    fingerprint : str
        A hash of all that the grade depends on; "" where the submission is to be graded again.
    hidden : str
        A hash of the hidden tests.
    score : float or None
    enrolled : bool
        Whether the gradebook knew the student.
    received : str
        The folder with what came, below the course.
    outcomes : dict
        For each check, by its grade_id, what `bncourse.grading.engine.outcomes.outcome_of` says.
    level : int or None
        Of the walls.
    seconds : float or None
    events : tuple of str
        What went wrong while the submission ran.
    version : str
        Of bncourse.
    not_graded : str
        Why the newest submission is not graded, or "".
    """

    fingerprint: str = ""
    hidden: str = ""
    score: float | None = None
    enrolled: bool = False
    received: str = ""
    outcomes: dict = field(default_factory=dict)
    level: int | None = None
    seconds: float | None = None
    events: tuple = ()
    version: str = ""
    not_graded: str = ""

    def __bool__(self):
        return self != GradeNote()

    @classmethod
    def of(cls, result, **more):
        """Return the note about a `bncourse.grading.engine.jobs.JobResult`, as the report on the class needs it.

        Without a fingerprint it does not stand for a grade: a run of ``bncourse grade`` grades again.
        """
        return cls(
            outcomes=result.outcomes,
            level=result.level,
            seconds=round(result.seconds, 3),
            events=tuple(result.events),
            version=__version__,
            **more,
        )

    @classmethod
    def read(cls, path):
        """Read a note; what is of another type than it should be is left out."""
        content, known = read_json(path), {}
        for each in fields(cls):
            value = content.get(each.name)
            if each.name == "events" and isinstance(value, list):
                known["events"] = tuple(map(str, value))
            elif isinstance(value, _TYPES[each.name]):
                known[each.name] = value
        return cls(**known)

    def write(self, path, student):
        """Write the note; called when all else about the grade is written.

        Raises
        ------
        Trouble
            If it cannot be written.
        """
        try:
            write_json(path, asdict(self))
        except OSError as error:
            raise Trouble(f"what was graded of {student} could not be noted: {error}") from error
