"""Single changes of a function's text: what a person might have meant in place of what stands there.

Each is one small edit (another operator, axis or number, a root, a factor, another name), with the words for it.
Whether a change makes an answer right is for `bncourse.checking.one_change` to find out.
"""

import ast
import copy
from dataclasses import dataclass

from bncourse.checking.variants import SEEN, WHICH

MOST_NODES = 400  # an answer longer than this is left alone
_OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_SWAPPED = {
    "mean": ("sum",),
    "sum": ("mean",),
    "var": ("std",),
    "std": ("var",),
    "sqrt": ("square",),
    "square": ("sqrt",),
    "max": ("min",),
    "min": ("max",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "floor": ("ceil",),
    "ceil": ("floor",),
}
_REDUCES = {"mean", "sum", "var", "std", "max", "min", "prod", "average", "median"}
_COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}


@dataclass(frozen=True)
class Change:
    """One edit of a function.

    Parameters
    ----------
    line : int
        The line of the source that it is in, counted from 1.
    says : str
        The edit in words, to follow "in line 3, ".
    node, replacement : ast.AST
        What stands there, and what stands there after the edit.
    """

    line: int
    says: str
    node: ast.AST
    replacement: ast.AST


class Changes:
    """The single changes of a function's text, those that people need most often first.

    Parameters
    ----------
    source : str
        The text of one function. Of anything else there are no changes.
    """

    def __init__(self, source):
        self._tree, self._function = None, None
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef):
            return
        if tree.body[0].decorator_list or sum(1 for _ in ast.walk(tree)) > MOST_NODES:
            return
        self._tree, self._function = tree, tree.body[0]

    def __iter__(self):
        if self._function is None:
            return
        seen = set()
        for kind in (_small, _left_out, _wrapped, _added):
            for place, replacement, says in kind(self._function):
                key = (id(place.node), ast.dump(replacement))
                if key not in seen:
                    seen.add(key)
                    yield Change(place.line, says, place.node, replacement)

    def source(self, changes):
        """Give one text with all of these changes, of which the global name `WHICH` (1, 2, ...) turns one on."""
        wanted = {}
        for number, change in enumerate(changes, start=1):
            wanted.setdefault(id(change.node), []).append((number, change.replacement))
        return ast.unparse(_with(self._tree, wanted))

    def observing(self):
        """Give a text that notes the value of each expression that calculates, and what they are: (line, text)."""
        if self._function is None:
            return "", []
        found = [p for p in _places(self._function) if isinstance(p.node, ast.BinOp | ast.Call | ast.UnaryOp)]
        noted = {id(place.node): number for number, place in enumerate(found)}
        return ast.unparse(_noting(self._tree, noted)), [(p.line, ast.unparse(p.node), p.parent) for p in found]

    def text(self, change):
        """Give the text with this change made."""
        return ast.unparse(_with(self._tree, {id(change.node): [(0, change.replacement)]}))


def _with(node, wanted):
    """Copy a tree, with the wanted replacements beside or in place of its nodes; the tree itself stays as it is."""
    new = copy.copy(node)
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(new, field, _with(value, wanted))
        elif isinstance(value, list):
            setattr(new, field, [_with(item, wanted) if isinstance(item, ast.AST) else item for item in value])
    for number, replacement in wanted.get(id(node), ()):
        if number:
            test = ast.Compare(ast.Name(WHICH, ast.Load()), [ast.Eq()], [ast.Constant(number)])
            new = ast.IfExp(test, replacement, new)
        else:
            new = replacement
    return new


def _noting(node, noted):
    new = copy.copy(node)
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(new, field, _noting(value, noted))
        elif isinstance(value, list):
            setattr(new, field, [_noting(item, noted) if isinstance(item, ast.AST) else item for item in value])
    if id(node) in noted:
        return ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(noted[id(node)]), new], [])
    return new


@dataclass(frozen=True)
class _Place:
    """An expression, what it stands in, and its line."""

    node: ast.AST
    parent: ast.AST
    line: int


