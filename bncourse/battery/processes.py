"""Cases about processes: too many, those that outlive the session, and those that end, stop or break."""

from bncourse.battery.papers import case

KIND = "resources"


@case(KIND, at_every_wall=True)
def a_fork_bomb_in_a_cell(paper):
    """A cell starts a thousand processes that sleep."""
    paper.first(
        "import os, time\nfor _ in range(1000):\n    try:\n        child = os.fork()\n    except OSError:\n"
        "        break\n"
        "    if not child:\n        time.sleep(600)\n        os._exit(0)"
    )


@case(KIND, ["normalize"], at_every_wall=True)
def a_fork_bomb_in_an_answer(paper):
    """Each process starts two others, up to 2^9 of them, and the answer never returns."""
    paper.inside(
        "normalize",
        "import os, time\nfor _ in range(9):\n    try: os.fork()\n    except OSError: pass\ntime.sleep(600)",
    )


@case(KIND)
def unreaped_children(paper):
    """A cell leaves children that have ended and that nobody waits for."""
    paper.first("import os\nfor _ in range(100):\n    if not os.fork():\n        os._exit(0)")


@case(KIND)
def a_thread_that_never_ends(paper):
    """A cell leaves three threads that calculate for ever."""
    paper.first(
        "import threading\ndef loop():\n    while True:\n        sum(range(1000))\n"
        "for _ in range(3): threading.Thread(target=loop).start()"
    )


@case(KIND, at_every_wall=True)
def a_daemon_that_outlives_the_session(paper):
    """A cell leaves a process that forked twice and leads a session of its own."""
    paper.first(
        "import os, time\nif not os.fork():\n    os.setsid()\n    if not os.fork():\n        os.setpgid(0, 0)\n"
        "        time.sleep(3600)\n    os._exit(0)\nos.wait()"
    )


@case(KIND, at_every_wall=True)
def a_program_in_the_background(paper):
    """A cell starts programs in the background through the shell."""
    paper.first("import os\nos.system('(setsid sleep 3600 &) ; (nohup sleep 3600 >/dev/null 2>&1 &)')")


@case(KIND)
def the_session_stops_itself(paper):
    """A cell sends SIGSTOP to its own process."""
    paper.first("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)")


@case(KIND, at_every_wall=True)
def the_parent_is_stopped(paper):
    """A cell sends SIGSTOP to the process that started it."""
    paper.first("import os, signal\nos.kill(os.getppid(), signal.SIGSTOP)")


@case(KIND, at_every_wall=True)
def every_process_is_killed(paper):
    """A cell kills its parent, then every process that it may."""
    paper.last("import os, signal\nos.kill(os.getppid(), signal.SIGKILL)\nos.kill(-1, signal.SIGKILL)")


@case(KIND)
def a_cell_ends_the_process(paper):
    """A cell of one's own calls os._exit."""
    paper.first("import os\nos._exit(0)")


@case(KIND)
def a_cell_exits_and_quits(paper):
    """Cells call exit, quit and sys.exit."""
    for line in ("exit()", "quit", "import sys; sys.exit(3)", "raise SystemExit"):
        paper.first(line)


@case(KIND, ["batch_mean", "batch_variance", "normalize", "scale_and_shift", "batch_norm"])
def answers_that_end_the_process(paper):
    """Five answers call os._exit; the sixth keeps its points."""
    for name in ("batch_mean", "batch_variance", "normalize", "scale_and_shift", "batch_norm"):
        paper.inside(name, "import os; os._exit(0)")


@case(KIND, ["normalize"])
def an_answer_reads_address_0(paper):
    """An answer lets the interpreter crash."""
    paper.inside("normalize", "import ctypes; ctypes.string_at(0)")


@case(KIND, ["normalize"])
def an_answer_recurses_until_it_crashes(paper):
    """An answer raises the limit of recursion and calls itself for ever."""
    paper.inside("normalize", "import sys; sys.setrecursionlimit(10**9)\nreturn normalize(x, mean, var, eps)")


@case(KIND)
def every_descriptor_is_closed(paper):
    """A cell closes all files and sockets of its process, the judge's too."""
    paper.first("import os\nos.closerange(0, 1024)")


@case(KIND)
def too_many_open_files(paper):
    """A cell opens files until no more can be opened."""
    paper.first("hoard = []\nfor _ in range(5000):\n    hoard.append(open('/dev/null'))")
