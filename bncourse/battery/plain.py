"""Grade a case with nbgrader as it comes, for comparison: behind an outer wall, for here nothing else holds it.

The outer wall is bubblewrap without a network, with a view of the system that is read-only, limits for each
process, and an end to its time. Without it no case is run.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bncourse.battery import course as battery
from bncourse.battery.papers import FORWARD, POINTS, THROUGH, BatteryCase
from bncourse.sandbox import mounts
from bncourse.sandbox.inside.leftovers import remove
from bncourse.trouble import Trouble

SECONDS = 45.0
MEMORY, PROCESSES, FILE = 3_000_000_000, 400, 200_000_000
# What nbgrader itself would have: its own names of folders but two, and a limit for each cell that suits the battery.
SETTINGS = """c = get_config()
c.CourseDirectory.course_id = "battery"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "notebooks"
c.Execute.timeout = 5
c.ExecutePreprocessor.timeout = 5
"""
ONE_AFTER_THE_OTHER = """import json, os, sys
import bncourse  # before NumPy, which then uses one thread
os.environ["PATH"] = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
from bncourse.grading.assignment import Assignment
from bncourse.grading.nbgrader import converters
assignment, told = Assignment(".", sys.argv[1]), {}
try:
    converters.autograde(assignment, "*")
    told["ended"] = "well"
except converters.Refused as refused:
    told["ended"] = str(refused)[:300]
for student in sys.argv[2:]:
    try:
        scores = converters.scores(assignment.submission(student))
        told[student] = {cell: got for cell, (got, most) in scores.items()}
    except Exception as error:
        told[student] = f"{type(error).__name__}: {error}"[:200]
print("TOLD" + json.dumps(told))
"""


def prepare(home, folder):
    """Make a course that plain nbgrader grades; gives the folder.

    Raises
    ------
    Trouble
        If nbgrader does not give a right submission its points here: then no case would say anything about it.
    """
    folder = battery.make(home, folder)
    (folder / "nbgrader_config.py").write_text(SETTINGS, encoding="utf-8")
    right = BatteryCase("right-submission", "odd", "It is right.", lambda paper: None, POINTS[FORWARD])
    place = folder.with_name(f"{folder.name}-right")
    found = grade(folder, right, place)
    remove(str(place))
    if found:
        raise Trouble(
            f"nbgrader as it comes does not grade a right submission here: {'; '.join(found)}. So no case tells "
            "anything."
        )
    return folder


def _what_lies_there():
    """Return the options that show Python and the course again where they lie in a folder that is covered."""
    places = [*mounts.python_folders(), str(mounts.PACKAGE.parent)]
    covered = [place for place in places if place.startswith(("/tmp/", "/var/tmp/"))]
    return [option for place in covered for option in ("--ro-bind", place, place)]


def grade(template, case, folder):
    """Grade one case, and a neighbour, with nbgrader as it comes.

    Parameters
    ----------
    template : path
        As `prepare` made it; it is copied.
    case : BatteryCase
    folder : path
        A new folder for this case.

    Returns
    -------
    list of str
        How the promise was broken; empty where it was not.
    """
    wrap = mounts.bubblewrap()
    if wrap is None or sys.platform != "linux":
        raise Trouble("plain nbgrader is compared only behind bubblewrap, on Linux: nothing else would hold the cases")
    folder = Path(folder)
    shutil.copytree(template, folder)
    battery.hand_in(folder, "neighbour", case.assignment, lambda paper: None)
    battery.hand_in(folder, case.name, case.assignment, case.spoil)
    before = battery.snapshot(folder)
    command = [
        wrap, "--unshare-user", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--die-with-parent",
        "--new-session", "--cap-drop", "ALL", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev",
        "--size", "300000000", "--tmpfs", "/dev/shm", "--size", "600000000", "--tmpfs", "/tmp",
        "--size", "600000000", "--tmpfs", "/var/tmp", *_what_lies_there(),
        "--bind", str(folder), str(folder), "--chdir", str(folder), "--",
        sys.executable, "-c", _limited(), case.assignment, "neighbour", case.name,
    ]  # fmt: skip
    environment = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    try:
        ran = subprocess.run(
            command, env={**environment, "HOME": "/tmp"}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [f"did not end in {SECONDS:g} seconds"]
    told = ran.stdout.decode(errors="replace").rpartition("TOLD")[2]
    try:
        told = json.loads(told)
    except ValueError:
        return ["the run stopped"]
    return [*_compared(case, told), *_left(folder, case, before)]


def _limited():
    """Return the program, with limits on each of its processes in front of it."""
    limits = {"DATA": MEMORY, "NPROC": PROCESSES, "FSIZE": FILE, "CPU": int(SECONDS), "CORE": 0}
    lines = [f"resource.setrlimit(resource.RLIMIT_{name}, ({most}, {most}))" for name, most in limits.items()]
    return "\n".join(["import resource", *lines, ONE_AFTER_THE_OTHER])


def _compared(case, told):
    found = [f"the run stopped: {told['ended'][:80]}"] if told["ended"] != "well" else []
    for student, earned in (("neighbour", POINTS[case.assignment]), (case.name, case.earned)):
        got = told.get(student)
        if not isinstance(got, dict):
            found.append(f"{student}: no grade")
            continue
        got = {name.removesuffix("-check"): score for name, score in got.items()}
        stolen = sum(max(score - earned.get(name, 0.0), 0.0) for name, score in got.items())
        lost = sum(max(most - got.get(name, 0.0), 0.0) for name, most in earned.items())
        who = "" if student == case.name else "the neighbour: "
        if stolen > 0:
            found.append(f"{who}{stolen:g} points not earned")
        if lost > 0 and not (student == case.name and case.at_most):
            found.append(f"{who}{lost:g} earned points lost")
    return found


def _left(folder, case, before):
    try:
        after = battery.snapshot(folder)
    except RecursionError:
        return ["left folders in the course that are too deep to look at"]
    found = [f"{path} changed" for path in before if before[path] != after.get(path)][:2]
    graded = folder / "autograded" / case.name / case.assignment / f"{case.assignment}.ipynb"
    if graded.is_file() and THROUGH in _outputs(graded):
        found.append("an attack got through")
    return found


def _outputs(path):
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (ValueError, KeyError, OSError):
        return ""
    return json.dumps([cell.get("outputs") for cell in cells])
