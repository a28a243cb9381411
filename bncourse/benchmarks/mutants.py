"""Mutants: right answers with one thing changed, as a slip of the hand or of the mind would change it.

Nobody tuned the bank of wrong ideas on them, so they measure it: each that differs from the truth must be rejected, and
none may be told the name of a mistake that it does not hold.
"""

import ast
import copy
import inspect
import linecache
import textwrap
import warnings
from dataclasses import dataclass

import numpy as np

from bncourse.benchmarks.seeds import accepted
from bncourse.checking import DirectAnswer, compare, judge
from bncourse.checking.arguments import argument_ideas
from bncourse.checking.replay import Replay
from bncourse.checking.trial import attempt
from bncourse.time_limit import time_limit

_SWAPPED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq}
_METHODS = {
    "mean": ("sum", "max"),
    "sum": ("mean",),
    "var": ("std",),
    "std": ("var",),
    "sqrt": ("square", "abs"),
    "square": ("abs",),
    "max": ("min",),
    "min": ("max",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "abs": ("negative",),
    "exp": ("expm1",),
    "log": ("log1p",),
}


_BLURRED = compare.Tolerance(1e-3, 1e-6)


@dataclass(frozen=True)
class Mutant:
    """A right answer with one thing changed.

    Parameters
    ----------
    function : callable
    says : str
        What was changed: the line before and after.
    """

    function: object
    says: str


def mutants(function):
    """Yield the first-order mutants of a function.

    Parameters
    ----------
    function : callable
        A function of one's own module, whose source is there.

    Yields
    ------
    Mutant
    """
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    if not isinstance(definition, ast.FunctionDef):
        return
    definition.decorator_list = []
    if isinstance(definition.body[0], ast.Expr) and isinstance(definition.body[0].value, ast.Constant):
        definition.body = definition.body[1:] or [ast.Pass()]
    tree = ast.parse(ast.unparse(tree))
    before = ast.unparse(tree).splitlines()
    seen = {ast.unparse(tree)}
    nodes = list(ast.walk(tree))
    for place, node in enumerate(nodes):
        for change in range(len(list(_changes(node, tree.body[0])))):
            other = copy.deepcopy(tree)
            target = list(ast.walk(other))[place]
            apply = list(_changes(target, other.body[0]))[change]
            apply()
            text = ast.unparse(ast.fix_missing_locations(other))
            if text in seen:
                continue
            seen.add(text)
            made = _made(text, function, len(seen))
            if made is not None:
                after = text.splitlines()
                lines = [f"{a.strip()}  ->  {b.strip()}" for a, b in zip(before, after, strict=False) if a != b]
                yield Mutant(made, lines[0] if lines else "a line left out")


def _made(text, function, number):
    name = f"<mutant {number} of {function.__module__}.{function.__name__}>"
    space = dict(function.__globals__)
    try:
        exec(compile(text, name, "exec"), space)
    except SyntaxError:
        return None
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    return space[function.__name__]


def _changes(node, definition):
    """Yield what can be changed at a node, each as a function that does it."""
    if isinstance(node, ast.BinOp):
        yield from _of_operator(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        yield lambda: setattr(node, "op", ast.UAdd())
    elif isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED:
        yield lambda: node.ops.__setitem__(0, _COMPARED[type(node.ops[0])]())
    elif isinstance(node, ast.keyword):
        yield from _of_keyword(node)
    elif isinstance(node, ast.Attribute) and node.attr in _METHODS:
        for name in _METHODS[node.attr]:
            yield lambda name=name: setattr(node, "attr", name)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield lambda: setattr(node, "value", node.value + 1)
        yield lambda: setattr(node, "value", node.value * 0.5 if isinstance(node.value, float) else node.value - 1)
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        names = [a.arg for a in definition.args.args]
        if node.id in names:
            for name in names:
                if name != node.id:
                    yield lambda name=name: setattr(node, "id", name)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield lambda: node.elts.reverse()
    elif isinstance(node, ast.FunctionDef):
        for place, line in enumerate(node.body):
            if isinstance(line, ast.AugAssign) and len(node.body) > 1:
                yield lambda place=place: node.body.pop(place)


def _of_operator(node):
    if type(node.op) in _SWAPPED:
        yield lambda: setattr(node, "op", _SWAPPED[type(node.op)]())
    for kept in ("left", "right"):
        yield lambda kept=kept: _become(node, getattr(node, kept))
    if isinstance(node.op, ast.Add | ast.Sub):
        yield lambda: setattr(node, "right", ast.BinOp(ast.Constant(2), ast.Mult(), node.right))


def _become(node, other):
    """Let an operation be one of its two sides."""
    node.left, node.op, node.right = other, ast.Add(), ast.Constant(0.0)


def _of_keyword(node):
    value = node.value
    if node.arg == "axis" and isinstance(value, ast.Constant) and isinstance(value.value, int):
        for axis in (0, 1, -1, None):
            if axis != value.value:
                yield lambda axis=axis: setattr(node, "value", ast.Constant(axis))
    elif node.arg == "axis" and isinstance(value, ast.Tuple):
        for place in range(len(value.elts)):
            yield lambda place=place: value.elts.pop(place)
    elif node.arg == "keepdims":
        yield lambda: setattr(node, "value", ast.Constant(False))
    elif node.arg == "ddof":
        yield lambda: setattr(node, "value", ast.Constant(1))


@dataclass
class Count:
    """What became of the mutants of an exercise."""

    mutants: int = 0
    rejected: int = 0
    told: int = 0
    named: int = 0
    false: int = 0
    notes: tuple = ()


def judged(exercise, seeds, most=None):
    """Judge the mutants of the right answers of an exercise.

    Parameters
    ----------
    exercise : Exercise
    seeds : sequence of int
        The first is the one whose sentences are read; the others say whether a verdict hangs on the seed.
    most : int, optional
        How many mutants at most, drawn at random.

    Returns
    -------
    Count
    """
    count, notes = Count(), []
    found = [m for answer in (exercise.reference, *exercise.right_answers) for m in _of(answer)]
    if most is not None and len(found) > most:
        rng = np.random.default_rng(len(found))
        found = [found[i] for i in sorted(rng.choice(len(found), most, replace=False))]
    for mutant in found:
        with time_limit(len(seeds) * exercise.seconds):
            outcomes = [accepted(exercise, mutant.function, seed) for seed in seeds]
        if all(outcomes):
            continue  # as far as the task's inputs go, it is a right answer
        count.mutants += 1
        count.rejected += not any(outcomes)
        if any(outcomes):
            notes.append(f"accepted on {sum(outcomes)} of {len(seeds)} seeds: {mutant.says}")
        if outcomes[0]:
            continue
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict = judge(exercise, DirectAnswer(mutant.function, exercise.name), seeds[0])
        count.named += bool(verdict.wrong_ideas)
        count.told += bool(verdict.wrong_ideas or verdict.where)
        if verdict.wrong_ideas and not _holds(exercise, mutant.function, verdict.wrong_ideas, seeds[1:]):
            count.false += 1
            notes.append(f"told {' and '.join(verdict.wrong_ideas)}: {mutant.says}")
    count.notes = tuple(notes)
    return count


def _of(answer):
    try:
        return list(mutants(answer))
    except (OSError, TypeError, ValueError, SyntaxError):  # a lambda, or what has no source of its own
        return []


def _holds(exercise, function, names, seeds):
    """Say whether an answer is what its name says on other seeds too: then the name is no accident."""
    known = {idea.name: idea for idea in (*argument_ideas(exercise), *exercise.wrong_ideas)}
    ideas = tuple(known[name] for name in names)
    answer = DirectAnswer(function, exercise.name)
    for seed in seeds:
        trials = [attempt(exercise, answer, case) for case in exercise.draw(seed)]
        parts = {trial.case.part for trial in trials}
        groups = [trials, *([t for t in trials if t.case.part == part] for part in parts)]
        groups = [group for group in groups if any(trial.kind for trial in group)]
        if groups and not any(_alike(exercise, ideas, group) for group in groups):
            return False
    return True


def _alike(exercise, ideas, trials):
    """Say whether the ideas still explain the answer; rounding, as in float32, may blur it."""
    replay = Replay(exercise, trials)
    if {idea.name for idea in replay.candidates(trials)} & {idea.name for idea in ideas}:
        return True
    try:
        results = [(replay.result(ideas, trial), trial) for trial in trials]
    except (TypeError, AttributeError):  # ideas about different results do not make one function
        return False
    return all(
        bool(result.fault) == bool(trial.reply.fault)
        and (result.fault or compare.distance(result.value, trial.reply.value, _BLURRED) <= 1)
        for result, trial in results
    )
