"""`bncourse start` and `bncourse doctor`, on a machine that is ready and on one that is not."""

import errno
import importlib.metadata
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

import bncourse
from bncourse import course
from bncourse.benchmarks import page
from bncourse.cli import main
from bncourse.learner import doctor
from bncourse.learner import start as start_module
from bncourse.trouble import Trouble

NOTEBOOK = {
    "cells": [{"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# 00 Start here"}],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A course of two notebooks, and a person who stands in it."""
    place = tmp_path / "my course"
    for name in ["02-later", "00-start-here"]:
        (place / "notebooks" / name).mkdir(parents=True)
        (place / "notebooks" / name / f"{name}.ipynb").write_text(json.dumps(NOTEBOOK))
    (place / "solutions").mkdir()
    for variable in ["HOME", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR"]:
        home = tmp_path / variable
        home.mkdir()
        monkeypatch.setenv(variable, str(home))
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.chdir(place)
    return place


def missing(port=8888):
    """What doctor says is missing: a dictionary from subject to condition."""
    return {c.subject: c for c in doctor.examine(port) if c.state == doctor.MISSING}


def test_the_course_is_found_from_a_folder_inside_it(folder):
    assert course.find_folder(folder / "notebooks" / "02-later") == folder


def test_the_course_is_found_from_elsewhere_when_it_is_installed_from_its_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(bncourse, "__file__", str(tmp_path / "clone" / "bncourse" / "__init__.py"))
    (tmp_path / "clone" / "bncourse").mkdir(parents=True)
    (tmp_path / "clone" / "pyproject.toml").write_text('[project]\nname = "bncourse"\n')
    assert course.find_folder(tmp_path) == tmp_path / "clone"


def test_without_the_course_a_person_is_told_where_to_go(tmp_path, monkeypatch):
    monkeypatch.setattr(bncourse, "__file__", str(tmp_path / "lib" / "bncourse" / "__init__.py"))
    (tmp_path / "pyproject.toml").write_text("not [ toml")
    with pytest.raises(Trouble, match="Go into the folder that you cloned"):
        course.find_folder(tmp_path)
    with pytest.raises(Trouble, match="If you have none, `bncourse get` makes one"):
        course.find_folder(tmp_path, to_learn=True)


def test_the_first_notebook_is_the_one_with_the_lowest_number(folder):
    (folder / "notebooks" / "00-start-here" / "00-copy.ipynb").write_text("{}")
    assert [path.name for path in course.notebooks(folder)] == ["00-start-here.ipynb", "02-later.ipynb"]


def test_a_machine_that_is_ready_gets_a_table_and_a_last_line(folder, capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert all(re.match(r"(✓ ready|! note ) ", line) for line in lines[:-2])
    assert lines[-1].startswith("✓ Ready: ")


def test_a_missing_package_is_named_with_the_command_that_installs_it(folder, capsys, monkeypatch):
    version = importlib.metadata.version

    def without_rich(name):
        if name == "rich":
            raise importlib.metadata.PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr(importlib.metadata, "version", without_rich)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().out
    assert re.search(r"✗ missing  rich +not installed", said)
    assert re.search(r'1\. rich: run \S.*pip install .*"rich>=13"', said)
    assert said.splitlines()[-1].startswith("✗ Not ready: 1 of ")


def test_a_package_that_is_too_old_is_named_with_both_versions(folder, monkeypatch):
    version = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "3.6.3" if name == "jupyterlab" else version(name))
    assert missing()["jupyterlab"].says == "3.6.3; needed: jupyterlab<5,>=4.2"


def test_packages_that_are_compiled_at_every_start_are_worth_a_note_with_the_command_that_helps(folder, monkeypatch):
    subjects = [condition.subject for condition in doctor.examine(8888)]
    assert "packages" not in subjects or sys.dont_write_bytecode
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr("importlib.util.cache_from_source", lambda path: f"{path}.missing")
    [said] = [condition for condition in doctor.examine(8888) if condition.subject == "packages"]
    assert said.state == doctor.NOTE
    assert re.search(r"PYTHONDONTWRITEBYTECODE is set.*-m compileall -q \S+", said.says)
    assert page.machine().endswith("packages not compiled")


def test_a_python_that_is_too_old_is_named(folder, monkeypatch):
    monkeypatch.setattr("platform.python_version", lambda: "3.9.18")
    assert missing()["Python"].says == "3.9.18; the course needs >=3.11"


def test_notebooks_that_are_gone_are_missed(folder):
    for path in course.notebooks(folder):
        path.unlink()
    assert "git checkout -- notebooks" in missing()["course folder"].mend


def test_notebooks_that_were_never_made_are_made_from_the_sources(folder):
    for path in course.notebooks(folder):
        path.unlink()
    (folder / "solutions" / "00-start-here").mkdir()
    assert "bncourse release" in missing()["course folder"].mend
    assert "course folder" not in {c.subject for c in doctor.examine(8888, learns=False) if c.state == doctor.MISSING}


def test_a_folder_that_cannot_be_written_to_is_named(folder, monkeypatch):
    def refuse(dir):
        raise OSError(errno.EROFS, "Read-only file system", str(dir))

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    assert str(folder) in missing()["disk"].mend


def test_a_full_disk_is_named(folder, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=3_000_000))
    assert missing()["disk"].says == "3 MB free"


def test_a_kernel_of_another_python_is_named_with_the_command_that_mends_it(folder, tmp_path, monkeypatch):
    spec = tmp_path / "kernels" / "python3"
    spec.mkdir(parents=True)
    argv = ["/another/bin/python", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (spec / "kernel.json").write_text(json.dumps({"argv": argv, "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    kernel = missing()["kernel"]
    assert "/another/bin/python" in kernel.says
    assert f"{sys.executable} -m ipykernel install" in kernel.mend


def test_a_keras_backend_that_is_not_installed_is_named_with_two_ways_out(folder, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.setitem(sys.modules, "torch", None)
    mend = missing()["Keras backend"].mend
    assert "remove the variable" in mend
    assert "pip install" in mend and mend.endswith("torch")


def test_a_port_that_is_taken_is_worth_a_note_and_the_next_one_is_used(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        [said] = [c for c in doctor.examine(port) if c.subject == "port"]
        assert doctor.free_port(port) > port
    assert said.state == doctor.NOTE
    assert said.says.startswith(f"{port} is taken; JupyterLab will use ")


def test_an_exchange_that_cannot_be_written_to_is_worth_a_note_with_a_way_out(folder, tmp_path, monkeypatch):
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setenv("BNCOURSE_EXCHANGE", str(tmp_path / "taken" / "exchange"))
    [said] = [c for c in doctor.examine(8888) if c.subject == "exchange"]
    assert said.state == doctor.NOTE
    assert said.says.startswith(f"{tmp_path / 'taken'} is not a folder: ask its owner")
    monkeypatch.setenv("BNCOURSE_EXCHANGE", str(tmp_path / "new" / "exchange"))
    [said] = [c for c in doctor.examine(8888) if c.subject == "exchange"]
    assert said.state == doctor.READY


@pytest.mark.parametrize("port", ["0", "70000"])
def test_a_number_that_is_no_port_is_refused_in_words(folder, capsys, port):
    assert main(["start", "--no-browser", "--port", port]) == 1
    assert "use a number between 1024 and 65535" in capsys.readouterr().err


def test_start_says_what_to_do_and_opens_nothing_when_something_is_missing(folder, capsys, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "theano")
    assert main(["start", "--no-browser"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert "the course cannot start yet. What to do:\n  1. KERAS_BACKEND is 'theano'" in said.err


def test_a_jupyterlab_that_does_not_start_is_told_with_the_place_of_its_log(folder, capfd, monkeypatch, tmp_path):
    (tmp_path / "jupyterlab.py").write_text("raise SystemExit('no lab today')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    assert main(["start", "--no-browser"]) == 1
    said = capfd.readouterr()
    log = re.search(r"JupyterLab did not start \(code 1\). Its own words are in (.+)", said.err).group(1)
    assert Path(log).read_text().strip() == "no lab today"
    assert said.out == ""


def start(*options, **variables):
    """Run ``bncourse start`` as a person does; returns the process and the address that it printed."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    running = subprocess.Popen(
        [sys.executable, "-m", "bncourse.cli", "start", "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )
    address = running.stdout.readline().strip()
    assert address, running.communicate()[1]
    return running, address


def stop(running):
    """End it as Ctrl-C does; returns what it said on standard error."""
    running.send_signal(signal.SIGINT)
    out, said = running.communicate(timeout=300)
    assert running.returncode == 0
    assert out == ""
    return said


def read(address, place=None):
    """Get the page of an address as text, or another page of the same server."""
    base, page, token = re.match(r"(http://[^/]+/)(lab/tree/[^?]+)\?token=(\w+)", address).groups()
    request = urllib.request.Request(base + (place or page), headers={"Authorization": f"token {token}"})
    with urllib.request.urlopen(request, timeout=300) as answer:
        return answer.read().decode()


def disabled(address):
    """The parts of JupyterLab that its page is told to leave out."""
    data = re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', read(address), re.S).group(1)
    return {name for name in json.loads(data)["disabledExtensions"] if "nbgrader" in name}


def default_of(address, plugin, setting):
    """The default of a setting, as JupyterLab reads it."""
    schema = json.loads(read(address, f"lab/api/settings/{plugin}"))["schema"]
    return schema["properties"][setting]["default"]


def first_words(path):
    """Wait for a file, and give its text."""
    until = time.monotonic() + 300
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.05)
    return path.read_text()


needs_posix = pytest.mark.skipif(os.name != "posix", reason="Ctrl-C cannot be sent to one process on Windows")


@needs_posix
def test_a_learner_gets_the_first_notebook_with_the_courses_settings_and_a_second_start_its_address(folder, tmp_path):
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\ncd "{tmp_path}" && printf %s "$1" > opening && mv opening opened\n')
    browser.chmod(0o755)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    running, address = start(BROWSER=f"{browser} %s")
    try:
        assert "/lab/tree/notebooks/00-start-here/00-start-here.ipynb?token=" in address
        assert disabled(address) == {
            "@jupyter/nbgrader:course-list",
            "@jupyter/nbgrader:create-assignment",
            "@jupyter/nbgrader:formgrader",
        }
        assert default_of(address, "@jupyterlab/docmanager-extension:plugin", "autosaveInterval") == 10
        assert default_of(address, "@jupyterlab/apputils-extension:notification", "fetchNews") == "false"
        with pytest.raises(urllib.error.HTTPError, match="404") as refused:
            read(address, "formgrader")
        refused.value.close()
        opened = Path(first_words(tmp_path / "opened").removeprefix("file://"))
        assert "/lab/tree/notebooks/00-start-here/00-start-here.ipynb" in opened.read_text()
        again = subprocess.run(
            [sys.executable, "-m", "bncourse.cli", "start", "--no-browser"], capture_output=True, text=True, timeout=300
        )
        assert (again.returncode, again.stdout.strip()) == (0, address)
        assert "The course is open already" in again.stderr and "Ctrl-C in the window" in again.stderr
    finally:
        said = stop(running)
    assert start_module._running(folder) is None
    assert said.splitlines()[-1] == f"JupyterLab has ended. What you saved is in {folder / 'notebooks'}"
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@needs_posix
@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGHUP", marks=pytest.mark.nightly), "SIGKILL"])
def test_jupyterlab_ends_with_the_command_that_started_it_however_that_ends(folder, name):
    running, _ = start("--no-browser")
    lab = psutil.Process(start_module._running(folder)["pid"])
    running.send_signal(getattr(signal, name))
    running.communicate(timeout=300)
    lab.wait(timeout=300)
    assert start_module._running(folder) is None


@needs_posix
def test_an_instructor_gets_all_of_nbgraders_panels(folder):
    running, address = start("--instructor", "--no-browser")
    try:
        assert disabled(address) == set()
        assert "<title>nbgrader formgrade</title>" in read(address, "formgrader")
    finally:
        said = stop(running)
    assert "Copy this address into your browser." in said
