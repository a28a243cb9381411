"""The first page of the site: what the course is, a map of its notebooks, and where the answers are kept."""

from html import escape
from importlib.resources import files
from pathlib import Path

import nbformat

from bncourse import __version__
from bncourse.site.book.pages import head
from bncourse.trouble import Trouble

WITHOUT_KERAS = ("07-keras", "11-at-home")


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
        note = ' <span class="note">Keras does not run in a browser</span>' if name in WITHOUT_KERAS else ""
        rows.append(
            f'<li><a href="notebooks/index.html?path={name}/{name}.ipynb">{escape(title or name)}</a>{note}'
            f"<p>{escape(question)} <span>{escape(minutes)} minutes</span></p></li>"
        )
    template = (files("bncourse.site.tab") / "start_page.html").read_text(encoding="utf-8")
    page = template.replace("{{ROWS}}", "\n".join(rows)).replace("{{VERSION}}", escape(__version__))
    (Path(site) / "index.html").write_text(page, encoding="utf-8")
