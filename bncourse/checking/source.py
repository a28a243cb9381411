"""The text of what a learner wrote, and the line of it in which an error came up."""

import ast
import inspect
import linecache
import textwrap
import traceback

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
