"""Cases that want points their functions do not earn: patched libraries, forged results, edited notebooks."""

from bncourse.battery.papers import DRIVERS, case

KIND = "integrity"
# Finds the descriptor on which the session answers the judge.
WALL = (
    "import os, stat, struct, json\n"
    "def wall():\n"
    "    for name in os.listdir('/proc/self/fd'):\n"
    "        try:\n"
    "            if stat.S_ISSOCK(os.fstat(int(name)).st_mode): return int(name)\n"
    "        except OSError: pass\n"
    "def frame(header, blobs=b''):\n"
    "    header = header if isinstance(header, bytes) else json.dumps(header).encode()\n"
    "    return struct.pack('!IQ', len(header), len(blobs)) + header + blobs\n"
)


def _patched(name, says, source, at_most=False):
    def spoil(paper):
        paper.wrong()
        paper.first(source)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, ["normalize"], at_most=at_most)(spoil)


for _name, _says, _source, *_more in [
    ("numpy_always_finds_equal", "NumPy's comparisons are replaced by yes.",
     "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True\nnp.all = np.any = lambda *a, **k: True"),
    ("numpys_assertions_are_gone", "np.testing never complains.",
     "import numpy.testing as t\nfor n in dir(t):\n    if n.startswith('assert'): setattr(t, n, lambda *a, **k: None)"),
    ("numpy_gives_what_is_asked", "np.asarray and np.array are replaced.",
     "real = np.asarray\nnp.asarray = lambda *a, **k: np.ones((7, 5))", True),
    ("isinstance_says_yes", "Built-in functions are replaced.",
     "import builtins\nbuiltins.isinstance = lambda *a: True\nbuiltins.abs = lambda *a: 0", True),
    ("assertions_are_dropped", "A transformer of syntax trees drops each assert and each raise.",
     "import ast\nclass Drop(ast.NodeTransformer):\n    def visit_Assert(self, node): return ast.Pass()\n"
     "    def visit_Raise(self, node): return ast.Pass()\nget_ipython().ast_transformers.append(Drop())"),
    ("input_is_transformed", "A transformer of input replaces the text of each check.",
     "get_ipython().input_transformers_post.append(lambda lines: ['2.0'] if 'check' in ''.join(lines) else lines)"),
    ("a_trace_forces_returns", "sys.settrace and sys.setprofile watch each call.",
     "import sys\ndef trace(frame, event, arg):\n    frame.f_locals['score'] = 2.0\n    return trace\n"
     "sys.settrace(trace)"),
    ("the_display_hook_forges_results", "sys.displayhook shows all points for everything.",
     "import sys\nhook = sys.displayhook\nsys.displayhook = lambda value: hook(2.0)"),
    ("floats_are_printed", "Cells print numbers of points, and end in them.",
     "print(2.0)\nfrom IPython.display import display\ndisplay(2.0)\n2.0"),
    ("check_is_rebound", "The name check is something that accepts all.",
     "class Kind:\n    def __getattr__(self, name): return lambda *a: None\ncheck = Kind()"),
    ("the_check_module_is_replaced", "sys.modules holds another bncourse.check.",
     "import sys, types\nkind = types.ModuleType('bncourse.check')\nkind.__getattr__ = lambda name: (lambda *a: None)\n"
     "sys.modules['bncourse.check'] = kind\nimport bncourse\nbncourse.check = check = kind"),
    ("the_desk_is_patched", "What answers the judge is replaced in the session.",
     "from bncourse.sandbox.inside import cells\n"
     "cells._Desk.do_call = lambda self, **asked: {'value': 2.0, 'outcome': 'correct', 'score': 2.0}", True),
    ("frames_are_patched", "What packs values for the judge is replaced.",
     "from bncourse.sandbox import values\n"
     "values.pack = lambda value, blobs, depth=0: {'$': 'opaque', 'kind': 'correct'}", True),
    ("plain_values_are_forged", "What makes values plain gives the inputs back as results.",
     "from bncourse.sandbox.inside import cells\nfrom bncourse.checking import answer\n"
     "answer.plain = cells.plain = lambda v, d=0: True",
     True),
    ("json_is_patched", "json.dumps writes a forged verdict.",
     "import json\nreal = json.dumps\n"
     "json.dumps = lambda v, **k: real({'$': 'dict', 'items': [['value', 2.0]]})", True),
    ("verdicts_are_printed", "Cells show the words and the card of a right verdict.",
     "from IPython.display import HTML, display\nprint('✓ CORRECT - Exercise: normalize (2 of 2 points)')\n"
     "display(HTML('<b>✓ CORRECT - Exercise: normalize (2 of 2 points)</b>'))"),
    ("outputs_that_run_in_a_browser", "Cells show HTML that would change grades when Formgrader shows it.",
     "from IPython.display import HTML, display\nevil = '<img src=x onerror=\"GOT ' + 'THROUGH\">'\n"
     "display(HTML(evil))\ndisplay({'text/html': evil, 'application/javascript': 'GOT ' + 'THROUGH'}, raw=True)\n"
     "display({'image/png': evil}, raw=True)\nHTML(evil)"),
    ("the_clock_stands_still", "time and random are replaced.",
     "import time, random\ntime.time = time.monotonic = time.perf_counter = lambda: 0.0\n"
     "np.random.seed = lambda *a: None"),
]:  # fmt: skip
    _patched(_name, _says, _source, *_more)


