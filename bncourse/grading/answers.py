"""The learner's names as the judge holds them: proxies that send plain values over the wall and bring some back.

A `Submission` is one room and what was run in it. When the room is lost, because a cell ended it or ran past
every limit, it is opened again and the cells that had worked are run again, so that one bad cell costs only
itself.
"""

import ast
import contextlib
import os
import re
import signal
import time
from importlib import import_module

import numpy as np

from bncourse.checking.answer import DirectAnswer, Fault, Opaque, Reply, TimeUp, time_limit
from bncourse.grading.sandbox import Limits, Sandbox
from bncourse.room import frames

A_LOOK = 10.0  # seconds to say what a name is
MOST_ROOMS = 40
MOST_LOSSES = 3  # rooms that one function may lose; it is not called again after that
MOST_CALLED_BACK = 100_000  # numbers in the arguments of a function of the judge
MOST_OUTPUT = 20_000_000
MOST_HTML = 200_000
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")


class OutOfTime(Exception):
    """The submission has used up the time for all of it."""


class Lost(Exception):
    """The room ended while it was asked for something; it is open again unless it was the last one."""

    def __init__(self, why):
        super().__init__(why)
        self.why = why


class Submission:
    """A submission while it is judged.

    Parameters
    ----------
    sandbox : Sandbox
    files : dict of str to bytes
        What lies in its folder beside the notebook.
    """

    def __init__(self, sandbox: Sandbox, files=None):
        self.sandbox = sandbox
        self.limits: Limits = sandbox.limits
        self.files = dict(files or {})
        self.replay = []  # the cells that have worked
        self.sources = {}  # the text of each function and class, as the notebook has it
        self.rooms = 0
        self.losses = {}  # how many rooms each function has lost
        self.events = []
        self._ends = time.monotonic() + self.limits.notebook
        self._connection = None
        self._look_at = time.monotonic() + 0.25

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Leave the room, and end all that is still in it."""
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.close()
            self._connection = None
            self.sandbox.sweep()

    # the room

    def _open(self):
        if self.rooms >= MOST_ROOMS:
            raise OutOfTime(f"its room was lost {MOST_ROOMS} times")
        self.rooms += 1
        for attempt in range(2):
            try:
                if not self.sandbox.running:
                    self.sandbox.start()
                self._connection, self._process = self.sandbox.open()
                break
            except frames.Broken:
                self.sandbox.stop()
                if attempt:
                    raise
        self._exchange({"do": "put", "files": {n: np.frombuffer(c, np.uint8) for n, c in self.files.items()}}, 30)
        for source in list(self.replay):
            try:
                self._exchange({"do": "run", "source": source}, self.limits.cell)
            except (Lost, frames.TooLate):
                self.replay.remove(source)
                raise

    def _ask(self, message, seconds, calls_back=None):
        """Send one message and wait for its reply; a room that does not answer is left for a new one."""
        if time.monotonic() > self._ends:
            raise OutOfTime(f"it used up its {self.limits.notebook:g} seconds")
        for _ in range(MOST_ROOMS):
            if self._connection is not None:
                break
            with contextlib.suppress(Lost):
                self._open()
        if self._connection is None:
            raise OutOfTime("its room could not be kept open")
        return self._exchange(message, seconds, calls_back)

    def _exchange(self, message, seconds, calls_back=None):
        until = min(time.monotonic() + seconds, self._ends + self.limits.grace)
        try:
            self._connection.settimeout(10)
            frames.send(self._connection, message)
            interrupted = False
            while True:
                try:
                    reply = self._receive(until)
                except frames.TooLate:
                    if interrupted:
                        raise Lost("it did not end in time, and did not react to an interrupt") from None
                    interrupted = True
                    self._interrupt()
                    until = time.monotonic() + self.limits.grace
                    continue
                if not isinstance(reply, dict):
                    raise Lost("it sent no reply")
                if "callback" in reply and calls_back is not None:
                    answer = calls_back(reply, until - time.monotonic())
                    self._connection.settimeout(max(until - time.monotonic(), 1.0))
                    frames.send(self._connection, answer)
                    continue
                if interrupted:
                    reply["interrupted"] = True
                return reply
        except frames.Broken as error:
            self._abandon()
            raise Lost("its process ended") from error
        except Lost:
            self._abandon()
            raise

    def _receive(self, until):
        """Receive with an eye on the clock and on the memory of the room."""
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise frames.TooLate
            if time.monotonic() > self._look_at:  # also while a room sends without a pause
                self._look_at_memory()
            self._connection.settimeout(min(left, 0.25))
            try:
                if not self._connection.recv(1, 2):  # MSG_PEEK: something is there
                    raise frames.Broken("the other side is gone")
            except TimeoutError:
                continue
            except OSError as error:
                raise frames.Broken(str(error)) from error
            # a large reply may take longer than is left, but not for ever
            return frames.receive(self._connection, seconds=max(left, 5.0))

    def _look_at_memory(self):
        began = time.monotonic()
        taken = self.sandbox.memory()
        took = time.monotonic() - began  # many processes take long to look at
        self._look_at = began + took + max(0.25, 4 * took)
        if taken > self.limits.memory:
            raise Lost(f"it took {taken / 1e9:.1f} GB of memory")

    def _interrupt(self):
        with contextlib.suppress(OSError, TypeError):
            os.kill(self._process, signal.SIGINT)

    def _abandon(self):
        self.close()

    # what the judge asks for

    def run(self, source):
        """Run a cell.

        Returns
        -------
        outputs : list of dict
            In the form of a notebook, as the room tells them.
        """
        try:
            reply = self._ask({"do": "run", "source": source}, self.limits.cell)
        except Lost as lost:
            self.events.append(lost.why)
            return [_stopped("Stopped", f"This cell was stopped: {lost.why}.")]
        outputs = clean_outputs(reply.get("outputs"))
        if reply.get("interrupted"):
            text = f"This cell was stopped: it ran longer than {self.limits.cell:g} seconds."
            return [*(o for o in outputs if o["output_type"] != "error"), _stopped("TimeoutError", text)]
        self.replay.append(source)  # also one that failed: what it defined before that is there
        self._remember(source)
        return outputs

    def _remember(self, source):
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            for node in ast.parse(source).body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    self.sources[node.name] = ast.get_source_segment(source, node) or ""

    def lookup(self, name):
        """Give what the judge may hold of a name: a proxy of a function or class, or a value.

        Raises
        ------
        NameError
            If the submission does not define it.
        """
        told = self._ask({"do": "describe", "name": name}, A_LOOK)
        if told.get("known") is False:
            raise NameError(f"name {name!r} is not defined")
        if told.get("kind") in ("function", "class"):
            called = str(told.get("name") or name)[:100]
            return Learners(self, name, told["kind"], called, str(told.get("source") or ""))
        return self._ask({"do": "value", "name": name}, A_LOOK).get("value")

    def size(self, name):
        """Give how many numbers a name of the submission holds; 0 for what is no array or list."""
        try:
            found = self._ask({"do": "value", "name": name}, A_LOOK).get("size", 0)
        except Lost:
            return 0
        return found if isinstance(found, int) else 0

    def call(self, name, arguments, options, seconds, driver=None):
        """Call a function of the submission; give a `Reply` whatever happens."""
        if self.losses.get(name, 0) >= MOST_LOSSES:
            fault = Fault("Stopped", "the call was not made: the function ended its process before")
            return Reply(arguments=tuple(arguments), options=dict(options), fault=fault)
        kept = {}
        message = {
            "do": "call",
            "name": name,
            "arguments": tuple(_handed(value, kept) for value in arguments),
            "options": {key: _handed(value, kept) for key, value in options.items()},
            "seconds": float(seconds),
            "driver": driver,
        }
        began = time.monotonic()
        try:
            reply = self._ask(message, seconds + self.limits.grace, lambda asked, left: _called_back(asked, kept, left))
        except Lost as lost:
            self.events.append(lost.why)
            self.losses[name] = self.losses.get(name, 0) + 1
            if "in time" in lost.why:
                return Reply(arguments=tuple(arguments), options=dict(options), timed_out=True, seconds=seconds)
            fault = Fault("Stopped", f"the call was stopped: {lost.why}")
            return Reply(arguments=tuple(arguments), options=dict(options), fault=fault)
        return _reply(reply, arguments, options, time.monotonic() - began)


class Learners:
    """A function or class that lives in the room; calling it calls over the wall."""

    def __init__(self, submission, key, kind, name, source):
        self.submission = submission
        self.key = key
        self.kind = kind
        self.__name__ = name
        # the text in the notebook comes first: what the room says of itself may be a lie
        self.source = submission.sources.get(key, submission.sources.get(name, source))

    def __call__(self, *arguments, **options):
        return answered(self.submission.call(self.key, arguments, options, self.submission.limits.cell))

    def size_of(self, name):
        """Give how many numbers a name beside the function holds."""
        return self.submission.size(name)


class _Within:
    """The same function for a driver that calls it many times, with one budget of seconds for all calls."""

    def __init__(self, learners, seconds):
        self._learners = learners
        self._until = time.monotonic() + seconds
        self.__name__ = learners.__name__
        self.source, self.size_of = learners.source, learners.size_of

    def __call__(self, *arguments, **options):
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeUp
        reply = self._learners.submission.call(self._learners.key, arguments, options, left)
        if reply.timed_out:
            raise TimeUp
        return answered(reply)


def answered(reply):
    """Give the value of a reply; raise what the learner's code raised."""
    if reply.timed_out:
        raise TimeoutError("the call ran out of time")
    if reply.fault:
        kind = {"AssertionError": AssertionError, "NotImplementedError": NotImplementedError}.get(reply.fault.kind)
        raise (kind or _Raised)(reply.fault.message if kind else f"{reply.fault.kind}: {reply.fault.message}")
    return reply.value


