"""The process in which one submission after the other is judged, and the one that watches it and outlives it.

The judge looks at data that a stranger made. It may run too long, take too much memory, or be ended by an error in a
library; so it is a process that may be lost. The watcher beside it has the clock, holds what is judged already, and
starts another one, which goes on behind the part at which the first was lost.
"""

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from multiprocessing.connection import wait as wait_for

import psutil

from bncourse.grading.engine import jobs
from bncourse.grading.engine.jobs import JobResult

ALLOWANCE = 150.0  # seconds by the clock that all of a submission may take beyond its own limit, second looks included
MOST_LOSSES = 4  # judges that a submission may lose; its other parts are not judged after that
A_LOOK = 0.25  # seconds between two looks at the clock and the memory
_one_at_a_time = threading.Lock()  # a worker of a cluster may have several threads
_judge = None


@dataclass
class KnownSoFar:
    """What is known of a submission while it is judged.

    Parameters
    ----------
    known : dict
        For the number of a check cell: its outputs, and its outcome or None.
    lost : dict of int to str
        For the number of a cell at which a judge was lost: why.
    suspected : set of int
        Cells at which a judge ended without a word, once: perhaps through no fault of theirs.
    over : str
        Why nothing more is judged, or "".
    """

    known: dict = field(default_factory=dict)
    lost: dict = field(default_factory=dict)
    suspected: set = field(default_factory=set)
    over: str = ""


class Gone(Exception):
    """The judge was lost at a cell (None: between cells); `certain` where the cell is what lost it."""

    def __init__(self, at, why, certain):
        super().__init__(why)
        self.at, self.why, self.certain = at, why, certain


def judge(job):
    """Judge one submission in the process beside this one; never raises for what the submission did.

    Parameters
    ----------
    job : bncourse.grading.engine.jobs.Job

    Returns
    -------
    bncourse.grading.engine.jobs.JobResult
    """
    with _one_at_a_time:
        began, standing, losses, idle = time.monotonic(), KnownSoFar(), 0, 0
        limits = job.limits
        while True:
            try:
                return _followed(job, limits, standing)
            except Gone as gone:
                end()
                losses += 1
                idle += gone.at is None
                if idle > 1:
                    return JobResult(
                        job.assignment, job.student, level=job.level, trouble=f"its judge {gone.why} twice"
                    )
                _note(standing, gone)
                if losses >= MOST_LOSSES or time.monotonic() - began > 2 * (limits.notebook + ALLOWANCE):
                    standing.over = f"the judge was lost {losses} times"


def _note(standing, gone):
    if gone.at is None:
        return
    if gone.certain or gone.at in standing.suspected:
        standing.lost[gone.at] = f"the judge {gone.why}"
    standing.suspected.add(gone.at)


def _followed(job, limits, standing):
    """Have the process beside this one judge, and look after it; gives the `JobResult`."""
    process, connection = _ready()
    about = psutil.Process(process.pid)
    at, began, most = None, time.monotonic(), None
    try:
        connection.send((job, standing))
        used, most = _seconds(about), about.memory_info().rss + limits.judge_memory
        while True:
            if connection.poll(A_LOOK):
                word, *details = connection.recv()
                if word == "result":
                    return details[0]
                if word == "at":
                    [at], used = details, _seconds(about)
                elif word == "judged":
                    number, outputs, outcome = details
                    standing.known[number] = outputs, outcome
                elif word == "again":  # its sandbox was lost: all of it once more
                    standing.known.clear()
                continue
            busy = limits.judge if at is not None else max(limits.judge, ALLOWANCE)  # before the first cell it imports
            if _seconds(about) - used > busy:
                raise Gone(at, f"was busy for more than {busy:g} seconds", certain=True)
            if about.memory_info().rss > most:
                raise Gone(at, f"took more than {limits.judge_memory / 1e9:g} GB of memory", certain=True)
            if time.monotonic() - began > limits.notebook + ALLOWANCE:
                raise Gone(at, f"took more than {limits.notebook + ALLOWANCE:g} seconds", certain=True)
    except (EOFError, OSError, psutil.Error) as error:
        raise Gone(at, "ended", certain=False) from error


def _seconds(process):
    """Return the processor time of the judge's own work; what a submission does is done by other processes."""
    times = process.cpu_times()
    return times.user + times.system


def _ready():
    """Return the process beside this one, and the connection to it; start one where there is none."""
    global _judge
    if _judge is None or not _judge[0].is_alive():
        end()
        context = _beside_this_one()
        ours, theirs = context.Pipe()
        if multiprocessing.current_process().daemon:  # as the workers of a cluster are; this one looks after its child
            multiprocessing.current_process().daemon = False
        process = context.Process(target=_serve, args=(theirs, os.getpid()))
        process.start()
        theirs.close()
        _judge = process, ours
    return _judge


