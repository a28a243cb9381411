"""Text cells of somebody else, made harmless in every place where a person looks at them.

A text is Markdown, and each place reads that in its own way: Formgrader and the feedback page with mistune and MathJax,
JupyterLab with marked. So a text is kept as it was written only if nothing in it can become more than words, lists,
tables, code, formulas and links, whoever reads it. Any other is rendered here, its HTML is cleaned, and what is kept is
that HTML in one line, with every sign that Markdown or LaTeX would read written as an entity: no reader changes it any
more. A text that cannot be rendered within bounds is shown as it was written.

`harmless_text` is the function for one text, `harmless_cell` for a cell and `harmless_notebook` for all of a notebook.
"""

import html
import re
import string
import time
from urllib.parse import unquote

from bncourse.grading.display import bounds, formulas, sanitize
from bncourse.grading.display.characters import visible
from bncourse.grading.display.code import MOST_CODE, harmless_code
from bncourse.grading.display.outputs import MOST_OUTPUT, harmless_outputs
from bncourse.grading.display.pictures import MOST_ENCODED, made_again
from bncourse.grading.display.sanitize import shown_as_text
from bncourse.grading.nbgrader.checksum import compute_checksum

LONGEST = 20_000  # characters of a text, without its pictures, that is kept or rendered
MOST_SHOWN = 200_000  # characters of a text that is shown as it was written
MOST_PICTURES = 10  # in a text
MOST_RENDERED = 4_000_000  # characters of a text after it was rendered, its pictures included
SECONDS = 5.0  # to render a text
MOST_SECONDS = 30.0  # to render all texts of a notebook
MOST_TEXT = 12_000_000  # characters of all texts of a notebook after they were rendered
LEFT_OUT = "[A picture was left out: it is from elsewhere, too large, or no PNG, JPEG or GIF.]"
TOO_MUCH = "Its pictures are left out, because those of the texts before are as large as a notebook's may be:"
SHORT = 2_000  # characters of a text for which there is always room
NO_ROOM = (
    "*This text is left out, because those before are as long as a notebook's may be. It is in what was handed in.*"
)
NOT_RENDERED = "This text is shown as it was written, because it could not be rendered:"

_TAG_BEGINS = re.compile(r"<[A-Za-z/!?]")
_ENTITY = re.compile(r"&#?\w{1,40};")
_HEADING = re.compile(r"^[ \t>*+\d.)]*+(?:-[ \t]++)*(?:#|=|-{1,}+[ \t]*+$|--)", re.MULTILINE)
_LINK = re.compile(r'\]\((?:https?://|mailto:)[\w./?=&%+,;:@~!$-]{1,1000}(?:\s"[\w\s.,:;?!()-]{0,200}")?\)')
_DEEP = re.compile(r"(?:[>*+-][ \t]*){8}|^[ \t]{24}|(?:\d+[.)][ \t]+){8}", re.MULTILINE)
_MOST_SIGNS = {"[": 100, "`": 400, "*": 1_000, "_": 1_000, "~": 200, "$": 400, "|": 2_000, "\\": 2_000, ":": 500}
_NOT_PLAIN = ("![", "]:", "attachment:", "mermaid", "ftp:")
_PART = re.compile(r"<(/?)([a-z][a-z0-9]*)([^<>]*)>|([^<]+)|<")
_ATTRIBUTE = re.compile(r'\s([a-z]+)="([^"]*)"')
# Every sign of ASCII but those that no reader of Markdown or LaTeX takes for more than a sign within a line of HTML.
_PLAIN_SIGNS = frozenset(" .,:;?!()/=+%-'") | frozenset(string.ascii_letters + string.digits)
_SIGNS = {number: f"&#{number};" for number in range(128) if chr(number) not in _PLAIN_SIGNS}
_SIGNS |= {ord("<"): "&lt;", ord(">"): "&gt;", ord("&"): "&amp;"}
_PASTED = re.compile(r"data:image/(?:png|jpeg|gif);base64,([A-Za-z0-9+/=]+)")
_BLANK = re.compile(r"[ \t\r\n\f]+")

_apart = bounds.Bounded(memory=1_500_000_000, preload=("nbconvert.filters.markdown_mistune", "PIL.Image", "nh3"))


