"""The kinds of small edits that move a statement: into a loop or a branch, out of it, or past the one beside it.

What takes the place of several statements at once stands in the first of them, and has the others ``beside`` it.
"""

import ast
import itertools

from bncourse.checking.where.places import text_of

_MOST_MOVED = 3  # statements that are indented together, or that one is moved past
_MOST_BEFORE = 4  # statements between what a loop begins with and the loop
_LONGEST_SHOWN = 60  # characters
_SIMPLE = ast.Assign | ast.AugAssign | ast.Expr
_LOOPS = ast.For | ast.While
_LEAVES = ast.Return | ast.Break | ast.Continue
_ASKED = ast.Name | ast.Compare | ast.UnaryOp
_MOST_QUESTIONS = 3
_NUMBERS = {2: ("statement", ""), 3: ("two statements", "two")}


def indented(function):
    """A statement that belongs after a loop or a branch and stands at its end, and the other way round.

    So too what a loop begins with: at each turn, and once before it.
    """
    for block in _blocks(function):
        for number, node in enumerate(block):
            if isinstance(node, _LOOPS | ast.If):
                yield from _out_of(node)
                yield from _into(node, block[number + 1 :])
            if isinstance(node, _LOOPS):
                yield from _begun_before(node)
                yield from _begun_inside(node, block[:number])


def exchanged(function):
    """A statement that is done too early or too late: it changes what the one beside it uses."""
    for block in _blocks(function):
        for start, size in itertools.product(range(len(block)), range(2, _MOST_MOVED + 2)):
            rows = block[start : start + size]
            if len(rows) < size or any(
                isinstance(each, ast.FunctionDef | ast.ClassDef) or _leaves(each) for each in rows
            ):
                continue
            first, last = rows[0], rows[-1]
            if not _hang_together(first, last):
                continue
            if isinstance(first, _SIMPLE):
                order = [*rows[1:], first]
                yield first, _placed(rows, order, first), f"{_shown([first])} after {_named(last)} and not before it"
            if isinstance(last, _SIMPLE) and not (size == 2 and isinstance(first, _SIMPLE)):
                order = [last, *rows[:-1]]
                yield first, _placed(rows, order, last), f"{_shown([last])} before {_named(first)} and not after it"


def guarded(function):
    """A statement that is right in one case alone, which a question before it tells apart: it is done in each."""
    questions = [n for n in ast.walk(function) if isinstance(n, ast.If) and isinstance(n.test, _ASKED)]
    for question in questions[:_MOST_QUESTIONS]:
        asked = text_of(question.test)
        for block in _blocks(function):
            for node in block:
                if isinstance(node, ast.Assign | ast.AugAssign) and node.lineno > question.end_lineno:
                    for test, words in (
                        (question.test, asked),
                        (ast.UnaryOp(ast.Not(), question.test), f"not {asked}"),
                    ):
                        made = ast.copy_location(ast.If(test, [node], []), node)
                        yield node, shown_at(made, node.lineno), f"{_shown([node])} under `if {words}:`, and not always"


def _blocks(function):
    for node in ast.walk(function):
        if not isinstance(node, ast.ClassDef):
            for name in ("body", "orelse"):
                block = getattr(node, name, None)
                if isinstance(block, list) and block:
                    yield block


def _out_of(node):
    for name in ("body", "orelse") if isinstance(node, ast.If) else ("body",):
        block = getattr(node, name)
        for count in range(1, min(len(block), _MOST_MOVED + 1)):
            rest, moved = block[:-count], block[-count:]
            if not any(map(_leaves, moved)):
                made = _together([with_field(node, name, rest), *moved], moved[0])
                yield node, made, f"{_shown(moved)} after {_the(node, name)} and not inside it"


def _into(node, following):
    for count in range(1, _MOST_MOVED + 1):
        moved = following[:count]
        if len(moved) < count or any(map(_leaves, moved)):
            return
        for name in ("body", "orelse") if isinstance(node, ast.If) else ("body",):
            block = getattr(node, name)
            if block and not _leaves(block[-1]) and not (name == "orelse" and isinstance(block[0], ast.If)):
                made = _together([with_field(node, name, [*block, *moved])], moved[0])
                made.beside = [(each, _nothing(each)) for each in moved]
                yield node, made, f"{_shown(moved)} inside {_the(node, name)} and not after it"


def _begun_before(loop):
    for count in range(1, min(len(loop.body), _MOST_MOVED)):
        moved, rest = loop.body[:count], loop.body[count:]
        if all(isinstance(each, ast.Assign) for each in moved):
            made = _together([*moved, with_field(loop, "body", rest)], moved[0])
            yield loop, made, f"{_shown(moved)} before {_the(loop)} and not inside it"


def _begun_inside(loop, before):
    changed = set().union(*(_writes(each) for each in loop.body))
    for distance, each in enumerate(reversed(before[-_MOST_BEFORE:])):
        names, between = _writes(each), before[len(before) - distance :]
        if not isinstance(each, ast.Assign) or not names & changed or any(names & _uses(one) for one in between):
            continue
        made = _together([with_field(loop, "body", [each, *loop.body])], each)
        made.beside = [(each, _nothing(each))]
        yield loop, made, f"{_shown([each])} at the beginning of each turn of {_the(loop)} and not before it"


def _hang_together(one, other):
    return bool(_writes(one) & (_uses(other) | _writes(other)) or _writes(other) & _uses(one))


def _uses(statement):
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def _writes(statement):
    """Return the names that a statement gives a value, or into which it writes."""
    found = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    for node in ast.walk(statement):
        if isinstance(node, ast.Subscript | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            found.add(_base(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            found.add(_base(node.value.func))
    return found - {""}


def _base(node):
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return getattr(node, "id", "")


def _leaves(statement):
    return any(isinstance(node, _LEAVES) for node in ast.walk(statement))


def _placed(rows, order, shown):
    made = _together([order[0]], shown)
    made.beside = list(zip(rows[1:], order[1:], strict=True))
    return made


def _together(statements, shown):
    return shown_at(ast.copy_location(ast.If(ast.Constant(True), statements, []), statements[0]), shown.lineno)


def with_field(node, name, value):
    """Copy a statement with something else in one of its fields."""
    fields = {**dict(ast.iter_fields(node)), name: value if value != [] else [ast.Pass()]}
    return ast.copy_location(type(node)(**fields), node)


def shown_at(replacement, line):
    """Note in which line what takes the place of a statement is told, where none is written in another way."""
    replacement.shown_line = line
    return replacement


def _nothing(statement):
    return ast.copy_location(ast.Pass(), statement)


def _the(node, name="body"):
    if isinstance(node, _LOOPS):
        return f"the loop of line {node.lineno}"
    return f"the `if` of line {node.lineno}" if name == "body" else f"the `else` of the `if` of line {node.lineno}"


def _named(node):
    return _the(node) if isinstance(node, _LOOPS | ast.If) else f"line {node.lineno}"


def _shown(statements):
    first = statements[0]
    if len(statements) > 1:
        together = statements[-1].end_lineno - first.lineno < len(statements)
        return f"this line and the next {_NUMBERS[len(statements)][together]}".strip()
    text = text_of(first) if isinstance(first, _SIMPLE) else ""
    if not text:
        return f"{_named(first)}".replace(f" of line {first.lineno}", " that begins there")
    return f"`{text}`" if len(text) <= _LONGEST_SHOWN and "\n" not in text else "this line"
