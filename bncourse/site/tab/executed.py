"""The notebooks that need Keras, which no browser runs: shown as they were run on this machine."""

import copy
import re
from pathlib import Path

from bncourse.site.book.execution import outputs_of
from bncourse.site.book.pages import page

PLACE = "read"
_LINK = re.compile(r"\]\(\.\./([\w-]+)/\1\.ipynb\)")
_OF_THE_NET = ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url", "jupyter_widgets_base_url")


def without_keras(course, names):
    """Return the names of the notebooks that ask for Keras.

    Parameters
    ----------
    course : path
    names : list of str

    Returns
    -------
    dict from str to nbformat.NotebookNode
    """
    import nbformat

    found = {}
    for name in names:
        notebook = nbformat.read(Path(course) / "notebooks" / name / f"{name}.ipynb", as_version=4)
        if any(
            cell.cell_type == "code" and re.search(r"^require_keras\(", cell.source, re.M) for cell in notebook.cells
        ):
            found[name] = notebook
    return found


def write(course, notebooks, site, run=outputs_of):
    """Write a page for each of these notebooks into ``read/``.

    Parameters
    ----------
    course : path
    notebooks : dict from str to nbformat.NotebookNode
        As they were released.
    site : path
    run : callable, optional
        As `bncourse.site.book.execution.outputs_of`.
    """
    from nbconvert import HTMLExporter
    from nbformat.v4 import new_markdown_cell

    place = Path(site, PLACE)
    place.mkdir()
    exporter = HTMLExporter(template_name="lab", **dict.fromkeys(_OF_THE_NET, ""))
    outputs = run(notebooks, Path(course) / "build" / "book-cache")
    for name, notebook in notebooks.items():
        shown = page(_with_links(notebook), outputs[name])
        words = (
            "[All notebooks](../index.html)\n\n**Keras does not run in a browser.** This page shows the notebook as it "
            "was run on a computer, without its answers. The exercises that need no Keras can be answered "
            f"here: [open the notebook](../notebooks/index.html?path={name}/{name}.ipynb)."
        )
        shown.cells.insert(0, new_markdown_cell(words, id="about-this-page"))
        html, _ = exporter.from_notebook_node(shown, {"metadata": {"name": name}})
        Path(place, f"{name}.html").write_text(html, encoding="utf-8")


def _with_links(notebook):
    """Point the links between notebooks at those that can be worked in."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        if cell.cell_type == "markdown":
            cell.source = _LINK.sub(r"](../notebooks/index.html?path=\1/\1.ipynb)", cell.source)
    return made
