"""Ids as a spreadsheet leaves them: damage is put right where that is plain, and refused where it is not."""

import re
import unicodedata

_EXPONENT = re.compile(r"[+-]?\d(?:[.,]\d+)?[eE]\+?\d+")
_MONTHS = (
    "jan|feb|m[aä]r|mrz|apr|ma[iy]|jun|jul|aug|sep|set|o[ck]t|nov|de[cz]|févr|avr|juin|juil|août|déc|ene|abr|ago|dic"
)
_DATE = re.compile(
    rf"\d{{1,4}}[-. /](?:{_MONTHS})[a-z]*\.?(?:[-. /]\d{{2,4}})?|(?:{_MONTHS})[a-z]*\.?[-. /]\d{{1,4}}", re.IGNORECASE
)
_ERROR = re.compile(r"#(?:NAME|REF|VALUE|N/A|DIV/0|NUM|NULL|WERT|BEZUG|ZAHL)[!?]?|#{4,}", re.IGNORECASE)


def repaired(text):
    """Return an id without what a spreadsheet puts around it, where only one id can be meant.

    Examples
    --------
    >>> repaired('="00456"'), repaired("'00123"), repaired("101.0"), repaired(" ada ")
    ('00456', '00123', '101', 'ada')
    """
    text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf").replace("\u00a0", " ").strip()
    if formula := re.fullmatch(r'="(.*)"', text):
        text = formula[1].strip()
    text = re.sub(r"^'(?=[\w.@-]+$)", "", text)
    return re.sub(r"^(\d+)[.,]0+$", r"\1", text)


def damage(text):
    """Say what a spreadsheet has done to an id that cannot be put right, or "".

    Examples
    --------
    >>> damage("2.02302E+11")
    'the spreadsheet has rounded it'
    >>> damage("20230211")
    ''
    """
    text = text.strip()
    if _EXPONENT.fullmatch(text) and re.search(r"[.,+]", text):
        return "the spreadsheet has rounded it"
    if text.isdecimal() and len(text) > 15 and set(text[15:]) == {"0"}:
        return "the spreadsheet may have put zeros in place of its last digits"
    if re.fullmatch(r"\d{1,3}(,\d{3})+", text):
        return "the spreadsheet has put commas into it"
    if _DATE.fullmatch(text):
        return "the spreadsheet has made a date of it"
    if _ERROR.fullmatch(text):
        return "it is an error message of the spreadsheet"
    return ""


def key(id):
    """Return what ids of one person have in common: capitals do not count.

    Examples
    --------
    >>> key("Marie.C2") == key("marie.c2 ")
    True
    """
    return repaired(id).casefold()


def without_zeros(id):
    """Return a number without its leading zeros, which a spreadsheet takes; "" where the id is no number."""
    id = repaired(id)
    return (id.lstrip("0") or "0") if id.isdecimal() and id.isascii() else ""


def are_alike(one, other):
    """Return whether two ids are of one kind, so that a difference between them means two people.

    Two logins are, because namesakes get logins such as jdoe and jdoe2; a number and a login are ids of two systems.

    Examples
    --------
    >>> are_alike("0012006", "0012007"), are_alike("0012006", "jsmith"), are_alike("jdoe", "jdoe2")
    (True, False, True)
    """
    return _kind(one) == _kind(other)


def _kind(id):
    id = key(id)
    return "email" if "@" in id else "number" if id.isdecimal() else "login"
