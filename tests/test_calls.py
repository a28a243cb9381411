"""System calls: each of the kernel's table stands in one class, and a session sees it so."""

import errno
import json
import os
import re
import resource
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from bncourse.grading.engine.session import Submission
from bncourse.sandbox import levels, sandbox
from bncourse.sandbox.process_traits import changed, traits

seccomp = pytest.importorskip("bncourse.sandbox.inside.seccomp")
calls = pytest.importorskip("bncourse.sandbox.inside.system_calls")
LEVEL = levels.best_level(0)
pytestmark = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")

X86_64, AARCH64 = 0xC000003E, 0xC00000B7
LAST = 600  # no table has a number as high as that yet
ANSWERS = {"refused": errno.EPERM, "unsupported": errno.EOPNOTSUPP, "unknown": errno.ENOSYS}
ENDS_ITS_CALLER = (335, 336)  # uretprobe and uprobe: the kernel asks no filter, and kills who calls them by hand
CLASS_OF = {name: kind for kind, names in calls.by_class().items() for name in names}


def names_of_the_kernels_headers():
    """Give the calls that the headers of this system name, where it has them; newer ones than libseccomp may know."""
    found = set()
    for path in Path("/usr/include").glob("*/asm/unistd_64.h"):
        found |= set(re.findall(r"#define __NR_(\w+)\s", path.read_text(encoding="utf-8")))
    return found


@pytest.mark.parametrize("processor", [X86_64, AARCH64])
def test_every_call_of_the_kernels_table_stands_in_a_class(processor):
    table = {name for number in range(LAST) if (name := seccomp.name_of(number, processor))}
    assert len(table) > 250
    assert table - set(CLASS_OF) == set()


def test_every_call_that_the_headers_of_this_system_name_stands_in_a_class():
    assert names_of_the_kernels_headers() - set(CLASS_OF) == set()


def test_no_call_stands_in_two_classes_and_none_is_misspelt():
    everything = [name for names in calls.by_class().values() for name in names]
    assert len(everything) == len(set(everything))
    library = seccomp.library()
    # what libseccomp does not know is newer than it; such a call is in the class of what does not exist
    strange = {n for n in everything if library.seccomp_syscall_resolve_name(n.encode()) == -1}
    assert strange <= set(calls.UNKNOWN)


@pytest.fixture(scope="module")
def warm():
    made = sandbox.Sandbox(LEVEL, ("numpy",), 44, sandbox.Limits(cell=20, notebook=60))
    made.start()
    yield made
    made.stop()


def told(submission, source):
    """Run a cell that prints JSON; give what it printed."""
    [output] = submission.run(source)
    assert output["output_type"] == "stream", output
    return json.loads(output["text"])


def test_a_session_is_answered_by_class_and_what_no_table_names_does_not_exist(warm):
    library = seccomp.library()
    numbers = {name: library.seccomp_syscall_resolve_name(name.encode()) for name in CLASS_OF}
    here = {number: CLASS_OF[name] for name, number in numbers.items() if number >= 0}
    shut = {n: here.get(n, "unknown") for n in range(1200) if here.get(n) in (*ANSWERS, None)}
    for number in ENDS_ITS_CALLER:
        shut.pop(number, None)
    with Submission(warm) as submission:
        answers = told(
            submission,
            "import ctypes, json\nlibc = ctypes.CDLL(None, use_errno=True)\nfound = {}\n"
            f"for number in {sorted(shut)}:\n"
            "    made = libc.syscall(number, *[ctypes.c_long(0)] * 6)\n"
            "    found[number] = ctypes.get_errno() if made == -1 else 0\nprint(json.dumps(found))",
        )

    wrong = {
        seccomp.name_of(int(n), X86_64) or n: errno.errorcode.get(got, got)
        for n, got in answers.items()
        if got != ANSWERS[shut[int(n)]]
    }
    assert wrong == {}


def test_calls_that_name_a_process_reach_the_caller_alone_and_its_own_children(warm):
    with Submission(warm) as submission:
        found = told(
            submission,
            """
import ctypes, json, mmap, os, resource, signal, subprocess
libc, clone = ctypes.CDLL(None), 56 if os.uname().machine == 'x86_64' else 220
def may(function, *arguments):
    try: function(*arguments)
    except OSError as error: return type(error).__name__
    return 'may'
parent, files = os.getppid(), resource.RLIMIT_FSIZE
child = subprocess.Popen(['sleep', '30'])
print(json.dumps({
    'own limits': may(resource.prlimit, 0, files, (1000, 1000)),
    'limits of the parent': may(resource.prlimit, parent, files, (0, 0)),
    'own processors': may(os.sched_setaffinity, 0, os.sched_getaffinity(0)),
    'processors of the parent': may(os.sched_setaffinity, parent, {0}),
    'rank of the parent': may(os.setpriority, os.PRIO_PROCESS, parent, 5),
    'a signal to itself': may(os.kill, os.getpid(), 0),
    'a signal to a child': may(child.kill), 'it ended by': child.wait(),
    'a signal to the parent': may(os.kill, parent, 0),
    'a signal to all': may(os.kill, -1, 0),
    'a child of the parent': libc.syscall(clone, 0x8000 | 17, 0, 0, 0, 0),
    'huge pages': may(lambda: mmap.mmap(-1, 1 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)),
}))""",
        )
    assert found == {
        "own limits": "may",
        "limits of the parent": "PermissionError",
        "own processors": "may",
        "processors of the parent": "PermissionError",
        "rank of the parent": "PermissionError",
        "a signal to itself": "may",
        "a signal to a child": "may",
        "it ended by": -signal.SIGKILL,
        "a signal to the parent": "PermissionError",
        "a signal to all": "PermissionError",
        "a child of the parent": -1,
        "huge pages": "PermissionError",
    }