class _Raised(Exception):
    """An exception of the learner's code, of any other kind."""


class RoomAnswer:
    """An answer on the other side of the wall, see `bncourse.checking.Answer`."""

    def __init__(self, learners, name=""):
        self._learners = learners
        self._room = learners.submission
        self.name = learners.__name__ or name
        self.kind = learners.kind
        self.source = learners.source

    def value(self):
        """Give a function or class as what it is; it has no value."""
        return Opaque(self.kind)

    def call(self, arguments, options, *, seconds, driver=None):
        """Call over the wall; a driver runs here where it can, so that its counts cannot be forged."""
        seconds *= self._room.limits.call
        drive = _drive(driver)
        if drive is None or not (getattr(drive, "outside", False) or getattr(drive, "rebuilds", None)):
            return self._room.call(self._learners.key, arguments, options, seconds, driver)
        if rebuild := getattr(drive, "rebuilds", None):
            exported = self._room.call(self._learners.key, (), {}, seconds, f"{drive.__module__}:{rebuild.sends}")
            if exported.fault or exported.timed_out:
                return Reply(None, tuple(arguments), dict(options), exported.fault, exported.timed_out)
            target = lambda: rebuild(exported.value)  # noqa: E731
        else:
            target = _Within(self._learners, seconds)
        reply = DirectAnswer(target, self.name).call(arguments, options, seconds=None, driver=driver)
        if reply.fault and reply.fault.kind == "_Raised":
            kind, _, message = reply.fault.message.partition(": ")
            return Reply(None, reply.arguments, reply.options, Fault(kind, message), seconds=reply.seconds)
        return reply


