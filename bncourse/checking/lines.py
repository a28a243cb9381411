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
_ROWS_AT_ONCE = 2  # of one statement


@dataclass(frozen=True)
class Line:
    """One statement of an answer (of `for`, `if` and the like the head alone)."""

    number: int
    text: str
    does: str  # its expressions, without the names that the answer chose itself
    named: str = ""  # the same with these names
    last: int = 0  # its last row


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
        last = max(last, node.lineno)
        text = " ".join(_code(row) for row in rows[node.lineno - 1 : last])
        found.append(Line(node.lineno, text[:LONGEST_LINE], does(node, own), does(node, ()), last))
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
    """Writes numbers for some names: the same name gets the same one, so that a / a is not a / b."""

    def __init__(self, own):
        self.own, self.numbers = own, {}

    def visit_Name(self, node):
        number = self.numbers.setdefault(node.id, len(self.numbers)) if node.id in self.own else None
        return ast.Name(node.id if number is None else f"_{number}", ast.Load())


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
    number = getattr(getattr(node, "value", None), "value", None) if isinstance(node, ast.Assign) else None
    if type(number) is float and number.is_integer():  # a number to begin with: 0.0 is 0
        parts = [ast.Constant(int(number))]
    unnamed = _Unnamed(own)
    kept = [unnamed.visit(copy.deepcopy(part)) for part in parts if isinstance(part, ast.expr)]
    sign = type(node.op).__name__ if isinstance(node, ast.AugAssign) else ""
    targets = [node.target] if sign else getattr(node, "targets", [])
    for target in targets:  # what is changed, where it is not a name of one's own that gets a value
        if sign or isinstance(target, ast.Subscript):
            sign += ast.unparse(unnamed.visit(copy.deepcopy(target))) + " "
    return sign + " ".join(map(ast.unparse, kept)) if kept else ast.unparse(node)


def _code(row):
    return row.split("#")[0].strip()


@cache
def _texts(functions):
    found = []
    for function in functions:
        try:
            found.append(inspect.getsource(function))
        except (OSError, TypeError):
            continue
    return found


@cache
def _right_lines(functions):
    return [line for text in _texts(functions) for line in lines_of(text)]


def _right_functions(exercise):
    return (exercise.reference, *exercise.right_answers, *exercise.steps.values())


def right_lines(exercise):
    """Return the lines of all right answers that an exercise knows."""
    return _right_lines(_right_functions(exercise))


def _row_with(pattern, exercise, rows):
    """Return the place of the first of several rows of a statement that has a pattern and is in no right answer.

    Where only the statement as a whole has the pattern, it is its first row, if it is short enough to be seen at once.
    """
    right = {_code(row).rstrip(",") for text in _texts(_right_functions(exercise)) for row in text.splitlines()}
    found = (i for i, row in enumerate(rows) if re.search(pattern, _code(row)) and _code(row).rstrip(",") not in right)
    return next(found, 0 if len(rows) <= _ROWS_AT_ONCE else None)


def mentions(idea, exercise, source):
    """Return whether the text of an answer has what a wrong idea looks like, where its mistake can be.

    That is in a line that no right answer has, if there is one.
    """
    if not idea.looks_like:
        return False
    known = {line.does for line in right_lines(exercise)}
    lines = lines_of(source)
    odd = [line for line in lines if line.does not in known]
    return any(re.search(idea.looks_like, line.text) for line in odd or lines)


def is_told_by(idea, exercise, text, after=""):
    """Return whether a line holds a wrong idea for certain.

    It looks like it, and no right answer has such a line, or it looks like it no longer once it is right.

    Parameters
    ----------
    idea : WrongIdea
    exercise : Exercise
    text : str
    after : str
        The line as it is when the answer is right, or "".

    Returns
    -------
    bool
    """
    if not idea.looks_like or not re.search(idea.looks_like, text):
        return False
    if after and not re.search(idea.looks_like, after):
        return True
    return not any(re.search(idea.looks_like, line.text) for line in right_lines(exercise))


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
    rows = source.splitlines()[alike[0].number - 1 : alike[0].last]
    place = _row_with(idea.looks_like, exercise, rows) if len(rows) > 1 else 0
    return "" if place is None else f"line {alike[0].number + place}: {rows[place].strip()[:LONGEST_LINE]}"


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
    needed = set.intersection(*map(_names_used, (exercise.reference, *exercise.right_answers)))
    return [name for name in given if name not in used and name in needed]


@cache
def _names_used(function):
    try:
        tree = _parsed(inspect.getsource(function))
    except (OSError, TypeError):
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} if tree else set()
