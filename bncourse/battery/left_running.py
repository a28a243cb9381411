"""What a run of the battery left running: everything that it starts bears a mark."""

import contextlib
import os
import shutil
import tempfile
import time


@contextlib.contextmanager
def marked():
    """Have what is started meanwhile bear a mark; gives a function that lists what is left of it."""
    from multiprocessing import util

    import psutil

    began, mark = time.time() - 1, tempfile.mkdtemp(prefix="bnb-")
    os.chmod(mark, 0o755)
    before = os.environ.get("TMPDIR"), tempfile.tempdir
    os.environ["TMPDIR"] = tempfile.tempdir = mark

    def left():
        found = []
        for process in psutil.process_iter(["cmdline", "create_time", "status", "pid"]):
            about = process.info
            if about["create_time"] < began or about["status"] == psutil.STATUS_ZOMBIE or about["pid"] == os.getpid():
                continue
            try:
                said = " ".join([*about["cmdline"], *process.environ().values()])
            except psutil.NoSuchProcess:
                continue
            except psutil.AccessDenied:
                said = " ".join(about["cmdline"] or [])
            # the processes that keep semaphores and fork workers are Python's own, and serve the next run too
            if mark in said and "resource_tracker" not in said and "forkserver" not in said:
                found.append(f"{about['pid']} {' '.join(about['cmdline'] or [])[:100]}")
        return found

    try:
        yield left
    finally:
        tempfile.tempdir = before[1]
        if before[0] is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before[0]
        # at the very end: the process that forks workers keeps its socket in there
        util.Finalize(None, shutil.rmtree, (mark, True), exitpriority=-200)
