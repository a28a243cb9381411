"""What both sides of the walls read in a text of Python: its lines, and the names that it binds."""

import ast
import contextlib
import re

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LINES = re.compile(r"(?<=\n)|(?<=\r)(?!\n)")


def lines_of(text):
    """Return the lines of a text with their ends, as Python counts them: a form feed ends none.

    Examples
    --------
    >>> lines_of("a\\n\\x0cb\\rc")
    ['a\\n', '\\x0cb\\r', 'c']
    """
    return _LINES.split(text)


def first_line(node):
    """Return the number of the line in which a statement begins, decorators included."""
    return min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])


def imported_names(tree):
    """Return the names that a tree binds by importing, as a set."""
    found = (alias for node in ast.walk(tree) for alias in getattr(node, "names", ()) if isinstance(alias, ast.alias))
    return {(alias.asname or alias.name).partition(".")[0] for alias in found}


def bound_names(statement):
    """Return the names that a statement may bind, those inside its functions too, as a set."""
    found = imported_names(statement)
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, (*DEFINITIONS, ast.ExceptHandler, ast.MatchAs)) and node.name:
            found.add(node.name)
    return found


def definitions_of(body, text):
    """Return those of some statements that define something and take no time, as a text.

    They are functions, classes, imports, and assignments that calculate nothing, such as a lambda or a number. One of
    these may use what is not there; it then stops nothing below it.

    Parameters
    ----------
    body : list of ast.stmt
    text : str
        The text of the cell, with its lines as Python counts them.

    Returns
    -------
    str

    Examples
    --------
    >>> text = "import math\\nEPS = 1e-3\\nx = load()\\ndef f(): return 1\\n"
    >>> print(definitions_of(ast.parse(text).body, text), end="")
    import math
    try:
        EPS = 0.001
    except Exception:
        pass
    def f(): return 1
    """
    lines, found = lines_of(text), []
    for node in body:
        if isinstance(node, DEFINITIONS):  # no other statement stands in its lines
            found.append("".join(lines[first_line(node) - 1 : node.end_lineno]).rstrip("\n") + "\n")
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found.append(f"{ast.unparse(node)}\n")
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None and _takes_no_time(node.value):
            with contextlib.suppress(RecursionError):
                found.append(f"try:\n    {ast.unparse(node)}\nexcept Exception:\n    pass\n")
    return "".join(found)


def _takes_no_time(value):
    """Return whether an expression only names, or holds, what is there already."""
    if isinstance(value, ast.Constant | ast.Name | ast.Lambda):
        return True
    if isinstance(value, ast.Attribute | ast.Subscript | ast.Starred):
        return _takes_no_time(value.value) and _takes_no_time(getattr(value, "slice", value.value))
    if isinstance(value, ast.Tuple | ast.List | ast.Set):
        return all(map(_takes_no_time, value.elts))
    if isinstance(value, ast.Dict):
        return all(map(_takes_no_time, filter(None, [*value.keys, *value.values])))
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.operand, ast.Constant)
    if not isinstance(value, ast.BinOp) or not isinstance(value.op, ast.Add | ast.Sub | ast.Mult | ast.Div):
        return False  # a power, or a shift, of two numbers may take all the time and memory that there is
    return all(
        isinstance(each, ast.Constant) and type(each.value) in (int, float) for each in (value.left, value.right)
    )
