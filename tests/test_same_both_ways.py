"""What the notebook's check says of an answer, grading says too, whatever kind of value crosses the wall."""

import inspect
import linecache
import sys

import numpy as np
import pytest
from sampled import one_in

from bncourse import exercises
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.grading.engine.proxies import answer
from bncourse.grading.engine.session import Submission
from bncourse.reference import bug_museum
from bncourse.sandbox.levels import best_level
from bncourse.sandbox.limits import Limits
from bncourse.sandbox.sandbox import Sandbox

walled = pytest.mark.skipif(sys.platform != "linux" or best_level(0) < 2, reason="no safe walls stand here")
WHOLE = inspect.getsource(bug_museum._agree) + "\n\n" + inspect.getsource(bug_museum.find_bugs)
WHOLE = WHOLE.replace("def find_bugs(", "def _find_bugs(")
END = """

def find_bugs(bn):
    try:
        _find_bugs(bn)
        fine = np.float64(1.0)
    except AssertionError:
        fine = np.float64(0.0)
    """
TEST = "import numpy as np\n\n" + WHOLE + inspect.getsource(bug_museum._numeric_gradient) + END
ENDS = {
    "a truth value of NumPy": "return fine > 0.5",
    "a truth value of Python": "return bool(fine)",
    "a number, which says nothing": "return float(fine)",
    "an array without an axis": "return np.array(fine > 0.5)",
    "an assertion": "assert fine",
    "a long message": f"assert fine, {'the batch norm does not give what the formula gives, ' * 8!r}",
}


@pytest.fixture(scope="module")
def room():
    with Sandbox(best_level(0), ("numpy",), 49, Limits(cell=60, notebook=600)) as sandbox, Submission(sandbox) as room:
        yield room


def here(source, name):
    """Give the answer of a text as the learner's own kernel has it."""
    space, file = {"__name__": "__main__"}, f"<{name}>"
    exec(compile(source, file, "exec"), space)
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    return DirectAnswer(space[name], name)


def scores(room, source, name="find_bugs"):
    exercise = exercises.find(name)
    room.run(source)
    return judge(exercise, here(source, name), 3).score, judge(exercise, answer(room.lookup(name), name), 3).score


@walled
@pytest.mark.parametrize("end", one_in(2, ENDS))
def test_a_test_earns_the_same_whatever_it_returns(room, end):
    ours, theirs = scores(room, TEST + ENDS[end])
    assert ours == theirs and (ours > 0) == ("number" not in end)


@walled
def test_a_batch_that_grading_does_not_take_is_refused_in_the_notebook_in_the_same_words(room):
    large = "x = np.random.default_rng(0).normal(size=(25_000, 5)); one = np.ones(5)"
    source = f"{TEST}{large}; bn.forward(x, one, one, one, one, 0.9, 1e-5, True); assert fine"
    assert scores(room, source) == (0, 0)
    said = judge(exercises.find("find_bugs"), here(source, "find_bugs"), 3).text()
    assert "the arguments hold more than 100,000 numbers" in " ".join(said.split())


STORED = "".join(np.random.default_rng(1).choice(list("abcdefghijkmnopqrstuvwxyz0123456789"), 400))


@walled
@pytest.mark.parametrize(
    "source",
    [
        f"def find_bugs(bn):\n    known = {STORED!r}\n    assert known\n",
        f"def _known():\n    return {STORED!r}\n\ndef find_bugs(bn):\n    assert _known()\n",
        f"KNOWN = {STORED!r}\n\ndef find_bugs(bn):\n    assert KNOWN\n",
        f"KNOWN = dict(a={STORED!r})\n\ndef find_bugs(bn):\n    assert KNOWN\n",
    ],
    ids=["in the test", "in a function beside it", "beside it", "in a dictionary beside it"],
)
def test_results_packed_into_a_text_are_stored_results_in_both(room, source):
    exercise = exercises.find("find_bugs")
    room.run(source)
    for tried in (here(source, "find_bugs"), answer(room.lookup("find_bugs"), "find_bugs")):
        verdict = judge(exercise, tried, 3)
        assert verdict.score == 0 and "make its numbers itself" in verdict.text(), verdict.text()


RIGHT = "lambda x, mean, var, eps=1e-3: (x - mean) / np.sqrt(var + eps)"
STUB = "def normalize(x, mean, var, eps=1e-3):\n    raise NotImplementedError\n"


@walled
@pytest.mark.parametrize(
    "source",
    [
        f"def done(f):\n    return {RIGHT}\n\n@done\n{STUB}",
        f"import functools\ndef done(f):\n    return functools.wraps(f)({RIGHT})\n\n@done\n{STUB}",
        f"import functools\n{STUB}normalize = functools.singledispatch(normalize)\n"
        f"normalize.register(np.ndarray, {RIGHT})\n",
        f"{STUB}exec('normalize = {RIGHT}')\n",
        f"{STUB}normalize.__code__ = ({RIGHT}).__code__\n",
    ],
    ids=["a decorator", "a decorator that wraps", "a function for each type", "a text that is run", "another code"],
)
def test_an_answer_that_is_not_its_text_is_what_it_gives(room, source):
    assert scores(room, f"import numpy as np\n\n{source}", "normalize") == (2, 2)


@walled
@pytest.mark.parametrize("body", ["raise NotImplementedError", '"To do."', "pass"])
def test_a_stub_is_not_started_in_both(room, body):
    source = f"def normalize(x, mean, var, eps=1e-3):\n    {body}\n"
    room.run(source)
    for tried in (here(source, "normalize"), answer(room.lookup("normalize"), "normalize")):
        assert judge(exercises.find("normalize"), tried, 3).outcome == "not started"


VALUES = {
    "Fraction(1, 4)": 0.25,
    "Decimal('0.25')": 0.25,
    "np.float64(0.25)": 0.25,
    "Whole.four": 4,
    "Word.covariate": "covariate",
    "np.bool_(True)": True,
}


@walled
@pytest.mark.parametrize("written", VALUES)
def test_an_answer_in_a_quiz_is_the_same_number_or_word_in_both(room, written):
    quiz = Quiz("values", "00", "say it", ["h"])
    quiz.question("it", "what is it?", VALUES[written], {})
    source = (
        "import numpy as np\nfrom decimal import Decimal\nfrom enum import Enum, IntEnum\n"
        "from fractions import Fraction\nclass Word(str, Enum):\n    covariate = 'covariate'\n"
        f"class Whole(IntEnum):\n    four = 4\ndef values():\n    return {{'it': {written}}}\n"
    )
    room.run(source)
    for tried in (here(source, "values"), answer(room.lookup("values"), "values")):
        assert judge(quiz, tried).score == 1
