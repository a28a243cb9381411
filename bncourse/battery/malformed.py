"""Cases of files that are no notebook, or one of another kind; what can be read keeps its points."""

import gzip
import io
import json
import os
import zipfile

from bncourse.battery.papers import case

KIND = "malformed"


def _file(name, says, make, spoils="all"):
    """Declare a notebook file with the content ``make(text)``, from the right one's text."""

    def spoil(paper):
        paper.write(make(paper.text()))

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, spoils)(spoil)


def _zipped(text):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("04-normalize-scale-shift.ipynb", text)
    return packed.getvalue()


def _as(change):
    def make(text):
        content = json.loads(text)
        return json.dumps(change(content) or content)

    return make


def _version_3(content):
    cells = [
        {
            "cell_type": cell["cell_type"],
            "metadata": cell["metadata"],
            "language": "python",
            "outputs": [],
            ("input" if cell["cell_type"] == "code" else "source"): cell["source"],
        }
        for cell in content["cells"]
    ]
    return {"worksheets": [{"cells": cells, "metadata": {}}], "metadata": {}, "nbformat": 3, "nbformat_minor": 0}


def _future(content):
    content.update(nbformat=9, nbformat_minor=7, new_field={"a": 1})


def _no_ids(content):
    for cell in content["cells"]:
        del cell["id"]
    content["nbformat_minor"] = 2


def _same_ids(content):
    for cell in content["cells"]:
        cell["id"] = "same"


def _strange_fields(content):
    for cell in content["cells"]:
        cell.update(outputs="none", execution_count="x", attachments=[1], collapsed={})
    content["metadata"] = [1, 2]


def _strange_cells(content):
    content["cells"] = [None, 5, "text", [], {}, {"cell_type": 7}, *content["cells"], {"source": {"a": 1}}]


def _many_cells(content):
    content["cells"] += [{"cell_type": "markdown", "metadata": {}, "source": "x"}] * 20_000


def _long_cell(content):
    content["cells"].append({"cell_type": "code", "metadata": {}, "source": "x = 1\n" * 1_000_000, "outputs": []})


def _deep_code(content):
    for source in (
        "(" * 5_000,
        "-" * 100_000 + "1",
        "+".join(["1"] * 40_000),
        "x" + ".y" * 60_000,
        "[" * 90 + "]" * 90,
    ):
        content["cells"].insert(3, {"cell_type": "code", "metadata": {}, "source": f"y = {source}", "outputs": []})


def _nul_in_code(content):
    content["cells"].insert(2, {"cell_type": "code", "metadata": {}, "source": "a = 1\0\nb = '\ud800'", "outputs": []})


NESTED = "[" * 200_000 + "]" * 200_000

