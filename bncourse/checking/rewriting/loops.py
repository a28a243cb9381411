"""The kinds of small edits of statements: what a loop forgets, overwrites or adds up, and what is written into."""

import ast

from bncourse.checking.rewriting.edits import OPERATORS
from bncourse.checking.where.places import called_name, inside, parameters_of, places, text_of


def in_a_loop(function):
    """A statement that overwrites where it should add up, or adds up where it should not, or writes into an input."""
    inside = _in_loops(function)
    before = {
        n.id
        for each in ast.walk(function)
        if isinstance(each, ast.Assign) and each not in inside
        for n in each.targets
        if isinstance(n, ast.Name)
    }
    for statement in inside:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            was = ast.Name(f"locals().get({name!r}, True)", ast.Load())  # as if it were True before the loop
            new = ast.Assign([statement.targets[0]], ast.BoolOp(ast.And(), [was, statement.value]))
            new.lineno = statement.lineno
            words = f"`{name} = {name} and ...` in place of `{name} = ...`, which forgets what it was"
            yield statement, new, words + ("" if name in before else f"; and `{name} = True` before the loop")
    for statement in ast.walk(function):
        if isinstance(statement, ast.AugAssign) and type(statement.op) in OPERATORS:
            text = ast.unparse(statement)
            target = ast.Name(statement.target.id, ast.Load()) if isinstance(statement.target, ast.Name) else None
            if target:
                plain = ast.BinOp(target, statement.op, statement.value)
                new = ast.Assign([statement.target], plain, lineno=statement.lineno)
                yield statement, new, f"`{ast.unparse(new)}` in place of `{text}`"
            for other, sign in OPERATORS.items():
                if other is not type(statement.op) and other is not ast.Pow:
                    new = ast.AugAssign(statement.target, other(), statement.value)
                    yield statement, new, f"`{sign}=` in place of `{OPERATORS[type(statement.op)]}=` in `{text}`"
            new = ast.Assign([statement.target], statement.value, lineno=statement.lineno)
            yield statement, new, f"`=` in place of `{OPERATORS[type(statement.op)]}=` in `{text}`"
        elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            is_zero = isinstance(statement.value, ast.Constant) and statement.value.value == 0
            if isinstance(target, ast.Name | ast.Subscript) and not is_zero:  # adding 0 leaves the line out
                new = ast.AugAssign(target, ast.Add(), statement.value)
                yield statement, new, f"`+=` in place of `=` in `{ast.unparse(statement)}`"
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            call = statement.value
            owner = getattr(call.func, "value", None)
            if called_name(call) == "sort" and isinstance(owner, ast.Name):
                function = ast.Attribute(ast.Name("np", ast.Load()), "sort", ast.Load())
                value = ast.Call(function, [owner, *call.args], call.keywords)
                new = ast.Assign([ast.Name(owner.id, ast.Store())], value, lineno=statement.lineno)
                yield statement, new, f"`{ast.unparse(new)}` in place of `{ast.unparse(statement)}`"
    for statement in inside:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            yield from _of_all_turns(statement, statement.targets[0].id)


def returned_after(function):
    """A ``return`` that stands in a loop, where it ends the loop at its first turn."""
    for loop in ast.walk(function):
        if isinstance(loop, ast.For) and (found := _last_return(loop)):
            inner, last = found
            after = ast.If(ast.Constant(True), [inner, last], [])
            after.shown_line = last.lineno
            words = f"the `return` after the loop of line {loop.lineno} and not inside it"
            yield loop, ast.copy_location(after, loop), words


def _last_return(loop):
    """Give a loop without the ``return`` at its end, or at the end of a loop that is its end, and that ``return``."""
    *before, last = loop.body
    if isinstance(last, ast.Return) and last.value is not None:
        return _with_body(loop, before), last
    if isinstance(last, ast.For) and (found := _last_return(last)):
        return _with_body(loop, [*before, found[0]]), found[1]
    return None


def _with_body(loop, body):
    return ast.For(loop.target, loop.iter, body or [ast.Pass()], loop.orelse, lineno=loop.lineno)


