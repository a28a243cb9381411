"""Cases that ask the kernel for what no answer needs: by the number of another process, and by odd system calls."""

from bncourse.battery.papers import case

KIND = "reaching"
# `reached` tells where a call did what it was asked for; each number is that of x86-64, then of other processors.
BEGIN = """import ctypes, errno, os, platform, resource, signal
libc = ctypes.CDLL(None, use_errno=True)
def tell(what): print('GOT ' + 'THROUGH:', str(what)[:200])
def number(one, other): return one if platform.machine() == 'x86_64' else other
def reached(name, one, *arguments, other=None):
    made = libc.syscall(number(one, one if other is None else other), *map(ctypes.c_long, arguments))
    if made != -1: tell((name, made))
    elif ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP):
        tell((name, 'reached the kernel:', errno.errorcode[ctypes.get_errno()]))
OTHERS = sorted({1, 2, 3, os.getppid(), *range(1, 40_000, 7)} - {os.getpid()})
"""


def _asks(name, says, source, **where):
    """Declare a right submission with a cell that tells when the kernel did what it was asked for."""

    def spoil(paper):
        paper.first(BEGIN + source)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, **where)(spoil)


def _each(line):
    return f"for process in OTHERS:\n    try:\n        {line}\n        tell(process)\n    except OSError: pass\n"


for _name, _says, _source in [
    ("the_limits_of_the_parent", "A cell lowers the limit of processes of the one that forks sessions.",
     "try:\n    resource.prlimit(os.getppid(), resource.RLIMIT_NPROC, (3, 3))\n    tell('prlimit')\n"
     "except OSError as error: print(error)\n"),
    ("the_limits_of_every_process", "A cell keeps every process it can name from writing files.",
     _each("resource.prlimit(process, resource.RLIMIT_FSIZE, (0, 0))")),
    ("the_limits_of_others_are_read", "A cell asks every process for its limits.",
     _each("resource.prlimit(process, resource.RLIMIT_DATA)")),
    ("the_processors_of_others", "A cell binds every process to one processor.",
     _each("os.sched_setaffinity(process, {0})")),
    ("the_ranks_of_others", "A cell gives every process the lowest rank.",
     _each("os.setpriority(os.PRIO_PROCESS, process, 19)")
     + _each("os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))")
     + _each("os.sched_setparam(process, os.sched_param(0))")
     + "reached('setpriority of the user', 141, 2, 0, 19, other=140)\n"
     "attributes = ctypes.create_string_buffer(48)\nattributes[0] = 48\n"
     "reached('sched_setattr', 314, os.getppid(), ctypes.addressof(attributes), 0, other=274)\n"
     "reached('ioprio_set', 251, 1, os.getppid(), 3 << 13, other=30)\n"),
    ("signals_in_other_words", "A cell signals the process that forks sessions with every call there is for that.",
     "information = ctypes.create_string_buffer(128)\nwhere = ctypes.addressof(information)\nmain = os.getppid()\n"
     "reached('tkill', 200, main, 19, other=130)\nreached('tgkill', 234, main, main, 19, other=131)\n"
     "reached('rt_sigqueueinfo', 129, main, 19, where, other=138)\n"
     "reached('rt_tgsigqueueinfo', 297, main, main, 19, where, other=240)\n"
     "reached('pidfd_open', 434, main, 0)\nreached('pidfd_send_signal', 424, 0, 19, 0, 0)\n"
     "for group in (-1, -main, -os.getpgid(main) if os.getpgid(main) > 1 else -1):\n"
     "    try:\n        os.kill(group, 0)\n        tell(('kill', group))\n    except OSError: pass\n"),
    ("signals_that_a_file_sends", "A cell orders the signals of a socket for another process.",
     "import fcntl, socket\none, two = socket.socketpair()\n"
     "for command, value in ((8, os.getppid()), (10, 19), (15, 0)):\n"
     "    try:\n        fcntl.fcntl(one, command, value)\n        tell(('fcntl', command))\n"
     "    except OSError as error: print(error)\n"
     "for request in (0x8901, 0x8902):\n"
     "    try:\n        fcntl.ioctl(one, request, os.getppid().to_bytes(4, 'little'))\n        tell(hex(request))\n"
     "    except OSError as error: print(error)\n"),
]:  # fmt: skip
    _asks(_name, _says, _source, at_every_wall=True)

