"""A table of figures, for a page and for the terminal."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of figures.

    Parameters
    ----------
    heads : tuple of str
    rows : sequence of tuple
    """

    heads: tuple
    rows: list

    def markdown(self):
        """Return it for a page."""
        lines = [f"| {' | '.join(self.heads)} |", f"|{'---|' * len(self.heads)}"]
        return "\n".join([*lines, *(f"| {' | '.join(map(str, row))} |" for row in self.rows)])

    def __rich__(self):
        from rich import table

        shown = table.Table(*self.heads, box=None, pad_edge=False, show_header=any(self.heads))
        for row in self.rows:
            shown.add_row(*map(str, row))
        return shown
