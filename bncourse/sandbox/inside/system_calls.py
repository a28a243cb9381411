"""The kernel's table of system calls, sorted by what a submission may do with each of them.

Every call stands in one class. What is in no class, because it is newer than this list, does not exist for a
submission: the kernel says so (``ENOSYS``), and libraries then take the way they took before it was there.
`tests/test_calls.py` holds that no call of the kernel's table is in two classes or in none.
"""


def _names(text):
    return tuple(text.split())


# What a program does with its own files, memory, threads, time and children. Landlock decides which files.
ALLOWED = _names("""
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range
open openat openat2 creat stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat
getdents getdents64 getcwd chdir fchdir rename renameat renameat2 mkdir mkdirat rmdir link linkat unlink unlinkat
symlink symlinkat umask truncate ftruncate
fallocate fadvise64 readahead fsync fdatasync sync_file_range statfs fstatfs flock sendfile copy_file_range
dup dup2 dup3 pipe pipe2 poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait
epoll_pwait2 eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime
sendto recvfrom recvmsg recvmmsg shutdown getsockname getpeername getsockopt
mprotect munmap mremap msync mincore madvise brk munlock munlockall membarrier
fork vfork execve exit exit_group wait4 waitid set_tid_address set_robust_list rseq arch_prctl futex futex_waitv
restart_syscall rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack
pause alarm setitimer getitimer timer_create timer_settime timer_gettime timer_getoverrun timer_delete
getpid getppid gettid getpgrp getuid geteuid getgid getegid getresuid getresgid getgroups
clock_gettime clock_getres clock_nanosleep gettimeofday nanosleep time times getrusage sysinfo uname getcpu getrandom
getrlimit setrlimit sched_yield sched_get_priority_max sched_get_priority_min
""")

# They take the number of any process, tell little and change nothing: threads ask for their own by number.
TELLING = _names("""
getpgid getsid sched_getaffinity sched_getparam sched_getscheduler sched_getattr sched_rr_get_interval getpriority
""")

# They take the number of a process, and are allowed on oneself alone: 0 is the caller.
ON_ONESELF = {"prlimit64": 0, "sched_setaffinity": 0}  # the place of the number among the arguments

# The kernel itself lets them reach only one's own children (setpgid: of the same session).
ON_ONES_CHILDREN = ("setpgid", "setsid")

# A program ends its own children and threads with them. What is outside the session is kept from them by the scope of
# Landlock (Linux 6.12), the namespace of level 3, and a filter that knows the number of the warm process.
SIGNALS = ("kill", "tgkill")

# Allowed for some values of one argument; the values are in the table below it.
BY_ARGUMENT = ("clone", "mmap", "socketpair", "ioctl", "fcntl", "prctl")
REFUSED_FLAGS = 0x7E020080 | 0x8000 | 0x2000  # of clone: a new namespace, a child of the warm process, a traced child
HUGE_PAGES = 0x40000  # of mmap: from a stock of the whole machine, which no limit counts
OWN_MACHINE = 1  # AF_UNIX: a pair of sockets is for asyncio and multiprocessing
# what files and pipes are asked for; no keys put into a terminal, no signals ordered for another process
DEVICE_REQUESTS = {
    "TCGETS": 0x5401, "TIOCGPGRP": 0x540F, "TIOCGWINSZ": 0x5413, "FIONREAD": 0x541B, "FIONBIO": 0x5421,
    "FIONCLEX": 0x5450, "FIOCLEX": 0x5451,
}  # fmt: skip
# copies of a descriptor, its flags, locks; not F_SETOWN, F_SETSIG (signals to others), F_SETPIPE_SZ (kernel memory)
FILE_COMMANDS = {
    "F_DUPFD": 0, "F_GETFD": 1, "F_SETFD": 2, "F_GETFL": 3, "F_SETFL": 4, "F_GETLK": 5, "F_SETLK": 6, "F_SETLKW": 7,
    "F_OFD_GETLK": 36, "F_OFD_SETLK": 37, "F_OFD_SETLKW": 38, "F_DUPFD_CLOEXEC": 1030, "F_GETPIPE_SZ": 1032,
}  # fmt: skip
# names, the parent's death, what may be asked; not PR_SET_DUMPABLE (a session that hides how much it takes),
# PR_SET_PTRACER and PR_SCHED_CORE (another process), PR_SET_SECCOMP, PR_SET_MM
PROCESS_OPTIONS = {
    "PR_SET_PDEATHSIG": 1, "PR_GET_PDEATHSIG": 2, "PR_GET_DUMPABLE": 3, "PR_GET_KEEPCAPS": 7, "PR_SET_NAME": 15,
    "PR_GET_NAME": 16, "PR_GET_SECCOMP": 21, "PR_CAPBSET_READ": 23, "PR_GET_SECUREBITS": 27, "PR_SET_TIMERSLACK": 29,
    "PR_GET_TIMERSLACK": 30, "PR_SET_CHILD_SUBREAPER": 36, "PR_GET_CHILD_SUBREAPER": 37, "PR_SET_NO_NEW_PRIVS": 38,
    "PR_GET_NO_NEW_PRIVS": 39, "PR_SET_THP_DISABLE": 41, "PR_GET_THP_DISABLE": 42, "PR_SVE_SET_VL": 50,
    "PR_SVE_GET_VL": 51, "PR_GET_SPECULATION_CTRL": 52, "PR_PAC_RESET_KEYS": 54, "PR_SET_TAGGED_ADDR_CTRL": 55,
    "PR_GET_TAGGED_ADDR_CTRL": 56, "PR_SET_VMA": 0x53564D41,
}  # fmt: skip

