"""Characters of somebody else: those that are no signs but orders to whoever shows them, made visible or taken away."""

import re

# Orders of a terminal, and marks that make text run backwards over what stands beside it.
_ORDERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
_IN_A_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text):
    """Return a text of several lines in which every character is a sign, a space, a tab or the end of a line.

    Examples
    --------
    >>> visible("a\\x1b[31mb\\r\\nc")
    'a␛[31mb\\nc'
    """
    return _ORDERS.sub(_sign, text.replace("\r\n", "\n").replace("\r", "\n"))


def in_a_line(text):
    """Return a text as it may stand in a line of a terminal or a table: ends of lines and tabs are signs too.

    Examples
    --------
    >>> in_a_line("a\\tb\\x1b[2J")
    'a␉b␛[2J'
    """
    return _IN_A_LINE.sub(_sign, text)


def _sign(found):
    number = ord(found[0])
    if number < 32:
        return chr(0x2400 + number)
    return "␡" if number == 127 else "" if number >= 0x2028 else "�"
