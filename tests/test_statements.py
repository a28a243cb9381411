"""A statement that stops because the grader's machine is not the student's takes no answer below it along."""

import sys

import numpy as np
import pytest

from bncourse.grading.engine.session import Submission
from bncourse.grading.submission.bindings import definitions_in
from bncourse.grading.submission.parsing import sources_of
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.sandbox import Sandbox

walled = pytest.mark.skipif(sys.platform != "linux" or best_level(0) < 2, reason="no safe walls stand here")
ANSWER = "def batch_mean(x):\n    return x.mean(axis=0)\n"
OF_THE_MACHINE = {
    "the reference": "from bncourse import reference\nprint(reference.batch_mean([1]))\n",
    "an experiment": "from bncourse.experiments import descent\nx, y = descent.patients(seed=0)\nprint(x.shape)\n",
    "a case of a check": "from bncourse import check\nx = check.case('batch_mean')\nprint(x[0].shape)\n",
    "the score of a check": "from bncourse import check\nassert check.batch_mean(len) == 1.0\n",
    "the score, written": "from bncourse import check\nprint(f'{check.batch_mean(len):.1f}')\n",
    "a package that is not there": "import seaborn_of_nobody as sns\nsns.set_theme()\nred = sns.hls()\nred[0]\n",
    "a folder that is closed": "open('/tmp/notes.txt', 'w').write('mine')\n",
    "a file that was not handed in": "import numpy as np\ntable = np.loadtxt('table.csv')\nprint(table.mean())\n",
    "a magic of another front-end": "%matplotlib widget\n",
    "the kernel": "print(get_ipython().kernel.session)\n",
    "a question to the reader": "name = input('Your name? ')\nprint(name.upper())\n",
    "a magic that times it": "import numpy as np\n%time np.load('/home/me/big.npy')\n",
    "a text that is run": "exec('import seaborn_of_nobody')\n",
    "a cell that is timed": "%%time\nimport seaborn_of_nobody\n",
    "a cell whose output is kept": "%%capture out\nimport seaborn_of_nobody\n",
    "what follows from it": "import numpy as np\nkept = {}\nkept.update(np.load('/home/me/a.npz'))\na = kept['a']\n",
    "a form feed before it": "x = 'a\\x0cb'\n\x0cimport seaborn_of_nobody\n",
    "what it printed, kept": "out\nprint(out.stdout)\n",
    "a table of the course": "from bncourse.museum import checkers\nprint(checkers.CHECKERS[0])\n",
    "a loop over what the course has": "from bncourse import museum\nfor bug in museum.exhibits:\n    print(bug)\n",
    "a number of the course": "from bncourse import experiments\neta = experiments.RATE * 2\n",
    "the number, written": "from bncourse import data\nprint('%d' % data.SIZE)\n",
    "an array of the course": "import numpy as np\nfrom bncourse import data\nx = np.mean(data.X)\n",
    "a class of the course": "from bncourse.figures import slider\nclass Mine(slider.Slider):\n    pass\n",
    "a type of the course": "from bncourse.figures.slider import Slider\nassert not isinstance(3, Slider)\n",
    "a check that gives nothing": "from bncourse import check\nassert check.batch_mean(len) is None\n",
    "a check in a condition": "from bncourse import check\nif check.batch_mean(len) is not None:\n    1 / 0\n",
    "a score by a name": "from bncourse import check\nv = check.batch_mean(len)\nw = [v]\nassert w[0].score == 1\n",
    "the kernel, by a name": "ip = get_ipython()\nprint(ip.kernel.session)\n",
    "a package that may be missing": "try:\n    import seaborn_of_nobody as sns\nexcept ImportError:\n    sns = None\n"
    "sns.set_theme()\n",
    "a variable of the machine": "import os\nprint(os.environ['OF_NOBODY'])\n",
    "a program of the machine": "import shutil\nassert shutil.which('program-of-nobody')\n",
    "a list that it would have filled": "from bncourse import experiments\nlosses = []\n"
    "losses.append(experiments.run())\nprint(losses[0])\n",
    "a table that it would have filled": "from bncourse import experiments\nresults = {}\n"
    "results['a'] = experiments.run()\nprint(results['a'])\n",
    "an error about another": "def load():\n    try:\n        open('/home/me/big.npy')\n    except OSError as error:\n"
    "        raise Exception('URL fetch failure') from error\ndigits = load()\nprint(digits[0])\n",
    "all names of a part of the course": "from bncourse.experiments import *\nfigure(descent)\n",
    "a clock around it": "from bncourse import timers\nwith timers.timed():\n    z = 0\nassert z == 0\n",
    "a decorator of the course": "from bncourse import timers\n@timers.timed\ndef helper():\n    return 2\n"
    "assert helper() == 2\n",
    "a decorator above the answer": "from bncourse import timers\n@timers.timed\n",
    "what an earlier cell gave": "print(Out[1])\n",
    "more memory than there is here": "import numpy as np\nx = np.zeros((10_000, 100_000))\nprint(x.shape)\n",
    "the arguments of the kernel": "import argparse\nof = argparse.ArgumentParser()\nof.add_argument('-f')\n"
    "of.add_argument('--rate', default=0.1)\nrate = of.parse_args().rate\nassert rate == 0.1\n",
    "the loop of the kernel": "import asyncio\nloop = asyncio.get_running_loop()\nloop.call_soon(print)\n",
    "a process of the machine": "import psutil\nprint(psutil.Process(2**22 - 1).name())\n",
    "a limit of the machine": "import resource\nresource.setrlimit(resource.RLIMIT_NOFILE, (2**20, 2**20))\n",
    "a window": "import tkinter as tk\nfrom tkinter import filedialog\nroot = tk.Tk()\nroot.withdraw()\n"
    "path = filedialog.askopenfilename()\n",
    "what an earlier cell was": "print(_ih[7])\n",
    "on one line": "open('/tmp/notes.txt', 'w'); width = 3; assert width\n",
}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(best_level(0), ("numpy",), 49, Limits(cell=60, notebook=600)) as sandbox:
        yield sandbox


