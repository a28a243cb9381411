"""Which cells of a submission need not run while it is graded.

A cell of the course that only demonstrates, an experiment or a figure, defines nothing that an answer or a
check needs. It is left out, which saves most of the time that a submission takes. What the learner wrote
always runs; in doubt a cell runs too. A test holds that every solved notebook earns all its points this way.
"""

import ast
from functools import lru_cache

from bncourse.grading.submission.bindings import read_cell
from bncourse.grading.submission.parsing import UNREADABLE, root_name, symbols
from bncourse.sandbox.inside.statements import unwrapped

FORCED = "runs-when-graded"  # a tag: this cell of the course runs in any case
MOST_PARSED = 500_000  # characters that learners wrote; beyond that each cell runs, and none is looked at
_REACHES_ALL = {"globals", "locals", "vars", "eval", "exec", "get_ipython", "__import__", "dir"}


def needed(cells):
    """Say which cells have to run.

    Parameters
    ----------
    cells : list of (str, str, list of str)
        For each code cell, in order: "given" (of the course), "own" (an answer, or the learner's own cell) or
        "check"; its text; its tags.

    Returns
    -------
    list of bool
    """
    if sum(len(text) for kind, text, _ in cells if kind == "own") > MOST_PARSED:
        return [kind != "check" for kind, _, _ in cells]
    # the same in a whole class, so it is kept; what learners wrote is not, because the grader would hold all of it
    parsed = [(_Names if kind == "own" else _names)(text) for kind, text, _ in cells]
    runs = [kind == "own" or FORCED in tags for kind, _, tags in cells]
    if any(names.reaches_all for names, (kind, _, _) in zip(parsed, cells, strict=True) if kind == "own"):
        return [kind != "check" for kind, _, _ in cells]
    wanted = set()
    for names, (kind, _, _), run in zip(parsed, cells, runs, strict=True):
        if run or kind == "check":
            wanted |= names.used
    changed = True
    while changed:
        changed = False
        for i, (kind, _, _) in enumerate(cells):
            if kind == "given" and not runs[i] and parsed[i].bound & wanted:
                runs[i] = changed = True
                wanted |= parsed[i].used
    return runs


@lru_cache(1024)
def _names(text):
    return _Names(text)


class _Names:
    """The names that a cell binds or changes, and those that it uses."""

    def __init__(self, text):
        self.bound, self.used, self.reaches_all = set(), set(), False
        try:
            tree, text = read_cell(unwrapped(text))
            self._look(symbols(text))
        except UNREADABLE:
            self.reaches_all = True
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
                self.bound.add(root_name(node))
        self.reaches_all |= bool(self.used & _REACHES_ALL)

    def _look(self, table):
        """Take the global names of a table of symbols, and of the functions and classes in it."""
        at_the_top = table.get_type() == "module"
        for symbol in table.get_symbols():
            if at_the_top or symbol.is_global():
                if symbol.is_referenced():
                    self.used.add(symbol.get_name())
                if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                    self.bound.add(symbol.get_name())
        for inner in table.get_children():
            self._look(inner)
