"""Which names that somebody else chose may be used here, and how they stand in a report."""

import re

_SAFE = re.compile(r"\w[\w .,()+=@-]{0,99}")
_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_STUDENT = re.compile(r"[^-.~<>\"][^*?\[\]/\\<>\"]*$")


def may_be_graded(student):
    """Say whether a student may have this name: it becomes a folder, a pattern, an option and a part of a page."""
    return student.isprintable() and len(student) <= 100 and _STUDENT.match(student) is not None


def shown(name):
    """Give a name as it may stand in a report."""
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text if len(text) <= 100 else f"{text[:97]}..."


def is_safe(name):
    """Say whether a file or folder may have this name on every system."""
    return bool(_SAFE.fullmatch(name)) and not name.endswith((" ", ".")) and not _WINDOWS.fullmatch(name)
