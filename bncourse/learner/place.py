"""Where a learner left off: the notebook of the last event in the journal, and the exercise that comes next there."""

from bncourse import course, exercises
from bncourse.companion.predictions import PREDICTIONS
from bncourse.learner import journal


def left_off(folder):
    """Return the notebook to open, and the cell in it to begin at.

    Parameters
    ----------
    folder : Path
        The course's folder.

    Returns
    -------
    Path, str
        And the first exercise in it that is not done. The first notebook and "" where the journal tells nothing; the
        next notebook where all of the last is done.
    """
    there = course.notebooks(folder)
    if not there:
        return folder / "notebooks", ""
    last = next((name for event in reversed(journal.events()) if (name := _notebook(event))), "")
    position = next((i for i, path in enumerate(there) if path.stem == last), None)
    if position is None:
        return there[0], ""
    waiting = _not_done(last)
    if not waiting and position + 1 < len(there):
        return there[position + 1], ""
    return there[position], waiting[0] if waiting else ""


def been_in():
    """Return the numbers of the notebooks in which somebody has worked.

    Returns
    -------
    set of str
        Such as "04". To run all cells of a notebook is no work: it shows outcomes, and checks what is not begun.
    """
    done = [event for event in journal.events() if event["kind"] != "outcome" and event.get("outcome") != "not started"]
    names = {_notebook(event) for event in done} - {""}
    answered = {str(event.get("notebook")) for event in done if event["kind"] == "recall"}
    return {name[:2] for name in exercises.NOTEBOOKS if name in names or name[:2] in answered}


def _notebook(event):
    """Return the notebook in which somebody was who left an event, or "".

    A hint tells nothing: notebook 00 shows one of an exercise that comes in notebook 04.
    """
    if event["kind"] == "hint":
        return ""
    if exercise := exercises.find(event.get("exercise")):
        return exercise.notebook
    asked = event.get("question")
    number = PREDICTIONS[asked].notebook if isinstance(asked, str) and asked in PREDICTIONS else ""
    return next((name for name in exercises.NOTEBOOKS if number and name.startswith(number)), "")


def _not_done(notebook):
    done = {event.get("exercise") for event in journal.events("check") if event.get("outcome") == "correct"}
    return [exercise.name for exercise in exercises.of_notebook(notebook) if exercise.name not in done]
