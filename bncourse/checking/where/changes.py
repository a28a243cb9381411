"""Single changes of a function's text: what a person might have meant in place of what is written.

Each is one small edit (another operator, axis or number, a root, a factor, another name), with the words for it: see
`bncourse.checking.where.edits` and `bncourse.checking.where.missing`. Whether a change makes an answer right is for
`bncourse.checking.where.one_change` to find out.
"""

import ast
import copy
from dataclasses import dataclass

from bncourse.checking.variants import GOES_ON, SEEN, WHICH
from bncourse.checking.where import edits, missing
from bncourse.checking.where.places import called_name, keep_texts, places, text_of

MOST_NODES = 400  # an answer longer than this is left alone
_KINDS = (edits.left_out, edits.in_a_loop, edits.small, missing.wrapped, missing.added)


@dataclass(frozen=True)
class Change:
    """One edit of a function.

    Parameters
    ----------
    line : int
        The line of the function that it is in, counted from its ``def``.
    says : str
        The edit in words, to follow "in line 3, ".
    node, replacement : ast.AST
        What is written there, and what is written there after the edit.
    function : str
        The name of the function.
    """

    line: int
    says: str
    node: ast.AST
    replacement: ast.AST
    function: str = ""


class Changes:
    """The single changes of a function's text, those that people need most often first.

    Parameters
    ----------
    source : str
        The text of one function. Of anything else there are no changes.
    helpers : list of str
        The texts of the functions that it calls; they are changed too.
    """

    def __init__(self, source, helpers=()):
        self.functions = []
        function = _parsed(source)
        if function is not None:
            self.functions = [function, *filter(None, map(_parsed, helpers))]
            if sum(1 for each in self.functions for _ in ast.walk(each)) > MOST_NODES:
                self.functions = []

    def __iter__(self):
        seen = set()
        for kind in _KINDS:
            for function in self.functions:
                for place, replacement, says in kind(function):
                    node, line = (place, place.lineno) if isinstance(place, ast.stmt) else (place.node, place.line)
                    if (id(node), says) not in seen:
                        seen.add((id(node), says))
                        yield Change(line, says, node, replacement, function.name)

    def source(self, changes):
        """Return one text with all of these changes, of which the global name `WHICH` (1, 2, ...) turns one on."""
        wanted = {}
        for number, change in enumerate(changes, start=1):
            wanted.setdefault(id(change.node), []).append((number, change.replacement))
        return self._written(lambda new, node: _bounded(_choice(new, wanted[id(node)]) if id(node) in wanted else new))

    def observing(self, names=False):
        """Return a text that notes the value of each expression that calculates, and what they are.

        Parameters
        ----------
        names : bool
            Whether the values of names are noted too.

        Returns
        -------
        str
        list of tuple
            Of each expression its line, its text, what it stands in, the name of its function, and the node itself.
        """
        if not self.functions:
            return "", []
        kinds = ast.BinOp | ast.Call | ast.UnaryOp
        found = [
            (place, function.name)
            for function in self.functions
            for place in places(function)
            if (isinstance(place.node, kinds) and not _is_empty(place.node)) or (names and _is_a_value(place.node))
        ]
        noted = {id(place.node): number for number, (place, _) in enumerate(found)}

        def noting(new, node):
            if id(node) not in noted:
                return _bounded(new)
            return ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(noted[id(node)]), new], [])

        return self._written(noting), [(p.line, text_of(p.node), p.parent, name, p.node) for p, name in found]

    def text(self, change):
        """Return the text with this change made."""
        return self._written(lambda new, node: change.replacement if node is change.node else new)

    def _written(self, do):
        # helpers first, so that the function itself is what its name means in the end
        return "\n\n".join(ast.unparse(_copied(function, do)) for function in reversed(self.functions))


def _is_empty(node):
    """Return whether an expression gives what happens to stand in memory, which is no value of an answer."""
    return isinstance(node, ast.Call) and called_name(node) in ("empty", "empty_like")


def _is_a_value(node):
    return isinstance(node, ast.Name | ast.Subscript) and isinstance(node.ctx, ast.Load)


def _parsed(source):
    """Return the one plain function that a text is, or None."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    if len(tree.body) != 1 or not isinstance(tree.body[0], ast.FunctionDef) or tree.body[0].decorator_list:
        return None
    keep_texts(tree.body[0], source)
    return tree.body[0]


def _copied(node, do):
    """Copy a tree; ``do(copy, node)`` gives what takes the place of each node, and the tree itself stays as it is."""
    new = copy.copy(node)
    for field, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(new, field, _copied(value, do))
        elif isinstance(value, list):
            setattr(new, field, [_copied(item, do) if isinstance(item, ast.AST) else item for item in value])
    return do(new, node)


def _choice(new, replacements):
    """Write a choice between a node and its replacements, flat, because a deep tree is slow and may be too deep."""
    if isinstance(new, ast.stmt):
        for number, replacement in replacements:
            new = ast.If(ast.Name(f"{WHICH} == {number}", ast.Load()), [replacement], [new])
        return new
    arms = "".join(f"({ast.unparse(each)}) if {WHICH} == {number} else " for number, each in replacements)
    return ast.Name(f"({arms}{ast.unparse(new)})", ast.Load())


def _bounded(node):
    """Let a ``while`` ask at each turn whether it may go on: a change could make it endless."""
    if isinstance(node, ast.While):
        node.test = ast.BoolOp(ast.And(), [ast.Name(f"{GOES_ON}()", ast.Load()), node.test])
    return node