def answer(learners, name=""):
    """Give the `Answer` for what a check cell passes: a proxy, or a value that came over the wall."""
    if isinstance(learners, Learners):
        return RoomAnswer(learners, name)
    return DirectAnswer(learners, name)


def _drive(driver):
    if driver is None:
        return None
    module, _, name = driver.partition(":")
    return getattr(import_module(module), name)


def _handed(value, kept):
    """Give a value as it may cross; functions, and namespaces of them, stay here and are called back."""
    if callable(value):
        kept[len(kept)] = {"": value}
        return frames.Handle(len(kept) - 1)
    parts = {} if isinstance(value, Learners) else getattr(value, "__dict__", {})
    if parts and all(callable(part) for part in parts.values()):
        kept[len(kept)] = dict(parts)
        return frames.Handle(len(kept) - 1, tuple(parts))
    return value


def _called_back(asked, kept, left):
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
        return {"error": type(error).__name__, "message": str(error)[:500]}


def _reply(told, arguments, options, seconds):
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


def clean_outputs(told):
    """Give only what is a notebook's output, within bounds; the room may say anything."""
    kept, size = [], 0
    for output in told if isinstance(told, list) else []:
        if not isinstance(output, dict) or len(kept) >= 200:
            continue
        kind = output.get("output_type")
        if kind == "stream":
            text = str(output.get("text"))[:300_000]
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            found = {"output_type": "stream", "name": name, "text": text}
            size += len(text)
        elif kind == "error":
            lines = output.get("traceback")
            lines = [str(line)[:4_000] for line in lines[:100]] if isinstance(lines, list) else []
            found = _stopped(str(output.get("ename"))[:200], str(output.get("evalue"))[:2_000], lines)
        elif kind in ("display_data", "execute_result") and isinstance(output.get("data"), dict):
            data = _shown(output["data"])
            size += sum(map(len, data.values()))
            found = {"output_type": "display_data", "data": data, "metadata": {}}
        else:
            continue
        if size > MOST_OUTPUT:
            break
        kept.append(found)
    return kept


def _shown(told):
    """Give what may be shown of a display: Formgrader puts it into a page that may change every grade."""
    data = {key: text for key, text in told.items() if isinstance(key, str) and isinstance(text, str)}
    shown = {"text/plain": data["text/plain"]} if "text/plain" in data else {}
    shown |= {key: data[key] for key in ("image/png", "image/jpeg") if _BASE64.fullmatch(data.get(key, "-"))}
    for key in ("text/latex", "text/markdown"):  # it may hold HTML of any kind, so it is shown as it is written
        if key in data:
            shown["text/plain"] = data[key]
    if "text/html" in data and len(data["text/html"]) <= MOST_HTML:
        from bncourse.grading.feedback import harmless  # with nbconvert, which takes a moment

        shown["text/html"] = harmless(data["text/html"])
    return shown


def _stopped(kind, message, lines=()):
    return {"output_type": "error", "ename": kind, "evalue": message, "traceback": list(lines) or [message]}
