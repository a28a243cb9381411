"""Walls around what a submission does: the levels there are, and a warm process behind them.

====== ==========================================================================================
level  what stands around a submission
====== ==========================================================================================
3      bubblewrap (own view of files, processes, network), Landlock, seccomp, limits
2      Landlock, seccomp, limits: in containers that give no namespaces
1      another user, limits (only as root)
0      limits
====== ==========================================================================================

The best level that works here is used, and named in every report. Levels 1 and 0 need a flag that says what
it means. As root, everything of a submission runs as a user of its own: `FIRST_USER` and the number of the
worker, which need no entry in ``/etc/passwd``.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bncourse.grading import compilation, furniture
from bncourse.grading.furniture import Unavailable
from bncourse.room import frames
from bncourse.room.leftovers import remove

FIRST_USER = 64600
_SCOPES_SINCE = 6  # the version of Landlock that keeps signals in
NAMES = {
    3: "3 (bubblewrap, Landlock, seccomp, limits)",
    2: "2 (Landlock, seccomp, limits)",
    1: "1 (another user, limits)",
    0: "0 (limits only)",
}


@dataclass(frozen=True)
class Limits:
    """What one submission may take.

    Parameters
    ----------
    call : float
        How many times the seconds that a check grants a call: a machine that grades is busier than a laptop.
    cell, notebook : float
        Seconds for one cell, and for all of a submission together.
    grace : float
        Seconds that a cell has to end after it was interrupted.
    memory : int
        Bytes of all its processes together, shared pages by their share (PSS).
    data : int
        Bytes of data that one process may ask for; a deep-learning library needs 1.5 GB to start.
    processes : int
        Processes and threads.
    file_size : int
        Bytes of one file, and of all files at level 3.
    judge : float
        Seconds of processor time that the judge itself may spend on one cell of it, outside of the sandbox.
    judge_memory : int
        Bytes that the judge itself may take more than it had before.
    """

    call: float = 3.0
    cell: float = 60.0
    notebook: float = 600.0
    grace: float = 2.0
    memory: int = 2_000_000_000
    data: int = 4_000_000_000
    processes: int = 256
    file_size: int = 100_000_000
    judge: float = 60.0
    judge_memory: int = 1_500_000_000


@dataclass
class Sandbox:
    """A warm process behind walls, that makes one room after the other.

    Parameters
    ----------
    level : int
    preload : sequence of str
        The modules that it imports before any submission comes.
    worker : int
        Tells sandboxes apart that stand at the same time.
    limits : Limits
    compiled : str
        The folder of `bncourse.grading.compilation`, or "".
    """

    level: int
    preload: tuple = ()
    worker: int = 0
    limits: Limits = field(default_factory=Limits)
    compiled: str = ""

    def __post_init__(self):
        self._process = None
        self._deaths = 0

    def start(self):
        """Start the warm process; takes as long as its imports do.

        Raises
        ------
        Unavailable
            If the walls of this level do not stand on this machine.
        """
        if self.level in (1, 2) and os.geteuid() == 0 and (closed := furniture.closed_to_others()):
            raise Unavailable(
                f"level {NAMES[self.level]} runs submissions as another user, who cannot read Python's files: {closed} "
                "is closed to others. Install Python and the course outside of it, or install bubblewrap."
            )
        if self.level == 2 and os.geteuid() != 0 and not _signals_stay_in():
            raise Unavailable(
                f"level {NAMES[2]} needs Linux 6.12, or root: before that, Landlock does not keep a submission from "
                "ending other processes of the same user. Install bubblewrap."
            )
        self.stop()
        _sweep_folders()
        self._folder = Path(tempfile.mkdtemp(prefix=f"bnroom-{os.getpid()}-"))
        os.chmod(self._folder, 0o755)
        package = furniture.furnish(self._folder)
        beside = [self.compiled] if self.compiled else []
        ours, theirs = frames.pair()
        user = FIRST_USER + self.worker if os.geteuid() == 0 and self.level >= 1 else None
        try:
            with open(self._folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    furniture.command(self.level, package, theirs.fileno(), user, 2 * self.limits.file_size, beside),
                    env=furniture.environment(package, self.compiled),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                    cwd="/",
                )
        except OSError as error:
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {error}") from error
        finally:
            theirs.close()
        self._control = ours
        room = "/room" if self.level == 3 else str(self._folder / "room")
        if self.level != 3:
            (self._folder / "room").mkdir()
        ours.settimeout(120)
        try:
            frames.send(
                ours,
                {
                    "level": self.level,
                    "user": user,
                    "alone": self.level == 3 or user is not None,
                    "preload": list(self.preload),
                    "folder": room,
                    "caches": str(package / "caches"),
                    "readable": [*furniture.readable(self.level, package), *beside],
                    "writable": furniture.writable(self.level),
                    "shared": ["/dev/shm"] if self.level == 3 else [],
                    "limits": {
                        "memory": self.limits.data,
                        "processes": self._processes(user),
                        "file_size": self.limits.file_size,
                        "seconds": int(self.limits.notebook),
                    },
                },
            )
            ready = frames.receive(ours)
        except (frames.Broken, frames.TooLate) as error:
            said = self._log()
            self.stop()
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {said or error}") from error
        if not ready.get("ready"):
            self.stop()
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {ready.get('error')}")
        self._mine = {process.pid for process in self._all()}
        self._warm = self._leaf()
        return self

    def _processes(self, user):
        if user is not None or self.level == 3:
            return self.limits.processes
        mine = 0  # the limit counts all threads of the user
        for process in psutil.process_iter(["uids", "num_threads"]):
            uids = process.info["uids"]
            mine += (process.info["num_threads"] or 1) if uids and uids.real == os.getuid() else 0
        return mine + self.limits.processes

    def _log(self):
        with contextlib.suppress(OSError):
            lines = (self._folder / "log").read_text(errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    def _all(self):
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(self._process.pid)
            return [root, *root.children(recursive=True)]
        return []

    def _leaf(self):
        processes = self._all()
        parents = {process.ppid() for process in processes}
        return next(process.pid for process in processes if process.pid not in parents)

    @property
    def running(self):
        return self._process is not None and self._process.poll() is None

    @property
    def deaths(self):
        """How often the warm process ended without being asked to."""
        return self._deaths + (self._process is not None and not self.running)

    def open(self):
        """Fork a room.

        Returns
        -------
        connection : socket.socket
            To its cells, see `bncourse.room.cells.serve`.
        process : int
            Its process.
        """
        import socket

        if self.compiled:
            compilation.share(self.compiled)
        ours, theirs = frames.pair()
        try:
            self._control.settimeout(30)
            socket.send_fds(self._control, [b"F"], [theirs.fileno()])
            frames.receive(self._control)
        except (OSError, frames.Broken, frames.TooLate) as error:
            ours.close()
            raise frames.Broken("the warm process is gone") from error
        finally:
            theirs.close()
        ours.settimeout(30)
        try:
            frames.receive(ours)
        except (frames.Broken, frames.TooLate) as error:
            ours.close()
            raise frames.Broken(f"the room did not open: {self._log()}") from error
        return ours, max(self._children(), default=None)

    def _children(self):
        """Give the children of the warm process; asked before a submission runs, so nothing is in motion."""
        try:
            told = Path(f"/proc/{self._warm}/task/{self._warm}/children").read_text(encoding="ascii")
            return set(map(int, told.split())) - self._mine
        except OSError:  # a kernel without that file
            return {process.pid for process in self.strangers() if process.ppid() == self._warm}

    def strangers(self):
        """Give the processes that belong to a submission."""
        return [process for process in self._all() if process.pid not in self._mine]

    def memory(self):
        """Give the bytes that the processes of the submission take, shared pages by their share."""
        total = 0
        for process in self.strangers():
            try:
                total += process.memory_full_info().pss
            except psutil.AccessDenied:  # of another user: what it does not share, then
                with contextlib.suppress(psutil.Error, OSError):
                    about = process.memory_info()
                    total += about.rss - about.shared
            except (psutil.Error, OSError):
                continue
        return total

    def sweep(self):
        """End all that a submission left running, and take away its files; the sandbox ends if that fails."""
        if not self.running:
            return
        try:
            self._control.settimeout(15)
            self._control.sendall(b"S")
            frames.receive(self._control)
        except (OSError, frames.Broken, frames.TooLate):
            self.stop()
            return
        if any(process.status() != psutil.STATUS_ZOMBIE for process in self._living()):
            self.stop()

    def _living(self):
        for process in self.strangers():
            with contextlib.suppress(psutil.Error):
                process.status()
                yield process

    def stop(self):
        """End everything."""
        if self._process is None:
            return
        try:
            dead = psutil.Process(self._warm).status() == psutil.STATUS_ZOMBIE
        except (psutil.Error, AttributeError):
            dead = True
        self._deaths += dead
        for _ in range(20):
            processes = self._all()
            for number in (signal.SIGSTOP, signal.SIGKILL):
                for process in processes:
                    with contextlib.suppress(psutil.Error, OSError):
                        os.kill(process.pid, number)
            if len(processes) <= 1:
                break
            time.sleep(0.02)
        self._process.kill()
        self._process.wait()
        self._process = None
        with contextlib.suppress(AttributeError):
            self._control.close()
        remove(str(self._folder))


def _signals_stay_in():
    from bncourse.room import walls  # Linux alone has what it imports

    return walls.landlock_version() >= _SCOPES_SINCE


def _sweep_folders():
    """Take away the folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob("bnroom-*-*"):
        maker = folder.name.split("-")[1]
        with contextlib.suppress(OSError):
            if maker.isdecimal() and not psutil.pid_exists(int(maker)) and folder.lstat().st_uid == os.geteuid():
                remove(str(folder))


def probe(highest=3):
    """Give the best level, up to `highest`, whose walls stand here; and why each better one does not.

    Returns
    -------
    level : int
    reasons : dict of int to str
    """
    reasons = {}
    for level in range(highest, 0, -1):
        if level == 1 and os.geteuid() != 0:
            reasons[1] = "another user needs root"
            continue
        if sys.platform != "linux":
            reasons[level] = f"{sys.platform} has none of these walls"
            continue
        sandbox = Sandbox(level, worker=60 + level)
        try:
            sandbox.start()
            connection, _ = sandbox.open()
            connection.close()
            return level, reasons
        except (Unavailable, frames.Broken) as error:
            reasons[level] = str(error)
        finally:
            sandbox.stop()
    return 0, reasons
