"""A source notebook, cell by cell: what each cell is for, and where its answers stand."""

import ast
import builtins
import json
import symtable
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

BEGIN, END = "BEGIN SOLUTION", "END SOLUTION"


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook.

    Parameters
    ----------
    number : int
        Its place in the notebook, counted from 1.
    node : mapping
        The cell as it is stored.
    """

    number: int
    node: dict

    @property
    def marks(self):
        """What nbgrader notes about the cell; empty where it notes nothing."""
        return self.node.get("metadata", {}).get("nbgrader", {})

    @property
    def grade_id(self):
        return self.marks.get("grade_id", "")

    @property
    def text(self):
        source = self.node.get("source", "")
        return source if isinstance(source, str) else "".join(source)

    @property
    def is_code(self):
        return self.node.get("cell_type") == "code"

    @property
    def is_answer(self):
        """Whether the learner writes here; written answers that a person grades included."""
        return bool(self.marks.get("solution"))

    @property
    def is_check(self):
        """Whether this cell is run for points."""
        return self.is_code and bool(self.marks.get("grade")) and not self.is_answer

    @property
    def is_locked(self):
        return not self.is_answer and bool(self.marks.get("locked") or self.marks.get("grade"))

    @property
    def called(self):
        """How a message names this cell."""
        name = self.grade_id or self.node.get("id", "")
        return f"cell {self.number} ({name})" if name else f"cell {self.number}"

    def regions(self):
        """Return the lines of each solution region, and the lines outside of them.

        Raises
        ------
        ValueError
            If the marks do not come in pairs.
        """
        inside, regions, outside = None, [], []
        for line in self.text.splitlines():
            if BEGIN in line:
                if inside is not None:
                    raise ValueError(f"a second {BEGIN} before {END}")
                inside = []
            elif END in line:
                if inside is None:
                    raise ValueError(f"{END} without {BEGIN}")
                regions.append(inside)
                inside = None
            else:
                (outside if inside is None else inside).append(line)
        if inside is not None:
            raise ValueError(f"{BEGIN} without {END}")
        return regions, outside


@dataclass(frozen=True)
class SourceNotebook:
    """A source notebook and the exercises that are declared for it.

    Parameters
    ----------
    name : str
        Such as "04-normalize-scale-shift".
    notebook : dict
        The notebook as it is stored; empty where it cannot be read.
    exercises : sequence
        Objects with the name, points and hints of an exercise or a quiz.
    unreadable : str
        Why the notebook cannot be read; "" where it can.
    """

    name: str
    notebook: dict
    exercises: tuple = ()
    unreadable: str = ""
    cells: tuple = field(init=False)

    def __post_init__(self):
        cells = self.notebook.get("cells", [])
        object.__setattr__(self, "cells", tuple(Cell(i, node) for i, node in enumerate(cells, start=1)))

    @property
    def code(self):
        return [cell for cell in self.cells if cell.is_code]

    @property
    def answers(self):
        """The code cells that learners fill in."""
        return [cell for cell in self.code if cell.is_answer]

    @property
    def written(self):
        """The text cells that learners fill in, and a person grades."""
        return [cell for cell in self.cells if not cell.is_code and cell.is_answer]

    @property
    def checks(self):
        return [cell for cell in self.cells if cell.is_check]


def read(path, exercises=()):
    """Read a source notebook as it is stored, without mending anything on the way."""
    path = Path(path)
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return SourceNotebook(path.stem, {}, tuple(exercises), f"it cannot be read as JSON ({error})")
    return SourceNotebook(
        path.stem, notebook if isinstance(notebook, dict) else {}, tuple(exercises), _invalid(notebook)
    )


def _invalid(notebook):
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        return "it holds no list of cells"
    version = (notebook.get("nbformat"), notebook.get("nbformat_minor"))
    if not all(isinstance(number, int) for number in version) or version < (4, 5):
        return f"its format is {version[0]}.{version[1]}, and cells have ids only from 4.5 on"
    for number, cell in enumerate(notebook["cells"], start=1):
        if not isinstance(cell, dict) or not cell.get("id"):
            return f"cell {number} has no id"
    try:
        nbformat.validate(_with_single_ids(notebook))
    except Exception as error:  # nbformat raises several kinds, depending on what it stumbles over
        return str(error).strip().splitlines()[0]
    return ""


def _with_single_ids(notebook):
    """Return a copy in which no id stands twice: a rule of its own names those, with the cells that have them."""
    copy = nbformat.from_dict(notebook)
    seen = set()
    for number, cell in enumerate(copy.cells):
        if cell.get("id") in seen:
            cell["id"] = f"{number}-again"
        seen.add(cell.get("id"))
    return copy


def holds(text, region):
    """Return whether these lines hold those of the region in a row; indents, comments and blank lines aside."""
    text, region = lines(text), lines(region)
    starts = range(len(text) - len(region) + 1)
    return bool(region) and any(text[start : start + len(region)] == region for start in starts)


def lines(text):
    """Give lines without spaces and comments, and no blank ones: what has to be the same to be the same answer."""
    stripped = ("".join(line.split("#")[0].split()) for line in text)
    return [line for line in stripped if line]


def defined(code):
    """Return the names that a piece of code defines at its top level: assigned, imported, functions, classes."""
    return {
        symbol.get_name()
        for symbol in symtable.symtable(code, "<cell>", "exec").get_symbols()
        if symbol.is_assigned() or symbol.is_imported()
    }


def needed(code):
    """Return the names that a piece of code takes from outside of itself, builtins aside."""
    top = symtable.symtable(code, "<cell>", "exec")
    used = {symbol.get_name() for symbol in top.get_symbols() if symbol.is_referenced()}
    tables = list(top.get_children())
    while tables:
        table = tables.pop()
        used |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
        tables += table.get_children()
    return used - defined(code) - set(dir(builtins))


def imported(code):
    """Yield (module, name) for each import in a piece of code; the name is "" for ``import module``."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
