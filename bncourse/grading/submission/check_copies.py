"""Where in a student's cells the text of a check stands: alone in a copy, or among other lines of a merged cell."""

import re

from bncourse.grading.submission.bindings import bindings, read_cell
from bncourse.grading.submission.parsing import UNREADABLE

MOST_TRIES = 4  # places at which one check is judged beside its own: chance may not be asked again and again


def pieces(source, checks):
    """Split the text of a cell where checks stand in it.

    Parameters
    ----------
    source : str
    checks : dict of str to str
        The text of each check, by its name.

    Returns
    -------
    list of (str, str)
        Each piece with "", or with the name of the check that it is. One piece where no check stands in it, and where
        a part could not be run alone.

    Examples
    --------
    >>> pieces("def f(x):\\n    return x\\n\\ncheck.f(f)\\nf = None", {"f-check": "check.f(f)"})
    [('def f(x):\\n    return x\\n', ''), ('check.f(f)', 'f-check'), ('f = None', '')]
    """
    names = {text.strip(): name for name, text in checks.items() if text.strip() and text.strip() in source}
    if not names:
        return [(source, "")]
    try:
        tree, _ = read_cell(source)
    except UNREADABLE:
        return [(source, "")]
    spans = [(node.lineno, node.end_lineno) for node in tree.body]
    wanted = "|".join(map(re.escape, sorted(names, key=len, reverse=True)))
    found, end = [], 0
    for match in re.finditer(rf"^(?:{wanted})[ \t]*+$", source, re.MULTILINE):
        first = source.count("\n", 0, match.start()) + 1
        last = first + match[0].count("\n")
        if any(begin < first <= until or begin <= last < until for begin, until in spans):
            continue  # in a text of several lines, or in the midst of a statement
        found += [(source[end : match.start()].removesuffix("\n"), ""), (match[0], names[match[0].rstrip()])]
        end = match.end() + 1
    found = [(text, name) for text, name in [*found, (source[end:], "")] if text.strip()]
    return [(source, "")] if any(bindings(text).fault for text, _ in found) else found
