"""The learner's face: check.NAME, check.hint, check.case, and the card."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from one_shell import one_shell

from bncourse import check, exercises
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.checking.verdict import Verdict
from bncourse.sandbox import mounts
from bncourse.surroundings import THERE, not_in_grading

SOLUTIONS = Path(__file__).resolve().parents[1] / "solutions"


def right(x, mean, var, eps=1e-3):
    return (x - mean) / np.sqrt(var + eps)


def wrong(x, mean, var, eps=1e-3):
    return (x - mean) / (var + eps)


def test_a_right_answer_shows_a_card_and_returns_nothing(capsys):
    assert check.normalize(right) is None
    assert capsys.readouterr().out.startswith("✓ CORRECT - Exercise: normalize (2 of 2 points)")


def test_a_wrong_answer_raises_with_the_verdict_as_its_text():
    with pytest.raises(check.NotYet, match="divides by the variance") as caught:
        check.normalize(wrong)
    assert isinstance(caught.value, AssertionError)
    assert caught.value._render_traceback_() == str(caught.value).splitlines()


def test_a_name_that_is_another_exercise_is_told_with_its_notebook():
    def from_another_notebook(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
        return batch_norm(x, gamma, beta, eps), running_mean, running_var  # noqa: F821 - as a learner does

    def from_above(x, gamma, beta, running_mean, running_var, momentum=0.99, eps=1e-3, training=True):
        return batch_norm_inference(x, gamma, beta, running_mean, running_var, eps)  # noqa: F821

    for answer, says in [
        (from_another_notebook, "`batch_norm` is an exercise of notebook 04. Each notebook has a Python of its own"),
        (from_above, "`batch_norm_inference` is another exercise of this notebook, and no cell was run"),
    ]:
        with pytest.raises(check.Stopped) as caught:
            check.batch_norm_layer(answer)
        assert says in " ".join(str(caught.value).split())


def test_not_started_is_no_failure_and_earns_nothing(capsys):
    def stub(x, mean, var, eps=1e-3):
        raise NotImplementedError

    score = check.normalize(stub)
    assert isinstance(score, float) and repr(score) == "0.0" and score == 0.0
    assert capsys.readouterr().out.startswith("○ NOT STARTED - Exercise: normalize (0 of 2 points)")


def test_an_error_raises_its_own_kind():
    with pytest.raises(check.Stopped):
        check.normalize(lambda x, mean, var, eps: 1 / 0)


def test_a_part_of_the_points_comes_back_as_a_plain_float(capsys):
    def only_last(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        x_hat = (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + eps)
        return gamma * x_hat + beta if data_format == "channels_last" else x

    score = check.batch_norm_conv(only_last)
    assert isinstance(score, float) and score == 1.0 and repr(score) == "1.0"
    assert "(1 of 2 points)" in capsys.readouterr().out


def test_a_part_is_paid_too_where_the_other_part_stops_with_an_error(capsys):
    def only_last(x, gamma, beta, eps=1e-3, data_format="channels_last"):
        x_hat = (x - x.mean(axis=(0, 1, 2))) / np.sqrt(x.var(axis=(0, 1, 2)) + eps)
        return gamma * x_hat + beta

    assert check.batch_norm_conv(only_last) == 1.0
    assert "STOPPED WITH AN ERROR - Exercise: batch_norm_conv (1 of 2 points)" in capsys.readouterr().out


def test_hints_and_cases_take_the_function_as_well_as_its_name(capsys):
    def normalize():
        raise NotImplementedError

    check.hint(normalize)
    assert "Exercise: normalize" in capsys.readouterr().out
    assert set(check.case(normalize)) == {"x", "mean", "var", "eps"}
    assert 'normalize(**check.case("normalize"))' in capsys.readouterr().out


def test_a_misspelled_exercise_is_told_the_near_name():
    with pytest.raises(AttributeError, match=r"Did you mean normalize\?"):
        check.nomalize  # noqa: B018


@pytest.mark.parametrize("ask", [check.hint, check.case])
def test_a_misspelled_exercise_in_a_question_is_one_sentence_and_no_traceback(ask, capsys):
    assert not ask("batchnorm")
    assert capsys.readouterr().out.strip() == "There is no exercise with the name 'batchnorm'. Did you mean batch_norm?"


def test_a_check_without_an_answer_says_how_to_call_it():
    with pytest.raises(TypeError, match=re.escape("check.normalize(normalize)")):
        check.normalize()


def test_hints_come_one_after_the_other_and_then_all_together(capsys):
    count = len(exercises.find("scale_and_shift").hints)
    for number in range(1, count + 1):
        check.hint("scale_and_shift")
        assert capsys.readouterr().out.startswith(f"Hint {number} of {count}")
    check.hint("scale_and_shift")
    again = capsys.readouterr().out
    assert all(f"  {number}. " in again for number in range(1, count + 1))
    assert max(map(len, again.splitlines())) <= 76


def test_the_failing_case_repeats_the_call(capsys):
    with pytest.raises(check.NotYet):
        check.normalize(wrong)
    case = check.case("normalize")
    assert "The failing case" in capsys.readouterr().out
    assert set(case) == {"x", "mean", "var", "eps"}
    assert not np.allclose(wrong(**case), right(**case))


def test_a_case_is_a_copy_that_may_be_changed():
    first = check.case("batch_mean")["x"]
    first[:] = 0
    assert check.case("batch_mean")["x"].any()


def test_a_session_draws_other_cases_and_then_goes_back():
    seen = []

    def spy(x, mean, var, eps=1e-3):
        seen.append(x.copy())
        return right(x, mean, var, eps)

    check.normalize(spy)
    first = len(seen)
    with check.session(seed=7):
        check.normalize(spy)
    second = len(seen)
    check.normalize(spy)
    assert np.array_equal(seen[0], seen[second])
    assert not np.array_equal(seen[0], seen[first])


def test_completion_lists_the_exercises():
    assert {"normalize", "batch_norm", "hint", "case"} <= set(dir(check))


OUTCOMES = ("correct", "not started", "not yet", "stopped", "not checked")


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_a_card_says_its_state_with_a_sign_and_a_word_and_escapes_text(outcome):
    verdict = Verdict("normalize", outcome, passed=("<script>x</script>",))
    html = verdict.html()
    assert "<script>" not in html and "&lt;script&gt;" in html
    assert outcome.upper().split()[0] in html
    assert "class=" not in html and "var(--" not in html and "<style" not in html


def test_the_bars_stand_out_in_light_and_dark():
    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * v for w, v in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    for outcome in OUTCOMES:
        bar = re.search(r"border-left:5px solid (#\w{6})", Verdict("x", outcome).html()).group(1)
        for ground in ("#ffffff", "#111111"):
            light, dark = sorted((luminance(bar), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3.0


def test_a_notebook_shows_the_clean_text_and_no_traceback():
    code = (
        "from IPython.testing.globalipapp import start_ipython\n"
        "ip = start_ipython()\n"
        "ip.run_cell('from bncourse import check')\n"
        "ip.run_cell('def normalize(x, mean, var, eps=1e-3):\\n    return (x - mean) / (var + eps)')\n"
        "ip.run_cell('check.normalize(normalize)')\n"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "NOT YET - Exercise: normalize" in shown
    assert "Where: normalize(), line 2: return (x - mean) / (var + eps)" in shown
    assert "Traceback" not in shown and "check.py" not in shown


def _in_a_notebook(*cells):
    """Define what a learner's cells define, and give their names."""
    names = {"__name__": "__main__"}
    for cell in cells:
        exec(cell, names)
    return names


