"""What was decided about a submission while it was read, and why."""

from dataclasses import dataclass

# "doubt" is for a person: something that the machine cannot know, or that may have cost points outside of an answer.
TAKEN, DROPPED, MENDED, REFUSED, DOUBT = "taken", "dropped", "mended", "refused", "doubt"
MARKS = "the marks"
ANSWERED = "The answer was taken."
NOT_GRADED = "Nothing could be graded; that is no grade of 0."


@dataclass(frozen=True)
class Decision:
    """One thing that was decided about a submission.

    Parameters
    ----------
    kind : str
        "taken", "dropped", "mended", "refused" or "doubt".
    what : str
        What it is about, such as the name of an exercise or of a file.
    why : str
        One sentence or two, for the one who handed it in.
    """

    kind: str
    what: str
    why: str
