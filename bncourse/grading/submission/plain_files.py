"""The plain files of a folder that somebody else filled.

No link is followed on the way, and nothing but a regular file is opened: not a pipe, which would wait for ever,
nor a device. Where the system can, each folder is opened from the one above it, so that none can be exchanged
for a link meanwhile.
"""

import contextlib
import hashlib
import os
import stat
from dataclasses import dataclass

_OPEN = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_FOLDER = _OPEN | getattr(os, "O_DIRECTORY", 0)
_FROM_ABOVE = os.open in os.supports_dir_fd and os.scandir in os.supports_fd
_LEFTOVERS = {".ipynb_checkpoints", "__pycache__"}


@dataclass(frozen=True)
class ListedFile:
    """A regular file: its path from the folder, with "/", its size in bytes, and when it was changed."""

    path: str
    size: int
    changed: float


def list_files(folder, depth, most, leftovers=False, first=()):
    """List the regular files in a folder, those beside its name before those in its folders.

    A folder with thousands of files, such as a data set, is looked into last, and costs no other file its place.

    Parameters
    ----------
    folder : path
    depth : int
        How many folders below it are looked into.
    most : int
        How many names are looked at.
    leftovers : bool
        Whether to look into what Jupyter and Python leave beside files, too.
    first : collection of str
        Names in the folder itself that are looked for before anything else, however many names there are.

    Returns
    -------
    found : list of ListedFile
        By how deep they lie, and by their paths.
    left : list of (str, str)
        What was left out, as a path and a sentence.

    Raises
    ------
    OSError
        If it is no folder, or cannot be read.
    """
    found, left, seen = {}, [], 0
    top = _top(folder)
    _leave(top)
    for name in first:
        with contextlib.suppress(OSError):
            about = os.lstat(os.path.join(folder, name))
            if stat.S_ISREG(about.st_mode):
                found[name] = ListedFile(name, about.st_size, about.st_mtime)
    folders = [[]]  # the parts of the path of each folder to look into, those near the top first
    while folders and seen <= most:
        parts = folders.pop(0)
        place = _top(folder)
        path = "/".join(parts)
        try:
            for part in parts:
                below = _enter(place, part)
                _leave(place)
                place = below
            inside = []
            with os.scandir(place) as entries:
                for entry in entries:
                    seen += 1
                    if seen > most:
                        left.append(("the folder", f"There are more than {most} files; the others were left out."))
                        break
                    path = "/".join([*parts, entry.name])
                    about = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(about.st_mode):
                        found[path] = ListedFile(path, about.st_size, about.st_mtime)
                    elif not stat.S_ISDIR(about.st_mode):
                        left.append((path, "It is a link or a device, not a file."))
                    elif len(parts) >= depth:
                        left.append((path, "It lies in too many folders."))
                    elif leftovers or entry.name not in _LEFTOVERS:
                        inside.append([*parts, entry.name])
            folders += sorted(inside)
        except OSError as error:
            if not parts:
                raise
            left.append((path, f"It cannot be read ({error.strerror})."))
        finally:
            _leave(place)
    return sorted(found.values(), key=lambda each: (each.path.count("/"), each.path)), left


def read_file(folder, path, most):
    """Return at most that many bytes of a regular file below a folder.

    Raises
    ------
    OSError
        If it is none, or cannot be read.
    """
    *above, name = path.split("/")
    place = _top(folder)
    try:
        for each in above:
            below = _enter(place, each)
            _leave(place)
            place = below
        file = _open(place, name, _OPEN)
    finally:
        _leave(place)
    with open(file, "rb") as stream:
        if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
            raise OSError(22, "it is no file")
        return stream.read(most)


def hashes(folder, most=200_000_000):
    """Return the SHA-256 of each file in a folder, by its path.

    Returns
    -------
    dict or None
        None where the folder is none, holds more than plain files, or is larger than ``most`` bytes.
    """
    try:
        found, left = list_files(folder, depth=10, most=5_000, leftovers=True)
        if left or sum(each.size for each in found) > most:
            return None
        return {each.path: hashlib.sha256(read_file(folder, each.path, each.size + 1)).hexdigest() for each in found}
    except OSError:
        return None


def copy_files(source, target, most):
    """Copy the regular files of a folder by value, into a folder that is made.

    Parameters
    ----------
    source, target : path
    most : int
        How many bytes together; what goes beyond is left out.

    Returns
    -------
    list of (str, str)
        What was left out, as a path and a sentence.
    """
    found, left = list_files(source, depth=10, most=5_000)
    os.makedirs(target)
    for each in found:
        if each.size > most:
            left.append((each.path, "It is too large."))
            continue
        try:
            content = read_file(source, each.path, each.size + 1)
        except OSError as error:
            left.append((each.path, f"It cannot be read ({error.strerror})."))
            continue
        most -= len(content)
        place = os.path.join(target, each.path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as stream:
            stream.write(content)
        with contextlib.suppress(OSError, OverflowError):  # a disk may know no such time
            os.utime(place, (each.changed, each.changed))
    return left


def _top(folder):
    if not stat.S_ISDIR(os.lstat(folder).st_mode):
        raise NotADirectoryError(20, "it is a file or a link")
    return os.open(folder, _FOLDER) if _FROM_ABOVE else str(folder)


def _enter(place, name):
    return _open(place, name, _FOLDER) if _FROM_ABOVE else os.path.join(place, name)


def _leave(place):
    if isinstance(place, int):
        os.close(place)


def _open(place, name, flags):
    if isinstance(place, int):
        if flags == _OPEN and not _regular(os.stat(name, dir_fd=place, follow_symlinks=False)):
            raise OSError(22, "it is no file")
        return os.open(name, flags, dir_fd=place)
    path = os.path.join(place, name)
    if not _regular(os.lstat(path)):
        raise OSError(22, "it is no file")
    return os.open(path, flags)


def _regular(about):
    return stat.S_ISREG(about.st_mode)