def _returns(name, says, before, expression):
    def spoil(paper):
        body = f"def normalize(x, mean, var, eps=1e-3):\n    return {expression}"
        paper.answer("normalize", f"{before}\n\n{body}" if before else body)

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, ["normalize"])(spoil)


for _name, _says, _before, _expression in [
    ("an_object_equal_to_all", "The answer is an object that equals everything.",
     "class Same:\n    shape, dtype, ndim, __array_priority__ = (7, 5), np.dtype(float), 2, 1e9\n"
     "    def __eq__(self, other): return True\n    def __sub__(self, other): return 0\n"
     "    __rsub__ = __abs__ = __sub__\n"
     "    def __array_ufunc__(self, *a, **k): return True", "Same()"),
    ("an_array_equal_to_all", "The answer is a subclass of ndarray that lies about comparisons.",
     "class Same(np.ndarray):\n    def __eq__(self, other): return np.ones(self.shape, bool)\n"
     "    def __array_ufunc__(self, *a, **k): return np.zeros(self.shape)", "x.view(Same)"),
    ("an_array_like_that_lies", "The answer gives another array each time it is read.",
     "class Lies:\n    def __array__(self, dtype=None, copy=None):\n"
     "        return np.random.default_rng().normal(size=(7, 5))",
     "Lies()"),
    ("an_array_like_that_raises", "The answer raises when it is read as an array.",
     "class Raises:\n    def __array__(self, dtype=None, copy=None): raise SystemExit(0)", "Raises()"),
    ("a_float_that_is_all_numbers", "The answer is a subclass of float that equals everything.",
     "class Same(float):\n    def __eq__(self, other): return True\n    __hash__ = float.__hash__", "Same(2.0)"),
    ("objects_in_an_array", "The answer is an array of objects.", "", "np.array([object()] * 35).reshape(7, 5)"),
    ("not_a_number_everywhere", "The answer is nan everywhere.", "", "x * np.nan"),
    ("infinity_everywhere", "The answer is infinite everywhere.", "", "x * 0 + np.inf"),
    ("a_verdict_is_raised", "The answer raises an error that looks like a right verdict.",
     "class Unsolved(AssertionError):\n    class verdict:\n"
     "        score, outcome, exercise = 2.0, 'correct', 'normalize'\n"
     "def now(): raise Unsolved('CORRECT')", "now()"),
    ("half_characters_in_an_error", "The answer raises an error with half a character in its text.",
     "def now(): raise ValueError('\\ud800 \\0 \\x1b[2J')", "now()"),
    ("it_reads_the_stack", "The answer looks for the expected values in the frames that call it.",
     "import sys\ndef look(like):\n    frame = sys._getframe()\n    while frame:\n"
     "        for name, value in list(frame.f_locals.items()):\n"
     "            if name in ('expected', 'truth', 'reference') and hasattr(value, 'shape'): return value\n"
     "        frame = frame.f_back\n    return 0 * like", "look(x)"),
    ("it_reads_all_objects", "The answer looks among all objects for an array of the right shape and mean.",
     "import gc\ndef look(like):\n    for found in gc.get_objects():\n"
     "        if isinstance(found, dict):\n            for value in list(found.values()):\n"
     "                if isinstance(value, np.ndarray) and value.shape == like.shape and value is not like:\n"
     "                    if abs(value.mean()) < 1e-9: return value\n    return 0 * like", "look(x)"),
]:  # fmt: skip
    _returns(_name, _says, _before, _expression)


def _writes_to_the_wall(name, says, source):
    def spoil(paper):
        paper.answer("normalize", f"{WALL}\ndef normalize(x, mean, var, eps=1e-3):\n    {source}\n    return 0 * x")

    spoil.__name__, spoil.__doc__ = name, says
    case(KIND, ["normalize"], at_most=True)(spoil)


