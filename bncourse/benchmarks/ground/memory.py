"""What the processes of a run take of memory, part by part: from the command to the sessions."""

import contextlib
import threading
from collections import defaultdict
from pathlib import Path

COMMAND, SERVER, WATCHER, JUDGE, WARM, SESSION = "command", "server", "watcher", "judge", "warm", "session"
PARTS = {
    COMMAND: "the command, with nbgrader",
    SERVER: "what forks the judges",
    WATCHER: "what watches them",
    JUDGE: "the judges",
    WARM: "what forks the sessions",
    SESSION: "the sessions",
}
_INSIDE = "bncourse.sandbox.inside.main"


def memory_by_part(process):
    """Return what a run takes now.

    Parameters
    ----------
    process : psutil.Process
        Of the command.

    Returns
    -------
    dict of str to dict
        For each of `PARTS` that is there: processes; memory, in bytes, shared pages by their share (PSS); and code,
        what of it are pages of files, which the system can read again.
    """
    import psutil

    below = defaultdict(list)
    with contextlib.suppress(psutil.Error):
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                below[child.ppid()].append(child)
    found = {}
    waiting = [(process, COMMAND)]
    while waiting:
        each, part = waiting.pop()
        words = []
        with contextlib.suppress(psutil.Error):
            words = each.cmdline()
        waiting += [(child, _part_of(child, part, words)) for child in below[each.pid]]
        with contextlib.suppress(OSError, ValueError, KeyError):
            memory, code = _proportional(each.pid)
            taken = found.setdefault(part, {"processes": 0, "memory": 0, "code": 0})
            taken["processes"] += 1
            taken["memory"] += memory
            taken["code"] += code
    return found


def _part_of(child, part, parents_words):
    """Return the part of a process that was started by one of a part, whose command line is given."""
    import psutil

    words = []
    with contextlib.suppress(psutil.Error):
        words = child.cmdline()
    if part == COMMAND and any("multiprocessing.forkserver" in word for word in words):
        return SERVER
    if part in (SERVER, WATCHER):
        return WATCHER if part == SERVER else JUDGE
    if part in (COMMAND, JUDGE) and _INSIDE in words:
        return WARM
    if part == WARM and parents_words[1:4] == ["-P", "-m", _INSIDE]:  # what stands around it is no session
        return SESSION
    return part


def _proportional(pid):
    """Return the bytes of a process, shared pages by their share, and what of them are pages of files."""
    kilobytes = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii", errors="replace").splitlines()[1:]:
        name, _, value = line.partition(":")
        kilobytes[name] = int(value.split()[0])
    return 1024 * kilobytes["Pss"], 1024 * (kilobytes["Pss"] - kilobytes.get("Pss_Anon", kilobytes["Pss"]))


@contextlib.contextmanager
def peak_memory(pid, every=0.5):
    """Watch a run; what is given holds, when it is over, its parts at the moment when they took most together.

    Parameters
    ----------
    pid : int
        Of the command.
    every : float
        Seconds between two looks.

    Yields
    ------
    dict
        See `memory_by_part`.
    """
    import psutil

    most, ended = {}, threading.Event()

    def watch():
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            while not ended.wait(every):
                now = memory_by_part(process)
                if together(now) > together(most):
                    most.clear()
                    most.update(now)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


def together(parts):
    """Return the bytes of all parts."""
    return sum(part["memory"] for part in parts.values())
