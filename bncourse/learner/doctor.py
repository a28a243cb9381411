"""Is this machine ready for the course, and if not, what to do.

Packages are looked up, not imported, so the answer comes in about a second.
"""

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import socket
import stat
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from bncourse import course
from bncourse.backend import backend_trouble, pip_install
from bncourse.learner import get
from bncourse.trouble import Trouble

READY, NOTE, MISSING = "ready", "note", "missing"
SIGNS = {READY: "✓", NOTE: "!", MISSING: "✗"}
ROOM_NEEDED = 100_000_000  # bytes; a learner's notebooks with their outputs stay far below
PORTS_TRIED = 50
BRING_BACK = "bring back the notebooks (git checkout -- notebooks), or make them from solutions/ (bncourse release)"
_INSTALL_JUPYTER = f"run {pip_install('jupyterlab')}"


@dataclass(frozen=True)
class Condition:
    """One thing the course needs, and how it stands.

    Parameters
    ----------
    subject : str
        What was looked at.
    state : {"ready", "note", "missing"}
        "note" is worth knowing and stops nothing; "missing" means that the course cannot run.
    says : str
        What was found.
    mend : str
        What to do, or "".
    """

    subject: str
    state: str
    says: str
    mend: str = ""


def command(options):
    """Print how this machine stands; the ``bncourse doctor`` command."""
    if options.hub:
        from bncourse import shared_machine

        return shared_machine.command(options)
    conditions = examine(options.port)
    if options.instructor:
        conditions.append(_walls())
    for condition in conditions:
        print(line(condition))
    missing = [condition for condition in conditions if condition.state == MISSING]
    print()
    for number, condition in enumerate(missing, 1):
        print(f"{number}. {condition.subject}: {condition.mend}")
    if missing:
        print(f"✗ Not ready: {len(missing)} of {len(conditions)} checks failed; the list says what to do.")
        return 1
    print(f"✓ Ready: {len(conditions)} checks passed. Open the course: bncourse start")
    return 0


def line(condition):
    """Return one condition as a line of the table: sign, word, subject, what was found."""
    return f"{SIGNS[condition.state]} {condition.state:<7}  {condition.subject:<14}  {condition.says}"


def examine(port, learns=True):
    """Look at everything the course needs.

    Parameters
    ----------
    port : int
        The port that JupyterLab would like.
    learns : bool, default True
        Whether the person needs notebooks to learn from; an instructor makes them.

    Returns
    -------
    list of Condition
        In the order in which a person would mend them.
    """
    own = [_jupyters_own_folder(), _kernel(), _keras(), _port(port)]
    return [_python(), *_packages(), *_compiled(), *_folder(learns), *own, *_exchange()]


def compiled():
    """Return whether Python keeps the compiled form of packages; without it, each import compiles them anew."""
    found = importlib.util.find_spec("numpy")
    if not sys.dont_write_bytecode or not found or not found.origin:
        return True
    return Path(importlib.util.cache_from_source(found.origin)).exists()


def _compiled():
    if not compiled():
        says = "not compiled, and PYTHONDONTWRITEBYTECODE is set: every start takes two to three times as long"
        mend = f"{sys.executable} -m compileall -q {sysconfig.get_path('purelib')}"
        yield Condition("packages", NOTE, f"{says}. Once: {mend}", mend)


def _walls():
    from bncourse.grading.engine.pool import cores
    from bncourse.sandbox import cgroups, usage
    from bncourse.sandbox.levels import best_level
    from bncourse.sandbox.limits import NAMES, Limits

    try:
        level = best_level(2)
    except Trouble as trouble:
        return Condition("Grading", MISSING, "no safe walls for submissions", str(trouble))
    try:
        fit = usage.fitting(cores(), Limits(), Path.cwd())
    except Trouble as trouble:
        return Condition("Grading", MISSING, "a run could not end safely on this machine", str(trouble))
    held = "held by a control group of the kernel" if cgroups.possible() else "watched from outside"
    return Condition(
        "Grading", READY, f"behind walls of level {NAMES[level]}; {fit} side by side; memory and processes {held}"
    )


def free_port(first):
    """Return the first free port from this one on.

    Raises
    ------
    Trouble
        If the number is no port, or the next ports are all taken.
    """
    if not 1 <= first <= 65535:
        raise Trouble(f"{first} is no port; use a number between 1024 and 65535, such as --port 8888")
    last = min(first + PORTS_TRIED, 65536)
    for port in range(first, last):
        if _is_free(port):
            return port
    raise Trouble(f"the ports {first} to {last - 1} cannot be used; name another one, such as --port 9500")


def _is_free(port):
    with socket.socket() as probe:
        if os.name == "posix":  # a port that closed a moment ago is free; Windows reads this option otherwise
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _python():
    version = platform.python_version()
    needed = SpecifierSet(importlib.metadata.metadata("bncourse")["Requires-Python"])
    if needed.contains(version, prereleases=True):
        return Condition("Python", READY, f"{version} at {sys.executable}")
    mend = f"install Python {needed}, then set the course up again with it (README.md, first lines)"
    return Condition("Python", MISSING, f"{version}; the course needs {needed}", mend)


