"""Code of somebody else, as a page may show it: what colours it must end in time.

Formgrader and the feedback page colour code with Pygments. Its lexer for IPython looks, at each word, for a question
mark behind all that is joined to it by dots and stars. So a row of ten thousand joined names takes it 18 seconds, and
ten times as many take a hundred times as long. Nobody writes such a row by hand; the code has run by then, and what
came is kept.
"""

import re

MOST_JOINED = 200  # dots and stars in a row without a space or another sign
MOST_CODE = 500_000  # characters of all cells of a notebook; the longest of the course has 30,000
_ROW = re.compile(r"[\w.*]{200,}+")
NOT_SHOWN = (
    "# This cell is in what was handed in. It is not shown, because a page would take too long to colour its text."
)


def harmless_code(source, most=MOST_CODE):
    """Return the text of a cell of code as a page may show it.

    Parameters
    ----------
    source : str
    most : int
        How many characters it may have.

    Returns
    -------
    str
        The same; a line that says so where it would take too long to show.

    Examples
    --------
    >>> harmless_code("x.mean(axis=0)")
    'x.mean(axis=0)'
    >>> harmless_code("a." * 1_000 + "b") == NOT_SHOWN
    True
    """
    joined = (row.count(".") + row.count("*") for row in _ROW.findall(source))
    return NOT_SHOWN if len(source) > most or any(count > MOST_JOINED for count in joined) else source
