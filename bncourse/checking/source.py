"""The text of what a learner wrote, of what it calls, and the line of it in which an error came up."""

import ast
import inspect
import linecache
import textwrap
import traceback
import types

_MOST_HELPERS = 5
_MADE = "<string>"  # where Python says that a text comes from which no one has written
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def source_of(learners):
    """Return the text of a function or class, or "" where there is none.

    Before Python 3.13 a class of a notebook has no text of its own; it is found by that of its methods.
    """
    try:
        return textwrap.dedent(inspect.getsource(learners))
    except (OSError, TypeError):
        methods = (
            [each for each in vars(learners).values() if inspect.isfunction(each)] if inspect.isclass(learners) else []
        )
    for method in methods:
        try:
            lines, _ = inspect.findsource(method)
            tree = ast.parse("".join(lines))
        except (OSError, TypeError, *UNREADABLE):
            continue
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.ClassDef)
                and node.name == learners.__name__
                and method.__code__.co_firstlineno in (range(node.lineno, node.end_lineno + 1))
            ):
                return textwrap.dedent("".join(lines[node.lineno - 1 : node.end_lineno]))
    return ""


def line_of_class(learners, source, error):
    """Return the line of a class in which an error came up, or one that it was raised from, and its text."""
    methods = {each.__code__ for each in vars(learners).values() if inspect.isfunction(each)}
    rows = source.splitlines()
    line, text = None, ""
    for cause in (error, error.__cause__, getattr(error.__cause__, "__cause__", None)):
        for frame, number in traceback.walk_tb(getattr(cause, "__traceback__", None)):
            if frame.f_code in methods:
                row = linecache.getline(frame.f_code.co_filename, number).strip()
                alike = [n for n, each in enumerate(rows, 1) if row and each.strip() == row]
                line, text = (alike[0], row) if len(alike) == 1 else (None, "")
    return line, text


def helpers(function, classes=False):
    """Return the texts of the functions beside a learner's function that it calls, directly or through another.

    Parameters
    ----------
    function : function
    classes : bool
        Whether the texts of the classes that it uses are among them.

    Returns
    -------
    list of str
        Without those of libraries, and those that have no text or use names of a function around them.
    """
    if not isinstance(function, types.FunctionType):
        return []
    found, asked = {function.__name__: ""}, [function.__code__]
    while asked and len(found) <= _MOST_HELPERS:
        code = asked.pop()
        asked += [each for each in code.co_consts if isinstance(each, types.CodeType)]  # of functions inside
        for name in code.co_names:
            other = function.__globals__.get(name)
            inside = [each for each in _functions_of(other, classes) if each.__globals__ is function.__globals__]
            if name in found or not inside or other.__name__ != name or any(each.__closure__ for each in inside):
                continue
            if text := source_of(other):
                found[name] = text
                asked += [each.__code__ for each in inside]
    return [text for text in found.values() if text]


def _functions_of(value, classes):
    """Return a function itself, or the methods of a class; none of anything else."""
    if isinstance(value, types.FunctionType):
        return [value]
    if not classes or not isinstance(value, type):
        return []
    members = [getattr(each, "__func__", getattr(each, "fget", each)) for each in vars(value).values()]
    methods = [each for each in members if isinstance(each, types.FunctionType)]
    return [each for each in methods if each.__code__.co_filename != _MADE]  # such as those of a dataclass
