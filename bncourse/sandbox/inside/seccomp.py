"""The filter of system calls, through the system's libseccomp; `sandbox.inside.system_calls` says what it lets through.

A filter is made once, by the warm process, and put up by each session before it runs anything: putting it up takes
microseconds. libseccomp is called here directly, for its Python package has had no release since 2021 and does not know
the attribute that makes a long list fast.
"""

import ctypes
import errno
import os
import sys
import tempfile

from bncourse.sandbox.inside import system_calls

_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NOT_EQUAL, _EQUAL, _MASKED_EQUAL = 1, 4, 7
_OPTIMIZE = 8  # the attribute; 2 sorts the calls into a tree
_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 22, 2
_INSTRUCTION = 8  # bytes
_WHOLE = 0xFFFFFFFF  # a process number has 32 bits, and the kernel does not look at the others


class _Comparison(ctypes.Structure):
    _fields_ = (
        ("argument", ctypes.c_uint), ("how", ctypes.c_int), ("first", ctypes.c_uint64), ("second", ctypes.c_uint64)
    )  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def library():
    """Load libseccomp.

    Raises
    ------
    OSError
        If it is missing.
    """
    beside = os.path.join(sys.base_prefix, "lib", "libseccomp.so.2")  # where conda puts it
    for name in ("libseccomp.so.2", beside):
        try:
            found = ctypes.CDLL(name)
        except OSError:
            continue
        found.seccomp_init.restype = ctypes.c_void_p
        found.seccomp_init.argtypes = [ctypes.c_uint32]
        found.seccomp_release.argtypes = [ctypes.c_void_p]
        found.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
        found.seccomp_rule_add_array.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(_Comparison)
        ]  # fmt: skip
        found.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
        found.seccomp_syscall_resolve_name.argtypes = [ctypes.c_char_p]
        found.seccomp_syscall_resolve_num_arch.argtypes = [ctypes.c_uint32, ctypes.c_int]
        found.seccomp_syscall_resolve_num_arch.restype = ctypes.c_void_p
        return found
    raise OSError(errno.ENOSYS, "libseccomp is missing (on Debian: apt install libseccomp2)")


class _Filter:
    def __init__(self, default):
        self._library = library()
        self._context = self._library.seccomp_init(default)
        self._library.seccomp_attr_set(self._context, _OPTIMIZE, 2)  # before libseccomp 2.5 it is a row, and right too

    def rule(self, action, name, *comparisons):
        number = self._library.seccomp_syscall_resolve_name(name.encode())
        if number < 0:  # not on this processor, or newer than this libseccomp: then the default holds
            return
        array = (_Comparison * max(len(comparisons), 1))(*comparisons)
        failed = self._library.seccomp_rule_add_array(self._context, action, number, len(comparisons), array)
        if failed:
            raise OSError(-failed, f"seccomp: the rule for {name}: {os.strerror(-failed)}")

    def program(self):
        with tempfile.TemporaryFile() as file:
            failed = self._library.seccomp_export_bpf(self._context, file.fileno())
            self._library.seccomp_release(self._context)
            if failed:
                raise OSError(-failed, f"seccomp: {os.strerror(-failed)}")
            file.seek(0)
            return file.read()


def programs(spared=()):
    """Make the filters of a session.

    Parameters
    ----------
    spared : collection of int
        The processes that no signal of the session may reach, as it numbers them.

    Returns
    -------
    list of bytes

    Raises
    ------
    OSError
        If libseccomp is missing.
    """
    refuse = _ERRNO | errno.EPERM
    made = _Filter(_ERRNO | errno.ENOSYS)
    for name in (*system_calls.ALLOWED, *system_calls.TELLING, *system_calls.ON_ONES_CHILDREN, *system_calls.SIGNALS):
        made.rule(_ALLOW, name)
    for name in system_calls.REFUSED:
        made.rule(refuse, name)
    for name in system_calls.PRETENDED:
        made.rule(_ERRNO, name)
    for name in system_calls.UNSUPPORTED:
        made.rule(_ERRNO | errno.EOPNOTSUPP, name)
    for name, place in (*system_calls.ON_ONESELF.items(), ("socketpair", 0)):
        only = system_calls.OWN_MACHINE if name == "socketpair" else 0
        made.rule(_ALLOW, name, (place, _EQUAL, only))
        made.rule(refuse, name, (place, _NOT_EQUAL, only))
    made.rule(_ALLOW, "clone", (0, _MASKED_EQUAL, system_calls.REFUSED_FLAGS, 0))
    for flags, action in ((0, _ALLOW), (system_calls.HUGE_PAGES, refuse)):
        made.rule(action, "mmap", (3, _MASKED_EQUAL, system_calls.HUGE_PAGES, flags))
    for name, place, values in (
        ("ioctl", 1, system_calls.DEVICE_REQUESTS),
        ("fcntl", 1, system_calls.FILE_COMMANDS),
        ("prctl", 0, system_calls.PROCESS_OPTIONS),
    ):
        for value in values.values():
            made.rule(_ALLOW, name, (place, _EQUAL, value))
    signals = _Filter(_ALLOW)
    for process in {1, -1, *spared, *(-number for number in spared)}:
        for name in system_calls.SIGNALS:
            signals.rule(refuse, name, (0, _MASKED_EQUAL, _WHOLE, process & _WHOLE))
    return [signals.program(), made.program()]


def restrict(programs):
    """Put filters up, the last of which must be the strict one; none can be taken down again.

    Raises
    ------
    OSError
        If the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    for program in programs:
        kept = ctypes.create_string_buffer(program, len(program))
        told = _Program(len(program) // _INSTRUCTION, ctypes.cast(kept, ctypes.c_void_p))
        if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(told), 0, 0):
            raise OSError(ctypes.get_errno(), f"seccomp: {os.strerror(ctypes.get_errno())}")


def name_of(number, processor):
    """Return the name that a processor's table has for a number, or None.

    Parameters
    ----------
    number : int
    processor : int
        The kernel's number of it (``AUDIT_ARCH``).
    """
    found = library().seccomp_syscall_resolve_num_arch(processor, number)
    if not found:
        return None
    name = ctypes.string_at(found).decode()
    libc = ctypes.CDLL(None)
    libc.free.argtypes = [ctypes.c_void_p]
    libc.free(found)
    return name
