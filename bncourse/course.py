"""Where the course lies on this machine: its folder, its notebooks, and the release that was installed."""

import tomllib
from pathlib import Path

import bncourse
from bncourse.trouble import Trouble

HIDDEN = ".bncourse"  # in a folder of `bncourse get`: what was released last time
# Ways through the course: for whom, and the numbers of the notebooks. A side road is needed by none after it.
ROADS = {
    "I have an afternoon": ("00", "04", "06", "07"),
    "I want to understand": ("00", "01", "03", "04", "05", "06", "07", "08", "09", "10", "11"),
    "I debug other people's networks": ("05", "06", "10", "11"),
}
SIDE_ROADS = ("02",)
_NAMES = "[0-9][0-9]-*/[0-9][0-9]-*.ipynb"


def find_folder(start=".", to_learn=False, installed=True):
    """Return the folder of the course that a person stands in, or the one this package was installed from.

    Parameters
    ----------
    start : str or Path, default "."
        Where to begin; its parents are searched too.
    to_learn : bool, default False
        Whether notebooks are enough, as `bncourse get` brings them; to teach takes the sources, too.
    installed : bool, default True
        Whether the folder beside the package counts.

    Returns
    -------
    Path
        The nearest folder that holds ``notebooks/`` and ``solutions/``, or bncourse's ``pyproject.toml``, or, to learn,
        notebooks of the course; where there is none, the folder beside the package, if that is one.

    Raises
    ------
    Trouble
        If no folder of the course is found.
    """
    start = Path(start).resolve()
    beside = [Path(bncourse.__file__).resolve().parents[1]] if installed else []
    for folder in [start, *start.parents, *beside]:
        if _has_sources(folder) or (to_learn and has_notebooks(folder)):
            return folder
    if to_learn:
        raise Trouble(
            f"the course's folder was not found from {start} upward. Go into the folder with notebooks/ in it, and run "
            "the command again there. If you have none, `bncourse get` makes one."
        )
    raise Trouble(
        f"the course's folder was not found from {start} upward. Go into the folder that you cloned (the one "
        "with notebooks/ and solutions/ in it), and run the command again there."
    )


def notebooks(folder):
    """Return the notebooks that a learner gets, in the order of the course.

    Parameters
    ----------
    folder : str or Path
        The course's folder, from `find_folder`.

    Returns
    -------
    list of Path
        ``notebooks/NN-topic/NN-topic.ipynb``, the lowest number first.
    """
    return sorted(path for path in Path(folder, "notebooks").glob(_NAMES) if path.stem == path.parent.name)


def released():
    """Return the notebooks as they were released, in the order of the course: a wheel has them, or the folder beside.

    Raises
    ------
    Trouble
        If this package came without notebooks.
    """
    package = Path(bncourse.__file__).resolve().parent
    found = sorted((package / "released").glob("[0-9][0-9]-*.ipynb"))
    if found := found or notebooks(package.parent):
        return found
    raise Trouble("this package came without notebooks; install it again, from a wheel or in a folder that you cloned.")


def has_notebooks(folder):
    """Return whether a folder has notebooks of the course to learn from."""
    return bool(notebooks(folder)) or (Path(folder) / HIDDEN).is_dir()


def is_clone(folder):
    """Return whether a folder has the sources of the course, too."""
    return (Path(folder) / "solutions").is_dir() and _has_sources(Path(folder))


def _has_sources(folder):
    if (folder / "notebooks").is_dir() and (folder / "solutions").is_dir():
        return True
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return project.get("project", {}).get("name") == "bncourse"
