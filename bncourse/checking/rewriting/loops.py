"""The kinds of small edits of statements: what a loop forgets, overwrites or adds up, and what is written into."""

import ast

from bncourse.checking.rewriting.edits import OPERATORS
from bncourse.checking.where.places import called_name


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
            if isinstance(target, ast.Name | ast.Subscript):
                new = ast.AugAssign(target, ast.Add(), statement.value)
                yield statement, new, f"`+=` in place of `=` in `{ast.unparse(statement)}`"
            if isinstance(target, ast.Name) and isinstance(statement.value, ast.Name):
                copied = ast.Call(ast.Attribute(statement.value, "copy", ast.Load()), [], [])
                new = ast.Assign([target], copied, lineno=statement.lineno)
                yield statement, new, f"`{ast.unparse(new)}` in place of `{ast.unparse(statement)}`"
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
