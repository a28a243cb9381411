"""What one submission may take, and the names of the levels of walls around it."""

from dataclasses import dataclass

from bncourse.grading.assignments import settings
from bncourse.trouble import Trouble

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


def limits_of(course):
    """Give the limits that the course's settings name (``c.Submissions``), and the defaults for the others."""
    wanted = settings(course).get("Submissions", {})
    unknown = set(wanted) - set(Limits.__dataclass_fields__)
    if unknown:
        known = ", ".join(Limits.__dataclass_fields__)
        raise Trouble(f"c.Submissions in nbgrader_config.py has no limit {sorted(unknown)[0]!r}; it has {known}.")
    return Limits(**wanted)
