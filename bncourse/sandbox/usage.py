"""What a submission takes of the machine: memory that its processes show, memory that the kernel keeps for it, files.

The limits of one process see neither what many take together nor what the kernel holds for them: tables of pages,
buffers of sockets and pipes, files in memory. So both are added up from outside while a submission runs. What
nobody can add up (locks, areas of memory, names in caches) shows in the machine as a whole: `KernelMemory` watches it.
"""

import contextlib
import os
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bncourse.sandbox import cgroups
from bncourse.trouble import Trouble

SOCKET = 213_000  # what the kernel may hold for one socket, by its default (net.core.wmem_default)
PIPE = 65_536
LEAST_MEMORY = 0.04  # of the machine's memory
LEAST_DISK = 500_000_000
_KERNEL = ("SUnreclaim", "PageTables", "KernelStack", "Percpu")


class Shortage(Exception):
    """The machine is short of memory while a submission runs, and nobody can say through whom."""


def memory(processes):
    """Return the bytes that processes take together, shared pages by their share, with what the kernel keeps for them.

    Parameters
    ----------
    processes : iterable of psutil.Process
    """
    total, held = 0, {}
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except psutil.AccessDenied:  # of another user: what it does not share, then
            with contextlib.suppress(psutil.Error, OSError):
                about = process.memory_info()
                total += about.rss - about.shared
        except (psutil.Error, OSError):
            continue
        status = _status(process.pid)
        total += status.get("VmPTE", 0)
        try:
            held |= _held(process.pid)
        except PermissionError:
            total += status.get("FDSize", 0) * SOCKET
        except OSError:
            continue
    return total + sum(held.values())


def _status(pid):
    """Return some numbers of a process, in bytes where they have a unit."""
    status = {}
    with contextlib.suppress(OSError, ValueError):
        for line in Path(f"/proc/{pid}/status").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in ("VmPTE", "FDSize"):
                number, _, unit = value.strip().partition(" ")
                status[name] = int(number) * (1024 if unit == "kB" else 1)
    return status


def _held(pid):
    """Return what the kernel may hold for each socket, pipe and unnamed file of a process; each has one name in all."""
    held = {}
    for name in os.listdir(f"/proc/{pid}/fd"):
        path = f"/proc/{pid}/fd/{name}"
        with contextlib.suppress(OSError):
            what = os.readlink(path)
            if what.startswith("socket:"):
                held[what] = SOCKET
            elif what.startswith("pipe:"):
                held[what] = PIPE
            elif what.endswith(" (deleted)"):
                about = os.stat(path)
                held[about.st_dev, about.st_ino] = about.st_blocks * 512
    return held


@dataclass(frozen=True)
class KernelMemory:
    """The machine as it was when a session opened.

    Parameters
    ----------
    kernel : int
        Bytes that the kernel had taken for itself.
    """

    kernel: int

    @classmethod
    def now(cls):
        """Look at the machine."""
        return cls(_kernel(_meminfo()))

    def shortage(self, most):
        """Say what the machine is short of, or "".

        Parameters
        ----------
        most : int
            Bytes that the kernel may take for itself while a session is open.
        """
        if (left := spare()) is not None and left <= 0:
            return "the machine has next to no memory left"
        grown = _kernel(_meminfo()) - self.kernel
        if grown > most:
            return f"the kernel took {grown / 1e9:.1f} GB for itself while the submission ran"
        return ""


def spare():
    """Return the bytes of memory that programs may still take, here and in this process's group; None if unknown."""
    meminfo = _meminfo()
    free = [cgroups.free(kept=LEAST_MEMORY)]
    if "MemAvailable" in meminfo:
        free.append(meminfo["MemAvailable"] - min(LEAST_MEMORY * meminfo.get("MemTotal", 0), 1e9))
    known = [each for each in free if each is not None]
    return min(known) if known else None


def _kernel(meminfo):
    return sum(meminfo.get(name, 0) for name in _KERNEL)


def _meminfo():
    meminfo = {}
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            name, _, value = line.partition(":")
            meminfo[name] = int(value.split()[0]) * 1024
    return meminfo


def wait_for_memory(wanted, seconds):
    """Wait until programs may take so many bytes, or until the time is over."""
    until = time.monotonic() + seconds
    while (left := spare()) is not None and left < wanted and time.monotonic() < until:
        time.sleep(0.5)


def fitting(workers, limits, folder):
    """Return how many submissions may run side by side here, so that the run can end safely.

    Parameters
    ----------
    workers : int
        As many as are wanted.
    limits : Limits
    folder : path
        Where sessions, and what is graded, are written.

    Raises
    ------
    Trouble
        If not even one may; the message says why and what helps.
    """
    left = spare()
    if left is not None:
        workers = min(workers, int(left // limits.memory))
    if workers < 1:
        raise Trouble(
            f"{max(left, 0) / 1e9:.1f} GB of memory are free, and a submission may take {limits.memory / 1e9:.1f} GB: "
            "a run could end other programs here. Close some, or set c.Submissions.memory lower in nbgrader_config.py."
        )
    for place in {str(folder), tempfile.gettempdir()}:
        disk, wanted = shutil.disk_usage(place).free, LEAST_DISK + 2 * limits.file_size * workers
        if disk < wanted:
            raise Trouble(
                f"{place} has {disk / 1e9:.1f} GB free, and {wanted / 1e9:.1f} GB are needed: a run could fill it. "
                "Delete files there, and run it again."
            )
        about = os.statvfs(place) if hasattr(os, "statvfs") else None
        if about and about.f_files and about.f_favail < 2 * limits.files * workers:  # some file systems do not count
            raise Trouble(
                f"{place} can take {about.f_favail:,} more files, and {2 * limits.files * workers:,} are needed. "
                "Delete files there, and run it again."
            )
    return workers
