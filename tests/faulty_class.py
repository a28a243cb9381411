"""A small class that takes a while to grade, and ways to look at a run from outside, for tests of faults."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path

import psutil
import small_course
from small_course import NAME, cell

from bncourse.grading.assignment import Assignment
from bncourse.grading.nbgrader import converters

POINTS = 3.0


@cache
def _released(settings):
    """Make a course once; a test gets a copy."""
    course = small_course.write(Path(tempfile.mkdtemp(prefix="bnfaults-")) / "course")
    atexit.register(shutil.rmtree, course.parent)
    with open(course / "nbgrader_config.py", "a") as file:
        file.write(settings)
    converters.generate_assignment(Assignment(course, NAME))
    return course


def make(folder, size, seconds=0.2, settings=""):
    """Make a course with so many right submissions, each of which sleeps; gives the course."""
    course = Path(shutil.copytree(_released(settings), folder))
    notebook = json.loads((course / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    sleep = f"import time\ntime.sleep({seconds})"
    cell(notebook, "centre")["source"] = f"{sleep}\n\n\ndef centre(x):\n    return x - x.mean(axis=0)"
    cell(notebook, "scale")["source"] = "def scale(x):\n    return x / x.std(axis=0)"
    for student in students(size):
        place = course / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(notebook))
    return course


def students(size):
    return [f"s{number:02d}" for number in range(size)]


def start(course, *more, **options):
    """Start ``bncourse grade`` as a person does; gives the process."""
    command = [sys.executable, "-m", "bncourse.cli", "grade", "90", "--workers", "2", *more]
    return subprocess.Popen(command, cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)


def finish(process, code=0):
    """Wait for a run; gives what it said."""
    said, _ = process.communicate(timeout=600)
    assert process.returncode == code, said
    return said


def graded(course):
    """The students whose grade is noted."""
    return sorted(path.parent.name for path in (course / "graded").glob(f"*/{NAME}.json"))


def wait_until(what, seconds=300):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def family(process):
    return psutil.Process(process.pid).children(recursive=True)


def workers(process):
    """The processes in which submissions are judged: the server of forks has forked them."""
    found = []
    for child in psutil.Process(process.pid).children():
        if "forkserver" in " ".join(child.cmdline()):
            found += child.children()
    return found


def warm(process):
    """The warm processes behind the walls of level 3; the rooms are forks of them."""
    found = []
    for each in family(process):
        with contextlib.suppress(psutil.NoSuchProcess):  # rooms come and go
            if (
                "bncourse.sandbox.inside.main" in " ".join(each.cmdline())
                and each.parent().name() == "bwrap" != each.name()
            ):
                found.append(each)
    return found


def kill(process):
    os.kill(process.pid, signal.SIGKILL)


def all_gone(processes):
    """Wait until none of these is left."""
    _, alive = psutil.wait_procs(processes, timeout=600)
    alive = [each for each in alive if each.status() != psutil.STATUS_ZOMBIE]
    assert not alive, [each.cmdline() for each in alive]


def rows_of(course):
    """The grades in the gradebook of a course: ``{student: [score, ...]}``."""
    with sqlite3.connect(course / "gradebook.db") as database:
        rows = database.execute(
            "SELECT sa.student_id, g.auto_score FROM grade g JOIN submitted_notebook sn ON g.notebook_id = sn.id "
            "JOIN submitted_assignment sa ON sn.assignment_id = sa.id"
        ).fetchall()
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
    return by_student(rows)


def by_student(rows):
    found = {}
    for student, score in rows:
        found.setdefault(student, []).append(score)
    return found


def assert_whole(course, size, rows=None):
    """Every grade once, none twice, and no file half written."""
    rows = rows_of(course) if rows is None else rows
    found = {student: sorted(scores) for student, scores in rows.items()}
    assert found == {student: [1.0, 2.0] for student in students(size)}
    assert graded(course) == students(size)
    for student in students(size):
        json.loads((course / "autograded" / student / NAME / f"{NAME}.ipynb").read_text())
        note = json.loads((course / "graded" / student / f"{NAME}.json").read_text())
        assert note["score"] == POINTS
        assert os.listdir(course / "autograded" / student) == [NAME]
        assert os.listdir(course / "graded" / student) == [f"{NAME}.json"]
