"""Cases that take too much: time, memory, processes, output, disk. Each takes a bounded amount."""

from bncourse.battery.papers import DRIVERS, case

KIND = "resources"
FOREVER = "while True:\n    pass"
SWALLOWS = "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n        pass"
HOG = "hoard = [bytearray(b'x' * 50_000_000) for _ in range(60)]"


@case(KIND, ["normalize"])
def an_answer_never_ends(paper):
    """An answer holds an endless loop."""
    paper.inside("normalize", FOREVER)


@case(KIND, ["normalize"])
def an_answer_swallows_every_exception(paper):
    """An endless loop catches BaseException, and so every interrupt."""
    paper.inside("normalize", SWALLOWS)


@case(KIND, ["normalize"], at_every_wall=True)
def an_answer_blocks_every_signal(paper):
    """An endless loop blocks all signals that can be blocked."""
    paper.inside("normalize", "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 64))\n" + FOREVER)


@case(KIND, ["normalize"])
def the_alarm_is_taken_out(paper):
    """A cell replaces what sets alarms and handles signals, and an answer never ends."""
    paper.first("import signal\nsignal.setitimer = signal.signal = signal.alarm = lambda *a: None")
    paper.inside("normalize", SWALLOWS)


@case(KIND, ["batch_mean", "normalize", "batch_norm"])
def three_answers_never_end_and_the_others_are_right(paper):
    """Three answers loop and swallow interrupts; the others keep their points."""
    for name in ("batch_mean", "normalize", "batch_norm"):
        paper.inside(name, SWALLOWS)


@case(KIND)
def a_cell_never_ends(paper):
    """A cell of one's own never ends."""
    paper.first(FOREVER)


@case(KIND)
def a_cell_swallows_interrupts(paper):
    """A cell of one's own never ends and swallows SIGINT, SIGALRM and SIGTERM."""
    paper.first(
        "import signal\nfor s in (signal.SIGINT, signal.SIGALRM, signal.SIGTERM): signal.signal(s, signal.SIG_IGN)\n"
        + SWALLOWS
    )


@case(KIND)
def a_cell_sleeps_for_an_hour(paper):
    """A cell of one's own sleeps."""
    paper.first("import time\ntime.sleep(3600)")


@case(KIND, at_every_wall=True)
def a_memory_hog_in_a_cell(paper):
    """A cell asks for 3 GB."""
    paper.first(HOG)


@case(KIND, ["normalize"])
def a_memory_hog_in_an_answer(paper):
    """An answer asks for 3 GB."""
    paper.inside("normalize", HOG)


@case(KIND, at_every_wall=True)
def memory_hogs_in_children(paper):
    """Ten children take 300 MB each, while the cell itself ends."""
    paper.first(
        "import os, time\nfor _ in range(10):\n    if not os.fork():\n        hoard = bytearray(b'x' * 300_000_000)\n"
        "        time.sleep(600)\ntime.sleep(20)"
    )


@case(KIND)
def a_shared_memory_hog(paper):
    """A cell fills 3 GB of shared memory, which no limit of one process counts."""
    paper.first(
        "import mmap\nhoard = []\nfor _ in range(60):\n    hoard.append(mmap.mmap(-1, 50_000_000))\n"
        "    hoard[-1].write(b'x' * 50_000_000)"
    )


@case(KIND, at_every_wall=True)
def files_in_memory(paper):
    """A cell fills files that lie in memory alone, which no process shows."""
    paper.first(
        "import os\nhoard = []\nfor _ in range(30):\n    hoard.append(os.memfd_create('x'))\n"
        "    os.write(hoard[-1], b'x' * 90_000_000)\n"
        "else: print('GOT ' + 'THROUGH: 2.7 GB in files that lie in memory')"
    )


@case(KIND, at_every_wall=True)
def the_shared_folder_in_memory_is_filled(paper):
    """A cell writes 3 GB to /dev/shm."""
    paper.first(
        "for i in range(60):\n    with open(f'/dev/shm/hoard-{i}', 'wb') as file:\n"
        "        file.write(b'x' * 50_000_000)\n"
        "else: print('GOT ' + 'THROUGH: 3 GB in /dev/shm')"
    )


@case(KIND)
def two_hundred_megabytes_of_prints(paper):
    """A cell prints 200 MB."""
    paper.first("for _ in range(2000):\n    print('x' * 100_000)")


@case(KIND)
def an_answer_prints_a_flood(paper):
    """A right answer prints 20 MB each time it is called."""
    paper.inside("normalize", "for _ in range(200): print('x' * 100_000)")


