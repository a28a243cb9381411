"""The kinds of small edits that put in what is missing: a root, a sort, one less, a term, a factor, a shape.

They are tried after those of `bncourse.checking.rewriting.edits`, and have the same form.
"""

import ast
import builtins
import copy
import itertools
import re

from bncourse.checking.where.places import (
    called_name,
    grows,
    inside,
    loop_names,
    names_of,
    parameters_of,
    places,
    text_of,
)

_WORDS = {
    ast.Add: "`{q}` added to `{text}`",
    ast.Sub: "`{q}` subtracted from `{text}`",
    ast.Mult: "`{text}` multiplied by `{q}`",
    ast.Div: "`{text}` divided by `{q}`",
}


def wrapped(function):
    """A root, a square, a sign, a transpose, a sort, a sum, or one less or more."""
    used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    growing = grows(function)
    for place in places(function):
        node = place.node
        if not isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Attribute | ast.Subscript):
            continue
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load) or _of_a_module(node, place.parent):
            continue
        text = text_of(node)
        if _counts(node):
            for operator, words in ((ast.Sub(), "-"), (ast.Add(), "+")):
                yield (
                    place,
                    ast.BinOp(node, operator, ast.Constant(1)),
                    f"`{text} {words} 1` in place of `{text}`{inside(place)}",
                )
            if not isinstance(node, ast.Name):
                continue
        yield place, ast.BinOp(node, ast.Pow(), ast.Constant(0.5)), f"the square root of `{text}` in its place"
        if not growing:
            yield place, ast.BinOp(node, ast.Pow(), ast.Constant(2)), f"the square of `{text}` in its place"
        if not _is_handed_on(place):
            yield place, ast.UnaryOp(ast.USub(), node), f"`{text}` with the opposite sign"
        yield place, ast.BinOp(ast.Constant(1.0), ast.Div(), node), f"1 divided by `{text}` in its place"
        yield place, ast.BinOp(ast.Constant(1.0), ast.Sub(), node), f"1 minus `{text}` in its place"
        if not isinstance(node, ast.Call) or isinstance(place.parent, ast.Return):
            yield place, ast.Attribute(node, "T", ast.Load()), f"`{text}` transposed"
        is_a_part = isinstance(node, ast.Subscript) and isinstance(place.parent, ast.Assign)
        if (isinstance(node, ast.Name) or is_a_part) and "np" in used:
            for each in ("sort", "abs"):
                yield (
                    place,
                    _call(ast.Name("np", ast.Load()), each, node),
                    f"`np.{each}({text})` in place of `{text}`{inside(place)}",
                )
        if isinstance(place.parent, ast.Return):
            yield from _result(place, node, function)


def _of_a_module(node, parent):
    return isinstance(node, ast.Name) and isinstance(parent, ast.Attribute) and node.id in ("np", "numpy", "math")


