"""Make the readable edition: ``bncourse book``."""

import re
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bncourse import exercises
from bncourse.backend import pip_install
from bncourse.course import find_folder
from bncourse.grading.assignment import Assignment
from bncourse.grading.course import names, settings
from bncourse.grading.release.source import read
from bncourse.site import folders
from bncourse.site.book.answers import leaks
from bncourse.site.book.execution import outputs_of
from bncourse.site.book.pages import head, page
from bncourse.trouble import Trouble

MARK = "made-by-bncourse-book.txt"  # a folder that holds it may be replaced
NEEDED = {"sphinx": "sphinx", "myst_nb": "myst-nb", "sphinx_book_theme": "sphinx-book-theme"}


def command(options):
    """Write the HTML edition of the course; see ``bncourse book --help``."""
    _require_sphinx()
    course = find_folder()
    wanted = options.output or course / "build" / ("book-solutions" if options.solutions else "book")
    output = folders.usable(wanted, MARK, "bncourse book")
    tab = tab_address(options.site) if options.site else None
    with tempfile.TemporaryDirectory(prefix="bncourse-book-") as place:
        notebooks = _sources(course) if options.solutions else _released(course, Path(place, "release"))
        outputs = _outputs(notebooks, course / "build" / "book-cache")
        warnings = write(course, notebooks, outputs, Path(place, "site"), options.solutions, tab)
        folders.put(Path(place, "site"), output)
    for warning in warnings:
        print(f"! Sphinx: {warning}", file=sys.stderr)
    if options.solutions:
        print("This edition shows every answer: it is for instructors.")
    count = f"{len(notebooks)} notebook{'s' * (len(notebooks) != 1)}"
    print(f"The course as a site of {count}: open {output / 'index.html'}")
    return 0


def write(course, notebooks, outputs, site, solutions=False, tab=None):
    """Write the site, and look for answers in it.

    Parameters
    ----------
    course : Path
        The course folder.
    notebooks : dict from str to nbformat.NotebookNode
        By name, in the order of the course.
    outputs : dict from str to list
        What each one showed; from `bncourse.site.book.execution.outputs_of`.
    site : Path
        A new folder.
    solutions : bool, default False
        Whether the notebooks are the solved ones.
    tab : str, optional
        Where the edition in a browser tab is, from `tab_address`; each exercise then has a link to it.

    Returns
    -------
    list of str
        What Sphinx warns of.

    Raises
    ------
    Trouble
        If an answer is found in the site of the unsolved notebooks.
    """
    import nbformat

    from bncourse.site.book import guide
    from bncourse.site.book.site import index, make

    stubs = _stubs(course)
    with tempfile.TemporaryDirectory(prefix="bncourse-pages-") as pages:
        for name, notebook in notebooks.items():
            nbformat.write(page(notebook, outputs[name], *stubs, _try_it(tab, name)), Path(pages, f"{name}.ipynb"))
        beside = guide.write(course, Path(pages))
        text = index({name: head(notebook) for name, notebook in notebooks.items()}, solutions, beside)
        Path(pages, "index.md").write_text(text, encoding="utf-8")
        warnings = make(Path(pages), site, solutions)
    if not solutions:
        sources = [read(course / "solutions" / name / f"{name}.ipynb") for name in names(course)]
        found = [f"  {path.relative_to(site)}: the answer of {name}" for path, name in leaks(site, sources)]
        if found:
            raise Trouble("answers stand in the pages, so nothing was written. Remove them there:\n" + "\n".join(found))
    (site / MARK).write_text("Made by `bncourse book`, which may replace this folder.\n", encoding="utf-8")
    return warnings


def tab_address(given):
    """Return the address of the edition in a browser tab as links need it.

    Parameters
    ----------
    given : str
        With http or https, or from the book's pages on, such as "../tab".

    Raises
    ------
    Trouble
        If it is of another kind.
    """
    address = given.strip()
    if not re.fullmatch(r"https?://[^\s/]+(/\S*)?|[^\s:?#]+", address):
        raise Trouble(
            f"--site {given}: name the address where `bncourse site` stands, such as https://example.org/course/, or "
            "the way there from the book's pages, such as ../tab/"
        )
    return address.removesuffix("index.html").rstrip("/") + "/"


def _try_it(tab, name):
    """Return what knows the link of each exercise of a notebook, or None where there is no edition in a tab."""
    if tab is None:
        return None

    def address(exercise):
        known = exercises.find(exercise)
        if known is None or "keras" in (getattr(known, "driver", None) or ""):
            return None  # no browser runs Keras
        return f"{tab}notebooks/index.html?path={name}/{name}.ipynb#exercise={exercise}"

    return address


def _require_sphinx():
    missing = [package for module, package in NEEDED.items() if find_spec(module) is None]
    if missing:
        raise Trouble(
            f"the book is made with Sphinx, and {', '.join(missing)} is not installed. In the course's folder, run\n"
            f"  {pip_install('-e', '.[book]')}"
        )


def _sources(course):
    import nbformat

    return {name: nbformat.read(course / "solutions" / name / f"{name}.ipynb", as_version=4) for name in _known(course)}


def _released(course, place):
    """Give fresh releases: what stands in notebooks/ may hold a learner's answers."""
    import nbformat

    print("Releasing the notebooks, which takes some seconds ...", file=sys.stderr)
    from bncourse.grading.release.build import release

    place.mkdir()
    shutil.copy(course / "nbgrader_config.py", place)
    shutil.copytree(course / "solutions", place / "solutions")
    (place / "notebooks").mkdir()
    made = {}
    for name in _known(course):
        release(Assignment(place, name), record=False)
        made[name] = nbformat.read(place / "notebooks" / name / f"{name}.ipynb", as_version=4)
    return made


def _known(course):
    known = [name for name in names(course) if (course / "solutions" / name / f"{name}.ipynb").is_file()]
    if not known:
        raise Trouble(f"{course / 'solutions'} holds no notebook; take those that came with the course back.")
    return known


def _outputs(notebooks, cache):
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    cells = sum(cell.cell_type == "code" for notebook in notebooks.values() for cell in notebook.cells)
    columns = [TextColumn("Running the cells"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()]
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=cells)
        return outputs_of(notebooks, cache, lambda name, done: progress.advance(task, done))


def _stubs(course):
    cleared = settings(course).ClearSolutions
    return cleared.get("code_stub", {}).get("python", ""), cleared.get("text_stub", "")