BORROWED = {
    "the reference": ("from bncourse import reference", "def batch_mean(x):\n    return reference.batch_mean(x)"),
    "an alias": ("from bncourse import reference as r", "def batch_mean(x):\n    return r.batch_mean(x)"),
    "a function of it": ("from bncourse.reference import batch_mean as b", "def batch_mean(x):\n    return b(x)"),
    "under a name of one's own": (
        "from bncourse import reference\nmean_of = reference.batch_mean",
        "def batch_mean(x):\n    return mean_of(x)",
    ),
    "in a list": (
        "from bncourse import reference\nall_of = [reference]",
        "def batch_mean(x):\n    return all_of[0].batch_mean(x)",
    ),
    "through a helper": (
        "from bncourse import reference\ndef helper(x):\n    return reference.batch_mean(x)",
        "def batch_mean(x):\n    return helper(x)",
    ),
    "imported inside": (
        "",
        "def batch_mean(x):\n    from bncourse import reference\n    return reference.batch_mean(x)",
    ),
    "imported by name": (
        "import importlib",
        "def batch_mean(x):\n    return importlib.import_module('bncourse.reference').batch_mean(x)",
    ),
    "among the modules that are loaded": (
        "import sys",
        "def batch_mean(x):\n    return sys.modules['bncourse.reference'].batch_mean(x)",
    ),
    "in a text that is run": (
        "",
        "def batch_mean(x):\n    exec('from bncourse.reference import batch_mean as b')\n    return locals()['b'](x)",
    ),
    "as an attribute": (
        "from bncourse import reference\nclass Box:\n    pass\nbox = Box()\nbox.mean = reference.batch_mean",
        "def batch_mean(x):\n    return box.mean(x)",
    ),
    "of a function": (
        "",
        "def batch_mean(x):\n    return batch_mean.of(x)\n"
        "from bncourse.reference import batch_mean as b\nbatch_mean.of = b",
    ),
    "by a decorator": (
        "import functools\nfrom bncourse.reference import batch_mean as b\n"
        "def by_the_course(f):\n    return functools.wraps(f)(lambda x: b(x))",
        "@by_the_course\ndef batch_mean(x):\n    return 0",
    ),
    "in an object that is called": (
        "from bncourse.reference import batch_mean as b",
        "class Solver:\n    def __call__(self, x):\n        return b(x)\nbatch_mean = Solver()",
    ),
    "in a part of a function": (
        "import functools\nfrom bncourse.reference import batch_mean as b",
        "def with_one(x, one):\n    return one(x)\nbatch_mean = functools.partial(with_one, one=b)",
    ),
    "from the exercise": (
        "import bncourse.exercises",
        "def batch_mean(x, find=bncourse.exercises.find):\n    return find('batch_mean').reference(x)",
    ),
    "the reference itself": ("", "from bncourse.reference import batch_mean"),
}