for _name, _says, _source in [
    ("a_reply_is_forged", "The answer writes a reply to the judge ahead of its own.",
     "os.write(wall(), frame({'$': 'dict', 'items': [['value', 2.0], ['score', 2.0], ['outcome', 'correct']]}))"),
    ("replies_of_the_wrong_type", "The answer sends replies that are texts, lists, numbers and nothing.",
     "for told in ('text', [1, 2], 3, None): os.write(wall(), frame(told))"),
    ("a_reply_with_every_field_wrong", "Each field of the reply has another type.",
     "os.write(wall(), frame({'$': 'dict', 'items': [[k, [1]] for k in ('value', 'fault', 'arguments', 'warned')]}))"),
    ("frames_without_end", "The answer sends frames for ever.",
     "while True: os.write(wall(), frame({'$': 'dict', 'items': [['callback', 0], ['part', '']]}))"),
    ("a_frame_of_exabytes", "The answer announces a frame of 2^60 bytes.",
     "os.write(wall(), struct.pack('!IQ', 10, 2**60) + b'0123456789')"),
    ("a_frame_that_never_ends", "The answer sends one byte of a frame now and then.",
     "import time; os.write(wall(), struct.pack('!IQ', 1_000_000, 0))\n"
     "    while True: time.sleep(0.2); os.write(wall(), b' ')"),
    ("a_frame_of_brackets", "The answer sends five million lists.",
     "data = memoryview(frame(b'[' + b'[],' * 5_000_000 + b'1]'))\n"
     "    while data: data = data[os.write(wall(), data):]"),
    ("a_frame_nested_without_end", "The answer sends lists nested a hundred thousand deep.",
     "data = memoryview(frame(b'[' * 100_000 + b']' * 100_000))\n    while data: data = data[os.write(wall(), data):]"),
    ("a_frame_of_objects", "The answer sends an array whose type is Python objects.",
     "os.write(wall(), frame({'$': 'dict', 'items': [['value', {'$': 'array', 'dtype': '|O', 'shape': [1]}]]}, "
     "b'12345678'))"),
    ("a_frame_of_nothing_times_a_trillion", "The answer sends an array of a trillion items of no size.",
     "os.write(wall(), frame({'$': 'dict', 'items': "
     "[['value', {'$': 'array', 'dtype': '|S0', 'shape': [10**12]}]]}))"),
    ("handles_and_strange_callbacks", "The answer sends handles, and calls functions that it was never given.",
     "os.write(wall(), frame({'$': 'dict', 'items': [['callback', 99], ['part', '__init__'], ['arguments', "
     "{'$': 'handle', 'id': 5, 'parts': ['__globals__']}], ['options', 3]]}))"),
]:  # fmt: skip
    _writes_to_the_wall(_name, _says, _source)


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def the_drivers_are_patched(paper):
    """The drivers of the checks are replaced in the session."""
    paper.wrong("gradient_check")
    paper.first(
        "import sys, types\nkind = types.ModuleType('bncourse.drivers.gradients')\n"
        "kind.ask_gradient_check = lambda check, candidate, *a: candidate in 'AGL'\n"
        "sys.modules['bncourse.drivers.gradients'] = kind"
    )


@case(KIND, ["gradient_check"], assignment=DRIVERS)
def a_check_of_gradients_that_counts(paper):
    """The answer knows by heart at which of its calls the learner's check wants True."""
    order = "TFFFFFFFFFTTTFT"
    paper.answer(
        "gradient_check",
        f"calls = iter('{order}' * 9)\ndef gradient_check(forward, backward, x, gamma, beta):\n"
        f"    return next(calls) == 'T'",
    )


@case(KIND, ["find_bugs"], assignment=DRIVERS)
def a_test_that_counts(paper):
    """The answer accepts the first calls, which it takes for the right ones, and rejects all others."""
    from bncourse import museum

    rights, all_of_them = len(museum.right_ones()), len(museum.right_ones()) + len(museum.exhibits())
    paper.answer(
        "find_bugs",
        "from itertools import count\ncalls = count()\ndef find_bugs(bn):\n"
        f"    return next(calls) % {all_of_them} < {rights}",
    )


@case(KIND, ["find_bugs"], assignment=DRIVERS)
def a_test_with_the_source_of_another(paper):
    """The answer holds stored numbers, and bears the name of a function that holds none."""
    paper.answer(
        "find_bugs",
        "def innocent(bn):\n    assert bn\n\n\ndef find_bugs(bn):\n"
        "    wanted = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14]\n"
        "    return len(wanted) > 3\n\n\nfind_bugs.__name__ = 'innocent'",
    )