def _places(function):
    """Yield the place of every expression in the body, line by line, inner ones before outer ones."""
    found = []

    def walk(node, line):
        if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.FunctionDef | ast.Lambda | ast.Import):
            return  # messages, and functions inside, whose names are others
        for field, value in ast.iter_fields(node):
            for item in value if isinstance(value, list) else [value]:
                if not isinstance(item, ast.AST):
                    continue
                here = getattr(item, "lineno", line)
                walk(item, here)
                if isinstance(item, ast.expr) and field not in ("targets", "target", "func", "annotation"):
                    found.append(_Place(item, node, here))

    for i, statement in enumerate(function.body):
        documented = i == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not documented:
            walk(statement, statement.lineno)
    return sorted(found, key=lambda place: place.line)  # stable: inner first within a line


def _parameters(function):
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def _names(function):
    """Give the names that the function binds, parameters first."""
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys([*_parameters(function), *stored]))


def _small(function):
    """Another operator, number, name, comparison or function; a sign; an order."""
    names, parameters = _names(function), _parameters(function)
    for place in _places(function):
        node = place.node
        text = ast.unparse(node)
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            for other, sign in _OPERATORS.items():
                if other is not type(node.op):
                    new = ast.BinOp(node.left, other(), node.right)
                    yield place, new, f"`{sign}` in place of `{_OPERATORS[type(node.op)]}` in `{text}`"
            if isinstance(node.op, ast.Sub | ast.Div | ast.Pow):
                yield place, ast.BinOp(node.right, node.op, node.left), f"the two sides of `{text}` the other way round"
            yield from _regrouped(place, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value is not True:
            yield from _numbers(place, node, parameters)
        elif isinstance(node, ast.Constant) and node.value is None:
            for number in (0, 1, -1):
                yield place, ast.Constant(number), f"`{number}` in place of `None`"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield place, ast.Constant(not node.value), f"`{not node.value}` in place of `{node.value}`"
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not _negative(node):
            yield place, node.operand, f"`{text}` without its minus sign"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            for other in names:
                if other != node.id:
                    yield place, ast.Name(other, ast.Load()), f"`{other}` in place of `{node.id}`"
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
            for other in _COMPARED[type(node.ops[0])]:
                new = ast.Compare(node.left, [other()], node.comparators)
                yield place, new, f"`{_SIGNS[other]}` in place of `{_SIGNS[type(node.ops[0])]}` in `{text}`"
        elif isinstance(node, ast.Call):
            yield from _calls(place, node, text)
        elif isinstance(node, ast.IfExp):
            yield place, ast.IfExp(node.test, node.orelse, node.body), f"the two arms of `{text}` exchanged"
        elif isinstance(node, ast.Tuple) and len(node.elts) in (2, 3) and isinstance(place.parent, ast.Return):
            for i in range(len(node.elts)):
                for j in range(i + 1, len(node.elts)):
                    order = list(node.elts)
                    order[i], order[j] = order[j], order[i]
                    pair = f"`{ast.unparse(node.elts[i])}` and `{ast.unparse(node.elts[j])}`"
                    yield place, ast.Tuple(order, ast.Load()), f"{pair} in each other's place"


def _negative(node):
    return isinstance(node.operand, ast.Constant) and isinstance(node.operand.value, int)


def _regrouped(place, node):
    """Yield ``(a - b) / c`` for ``a - b / c``: brackets that are missing."""
    loose, tight = ast.Add | ast.Sub, ast.Mult | ast.Div
    if isinstance(node.op, loose) and isinstance(node.right, ast.BinOp) and isinstance(node.right.op, tight):
        inner = ast.BinOp(node.left, node.op, node.right.left)
        yield place, ast.BinOp(inner, node.right.op, node.right.right), f"brackets around `{ast.unparse(inner)}`"
    if isinstance(node.op, loose) and isinstance(node.left, ast.BinOp) and isinstance(node.left.op, tight):
        inner = ast.BinOp(node.left.right, node.op, node.right)
        yield place, ast.BinOp(node.left.left, node.left.op, inner), f"brackets around `{ast.unparse(inner)}`"
    if isinstance(node.op, ast.Div) and isinstance(node.left, ast.BinOp) and isinstance(node.left.op, ast.Div):
        inner = ast.BinOp(node.left.right, ast.Mult(), node.right)
        yield place, ast.BinOp(node.left.left, ast.Div(), inner), f"brackets around `{ast.unparse(inner)}`"


def _numbers(place, node, parameters):
    value = node.value
    others = (0, 1, -1, 2, value + 1, value - 1) if isinstance(value, int) else (1 - value, 1.0, 0.0, 0.5, 1e-3)
    text = ast.unparse(node)
    operator = getattr(place.parent, "op", None)
    neutral = 0 if isinstance(operator, ast.Add | ast.Sub) else 1 if isinstance(operator, ast.Mult | ast.Div) else None
    for other in dict.fromkeys(others):
        if other != value and other != neutral:  # a term or a factor that is too much is left out, see below
            yield place, ast.Constant(other), f"`{other:g}` in place of `{text}`"
    if isinstance(value, int):
        yield place, ast.Constant(None), f"`None` in place of `{text}`"
    for name in parameters:
        yield place, ast.Name(name, ast.Load()), f"`{name}` in place of `{text}`"


def _calls(place, node, text):
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if isinstance(function, ast.Attribute):
        for other in _SWAPPED.get(name, ()):
            new = copy.copy(node)
            new.func = ast.Attribute(function.value, other, ast.Load())
            yield place, new, f"`{other}` in place of `{name}` in `{text}`"
    if name in _REDUCES:
        given = {keyword.arg for keyword in node.keywords}
        for option, values in (("axis", (0, 1, -1)), ("keepdims", (True,)), ("ddof", (1,))):
            if option not in given and (option != "ddof" or name in ("var", "std")):
                for value in values:
                    new = copy.copy(node)
                    new.keywords = [*node.keywords, ast.keyword(option, ast.Constant(value))]
                    yield place, new, f"`{option}={value}` in `{text}`"


def _left_out(function):
    """Something that is too much: a term, a factor, an option, a function around a value."""
    for place in _places(function):
        node = place.node
        text = ast.unparse(node)
        if isinstance(node, ast.BinOp):
            for side in (node.left, node.right):
                yield place, side, f"`{ast.unparse(side)}` alone in place of `{text}`"
        elif isinstance(node, ast.Call):
            for i, keyword in enumerate(node.keywords):
                new = copy.copy(node)
                new.keywords = [*node.keywords[:i], *node.keywords[i + 1 :]]
                yield place, new, f"`{text}` without `{ast.unparse(keyword)}`"
            if len(node.args) == 1:
                yield place, node.args[0], f"`{ast.unparse(node.args[0])}` alone in place of `{text}`"


def _wrapped(function):
    """A root, a square, a sign or a transpose that is missing."""
    for place in _places(function):
        node = place.node
        if not isinstance(node, ast.BinOp | ast.Call | ast.Name | ast.Attribute | ast.Subscript):
            continue
        if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            continue
        text = ast.unparse(node)
        half = ast.BinOp(node, ast.Pow(), ast.Constant(0.5))
        yield place, half, f"the square root of `{text}` in its place"
        yield place, ast.BinOp(node, ast.Pow(), ast.Constant(2)), f"the square of `{text}` in its place"
        yield place, ast.UnaryOp(ast.USub(), node), f"`{text}` with the opposite sign"
        yield place, ast.BinOp(ast.Constant(1.0), ast.Div(), node), f"1 divided by `{text}` in its place"
        yield place, ast.BinOp(ast.Constant(1.0), ast.Sub(), node), f"1 minus `{text}` in its place"
        if not isinstance(node, ast.Call):
            yield place, ast.Attribute(node, "T", ast.Load()), f"`{text}` transposed"


def _added(function):
    """A term or a factor that is missing: a parameter, or the number of rows."""
    parameters = _parameters(function)
    values = [ast.Name(name, ast.Load()) for name in parameters]
    if parameters:
        rows = ast.Subscript(
            ast.Attribute(ast.Name(parameters[0], ast.Load()), "shape", ast.Load()), ast.Constant(0), ast.Load()
        )
        values.append(rows)
    for name in _names(function)[len(parameters) :]:
        values.append(ast.Name(name, ast.Load()))
    words = {
        ast.Add: "`{q}` added to `{text}`",
        ast.Sub: "`{q}` subtracted from `{text}`",
        ast.Mult: "`{text}` multiplied by `{q}`",
        ast.Div: "`{text}` divided by `{q}`",
    }
    for place in reversed(_places(function)):
        node = place.node
        if not isinstance(node, ast.BinOp | ast.Call | ast.Name):
            continue
        if isinstance(place.parent, ast.Attribute) or not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            continue
        text = ast.unparse(node)
        for value in values:
            for operator, says in words.items():
                new = ast.BinOp(node, operator(), value)
                yield place, new, says.format(q=ast.unparse(value), text=text)
