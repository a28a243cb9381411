"""How grading grows with machines: ``bncourse bench scale``.

A class is graded on a Dask cluster of one, two and three machines, into PostgreSQL; once more while a machine is lost
in the midst, and once more over a slow line. The machines are network namespaces of this one
(`bncourse.benchmarks.ground.machines`), so they share its cores. What each part takes is measured too, and says what
would limit a larger cluster.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from bncourse import course as courses
from bncourse.benchmarks.described import show
from bncourse.benchmarks.ground.classes import Clock, make_class, measured
from bncourse.benchmarks.ground.machines import machines, postgresql, required
from bncourse.grading.assignment import Assignment

NAME = "04-normalize-scale-shift"
SIZE = 2000
MACHINES = 3
MEGABITS = 1  # of the slow line, to each machine
LOST_AFTER = 1 / 3  # of the class
PORT = 54787
HUB = 10_000  # submissions, for what is reckoned from the measured parts
LONGEST = 7200


def command(options):
    """Measure and print a table, or one JSON object; the ``bncourse bench scale`` command."""
    from rich.console import Console

    required()
    console = Console(stderr=True)
    with tempfile.TemporaryDirectory(prefix="bnscale-") as place:
        figures = measure(courses.find_folder(), Path(place), options.size or SIZE, console.status)
    if options.json:
        print(json.dumps(figures))
    else:
        show("scale", figures)
    return 0


def measure(folder, place, size, status):
    """Grade one class in each way.

    Parameters
    ----------
    folder : path
        The course.
    place : Path
        An empty folder to work in.
    size : int
        Of the class.
    status : callable
        Gives a context manager that shows a line of text.

    Returns
    -------
    dict
        submissions, cores, megabits; runs: for each way a dictionary as `graded` gives it, with "way" and "machines";
        command_ms, worker_ms: processor time a submission takes where the command runs, and on a machine of the
        cluster; kilobytes: that a submission brings over the line; most_machines: with how many one-core machines
        the command has no time left; hub_minutes: what 10,000 submissions then take.
    """
    with status(f"making a class of {size}"):
        pristine = make_class(folder, place / "class", NAME, size)
    ways = [(f"{count} of {MACHINES} machines", count, {}) for count in range(1, MACHINES + 1)]
    ways.append((f"{MACHINES} machines, one is lost at a third", MACHINES, {"lose": True}))
    ways.append((f"{MACHINES} machines, a line of {MEGABITS} Mbit/s to each", MACHINES, {"megabits": MEGABITS}))
    runs = []
    for way, count, how in ways:
        course = place / "course"
        shutil.copytree(pristine, course)
        with status(f"{way}: grading {size}"):
            runs.append({"way": way, "machines": count, **graded(course, size, count, **how)})
        shutil.rmtree(course)
    return {"submissions": size, "cores": os.cpu_count(), "megabits": MEGABITS, "runs": runs, **reckoned(runs, size)}


def graded(course, size, count, *, lose=False, megabits=None):
    """Grade the class on a cluster made for it.

    Parameters
    ----------
    course : Path
    size, count : int
        Of the class, and of the machines.
    lose : bool
        One machine, when a third of the class has its grade.
    megabits : float, optional
        How many million bits a second the line to each machine lets through.

    Returns
    -------
    dict
        seconds; steady: submissions a minute once all are at work; command_seconds, worker_seconds: of a processor;
        megabytes: over the line, both ways; missing: how many submissions the gradebook has not; twice: how many
        grades there are of a cell that has one already; short: how many have fewer points than the best;
        without_note: how many have no note of their grade.
    """
    with machines(count) as (here, made), postgresql(here) as url:
        settings = course / "nbgrader_config.py"
        settings.write_text(settings.read_text(encoding="utf-8") + f"\nc.CourseDirectory.db_url = {url!r}\n")
        (course / "gradebook.db").unlink(missing_ok=True)
        for machine in made:
            if megabits:
                machine.slow_down(megabits)
        with cluster(here, made) as scheduler:
            before = sum(sum(machine.bytes_in_and_out()) for machine in made)
            began = time.perf_counter()
            with _begun(course, scheduler) as process:
                try:
                    if lose:
                        while process.poll() is None and _noted(course) < size * LOST_AFTER:
                            time.sleep(0.1)
                        made[0].lose()
                    said = process.communicate(timeout=LONGEST)[0]
                finally:
                    process.kill()  # where it has ended, nothing happens
            seconds = time.perf_counter() - began
            if process.returncode:
                raise RuntimeError(f"the run ended with code {process.returncode}")
            over = sum(sum(machine.bytes_in_and_out()) for machine in made) - before
            workers = sum(measured(each)["cpu"] for machine in made for each in _first(machine))
        return {
            **json.loads(said.splitlines()[-1]),
            "seconds": seconds,
            "worker_seconds": workers,
            "megabytes": over / 1e6,
            **recorded(course, size),
            "without_note": size - _noted(course),
        }


@contextlib.contextmanager
def cluster(here, made):
    """Start a scheduler here and a worker on each machine; yield the address when all are there."""
    from dask.distributed import Client

    address, quiet = f"tcp://{here}:{PORT}", {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    arguments = ["scheduler", "--host", here, "--port", str(PORT), "--no-dashboard"]
    with tempfile.TemporaryDirectory() as scratch:
        scheduler = subprocess.Popen([*_DASK, *arguments], cwd=scratch, **quiet)
        arguments = ["worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", scratch]
        started = [machine.start(*_DASK, *arguments, cwd=scratch, **quiet) for machine in made]
        try:
            with Client(address, timeout="120s") as client:
                client.wait_for_workers(len(made), timeout=300)
            yield address
        finally:
            for machine in made:
                machine.lose()
            for process in (*started, scheduler):
                process.kill()
                process.wait()


_DASK = (sys.executable, "-m", "dask")


def _first(machine):
    """Return the processes of a machine that none of its others has started."""
    found = machine.processes()
    pids = {process.pid for process in found}
    return [process for process in found if process.ppid() not in pids]


def _begun(course, scheduler):
    program = "import sys; from bncourse.benchmarks.scale import once\nif __name__ == '__main__': once(*sys.argv[1:])"
    return subprocess.Popen([sys.executable, "-c", program, str(course), scheduler], stdout=subprocess.PIPE, text=True)


def once(course, scheduler):
    """Grade as the command does, and print how fast it went, and what it took here."""
    import distributed  # noqa: F401  (imported here, so that the clock of what follows begins behind it)

    from bncourse.grading.engine.grade import grade
    from bncourse.grading.gradebook import writer  # noqa: F401  (the same: it brings nbgrader)
    from bncourse.grading.submission.store import end_reading

    clock, before = Clock(), _processor()  # without the imports, which a class of any size needs once
    done = grade(Assignment(course, NAME), scheduler=scheduler, tell=clock)
    end_reading()  # its processes count too, once they have ended
    if done.not_graded:
        raise RuntimeError(f"not graded: {done.not_graded}")
    print(json.dumps({"steady": 60 / clock.steady(), "command_seconds": _processor() - before}))


def _processor():
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _noted(course):
    return len(list((course / "graded").glob(f"*/{NAME}.json")))


def recorded(course, size):
    """Return what the gradebook says: missing, twice and short, as `graded` has them."""
    from sqlalchemy import text

    from bncourse.grading.gradebook.writer import Record

    with Record(course) as record:
        found = record.rows()
        rows = record.gradebook.db.execute(text("SELECT COUNT(*) FROM grade")).scalar()
    points = Counter()
    for (student, _, _), row in found.items():
        points[student] += row[0] or 0  # the score of the machine
    most = max(points.values())
    return {
        "missing": size - len(points),
        "twice": rows - len(found),
        "short": sum(total < most for total in points.values()),
    }


def reckoned(runs, size):
    """Return what one submission takes where, and what that means for a larger cluster.

    The command stages, sends and records; no other process can do that for it. So there is a number of machines
    beyond which more of them do not help.
    """
    one = runs[0]
    command, worker = one["command_seconds"] / size, one["worker_seconds"] / size
    return {
        "command_ms": 1e3 * command,
        "worker_ms": 1e3 * worker,
        "kilobytes": 1e3 * one["megabytes"] / size,
        "most_machines": worker / command,
        "hub_minutes": HUB * command / 60,
    }
