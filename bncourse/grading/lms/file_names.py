"""How Canvas and Moodle name the files of a class.

Canvas, "Download submissions": one flat list of ``NAME[_LATE]_USER_FILE-ID_FILE``, where NAME is the sortable name
without spaces and in lower case, USER the number of the person (``anon_XXXXX`` where grading is anonymous), and FILE
gets ``-1``, ``-2`` when a name is handed in again (Canvas, ``lib/content_zipper.rb``). What is sent back is matched by
the two numbers (``app/models/abstract_assignment.rb``).

Moodle, "Download all submissions": a folder ``Full Name_NUMBER_assignsubmission_file`` for each person, with ``_`` at
its end before Moodle 4.1, or the same before the name of each file. NUMBER belongs to this assignment alone, it is no
number of the person (Moodle, ``mod/assign/classes/downloader.php``). Feedback files are matched by the same
number (``mod/assign/feedback/file/importziplib.php``).
"""

import re
from dataclasses import dataclass

CANVAS, MOODLE, FOLDER = "canvas", "moodle", "folder"
KINDS = (CANVAS, MOODLE, FOLDER)
_MOODLE = re.compile(
    r"(?P<name>[^/]+?)_(?P<number>\d+)_assignsubmission_(?P<plugin>[a-z]+)(?:_?/|_)(?P<file>.+)", re.DOTALL
)
_CANVAS = re.compile(
    r"(?:(?P<name>\w*?)_)??(?P<late>LATE_)?(?:(?P<number>\d+)|anon_(?P<anon>[A-Za-z0-9]{5}))_(?P<attachment>\d+)_(?P<file>.+)",
    re.DOTALL,
)
_TYPED = re.compile(
    r"(?:(?P<name>\w*?)_)??(?P<late>LATE_)?(?:(?P<number>\d+)|anon_(?P<anon>[A-Za-z0-9]{5}))_(?:\d+_)?(?:text|link)\.html"
)


@dataclass(frozen=True)
class Handed:
    """What the name of a file in an archive says.

    Parameters
    ----------
    kind : str
        "canvas", "moodle" or "folder".
    owner : str
        What is the same for all files of one person in this archive.
    name : str
        Of the person, as far as it is known.
    number : str
        Canvas's number of the person; Moodle's of the submission; "".
    file : str
        The path of the file, as the person named it.
    late : bool
        Whether the system marks it as late.
    order : int
        Files of one person with the same name came in this order.
    prefix : str
        What the name of a file must begin with to be taken back.
    """

    kind: str
    owner: str
    name: str
    number: str
    file: str
    late: bool = False
    order: int = 0
    prefix: str = ""


def read_name(path, kind, assignment=""):
    """Read a path in the way of a system.

    Returns
    -------
    Handed or None
        None where it is not so named, or holds no file of the person.
    """
    return {CANVAS: _canvas, MOODLE: _moodle, FOLDER: _folder}[kind](path, assignment)


def typed_in(path):
    """Say whether this is text that was typed into Canvas or Moodle, which is no file."""
    match = _MOODLE.fullmatch(path)
    return bool(_TYPED.fullmatch(path.rpartition("/")[2])) or bool(match and match["plugin"] != "file")


def read_typed(path, kind):
    """Read the name of a text that was typed in.

    Returns
    -------
    Handed or None
    """
    if kind == MOODLE:
        match = _MOODLE.fullmatch(path)
        return match and Handed(MOODLE, f"{match['name']}_{match['number']}", match["name"], match["number"], "")
    match = _TYPED.fullmatch(path.rpartition("/")[2])
    if match is None:
        return None
    number = match["number"] or f"anon-{match['anon']}"
    return Handed(CANVAS, number, match["name"] or "", number, "", bool(match["late"]))


def _canvas(path, assignment):
    match = _CANVAS.fullmatch(path.rpartition("/")[2])
    if match is None:
        return None
    number = match["number"] or f"anon-{match['anon']}"
    prefix = path.rpartition("/")[2][: match.start("file")]
    name = match["name"] or ""
    return Handed(CANVAS, number, name, number, match["file"], bool(match["late"]), int(match["attachment"]), prefix)


def _moodle(path, assignment):
    match = _MOODLE.fullmatch(path)
    if match is None or match["plugin"] != "file":
        return None
    owner = f"{match['name']}_{match['number']}"
    # of a flat list, the folder of the same person is taken back too
    prefix = path[: match.start("file")] if "/" in path else f"{owner}_assignsubmission_file_/"
    return Handed(MOODLE, owner, match["name"], match["number"], match["file"], prefix=prefix)


def _folder(path, assignment):
    owner, _, file = path.partition("/")
    if not file:
        return None
    return Handed(FOLDER, owner, owner, "", file.removeprefix(f"{assignment}/"), prefix=f"{owner}/")


def recognized(paths):
    """Say of which kinds these paths can be.

    Parameters
    ----------
    paths : list of str
        Without text that was typed in.

    Returns
    -------
    dict
        For each kind how many of the paths are so named.
    """
    return {
        MOODLE: sum(_MOODLE.fullmatch(path) is not None for path in paths),
        CANVAS: sum("/" not in path and _CANVAS.fullmatch(path) is not None for path in paths),
        FOLDER: sum("/" in path and not _MOODLE.fullmatch(path) for path in paths),
    }


def unwrapped(paths):
    """Give the folder, with "/", that was packed around all of these paths; "" where there is none.

    Examples
    --------
    >>> unwrapped(["week 1/ada/04.ipynb", "week 1/grace/04.ipynb"])
    'week 1/'
    >>> unwrapped(["ada/04.ipynb"])
    ''
    >>> unwrapped(["Exercise 4/Submissions/ada/04.ipynb", "Exercise 4/Submissions/grace/04.ipynb"])
    'Exercise 4/Submissions/'
    """
    around, inner = "", list(paths)
    while len({path.partition("/")[0] for path in inner}) == 1 and all("/" in path for path in inner):
        if recognized(inner)[MOODLE]:
            return ""
        top = inner[0].partition("/")[0]
        around, inner = f"{around}{top}/", [path[len(top) + 1 :] for path in inner]
        found = recognized(inner)
        several = len({path.partition("/")[0] for path in inner}) > 1
        if max(found[CANVAS], found[MOODLE]) == len(inner) or (found[FOLDER] == len(inner) and several):
            return around
    return ""