@walled
@pytest.mark.parametrize("before", OF_THE_MACHINE)
def test_an_answer_below_what_only_the_students_machine_has_is_there(sandbox, before):
    with Submission(sandbox) as room:
        room.run("%%capture out\nprint('training')")
        outputs = room.run(OF_THE_MACHINE[before] + ANSWER)
        assert room.lookup("batch_mean").kind == "function", outputs
        room.run("assert width == 3" if before == "on one line" else "")


@walled
def test_no_statement_runs_twice(sandbox):
    with Submission(sandbox) as room:
        room.run("n = 1\nn -= 1\n%time open('/home/me/big.npy')\nn -= 1\nopen('/nowhere')\nn -= 1\n")
        assert room.lookup("n") == -2


@walled
def test_the_answer_in_a_block_is_there_when_a_line_above_it_stops(sandbox):
    with Submission(sandbox) as room:
        in_a_block = "    import seaborn_of_nobody\n    @staticmethod\n    def batch_mean(x):\n        return 1\n"
        room.run(f"if True:\n{in_a_block}\nn = 2")
        assert room.lookup("n") == 2 and room.call("batch_mean", (3,), {}, 10).value == 1


@walled
def test_what_stands_below_a_stop_in_a_block_is_run_where_the_block_would_have_gone_on(sandbox):
    with Submission(sandbox) as room:
        room.run(
            "import numpy as np\nif True:\n    from bncourse import demos\n    demos.show()\n    axis = 3\n"
            "else:\n    axis = 4\n"
        )
        room.run("if np.load('/no.npy'):\n    side = 1\nelse:\n    side = 2\n")
        room.run("for i in range(3):\n    np.load('/no.npy')\n    turns = i\n")
        assert room.lookup("axis") == 3
        for name in ("side", "turns"):  # nobody knows what would have been run
            with pytest.raises(NameError):
                room.lookup(name)


