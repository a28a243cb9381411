"""What crosses the wall in a call: arguments as plain values, functions of the judge as handles, and what came back.

What a session says is data, and is believed by nobody. It is cut to size here, before a check looks at it, and a
function of the judge takes arrays of numbers that stay small, whatever it computes from them.
"""

import inspect
import itertools

import numpy as np

from bncourse.checking.answer import Fault, Opaque, Reply
from bncourse.grading.engine.proxies import Learners
from bncourse.sandbox import protocol
from bncourse.time_limit import TimeUp, time_limit

MOST_CALLED_BACK = 100_000  # numbers in the arguments of a function of the judge
MOST_COMPUTED = 1_000_000  # numbers of the array that they make when they meet in a sum or a product
MOST_TEXT = 2_000  # characters of a text
MOST_VALUES = 20_000  # values in the containers of one reply; a check looks at a few dozen
DEEPEST = 8
LONGEST_SOURCE = 50_000  # characters; the longest right answer of the course has 3,000
# What a function of the judge may raise in the session; any other kind would tell which function it was.
_KINDS = {"AssertionError", "IndexError", "NotImplementedError", "TypeError", "ValueError", "ZeroDivisionError"}


def handed(value, handles):
    """Return a value as it may cross; functions, and namespaces of them, stay here and are called back."""
    if callable(value):
        handles[len(handles)] = {"": value}
        return protocol.Handle(len(handles) - 1)
    parts = {} if isinstance(value, Learners) else getattr(value, "__dict__", {})
    if parts and all(callable(part) for part in parts.values()):
        handles[len(handles)] = dict(parts)
        return protocol.Handle(len(handles) - 1, tuple(parts))
    return value


def called_back(asked, handles, left):
    """Call a function of the judge for the session; what it takes of time and memory has an end."""
    try:
        function, name = _asked_for(asked, handles)
        arguments, options = asked.get("arguments"), asked.get("options")
        if not isinstance(arguments, tuple) or not isinstance(options, dict):
            raise TypeError("the call has no arguments that can be read")
        _fits(function, name, arguments, options)
        _small([*arguments, *options.values()])
    except (TypeError, ValueError) as error:
        return {"error": type(error).__name__, "message": str(error)[:500]}
    try:
        with time_limit(max(left, 0.1)):
            return {"value": function(*arguments, **options)}
    except TimeUp:
        return {"error": "TimeoutError", "message": "the call ran out of time"}
    except Exception as error:  # a call with the wrong arguments is the learner's to see
        kind = type(error).__name__
        return {"error": kind if kind in _KINDS else "ValueError", "message": _neutral(error, name)}


def _asked_for(asked, handles):
    """Return a function of the judge and its name; only those that were handed out can be asked for."""
    number, part = asked.get("callback"), asked.get("part")
    if type(number) is not int or not isinstance(part, str) or part not in handles.get(number, {}):
        raise ValueError("there is no such function")
    return handles[number][part], part or getattr(handles[number][part], "__name__", "function")


def _fits(function, name, arguments, options):
    """Refuse a call that the signature does not take: Python's own words would name the function by its inner name."""
    try:
        inspect.signature(function).bind(*arguments, **options)
    except TypeError as error:
        raise TypeError(f"{name}() was called with other arguments: {error}") from None


def _small(values):
    """Refuse arrays that are large, or would make a large one where they meet."""
    shapes = []
    for value in values:
        value = bounded(value)
        if value is not None and not isinstance(value, np.ndarray | int | float | complex | list | tuple):
            raise TypeError("the arguments are numbers and arrays of numbers")
        shapes.append(np.shape(value))
    if sum(map(count_of, shapes)) > MOST_CALLED_BACK:
        raise ValueError(f"the arguments hold more than {MOST_CALLED_BACK:,} numbers")
    met = [max(lengths) for lengths in itertools.zip_longest(*(shape[::-1] for shape in shapes), fillvalue=1)]
    if count_of(met) > MOST_COMPUTED:
        raise ValueError(f"the arguments make an array of more than {MOST_COMPUTED:,} numbers where they meet")


def _neutral(error, name):
    """Return what an exception says without the name of the place that raised it."""
    if isinstance(error, TypeError):
        return f"{name}() cannot compute with these arguments"
    return str(error)[:500]


def count_of(shape):
    """Return how many numbers an array of this shape has; one without numbers counts as what its axes can become.

    Examples
    --------
    >>> count_of((7, 5)), count_of((0, 30_000))
    (35, 30000)
    """
    count = 1
    for length in shape:
        count *= max(int(length), 1)
    return count


def bounded(value):
    """Return what a session told as a value, cut to what a check may have to look at.

    Parameters
    ----------
    value : object
        As `bncourse.sandbox.values` read it.

    Returns
    -------
    object
        The same; `Opaque` in the place of a text, or of containers, that are too large.
    """
    left = [MOST_VALUES]

    def taken(value, depth):
        left[0] -= 1
        if left[0] < 0 or depth > DEEPEST:
            raise OverflowError
        if isinstance(value, str):
            return value if len(value) <= MOST_TEXT else Opaque(f"text of {len(value):,} characters")
        if isinstance(value, list | tuple):
            return type(value)(taken(item, depth + 1) for item in value)
        if isinstance(value, dict):
            return {taken(key, depth + 1): taken(item, depth + 1) for key, item in value.items()}
        return value

    try:
        return taken(value, 0)
    except OverflowError:
        return Opaque(f"{type(value).__name__} of too many values")


def source_of(text):
    """Return the source that a session told for a function, or "" where it is no text or too long to be read."""
    return text if isinstance(text, str) and len(text) <= LONGEST_SOURCE else ""


def text_of(value, most):
    """Return what a session told as a text of at most so many characters; "" where it is none."""
    return value[:most] if isinstance(value, str) else ""


def reply_of(told, arguments, options, seconds):
    """Read what the session says of a call; what is not in order counts as nothing.

    The arguments come back as the call left them, all of them: whether it changed one is for the check to say.
    """
    if "failed" in told:
        fault = Fault("Stopped", f"what the call gave could not be read: {text_of(told['failed'], 200)}")
        return Reply(arguments=tuple(arguments), options=dict(options), fault=fault, seconds=seconds)
    if told.get("interrupted") or told.get("timed_out") is True:
        return Reply(arguments=tuple(arguments), options=dict(options), timed_out=True, seconds=seconds)
    warned = told.get("warned") if isinstance(told.get("warned"), list) else []
    return Reply(
        value=bounded(told.get("value")),
        arguments=tuple(_left(told.get("arguments"), i, value) for i, value in enumerate(arguments)),
        options={key: _left(told.get("options"), key, value) for key, value in options.items()},
        fault=_fault(told.get("fault")),
        printed=text_of(told.get("printed"), 2_000),
        warned=tuple(text_of(text, 500) for text in warned[:20]),
        seconds=seconds,
    )


def _left(told, place, value):
    """Return an argument as the call left it; one that did not come back is not the array that was passed."""
    if not isinstance(value, np.ndarray):
        return value
    now = told.get(place) if isinstance(told, dict) else None
    return now if isinstance(now, np.ndarray) else None


def _fault(told):
    if not isinstance(told, dict):
        return None
    line = told.get("line")
    return Fault(
        text_of(told.get("kind"), 100),
        text_of(told.get("message"), 2_000),
        line if type(line) is int and 0 < line < 1_000_000 else None,
        text_of(told.get("text"), 200),
    )
