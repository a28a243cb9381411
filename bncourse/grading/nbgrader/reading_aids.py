"""A step of a release: links between notebooks, the card of each, and the words that it uses."""

from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor

from bncourse import exercises
from bncourse.companion import aids
from bncourse.companion.summaries import SUMMARIES


class ReadingAids(NbGraderPreprocessor):
    """Add to a released notebook what its reader needs to find the way; a notebook of somebody else stays as it is."""

    def preprocess(self, nb, resources):
        """Link the texts, and append the card and the list of words."""
        name = resources.get("unique_key", "") or resources.get("nbgrader", {}).get("notebook", "")
        number = name[:2]
        if name not in exercises.NOTEBOOKS or number not in SUMMARIES:
            return nb, resources
        names = {each[:2]: each for each in exercises.NOTEBOOKS if each != name}
        texts = [cell for cell in nb.cells if cell.cell_type == "markdown" and not cell.metadata.get("nbgrader")]
        changed, used = aids.words_linked([aids.linked(cell.source, names) for cell in texts])
        for cell, text in zip(texts, changed, strict=True):
            cell.source = text
        nb.cells += [
            new_markdown_cell(aids.card(number), id="card"),
            new_markdown_cell(aids.word_list(used), id="words-used"),
        ]
        return nb, resources
