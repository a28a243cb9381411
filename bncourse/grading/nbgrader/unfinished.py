"""What a feedback page says where a part of the notebook still waits for a person."""

from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook, MissingEntry
from traitlets import Bool

from bncourse.grading.report.reasons import waiting


class WhatWaits(Preprocessor):
    """Says on top of the page that its score is not final yet; nothing, if it is."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, notebook, resources):
        about = resources.get("nbgrader", {})
        if not {"assignment", "student", "db_url"} <= set(about):
            return notebook, resources
        with Gradebook(about["db_url"]) as gradebook:
            try:
                submission = gradebook.find_submission(about["assignment"], about["student"])
            except MissingEntry:
                return notebook, resources
            names = [grade.name for each in submission.notebooks for grade in each.grades if grade.needs_manual_grade]
            why = waiting(submission)
        if why:
            text = (
                f"## Not final yet\n\n**The score on this page is not final:** {why} ({', '.join(sorted(names))}). "
                "What is counted as 0 there is no grade yet."
            )
            notebook.cells.insert(0, new_markdown_cell(text, id="not-final-yet"))
        return notebook, resources
