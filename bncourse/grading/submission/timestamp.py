"""When a submission was handed in, as nbgrader writes it into a file."""

import re
from datetime import UTC, datetime

TIMESTAMP = "timestamp.txt"
_OFFSET = re.compile(r"[+-]\d\d:?\d\d$")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d{1,6})?)?"
    r"( ?(Z|[+-]\d\d:?\d\d|[A-Za-z][A-Za-z_+-]*(/[A-Za-z][\w+-]*){0,2}))?",
    re.ASCII,
)


def read_time(content):
    """Read a time of submission, in the ways that nbgrader writes it.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    datetime or None
        In UTC, which is also what a time without a zone is read as.
    """
    from nbgrader.utils import parse_utc

    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    text = content.decode(encoding, "replace").strip(" \t\r\n\0")
    if not _TIME.fullmatch(text):
        return None
    try:
        if _OFFSET.search(text):  # which nbgrader reads as so many seconds
            return datetime.fromisoformat(text.replace(" +", "+").replace(" -", "-")).astimezone(UTC)
        return parse_utc(text).replace(tzinfo=UTC)
    except Exception:  # a month 13, a zone of 99 hours, a zone without a name, what a file of zones may hold
        return None
