"""Single changes of a function's text: what a person might have meant in place of what is written.

Each is one small edit (another operator, axis or number, a root, a factor, another name), with the words for it: see
`edits`, `left_out`, `loops` and `missing` beside this module. Whether a change makes an answer right is for
`bncourse.checking.where.one_change` to find out.
"""

import ast
import copy
from dataclasses import dataclass

from bncourse.checking.rewriting import arrays, edits, left_out, loops, missing, moved, unused
from bncourse.checking.variants import GOES_ON, SEEN, WHICH
from bncourse.checking.where.places import called_name, is_long, is_long_range, keep_texts, places, text_of

_PLAIN = {"property", "staticmethod", "classmethod"}  # decorators that leave what a method does as it is
MOST_NODES = 400  # an answer longer than this is left alone
_KINDS = (
    arrays.copied,
    arrays.exchanged,
    arrays.with_options,
    left_out.all_turns,
    left_out.unboxed,
    left_out.lines,
    moved.indented,
    unused.stale,
    unused.in_vain,
    unused.counted_in_vain,
    loops.tied,
    edits.left_out,
    loops.in_a_loop,
    loops.returned_after,
    moved.exchanged,
    moved.guarded,
    missing.reordered,
    edits.small,
    missing.wrapped,
    unused.unsorted,
    missing.doubled,
    missing.renamed,
    missing.added,
    left_out.branches,
)
_EARLY = {
    moved.indented,
    moved.exchanged,
    unused.stale,
    unused.in_vain,
    unused.unsorted,
    unused.counted_in_vain,
    loops.tied,
}


@dataclass(frozen=True)
class Change:
    """One edit of a function; what it `says` follows "in line 3, ".

    Parameters
    ----------
    line : int
        Of the function, counted from its ``def``.
    says : str
    node, replacement : ast.AST
        What is written there before and after.
    function : str
        The name of the function, or of the class beside the answer that it is a method of.
    early : bool
        Whether it is tried before the many others.
    """

    line: int
    says: str
    node: ast.AST
    replacement: ast.AST
    function: str = ""
    early: bool = False

    @property
    def moves(self):
        """Return whether a statement is moved, and none is written in another way."""
        return hasattr(self.replacement, "shown_line")

    @property
    def parts(self):
        """Return what is written in the place of what: a statement that is moved leaves one and comes to another."""
        return [(self.node, self.replacement), *getattr(self.replacement, "beside", ())]


