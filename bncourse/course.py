"""Where the course lies on this machine: its folder and its notebooks."""

import tomllib
from pathlib import Path

import bncourse
from bncourse.trouble import Trouble


def find_folder(start="."):
    """Give the folder of the course that a person stands in, or the one this package was installed from.

    Parameters
    ----------
    start : str or Path, default "."
        Where to begin; its parents are searched too.

    Returns
    -------
    Path
        The nearest folder that holds ``notebooks/`` and ``solutions/``, or bncourse's ``pyproject.toml``;
        where there is none, the folder beside the package, if that is one.

    Raises
    ------
    Trouble
        If no folder of the course is found.
    """
    start = Path(start).resolve()
    for folder in [start, *start.parents, Path(bncourse.__file__).resolve().parents[1]]:
        if _is_course(folder):
            return folder
    raise Trouble(
        f"the course's folder was not found from {start} upward. Go into the folder that you cloned (the one "
        "with notebooks/ in it), and run the command again there."
    )


def notebooks(folder):
    """Give the notebooks that a learner gets, in the order of the course.

    Parameters
    ----------
    folder : str or Path
        The course's folder, from `find_folder`.

    Returns
    -------
    list of Path
        ``notebooks/NN-topic/NN-topic.ipynb``, the lowest number first.
    """
    found = Path(folder, "notebooks").glob("[0-9][0-9]-*/[0-9][0-9]-*.ipynb")
    return sorted(path for path in found if path.stem == path.parent.name)


def _is_course(folder):
    if (folder / "notebooks").is_dir() and (folder / "solutions").is_dir():
        return True
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return project.get("project", {}).get("name") == "bncourse"
