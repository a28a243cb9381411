"""Cases that reach for what is not theirs: the reference, the gradebook, other students, the network, processes."""

import os
import shutil
import zlib

from bncourse.battery.papers import case

KIND = "reaching"
TELL = "def tell(what): print('GOT ' + 'THROUGH:', str(what)[:200])\n"


def _tries(name, says, source):
    """Declare a right submission with a cell that tells when its attack works."""

    def spoil(paper):
        paper.first(TELL + source)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, at_every_wall=True)(spoil)


def _attempts(*lines):
    return "".join(
        f"try:\n    tell({line})\nexcept Exception as error:\n    print(type(error).__name__)\n" for line in lines
    )


for _name, _says, _source in [
    ("a_connection_over_tcp", "A cell connects, listens and sends over TCP and UDP.",
     "import socket\n" + _attempts("socket.socket()", "socket.socket(type=socket.SOCK_DGRAM)",
                                   "socket.create_connection(('127.0.0.1', 22), 1)", "socket.socket(socket.AF_INET6)")),
    ("a_connection_over_unix_sockets", "A cell opens sockets of the file system and of no file.",
     "import socket\n" + _attempts("socket.socket(socket.AF_UNIX).bind('here')",
                                   "socket.socket(socket.AF_UNIX).connect('\\0/tmp/.X11-unix/X0')")),
    ("a_connection_to_the_host", "A cell opens AF_VSOCK, netlink and raw packets.",
     "import socket\n" + _attempts("socket.socket(40, 1)", "socket.socket(16, 3, 0)", "socket.socket(17, 3, 0)",
                                   "socket.socketpair(2, 1)")),
    ("a_name_is_looked_up", "A cell asks for the address of a name.",
     "import socket\n" + _attempts("socket.getaddrinfo('example.org', 80)", "socket.gethostbyname('example.org')")),
    ("the_gradebook_is_changed", "A cell looks for a gradebook, and gives itself all points in it.",
     "import glob, os, sqlite3\n"
     "places = ['.', '..', '../..', '../../..', '/tmp', '/tmp/*', '/tmp/*/*', '/root', '/home/*',"
     " os.environ.get('PWD', '/')]\nfor place in places:\n    for path in glob.glob(place + '/**/gradebook*.db'):\n"
     "        tell(path)\n        sqlite3.connect(path).execute('UPDATE grade SET auto_score = 99')\n"),
    ("the_neighbours_are_read", "A cell looks for what others handed in, and writes into it.",
     "import glob\nfor top in ('..', '../..', '../../..', '/tmp', '/tmp/*', '/tmp/*/*', '/tmp/*/*/*'):\n"
     "    for path in glob.glob(top + '/*/neighbour*') + glob.glob(top + '/**/submitted'):\n        tell(path)\n"),
    ("the_reference_is_read_from_the_disk", "A cell looks for the source of the true functions.",
     "import glob, sys, os\n"
     "for top in {*sys.path, sys.prefix, sys.base_prefix, '/opt/*', '/home/*', '/root/*', '/srv/*', '/mnt/*'}:\n"
     "    for path in glob.glob(os.path.join(top, '**', 'bncourse', 'reference', '*'))"
     " + glob.glob(os.path.join(top, 'bncourse', '**', 'exercises')):\n        tell(path)\n"),
    ("the_worked_solution_is_taken", "A cell asks for the worked solution, and looks for the file that holds them all.",
     "import glob, os, sys\nfrom bncourse import check\nfound = check.solution('normalize')\n"
     "if found is not None: tell(found)\n"
     + _attempts("__import__('bncourse.companion.worked', fromlist=['worked']).solutions()")
     + "for top in {*sys.path, sys.prefix, '/opt/*', '/home/*', '/root/*', '/srv/*'}:\n"
     "    for path in glob.glob(os.path.join(top, '**', 'worked_solutions.json')):\n        tell(path)\n"),
    ("another_python_knows_the_reference", "A cell starts every Python it finds, without our settings.",
     "import glob, subprocess, sys\n"
     "for python in {sys.executable, *glob.glob('/usr/bin/python3*'), *glob.glob('/opt/*/bin/python')}:\n"
     "    try:\n"
     "        ran = subprocess.run([python, '-I', '-c', 'from bncourse.reference import normalize; print(normalize)'],"
     " capture_output=True, text=True, timeout=5)\n        if 'function' in ran.stdout: tell(ran.stdout)\n"
     "    except (OSError, subprocess.SubprocessError) as error: print(error)\n"),
    ("the_session_is_written_to", "A cell writes into the libraries and into the course as it sees it.",
     "import bncourse, numpy, os\n" + _attempts(
         "open(bncourse.__file__, 'a')", "open(numpy.__file__, 'a')", "open('/usr/bin/hello', 'w')",
         "open('/etc/ld.so.cache', 'r+')", "open('/tmp/hello', 'w')",
         "open(os.path.dirname(os.path.dirname(os.getcwd())) + '/hello', 'w')")),
    ("settings_of_the_machine_are_read", "A cell reads passwords, keys and the environment of others.",
     "import glob, os\n"
     "for path in ('/etc/shadow', '/root/.ssh', '/root/.bashrc', '/var/run/docker.sock', '/home', '/var/lib', "
     "'/boot'):\n"
     "    try:\n        os.listdir(path) if os.path.isdir(path) else open(path).read()\n        tell(path)\n"
     "    except OSError as error: print(error)\n"),
    ("the_memory_of_others_is_read", "A cell reads /proc of every process, and writes into its memory.",
     "import glob, os\nfor path in glob.glob('/proc/[0-9]*'):\n"
     "    if path.split('/')[2] == str(os.getpid()): continue\n"
     "    for name, mode in (('environ', 'rb'), ('mem', 'r+b'), ('maps', 'r'), ('cwd', ''), ('fd', '')):\n"
     "        try:\n            where = f'{path}/{name}'\n"
     "            os.readlink(where if name == 'cwd' else f'{where}/0') if not mode else open(where, "
     "mode).read(10)\n            tell(where)\n"
     "        except OSError as error: pass\n"),
    ("other_processes_are_traced", "A cell traces and copies the memory of processes it did not start.",
     "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
     "for process in {1, 2, os.getppid(), *range(3, 50)} - {os.getpid()}:\n"
     "    if libc.ptrace(16, process, 0, 0) == 0: tell(('ptrace', process))\n"
     "    one = (ctypes.c_size_t * 2)(0x400000, 8)\n"
     "    if libc.process_vm_readv(process, one, 1, one, 1, 0) > 0: tell(('readv', process))\n"),
    ("other_processes_are_signalled", "A cell sends signals to every process number.",
     "import os\nfor process in range(1, 40_000):\n    if process == os.getpid(): continue\n    try:\n"
     "        os.kill(process, 0)\n        tell(process)\n    except OSError: pass\n"),
    ("another_user_is_tried", "A cell becomes root, mounts, and makes a namespace.",
     "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
     + _attempts("os.setuid(0)", "os.setgid(0)", "os.chroot('/')")
     + "for flags in (0x10000000, 0x20000, 0x40000000):\n    if libc.unshare(flags) == 0: tell(('unshare', flags))\n"
     "if libc.mount(b'none', b'/', b'tmpfs', 0, None) == 0: tell('mount')\n"
     "if libc.syscall(425, 8, None) > 0: tell('io_uring')\n"),
    ("system_messages_are_left", "A cell leaves shared memory and messages of System V for the next student.",
     "import ctypes\nlibc = ctypes.CDLL(None)\nif libc.shmget(4711, 4096, 0o1666) >= 0: tell('shmget')\n"
     "if libc.msgget(4711, 0o1666) >= 0: tell('msgget')\nif libc.semget(4711, 1, 0o1666) >= 0: tell('semget')\n"),
]:  # fmt: skip
    _tries(_name, _says, _source)


