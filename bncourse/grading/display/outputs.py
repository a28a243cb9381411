"""What a submission shows, as a notebook may keep it: the session may say anything, and little of it is taken over."""

import re

from bncourse.grading.display.characters import visible
from bncourse.grading.display.pictures import is_picture
from bncourse.grading.display.sanitize import harmless

MOST_OUTPUT = 20_000_000  # characters of all outputs of a notebook
MOST_OF_A_CELL = 8_000_000
MOST_HTML = 200_000
MOST_STREAM = 300_000
MOST_COLOURS = 2_000  # in a text; what shows them needs a time that grows with the square of their number
LEFT_OUT = "More was shown here than a notebook may keep; it was left out."

_COLOUR = re.compile(r"(\x1b\[[0-9;]{0,20}m)")
_ORDER = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,4}[@-~]?|\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?)?")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


def clean_outputs(told, most=MOST_OF_A_CELL):
    """Return only what is a notebook's output, within bounds; the session may say anything.

    Parameters
    ----------
    told : object
        A list of outputs, if the session is honest.
    most : int
        How many characters they may have.

    Returns
    -------
    list of dict
    """
    kept, size = [], 0
    for output in told if isinstance(told, list) else []:
        if not isinstance(output, dict) or len(kept) >= 200:
            continue
        kind = output.get("output_type")
        if kind == "stream":
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            found = {"output_type": "stream", "name": name, "text": _coloured(str(output.get("text"))[:MOST_STREAM])}
        elif kind == "error":
            lines = output.get("traceback")
            lines = [_coloured(str(line)[:4_000]) for line in lines[:100]] if isinstance(lines, list) else []
            says = _coloured(str(output.get("evalue"))[:2_000])
            found = stopped(_coloured(str(output.get("ename"))[:200]), says, lines)
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            found = {"output_type": "display_data", "data": _shown(output["data"]), "metadata": {}}
        else:
            continue
        taken = size_of(found)
        if size + taken > min(most, MOST_OF_A_CELL):
            kept.append({"output_type": "stream", "name": "stderr", "text": LEFT_OUT})
            break
        size += taken
        kept.append(found)
    return kept


def harmless_outputs(outputs, most=MOST_OUTPUT):
    """Make the outputs of a cell harmless that may be the judge's own: what kind each is, and its text, stays.

    Parameters
    ----------
    outputs : list of NotebookNode
    most : int
        How many characters they may have; a check's own always have fewer.

    Returns
    -------
    outputs : list of NotebookNode
    size : int
    """
    kept, size = [], 0
    for output in outputs:
        if "data" in output:
            output.data = type(output)(_shown(output.data))
            output.metadata = type(output)()
        for part in ("text", "ename", "evalue"):
            if part in output:
                output[part] = _coloured(_joined(output[part])[:MOST_STREAM])
        if "traceback" in output:
            output.traceback = [_coloured(str(line)[:4_000]) for line in output.traceback[:100]]
        taken = size_of(output)
        # a score is what the judge gives, and an error is short
        if size + taken > max(most, MOST_STREAM) and output.output_type not in ("execute_result", "error"):
            output = type(output)({"output_type": "stream", "name": "stderr", "text": LEFT_OUT})
            if output in kept:
                continue
            taken = len(LEFT_OUT)
        size += taken
        kept.append(output)
    return kept, size


def size_of(output):
    """Return how many characters an output has; those of HTML count tenfold, because it takes long to clean."""
    html = output.get("data", {}).get("text/html", "")
    markup = len(html) - sum(map(len, _pictures_in(html)))
    texts = [*output.get("data", {}).values(), *output.get("traceback", ())]
    return 9 * markup + sum(map(len, texts)) + sum(len(output.get(part, "")) for part in ("text", "ename", "evalue"))


def stopped(kind, message, lines=()):
    return {"output_type": "error", "ename": kind, "evalue": message, "traceback": list(lines) or [message]}


def _shown(told):
    """Return what may be shown of a display: Formgrader puts it into a page that may change every grade."""
    data = {key: _joined(text) for key, text in told.items() if isinstance(key, str) and isinstance(text, str | list)}
    shown = {"text/plain": _coloured(data["text/plain"])} if "text/plain" in data else {}
    for key in ("image/png", "image/jpeg"):
        if key in data and _BASE64.fullmatch(data[key]) and is_picture(key, data[key]):
            shown[key] = data[key]
    for key in ("text/latex", "text/markdown"):  # it may hold HTML of any kind, so it is shown as it is written
        if key in data:
            shown["text/plain"] = _coloured(data[key])
    if "text/html" in data and len(data["text/html"]) <= MOST_HTML + sum(map(len, _pictures_in(data["text/html"]))):
        shown["text/html"] = harmless(data["text/html"])
    return shown


def _pictures_in(html):
    """Return the pictures that are written into HTML; they may be longer than its text."""
    return re.findall(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=]*", html)


def _joined(text):
    return text if isinstance(text, str) else "".join(line for line in text if isinstance(line, str))


def _coloured(text):
    """Return a text whose only orders are a terminal's colours, if they are not too many."""
    if "\x1b" not in text:
        return _visible(text)
    parts = _COLOUR.split(text)
    if len(parts) > 2 * MOST_COLOURS:
        parts = [part for part in parts if not _COLOUR.fullmatch(part)]
    return "".join(part if _COLOUR.fullmatch(part) else _visible(_ORDER.sub("", part)) for part in parts)


def _visible(text):
    """As `visible`, but for the signs with which a line is written over, which Jupyter reads: a bar of progress."""
    if "\r" not in text and "\b" not in text:
        return visible(text)
    return "".join(part if part in ("\r", "\b") else visible(part) for part in re.split(r"([\r\b])", text))