def test_what_libraries_do_with_processes_threads_and_files_works_in_a_session(warm):
    with Submission(warm) as submission:
        found = told(
            submission,
            """
import asyncio, concurrent.futures, json, multiprocessing, os, shutil, subprocess, tempfile, threading
import numpy as np
async def program():
    made = await asyncio.create_subprocess_exec('echo', 'hello', stdout=-1)
    return (await made.communicate())[0].decode()
fork = multiprocessing.get_context('fork')
near, far = fork.Pipe()
child = fork.Process(target=lambda: far.send(3)); child.start()
with concurrent.futures.ThreadPoolExecutor(4) as pool: threads = sum(pool.map(abs, range(-4, 0)))
open('one', 'w').write('1'); shutil.copy2('one', 'two'); shutil.copytree('.', tempfile.mkdtemp() + '/all',
    ignore=shutil.ignore_patterns('tmp*'))
try: subprocess.run(['sleep', '20'], timeout=0.1)
except subprocess.TimeoutExpired: late = True
print(json.dumps({
    'numpy': float(np.linalg.det(np.eye(50))), 'received': near.recv(), 'threads': threads, 'late': late,
    'program': await program(),
    'shell': subprocess.run('cp -a one three && cat three', shell=True, capture_output=True, text=True).stdout,
    'copied': sorted(os.listdir('.'))[:2]}))
child.join()""",
        )
    assert found["numpy"] == 1.0 and found["received"] == 3 and found["threads"] == 10 and found["late"]
    assert found["program"] == "hello\n" and found["shell"] == "1" and "one" in found["copied"]


@pytest.mark.skipif(LEVEL < 3, reason="/dev/shm belongs to all programs")
def test_what_processes_share_works_at_level_3(warm):
    with Submission(warm) as submission:
        found = told(
            submission,
            """
import json, multiprocessing
fork = multiprocessing.get_context('fork')
with fork.Pool(2) as pool: squares = pool.map(abs, [-1, -2, 3])
with fork.Lock(): locked = True
print(json.dumps([squares, locked]))""",
        )
    assert found == [[1, 2, 3], True]


def test_modes_and_times_of_files_stay_as_they_are_whoever_they_belong_to(warm):
    with Submission(warm) as submission:
        found = told(
            submission,
            """
import json, os, shutil
open('mine', 'w').write('1')
before = os.stat('mine')
for change in (lambda: os.chmod('mine', 0o777), lambda: os.utime('mine', (0, 0)), lambda: os.utime('mine'),
               lambda: os.chmod(os.open('mine', os.O_RDONLY), 0o777), lambda: shutil.copystat('/bin', 'mine'),
               lambda: os.chmod('mine', 0o777, dir_fd=os.open('.', os.O_RDONLY))):
    change()
after = os.stat('mine')
print(json.dumps([before.st_mode == after.st_mode, before.st_mtime_ns == after.st_mtime_ns]))""",
        )
    assert found == [True, True]


def test_a_filter_is_small_and_made_once_for_all_sessions():
    programs = seccomp.programs([1234])
    assert all(len(program) % 8 == 0 for program in programs)
    assert sum(map(len, programs)) < 4096 * 8  # the kernel takes no more than 4096 instructions


CHANGES = {
    "limits": lambda pid: resource.prlimit(pid, resource.RLIMIT_NPROC, (77, 77)),
    "processors": lambda pid: os.sched_setaffinity(pid, {min(os.sched_getaffinity(pid))}),
    "rank": lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 7),
    "oom_score_adj": lambda pid: Path(f"/proc/{pid}/oom_score_adj").write_text("300", encoding="ascii"),
    "rank on disks": lambda pid: psutil.Process(pid).ionice(psutil.IOPRIO_CLASS_IDLE),
    "State": lambda pid: os.kill(pid, signal.SIGSTOP),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_outlives_a_fork_is_seen_from_outside(name):
    process = subprocess.Popen(["sleep", "60"])
    try:
        before = traits(process.pid)
        CHANGES[name](process.pid)
        if name == "processors" and len(before[name]) == 1:
            pytest.skip("this machine has one processor")
        until = time.monotonic() + 300
        while name not in changed(before, traits(process.pid)):  # a signal takes a while to arrive
            assert time.monotonic() < until
            time.sleep(0.01)
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change the process of another user")
def test_a_warm_process_that_was_changed_makes_no_more_sessions(warm):
    with Submission(warm) as submission:
        submission.run("1")
        before = warm.pid
        CHANGES["rank"](before)
    assert "rank" in warm.renewals[-1] and not warm.running
    with Submission(warm) as submission:
        assert submission.run("print(2)")[0]["text"] == "2\n"
        assert warm.pid != before
    assert len(warm.renewals) == 1 and warm.running


def test_a_submission_that_changed_nothing_leaves_the_warm_process_as_it_is(warm):
    pids = []
    for _ in range(2):
        with Submission(warm) as submission:
            submission.run("import os, signal\nsignal.alarm(1000)\nos.umask(0o77)")
        pids.append(warm.pid)
    assert pids[0] == pids[1]
