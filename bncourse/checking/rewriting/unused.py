"""The kinds of small edits for a value that is used where another is meant: what a loop left, what was made in vain."""

import ast

from bncourse.checking.rewriting.moved import shown_at, with_field
from bncourse.checking.where.places import called_name, parameters_of, places, text_of

_TAKE_A_TERM = ast.Name | ast.Call | ast.BinOp
_LOOPS = ast.For | ast.While
_SIMPLE = ast.Assign | ast.AugAssign | ast.Expr | ast.Return
_CHANGE_IT = {"append", "extend", "insert", "update", "add", "pop", "remove", "sort", "reverse", "fill"}
_MOST_USES = 12  # of names that a loop left


def stale(function):
    """A name in which a loop left its last value, used after that loop: another name, or its value made anew."""
    loops = [node for node in ast.walk(function) if isinstance(node, _LOOPS)]
    stored = _stores(function)
    uses = 0
    for loop in loops:
        inside = {id(node) for node in ast.walk(loop)}
        names = [name for name, nodes in stored.items() if all(id(node) in inside for node in nodes)]
        for name in names:
            for statement, around in _after(function, loop, name):
                uses += 1
                if uses > _MOST_USES:
                    return
                yield from _renewed(statement, name, loop, around)
        yield from _all_renewed(function, names, loop)


def _renewed(statement, name, loop, around):
    """Another name or expression in each place of a statement that has the name."""
    left = f"; what `{name}` holds there is what the loop of line {loop.lineno} left in it"
    others = [n.id for each in around[:1] for n in ast.walk(each) if isinstance(n, ast.Name) and _is_stored(n)]
    read = {n.id for each in around[:1] for part in each.body for n in ast.walk(part) if _is_read(n)}
    each = f"`{name}`" if sum(_is_read(n) and n.id == name for n in ast.walk(statement)) == 1 else f"each `{name}`"
    values = [ast.Name(other, ast.Load()) for other in dict.fromkeys(others) if other != name]
    made = _made_of(name, loop, around)
    for value in [*values, *([made] if made else [])]:
        new = _Put(name, value).visit(_copy(statement))
        yield statement, new, f"`{ast.unparse(value)}` in place of {each}{left}"
    head = around[0] if around and isinstance(around[0], ast.For) else None
    if head is not None and isinstance(head.target, ast.Name) and head.target.id not in read:
        new = with_field(head, "target", ast.Name(name, ast.Store()))
        was = f"for {head.target.id} in {ast.unparse(head.iter)}"
        yield head, shown_at(new, head.lineno), f"`for {name} in {ast.unparse(head.iter)}` in place of `{was}`{left}"


def _all_renewed(function, names, loop):
    """Several names that a loop left, in one statement: the value of each is made anew."""
    left = {}
    for name in names:
        for statement, around in _after(function, loop, name):
            if made := _made_of(name, loop, around):
                left.setdefault(id(statement), (statement, {}))[1][name] = made
    for statement, values in left.values():
        if len(values) > 1:
            new = _copy(statement)
            for name, value in values.items():
                new = _Put(name, value).visit(new)
            words = " and ".join(f"`{ast.unparse(value)}` in place of `{name}`" for name, value in values.items())
            held = f"what they hold there is what the loop of line {loop.lineno} left in them"
            yield statement, new, f"{words}; {held}"


def _made_of(name, loop, around):
    """Return the expression that a loop gives a name, with what another loop counts in place of what it counts."""
    assigned = [node for node in ast.walk(loop) if isinstance(node, ast.Assign)]
    given = [each for each in assigned if [getattr(target, "id", "") for target in each.targets] == [name]]
    if len(given) != 1:
        return None
    value = given[0].value
    if isinstance(loop, ast.For) and around and isinstance(around[0], ast.For):
        old, new = loop.target, around[0].target
        if isinstance(old, ast.Name) and isinstance(new, ast.Name) and old.id != new.id:
            value = _Put(old.id, ast.Name(new.id, ast.Load())).visit(_copy(value))
    return value


def _after(function, loop, name):
    """Yield the statements after a loop that read a name, each with the loops around it, innermost first."""
    for statement in ast.walk(function):
        if not isinstance(statement, _SIMPLE) or statement.lineno <= loop.end_lineno:
            continue
        if any(_is_read(n) and n.id == name for n in ast.walk(statement)):
            around = [each for each in ast.walk(function) if isinstance(each, _LOOPS) and _holds(each, statement)]
            yield statement, around[::-1]


def _holds(loop, statement):
    return any(each is statement for part in loop.body for each in ast.walk(part))


