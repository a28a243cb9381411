"""Pages of HTML from templates beside the modules that fill them: what is filled in is escaped."""

from importlib.resources import files


def render(package, file, /, **values):
    """Return a page made of a template of Jinja2.

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
    jinja2.UndefinedError
        If the template asks for a value that is not given.
    """
    import jinja2  # here, for most commands write no page

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    return environment.from_string((files(package) / file).read_text(encoding="utf-8")).render(**values)
