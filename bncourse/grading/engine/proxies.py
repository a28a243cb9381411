"""The learner's names as the judge holds them: proxies that send plain values over the wall and bring some back."""

import time
from functools import partial
from importlib import import_module

import numpy as np

from bncourse.checking.answer import DirectAnswer, Fault, Opaque, Reply
from bncourse.time_limit import TimeUp


class Learners:
    """A function or class that lives in the session; calling it calls over the wall."""

    def __init__(self, submission, key, kind, name, source):
        self.submission = submission
        self.key = key
        self.kind = kind
        self.__name__ = name
        # the text in the notebook comes first: what the session says of itself may be a lie
        self.source = submission.sources.get(key, submission.sources.get(name, source))

    def __call__(self, *arguments, **options):
        return answered(self.submission.call(self.key, arguments, options, self.submission.limits.cell))

    def text_of(self, name):
        """Return the text in the notebook of another function or class, or ""."""
        return self.submission.sources.get(name, "")

    def size_of(self, name):
        """Return how many numbers a name beside the function holds."""
        return self.submission.size(name)


class _Within:
    """The same function for a driver that calls it many times, with one budget of seconds for all calls."""

    def __init__(self, learners, seconds):
        self._learners = learners
        self._until = time.monotonic() + seconds
        self.__name__ = learners.__name__
        self.source, self.size_of, self.text_of = learners.source, learners.size_of, learners.text_of

    def __call__(self, *arguments, **options):
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeUp
        reply = self._learners.submission.call(self._learners.key, arguments, options, left)
        if reply.timed_out:
            raise TimeUp
        return answered(reply)


def answered(reply):
    """Return the value of a reply; raise what the learner's code raised."""
    if reply.timed_out:
        raise TimeoutError("the call ran out of time")
    if reply.fault:
        kind = {"AssertionError": AssertionError, "NotImplementedError": NotImplementedError}.get(reply.fault.kind)
        error = (kind or _Raised)(reply.fault.message if kind else f"{reply.fault.kind}: {reply.fault.message}")
        error.learners_line = reply.fault.text  # where it stopped over there; the traceback ends here
        raise error
    return scalar(reply.value)


def scalar(value):
    """Return a value as NumPy gives single numbers: an array without an axis is what they cross the wall as."""
    return value[()] if isinstance(value, np.ndarray) and value.ndim == 0 else value


class _Raised(Exception):
    """An exception of the learner's code, of any other kind."""


class SessionAnswer:
    """An answer on the other side of the wall, see `bncourse.checking.Answer`."""

    def __init__(self, learners, name=""):
        self._learners = learners
        self._submission = learners.submission
        self.name = learners.__name__ or name
        self.kind = learners.kind
        self.source = learners.source

    def value(self):
        """Return a function or class as what it is; it has no value."""
        return Opaque(self.kind)

    def call(self, arguments, options, *, seconds, driver=None):
        """Call over the wall; a driver runs here where it can, so that its counts cannot be forged."""
        seconds *= self._submission.limits.call
        drive = _drive(driver)
        if drive is None or not (getattr(drive, "outside", False) or getattr(drive, "rebuilds", None)):
            return self._submission.call(self._learners.key, arguments, options, seconds, driver)
        if rebuild := getattr(drive, "rebuilds", None):
            export = f"{drive.exports.__module__}:{drive.exports.__name__}"
            exported = self._submission.call(self._learners.key, (), {}, seconds, export)
            if exported.fault or exported.timed_out:
                return Reply(None, tuple(arguments), dict(options), exported.fault, exported.timed_out)
            target = partial(rebuild, exported.value, *arguments[:1])  # no function: no line of it is the learner's
        else:
            target = _Within(self._learners, seconds)
            seconds = None  # each call has its own clock, and an alarm amid a frame would leave its rest behind
        reply = DirectAnswer(target, self.name, is_told=bool(rebuild)).call(
            arguments, options, seconds=seconds, driver=driver
        )
        if reply.fault and reply.fault.kind == "_Raised":
            kind, _, message = reply.fault.message.partition(": ")
            return Reply(None, reply.arguments, reply.options, Fault(kind, message), seconds=reply.seconds)
        return reply


def answer(learners, name=""):
    """Return the `Answer` for what a check cell passes: a proxy, or a value that came over the wall."""
    if isinstance(learners, Learners):
        return SessionAnswer(learners, name)
    return DirectAnswer(learners, name)


def _drive(driver):
    if driver is None:
        return None
    module, _, name = driver.partition(":")
    return getattr(import_module(module), name)
