"""The lines of an answer: which one holds a wrong idea, and what its text alone proves.

A line is shown only where it is the only one that can be meant. A wrong line is worse than none.
"""

import ast
import copy
import inspect
import re
import textwrap
from dataclasses import dataclass
from functools import cache, lru_cache

# A pattern may take the square of a line's length, and a text comes from anybody. The longest line of the course's own
# answers has 120 characters.
LONGEST_LINE = 300
LONGEST_TEXT = 100_000


@dataclass(frozen=True)
class Line:
    """One statement of an answer (of `for`, `if` and the like the head alone)."""

    number: int
    text: str
    does: str  # its expressions, without the names that the answer chose itself
    named: str = ""  # the same with these names


@lru_cache(2)  # a card asks for the same answer several times; no more of anybody's text is kept
def lines_of(source):
    """Return the statements under the signature and the docstring; what a task hands out holds no wrong idea.

    Parameters
    ----------
    source : str
        A function or class.

    Returns
    -------
    list of Line
    """
    tree = _parsed(source)
    if tree is None:
        return []
    rows = source.splitlines()
    own = names_chosen(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.stmt) or node is tree or isinstance(node, ast.FunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        inside = [child.lineno for child in ast.walk(node) if isinstance(child, ast.stmt) and child is not node]
        last = min(inside) - 1 if inside else node.end_lineno
        text = " ".join(row.split("#")[0].strip() for row in rows[node.lineno - 1 : max(last, node.lineno)])
        found.append(Line(node.lineno, text[:LONGEST_LINE], does(node, own), does(node, ())))
    return sorted(found, key=lambda line: line.number)


def names_chosen(tree):
    """Return the names that a function or class chose itself: those that it stores and the task does not pass.

    Parameters
    ----------
    tree : ast.AST

    Returns
    -------
    set of str
    """
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    given = getattr(tree, "args", None)
    return stored - {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)} if given else stored


def _parsed(source):
    """Return the function or class that a text defines, or None."""
    if len(source) > LONGEST_TEXT:
        return None
    try:
        [first, *_] = ast.parse(textwrap.dedent(source)).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return first if isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else None


class _Unnamed(ast.NodeTransformer):
    def __init__(self, own):
        self.own = own

    def visit_Name(self, node):
        return ast.Name("_", ast.Load()) if node.id in self.own else ast.Name(node.id, ast.Load())


def does(node, own):
    """Write what a statement computes, so that `mean = x.mean(axis=0)` is `return x.mean(axis=0)` in other words.

    Parameters
    ----------
    node : ast.stmt
    own : set of str
        The names that the answer chose itself.

    Returns
    -------
    str
    """
    parts = [getattr(node, name, None) for name in ("test", "iter", "value")]
    kept = [_Unnamed(own).visit(copy.deepcopy(part)) for part in parts if isinstance(part, ast.expr)]
    sign = type(node.op).__name__ if isinstance(node, ast.AugAssign) else ""
    targets = [node.target] if sign else getattr(node, "targets", [])
    for target in targets:  # what is changed, where it is not a name of one's own that gets a value
        if sign or isinstance(target, ast.Subscript):
            sign += ast.unparse(_Unnamed(own).visit(copy.deepcopy(target))) + " "
    return sign + " ".join(map(ast.unparse, kept)) if kept else ast.unparse(node)


@cache
def _right_lines(functions):
    found = []
    for function in functions:
        try:
            found += lines_of(inspect.getsource(function))
        except (OSError, TypeError):
            continue
    return found


def right_lines(exercise):
    """Return the lines of all right answers that an exercise knows."""
    return _right_lines((exercise.reference, *exercise.right_answers, *exercise.steps.values()))


def mentions(idea, source):
    """Return whether the text of an answer has what a wrong idea looks like, in any line."""
    return bool(idea.looks_like) and any(re.search(idea.looks_like, line.text) for line in lines_of(source))


def line_with(idea, exercise, source):
    """Return the line that holds a wrong idea, or "" where it is not certain.

    It is certain where one line alone has what the idea looks like, and either no right answer has a line like
    that, or all other lines of the answer are lines of right answers.

    Parameters
    ----------
    idea : WrongIdea
    exercise : Exercise
    source : str

    Returns
    -------
    str
        Such as "line 3: return (x - mean) / (var + eps)".
    """
    if not idea.looks_like or not source:
        return ""
    lines = lines_of(source)
    alike = [line for line in lines if re.search(idea.looks_like, line.text)]
    if len(alike) != 1:
        return ""
    right = right_lines(exercise)
    known = {line.does for line in right}
    telling = not any(re.search(idea.looks_like, line.text) for line in right)
    others_right = alike[0].does not in known and all(line.does in known for line in lines if line is not alike[0])
    if not (len(lines) == 1 or telling or others_right):
        return ""
    return f"line {alike[0].number}: {source.splitlines()[alike[0].number - 1].strip()[:LONGEST_LINE]}"


def unused(exercise, source):
    """Name the parameters that an answer never looks at, though the task needs them.

    Parameters
    ----------
    exercise : Exercise
    source : str

    Returns
    -------
    list of str
    """
    tree = _parsed(source)
    if not isinstance(tree, ast.FunctionDef) or any(
        isinstance(node, ast.Name) and node.id in ("locals", "vars", "eval") for node in ast.walk(tree)
    ):
        return []
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    given = [argument.arg for argument in (*tree.args.posonlyargs, *tree.args.args, *tree.args.kwonlyargs)]
    return [name for name in given if name not in used and name in _needed(exercise.reference)]


@cache
def _needed(reference):
    try:
        tree = _parsed(inspect.getsource(reference))
    except (OSError, TypeError):
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()
