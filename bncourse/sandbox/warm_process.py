"""The warm process from outside: started behind walls, asked, looked at, ended."""

import contextlib
import os
import socket
import subprocess
from pathlib import Path

import psutil

from bncourse.sandbox import folders, mounts, processes, protocol
from bncourse.sandbox.inside.leftovers import remove
from bncourse.sandbox.inside.settings import COUNT, OPEN, SWEEP, Resources, Settings
from bncourse.sandbox.limits import NAMES, Limits
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.process_traits import changed, traits
from bncourse.sandbox.users import FIRST_USER


class WarmProcess:
    """A process that has imported the libraries, and forks a session for each submission.

    Parameters
    ----------
    level : int
        Of the walls.
    preload : sequence of str
        The modules that it imports before any submission comes.
    worker : int
        Tells those apart that run at the same time.
    limits : Limits
    compiled : str
        The folder of `bncourse.sandbox.compilation`, or "".
    private : sequence of str
        Folders that no submission may see, wherever they lie.
    """

    def __init__(self, level: int, preload: tuple, worker: int, limits: Limits, compiled: str, private: tuple):
        self.level = level
        self.preload = tuple(preload)
        self.limits = limits
        self.user = FIRST_USER + worker if os.geteuid() == 0 and level >= 1 else None
        self.folder = Path(folders.make())
        self.pid = None  # of the one that forks; the command that stands around it has others
        self.own = set()  # the processes that are no submission's
        self._beside = [compiled] if compiled else []
        self._compiled = compiled
        self._private = tuple(private)
        self._traits = {}
        self._popen = None
        self._control = None

    def start(self):
        """Start it; takes as long as its imports do.

        Raises
        ------
        Unavailable
            If the walls of its level do not stand on this machine.
        """
        package = mounts.write_package(self.folder)
        size, beside = 2 * self.limits.file_size, self._beside
        self._control, theirs = protocol.pair()
        try:
            with theirs, open(self.folder / "log", "wb") as log:
                self._popen = subprocess.Popen(
                    mounts.command(self.level, package, theirs.fileno(), self.user, size, beside, self._private),
                    env=mounts.environment(package, self._compiled),
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=log,
                    start_new_session=True,
                    cwd="/",
                )
        except OSError as error:
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {error}") from error
        self._get_ready(self._settings(package))

    def _settings(self, package) -> Settings:
        folder = folders.SESSIONS
        if self.level != 3:
            folder = str(self.folder / folders.SESSIONS.strip("/"))
            os.mkdir(folder)
        # a user who is no user of the session alone has other processes, and the limit counts them all
        others = 0 if self.user is not None or self.level == 3 else processes.threads_of(os.getuid())
        return Settings(
            level=self.level,
            user=self.user,
            alone=self.level == 3 or self.user is not None,
            preload=self.preload,
            folder=folder,
            caches=str(package / "caches"),
            readable=(*mounts.readable(self.level, package, self._private), *self._beside),
            writable=tuple(mounts.writable(self.level)),
            private=tuple(mounts.witnesses(self._private, [self.folder, *self._beside])) if self.level >= 2 else (),
            shared=("/dev/shm",) if self.level == 3 else (),
            resources=Resources(
                data=self.limits.data,
                processes=others + self.limits.processes,
                file_size=self.limits.file_size,
                files=self.limits.files,
                seconds=int(self.limits.notebook),
            ),
        )

    def _get_ready(self, settings):
        self._control.settimeout(120)
        try:
            protocol.send(self._control, settings.to_message())
            reply = protocol.receive(self._control)
        except (protocol.Broken, protocol.TooLate) as error:
            reply = {"error": self.last_words() or f"{error}{processes.ending(self._popen)}"}
        if not reply.get("ready"):
            raise Unavailable(f"level {NAMES[self.level]} does not start here: {reply.get('error')}")
        everything = self.family()
        self.own = {process.pid for process in everything}
        self.pid = processes.youngest(everything)
        self._traits = {pid: traits(pid) for pid in self.own}

    def last_words(self):
        """Return the last line that it wrote to its standard error, or ""."""
        with contextlib.suppress(OSError):
            lines = (self.folder / "log").read_text(errors="replace").strip().splitlines()
            return lines[-1] if lines else ""
        return ""

    @property
    def started(self):
        """Whether there was a process, which may have ended since."""
        return self._popen is not None

    @property
    def running(self):
        """Whether it can be asked for something."""
        return self._popen is not None and self._popen.poll() is None

    def family(self):
        """Return it, what stands around it, and all that they forked, as a list of `psutil.Process`."""
        return processes.of(self._popen.pid)

    def strangers(self):
        """Return the processes that belong to a submission."""
        return [process for process in self.family() if process.pid not in self.own]

    def children(self):
        """Return the numbers of its children; asked before a submission runs, so nothing is in motion."""
        try:
            numbers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
            return set(map(int, numbers.split())) - self.own
        except OSError:  # a kernel without that file
            return {process.pid for process in self.strangers() if process.ppid() == self.pid}

    def remember_traits(self):
        """Note what it is like before any submission comes, see `changed_traits`."""
        self._traits = {pid: traits(pid) for pid in self.own}

    def changed_traits(self):
        """Return the names of what is no longer as it was: limits, rank, signals."""
        now = {pid: traits(pid) for pid in self.own}
        return [name for pid in self.own for name in changed(self._traits[pid], now[pid])]

    def fork(self, connection):
        """Have it fork a session that is served over this end of a connection.

        Raises
        ------
        bncourse.sandbox.protocol.Broken
            If it is gone.
        """
        try:
            self._control.settimeout(30)
            socket.send_fds(self._control, [OPEN], [connection.fileno()])
            protocol.receive(self._control)
        except (OSError, protocol.Broken, protocol.TooLate) as error:
            raise protocol.Broken("the warm process is gone") from error

    def count(self):
        """Return how many files and bytes there are; it alone sees all of them.

        Raises
        ------
        bncourse.sandbox.protocol.Broken
            If it does not answer.
        """
        try:
            reply = self._ask(COUNT)
            return reply["files"], reply["bytes"]
        except (OSError, protocol.TooLate) as error:
            raise protocol.Broken("the warm process does not answer") from error

    def sweep(self):
        """Have it end all that a submission left running, and take away its files; return whether that was done."""
        try:
            self._ask(SWEEP)
        except (OSError, protocol.Broken, protocol.TooLate):
            return False
        for process in self.strangers():
            with contextlib.suppress(psutil.Error):
                if process.status() != psutil.STATUS_ZOMBIE:
                    return False
        return True

    def _ask(self, order):
        self._control.settimeout(15)
        self._control.sendall(order)
        return protocol.receive(self._control)

    def ended_by_itself(self):
        """Return whether it is gone though nobody asked it to end, or never got ready."""
        if not self.started:
            return False
        try:
            return self.pid is None or psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE
        except psutil.Error:
            return True

    def stop(self):
        """End it with all that came of it, and take its folder away."""
        if self._popen is not None:
            processes.end(self._popen.pid)
            self._popen.kill()
            self._popen.wait()
        if self._control is not None:
            self._control.close()
        remove(str(self.folder))
