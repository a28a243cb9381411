"""The pages beside the notebooks: the documents of the course's folder, and the references made from the program."""

import posixpath
import re
from pathlib import Path

from bncourse.commands import parser
from bncourse.site.book import reference

# By the heading in the sidebar. Whatever of these documents a folder has is taken, under the same name.
DOCUMENTS = {
    "To learn": ("docs/learn.md", "docs/elsewhere.md"),
    "To teach": ("docs/first-week.md", "docs/grading-a-class.md", "docs/safe-grading.md", "docs/hub.md"),
    "To maintain": ("CONTRIBUTING.md", "docs/benchmarks.md", "SECURITY.md", "CHANGELOG.md"),
}
REFERENCES = {
    "reference/commands.md": lambda: reference.commands(parser()[0]),
    "reference/check.md": reference.of_check,
    "reference/exercises.md": reference.api,
}
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)


def write(course, pages):
    """Write the guide.

    Parameters
    ----------
    course : Path
        The course folder.
    pages : Path
        The folder of the book's pages.

    Returns
    -------
    dict from str to list of str
        The names of the pages, without ending, by the heading in the sidebar.
    """
    there = {heading: [name for name in names if (course / name).is_file()] for heading, names in DOCUMENTS.items()}
    texts = {name: (course / name).read_text(encoding="utf-8") for names in there.values() for name in names}
    texts |= {name: make() for name, make in REFERENCES.items()}
    for name, text in texts.items():
        place = Path(pages, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(with_links_to(text, name, set(texts)), encoding="utf-8")
    there["References"] = list(REFERENCES)
    return {heading: [name.removesuffix(".md") for name in names] for heading, names in there.items() if names}


def with_links_to(text, name, pages):
    """Return a page whose links lead to other pages; a link to any other file becomes the file's name."""

    def link(found):
        says, target, anchor = found.group(1), found.group(2), found.group(3) or ""
        aim = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        if aim in pages:
            return f"[{says}]({target}{anchor})"
        return says if posixpath.basename(target) in says else f"{says} (`{aim}`)"

    parts = _CODE.split(text)  # the odd ones are code
    return "".join(part if number % 2 else _LINK.sub(link, part) for number, part in enumerate(parts))
