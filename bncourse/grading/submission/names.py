"""Which names that somebody else chose may be used here, and how they stand in a report."""

import re
import unicodedata

_MARKS = " .,()+=@-"  # in the name of a file, beside what words are written with
_OF_WORDS = ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl", "No", "Pc")
_WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_STUDENT = re.compile(r"[^-.~<>\"][^*?\[\]/\\<>\"]*$")


def may_be_graded(student):
    """Return whether a student may have this name: it becomes a folder, a pattern, an option and a part of a page."""
    return student.isprintable() and len(student) <= 100 and _STUDENT.match(student) is not None


def is_letter(character):
    """Return whether words are written with a character: letters of all scripts, what stands on them, digits, "_".

    Examples
    --------
    >>> [is_letter(each) for each in ("ñ", "म", "\u093e", "\u0301", "7", "_", "-", "")]
    [True, True, True, True, True, True, False, False]
    """
    return len(character) == 1 and unicodedata.category(character) in _OF_WORDS


def shown(name):
    """Return a name as it may stand in a report."""
    text = name if name.isprintable() else ascii(name)[1:-1]
    return text if len(text) <= 100 else f"{text[:97]}..."


def is_safe(name):
    """Return whether a file or folder may have this name on every system."""
    written = all(is_letter(each) or each in _MARKS for each in name) and is_letter(name[:1]) and len(name) <= 100
    return written and not name.endswith((" ", ".")) and not _WINDOWS.fullmatch(name)
