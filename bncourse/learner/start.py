"""JupyterLab where the learner goes on, with the course's settings."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import webbrowser
from pathlib import Path
from urllib.parse import quote, urlencode

from bncourse import course
from bncourse.learner import doctor, place
from bncourse.trouble import Trouble

SETTINGS = Path(__file__).parent / "lab"
# jsonschema takes a check of international addresses where it finds one, and the one that Jupyter brings builds a
# grammar at each start: 1.1 of the 1.3 seconds of processor time that jsonschema 4.26 takes to import. JupyterLab's
# settings hold no such address, and jsonschema has no setting for it but a module that cannot be imported. A program in
# text and not a module of this package: that would import this package first, and NumPy with it.
# Its standard input is a pipe from this command, and ends when this command does, however that ended: by a signal that
# leaves no time to say good-bye, too. Then JupyterLab ends itself, with its kernels.
_WITHOUT_GRAMMAR = (
    "import os, runpy, signal, sys, threading; sys.modules['rfc3987_syntax'] = None; "
    "left = lambda: os.read(0, 1) or os.kill(os.getpid(), signal.SIGTERM); "
    "threading.Thread(target=left, daemon=True).start(); "
    "runpy.run_module('jupyterlab', run_name='__main__', alter_sys=True)"
)
LONGEST_START = 180  # seconds; a first start on a slow disk takes some tens


def command(options):
    """Check the machine, open the course, and stay until it is closed; the ``bncourse start`` command.

    The address goes to standard output, everything else to standard error.
    """
    folder = course.find_folder(to_learn=not options.instructor)
    opens = not options.no_browser and _has_browser()
    if not options.instructor and (open_already := _running(folder)):
        return _again(open_already, _page(folder), opens)
    _check(options.port, learns=not options.instructor)
    # an instructor edits the sources; notebooks/ is made from them
    page = "lab/tree/solutions" if options.instructor else _page(folder)
    port = doctor.free_port(options.port)
    log = _log_file(port)
    for name in ("SIGTERM", "SIGHUP"):  # a polite stop, and a window that is closed, end JupyterLab too
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)
    _say("Starting JupyterLab ...")
    with log.open("wb") as written:
        lab = subprocess.Popen(
            _lab_command(folder, page, port, opens),
            cwd=folder,
            env=_environment(options.instructor),
            stdin=subprocess.PIPE,
            stdout=written,
            stderr=subprocess.STDOUT,
            # Ctrl-C reaches this process alone, which then ends JupyterLab; two signals at once would cut
            # short its closing of the kernels. Windows has no such groups and needs none.
            process_group=0 if os.name == "posix" else None,
        )
    try:
        print(_address(_wait_until_ready(lab, port, log), page), flush=True)
        if opens:
            _say("Your browser opens this address now; if it does not, copy it there.")
        else:
            _say("Copy this address into your browser.")
        _say("Stop with Ctrl-C in this window.")
        while lab.poll() is None:
            time.sleep(0.2)
    except KeyboardInterrupt:
        _say("\nStopping JupyterLab ...")
    finally:
        _stop(lab)
    if lab.returncode > 0:
        raise Trouble(f"JupyterLab ended with an error (code {lab.returncode}). Its own words are in {log}")
    _say(f"JupyterLab has ended. What you saved is in {folder / 'notebooks'}")
    return 0


def _page(folder):
    """Return the page of the notebook in which the learner goes on, and say which exercise is next there."""
    notebook, exercise = place.left_off(folder)
    if exercise:
        # JupyterLab 4.6 goes to a cell (#cell-id=) in a page that is open already, and not when it opens one from
        # its address: so the words say where, and progress() has the link.
        _say(f"Next for you: {exercise}, in {notebook.stem}. There, progress() links to its cell.")
    return "lab/tree/" + quote(notebook.relative_to(folder).as_posix())  # with slashes, on Windows too


def _running(folder):
    """Return what Jupyter wrote down about a server that this command has opened on this folder already, or None."""
    from jupyter_core.paths import jupyter_runtime_dir

    for log in Path(jupyter_runtime_dir()).glob("bncourse-*.log"):
        port = log.stem.removeprefix("bncourse-")
        for path in log.parent.glob("jpserver-*.json"):
            try:
                server = json.loads(path.read_text(encoding="utf-8"))
                here = os.path.samefile(server.get("root_dir", ""), folder)
            except (OSError, ValueError, TypeError):  # being written, just removed, or of another program
                continue
            if here and str(server.get("port")) == port and _listens(server["port"]):
                return server
    return None


def _again(server, page, opens):
    """Say that the course is open already and where; open that page."""
    address = _address(server, page)
    _say("The course is open already, in another window of the terminal. The address of what is next for you:")
    print(address, flush=True)
    if opens:
        webbrowser.open(address)
    _say("To end it, press Ctrl-C in the window in which it was started.")
    return 0


def _check(port, learns):
    began = time.perf_counter()
    conditions = doctor.examine(port, learns)
    for condition in conditions:
        if condition.state != doctor.READY:
            _say(doctor.line(condition))
    missing = [condition for condition in conditions if condition.state == doctor.MISSING]
    if missing:
        steps = "\n".join(f"  {number}. {condition.mend}" for number, condition in enumerate(missing, 1))
        raise Trouble(f"the course cannot start yet. What to do:\n{steps}")
    _say(f"This machine is ready ({len(conditions)} checks in {time.perf_counter() - began:.1f} s).")


def _lab_command(folder, page, port, opens):
    command = [
        sys.executable,
        "-P",  # a file in the course's folder must not take the place of a package
        "-c",
        _WITHOUT_GRAMMAR,
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.open_browser={opens}",
        f"--LabApp.default_url=/{page}",
        "--ServerApp.answer_yes=True",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # containers; Jupyter refuses to start as root otherwise
        command.append("--allow-root")
    return command


def _environment(instructor):
    folders = [SETTINGS / "everyone"] if instructor else [SETTINGS / "learner", SETTINGS / "everyone"]
    own = [path for path in os.environ.get("JUPYTER_CONFIG_PATH", "").split(os.pathsep) if path]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join([*own, *map(str, folders)])}


def _has_browser():
    # Without a screen, Python would choose a browser for text, which takes over the terminal.
    if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER"} & set(os.environ):
        return False
    try:
        webbrowser.get()
    except webbrowser.Error:
        return False
    return True


def _log_file(port):
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir(), f"bncourse-{port}.log")  # a private folder: the log holds the address


def _wait_until_ready(lab, port, log):
    """Return what Jupyter writes down about its server once that listens: address and token."""
    began = time.time()
    while time.time() - began < LONGEST_START:
        if lab.poll() is not None:
            raise Trouble(f"JupyterLab did not start (code {lab.returncode}). Its own words are in {log}")
        for path in log.parent.glob("jpserver-*.json"):
            try:
                server = json.loads(path.read_text(encoding="utf-8"))
                fresh = path.stat().st_mtime > began - 2  # some disks keep times in steps of two seconds
            except (OSError, ValueError):  # being written, or just removed
                continue
            if fresh and server.get("port") == port and _listens(port):
                return server
        time.sleep(0.05)
    raise Trouble(f"JupyterLab did not start within {LONGEST_START} seconds. Its own words are in {log}")


def _listens(port):
    # Jupyter writes the file a moment before it listens.
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _address(server, page):
    token = f"?{urlencode({'token': server['token']})}" if server.get("token") else ""
    return f"{server['url']}{page}{token}"


def _stop(lab):
    """End JupyterLab and its kernels; wait for them."""
    if lab.poll() is None:
        _end(lab)
    lab.stdin.close()


def _end(lab):
    if os.name == "posix":
        lab.terminate()  # Jupyter closes its kernels on this; on Windows Ctrl-C has reached it already
    try:
        lab.wait(timeout=15)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):  # it hangs, or a second Ctrl-C asks for haste
        lab.kill()
        lab.wait()


def _say(text):
    print(text, file=sys.stderr, flush=True)
