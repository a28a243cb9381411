"""The assignments of a course, and nbgrader's settings for it."""

import logging
import sys
from pathlib import Path

from bncourse.trouble import Trouble

SETTINGS = "nbgrader_config.py"


def names(course):
    """Return the names of the source notebooks, in order, such as ["04-normalize-scale-shift"]."""
    sources = Path(course) / "solutions"
    return sorted(
        folder.name
        for folder in (sources.iterdir() if sources.is_dir() else ())
        if folder.is_dir() and not folder.name.startswith((".", "__"))
    )


def choose(course, words):
    """Return the names that these words mean: "04", "4", or the full name; all names for no words.

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

    They are read as nbgrader reads them: Jupyter's configuration folders, then the folder of the course that one stands
    in, then the course; what the command line names counts before all of them. Settings that lie among what students
    handed in, or outside of the course, are not read: they are programs, and may be anybody's.

    Parameters
    ----------
    course : path
        The course folder.
    **folders : str
        Options of nbgrader's ``CourseDirectory`` to replace, such as ``release_directory``.

    Raises
    ------
    Trouble
        If the course has no settings, or a file of settings cannot be read.
    """
    from traitlets.config import Config

    if not (Path(course) / SETTINGS).is_file():
        raise Trouble(f"{course} holds no {SETTINGS}; take the one that came with the course back.")
    config = Config(_read(Path(course)))
    config.CourseDirectory.update(folders)
    return config


def name_settings(values, file=""):
    """Keep what a command line names: it counts before all files of settings.

    Parameters
    ----------
    values : dict of str to dict
        By class and option, such as ``{"Submissions": {"cell": "1"}}``.
    file : str
        A file of settings that is read in place of those in Jupyter's folders.
    """
    _named.clear()
    _named.update(values=values, file=str(file))


def private_folders(course, config, db_url):
    """Return what no submission may see, wherever it lies: the course, the exchange, the gradebook, Jupyter's settings.

    Parameters
    ----------
    course : path
    config : traitlets.config.Config
    db_url : str

    Returns
    -------
    tuple of str
    """
    kind, _, place = db_url.partition(":///")
    files = [Path(place).resolve().parent] if kind == "sqlite" and place else []
    exchange = config.get("Exchange", {}).get("root", "")
    named = [Path(str(exchange)).expanduser().resolve()] if str(exchange) else []
    # settings for everybody, in which passwords and tokens may stand
    prefixes = {sys.prefix, sys.base_prefix, "/usr", "/usr/local", "/opt/conda"}
    settings = [path.resolve() for prefix in sorted(prefixes) if (path := Path(prefix, "etc", "jupyter")).is_dir()]
    return tuple(dict.fromkeys(str(path) for path in (Path(course).resolve(), *files, *named, *settings)))


_named = {}
_OF_STUDENTS = ("submitted", "received", "staged", "autograded", "feedback", "exchange", "kept", "collected", "graded")


def _is_the_instructors(folder, course):
    """Return whether settings in a folder are the instructor's, and do not lie among the files of somebody else."""
    course = course.resolve()
    return course in folder.parents and folder.relative_to(course).parts[0] not in _OF_STUDENTS


def _read(course):
    """Read the settings in nbgrader's order; the last that names something counts."""
    from jupyter_core.application import JupyterApp
    from traitlets.config import Application, Config
    from traitlets.config.loader import DeferredConfigString

    log = logging.getLogger("bncourse.settings")
    log.addHandler(logging.NullHandler())
    log.propagate = False
    stem = SETTINGS.removesuffix(".py")
    file = str(Path(_named["file"]).resolve()) if _named.get("file") else ""
    try:
        app = JupyterApp(config_file_name=stem, config_file=file, log=log, raise_config_file_errors=True)
        app.load_config_file(suppress_errors=False)
        inside = [Path.cwd()] if _is_the_instructors(Path.cwd(), course) else []
        for folder in (*inside, course):
            Application.load_config_file(app, stem, path=str(folder))
    except Exception as error:
        raise Trouble(f"a file of settings ({SETTINGS}) cannot be read: {type(error).__name__}: {error}") from error
    config = Config(app.config)
    for section, options in _named.get("values", {}).items():
        for option, value in options.items():
            config[section][option] = DeferredConfigString(value)
    return config
