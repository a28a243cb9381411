"""The names that a cell of a notebook binds, read from its text; nothing is run.

Two things decide what a check finds after Run All: which cells bind a name, and in which order they stand. A name that
a cell gives nothing but a placeholder, such as the stub of an answer, is told apart from one that it defines.
"""

import ast
import builtins
import contextlib
import re
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from bncourse.grading.submission.parsing import UNREADABLE, changes, parsed, symbols
from bncourse.sandbox.inside.syntax import definitions_of

MOST_PARSED = 4_000_000  # characters of one notebook; an honest one has a hundredth of it
_REACHES_ALL = {"globals", "locals", "vars", "eval", "exec", "get_ipython"}
_BUILT_IN = set(dir(builtins)) - _REACHES_ALL
# Lines that IPython understands and Python does not; a magic that runs a file may bind any name.
_TIMED = re.compile(r"^([ \t]*+)%time[ \t]++", re.MULTILINE)
# A line with "% " goes on with a remainder, or with a text that is filled in; a \ joins the next line to a magic.
_MAGIC = re.compile(r"^([ \t]*+(?:[\w, \t]++=[ \t]*+)?)(?:%(?=[\w%])|!)(?:.*\\\n)*.*$", re.MULTILINE)
_QUESTION = re.compile(r"^([ \t]*+)(?:\?.*|[\w.]++\?\??[ \t]*+)$", re.MULTILINE)
_RUNS_A_FILE = re.compile(r"^[ \t]*+%(?:run|load|store|load_ext|macro|rerun)\b", re.MULTILINE)
_RUNS_ITS_BODY = re.compile(r"%%(?:time|capture|prun)\b")


@dataclass(frozen=True)
class Bindings:
    """What one cell does with names.

    Parameters
    ----------
    full, empty : frozenset of str
        The names that it binds at the top: with something in it, or with a placeholder alone.
    used : frozenset of str
        The names that it takes from outside of itself.
    changed : frozenset of str
        The names whose things it may change, or which it deletes, without binding them anew.
    given_away : frozenset of str
        The names whose things take part in a call that keeps nothing, which may change them.
    anything : bool
        Whether it may bind names that nobody can read in its text (``exec``, ``from x import *``, ``%run``).
    fault : str
        Why this Python cannot read it; "" where it can.
    only_empty : bool
        Whether it holds placeholders and nothing else.
    """

    full: frozenset = frozenset()
    empty: frozenset = frozenset()
    used: frozenset = frozenset()
    changed: frozenset = frozenset()
    given_away: frozenset = frozenset()
    anything: bool = False
    fault: str = ""
    only_empty: bool = False


_LONG = 20_000  # characters; a longer text is kept for its own submission alone
_submission = ContextVar("submission", default=None)


@contextlib.contextmanager
def one_submission(most=MOST_PARSED):
    """Read no more than so many characters in the block; each cell beyond that may bind anything."""
    token = _submission.set([most, {}])
    try:
        yield
    finally:
        _submission.reset(token)


def bindings(text):
    """Read the names of a cell.

    Parameters
    ----------
    text : str
        The text of a code cell, in Python with what IPython adds.

    Returns
    -------
    Bindings

    Examples
    --------
    >>> found = bindings("normalize = lambda x: x - np.mean(x)\\ndef scale(x):\\n    raise NotImplementedError")
    >>> sorted(found.full), sorted(found.empty), sorted(found.used)
    (['normalize'], ['scale'], ['np'])
    """
    about = _submission.get()
    if about is None:
        return _short(text) if len(text) <= _LONG else _bindings(text)
    left, known = about
    if text not in known:
        about[0] = left - len(text)
        read = _short if len(text) <= _LONG else _bindings
        known[text] = read(text) if about[0] >= 0 else Bindings(anything=True)
    return known[text]


def _bindings(text):
    if text.startswith("%%") and not _RUNS_ITS_BODY.match(text):
        return Bindings()
    runs_a_file = bool(_RUNS_A_FILE.search(text))
    try:
        tree, plain = read_cell(text)
    except UNREADABLE as error:
        line = getattr(error, "lineno", None)
        place = f" in line {line}" if line else ""
        says = re.sub(r"[^ -~]", "?", getattr(error, "msg", None) or "it is too deep")[:100]  # it may quote the cell
        return Bindings(fault=f"{type(error).__name__}{place}: {says}")
    try:
        top = _Top()
        for node in tree.body:
            top.visit(node)
        used = _used(tree, plain)
        only_empty = plain == text and bool(tree.body) and all(map(_is_placeholder, tree.body))
        changed, given_away = changes(tree)
    except UNREADABLE:
        return Bindings(anything=True)
    return Bindings(
        frozenset(name for name, is_full in top.bound.items() if is_full),
        frozenset(name for name, is_full in top.bound.items() if not is_full),
        frozenset(used - _BUILT_IN),
        frozenset(changed),
        frozenset(given_away),
        runs_a_file or top.anything or bool(used & _REACHES_ALL),
        only_empty=only_empty,
    )


