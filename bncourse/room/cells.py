"""Run the cells of one submission, and call its answers, on behalf of the judge outside.

What is said here is believed by nobody: the code of the submission runs in this same process and can change
all of it. The judge counts only what an answer gives for inputs that it has never seen.
"""

import builtins
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell

from bncourse.checking.answer import DirectAnswer, plain
from bncourse.room import frames

KEPT_CHARACTERS = 200_000
KEPT_PICTURES = 8_000_000  # characters of all pictures of a cell together
KEPT_OUTPUTS = 1_000


class Outputs:
    """What a cell shows, in the form of the notebook, up to a number of characters."""

    def __init__(self):
        self.clear()

    def clear(self):
        self.kept = []
        self.room = KEPT_CHARACTERS
        self.room_for_pictures = KEPT_PICTURES
        self.dropped = 0

    def stream(self, name, text):
        text = str(text)
        kept = text[: max(self.room, 0)]
        self.dropped += len(text) - len(kept)
        self.room -= len(kept)
        if not kept:
            return
        if self.kept and self.kept[-1].get("name") == name:
            self.kept[-1]["text"].append(kept)
        elif len(self.kept) < KEPT_OUTPUTS:
            self.kept.append({"output_type": "stream", "name": name, "text": [kept]})
        else:
            self.dropped += len(kept)

    def bundle(self, kind, data, metadata=None):
        data = {str(k): v for k, v in dict(data).items() if isinstance(v, str | dict | list)}
        size = sum(len(v) for k, v in data.items() if isinstance(v, str) and not k.startswith("image/"))
        pictures = sum(len(v) for k, v in data.items() if isinstance(v, str) and k.startswith("image/"))
        if size > self.room or pictures > self.room_for_pictures or len(self.kept) >= KEPT_OUTPUTS:
            self.dropped += size + pictures
            return
        self.room -= size
        self.room_for_pictures -= pictures
        self.kept.append({"output_type": kind, "data": data, "metadata": {}})

    def error(self, kind, message, traceback):
        lines = [str(line)[:4_000] for line in traceback][-60:]
        self.kept = self.kept[:KEPT_OUTPUTS]
        self.kept.append(
            {"output_type": "error", "ename": str(kind)[:200], "evalue": str(message)[:2_000], "traceback": lines}
        )

    def give(self):
        for output in self.kept:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        if self.dropped:
            note = f"\n[{self.dropped:,} more characters were not kept]\n"
            self.kept.append({"output_type": "stream", "name": "stdout", "text": note})
        return self.kept


OUTPUTS = Outputs()


class _Stream:
    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, name):
        self.name = f"<{name}>"
        self._name = name

    def write(self, text):
        OUTPUTS.stream(self._name, text)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        pass

    def isatty(self):
        return False

    def writable(self):
        return True

    def readable(self):
        return False

    def fileno(self):
        return 1 if self._name == "stdout" else 2


class _Hook(DisplayHook):
    """Keeps the value of a cell's last line."""

    def start_displayhook(self):
        self._shown = {}

    def write_output_prompt(self):
        pass

    def write_format_data(self, format_dict, md_dict=None):
        self._shown = format_dict

    def finish_displayhook(self):
        if self._shown:
            OUTPUTS.bundle("execute_result", self._shown)


class _Publisher(DisplayPublisher):
    """Keeps what is displayed."""

    def publish(self, data, metadata=None, source=None, *, transient=None, update=False, **kwargs):
        OUTPUTS.bundle("display_data", data)

    def clear_output(self, wait=False):
        OUTPUTS.clear()


class Shell(InteractiveShell):
    """IPython without a terminal or a kernel: magics, display and top-level await work."""

    displayhook_class = _Hook
    display_pub_class = _Publisher

    def _showtraceback(self, etype, evalue, stb):
        try:
            message = str(evalue)
        except Exception:  # an exception whose own text fails has none
            message = ""
        OUTPUTS.error(getattr(etype, "__name__", etype), message, stb)

    def enable_gui(self, gui=None):
        pass

    def system(self, command):
        """Run ``!command``; there is no terminal in the room."""
        ran = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        sys.stdout.write(ran.stdout.decode(errors="replace"))
        sys.stderr.write(ran.stderr.decode(errors="replace"))
        self.user_ns["_exit_code"] = ran.returncode

    def init_virtualenv(self):
        pass

    def ask_exit(self):
        """Go on: the notebook has more cells."""