def in_vain(function):
    """A value that is made of another and used nowhere, where the other is used instead, as after a sort."""
    stored, read = _stores(function), {n.id for n in ast.walk(function) if _is_read(n)}
    for statement in [n for n in ast.walk(function) if isinstance(n, ast.Assign | ast.Expr)]:
        names = [n.id for n in ast.walk(statement.value) if _is_read(n)]
        if isinstance(statement, ast.Assign):
            kept = statement.targets[0].id if [*map(type, statement.targets)] == [ast.Name] else ""
            if not kept or kept in read:
                continue
            why = f"`{kept}` is used nowhere"
        elif isinstance(statement.value, ast.Call) and not _changes_its_own(statement.value):
            why = "what it gives is used nowhere"
        else:
            continue
        for name in dict.fromkeys(names):
            if name in stored or name in parameters_of(function):
                new = ast.Assign([ast.Name(name, ast.Store())], statement.value, lineno=statement.lineno)
                yield statement, new, f"`{ast.unparse(new)}` in place of `{text_of(statement)}`; {why}"


def counted_in_vain(function):
    """What a loop counts or adds up and nothing uses: it, or one half of it, added to a value or taken away."""
    counts = [n for n in ast.walk(function) if isinstance(n, ast.AugAssign | ast.Assign)]
    own = {}
    for statement in counts:
        targets = [statement.target] if isinstance(statement, ast.AugAssign) else statement.targets
        if len(targets) == 1 and isinstance(targets[0], ast.Name):
            own.setdefault(targets[0].id, set()).update(id(n) for n in ast.walk(statement))
    used = {n.id for n in ast.walk(function) if _is_read(n) and id(n) not in own.get(n.id, ())}
    grown = {getattr(n.target, "id", "") for n in counts if isinstance(n, ast.AugAssign)}
    grown |= {name for n in counts for name in own if id(n) in own[name] and any(map(_reads(name), ast.walk(n.value)))}
    for name in [each for each in own if each in grown and each not in used]:
        whole = ast.Name(name, ast.Load())
        half = ast.BinOp(whole, ast.Div(), ast.Constant(2))
        for place in reversed(places(function)):
            is_value = isinstance(getattr(place.node, "ctx", ast.Load()), ast.Load)
            if not is_value or id(place.node) in own[name] or not isinstance(place.node, _TAKE_A_TERM):
                continue
            for term in (whole, half):
                for operator, words in ((ast.Add(), "added to"), (ast.Sub(), "subtracted from")):
                    says = f"`{ast.unparse(term)}` {words} `{text_of(place.node)}`; `{name}` is used nowhere"
                    yield place, ast.BinOp(place.node, operator, term), says


def _reads(name):
    return lambda node: _is_read(node) and node.id == name


def _changes_its_own(call):
    return called_name(call) in _CHANGE_IT and getattr(getattr(call.func, "value", None), "id", "") not in (
        "np",
        "numpy",
    )


def unsorted(function):
    """An array, or what a loop takes of one, that is not sorted before it is used several times."""
    sort = "np.sort" if any(getattr(n, "id", "") == "np" for n in ast.walk(function)) else "sorted"
    first, *rest = function.body
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    first = rest[0] if documented and rest else first
    uses = [n.id for n in ast.walk(function) if _is_read(n)]
    for name in parameters_of(function):
        if uses.count(name) > 1 and not isinstance(first, ast.FunctionDef | ast.ClassDef):
            new = ast.copy_location(ast.If(ast.Constant(True), [_sorting(name, sort), first], []), first)
            yield first, shown_at(new, first.lineno), f"`{name} = {sort}({name})` before this line"
    for loop in [n for n in ast.walk(function) if isinstance(n, ast.For) and isinstance(n.target, ast.Name)]:
        name = loop.target.id
        if uses.count(name) > 1:
            new = with_field(loop, "body", [_sorting(name, sort), *loop.body])
            words = f"`{name} = {sort}({name})` at the beginning of each turn of the loop"
            yield loop, shown_at(new, loop.lineno), words


def _sorting(name, sort):
    call = ast.Call(ast.Name(sort, ast.Load()), [ast.Name(name, ast.Load())], [])
    return ast.Assign([ast.Name(name, ast.Store())], call, lineno=0)


def _stores(function):
    found = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and _is_stored(node):
            found.setdefault(node.id, []).append(node)
    return found


def _is_stored(node):
    return isinstance(node.ctx, ast.Store)


def _is_read(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)


class _Put(ast.NodeTransformer):
    def __init__(self, name, value):
        self._name, self._value = name, value

    def visit_Name(self, node):
        return self._value if node.id == self._name and isinstance(node.ctx, ast.Load) else node


def _copy(node):
    return (
        ast.parse(ast.unparse(node)).body[0]
        if isinstance(node, ast.stmt)
        else ast.parse(ast.unparse(node), mode="eval").body
    )
