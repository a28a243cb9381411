"""Of several changes of one line, those after which it is nearer to what is written."""

import ast

_MOST = 100


def nearer(change, possible):
    """Return the changes of the same line after which it is nearer to what is written, the nearest first.

    Parameters
    ----------
    change : Change
    possible : list of Change

    Returns
    -------
    list of Change
    """
    sizes = {}
    most = _adds(change, sizes)
    if not most:
        return []  # none adds less than nothing
    there = [each for each in possible if (each.line, each.function) == (change.line, change.function)]
    added = [(_adds(each, sizes), each) for each in there]
    return [each for adds, each in sorted(added, key=lambda pair: pair[0]) if adds < most][:_MOST]


def _adds(change, sizes):
    """Count what a change adds to a line; two sides the other way round are more than another name or number.

    In `sizes` the sizes of what is written are kept by what `id` gives of it: many changes are of the same.
    """
    if change.moves:
        return 0
    if id(change.node) not in sizes:
        sizes[id(change.node)] = _size(change.node)
    return max(_size(change.replacement) - sizes[id(change.node)], "the other way round" in change.says)


def _size(node):
    return sum(1 for _ in ast.walk(ast.parse(ast.unparse(ast.fix_missing_locations(node)))))
