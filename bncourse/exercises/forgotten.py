"""A name that has no value in an answer, and is an exercise: where that one is asked for, and what to do."""

import re
from dataclasses import replace

from bncourse import exercises
from bncourse.checking.verdict import Reason


def told(verdict, asked):
    """Say which exercise a name without a value is, where a verdict is about such a name.

    Parameters
    ----------
    verdict : Verdict
    asked : Exercise or Quiz
        What the answer is for.

    Returns
    -------
    Verdict
    """
    errors = [value for finding in verdict.missed for label, value in finding.details if label == "error"]
    names = [found[1] for error in errors if (found := re.match(r"NameError: name '(\w+)' is not defined", error))]
    other = exercises.find(names[0]) if names else None
    if other is None or other.name == asked.name:
        return verdict
    if other.notebook == asked.notebook:
        what = (
            f"`{other.name}` is another exercise of this notebook, and no cell was run that defines it. Run the cell "
            "of your answer to it, then the cell of this answer; or write its lines out here."
        )
    else:
        what = (
            f"`{other.name}` is an exercise of notebook {other.notebook[:2]}. Each notebook has a Python of its own, "
            "so it is not known here: write its lines out in this answer."
        )
    return replace(verdict, reasons=(Reason(what),))
