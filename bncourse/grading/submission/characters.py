"""The characters of a text, as a notebook, a file and a report may hold them."""

import re

_HIDDEN = re.compile("(BEGIN|END) HIDDEN TESTS")


def clean(text):
    """Return text as it may stand in a notebook, with a newline alone between its lines."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    # nbgrader stops where these marks stand in a cell that is none of its own
    return _HIDDEN.sub(r"\1 HIDDEN-TESTS", text)
