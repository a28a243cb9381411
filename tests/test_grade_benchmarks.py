"""The benchmarks of grading measure what they say, on the smallest classes."""

import os
import shutil
import subprocess
import sys

import nbformat
import psutil
import pytest
from machine import postgresql
from small_course import ROOT

from bncourse.benchmarks import grading, scale, soak
from bncourse.benchmarks.ground import bare_cells, classes, machines, memory
from bncourse.sandbox import levels
from bncourse.trouble import Trouble

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls around submissions need Linux"),
    pytest.mark.skipif(sys.platform == "linux" and levels.best_level(0) < 2, reason="no safe walls stand here"),
]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    return classes.make_class(ROOT, tmp_path_factory.mktemp("bench") / "class", "00-warm-up", 4)


def test_a_soak_grades_all_and_leaves_no_process(course, monkeypatch):
    monkeypatch.setattr(soak, "NAME", "00-warm-up")
    monkeypatch.setattr(soak, "EVERY", 2)
    figures = soak.soak(course, 4)
    assert figures["graded"] == 4 and figures["left"] == 0
    assert len(figures["samples"]) == 2
    for sample in figures["samples"]:
        assert sample["memory"] > 1e7 and sample["processes"] > 1 and sample["cpu_seconds"] > 0


@pytest.mark.nightly
def test_a_run_apart_tells_its_pace_and_its_memory(course):
    found = grading.grade_apart(course, "00-warm-up", 1)
    assert 0 < found["steady"] < found["seconds"]
    assert "command" in found["parts"]
    for taken in found["parts"].values():
        assert 0 <= taken["code"] < taken["memory"]
    assert found["megabytes"] == sum(taken["memory"] for taken in found["parts"].values()) / 1e6


def test_each_process_of_a_run_is_found_in_its_part(course):
    program = "from bncourse.benchmarks.grading import once\nonce(%r, '00-warm-up', 2, True, None)"
    seen = {}
    with subprocess.Popen([sys.executable, "-c", program % str(course)], stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            for part, taken in memory.memory_by_part(psutil.Process(run.pid)).items():
                seen.setdefault(part, set()).add(taken["processes"])
                assert 0 <= taken["code"] <= taken["memory"]
    assert run.returncode == 0 and set(seen) == set(memory.PARTS)
    assert seen["server"] == {1} and max(seen["watcher"]) == 2 <= max(seen["judge"])  # these have helpers
    assert max(seen["session"]) <= 2


def test_the_bare_cells_of_a_solved_notebook_run_to_the_end(course):
    assert 0 < bare_cells.bare_seconds(course, "00-warm-up", 2, needed=True) < 600


def test_plain_nbgrader_on_the_same_cells_has_every_answer_and_no_demonstration(course, tmp_path):
    [handed_in] = (course / "submitted" / "student-00001" / "00-warm-up").glob("*.ipynb")
    path = tmp_path / handed_in.name
    shutil.copy(handed_in, path)
    bare_cells.leave_out_demonstrations(path)
    before, after = nbformat.read(handed_in, as_version=4).cells, nbformat.read(path, as_version=4).cells
    assert [cell.metadata for cell in before] == [cell.metadata for cell in after]
    changed = [cell for cell, other in zip(before, after, strict=True) if cell.source != other.source]
    assert changed and not any("nbgrader" in cell.metadata for cell in changed)
    assert any("check." in cell.source for cell in after) and any("def " in cell.source for cell in after)


def test_ratios_compare_equal_numbers_of_processes():
    pace = {"ours": {1: 60, 2: 100, 4: 110}, "steady": {1: 80, 2: 150, 4: 160}}
    kind = {**pace, "plain": {1: 6, 2: 10}, "equal": {1: 20, 2: 25}}
    figures = grading.summary({"numpy": {**kind, "one": 0.5, "bare": 0.25}, "keras": kind})
    assert figures["numpy_ratio"] == 15.0 and figures["numpy_ratio_with_start"] == 10.0
    assert figures["numpy_ratio_on_equal_work"] == 4.0
    assert figures["times_bare_execution"] == 2.0
    assert figures["submissions_per_minute"] == 160


def test_a_session_opens_in_a_time_that_can_be_measured():
    assert 0 < grading.session_milliseconds() < 100_000


@pytest.mark.nightly
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="machines of a cluster are played as root")
def test_a_machine_of_a_cluster_that_is_lost_costs_no_submission(tmp_path):
    postgresql("initdb")
    course = classes.make_class(ROOT, tmp_path / "class", scale.NAME, 12)
    found = scale.graded(course, 12, 2, lose=True, megabits=scale.MEGABITS)
    assert [found[what] for what in ("missing", "twice", "short", "without_note")] == [0, 0, 0, 0]
    assert found["megabytes"] > 0.1 and found["worker_seconds"] > 0.1 and found["command_seconds"] > 0.1
    left = machines.run("ip", "netns", "list") + machines.run("ip", "-o", "link")
    assert machines.PREFIX not in left


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="there is no root here")
def test_a_cluster_is_played_by_root_alone(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(Trouble, match="run it as root on Linux"):
        machines.required()


def test_what_limits_a_larger_cluster_is_reckoned_from_the_parts():
    one = {"command_seconds": 20.0, "worker_seconds": 200.0, "megabytes": 100.0}
    found = scale.reckoned([one], 2000)
    assert found["most_machines"] == 10 and found["kilobytes"] == 50
    assert found["hub_minutes"] == pytest.approx(10_000 * 0.01 / 60)
