"""HTML of somebody else, as it may stand on a page: nothing in it runs or loads."""

import re

import bleach
from bleach.css_sanitizer import CSSSanitizer

# What text, the cards of the checks, tables and folded hints are made of; nothing that loads or runs.
TAGS = [
    "a", "abbr", "b", "blockquote", "br", "code", "dd", "del", "details", "div", "dl", "dt", "em", "h1", "h2",
    "h3", "h4", "h5", "h6", "hr", "i", "img", "kbd", "li", "ol", "p", "pre", "s", "span", "strong", "sub",
    "summary", "sup", "table", "tbody", "td", "th", "thead", "tr", "ul",
]  # fmt: skip
STYLES = [
    "background", "background-color", "border", "border-bottom", "border-collapse", "border-left",
    "border-right", "border-top", "color", "font-family", "font-size", "font-style", "font-weight", "height",
    "line-height", "list-style", "margin", "margin-top", "max-width", "padding", "padding-left", "text-align",
    "vertical-align", "white-space", "width",
]  # fmt: skip
PICTURE = re.compile(r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*")


def may_stand(tag, name, value):
    """Say whether an attribute may stand on the page: links to the web, pictures that load nothing."""
    if name == "src":
        return tag == "img" and PICTURE.fullmatch(value) is not None
    if name == "href":
        return tag == "a" and value.startswith(("https://", "http://", "mailto:", "#"))
    return name in {"style", "title", "alt", "width", "scope", "colspan", "rowspan"}


def harmless(html):
    """Give HTML without anything that runs or loads."""
    return bleach.clean(
        html,
        tags=TAGS,
        attributes=may_stand,
        protocols={"http", "https", "mailto", "data"},
        css_sanitizer=CSSSanitizer(allowed_css_properties=STYLES),
    )
