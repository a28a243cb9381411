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

from bncourse.grading.submission.names import is_letter

CANVAS, MOODLE, FOLDER = "canvas", "moodle", "folder"
KINDS = (CANVAS, MOODLE, FOLDER)
# Behind the name of a person. Names and files are chosen by people, so the same may stand in these too: see `readings`.
_MOODLE = re.compile(r"_(?P<number>\d{1,18})_assignsubmission_(?P<plugin>[a-z]+)(?:_?/|_)(?P<file>.+)", re.DOTALL)
_PERSON = r"(?P<late>LATE_)?(?:(?P<number>\d{1,18})|anon_(?P<anon>[A-Za-z0-9]{5}))_"
_CANVAS = re.compile(rf"{_PERSON}(?P<attachment>\d{{1,18}})_(?P<file>.+)", re.DOTALL)
_TYPED = re.compile(rf"{_PERSON}(?:\d{{1,18}}_)?(?:text|link)\.html")
MOST_READINGS = 20


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


def readings(path, kind, assignment=""):
    """Read a path in every way in which a system can have named it.

    A person who is called ``x_12`` in Canvas, or ``Ada_7_assignsubmission_file`` in Moodle, has files that can be read
    as another's. Which reading is meant can only be told by who is in the class.

    Parameters
    ----------
    path : str
    kind : str
    assignment : str

    Returns
    -------
    tuple of Handed
        The one with the shortest name of a person first; empty where it is not so named, or holds no file of a person.
    """
    found = {}
    for each in {CANVAS: _canvas, MOODLE: _moodle, FOLDER: _folder}[kind](path, assignment):
        found.setdefault((each.number, each.file), each)
    return tuple(found.values())


def read_name(path, kind, assignment=""):
    """Return the first of the `readings` of a path, or None."""
    return next(iter(readings(path, kind, assignment)), None)


def typed_in(path):
    """Return whether this is text that was typed into Canvas or Moodle, which is no file."""
    moodle = _of_moodle(path)
    return bool(_of_canvas(path, _TYPED)) or bool(moodle and all(match["plugin"] != "file" for _, match in moodle))


def read_typed(path, kind):
    """Read the name of a text that was typed in, in every way.

    Returns
    -------
    tuple of Handed
    """
    if kind == MOODLE:
        return tuple(
            Handed(MOODLE, f"{name}_{match['number']}", name, match["number"], "") for name, match in _of_moodle(path)
        )
    return tuple(
        Handed(CANVAS, _number(match), name, _number(match), "", bool(match["late"]))
        for name, match in _of_canvas(path, _TYPED)
    )


def _of_canvas(path, pattern):
    """Return the names of persons that may stand in a name of Canvas, each with the match of what stands behind it."""
    text = path.rpartition("/")[2]
    # Canvas makes ``-12-`` of ``_12_`` in a name, and leaves letters and digits of all scripts alone in it
    end = next((place for place, sign in enumerate(text) if sign != "-" and not is_letter(sign)), len(text))
    begins = [0, *(place + 1 for place, sign in enumerate(text[:end]) if sign == "_")]
    found = ((max(begin - 1, 0), pattern.fullmatch(text, begin)) for begin in begins)
    return [(text[:end], match) for end, match in found if match][:MOST_READINGS]


def _of_moodle(path):
    """As `_of_canvas`, for Moodle; where there is a folder, its name is wholly Moodle's, and ends as Moodle ends it."""
    first = path.partition("/")[0]
    matches = [(begin.start(), _MOODLE.fullmatch(path, begin.start())) for begin in re.finditer(r"_(?=\d+_)", first)]
    found = [(path[:start], match) for start, match in matches if match and start]
    of_a_folder = [(name, match) for name, match in found if "/" in path and match.start("file") == len(first) + 1]
    return (of_a_folder[-1:] or found)[:MOST_READINGS]


def _number(match):
    return match["number"] or f"anon-{match['anon']}"


def _canvas(path, assignment):
    text = path.rpartition("/")[2]
    for name, match in _of_canvas(path, _CANVAS):
        number, prefix = _number(match), text[: match.start("file")]
        late, order = bool(match["late"]), int(match["attachment"])
        yield Handed(CANVAS, number, name, number, match["file"], late, order, prefix)


def _moodle(path, assignment):
    for name, match in _of_moodle(path):
        owner = f"{name}_{match['number']}"
        # of a flat list, the folder of the same person is taken back too
        prefix = path[: match.start("file")] if "/" in path else f"{owner}_assignsubmission_file_/"
        if match["plugin"] == "file":
            yield Handed(MOODLE, owner, name, match["number"], match["file"], prefix=prefix)


def _folder(path, assignment):
    owner, _, file = path.partition("/")
    if file:
        yield Handed(FOLDER, owner, owner, "", file.removeprefix(f"{assignment}/"), prefix=f"{owner}/")


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
        MOODLE: sum(bool(_of_moodle(path)) for path in paths),
        CANVAS: sum("/" not in path and bool(_of_canvas(path, _CANVAS)) for path in paths),
        FOLDER: sum("/" in path and not _of_moodle(path) for path in paths),
    }


def unwrapped(paths):
    """Return the folder, with "/", that was packed around all of these paths; "" where there is none.

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