_short = lru_cache(1024)(_bindings)


def needs(wanted, cells):
    """Return all names that these names depend on, through the cells that bind them.

    Parameters
    ----------
    wanted : collection of str
    cells : list of Bindings
    """
    binding = {}
    for cell in cells:
        for name in cell.full | cell.empty:
            binding.setdefault(name, []).append(cell)
    found, left = set(wanted), list(wanted)
    while left:
        for cell in binding.pop(left.pop(), ()):
            left += cell.used - found
            found |= cell.used
    return found


def read_cell(text):
    """Return the tree of a cell, and the text that Python reads; what only IPython understands is taken out.

    Raises one of `bncourse.grading.submission.parsing.UNREADABLE`.
    """
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    try:
        return parsed(text, flags), text
    except SyntaxError:
        plain = _QUESTION.sub(r"\1pass", _MAGIC.sub(_as_0, _TIMED.sub(r"\1", text)))
        if plain == text:
            raise
        return parsed(plain, flags), plain


def definitions_in(text):
    """Return what a cell defines without taking time, as a text; "" where it is no Python.

    Examples
    --------
    >>> definitions_in("%%time\\nimport math\\nfor i in range(10**9): pass\\ndef f(): return 1")
    'import math\\ndef f(): return 1\\n'
    """
    try:
        return definitions_of(read_cell(text)[0].body, text)
    except UNREADABLE:
        return ""


def _as_0(magic):
    """Return what stands for a magic in the text that Python reads, in as many lines."""
    return f"{magic[1]}0" + "\n" * magic[0].count("\n")


def _used(tree, text):
    """Return the global names that a cell takes; in doubt more."""
    try:
        table = symbols(text)
    except SyntaxError:  # a cell that awaits at the top
        return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    found, tables, at_the_top = set(), [table], True
    while tables:
        table = tables.pop()
        for symbol in table.get_symbols():
            if symbol.is_referenced() and (at_the_top or symbol.is_global()):
                found.add(symbol.get_name())
        tables += table.get_children()
        at_the_top = False
    return found


class _Top(ast.NodeVisitor):
    """Walks through what runs when a cell runs, and notes in order what each name is bound to."""

    def __init__(self):
        self.bound, self.anything = {}, False

    def _function(self, node):
        self.bound[node.name] = not _is_placeholder(node)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Global):
                self.bound.update((name, True) for name in inner.names if name not in self.bound)
        for part in (*node.decorator_list, node.args) if hasattr(node, "args") else node.decorator_list:
            self.visit(part)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _function

    def visit_Lambda(self, node):
        pass

    def visit_Assign(self, node):
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.bound[target.id] = not _is_nothing(node.value)
            else:
                self.visit(target)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.bound[node.id] = True
        elif isinstance(node.ctx, ast.Del):
            self.bound.pop(node.id, None)

    def visit_AnnAssign(self, node):
        if node.value is not None:
            self.generic_visit(node)

    def _comprehension(self, node):
        for inner in ast.walk(node):
            if isinstance(inner, ast.NamedExpr):
                self.bound[inner.target.id] = True

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension

    def visit_ImportFrom(self, node):
        self.anything |= any(alias.name == "*" for alias in node.names)
        self.visit_Import(node)

    def visit_Import(self, node):
        self.bound.update((alias.asname or alias.name.partition(".")[0], True) for alias in node.names)
        self.bound.pop("*", None)

    def visit_ExceptHandler(self, node):  # its name is gone when it ends
        for part in node.body:
            self.visit(part)

    def _captured(self, node):
        name = getattr(node, "name", None) or getattr(node, "rest", None)
        if name:
            self.bound[name] = True
        self.generic_visit(node)

    visit_MatchAs = visit_MatchStar = visit_MatchMapping = _captured


def _is_placeholder(node):
    """Return whether a statement is what stands where nothing is written yet."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return not node.decorator_list and all(map(_is_placeholder, node.body))  # a decorator may give another
    if isinstance(node, ast.Assign):
        return _is_nothing(node.value)
    if isinstance(node, ast.Raise):
        return any(isinstance(each, ast.Name) and each.id == "NotImplementedError" for each in ast.walk(node))
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


def _is_nothing(value):
    return isinstance(value, ast.Constant) and value.value in (None, ...)
