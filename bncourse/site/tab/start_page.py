"""The first page of the site: what the course is, a map of its notebooks, and where the answers are kept."""

from pathlib import Path

import nbformat

from bncourse import __version__
from bncourse.site.book.pages import head
from bncourse.templates import render
from bncourse.trouble import Trouble

WITHOUT_KERAS = "07-keras"


def released(course):
    """Give the names of the released notebooks, in the order of the course.

    Raises
    ------
    Trouble
        If there is none.
    """
    found = sorted(path.parent.name for path in (Path(course) / "notebooks").glob("*/*.ipynb"))
    if not found:
        raise Trouble("there is no notebook in notebooks/. Write them: bncourse release")
    return found


def write(course, names, site):
    """Write ``index.html``, which JupyterLite's own would otherwise be."""
    rows = []
    for name in names:
        notebook = nbformat.read(Path(course) / "notebooks" / name / f"{name}.ipynb", as_version=4)
        title, question, minutes = head(notebook)
        rows.append({"name": name, "title": title or name, "question": question, "minutes": minutes})
    page = render("bncourse.site.tab", "start_page.html", rows=rows, without_keras=WITHOUT_KERAS, version=__version__)
    (Path(site) / "index.html").write_text(page, encoding="utf-8")