@case(KIND)
def a_hundred_thousand_displays(paper):
    """A cell displays until it is stopped, each time almost nothing."""
    paper.first(
        "from IPython.display import publish_display_data\nfor _ in range(100_000):\n"
        "    publish_display_data({'text/plain': ''})"
    )


@case(KIND)
def prints_to_two_streams_in_turn(paper):
    """A cell writes one character to each stream in turn, 200,000 times."""
    paper.first("import sys\nfor _ in range(100_000):\n    sys.stdout.write('a')\n    sys.stderr.write('b')")


@case(KIND)
def a_huge_figure(paper):
    """A cell draws a figure of 900 million pixels."""
    paper.first(
        "import matplotlib.pyplot as plt\nplt.figure(figsize=(300, 300), dpi=100)\nplt.plot([1, 2])\nplt.show()"
    )


@case(KIND)
def twenty_large_pictures(paper):
    """A cell displays twenty pictures of 1.5 MB."""
    paper.first(
        "import base64, os\nfrom IPython.display import publish_display_data\nfor _ in range(20):\n"
        "    publish_display_data({'image/png': base64.b64encode(os.urandom(1_100_000)).decode()})"
    )


@case(KIND)
def a_huge_text_as_last_line(paper):
    """A cell ends in a text of 100 MB."""
    paper.first("'x' * 100_000_000")


@case(KIND)
def a_text_form_that_never_ends(paper):
    """What a cell shows has a __repr__ that never ends."""
    paper.first("class Endless:\n    def __repr__(self):\n        while True:\n            pass\nEndless()")


@case(KIND)
def an_error_with_a_huge_message(paper):
    """A cell raises an error with a message of 50 MB."""
    paper.first("raise ValueError('x' * 50_000_000)")


@case(KIND)
def an_error_whose_text_never_ends(paper):
    """A cell raises an error whose text is never finished."""
    paper.first(
        "class Endless(Exception):\n    def __str__(self):\n        while True:\n            pass\nraise Endless"
    )


@case(KIND)
def a_cell_asks_for_input(paper):
    """A cell and an answer wait for somebody to type."""
    paper.first("name = input('Your name? ')")


@case(KIND, at_every_wall=True)
def a_file_of_three_gigabytes(paper):
    """A cell writes until the disk is full."""
    paper.first(
        "with open('big', 'wb') as file:\n    for _ in range(60): file.write(b'x' * 50_000_000)\n"
        "    else: print('GOT ' + 'THROUGH')"
    )


@case(KIND, at_every_wall=True)
def twenty_thousand_files(paper):
    """A cell leaves many files."""
    paper.first("for i in range(20_000):\n    open(f'file-{i}', 'w').close()")


@case(KIND, at_every_wall=True)
def three_thousand_folders_deep(paper):
    """A cell makes a folder in a folder, and so on."""
    paper.first("import os\nfor _ in range(3000):\n    os.mkdir('d')\n    os.chdir('d')")


@case(KIND, at_every_wall=True)
def folders_that_nobody_may_enter(paper):
    """A cell leaves folders without rights."""
    paper.first(
        "import os\nos.makedirs('a/b/c')\nopen('a/b/c/file', 'w').close()\nos.chmod('a/b', 0)\nos.chmod('a', 0)"
    )


@case(KIND, ["normalize"])
def an_answer_returns_320_megabytes(paper):
    """An answer returns more numbers than go over the wall."""
    paper.answer("normalize", "def normalize(x, mean, var, eps=1e-3):\n    return np.zeros(40_000_000)")


@case(KIND, ["normalize"])
def an_answer_returns_lists_without_end(paper):
    """An answer returns a list that holds itself, and lists nested a thousand deep."""
    paper.answer(
        "normalize",
        "def normalize(x, mean, var, eps=1e-3):\n    deep = []\n    for _ in range(1000): deep = [deep]\n"
        "    loop = [deep]\n    loop.append(loop)\n    return loop",
    )


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def calls_back_without_end(paper):
    """An answer calls a function of the judge for ever."""
    paper.inside("gradient_check", "while True:\n    forward(x, gamma, beta)")


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def calls_back_with_huge_arrays(paper):
    """An answer hands the judge's own function an array with a gradient of terabytes."""
    paper.inside("gradient_check", "big = np.ones((200_000, 2))\nbackward(big, big, gamma, beta)")


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def keeps_the_judge_busy(paper):
    """An answer has the judge calculate for minutes, with arrays that are not too large."""
    paper.inside("gradient_check", "big = np.ones((1000, 2))\nfor _ in range(100): backward(big, big, gamma, beta)")
