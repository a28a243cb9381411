"""A session that tells the judge whatever a test wants, and a look at what the judge made of it."""

import contextlib
import os
import socket
import sys
import threading
import time

import psutil

from bncourse.sandbox import protocol
from bncourse.sandbox.places import Places
from bncourse.sandbox.sandbox import Limits
from bncourse.sandbox.session import Session

LOADED_LATER = ("bncourse.", "numpy.", "keras.", "jax", "encodings.", "html", "idlelib")


class ToldSandbox:
    """Stands in the place of a sandbox; its sessions reply as they are told.

    Parameters
    ----------
    reply : callable
        ``reply(asked)`` gives what is sent back: a value, or bytes that are sent as they are.
    limits : Limits
    """

    level, deaths, running = 3, 0, True

    def __init__(self, reply, limits=None):
        self.reply = reply
        self.places = Places("/nowhere")
        self.limits = limits or Limits(cell=5, notebook=20, grace=0.5)
        self._ends = []

    def start(self):
        return self

    def open(self):
        ours, theirs = protocol.pair()
        self._ends.append(theirs)
        threading.Thread(target=self._serve, args=(theirs,), daemon=True).start()
        return Session(ours, None)

    def _serve(self, connection):
        with contextlib.suppress(protocol.Broken, OSError), connection:
            while True:
                asked = protocol.receive(connection, handles=True)
                replies = [{}] if asked.get("do") == "put" else self.reply(asked)
                for reply in replies:
                    if isinstance(reply, bytes):
                        connection.sendall(reply)
                    else:
                        protocol.send(connection, reply)

    def excess(self):
        return ""

    def excess_on_disk(self):
        return ""

    def shortage(self):
        return ""

    def why_it_ended(self):
        return "its process ended"

    def sweep(self):
        for end in self._ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()
        self._ends.clear()

    def stop(self):
        self.sweep()


@contextlib.contextmanager
def harmless(seconds=20.0, megabytes=400):
    """Hold that a block makes no file here, loads no module of others, and takes little processor time and memory."""
    process = psutil.Process()
    files, modules = set(os.listdir()), set(sys.modules)
    began, memory = time.process_time(), process.memory_info().rss
    yield
    assert time.process_time() - began < seconds
    assert process.memory_info().rss - memory < megabytes * 1e6
    assert set(os.listdir()) == files
    new = {name for name in set(sys.modules) - modules if not name.startswith(LOADED_LATER)}
    assert not {name for name in new if name.split(".")[0] not in sys.stdlib_module_names}, new