@pytest.mark.parametrize("how", BORROWED)
def test_no_answer_is_green_that_takes_what_grading_is_without(how):
    names = _in_a_notebook(*BORROWED[how])
    with pytest.raises(check.NotYet, match="should stand on its own"):
        check.batch_mean(names["batch_mean"])


def test_what_is_put_into_a_thing_is_in_it():
    cells = [
        "from bncourse.experiments.keras_runs import freezing",
        "kept = {}",
        "kept['table'] = freezing.rows()",
        "n = {}",
    ]
    names = _in_a_notebook("kept = {}", "n = {}", "def f():\n    return kept", "def g():\n    return n")
    assert not_in_grading(names["f"], "f", cells) == "kept"
    assert not_in_grading(names["g"], "g", cells) == ""


def test_an_answer_in_other_clothes_that_takes_nothing_is_green():
    names = _in_a_notebook(
        "import functools\nimport numpy as np",
        "def traced(f):\n    return functools.wraps(f)(lambda *a, **o: f(*a, **o))",
        "@traced\ndef one(x):\n    return np.mean(x, axis=0)",
        "class Solver:\n    def __call__(self, x):\n        return x.sum(axis=0) / len(x)",
        "two = Solver()\nthree = functools.partial(np.mean, axis=0)",
    )
    for name in ("one", "two", "three"):
        assert check.batch_mean(names[name]) is None