def harmless_text(source, attachments=None, until=None):
    """Make the text of a cell harmless.

    Parameters
    ----------
    source : str
        Markdown.
    attachments : dict, optional
        The pictures of the cell, in the form of a notebook: ``{name: {type: base64}}``. It may hold anything.
    until : float, optional
        After this time of `time.monotonic` nothing is rendered any more.

    Returns
    -------
    str
        Markdown that needs no attachments: pictures stand in it.
    """
    source = visible(source)
    if _is_kept(source) or _is_rendered(source):
        return source
    encoded = _plain(attachments)
    source = _unpasted(source, encoded)
    if len(source) > LONGEST or (until is not None and time.monotonic() > until):
        return as_written(source)
    try:
        return _apart.call("bncourse.grading.display.texts:rendered", source, encoded, seconds=SECONDS)
    except (bounds.Exceeded, bounds.Failed):
        return as_written(source)


def harmless_cell(cell, most=MOST_TEXT, until=None):
    """Make a text cell harmless, in place; a raw cell becomes a text cell that shows what it says.

    Parameters
    ----------
    cell : NotebookNode
    most : int
        How many characters it may have; a short text may always stand.
    until : float, optional
        As for `harmless_text`.

    Returns
    -------
    int
        How many it has.
    """
    if cell.cell_type == "code":
        return 0
    attachments = cell.pop("attachments", None)
    if cell.cell_type == "markdown":
        text = harmless_text(cell.source, attachments, until)
        if len(text) > most and ' src="data:' in text:
            text = as_written(visible(cell.source), TOO_MUCH)
        cell.source = text if len(text) <= most or len(text) <= SHORT else NO_ROOM
    else:
        cell.cell_type = "markdown"
        cell.source = as_written(visible(cell.source), "")
    return len(cell.source)


def harmless_notebook(notebook):
    """Make all of a notebook harmless, in place: the texts that are not the course's own, and all outputs.

    Parameters
    ----------
    notebook : NotebookNode
        Its cells say in their metadata where they are from, as staging wrote it.
    """
    text, code, output, until = MOST_TEXT, MOST_CODE, MOST_OUTPUT, time.monotonic() + MOST_SECONDS
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = cell.source if of_the_course(cell) else harmless_code(cell.source, code)
            code -= len(cell.source)
            cell.outputs, taken = harmless_outputs(cell.get("outputs", []), output)
            output -= taken
        elif not of_the_course(cell):
            text -= harmless_cell(cell, text, until)


def of_the_course(cell):
    """Return whether a cell stands as it was released: it is marked so, or nbgrader's checksum says it."""
    if cell.metadata.get("bncourse", {}).get("from") == "release":
        return True
    checksum = cell.metadata.get("nbgrader", {}).get("checksum")
    return bool(checksum) and checksum == compute_checksum(cell) and "attachments" not in cell


def rendered(source, attachments=None):
    """Render a text, however long it takes, and give its harmless HTML as Markdown in one line.

    Parameters
    ----------
    source : str
    attachments : dict of str to str, optional
        The base64 of the pictures by their names.
    """
    from mistune.util import striptags
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    class Renderer(IPythonRenderer):
        """Leaves the addresses of pictures for the sanitizer, and needs no class, id or box for a tick."""

        def image(self, text, url, title=None):
            said = striptags(text)
            if url.startswith(("data:", "attachment:")):
                if url.startswith("attachment:") and pictures.name(url) is None:
                    return f"[The picture {shown_as_text(said or url)} is not in the file.]"
                return super(IPythonRenderer, self).image(text, url, title)
            return f"[A picture from elsewhere is not loaded: {self.link(shown_as_text(said or url), url)}.]"

        def block_code(self, code, info=None):
            return f"<pre><code>{shown_as_text(code)}</code></pre>\n"

        def task_list_item(self, text, checked=False):
            return f"<li>{'☑' if checked else '☐'} {text}</li>\n"

    pictures = Pictures(attachments or {})
    made = MarkdownWithMath(renderer=Renderer(escape=False, exclude_anchor_links=True)).render(source)
    text = _in_one_line(sanitize.cleaned(made, pictures))
    if len(text) > MOST_RENDERED or text.count("<") > 2 * sanitize.MOST_TAGS:
        return as_written(source)
    return text


