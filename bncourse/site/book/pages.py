"""What a reader sees of a notebook: its text, its code and what it showed, without what only grading needs."""

import copy
import re

from bncourse.grading.release.source import BEGIN, END
from bncourse.templates import inline

NOT_WRITTEN = "...  # you write this in the notebook"
NOT_WRITTEN_TEXT = "*You write this answer in the notebook.*"
_MARKS = re.compile(rf"^\s*(###\s*)?({BEGIN}|{END}|BEGIN HIDDEN TESTS|END HIDDEN TESTS)\s*$")
_NOTEBOOK = re.compile(r"\]\(\.\./([\w-]+)/\1\.ipynb\)")
_HEADING = re.compile(r"\]\(#([\w-]+)\)")
_EXERCISE = re.compile(r"^### Exercise: (\w+)$", re.M)
_WIDGET = "application/vnd.jupyter.widget-view+json"
# Contrast at least 3:1 on white and on near-black, as on the cards of the checks.
_BARS = {"○": "#5b7fb4", "✗": "#d1495b", "!": "#b7791f"}


def page(notebook, outputs, code_stub="", text_stub="", try_it=None):
    """Return a notebook as the book shows it.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        A released notebook, or a source with its solutions; it is not changed.
    outputs : list
        What its code cells showed, in order.
    code_stub, text_stub : str
        What stands in a release in place of an answer; the book says it in words that suit a reader.
    try_it : callable, optional
        Gives for the name of an exercise the address where it can be answered, or None.

    Returns
    -------
    nbformat.NotebookNode
        With outputs, and ready for MyST-NB.
    """
    shown = copy.deepcopy(notebook)
    waiting = iter(outputs)
    for cell in shown.cells:
        lines = [line for line in cell.source.splitlines() if not _MARKS.match(line)]
        cell.source = "\n".join(lines)
        if cell.cell_type == "code":
            cell.source = _without_stub(cell.source, code_stub)
            graded = cell.metadata.get("nbgrader", {}).get("grade", False)
            shown_outputs = [_output(output) for output in next(waiting) if not (graded and _is_score(output))]
            cell.outputs = [output for output in shown_outputs if output is not None]
        else:
            cell.source = _links(cell.source)
            cell.source = cell.source.replace(text_stub, NOT_WRITTEN_TEXT) if text_stub else cell.source
            cell.source = (
                _EXERCISE.sub(lambda match: _with_a_link(match, try_it), cell.source) if try_it else cell.source
            )
    return shown


def _with_a_link(match, try_it):
    address = try_it(match[1])
    if not address:
        return match[0]
    line = inline(
        '<p><a class="try-it" href="{{ address }}">Try it here</a>: the notebook opens at this exercise, in your '
        "browser.</p>",
        address=address,
    )
    return f"{match[0]}\n\n{line}"


def _links(text):
    """Point the links between notebooks at the pages, which lie beside each other, and those to headings at theirs."""
    return _HEADING.sub(lambda match: f"](#{match[1].lower()})", _NOTEBOOK.sub(r"](\1.ipynb)", text))


def head(notebook):
    """Return a notebook's title, its question, and how many minutes it takes; "" where there is none."""
    text = notebook.cells[0].source if notebook.cells else ""
    found = (
        re.search(pattern, text, re.M) for pattern in (r"^# (.+)$", r"^\*\*(.+)\*\*\s*$", r"^About (\d+) minutes\b")
    )
    return tuple(match.group(1) if match else "" for match in found)


def _without_stub(source, stub):
    first, *rest = stub.splitlines() or [""]
    if not first:
        return source
    indented = rf"^([ \t]*){re.escape(first)}" + "".join(rf"\n[ \t]*{re.escape(line)}" for line in rest)
    return re.sub(indented, rf"\1{NOT_WRITTEN}", source, flags=re.M)


def _output(output):
    """Return one output as the page shows it, or None for one that says nothing on a page."""
    if output["output_type"] == "error":
        return _as_card(output)
    data = output.get("data", {})
    if _WIDGET in data:
        del data[_WIDGET]  # a page has no kernel; the words and the still figure stay
    html = "".join(data.get("text/html", ""))
    if html.lstrip().startswith("<progress"):
        return None
    return output


def _is_score(output):
    """Return whether this is the number that a check returns for nbgrader; the card above it says it in words."""
    return output["output_type"] == "execute_result" and set(output["data"]) == {"text/plain"}


def _as_card(output):
    """Return the words of a check, or of any error, as a card in place of a red traceback."""
    words = "".join(output.get("evalue", "")).strip() or output["ename"]
    sign = words[0] if words[0] in _BARS else "!"
    if words[0] not in _BARS:
        words = f"{output['ename']}: {words}"
    from nbformat.v4 import new_output

    card = inline(
        '<div class="card-of-a-check" style="border-left:5px solid {{ bar }};padding:6px 12px;margin:4px 0;'
        'white-space:pre-wrap">{{ words }}</div>',
        bar=_BARS[sign],
        words=words,
    )
    return new_output("display_data", {"text/html": card, "text/plain": words})
