"""What both sides of the walls read in a text of Python: its lines, and the names that it binds."""

import ast
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


def definitions_in(text):
    """Return the functions, classes and imports at the top of a text, as a text; "" where it is no Python.

    Examples
    --------
    >>> definitions_in("import math\\nfor i in range(10**9): pass\\ndef f(): return 1\\n")
    'import math\\ndef f(): return 1\\n'
    """
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    lines, found = lines_of(text), []
    for node in body:
        if isinstance(node, (*DEFINITIONS, ast.Import, ast.ImportFrom)):
            found.append("".join(lines[first_line(node) - 1 : node.end_lineno]).rstrip("\n") + "\n")
    return "".join(found)
