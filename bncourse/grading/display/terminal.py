"""The terminal as it may show names and words of somebody else: as signs, and never as its own orders."""

from rich.console import Console
from rich.segment import Segment

from bncourse.grading.display.characters import in_a_line


class Terminal(Console):
    """Rich's console; what it is given to print holds no order of a terminal and no mark that turns text round."""

    def render(self, renderable, options=None):
        """Render as Rich does, and make signs of what would be orders; Rich's own orders are set apart by it."""
        for segment in super().render(renderable, options):
            if segment.control or segment.text == "\n":
                yield segment
            else:
                lines = segment.text.split("\n")
                yield Segment("\n".join(map(in_a_line, lines)), segment.style)
