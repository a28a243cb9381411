"""A submission while it is judged: its session, what was run in it, and what is asked of it.

When the session is lost, because a cell ended it or ran past every limit, it is opened again and the cells that had
worked are run again, so that one bad cell costs only itself.
"""

import contextlib
import time
from dataclasses import replace

import numpy as np

from bncourse.checking.answer import Fault, Reply
from bncourse.grading.display.outputs import MOST_OUTPUT, clean_outputs, size_of, stopped
from bncourse.grading.engine.marshal import LONGEST_SOURCE, bounded, called_back, handed, reply_of, source_of, text_of
from bncourse.grading.engine.proxies import Learners
from bncourse.grading.submission.bindings import bindings, definitions_in
from bncourse.grading.submission.parsing import sources_of
from bncourse.sandbox import protocol
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.sandbox import Sandbox
from bncourse.sandbox.usage import Shortage

A_LOOK = 10.0  # seconds to say what a name is
MOST_SESSIONS = 40
MOST_PARSED = 500_000  # characters of all its cells together; the longest notebook of the course has 30,000
MOST_LOSSES = 3  # sessions that one function may lose; it is not called again after that


class OutOfTime(Exception):
    """The submission has used up the time for all of it."""


class Lost(Exception):
    """The session ended while it was asked for something; it is open again unless it was the last one."""

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
    seconds : float, optional
        The time for all of it; that of the limits, where it is not given.
    """

    def __init__(self, sandbox: Sandbox, files=None, seconds=None):
        self.sandbox = sandbox
        self.limits: Limits = sandbox.limits
        self.files = dict(files or {})
        self.replay = []  # the cells that have worked
        self.slow = set()  # those that did not run to their end
        self.sources = {}  # the text of each function and class, as the notebook has it
        self._parsed = 0
        self.sessions = 0
        self.losses = {}  # how many sessions each function has lost
        self.events = []
        self._output_left = MOST_OUTPUT
        self.short = ""  # what the machine was short of; then nobody can say what the submission would have earned
        self.seconds = seconds or self.limits.notebook
        self._ends = time.monotonic() + self.seconds
        self._session = None
        self._look_at = time.monotonic() + 0.25

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        """Leave the session, and end all that is still in it."""
        if self._session is not None:
            self._session.close()
            self._session = None
            self.sandbox.sweep()

    # the session

    def _open(self):
        if self.sessions >= MOST_SESSIONS:
            raise OutOfTime(f"its session was lost {MOST_SESSIONS} times")
        self.sessions += 1
        for attempt in range(2):
            try:
                if not self.sandbox.running:
                    self.sandbox.start()
                self._session = self.sandbox.open()
                break
            except protocol.Broken:
                self.sandbox.stop()
                if attempt:
                    raise
        self._exchange({"do": "put", "files": {n: np.frombuffer(c, np.uint8) for n, c in self.files.items()}}, 30)
        for source in list(self.replay):
            try:
                self._exchange({"do": "run", "source": source}, self.limits.cell)
            except (Lost, protocol.TooLate):
                self.replay.remove(source)
                raise

    def _ask(self, message, seconds, calls_back=None):
        """Send one message and wait for its reply; a session that does not answer is left for a new one."""
        if self.short:
            raise Shortage(self.short)
        if time.monotonic() > self._ends:
            raise OutOfTime(f"it used up its {self.seconds:g} seconds")
        for _ in range(MOST_SESSIONS):
            if self._session is not None:
                break
            with contextlib.suppress(Lost):
                self._open()
        if self._session is None:
            raise OutOfTime("its session could not be kept open")
        return self._exchange(message, seconds, calls_back)

    def _exchange(self, message, seconds, calls_back=None):
        until = min(time.monotonic() + seconds, self._ends + self.limits.grace)
        try:
            self._session.connection.settimeout(10)
            protocol.send(self._session.connection, message)
            interrupted = False
            while True:
                try:
                    reply = self._receive(until)
                except protocol.TooLate:
                    if interrupted:
                        raise Lost("it did not end in time, and did not react to an interrupt") from None
                    interrupted = True
                    self._session.interrupt()
                    until = time.monotonic() + self.limits.grace
                    continue
                if not isinstance(reply, dict):
                    raise Lost("it sent no reply")
                if "callback" in reply and calls_back is not None:
                    answer = calls_back(reply, until - time.monotonic())
                    self._session.connection.settimeout(max(until - time.monotonic(), 1.0))
                    protocol.send(self._session.connection, answer)
                    continue
                if interrupted:
                    reply["interrupted"] = True
                return reply
        except protocol.Broken as error:
            why = self.sandbox.why_it_ended()
            self.close()
            raise Lost(why) from error
        except (Lost, Shortage):
            self.close()
            raise

    def _receive(self, until):
        """Receive with an eye on the clock, and on what the session takes of the machine."""
        while True:
            left = until - time.monotonic()
            if left <= 0:
                raise protocol.TooLate
            if time.monotonic() > self._look_at:  # also while it sends without a pause
                self._look_around()
            self._session.connection.settimeout(min(left, 0.25))
            try:
                if not self._session.connection.recv(1, 2):  # MSG_PEEK: something is there
                    raise protocol.Broken("the other side is gone")
            except TimeoutError:
                continue
            except OSError as error:
                raise protocol.Broken(str(error)) from error
            # a large reply may take longer than is left, but not for ever
            return protocol.receive(self._session.connection, protocol.MOST_REPLY, max(left, 5.0))

    def _look_around(self):
        began = time.monotonic()
        excess = self.sandbox.excess()
        took = time.monotonic() - began  # many processes take long to look at
        self._look_at = began + took + max(0.25, 4 * took)
        if excess:
            raise Lost(excess)
        self.short = self.sandbox.shortage()
        if self.short:
            raise Shortage(self.short)

    def _look_at_disk(self):
        try:
            excess = self.sandbox.excess_on_disk()
        except protocol.Broken as error:
            self.close()
            raise Lost("its process ended") from error
        if excess:
            self.close()
            raise Lost(excess)

    # what the judge asks for

    def run(self, source):
        """Run a cell.

        Returns
        -------
        outputs : list of dict
            In the form of a notebook, as the session tells them.
        """
        try:
            reply = self._ask({"do": "run", "source": source}, self.limits.cell)
            self._look_at_disk()  # what this cell has left there is no fault of the next
        except Lost as lost:
            self.events.append(lost.why)
            self._keep_definitions(source)
            return [stopped("Stopped", f"This cell was stopped: {lost.why}.")]
        outputs = self.sandbox.places.hide_in(clean_outputs(reply.get("outputs"), self._output_left))
        self._output_left -= sum(map(size_of, outputs))
        if reply.get("interrupted"):
            self._keep_definitions(source)  # they are wanted if the session is lost
            text = f"This cell was stopped: it ran longer than {self.limits.cell:g} seconds."
            return [*(o for o in outputs if o["output_type"] != "error"), stopped("TimeoutError", text)]
        self.replay.append(source)  # also one that failed: what it defined before that is there
        self._remember(source)
        return outputs

    def _keep_definitions(self, source):
        """Keep of a cell that did not run to its end what it defines."""
        self.slow.add(source)
        if defined := definitions_in(source):
            self.replay.append(defined)
            self._remember(defined)

    def _remember(self, source):
        """Note the text of what a cell defines; what it binds in another way has no text here."""
        self._parsed += len(source)
        if self._parsed > MOST_PARSED:
            return  # what the session says of its functions is left, and it is cut
        names = bindings(source)
        if names.anything:
            self.sources.clear()
        for name in names.full:
            self.sources.pop(name, None)
        with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
            self.sources |= sources_of(source, LONGEST_SOURCE)

    def lookup(self, name):
        """Return what the judge may hold of a name: a proxy of a function or class, or a value.

        Raises
        ------
        NameError
            If the submission does not define it.
        """
        description = self._ask({"do": "describe", "name": name}, A_LOOK)
        if description.get("known") is False:
            raise NameError(f"name {name!r} is not defined")
        if description.get("kind") in ("function", "class"):
            called = text_of(description.get("name"), 100) or name
            return Learners(self, name, description["kind"], called, source_of(description.get("source")))
        return bounded(self._ask({"do": "value", "name": name}, A_LOOK).get("value"))

    def size(self, name):
        """Return how many numbers a name of the submission holds; 0 for what is no array or list."""
        try:
            size = self._ask({"do": "value", "name": name}, A_LOOK).get("size", 0)
        except Lost:
            return 0
        return size if type(size) is int else 0

    def call(self, name, arguments, options, seconds, driver=None):
        """Call a function of the submission; give a `Reply` whatever happens."""
        if self.losses.get(name, 0) >= MOST_LOSSES:
            fault = Fault("Stopped", "the call was not made: the function ended its process before")
            return Reply(arguments=tuple(arguments), options=dict(options), fault=fault)
        handles = {}
        message = {
            "do": "call",
            "name": name,
            "arguments": tuple(handed(value, handles) for value in arguments),
            "options": {key: handed(value, handles) for key, value in options.items()},
            "seconds": float(seconds),
            "driver": driver,
        }
        began = time.monotonic()
        try:
            reply = self._ask(
                message, seconds + self.limits.grace, lambda asked, left: called_back(asked, handles, left)
            )
        except Lost as lost:
            self.events.append(lost.why)
            self.losses[name] = self.losses.get(name, 0) + 1
            if "in time" in lost.why:
                return Reply(arguments=tuple(arguments), options=dict(options), timed_out=True, seconds=seconds)
            fault = Fault("Stopped", f"the call was stopped: {lost.why}")
            return Reply(arguments=tuple(arguments), options=dict(options), fault=fault)
        answered = reply_of(reply, arguments, options, time.monotonic() - began)
        hide = self.sandbox.places.hide
        fault = answered.fault and replace(
            answered.fault, message=hide(answered.fault.message), text=hide(answered.fault.text)
        )
        return replace(answered, fault=fault, printed=hide(answered.printed), warned=tuple(map(hide, answered.warned)))
