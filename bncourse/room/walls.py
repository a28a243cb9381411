"""What shuts the room: Landlock for files, seccomp for system calls, limits for resources. Linux only.

Each wall is put up by the process itself, before it runs anything that is not trusted, and none can be taken
down again. bubblewrap, where there is one, stands around all of this (see `bncourse.grading.sandbox`).

seccomp goes through the library libseccomp. Landlock has no such library: its Python package is a preview and
knows no scopes, so the three system calls are made here.
"""

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

# Refused with "not permitted": what reaches into other processes, the kernel, or out of the machine. Sockets
# are refused whole, so nothing is there to connect to; `socketpair` is what asyncio and multiprocessing need.
# What would lie in memory that no process shows, or stay for the next submission, is refused too.
REFUSED = (
    "socket", "connect", "bind", "listen", "accept", "accept4",
    "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise",
    "mount", "umount2", "pivot_root", "chroot", "open_tree", "move_mount", "fsopen", "fsconfig", "fsmount",
    "fspick", "mount_setattr", "unshare", "setns", "open_by_handle_at", "name_to_handle_at",
    "bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    "keyctl", "add_key", "request_key", "kexec_load", "kexec_file_load", "init_module", "finit_module",
    "delete_module", "reboot", "swapon", "swapoff", "syslog", "quotactl", "acct", "personality",
    "sethostname", "setdomainname", "settimeofday", "clock_settime", "clock_adjtime", "adjtimex",
    "ioperm", "iopl", "lookup_dcookie", "vmsplice", "fanotify_init", "memfd_secret",
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid",
    "shmget", "shmat", "shmctl", "msgget", "msgsnd", "msgrcv", "msgctl", "semget", "semop", "semctl", "semtimedop",
    "mq_open", "mq_unlink", "memfd_create",
    "mknod", "mknodat", "sched_setscheduler", "sched_setattr", "ioprio_set", "setpriority",
)  # fmt: skip
_NEW_NAMESPACES = 0x7E020080  # the flags of clone that make a namespace


def landlock_version():
    """Give the ABI version of Landlock that the kernel has; 0 where there is none."""
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


def restrict_calls():
    """Refuse the system calls that no answer needs.

    Raises
    ------
    OSError
        If libseccomp is missing, or the kernel refuses.
    """
    try:
        import pyseccomp
    except (ImportError, RuntimeError) as error:
        raise OSError(errno.ENOSYS, f"libseccomp is missing ({error})") from error
    refuse = pyseccomp.ERRNO(errno.EPERM)
    calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED:
        try:
            calls.add_rule(refuse, name)
        except (OSError, ValueError):  # not on this architecture, or newer than this libseccomp
            continue
    for bit in range(32):
        if _NEW_NAMESPACES >> bit & 1:
            calls.add_rule(refuse, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, 1 << bit, 1 << bit))
    # clone3 passes its flags in memory, where seccomp cannot look: "unknown call" makes the C library use clone
    calls.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "clone3")
    family = pyseccomp.Arg(0, pyseccomp.NE, 1)
    calls.add_rule(refuse, "socketpair", family)
    terminal = pyseccomp.Arg(1, pyseccomp.EQ, 0x5412)  # TIOCSTI puts keys into the terminal's input
    calls.add_rule(refuse, "ioctl", terminal)
    calls.load()


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
        Bytes of data of one process (``RLIMIT_DATA``); the whole room's memory is watched from outside.
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
        resource.RLIMIT_NOFILE: 512,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if processes is not None:
        limits[resource.RLIMIT_NPROC] = processes
    for limit, most in limits.items():
        hard = resource.getrlimit(limit)[1]
        if hard != resource.RLIM_INFINITY:
            most = min(most, hard)
        resource.setrlimit(limit, (most, most))
