"""One submission to judge, as a job for a process of its own, and what comes back.

A job and its result are plain: they travel to a process on this machine, or to another machine.
"""

import faulthandler
import importlib
import traceback
from dataclasses import dataclass, field

from nbformat.v4 import reads_json, writes_json

from bncourse.grading.display.texts import harmless_notebook
from bncourse.sandbox import compilation, usage
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.mounts import Unavailable
from bncourse.sandbox.sandbox import Sandbox
from bncourse.sandbox.users import take_number

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
    limits : Limits
    preload : tuple of str
        What the sandbox imports before submissions come.
    private : tuple of str
        Folders that no submission may see, where the machine that judges it has them.
    """

    assignment: str
    student: str
    notebook: str
    seed: int
    level: int
    files: dict[str, bytes] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    preload: tuple[str, ...] = ()
    private: tuple[str, ...] = ()


@dataclass(frozen=True)
class JobResult:
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
    events: tuple[str, ...] = ()
    outcomes: dict[str, dict] = field(default_factory=dict)
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
    JobResult
    """
    from bncourse.grading.engine.judge import judge_notebook
    from bncourse.sandbox.protocol import Broken

    # the last line of defence: whatever keeps this process busy for longer than a submission may take ends it
    faulthandler.dump_traceback_later(job.limits.notebook + OVERTIME, exit=True)
    try:
        notebook = reads_json(job.notebook)
        sandbox = _sandbox(job.level, job.preload, job.limits, job.private)
        deaths, renewals = sandbox.deaths, len(sandbox.renewals)
        try:
            judged, short = judge_notebook(notebook, sandbox, job.seed, job.files, progress), False
        except usage.Shortage:  # perhaps through a neighbour, who was ended too
            sandbox.stop()
            usage.wait_for_memory(sandbox.limits.memory, PATIENCE)
            judged, short = None, True
        if short or sandbox.deaths > deaths:  # perhaps through no fault of the submission: all of it once more
            faulthandler.dump_traceback_later(job.limits.notebook + OVERTIME, exit=True)
            if progress:
                progress.again()
            judged = judge_notebook(reads_json(job.notebook), sandbox, job.seed, job.files, progress)
        for found in sandbox.renewals[renewals:]:
            judged.events.append(
                f"it changed {', '.join(found)} of the process that forks sessions, which was made anew"
            )
        harmless_notebook(judged.notebook)  # the last step: what is stored is what a person opens
        written = writes_json(judged.notebook)
    except (Unavailable, Broken, OSError, usage.Shortage) as error:
        close()
        return JobResult(job.assignment, job.student, level=job.level, trouble=f"{type(error).__name__}: {error}")
    except Exception as error:  # nobody foresaw it; it may not stop the others
        close()
        where = "".join(traceback.format_exception(error)[-3:])
        return JobResult(job.assignment, job.student, level=job.level, trouble=f"the judge itself failed: {where}")
    finally:
        faulthandler.cancel_dump_traceback_later()
    return JobResult(
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
        slot.release()
    _warm.clear()


def end():
    """End all that this process has made, when it ends itself."""
    close()
    compilation.forget()


def _sandbox(level, preload, limits, private):
    key = level, preload, limits, private
    if key not in _warm:
        close()
        if "keras" in preload:
            importlib.import_module("bncourse.sandbox.keras_alone")
        number, slot = take_number()
        _warm[key] = Sandbox(level, preload, number, limits, compilation.keep(preload), private), slot
    sandbox = _warm[key][0]
    if not sandbox.running:
        try:
            sandbox.start()
        except Unavailable:  # the walls stood before the run: something ended it while it started
            sandbox.start()
    return sandbox