@case(KIND, at_every_wall=True)
def something_is_left_for_the_next(paper):
    """A cell leaves files wherever it may write."""
    paper.last(
        "import os\n"
        "for place in ('/dev/shm', '/tmp', '/var/tmp', '/session', '/session/warm', '.', '..', '../warm',"
        " '/run/lock'):\n"
        "    try:\n        open(f'{place}/left-behind', 'w').write('normalize')\n"
        "    except OSError as error: print(error)"
    )


@case(KIND, ["normalize"])
def the_reference_is_imported(paper):
    """An answer imports the true function."""
    paper.answer(
        "normalize", "from bncourse import reference\ndef normalize(*a, **k):\n    return reference.normalize(*a, **k)"
    )


@case(KIND, ["normalize"])
def the_judge_is_imported(paper):
    """An answer looks for the judge and for the exercises in what it may import."""
    paper.answer(
        "normalize",
        "def normalize(x, mean, var, eps=1e-3):\n"
        "    import bncourse.exercises as e, bncourse.grading.engine.judge as j\n"
        "    return e.find('normalize').reference(x, mean, var, eps)",
    )


def _ships(name, says, *files):
    def spoil(paper):
        paper.wrong()
        for path in files:
            paper.lie_beside(path, f"print('GOT ' + 'THROUGH: {path}')\nallclose = lambda *a: True\n")

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, ["normalize"])(spoil)


