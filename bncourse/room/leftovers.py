"""Take away what a submission left on the disk."""

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
