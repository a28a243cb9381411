"""What one submission may take, and the names of the levels of walls around it."""

from dataclasses import dataclass

NAMES = {
    3: "3 (bubblewrap, Landlock, seccomp, limits)",
    2: "2 (Landlock, seccomp, limits)",
    1: "1 (another user, limits)",
    0: "0 (limits only)",
}


@dataclass(frozen=True)
class Limits:
    """What one submission may take.

    Parameters
    ----------
    call : float
        How many times the seconds that a check grants a call: a machine that grades is busier than a laptop.
    cell, notebook : float
        Seconds for one cell, and for all of a submission together.
    grace : float
        Seconds that a cell has to end after it was interrupted.
    memory : int
        Bytes of all its processes together, shared pages by their share (PSS).
    data : int
        Bytes of data that one process may ask for; a deep-learning library needs 1.5 GB to start.
    processes : int
        Processes and threads.
    file_size : int
        Bytes of one file. All files together may have twice as many.
    files : int
        Files and folders.
    judge : float
        Seconds of processor time that the judge itself may spend on one cell of it, outside of the sandbox.
    judge_memory : int
        Bytes that the judge itself may take more than it had before.
    """

    call: float = 3.0
    cell: float = 60.0
    notebook: float = 600.0
    grace: float = 2.0
    memory: int = 2_000_000_000
    data: int = 4_000_000_000
    processes: int = 256
    file_size: int = 100_000_000
    files: int = 50_000
    judge: float = 60.0
    judge_memory: int = 1_500_000_000
