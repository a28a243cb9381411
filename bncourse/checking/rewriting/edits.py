"""The kinds of small edits of a function: what a person might have meant in place of what is written.

Each kind is a generator of ``(place, replacement, words)``; the words follow "in line 3, ". Those that come first are
believed first, so what is plainest to read stands first: something left out, then another sign, name or number.
"""

import ast
import copy
import itertools

from bncourse.checking.where.places import (
    called_name,
    exact,
    grows,
    inside,
    keeps_digits,
    loop_names,
    names_of,
    parameters_of,
    places,
    sign_of,
    text_of,
)

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
_SWAPPED = {
    "mean": ("sum",),
    "sum": ("mean",),
    "average": ("sum",),
    "median": ("mean",),
    "prod": ("sum",),
    "var": ("std",),
    "std": ("var",),
    "sqrt": ("square",),
    "square": ("sqrt",),
    "abs": ("square",),
    "max": ("mean", "min", "sum"),
    "min": ("mean", "max", "sum"),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "add": ("subtract", "multiply"),
    "subtract": ("add",),
    "multiply": ("divide", "add"),
    "divide": ("multiply",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "floor": ("ceil",),
    "ceil": ("floor",),
}
_REDUCES = {"mean", "sum", "var", "std", "max", "min", "prod", "average", "median"}
_AXES = ((0, 1), (1, 2), (0, 1, 2), (0, 2, 3), (1, 2, 3), (1, 2, 4))
_COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
}
_SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_WORDS = {"ones": "zeros", "zeros": "ones"}
_LOOSE, _TIGHT = ast.Add | ast.Sub, ast.Mult | ast.Div


def left_out(function):
    """Something that is too much: a term, a factor, an option, a function around a value; first what loses digits."""
    for place in places(function):
        if new := exact(place.node):
            yield place, new, f"`{ast.unparse(new)}` in place of `{text_of(place.node)}`"
    for place in places(function):
        node = place.node
        text = text_of(node)
        if isinstance(node, ast.BinOp):
            sides = [node.left, node.right]
            if isinstance(node.left, ast.BinOp):
                sides.append(node.left.left)
            for side in sides:
                yield place, side, f"`{text_of(side)}` alone in place of `{text}`"
        elif isinstance(node, ast.Call):
            for i, keyword in enumerate(node.keywords):
                if keeps_digits(keyword):
                    continue
                new = copy.copy(node)
                new.keywords = [*node.keywords[:i], *node.keywords[i + 1 :]]
                yield place, new, f"`{text}` without `{ast.unparse(keyword)}`"
            kinds = ast.Starred | ast.Constant
            alone = len(node.args) == 1 and not isinstance(node.args[0], kinds) and not keeps_digits(node)
            if alone and called_name(node) not in ("len", "range"):
                yield place, node.args[0], f"`{text_of(node.args[0])}` alone in place of `{text}`"


def small(function):
    """Another operator, number, name, comparison or function; a sign; an order; brackets."""
    names = names_of(function)
    given = [*parameters_of(function), *loop_names(function)]
    operators = {op: sign for op, sign in OPERATORS.items() if op is not ast.Pow or not grows(function)}
    for place in places(function):
        node = place.node
        text = text_of(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv):
            is_floor = isinstance(node.op, ast.FloorDiv)
            new = ast.BinOp(node.left, ast.Div() if is_floor else ast.FloorDiv(), node.right)
            yield place, new, f"`{'/' if is_floor else '//'}` in place of `{'//' if is_floor else '/'}` in `{text}`"
        if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
            yield from _operators(place, node, text, operators)
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            if not _is_of_a_number(place.parent):
                yield from _numbers(place, node.value, given)
        elif isinstance(node, ast.Constant) and node.value is None:
            for number in (0, 1, -1):
                yield place, ast.Constant(number), f"`{number}` in place of `None`"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield place, ast.Constant(not node.value), f"`{not node.value}` in place of `{node.value}`"
        elif isinstance(node, ast.Constant) and node.value in _WORDS:
            other = _WORDS[node.value]
            yield place, ast.Constant(other), f'`"{other}"` in place of `{text}`'
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not node.value.islower():
            yield place, ast.Constant(node.value.lower()), f'`"{node.value.lower()}"` in place of `{text}`'
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            if not isinstance(node.operand, ast.Constant) or type(node.operand.value) is float:
                yield place, node.operand, f"`{text}` without its minus sign"
            if isinstance(node.operand, ast.Constant):
                yield from _numbers(place, -node.operand.value, given)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            receiver = getattr(getattr(place.parent, "func", None), "value", None)
            for other in names:  # a list that is put into itself takes for ever to be made an array
                if other not in (node.id, getattr(receiver, "id", None)):
                    yield place, ast.Name(other, ast.Load()), f"`{other}` in place of `{node.id}`{inside(place)}"
        elif isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
            for other in _COMPARED[type(node.ops[0])]:
                new = ast.Compare(node.left, [other()], node.comparators)
                yield place, new, f"`{_SIGNS[other]}` in place of `{_SIGNS[type(node.ops[0])]}` in `{text}`"
        elif isinstance(node, ast.BoolOp):
            other, sign, was = (ast.Or, "or", "and") if isinstance(node.op, ast.And) else (ast.And, "and", "or")
            yield place, ast.BoolOp(other(), node.values), f"`{sign}` in place of `{was}` in `{text}`"
        elif isinstance(node, ast.Call):
            yield from _calls(place, node, text)
        elif isinstance(node, ast.IfExp):
            yield place, ast.IfExp(node.test, node.orelse, node.body), f"the two arms of `{text}` exchanged"
        elif isinstance(node, ast.Tuple):
            yield from _tuples(place, node, text, names)