for _name, _says, _source in [
    ("options_of_other_processes", "A cell shares a core with, and may be traced by, other processes.",
     "for option in (62, 0x59616D61, 22, 35, 4, 31, 47, 24, 28):\n"
     "    reached(('prctl', option), 157, option, 1, os.getppid(), 0, 0, other=167)\n"),
    ("memory_of_other_processes", "A cell moves, advises and takes away the memory of other processes.",
     "reached('migrate_pages', 256, os.getppid(), 0, 0, 0, other=238)\n"
     "reached('move_pages', 279, os.getppid(), 0, 0, 0, 0, 0, other=239)\n"
     "reached('process_madvise', 440, 0, 0, 0, 4, 0)\nreached('process_mrelease', 448, 0, 0)\n"
     "reached('process_vm_readv', 310, os.getppid(), 0, 0, 0, 0, 0, other=270)\n"
     "reached('kcmp', 312, os.getpid(), os.getppid(), 0, 0, 0, other=272)\n"
     "reached('get_robust_list', 274, os.getppid(), 0, 0, other=100)\nreached('pidfd_getfd', 438, 0, 0, 0)\n"),
    ("what_processors_count", "A cell asks for the counters of the processor, of everybody.",
     "for process in (-1, 0, os.getppid()): reached('perf_event_open', 298, 0, process, -1, -1, 0, other=241)\n"),
    ("a_ring_of_requests", "A cell sets up rings through which the kernel works without calls.",
     "reached('io_uring_setup', 425, 8, 0)\nreached('io_uring_enter', 426, 0, 0, 0, 0, 0, 0)\n"
     "reached('io_uring_register', 427, 0, 0, 0, 0)\nreached('io_setup', 206, 60_000, 0, other=0)\n"
     "reached('io_submit', 209, 0, 0, 0, other=2)\n"),
    ("faults_are_served", "A cell asks to serve the page faults of its own memory.",
     "reached('userfaultfd', 323, 1, other=282)\nreached('memfd_secret', 447, 0)\n"
     "reached('map_shadow_stack', 453, 0, 0, 0)\n"
     "reached('remap_file_pages', 216, 0, 0, 0, 0, 0, other=234)\n"),
    ("walls_of_ones_own", "A cell puts up walls of its own, and a filter that another process answers.",
     "reached('landlock_create_ruleset', 444, 0, 0, 1)\nreached('landlock_restrict_self', 446, 0, 0)\n"
     "reached('landlock_add_rule', 445, 0, 0, 0, 0)\nreached('seccomp', 317, 1, 8, 0, other=277)\n"
     "reached('seccomp asks', 317, 2, 0, 0, other=277)\n"),
    ("the_newest_calls", "A cell tries every number behind the calls of today.",
     "for each in range(457, 1100): reached(each, each)\n"),
    ("file_systems_of_ones_own", "A cell mounts in all the ways there are.",
     "reached('open_tree', 428, -100, 0, 1)\nreached('fsopen', 430, 0, 0)\nreached('fsmount', 432, 0, 0, 0)\n"
     "reached('fspick', 433, -100, 0, 0)\nreached('fsconfig', 431, 0, 0, 0, 0, 0)\n"
     "reached('move_mount', 429, 0, 0, 0, 0, 0)\n"
     "reached('mount_setattr', 442, -100, 0, 0, 0, 0)\nreached('pivot_root', 155, 0, 0, other=41)\n"
     "reached('umount2', 166, 0, 0, other=39)\nreached('open_tree_attr', 467, 0, 0, 0, 0, 0)\n"),
    ("files_by_handle", "A cell opens files by their number, past every folder.",
     "handle = ctypes.create_string_buffer(136)\nwhere = ctypes.addressof(handle)\n"
     "reached('name_to_handle_at', 303, -100, where, where, where, 0, other=264)\n"
     "reached('open_by_handle_at', 304, 0, where, 0, other=265)\n"
     "reached('quotactl', 179, 0, 0, 0, 0, other=60)\nreached('quotactl_fd', 443, 0, 0, 0, 0)\n"),
    ("keys_and_programs_of_the_kernel", "A cell keeps keys for the next student, and loads programs into the kernel.",
     "reached('add_key', 248, 0, 0, 0, 0, -3, other=217)\nreached('keyctl', 250, 0, -3, 0, 0, 0, other=219)\n"
     "reached('request_key', 249, 0, 0, 0, 0, other=218)\nreached('bpf', 321, 0, 0, 0, other=280)\n"
     "reached('finit_module', 313, 0, 0, 0, other=273)\nreached('kexec_load', 246, 0, 0, 0, 0, other=104)\n"),
    ("calls_of_another_table", "A cell makes its calls in the table of another processor.",
     "if platform.machine() == 'x86_64':\n    child = os.fork()\n    if not child:\n"
     "        libc.syscall(0x40000000 | 41, 2, 1, 0)\n        os._exit(7)\n"
     "    ended = os.waitpid(child, 0)[1]\n    if os.WIFEXITED(ended): tell(('x32', os.WEXITSTATUS(ended)))\n"),
    ("namespaces_in_other_words", "A cell asks clone and clone3 for new namespaces.",
     "for bit in (7, 13, 15, 17, 25, 26, 27, 28, 29, 30):\n"
     "    reached(('flag', bit), 56, 1 << bit | 17, 0, 0, 0, 0, other=220)\n"
     "reached('clone3', 435, 0, 0)\nreached('setns', 308, 0, 0, other=268)\n"),
    ("clocks_names_and_power", "A cell sets the clock, the name and the power of the machine.",
     "reached('clock_settime', 227, 0, 0, other=112)\nreached('adjtimex', 159, 0, other=171)\n"
     "reached('sethostname', 170, 0, 0, other=161)\nreached('reboot', 169, 0, 0, 0, 0, other=142)\n"
     "reached('swapon', 167, 0, 0, other=224)\nreached('syslog', 103, 3, 0, 0, other=116)\n"
     "reached('acct', 163, 0, other=89)\n"),
    ("the_disks_of_all_are_kept_busy", "A cell has all disks written out, again and again.",
     "for _ in range(100):\n    reached('syncfs', 306, 0, other=267)\n    reached('sync', 162, other=81)\n"),
    ("other_users_in_other_words", "A cell becomes another user and gives files away.",
     "for name, one, other in (('setuid', 105, 146), ('setresuid', 117, 147), ('setfsuid', 122, 151),\n"
     "                         ('setgroups', 116, 159), ('capset', 126, 91), ('capget', 125, 90)):\n"
     "    reached(name, one, 0, 0, 0, other=other)\nreached('chown', 92, 0, 0, 0, other=55)\n"),
    ("what_is_watched", "A cell has the kernel watch files, for all it is allowed to.",
     "reached('inotify_init1', 294, 0, other=26)\nreached('fanotify_init', 300, 0, 0, other=262)\n"
     "reached('lookup_dcookie', 212, 0, 0, 0, other=18)\n"),
    ("keys_for_the_terminal", "A cell puts keys into a terminal, and asks devices for what they can do.",
     "import fcntl\nfor request in (0x5412, 0x541C, 0x5423, 0x40049409, 0x40086602, 0x4B3A):\n"
     "    for descriptor in (0, 1, os.open('/dev/null', os.O_RDWR)):\n"
     "        try:\n            fcntl.ioctl(descriptor, request, b'x' * 8)\n            tell(hex(request))\n"
     "        except OSError as error:\n            if error.errno not in (errno.EPERM, errno.ENOSYS): tell(error)\n"),
    ("memory_that_is_pinned", "A cell keeps all its memory from being swapped.",
     "reached('mlockall', 151, 3, other=230)\nreached('mlock2', 325, 0, 0, 0, other=284)\n"
     "reached('mlock', 149, 0, 0, other=228)\n"
     "reached('mbind', 237, 0, 0, 0, 0, 0, 0, other=235)\nreached('set_mempolicy', 238, 0, 0, 0, other=237)\n"),
]:  # fmt: skip
    _asks(_name, _says, _source)