def _counts(node):
    """Return whether an expression is a number of things: a length, one number of a shape, a name."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.value, ast.Attribute) and node.value.attr == "shape"
    return isinstance(node, ast.Name) or (isinstance(node, ast.Call) and called_name(node) == "len")


def _call(value, name, *arguments, **options):
    keywords = [ast.keyword(option, ast.Constant(given)) for option, given in options.items()]
    return ast.Call(ast.Attribute(value, name, ast.Load()), list(arguments), keywords)


def _result(place, node, function):
    """A result that is not added up, or has not the shape of an input."""
    text = text_of(node)
    for reduction, words in (("sum", "the sum of"), ("mean", "the mean of")):
        yield place, _call(node, reduction), f"{words} `{text}` in its place"
        yield place, _call(node, reduction, axis=0), f"{words} `{text}` over axis 0 in its place"
    for name in parameters_of(function)[:2]:
        shape = ast.Attribute(ast.Name(name, ast.Load()), "shape", ast.Load())
        yield place, _call(node, "reshape", shape), f"the returned value in the shape of `{name}`"


def renamed(function):
    """Another name wherever an expression has one, or in its place; a product of two in place of a square."""
    names, loops = names_of(function), loop_names(function)
    for place in places(function):
        if isinstance(place.parent, ast.Assign) and re.search(r"\blen\(|\.shape|\.size", text_of(place.node)):
            for name in parameters_of(function):
                yield place, ast.Name(name, ast.Load()), f"`{name}` in place of `{text_of(place.node)}`"
    for place in places(function):
        node, text = place.node, text_of(place.node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and getattr(node.right, "value", None) == 2:
            for name in dict.fromkeys(_names_in(node.left)):
                for other in names:
                    if other != name and name in names:
                        new = ast.BinOp(node.left, ast.Mult(), _with_name(node.left, name, other))
                        yield place, new, f"`{ast.unparse(new)}` in place of `{text}`"
        if not isinstance(node, ast.BinOp | ast.Call | ast.Subscript) or not isinstance(
            getattr(node, "ctx", ast.Load()), ast.Load
        ):
            continue
        used = _names_in(node)
        parts = [_names_in(part) for part in _parts(node)]
        for name in dict.fromkeys(used):
            if name not in names or name in loops or used.count(name) < 2:
                continue
            if any(part.count(name) == used.count(name) for part in parts):
                continue  # the smaller expression is the place
            for other in names:
                if other not in (name, *loops):
                    yield place, _with_name(node, name, other), f"`{other}` in place of each `{name}` in `{text}`"


def _parts(node):
    """Return the expressions right inside of one that are places themselves: a slice is none."""
    found = []
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.BinOp | ast.Call | ast.Subscript):
            found.append(child)
        else:
            found += _parts(child)
    return found


def _names_in(node):
    return [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]


def _with_name(node, name, other):
    """Copy an expression with another name in the place of one."""
    if isinstance(node, ast.Name):
        return ast.Name(other, node.ctx) if node.id == name else node
    new = copy.copy(node)
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(new, field, _with_name(value, name, other))
        elif isinstance(value, list):
            setattr(new, field, [_with_name(v, name, other) if isinstance(v, ast.AST) else v for v in value])
    if hasattr(new, "kept_text"):
        del new.kept_text
    return new


def reordered(function):
    """Axes in another order, the one that undoes what is written first, where a tuple names each of them once."""
    for place in places(function):
        values = [getattr(each, "value", None) for each in getattr(place.node, "elts", ())]
        if not isinstance(place.node, ast.Tuple) or not 1 < len(values) < 5 or not all(type(v) is int for v in values):
            continue
        if sorted(values) == list(range(len(values))):
            undone = tuple(sorted(range(len(values)), key=values.__getitem__))
            for order in dict.fromkeys([undone, *itertools.permutations(range(len(values)))]):
                if list(order) != values:
                    new = ast.Tuple([ast.Constant(axis) for axis in order], ast.Load())
                    yield place, new, f"`{order}` in place of `{text_of(place.node)}`"


def doubled(function):
    """A factor of 2 that is missing, or one too many; what is divided by comes first.

    What is handed to another function, or has its value from a line before, is left alone: there it makes up for a
    factor that is missing elsewhere. A divisor is only multiplied, because half of it is twice the quotient.
    """
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    from_the_end = list(reversed(places(function)))
    for place in sorted(from_the_end, key=lambda place: not _divides(place)):
        node, divides = place.node, _divides(place)
        if divides and isinstance(node, ast.Constant) and isinstance(node.value, float):
            words = f"`2 * {text_of(node)}` in place of `{text_of(node)}`{inside(place)}"
            yield place, ast.BinOp(ast.Constant(2), ast.Mult(), node), words
        if not _takes_a_term(place) or _is_handed_on(place):
            continue
        if isinstance(node, ast.Name) and node.id in stored and not divides:
            continue
        for operator in (ast.Mult,) if divides else (ast.Mult, ast.Div):
            if not _same_outside(place, operator):
                says = _WORDS[operator].format(q=2, text=text_of(node))
                yield place, ast.BinOp(node, operator(), ast.Constant(2)), says


def _is_handed_on(place):
    """Return whether an expression is an argument of a function that is no part of Python or of a library."""
    call = place.parent
    if not isinstance(call, ast.Call) or not any(place.node is each for each in call.args):
        return False
    return isinstance(call.func, ast.Call) or (isinstance(call.func, ast.Name) and not hasattr(builtins, call.func.id))


def _divides(place):
    return (
        isinstance(place.parent, ast.BinOp)
        and isinstance(place.parent.op, ast.Div)
        and (place.node is place.parent.right)
    )


def added(function):
    """A term or a factor that is missing: a parameter, a count, or another name."""
    parameters = parameters_of(function)
    values = [ast.Name(name, ast.Load()) for name in parameters]
    if parameters:
        shape = ast.Attribute(ast.Name(parameters[0], ast.Load()), "shape", ast.Load())
        values += [ast.Subscript(shape, ast.Constant(axis), ast.Load()) for axis in (0, 1)]
        values += [ast.Call(ast.Name("len", ast.Load()), [ast.Name(name, ast.Load())], []) for name in parameters[1:3]]
    counting = loop_names(function)
    values += [ast.Name(name, ast.Load()) for name in names_of(function)[len(parameters) :] if name not in counting]
    found = [place for place in reversed(places(function)) if _takes_a_term(place)]
    for value in values:
        name = ast.unparse(value)
        for place in found:
            for operator, says in _WORDS.items():
                if not _same_outside(place, operator):
                    new = ast.BinOp(place.node, operator(), value)
                    yield place, new, says.format(q=name, text=text_of(place.node))


def _takes_a_term(place):
    node = place.node
    if not isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Subscript):
        return False
    return not isinstance(place.parent, ast.Attribute) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load)


def _same_outside(place, operator):
    """Return whether the same term or factor around what the expression stands in comes to the same."""
    parent = place.parent
    if not isinstance(parent, ast.BinOp):
        return False
    alike = (ast.Mult, ast.Div) if operator in (ast.Mult, ast.Div) else (ast.Add, ast.Sub)
    return isinstance(parent.op, alike) and (place.node is parent.left or isinstance(parent.op, alike[0]))
