"""Names of somebody else: of people in pages and tables, and of files in an archive.

A name is shown by many programs, and some of them read it as an order: nbgrader's pages write names into HTML as they
are, a spreadsheet runs what begins as a formula, and Windows cannot unpack a file that is called ``con``.
"""

import hashlib
import re

from bncourse.grading.display.characters import in_a_line

# No name of a person has these; a page would read them as HTML, or as the end of a text in a program.
_IN_A_PAGE = str.maketrans({"<": "‹", ">": "›", '"': "”", "`": "ʼ"})
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")
_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NOT_ON_WINDOWS = re.compile(r'[<>:"|?*\\\x00-\x1f\x7f]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])\s*(?:\.|$)", re.IGNORECASE)
LONGEST_PART, LONGEST_PATH = 100, 180  # of the 260 characters that Windows takes, with the folder it is unpacked in


def in_a_page(name):
    """Return a person's name or address as it may stand in any page.

    Examples
    --------
    >>> in_a_page('Ada <img src=x onerror="alert(1)">')
    'Ada ‹img src=x onerror=”alert(1)”›'
    """
    return in_a_line(name).translate(_IN_A_PAGE)


def in_a_table(text):
    """Return a text as the cell of a table that a spreadsheet opens: a text, or a number, and never a formula.

    Examples
    --------
    >>> in_a_table("=1+1"), in_a_table("-1.5"), in_a_table("-"), in_a_table("Ada")
    ("'=1+1", '-1.5', '-', 'Ada')
    """
    first = text.lstrip(" \xa0\ufeff\u200b")
    if len(first) > 1 and first.startswith(_BEGINS_A_FORMULA) and not _NUMBER.fullmatch(first):
        return f"'{text}"
    return text


def out_of_a_table(text):
    """Return a cell without the sign that `in_a_table` puts before it."""
    return text[1:] if text.startswith("'") and in_a_table(text[1:]) == text else text


def in_an_archive(paths):
    """Return for each path the name that it may have in a zip, on every system; no two differ in case alone.

    Parameters
    ----------
    paths : iterable of str
        With ``/`` between their parts.

    Returns
    -------
    dict of str to str

    Examples
    --------
    >>> in_an_archive(["con/a:b.html", "Ada/x.html"])
    {'con/a:b.html': 'con_/a_b.html', 'Ada/x.html': 'Ada/x.html'}
    """
    given, taken = {}, set()
    for path in paths:
        name = _short("/".join(map(_part, path.split("/"))))
        if name.casefold() in taken:
            name = _marked(name, path)
        taken.add(name.casefold())
        given[path] = name
    return given


def _part(part, longest=LONGEST_PART):
    """Return one part of a path as Windows takes it."""
    plain = _NOT_ON_WINDOWS.sub("_", part).rstrip(" .")
    if not plain:
        return "_"
    if _DEVICE.match(plain):
        stem, dot, ending = plain.partition(".")
        plain = f"{stem.rstrip()}_{dot}{ending}"
    if len(plain) <= longest:
        return plain
    return (
        f"{_mark(part)}-{plain[9 - longest :].lstrip()}"  # the end of a name has the number that a system knows it by
    )


def _short(name):
    if len(name) <= LONGEST_PATH:
        return name
    *folders, file = name.split("/")
    return "/".join([*(_part(folder, 60) for folder in folders[-1:]), file])


def _marked(name, path):
    """Tell a name from another that is the same but for case."""
    folder, slash, file = name.rpartition("/")
    return f"{folder}{slash}{_part(f'{_mark(path)}-{file}')}"


def _mark(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
