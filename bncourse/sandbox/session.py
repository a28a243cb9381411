"""One session of a sandbox: the process in which a submission runs, and the connection to its cells."""

import contextlib
import os
import signal
import socket
from dataclasses import dataclass


@dataclass(frozen=True)
class Session:
    """A process that a warm process forked for one submission.

    Parameters
    ----------
    connection : socket.socket
        To its cells, see `bncourse.sandbox.inside.cells.serve`.
    pid : int or None
        The number of its process, where it is known.
    """

    connection: socket.socket
    pid: int | None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def interrupt(self):
        """Interrupt the cell that runs."""
        if self.pid is not None:
            with contextlib.suppress(OSError):
                os.kill(self.pid, signal.SIGINT)

    def close(self):
        """Hang up; what is left of it ends when the sandbox is swept."""
        with contextlib.suppress(OSError):
            self.connection.close()
