"""A submitted notebook, from bytes to cells: whatever it holds, reading ends, and takes little memory.

Nothing of a submission is trusted here but its text. Outputs are cut out before anything is parsed, so that they do
not count; a cell keeps its type, its source, its id, the name that nbgrader gave it, and the pictures pasted into a
text, and these only if they are what they should be. Its marks are kept for one purpose: to say that they were changed.
"""

import json
import re
from dataclasses import dataclass, field
from functools import lru_cache

from bncourse.grading.submission.attachments import pictures, unpasted
from bncourse.grading.submission.characters import clean

MOST_RAW = 150_000_000  # bytes of the file
MOST_BYTES = 50_000_000  # of them without the outputs
MOST_CELLS = 2_000
MOST_SOURCE = 200_000  # characters of one cell
MOST_DEPTH = 100  # of brackets in brackets; a notebook with the richest outputs has about 20
MOST_PARTS = 1_000_000  # lists and objects; each takes memory once it is read

# Up to the next bracket that stands outside of a string. Nothing is tried twice, so the time grows with the length.
_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z))*+([\[\]{}])', re.DOTALL)
_OUTPUTS = re.compile(rb'(?<!\\)"outputs"\s*:\s*\[\Z')
_OTHERS = {
    b"\x1f\x8b": "a file packed with gzip",
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"Rar!": "a rar archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"%PDF": "a PDF",
    b"<!DOCTYPE": "a web page",
    b"<html": "a web page",
    b"<<<<<<<": "a file in which Git marked a conflict",
}
_MARKS = ((b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"))
_MARKS += ((b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_TEXT = re.compile(r"\s*+(?:%md|%%md|%%markdown)\b[ \t]*+\n?")  # text in a cell of code, as Databricks has it


class Unreadable(ValueError):
    """A file that is no notebook; the text says what it is instead, for the one who handed it in."""


@dataclass(frozen=True)
class Written:
    """One cell as it was handed in.

    Parameters
    ----------
    kind : str
        "code", "markdown", or whatever the file says.
    source : str
        Its text: lines end in a newline alone, without NUL characters and halves of characters.
    id : str
        Its id, or "".
    grade_id : str
        The name that nbgrader gave it, or "".
    too_long : bool
        Whether its text was longer than a cell may be; the source is empty then.
    marks : dict
        What the file says about grading: its "tags", "points", and whether it is "grade", "locked", "solution".
    attachments : dict
        The pictures that were pasted into a text, as a notebook keeps them: by their name, and by their type.
    left_out : tuple of str
        The names of pasted files that are no such pictures, or too large.
    """

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    too_long: bool = False
    marks: dict = field(default_factory=dict)
    attachments: dict = field(default_factory=dict)
    left_out: tuple = ()


@dataclass(frozen=True)
class Reading:
    """A notebook that was read.

    Parameters
    ----------
    cells : tuple of Written
        Without the empty ones.
    mended : tuple of str
        What had to be mended to read it, in words.
    python : str
        The version of Python that the file says it was written with, such as "3.13.1"; "" where it says none.
    """

    cells: tuple
    mended: tuple = ()
    python: str = ""


def read_notebook(raw, matters=lambda cell: False):
    """Read a notebook.

    Parameters
    ----------
    raw : bytes or None
        What the file holds; None where there is no file.
    matters : callable, optional
        ``matters(cell)`` says of a `Written` whether it is read in any case, also when it is empty, or stands behind
        more cells than are read.

    Returns
    -------
    Reading

    Raises
    ------
    Unreadable
        If it is no notebook.
    """
    if raw is None:
        raise Unreadable("There is no notebook.")
    text, encoding = _decoded(raw)
    content = _parsed(text)
    mended = [] if encoding.startswith("utf-8") else [f"it was stored as {encoding}"]
    kept, behind, count = [], [], 0
    for node in _nodes(content):
        if not isinstance(node, dict):
            continue
        cell = _cell(node)
        if not cell.source.strip() and not cell.too_long and not matters(cell):
            continue
        count += 1
        if len(kept) < MOST_CELLS:
            kept.append(cell)
        elif len(behind) < MOST_CELLS // 2 and matters(cell):
            behind.append(cell)
    if count > len(kept):
        free = MOST_CELLS - len(behind)
        kept = [cell for number, cell in enumerate(kept) if number < free or matters(cell)] + behind
        mended.append(f"it has {count} cells, and {len(kept)} were read: the first ones, and those of the course")
    return Reading(tuple(kept), tuple(mended), _python(content))


def _decoded(raw):
    """Return the text of a file without its outputs, and the name of its encoding."""
    if len(raw) > MOST_RAW:
        raise Unreadable(f"The file is larger than {MOST_RAW // 1_000_000} MB; clear the outputs and hand it in again.")
    if not raw.strip(b" \t\r\n\0"):
        raise Unreadable("The file is empty.")
    head = raw[:200].lstrip()
    for mark, name in _OTHERS.items():
        if head[: len(mark)].lower() == mark.lower():
            raise Unreadable(f"The file is {name}, not a notebook; hand in the .ipynb file itself.")
    encodings = [name for mark, name in _MARKS if raw.startswith(mark)][:1]
    if not encodings and raw[1:2] == b"\0":
        encodings = ["utf-16-le"]
    elif not encodings and raw[:1] == b"\0":
        encodings = ["utf-16-be"]
    for name in encodings:
        if name != "utf-8-sig":  # its brackets are no single bytes
            try:
                return _without_outputs(raw.decode(name).encode("utf-8", "surrogatepass")).decode(), name
            except UnicodeError:
                break
    raw = _without_outputs(raw)
    for name in (*[name for name in encodings if name == "utf-8-sig"], "utf-8"):
        try:
            return raw.decode(name), name
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"


def _without_outputs(raw):
    """Cut the outputs out of a file; what goes too deep, or is too large without them, is refused."""
    kept, depth, place, since, inside = [], 0, 0, 0, None
    parts = [0, 0]  # outside of outputs, and inside
    while found := _BRACKET.match(raw, place):
        place = found.end()
        depth += 1 if found[1] in b"[{" else -1
        parts[inside is not None] += 1
        if depth > MOST_DEPTH or parts[inside is not None] > 2 * MOST_PARTS:
            raise Unreadable("The file holds more lists within lists than a notebook does.")
        if inside is not None:
            if depth < inside:
                kept.append(b"\n" * raw.count(b"\n", since, place))  # so that a message names the right line
                inside, since = None, place - 1
        elif raw.find(b"outputs", max(place - 40, 0), place) >= 0 and _OUTPUTS.search(raw, max(place - 40, 0), place):
            kept.append(raw[since:place])
            inside, since = depth, place
    if inside is None:
        kept.append(raw[since:])
    cut = b"".join(kept) if len(kept) > 1 or inside is not None else raw
    if len(cut) > MOST_BYTES:
        raise Unreadable(
            f"The file is larger than {MOST_BYTES // 1_000_000} MB, its outputs aside; take data out of it."
        )
    return cut


def _parsed(text):
    """Return the JSON of a text, numbers made small; a file that lost its end is refused."""
    try:
        return json.loads(
            text.strip(" \t\r\n\0"), parse_int=_number, parse_float=_number, parse_constant=_nothing, strict=False
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(_why_not(text, error)) from error


@lru_cache(maxsize=1_000)  # one object for a number that stands there a million times
def _number(text):
    return float(text) if len(text) < 20 else 0  # longer ones take long to convert


def _nothing(text):
    return 0


def _why_not(text, error):
    again = "Open it in JupyterLab, save it, and hand it in again."
    if not text.lstrip().startswith("{"):
        return f"The file does not hold a notebook. {again}"
    if "Extra data" in str(error):
        return f"Something stands behind the end of the notebook. {again}"
    if getattr(error, "pos", 0) >= len(text.rstrip(" \t\r\n\0")) - 1 or "Unterminated" in str(error):
        return f"The end of the file is missing. {again}"
    return f"The file is damaged in line {getattr(error, 'lineno', 1)}. {again}"


def _nodes(content):
    """Return the list of cells, of today's format and of those before and after it."""
    if isinstance(content, dict):
        cells = content.get("cells")
        if not isinstance(cells, list) and isinstance(content.get("worksheets"), list):
            sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
            cells = [node for sheet in sheets if isinstance(sheet, list) for node in sheet]
        if isinstance(cells, list):
            return cells
    raise Unreadable("The file holds no cells; it is not a notebook.")


def _python(content):
    """Return the version of Python that a notebook names, where it is one."""
    about = content.get("metadata") if isinstance(content, dict) else None
    about = about.get("language_info") if isinstance(about, dict) else None
    version = about.get("version") if isinstance(about, dict) else None
    return version if isinstance(version, str) and re.fullmatch(r"\d{1,2}(\.\d{1,3}){0,2}", version) else ""


def _cell(node):
    source = node.get("source", node.get("input", ""))  # formats before 4 call the text of code "input"
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    elif not isinstance(source, str):
        source = ""
    metadata = node.get("metadata") if isinstance(node.get("metadata"), dict) else {}
    marks = metadata.get("nbgrader") if isinstance(metadata.get("nbgrader"), dict) else {}
    grade_id = marks.get("grade_id")
    kind = _short(node.get("cell_type"))
    if kind == "code" and (magic := _TEXT.match(source)):
        kind, source = "markdown", source[magic.end() :]
    attachments, left_out = ({}, []) if kind == "code" else pictures(node.get("attachments"))
    if kind != "code":
        source = unpasted(source, attachments, left_out)
    too_long = len(source) > MOST_SOURCE
    return Written(
        kind=kind,
        source="" if too_long else clean(source),
        id=_short(node.get("id")),
        grade_id=_short(grade_id),
        too_long=too_long,
        marks=_marks(metadata, marks),
        attachments=attachments,
        left_out=tuple(dict.fromkeys(left_out)),
    )


def _marks(metadata, marks):
    known = {name: marks[name] for name in ("grade", "locked", "solution") if isinstance(marks.get(name), bool)}
    if isinstance(marks.get("points"), float):
        known["points"] = marks["points"]
    tags = metadata.get("tags")
    tags = tags if isinstance(tags, list) else []
    return known | {"tags": {tag for tag in tags if isinstance(tag, str)}}


def _short(value):
    return clean(value) if isinstance(value, str) and len(value) <= 200 else ""
