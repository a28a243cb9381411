"""The first page of the site: what the course is, a map of its notebooks, and where the answers are kept."""

from html import escape
from importlib.resources import files
from pathlib import Path

import nbformat

from bncourse import __version__
from bncourse.site.book.pages import head
from bncourse.trouble import Trouble

_NOTE = (
    ' <span class="note">Keras does not run in a browser: <a href="read/{name}.html">read it as it was run</a></span>'
)


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
        note = _NOTE.format(name=name) if name in without_keras else ""
        rows.append(
            f'<li><a href="notebooks/index.html?path={name}/{name}.ipynb">{escape(title or name)}</a>{note}'
            f"<p>{escape(question)} <span>{escape(minutes)} minutes</span></p></li>"
        )
    template = (files("bncourse.site.tab") / "page" / "start_page.html").read_text(encoding="utf-8")
    page = template.replace("{{ROWS}}", "\n".join(rows)).replace("{{VERSION}}", escape(__version__))
    (Path(site) / "index.html").write_text(page, encoding="utf-8")
