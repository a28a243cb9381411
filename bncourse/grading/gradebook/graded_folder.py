"""The folder of a graded submission, ``autograded/STUDENT/NAME/``, written as nbgrader writes it."""

import os
import shutil
import tempfile
from pathlib import Path

from nbformat.v4 import reads_json
from nbgrader import utils


def write_folder(place, files):
    """Write a folder in one step of the file system, in the place of the one that is there.

    Parameters
    ----------
    place : path
    files : dict of str to bytes
        All that it is to hold; nobody may write to them.

    Raises
    ------
    OSError
        If it cannot be written; the old folder is as it was then.
    """
    place = Path(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".making-", dir=place.parent))
    try:
        for path, content in files.items():
            (making / path).parent.mkdir(parents=True, exist_ok=True)
            (making / path).write_bytes(content)
            (making / path).chmod(0o444)
        making.chmod(0o755)
        if place.exists():
            old = Path(tempfile.mkdtemp(prefix=".old-", dir=place.parent))
            os.rename(place, old / "files")
            os.rename(making, place)
            utils.rmtree(str(old))
        else:
            os.rename(making, place)
    except OSError:
        shutil.rmtree(making, ignore_errors=True)
        raise


def texts_of(notebook):
    """Return the texts of a graded notebook that are the student's own.

    Parameters
    ----------
    notebook : str
        As JSON.
    """
    cells = reads_json(notebook).cells
    return [cell.source for cell in cells if cell.metadata.get("bncourse", {}).get("from") != "release"]


def texts_in(path):
    """Return the same of a file; None where there is none that can be read."""
    try:
        return texts_of(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, AttributeError):
        return None
