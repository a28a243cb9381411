"""Tables as people have them: CSV files from a spreadsheet, from Canvas or Moodle, in any of their dialects."""

import csv
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from bncourse.grading.names import in_a_table, out_of_a_table
from bncourse.trouble import Trouble

MOST_BYTES = 20_000_000


@dataclass
class Sheet:
    """A table, with what is needed to write it back as it was.

    Parameters
    ----------
    header : list of str
    rows : list of list of str
        Each as long as the header.
    delimiter : str
    byte_order_mark : bool
        Whether the file began with one; spreadsheets want it to know UTF-8.
    """

    header: list
    rows: list = field(default_factory=list)
    delimiter: str = ","
    byte_order_mark: bool = False

    def column(self, *names):
        """Give the place of the first of these columns that there is, or None; case and punctuation do not count."""
        known = [plain(title) for title in self.header]
        return next((known.index(plain(name)) for name in names if plain(name) in known), None)


def plain(text):
    """Give the letters and digits of a text, in lower case.

    Examples
    --------
    >>> plain("SIS User-ID ")
    'sisuserid'
    """
    return "".join(re.findall(r"[^\W_]+", text)).casefold()


def read_sheet(path):
    """Read a CSV file in UTF-8, UTF-16 or a Windows encoding, with commas, semicolons or tabs.

    Raises
    ------
    Trouble
        If there is no such file, or it holds no table.
    """
    path = Path(path).expanduser()
    try:
        with open(path, "rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}); name the CSV file.") from error
    if len(content) > MOST_BYTES:
        raise Trouble(f"{path} is larger than {MOST_BYTES // 1_000_000} MB; that is no table of a class.")
    if content[:2] == b"PK":
        raise Trouble(f"{path} is no CSV file but a workbook or an archive; save the table as CSV first.")
    text = _decoded(content)
    if text.lstrip()[:1] in ("{", "<"):
        raise Trouble(f"{path} is no CSV file; its first line should name the columns of a table.")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=first.count)
    try:
        rows = [
            row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(map(str.strip, row))
        ]
    except csv.Error as error:
        raise Trouble(f"{path} is no table that can be read ({error}); save it as CSV again.") from error
    if not rows:
        raise Trouble(f"{path} is empty; its first line should name the columns.")
    wide = max(map(len, rows))
    header, *body = [[out_of_a_table(cell) for cell in row] + [""] * (wide - len(row)) for row in rows]
    return Sheet([title.strip() for title in header], body, delimiter, content.startswith(b"\xef\xbb\xbf"))


def _decoded(content):
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def write_sheet(sheet, path):
    """Write a table to a new file, in one step; a cell that would be a formula is written as a text.

    Raises
    ------
    Trouble
        If the file is there already, or cannot be written: nothing is ever overwritten.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=sheet.delimiter)
    writer.writerows([in_a_table(cell) for cell in row] for row in [sheet.header, *sheet.rows])
    encoding = "utf-8-sig" if sheet.byte_order_mark else "utf-8"
    write_new(path, text.getvalue().encode(encoding, "surrogatepass"))


def write_new(path, content):
    """Write a new file in one step, so that a run that is stopped leaves no part of it.

    Raises
    ------
    Trouble
        If something is there already, or nothing can be written there.
    """
    path = Path(path).expanduser()
    making = path.with_name(f".{path.name}.making-{os.getpid()}")
    refuse_existing(path)
    try:
        making.write_bytes(content)
        os.replace(making, path)
    except OSError as error:
        making.unlink(missing_ok=True)
        raise Trouble(f"{path} cannot be written ({error.strerror}); name a file in a folder of yours.") from error


def refuse_existing(*paths):
    """Say of a file that is there already, before any work is done, that it is not overwritten."""
    for path in map(Path, paths):
        if os.path.lexists(path.expanduser()):
            raise Trouble(f"{path} is there already, and is not overwritten; name a new file.")
