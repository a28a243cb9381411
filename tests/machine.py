"""What the tests need of a machine beside Python: Chromium and PostgreSQL, found or installed when one asks for them.

The command of the README is all that a person runs. So what can be had is fetched by the tests themselves, once, by the
first process that needs it. A test whose program cannot be had is left out with the reason, and the last lines of the
run count it.
"""

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from filelock import FileLock

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_MINUTES = 10


def chromium(playwright_place):
    """Give the place of Chromium: the system's, Playwright's, or Debian's package where this is root.

    Parameters
    ----------
    playwright_place : str
        Where Playwright would have its own.
    """

    def found():
        # started, too: Ubuntu's package of this name points to a snap, which a container cannot run
        places = [*filter(None, map(shutil.which, CHROMIUM)), playwright_place]
        return next((place for place in places if _answers([place, "--version"])), None)

    return _had("chromium", found, ("apt", "playwright")) or pytest.skip(
        "Chromium is missing and could not be installed (Debian, Ubuntu: apt-get install chromium; elsewhere: "
        "playwright install chromium)"
    )


def postgresql(program):
    """Give the place of one of PostgreSQL's programs, such as "initdb"."""

    def found():
        folders = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        return str(folders[-1]) if folders else shutil.which(program)

    return _had("postgresql", found, ("apt",)) or pytest.skip(
        "PostgreSQL is missing and could not be installed (Debian, Ubuntu: apt install postgresql)"
    )


_missing = set()


def _had(package, found, ways):
    """Find a program; where it is missing, try the ways to get it, while the other processes of the tests wait."""
    if (place := found()) or package in _missing:
        return place
    with FileLock(Path(tempfile.gettempdir()) / f"bncourse-tests-{getpass.getuser()}-{package}.lock"):
        for way in ways:
            if place := found():
                return place
            if way == "apt":
                _install(package)
            else:
                _answers([sys.executable, "-m", "playwright", "install", package])
        _missing.add(package)
        return found()


def _install(package):
    if not shutil.which("apt-get") or os.geteuid() != 0:
        return
    _answers(["apt-get", "update", "-qq"])
    _answers(["apt-get", "install", "-y", "-qq", "--no-install-recommends", package])


def _answers(command):
    try:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        done = subprocess.run(command, capture_output=True, timeout=60 * _MINUTES, env=environment)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
