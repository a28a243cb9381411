"""What the places of its ``return`` say of a result that is nothing, or of the wrong form; each sentence is true."""

import ast
from collections import deque

from bncourse.checking.answer import UNREADABLE


def of_the_returns(source, kind):
    """Say how an answer comes to its result, where its ``return`` is in a place that explains it.

    Parameters
    ----------
    source : str
        The text of the answer, or "".
    kind : str
        Of the mismatch: "nothing" where None came back.

    Returns
    -------
    str
        A sentence, or "".
    """
    try:
        body = ast.parse(source).body
    except UNREADABLE:  # such as a part of a line, which is all that Python knows of a lambda
        return ""
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
        return ""
    own = _own(body[0])
    returns = [node for node in own if isinstance(node, ast.Return) and _gives(node)]
    if kind == "nothing":
        return _of_nothing(body[0], returns, len(returns) < sum(isinstance(node, ast.Return) for node in own))
    loops = [node for node in own if isinstance(node, ast.For | ast.While)]
    return next(filter(None, (_first_turn(loop) or _last_turn(loop, body[0]) for loop in loops)), "")


def _of_nothing(function, returns, gives_none):
    outside = [node for node in returns if node in function.body]
    if len(returns) == 1 and outside and not gives_none:
        return (
            f"What comes after `return` in line {returns[0].lineno} is None. What shows or changes something, such "
            "as print, append or sort, gives None."
        )
    branches = _in_branches(function.body)
    if not returns or any(id(node) not in branches for node in returns) or not _falls_through(function.body):
        return ""
    lines = [str(line) for line in sorted({node.lineno for node in returns})]
    those = f"the one in line {lines[0]} is" if len(lines) == 1 else f"those in lines {', '.join(lines)} are"
    return (
        f"Nothing comes back in this case. The function can come to its end, after line {function.end_lineno}, "
        f"without a `return`: {those} inside an `if` or a loop."
    )


def _in_branches(body):
    """Return the ids of the nodes inside an ``if`` or a loop at the top of a function."""
    kinds = ast.If | ast.For | ast.While
    return {id(node) for statement in body if isinstance(statement, kinds) for node in ast.walk(statement)}


def _falls_through(body):
    """Return whether statements can be done to their end, so that what comes after them is done too."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return False
    if isinstance(last, ast.If):
        return not last.orelse or _falls_through(last.body) or _falls_through(last.orelse)
    return not isinstance(last, ast.While | ast.Try | ast.With | ast.Match)  # of these it is not said


def _first_turn(loop):
    """Say that a loop ends in its first turn; one that may leave out a turn does not."""
    skips = any(isinstance(node, ast.Continue | ast.Break) for node in ast.walk(loop))
    found = next((node for node in loop.body if isinstance(node, ast.Return)), None)
    if skips or found is None:
        return ""
    return f"The `return` in line {found.lineno} is inside the loop, so the function ends in the first turn."


def _last_turn(loop, function):
    """Say that what comes back is of the last turn: a name that each turn gives another value, and nothing uses."""
    if loop not in function.body:
        return ""
    rest = function.body[function.body.index(loop) + 1 :]
    if not (rest and isinstance(rest[0], ast.Return) and isinstance(rest[0].value, ast.Name)):
        return ""
    name = rest[0].value.id
    named = [node for node in ast.walk(loop) if isinstance(node, ast.Name) and node.id == name]
    if len(named) != 1:
        return ""
    given = [s for s in loop.body if isinstance(s, ast.Assign) and s.targets[0] is named[0]]
    if not given:
        return ""
    return (
        f"Each turn of the loop gives `{name}` a new value in line {given[0].lineno}, so what comes back is that of "
        "the last turn alone."
    )


def _gives(node):
    return node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None)


def _own(function):
    """Return the nodes of a function without those of functions inside it."""
    found, waiting = [], deque(function.body)
    while waiting:
        node = waiting.popleft()
        found.append(node)
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return found
