"""What a submission takes of the machine is added up from outside, and bounded also where the kernel keeps it."""

import contextlib
import gc
import mmap
import os
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from bncourse.battery.papers import cases
from bncourse.grading.engine import jobs, judge, session
from bncourse.grading.engine.session import Submission
from bncourse.sandbox import cgroups, levels, sandbox, usage
from bncourse.sandbox.limits import Limits
from bncourse.trouble import Trouble

LEVEL = levels.best_level(0)
walled = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")
linux = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells it")


@linux
def test_sockets_pipes_deleted_files_and_tables_of_pages_count_as_memory(tmp_path):
    here = [psutil.Process()]
    gc.collect()
    before = usage.memory(here)
    pairs = [socket.socketpair() for _ in range(50)]
    with_sockets = usage.memory(here)
    assert with_sockets - before > 90 * usage.SOCKET
    with open(tmp_path / "big", "wb") as file:
        file.write(bytes(30_000_000))
        file.flush()
        os.unlink(tmp_path / "big")
        assert usage.memory(here) - with_sockets > 20_000_000
    for one, two in pairs:
        one.close()
        two.close()
    before = usage.memory(here)
    with mmap.mmap(-1, 8 << 30) as area:
        for at in range(0, 8 << 30, 2 << 20):
            area[at]
        assert usage.memory(here) - before > 4096 * 4096  # a table for each 2 MB, beside the page itself


class _Paper:
    """Takes the cell of a case of the battery."""

    def first(self, source):
        self.source = source


@walled
@pytest.mark.parametrize(
    ("name", "why", "most"),
    [
        ("pairs-of-sockets", "GB of memory", 1000e6),
        pytest.param("tables-of-pages", "GB of memory", 1000e6, marks=pytest.mark.nightly),
        ("empty-files-without-end", "50,000 files", 500e6),
        ("files-in-a-folder-that-is-closed", "50,000 files", 500e6),
    ],
)
def test_what_the_kernel_keeps_for_a_session_is_bounded_and_the_next_session_opens(small, name, why, most):
    paper = _Paper()
    next(case for case in cases() if case.name == name).spoil(paper)
    peaks = []  # other programs of this machine count too: their share differs from try to try, the session's does not
    while not peaks or (min(peaks) >= most and len(peaks) < 5):
        with _peak_of_the_kernel(peaks), Submission(small) as submission:
            submission.run(paper.source)
            assert why in " ".join(submission.events)
            assert submission.run("print(6 * 7)")[0]["text"] == "42\n"
    assert min(peaks) < most


@walled
def test_what_a_session_takes_behind_its_answer_is_seen_while_the_judge_has_other_work(small):
    with Submission(small) as submission:
        submission.run(
            "import os, time\nfor _ in range(3):\n    if not os.fork():\n        time.sleep(1)\n"
            "        hoard = [bytearray(b'x' * 1_000_000) for _ in range(200)]\n        time.sleep(600)\n"
        )
        until = time.monotonic() + 600
        while _alive(small) and time.monotonic() < until:  # the judge reads, computes, compares
            sum(range(100_000))
        assert not _alive(small)
        submission.run("late = 1")
        assert "GB of memory" in " ".join(submission.events)
        assert submission.run("print(6 * 7)")[0]["text"] == "42\n"


def _alive(sandbox):
    return [process for process in sandbox.strangers() if process.status() != psutil.STATUS_ZOMBIE]


@contextlib.contextmanager
def _peak_of_the_kernel(peaks):
    """Add to `peaks` by how many bytes what the kernel keeps has grown in between, at most."""
    before, peak, over = usage.KernelMemory.now().kernel, [0], threading.Event()

    def look():
        while not over.wait(0.02):
            peak[0] = max(peak[0], usage.KernelMemory.now().kernel - before)

    watch = threading.Thread(target=look)
    watch.start()
    try:
        yield
    finally:
        over.set()
        watch.join()
        peaks.append(peak[0])


