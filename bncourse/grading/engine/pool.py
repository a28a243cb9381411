"""Processes that judge submissions side by side, on this machine or on a Dask cluster.

Both are executors of `concurrent.futures`. Each worker watches a process of its own that judges, see
`bncourse.grading.engine.judge_process`. A worker that is lost takes nothing with it: its submissions go to
another, and a submission that loses several workers is reported as not graded.
"""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections import deque
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

import psutil

from bncourse.grading.engine.jobs import JobResult
from bncourse.grading.engine.judge_process import end, judge, settle, start_method
from bncourse.trouble import Trouble

MOST_TRIES = 3
PRELOAD = ("bncourse.grading.engine.judge", "bncourse.grading.engine.judge_process", "bncourse.check")


def judged(jobs, workers=None, scheduler=None):
    """Judge submissions side by side; yield each result as it comes.

    Parameters
    ----------
    jobs : iterable of Job
    workers : int, optional
        How many processes; one for each core by default.
    scheduler : str, optional
        The address of a Dask scheduler, which then has the workers.

    Yields
    ------
    JobResult
    """
    workers = workers or cores()
    ahead = 2 * workers + 2 if not scheduler else 200  # what is under way; the rest is not even read yet
    source, again, lost = iter(jobs), deque(), {}
    job = _next(again, source)
    while job:
        pool = _cluster(scheduler) if scheduler else processes(workers)
        running, broken = {}, False
        try:
            while (job or running) and not broken:
                while job and len(running) < ahead:
                    running[pool.submit(judge, job)] = job
                    job = _next(again, source)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    tried = running.pop(future)
                    try:
                        yield future.result()
                    except _lost_worker():
                        again.append(tried)
                        broken = not scheduler
        except BrokenProcessPool:  # it broke between two submissions
            broken = True
        except BaseException:  # Ctrl-C, or whoever takes the results stopped: what runs is not waited for
            for process in multiprocessing.active_children():
                process.terminate()
            _end_server()
            raise
        finally:
            pool.shutdown(wait=not broken, cancel_futures=True)
        # nobody knows which of those that ran lost the worker; each is tried again, in the end one at a time
        again.extend(running.values())
        waiting = [job] if job else []
        for _ in range(len(again)):
            tried = again.popleft()
            lost[tried.student] = lost.get(tried.student, 0) + 1
            if lost[tried.student] < MOST_TRIES:
                again.append(tried)
            else:
                yield JobResult(
                    tried.assignment, tried.student, level=tried.level, trouble="its worker was lost three times"
                )
        again.extend(waiting)
        if max(lost.values(), default=0) == MOST_TRIES - 1:
            ahead = 1
        job = _next(again, source)


def _next(again, source):
    return again.popleft() if again else next(source, None)


def cores():
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def processes(count):
    """Return an executor of as many processes as asked for, each with a sandbox of its own."""
    get_ready()  # unless it is so already
    return ProcessPoolExecutor(count, mp_context=start_method(), initializer=settle, initargs=(end,))


def get_ready(preload=()):
    """Begin, beside whatever else there is to do, to import what workers need.

    Parameters
    ----------
    preload : collection of str
        The modules that the class's notebook imports.
    """
    context = start_method()
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver

        # imported, and never used there: see `sandbox.inside.main`
        heavy = ["bncourse.sandbox.keras_alone"] if "keras" in preload else []
        context.set_forkserver_preload([*PRELOAD, *heavy, "bncourse.grading.engine.shared_pages"])
        with _deaf():
            forkserver.ensure_running()


@contextlib.contextmanager
def _deaf():
    """Let what is started meanwhile ignore Ctrl-C, also while it imports: that is for the run, which ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _end_server():
    """End the process that forks workers: one that it is about to fork would find nobody, and say so at length."""
    for child in psutil.Process().children():
        with contextlib.suppress(psutil.Error):
            if "multiprocessing.forkserver" in " ".join(child.cmdline()):
                child.kill()


def _cluster(address):
    try:
        from dask.distributed import Client
    except ImportError as error:
        raise Trouble('a Dask cluster needs the extra "cluster": pip install -e ".[cluster]"') from error
    try:
        client = Client(address, timeout="10s")
    except OSError as error:
        raise Trouble(f"no Dask scheduler answers at {address}: {error}") from error
    return _Cluster(client)


class _Cluster:
    """A Dask cluster as an executor of `concurrent.futures`."""

    def __init__(self, client):
        self._client = client
        self._executor = client.get_executor(pure=False, retries=MOST_TRIES)

    def submit(self, function, job):
        return self._executor.submit(function, job)

    def shutdown(self, wait=True, cancel_futures=False):
        self._executor.shutdown(wait=wait and not cancel_futures)  # without waiting, it takes back what has not begun
        self._client.close()


def _lost_worker():
    try:
        from distributed.scheduler import KilledWorker
    except ImportError:
        return (BrokenProcessPool,)
    return (BrokenProcessPool, KilledWorker)
