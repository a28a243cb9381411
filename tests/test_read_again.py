"""A card of an answer that is not right yet links to the heading under which its subject is explained."""

import numpy as np
import pytest

from bncourse import exercises
from bncourse.checking import DirectAnswer, judge

NORMALIZE = exercises.find("normalize")


def judged(answer, exercise=NORMALIZE):
    return judge(exercise, DirectAnswer(answer, exercise.name))


def by_the_variance(x, mean, var, eps=1e-3):
    return (x - mean) / (var + eps)


def stops(x, mean, var, eps=1e-3):
    return x - means  # noqa: F821 - as a learner does


def right(x, mean, var, eps=1e-3):
    return (x - mean) / np.sqrt(var + eps)


def empty(x, mean, var, eps=1e-3):
    raise NotImplementedError


@pytest.mark.parametrize("answer", [by_the_variance, stops, 7])
def test_an_answer_that_is_not_right_yet_is_sent_to_its_heading(answer):
    verdict = judged(answer)
    assert '<strong>Read again:</strong> <a href="#Normalize">Normalize (notebook 04)</a>' in verdict.html()
    assert verdict.text().splitlines()[-1] == "  Read again: Normalize (notebook 04)"


@pytest.mark.parametrize("answer", [right, empty])
def test_an_answer_that_is_right_or_not_begun_is_sent_nowhere(answer):
    assert "Read again" not in judged(answer).html() + judged(answer).text()


def test_the_link_leads_to_the_notebook_of_the_heading_where_another_one_is_open(tmp_path, monkeypatch):
    for name in ("04-normalize-scale-shift", "06-inference"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.ipynb").touch()
    verdict = judged(by_the_variance)
    for open_one, there in [
        ("06-inference", "../04-normalize-scale-shift/04-normalize-scale-shift.ipynb"),
        (NORMALIZE.notebook, ""),
    ]:
        monkeypatch.chdir(tmp_path / open_one)
        assert f'<a href="{there}#Normalize">' in verdict.html()


def test_the_anchor_of_a_heading_of_several_words_is_jupyters():
    quiz = exercises.find("kinds_of_shift")
    verdict = judged(lambda: dict.fromkeys((question.key for question in quiz.questions), "?"), quiz)
    assert '<a href="#Three-kinds-of-shift">Three kinds of shift' in verdict.html()


@pytest.mark.parametrize("notebook", exercises.NOTEBOOKS)
def test_every_exercise_has_a_heading_whose_anchor_is_its_words(notebook):
    for exercise in exercises.of_notebook(notebook):
        assert exercise.section and not set(exercise.section) & set("`$*_[]<>&"), exercise.name