def _is_of_a_number(parent):
    """Return whether a number is a part of something that is changed as a whole: ``-0.5``, or the axes ``(0, 1)``."""
    return (isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)) or (
        isinstance(parent, ast.Tuple) and all(type(getattr(each, "value", None)) is int for each in parent.elts)
    )


def _is(node, number):
    return isinstance(node, ast.Constant) and node.value == number and node.value is not True


def _operators(place, node, text, others):
    for other, sign in others.items():
        # times 1, to the power 1 or plus 0 is a way to leave something out, and is told as that
        without = _is(node.right, 1 if other in (ast.Mult, ast.Div, ast.Pow) else 0)
        if other is not type(node.op) and not without:
            new = ast.BinOp(node.left, other(), node.right)
            yield place, new, f"`{sign}` in place of {sign_of(node, OPERATORS[type(node.op)])} in `{text}`"
    if isinstance(node.op, ast.Sub | ast.Div | ast.Pow):
        yield place, ast.BinOp(node.right, node.op, node.left), f"the two sides of `{text}` the other way round"
    for new in _regrouped(node):
        yield place, new, f"`{ast.unparse(new)}` in place of `{text}`"


def _regrouped(node):
    """Yield other groupings: ``(a - b) / c`` for ``a - b / c``, ``sqrt(v + e)`` for ``sqrt(v) + e``, and back."""
    op, left, right = node.op, node.left, node.right
    if isinstance(right, ast.BinOp):
        tighter = isinstance(op, _LOOSE) and isinstance(right.op, _TIGHT)
        if tighter or (isinstance(right.op, ast.Pow) and isinstance(op, _LOOSE | _TIGHT)):
            yield ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
        if isinstance(op, _TIGHT) and isinstance(right.op, _LOOSE):
            yield ast.BinOp(ast.BinOp(left, op, right.left), right.op, right.right)
    function = left.func if isinstance(op, ast.Div) and isinstance(left, ast.Call) else None
    if isinstance(function, ast.Attribute) and function.attr == "sum":  # divided by another number than was added
        yield ast.Call(ast.Attribute(function.value, "mean", ast.Load()), left.args, left.keywords)
    if isinstance(left, ast.BinOp):
        if isinstance(op, _LOOSE) and isinstance(left.op, _TIGHT):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
        if isinstance(op, ast.Div) and isinstance(left.op, ast.Div):
            yield ast.BinOp(left.left, ast.Div(), ast.BinOp(left.right, ast.Mult(), right))
        if isinstance(op, ast.Div):
            yield from _powers(left, right)
        if isinstance(op, _TIGHT | ast.Pow) and isinstance(left.op, _LOOSE | _TIGHT) and type(op) is not type(left.op):
            yield ast.BinOp(left.left, left.op, ast.BinOp(left.right, op, right))
    for call, other, first in ((left, right, True), (right, left, False)):
        if not isinstance(call, ast.Call) or any(isinstance(each, ast.Starred) for each in call.args):
            continue
        if len(call.args) == 1 and not call.keywords:
            inner = ast.BinOp(call.args[0], op, other) if first else ast.BinOp(other, op, call.args[0])
            yield ast.Call(call.func, [inner], call.keywords)
        if isinstance(call.func, ast.Attribute) and first and called_name(call) in _REDUCES:
            if isinstance(call.func.value, ast.Name) and call.args:  # the function of a module
                yield ast.Call(call.func, [ast.BinOp(call.args[0], op, other), *call.args[1:]], call.keywords)
            else:
                inner = ast.BinOp(call.func.value, op, other)
                yield ast.Call(ast.Attribute(inner, call.func.attr, ast.Load()), call.args, call.keywords)


def _powers(left, right):
    """Yield ``v ** (1 / 2)`` for ``v ** 1 / 2``, also where a product or a quotient ends in it."""
    if isinstance(left.op, ast.Pow):
        yield ast.BinOp(left.left, ast.Pow(), ast.BinOp(left.right, ast.Div(), right))
    elif isinstance(left.op, _TIGHT) and isinstance(left.right, ast.BinOp) and isinstance(left.right.op, ast.Pow):
        for power in _powers(left.right, right):
            yield ast.BinOp(left.left, left.op, power)