@pytest.fixture(scope="module")
def small():
    limits = Limits(cell=20, notebook=60, memory=300_000_000, processes=64)
    made = sandbox.Sandbox(LEVEL, ("numpy",), 46, limits)
    made.start()
    yield made
    made.stop()


@walled
def test_a_shortage_of_the_machine_is_no_loss_of_points_but_a_second_judgement(monkeypatch):
    judged = []

    def short(notebook, sandbox, seed, *more):
        judged.append(seed)
        if len(judged) < limit:
            raise usage.Shortage("the machine has next to no memory left")
        return judge.Judged(notebook, 0.1, 3)

    monkeypatch.setattr(judge, "judge_notebook", short)
    monkeypatch.setattr(
        jobs, "_sandbox", lambda *a: SimpleNamespace(stop=lambda: 0, deaths=0, renewals=[], limits=a[2])
    )
    empty = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
    job = jobs.Job("04", "ada", empty, 5, 3, limits=Limits(memory=1))
    limit = 2
    assert jobs.judge(job).trouble == "" and judged == [5, 5]
    judged.clear()
    limit = 9
    found = jobs.judge(job)
    assert "Shortage" in found.trouble and found.notebook == "" and len(judged) == 2


@walled
def test_a_session_is_ended_when_the_machine_is_short_and_nothing_more_is_asked_of_it(small, monkeypatch):
    with Submission(small) as submission:
        submission.run("1")
        monkeypatch.setattr(usage, "spare", lambda: -1)
        with pytest.raises(usage.Shortage, match="next to no memory"):
            submission.run("import time\ntime.sleep(10)")
        with pytest.raises(usage.Shortage):
            submission.lookup("anything")
    assert session.Shortage is usage.Shortage


def test_a_run_begins_only_where_it_can_end_and_says_what_helps(tmp_path, monkeypatch):
    limits = Limits()
    monkeypatch.setattr(usage, "spare", lambda: 5e9)
    assert usage.fitting(8, limits, tmp_path) == 2
    assert usage.fitting(1, limits, tmp_path) == 1
    monkeypatch.setattr(usage, "spare", lambda: 1.5e9)
    with pytest.raises(Trouble, match=r"1.5 GB of memory are free.*c\.Submissions\.memory"):
        usage.fitting(8, limits, tmp_path)
    monkeypatch.setattr(usage, "spare", lambda: None)  # no Linux
    assert usage.fitting(3, limits, tmp_path) == 3
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=100_000_000))
    with pytest.raises(Trouble, match=r"0\.1 GB free.*Delete files"):
        usage.fitting(3, limits, tmp_path)


def test_a_run_counts_the_files_that_a_disk_can_still_take(tmp_path, monkeypatch):
    monkeypatch.setattr(usage, "spare", lambda: None)
    monkeypatch.setattr(os, "statvfs", lambda place: SimpleNamespace(f_files=10_000, f_favail=5_000))
    monkeypatch.setattr(shutil, "disk_usage", lambda place: SimpleNamespace(free=1e12))
    with pytest.raises(Trouble, match="5,000 more files"):
        usage.fitting(1, Limits(), tmp_path)


# control groups, with folders that look like the kernel's


def tree(top, lent):
    own = top / "jobs" / "mine"
    own.mkdir(parents=True)
    for folder in (top, top / "jobs", own):
        (folder / "cgroup.subtree_control").write_text("cpu" if folder == own else lent)
        (folder / "cgroup.procs").write_text("")
    return top, own


def test_a_group_is_made_where_a_folder_above_lends_memory_and_processes(tmp_path):
    group = cgroups.make("bncourse-1-0", 2_000_000, 66, tree(tmp_path, "cpu memory pids"))
    assert group.folder == tmp_path / "jobs" / "bncourse-1-0"
    group.add(4711)
    said = {path.name: path.read_text() for path in group.folder.iterdir()}
    assert said == {"memory.max": "2000000", "pids.max": "66", "memory.swap.max": "0", "cgroup.procs": "4711"}
    assert group.kills() == 0
    (group.folder / "memory.events").write_text("low 0\noom 3\noom_kill 2\n")
    assert group.kills() == 2


