"""The numbers that workers on one machine have, each with a user of its own for what submissions do."""

import contextlib
import os
import stat
import tempfile

import platformdirs
from filelock import FileLock, Timeout

from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.processes import threads_of

FIRST_USER = 64600
SHARED = ("/run", "/tmp", tempfile.gettempdir())
_SLOTS = 60  # above them are those of `bncourse.sandbox.levels.probe`


def own_folder():
    """Return a folder of this user alone, for what workers on one machine have to know of each other."""
    # Not where TMPDIR says: all runs on a machine have to look at the same place. Anybody on this machine can make a
    # folder of the first name before us, to keep us from grading.
    places = [place for place in SHARED if os.path.isdir(place) and os.access(place, os.W_OK)][:1]
    places += [platformdirs.user_cache_dir("bncourse", appauthor=False)]
    folders = [os.path.join(place, f"bncourse-slots-{os.geteuid()}") for place in places]
    for folder in folders:
        with contextlib.suppress(OSError):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            about = os.stat(folder, follow_symlinks=False)
            if stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022:
                return folder
    raise Unavailable(f"neither of these can be a folder of yours alone; delete one: {', '.join(folders)}")


def take_number():
    """Take a number that no other worker on this machine has: two may not share a user.

    Returns
    -------
    number : int
    lock : filelock.FileLock
        It holds the number until it is released, or this process ends.

    Raises
    ------
    Unavailable
        If all numbers are taken.
    """
    folder = own_folder()
    for number in range(_SLOTS):
        lock = FileLock(os.path.join(folder, str(number)), timeout=0)
        with contextlib.suppress(Timeout):
            lock.acquire()
            if os.geteuid() == 0 and threads_of(FIRST_USER + number):  # of a run in a container that shares users
                lock.release()
                continue
            return number, lock
    raise Unavailable(f"more than {_SLOTS} workers; the users {FIRST_USER} and up are all taken.")