def test_the_right_one_of_the_museum_is_no_test_of_ones_own():
    cells = (
        "from bncourse import museum\ngood = museum.right()",
        "def batch_mean(x):\n    return good and x.mean(axis=0)",
    )
    with pytest.raises(check.NotYet, match=r"uses: *good"):
        check.batch_mean(_in_a_notebook(*cells)["batch_mean"])


def test_values_that_were_made_with_the_course_are_not_there_in_grading_either():
    cells = [
        "from bncourse.experiments.keras_runs import freezing",
        "table = freezing.rows()",
        "as_it_is = {'a': bool(table)}",
        "size = 3",
    ]
    names = _in_a_notebook("table = as_it_is = size = 3", "def f():\n    return as_it_is", "def g():\n    return size")
    assert not_in_grading(names["f"], "f", cells) == "as_it_is"
    assert not_in_grading(names["g"], "g", cells) == ""
    assert not_in_grading({"a": True}, "as_it_is", cells) == "as_it_is"


def test_parts_of_the_course_that_are_there_in_grading_may_be_used():
    inside = {name.removesuffix(".py") for name in mounts.INSIDE if "/" not in name}
    assert inside == THERE
    names = _in_a_notebook("from bncourse import data, losses", "def f(x):\n    return data.mean, losses.mse")
    assert not_in_grading(names["f"], "f", ["from bncourse import data, losses", "digits = data.digits"]) == ""


# with Keras; one of them trains a model
LONG = {"build_model": pytest.mark.slow, "OwnBatchNormalization": pytest.mark.slow, "fine_tune": pytest.mark.nightly}


@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG.get(n, ())) for n in exercises.names()])
def test_the_case_of_each_exercise_gives_a_call_that_works(name):
    exercise = exercises.find(name)
    if isinstance(exercise, Quiz):
        assert check.case(name) == {}
    elif name != "find_bugs":  # its reference is no test of one implementation
        exercise.reference(**check.case(name))


def test_all_that_a_check_tells_in_a_notebook_is_a_card_and_the_code_in_it_is_code(monkeypatch):
    shown = []
    monkeypatch.setattr(check, "_show", shown.append)
    check.hint("normalize")
    check.case("normalize")
    check.solution("normalize")
    check.hint("normalise")
    for _ in range(9):
        check.hint("normalize")
    for note in shown:
        assert note.html().startswith('<div style="border-left:5px solid #5b7fb4') and note.text()
    assert "<code>normalize(**check.case(" in shown[1].html() and "`" not in shown[2].html()
    verdict = judge(exercises.find("normalize"), DirectAnswer(wrong, "normalize"), 0)
    assert "<code>check.hint(&#34;normalize&#34;)</code>" in verdict.html()
    assert "line 2: <code>return (x - mean) / (var + eps)</code>" in verdict.html()
    assert "`" not in verdict.text()


def test_a_notebook_shows_nothing_of_the_points_that_nbgrader_reads():
    with one_shell() as shell:
        shown, _ = shell.display_formatter.format(check.Points(0.5))
    assert shown == {"text/plain": "0.5", "text/html": ""}


@pytest.mark.parametrize("path", sorted(SOLUTIONS.glob("*/*.ipynb")), ids=lambda path: path.stem)
def test_the_solutions_take_nothing_that_grading_is_without(path):
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    texts = ["".join(cell["source"]) for cell in cells]
    answers = [i for i, cell in enumerate(cells) if cell["metadata"].get("nbgrader", {}).get("solution")]
    names = _in_a_notebook("import numpy as np")
    for i in answers:
        if "keras" not in texts[i] and "layers" not in texts[i]:
            exec(texts[i], names)
            name = cells[i]["metadata"]["nbgrader"]["grade_id"]
            if name in names:
                assert not_in_grading(names[name], name, texts[:i]) == "", name


@pytest.mark.parametrize("ask", [check.hint, check.case, check.solution])
def test_a_name_that_was_forgotten_is_asked_for(ask, capsys):
    ask()
    assert "Name the exercise, such as check.hint" in capsys.readouterr().out
