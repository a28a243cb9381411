"""Whether a long night of grading stays as it began: ``bncourse bench soak``.

One run over a large class. Memory, descriptors and processes are looked at after each hundred submissions, and
so is the processor time, which other work on the machine changes less than it changes the clock.
"""

import json
import os
import tempfile
from pathlib import Path

from bncourse import course as courses
from bncourse.benchmarks.ground.classes import Clock, make_class, measured
from bncourse.grading.assignment import Assignment

NAME = "04-normalize-scale-shift"
SIZE = 3000
EVERY = 100


def command(options):
    """Grade a large class and print how it went, or one JSON object; the ``bncourse bench soak`` command."""
    from rich.console import Console
    from rich.progress import Progress

    size = options.size or SIZE
    with (
        tempfile.TemporaryDirectory() as place,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        task = progress.add_task("Making a class", total=None)
        course = make_class(courses.find_folder(), Path(place, "class"), NAME, size)
        progress.update(task, description="Grading", total=size)
        figures = soak(course, size, lambda done: progress.update(task, completed=done))
    if options.json:
        print(json.dumps(figures))
        return 0
    for number, sample in enumerate(figures["samples"], start=1):
        print(
            f"  {number * EVERY:5d}: {1e3 * sample['cpu_seconds']:5.0f} ms of processor and "
            f"{1e3 * sample['seconds']:5.0f} ms by the clock each, {sample['memory'] / 1e6:5.0f} MB, "
            f"{sample['descriptors']} descriptors, {sample['processes']} processes"
        )
    print(
        f"{figures['graded']} graded; the last hundred took {figures['cpu_growth']:+.0%} of the processor time of the "
        f"first, and {figures['memory_growth']:+.0%} of the memory; {figures['left']} processes left."
    )
    return 0


def soak(course, size, tell=lambda done: None):
    """Grade the class in one run.

    Returns
    -------
    dict
        graded; every: 100; samples, one for each hundred: memory, descriptors, processes, cpu_seconds and seconds for a
        submission; cpu_growth, memory_growth: what the last hundred took more than the first whole one, as
        fractions; left: how many processes were there after the run and not before.
    """
    import psutil

    from bncourse.grading.engine.grade import grade
    from bncourse.grading.submission.store import end_reading

    here, clock, samples = psutil.Process(os.getpid()), Clock(), []
    before = {process.pid for process in here.children(recursive=True)}
    last = {"cpu": 0.0, "at": 0.0}

    def watch(done, total):
        clock(done, total)
        tell(done)
        if done and done % EVERY == 0:
            now, at = measured(here), clock.finished[-1]
            samples.append(
                {
                    **now,
                    "cpu_seconds": (now["cpu"] - last["cpu"]) / EVERY,
                    "seconds": (at - last["at"]) / EVERY,
                }
            )
            last.update(cpu=now["cpu"], at=at)

    done = grade(Assignment(course, NAME), tell=watch)
    end_reading()  # as a command that ends does
    servers = {process.pid for process in here.children() if "multiprocessing" in " ".join(process.cmdline())}
    left = {process.pid for process in here.children(recursive=True)} - before - servers
    first, end = samples[min(1, len(samples) - 1)], samples[-1]  # the first hundred holds the start of the workers
    return {
        "graded": len(done.scores),
        "every": EVERY,
        "samples": samples,
        "cpu_growth": end["cpu_seconds"] / first["cpu_seconds"] - 1,
        "memory_growth": end["memory"] / first["memory"] - 1,
        "left": len(left),
    }
