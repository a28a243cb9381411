"""The code of libraries that a process has read while it imported them, and that it does not run again itself."""

import contextlib
import ctypes
import mmap


def give_back():
    """Take the code of libraries out of this process's memory; the system reads again from their files what is run.

    The code of a library of 350 MB, such as JAX's, is read in many places while it is loaded. Those pages would stay
    with a process that only waits and forks others, and what it forks has none of them.
    """
    with contextlib.suppress(OSError, AttributeError):  # other systems than Linux
        advise = ctypes.CDLL(None).madvise
        with open("/proc/self/maps", encoding="utf-8", errors="replace") as file:
            mapped = [line.split(maxsplit=5) for line in file]
        for line in mapped:
            if len(line) == 6 and ".so" in line[5] and line[1] == "r-xp":  # never written to, so the file has all of it
                start, end = (int(place, 16) for place in line[0].split("-"))
                advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), mmap.MADV_DONTNEED)
