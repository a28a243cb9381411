"""What stands on a feedback page: how the file was read, and nothing of a submission that could run there."""

import re
from typing import ClassVar

from jinja2 import BytecodeCache
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell
from traitlets import Bool

from bncourse.grading.assignment import Assignment
from bncourse.grading.display.names import in_a_page
from bncourse.grading.display.texts import harmless_notebook
from bncourse.grading.submission.stage import for_student


class SanitizePage(Preprocessor):
    """Makes a notebook harmless before it becomes a page: feedback, and Formgrader's for grading by hand.

    What grading stores is harmless already. This is for what was stored in another way, or by an earlier version, and
    for the names of people, which nbgrader writes into its page as they are.
    """

    # nbconvert's steps are off until they are switched on; this one has no other use than to be on
    enabled = Bool(True).tag(config=True)

    def preprocess(self, notebook, resources):
        harmless_notebook(notebook)
        for name in ("student", "last_name", "first_name", "notebook_path"):
            if isinstance(resources.get(name), str):
                resources[name] = in_a_page(resources[name])
        return notebook, resources


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
        assignment = Assignment(converter.coursedir.root, about["assignment"])
        known = assignment.submission(about["student"]).staging_report()
        lines = for_student(known.decisions)
        if refused := known.refusal:
            text = (
                f"## Your file could not be read\n\n{_plain(refused)} **Nothing was graded: the 0 on this page "
                "is no grade of yours.** Hand in your notebook, the file that ends in `.ipynb`, or ask your teacher."
            )
            notebook.cells.insert(0, new_markdown_cell(text, id="your-file-could-not-be-read"))
        elif lines:
            text = "## How your file was read\n\n" + "\n".join(f"- {_plain(line)}" for line in lines)
            notebook.cells.insert(0, new_markdown_cell(text, id="how-your-file-was-read"))
        return notebook, resources


def _plain(line):
    """Return a line of text in Markdown that shows every character as it is."""
    return re.sub(r"([\\`*_{}\[\]<>()#+!|~$&-])", r"\\\1", " ".join(line.split()))


class _Compiled(BytecodeCache):
    """Keeps in this process what Jinja compiles of nbgrader's templates, which takes longer than a page."""

    kept: ClassVar = {}

    def load_bytecode(self, bucket):
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket):
        self.kept[bucket.key] = bucket.bytecode_to_string()


class PageExporter(HTMLExporter):
    """nbconvert's own exporter, which compiles the templates once for all pages of a process."""

    def _create_environment(self):
        environment = super()._create_environment()
        environment.bytecode_cache = _Compiled()
        return environment
