"""What lies in an archive that somebody else filled: names, sizes and bytes, and nothing that could reach further.

Nothing is ever unpacked by its own name. An entry is read up to a limit, whatever the archive says of its size;
a name that leads elsewhere, a link, a device and what is encrypted are left out and told.
"""

import contextlib
import io
import re
import stat
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bncourse.grading.submission.folder import shown
from bncourse.grading.submission.plain_files import list_files, read_file
from bncourse.trouble import Trouble

MOST_ENTRIES = 20_000
MOST_NAME = 1_000  # characters of a path
MOST_OF_ONE = 50_000_000
MOST_OF_ALL = 2_000_000_000
MOST_OF_A_STUDENT = 100_000_000
_RECORD = b"PK\x01\x02"  # begins what the list of a zip says of a file
_LITTER = re.compile(
    r"(.*/)?(__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db|desktop\.ini|\.ipynb_checkpoints/.*)", re.DOTALL
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # of packing; others ask for as much memory as they like


class TooMuch(Exception):
    """An entry that is larger than what is read."""


@dataclass(frozen=True)
class ArchiveEntry:
    """One file of an archive.

    Parameters
    ----------
    path : str
        With "/", and without any part that leads elsewhere.
    time : datetime or None
        What the archive says, in UTC; often that of the download.
    read : callable
        Gives its bytes; raises `TooMuch` or OSError.
    """

    path: str
    time: datetime | None
    read: Callable


@contextlib.contextmanager
def opened(path, encoding=None):
    """Open a zip or a folder.

    Parameters
    ----------
    path : path
    encoding : str, optional
        Of the names in a zip, where they do not make it plain.

    Yields
    ------
    entries : list of ArchiveEntry
        In the order of the archive.
    left : list of (str, str)
        What is left out, as a name and a sentence.

    Raises
    ------
    Trouble
        If it is neither, or cannot be read.
    """
    path = Path(path).expanduser()
    if path.is_dir():
        yield _of_folder(path)
        return
    try:
        with open(path, "rb") as file:
            file.read(1)
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}); name the zip file or the folder.") from error
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # a stranger's bytes: no list of kinds holds all that Python may say of them
        raise Trouble(
            f"{path} is no zip file that can be read ({error}). If the download was cut short, download it again; of "
            "another kind of archive, unpack it and name the folder."
        ) from error
    with archive:
        yield _of_zip(archive, encoding=_encoding_of(archive, path, encoding))


def within(entry):
    """Return what lies in a zip that is itself an entry; a zip in that one is a file like others.

    Parameters
    ----------
    entry : ArchiveEntry

    Returns
    -------
    entries, left
        As `opened` yields them.

    Raises
    ------
    OSError, TooMuch
        If it cannot be read, or is no zip.
    """
    content = entry.read()
    if content.count(_RECORD) > MOST_ENTRIES:  # before it is opened, which reads the list of all of them
        raise OSError(7, f"It holds more than {MOST_ENTRIES} files")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        return _of_zip(archive, MOST_OF_A_STUDENT)
    except Exception as error:  # a stranger's bytes: no list of kinds holds all that Python may say of them
        raise OSError(5, f"It is no zip file that can be read ({error})") from error


def _of_folder(path):
    try:
        found, left = list_files(path, depth=8, most=MOST_ENTRIES)
    except OSError as error:
        raise Trouble(f"{path} cannot be read ({error.strerror}).") from error
    budget = _Budget(MOST_OF_ALL)

    def entry(each):
        def read():
            return budget.spend(read_file(path, each.path, MOST_OF_ONE + 1))

        return ArchiveEntry(each.path, _moment(each.changed), read)

    return [entry(each) for each in found if not _LITTER.fullmatch(each.path)], left


