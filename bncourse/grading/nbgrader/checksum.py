"""nbgrader's checksum of a cell, without nbgrader: importing it takes half a second and 50 MB, in each judge."""

import hashlib


def compute_checksum(cell):
    """Return what ``nbgrader.utils.compute_checksum`` gives.

    Parameters
    ----------
    cell : NotebookNode
        With nbgrader's metadata.
    """
    marks = cell.metadata["nbgrader"]
    grade, solution = marks.get("grade", False), marks.get("solution", False)
    locked = False if solution else True if grade else marks.get("locked", False)
    parts = [cell.source, cell.cell_type, str(grade), str(solution), str(locked), marks["grade_id"]]
    parts += [str(float(marks["points"]))] if grade else []
    return hashlib.md5("".join(parts).encode()).hexdigest()
