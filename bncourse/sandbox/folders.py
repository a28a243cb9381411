"""The folders that runs make for themselves on this machine: named, made, and swept where a run was killed."""

import contextlib
import os
import tempfile
from pathlib import Path

import psutil

from bncourse.sandbox.inside.leftovers import remove

PREFIX = "bnsession-"
SESSIONS = "/session"  # where sessions have their folders, seen from inside


def make():
    """Make a folder that the user of a session may enter; the next run sweeps it, if this one is killed."""
    folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
    os.chmod(folder, 0o755)
    return folder


def sweep():
    """Take away the folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        maker = folder.name.split("-")[1]
        with contextlib.suppress(OSError):
            if maker.isdecimal() and not psutil.pid_exists(int(maker)) and folder.lstat().st_uid == os.geteuid():
                remove(str(folder))
