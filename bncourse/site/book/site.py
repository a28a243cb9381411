"""The HTML of the book, made by Sphinx from notebooks that have run already."""

import io
import shutil
from importlib.resources import files

from bncourse.templates import inline

TITLE = "Batch normalization"
LICENSE = "Text and figures: CC BY 4.0. Code: MIT."


def make(pages, site, solutions=False):
    """Let Sphinx write the site.

    Parameters
    ----------
    pages : Path
        A folder with ``index.md`` and the notebooks.
    site : Path
        Where the HTML belongs.
    solutions : bool, default False
        Whether to say on each page that it shows the answers.

    Returns
    -------
    list of str
        Sphinx's warnings.
    """
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    static = pages / "_static"
    static.mkdir()
    style = files("bncourse.site.book") / "book.css"
    (static / "book.css").write_text(style.read_text(encoding="utf-8"), encoding="utf-8")
    warnings = io.StringIO()
    made = pages / "_made"
    with patch_docutils(), docutils_namespace():
        sphinx = Sphinx(
            srcdir=pages,
            confdir=None,
            outdir=made / "html",
            doctreedir=made / "doctrees",
            buildername="html",
            confoverrides=_settings(solutions),
            status=None,
            warning=warnings,
        )
        sphinx.build()
    shutil.copytree(made / "html", site, ignore=shutil.ignore_patterns(".buildinfo*", "objects.inv", "_sources"))
    return [line for line in warnings.getvalue().splitlines() if line.strip()]


def index(heads, solutions=False, beside=None):
    """Return the first page.

    Parameters
    ----------
    heads : dict from str to (str, str, str)
        Title, question and minutes of each notebook, by name, in the order of the course.
    solutions : bool, default False
        Whether this is the edition for instructors.
    beside : dict from str to list of str, optional
        Other pages, by the heading that they stand under.

    Returns
    -------
    str
        MyST Markdown.
    """
    text = (files("bncourse.site.book") / "index.md").read_text(encoding="utf-8")
    rows = "\n".join(
        f"| [{title or name}]({name}.ipynb) | {question} | {minutes} |"
        for name, (title, question, minutes) in heads.items()
    )
    kind = SOLVED if solutions else UNSOLVED
    trees = [_tree(heading, names) for heading, names in (beside or {}).items()]
    text = text.replace("{names}", "\n".join(heads)).replace("{beside}", "\n".join(trees))
    return text.replace("{rows}", rows).replace("{kind}", kind)


def _tree(heading, names):
    return "\n".join(["```{toctree}", ":hidden:", f":caption: {heading}", "", *names, "```", ""])


UNSOLVED = (
    "The answers to the exercises are not in it. A check under each exercise says here that nothing is written yet; "
    "in the notebook it answers you, and names the wrong idea where it sees one."
)
SOLVED = (
    "**This edition is for instructors: it shows every answer**, and under each exercise what its check says to it. "
    "Do not hand it out."
)


def _settings(solutions):
    title = f"{TITLE}: with the answers" if solutions else TITLE
    return {
        "project": TITLE,
        "author": "The bncourse authors",
        "extensions": ["myst_nb", "bncourse.site.book.mathematics"],
        "exclude_patterns": ["_made"],
        "language": "en",
        "nb_execution_mode": "off",  # they have run already
        "nb_ipywidgets_js": {},  # would be fetched from the network
        "myst_enable_extensions": ["dollarmath", "amsmath"],
        "myst_heading_anchors": 3,
        "html_math_renderer": "mathml",
        "html_theme": "sphinx_book_theme",
        "html_title": title,
        "html_static_path": ["_static"],
        "html_css_files": ["book.css"],
        "html_copy_source": False,
        "html_show_sourcelink": False,
        "html_show_sphinx": False,
        "html_show_copyright": False,
        "html_context": {"default_mode": "auto"},  # light or dark, as the reader's system says
        "html_theme_options": {
            "navbar_persistent": [],  # the search stands in the sidebar
            "use_download_button": False,
            "use_fullscreen_button": False,
            "home_page_in_toc": True,
            "show_toc_level": 2,
            "search_bar_text": "Search the course",
            "extra_footer": inline("<p>{{ words }}</p>", words=LICENSE),
            "announcement": "For instructors: this edition shows the answers." if solutions else "",
        },
    }
