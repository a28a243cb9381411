"""The small edits of arrays: a copy of one that belongs to the caller, the two sides of a matrix product."""

import ast

from bncourse.checking.where.places import called_name, places, text_of

_REDUCES = {"mean", "sum", "var", "std", "max", "min"}


def copied(function):
    """A copy that is missing where an array gets another name."""
    for place in places(function):
        node = place.node
        is_named = isinstance(place.parent, ast.Assign) or _is_one_of_several(function, place.parent)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and is_named:
            new = ast.Call(ast.Attribute(node, "copy", ast.Load()), [], [])
            yield place, new, f"`{node.id}.copy()` in place of `{node.id}`"


def exchanged(function):
    """A matrix product whose two sides stand in each other's place."""
    for place in places(function):
        node = place.node
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            new = ast.BinOp(node.right, node.op, node.left)
            yield place, new, f"`{ast.unparse(new)}` in place of `{text_of(node)}`"


def with_options(function):
    """Options that a call like it in the same function has: ``x.var()`` beside ``x.mean(axis=0)``."""
    calls = [place.node for place in places(function) if isinstance(place.node, ast.Call)]
    others = [each for each in calls if each.keywords and called_name(each) in _REDUCES]
    for place in places(function):
        node = place.node
        if isinstance(node, ast.Call) and called_name(node) in _REDUCES and not node.keywords:
            for options in {" ".join(map(ast.unparse, each.keywords)): each.keywords for each in others}.values():
                if len(options) > 1:  # one alone is tried anyway
                    new = ast.Call(node.func, node.args, options)
                    yield place, new, f"`{ast.unparse(new)}` in place of `{text_of(node)}`"


def _is_one_of_several(function, parent):
    values = [node.value for node in ast.walk(function) if isinstance(node, ast.Assign)]
    return isinstance(parent, ast.Tuple) and any(value is parent for value in values)