@walled
@pytest.mark.parametrize(
    "block",
    [
        "if True:\n    demos.show(); k = 3\n",
        "if True: demos.show(); k = 3\n",
        "with open('ä.txt', 'w') as ä: demos.show(); k = 3\n",
        "try:\n    demos.show(); k = 3\nfinally:\n    pass\n",
    ],
)
def test_a_statement_beside_the_one_that_stopped_is_run_alone(sandbox, block):
    with Submission(sandbox) as room:
        outputs = room.run(f"from bncourse import demos\n{block}{ANSWER}")
        assert room.lookup("k") == 3 and room.lookup("batch_mean").kind == "function"
        assert str(outputs).count("is not there while") < 4


@walled
@pytest.mark.parametrize("head", ["x: torch_of_nobody.Tensor", "x: Float['n d'] = None, *, eps: data.SIZE[0] = 1"])
def test_an_annotation_of_what_is_not_here_takes_no_answer_along(sandbox, head):
    with Submission(sandbox) as room:
        room.run("import torch_of_nobody\nfrom bncourse import data\nfrom jaxtyping_of_nobody import Float")
        room.run(f"def batch_mean({head}) -> torch_of_nobody.Tensor:\n    return x.mean(axis=0)\n")
        assert room.lookup("batch_mean").kind == "function"


# How a cell may end that is not the student's mistake, and what stands above its answer and is wanted by it.
ENDS = {
    "an experiment without an end": "import time\nfor i in range(100):\n    time.sleep(1)\n",
    "one that swallows interrupts": "import time\nwhile True:\n    try:\n        time.sleep(1)\n"
    "    except BaseException:\n        pass\n",
    "one that takes the memory": "hoard = [bytearray(b'x' * 50_000_000) for i in range(40)]\n",
    "one that ends the process": "import os\nos._exit(1)\n",
}
HEADS = {
    "nothing": "",
    "a magic": "%matplotlib inline\n",
    "a magic that times it": "%%time\n",
    "a number and a module": "import math; AXIS, LIMIT = int(), 1e-3\nAXIS = 0\n",
    "what is not there any more": "table = list((1,))\nWIDTH = table[0]\nAXIS = 0\n",
}


@walled
@pytest.mark.parametrize(
    ("head", "end"),
    [*((head, "one that ends the process") for head in HEADS), *(("a magic", end) for end in [*ENDS][:-1])],
)
def test_what_a_cell_defines_is_there_however_it_ends_and_in_the_next_session_too(head, end):
    answer = ANSWER.replace("axis=0", "axis=AXIS") if "AXIS" in HEADS[head] else ANSWER
    limits = Limits(cell=2, notebook=600, grace=1, memory=500_000_000)
    with Sandbox(best_level(0), ("numpy",), 48, limits) as hasty, Submission(hasty) as room:
        room.run(f"{HEADS[head]}{answer}{ENDS[end]}")
        for _ in range(2):
            found = room.call("batch_mean", (np.ones((2, 3)),), {}, 10)
            assert np.array_equal(found.value, np.ones(3)), found
            room.run("import os\nos._exit(1)")


@walled
def test_a_text_in_quotes_stays_as_it_is_below_a_stop_in_a_block(sandbox):
    with Submission(sandbox) as room:
        room.run(
            "import numpy as np\nif True:\n    np.load('/no.npy')\n    words = '''\nless indented\n  text'''\n\n"
            "    def batch_mean(x):\n        '''Gives\nthe mean.'''\n        return x.mean(axis=0)\nn = 2\n"
        )
        assert room.lookup("words") == "\nless indented\n  text" and room.lookup("n") == 2
        assert room.lookup("batch_mean").kind == "function"


