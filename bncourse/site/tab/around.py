"""What the course puts around JupyterLite: the bar of a notebook, "My work", and what knows of a newer release."""

import hashlib
import json
import shutil
from pathlib import Path

from bncourse import __version__
from bncourse.large_libraries import LARGE
from bncourse.learner import update
from bncourse.site.tab import runtime
from bncourse.templates import inline
from bncourse.trouble import Trouble

PAGE = Path(__file__).resolve().parent / "page"
PLACE = "course"
CACHE = "cache.js"
_WITH_A_BAR = ("lab", "notebooks")
_BEGINS = "await import("  # of JupyterLite, in its pages
_FIRST = f"await (await import('../{PLACE}/notebook.js')).ready;\n        "
_STYLE = '<link rel="stylesheet" href="../{{ place }}/notebook.css" />\n  </head>'


def write(names, site, home, without_keras):
    """Write these files into a site.

    Parameters
    ----------
    names : list of str
        Of the notebooks.
    site : path
        As JupyterLite has built it.
    home : str
        The place of Python in the site.
    without_keras : collection of str
        The names of the notebooks that need Keras.

    Raises
    ------
    Trouble
        If JupyterLite's pages are not as they are known.
    """
    site, place = Path(site), Path(site, PLACE)
    _add_the_bar(site)
    place.mkdir()
    for path in sorted(PAGE.glob("*.js")) + sorted(PAGE.glob("*.css")):
        if path.name != CACHE:
            shutil.copy(path, place)
    worker = site / "service-worker.js"
    texts = [path.read_text(encoding="utf-8") for path in (PAGE / CACHE, worker)]
    worker.write_text("\n".join(texts), encoding="utf-8")
    shutil.copy(PAGE / "my-work.html", site)
    shutil.copy(update.__file__, place / "update.py")
    about = {"version": __version__, "python": home, "without_keras": sorted(without_keras)}
    about |= _files(json.loads((site / home / runtime.LOCK).read_text(encoding="utf-8")), site / home)
    about["notebooks"] = {f"{name}/{name}.ipynb": _sha(site / "files" / name / f"{name}.ipynb") for name in names}
    (place / "site.json").write_text(json.dumps(about), encoding="utf-8")


def _add_the_bar(site):
    """Let JupyterLite's pages load the bar, and wait with a notebook until it may be opened."""
    style = inline(_STYLE, place=PLACE)
    for app in _WITH_A_BAR:
        page = site / app / "index.html"
        text = page.read_text(encoding="utf-8")
        if text.count(_BEGINS) != 1 or text.count("</head>") != 1:
            raise Trouble(f"{app}/index.html of JupyterLite is another than the one that is known; see around.py.")
        page.write_text(text.replace(_BEGINS, _FIRST + _BEGINS).replace("</head>", style), encoding="utf-8")


def _files(lock, folder):
    """Return the names and sizes of Python's files: those for the first cell, and those that come beside."""
    packages = lock["packages"]
    first = set(runtime.closure(packages, [*(set(runtime.PACKAGES) - set(LARGE)), "bncourse"]))
    names = {True: [*runtime.CORE], False: []}
    for name, about in packages.items():
        names[name in first].append(about["file_name"])
    sized = {key: [[name, (folder / name).stat().st_size] for name in files] for key, files in names.items()}
    return {"first": sized[True], "later": sized[False]}


def _sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()
