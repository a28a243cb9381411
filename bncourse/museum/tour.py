"""A walk past what the museum shows: labels as text, and as HTML in a notebook."""

import textwrap

from bncourse.templates import card


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
        return card("bncourse.museum", "tour", entries=map(_entry, self.entries))


def _entry(entry):
    """Give an entry with its code, or else its first paragraph, in view: the rest opens when the reader has thought."""
    name, beside, paragraphs = entry
    code = [label for label, content in paragraphs.items() if isinstance(content, Code)]
    view = code or list(paragraphs)[:1]
    rest = [label for label in paragraphs if label not in view]
    summary = "How it shows, and where it comes from" if code else "More"
    first, folded = ([(label, paragraphs[label], _kind(paragraphs[label])) for label in part] for part in (view, rest))
    return name, beside, first, folded, summary


def _kind(content):
    if isinstance(content, tuple):
        return "sources"
    return "code" if isinstance(content, Code) else "text"


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
