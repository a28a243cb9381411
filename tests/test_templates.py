"""HTML comes from templates, which escape what is filled in; no module puts tags and values together by itself."""

import ast
import re
from pathlib import Path

import jinja2
import pytest

from bncourse import templates

PACKAGE = Path(__file__).resolve().parents[1] / "bncourse"
# Modules that put tags together, each with its reason.
BY_THEMSELVES = {
    "grading/display/sanitize.py": "makes a stranger's HTML harmless, and shows its text more strictly than a template",
    "grading/display/texts.py": "renders a stranger's Markdown, tag by tag, and shows its text as `sanitize` does",
}
_ELEMENTS = (
    "a abbr article b bdi body br button caption code dd details div dl dt em figure footer form h[1-6] head header hr "
    "html i iframe img input kbd label li link main math meta nav ol option p pre progress script section select small "
    "span strong style sub summary sup svg table tbody td textarea th thead time title tr u ul video"
)
_TAG = re.compile(rf"</?(?:{'|'.join(_ELEMENTS.split())})(?=[\s>/]|$)|<!doctype", re.IGNORECASE)


def has_tag(node):
    """Whether there is a tag in the text of a constant, or of the constant parts of an f-string."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
    return any(map(_TAG.search, texts))


def put_together(code):
    """Give the lines on which a text with a tag and a value become one: f-strings, ``+``, ``%``, format and join."""
    lines = set()
    for node in ast.walk(ast.parse(code)):
        parts = []
        if isinstance(node, ast.JoinedStr):
            parts = [node]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
            parts = [node.left, node.right]
        elif isinstance(node, ast.AugAssign):
            parts = [node.value]
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("format", "format_map", "join"):
            parts = [node.func.value]
        if any(map(has_tag, parts)):
            lines.add(node.lineno)
    return sorted(lines)


@pytest.mark.parametrize(
    "code",
    [
        'f"<b>{x}</b>"',
        'f"{x}</td>"',
        "f'<div style=\"{x}\">'",
        'x + "</div>"',
        '"<li>" + x',
        'x += "<br>"',
        '"<p>%s</p>" % x',
        '"<td>{}</td>".format(x)',
        '"<br>".join(x)',
        'f"<!doctype html>{x}"',
        'f"a{x}" f"<i {x}>"',
    ],
)
def test_html_that_is_put_together_is_seen(code):
    assert put_together(code) == [1]


@pytest.mark.parametrize(
    "code",
    [
        'inline("<b>{{ x }}</b>", x=x)',
        'f"{x} < {y}"',
        'f"usage: {x} <file>"',
        're.compile("<details>")',
        'text.replace("</head>", style)',
        '"x <b> is a tag"',
    ],
)
def test_what_only_looks_like_it_is_not(code):
    assert put_together(code) == []


def test_no_module_puts_html_together_by_itself():
    found = {
        path.relative_to(PACKAGE).as_posix(): lines
        for path in sorted(PACKAGE.rglob("*.py"))
        if (lines := put_together(path.read_text(encoding="utf-8")))
    }
    assert {name: lines for name, lines in found.items() if name not in BY_THEMSELVES} == {}
    assert not BY_THEMSELVES.keys() - found.keys(), "these need no exception any more"


def test_what_is_filled_in_is_escaped_and_what_is_missing_is_an_error():
    template = '<b title="{{ x }}">{{ x }}</b>'
    assert templates.inline(template, x="<i>\"'&") == (
        '<b title="&lt;i&gt;&#34;&#39;&amp;">&lt;i&gt;&#34;&#39;&amp;</b>'
    )
    with pytest.raises(jinja2.UndefinedError, match="x"):
        templates.inline(template, y=1)
    with pytest.raises(jinja2.TemplateNotFound, match=r"none\.card\.html"):
        templates.card("bncourse.learner", "none")


def test_the_lines_of_a_card_are_joined_and_those_that_are_filled_in_stay(tmp_path, monkeypatch):
    (tmp_path / "a_package_of_cards").mkdir()
    (tmp_path / "a_package_of_cards" / "one.card.html").write_text("<pre>\n  {{ text }}\n</pre>\n\n<p></p>\n")
    (tmp_path / "a_package_of_cards" / "page.html").write_text("<pre>\n  {{ text }}\n</pre>\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert templates.card("a_package_of_cards", "one", text=" a\n\n  b") == "<pre> a\n\n  b</pre><p></p>"
    page = templates.render("a_package_of_cards", "page.html", text=" a\n\n  b")
    assert page == "<pre>\n   a\n\n  b\n</pre>\n"


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.card.html")), ids=lambda path: path.name)
def test_no_line_of_a_card_ends_inside_a_tag(path):
    text = re.sub(r"\{[{%#].*?[}%#]\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert all(line.count("<") == line.count(">") for line in text.splitlines())
