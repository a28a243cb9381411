"""What stands on a feedback page: how the file was read, and nothing of a submission that could run there."""

import json
import re
from pathlib import Path

from nbconvert.preprocessors import Preprocessor
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat.v4 import new_markdown_cell
from traitlets import Bool

from bncourse.grading.harmless import harmless
from bncourse.grading.intake import RELEASED, decisions_of, refusal, report
from bncourse.grading.reports import for_student


class SanitizePage(SanitizeHTML):
    """nbconvert's own step, which in addition keeps pictures that are written into the HTML.

    Text cells that stand in the release word for word are the course's own, and stay as they are. In any other a
    ``<`` or ``&`` is shown as an entity, also in code: what is not code to the eye may be code to a browser.
    """

    # nbconvert's steps are off until they are switched on; this one has no other use than to be on
    enabled = Bool(True).tag(config=True)

    def preprocess(self, notebook, resources):
        self._own = _texts_of_the_release(self, resources)
        return super().preprocess(notebook, resources)

    def preprocess_cell(self, cell, resources, cell_index):
        if cell.cell_type == "markdown" and cell.source in self._own:
            return cell, resources
        return super().preprocess_cell(cell, resources, cell_index)

    def sanitize_html_tags(self, html_str):
        return harmless(html_str)


class HowItWasRead(Preprocessor):
    """Says on top of the page what of the submitted file was not taken as it came; nothing, if all was.

    It runs before `SanitizePage`, for it quotes names that somebody else chose.
    """

    enabled = Bool(True).tag(config=True)

    def preprocess(self, notebook, resources):
        about = resources.get("nbgrader", {})
        converter = getattr(self.parent, "parent", None)  # the exporter's: nbgrader's GenerateFeedback
        if not hasattr(converter, "coursedir") or not {"assignment", "student"} <= set(about):
            return notebook, resources
        known = report(converter.coursedir.root, about["assignment"], about["student"])
        lines = for_student(decisions_of(known))
        if refused := refusal(known):
            text = (
                f"## Your file could not be read\n\n{_plain(refused)} **Nothing was graded: the 0 on this page "
                "is no grade of yours.** Hand in your notebook, the file that ends in `.ipynb`, or ask your teacher."
            )
            notebook.cells.insert(0, new_markdown_cell(text, id="your-file-could-not-be-read"))
        elif lines:
            text = "## How your file was read\n\n" + "\n".join(f"- {_plain(line)}" for line in lines)
            notebook.cells.insert(0, new_markdown_cell(text, id="how-your-file-was-read"))
        return notebook, resources


def _texts_of_the_release(step, resources):
    """Give the text cells of the release; none, where there is no release to read."""
    about = resources.get("nbgrader", {})
    converter = getattr(step.parent, "parent", None)
    if not hasattr(converter, "coursedir") or "assignment" not in about:
        return set()
    name = about["assignment"]
    path = Path(converter.coursedir.root) / RELEASED / name / f"{name}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return set()
    return {"".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"}


def _plain(line):
    """Give a line of text in Markdown that shows every character as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$&-])", r"\\\1", " ".join(line.split()))
