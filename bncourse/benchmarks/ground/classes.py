"""A class to measure on, and what the processes that grade it take."""

import contextlib
import json
import shutil
import time
from pathlib import Path


def make_class(course, folder, name, size):
    """Make a course folder with one released notebook, handed in solved by so many students.

    Parameters
    ----------
    course : path
        Where the settings and the solution are.
    folder : path
        A new one.
    name : str
        Such as "04-normalize-scale-shift".
    size : int

    Returns
    -------
    Path
        The folder.
    """
    from bncourse.grading.assignment import Assignment
    from bncourse.grading.release.build import release

    course, folder = Path(course), Path(folder)
    folder.mkdir(parents=True)
    shutil.copy(course / "nbgrader_config.py", folder)
    source = course / "solutions" / name / f"{name}.ipynb"
    (folder / "solutions" / name).mkdir(parents=True)
    shutil.copy(source, folder / "solutions" / name)
    release(Assignment(folder, name), record=True)
    text = json.dumps(json.loads(source.read_text(encoding="utf-8")))
    for number in range(size):
        place = folder / "submitted" / f"student-{number:05d}" / name
        place.mkdir(parents=True)
        (place / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return folder


def measured(process):
    """Return what a process and all below it take now.

    Parameters
    ----------
    process : psutil.Process

    Returns
    -------
    dict
        memory (bytes, shared pages by their share), descriptors, processes, and cpu (seconds, with those of
        processes that have ended below them).
    """
    import psutil

    total = {"memory": 0, "descriptors": 0, "processes": 0, "cpu": 0.0}
    family = [process]
    with contextlib.suppress(psutil.Error):
        family += process.children(recursive=True)
    for each in family:
        with contextlib.suppress(psutil.Error, OSError):
            times = each.cpu_times()
            total["cpu"] += times.user + times.system + times.children_user + times.children_system
            total["processes"] += 1
            total["descriptors"] += each.num_fds()
            total["memory"] += each.memory_full_info().pss
    return total


class Clock:
    """Keeps when each submission of a run was finished; `bncourse.grading.engine.grade.grade` takes it as ``tell``."""

    def __init__(self):
        self.began = time.perf_counter()
        self.finished = []

    def __call__(self, done, total):
        if done:
            self.finished.append(time.perf_counter() - self.began)

    def steady(self):
        """Return the seconds for a submission once all workers are at work: over the last two thirds of the class."""
        first = len(self.finished) // 3
        return (self.finished[-1] - self.finished[first]) / max(len(self.finished) - 1 - first, 1)
