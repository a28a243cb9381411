"""Ways to write an answer: right ones that run on their own, and the one that is most unlike the learner's."""

import ast
import builtins
import inspect
import re
import textwrap
from difflib import SequenceMatcher
from functools import cache

from bncourse import exercises
from bncourse.checking import Quiz
from bncourse.companion.worked import solutions

THERE = {"np", "math"}  # what a way may use beside Python
# Accepted, and nothing to show: another precision is no other way, and the squares less the square lose digits.
_NOT_SHOWN = ("float32", "single_precision", "in_one_pass", "by_the_squares", "short_variance")
_LONGEST = 22  # lines


def own(learners):
    """Return the source of a learner's answer without its docstring, or "" where it cannot be read."""
    try:
        return plain(inspect.getsource(learners))
    except (OSError, TypeError, SyntaxError, ValueError):
        return ""


def another(name, source):
    """Return the right answer to an exercise that is most unlike this one.

    Parameters
    ----------
    name : str
        Of the exercise.
    source : str
        The learner's answer.

    Returns
    -------
    str
        Its code, or "" where there is no other.
    """
    others = [way for way in ways(name) if _shape(way) != _shape(source)]
    return min(others, key=lambda way: _likeness(source, way), default="")


@cache
def ways(name):
    """Return the right answers to an exercise that run on their own, each as code.

    Parameters
    ----------
    name : str

    Returns
    -------
    tuple of str
    """
    exercise = exercises.find(name)
    if isinstance(exercise, Quiz):
        return ()
    first, found = plain(solutions()[name]), []
    for function in exercise.right_answers:
        if not function.__name__.endswith(_NOT_SHOWN):
            found.append(_alone(function, name))
    short = [way for way in found if way and len(way.splitlines()) <= _LONGEST]
    return tuple(dict.fromkeys([first, *short]))


def plain(source):
    """Give code without the docstrings of its functions, and without decorators at the top."""
    lines = textwrap.dedent(source).rstrip().splitlines()
    tree = ast.parse("\n".join(lines))
    left_out = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) and len(node.body) > 1:
            left_out |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    for node in tree.body:
        for decorator in getattr(node, "decorator_list", ()):
            left_out |= set(range(decorator.lineno, decorator.end_lineno + 1))
    return "\n".join(line for number, line in enumerate(lines, 1) if number not in left_out)


def _alone(function, name):
    """Return a right answer under the name of its exercise, with the helpers that it calls; "" where it needs more."""
    try:
        main, helpers = plain(inspect.getsource(function)), {}
        if not _collect(main, function, helpers):
            return ""
    except (OSError, TypeError, SyntaxError):
        return ""
    tree = ast.parse(main)
    if not isinstance(tree.body[0], ast.FunctionDef):
        return ""
    main = re.sub(rf"\b{function.__name__}\b", name, main)  # it may call itself
    return "\n\n\n".join([*helpers.values(), main])


def _collect(source, function, helpers):
    """Put the helpers that a source calls into a dictionary, in the order in which they are needed."""
    for used in sorted(_free(source) - THERE):
        value = function.__globals__.get(used)
        if used in helpers:
            continue
        if not inspect.isfunction(value) or value.__module__ != function.__module__:
            return False
        text = plain(inspect.getsource(value))
        if not _collect(text, function, helpers):
            return False
        helpers[used] = text
    return True


def _free(source):
    """Return the names that code takes from outside."""
    read, made = set(), set(dir(builtins))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.arg):
            made.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            made.add(node.name)
    return read - made


def _shape(source):
    """Give code as a row of words in which the learner's own names are all alike."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()
    words = []
    for node in ast.walk(tree):
        kind = type(node).__name__
        words.append(f"{kind}.{node.attr}" if isinstance(node, ast.Attribute) else kind)
    return tuple(words)


def _likeness(one, other):
    return SequenceMatcher(None, _shape(one), _shape(other), autojunk=False).ratio()
