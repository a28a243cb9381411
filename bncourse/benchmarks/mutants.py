"""Mutants: right answers with one thing changed, as a slip of the hand or of the mind would change it.

Nobody tuned the bank of wrong ideas on them, so they measure it: see `bncourse.benchmarks.judged_mutants`.
"""

import ast
import inspect
import linecache
import textwrap
from dataclasses import dataclass

_SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_METHODS = {
    "mean": ("sum", "max"),
    "sum": ("mean",),
    "var": ("std",),
    "std": ("var",),
    "sqrt": ("square", "abs"),
    "square": ("abs",),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "abs": ("negative",),
    "exp": ("expm1",),
    "log": ("log1p",),
}


@dataclass(frozen=True)
class Mutant:
    """A right answer with one thing changed, or two.

    Parameters
    ----------
    function : callable
    says : str
        What was changed: the line before and after.
    text : str
        The text of the function.
    lines : tuple of int
        The numbers of the lines that were changed; none where one was left out.
    """

    function: object
    says: str
    text: str
    lines: tuple = ()


class Mutants:
    """The ways in which one thing of a function can be changed; each is made when it is asked for.

    Parameters
    ----------
    function : callable
        A function of one's own module, whose source is there.
    """

    def __init__(self, function):
        self._function = function
        definition = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
        if not isinstance(definition, ast.FunctionDef):
            raise TypeError("only a plain function has mutants")
        definition.decorator_list = []
        if isinstance(definition.body[0], ast.Expr) and isinstance(definition.body[0].value, ast.Constant):
            definition.body = definition.body[1:] or [ast.Pass()]
        self._plain = ast.unparse(definition)
        self._definition = ast.parse(self._plain).body[0]
        nodes = list(ast.walk(self._definition))
        self._found = [(node, i) for node in nodes for i in range(len(list(_changes(node, self._definition))))]

    def __len__(self):
        """Count the changes; a few of them may come to the same text."""
        return len(self._found)

    def make(self, *numbers):
        """Make the mutant with these changes, from 0 on.

        Returns
        -------
        Mutant or None
            None where the text is that of the function itself, or no Python.
        """
        text = self._text(numbers)
        if text == self._plain:
            return None
        name = f"<mutant {'.'.join(map(str, numbers))} of {self._function.__module__}.{self._function.__name__}>"
        space = dict(self._function.__globals__)
        try:
            exec(compile(text, name, "exec"), space)
        except SyntaxError:
            return None
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        plain, rows = self._plain.splitlines(), text.splitlines()
        changed = [i for i, (a, b) in enumerate(zip(plain, rows, strict=False)) if a != b]
        lines = [f"{plain[i].strip()}  ->  {rows[i].strip()}" for i in changed]
        says = "; ".join(lines[: len(numbers)]) if lines else "a line left out"
        numbered = tuple(i + 1 for i in changed) if len(plain) == len(rows) else ()
        return Mutant(space[self._function.__name__], says, text, numbered)

    def are_apart(self, one, other):
        """Return whether two changes are in different lines, so that neither undoes or holds the other."""
        first, second = (getattr(self._found[number][0], "lineno", 0) for number in (one, other))
        return first != second

    def _text(self, numbers):
        kept = []
        try:
            for number in numbers:
                node, change = self._found[number]
                kept.append((node, {k: list(v) if isinstance(v, list) else v for k, v in vars(node).items()}))
                list(_changes(node, self._definition))[change]()
            return ast.unparse(self._definition)
        finally:
            for node, fields in reversed(kept):
                vars(node).update(fields)


def mutants(function):
    """Yield the first-order mutants of a function, each text once.

    Parameters
    ----------
    function : callable
        A function of one's own module, whose source is there.

    Yields
    ------
    Mutant
    """
    ways, seen = Mutants(function), set()
    for number in range(len(ways)):
        mutant = ways.make(number)
        if mutant is not None and mutant.text not in seen:
            seen.add(mutant.text)
            yield mutant


def _changes(node, definition):
    """Yield what can be changed at a node, each as a function that does it."""
    if isinstance(node, ast.BinOp):
        yield from _of_operator(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda: setattr(node, "op", ast.UAdd())
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        yield lambda: node.ops.__setitem__(0, _COMPARED[type(node.ops[0])]())
    elif isinstance(node, ast.keyword):
        yield from _of_keyword(node)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("var", "std"):
        if "ddof" not in {keyword.arg for keyword in node.keywords}:
            yield lambda: node.keywords.append(ast.keyword("ddof", ast.Constant(1)))
    elif isinstance(node, ast.Attribute) and node.attr in _METHODS:
        for name in _METHODS[node.attr]:
            yield lambda name=name: setattr(node, "attr", name)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield lambda: setattr(node, "value", node.value + 1)
        yield lambda: setattr(node, "value", node.value * 0.5 if isinstance(node.value, float) else node.value - 1)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        names = [a.arg for a in definition.args.args]
        bound = list(dict.fromkeys([*names, *_bound(definition)]))
        if node.id in bound[len(names) :]:  # a stale variable: the one that was there before
            names = bound[max(0, bound.index(node.id) - 1) :][:1]
        for name in names if node.id in bound else ():
            if name != node.id:
                yield lambda name=name: setattr(node, "id", name)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield lambda: node.elts.reverse()
    elif isinstance(node, ast.FunctionDef):
        for place, line in enumerate(node.body):
            if isinstance(line, ast.AugAssign) and len(node.body) > 1:
                yield lambda place=place: node.body.pop(place)


def _bound(definition):
    """Return the names that a function binds, in the order of its lines."""
    stored = [n for n in ast.walk(definition) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    return [name.id for name in sorted(stored, key=lambda name: name.lineno)]


def _of_operator(node):
    if type(node.op) in _SWAPPED:
        yield lambda: setattr(node, "op", _SWAPPED[type(node.op)]())
    for kept in ("left", "right"):
        yield lambda kept=kept: _become(node, getattr(node, kept))
    if isinstance(node.op, ast.Add | ast.Sub):
        yield lambda: setattr(node, "right", ast.BinOp(ast.Constant(2), ast.Mult(), node.right))


def _become(node, other):
    """Let an operation be one of its two sides."""
    node.left, node.op, node.right = other, ast.Add(), ast.Constant(0.0)


def _of_keyword(node):
    value = node.value
    if node.arg == "axis" and isinstance(value, ast.Constant) and isinstance(value.value, int):
        for axis in (0, 1, -1, None):
            if axis != value.value:
                yield lambda axis=axis: setattr(node, "value", ast.Constant(axis))
    elif node.arg == "axis" and isinstance(value, ast.Tuple):
        for place in range(len(value.elts)):
            fewer = [*value.elts[:place], *value.elts[place + 1 :]]
            yield lambda fewer=fewer: setattr(node, "value", ast.Tuple(fewer, ast.Load()))
    elif node.arg == "keepdims":
        yield lambda: setattr(node, "value", ast.Constant(False))
    elif node.arg == "ddof":
        yield lambda: setattr(node, "value", ast.Constant(1))
