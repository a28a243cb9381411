"""The assignments of a course, and nbgrader's settings for it."""

from pathlib import Path

from bncourse.trouble import Trouble

SETTINGS = "nbgrader_config.py"


def names(course):
    """Give the names of the source notebooks, in order, such as ["04-normalize-scale-shift"]."""
    return sorted(
        folder.name
        for folder in (Path(course) / "solutions").iterdir()
        if folder.is_dir() and not folder.name.startswith((".", "__"))
    )


def choose(course, words):
    """Give the names that these words mean: "04", "4", or the full name; all names for no words.

    Raises
    ------
    Trouble
        If a word means no notebook of the course; the message lists those it has.
    """
    known = names(course)
    if not known:
        raise Trouble(f"{Path(course) / 'solutions'} holds no notebook; nothing to do.")
    by_word = {name.split("-")[0]: name for name in known}
    by_word |= {number.lstrip("0") or "0": name for number, name in by_word.items()} | {name: name for name in known}
    unknown = [word for word in words if word.strip("/") not in by_word]
    if unknown:
        raise Trouble(
            f"no source notebook is called {' or '.join(map(repr, unknown))}; choose from:\n  " + "\n  ".join(known)
        )
    return sorted({by_word[word.strip("/")] for word in words}) or known


def settings(course, **folders):
    """Give nbgrader's settings of this course, as a traitlets ``Config``.

    Parameters
    ----------
    course : path
        The course folder.
    **folders : str
        Options of nbgrader's ``CourseDirectory`` to replace, such as ``release_directory``.

    Raises
    ------
    Trouble
        If the course has no settings.
    """
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    if not (Path(course) / SETTINGS).is_file():
        raise Trouble(f"{course} holds no {SETTINGS}; take the one that came with the course back.")
    config = Config(PyFileConfigLoader(SETTINGS, path=str(course)).load_config())
    config.CourseDirectory.update(folders)
    return config
