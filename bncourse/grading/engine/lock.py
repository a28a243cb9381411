"""One run at a time in a course."""

import contextlib

from bncourse.grading.engine.provenance import GRADED
from bncourse.trouble import Trouble


@contextlib.contextmanager
def one_run(course):
    """Refuse a second run in the same course; the system takes the lock back from a run that was killed."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    (course / GRADED).mkdir(exist_ok=True)
    with open(course / GRADED / ".lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Trouble("another run is grading this course; wait for it, or stop it with Ctrl-C.") from None
        yield
