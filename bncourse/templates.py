"""HTML from templates of Jinja2 beside the modules that fill them: what is filled in is escaped.

A page is written by `render`, a part of one, such as the card of a check, by `card`, and a line of a few words by
`inline`. The template of a card has the ending ``.card.html``. Its lines are joined and their indentation goes, so that
it can be laid out to be read: a reader of Markdown ends a block of HTML at an empty line, and a ``<pre>`` shows each
space. What is filled in stays as it is. So a line of a template ends between two tags, and not inside one.
"""

from functools import cache
from importlib.util import find_spec
from pathlib import Path


def render(package, file, /, **values):
    """Return a page made of a template.

    Parameters
    ----------
    package : str
        Where the template lies, such as "bncourse.site.tab".
    file : str
        Its name.
    **values
        What is filled in; text is escaped, unless it is a `markupsafe.Markup`.

    Returns
    -------
    str

    Raises
    ------
    jinja2.TemplateNotFound
        If there is no such file.
    jinja2.UndefinedError
        If the template asks for a value that is not given.
    """
    return _environment().get_template(f"{package}/{file}").render(values)


def card(package, name, /, **values):
    """Return a part of a page, as one line, made of the template ``name.card.html``; else as `render`."""
    return render(package, f"{name}.card.html", **values)


def inline(template, /, **values):
    """Return a line of HTML made of a template that stands in the code; else as `render`.

    >>> inline("<b>{{ name }}</b>", name="a < b")
    '<b>a &lt; b</b>'
    """
    return _compiled(template).render(values)


@cache
def _environment():
    import jinja2  # here, for most commands write no page, and it takes 20 ms

    return jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        loader=jinja2.FunctionLoader(_source),
        auto_reload=False,
        cache_size=-1,  # each is compiled once
    )


@cache
def _compiled(template):
    return _environment().from_string(template)


def _source(name):
    package, _, file = name.partition("/")
    path = Path(find_spec(package).submodule_search_locations[0], file)
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    return "".join(line.strip() for line in text.splitlines()) if file.endswith(".card.html") else text
