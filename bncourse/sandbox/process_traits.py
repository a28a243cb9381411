"""What a process is, beside its memory: limits, rank, processors, signals. All of it outlives a fork.

A session that could change any of it in the process that forks sessions would change it for every submission that
comes after. So it is looked at from outside after each submission; see `bncourse.sandbox.sandbox.Sandbox.sweep`.
"""

import contextlib
import os
from pathlib import Path

import psutil

_STATUS = (
    "State", "TracerPid", "Umask", "Uid", "Gid", "Groups", "Threads", "SigPnd", "ShdPnd", "SigBlk", "SigIgn", "SigCgt",
    "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Seccomp_filters", "THP_enabled",
    "Cpus_allowed", "Mems_allowed", "CoreDumping",
)  # fmt: skip
_WAITS = ("S", "D", "R")  # it sleeps, or is about to; a stopped one is T


def traits(pid):
    """Return what a process is, by name; empty where there is none with this number.

    Parameters
    ----------
    pid : int

    Returns
    -------
    dict of str to object
    """
    place, found = Path(f"/proc/{pid}"), {}
    with contextlib.suppress(OSError):
        for line in (place / "status").read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name in _STATUS:
                found[name] = value.split()
        found["State"] = "waits" if found["State"][0] in _WAITS else found["State"][0]
        found["limits"] = (place / "limits").read_text(encoding="ascii").splitlines()
    for name in ("oom_score_adj", "cgroup", "autogroup"):
        with contextlib.suppress(OSError):
            found[name] = (place / name).read_text(encoding="utf-8")
    with contextlib.suppress(OSError):
        found["rank"] = (
            os.getpriority(os.PRIO_PROCESS, pid),
            os.sched_getscheduler(pid),
            os.sched_getparam(pid).sched_priority,
        )
        found["processors"] = sorted(os.sched_getaffinity(pid))
    with contextlib.suppress(psutil.Error, OSError):
        found["rank on disks"] = tuple(psutil.Process(pid).ionice())
    return found


def changed(before, now):
    """Return the names of the traits that differ, as a sorted list.

    Parameters
    ----------
    before, now : dict
        From `traits`.

    Examples
    --------
    >>> changed({"rank": (0, 0, 0), "Umask": ["0022"]}, {"rank": (5, 0, 0), "Umask": ["0022"]})
    ['rank']
    """
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
