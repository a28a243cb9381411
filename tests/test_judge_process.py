"""The judge is a process that may be lost: what it judged before is kept, and the part that lost it is named."""

import json
import os
import signal
import sys
import threading
from dataclasses import replace

import nbformat
import psutil
import pytest
from told_session import harmless

from bncourse.grading.engine import judge_process
from bncourse.grading.engine.jobs import Job
from bncourse.sandbox import levels
from bncourse.sandbox.limits import Limits

LEVEL = levels.best_level(0) if sys.platform == "linux" else 0
pytestmark = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")
LIMITS = Limits(call=0.5, cell=3.0, notebook=60.0, grace=0.5, judge=1.5, judge_memory=300_000_000)


@pytest.fixture(scope="module", autouse=True)
def ended():
    yield
    judge_process.end()


def job(*checks, own="def f(x):\n    return x + 1", **limits):
    """A notebook whose check cells, which are trusted and run in the judge, do what a fault of the judge would do."""
    cells = [nbformat.v4.new_code_cell(own, metadata={"bncourse": {"from": "student"}})]
    for number, source in enumerate(checks):
        marks = {"grade": True, "solution": False, "locked": True, "grade_id": f"check-{number}", "points": 1}
        cells.append(nbformat.v4.new_code_cell(source, metadata={"nbgrader": marks}))
    return Job(
        "90-x",
        "ada",
        nbformat.writes(nbformat.v4.new_notebook(cells=cells)),
        3,
        LEVEL,
        limits=replace(LIMITS, **limits),
    )


def points(result):
    """What each check gave: a number, or the text that stands in its place."""
    found = []
    for cell in nbformat.reads(result.notebook, as_version=4).cells[1:]:
        last = cell.outputs[-1]
        found.append(float(last["data"]["text/plain"]) if last["output_type"] == "execute_result" else last["evalue"])
    return found


RIGHT = "assert f(1) == 2\n1.0"
FAULTS = {
    "was busy for more than 1.5 seconds": "while True:\n    pass",
    "took more than 0.3 GB": "import time\nhoard = bytearray(700_000_000)\nhoard[::4096] = b'x' * len(hoard[::4096])\n"
    "time.sleep(30)",
    "the judge ended": "import os\nos.kill(os.getpid(), 11)",
}


@pytest.mark.parametrize("why", FAULTS)
def test_a_part_that_loses_the_judge_costs_that_part_alone_and_is_named(why):
    result = judge_process.judge(job(RIGHT, FAULTS[why], RIGHT))
    assert result.trouble == ""
    first, lost, last = points(result)
    assert (first, last) == (1.0, 1.0)
    assert why in lost or "Unable to allocate" in lost or "MemoryError" in lost
    if "MemoryError" not in lost:
        assert any(why in event for event in result.events)


def test_after_several_losses_the_other_parts_are_named_and_what_was_judged_stays():
    result = judge_process.judge(job(RIGHT, *["import os\nos._exit(1)"] * 3, RIGHT))
    first, *lost = points(result)
    assert result.trouble == "" and first == 1.0
    assert all("judge" in text for text in lost[:2]) and "the judge was lost" in lost[-1]


def test_a_judge_that_somebody_else_killed_is_replaced_and_costs_nothing():
    judge_process.judge(job(RIGHT))  # so that it is there
    there = judge_process._judge[0].pid
    threading.Timer(0.7, os.kill, (there, signal.SIGKILL)).start()
    result = judge_process.judge(job(RIGHT, "import time\ntime.sleep(1.2)\n1.0", RIGHT))
    assert points(result) == [1.0, 1.0, 1.0] and result.events == ()
    assert not psutil.pid_exists(there) or psutil.Process(there).status() == psutil.STATUS_ZOMBIE


def test_a_loss_that_no_part_is_known_to_have_caused_takes_no_second_look_away():
    assert not judge_process.Progress(judge_process.KnownSoFar(suspected={2})).troubled
    assert judge_process.Progress(judge_process.KnownSoFar(lost={2: "the judge ended"})).troubled


def test_six_thousand_one_line_functions_cost_the_judge_seconds_and_no_points():
    own = "".join(f"def f{number}(x):0\n" for number in range(6_000)) + "def f(x):\n    return x + 1"
    with harmless():
        result = judge_process.judge(job(RIGHT, own=own, judge=20.0, cell=300.0, call=60.0))
    assert points(result) == [1.0], json.loads(result.notebook)["cells"][1]
