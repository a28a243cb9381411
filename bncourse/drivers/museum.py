"""Run a learner's test against right batch norms and the bugs of the museum, and count what it finds."""

import ast
import builtins
import contextlib
import inspect
import symtable
import textwrap
import types
from functools import partial
from types import SimpleNamespace

import numpy as np

from bncourse import museum
from bncourse.drivers.museum_calls import Calls
from bncourse.drivers.sizes import size_of

# A few numbers by hand make a fair input; more than these are results that somebody stored.
MOST_NUMBERS_IN_A_LIST = 12
MOST_CHARACTERS = 300
MOST_HELPERS = 20
MOST_NUMBERS = 100_000  # in the arguments of one call
_SINGLE = "it gives x in float32, in which right batch norms may differ by more than 1e-7 of a number"
_FALSE = "it returns False for a right batch norm, which says that it has a bug; None, or True, says that it has none"
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
LONGEST_TEST = 20_000  # characters of the whole test


def run_tests(find_bugs, needed, seed):
    """Run a test on every implementation, in an order drawn from `seed`.

    The test is called with one implementation at a time. It finds a bug by an AssertionError or by returning
    False; any other exception on a bug counts too, for it is noticed.

    Parameters
    ----------
    find_bugs : callable
        ``find_bugs(bn)``, where `bn` has the functions `forward` and `backward` (see `bncourse.museum`).
    needed : int
        How many of the twelve bugs are enough.
    seed : int

    Returns
    -------
    dict
        "stored numbers", "right ones" and "bugs" in words. Where there are such: "not found" with the names of the bugs
        that were accepted, "passing" with the name, the kind and the look of each, and "message" with what rejected a
        right one. "your test" says what was seen of it on the right ones.
    """
    order = np.random.default_rng(seed)
    exhibits, rights = museum.exhibits(), museum.right_ones()
    result = {"stored numbers": stored_numbers(find_bugs) or "none", "right ones": "accepted"}
    accepted, calls, rejected_ones = set(), Calls(), 0
    # right ones and bugs in one order: a test that only counts its calls learns nothing
    for number in order.permutation(len(rights) + len(exhibits)):
        if number < len(rights):
            rejected, message = _rejects(find_bugs, _alike(rights[number], calls))
            rejected_ones += rejected
            if rejected:
                result["right ones"] = f"{rejected_ones} of {len(rights)} rejected"
                if message:
                    result.setdefault("message", message)
                else:
                    result["your test"] = _FALSE
            continue
        try:
            found, _ = _rejects(find_bugs, _alike(exhibits[number - len(rights)].implementation))
        except Exception:  # the test stops on this bug, so somebody would look
            found = True
        if not found:
            accepted.add(number - len(rights))
    found = len(exhibits) - len(accepted)
    result["bugs"] = "enough" if found >= needed else f"{found} of {len(exhibits)}"
    if said := _seen(calls, rejected_ones, result):
        result["your test"] = said
    if accepted or rejected_ones:
        result["not found"] = ", ".join(exhibits[number].name for number in sorted(accepted)) or "none"
        bugs = [exhibits[number] for number in sorted(accepted)]
        result["passing"] = [(bug.name, bug.kind, bug.shows) for bug in bugs]
    return result


def _seen(calls, rejected_ones, result):
    """Say what was seen of a test on the right ones."""
    if not rejected_ones:
        return str(calls)
    return "; ".join(filter(None, [result.get("your test"), _SINGLE if calls.single else ""]))


# Behind a wall it stays with the judge, and only the learner's test is called on the other side.
run_tests.outside = True
run_tests.call_of = lambda needed, seed: {"bn": museum.right()}


def _alike(implementation, calls=None):
    """Return an implementation that takes and refuses what all of them do, in the same words; it notes its `Calls`.

    They are written in different ways, so an error of their own would tell the right ones from the bugs.
    """

    def forward(x, gamma, beta, running_mean, running_var, momentum, eps, training):
        x, *vectors = _read(x, gamma=gamma, beta=beta, running_mean=running_mean, running_var=running_var)
        numbers = _number("momentum", momentum), _number("eps", eps)
        if calls is not None:
            calls.note_forward(x, *vectors, *numbers, bool(training))
        return _computed("forward", implementation.forward, x, *vectors, *numbers, bool(training))

    def backward(dout, x, gamma, eps):
        x, gamma = _read(x, gamma=gamma)
        dout = np.asarray(dout)
        _few(dout, x, gamma)
        if x.ndim != 2 or dout.shape != x.shape or dout.dtype.kind not in "fiub":
            raise ValueError(f"backward takes dout and x of one shape (batch, features), not {dout.shape}, {x.shape}")
        if calls is not None:
            calls.note_backward(dout, gamma)
        return _computed("backward", implementation.backward, dout, x, gamma, _number("eps", eps))

    return SimpleNamespace(forward=forward, backward=backward)


def _read(x, **vectors):
    """Return the batch and what belongs to each feature as arrays; refuse what does not fit together."""
    x = np.asarray(x)
    if x.ndim < 2 or not x.size or x.dtype.kind not in "fiub":
        raise ValueError(f"x has the shape {x.shape} and the type {x.dtype}; a batch of real numbers is needed")
    _few(x, *vectors.values())
    read = [x]
    for name, vector in vectors.items():
        read.append(np.asarray(vector))
        if read[-1].shape != x.shape[-1:] or read[-1].dtype.kind not in "fiub":
            raise ValueError(f"{name} has the shape {read[-1].shape}; x has {x.shape[-1]} features")
    return read


def _few(*arrays):
    """Refuse large arguments here, in the words in which grading refuses them, so that both do it."""
    if sum(map(np.size, arrays)) > MOST_NUMBERS:
        raise ValueError(f"the arguments hold more than {MOST_NUMBERS:,} numbers")


