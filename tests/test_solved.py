"""After "correct", and when stuck: one sentence, another way, a worked solution, and none of it in grading."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

from bncourse import check, exercises
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.checking.verdict import CORRECT, NOT_YET, Reason, Verdict
from bncourse.companion import worked
from bncourse.companion.gains import GAINS
from bncourse.companion.reasons import REASONS
from bncourse.learner import journal, solved, ways

ROOT = Path(__file__).resolve().parents[1]
FUNCTIONS = [name for name in exercises.names() if not isinstance(exercises.find(name), Quiz)]


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(check, "_hints_shown", {})
    monkeypatch.setattr(check._session, "solutions", True)
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)


def made(code, name):
    space = {"np": np, "__name__": "__main__"}
    if name in ("build_model", "OwnBatchNormalization", "fine_tune"):
        import keras

        space |= {"keras": keras, "layers": keras.layers, "ops": keras.ops}
    exec("import math\n" + code, space)
    return space[name]


def test_no_way_that_is_shown_takes_the_square_of_a_mean_off_the_mean_of_the_squares():
    shown = [(name, way) for name in exercises.names() for way in ways.ways(name)]
    assert len(shown) > 100
    assert not [pair for pair in shown if re.search(r"-\s*mean\s*\*\*\s*2", pair[1])]  # notebook 10: it loses digits


def test_every_exercise_says_what_it_is_good_for_in_one_short_sentence_or_two():
    assert list(GAINS) == exercises.names()
    assert all(says.endswith(".") and len(says.split()) <= 22 for says in GAINS.values())


def test_the_worked_solutions_are_those_of_the_source_notebooks():
    assert worked.solutions() == worked.in_sources(ROOT / "solutions"), "run python -m bncourse.companion.worked"
    assert list(worked.solutions()) == exercises.names()
    assert not [name for name, code in worked.solutions().items() if "SOLUTION" in code or "..." in code]


def test_every_worked_solution_of_a_function_has_one_to_three_reasons_of_its_own():
    assert list(REASONS) == FUNCTIONS
    for name, reasons in REASONS.items():
        assert 1 <= len(reasons) <= 3 and not set(reasons) & set(exercises.find(name).hints), name
        assert all(reason.endswith(".") and len(reason.split()) <= 45 for reason in reasons), name
        words = " ".join(solved.Worked(name, "").text().split())
        assert all(reason in words for reason in reasons), name


# Those that Keras judges: one by day.
LONG = {"build_model": pytest.mark.slow} | dict.fromkeys(("OwnBatchNormalization", "fine_tune"), pytest.mark.nightly)


@pytest.mark.parametrize("name", [pytest.param(n, marks=LONG.get(n, ())) for n in FUNCTIONS])
def test_every_way_that_is_shown_is_right_and_runs_on_its_own(name):
    assert ways.ways(name)[0] == ways.plain(worked.solutions()[name])
    for way in ways.ways(name):
        verdict = judge(exercises.find(name), DirectAnswer(made(way, name), name), 0)
        assert verdict.outcome == CORRECT, way + verdict.text()


def test_nearly_every_function_has_another_way():
    alone = [name for name in FUNCTIONS if len(ways.ways(name)) < 2]
    assert set(alone) <= {"build_model", "OwnBatchNormalization", "find_bugs", "gradient_check", "fine_tune"}


def test_the_way_that_is_shown_is_the_one_most_unlike_ones_own():
    loops = (
        "def batch_mean(x):\n    total = 0 * x[0]\n    for row in x:\n        total = total + row\n"
        "    return total / len(x)"
    )
    numpy = "def batch_mean(x):\n    return x.mean(axis=0)"
    assert "for " in ways.another("batch_mean", numpy)
    assert "for " not in ways.another("batch_mean", loops)


def test_the_card_of_a_right_answer_has_one_sentence_another_way_and_the_course_beside_ones_own():
    source = "def batch_mean(x):\n    return x.mean(axis=0)"
    card = solved.Solved(Verdict("batch_mean", CORRECT, 1, 1.0), source)
    html, text = card.html(), card.text()
    assert GAINS["batch_mean"] in html and GAINS["batch_mean"][:40] in text
    assert html.count("<details") == 2 and "x.mean(axis=0)" in html and "x.sum(axis=0) / len(x)" in html
    assert 'check.solution("batch_mean")' in text and html.count("<div") == html.count("</div>")
    assert solved.Solved(Verdict("kinds_of_shift", CORRECT, 1, 1.0), source).html().count("<details") == 0


def wrong(x):
    return x.mean()


def try_it():
    with pytest.raises(check.NotYet) as raised:
        check.batch_mean(wrong)
    return str(raised.value)


def test_a_worked_solution_comes_after_the_hints_and_two_tries_and_is_noted(capsys):
    check.solution("batch_mean")
    assert "3 more hints" in (said := " ".join(capsys.readouterr().out.split())) and "2 more tries" in said
    assert "Stuck?" not in try_it()
    for _ in range(3):
        check.hint("batch_mean")
    capsys.readouterr()
    check.solution("batch_mean")
    assert "1 more try of your own" in " ".join(capsys.readouterr().out.split())
    assert not journal.events("solution")
    assert 'check.solution("batch_mean")' in " ".join(try_it().split())
    check.solution("batch_mean")
    said = capsys.readouterr().out
    assert "Worked solution" in said or "Worked object" in said
    assert [event["exercise"] for event in journal.events("solution")] == ["batch_mean"]


def shifts_by_too_much(x, gamma, beta, eps=1e-3):
    x_hat = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)
    return gamma * x_hat + gamma * beta


def card_of_a_change():
    with pytest.raises(check.NotYet) as raised:
        check.batch_norm(shifts_by_too_much)
    said = " ".join(str(raised.value).split())
    return "One change in line 3 makes" in said, "in place of `gamma * beta`" in said


def test_a_card_gives_the_place_first_and_the_change_with_the_second_try():
    assert card_of_a_change() == (True, False)
    assert card_of_a_change() == (False, True)


def test_who_has_seen_a_hint_reads_the_change_at_once(capsys):
    check.hint("batch_norm")
    assert card_of_a_change() == (False, True)


def test_in_grading_the_change_is_told(monkeypatch):
    with check.session(seed=1):
        assert card_of_a_change() == (False, True)
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert card_of_a_change() == (False, True)


def test_of_two_changes_the_card_gives_both_places_first():
    says = (
        "One change makes dx right in every case: in line 2, `a` in place of `b.c`. "
        "One change makes dgamma right in every case: in line 4 of `own`, `*` in place of `/`. It is needed."
    )
    verdict = Verdict("batch_norm", NOT_YET, reasons=(Reason(says),))
    [told] = solved.with_the_place_first(verdict, exercises.find("batch_norm")).reasons
    assert told.says == (
        "One change in line 2 makes dx right in every case. One change in line 4 of `own` makes dgamma right in every "
        "case."
    )


def test_a_worked_solution_has_its_code_its_reasons_and_in_a_quiz_every_answer():
    card = solved.Worked("normalize", "after")
    assert "(x - mean) / np.sqrt(var + eps)" in card.text() and REASONS["normalize"][0][:30] in card.text()
    quiz = solved.Worked("kinds_of_shift", "after").html()
    assert all(question.key in quiz for question in exercises.find("kinds_of_shift").questions)


def test_in_grading_there_is_no_solution(capsys, monkeypatch):
    journal.record("check", exercise="batch_mean", outcome="correct", score=1.0)
    with check.session(seed=1):
        assert check.solution("batch_mean") is None
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    assert check.solution("batch_mean") is None
    assert solved.with_a_way_out(Verdict("batch_mean", NOT_YET), exercises.find("batch_mean")).todo == ()
    assert capsys.readouterr().out == ""


def test_an_instructor_can_switch_it_off_and_the_release_says_so(tmp_path):
    import lab

    course = lab.course(tmp_path / "course", "04-normalize-scale-shift")
    command = [sys.executable, "-m", "bncourse.cli", "release", "04", "--WorkedSolutions.offered=False"]
    subprocess.run(command, cwd=course, check=True, capture_output=True)
    [path] = course.glob("notebooks/*/*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    assert "worked solutions (`check.solution`) are switched off" in cells[0].source
    assert cells[1].source.splitlines()[-1].startswith("check.solutions_off()")
    check.solutions_off()
    assert "your instructor" in solved.solution(exercises.find("normalize"), check._session.solutions)
    assert "Stuck" not in try_it()
