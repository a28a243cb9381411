"""Run the cells of one submission, and call its answers, on behalf of the judge outside.

What is said here is believed by nobody: the code of the submission runs in this same process and can change
all of it. The judge counts only what an answer gives for inputs that it has never seen.
"""

import builtins
import os
import signal
import sys
from pathlib import Path

import numpy as np

from bncourse.checking.answer import DirectAnswer, plain
from bncourse.drivers.sizes import size_of
from bncourse.sandbox import protocol
from bncourse.sandbox.inside.shell import KEPT_CHARACTERS, OUTPUTS, Stream, without_places
from bncourse.sandbox.inside.statements import MOST, Statements, unwrapped


def serve(connection, shell):
    """Do what the judge asks for, until it hangs up.

    Parameters
    ----------
    connection : socket.socket
    shell : Shell
    """
    sys.stdout, sys.stderr = Stream("stdout"), Stream("stderr")
    builtins.input = _no_input
    sys.argv = [""]  # those of this program would stop a cell that reads its own
    desk = _Desk(connection, shell)
    process = os.getpid()
    # an interrupt is for what runs, and may come a moment after its end
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    while True:
        asked = protocol.receive(connection, handles=True)
        do = getattr(desk, "do_" + asked.pop("do"))
        signal.sigtimedwait({signal.SIGINT}, 0)
        try:
            try:
                signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
                reply = do(**asked)
            finally:
                signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        except KeyboardInterrupt:
            reply = {"interrupted": True}
        except protocol.Broken:
            raise
        except Exception as error:  # a value that fails when it is looked at costs no more than itself
            reply = {"failed": type(error).__name__}
        if os.getpid() != process:  # the child of a fork in a cell: two that answer would answer twice
            os._exit(0)
        try:
            protocol.send(connection, reply, protocol.MOST_REPLY)
        except protocol.TooLarge as error:
            protocol.send(connection, {"failed": str(error)})


def _can_be_written_to():
    """Give each stream back that a cell before set to None or closed, because IPython itself writes to them."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name, None)
        try:
            usable = not stream.closed and callable(stream.write) and callable(stream.flush)
        except Exception:  # it may be anything
            usable = False
        if not usable:
            setattr(sys, name, Stream(name))


def _no_input(prompt=""):
    raise EOFError("input() has nobody to ask while a notebook is graded; give the value in the code.")


class _Desk:
    def __init__(self, connection, shell):
        self.connection = connection
        self.shell = shell
        self.statements = Statements(getattr(sys.modules["bncourse"], "NotInGrading", ()))

    def do_put(self, files):
        for name, content in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(np.asarray(content, np.uint8).tobytes())
        return {}

    def do_run(self, source):
        OUTPUTS.clear()
        _can_be_written_to()
        self.statements.begin(source)
        source = unwrapped(source)
        result = self.shell.run_cell(source, store_history=False)
        first = error = result.error_before_exec or result.error_in_exec
        for _ in range(MOST):
            if not result.error_in_exec:
                self.statements.went_well(self.shell.transform_cell(source))
                break
            source = self.statements.rest(self.shell.transform_cell(source), result.error_in_exec)
            if source is None:
                break
            result = self.shell.run_cell(source, store_history=False)
            error = result.error_before_exec or result.error_in_exec or first
        if result.error_before_exec and not any(o["output_type"] == "error" for o in OUTPUTS.kept):
            OUTPUTS.error(type(error).__name__, error, [f"{type(error).__name__}: {error}"])
        return {"outputs": OUTPUTS.give(), "error": type(error).__name__ if error else None}

    def do_describe(self, name):
        if name not in self.shell.user_ns:
            return {"known": False}
        answer = DirectAnswer(self.shell.user_ns[name], name)
        return {"known": True, "kind": answer.kind, "name": answer.name, "source": answer.source[:KEPT_CHARACTERS]}

    def do_value(self, name):
        value = self.shell.user_ns[name]
        return {"value": plain(value), "size": size_of(value)}

    def do_call(self, name, arguments, options, seconds, driver):
        arguments = tuple(self._mine(value) for value in arguments)
        options = {key: self._mine(value) for key, value in options.items()}
        answer = DirectAnswer(self.shell.user_ns[name], name)
        reply = answer.call(arguments, options, seconds=seconds, driver=driver)
        fault = reply.fault
        return {
            "value": reply.value,
            # all of them travel back, because what the call has changed is for the judge to say
            "arguments": {i: v for i, v in enumerate(reply.arguments) if isinstance(v, np.ndarray)},
            "options": {k: v for k, v in reply.options.items() if isinstance(v, np.ndarray)},
            "fault": fault
            and {
                "kind": fault.kind,
                "message": without_places(fault.message),
                "line": fault.line,
                "text": fault.text,
            },
            "timed_out": reply.timed_out,
            "printed": reply.printed,
            "warned": list(reply.warned)[:20],
            "seconds": reply.seconds,
        }

    def _mine(self, value):
        """Turn handles into functions that call back over the wall."""
        if not isinstance(value, protocol.Handle):
            return value
        if not value.parts:
            return _Callback(self.connection, value.id, "")
        return _Namespace(**{part: _Callback(self.connection, value.id, part) for part in value.parts})


class _Namespace:
    def __init__(self, **parts):
        vars(self).update(parts)

    def __getattr__(self, name):
        raise AttributeError(f"there is no {name!r} here, only {' and '.join(map(repr, vars(self)))}", name=name)


class _Callback:
    """A function that lives with the judge."""

    def __init__(self, connection, id, part):
        self._where = connection, id, part
        self.__name__ = self.__qualname__ = part or "function"

    def __call__(self, *arguments, **options):
        connection, id, part = self._where
        asked = {
            "callback": id,
            "part": part,
            "arguments": tuple(plain(value) for value in arguments),
            "options": {name: plain(value) for name, value in options.items()},
        }
        # an alarm amid a frame would leave its rest behind, for the next who reads
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM, signal.SIGINT})
        try:
            protocol.send(connection, asked, protocol.MOST_REPLY)
            reply = protocol.receive(connection)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if "error" in reply:
            kind = getattr(builtins, reply["error"], None)
            kind = kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError
            raise kind(reply["message"])
        return reply["value"]


def private_folder(folder):
    """Make this process live in its own folder."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder, IPYTHONDIR=folder, MPLCONFIGDIR=folder, XDG_CACHE_HOME=folder)
    import tempfile

    tempfile.tempdir = folder
