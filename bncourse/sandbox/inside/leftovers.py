"""What a submission leaves on the disk: counted, and taken away."""

import contextlib
import os
import shutil
import subprocess


def remove(path):
    """Take away a file or a folder: however deep it is, and whatever rights its parts have.

    Parameters
    ----------
    path : str
    """
    if not os.path.lexists(path):
        return
    if os.path.islink(path) or not os.path.isdir(path):
        with contextlib.suppress(OSError):
            os.remove(path)
        return
    # the programs of the system know no depth that is too deep; Python's own function calls itself
    for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
        with contextlib.suppress(OSError):
            subprocess.run([*command, "--", path], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    if os.path.isdir(path):  # a system without these programs
        with contextlib.suppress(RecursionError):
            shutil.rmtree(path, ignore_errors=True)


def count(folder, most, spared=(), deepest=200):
    """Count what lies in a folder, while its processes may be at work in it.

    Parameters
    ----------
    folder : str
    most : int
        Where more are there, they are not counted to the end.
    spared : collection of str
        Folders that do not count.
    deepest : int
        How many folders may lie in each other. In one that is deeper, or that is closed, more than `most` are said to
        be there.

    Returns
    -------
    files : int
    size : int
        Bytes on the disk.
    """
    files, size = 0, 0
    waiting = [(folder, 0)]
    while waiting:
        place, depth = waiting.pop()
        if depth > deepest:
            return most + 1, size
        try:
            entries = os.scandir(place)
        except PermissionError:  # its rights are not changed: meanwhile it may have become a link to elsewhere
            return most + 1, size
        except OSError:
            continue
        with entries:
            for entry in entries:
                if entry.path in spared:
                    continue
                files += 1
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((entry.path, depth + 1))
                if files > most:
                    return files, size
    return files, size
