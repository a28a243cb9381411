"""What beginners do with a result that they have computed: each gets a card that says so, and none stops the check."""

import ast
from itertools import combinations

import numpy as np
import pytest
from sampled import one_in
from written_cells import written

from bncourse import exercises
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.checking.numbers.returned import of_the_returns
from bncourse.companion.worked import solutions

EVERY = [each for each in map(exercises.find, exercises.names()) if not isinstance(each, Quiz) and not each.driver]
SEVERAL = [each for each in EVERY if len(each.returns) > 1]
by_name = pytest.mark.parametrize("exercise", one_in(3, EVERY), ids=lambda exercise: exercise.name)


def with_returns(exercise, change):
    """Give what is said of the worked solution whose returned values are put together by `change`."""
    tree = ast.parse(solutions()[exercise.name])
    for node in ast.walk(tree):
        if isinstance(node, ast.Return):
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            node.value = change(parts)
    answer = written(exercise.name, ast.unparse(ast.fix_missing_locations(tree)), np=np)
    return judge(exercise, DirectAnswer(answer, exercise.name))


def tuple_of(parts):
    return ast.Tuple(list(parts), ast.Load())


@by_name
def test_a_result_that_is_printed_is_told_what_print_does(exercise):
    verdict = with_returns(exercise, lambda parts: ast.parse(f"print({ast.unparse(tuple_of(parts))})").body[0].value)
    assert verdict.outcome == "not yet"
    assert any("only `return` gives it back" in sentence for sentence in verdict.advice)


def test_what_an_answer_prints_is_not_written_out_in_each_of_its_other_forms():
    times = []

    class Told:
        def __str__(self):
            times.append(1)
            return "told"

    text = "def normalize(x, mean, var, eps=1e-3):\n    print(told)\n    return np.tanh(x - mean) / np.sqrt(var + eps)"
    verdict = judge(exercises.find("normalize"), DirectAnswer(written("normalize", text, told=Told()), "normalize"))
    assert "line 3" in verdict.where
    assert 0 < len(times) <= 3 * len(exercises.find("normalize").draw(0)), len(times)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda parts: ast.Constant("done"), id="a text"),
        pytest.param(lambda parts: tuple_of([tuple_of([*parts, *parts])]), id="a tuple", marks=pytest.mark.slow),
    ],
)
@by_name
def test_what_is_no_number_is_told_as_that(exercise, change):
    verdict = with_returns(exercise, change)
    assert verdict.outcome == "not yet" and verdict.missed[0].sentence


@pytest.mark.parametrize("exercise", one_in(2, SEVERAL), ids=lambda exercise: exercise.name)
def test_one_result_alone_is_told_that_there_are_more(exercise):
    verdict = with_returns(exercise, lambda parts: parts[0])
    assert verdict.outcome == "not yet"
    assert f"{len(exercise.returns)}" in verdict.missed[0].sentence


@pytest.mark.parametrize("exercise", one_in(2, SEVERAL), ids=lambda exercise: exercise.name)
def test_right_results_in_another_order_are_told_as_that_and_no_line_before_is_blamed(exercise):
    verdict = with_returns(exercise, lambda parts: tuple_of([*parts[1:], parts[0]]))
    assert verdict.outcome == "not yet"
    said = " ".join(reason.says for reason in verdict.reasons)
    assert "order" in said or "place" in said, said
    assert "return" in verdict.where or not verdict.where


@pytest.mark.parametrize("exercise", one_in(2, SEVERAL), ids=lambda exercise: exercise.name)
def test_of_results_out_of_order_of_which_one_is_wrong_too_no_line_before_is_blamed(exercise):
    def spoilt(parts):
        wrong = ast.BinOp(parts[0], ast.Add(), ast.Call(ast.Name("sum", ast.Load()), [parts[0]], []))
        return tuple_of([*parts[1:], ast.Call(ast.parse("np.cos", mode="eval").body, [wrong], [])])

    verdict = with_returns(exercise, spoilt)
    assert verdict.outcome == "not yet"
    assert "return" in verdict.where or not verdict.where, verdict.text()


@pytest.mark.parametrize("form", ["in a loop", "at once"])
def test_a_result_in_the_place_of_another_that_is_wrong_is_told_as_that(form):
    sums = {
        "in a loop": """
        dgamma, dbeta = np.zeros(dout.shape[1]), np.zeros(dout.shape[1])
        for i in range(len(dout)):
            dgamma += x_hat[i] * x_hat[i]
            dbeta += dout[i]
        """,
        "at once": """
        dgamma = (x_hat * x_hat).sum(axis=0)
        dbeta = dout.sum(axis=0)
        """,
    }
    text = f"\n    def affine_gradients(dout, x_hat):{sums[form].rstrip()}\n        return dbeta, dgamma\n"
    verdict = judge(exercises.find("affine_gradients"), DirectAnswer(written("affine_gradients", text)))
    said = " ".join(reason.says for reason in verdict.reasons)
    assert "What comes back as dgamma is the right dbeta in every case." in said, said
    assert not verdict.where


