"""What shuts a session in: Landlock for files, limits for resources. Linux only.

Each wall is put up by the process itself, before it runs anything that is not trusted, and none can be taken
down again. `bncourse.sandbox.inside.seccomp` is the wall of system calls, and bubblewrap, where there is one, stands
around all of this (see `bncourse.sandbox.sandbox`).

Landlock has no library that is kept: its Python package is a preview and knows no scopes, so the three system
calls are made here.
"""

import contextlib
import ctypes
import errno
import os
import resource
import signal
import stat
import struct

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # the same numbers on every architecture
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_SET_CHILD_SUBREAPER = 1, 4, 38, 36

# The rights of Landlock, by the version (ABI) of the kernel that brought them.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_ALL_RIGHTS = {1: (1 << 13) - 1, 2: 1 << 13, 3: 1 << 14, 5: 1 << 15}
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _ALL_RIGHTS[3] | _ALL_RIGHTS[5]
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_NET = 0b11  # bind and connect over TCP, from ABI 4
_SCOPES = 0b11  # abstract sockets and signals, from ABI 6

DESCRIPTORS = 256  # open files of one process; each may hold memory of the kernel
ADDRESSES = 64 << 30  # bytes of addresses of one process: the kernel keeps 4 kB for each 2 MB of them that is touched


def landlock_version():
    """Return the ABI version of Landlock that the kernel has; 0 where there is none."""
    version = _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    return max(version, 0)


def restrict_files(readable, writable):
    """Let this process see only these paths, and write only under the second kind.

    It can also no longer trace, or (from ABI 6) send signals to, what stands outside.

    Parameters
    ----------
    readable, writable : iterable of path
        Files or folders, with all that is in them; what does not exist is passed over.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    version = landlock_version()
    if not version:
        raise OSError(errno.ENOSYS, "the kernel has no Landlock")
    rights = sum(bits for since, bits in _ALL_RIGHTS.items() if since <= version)
    attributes = struct.pack("=QQQ", rights, _NET if version >= 4 else 0, _SCOPES if version >= 6 else 0)
    attributes = attributes[: 24 if version >= 6 else 16 if version >= 4 else 8]
    ruleset = _call(_CREATE_RULESET, attributes, ctypes.c_size_t(len(attributes)), ctypes.c_uint32(0))
    try:
        for paths, allowed in ((readable, _READ), (writable, rights)):
            for path in paths:
                _allow(ruleset, path, allowed & rights)
        no_new_privileges()
        _call(_RESTRICT_SELF, ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset, path, allowed):
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            allowed &= _ON_FILES
        rule = struct.pack("=Qi", allowed, place)
        _call(_ADD_RULE, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    finally:
        os.close(place)


def _call(number, *arguments):
    outcome = _LIBC.syscall(number, *arguments)
    if outcome < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return outcome


def no_new_privileges():
    """Give up, for this process and its children, whatever a set-user-id program would bring."""
    if _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "no new privileges")


def hide_memory():
    """Keep processes of the same user from reading or tracing this one."""
    _LIBC.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def show_memory():
    """Let the grader, who may be the same user, read how much memory this process takes."""
    _LIBC.prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def end_first():
    """Have the kernel end this process, and all that it forks, before others when the machine runs out of memory."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("900")


def end_with_parent():
    """Have the kernel end this process when the one that started it ends."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def adopt_orphans():
    """Make this process the parent of its descendants whose own parent ended."""
    _LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def restrict_resources(memory, processes, file_size, seconds):
    """Limit what each process from here on may take.

    Parameters
    ----------
    memory : int
        Bytes of data of one process (``RLIMIT_DATA``); the whole session's memory is watched from outside.
    processes : int or None
        Processes and threads of this user; None leaves it.
    file_size : int
        Bytes of one file.
    seconds : int
        Processor time of one process.
    """
    limits = {
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: file_size,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_AS: ADDRESSES,
        resource.RLIMIT_NOFILE: DESCRIPTORS,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_SIGPENDING: 256,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if processes is not None:
        limits[resource.RLIMIT_NPROC] = processes
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(limit, (most, most))