def _packages():
    for text in importlib.metadata.requires("bncourse"):
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        plain = f"{requirement.name}{requirement.specifier}"
        mend = f"run {pip_install(plain)}"
        try:
            version = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            yield Condition(requirement.name, MISSING, f"not installed; needed: {plain}", mend)
            continue
        if requirement.specifier.contains(version, prereleases=True):
            yield Condition(requirement.name, READY, version)
        else:
            yield Condition(requirement.name, MISSING, f"{version}; needed: {plain}", mend)


def _folder(learns):
    try:
        folder = course.find_folder(to_learn=learns)
    except Trouble as trouble:
        yield Condition("course folder", MISSING, "not found", str(trouble))
        return
    first = next(iter(course.notebooks(folder)), None)
    if first is None:
        # a course that is being made has sources, and no notebooks yet
        only_note = not learns and any((folder / "solutions").glob("[0-9][0-9]-*"))
        says = f"{folder} has no notebooks in notebooks/"
        mend = "bring back the notebooks: bncourse get" if (folder / course.HIDDEN).is_dir() else BRING_BACK
        yield Condition("course folder", NOTE if only_note else MISSING, says, mend)
    else:
        yield Condition("course folder", READY, f"{folder}; first notebook: {first.name}")
    if get.is_behind(folder):
        says = "newer ones came with the package; bncourse get brings them, and keeps answers"
        yield Condition("notebooks", NOTE, says, "bncourse get")
    yield _disk("disk", folder)


def _disk(subject, folder):
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        mend = f"make {folder} writable for you, or get the course into a folder of your own"
        return Condition(subject, MISSING, f"{folder} cannot be written to: {error.strerror}", mend)
    if free < ROOM_NEEDED:
        mend = f"free some space on the disk of {folder}; at least {ROOM_NEEDED // 10**6} MB"
        return Condition(subject, MISSING, f"{free // 10**6} MB free", mend)
    return Condition(subject, READY, f"can be written to, {free / 1e9:.1f} GB free")


def _exchange():
    """Yield how the folder stands through which notebooks are handed in, where one was named for it."""
    named = os.environ.get("BNCOURSE_EXCHANGE")
    if not named:
        return
    place = Path(named)
    while not place.exists() and place != place.parent:  # nbgrader makes what is missing
        place = place.parent
    if place.is_dir() and os.access(place, os.W_OK | os.X_OK):
        mode = stat.S_IMODE(place.stat().st_mode)
        if mode & 0o022 and not mode & stat.S_ISVTX:
            mend = f"chmod +t {place}"
            says = f"whoever may write to {place} may remove what others put there. Ask its owner: {mend}"
            yield Condition("exchange", NOTE, says, mend)
        else:
            yield Condition("exchange", READY, f"{named} can be written to")
    else:
        why = "cannot be written to by you" if place.is_dir() else "is not a folder"
        mend = "ask its owner, or name another in BNCOURSE_EXCHANGE; without one, hand in the file itself"
        yield Condition("exchange", NOTE, f"{place} {why}: {mend}", mend)


def _jupyters_own_folder():
    try:
        from jupyter_core.paths import jupyter_runtime_dir

        folder = Path(jupyter_runtime_dir())
        folder.mkdir(parents=True, exist_ok=True)
    except ImportError:
        return Condition("Jupyter's disk", MISSING, "Jupyter is not installed", _INSTALL_JUPYTER)
    except OSError as error:
        mend = f"make {error.filename} writable for you, or name another folder in JUPYTER_RUNTIME_DIR"
        return Condition("Jupyter's disk", MISSING, f"{error.filename}: {error.strerror}", mend)
    return _disk("Jupyter's disk", folder)


def _kernel():
    # In an environment of its own Jupyter looks there first; otherwise in the person's home folder.
    where = "--sys-prefix" if sys.prefix != sys.base_prefix or os.environ.get("CONDA_PREFIX") else "--user"
    mend = f"run {sys.executable} -m ipykernel install {where}"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return Condition("kernel", MISSING, "Jupyter is not installed", _INSTALL_JUPYTER)
    try:
        spec = KernelSpecManager().get_kernel_spec("python3")
    except NoSuchKernel:
        return Condition("kernel", MISSING, "Jupyter has no kernel named python3", mend)
    program = Path(spec.argv[0])
    names = {"python", "python3", f"python3.{sys.version_info.minor}"}
    ours = Path(sys.executable).parent.resolve()
    # Jupyter replaces a bare name by the interpreter that it runs on.
    if str(program) in names or program.parent.resolve() == ours:
        return Condition("kernel", READY, "python3 runs on this Python")
    return Condition("kernel", MISSING, f"python3 runs on another Python, {program}", mend)


def _keras():
    backend = os.environ.get("KERAS_BACKEND", "jax")
    trouble = backend_trouble(backend)
    if trouble:
        return Condition("Keras backend", MISSING, f"KERAS_BACKEND is {backend}", trouble)
    return Condition("Keras backend", READY, backend)


def _port(port):
    try:
        free = free_port(port)
    except Trouble as trouble:
        return Condition("port", MISSING, f"{port} cannot be used", str(trouble))
    if free == port:
        return Condition("port", READY, f"{port} is free")
    return Condition("port", NOTE, f"{port} is taken; JupyterLab will use {free}")
