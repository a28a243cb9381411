"""One run at a time in a course."""

import contextlib

from filelock import FileLock, Timeout

from bncourse.grading.engine.grade_note import NOTES
from bncourse.trouble import Trouble


@contextlib.contextmanager
def one_run(course):
    """Refuse a second run in the same course; the system takes the lock back from a run that was killed."""
    (course / NOTES).mkdir(exist_ok=True)
    lock = FileLock(course / NOTES / ".lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise Trouble("another run is grading this course; wait for it, or stop it with Ctrl-C.") from None
    try:
        yield
    finally:
        lock.release()