def test_groups_of_runs_that_were_killed_are_taken_away(tmp_path):
    place = tree(tmp_path, "memory pids")
    for name in (f"bncourse-{os.getpid()}-0", "bncourse-99999999-0", "bncourse-what-0"):
        (tmp_path / "jobs" / name).mkdir()
    cgroups.make("bncourse-1-0", 1, 1, place)
    left = sorted(path.name for path in (tmp_path / "jobs").glob("bncourse-*"))
    assert left == ["bncourse-1-0", f"bncourse-{os.getpid()}-0", "bncourse-what-0"]


def test_no_group_is_made_where_nothing_is_lent(tmp_path):
    assert cgroups.make("bncourse-1-0", 1, 1, tree(tmp_path, "cpu")) is None
    assert [path.name for path in tmp_path.rglob("bncourse*")] == []


def test_what_the_group_of_this_process_may_still_take_is_the_least_of_all_above_it(tmp_path):
    top, own = tree(tmp_path, "memory")
    assert cgroups.free((top, own)) is None
    for folder, most, taken, cached in ((own, "max", 5, 0), (own.parent, "3000", 2500, 400), (top, "9000", 100, 0)):
        (folder / "memory.max").write_text(f"{most}\n")
        (folder / "memory.current").write_text(f"{taken}\n")
        (folder / "memory.stat").write_text(f"anon 7\ninactive_file {cached}\n")
    assert cgroups.free((top, own)) == 900
    assert cgroups.free((top, own), kept=0.1) == 600
    for name, value in (("memory.limit_in_bytes", 2000), ("memory.usage_in_bytes", 1500)):
        (own / name).write_text(f"{value}\n")
    (own / "memory.stat").write_text("total_inactive_file 10\n")
    assert cgroups.free((top, own), version=1) == 510


@pytest.mark.skipif(not cgroups.possible(), reason="this process may make no control group")
def test_the_kernel_holds_the_limit_of_a_group():
    group = cgroups.make(f"bncourse-{os.getpid()}-test", 200_000_000, 40)
    child = os.fork()
    if not child:
        group.add(os.getpid())
        hoard = [bytearray(b"x" * 10_000_000) for _ in range(60)]
        os._exit(len(hoard) and 7)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert group.kills() == 1
    for _ in range(100):  # the kernel takes a moment to let go of it
        group.remove()
        if not group.folder.exists():
            break
        time.sleep(0.05)
    assert not group.folder.exists()


def test_files_are_counted_up_to_a_number_and_through_no_link():
    from bncourse.sandbox.inside.leftovers import count

    with tempfile.TemporaryDirectory() as folder:
        inner = Path(folder, "a", "b")
        inner.mkdir(parents=True)
        for i in range(10):
            (inner / str(i)).write_bytes(bytes(5_000))
        (inner / "link").symlink_to("/usr")
        assert count(folder, 100)[0] == 13 and count(folder, 100)[1] >= 50_000
        assert count(folder, 100, {str(inner)})[0] == 1
        assert count(folder, 5)[0] == 6
        assert count(folder, 100, deepest=1)[0] == 101


@walled
def test_files_that_a_cell_leaves_cost_that_cell_and_no_other(small):
    with Submission(small) as submission:
        submission.run("def f(x): return x + 1")
        [said] = submission.run("for i in range(60_000): open(f'{i}', 'w').close()")
        assert said["output_type"] == "error" and "50,000 files" in said["evalue"]
        assert submission.call("f", (1,), {}, 5).value == 2
        assert submission.run("import os; print(os.listdir())")[0]["text"] == "[]\n"