class Changes:
    """The single changes of a function's text, those that people need most often first.

    Parameters
    ----------
    source : str
        The text of one function, or of a class, of which the methods are changed. Of anything else there are none.
    helpers : list of str
        The texts of the functions and classes that it calls; they are changed too.
    """

    def __init__(self, source, helpers=()):
        classes = [_parsed(text, may_be_decorated=True) for text in helpers]
        self._whole = [each for each in (_parsed(source), *classes) if each]
        if not self._whole or sum(1 for each in self._whole for _ in ast.walk(each)) > MOST_NODES:
            self._whole = []
        self.functions = [function for each in self._whole for function in _functions_of(each)]
        for helper in classes:  # a line of a method is told as one of the class, whose text it is in
            for method in _functions_of(helper) if helper else ():
                method.shown_as = helper.name

    def __iter__(self):
        return self._of(_KINDS)

    def plain(self):
        """Yield those changes that put in no other term and no other factor, another sign, name or function first."""
        return self._of((left_out.all_turns, edits.small, edits.left_out, loops.in_a_loop, missing.wrapped))

    def of_slopes(self):
        """Yield the plain changes and a factor of 2, which differences have or lack, likely ones first.

        Those in helpers come before those in the function, which can make up for what a helper does wrong.
        """
        return self._of(
            (left_out.all_turns, loops.in_a_loop, missing.doubled, edits.left_out, edits.small, missing.wrapped),
            self.functions[::-1],
        )

    def _of(self, kinds, functions=None):
        seen = set()
        for kind in kinds:
            for function in functions or self.functions:
                for place, replacement, says in kind(function):
                    node, line = (place, place.lineno) if isinstance(place, ast.stmt) else (place.node, place.line)
                    line = getattr(replacement, "shown_line", line)
                    if (id(node), line, says) not in seen and not is_long_range(node):
                        seen.add((id(node), line, says))
                        early = kind in _EARLY or getattr(getattr(place, "parent", None), "arg", "") == "axis"
                        yield Change(line, says, node, replacement, _shown_as(function), early)

    def source(self, changes):
        """Return one text with all of these changes, of which the global name `WHICH` (1, 2, ...) turns one on."""
        wanted = {}
        for number, change in enumerate(changes, start=1):
            for node, replacement in change.parts:
                if isinstance(node, ast.stmt):  # it may hold a loop
                    replacement = _copied(replacement, lambda new, _: _bounded(new))
                wanted.setdefault(id(node), []).append((number, replacement))
        return self._written(lambda new, node: _choice(_bounded(new, node), wanted.get(id(node), [])))

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
            (place, _shown_as(function))
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

    def asking(self, change=None):
        """Return a text that notes which ``if`` are answered with yes, and these; a change may be made in it."""
        questions = [node for each in self.functions for node in ast.walk(each) if isinstance(node, ast.If)]
        numbers = {id(node): number for number, node in enumerate(questions)}
        instead = {id(node): new for node, new in change.parts} if change else {}

        def noting(new, node):
            new = instead.get(id(node), new)
            if id(node) in numbers and isinstance(new, ast.If):
                yes = ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(numbers[id(node)]), ast.Constant(True)], [])
                new.test = ast.IfExp(new.test, yes, ast.Constant(False))
            return _bounded(new)

        return self._written(noting), questions

    def telling_methods(self):
        """Return a text in which each function tells its name to the global function `SEEN` when it begins."""

        def telling(new, node):
            if any(node is function for function in self.functions):
                told = ast.Call(ast.Name(SEEN, ast.Load()), [ast.Constant(node.name)], [])
                new.body = [ast.Expr(told), *new.body]
            return _bounded(new)

        return self._written(telling)

    def text(self, change):
        """Return the text with this change made."""
        instead = {id(node): replacement for node, replacement in change.parts}
        return self._written(lambda new, node: instead.get(id(node), new))

    def rewritten(self, instead):
        """Return the text in which other expressions stand in the place of some, also where one holds another.

        Parameters
        ----------
        instead : dict
            By what `id` gives of a node: a function that is given the node, with what is changed inside of it, and
            gives what stands in its place.
        """
        return self._written(lambda new, node: _bounded(instead[id(node)](new) if id(node) in instead else new))

    def _written(self, do):
        # helpers first, so that the function itself is what its name means in the end
        return "\n\n".join(ast.unparse(_copied(each, do)) for each in reversed(self._whole))


def _is_empty(node):
    """Return whether an expression gives what happens to stand in memory, which is no value of an answer."""
    return isinstance(node, ast.Call) and called_name(node) in ("empty", "empty_like")


def _is_a_value(node):
    return isinstance(node, ast.Name | ast.Subscript) and isinstance(node.ctx, ast.Load)


def _shown_as(function):
    return getattr(function, "shown_as", function.name)


def _functions_of(tree):
    """Return a function itself, or the methods of a class, each with the lines of the class."""
    if isinstance(tree, ast.FunctionDef):
        return [tree]
    methods = [each for each in tree.body if isinstance(each, ast.FunctionDef) and _is_plain(each)]
    for each in methods:
        each.kept_lines = tree.kept_lines
    return methods


def _is_plain(method):
    return all(getattr(each, "id", "") in _PLAIN for each in method.decorator_list)


def _parsed(source, may_be_decorated=False):
    """Return the one plain function or class that a text is, or None; of what has a decorator a class may be asked."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    kinds = ast.FunctionDef | ast.ClassDef
    if len(tree.body) != 1 or not isinstance(tree.body[0], kinds):
        return None
    if tree.body[0].decorator_list and not (may_be_decorated and isinstance(tree.body[0], ast.ClassDef)):
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
    if not replacements:
        return new
    if isinstance(new, ast.stmt):
        for number, replacement in replacements:
            new = ast.If(ast.Name(f"{WHICH} == {number}", ast.Load()), [replacement], [new])
        return new
    arms = "".join(f"({ast.unparse(each)}) if {WHICH} == {number} else " for number, each in replacements)
    return ast.Name(f"({arms}{ast.unparse(new)})", ast.Load())


def _bounded(node, written=None):
    """Let a ``while``, and a ``for`` that was written for very many turns, ask at each whether it may go on."""
    if isinstance(node, ast.For) and is_long((written or node).iter):
        node.body = [ast.Expr(ast.Name(f"{GOES_ON}()", ast.Load())), *node.body]
    if isinstance(node, ast.While):
        node.test = ast.BoolOp(ast.And(), [ast.Name(f"{GOES_ON}()", ast.Load()), node.test])
    return node
