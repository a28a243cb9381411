"""Cases that have the kernel keep memory, files and names for them, where no limit of one process counts them.

Each takes at most some 1.5 GB, so that a machine whose walls let it through is not lost, and tells when it got there.
"""

from bncourse.battery.papers import case

KIND = "resources"
# many processes that each do the same and then wait; the cell looks at what the kernel has taken for itself meanwhile
IN_MANY = (
    "import os, time\n"
    "def kernel():\n    told = dict(line.split(':') for line in open('/proc/meminfo'))\n"
    "    return sum(int(told[name].split()[0]) for name in ('SUnreclaim', 'PageTables')) / 1e6\n"
    "before = kernel()\nfor _ in range({count}):\n    try:\n        child = os.fork()\n    except OSError: break\n"
    "    if not child:\n        try:\n{work}\n        except Exception: pass\n"
    "        time.sleep(600)\n        os._exit(0)\n"
    "while kernel() - before < 1.2: time.sleep(0.05)\nprint('GOT ' + 'THROUGH: {says}')"
)


def _in_many(count, says, *lines):
    return IN_MANY.format(count=count, says=says, work="\n".join(f"            {line}" for line in lines))


for _name, _says, _source in [
    ("pairs_of_sockets", "Children fill the buffers of pairs of sockets.",
     _in_many(30, "kernel memory in sockets", "import socket", "hoard = []", "while True:",
              "    try: hoard.append(socket.socketpair())", "    except OSError: break",
              "    for end in hoard[-1]:", "        end.setblocking(False)", "        try:",
              "            while True: end.send(bytes(100_000))", "        except OSError: pass")),
    ("tables_of_pages", "Children touch one byte in every 2 MB, so that the tables grow and the memory does not.",
     _in_many(12, "kernel memory in tables of pages", "import mmap",
              "hoard = []", "for _ in range(120):", "    hoard.append(mmap.mmap(-1, 512 << 20))",
              "    for at in range(0, 512 << 20, 2 << 20): hoard[-1][at]")),
    ("empty_files_without_end", "A cell makes 400,000 empty files.",
     "for i in range(400_000):\n    open(f'file-{i}', 'w').close()\nelse: print('GOT ' + 'THROUGH: 400,000 files')"),
    ("empty_files_in_shared_memory", "A cell makes 400,000 empty files where memory is shared.",
     "for i in range(400_000):\n    open(f'/dev/shm/hoard-{i}', 'w').close()\n"
     "else: print('GOT ' + 'THROUGH: 400,000 files')"),
    ("many_files_of_no_great_size", "A cell writes 15 files, each just within the limit.",
     "import time\nfor i in range(15):\n    with open(f'big-{i}', 'wb') as file: file.write(b'x' * 99_000_000)\n"
     "else:\n    time.sleep(1)\n    print('GOT ' + 'THROUGH: 1.5 GB of files')"),
    ("files_without_a_name", "A cell keeps files open that it has deleted.",
     "import os, time\nhoard = []\nfor i in range(15):\n    hoard.append(open('big', 'wb'))\n    os.unlink('big')\n"
     "    hoard[-1].write(b'x' * 99_000_000)\nelse:\n    time.sleep(1)\n"
     "    print('GOT ' + 'THROUGH: 1.5 GB of files')"),
    ("files_in_a_folder_that_is_closed", "A cell hides 200,000 files in a folder without rights.",
     "import os\nos.mkdir('a')\nos.chdir('a')\nos.chmod('.', 0o300)\nfor i in range(200_000):\n"
     "    open(f'{i}', 'w').close()\nelse: print('GOT ' + 'THROUGH: 200,000 files')"),
]:  # fmt: skip

    def _spoil(paper, source=_source):
        paper.first(source)

    _spoil.__name__, _spoil.__doc__ = _name, _says
    # a crowd of children is ended when its memory is seen: on a busy machine that may be in the midst of an answer
    case(KIND, at_most="os.fork" in _source, at_every_wall=True)(_spoil)


for _name, _says, _source in [
    ("sockets_in_messages", "A cell hides open sockets in the messages of others.",
     "import array, socket\none, two = socket.socketpair()\nhidden = 0\ntry:\n    while hidden < 100_000:\n"
     "        pair = socket.socketpair()\n"
     "        one.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [end.fileno() for end in "
     "pair]))])\n        hidden += 2\nexcept OSError as error: print(error)\n"
     "if hidden: print('GOT ' + 'THROUGH:', hidden)"),
    ("wide_pipes_and_sockets", "A cell widens the buffers of pipes and sockets.",
     "import fcntl, os, socket\ntry:\n    fcntl.fcntl(os.pipe()[0], 1031, 1 << 20)\n"
     "    print('GOT ' + 'THROUGH: a pipe')\n"
     "except OSError as error: print(error)\ntry:\n"
     "    socket.socketpair()[0].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)\n"
     "    print('GOT ' + 'THROUGH: a socket')\nexcept OSError as error: print(error)"),
    ("watchers_of_watchers", "A cell lets each of many lists of events watch all others.",
     "import os, select\nhoard = []\ntry:\n    while True: hoard.append(select.epoll())\nexcept OSError: pass\n"
     "if len(hoard) > 300: print('GOT ' + 'THROUGH:', len(hoard))"),
    ("signals_and_timers_in_stock", "A cell makes timers until there are no more.",
     "import ctypes\nlibc = ctypes.CDLL(None)\nmade = ctypes.c_void_p()\ncount = 0\n"
     "while count < 20_000 and libc.timer_create(1, None, ctypes.byref(made)) == 0: count += 1\n"
     "if count > 1_000: print('GOT ' + 'THROUGH:', count)"),
    ("limits_are_raised_again", "A cell raises its own limits.",
     "import resource\nfor name in ('NOFILE', 'AS', 'NPROC', 'DATA', 'FSIZE', 'MEMLOCK', 'CPU', 'SIGPENDING'):\n"
     "    try:\n        resource.setrlimit(getattr(resource, 'RLIMIT_' + name), (resource.RLIM_INFINITY,) * 2)\n"
     "        print('GOT ' + 'THROUGH:', name)\n    except (OSError, ValueError) as error: print(error)"),
    ("the_session_hides_what_it_takes", "A cell makes its memory unreadable, and wants to be ended last.",
     "import ctypes\nif ctypes.CDLL(None).prctl(4, 0, 0, 0, 0) == 0: print('GOT ' + 'THROUGH: hidden')\n"
     "try:\n    open('/proc/self/oom_score_adj', 'w').write('0')\n    print('GOT ' + 'THROUGH: last')\n"
     "except OSError as error: print(error)"),
    ("addresses_without_end", "A cell takes 10 TB of addresses, and no memory.",
     "import mmap\nhoard = []\ntry:\n"
     "    for _ in range(1000): hoard.append(mmap.mmap(-1, 10 << 30, flags=mmap.MAP_SHARED))\n"
     "except (OSError, ValueError, MemoryError) as error: print(error)\n"
     "if len(hoard) > 100: print('GOT ' + 'THROUGH:', len(hoard))"),
]:  # fmt: skip

    def _spoil(paper, source=_source):
        paper.first(source)

    _spoil.__name__, _spoil.__doc__ = _name, _says
    case(KIND)(_spoil)
