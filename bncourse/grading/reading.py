"""A submitted notebook, from bytes to cells: whatever it holds, reading ends, and takes little memory.

Nothing of a submission is trusted here but its text. Numbers, outputs, attachments and metadata are read over; a
cell keeps its type, its source, its id and the name that nbgrader gave it, and these only if they are text.
"""

import json
import re
from dataclasses import dataclass

MOST_BYTES = 50_000_000
MOST_CELLS = 2_000
MOST_SOURCE = 200_000  # characters of one cell
MOST_DEPTH = 100  # of brackets in brackets; a notebook with the richest outputs has about 20
MOST_PARTS = 1_000_000  # lists and objects; each takes memory once it is read

# Up to the next bracket that stands outside of a string. Nothing is tried twice, so the time grows with the length.
_BRACKET = re.compile(r'(?:[^"\[\]{}]++|"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\Z))*+([\[\]{}])', re.DOTALL)
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
_HIDDEN = re.compile("(BEGIN|END) HIDDEN TESTS")


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
    """

    kind: str
    source: str
    id: str = ""
    grade_id: str = ""
    too_long: bool = False


def read_cells(raw):
    """Read the cells of a notebook.

    Parameters
    ----------
    raw : bytes or None
        What the file holds; None where there is no file.

    Returns
    -------
    cells : tuple of Written
    mended : tuple of str
        What had to be mended to read it, in words.

    Raises
    ------
    Unreadable
        If it is no notebook.
    """
    if raw is None:
        raise Unreadable("There is no notebook.")
    text, encoding = _decoded(raw)
    nodes = _nodes(_parsed(text))
    mended = [] if encoding.startswith("utf-8") else [f"it was stored as {encoding}"]
    if len(nodes) > MOST_CELLS:
        mended.append(f"it has {len(nodes)} cells, and only the first {MOST_CELLS} were read")
    cells = tuple(_cell(node) for node in nodes[:MOST_CELLS] if isinstance(node, dict))
    return cells, tuple(mended)


def clean(text):
    """Give text as it may stand in a notebook, with a newline alone between its lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    # nbgrader stops where these marks stand in a cell that is none of its own
    return _HIDDEN.sub(r"\1 HIDDEN-TESTS", text)


def _decoded(raw):
    """Give the text of a file, and the name of its encoding."""
    if len(raw) > MOST_BYTES:
        most = MOST_BYTES // 1_000_000
        raise Unreadable(f"The file is larger than {most} MB; clear the outputs and hand it in again.")
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
    for name in [*encodings, "utf-8"]:
        try:
            return raw.decode(name), name
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1"), "latin-1"


def _parsed(text):
    """Give the JSON of a text, with a 0 for each number; a file that lost its end or goes too deep is refused."""
    depth = parts = place = 0
    while found := _BRACKET.match(text, place):
        place = found.end()
        parts += 1
        depth += 1 if found[1] in "[{" else -1
        if depth > MOST_DEPTH or parts > 2 * MOST_PARTS:
            raise Unreadable("The file holds more lists within lists than a notebook does.")
    try:
        return json.loads(
            text.strip(" \t\r\n\0"), parse_int=_nothing, parse_float=_nothing, parse_constant=_nothing, strict=False
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(_why_not(text, error)) from error


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
    """Give the list of cells, of today's format and of those before and after it."""
    if isinstance(content, dict):
        cells = content.get("cells")
        if not isinstance(cells, list) and isinstance(content.get("worksheets"), list):
            sheets = [sheet.get("cells") for sheet in content["worksheets"] if isinstance(sheet, dict)]
            cells = [node for sheet in sheets if isinstance(sheet, list) for node in sheet]
        if isinstance(cells, list):
            return cells
    raise Unreadable("The file holds no cells; it is not a notebook.")


def _cell(node):
    source = node.get("source", node.get("input", ""))  # formats before 4 call the text of code "input"
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    elif not isinstance(source, str):
        source = ""
    marks = node.get("metadata")
    marks = marks.get("nbgrader") if isinstance(marks, dict) else None
    grade_id = marks.get("grade_id") if isinstance(marks, dict) else ""
    too_long = len(source) > MOST_SOURCE
    return Written(
        kind=_short(node.get("cell_type")),
        source="" if too_long else clean(source),
        id=_short(node.get("id")),
        grade_id=_short(grade_id),
        too_long=too_long,
    )


def _short(value):
    return clean(value) if isinstance(value, str) and len(value) <= 200 else ""
