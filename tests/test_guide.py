"""The pages beside the notebooks: made from the same documents and from the program, with links that lead somewhere."""

import inspect
import re
import warnings
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from bncourse import check
from bncourse.commands import parser
from bncourse.course import notebooks
from bncourse.grading.release.source import read
from bncourse.site.book import guide, reference
from bncourse.site.book.answers import leaks
from bncourse.site.book.site import index, make

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]


class Page(HTMLParser):
    """The links of a page, and the places in it that a link may name."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.places |= {named[key] for key in ("id", "name") if named.get(key)}
        if tag == "a" and named.get("href"):
            self.links.append(named["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site of the course's documents, without the notebooks, which take minutes to run."""
    pages = tmp_path_factory.mktemp("pages")
    beside = guide.write(ROOT, pages)
    (pages / "index.md").write_text(index({}, beside=beside), encoding="utf-8")
    made = tmp_path_factory.mktemp("made") / "site"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # the theme's own, of Sphinx
        warnings.simplefilter("ignore", PendingDeprecationWarning)
        said = make(pages, made)
    assert not said  # Sphinx warns of a link to a page or a heading that is not there
    return made


def test_the_three_users_have_their_pages_and_the_program_has_its_references(site):
    for heading, names in guide.DOCUMENTS.items():
        assert names, heading
        for name in names:
            assert (ROOT / name).is_file() and (site / name).with_suffix(".html").is_file(), name
    first = (site / "index.html").read_text(encoding="utf-8")
    for heading in (*guide.DOCUMENTS, "References"):
        assert heading in first


def test_every_link_of_the_site_leads_to_a_page_and_a_place_in_it(site):
    pages = {path.resolve(): Page(path) for path in site.rglob("*.html")}
    assert len(pages) > 12
    count = 0
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or link == "#":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.is_file(), f"{path.name}: {link}"
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].places, f"{path.name}: {link}"
            count += 1
    assert count > 200


def test_every_link_of_a_document_leads_to_a_file_and_a_heading():
    for path in DOCUMENTS:
        text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for link in re.findall(r"\]\((?![a-z]+:)([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
            name, _, anchor = link.partition("#")
            target = (path.parent / name).resolve() if name else path
            assert target.exists(), f"{path.name}: {link}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w\- ]", "", each.lower()).replace(" ", "-") for each in headings}, link


def test_no_answer_of_the_course_stands_in_the_guide(site):
    sources = [read(ROOT / "solutions" / path.stem / path.name) for path in notebooks(ROOT)]
    assert len(sources) == 12
    assert not list(leaks(site, sources))


def test_the_page_of_commands_has_every_command_and_every_option():
    text = reference.commands(parser()[0])
    for name in parser()[1]:
        assert f"\n## bncourse {name}\n" in text
    for option in ("`--no-browser`", "`--accept-unsafe-level` `0` `1`", "`--into` `FILE`", "`DIR`"):
        assert option in text
    assert "%(default)s" not in text and "of the table of `--times`" in text


def test_the_page_of_check_has_all_that_a_learner_calls():
    text = reference.of_check()
    public = {name for name, thing in vars(check).items() if inspect.isfunction(thing) and not name.startswith("_")}
    ours = {name for name in public if getattr(check, name).__module__ == "bncourse.check"}
    assert ours == set(reference.OF_CHECK)
    for name in ours:
        assert f"## check.{name}\n" in text


def test_the_page_for_who_writes_exercises_has_each_part_with_its_parameters():
    text = reference.api()
    for names in reference.API.values():
        for name in names:
            assert f"### {name}\n" in text
    assert "- `hints` (sequence of str): From a nudge" in text and "----" not in text


def test_a_link_to_a_file_that_is_no_page_becomes_its_name():
    pages = {"docs/hub.md", "CONTRIBUTING.md"}
    text = "[the image](../hub/Dockerfile), [hub.md](hub.md#docker), [x](../CONTRIBUTING.md), `[a](b.md)` [w](https://x.org)"
    assert guide.with_links_to(text, "docs/elsewhere.md", pages) == (
        "the image (`hub/Dockerfile`), [hub.md](hub.md#docker), [x](../CONTRIBUTING.md), `[a](b.md)` [w](https://x.org)"
    )


def test_a_docstring_of_any_form_becomes_markdown():
    text = reference.markdown(
        "One.\n\n    code\n\n    more\n\nNotes\n-----\nWhy.\n\n"
        "Examples\n--------\n>>> 1 + 1\n2\n\nYields\n------\nint\n"
    )
    assert text == (
        "One.\n\n```python\ncode\n\nmore\n```\n\n**Notes**\n\nWhy.\n\n**Examples**\n\n```python\n>>> 1 + 1\n2\n```\n\n"
        "**Yields**\n\n- `int`"
    )
