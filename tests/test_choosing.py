"""A quiz answered by choosing: the buttons make the text of the answer, and that text is judged as any other."""

import pytest

from bncourse import exercises
from bncourse.checking import DirectAnswer, Quiz, judge
from bncourse.checking.verdict import CORRECT
from bncourse.learner import choosing

QUIZZES = [exercises.find(name) for name in exercises.names() if isinstance(exercises.find(name), Quiz)]
CHOSEN = [quiz for quiz in QUIZZES if choosing.choices(quiz)]


def test_all_quizzes_but_that_of_numbers_can_be_chosen():
    assert {quiz.name for quiz in QUIZZES} - {quiz.name for quiz in CHOSEN} == {"parameter_counts"}


@pytest.mark.parametrize("quiz", CHOSEN, ids=lambda quiz: quiz.name)
def test_what_the_buttons_write_is_a_right_answer_when_the_right_ones_are_pressed(quiz):
    shown = choosing.Choosing(quiz, {})
    widget = shown.widget()
    text = widget.children[-1]
    buttons = [child for child in widget.children if hasattr(child, "index")]
    assert len(buttons) == len(quiz.questions) and all(one.index is None for one in buttons)
    assert text.value.count("...") == len(quiz.questions)
    for one, question in zip(buttons, quiz.questions, strict=True):
        one.index = choosing.choices(quiz)[question.key].index(question.right)
    space = {}
    exec(text.value, space)
    assert judge(quiz, DirectAnswer(space[quiz.name], quiz.name), 0).outcome == CORRECT


def test_the_order_of_the_choices_tells_nothing():
    quiz = exercises.find("verdict_claims")
    assert {tuple(options) for options in choosing.choices(quiz).values()} == {
        ("cannot tell", "contradicted", "supported")
    }


def test_what_is_answered_already_is_pressed_and_kept():
    quiz = exercises.find("freeze_table")
    shown = choosing.offered(quiz, lambda: {"as_it_is_statistics": True, "which_one_freezes": "ice"}, "not yet")
    assert shown.chosen == {"as_it_is_statistics": True}
    assert '"as_it_is_statistics": True,' in repr(shown) and '"which_one_freezes": ...,' in repr(shown)


def test_there_are_no_buttons_where_there_is_nothing_to_choose():
    def not_written():
        raise NotImplementedError()

    assert choosing.offered(exercises.find("normalize"), not_written, "not started") is None
    assert choosing.offered(exercises.find("freeze_table"), not_written, "correct") is None
    assert choosing.offered(exercises.find("freeze_table"), not_written, "not started").chosen == {}
