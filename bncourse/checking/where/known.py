"""Whether a value of an answer is one that right answers have, or is plainly made of such values."""

import ast

import numpy as np

from bncourse.checking.where.steps import is_same, is_telling

_MOST_SUSPECTED = 3


def is_known(row, inputs, steps, near=True):
    """Return whether what an expression gave is an input, a step of right answers, or tells nothing.

    Parameters
    ----------
    row : list
        ``[number, count, shape, values]`` as `variants.shapes` gives it.
    inputs : list of ndarray
    steps : list of tuple
        The name and the value of each step.
    near : bool
        Whether what is `on_the_way` counts too.

    Returns
    -------
    bool
    """
    _, count, _, values = row
    if count == 1:
        value = values[0]
        known = not is_telling(value) or any(is_same(value, given) for given in inputs)
        known = known or any(is_same(step, value) for _, step in steps)
        return known or (near and on_the_way(value, steps, inputs))
    flat = np.ravel(values)
    if not is_telling(flat):
        return True
    of_size = [np.asarray(each) for each in (*inputs, *(s for _, s in steps)) if np.size(each) == flat.size]
    rows = [("", np.ravel(each)) for each in of_size]
    rows += [("", np.ravel(np.moveaxis(each, -1, 0))) for each in of_size if each.ndim > 1]
    known = any(is_same(flat, row) for _, row in rows)
    return known or (near and on_the_way(flat, rows, [row for _, row in rows]))


def is_a_right_one(row, inputs, steps):
    """Return whether what an expression gave tells something, and is an input or a step of right answers itself."""
    return is_telling(np.ravel(row[3])) and is_known(row, inputs, steps, near=False)


def suspected(rows, places, functions, inputs, steps):
    """Return the nodes of a text in which the mistake is likely: the first values that no right answer has.

    Parameters
    ----------
    rows : list
        What `variants.shapes` gave, in the order in which it was evaluated.
    places : list of tuple
        What the numbers in it are, as `Changes.observing` gives it.
    functions : list of ast.FunctionDef
        Those of the text.
    inputs : list of ndarray
    steps : list of tuple

    Returns
    -------
    set of int
        What `id` gives of each node.
    """
    unknown = [places[row[0]] for row in rows if not is_known(row, inputs, steps)][:_MOST_SUSPECTED]
    found = {id(each) for _, _, parent, _, node in unknown for each in (parent, *ast.walk(node))}
    # what is right alone may be wrong where its name is used
    used = {each.id for *_, node in unknown for each in ast.walk(node) if isinstance(each, ast.Name)}
    for statement in [each for function in functions for each in ast.walk(function)]:
        if isinstance(statement, ast.Assign | ast.AugAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            if used & {n.id for target in targets for n in ast.walk(target) if _is_given(n)}:
                found |= {id(statement), *(id(each) for each in ast.walk(statement.value))}
    return found


def _is_given(node):
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


def is_row(row, most):
    """Return whether something is ``[number, count, shape, values]`` as `variants.shapes` gives it."""
    if not isinstance(row, list | tuple) or len(row) != 4:
        return False
    number, count, shape, values = row
    return (
        type(number) is int
        and 0 <= number < most
        and type(count) is int
        and isinstance(shape, list | tuple)
        and isinstance(values, np.ndarray)
        and values.dtype.kind == "f"
        and values.shape == (count, *shape)
        and count > 0
    )


class Rows(dict):
    """Rows of `variants.shapes` by their numbers; ``ran`` is the set of all numbers that were evaluated."""

    ran = frozenset()


def rows_of(found, most, exactly=False):
    """Return by their numbers the rows of `variants.shapes`; what comes from an answer's side may be anything.

    Parameters
    ----------
    found : object
    most : int
        How many expressions the text has.
    exactly : bool
        Whether float32 is to be no nearer to a right value than its digits are.

    Returns
    -------
    Rows
    """
    rows = [row for row in found if is_row(row, most)]
    kept = Rows((row[0], [*row[:3], row[3].astype(float) if exactly else row[3]]) for row in rows)
    kept.ran = {row[0] for row in found if isinstance(row, list) and row and isinstance(row[0], int)}
    return kept


def is_turned(value, known):
    """Return whether a value has the numbers of another, in any order."""
    if np.size(value) != np.size(known) or np.asarray(known).dtype.kind != "f":
        return False
    return is_same(np.sort(np.ravel(value)), np.sort(np.ravel(known)))


def is_rearranged(value, known):
    """Return whether a value has only numbers of another: sorted, cut, turned or repeated."""
    known = np.ravel(known)
    if known.size < 2 or known.dtype.kind != "f" or not np.size(value):
        return False
    return bool((known == np.ravel(value)[0]).any()) and bool(np.isin(value, known).all())


def on_the_way(value, steps, inputs):
    """Return whether a value is one plain step from or to those of right answers: a square, a root, a sum for
    a mean, a product with an input.

    Such a value blames nobody, because a right answer may well have it, whether or not one is known that does.
    """
    if any(is_rearranged(value, known) for known in (*inputs, *(step for _, step in steps))):
        return True
    size = np.size(value)
    of_size = {}
    for _, step in steps:
        of_size.setdefault(np.size(step), []).append(step)
    if np.ndim(value) > 1 and any(np.ndim(step) > 1 and is_turned(value, step) for _, step in steps):
        return True  # the axes in another order, where the last digits differ
    rows = {np.size(given) / size for given in inputs if size and np.size(given) > size}
    rows |= {n for given in inputs for n in np.shape(given)[:1]}
    with np.errstate(all="ignore"):
        nearby = [value**2, np.sqrt(np.abs(value)), -value, 1 / value, *(value / n for n in rows if n > 1)]
        nearby += [value / given for given in inputs if np.shape(given) == np.shape(value)[-np.ndim(given) :]]
        nearby = [each for each in nearby if is_telling(each)]
        return any(is_same(step, each) for each in nearby for step in of_size.get(np.size(each), ())) or any(
            is_same(np.square(step), value) for step in of_size.get(size, ())
        )
