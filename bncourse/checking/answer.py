"""The one narrow way in which a check reaches what a learner wrote.

A check calls with arrays and plain values, and gets arrays, plain values and the changed arguments back,
within a time limit. `DirectAnswer` makes the call in the same process, as a notebook does. A process
boundary can stand in its place: whatever has `name`, `kind`, `source`, `call` and `value` is an answer,
and a check does not know on which side of the wall the function lives.
"""

import ast
import contextlib
import importlib
import inspect
import io
import numbers
import re
import time
import traceback
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from bncourse.checking.source import UNREADABLE, line_of_class, source_of
from bncourse.time_limit import TimeUp, time_limit

KEPT_CHARACTERS = 2_000
DEEPEST = 6
MOST_NUMBERS = 50_000_000
# What Python says of a text that it cannot read, or that is nested too deeply.


@dataclass(frozen=True)
class Fault:
    """An exception in the learner's code: its kind, its message, and the line it came from."""

    kind: str
    message: str
    line: int | None = None
    text: str = ""


@dataclass(frozen=True)
class Opaque:
    """A returned object that is neither an array nor a plain value: only its kind crosses the wall."""

    kind: str


@dataclass(frozen=True)
class Reply:
    """What came back from one call.

    Parameters
    ----------
    value : object
        Arrays, numbers, text, None, and tuples, lists and dictionaries of these, by value.
    arguments, options : tuple and dict
        What was passed, as it is after the call.
    fault : Fault or None
        The exception, where there was one.
    timed_out : bool
        Whether the call was stopped at its time limit.
    printed : str
        What the call printed, cut to a few thousand characters.
    warned : tuple of str
        The warnings it gave.
    seconds : float
        How long it took.
    """

    value: Any = None
    arguments: tuple = ()
    options: dict = field(default_factory=dict)
    fault: Fault | None = None
    timed_out: bool = False
    printed: str = ""
    warned: tuple = ()
    seconds: float = 0.0


class Answer(Protocol):
    """What a learner wrote, as a check sees it."""

    name: str
    kind: str  # "function", "class" or "value"
    source: str  # the text of the function or class, or "" where there is none

    def call(self, arguments, options, *, seconds, driver=None) -> Reply:
        """Call it with copies of the arguments and options."""

    def value(self) -> Any:
        """Give it by value, where it is a value."""


class DirectAnswer:
    """An answer that lives in this process.

    Parameters
    ----------
    learners : object
        The function, class or value.
    name : str
        The name the learner gave it, for the messages.
    is_told : bool
        Whether what it gives was told as plain data already, see ``rebuilds`` in `call`.
    """

    def __init__(self, learners, name="", is_told=False):
        self._learners = learners
        self._is_told = is_told
        self.name = getattr(learners, "__name__", "") or name
        self.kind = "class" if inspect.isclass(learners) else "function" if callable(learners) else "value"
        self.source = source_of(learners) if self.kind != "value" else ""

    def value(self):
        """Return the learner's value as arrays and plain values."""
        return plain(self._learners)

    def rewritten(self, source, names):
        """Give another text of the learner's function or class as an answer of its own; the learner's names stay.

        Parameters
        ----------
        source : str
            A text of a function with the same name, which sees the same global names.
        names : dict
            Global names that it sees beside those.

        Returns
        -------
        DirectAnswer
        dict
            The global names of the text, in which `names` may be changed.
        """
        inside = [self._learners, *filter(inspect.isfunction, vars(self._learners).values())]
        space = {**next(each.__globals__ for each in inside if hasattr(each, "__globals__")), **names}
        exec(compile(source, "<another form of the answer>", "exec"), space)
        return DirectAnswer(space[self._learners.__name__], self.name), space

    def call(self, arguments, options, *, seconds, driver=None):
        """Call the learner's function (or the driver with it) on these arguments, which it may change.

        A driver with ``exports`` and ``rebuilds`` gets what the function makes as plain data, made anew: as it does in
        grading, so that both find the same.
        """
        function, drive = self._learners, None
        if driver is not None:
            module, _, name = driver.partition(":")
            drive = getattr(importlib.import_module(module), name)
            if not self._is_told:
                function = told_to(drive, function, arguments)
            target = lambda *a, **o: drive(function, *a, **o)  # noqa: E731
        else:
            target = function
        value, fault, timed_out = None, None, False
        printed = _Kept(KEPT_CHARACTERS)
        began = time.perf_counter()
        with (
            warnings.catch_warnings(record=True) as caught,
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(printed),
        ):
            warnings.simplefilter("always")
            try:
                with time_limit(seconds):
                    value = target(*arguments, **options)
                    value = value if getattr(drive, "gives_plain_values", False) else plain(value)
            except TimeUp:
                timed_out = True
            except (KeyboardInterrupt, GeneratorExit):
                raise
            except BaseException as error:  # whatever the learner's code raises, SystemExit too, is told kindly
                fault = self._fault(error)
        return Reply(
            value=value,
            arguments=tuple(arguments),
            options=dict(options),
            fault=fault,
            timed_out=timed_out,
            printed=printed.getvalue(),
            warned=tuple(dict.fromkeys(str(warning.message) for warning in caught if not _of_a_library(warning))),
            seconds=time.perf_counter() - began,
        )

    def _fault(self, error):
        code = getattr(inspect.unwrap(self._learners), "__code__", None)
        line, text = None, ""
        for frame in traceback.extract_tb(error.__traceback__):
            if code is not None and (frame.filename, frame.name) == (code.co_filename, code.co_name):
                line, text = frame.lineno - code.co_firstlineno + 1, (frame.line or "").strip()
        if self.kind == "class":
            line, text = line_of_class(self._learners, self.source, error)
        try:
            message = str(error)
        except Exception:  # an exception whose own text fails has none
            message = ""
        return Fault(type(error).__name__, message[:KEPT_CHARACTERS], line, text)


