"""Tables as people have them: CSV files from a spreadsheet, from Canvas or Moodle, in any of their dialects."""

import csv
import io
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from bncourse.grading.display.names import in_a_table, out_of_a_table
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
    numbers : list of int
        For each row, which row of the file it is, as a spreadsheet counts.
    said : str
        How the file was read, if that is not plain; "" where it is.
    """

    header: list
    rows: list = field(default_factory=list)
    delimiter: str = ","
    byte_order_mark: bool = False
    numbers: list = field(default_factory=list)
    said: str = ""

    @property
    def numbered(self):
        """The rows, each with its number in the file."""
        return list(zip(self.numbers or range(2, len(self.rows) + 2), self.rows, strict=True))

    def column(self, *names):
        """Return the place of the first of these columns that there is, or None; case and punctuation do not count."""
        known = [plain(title) for title in self.header]
        return next((known.index(plain(name)) for name in names if plain(name) in known), None)


def plain(text):
    """Return the letters and digits of a text, in lower case.

    Examples
    --------
    >>> plain("SIS User-ID ")
    'sisuserid'
    """
    return "".join(re.findall(r"[^\W_]+", text)).casefold()


def read_sheet(path, encoding=None):
    """Read a CSV file, with commas, semicolons or tabs.

    Parameters
    ----------
    path : path
    encoding : str, optional
        What a person named; found out where the file makes it plain.

    Raises
    ------
    Trouble
        If there is no such file, it holds no table, or its letters could be read in two ways.
    """
    from bncourse.grading.lms.encodings import decoded, samples

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
    text, found = decoded(content, path, encoding)
    if text.lstrip()[:1] in ("{", "<"):
        raise Trouble(f"{path} is no CSV file; its first line should name the columns of a table.")
    text, delimiter = _delimited(text)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Trouble(f"{path} is no table that can be read ({error}); save it as CSV again.") from error
    numbered = [(number, row) for number, row in enumerate(rows, start=1) if any(map(str.strip, row))]
    if not numbered:
        raise Trouble(f"{path} is empty; its first line should name the columns.")
    wide = max(len(row) for _, row in numbered)
    (_, header), *body = [
        (number, [out_of_a_table(cell) for cell in row] + [""] * (wide - len(row))) for number, row in numbered
    ]
    said = ""
    if found not in ("utf-8", "utf-16") and not encoding and not text.isascii():
        said = f"{path} was read as {found} ({samples(text)}). If that is wrong, name another with --encoding."
    return Sheet(
        [title.strip() for title in header],
        [row for _, row in body],
        delimiter,
        content.startswith(b"\xef\xbb\xbf"),
        [number for number, _ in body],
        said,
    )


def _delimited(text):
    """Return the text and its delimiter; Excel may name it in a line before the table, ``sep=;``."""
    first, rest = text.partition("\n")[::2]
    if named := re.fullmatch(r'"?sep=(.)"?[,;\t]*\r?', first.strip(" \r"), re.IGNORECASE):
        return rest, named[1]
    if first.strip().casefold() == "sep=":  # a tab, which was taken for a space at its end
        return rest, "\t"
    first = next((line for line in text.splitlines() if line.strip()), "")
    return text, max(",;\t", key=first.count)


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
