"""How fast a class is graded, beside plain nbgrader and the bare cells: ``bncourse bench grading``.

Runs alternate: what else the machine does falls on all of them. Plain nbgrader is its own command with its own
settings, without a network; where several workers are compared, it is given as many processes, each with a copy
of the course of its own, since its gradebook does not let two of them write.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bncourse import course as courses
from bncourse.benchmarks.described import show
from bncourse.benchmarks.ground.bare_cells import bare_seconds, leave_out_demonstrations
from bncourse.benchmarks.ground.classes import Clock, make_class
from bncourse.benchmarks.ground.memory import peak_memory, together
from bncourse.grading.assignment import Assignment

NOTEBOOKS = {"numpy": "04-normalize-scale-shift", "keras": "07-keras"}
WORKERS = (1, 2, 4)
SIZES = {"numpy": 60, "keras": 20}
PLAIN = 5  # plain nbgrader grades one in so many of the class
SESSIONS = 30
BARE = 5  # times that the bare cells run
LONGEST = 3600


def command(options):
    """Measure and print a table, or one JSON object; the ``bncourse bench grading`` command."""
    from rich.console import Console

    from bncourse.sandbox.levels import best_level

    folder, console = courses.find_folder(), Console(stderr=True)
    figures = {"level": best_level(0), "cores": os.cpu_count(), "session_ms": session_milliseconds()}
    for kind, name in NOTEBOOKS.items():
        with tempfile.TemporaryDirectory() as place:
            figures[kind] = measure(folder, Path(place), name, options.size or SIZES[kind], console.status)
    figures |= summary(figures)
    if options.json:
        print(json.dumps(figures))
    else:
        show("grading", figures)
        print(
            f"{figures['numpy_ratio']:.1f} times (NumPy) and {figures['keras_ratio']:.1f} times (Keras) the pace of "
            f"plain nbgrader with as many processes, on {figures['cores']} cores."
        )
    return 0


def measure(folder, place, name, size, status):
    """Grade one class in each way.

    Parameters
    ----------
    folder : path
        The course.
    place : Path
        An empty folder to work in.
    name : str
    size : int
        Of the class.
    status : callable
        Gives a context manager that shows a line of text.

    Returns
    -------
    dict
        ours, steady, plain, equal: submissions a minute by the number of workers, from the start of the command,
        once it is going, of plain nbgrader, and of plain nbgrader where the same cells are left out as by ours;
        megabytes by the number of workers, and parts, where these were (`bncourse.benchmarks.ground.memory`); size:
        of the class; bare, bare_needed: seconds of bare execution, of all cells and of those that grading runs too;
        one: seconds a submission takes with one worker, once it is going; again: seconds of a second run;
        nbgrader_import: seconds.
    """
    with status(f"{name}: making a class of {size}"):
        course = make_class(folder, place / "ours", name, size)
        figures = {"ours": {}, "steady": {}, "plain": {}, "equal": {}, "megabytes": {}, "parts": {}, "size": size}
        grade_apart(course, name, 2, first=1)
        few = max(size // PLAIN, 4)
    for workers in WORKERS:
        with status(f"{name}: plain nbgrader, {workers} at a time"):
            figures["plain"][workers] = 60 * few / plain_seconds(course, place, name, few, workers)
        with status(f"{name}: plain nbgrader on the same cells, {workers} at a time"):
            figures["equal"][workers] = 60 * few / plain_seconds(course, place, name, few, workers, equal=True)
        with status(f"{name}: bncourse grade, {workers} workers"):
            found = grade_apart(course, name, workers)
            figures["ours"][workers] = 60 * size / found["seconds"]
            figures["steady"][workers] = 60 / found["steady"]
            figures["megabytes"][workers], figures["parts"][workers] = found["megabytes"], found["parts"]
    with status(f"{name}: the bare cells"):
        figures["bare"] = bare_seconds(course, name, BARE)
        figures["bare_needed"] = bare_seconds(course, name, BARE, needed=True)
    figures["one"] = 60 / figures["steady"][1]
    figures["again"] = grade_apart(course, name, 2, force=False)["seconds"]
    figures["nbgrader_import"] = seconds_of([sys.executable, "-c", "import nbgrader.apps, nbgrader.api"])
    return figures


def grade_apart(course, name, workers, *, force=True, first=None):
    """Grade the class in a process of its own, as the command does; give its time, pace and memory."""
    program = (
        "import json, sys; from bncourse.benchmarks.grading import once\n"
        "if __name__ == '__main__': once(*json.loads(sys.argv[1]))"
    )
    arguments = [sys.executable, "-c", program, json.dumps([str(course), name, workers, force, first])]
    began = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process, peak_memory(process.pid) as most:
        said = process.communicate(timeout=LONGEST)[0]
    if process.returncode:
        raise RuntimeError(f"the run ended with code {process.returncode}")
    return {
        **json.loads(said),
        "seconds": time.perf_counter() - began,
        "megabytes": together(most) / 1e6,
        "parts": most,
    }


def once(course, name, workers, force, first):
    """Grade, and print how fast it went once it was going."""
    from bncourse.grading.engine.grade import grade

    clock = Clock()
    students = [f"student-{number:05d}" for number in range(first)] if first else None
    done = grade(Assignment(course, name), students, workers=workers, force=force, tell=clock)
    if done.not_graded:
        raise RuntimeError(f"not graded: {done.not_graded}")
    print(json.dumps({"steady": clock.steady() if done.scores else 0.0}))


def plain_seconds(course, place, name, size, workers, equal=False):
    """Return the time that nbgrader's own command needs for some of the class, in so many processes.

    Parameters
    ----------
    equal : bool
        Of the notebooks without the cells that only demonstrate, which grading leaves out too.
    """
    from bncourse.sandbox.mounts import bubblewrap

    students = sorted(path.name for path in (course / "submitted").iterdir())[:size]
    running = []
    for worker in range(workers):
        copy = place / f"{'equal' if equal else 'plain'}-{workers}-{worker}"
        copy.mkdir()
        (copy / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.source_directory = 'solutions'\n"
            "c.CourseDirectory.release_directory = 'notebooks'\n"
        )
        for part in ("solutions", "notebooks"):
            shutil.copytree(course / part, copy / part)
        shutil.copy(course / "gradebook.db", copy)
        for student in students[worker::workers]:
            shutil.copytree(course / "submitted" / student, copy / "submitted" / student)
            if equal:
                leave_out_demonstrations(copy / "submitted" / student / name / f"{name}.ipynb")
        running.append(copy)
    wall = [bubblewrap(), "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"] if bubblewrap() else []
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    began = time.perf_counter()
    processes = [
        subprocess.Popen(
            [*wall, sys.executable, "-m", "nbgrader", "autograde", name, "--force"],
            cwd=copy,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for copy in running
    ]
    codes = [process.wait(timeout=LONGEST) for process in processes]
    seconds = time.perf_counter() - began
    graded = sum(len(list((copy / "autograded").glob(f"*/{name}/{name}.ipynb"))) for copy in running)
    if any(codes) or graded != size:
        raise RuntimeError(f"plain nbgrader graded {graded} of {size}, and ended with {codes}")
    return seconds


def session_milliseconds():
    """Return the median time to open a warm session."""
    from bncourse.sandbox.levels import best_level
    from bncourse.sandbox.sandbox import Sandbox

    times = []
    with Sandbox(best_level(0), ("numpy", "matplotlib.pyplot"), worker=50) as sandbox:
        for _ in range(SESSIONS):
            began = time.perf_counter()
            with sandbox.open():
                times.append(time.perf_counter() - began)
            sandbox.sweep()
    return 1e3 * statistics.median(times)


def seconds_of(arguments):
    """Return the time that a program takes."""
    began = time.perf_counter()
    subprocess.run(arguments, check=True)
    return time.perf_counter() - began


def summary(figures):
    """Return the few figures that the project states, from all that were measured.

    Returns
    -------
    dict
        numpy_ratio, keras_ratio: submissions a minute over those of plain nbgrader with as many processes, the
        most that were compared; numpy_ratio_with_start, keras_ratio_with_start: the same, with the start of our
        command; numpy_ratio_on_equal_work, keras_ratio_on_equal_work: the same, where plain nbgrader leaves out the
        same cells; times_bare_execution: of the NumPy notebook, one worker, over all of its cells;
        submissions_per_minute: of the NumPy notebook, at most.
    """
    found = {}
    for kind in NOTEBOOKS:
        workers = max(figures[kind]["plain"])
        found[f"{kind}_ratio"] = figures[kind]["steady"][workers] / figures[kind]["plain"][workers]
        found[f"{kind}_ratio_with_start"] = figures[kind]["ours"][workers] / figures[kind]["plain"][workers]
        found[f"{kind}_ratio_on_equal_work"] = figures[kind]["ours"][workers] / figures[kind]["equal"][workers]
    found["times_bare_execution"] = figures["numpy"]["one"] / figures["numpy"]["bare"]
    found["submissions_per_minute"] = max(figures["numpy"]["steady"].values())
    return found
