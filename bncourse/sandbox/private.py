"""What no submission may see: the course with its solutions, the gradebook, what others handed in, this package.

The system's folders are shown to a session whole, and so are Python's. A course may lie in one of them, as
``/usr/src/app`` does in images made from Docker's for Python; then it is taken out again.
"""

import contextlib
import os
import site
from pathlib import Path

from bncourse.trouble import Trouble

PACKAGE = Path(__file__).resolve().parents[1]
NBGRADERS_EXCHANGE = "/usr/local/share/nbgrader/exchange"
MOST_WITNESSES = 20  # for each folder
# What Python needs of a folder that is an environment and a course at once (`python -m venv .`).
PARTS = ("bin", "lib", "lib64", "pyvenv.cfg")


def folders(private, system):
    """Return the folders to hide, without those that lie in another of them.

    Parameters
    ----------
    private : collection of path
        The course, and what else of this run has to stay private; what does not exist is left out.
    system : collection of str
        The folders of the system that a session sees.

    Returns
    -------
    list of str
        With symbolic links followed.

    Raises
    ------
    Trouble
        If one of them holds a folder of the system: without that, no session would start.
    """
    checkout = [PACKAGE.parent] if (PACKAGE.parent / "solutions").is_dir() else []
    wanted = {os.path.realpath(path) for path in (*private, PACKAGE, *checkout, *installed(), NBGRADERS_EXCHANGE)}
    found = []
    for path in sorted(path for path in wanted if os.path.isdir(path)):
        if inside := [folder for folder in system if os.path.isdir(folder) and within(os.path.realpath(folder), path)]:
            raise Trouble(
                f"the folder {path} has to stay hidden from submissions, and holds {inside[0]}, which they need: "
                "move the course into a folder of its own"
            )
        if not any(within(path, other) for other in found):
            found.append(path)
    return found


def installed():
    """Return the folders of the installed course."""
    return [str(path) for folder in site.getsitepackages() for path in [Path(folder) / "bncourse"] if path.is_dir()]


def within(path, folder):
    """Return whether a path is a folder or lies in it, by name alone."""
    return Path(path).is_relative_to(folder)


def witnesses(hidden, shown):
    """Give paths in the hidden folders that a session should fail to read.

    Parameters
    ----------
    hidden, shown : collection of str
        What `folders` gave, and the folders that are shown all the same, since Python lies there.
    """
    found = []
    for folder in hidden:
        with contextlib.suppress(OSError):
            names = sorted(os.listdir(folder))
            paths = [os.path.join(folder, name) for name in names]
            found += [path for path in paths if not any(within(each, path) for each in shown)][:MOST_WITNESSES]
    return found


def without(folder, hidden):
    """Return what makes up a folder but for the hidden parts of it.

    Parameters
    ----------
    folder : str
    hidden : collection of str
        With symbolic links followed, as `folders` gives them.

    Returns
    -------
    list of str
    """
    true = os.path.realpath(folder)
    if not any(within(path, true) for path in hidden):
        return [folder]
    found = []
    with contextlib.suppress(OSError):
        for entry in sorted(os.scandir(true), key=lambda entry: entry.name):
            if entry.path in hidden:
                continue
            if not entry.is_symlink():
                found += without(entry.path, hidden) if entry.is_dir() else [entry.path]
            elif not any(within(path, os.path.realpath(entry.path)) for path in hidden):  # else it is met elsewhere
                target = os.path.realpath(entry.path)
                found += [] if any(within(target, path) for path in hidden) else [entry.path]
    return found
