"""What submissions take of the machine, held against their limits while they run."""

import contextlib
import os
import threading
import time

import psutil

from bncourse.sandbox import cgroups, usage
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.warm_process import WarmProcess

AT_LEAST = 0.25  # seconds between two looks


class Watch:
    """Looks at the sessions of a warm process, which has just started.

    Parameters
    ----------
    process : WarmProcess
    limits : Limits
    worker : int
        Tells warm processes apart that run at the same time.

    Raises
    ------
    bncourse.sandbox.protocol.Broken
        If the warm process does not answer.
    """

    def __init__(self, process: WarmProcess, limits: Limits, worker: int):
        self._process = process
        self._limits = limits
        self._group = self._held_by_the_kernel(worker)
        self._kills = 0
        self._machine = usage.KernelMemory.now()
        self._files, self._bytes = process.count()  # of its own

    def _held_by_the_kernel(self, worker):
        """Have the kernel hold memory and processes of all sessions together; None where it cannot be asked to."""
        name, own = f"bncourse-{os.getpid()}-{worker}", self._process.own
        group = cgroups.make(name, self._limits.memory, self._limits.processes + len(own))
        try:
            for pid in own if group is not None else ():
                group.add(pid)  # what it has taken until now stays on the account of the group it was in
        except OSError:
            return None
        return group

    def begin(self):
        """Note how the machine is when a session opens."""
        self._machine = usage.KernelMemory.now()

    def excess(self):
        """Say what a submission takes more of than it may, or ""."""
        return self.excess_of_memory() or self.excess_on_disk()

    def excess_of_memory(self):
        """Say how much memory a submission takes that may not take so much, or ""; the warm process is not asked."""
        taken = usage.memory(self._process.strangers())
        return f"it took {taken / 1e9:.1f} GB of memory" if taken > self._limits.memory else ""

    def excess_on_disk(self):
        """Say what a submission has more of on the disk than it may, or ""; this takes no time."""
        files, size = self._process.count()
        if files - self._files > self._limits.files:
            return f"it made more than {self._limits.files:,} files, or folders that cannot be looked into"
        if size - self._bytes > 2 * self._limits.file_size:
            return f"it wrote {(size - self._bytes) / 1e9:.1f} GB of files"
        return ""

    def why_it_ended(self):
        """Say why a session is gone, as far as that is known."""
        kills = self._group.kills() if self._group is not None else 0
        self._kills, before = kills, self._kills
        return "it took more memory than it may" if kills > before else "its process ended"

    def shortage(self):
        """Say what the machine is short of since the session opened, or ""."""
        return self._machine.shortage(self._limits.memory)

    def close(self):
        """Give the group of the kernel back; its processes have ended."""
        if self._group is not None:
            self._group.remove()
            self._group = None


class Lookout:
    """Looks at what a session takes of memory while the judge is busy with something else, and ends it.

    A session that has answered may go on behind its answer, as long as it takes to read that and to judge it.

    Parameters
    ----------
    watch : Watch
    process : WarmProcess
    """

    def __init__(self, watch: Watch, process: WarmProcess):
        self.found = ""  # why it ended the session
        self._watch, self._process = watch, process
        self._looked_at = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def looked(self):
        """Note that somebody else has looked just now."""
        self._looked_at = time.monotonic()

    def _look(self):
        pause = AT_LEAST
        while not self._over.wait(pause):
            began = time.monotonic()
            if began - self._looked_at < 2 * pause:
                continue
            with contextlib.suppress(psutil.Error, OSError):
                self.found = self._watch.excess_of_memory()
                if self.found:
                    for process in self._process.strangers():
                        with contextlib.suppress(psutil.Error):
                            process.kill()
            pause = AT_LEAST + 4 * (time.monotonic() - began)  # many processes take long to look at

    def close(self):
        """Stop looking; returns when nobody looks any more."""
        self._over.set()
        self._thread.join()
