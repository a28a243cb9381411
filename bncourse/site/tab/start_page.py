"""The first page of the site: what the course is, a map of its notebooks, and where the answers are kept."""

from pathlib import Path

import nbformat

from bncourse import __version__
from bncourse.site.book.pages import head
from bncourse.templates import render
from bncourse.trouble import Trouble


def released(course):
    """Return the names of the released notebooks, in the order of the course.

    Raises
    ------
    Trouble
        If there is none.
    """
    found = sorted(path.parent.name for path in (Path(course) / "notebooks").glob("*/*.ipynb"))
    if not found:
        raise Trouble("there is no notebook in notebooks/. Write them: bncourse release")
    return found


def write(course, names, site, without_keras=()):
    """Write ``index.html``, which JupyterLite's own would otherwise be.

    Parameters
    ----------
    course : path
    names : list of str
        Of the notebooks, in the order of the course.
    site : path
    without_keras : collection of str
        Those of them that need Keras.
    """
    rows = []
    for name in names:
        notebook = nbformat.read(Path(course) / "notebooks" / name / f"{name}.ipynb", as_version=4)
        title, question, minutes = head(notebook)
        rows.append({"name": name, "title": title or name, "question": question, "minutes": minutes})
    page = render(
        "bncourse.site.tab", "page/start_page.html", rows=rows, without_keras=without_keras, version=__version__
    )
    (Path(site) / "index.html").write_text(page, encoding="utf-8")
