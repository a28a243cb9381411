"""Where a class goes wrong, by what of it is right: all else that was looked at must be right in every case."""

import ast
import re

from bncourse.checking import compare
from bncourse.checking.where.defaults import other_defaults
from bncourse.checking.where.found import Found

_DEFAULTS = {"momentum where none is passed", "epsilon where none is passed"}
_STORED = ("moving_mean", "moving_variance")
_MAKE_WEIGHTS = ("__init__", "build")
_AFTERWARDS = {
    "y after training",
    "y where nobody says which",
    "y of a frozen layer",
    "y of the layer saved and loaded",
}


def of_class(exercise, answer, trials):
    """Look for the line of a class that what is wrong comes from.

    Parameters
    ----------
    exercise : Exercise
        One whose driver gives several named results.
    answer : Answer
    trials : list of Trial

    Returns
    -------
    Found or None
        Where the results that are wrong come from one line, or from the lines that run after training alone.
    """
    tree = _class_of(answer.source) if answer.kind == "class" else None
    if tree and (line := _line_that_rebinds(tree, trials)):
        says = f"Line {line} of the class puts a plain array in the place of the weight: "
        says += f"`{answer.source.splitlines()[line - 1].strip()[:80]}`."
        return _found(answer, line, says)
    wrong = wrong_of(trials) if tree else None
    if not wrong:
        return None
    if wrong <= _DEFAULTS:
        others = other_defaults(exercise, answer.source)
        line = next((each.lineno for each in tree.body if getattr(each, "name", "") == "__init__"), 0)
        parts = [
            f"`{name}` is {wanted!r}, as in Keras, and yours is {yours}" for name, (wanted, yours) in others.items()
        ]
        return _found(answer, line, f"The default of {'; that of '.join(parts)}. All else is right.") if parts else None
    if len(wrong) == 1 and (name := next(iter(wrong))) in _STORED:
        lines = _lines_that_store(tree, name)
        says = f"What is stored in `self.{name}` is not right. All else is, so it is what this line gives to it."
        return _found(answer, lines[0], says) if len(lines) == 1 else None
    if wrong <= _AFTERWARDS and "y after training" in wrong:
        [branch] = found if len(found := _after_training(tree)) == 1 else [None]
        says = "While training all is right, and the moving statistics are too. This runs after training alone."
        return _found(answer, branch[0].lineno, says) if branch else None
    return None


def _line_that_rebinds(tree, trials):
    """Return the one line that takes the place of a weight, where an error says that something did; else 0."""
    messages = " ".join(trial.reply.fault.message for trial in trials if trial.reply.fault)
    lost = set(re.findall(r"self\.(\w+) is no longer a weight", messages))
    methods = [each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name not in _MAKE_WEIGHTS]
    bound = [
        node.lineno
        for method in methods
        for node in ast.walk(method)
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        for each in ast.walk(target)
        if isinstance(each, ast.Attribute) and each.attr in lost and ast.unparse(each.value) == "self"
    ]
    return bound[0] if len(bound) == 1 else 0


def _found(answer, line, says):
    return Found(line, answer.source.splitlines()[line - 1].strip(), says, answer.name, False)


def wrong_of(trials):
    """Return the names of the results that are not right in some case; none where a case has other results."""
    wrong = set()
    for trial in trials:
        expected, got = trial.expected, trial.reply.value
        if trial.reply.fault or not (isinstance(expected, dict) and isinstance(got, dict)) or set(expected) != set(got):
            return set()
        wrong |= {name for name in expected if not compare.same(expected[name], got[name], _plain(trial.tolerance))}
    return wrong


def _plain(tolerance):
    return compare.Tolerance(tolerance.rtol, tolerance.atol)


def _class_of(source):
    try:
        [tree] = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tree if isinstance(tree, ast.ClassDef) else None


def _lines_that_store(tree, name):
    """Return the lines in which something is assigned to a weight of the layer."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)]
    return [c.lineno for c in calls if c.func.attr.startswith("assign") and getattr(c.func.value, "attr", "") == name]


def _after_training(tree):
    """Return what stands under each ``else`` of a question about training in ``call``."""
    call = next((each for each in tree.body if getattr(each, "name", "") == "call"), None)
    tests = [node for node in ast.walk(call) if isinstance(node, ast.If)] if call else []
    asked = [node for node in tests if any(getattr(n, "id", "") == "training" for n in ast.walk(node.test))]
    return [node.orelse for node in asked if node.orelse and not _is_negated(node.test)]


def _is_negated(test):
    return any(isinstance(node, ast.Not) for node in ast.walk(test))
