"""The places of a function's text where something could be written in another way: its expressions, line by line."""

import ast
import re
from dataclasses import dataclass

_LONGEST_SHOWN = 60  # characters
_NARROW = re.compile(r"[<>=]?f[24]|[fe]|float32|float16|single|half")  # types of numbers with fewer digits than float64
_WIDE = re.compile(r"[<>=]?f8|d|float|float64|double")
_ROUNDS = ("round", "around", "round_")
_OPTIONS = ("dtype",)
_MANY_TURNS = 5_000
_WITH_A_TEXT = ast.expr | ast.Assign | ast.AugAssign | ast.Expr


@dataclass(frozen=True)
class Place:
    """An expression, what it stands in, and its line.

    Parameters
    ----------
    node, parent : ast.AST
    line : int
    """

    node: ast.AST
    parent: ast.AST
    line: int


def places(function):
    """Return the place of every expression in the body, line by line, inner ones before outer ones.

    Parameters
    ----------
    function : ast.FunctionDef

    Returns
    -------
    list of Place
    """
    kept = getattr(function, "kept_places", None)
    if kept is not None:
        return kept
    found = []

    def walk(node, line):
        if isinstance(node, ast.Raise | ast.Assert | ast.JoinedStr | ast.arguments | ast.Import):
            return  # messages, and the first lines of functions inside
        if isinstance(node, ast.Expr):
            # done for what it does, such as `rows.append(row)`: with another receiver, or without, it does nothing
            for item in [*getattr(node.value, "args", ()), *getattr(node.value, "keywords", ())]:
                walk(item, item.lineno)
                if isinstance(item, ast.expr):
                    found.append(Place(item, node.value, item.lineno))
            return
        for field, value in ast.iter_fields(node):
            for item in value if isinstance(value, list) else [value]:
                if not isinstance(item, ast.AST):
                    continue
                here = getattr(item, "lineno", line)
                walk(item, here)
                if isinstance(item, ast.expr) and field not in ("targets", "target", "func", "annotation"):
                    found.append(Place(item, node, here))

    for i, statement in enumerate(function.body):
        documented = i == 0 and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        if not documented:
            walk(statement, statement.lineno)
    function.kept_places = sorted(found, key=lambda place: place.line)  # stable: inner first within a line
    return function.kept_places


def keep_texts(function, source):
    """Keep with each node of a function its text as it was written, where it is in one line, and the lines."""
    function.kept_lines = source.splitlines()
    lines = [line.encode() for line in function.kept_lines]
    for node in ast.walk(function):
        if isinstance(node, _WITH_A_TEXT) and node.lineno == node.end_lineno <= len(lines):
            node.kept_text = lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode(errors="replace")


def parts_of(node):
    """Count the parts of an expression or statement; a name may hold the text of several."""
    count = 0
    for each in ast.walk(node):
        text = each.id if isinstance(each, ast.Name) and not each.id.isidentifier() else ""
        if isinstance(each, ast.Constant) and type(each.value) in (int, float) and each.value < 0:
            text = repr(each.value)
        count += sum(1 for _ in ast.walk(ast.parse(text, mode="eval").body)) if text else 1
    return count


def text_of(node):
    """Return the text of a node of a function, kept with it, because every kind of edit asks for it."""
    kept = getattr(node, "kept_text", None)
    if kept is None:
        kept = node.kept_text = ast.unparse(node)
    return kept


def parameters_of(function):
    """Return the names of a function's parameters."""
    arguments = function.args
    return [each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]


def names_of(function):
    """Return the names that a function binds, parameters first."""
    stored = [n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return list(dict.fromkeys([*parameters_of(function), *stored]))


def loop_names(function):
    """Return the names that count in the ``for`` loops of a function."""
    targets = [node.target for node in ast.walk(function) if isinstance(node, ast.For)]
    return [n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)]


def grows(function):
    """Say whether a function has a ``while`` loop, in which a whole number that is squared at each turn has no end."""
    return any(isinstance(node, ast.While) for node in ast.walk(function))


def called_name(call):
    """Return the last part of the name of the function that is called, or ""."""
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def inside(place):
    """Say what an expression is part of, because a line may have the same name or number twice."""
    told = isinstance(place.parent, ast.expr | ast.keyword) and not isinstance(place.parent, ast.Tuple)
    text = text_of(place.parent) if told else ""
    return f" in `{text}`" if text and len(text) <= _LONGEST_SHOWN else ""


_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


