"""What crosses the wall in a call: arguments as plain values, functions of the judge as handles, and what came back."""

import re

import numpy as np

from bncourse.checking.answer import Fault, Reply, TimeUp, time_limit
from bncourse.grading.answers import Learners
from bncourse.room import frames

_NAMED = re.compile(r"[\w.<>]+\(\)")
MOST_CALLED_BACK = 100_000  # numbers in the arguments of a function of the judge


def handed(value, kept):
    """Give a value as it may cross; functions, and namespaces of them, stay here and are called back."""
    if callable(value):
        kept[len(kept)] = {"": value}
        return frames.Handle(len(kept) - 1)
    parts = {} if isinstance(value, Learners) else getattr(value, "__dict__", {})
    if parts and all(callable(part) for part in parts.values()):
        kept[len(kept)] = dict(parts)
        return frames.Handle(len(kept) - 1, tuple(parts))
    return value


def called_back(asked, kept, left):
    """Call a function of the judge for the room; what it takes of time and memory has an end."""
    try:
        function = kept[asked["callback"]][asked["part"]]
        arguments, options = asked["arguments"], asked["options"]
        if sum(np.size(value) for value in (*arguments, *options.values())) > MOST_CALLED_BACK:
            raise ValueError(f"the arguments hold more than {MOST_CALLED_BACK:,} numbers")
        with time_limit(max(left, 0.1)):
            return {"value": function(*arguments, **options)}
    except TimeUp:
        return {"error": "TimeoutError", "message": "the call ran out of time"}
    except Exception as error:  # a call with the wrong arguments is the learner's to see
        # Python's own words name the function that was called, and so which implementation it is
        message = _NAMED.sub(f"{asked['part'] or 'function'}()", str(error)[:500])
        return {"error": type(error).__name__, "message": message}


def reply_of(told, arguments, options, seconds):
    """Read what the room says of a call; what is not in order counts as nothing."""
    if "failed" in told:
        fault = Fault("Stopped", f"what the call gave could not be read: {str(told['failed'])[:200]}")
        return Reply(arguments=tuple(arguments), options=dict(options), fault=fault, seconds=seconds)
    if told.get("interrupted") or told.get("timed_out") is True:
        return Reply(arguments=tuple(arguments), options=dict(options), timed_out=True, seconds=seconds)
    changed = told.get("arguments") if isinstance(told.get("arguments"), dict) else {}
    named = told.get("options") if isinstance(told.get("options"), dict) else {}
    fault = told.get("fault")
    if isinstance(fault, dict):
        line = fault.get("line")
        fault = Fault(
            str(fault.get("kind"))[:100],
            str(fault.get("message"))[:2_000],
            line if isinstance(line, int) else None,
            str(fault.get("text") or "")[:200],
        )
    else:
        fault = None
    warned = told.get("warned") if isinstance(told.get("warned"), list) else []
    return Reply(
        value=told.get("value"),
        arguments=tuple(changed.get(i, value) for i, value in enumerate(arguments)),
        options={key: named.get(key, value) for key, value in options.items()},
        fault=fault,
        printed=str(told.get("printed") or "")[:2_000],
        warned=tuple(str(text)[:500] for text in warned[:20]),
        seconds=seconds,
    )
