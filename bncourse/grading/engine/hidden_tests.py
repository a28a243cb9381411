"""The hidden tests of an instructor's own check cell: they run whichever way a submission is graded.

nbgrader takes them out of the release and keeps them in the gradebook. Its own command puts them back before it grades;
``bncourse grade`` does so here, from the same place. The feedback shows none of them.
"""

import hashlib

from nbformat.v4 import reads_json, writes_json
from nbgrader.api import MissingEntry

BEGIN = "BEGIN HIDDEN TESTS"


def hidden_tests(gradebook, name):
    """Return the text of the cells of an assignment that hold hidden tests.

    Parameters
    ----------
    gradebook : nbgrader.api.Gradebook
    name : str
        Such as "04-normalize-scale-shift".

    Returns
    -------
    dict of str to str
        By their grade_id.
    """
    try:
        cells = gradebook.find_notebook(name, name).source_cells
    except MissingEntry:
        return {}
    return {cell.name: cell.source for cell in cells if BEGIN in (cell.source or "")}


def summed(tests):
    """Sum up hidden tests: a grade is made from them too. Gives "" where there are none."""
    return hashlib.sha256(repr(sorted(tests.items())).encode()).hexdigest() if tests else ""


def with_hidden_tests(notebook, tests):
    """Put hidden tests into the check cells of a staged notebook.

    Parameters
    ----------
    notebook : str
        As JSON.
    tests : dict of str to str
        From `hidden_tests`.

    Returns
    -------
    str
    """
    if not tests:
        return notebook
    content = reads_json(notebook)
    for cell in content.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("grade") and not marks.get("solution"):
            given = cell.source
            cell.source = tests.get(marks["grade_id"], given)
            if cell.source != given:  # as which it stands in copies of students
                cell.metadata.setdefault("bncourse", {})["released"] = given
    return writes_json(content)
