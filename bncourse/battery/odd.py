"""Cases that are honest, and odd: nothing here may cost a point that a function earns."""

from bncourse.battery.papers import DRIVERS, case, own

KIND = "odd"
RIGHT = "(x - mean) / np.sqrt(var + eps)"


def _answers(name, says, source):
    def spoil(paper):
        paper.answer("normalize", source)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND)(spoil)


for _name, _says, _source in [
    ("an_answer_that_warns", "The answer warns, and NumPy warns too.",
     f"import warnings\ndef normalize(x, mean, var, eps=1e-3):\n    warnings.warn('careful')\n    np.log(np.zeros(1))\n"
     f"    return {RIGHT}"),
    ("an_answer_that_chats", "The answer prints to both streams.",
     f"import sys\ndef normalize(x, mean, var, eps=1e-3):\n    print('mean', mean)\n"
     f"    print('hm', file=sys.stderr)\n    return {RIGHT}"),
    ("an_answer_as_a_lambda", "The answer is a lambda.", f"normalize = lambda x, mean, var, eps=1e-3: {RIGHT}"),
    ("an_answer_as_a_partial", "The answer is a functools.partial.",
     "from functools import partial\ndef general(power, x, mean, var, eps=1e-3):\n"
     "    return (x - mean) * (var + eps) ** power\n"
     "normalize = partial(general, -0.5)"),
    ("an_answer_as_an_object", "The answer is an object that can be called.",
     f"class Normalize:\n    def __call__(self, x, mean, var, eps=1e-3):\n        return {RIGHT}\n"
     f"normalize = Normalize()"),
    ("an_answer_as_a_method", "The answer is a method of a class.",
     f"class Layer:\n    @staticmethod\n    def normalize(x, mean, var, eps=1e-3):\n        return {RIGHT}\n"
     f"normalize = Layer.normalize"),
    ("an_answer_with_a_decorator", "The answer is wrapped in a decorator of one's own.",
     f"def timed(f):\n    def inner(*a, **k):\n        return f(*a, **k)\n    return inner\n\n"
     f"@timed\ndef normalize(x, mean, var, eps=1e-3):\n    return {RIGHT}"),
    ("an_answer_with_a_cache", "A helper of the answer is cached.",
     "from functools import lru_cache\n@lru_cache\ndef power(): return -0.5\n"
     "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) * (var + eps) ** power()"),
    ("an_answer_in_float32", "The answer calculates in float32.",
     "def normalize(x, mean, var, eps=1e-3):\n"
     "    return ((x - mean).astype(np.float32) / np.sqrt(var + eps).astype(np.float32))"),
    ("an_answer_in_a_try", "The answer catches everything.",
     f"def normalize(x, mean, var, eps=1e-3):\n    try:\n        return {RIGHT}\n    except:\n        return None"),
    ("an_answer_with_threads", "The answer uses a pool of threads.",
     "from concurrent.futures import ThreadPoolExecutor\ndef normalize(x, mean, var, eps=1e-3):\n"
     "    with ThreadPoolExecutor(2) as pool:\n"
     "        top, low = pool.submit(lambda: x - mean), pool.submit(lambda: np.sqrt(var + eps))\n"
     "        return top.result() / low.result()"),
    ("an_answer_with_a_process", "The answer calculates in a child process.",
     "import multiprocessing\ndef _work(pipe, x, mean, var, eps):\n    pipe.send((x - mean) / np.sqrt(var + eps))\n"
     "def normalize(x, mean, var, eps=1e-3):\n    context = multiprocessing.get_context('fork')\n"
     "    ours, theirs = context.Pipe()\n    child = context.Process(target=_work, args=(theirs, x, mean, var, eps))\n"
     "    child.start()\n    found = ours.recv()\n    child.join()\n    return found"),
    ("an_answer_with_hints", "The answer has annotations and positional-only parameters.",
     f"def normalize(x: np.ndarray, mean: 'float', var, /, eps: float = 1e-3) -> np.ndarray:\n    return {RIGHT}"),
    ("an_answer_in_loops", "The answer is written in plain loops.",
     "def normalize(x, mean, var, eps=1e-3):\n    out = np.empty(x.shape)\n    for i in range(x.shape[0]):\n"
     "        for j in range(x.shape[1]):\n            out[i, j] = (x[i, j] - mean[j]) / (var[j] + eps) ** 0.5\n"
     "    return out"),
    ("the_judges_names_as_helpers", "Helpers bear names that the judge uses.",
     "def describe(x): return x\ndef value(x): return x\ndef serve(x): return x\n"
     "frames = plain = answer = desk = show = names = 3\n"
     f"def _check(x): return x\ndef normalize(x, mean, var, eps=1e-3):\n    return _check(value({RIGHT}))"),
]:  # fmt: skip
    _answers(_name, _says, _source)


