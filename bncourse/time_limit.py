"""An end to a call: after some seconds a block is stopped, by what the system at hand has for it."""

import contextlib
import signal
import sys
import threading
import time

_ends = []  # of the limits by monitoring, the innermost last
# What leaves the block may not be stopped on its way out.
_FREE = {__file__, contextlib.__file__}


class TimeUp(BaseException):
    """The call took longer than it may; a bare ``except Exception`` in an answer does not catch it."""


@contextlib.contextmanager
def time_limit(seconds):
    """Stop the block with `TimeUp` after some seconds.

    On the main thread of Linux and macOS an alarm stops it, again and again until it ends. On Windows another thread
    does, as soon as Python code runs. In a browser, which has neither, Python itself looks at the clock whenever a
    function begins or a loop turns; what waits without running Python is not stopped there. In another thread than the
    main one the block is not stopped.
    """
    if sys.platform == "emscripten":
        with limit_by_monitoring(seconds):
            yield
    elif threading.current_thread() is not threading.main_thread() or seconds is None:
        yield
    elif hasattr(signal, "setitimer"):

        def ring(signum, frame):
            raise TimeUp

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
    else:
        with _raised_after(seconds):
            yield


@contextlib.contextmanager
def _raised_after(seconds):
    """Stop the block with `TimeUp`, which a thread raises in the main thread, again and again until the block ends."""
    import _thread
    import ctypes

    # A lock and a list alone: what is written in Python may be left half-done by what is raised in it.
    runs, gone = threading.Lock(), []
    main = ctypes.c_ulong(threading.main_thread().ident)
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc

    def ring():
        wait = seconds
        while not runs.acquire(timeout=wait):
            raise_in(main, ctypes.py_object(TimeUp))
            wait = 0.2
        gone.append(True)

    def end():
        if runs.locked():
            runs.release()
        for _ in range(1000):
            if gone:
                break
            time.sleep(0.001)
        # What is on its way and has not arrived has to arrive here. Taken back, it would leave Python 3.11 looking for
        # it for ever once a profiler is set.
        with contextlib.suppress(TimeUp):
            raise_in(main, ctypes.py_object(TimeUp))
            while True:
                pass

    runs.acquire()
    try:
        _thread.start_new_thread(ring, ())
        yield
    finally:
        try:
            end()
        except BaseException:  # it arrived in there
            end()
            raise


@contextlib.contextmanager
def limit_by_monitoring(seconds):
    """Stop the block with `TimeUp`, as `time_limit` does, by what Python 3.12 tells of itself while it runs."""
    if seconds is None:
        yield
        return
    watch = sys.monitoring
    _ends.append(time.monotonic() + seconds)
    if len(_ends) == 1:
        watch.use_tool_id(watch.PROFILER_ID, "bncourse")
        for event in (watch.events.PY_START, watch.events.JUMP):
            watch.register_callback(watch.PROFILER_ID, event, _look_at_the_clock)
        watch.set_events(watch.PROFILER_ID, watch.events.PY_START | watch.events.JUMP)
    try:
        yield
    finally:
        _ends.pop()
        if not _ends:
            watch.set_events(watch.PROFILER_ID, 0)
            watch.free_tool_id(watch.PROFILER_ID)


def _look_at_the_clock(code, *where):
    if _ends and time.monotonic() > min(_ends) and code.co_filename not in _FREE:
        raise TimeUp