def tied(function):
    """A comparison of what was passed in which equal numbers count whole or nothing, where they should count one half.

    Of anything else it may make up for another mistake: of the levels of a curve, say, for its corners.
    """
    passed = _passed(function)
    for node in [each for each in ast.walk(function) if isinstance(each, ast.If)]:
        kinds = _strict_and_equal(node.test, passed)
        [added, *others] = [part for part in node.body if isinstance(part, ast.AugAssign)] or [None]
        if kinds and added and not others and not node.orelse and isinstance(added.op, ast.Add):
            half = ast.AugAssign(added.target, ast.Add(), _half_of(added.value))
            new = ast.If(kinds[0], node.body, [ast.If(kinds[1], [half], [])])
            new.shown_line = node.lineno
            yield node, ast.copy_location(new, node), _half(kinds, ast.unparse(node.test), ast.unparse(half))
    for place in places(function):
        node = place.node
        if isinstance(node, ast.Compare) and not isinstance(place.parent, ast.If | ast.IfExp | ast.While | ast.BoolOp):
            if kinds := _strict_and_equal(node, passed):
                new = ast.BinOp(kinds[0], ast.Add(), ast.BinOp(ast.Constant(0.5), ast.Mult(), kinds[1]))
                yield place, new, f"`{ast.unparse(new)}` in place of `{text_of(node)}`"
        elif isinstance(node, ast.IfExp) and (kinds := _strict_and_equal(node.test, passed)):
            half = _half_of(node.body, node.orelse)
            new = ast.IfExp(kinds[0], node.body, ast.IfExp(kinds[1], half, node.orelse))
            yield place, new, _half(kinds, text_of(node.test), ast.unparse(half))

    for name in _counted_in_branches(function):
        for place in places(function):
            if getattr(place.node, "id", "") == name and isinstance(place.node.ctx, ast.Load):
                new = ast.BinOp(place.node, ast.Div(), ast.Constant(2))
                yield place, new, f"`{name} / 2` in place of `{name}`{inside(place)}"


def _counted_in_branches(function):
    """Return the names that count under an ``if`` or an ``else``, by ``+= 1``."""
    branches = [part for node in ast.walk(function) if isinstance(node, ast.If) for part in (*node.body, *node.orelse)]
    counts = [each for each in branches if isinstance(each, ast.AugAssign) and ast.unparse(each).endswith(" += 1")]
    return list(dict.fromkeys(each.target.id for each in counts if isinstance(each.target, ast.Name)))


def _half_of(value, other=None):
    """Return one half of a value, or the middle of two."""
    numbers = [getattr(each, "value", None) for each in (value, other or ast.Constant(0))]
    if all(type(number) in (int, float) for number in numbers):
        return ast.Constant(sum(numbers) / 2)
    return ast.BinOp(ast.BinOp(value, ast.Add(), other) if other else value, ast.Div(), ast.Constant(2))


def _half(kinds, was, half):
    strict, equal = map(ast.unparse, kinds)
    question = f"`{strict}` in place of `{was}`, and " if strict != was else ""
    return f"{question}`{half}` where `{equal}`"


def _passed(function):
    """Return the names that hold what was passed, or a piece of it at each turn; none of a helper, which gets more."""
    if hasattr(function, "shown_as"):
        return set()
    passed = set(parameters_of(function))
    for node in ast.walk(function):
        if isinstance(node, ast.For | ast.comprehension) and getattr(node.iter, "id", "") in passed:
            passed |= {n.id for n in ast.walk(node.target) if isinstance(n, ast.Name)}
    assigned = [n for n in ast.walk(function) if isinstance(n, ast.Assign | ast.AugAssign | ast.NamedExpr)]
    targets = [t for n in assigned for t in (n.targets if isinstance(n, ast.Assign) else [n.target])]
    return passed - {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}


def _strict_and_equal(test, passed):
    """Return a comparison of order without equal ones, and that of equal ones; None of another question.

    Both its sides are to be what was passed, or a piece of it.
    """
    order = {ast.Gt: ast.Gt, ast.GtE: ast.Gt, ast.Lt: ast.Lt, ast.LtE: ast.Lt}
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or type(test.ops[0]) not in order:
        return None
    for side in (test.left, *test.comparators):
        while isinstance(side, ast.Subscript):
            side = side.value
        if getattr(side, "id", None) not in passed:
            return None
    strict = ast.Compare(test.left, [order[type(test.ops[0])]()], test.comparators)
    return strict, ast.Compare(test.left, [ast.Eq()], test.comparators)


def _of_all_turns(statement, name):
    """What a loop gives a name at the last turn alone, taken of all turns."""
    if any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(statement.value)):
        return
    kept = f"all_of_{name}"
    gathered = f"({kept} := [*locals().get({kept!r}, []), {ast.unparse(statement.value)}])"
    for words, made in (("mean", f"sum({gathered}) / len({kept})"), ("sum", f"sum({gathered})")):
        new = ast.Assign([statement.targets[0]], ast.Name(made, ast.Load()), lineno=statement.lineno)
        yield statement, new, f"the {words} of what `{name}` is at each turn in place of the last one"


def _in_loops(function):
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.While)]
    return {id(s): s for loop in loops for s in ast.walk(loop) if isinstance(s, ast.stmt) and s is not loop}.values()
