"""What a released notebook has for Colab and Kaggle: links that open it there, and a cell that installs the course.

Nothing is added until `c.Elsewhere.install` names what pip installs, and `c.Elsewhere.notebooks` where the released
notebooks are on GitHub. The links are words, not pictures: a picture would tell its server of every reader.
"""

import re

from nbformat import from_dict
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import TraitError, Unicode, validate

LINKS, INSTALL = "elsewhere", "elsewhere-install"
_SOURCE = """# Colab and Kaggle install the course with this cell. Elsewhere it has nothing to do.
import os
import sys

if "google.colab" in sys.modules or "KAGGLE_KERNEL_RUN_TYPE" in os.environ:
    %pip install --quiet "{install}"
    from bncourse.learner import elsewhere

    elsewhere.tell()"""


class Elsewhere(NbGraderPreprocessor):
    """The last step of a release."""

    install = Unicode(
        "", help="What pip installs on Colab and Kaggle: a name, or an address of a wheel or of git."
    ).tag(config=True)
    notebooks = Unicode(
        "", help="Where notebooks/ is on GitHub, such as https://github.com/OWNER/bncourse/blob/main/notebooks"
    ).tag(config=True)

    @validate("install")
    def _plain(self, proposal):
        if re.search(r"[\s\"'\\$;{}`]", proposal.value):
            raise TraitError("c.Elsewhere.install is a name or an address, without spaces and quotes")
        return proposal.value

    @validate("notebooks")
    def _on_github(self, proposal):
        address = proposal.value.rstrip("/")
        if address and not re.fullmatch(r"https://github\.com/[\w.-]+/[\w.-]+/blob/[\w./-]+", address):
            raise TraitError(
                "c.Elsewhere.notebooks is an address such as https://github.com/OWNER/NAME/blob/main/notebooks"
            )
        return address

    def preprocess(self, notebook, resources):
        """Add both cells below the first, and leave a notebook as it is where nothing is set."""
        name = resources["unique_key"]
        made = []
        if self.notebooks:
            path = f"{self.notebooks.removeprefix('https://github.com/')}/{name}/{name}.ipynb"
            colab = f"https://colab.research.google.com/github/{path}"
            kaggle = f"https://kaggle.com/kernels/welcome?src=https://github.com/{path}"
            made.append(_cell("markdown", LINKS, f"Open a copy in [Colab]({colab}) or in [Kaggle]({kaggle})."))
        if self.install:
            made.append(_cell("code", INSTALL, _SOURCE.format(install=self.install)))
        notebook.cells[1:1] = made
        return notebook, resources


def _cell(kind, key, source):
    # out of sight: in JupyterLab, in Colab and in the book it is in nobody's way
    metadata = {"jupyter": {"source_hidden": True}, "cellView": "form"} if kind == "code" else {}
    cell = {"cell_type": kind, "id": key, "metadata": metadata | {"tags": ["remove-cell"]}, "source": source}
    return from_dict(cell | ({"execution_count": None, "outputs": []} if kind == "code" else {}))