def _of_zip(archive, most=None, encoding="cp437"):
    entries, left, budget = [], [], _Budget(most or MOST_OF_ALL)
    for number, info in enumerate(archive.infolist()):
        name = _name(info, encoding)
        if number >= MOST_ENTRIES:
            left.append(("the archive", f"It holds more than {MOST_ENTRIES} files; the others were left out."))
            break
        if name.endswith("/") or _LITTER.fullmatch(name):
            continue
        kind = stat.S_IFMT(info.external_attr >> 16) if info.create_system == 3 else 0
        if kind not in (0, stat.S_IFREG):
            left.append((shown(name), "It is a link or a device, not a file."))
        elif info.flag_bits & 0x1:
            left.append((shown(name), "It is encrypted."))
        elif info.compress_type not in _METHODS:
            left.append((shown(name), "It is packed in a way that is not read here; pack it as a usual zip."))
        elif len(name) > MOST_NAME:
            left.append((f"{shown(name[:100])}...", "Its name is longer than any system makes one."))
        elif (path := _inside(name)) is None:
            left.append((shown(name), "Its name leads out of the archive."))
        else:
            entries.append(ArchiveEntry(path, _time(info), _reader(archive, info, budget)))
    return entries, left


def _reader(archive, info, budget):
    def read():
        most = budget.most_of_the_next()
        try:
            with archive.open(info) as stream:
                content = stream.read(most + 1)
        except Exception as error:  # a stranger's bytes: no list of kinds holds all that Python may say of them
            raise OSError(5, f"it is damaged: {error}") from error
        return budget.spend(content)

    return read


class _Budget:
    """How much may be read of all files together."""

    def __init__(self, most):
        self.most = self.left = most

    def most_of_the_next(self):
        """Return how many bytes the next may have; raises `TooMuch` where nothing is left, before anything is read."""
        if self.left <= 0:
            raise TooMuch(self._all_too_large)
        return min(MOST_OF_ONE, self.left)

    @property
    def _all_too_large(self):
        return f"All files together are larger than {self.most // 1_000_000} MB."

    def spend(self, content):
        """Return what was read, if the budget allows it."""
        if len(content) > MOST_OF_ONE:
            raise TooMuch(f"It is larger than {MOST_OF_ONE // 1_000_000} MB.")
        self.left -= len(content)
        if self.left < 0:
            raise TooMuch(self._all_too_large)
        return content


def _encoding_of(archive, path, encoding):
    """Return the encoding of the names that are not marked as UTF-8, and are not in it."""
    from bncourse.grading.lms.encodings import DOS, TRIED, readings, samples

    raw = {_bytes(info) for info in archive.infolist()} - {None}
    if encoding or not raw:
        return encoding or "cp437"
    whole = b"\n".join(sorted(raw))
    found, sure = readings(whole, (*DOS, *(name for name in TRIED if name not in DOS)))
    if sure and len(found) == 1:
        return next(iter(found.values()))[0]
    could = "; ".join(f"{names[0]} reads {samples(text, found, 2)}" for text, names in list(found.items())[:5])
    raise Trouble(
        f"{path} does not say how the letters of its names are written{f' ({could})' if could else ''}. Name it, such "
        f"as --encoding {next(iter(found.values()))[0] if found else 'cp850'}; or unpack it and collect the folder. "
        "Nothing was changed."
    )


def _bytes(info):
    """Return the bytes of a name that says nothing of its encoding and is not UTF-8; None for every other."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return None
    try:
        raw = info.filename.encode("cp437")
    except UnicodeError:
        return None
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw
    return None


def _name(info, encoding):
    """Return the name of an entry; one that is not marked as UTF-8 often is all the same."""
    name, raw = info.filename, _bytes(info)
    if raw is not None:
        name = raw.decode(encoding, "replace")
    elif not info.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/")


def _inside(name):
    """Return a name as a path below a folder, or None."""
    if name.startswith("/") or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return "/".join(parts) if parts and ".." not in parts else None


def _moment(seconds):
    """Return a time that a disk or an archive tells; None for one before 1970 or after 2242, which nobody handed in."""
    return datetime.fromtimestamp(seconds, UTC) if 0 <= seconds < 2**33 else None


def _time(info):
    """Return the time of an entry: in UTC where the archive has it so, else read in the zone of this machine."""
    extra, place = info.extra, 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == 0x5455 and length >= 5 and place + 9 <= len(extra) and extra[place + 4] & 1:
            return _moment(struct.unpack_from("<I", extra, place + 5)[0])
        place += 4 + length
    try:
        return datetime(*info.date_time).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