def _of_a_library(warning):
    """Return whether a large library warns about its own lines, which no learner can change."""
    of_one = re.search(r"[/\\](keras|jax|tensorflow|torch)[/\\]", warning.filename)
    return bool(of_one) and issubclass(warning.category, DeprecationWarning)


def told_to(drive, function, arguments):
    """Return what a driver gets for a function: where it has ``exports`` and ``rebuilds``, what is told, made anew."""
    if not (rebuild := getattr(drive, "rebuilds", None)):
        return function
    return lambda: rebuild(plain(drive.exports(function)), *arguments[:1])


def plain(value, depth=0):
    """Return a value as arrays, plain values and containers of them; anything else as `Opaque`."""
    if type(value) is np.ndarray:  # what nearly all are comes first
        return _array(value)
    if value is None or value is ...:  # dots stand where nothing is written yet
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, str):  # of a kind of its own, such as an Enum, too
        return str.__str__(value)
    if isinstance(value, np.ndarray | np.generic):
        return _array(value)
    if isinstance(value, int | float | complex):
        return value
    if isinstance(value, numbers.Number):  # such as a fraction: it crosses no wall, and is one number all the same
        with contextlib.suppress(TypeError, ValueError, OverflowError):
            return float(value)
    if depth < DEEPEST:
        if isinstance(value, tuple | list) and len(value) < KEPT_CHARACTERS:
            items = [plain(item, depth + 1) for item in value]
            return tuple(items) if isinstance(value, tuple) else items
        if isinstance(value, Mapping) and len(value) < KEPT_CHARACTERS:
            return {str(key): plain(item, depth + 1) for key, item in value.items()}
    if hasattr(value, "__array__"):
        return _array(value)
    return Opaque(type(value).__name__)


def _array(value):
    array = np.array(value, copy=True, subok=False)
    if array.dtype.hasobject or array.size > MOST_NUMBERS:
        return Opaque(f"array of {array.dtype}" if array.dtype.hasobject else f"array of {array.size} numbers")
    return array


def is_empty(source):
    """Return whether a function or class is a signature with nothing under it but a docstring and placeholders."""
    try:
        body = ast.parse(source).body[0].body
    except (*UNREADABLE, IndexError, AttributeError):
        return False
    return all(map(_is_placeholder, body))


def _is_placeholder(node):
    if isinstance(node, ast.Raise):
        return "NotImplementedError" in ast.unparse(node)
    return isinstance(node, ast.Pass) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))


class _Kept(io.StringIO):
    """A text stream that keeps only its first characters."""

    def __init__(self, most):
        super().__init__()
        self._most = most

    def write(self, text):
        room = self._most - self.tell()
        if room > 0:
            super().write(text[:room])
        return len(text)