class Pictures:
    """The attachments of a text, each made again when the text shows it.

    Parameters
    ----------
    attachments : dict of str to str
        The base64 of each by its name.
    """

    def __init__(self, attachments):
        self._attachments = attachments
        self._made = {}

    def name(self, address):
        """Return the name of the attachment that an address means, or None."""
        name = address.partition(":")[2]
        return next((each for each in (name, unquote(name)) if each in self._attachments), None)

    def get(self, address):
        """Return the ``data:`` address of an attachment, or None."""
        name = self.name(address)
        if name is not None and name not in self._made and len(self._made) < MOST_PICTURES:
            self._made[name] = made_again(self._attachments[name])
        return self._made.get(name)


def as_written(source, why=NOT_RENDERED):
    """Give Markdown in one line that shows a text as it was written."""
    return _in_one_line(
        (f"<p><em>{shown_as_text(why)}</em></p>" if why else "") + f"<pre>{shown_as_text(source[:MOST_SHOWN])}</pre>"
    )


def _plain(attachments):
    """Return the base64 of what may be pictures by its name, as Markdown writes that; attachments may be anything."""
    found = {}
    for name, kinds in attachments.items() if isinstance(attachments, dict) else ():
        kinds = kinds if isinstance(kinds, dict) else {}
        for kind in ("image/png", "image/jpeg", "image/gif"):
            encoded = kinds.get(kind)
            encoded = "".join(encoded) if isinstance(encoded, list) and all(map(_is_text, encoded)) else encoded
            if _is_text(encoded) and len(encoded) <= MOST_ENCODED and len(found) < MOST_PICTURES:
                found[str(name)[:200]] = encoded
                break
    return found


def _unpasted(source, encoded):
    """Take out of a text the pictures that are written into it; they are attachments then, as others are."""

    def named(found):
        name = f"pasted-{len(encoded)}"
        encoded[name] = found[1]
        return f"attachment:{name}"

    return _PASTED.sub(lambda found: named(found) if len(encoded) < MOST_PICTURES else "attachment:pasted", source)


def _is_text(value):
    return isinstance(value, str)


def _is_kept(source):
    """Return whether a text may stay as it was written: nothing in it is more than words for any reader of Markdown."""
    return (
        len(source) <= LONGEST
        and not _TAG_BEGINS.search(source)
        and not _ENTITY.search(source)
        and not any(sign in source.lower() for sign in _NOT_PLAIN)
        and source.count("](") == len(_LINK.findall(source))
        and not _HEADING.search(source)  # its words would become the id of something on the page
        and not _DEEP.search(source)
        and all(source.count(sign) <= most for sign, most in _MOST_SIGNS.items())
        and formulas.only_mathematics(re.sub(r"\\+", r"\\", source))
    )


def _is_rendered(source):
    """Return whether a text is what `rendered` gives, so that it need not be rendered again."""
    if not source.startswith("<div>") or "\n" in source or source.count("<") > 2 * sanitize.MOST_TAGS:
        return False
    return _in_one_line(sanitize.cleaned(source[len("<div>") : -len("</div>")])) == source


def _in_one_line(cleaned):
    """Give clean HTML as Markdown in one line, of which no reader of Markdown or LaTeX changes anything."""
    parts, code, pre, begun = ["<div>"], 0, 0, False
    for closing, tag, attributes, text in _PART.findall(cleaned):
        if text:
            words = html.unescape(text)
            words = (words.lstrip("\n") if begun else words) if pre else _BLANK.sub(" ", words)
            if code:
                parts.append(_entities(words))
            else:
                for piece, as_code in formulas.pieces(words):
                    parts.append(f"<code>{_entities(piece)}</code>" if as_code else _entities(piece))
        elif tag == "img" and ' src="' not in attributes:
            said = dict(_ATTRIBUTE.findall(attributes)).get("alt", "")
            parts.append(_entities(html.unescape(f"{LEFT_OUT[:-2]}: {said}.]" if said else LEFT_OUT)))
        elif tag:
            step = -1 if closing else 1
            code += step * (tag in ("code", "pre"))
            pre += step * (tag == "pre")
            kept = "".join(
                f' {name}="{_entities(html.unescape(value))}"' for name, value in _ATTRIBUTE.findall(attributes)
            )
            parts.append(f"<{closing}{tag}{kept}>")
        begun = tag == "pre" and not closing  # a browser leaves out the end of a line there
    return "".join([*parts, "</div>"])


def _entities(text):
    return text.translate(_SIGNS)