@walled
def test_what_a_cell_defines_below_an_experiment_that_uses_up_its_time_is_there():
    limits = Limits(cell=2, notebook=600)
    with Sandbox(best_level(0), ("numpy",), 48, limits) as hasty, Submission(hasty) as room:
        outputs = room.run(f"import time\nfor i in range(100):\n    time.sleep(1)\nn = len('x')\n{ANSWER}k = 1")
        assert "longer than 2 seconds" in str(outputs)
        assert room.lookup("batch_mean").kind == "function" and room.lookup("k") == 1
        with pytest.raises(NameError):
            room.lookup("n")


@pytest.mark.parametrize("value", ["9 ** 999_999_999", "1 << 10**11", "1 << 99_999_999_999", "'a' * 9_999_999_999"])
def test_a_number_that_takes_all_the_time_there_is_is_no_definition(value):
    """Definitions of a cell that was stopped run once more, because they take no time."""
    assert definitions_in(f"while True: pass\nx = {value}\nk = 1 / 2\n").count("=") == 1


@walled
def test_a_name_that_was_lost_in_one_cell_stops_no_other(sandbox):
    with Submission(sandbox) as room:
        room.run("import seaborn_of_nobody as sns\ncolours = sns.color_palette()")
        outputs = room.run("print(colours[0])\n" + ANSWER)
        assert "NameError" in str(outputs) and room.lookup("batch_mean").kind == "function"


@walled
@pytest.mark.parametrize(
    "mistake",
    [
        "1 / 0",
        "assert False",
        "raise NotImplementedError",
        "unknown_name",
        "[][1]",
        "import os\n1 / 0",
        "out = 3\nout.x",
    ],
)
def test_a_mistake_of_the_student_stops_the_cell_as_it_does_in_the_notebook(sandbox, mistake):
    with Submission(sandbox) as room:
        room.run(f"before = 1\n{mistake}\n{ANSWER}")
        assert room.lookup("before") == 1
        with pytest.raises(NameError):
            room.lookup("batch_mean")


@walled
def test_what_a_check_gives_shows_nothing_and_is_no_value(sandbox):
    with Submission(sandbox) as room:
        assert room.run("from bncourse import check\ncheck.batch_mean(len)") == []
        assert room.run("print(check.case('batch_mean'), bool(check.case('batch_mean')))")[0]["text"] == "None False\n"


STUB = "def batch_mean(x):\n    raise NotImplementedError\n\n"
INNER = "    def batch_mean(x):\n        return x.mean(axis=0)\n"


@pytest.mark.parametrize(
    "again",
    [
        f"for axis in (0,):\n{INNER}",
        f"if True:\n{INNER}",
        f"try:\n{INNER}except ValueError:\n    pass\n",
        f"with open(__file__):\n{INNER}",
        "batch_mean, other = len, max\n",
        "batch_mean: object = len\n",
        "from library import batch_mean\n",
        "from library import mean as batch_mean\n",
        "(batch_mean := len)\n",
        "for batch_mean in [len]: pass\n",
    ],
)
def test_a_stub_above_an_answer_is_not_its_text(again):
    assert "batch_mean" not in sources_of(STUB + again, 1000)


def test_the_last_text_of_a_function_is_its_text():
    assert sources_of(STUB + ANSWER + "print(batch_mean)\n", 1000) == {"batch_mean": ANSWER.strip()}


@walled
def test_an_answer_in_a_loop_below_the_stub_is_called_and_not_taken_for_unstarted(sandbox):
    from bncourse import exercises
    from bncourse.checking import judge
    from bncourse.grading.engine.proxies import answer

    with Submission(sandbox) as room:
        room.run(STUB + f"for axis in (0,):\n{INNER}")
        verdict = judge(exercises.find("batch_mean"), answer(room.lookup("batch_mean"), "batch_mean"), 3)
        assert verdict.outcome == "correct", verdict.text()
