"""What may happen to a run that grades a class: nothing is lost, nothing counts twice, and the last line says so."""

import itertools
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import faulty_class
import pytest
from faulty_class import (
    all_gone,
    assert_whole,
    family,
    finish,
    graded,
    kill,
    make,
    start,
    wait_until,
    warm,
    workers,
)
from machine import postgresql
from small_course import NAME

from bncourse.grading.assignment import Assignment
from bncourse.sandbox import levels
from bncourse.trouble import Trouble

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls around submissions need Linux"),
    pytest.mark.skipif(sys.platform == "linux" and levels.best_level(0) < 2, reason="no safe walls stand here"),
]
SIZE = 8


def begun(course, *more, least=1, **options):
    """Start a run and wait until some are graded."""
    process = start(course, *more, **options)
    wait_until(lambda: len(graded(course)) >= least or process.poll() is not None)
    assert process.poll() is None, process.communicate()[0]
    return process


def test_a_run_that_is_stopped_or_killed_or_loses_a_worker_is_gone_on_with_and_ends_whole(tmp_path):
    course = make(tmp_path / "course", SIZE)

    stopped = begun(course, start_new_session=True)
    there = family(stopped)
    os.killpg(stopped.pid, signal.SIGINT)  # as the terminal does
    said = finish(stopped, code=130)
    assert said.splitlines()[-1] == "Stopped. What is graded is recorded; `bncourse grade 90` goes on."
    assert "Traceback" not in said
    all_gone(there)
    before = len(graded(course))
    assert 0 < before < SIZE

    killed = begun(course, least=before + 1)
    there = family(killed)
    kill(killed)
    killed.wait()
    all_gone(there)
    killed.stdout.close()
    left = SIZE - len(graded(course))
    assert 0 < left < SIZE - before

    process = begun(course, least=SIZE - left + 1)
    kill(workers(process)[0])
    assert f"{left} graded, in" in finish(process).splitlines()[-1]
    assert_whole(course, SIZE)


@pytest.mark.nightly
def test_a_killed_warm_process_costs_nothing_but_time(tmp_path):
    course = make(tmp_path / "course", SIZE)
    process = begun(course)
    there = warm(process)
    assert there or levels.best_level(0) < 3
    for each in there:
        kill(each)
    finish(process)
    assert_whole(course, SIZE)


# another test of this process may have loaded JAX, which warns of any fork; this one only sets a limit and runs
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
@pytest.mark.nightly
def test_a_full_disk_stops_the_run_with_a_reason_and_loses_nothing(tmp_path):
    course = make(tmp_path / "course", 24, seconds=0.0)
    most = (course / "gradebook.db").stat().st_size

    def small_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    said = finish(start(course, preexec_fn=small_disk), code=1)
    assert "Traceback" not in said
    assert "the gradebook took no" in said.splitlines()[-1]
    assert_whole_after_another_run(course, 24)


def assert_whole_after_another_run(course, size):
    finish(start(course))
    assert_whole(course, size)


