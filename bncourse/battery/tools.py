"""What editors make of a notebook: which marks and ids they drop, rename or add, as twelve of them do it."""

from bncourse.battery.papers import case

KIND = "odd"


def _each(notebook, metadata, *, ids=None, minor=None, keep=True):
    """Change the metadata of all cells: `metadata` gives what an editor writes, `ids` a new id, or none at all."""
    for number, cell in enumerate(notebook["cells"]):
        old = cell["metadata"] if keep else {}
        cell["metadata"] = {**old, **metadata(number, cell)}
        if ids is None:
            cell.pop("id", None)
        elif ids:
            cell["id"] = ids(number)
    if minor is not None:
        notebook["nbformat_minor"] = minor


def colab(notebook):
    """Colab: an id of its own in the metadata, no ids of cells, no marks."""
    _each(notebook, lambda number, cell: {"id": f"Ab{number}_x", "colab": {"base_uri": "x"}}, minor=0, keep=False)
    notebook["metadata"] = {"colab": {"provenance": []}, "kernelspec": {"name": "python3", "display_name": "Python 3"}}


def kaggle(notebook):
    """Kaggle: marks of its own, no ids of cells, times of execution."""
    _each(notebook, lambda number, cell: {"_uuid": f"{number:040x}", "trusted": True}, minor=4, keep=False)


def deepnote(notebook):
    """Deepnote: marks of its own, and texts in the form of a list."""
    _each(
        notebook,
        lambda number, cell: {"cell_id": f"{number:032x}", "deepnote_cell_type": cell["cell_type"]},
        minor=0,
        keep=False,
    )
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"]).strip()


def pycharm(notebook):
    """PyCharm: marks of its own, no ids of cells, a line on top of each cell of code."""
    _each(
        notebook, lambda number, cell: {"collapsed": False, "pycharm": {"name": "#%%\n"}}, minor=0, keep=False
    )  # fmt: skip


def dataspell(notebook):
    """DataSpell: times of execution, new ids, no marks."""
    _each(
        notebook,
        lambda number, cell: {"ExecuteTime": {"end_time": "2026-03-01T12:00:00Z"}},
        ids=lambda number: f"{number:016x}",
        keep=False,
    )


def databricks(notebook):
    """Databricks: marks of its own, no ids, and texts as code with a magic."""
    _each(notebook, lambda number, cell: {"application/vnd.databricks.v1+cell": {"nuid": number}}, minor=0, keep=False)
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            cell |= {"cell_type": "code", "source": "%md\n" + "".join(cell["source"])}
            cell |= {"execution_count": None, "outputs": []}
            cell.pop("attachments", None)


def jukit(notebook):
    """Vim with jukit: nothing but text is left, and blank lines around it."""
    _each(notebook, lambda number, cell: {}, minor=4, keep=False)
    for cell in notebook["cells"]:
        cell["source"] = [line + "\n" for line in ["", *"".join(cell["source"]).split("\n"), ""]]


def vscode_of_2020(notebook):
    """VS Code of 2020: no marks, no ids."""
    _each(notebook, lambda number, cell: {}, minor=2, keep=False)


def vscode(notebook):
    """VS Code of today: marks and ids stay, the language is added."""
    _each(notebook, lambda number, cell: {"vscode": {"languageId": "python"}}, ids=False)


def jupyterlab(notebook):
    """JupyterLab: marks and ids stay; settings of its own are added."""
    _each(notebook, lambda number, cell: {"editable": True, "slideshow": {"slide_type": ""}}, ids=False)


def notebook_7(notebook):
    """Notebook 7: marks and ids stay; headings are folded."""
    _each(notebook, lambda number, cell: {"jp-MarkdownHeadingCollapsed": True, "tags": []}, ids=False)


def nbstripout(notebook):
    """nbstripout: ids are numbers, outputs are gone, marks stay."""
    _each(notebook, lambda number, cell: {}, ids=str)


TOOLS = {
    tool.__name__: tool
    for tool in (
        colab, kaggle, deepnote, pycharm, dataspell, databricks, jukit, vscode_of_2020, vscode, jupyterlab, notebook_7,
        nbstripout,
    )
}  # fmt: skip


def _saved_with(tool):
    def spoil(paper):
        tool(paper.notebook)

    spoil.__name__ = f"saved_with_{tool.__name__}"
    spoil.__doc__ = f"The notebook was saved with another program. {tool.__doc__}"
    case(KIND)(spoil)


for _tool in TOOLS.values():
    _saved_with(_tool)