def _beside(name, says, *sources):
    def spoil(paper):
        for source in sources:
            paper.first(source)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND)(spoil)


for _name, _says, *_sources in [
    ("cells_of_ones_own", "There are cells of one's own between the others.",
     "a = 1", "print(a)", "a + 1", "# nothing"),
    ("a_cell_with_a_syntax_error", "A cell of one's own cannot be read.", "def broken(:\n    pass"),
    ("a_cell_with_an_error", "A cell of one's own raises an error.", "1 / 0"),
    ("magics", "Cells use magics of IPython.", "%timeit -n 1 -r 1 sum(range(10))", "%matplotlib inline", "%%time\n"
    "b = 3", "!ls",
     "files = !ls\nprint(files)", "%who", "%nonsense"),
    ("help_and_questions", "Cells ask for help.", "?len", "help(len)", "len??"),
    ("a_cell_that_awaits", "A cell awaits at the top.", "import asyncio\nawait asyncio.sleep(0)\nprint('done')"),
    ("figures", "Cells draw, and show figures more than once.",
     "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\nplt.show()", "fig, ax = plt.subplots()\nfig"),
    ("a_widget", "A cell shows a slider.", "import ipywidgets\nipywidgets.IntSlider()"),
    ("a_table_of_pandas_that_is_missing", "A cell imports a library that is not there.", "import no_such_library"),
    ("warnings_as_errors", "A cell turns warnings into errors.", "import warnings\nwarnings.simplefilter('error')"),
    ("settings_of_numpy", "A cell changes how NumPy prints, and has it raise at errors.",
     "np.set_printoptions(precision=2)\nnp.seterr(all='raise')", "np.random.seed(0)"),
    ("a_fork_in_a_cell", "A cell forks, and both processes go on.", "import os\nchild = os.fork()"),
    ("the_built_in_names_are_used", "Cells use list, sum, type and input as names.",
     "list = [1, 2]\nsum = 3\ntype = 'batch'\ninput = 5\nid = 7\nmax = 2"),
    ("the_names_of_the_notebook_are_used", "Cells use x, mean, var and eps as names, and _ and Out.",
     "x = mean = var = eps = gamma = beta = 0\n_ = Out = In = 1\nexit = quit = 3"),
    ("everything_is_deleted", "A cell resets the names, and the imports come again.", "%reset -f\n"
                                                                                      "import numpy as np\n"
                                                                                      "from bncourse import check"),
    ("characters_of_all_kinds", "A cell prints half characters, NUL and control characters.",
     "print('\\ud800 \\0 \\x1b[2J ∂ \\U0001f600')\nimport sys\nsys.stderr.write('\\udfff')\n'\\ud800'"),
    ("a_check_that_is_called_by_hand", "A cell calls checks, hints, predictions and experiments of the course.",
     "check.normalize(None)\ncheck.hint('normalize')\nfrom bncourse import experiments, predict\npredict('a', 1)\n"
     "experiments.run()"),
]:  # fmt: skip
    _beside(_name, _says, *_sources)


@case(KIND)
def a_function_before_an_error(paper):
    """The cell of an answer defines it, and then fails in a test of one's own; another cell ends the process."""
    paper.answer("normalize", paper.source("normalize") + "\n\nassert normalize is None, 'my own test'")
    paper.last("import os\nos._exit(1)")
    paper.inside("batch_mean", "print('called')")


