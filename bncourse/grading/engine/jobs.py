"""One submission to judge, as a job for a process of its own, and what comes back.

A job and its result are plain: they travel to a process on this machine, or to another machine.
"""

import contextlib
import faulthandler
import os
import stat
import tempfile
import traceback
from dataclasses import asdict, dataclass, field

import platformdirs
from nbformat.v4 import reads_json, writes_json

from bncourse.grading.display.texts import harmless_notebook
from bncourse.grading.engine import compilation
from bncourse.sandbox import usage
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.sandbox import FIRST_USER, Sandbox

_SLOTS = 64
OVERTIME = 120.0
PATIENCE = 30.0  # seconds that a submission waits for memory before it is judged again
_warm = {}  # the sandboxes of this process, by what they were made with


@dataclass(frozen=True)
class Job:
    """What a worker needs to judge one submission; it needs no file of the course.

    Parameters
    ----------
    assignment, student : str
    notebook : str
        The staged notebook, as JSON.
    files : dict of str to bytes
        What lies beside it.
    seed : int
        Of the hidden inputs.
    level : int
    limits : dict
        The fields of `Limits`.
    preload : tuple of str
        What the sandbox imports before submissions come.
    """

    assignment: str
    student: str
    notebook: str
    seed: int
    level: int
    files: dict = field(default_factory=dict)
    limits: dict = field(default_factory=dict)
    preload: tuple = ()


@dataclass(frozen=True)
class Result:
    """What a worker found.

    Parameters
    ----------
    notebook : str
        The notebook with its outputs, as JSON; "" where it could not be judged.
    trouble : str
        Why it was not judged, or "". That is no grade of 0.
    """

    assignment: str
    student: str
    notebook: str = ""
    seconds: float = 0.0
    level: int = 0
    events: tuple = ()
    outcomes: dict = field(default_factory=dict)
    trouble: str = ""


def judge(job, progress=None):
    """Judge one submission in this process; never raises for what the submission did.

    Parameters
    ----------
    job : Job
    progress : bncourse.grading.engine.judge_process.Progress, optional
        What is judged already, and whom to tell.

    Returns
    -------
    Result
    """
    from bncourse.grading.engine.judge import judge_notebook
    from bncourse.sandbox.protocol import Broken

    # the last line of defence: whatever keeps this process busy for longer than a submission may take ends it
    faulthandler.dump_traceback_later(Limits(**job.limits).notebook + OVERTIME, exit=True)
    try:
        notebook = reads_json(job.notebook)
        sandbox = _sandbox(job.level, tuple(job.preload), Limits(**job.limits))
        deaths, renewals = sandbox.deaths, len(sandbox.renewals)
        try:
            judged, short = judge_notebook(notebook, sandbox, job.seed, job.files, progress), False
        except usage.Shortage:  # perhaps through a neighbour, who was ended too
            sandbox.stop()
            usage.wait_for_memory(sandbox.limits.memory, PATIENCE)
            judged, short = None, True
        if short or sandbox.deaths > deaths:  # perhaps through no fault of the submission: all of it once more
            faulthandler.dump_traceback_later(Limits(**job.limits).notebook + OVERTIME, exit=True)
            if progress:
                progress.again()
            judged = judge_notebook(reads_json(job.notebook), sandbox, job.seed, job.files, progress)
        for found in sandbox.renewals[renewals:]:
            judged.events.append(f"it changed {', '.join(found)} of the process that makes rooms, which was made anew")
        harmless_notebook(judged.notebook)  # the last step: what is stored is what a person opens
        written = writes_json(judged.notebook)
    except (Unavailable, Broken, OSError, usage.Shortage) as error:
        close()
        return Result(job.assignment, job.student, level=job.level, trouble=f"{type(error).__name__}: {error}")
    except Exception as error:  # nobody foresaw it; it may not stop the others
        close()
        where = "".join(traceback.format_exception(error)[-3:])
        return Result(job.assignment, job.student, level=job.level, trouble=f"the judge itself failed: {where}")
    finally:
        faulthandler.cancel_dump_traceback_later()
    return Result(
        job.assignment,
        job.student,
        written,
        judged.seconds,
        judged.level,
        tuple(judged.events),
        judged.outcomes,
    )


def close():
    """End the sandboxes of this process."""
    for sandbox, slot in _warm.values():
        sandbox.stop()
        slot.close()
    _warm.clear()


def end():
    """End all that this process has made, when it ends itself."""
    close()
    compilation.forget()


def _sandbox(level, preload, limits):
    key = level, preload, tuple(asdict(limits).items())
    if key not in _warm:
        close()
        number, slot = _slot()
        _warm[key] = Sandbox(level, preload, number, limits, compilation.keep(preload)), slot
    sandbox = _warm[key][0]
    if not sandbox.running:
        try:
            sandbox.start()
        except Unavailable:  # the walls stood before the run: something ended it while it started
            sandbox.start()
    return sandbox


def own_folder():
    """Give a folder of this user alone, for what workers on one machine have to know of each other."""
    # anybody on this machine can make a folder of the first name before us, to keep us from grading
    places = tempfile.gettempdir(), platformdirs.user_cache_dir("bncourse", appauthor=False)
    folders = [os.path.join(place, f"bncourse-slots-{os.geteuid()}") for place in places]
    for folder in folders:
        with contextlib.suppress(OSError):
            os.makedirs(folder, mode=0o700, exist_ok=True)
            about = os.stat(folder, follow_symlinks=False)
            if stat.S_ISDIR(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022:
                return folder
    raise Unavailable(f"neither of these can be a folder of yours alone; delete one: {', '.join(folders)}")


def _slot():
    """Take a number that no other worker on this machine has: two may not share a user."""
    import fcntl

    folder = own_folder()
    for number in range(_SLOTS):
        slot = open(os.path.join(folder, str(number)), "w")  # noqa: SIM115 - it is held until the worker ends
        with contextlib.suppress(OSError):
            fcntl.flock(slot, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return number, slot
        slot.close()
    raise Unavailable(f"more than {_SLOTS} workers; the users {FIRST_USER} and up are all taken.")