def test_a_gradebook_that_somebody_else_holds_for_a_while_is_waited_for(tmp_path):
    course = make(tmp_path / "course", SIZE)
    with open(course / "nbgrader_config.py", "a") as settings:  # SQLite itself waits for 0.2 seconds, not for 5
        settings.write(f"\nc.CourseDirectory.db_url = {f'sqlite:///{course}/gradebook.db?timeout=0.2'!r}\n")
    process = begun(course)
    holder = sqlite3.connect(course / "gradebook.db", timeout=30, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    held = len(graded(course))
    time.sleep(1)  # several times as long as SQLite waits
    assert len(graded(course)) <= held + 1
    holder.execute("ROLLBACK")
    holder.close()
    finish(process)
    assert_whole(course, SIZE)


def test_a_gradebook_that_may_only_be_read_is_named_and_stays_as_it_was(tmp_path):
    course = make(tmp_path / "course", 1, seconds=0.0)
    before = (course / "gradebook.db").read_bytes()
    with open(course / "nbgrader_config.py", "a") as settings:
        # for an administrator, whom the permissions of a file do not stop
        url = f"sqlite:///file:{course}/gradebook.db?mode=ro&uri=true"
        settings.write(f"\nc.CourseDirectory.db_url = {url!r}\n")
    said = finish(start(course), code=1)
    assert "Traceback" not in said
    assert "readonly" in said.splitlines()[-1]
    assert (course / "gradebook.db").read_bytes() == before


def test_a_clock_that_jumps_changes_no_grade(tmp_path, monkeypatch):
    from bncourse.grading.engine.grade import grade

    course = make(tmp_path / "course", 2, seconds=0.0)
    true, jumps = time.time, itertools.cycle([0, 86_400, -86_400])
    monkeypatch.setattr(time, "time", lambda: true() + next(jumps))
    done = grade(Assignment(course, NAME), workers=1)
    assert done.scores == {"s00": 3.0, "s01": 3.0} and done.took < 3_600
    assert_whole(course, 2)


# a database on another machine, here PostgreSQL from the system's packages


@pytest.fixture
def postgres(tmp_path_factory):
    """Give ``(url, restart)`` of a PostgreSQL of its own."""
    postgresql("initdb")
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="bnpg-"))  # the path of a socket has 107 bytes at most
    data, who = folder / "data", []
    if os.geteuid() == 0:  # it refuses to run as root
        shutil.chown(folder, "postgres")
        who = ["runuser", "-u", "postgres", "--"]

    def call(program, *arguments):
        subprocess.run(
            [*who, postgresql(program), *arguments], check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=300
        )

    def control(*action):
        call("pg_ctl", "-D", str(data), "-w", "-s", *action)

    call("initdb", "-D", str(data), "-A", "trust", "-U", "postgres", "--no-sync")
    control("-l", str(folder / "log"), "-o", f"-c listen_addresses='' -k {folder} -c fsync=off", "start")
    try:
        yield (
            f"postgresql+psycopg://postgres@/postgres?host={folder}",
            lambda: control("-l", str(folder / "log"), "-m", "immediate", "restart"),
        )
    finally:
        control("-m", "immediate", "stop")
        shutil.rmtree(folder)


@pytest.mark.nightly
def test_grades_go_to_postgresql_and_a_restart_in_the_midst_loses_none(tmp_path, postgres):
    from sqlalchemy import create_engine, text

    url, restart = postgres
    course = make(tmp_path / "course", SIZE, settings=f"\nc.CourseDirectory.db_url = {url!r}\n")
    process = begun(course)
    restart()
    finish(process)
    engine = create_engine(url)
    with engine.connect() as database:
        rows = database.execute(
            text(
                "SELECT sa.student_id, g.auto_score FROM grade g JOIN submitted_notebook sn ON g.notebook_id = sn.id "
                "JOIN submitted_assignment sa ON sn.assignment_id = sa.id"
            )
        ).fetchall()
    engine.dispose()
    assert_whole(course, SIZE, faulty_class.by_student(rows))
    assert not (course / "gradebook.db").exists()


# a cluster


@pytest.fixture
def cluster():
    """Give a Dask cluster of two workers on this machine."""
    import dask
    from dask.distributed import LocalCluster

    with (
        dask.config.set({"distributed.worker.daemon": False, "distributed.comm.timeouts.connect": "30s"}),
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
        ) as cluster,
    ):
        yield cluster


@pytest.mark.nightly
def test_a_lost_worker_of_a_cluster_costs_nothing_but_time(tmp_path, cluster):
    course = make(tmp_path / "course", SIZE)
    process = begun(course, "--scheduler", cluster.scheduler_address)
    kill(next(iter(cluster.workers.values())))
    finish(process)
    assert_whole(course, SIZE)


def test_a_scheduler_that_does_not_answer_is_named(tmp_path, monkeypatch):
    from dask import distributed

    from bncourse.grading.engine.grade import grade

    sooner = partial(distributed.Client, timeout="1s")
    monkeypatch.setattr(distributed, "Client", lambda address, timeout: sooner(address))
    course = make(tmp_path / "course", 1, seconds=0.0)
    with pytest.raises(Trouble, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        grade(Assignment(course, NAME), scheduler="tcp://127.0.0.1:9")
    assert threading.active_count() < 50