def _number(name, value):
    value = np.asarray(value)
    if value.ndim or value.dtype.kind not in "fiub":
        raise ValueError(f"{name} must be one number")
    return value.item()


def _computed(name, function, *arguments):
    try:
        return function(*arguments)
    except Exception:
        raise ValueError(f"{name} cannot compute with these arguments") from None


def _rejects(find_bugs, implementation):
    """Return whether the test finds a bug, and with what message."""
    try:
        with np.errstate(all="ignore"):
            outcome = find_bugs(implementation)
    except AssertionError as error:
        return True, str(error)[:200] or _last_line(error)
    is_bool = np.ndim(outcome) == 0 and np.asarray(outcome).dtype == bool
    return bool(is_bool and not outcome), ""


def _last_line(error):
    if (line := getattr(error, "learners_line", None)) is not None:  # it was raised on the other side of a wall
        return line
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    try:
        lines, first = inspect.getsourcelines(trace.tb_frame.f_code)
        return lines[trace.tb_lineno - first].strip()[:200]
    except (OSError, TypeError, IndexError):
        return ""


def stored_numbers(function):
    """Say what looks like stored results in a test, or "".

    Parameters
    ----------
    function : callable

    Returns
    -------
    str
        Such as "a list of 40 numbers in line 3".
    """
    if len(getattr(function, "source", None) or "") > LONGEST_TEST:
        return f"a text of more than {LONGEST_TEST:,} characters"
    for name, size in _globals_used(function):
        if size > MOST_NUMBERS_IN_A_LIST:
            return f"{name}, with {size} values, from outside the test"
    try:
        source = getattr(function, "source", None)  # a function on the other side of a wall says its own
        tree = ast.parse(textwrap.dedent(inspect.getsource(function) if source is None else source))
    except (OSError, TypeError, *_UNREADABLE):
        return _stored_in_code(getattr(function, "__code__", None))
    if found := _stored_in(tree):
        return found
    for name, text in _helpers(function, tree):
        with contextlib.suppress(*_UNREADABLE):
            if found := _stored_in(ast.parse(text)):
                return f"{found} of {name}"
    return ""


def _helpers(function, tree):
    """Yield the names and texts of the functions beside a test that it uses, directly or through another."""
    # a function on the other side of a wall knows the text of its cells
    text_of = getattr(function, "text_of", None) or partial(_text_in, getattr(function, "__globals__", {}))
    seen, trees = set(), [tree]
    while trees and len(seen) < MOST_HELPERS:
        for node in ast.walk(trees.pop()):
            if isinstance(node, ast.Name) and node.id not in seen and (text := text_of(node.id)):
                seen.add(node.id)
                yield node.id, text
                with contextlib.suppress(*_UNREADABLE):
                    trees.append(ast.parse(text))


def _text_in(names, name):
    """Return the text of a function among these names, or ""."""
    if not isinstance(names.get(name), types.FunctionType) or names[name].__globals__ is not names:
        return ""
    with contextlib.suppress(OSError, TypeError):
        return textwrap.dedent(inspect.getsource(names[name]))
    return ""


def _stored_in(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id == "museum":
            return f"results of the museum in line {node.lineno}"
        if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.Set):
            count = _numbers_in(node)
            if count > MOST_NUMBERS_IN_A_LIST:
                return f"a list of {count} numbers in line {node.lineno}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, bytes) and len(node.value) > MOST_CHARACTERS:
            return f"a long text of bytes in line {node.lineno}"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _packed(node.value):
            return f"a long text without words in line {node.lineno}"
    return ""


def _packed(text):
    """Return whether a text holds a long stretch without a space, as numbers do that somebody packed into it."""
    return max(map(len, text.split()), default=0) > MOST_CHARACTERS or (
        len(text) > MOST_CHARACTERS and sum(character.isdigit() for character in text) > len(text) / 4
    )


def _numbers_in(node):
    """Count the numbers in a literal; those that a call inside it is given are drawn or computed with."""
    if isinstance(node, ast.Call):
        return 0
    own = isinstance(node, ast.Constant) and isinstance(node.value, int | float)
    return own + sum(map(_numbers_in, ast.iter_child_nodes(node)))


def _globals_used(function):
    """Return the names from outside the function that hold many values, each with their number."""
    code, known = getattr(function, "__code__", None), getattr(function, "__globals__", {})
    size = getattr(function, "size_of", None) or (lambda name: size_of(known.get(name)))
    try:
        source = getattr(function, "source", None)
        names = _global_names(textwrap.dedent(inspect.getsource(function) if source is None else source))
    except (OSError, TypeError, *_UNREADABLE):
        names = code.co_names if code else ()
    return [(name, size(name)) for name in names if not hasattr(builtins, name)]


def _global_names(source):
    """Return the names that a function takes from outside, as Python itself tells them apart; those inside it too."""
    found, tables = {}, symtable.symtable(source, "<test>", "exec").get_children()
    while tables:
        table = tables.pop()
        found |= {each.get_name(): None for each in table.get_symbols() if each.is_referenced() and each.is_global()}
        tables += table.get_children()
    return tuple(found)


def _stored_in_code(code):
    for constant in getattr(code, "co_consts", ()):
        if isinstance(constant, tuple) and _count(constant) > MOST_NUMBERS_IN_A_LIST:
            return f"a list of {_count(constant)} numbers"
        if inspect.iscode(constant) and (inside := _stored_in_code(constant)):
            return inside
    return ""


def _count(value):
    """Count the values in an array, or in lists and tuples, which may be nested unevenly."""
    if isinstance(value, list | tuple):
        return sum(map(_count, value))
    return np.size(value)