def make_shell():
    """Make the shell, once, before any submission is there."""
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "NoColor"
    config.InteractiveShell.cache_size = 20
    shell = Shell.instance(config=config)
    with contextlib.suppress(ImportError):
        import matplotlib

        matplotlib.use("module://matplotlib_inline.backend_inline")
        from matplotlib_inline import backend_inline

        backend_inline.configure_inline_support(shell, "module://matplotlib_inline.backend_inline")
    shell.run_cell("raise ValueError", store_history=False)  # loads what writes tracebacks
    return shell


def serve(connection, shell):
    """Do what the judge asks for, until it hangs up.

    Parameters
    ----------
    connection : socket.socket
    shell : Shell
    """
    sys.stdout, sys.stderr = _Stream("stdout"), _Stream("stderr")
    builtins.input = _no_input
    desk = _Desk(connection, shell)
    process = os.getpid()
    # an interrupt is for what runs, and may come a moment after its end
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    while True:
        asked = frames.receive(connection)
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
        except frames.Broken:
            raise
        except Exception as error:  # a value that fails when it is looked at costs no more than itself
            reply = {"failed": type(error).__name__}
        if os.getpid() != process:  # the child of a fork in a cell: two that answer would answer twice
            os._exit(0)
        try:
            frames.send(connection, reply)
        except frames.TooLarge as error:
            frames.send(connection, {"failed": str(error)})


def _no_input(prompt=""):
    raise EOFError("input() has nobody to ask while a notebook is graded; give the value in the code.")


class _Desk:
    def __init__(self, connection, shell):
        self.connection = connection
        self.shell = shell

    def do_put(self, files):
        for name, content in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(np.asarray(content, np.uint8).tobytes())
        return {}

    def do_run(self, source):
        OUTPUTS.clear()
        result = self.shell.run_cell(source, store_history=False)
        error = result.error_before_exec or result.error_in_exec
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
        return {"value": plain(value), "size": int(np.size(value)) if np.ndim(value) else 0}

    def do_call(self, name, arguments, options, seconds, driver):
        arguments = tuple(self._mine(value) for value in arguments)
        options = {key: self._mine(value) for key, value in options.items()}
        before = [_copy(value) for value in arguments], {key: _copy(value) for key, value in options.items()}
        answer = DirectAnswer(self.shell.user_ns[name], name)
        reply = answer.call(arguments, options, seconds=seconds, driver=driver)
        fault = reply.fault
        return {
            "value": reply.value,
            # only what the call has changed travels back
            "arguments": {i: v for i, v in enumerate(reply.arguments) if not _same(v, before[0][i])},
            "options": {k: v for k, v in reply.options.items() if not _same(v, before[1][k])},
            "fault": fault and {"kind": fault.kind, "message": fault.message, "line": fault.line, "text": fault.text},
            "timed_out": reply.timed_out,
            "printed": reply.printed,
            "warned": list(reply.warned)[:20],
            "seconds": reply.seconds,
        }

    def _mine(self, value):
        """Turn handles into functions that call back over the wall."""
        if not isinstance(value, frames.Handle):
            return value
        if not value.parts:
            return _Callback(self.connection, value.id, "")
        return _Namespace(**{part: _Callback(self.connection, value.id, part) for part in value.parts})


class _Namespace:
    def __init__(self, **parts):
        vars(self).update(parts)


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
            frames.send(connection, asked)
            reply = frames.receive(connection)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if "error" in reply:
            kind = getattr(builtins, reply["error"], None)
            kind = kind if isinstance(kind, type) and issubclass(kind, Exception) else RuntimeError
            raise kind(reply["message"])
        return reply["value"]


def _copy(value):
    return value.copy() if isinstance(value, np.ndarray) else value


def _same(now, before):
    if isinstance(before, np.ndarray):
        return (
            isinstance(now, np.ndarray)
            and now.dtype == before.dtype
            and now.shape == before.shape
            and now.tobytes() == before.tobytes()
        )
    return True


def private_folder(folder):
    """Make this process live in its own folder."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    os.chdir(folder)
    os.environ.update(HOME=folder, TMPDIR=folder, IPYTHONDIR=folder, MPLCONFIGDIR=folder, XDG_CACHE_HOME=folder)
    import tempfile

    tempfile.tempdir = folder
