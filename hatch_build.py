"""What a build adds to pyproject.toml: the address of the project, in links and urls, and the notebooks in a wheel."""

import json
import re
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

PAGES = {
    "Homepage": "",
    "Documentation": "#readme",
    "Source": "",
    "Issues": "/issues",
    "Changelog": "/blob/main/CHANGELOG.md",
}
_LINK = re.compile(r"\[([^\]]+)\]\((?![a-z]+:|#)([^)\s]+)\)")


class Metadata(MetadataHookInterface):
    """The page that a package index shows, and the addresses beside it."""

    def update(self, metadata):
        address = self.config.get("address", "").rstrip("/")
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = for_an_index(text, f"{address}/blob/v{metadata['version']}" if address else "")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = {name: address + page for name, page in PAGES.items()} if address else {}


class Notebooks(BuildHookInterface):
    """The released notebooks, in a wheel alone: an editable package has them beside it."""

    def initialize(self, version, build_data):
        if version == "standard":
            for path in sorted(Path(self.root, "notebooks").glob("[0-9][0-9]-*/[0-9][0-9]-*.ipynb")):
                if path.stem == path.parent.name:
                    if is_worked_in(json.loads(path.read_text(encoding="utf-8"))):
                        raise ValueError(f"somebody has worked in {path}; `bncourse release` makes it anew")
                    build_data["force_include"][str(path)] = f"bncourse/released/{path.name}"


def is_worked_in(notebook):
    """Say whether a notebook is not as it was released: with outputs, or with an answer in place of its stub."""
    for cell in notebook["cells"]:
        stub = "raise NotImplementedError" if cell["cell_type"] == "code" else "Write your answer here"
        is_answer = cell["metadata"].get("nbgrader", {}).get("solution", False)
        if cell.get("outputs") or (is_answer and stub not in "".join(cell["source"])):
            return True
    return False


def for_an_index(text, address):
    """Give a page whose links to files of this folder lead to an address; without one, they are names of files."""

    def link(found):
        says, path = found.groups()
        if address:
            return f"[{says}]({address}/{path})"
        return says if path in says else f"{says} (`{path}`)"

    return _LINK.sub(link, text)