for _name, _says, _make, *_spoils in [
    ("text_that_is_no_notebook", "The file holds a sentence.", lambda text: "I could not do it."),
    ("an_empty_file", "The file is empty.", lambda text: ""),
    ("spaces_alone", "The file holds spaces.", lambda text: " \n" * 1000),
    ("a_file_cut_in_two", "The second half of the file is missing.", lambda text: text[: len(text) // 2]),
    ("a_file_with_a_tail", "Something stands behind the end.", lambda text: text + text[-500:]),
    ("a_conflict_of_git", "Git marked a conflict in the file.",
     lambda text: f"<<<<<<< HEAD\n{text}\n=======\n{text}\n>>>>>>> other\n"),
    ("a_list_of_notebooks", "The file holds a list.", lambda text: f"[{text}]"),
    ("a_number", "The file holds a number.", lambda text: "42"),
    ("cells_that_are_no_list", "The cells are a text.", lambda text: '{"cells": "none", "nbformat": 4, '
                                                                     '"nbformat_minor": 5}'),
    ("a_packed_notebook", "The file is packed with gzip.", lambda text: gzip.compress(text.encode())),
    ("a_zip_archive", "The file is a zip archive.", _zipped),
    ("random_bytes", "The file holds bytes drawn at random.", lambda text: bytes(range(256)) * 400),
    ("a_hundred_thousand_brackets", "The file holds lists in lists.", lambda text: NESTED),
    ("outputs_nested_without_end", "A notebook whose outputs hold lists in lists.",
     lambda text: text[:-1] + f', "more": {NESTED}}}'),
    ("a_number_of_a_million_digits", "A count of executions has a million digits.",
     lambda text: text.replace('"execution_count": null', f'"execution_count": {"9" * 1_000_000}', 1), ()),
    ("numbers_that_are_none", "NaN and Infinity stand where numbers belong.",
     lambda text: text.replace('"execution_count": null', '"execution_count": NaN, "x": -Infinity'), ()),
    ("the_old_format", "The notebook is of format 3.", _as(_version_3), ()),
    ("the_format_of_the_future", "The notebook says that it is of format 9.", _as(_future), ()),
    ("no_ids", "The notebook is of format 4.2, without ids of cells.", _as(_no_ids), ()),
    ("the_same_id_everywhere", "All cells have the same id.", _as(_same_ids), ()),
    ("fields_of_other_types", "Outputs, counts and metadata are of other types.", _as(_strange_fields), ()),
    ("cells_of_other_types", "Among the cells are numbers, texts and lists.", _as(_strange_cells), ()),
    ("twenty_thousand_cells", "There are 20,000 cells behind the answers.", _as(_many_cells), ()),
    ("a_cell_of_six_megabytes", "A cell of one's own is 6 MB long.", _as(_long_cell), ()),
    ("code_that_overflows_the_parser", "Cells hold code that nests deeper than Python can read.", _as(_deep_code), ()),
    ("nul_and_half_characters", "A cell holds NUL and half a character.", _as(_nul_in_code), ()),
    ("utf_8_with_a_mark", "The file begins with a byte order mark.", lambda text: b"\xef\xbb\xbf" + text.encode(), ()),
    ("utf_16", "The file is in UTF-16.", lambda text: text.encode("utf-16"), ()),
    ("latin_1", "The file is in Latin-1, with an accent in it.",
     lambda text: json.dumps(json.loads(text.replace("Give the mean", "Donner la m\\u00e9diane")), ensure_ascii=False)
     .encode("latin-1", "replace"), ()),
    ("windows_line_ends", "The lines end as on Windows.",
     lambda text: json.dumps(json.loads(text), indent=1).replace("\n", "\r\n").encode(), ()),
]:  # fmt: skip
    _file(_name, _says, _make, *_spoils)


@case(KIND, "all")
def a_folder_as_the_notebook(paper):
    """A folder bears the name of the notebook."""
    paper.written = True
    paper.file.mkdir()
    (paper.file / "notes.txt").write_text("inside")


@case(KIND, "all")
def no_notebook(paper):
    """There is a note, and no notebook."""
    paper.written = True
    paper.lie_beside("notes.txt", "I could not open it.")


@case(KIND, "all")
def another_notebook(paper):
    """The file is the notebook of another chapter."""
    cells = [{**cell, "metadata": {}, "id": f"other-{i}", "source": "x = 1"} for i, cell in enumerate(paper.cells)]
    paper.write(json.dumps(paper.notebook | {"cells": cells}))


@case(KIND)
def a_renamed_notebook(paper):
    """The notebook is named as a browser names a second download."""
    paper.write()
    paper.file.rename(paper.folder / f"{paper.folder.name} (1).ipynb")


@case(KIND)
def notebooks_besides(paper):
    """Beside the notebook lie others, one of them broken."""
    paper.lie_beside("old.ipynb", "{}")
    paper.lie_beside("copy/of/it.ipynb", paper.text()[:500])


@case(KIND)
def a_time_that_is_none(paper):
    """The time of submission cannot be read."""
    paper.lie_beside("timestamp.txt", b"\xff\xfe\0 yesterday \0")


@case(KIND)
def a_time_in_the_year_9999(paper):
    """The time of submission lies in the future."""
    paper.lie_beside("timestamp.txt", "9999-12-31 23:59:59.999999 UTC")


@case(KIND)
def a_pipe_as_the_time(paper):
    """The time of submission is a pipe."""
    (paper.folder / "timestamp.txt").unlink(missing_ok=True)
    os.mkfifo(paper.folder / "timestamp.txt")


@case(KIND)
def names_of_strange_characters(paper):
    """Files have names with line ends, quotes and half characters."""
    for name in ("a\nb.csv", "-rf.csv", "'; DROP TABLE grade; --.csv", "\N{RIGHT-TO-LEFT OVERRIDE}vsc.csv"):
        paper.lie_beside(name, "1,2")
    with open(os.path.join(os.fsencode(paper.folder), b"\xff\xfe.csv"), "w") as file:
        file.write("1,2")
