"""A place where an answer goes wrong, and the words in which a change of it is told."""

import ast
import re
from dataclasses import dataclass

from bncourse.checking.where.places import text_of, which_of


@dataclass(frozen=True)
class Found:
    """A change that makes all cases right, or all of one part.

    Parameters
    ----------
    line : int
        The line of the answer, counted from its ``def``.
    text : str
        That line as it is written.
    says : str
        The sentence to the learner.
    function : str
        The name of the function that has the line.
    whole : bool
        Whether all is right with it, and not one part or one result alone.
    sure : bool
        Whether it is known that nothing before it is wrong too.
    after : str
        The line as it is with the change, or "".
    """

    line: int
    text: str
    says: str
    function: str
    whole: bool
    sure: bool = True
    after: str = ""

    @property
    def where(self):
        """Return the place as a card writes it, or "" where there is none to show."""
        if not self.line:
            return ""
        return f"{self.function}(), line {self.line}: {self.text}"


def told(answer, sources, changes, what, whole):
    """Tell changes, each with what it makes right; the first is shown as the place."""
    said, shown = [], None
    for change, comes in zip(changes, what, strict=True):
        source, row = _source_of(change, sources), row_of(change, sources)
        owner = "" if source == answer.source else f" of `{change.function}`"
        said.append(f"One change makes {comes}: in line {change.line}{owner}, {says_which(change, row)}.")
        function = answer.name if source == answer.source else change.function
        shown = shown or (change.line, row.strip(), function, _with(change, row))
    line, text, function, after = shown
    return Found(line, text, " ".join(said), function, whole, after=after)


def row_of(change, sources):
    """Return the line that a change is in, as it is written in one of the texts."""
    lines = _source_of(change, sources).splitlines()
    return lines[change.line - 1] if change.line <= len(lines) else ""


def _source_of(change, sources):
    found = (s for s in sources if re.search(rf"^(def|class) {re.escape(change.function)}\b", s, re.MULTILINE))
    return next(found, "")


def says_which(change, row):
    """Return the words of a change; where what is changed stands in its line more than once, they say which it is."""
    if not isinstance(change.node, ast.expr) or not _is_in(change, row):
        return change.says
    around = re.search(r" in `([^`]+)`$", change.says)
    which = which_of(change.node, row, around[1] if around else "")
    return f"{change.says} ({which})" if which else change.says


def _is_in(change, row):
    """Return whether what is changed stands in a line, as it is written there."""
    node = change.node
    if getattr(node, "end_lineno", 0) != change.line or node.lineno != change.line:
        return False
    return row.encode()[node.col_offset : node.end_col_offset].decode(errors="replace") == text_of(node)


def _with(change, row):
    """Write a line with a change in it; "" where the line stays as it is, and its place is another."""
    if change.moves:
        return ""
    new = ast.unparse(ast.fix_missing_locations(change.replacement))
    if isinstance(change.node, ast.stmt):
        return new
    if not _is_in(change, row):
        return row.strip().replace(text_of(change.node), new, 1)
    written = row.encode()
    before, after = written[: change.node.col_offset], written[change.node.end_col_offset :]
    return f"{before.decode()}{new}{after.decode()}".strip()
