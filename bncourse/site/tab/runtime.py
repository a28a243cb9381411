"""Python for the browser: Pyodide's own files and packages, each of them known by its hash.

Whoever serves these files need not be trusted. The lock of the pinned version names the SHA-256 of every package; the
hashes of the lock and of the core stand here.
"""

import hashlib
import json
import os
import urllib.error
import urllib.request
from pathlib import Path

import platformdirs

from bncourse.files import write_json
from bncourse.trouble import Trouble

VERSION = "0.27.7"
ADDRESS = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
LOCK = "pyodide-lock.json"
CORE = {
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
    LOCK: "9c45b916001a750f4102fc287494f3eab215909c7535c626a20db80fd6333e2c",
}
# What the kernel asks for when it starts, and what the course needs; each brings what it depends on.
PACKAGES = (
    "decorator",
    "ipython",
    "jedi",
    "matplotlib",
    "matplotlib-inline",
    "micropip",
    "numpy",
    "packaging",
    "pillow",
    "pygments",
    "scikit-learn",
    "scipy",
    "sqlite3",
    "ssl",
)
# Time zones, which Matplotlib takes from elsewhere; 0.5 MB of a first visit.
NOT_NEEDED = ("pytz",)
_SECONDS = 120


def closure(packages, wanted=PACKAGES):
    """Return the names of packages with all that they depend on.

    Parameters
    ----------
    packages : dict
        Of a lock.
    wanted : collection of str

    Returns
    -------
    list of str
        In order of their names.
    """
    found, left = set(), list(wanted)
    while left:
        name = left.pop().lower().replace("_", "-")
        if name not in found:
            found.add(name)
            left += _needs(packages[name])
    return sorted(found)


def fetch(source, target):
    """Put the runtime into a folder.

    Parameters
    ----------
    source : str or None
        A folder that has the files of Pyodide's distribution, or an address; the public one where it is None.
    target : path
        An existing folder.

    Returns
    -------
    dict
        The lock, with these packages alone.

    Raises
    ------
    Trouble
        If a file is missing, or is another one than the pinned version has.
    """
    target = Path(target)
    for name, sha in CORE.items():
        (target / name).write_bytes(_content(source, name, sha))
    lock = json.loads((target / LOCK).read_text(encoding="utf-8"))
    names = closure(lock["packages"])
    for name in names:
        about = lock["packages"][name]
        (target / about["file_name"]).write_bytes(_content(source, about["file_name"], about["sha256"]))
    return lock | {"packages": {name: _alone(lock["packages"][name]) for name in names}}


def _alone(package):
    return package | {"depends": _needs(package)}


def _needs(package):
    return [name for name in package["depends"] if name not in NOT_NEEDED]


def write_lock(target, lock):
    """Write the lock of what a folder has."""
    write_json(Path(target) / LOCK, lock)


def _content(source, name, sha):
    """Return the content of one file, from the folder or the address, or from what was fetched before."""
    if source is not None and "://" not in str(source):
        try:
            content = (Path(source) / name).read_bytes()
        except OSError as error:
            raise Trouble(
                f"{Path(source) / name} cannot be read ({error.strerror}). --pyodide takes a folder with the files of "
                f"Pyodide {VERSION}: unpack pyodide-{VERSION}.tar.bz2 from its releases there."
            ) from error
        return _checked(content, name, sha, source)
    kept = Path(platformdirs.user_cache_dir("bncourse", appauthor=False), "pyodide", VERSION, sha)
    if kept.is_file() and _sha(content := kept.read_bytes()) == sha:
        return content
    address = f"{str(source or ADDRESS).rstrip('/')}/{name}"
    try:
        with urllib.request.urlopen(address, timeout=_SECONDS) as reply:
            content = reply.read()
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise Trouble(
            f"{address} cannot be fetched ({error}). Without a network: unpack pyodide-{VERSION}.tar.bz2, from "
            "the releases of Pyodide, somewhere, and name that folder with --pyodide."
        ) from error
    _checked(content, name, sha, address)
    kept.parent.mkdir(parents=True, exist_ok=True)
    making = kept.with_suffix(f".{os.getpid()}")
    making.write_bytes(content)
    os.replace(making, kept)
    return content


def _checked(content, name, sha, source):
    if _sha(content) != sha:
        raise Trouble(f"{name} from {source} is not the file of Pyodide {VERSION}: its SHA-256 is {_sha(content)}.")
    return content


def _sha(content):
    return hashlib.sha256(content).hexdigest()
