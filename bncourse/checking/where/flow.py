"""Which lines of a function a value can come from: those that give something to what it is made of, and so on.

It reads the text alone and takes in too much rather than too little, because a line is shown only where no other one
can be meant.
"""

import ast
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Statement:
    node: ast.stmt
    tree: str  # the name of the function whose text it is in
    blocks: tuple  # what it stands in, outermost first, as pairs of a statement and the name of its field
    reads: set = field(default_factory=set)
    writes: set = field(default_factory=set)

    @property
    def line(self):
        return self.tree, self.node.lineno

    @property
    def inside(self):
        """Return whether it is in a function inside of the function."""
        return any(isinstance(block, ast.FunctionDef) for block, _ in self.blocks)

    @property
    def parts(self):
        """Return its expressions, without the statements inside of it."""
        return _head(self.node)

    def holds(self, node):
        """Return whether an expression is in this statement itself."""
        return any(each is node for part in _head(self.node) for each in ast.walk(part))

    def is_placed_by(self, other):
        """Return whether another one is a loop around it that counts where this one puts what it computes."""
        if not isinstance(other.node, ast.For) or not any(block is other.node for block, _ in self.blocks):
            return False
        counted = {each.id for each in ast.walk(other.node.target) if isinstance(each, ast.Name)}
        targets = self.node.targets if isinstance(self.node, ast.Assign) else []
        places = [each.slice for each in targets if isinstance(each, ast.Subscript)]
        return any(isinstance(n, ast.Name) and n.id in counted for place in places for n in ast.walk(place))


class Flow:
    """What flows where in the text of a function and of those it calls.

    Parameters
    ----------
    functions : list of ast.FunctionDef
        The function first, then its helpers.
    given : set of tuple
        Names that are known to hold what was passed: the function they are in, and the name. Nothing flows into them.
    """

    def __init__(self, functions, given=()):
        self._given = given
        self._owner, self._parameters = {}, {}
        for function in functions:
            for node in ast.walk(function):
                if isinstance(node, ast.FunctionDef | ast.Lambda):
                    name = getattr(node, "name", "")
                    self._owner[name] = function.name
                    self._parameters[name] = _arguments(node)
        self.statements = []
        for function in functions:
            self._add(function, function.name, (), function.name)

    def sources(self, tree, node):
        """Return the statements that the value of an expression can come from, without the one that it stands in.

        Parameters
        ----------
        tree : str
            The name of the function that it is in.
        node : ast.expr

        Returns
        -------
        list of _Statement
        """
        here = next((s for s in self.statements if s.tree == tree and s.holds(node)), None)
        if here is None:
            return list(self.statements)
        return self._behind([(key, here) for key in self._read(node, tree)] + self._conditions(here))

    def before(self, statement):
        """Return the statements that what a statement does can come from."""
        return self._behind([(key, statement) for key in statement.reads] + self._conditions(statement))

    def _behind(self, asked):
        found, seen = {}, set()
        while asked:
            key, reader = asked.pop()
            if (key, id(reader)) in seen:
                continue
            seen.add((key, id(reader)))
            for writer in self._writers(key, reader):
                if id(writer) not in found:
                    found[id(writer)] = writer
                    asked += [(each, writer) for each in writer.reads]
                    asked += self._conditions(writer)
        return list(found.values())

    def _conditions(self, statement):
        return [((statement.tree, f"question {id(block)}"), statement) for block, _ in statement.blocks]

    def _writers(self, key, reader):
        """Return the statements that can have given a name its value, where a statement reads it."""
        if key in self._given:
            return []
        writers = [each for each in self.statements if key in each.writes]
        number = self.statements.index(reader)
        loops = {id(block) for block, _ in reader.blocks if isinstance(block, ast.For | ast.While)}
        found = [w for w in writers if loops & {id(b) for b, _ in w.blocks} or _function(w) != _function(reader)]
        for writer in reversed([w for w in writers if self.statements.index(w) < number]):
            if writer not in found:
                found.append(writer)
            if _is_plain(writer.node) and reader.blocks[: len(writer.blocks)] == writer.blocks:
                break  # what came before is overwritten
        return found

    def _add(self, statement, tree, blocks, function):
        for name in ("body", "orelse", "finalbody", "handlers"):
            for each in getattr(statement, name, None) or []:
                if isinstance(each, ast.ExceptHandler):
                    self._add(each, tree, (*blocks, (statement, name)), function)
                    continue
                inner = blocks if isinstance(statement, ast.FunctionDef) else (*blocks, (statement, name))
                self.statements.append(self._made(each, tree, inner, function))
                if isinstance(each, ast.FunctionDef):
                    self._add(each, tree, (*inner, (each, "body")), each.name)
                else:
                    self._add(each, tree, inner, function)

    def _made(self, node, tree, blocks, function):
        made = _Statement(node, tree, blocks)
        if isinstance(node, ast.FunctionDef):
            return made
        head = _head(node)
        for part in head:
            made.reads |= self._read(part, tree)
            for call in [each for each in ast.walk(part) if isinstance(each, ast.Call)]:
                name = getattr(call.func, "id", None)
                if name in self._parameters:
                    made.writes |= {(self._owner[name], parameter) for parameter in self._parameters[name]}
                if isinstance(node, ast.Expr):  # done for what it does: to its receiver, or to what is passed
                    receiver = getattr(call.func, "value", None)
                    changed = [receiver, *call.args, *(keyword.value for keyword in call.keywords)]
                    made.writes |= {(tree, _base(each)) for each in changed if _base(each)}
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in filter(None, targets):
            stored = {_base(each) for each in _leaves(target)}
            made.writes |= {(tree, each) for each in stored if each}
            if isinstance(node, ast.AugAssign) or any(isinstance(each, ast.Subscript) for each in _leaves(target)):
                made.reads |= {(tree, each) for each in stored if each}
        for each in [n for part in head for n in ast.walk(part) if isinstance(n, ast.NamedExpr)]:
            made.writes.add((tree, each.target.id))
        if isinstance(node, ast.Return):
            made.writes.add((tree, f"what {function} gives"))
        if isinstance(node, ast.If | ast.For | ast.While | ast.Try | ast.With):
            made.writes.add((tree, f"question {id(node)}"))
        return made

    def _read(self, node, tree):
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        results = {(self._owner[name], f"what {name} gives") for name in names if name in self._owner}
        return {(tree, name) for name in names} | results


def _arguments(function):
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [each.arg for each in every if each]


def _head(node):
    """Return the expressions of a statement, without the statements inside of it."""
    parts = []
    for name, value in ast.iter_fields(node):
        if name not in ("body", "orelse", "finalbody", "handlers"):
            parts += [each for each in (value if isinstance(value, list) else [value]) if isinstance(each, ast.AST)]
    return parts


def _leaves(target):
    return (
        [leaf for each in target.elts for leaf in _leaves(each)]
        if isinstance(target, ast.Tuple | ast.List)
        else [target]
    )


def _base(node):
    while isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _is_plain(node):
    return isinstance(node, ast.Assign) and all(
        isinstance(leaf, ast.Name) for target in node.targets for leaf in _leaves(target)
    )


def written_into(node):
    """Return the names that hold what a statement writes into: at some of its places, or with a method of it."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        return {_base(getattr(node.value.func, "value", None))} - {""}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    leaves = [leaf for target in filter(None, targets) for leaf in _leaves(target)]
    return {_base(leaf) for leaf in leaves if isinstance(leaf, ast.Subscript)} - {""}


def _function(statement):
    inside = [block for block, _ in statement.blocks if isinstance(block, ast.FunctionDef)]
    return inside[-1] if inside else statement.tree
