"""A walk past exhibits of the museum: their stories as text, and as HTML in a notebook."""

import textwrap
from html import escape

_ENTRY = "margin:0 0 10px 0; max-width:760px"


class Tour:
    """Some exhibits, to be read: HTML in a notebook, plain text elsewhere.

    Parameters
    ----------
    exhibits : list of (int, Exhibit)
        Each with its number in the museum.
    """

    def __init__(self, exhibits):
        self.exhibits = list(exhibits)

    def __repr__(self):
        entries = []
        for number, exhibit in self.exhibits:
            lines = [exhibit.story, f"How it shows: {exhibit.shows}", f"Where: {exhibit.source}."]
            wrapped = (textwrap.fill(line, 76, initial_indent="   ", subsequent_indent="   ") for line in lines)
            entries.append("\n".join([f"{number:2} {exhibit.name} ({exhibit.kind})", *wrapped]))
        return "\n\n".join(entries)

    def _repr_html_(self):
        # Inline style only, and no colour for text: JupyterLab removes style sheets, and has two themes.
        entries = "".join(
            f'<div style="{_ENTRY}"><b>{number}. {escape(exhibit.name)}</b> ({escape(exhibit.kind)})<br>'
            f"{escape(exhibit.story)}<br><i>How it shows:</i> {escape(exhibit.shows)}<br>"
            f"<i>Where:</i> {escape(exhibit.source)}.</div>"
            for number, exhibit in self.exhibits
        )
        return f'<div style="border-left:5px solid #5b7fb4; padding:6px 12px; margin:4px 0">{entries}</div>'