def _numbers(place, value, names):
    if isinstance(value, int):
        is_a_bound = isinstance(place.parent, ast.Call) and called_name(place.parent) == "range"
        scaled = (value // 10, value * 10) if value > 9 and not is_a_bound else ()  # a larger guess is a guess too
        others = (0, 1, -1, 2, value + 1, value - 1, *scaled)
    else:
        near = (value + 1, value - 1, 2 * value, value / 2) if abs(value) < 100 else ()
        others = (1 - value, -value, 1.0, 0.0, 0.5, 2.0, 1e-3, value * 10, value / 10, value * 100, value / 100, *near)
    operator = getattr(place.parent, "op", None)
    neutral = 0 if isinstance(operator, _LOOSE) else 1 if isinstance(operator, _TIGHT | ast.Pow) else None
    if isinstance(operator, ast.Sub | ast.Div | ast.Pow) and place.node is getattr(place.parent, "left", None):
        neutral = None  # 0 - a, 1 / a and 1 ** a leave nothing out
    if isinstance(operator, _LOOSE) and place.node is getattr(place.parent, "right", None):
        others = [other for other in others if other >= 0]  # `n - -1` is `n + 1`, which the other sign gives
    words = f" in place of `{text_of(place.node)}`{inside(place)}"
    for other in dict.fromkeys(others):
        if other != value and other != neutral:  # a term or a factor that is too much is left out, see above
            yield place, ast.Constant(other), f"`{other:g}`{words}"
    if isinstance(value, int) and not isinstance(place.parent, ast.keyword | ast.BinOp):
        yield place, ast.Constant(None), f"`None`{words}"
    if isinstance(value, int) and isinstance(place.parent, ast.keyword) and place.parent.arg == "axis":
        for axes in _AXES:
            yield place, _tuple(axes), f"`{axes}`{words}"
    for name in names:
        yield place, ast.Name(name, ast.Load()), f"`{name}`{words}"


def _tuple(numbers):
    return ast.Tuple([ast.Constant(number) for number in numbers], ast.Load())


def _tuples(place, node, text, names):
    """Two values in the wrong order; other axes than those in the text."""
    values = [getattr(each, "value", None) for each in node.elts]
    numbers = values and all(type(value) is int for value in values)
    is_index = any(isinstance(each, ast.Slice) for each in node.elts)  # `:` stands nowhere else
    if len(node.elts) in (2, 3) and not numbers and not is_index and isinstance(node.ctx, ast.Load):
        for i in range(len(node.elts)):
            for j in range(i + 1, len(node.elts)):
                order = list(node.elts)
                order[i], order[j] = order[j], order[i]
                pair = f"`{text_of(node.elts[i])}` and `{text_of(node.elts[j])}`"
                yield place, ast.Tuple(order, ast.Load()), f"{pair} in each other's place"
    if numbers:
        fewer = [tuple(v for v in values if v != out) for out in values] if len(values) > 1 else []
        more = [tuple(sorted({*values, axis})) for axis in range(5)]
        for axes in dict.fromkeys([*fewer, *more, *_AXES]):
            if axes != tuple(values):
                yield place, _tuple(axes), f"`{axes}` in place of `{text}`"
        for name in names:
            yield place, ast.Name(name, ast.Load()), f"`{name}` in place of `{text}`"


def _calls(place, node, text):
    function, name = node.func, called_name(node)
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
    numbers = [getattr(each, "value", None) for each in node.args]
    if name == "transpose" and numbers and sorted(map(str, numbers)) == list(map(str, range(len(numbers)))):
        yield from _orders(place, node, text, numbers)
    if name in ("moveaxis", "swapaxes") and len(node.args) == 3:
        new = copy.copy(node)
        new.args = [node.args[0], node.args[2], node.args[1]]
        yield place, new, f"`{ast.unparse(new)}` in place of `{text}`"
    if name == "len" and len(node.args) == 1:
        shape = ast.Attribute(node.args[0], "shape", ast.Load())
        new = ast.Subscript(shape, ast.Constant(1), ast.Load())
        yield place, new, f"`{ast.unparse(new)}` in place of `{text}`"


def _orders(place, node, text, numbers):
    """Other orders of the axes, the one that undoes what is written first."""
    undone = tuple(sorted(range(len(numbers)), key=numbers.__getitem__))
    for order in dict.fromkeys([undone, *itertools.permutations(range(len(numbers)))]):
        if list(order) != numbers and len(numbers) < 5:
            new = copy.copy(node)
            new.args = [ast.Constant(axis) for axis in order]
            yield place, new, f"`{ast.unparse(new)}` in place of `{text}`"
