"""The warm process: it has imported the libraries, holds nothing secret, and forks once for each submission.

Started by `bncourse.sandbox.sandbox` as ``python -P -m bncourse.sandbox.inside.main FD``, inside bubblewrap where there
is one. It runs nothing of a submission itself, and it computes nothing: a process that has computed with JAX
has threads, and its children would hang.
"""

import contextlib
import importlib
import os
import shutil
import signal
import socket
import sys
import time
import traceback
import warnings

from bncourse.sandbox import protocol
from bncourse.sandbox.inside import hardening, read_pages, seccomp
from bncourse.sandbox.inside.keras_import import import_keras
from bncourse.sandbox.inside.leftovers import count, remove
from bncourse.sandbox.inside.lowering import share_context
from bncourse.sandbox.inside.settings import COUNT, OPEN, SWEEP, Settings


def main(descriptor):
    """Get ready as the settings say, then fork a session whenever one is asked for."""
    # a worker ignores Ctrl-C, and would hand that on: a cell that runs too long could not be interrupted
    signal.signal(signal.SIGINT, signal.default_int_handler)
    control = socket.socket(fileno=descriptor)
    settings = Settings.from_message(protocol.receive(control))
    try:
        shell, filters = _get_ready(settings)
    except Exception as error:
        protocol.send(control, {"ready": False, "error": f"{type(error).__name__}: {error}"})
        return
    protocol.send(control, {"ready": True, "pid": os.getpid()})
    sessions = 0
    while True:
        try:
            order, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        except OSError:
            order = b""
        if not order:  # the grader is gone
            _sweep(settings)
            return
        if order == OPEN:
            sessions += 1
            _fork(control, descriptors[0], settings, filters, shell, sessions)
        elif order == SWEEP:
            protocol.send(control, {"killed": _sweep(settings)})
        elif order == COUNT:
            protocol.send(control, _count(settings))


def _get_ready(settings: Settings):
    os.makedirs(settings.folder, exist_ok=True)
    os.chmod(settings.folder, 0o755)
    caches = settings.caches
    if settings.user is not None:
        os.chown(settings.folder, settings.user, settings.user)
        os.setgroups([])
        os.setgid(settings.user)
        os.setuid(settings.user)
    hardening.no_new_privileges()
    hardening.adopt_orphans()
    hardening.end_with_parent()
    hardening.end_first()
    home = os.path.join(settings.folder, "warm")
    os.makedirs(home, mode=0o700, exist_ok=True)
    os.environ.update(HOME=home, TMPDIR=home, IPYTHONDIR=home, MPLCONFIGDIR=home)
    if settings.level == 2:  # processes share no lock there, so joblib, and with it scikit-learn, takes one at a time
        os.environ["JOBLIB_MULTIPROCESSING"] = "0"
    if caches and os.path.isdir(caches):
        # Matplotlib's list of fonts takes a second to make
        shutil.copytree(caches, home, dirs_exist_ok=True)
    os.chdir(home)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if any(module.partition(".")[0] == "keras" for module in settings.preload):
            import_keras()
        for module in settings.preload:
            with contextlib.suppress(Exception):  # a library that is missing is missing in the cell too
                importlib.import_module(module)
        if "jax" in sys.modules:
            share_context()
        from bncourse.sandbox.inside.shell import make_shell

        shell = make_shell()
    filters = seccomp.programs([os.getpid()]) if settings.level >= 2 else []
    hardening.hide_memory()
    import gc

    gc.collect()
    gc.freeze()  # the children then copy fewer pages
    read_pages.give_back()
    return shell, filters


def _fork(control, descriptor, settings: Settings, filters, shell, number):
    folder = os.path.join(settings.folder, str(number))
    child = os.fork()
    if child:
        os.close(descriptor)
        protocol.send(control, {"pid": child})
        return
    status = 1
    try:
        control.close()
        os.setsid()
        _live(socket.socket(fileno=descriptor), settings, filters, shell, folder)
        status = 0
    except (protocol.Broken, KeyboardInterrupt):
        status = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)


def _live(connection, settings: Settings, filters, shell, folder):
    from bncourse.sandbox.inside import cells

    cells.private_folder(folder)
    hardening.show_memory()
    most = settings.resources
    hardening.restrict_resources(most.data, most.processes, most.file_size, most.seconds)
    if settings.level >= 2:
        hardening.restrict_files(["/proc/self", *settings.readable], [folder, *settings.writable])
    quiet = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(quiet, descriptor)
    sys.path.insert(0, "")
    seen = next((path for path in settings.private if _can_read(path)), "")
    seccomp.restrict(filters)
    protocol.send(connection, {"hello": os.getpid(), "sees": seen})
    cells.serve(connection, shell)


def _can_read(path):
    """Return whether a file can be opened, or a folder listed."""
    try:
        os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def _count(settings: Settings):
    """Return how many files and bytes a submission has on the disk, as far as it may have more."""
    most = settings.resources.files
    if settings.level == 3:  # file systems of its own, which know; their bytes have a limit of their own
        places = [os.statvfs(folder) for folder in (settings.folder, *settings.shared)]
        return {"files": sum(place.f_files - place.f_ffree for place in places), "bytes": 0}
    warm = os.path.join(settings.folder, "warm")
    files, size = count(settings.folder, most, {warm})
    return {"files": files, "bytes": size}


def _sweep(settings: Settings):
    """End every process that a submission left, and take its files away; give how many ended."""
    killed = 0
    if settings.alone:  # no other process of this user is in sight, so all can end at one stroke
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
    else:
        for signal_number in (signal.SIGSTOP, signal.SIGKILL):
            for _ in range(200):
                found = _descendants()
                for process in found:
                    with contextlib.suppress(ProcessLookupError, PermissionError):
                        os.kill(process, signal_number)
                if signal_number == signal.SIGSTOP or not found:
                    break
    for _ in range(500):
        try:
            process, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if process:
            killed += 1
        else:
            time.sleep(0.002)
    for folder in (settings.folder, *settings.shared):
        for name in os.listdir(folder):
            if (folder, name) != (settings.folder, "warm"):
                remove(os.path.join(folder, name))
    return killed


def _descendants():
    parents = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            with contextlib.suppress(OSError, IndexError, ValueError):
                with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as file:
                    state, parent = file.read().rpartition(")")[2].split()[:2]
                if state != "Z":
                    parents[int(name)] = int(parent)
    found, mine = set(), {os.getpid()}
    while mine:
        mine = {process for process, parent in parents.items() if parent in mine} - found
        found |= mine
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
