"""The small edit for an array that is written into and belongs to the caller: a copy of it."""

import ast

from bncourse.checking.where.places import parameters_of, places


def copied(function):
    """A copy that is missing where an argument gets another name."""
    given = parameters_of(function)
    for place in places(function):
        node = place.node
        is_named = isinstance(place.parent, ast.Assign) or _is_one_of_several(function, place.parent)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in given and is_named:
            new = ast.Call(ast.Attribute(node, "copy", ast.Load()), [], [])
            yield place, new, f"`{node.id}.copy()` in place of `{node.id}`"


def _is_one_of_several(function, parent):
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign)]
    return isinstance(parent, ast.Tuple) and any(value is parent for value in values)
