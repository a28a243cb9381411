"""The kinds of small edits for what a loop or a slice leaves out, and for an axis that nobody asked for."""

import ast
import copy

from bncourse.checking.where.places import called_name, parameters_of, places, text_of


def all_turns(function):
    """A loop, or a part of an array, that leaves out the first or the last."""
    for place in places(function):
        node = place.node
        if isinstance(node, ast.Call | ast.BinOp):
            yield from _together(place)
        if isinstance(node, ast.Call) and called_name(node) == "range" and 0 < len(node.args) < 3:
            for new, which in _longer(node):
                words = f"which leaves out the {which} turn" if _is_looped(place) else f"which leaves out the {which}"
                yield place, new, f"`{ast.unparse(new)}` in place of `{text_of(node)}`, {words}"
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            for new, which in _whole(node):
                yield place, new, f"`{ast.unparse(new)}` in place of `{text_of(node)}`, which leaves out the {which}"


def _is_looped(place):
    return isinstance(place.parent, ast.For | ast.comprehension)


def _longer(call):
    """Yield ranges that begin with 0, and that end one later."""
    *first, last = call.args
    begins_late = bool(first) and isinstance(first[0], ast.Constant) and first[0].value == 1
    later = last.left if _is_one_less(last) else None
    if begins_late:
        yield ast.Call(call.func, [last], []), "first"
    if later is not None:
        yield ast.Call(call.func, [*first, later], []), "last"
    if begins_late and later is not None:
        yield ast.Call(call.func, [later], []), "first and the last"


def _whole(node):
    """Yield an array, or a part of it, without the slices that leave out its first or its last."""
    slices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for i, each in enumerate(slices):
        if not isinstance(each, ast.Slice) or each.step is not None:
            continue
        late = isinstance(each.lower, ast.Constant) and each.lower.value == 1
        early = each.upper is not None and (_is_minus_one(each.upper) or _is_one_less(each.upper))
        if late == early or (late and each.upper is not None) or (early and each.lower is not None):
            continue
        if len(slices) == 1:
            yield node.value, "first" if late else "last"
        else:
            new = ast.Tuple([*slices[:i], ast.Slice(), *slices[i + 1 :]], ast.Load())
            yield ast.Subscript(node.value, new, ast.Load()), f"{'first' if late else 'last'} of an axis"


def _is_one_less(node):
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and getattr(node.right, "value", None) == 1


def _is_minus_one(node):
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and getattr(node.operand, "value", 0) == 1


def _together(place):
    """The same is left out of several arrays in one expression, such as ``zip(a[1:], b[1:])``."""
    sliced = [each for each in ast.walk(place.node) if isinstance(each, ast.Subscript)]
    if len(sliced) < 2:
        return
    found = [(which, text_of(each), new) for each in sliced for new, which in _whole(each)]
    for which in dict.fromkeys(which for which, _, _ in found):
        wholes = {text: new for each, text, new in found if each == which}
        if sum(each == which for each, _, _ in found) > 1:
            made = _Replaced(wholes).visit(copy.deepcopy(place.node))
            yield (
                place,
                made,
                f"`{ast.unparse(made)}` in place of `{text_of(place.node)}`, which leaves out the {which}",
            )


class _Replaced(ast.NodeTransformer):
    def __init__(self, wholes):
        self._wholes = wholes

    def visit_Subscript(self, node):
        return self._wholes.get(text_of(node)) or self.generic_visit(node)


def unboxed(function):
    """An axis of length 1 that a value gets: by brackets around it, or by ``[None]``."""
    for place in places(function):
        node = place.node
        inside = None
        if isinstance(node, ast.Call) and len(node.args) == 1 and isinstance(node.args[0], ast.List):
            inside = node.args[0].elts[0] if len(node.args[0].elts) == 1 else None
        elif isinstance(node, ast.Subscript) and _adds_an_axis(node.slice):
            inside = node.value
        if inside is not None:
            yield place, inside, f"`{text_of(inside)}` alone in place of `{text_of(node)}`"


def lines(function):
    """A line that is too much: it gives a name another value made of its own, or fills places of an array."""
    had = set(parameters_of(function))
    for node in sorted((n for n in ast.walk(function) if isinstance(n, ast.Assign)), key=lambda n: n.lineno):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        read = {n.id for n in ast.walk(node.value) if isinstance(n, ast.Name)}
        fills = isinstance(node.targets[0], ast.Subscript) and isinstance(node.value, ast.Constant)
        if fills or (len(names) == len(node.targets) == 1 and names[0] in read & had):
            yield node, ast.copy_location(ast.Pass(), node), f"`{ast.unparse(node)}` left out"
        had |= set(names)


def branches(function):
    """A branch that is too much, an end of a loop, or a call that is made for what it does: to an array, say."""
    kinds = ast.If | ast.Break | ast.Continue | ast.Expr
    for node in sorted((n for n in ast.walk(function) if isinstance(n, kinds)), key=lambda n: n.lineno):
        if isinstance(node, ast.If):
            words = "" if node.orelse else f"`if {ast.unparse(node.test)}:` and what is under it left out"
        else:
            is_text = isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call)
            words = "" if is_text else f"`{ast.unparse(node)}` left out"
        if words:
            yield node, ast.copy_location(ast.Pass(), node), words


def _adds_an_axis(index):
    """Return whether an index does nothing but add axes: ``[None]``, or ``[:, None]``."""
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    plain = [isinstance(part, ast.Slice) and not (part.lower or part.upper or part.step) for part in parts]
    added = [isinstance(part, ast.Constant) and part.value is None for part in parts]
    return any(added) and all(one or other for one, other in zip(plain, added, strict=True))
