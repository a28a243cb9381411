"""Work on what somebody else wrote, under bounds of time and memory, in a process that may be lost.

A library that renders a text may take an hour for one that was made for it. So it works in a process of its own, which
is ended when its time is over and renewed for the next call. The process is trusted; what is bounded is what it takes.
"""

import atexit
import contextlib
import faulthandler
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading

TO_START = 60.0  # seconds; the machine may be busy
PATIENCE = 8


class Exceeded(Exception):
    """The work took more time or memory than it may; the text says which."""


class Failed(Exception):
    """The work ended with an error; the text is its kind and what it says."""


class Bounded:
    """A process that calls functions, one after the other, and may be lost in any of them.

    Parameters
    ----------
    memory : int
        What it may ask the system for, in bytes, with all that it has imported. (Linux and macOS.)
    preload : iterable of str
        The modules that it imports before its time counts.
    """

    def __init__(self, memory=1_500_000_000, preload=()):
        self.memory, self.preload = memory, tuple(preload)
        self._process = None
        self._lock = threading.Lock()
        atexit.register(self.close)

    def call(self, function, *arguments, seconds):
        """Call a function there.

        Parameters
        ----------
        function : str
            Such as "bncourse.grading.display.texts:rendered". What it is given and what it gives is plain JSON.
        seconds : float
            Of the processor, so that a busy machine changes nothing; of the clock it may take `PATIENCE` times as long.

        Raises
        ------
        Exceeded
            If it took longer, or its process was lost.
        Failed
            If it raised an error.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
            message = json.dumps([function, arguments, seconds]).encode("ascii") + b"\n"
            try:
                reply = self._exchange(message, seconds)
            except BaseException:  # Ctrl-C too: what is half done is not waited for
                self._end()
                raise
        if "failed" in reply:
            raise Failed(reply["failed"])
        return reply["gave"]

    def close(self):
        """End the process."""
        with self._lock:
            self._end()

    def _start(self):
        self._end()
        command = [sys.executable, "-P", "-m", "bncourse.grading.display.bounds", str(self.memory), *self.preload]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._lines = queue.SimpleQueue()
        threading.Thread(target=_read, args=(self._process.stdout, self._lines), daemon=True).start()
        try:
            started = self._lines.get(timeout=TO_START)
        except queue.Empty:
            started = b""
        if not started:
            self._end()
            raise Exceeded("its process could not be started")

    def _exchange(self, message, seconds):
        try:
            self._process.stdin.write(message)
            self._process.stdin.flush()
            line = self._lines.get(timeout=PATIENCE * seconds)
        except queue.Empty:
            raise Exceeded(f"it took longer than {PATIENCE * seconds:g} seconds") from None
        except OSError as error:
            raise Exceeded("its process was lost") from error
        if not line:
            raise Exceeded("its process was lost, which needed too much memory or time")
        return json.loads(line)

    def _end(self):
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            with contextlib.suppress(OSError):
                process.stdin.close()
            process.wait()


def _read(pipe, lines):
    """Hand on what comes, line by line, and an empty line at the end."""
    with pipe:
        for line in pipe:
            lines.put(line)
    lines.put(b"")


def serve(memory, preload=()):
    """Call what is asked for on standard input, until it ends."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no reply
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    for module in preload:
        importlib.import_module(module)
    _reply(out, {})
    for line in sys.stdin.buffer:
        name, arguments, seconds = json.loads(line)
        faulthandler.dump_traceback_later(PATIENCE * seconds + 5, exit=True)  # where nobody is left to end it
        _limit(seconds)
        try:
            module, _, function = name.partition(":")
            reply = {"gave": getattr(importlib.import_module(module), function)(*arguments)}
        except Exception as error:
            reply = {"failed": f"{type(error).__name__}: {error}"[:2_000]}
        _limit(0)
        faulthandler.cancel_dump_traceback_later()
        _reply(out, reply)


def _limit(seconds):
    """Let the system end this process when it has computed for so long, also in the midst of a library."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _reply(out, reply):
    out.write(json.dumps(reply).encode("ascii") + b"\n")
    out.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2:])