_ships(
    "modules_in_place_of_libraries", "Beside the notebook lie numpy.py and others.", "numpy.py", "IPython/__init__.py"
)
_ships("modules_that_python_starts_with", "Beside it lie modules that Python loads at its start.",
       "sitecustomize.py", "usercustomize.py", "evil.pth", "python311._pth", "pyvenv.cfg")  # fmt: skip
_ships("modules_that_jupyter_starts_with", "Beside it lie a kernel and settings of Jupyter.",
       "ipykernel_launcher.py", "conftest.py", "jupyter_config.py",
       ".ipython/profile_default/startup/a.py")  # fmt: skip
_ships("the_course_in_another_version", "Beside it lies a package with the name of the course.",
       "bncourse/__init__.py", "bncourse/check.py", "bncourse/sandbox/inside/cells.py")  # fmt: skip
_ships(
    "settings_of_nbgrader", "Beside it lie settings of nbgrader and a gradebook.", "nbgrader_config.py", "gradebook.db"
)


@case(KIND, ["normalize"])
def libraries_written_in_the_session(paper):
    """A cell writes modules into its folder, and forgets the real ones."""
    paper.wrong()
    paper.last(
        "import sys\nfor name in ('numpy', 'json', 'bncourse'):\n"
        "    open(f'{name}.py', 'w').write('print(\"GOT\" + \" THROUGH\")')\n"
    )


def _inside_neighbour(paper):
    return paper.folder.parents[1] / "neighbour" / paper.folder.name / paper.file.name


@case(KIND, "all")
def a_link_to_a_neighbours_notebook(paper):
    """The notebook is a link to that of another student."""
    paper.written = True
    paper.file.symlink_to(_inside_neighbour(paper))


@case(KIND)
def links_beside_the_notebook(paper):
    """Beside the notebook lie links to the gradebook and to folders of the system."""
    (paper.folder / "data.csv").symlink_to(paper.folder.parents[2] / "gradebook.db")
    (paper.folder / "all").symlink_to("/")
    (paper.folder / "round").symlink_to(".")
    paper.first(TELL + _attempts("open('data.csv', 'rb').read(4)", "__import__('os').listdir('all')"))


@case(KIND)
def a_pipe_beside_the_notebook(paper):
    """Beside the notebook lies a pipe, which nobody writes into."""
    os.mkfifo(paper.folder / "data.csv")


@case(KIND, "all")
def a_pipe_as_the_notebook(paper):
    """The notebook is a pipe."""
    paper.written = True
    os.mkfifo(paper.file)


@case(KIND, needs_root=True)
def a_device_beside_the_notebook(paper):
    """Beside the notebook lie devices."""
    os.mknod(paper.folder / "zero.txt", 0o600 | 0o020000, os.makedev(1, 5))


@case(KIND)
def a_second_name_of_the_gradebook(paper):
    """Beside the notebook lies the gradebook itself, under a second name."""
    os.link(paper.folder.parents[2] / "gradebook.db", paper.folder / "data.txt")
    paper.first("try:\n    open('data.txt', 'wb').write(b'gone')\nexcept OSError as error: print(error)")


@case(KIND)
def a_timestamp_of_a_neighbour(paper):
    """The time of submission is a link to a file of the system."""
    (paper.folder / "timestamp.txt").unlink(missing_ok=True)
    (paper.folder / "timestamp.txt").symlink_to("/etc/hostname")


@case(KIND)
def a_packed_bomb_beside_the_notebook(paper):
    """Beside the notebook lies a file that unpacks to 100 MB."""
    paper.lie_beside("data.json", zlib.compress(b"\0" * 100_000_000))
    shutil.copy(paper.folder / "data.json", paper.folder / "data.npy")