@case(KIND, ["batch_norm_conv"])
def a_function_before_an_error_and_a_lost_session(paper):
    """An answer's cell defines it and then fails; a later answer ends the process; the first keeps its points."""
    paper.answer("batch_norm", paper.source("batch_norm") + "\n\n1 / 0")
    paper.cells.append(paper.cells.pop(paper.cells.index(paper.cell("batch_norm-check"))))
    paper.inside("batch_norm_conv", "import os; os._exit(0)")


@case(KIND)
def a_copied_answer(paper):
    """The cell of an answer is there twice; the first is an old try."""
    place = paper.cells.index(paper.cell("normalize"))
    old = {**paper.cell("normalize"), "id": "old", "source": "def normalize(x, mean, var, eps=1e-3):\n    return x"}
    paper.cells.insert(place, old)


@case(KIND)
def answers_in_cells_of_ones_own(paper):
    """The answer stands in a cell of one's own, and the given cell uses it."""
    paper.cells.insert(
        paper.cells.index(paper.cell("normalize")), own(f"def mine(x, mean, var, eps):\n    return {RIGHT}")
    )
    paper.answer("normalize", "def normalize(x, mean, var, eps=1e-3):\n    return mine(x, mean, var, eps)")


@case(KIND)
def a_local_file_is_read(paper):
    """The answer reads a file that lies beside the notebook."""
    paper.lie_beside("power.csv", "-0.5\n")
    paper.answer(
        "normalize",
        "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) * (var + eps) ** float(np.loadtxt('power.csv'))",
    )


@case(KIND)
def the_given_cells_are_changed(paper):
    """The first cell imports more, and the checks hold notes of one's own."""
    paper.cells[1 if paper.cells[0]["cell_type"] != "code" else 0]["source"] += "\nimport math"
    paper.cell("normalize-check")["source"] = "# done!\n" + paper.source("normalize-check")


@case(KIND, ["normalize"])
def an_answer_with_a_syntax_error(paper):
    """One answer cannot be read; the others are right."""
    paper.answer("normalize", "def normalize(x, mean, var, eps=1e-3)\n    return x")


@case(KIND, earns={"batch_norm_conv": 1.0})
def half_of_an_answer(paper):
    """One of the two parts of an exercise is right."""
    paper.inside("batch_norm_conv", "if data_format != 'channels_last': raise ValueError('later')")


@case(KIND, "all")
def nothing_written(paper):
    """All answers are as they were handed out."""
    for name in ("batch_mean", "batch_variance", "normalize", "scale_and_shift", "batch_norm", "batch_norm_conv"):
        paper.answer(name, paper.source(name).split('"""')[0] + "raise NotImplementedError")


@case(KIND)
def a_stream_that_is_gone(paper):
    """A cell closes one stream and takes the other away; the cells below have none of that."""
    paper.first("import io, sys\nsys.stderr = io.StringIO()\nsys.stderr.close()\nsys.stdout = None")


@case(KIND, assignment=DRIVERS)
def names_that_live_inside_a_test(paper):
    """A test has helpers, imports and errors of its own inside it, whose names nobody else knows."""
    body = paper.source("find_bugs")
    paper.answer(
        "find_bugs",
        body.replace("def find_bugs(bn", "def _judged(bn")
        + "\n\n\ndef find_bugs(bn):\n    import math as m\n    def inner(value):\n        return value\n"
        "    class Local: pass\n    try:\n        m.sqrt(-1.0)\n    except ValueError as wrong:\n        inner(wrong)\n"
        "    one = [number for number in range(3)]\n    Local()\n    return _judged(bn)",
    )


@case(KIND, assignment=DRIVERS)
def a_test_that_prints_and_warns(paper):
    """A check of gradients prints and warns at each call."""
    paper.inside("gradient_check", "import warnings\nwarnings.warn('slow')\nprint('checking', forward, backward)")