def test_a_change_behind_the_wrong_line_that_mends_one_result_alone_shows_no_line():
    """What is wrong is the share of the first shard; with the second one beside it, the mean comes out right too."""
    text = """
    def combine_moments(mean_a, var_a, n_a, mean_b, var_b, n_b):
        share_a, share_b = n_a / n_b, n_b / (n_a + n_b)
        mean = share_a * mean_a + share_b * mean_b
        within = share_a * var_a + share_b * var_b
        between = share_a * (mean_a - mean) ** 2 + share_b * (mean_b - mean) ** 2
        return mean, within + between
    """
    verdict = judge(exercises.find("combine_moments"), DirectAnswer(written("combine_moments", text)))
    assert "line 3: " not in verdict.where, verdict.text()


def test_a_right_order_is_never_called_another_one():
    for exercise in SEVERAL:
        for one, other in combinations(range(len(exercise.returns)), 2):
            assert exercise.returns[one] != exercise.returns[other]
        assert judge(exercise, DirectAnswer(exercise.reference, exercise.name)).outcome == "correct"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("find_bugs", "def find_bugs(bn):\n    bn(np.ones((2, 1)))", "It holds two, `forward` and `backward`"),
        (
            "normalize",
            "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / math.sqrt(var + eps)",
            "`math` is not imported here",
        ),
        (
            "moving_average",
            "def moving_average(running, batch, momentum=0.99, convention='keras'):\n"
            "    if convention == 'Keras':\n        return momentum * running + (1 - momentum) * batch\n"
            "    return (1 - momentum) * running + momentum * batch",
            "`\"keras\"` in place of `'Keras'`",
        ),
        (
            "batch_variance",
            "def batch_variance(x, mean):\n    if mean is None:\n        off = x\n    return (off**2).mean(axis=0)",
            "did not run before this one",
        ),
        (
            "normalize",
            "def normalize(x, mean, var, eps=1e-3):\n    return (x - mean) / (var + eps) ** 1/2",
            "`(x - mean) / (var + eps) ** (1 / 2)` in place of",
        ),
        ("batch_mean", "def batch_mean(x):\n    return x.copy.mean(axis=0)", "called with round brackets"),
        ("batch_mean", "def batch_mean(x):\n    return np.mean[x, 0]", "called with round brackets"),
        ("batch_mean", "def batch_mean(x):\n    return x.mean(axes=0)", "has no option `axes`"),
        ("batch_mean", "def batch_mean(x):\n    return x.average(axis=0)", "np.average(...)"),
        ("batch_mean", "def batch_mean(x):\n    return (x, 0).mean(axis=0)", "Take them apart first"),
        ("batch_mean", "def batch_mean(x):\n    return list(x).mean(axis=0)", "This is a list, and that has no `mean`"),
        pytest.param(
            "build_model",
            "def build_model():\n    return tf.keras.Sequential([])",
            "`tf` is not imported here. The task can be done without it",
            marks=pytest.mark.slow,
        ),
        ("batch_mean", "def batch_mean(x):\n    for column in x.T:\n        return column.mean()", "in the first turn"),
        ("batch_mean", "def batch_mean(x):\n    for c in x.T:\n        m = c.mean()\n    return m", "last turn alone"),
        (
            "batch_mean",
            "def batch_mean(x):\n    if len(x) > 99:\n        return x.mean(axis=0)",
            "the one in line 3 is inside",
        ),
        (
            "batch_mean",
            "def batch_mean(x):\n    means = []\n    return means.append(x.mean(axis=0))",
            "in line 3 is None",
        ),
        ("batch_mean", "def batch_mean(x):\n    means = x.mean(axis=0)", "is a `return` missing?"),
        (
            "batch_mean",
            "def batch_mean(x):\n    if len(x) > 99:\n        return x\n    if len(x) > 999:\n        return x",
            "those in lines 3, 5 are inside",
        ),
    ],
)
def test_ordinary_slips_are_told_in_words(name, text, words):
    verdict = judge(exercises.find(name), DirectAnswer(written(name, text), name))
    assert words in " ".join(reason.says for reason in verdict.reasons)


def test_of_two_returns_none_is_blamed_alone():
    either = "def f(x):\n    if len(x) > 9:\n        return\n    return x.sort()"
    assert of_the_returns(either, "nothing") == ""
    assert of_the_returns(either.replace("return\n", "return 3\n"), "nothing") == ""


@pytest.mark.parametrize(
    "text",
    [
        "def f(x):\n    for c in x.T:\n        if c[0] > 0:\n            continue\n        return c.mean()",
        "def f(x):\n    m = 0\n    for c in x.T:\n        m = m + c.mean()\n    return m",
        "def f(x):\n    for c in x.T:\n        m = c.mean()\n        m = m + 1\n    return m",
        "def f(x):\n    for c in x.T:\n        if c[0] > 0:\n            m = c.mean()\n    return m",
        "def f(x):\n    for c in x.T:\n        m = c.mean()\n    m = 2\n    return m",
        "f = 3",
        "",
    ],
)
def test_no_loop_is_blamed_that_does_something_else(text):
    assert of_the_returns(text, "shape") == ""


def test_an_answer_whose_text_is_no_whole_line_is_told_without_it():
    several = exercises.find("population_statistics")
    first = exercises.find("batch_mean")
    answers = {
        "a part of a line": lambda batches: None,
        "and another": lambda batches: (several.reference(batches)[1], several.reference(batches)[0]),
        "a third": lambda x: x.mean(),
    }
    for exercise, answer in zip((several, several, first), answers.values(), strict=True):
        assert judge(exercise, DirectAnswer(answer, exercise.name)).outcome == "not yet"
