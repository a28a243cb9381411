"""A process and all that come from it: found, counted, ended."""

import contextlib
import os
import signal
import subprocess
import time

import psutil


def of(pid):
    """Return a process and all its descendants, as a list of `psutil.Process`; empty where it is gone."""
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    return []


def youngest(processes):
    """Return the number of the one that has no child among them: where each has one child, the last of the line."""
    parents = {process.ppid() for process in processes}
    return next(process.pid for process in processes if process.pid not in parents)


def threads_of(user):
    """Return how many threads a user has on this machine, as the limit on processes counts them."""
    count = 0
    for process in psutil.process_iter(["uids", "num_threads"]):
        uids = process.info["uids"]
        count += (process.info["num_threads"] or 1) if uids and uids.real == user else 0
    return count


def ending(process):
    """Say with which status a `subprocess.Popen` ended, as the end of a sentence; "" while it runs."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        return f" (its process ended with {process.wait(timeout=1)})"
    return ""


def end(pid):
    """End a process and all its descendants: stopped first, so that none starts another meanwhile."""
    for _ in range(20):
        processes = of(pid)
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for process in processes:
                with contextlib.suppress(psutil.Error, OSError):
                    os.kill(process.pid, number)
        if len(processes) <= 1:
            break
        time.sleep(0.02)
