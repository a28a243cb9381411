"""Quizzes: plain answers, a share of the points for each, and why a wrong choice is wrong."""

import numpy as np
import pytest

from bncourse import exercises
from bncourse.checking import DirectAnswer, Quiz, judge

KINDS = ("covariate shift", "label shift", "none")


@pytest.fixture
def quiz():
    made = Quiz("kinds", "00", "say for each story which shift it tells of", ["look at p(x)", "then at p(y)"], points=3)
    made.question(
        "scanner",
        "A new scanner, brighter pictures.",
        "covariate shift",
        {"label shift": ("C1", "The diseases are as frequent as before."), "none": "The pictures did change."},
        because="Only the inputs changed.",
    )
    made.question("count", "How many parameters?", 256, {128: ("K3", "gamma and beta only."), 64: ("K3", "One?")})
    made.question("frozen", "Does it change?", True, {False: "It does."})
    return made


RIGHT = {"scanner": "covariate shift", "count": 256, "frozen": True}


def verdict_of(quiz, answers):
    return judge(quiz, DirectAnswer(answers, quiz.name))


def test_right_answers_earn_all_and_say_why(quiz):
    verdict = verdict_of(quiz, RIGHT)
    assert (verdict.outcome, verdict.score) == ("correct", 3.0)
    assert "Only the inputs changed." in verdict.text()


@pytest.mark.parametrize(
    "answers",
    [
        {"scanner": " Covariate Shift ", "count": 256.0, "frozen": np.True_},
        {"scanner": "covariate shift", "count": np.int64(256), "frozen": True},
        {"scanner": "covariate_shift", "count": 256, "frozen": True},
    ],
)
def test_the_same_answer_may_be_written_otherwise(quiz, answers):
    assert verdict_of(quiz, answers).outcome == "correct"


def test_a_wrong_choice_is_told_why_and_costs_its_share(quiz):
    verdict = verdict_of(quiz, {**RIGHT, "scanner": "label shift", "count": 128})
    assert verdict.outcome == "not yet"
    assert verdict.score == 1.0 and type(verdict.score) is float
    assert "The diseases are as frequent as before." in verdict.text() and "gamma and beta only." in verdict.text()
    assert verdict.wrong_ideas == ("scanner (C1)", "count (K3)")


@pytest.mark.parametrize(("key", "written"), [("frozen", 1), ("frozen", "True"), ("count", "256")])
def test_an_answer_of_another_type_is_told_its_type(quiz, key, written):
    verdict = verdict_of(quiz, {**RIGHT, key: written})
    assert verdict.outcome == "not yet"
    wanted = "Give True or False, without quotes." if key == "frozen" else "Give a number, without quotes."
    assert wanted in " ".join(verdict.text().split())


@pytest.mark.parametrize("answers", [{}, None, ..., {"scanner": ..., "count": None}, {"scanner": ""}])
def test_dots_are_not_started(quiz, answers):
    assert verdict_of(quiz, answers).outcome == "not started"


def test_a_dictionary_that_is_printed_and_not_returned_is_told_so(quiz):
    def prints():
        print(RIGHT)

    verdict = verdict_of(quiz, prints)
    assert verdict.outcome == "not yet" and "is a `return` missing?" in verdict.text()


def test_pythons_none_for_the_word_is_told_the_word(quiz):
    said = " ".join(verdict_of(quiz, {**RIGHT, "scanner": None}).text().split())
    assert "if you mean none, write the word in quotes" in said


def test_spaces_in_a_word_make_no_difference():
    pick = exercises.find("pick_a_normalizer")
    right = {q.key: q.right for q in pick.questions}
    spaced = {key: "".join(f" {c}" if c.isupper() else c for c in word).strip() for key, word in right.items()}
    assert "Group Norm" in spaced.values()
    assert judge(pick, DirectAnswer(spaced)).outcome == "correct"


def test_no_choice_is_offered_that_the_text_calls_a_slip():
    kinds = exercises.find("kinds_of_shift")
    said = judge(kinds, DirectAnswer({kinds.questions[0].key: "domain shift"})).text()
    assert "covariance" not in said


def test_a_missing_answer_is_no_wrong_one(quiz):
    verdict = verdict_of(quiz, {"scanner": "covariate shift", "count": ...})
    assert verdict.score == 1.0 and "no answer yet" in verdict.text() and not verdict.wrong_ideas


def test_an_unknown_choice_is_told_the_choices(quiz):
    said = " ".join(verdict_of(quiz, {**RIGHT, "scanner": "covariance shift"}).text().split())
    assert "one of: covariate shift, label shift, none" in said


def test_an_unknown_key_is_told(quiz):
    assert "No question has the key 'scaner'" in verdict_of(quiz, {**RIGHT, "scaner": "none"}).text()


@pytest.mark.parametrize("answers", [3, "covariate shift", [1, 2], np.ones(3)])
def test_what_is_no_dictionary_is_told_so(quiz, answers):
    assert "should give a dictionary" in verdict_of(quiz, answers).text()


def test_a_function_may_give_the_answers(quiz):
    def kinds():
        return RIGHT

    def stub():
        raise NotImplementedError

    def stops():
        return RIGHT["scaner"]

    assert verdict_of(quiz, kinds).outcome == "correct"
    assert verdict_of(quiz, stub).outcome == "not started"
    verdict = verdict_of(quiz, stops)
    assert verdict.outcome == "stopped" and "KeyError" in verdict.text()


def test_answers_of_a_strange_kind_are_wrong_and_stop_nothing(quiz):
    for strange in ([1], {"a": 1}, np.ones(2), object(), 1j):
        assert verdict_of(quiz, {**RIGHT, "count": strange}).outcome == "not yet"
