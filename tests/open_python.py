"""A copy of this Python and its libraries that every user may read, for tests that run as another user."""

import os
import shutil
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"site-packages", "test", "tests", "idlelib", "ensurepip", "lib2to3", "turtledemo"}


def make(folder, without=()):
    """Make it below an open folder, without these libraries; gives the path of the interpreter.

    The files are hard links where the file system has them, so this takes seconds and little room.
    """
    folder = Path(folder)
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    base, made = Path(sys.base_prefix), folder / "base"
    (made / "bin").mkdir(parents=True)
    program = made / "bin" / version
    content = Path(os.path.realpath(sys.executable)).read_bytes()
    # where a shared libpython is looked for; in a closed folder, the loader would take the system's own
    place = os.fsencode(base / "lib") + b"\0"
    program.write_bytes(content.replace(place, b"$ORIGIN/../lib\0".ljust(len(place), b"\0")))
    program.chmod(0o755)
    (made / "lib").mkdir()
    for library in (base / "lib").glob("libpython*"):
        shutil.copy(library, made / "lib")
    _copy(Path(sysconfig.get_path("stdlib")), made / "lib" / version, LEFT_OUT)
    environment = folder / "venv"
    (environment / "bin").mkdir(parents=True)
    interpreter = environment / "bin" / "python"
    interpreter.symlink_to(program)
    (environment / "pyvenv.cfg").write_text(f"home = {program.parent}\ninclude-system-site-packages = false\n")
    packages = environment / "lib" / version / "site-packages"
    _copy(Path(sysconfig.get_path("purelib")), packages, {"bncourse", *without})
    for link in packages.glob("*bncourse*.pth"):  # a closed folder, perhaps
        link.unlink()
    shutil.copytree(ROOT / "bncourse", packages / "bncourse")
    return interpreter


def _copy(source, target, left_out):
    def ignore(folder, names):
        return set(names) & left_out if Path(folder) == source else set()

    shutil.copytree(source, target, ignore=ignore, copy_function=_link, symlinks=False, ignore_dangling_symlinks=True)


def _link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
