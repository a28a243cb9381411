"""HTML of somebody else, as it may stand on a page: nothing in it runs, loads from elsewhere, or moves over the rest.

Tags and attributes are kept by list. What is left out leaves its text behind, but for scripts and styles.
"""

import re

from bncourse.grading.display import bounds
from bncourse.grading.display.pictures import is_picture, parts_of

# What text, the cards of the checks, tables and folded hints are made of; nothing that loads or runs.
_TAGS = """
    a abbr b blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure h1 h2
    h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strike strong sub summary sup table tbody td tfoot
    th thead tr tt u ul var
    """
TAGS = frozenset(_TAGS.split())
# Gone with all that stands in them: what would run or set a style, and what is read in another way than HTML.
_WITH_CONTENT = "script style iframe object embed noscript noembed noframes template title svg math"
WITH_CONTENT = frozenset(_WITH_CONTENT.split())
_STYLES = """
    background background-color border border-bottom border-collapse border-left border-right border-top color
    font-family font-size font-style font-weight height line-height list-style margin margin-top max-width padding
    padding-left text-align vertical-align white-space width
    """
STYLES = frozenset(_STYLES.split())
SCHEMES = frozenset({"http", "https", "mailto", "data", "attachment"})  # which of them where: see `_kept`
MOST_TAGS = 2_000  # the time that a sanitizer needs grows with the square of their depth
MOST_TAGS_APART = 5_000
SECONDS = 5.0
LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"\\`]{1,2000}|#[\w-]{0,100}", re.IGNORECASE)
# The values of styles: words, numbers, colours and names of fonts. Without other brackets nothing can be loaded.
_VALUE = re.compile(r"(?:[A-Za-z0-9#%.,/'\"\s-]|(?:rgb|hsl)a?\([0-9.,%/\s]*\))*")
_NEGATIVE = re.compile(r"(?<![\w.])-\s*[0-9.]")
_NUMBER = re.compile(r"\d+")
_LARGEST = {"font-size": 100, "line-height": 100}
_TAG = re.compile(r"<[A-Za-z]")
_attributes = {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}, "details": {"open"}}
_attributes |= {tag: {"colspan", "rowspan", "scope"} for tag in ("td", "th")} | {"*": {"style", "title"}}

_apart = bounds.Bounded(memory=1_000_000_000)


def harmless(html):
    """Give HTML without anything that runs or loads; what takes too long to read is given as text.

    Parameters
    ----------
    html : str

    Returns
    -------
    str
    """
    tags = len(_TAG.findall(html))
    if tags <= MOST_TAGS:
        return cleaned(html)
    if tags <= MOST_TAGS_APART:
        try:
            return _apart.call("bncourse.grading.display.sanitize:cleaned", html, seconds=SECONDS)
        except (bounds.Exceeded, bounds.Failed):
            pass
    return f"<pre>{shown_as_text(html)}</pre>"


def cleaned(html, pictures=None):
    """Give HTML without anything that runs or loads, however long it takes.

    Parameters
    ----------
    html : str
    pictures : dict of str to str, optional
        The ``data:`` addresses of attachments, by their names.
    """
    import nh3

    def kept(tag, name, value):
        return _kept(tag, name, value, pictures or {})

    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(WITH_CONTENT),
        attributes=_attributes,
        attribute_filter=kept,
        url_schemes=set(SCHEMES),
        strip_comments=True,
        link_rel="noopener noreferrer",
    )


def shown_as_text(text):
    """Return text as HTML that shows each of its characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _kept(tag, name, value, pictures):
    """Return the value that an attribute may have, or None."""
    if name == "src":
        return _source(value, pictures)
    if name == "href":
        return value if LINK.fullmatch(value) else None
    if name == "style":
        return _style(value) or None
    if name in ("width", "height"):
        return value if re.fullmatch(r"\d{1,3}%?|[1-3]\d{3}", value) else None
    if name in ("colspan", "rowspan"):
        return value if re.fullmatch(r"\d{1,2}", value) else None
    if name == "start":
        return value if re.fullmatch(r"\d{1,6}", value) else None
    if name == "scope":
        return value if value in ("col", "row") else None
    if name == "open":
        return ""
    return value[:1_000].replace("<", "‹").replace(">", "›")


def _source(value, pictures):
    if value.startswith("attachment:"):
        return pictures.get(value)
    found = parts_of(value)
    if found is None or not is_picture(*found):
        return None
    return f"data:{found[0]};base64,{''.join(found[1].split())}"


def _style(value):
    """Return the declarations of a style that set no more than how a text looks, in its place."""
    kept = []
    for declaration in value[:2_000].split(";"):
        name, _, what = declaration.partition(":")
        name, what = name.strip().lower(), what.strip()
        if name not in STYLES or not what or not _VALUE.fullmatch(what) or _NEGATIVE.search(what):
            continue
        if all(int(number) <= _LARGEST.get(name, 2_000) for number in _NUMBER.findall(_colours_gone(what))):
            kept.append(f"{name}:{what}")
    return ";".join(kept)


def _colours_gone(what):
    return re.sub(r"#[0-9A-Fa-f]+", "", what)
