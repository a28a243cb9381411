"""A walk past what the museum shows: labels as text, and as HTML in a notebook."""

import textwrap
from html import escape

_ENTRY = "margin:0 0 10px 0; max-width:760px"


class Code(str):
    """A line of code on a label."""


class Tour:
    """Some entries to be read: HTML in a notebook, plain text elsewhere.

    Parameters
    ----------
    entries : list of (str, str, dict)
        For each its name, what stands beside the name, and its paragraphs: from a label, or "", to a text, a line of
        code (`Code`), or a tuple of sources (`bncourse.museum.sources.Source`), which become links.
    """

    def __init__(self, entries):
        self.entries = list(entries)

    def __repr__(self):
        return "\n\n".join(
            "\n".join([f"{name} ({beside})", *(_indented(label, content) for label, content in paragraphs.items())])
            for name, beside, paragraphs in self.entries
        )

    def _repr_html_(self):
        # Inline style only, and no colour for text: JupyterLab removes style sheets, and has two themes.
        entries = "".join(map(_entry, self.entries))
        return f'<div style="border-left:5px solid #5b7fb4; padding:6px 12px; margin:4px 0">{entries}</div>'


def _entry(entry):
    """Give an entry with its code, or else its first paragraph, in view: the rest opens when the reader has thought."""
    name, beside, paragraphs = entry
    code = [label for label, content in paragraphs.items() if isinstance(content, Code)]
    view = code or list(paragraphs)[:1]
    head = [f"<b>{escape(name)}</b> ({escape(beside)})", *(_line(label, paragraphs[label]) for label in view)]
    rest = [_line(label, content) for label, content in paragraphs.items() if label not in view]
    summary = "How it shows, and where it comes from" if code else "More"
    fold = f"<details><summary>{summary}</summary>{'<br>'.join(rest)}</details>" if rest else ""
    return f'<div style="{_ENTRY}">{"<br>".join(head)}{fold}</div>'


def _line(label, content):
    return f"<i>{escape(label)}</i> {_marked_up(content)}".strip()


def _marked_up(content):
    if isinstance(content, tuple):
        return "; ".join(f'<a href="{escape(source.url)}">{escape(source.said)}</a>' for source in content)
    return f"<code>{escape(content)}</code>" if isinstance(content, Code) else escape(content)


def _indented(label, content):
    said = "; ".join(source.said for source in content) if isinstance(content, tuple) else content
    if isinstance(content, Code):
        return f"   {label} {said}"
    return textwrap.fill(
        f"{label} {said}".strip(),
        76,
        initial_indent="   ",
        subsequent_indent="   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
