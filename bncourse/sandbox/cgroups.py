"""Control groups of the kernel (cgroup): one for the sessions of a sandbox, where this process may make one.

A group counts all that its processes take together, also what the kernel keeps for them, and has a limit that the
kernel itself holds. Version 2 is used where a folder above this process lends out memory and processes, and may be
written to: as root on most systems, and where a system's administrator has given a part of the tree away. Elsewhere
`bncourse.sandbox.usage` watches from outside.
"""

import contextlib
import os
from pathlib import Path

import psutil

_NEEDED = {"memory", "pids"}


class Group:
    """A group of processes with a limit on memory and on their number.

    Parameters
    ----------
    folder : path
        The group itself, as `make` made it.
    """

    def __init__(self, folder):
        self.folder = Path(folder)

    def add(self, pid):
        """Take a process in; what it starts from here on is in the group too."""
        (self.folder / "cgroup.procs").write_text(str(pid), encoding="ascii")

    def kills(self):
        """Return how many processes the kernel ended in this group, because it was at its limit of memory."""
        with contextlib.suppress(OSError, ValueError):
            for line in (self.folder / "memory.events").read_text(encoding="ascii").splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
        return 0

    def remove(self):
        """Take the group away; its processes have ended."""
        with contextlib.suppress(OSError):
            self.folder.rmdir()


def make(name, memory, processes, own=None):
    """Make a group; None where this process may make none.

    Parameters
    ----------
    name : str
    memory : int
        Bytes, with files in memory and what the kernel keeps.
    processes : int
        Processes and threads.
    own : tuple of path, optional
        The top of the tree and the folder of this process's group; found out where it is not given.

    Returns
    -------
    Group or None
    """
    for parent in _above(own):
        if _lends(parent):
            _sweep(parent)
            with contextlib.suppress(OSError):
                return _made(parent / name, memory, processes)
    return None


def possible():
    """Return whether this process may make a group."""
    return any(map(_lends, _above(None)))


def _above(own):
    """Give the folders of this process's group and of all that it lies in, from inside out."""
    top, own = own or _own("cgroup2") or (None, None)
    while own:
        yield own
        if own in (top, own.parent):
            return
        own = own.parent


def _lends(folder):
    try:
        lent = set((folder / "cgroup.subtree_control").read_text(encoding="ascii").split())
    except OSError:
        return False
    return lent >= _NEEDED and os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)


def _sweep(parent):
    """Take away the groups of runs that were killed; the kernel keeps one in which a process still is."""
    for folder in parent.glob("bncourse-*-*"):
        with contextlib.suppress(OSError, ValueError):
            if not psutil.pid_exists(int(folder.name.split("-")[1])):
                folder.rmdir()


def _made(folder, memory, processes):
    folder.mkdir(exist_ok=True)
    try:
        for file, value in (("memory.max", memory), ("pids.max", processes)):
            (folder / file).write_text(str(value), encoding="ascii")
        with contextlib.suppress(OSError):  # a kernel without swap has no such file
            (folder / "memory.swap.max").write_text("0", encoding="ascii")
    except OSError:
        folder.rmdir()
        raise
    return Group(folder)


def free(own=None, version=2, kept=0.0):
    """Return the bytes of memory that the group of this process may still take; None without a limit.

    Parameters
    ----------
    own : tuple of path, optional
        The top of the tree and the folder of this process's group; found out where it is not given.
    version : int
        Of the tree in `own`.
    kept : float
        The part of each limit that stays free.
    """
    names = {2: ("memory.max", "memory.current", "inactive_file"), 1: _OLD}
    places = [(own, version)] if own else [(_own("cgroup2"), 2), (_own("cgroup"), 1)]
    left = []
    for place, number in places:
        if place is None:
            continue
        top, folder = place
        limit, taken, unused = names[number]
        for group in [folder, *folder.parents]:
            with contextlib.suppress(OSError, ValueError):
                most = int((group / limit).read_text(encoding="ascii"))  # "max" is none
                if most < 1 << 60:
                    now = int((group / taken).read_text(encoding="ascii"))
                    left.append(most - now + _of(group / "memory.stat", unused) - int(kept * most))
            if group == top:
                break
    return max(min(left), 0) if left else None


_OLD = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")


def _of(file, name):
    for line in file.read_text(encoding="ascii").splitlines():
        if line.startswith(f"{name} "):
            return int(line.split()[1])
    return 0


def _own(kind):
    """Return the top of the tree and the folder of this process's group: of version 2, or of memory in version 1."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        inside = None
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, controllers, path = line.split(":", 2)
            if (kind == "cgroup2" and not controllers) or (kind == "cgroup" and "memory" in controllers.split(",")):
                inside = path
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            mounted, _, about = line.partition(" - ")
            fields, (found, _, options) = mounted.split(), about.split(" ", 2)
            if found == kind and inside and (kind == "cgroup2" or "memory" in options.split(",")):
                top = Path(fields[4])
                within = os.path.relpath(inside, fields[3])
                return top, top if within.startswith("..") else top / within
    return None