def end():
    """End the process beside this one, with all that it started."""
    global _judge
    if _judge is None:
        return
    (process, connection), _judge = _judge, None
    with contextlib.suppress(OSError):
        connection.close()
    family = []
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()  # it takes away its own folders and processes, unless it is stuck
    process.join(3)
    if process.is_alive():
        process.kill()
        process.join()
    for each in family:
        with contextlib.suppress(psutil.Error):
            each.kill()  # known by its number and the time of its start
    process.close()


def _beside_this_one():
    """Return the way in which the judge is started.

    A worker was forked by a server that has imported what a judge needs, and has no thread but the one that waits for
    its parent's end: from there a fork starts the judge in milliseconds, where a new server would import it all again.
    A worker of a cluster has threads of its own, so there it is started as any other process.
    """
    forked = multiprocessing.parent_process() is not None and threading.active_count() <= 2
    if forked and "fork" in multiprocessing.get_all_start_methods() and "distributed" not in sys.modules:
        return multiprocessing.get_context("fork")
    return start_method()


def start_method():
    """Return the way in which processes are started here: never a fork of this one.

    A fork would carry over the sockets and locks of nbgrader. A server that has imported what workers need, and
    nothing else, forks them, so that ten start like one.
    """
    name = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return multiprocessing.get_context(name)


def settle(finish):
    """Make this process end, and call `finish`, when its parent ends or asks for it; Ctrl-C is for the run."""
    import atexit
    from multiprocessing import util

    turn = threading.RLock()  # the one that watches and the one that ends by itself may come at the same time

    def finish_once():
        with turn:
            finish()

    def leave(*_):
        try:
            finish_once()  # may meet a sandbox that starts or stops; what is left of it ends with this process
        finally:
            os._exit(1)

    def watch():
        wait_for([multiprocessing.parent_process().sentinel])
        leave()

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)
    threading.Thread(target=watch, daemon=True).start()  # the run may be killed: its workers end then
    atexit.register(finish_once)
    util.Finalize(None, finish_once, exitpriority=10)  # a worker ends without atexit


def _serve(connection, parent):
    """Judge what comes over the connection, until it is closed."""
    settle(jobs.end)
    while True:
        try:
            job, standing = connection.recv()
        except (EOFError, OSError):
            return
        _limit_memory(job.limits.judge_memory, job.preload)
        result = jobs.judge(job, Progress(standing, connection.send))
        with contextlib.suppress(OSError):
            connection.send(("result", result))


class Progress:
    """What a judge knows of a submission before it begins, and whom it tells how far it is.

    Parameters
    ----------
    standing : KnownSoFar
    send : callable
    """

    def __init__(self, standing=None, send=lambda told: None):
        self._standing = replace(standing) if standing else KnownSoFar()
        self._send = send

    @property
    def over(self):
        """Why nothing more is judged, or ""."""
        return self._standing.over

    @property
    def troubled(self):
        """Whether a part of this submission is known to lose judges: then nothing is judged a second time."""
        return bool(self._standing.lost or self._standing.over)

    def begins(self, number):
        """Say that a cell begins."""
        self._send(("at", number))

    def again(self):
        """Say that all begins again."""
        self._standing.known = {}
        self._send(("again",))

    def judged(self, number, outputs, outcome):
        """Say what came out of a check."""
        self._send(("judged", number, outputs, outcome))

    def known(self, number):
        """Return the outputs and the outcome of a check that is judged already, or None."""
        return self._standing.known.get(number)

    def lost(self, number):
        """Return why a judge was lost at a cell, or ""."""
        return self._standing.lost.get(number, "")


def _limit_memory(most, preload):
    """Have the system refuse this process more data than a submission may have it take."""
    try:
        import resource
    except ImportError:  # Windows, where the watcher alone looks
        return
    with contextlib.suppress(OSError, ValueError, psutil.Error, AttributeError):
        with open("/proc/self/status", encoding="ascii", errors="replace") as file:
            [data] = [1024 * int(line.split()[1]) for line in file if line.startswith("VmData:")]
        allowed = most + (LIBRARIES if "keras" in preload else 0)
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        soft = data + allowed if hard == resource.RLIM_INFINITY else min(data + allowed, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


LIBRARIES = 4_000_000_000  # bytes that Keras and its backend ask for when they start, most of which they never use
