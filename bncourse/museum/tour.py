"""A walk past what the museum shows: stories as text, and as HTML in a notebook."""

import textwrap
from html import escape

_ENTRY = "margin:0 0 10px 0; max-width:760px"


class Tour:
    """Some entries to be read: HTML in a notebook, plain text elsewhere.

    Parameters
    ----------
    entries : list of (str, str, dict)
        For each its name, what stands beside the name, and its paragraphs: from a label, or "", to a text.
    """

    def __init__(self, entries):
        self.entries = list(entries)

    def __repr__(self):
        return "\n\n".join(
            "\n".join([f"{name} ({beside})", *(_indented(label, text) for label, text in paragraphs.items())])
            for name, beside, paragraphs in self.entries
        )

    def _repr_html_(self):
        # Inline style only, and no colour for text: JupyterLab removes style sheets, and has two themes.
        entries = "".join(
            f'<div style="{_ENTRY}"><b>{escape(name)}</b> ({escape(beside)})<br>'
            + "<br>".join(f"<i>{escape(label)}</i> {escape(text)}".strip() for label, text in paragraphs.items())
            + "</div>"
            for name, beside, paragraphs in self.entries
        )
        return f'<div style="border-left:5px solid #5b7fb4; padding:6px 12px; margin:4px 0">{entries}</div>'


def _indented(label, text):
    return textwrap.fill(f"{label} {text}".strip(), 76, initial_indent="   ", subsequent_indent="   ")
