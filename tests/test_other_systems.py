"""What is different on Windows and macOS, as far as it can be tried on Linux: with their parts of Python taken away."""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest

from bncourse import course
from bncourse.checking import answer
from bncourse.cli import main
from bncourse.learner import get, start
from bncourse.trouble import Trouble

ROOT = Path(__file__).resolve().parents[1]
# What Python has on Linux and macOS alone.
NOT_ON_WINDOWS = ("fcntl", "grp", "pwd", "resource", "termios")
NOT_IN_OS = ("fork", "geteuid", "getuid", "setuid", "chown", "killpg")
LEARNERS = (
    "bncourse.check",
    "bncourse.commands",
    "bncourse.checking.answer",
    "bncourse.checking.judge",
    "bncourse.learner.certificate",
    "bncourse.learner.doctor",
    "bncourse.learner.get",
    "bncourse.learner.journal",
    "bncourse.learner.page",
    "bncourse.learner.progress",
    "bncourse.learner.start",
)
WITHOUT = f"""
import os, signal, sys
for name in {NOT_ON_WINDOWS}:
    sys.modules[name] = None
for name in {NOT_IN_OS}:
    if hasattr(os, name):
        delattr(os, name)
for name in ("setitimer", "SIGALRM", "SIGHUP", "pthread_sigmask"):
    if hasattr(signal, name):
        delattr(signal, name)
"""


def test_all_that_a_learner_uses_runs_without_what_windows_has_not(tmp_path):
    """The modules, a wrong and a right answer, one that never ends, `get` and `progress`."""
    program = f"""{WITHOUT}
import importlib
for name in {LEARNERS}:
    importlib.import_module(name)
from bncourse import check
def batch_mean(x):
    return x.mean(axis=1)
def told(answer):
    try:
        check.batch_mean(answer)
    except AssertionError as verdict:
        return str(verdict)
assert "NOT YET" in told(batch_mean)
check.batch_mean(lambda x: x.mean(axis=0))
def for_ever(x):
    while True:
        pass
assert "second" in told(for_ever), told(for_ever)
from bncourse.cli import main
assert main(["get"]) == 0 and main(["get"]) == 0 and main(["progress"]) == 0
"""
    environment = {**os.environ, "BNCOURSE_JOURNAL": str(tmp_path / "journal.jsonl")}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bncourse" / "notebooks").is_dir()


@pytest.fixture
def no_alarm(monkeypatch):
    monkeypatch.delattr(signal, "setitimer", raising=False)


def test_without_an_alarm_a_thread_stops_what_takes_too_long(no_alarm):
    with pytest.raises(answer.TimeUp), answer.time_limit(0.1):
        while True:
            pass


def test_without_an_alarm_a_loop_that_catches_everything_is_stopped_too(no_alarm):
    caught = 0
    with pytest.raises(answer.TimeUp), answer.time_limit(0.1):
        while caught < 2:
            try:
                while True:
                    pass
            except BaseException:
                caught += 1
        while True:
            pass


def test_without_an_alarm_ctrl_c_is_still_ctrl_c_and_nothing_rings_later(no_alarm):
    with pytest.raises(KeyboardInterrupt), answer.time_limit(60):
        signal.raise_signal(signal.SIGINT)
    stopped = 0
    for wait in (0.0, 0.001, 0.002, 0.005) * 50:  # ends just when the time is up
        try:
            with answer.time_limit(0.002):
                time.sleep(wait)
        except answer.TimeUp:
            stopped += 1
    assert stopped < 200
    with pytest.raises(answer.TimeUp), answer.time_limit(0.002):
        while True:
            time.sleep(0.001)
    for _ in range(30):
        time.sleep(0.01)  # a late ring would raise here