def which_of(node, row, context=""):
    """Say which one of its line an expression is, where its text stands in it more than once; else give "".

    Parameters
    ----------
    node : ast.expr
    row : str
        The line as it is written, with what it is indented by.
    context : str
        What is said to stand around it: where this is there once, and holds the text once, it says enough.

    Returns
    -------
    str
        Such as "the second `x` of the line".
    """
    text = text_of(node)
    starts = _starts(text, row)
    before = len(row.encode()[: node.col_offset].decode(errors="replace"))
    if len(starts) < 2 or before not in starts or starts.index(before) >= len(_ORDINALS):
        return ""
    if context and context != text and len(_starts(context, row)) == 1 and len(_starts(text, context)) == 1:
        return ""
    return f"the {_ORDINALS[starts.index(before)]} `{text}` of the line"


def sign_of(node, sign):
    """Write the sign of an operation, and which one it is, where its text has the same sign more than once."""
    text = text_of(node)
    if text.count(sign) < 2 or node.lineno != node.end_lineno or node.left.end_lineno != node.lineno:
        return f"`{sign}`"
    signs = [start for start in range(len(text)) if _is_sign(text, start, sign)]
    between = node.left.end_col_offset - node.col_offset
    at = next((number for number, start in enumerate(signs) if start >= between), len(_ORDINALS))
    return f"the {_ORDINALS[at]} `{sign}`" if len(signs) > 1 and at < len(_ORDINALS) else f"`{sign}`"


def _is_sign(text, start, sign):
    end = start + len(sign)
    return text[start:end] == sign and text[max(start - 1, 0) : start] != sign[0] and text[end : end + 1] != sign[-1]


def _starts(text, row):
    """Return where a text begins in a line, as a whole word."""
    before = r"(?<![\w.])" if re.match(r"\w", text) else ""
    after = r"(?![\w]|\.\d)" if re.search(r"\w$", text) else ""
    return [found.start() for found in re.finditer(rf"{before}(?={re.escape(text)}{after})", row)]


def exact(node):
    """Return an expression without what loses digits in it: a cast to float32, or a rounding; None where it loses none.

    Parameters
    ----------
    node : ast.AST

    Returns
    -------
    ast.expr or None
    """
    if isinstance(node, ast.Attribute) and _is_single(node):
        return ast.Attribute(node.value, "float64", ast.Load())
    if not isinstance(node, ast.Call):
        return None
    name, arguments, function = called_name(node), node.args, node.func
    owner = getattr(function, "value", None)
    of_module = isinstance(owner, ast.Name) and owner.id in ("np", "numpy")
    if name in _ROUNDS:
        is_method = isinstance(function, ast.Attribute) and not of_module
        return owner if is_method else arguments[0] if arguments else None
    if _is_single(function) and len(arguments) == 1:
        return arguments[0]
    if name == "astype" and isinstance(function, ast.Attribute) and any(map(_is_single, arguments)):
        return owner
    options = [each for each in node.keywords if not (each.arg in _OPTIONS and _is_single(each.value))]
    if len(options) < len(node.keywords):
        return owner if name == "astype" else ast.Call(function, arguments, options)
    if len(arguments) > 1 and _is_single(arguments[-1]):
        return ast.Call(function, arguments[:-1], node.keywords)
    return None


def _is_of_type(node, pattern):
    """Return whether an expression names a type of numbers: as a text, behind `np`, or by a name of its own."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(pattern.fullmatch(node.value))
    if isinstance(node, ast.Name):
        return node.id not in ("single", "half", "double") and len(node.id) > 1 and bool(pattern.fullmatch(node.id))
    of_module = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in ("np", "numpy")
    return of_module and bool(pattern.fullmatch(node.attr))


def keeps_digits(node):
    """Return whether an expression makes float64 of a value, or says that it should be that."""
    if isinstance(node, ast.keyword):
        return node.arg in _OPTIONS and _is_of_type(node.value, _WIDE)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_of_type(node.func, _WIDE)


def _is_single(node):
    return _is_of_type(node, _NARROW)


def is_long(loop):
    """Return whether what a loop goes through has very many turns, as a number in it says: ``range(10**6)``."""
    numbers = [n.value for n in ast.walk(loop) if isinstance(n, ast.Constant) and type(n.value) in (int, float)]
    powers = [n for n in ast.walk(loop) if isinstance(n, ast.BinOp) and isinstance(n.op, ast.Pow)]
    return any(number > _MANY_TURNS for number in numbers) or any(number > 3 for number in numbers if powers)


def is_long_range(node):
    """Return whether an expression is a long ``range``: what makes an array of it takes longer than any loop."""
    return isinstance(node, ast.Call) and called_name(node) == "range" and is_long(node)
