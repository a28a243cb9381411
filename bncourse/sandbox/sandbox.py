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
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bncourse.sandbox import cgroups, compilation, mounts, processes, protocol, usage
from bncourse.sandbox.inside.leftovers import remove
from bncourse.sandbox.limits import NAMES, Limits
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.places import Places
from bncourse.sandbox.process_traits import changed, traits
from bncourse.sandbox.users import FIRST_USER


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
        The folder of `bncourse.sandbox.compilation`, or "".
    private : sequence of str
        Folders that no submission may see, wherever they lie: the course, the exchange.
    """

    level: int
    preload: tuple = ()
    worker: int = 0
    limits: Limits = field(default_factory=Limits)
    compiled: str = ""
    private: tuple = ()

    def __post_init__(self):
        self._process = None
        self._group = None
        self._kills = 0
        self._deaths = 0
        self.renewals = []  # what submissions had changed of the warm process, each time it was made anew for that

    def start(self):
        """Start the warm process; takes as long as its imports do.

        Raises
        ------
        Unavailable
            If the walls of this level do not stand on this machine.
        """
        mounts.check(self.level)
        self.stop()
        mounts.sweep()
        self._folder = Path(tempfile.mkdtemp(prefix=f"bnroom-{os.getpid()}-"))
        os.chmod(self._folder, 0o755)
        self.places = Places(self._folder)
        package = mounts.furnish(self._folder)
        beside = [self.compiled] if self.compiled else []
        ours, theirs = protocol.pair()
        user = FIRST_USER + self.worker if os.geteuid() == 0 and self.level >= 1 else None
        try:
            with open(self._folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    mounts.command(
                        self.level, package, theirs.fileno(), user, 2 * self.limits.file_size, beside, self.private
                    ),
                    env=mounts.environment(package, self.compiled),
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
            protocol.send(
                ours,
                {
                    "level": self.level,
                    "user": user,
                    "alone": self.level == 3 or user is not None,
                    "preload": list(self.preload),
                    "folder": room,
                    "caches": str(package / "caches"),
                    "readable": [*mounts.readable(self.level, package, self.private), *beside],
                    "private": mounts.witnesses(self.private, [self._folder, *beside]) if self.level >= 2 else [],
                    "writable": mounts.writable(self.level),
                    "shared": ["/dev/shm"] if self.level == 3 else [],
                    "limits": {
                        "memory": self.limits.data,
                        "processes": self._most_processes(user),
                        "file_size": self.limits.file_size,
                        "files": self.limits.files,
                        "seconds": int(self.limits.notebook),
                    },
                },
            )
            ready = protocol.receive(ours)
        except (protocol.Broken, protocol.TooLate) as error:
            said = self._log() or f"{error}{processes.ending(self._process)}"
            self.stop()
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {said}") from error
        if not ready.get("ready"):
            self.stop()
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {ready.get('error')}")
        self._mine = {process.pid for process in self._all()}
        self._warm = processes.youngest(self._all())
        self._join_group()
        self._traits = {pid: traits(pid) for pid in self._mine}
        self._files = self._bytes = 0
        self._files, self._bytes = self._on_disk()
        return self

    def _join_group(self):
        """Have the kernel hold the limits on memory and processes for all rooms together, where it can be asked to."""
        name, self._kills = f"bncourse-{os.getpid()}-{self.worker}", 0
        self._group = cgroups.make(name, self.limits.memory, self.limits.processes + len(self._mine))
        if self._group is not None:
            try:
                for pid in self._mine:  # what it has taken until now stays on the account of the group it was in
                    self._group.add(pid)
            except OSError:
                self._group = None

    def _log(self):
        with contextlib.suppress(OSError):
            lines = (self._folder / "log").read_text(errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    def _most_processes(self, user):
        # a user who is no user of the room alone has others, and the limit counts them all
        others = 0 if user is not None or self.level == 3 else processes.threads_of(os.getuid())
        return others + self.limits.processes

    def _all(self):
        return processes.of(self._process.pid)

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
            To its cells, see `bncourse.sandbox.inside.cells.serve`.
        process : int
            Its process.
        """
        import socket

        if self.compiled:
            compilation.share(self.compiled)
        ours, theirs = protocol.pair()
        try:
            self._control.settimeout(30)
            socket.send_fds(self._control, [b"F"], [theirs.fileno()])
            protocol.receive(self._control)
        except (OSError, protocol.Broken, protocol.TooLate) as error:
            ours.close()
            raise protocol.Broken("the warm process is gone") from error
        finally:
            theirs.close()
        self._before = usage.Machine.now()
        ours.settimeout(30)
        try:
            told = protocol.receive(ours)
        except (protocol.Broken, protocol.TooLate) as error:
            ours.close()
            raise protocol.Broken(f"the room did not open: {self._log()}") from error
        if told.get("sees"):
            ours.close()
            self.stop()
            raise Unavailable(f"level {NAMES[self.level]} does not hide {told['sees']} from submissions here")
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

    def excess(self):
        """Say what a submission takes more of than it may, or ""."""
        taken = usage.memory(self.strangers())
        if taken > self.limits.memory:
            return f"it took {taken / 1e9:.1f} GB of memory"
        return self.excess_on_disk()

    def excess_on_disk(self):
        """Say what a submission has more of on the disk than it may, or ""; this takes no time."""
        files, size = self._on_disk()
        if files > self.limits.files:
            return f"it made more than {self.limits.files:,} files, or folders that cannot be looked into"
        if size > 2 * self.limits.file_size:
            return f"it wrote {size / 1e9:.1f} GB of files"
        return ""

    def why_it_ended(self):
        """Say why a room is gone, as far as that is known."""
        kills = self._group.kills() if self._group is not None else 0
        self._kills, before = kills, self._kills
        return "it took more memory than it may" if kills > before else "its process ended"

    def shortage(self):
        """Say what the machine is short of since the room opened, or ""."""
        return self._before.shortage(self.limits.memory)

    def _on_disk(self):
        """Give how many files and bytes a submission has written; the warm process alone sees all of them."""
        try:
            self._control.settimeout(15)
            self._control.sendall(b"C")
            told = protocol.receive(self._control)
            return told["files"] - self._files, told["bytes"] - self._bytes
        except (OSError, protocol.TooLate) as error:
            raise protocol.Broken("the warm process does not answer") from error

    def sweep(self):
        """End all that a submission left running, and take away its files; the sandbox ends if that fails."""
        if not self.running:
            return
        try:
            self._control.settimeout(15)
            self._control.sendall(b"S")
            protocol.receive(self._control)
        except (OSError, protocol.Broken, protocol.TooLate):
            self.stop()
            return
        if any(process.status() != psutil.STATUS_ZOMBIE for process in self._living()):
            self.stop()
            return
        now = {pid: traits(pid) for pid in self._mine}
        if found := [name for pid in self._mine for name in changed(self._traits[pid], now[pid])]:
            self.renewals.append(found)  # it would stay for all submissions to come
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
        processes.end(self._process.pid)
        self._process.kill()
        self._process.wait()
        self._process = None
        if self._group is not None:
            self._group.remove()
            self._group = None
        with contextlib.suppress(AttributeError):
            self._control.close()
        remove(str(self._folder))