class Console(io.TextIOWrapper):
    """The console of Windows, in the code page of Western Europe."""

    def __init__(self, encoding):
        super().__init__(io.BytesIO(), encoding=encoding)

    def said(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp932", "ascii"])
def test_a_console_that_cannot_show_a_sign_gets_another_and_no_error(monkeypatch, tmp_path, encoding):
    monkeypatch.chdir(tmp_path)
    out, err = Console(encoding), Console(encoding)
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    main(["doctor"])
    main(["start", "--port", "0"])
    main(["no-such-command"])
    assert "Python" in out.said() and "there is no command" in err.said()


def test_every_file_is_read_and_written_in_one_encoding_whatever_the_system_prefers():
    """Python warns of each text file that is opened in the encoding of the system; here that is an error."""
    program = "import sys; from bncourse.cli import main; sys.exit(main(sys.argv[1:]))"
    strict = [sys.executable, "-X", "warn_default_encoding", "-W", "error::EncodingWarning:bncourse", "-c", program]
    for words in (["doctor"], ["progress"], ["get", "--help"]):
        done = subprocess.run([*strict, *words], cwd=ROOT, capture_output=True, text=True)
        assert "EncodingWarning" not in done.stderr, done.stderr


def test_the_names_of_the_course_are_names_on_windows_too():
    reserved = {"con", "prn", "aux", "nul"} | {f"{name}{number}" for name in ("com", "lpt") for number in range(10)}
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True).stdout.split("\0")
    names = [name for name in tracked if name] or [str(path.relative_to(ROOT)) for path in course.notebooks(ROOT)]
    for name in names:
        for part in PureWindowsPath(name).parts:
            assert not set(part) & set('<>:"|?*\\') and not part.endswith((".", " ")), name
            assert part.split(".")[0].lower() not in reserved, name
    lowered = [name.lower() for name in names]
    assert len(set(lowered)) == len(lowered)  # Windows and macOS take them for the same


def test_on_windows_jupyterlab_is_started_in_no_group_and_is_not_ended_twice(monkeypatch):
    class Lab:
        ended, killed = False, False

        def poll(self):
            return None

        def terminate(self):
            self.ended = True

        def wait(self, timeout=None):
            return 0

    lab = Lab()
    lab.stdin = io.BytesIO()
    monkeypatch.setattr(start.os, "name", "nt")
    start._stop(lab)  # Ctrl-C reached it already
    assert not lab.ended
    monkeypatch.setattr(start.os, "name", "posix")
    start._stop(lab)
    assert lab.ended


def test_the_address_of_a_notebook_has_slashes_on_windows_too(monkeypatch):
    folder = PureWindowsPath(r"C:\Users\Ada Lovelace\bncourse")
    first = folder / "notebooks" / "00-warm-up" / "00-warm-up.ipynb"
    monkeypatch.setattr(start.place, "left_off", lambda folder: (first, ""))
    assert start._page(folder) == "lab/tree/notebooks/00-warm-up/00-warm-up.ipynb"


def test_the_accounts_of_a_hub_are_no_matter_of_windows(monkeypatch, capsys):
    from bncourse import shared_machine

    monkeypatch.setattr(shared_machine, "os", SimpleNamespace(name="nt"))
    with pytest.raises(Trouble, match="Linux and macOS"):
        shared_machine.command(None)


def test_macos_has_none_of_the_walls_and_grading_says_so(monkeypatch):
    from bncourse.sandbox import levels

    monkeypatch.setattr(levels, "sys", SimpleNamespace(platform="darwin"))
    monkeypatch.setattr(levels, "_probe", levels.probe)  # nothing that was found on this machine before
    with pytest.raises(Trouble, match=r"level 3 \(.*\): darwin has none of these walls"):
        levels.best_level(2)


def test_a_file_that_is_open_elsewhere_on_windows_is_told_and_nothing_is_lost(tmp_path, monkeypatch, capsys):
    assert main(["get", str(tmp_path / "course")]) == 0
    place = course.notebooks(tmp_path / "course")[0]
    place.unlink()

    def held(source, target):
        raise PermissionError(13, "The process cannot access the file", str(target))

    monkeypatch.setattr(get.os, "replace", held)
    assert main(["get", str(tmp_path / "course")]) == 1
    assert "The process cannot access the file" in capsys.readouterr().err
    assert not list((tmp_path / "course").rglob("*.part"))