# Refused with "not permitted" (EPERM). In turn: the network; other processes; file systems; the kernel; the machine's
# settings; other users; what lies in memory that no process shows or stays for the next submission; ranks.
REFUSED = _names("""
socket connect bind listen accept accept4 sendmsg sendmmsg setsockopt
ptrace process_vm_readv process_vm_writev process_madvise process_mrelease pidfd_getfd kcmp get_robust_list tkill
rt_sigqueueinfo rt_tgsigqueueinfo move_pages migrate_pages perf_event_open
mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr unshare setns
open_by_handle_at name_to_handle_at quotactl quotactl_fd sync syncfs mknod mknodat chown fchown lchown fchownat
fanotify_init fanotify_mark
bpf userfaultfd io_uring_setup io_uring_enter io_uring_register keyctl add_key request_key seccomp
kexec_load kexec_file_load init_module finit_module delete_module reboot swapon swapoff syslog acct personality
sethostname setdomainname settimeofday clock_settime clock_adjtime adjtimex ioperm iopl vhangup
setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid capget capset
shmget shmat shmctl shmdt msgget msgsnd msgrcv msgctl semget semop semctl semtimedop
mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
memfd_create memfd_secret vmsplice mlock mlock2 mlockall
sched_setscheduler sched_setattr sched_setparam setpriority ioprio_set ioprio_get
""")

# As if done (0), and nothing is: Landlock does not say whose files they may reach, and at level 2 those of who grades
# have the same owner. Programs that copy files go on.
PRETENDED = _names("chmod fchmod fchmodat fchmodat2 utime utimes utimensat futimesat")

# As if files had no attributes (EOPNOTSUPP), which lie in the kernel's memory, and are read where Landlock lets nobody
# open a file: programs that copy files go on.
UNSUPPORTED = _names("""
setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr
""")

# As if the kernel had never had them (ENOSYS), so that libraries do without. clone3 passes its flags in memory, where
# no filter can look, and the C library then uses clone. Some are older than any library that is used today.
UNKNOWN = _names("""
clone3 pidfd_open pidfd_send_signal execveat splice tee
inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
mbind get_mempolicy set_mempolicy set_mempolicy_home_node pkey_alloc pkey_free pkey_mprotect remap_file_pages
landlock_create_ruleset landlock_add_rule landlock_restrict_self cachestat map_shadow_stack
futex_wake futex_wait futex_requeue
statmount listmount lsm_get_self_attr lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat
removexattrat open_tree_attr file_getattr file_setattr listns rseq_slice_yield uretprobe uprobe
modify_ldt set_thread_area get_thread_area lookup_dcookie sysfs ustat uselib _sysctl nfsservctl create_module
get_kernel_syms query_module getpmsg putpmsg afs_syscall tuxcall security vserver epoll_ctl_old epoll_wait_old
""")


def by_class():
    """Return the classes, each with the names of its calls.

    Examples
    --------
    >>> "ptrace" in by_class()["refused"]
    True
    """
    return {
        "allowed": ALLOWED,
        "telling": TELLING,
        "on oneself": tuple(ON_ONESELF),
        "on one's children": ON_ONES_CHILDREN,
        "signals": SIGNALS,
        "by argument": BY_ARGUMENT,
        "refused": REFUSED,
        "pretended": PRETENDED,
        "unsupported": UNSUPPORTED,
        "unknown": UNKNOWN,
    }
