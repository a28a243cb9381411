"""Whether a released notebook offers worked solutions, ``check.solution``: an instructor's choice."""

from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool

LINE = "check.solutions_off()  # your instructor has switched worked solutions off"
SAYS = "In this class worked solutions (`check.solution`) are switched off; hints are there, and cost no points."


class WorkedSolutions(NbGraderPreprocessor):
    """Switch worked solutions off in a release, and say so under its title, where the settings ask for it."""

    offered = Bool(
        True,
        help="Whether check.solution shows a worked solution to one who has seen the hints and tried twice. False: "
        "the released notebooks switch it off, and say so.",
    ).tag(config=True)

    def preprocess(self, nb, resources):
        """Add the line to the cell that imports `check`, and the sentence to the title."""
        if not self.offered:
            [title, *_] = [cell for cell in nb.cells if cell.cell_type == "markdown"]
            importing = [
                cell for cell in nb.cells if cell.cell_type == "code" and "from bncourse import" in cell.source
            ]
            title.source = f"{title.source}\n\n{SAYS}"
            importing[0].source = f"{importing[0].source}\n\n{LINE}"
        return nb, resources
