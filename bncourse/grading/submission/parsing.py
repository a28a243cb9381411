"""Python that somebody else wrote, read and not run: without a word on the terminal, and with an end to the work."""

import ast
import symtable
import warnings

from bncourse.sandbox.inside.syntax import bound_names, lines_of

# What Python says of a text that it cannot read, that is nested too deeply, or that takes too much.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
_MOST_LOOKS = 1_000_000


def parsed(text, flags=0):
    """Return the tree of a text; raises one of `UNREADABLE`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a text that is not run here; a flood of them would fill the terminal
        return compile(text, "<cell>", "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)


def symbols(text):
    """Return the table of symbols of a text; raises one of `UNREADABLE`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a text that is not run here; a flood of them would fill the terminal
        table = symtable.symtable(text, "<cell>", "exec")
    tables = [table]
    while tables:
        each = tables.pop()
        inner = each.get_children()
        if len(inner) * len(each.get_identifiers()) > _MOST_LOOKS:
            raise MemoryError("Python looks at each of these functions for each of these names")
        tables += inner
    return table


def root_name(node):
    """Return the name that an attribute or a part of something begins with, as "a" of ``a.b[0].c``; "" for none."""
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def changes(tree):
    """Return the names whose things a cell may change in place, and those that it gives away to a call."""
    changed, given_away = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            changed.add(root_name(node))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Del):
            changed.add(node.id)
        elif isinstance(node, ast.AugAssign):
            changed.add(root_name(node.target))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if isinstance(node.value.func, ast.Attribute):  # such as a list that gets longer
                given_away.add(root_name(node.value.func))
            values = [*node.value.args, *(keyword.value for keyword in node.value.keywords)]
            given_away.update(each.id for each in values if isinstance(each, ast.Name))
    return changed - {""}, given_away - {""}


def sources_of(source, longest):
    """Return the text of each function and class at the top of a cell, by its name; one pass over the cell.

    A name that the cell binds again below, in whatever way, has no text: nobody can read off which one stands.

    Parameters
    ----------
    source : str
        The text of the cell.
    longest : int
        To how many characters each is cut.

    Returns
    -------
    dict of str to str

    Raises
    ------
    SyntaxError, ValueError, RecursionError, MemoryError
        If Python cannot read it.

    Examples
    --------
    >>> sources_of("x = 1; y = 2", 100)
    {}
    >>> sources_of("class C: pass  # empty", 100)
    {'C': 'class C: pass'}
    """
    lines = lines_of(source)
    found = {}
    for node in parsed(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            first, last = node.lineno - 1, node.end_lineno - 1
            text = "".join(lines[first:last]) + lines[last].encode()[: node.end_col_offset].decode()
            found[node.name] = text[node.col_offset :][:longest]
        elif found:
            for name in bound_names(node):
                found.pop(name, None)
    return found
