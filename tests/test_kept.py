"""What the course's own answers give is computed once for a case, and an answer is judged the same after it."""

from bncourse import exercises
from bncourse.checking import DirectAnswer, Exercise, judge
from bncourse.checking.answer import plain
from bncourse.checking.kept import _kept, kept
from bncourse.checking.trial import truth_of

BUGS = exercises.find("gradient_check")  # with a driver, and without Keras


def verdicts():
    answers = [BUGS.reference, *(BUGS.whole(idea) for idea in BUGS.wrong_ideas[:4])]
    return [judge(BUGS, DirectAnswer(answer, BUGS.name), 3).text() for answer in answers]


def test_a_second_check_says_what_the_first_one_said():
    _kept.clear()
    first = verdicts()
    assert verdicts() == first
    _kept.clear()
    assert verdicts() == first


def test_a_case_is_computed_once_and_another_case_and_another_idea_afresh():
    computed = []
    cases = [exercises.find("build_model").draw(seed)[1] for seed in (1, 1, 2)]

    def compute():
        computed.append(1)
        return len(computed)

    _kept.clear()
    build = exercises.find("build_model")
    assert [kept(build, (), case, compute) for case in cases] == [1, 1, 2]
    assert kept(build, (build.wrong_ideas[0].function,), cases[0], compute) == 3
    assert kept(exercises.find("normalize"), (), cases[0], compute) == 4  # no driver: quick, so not kept
    assert kept(exercises.find("normalize"), (), cases[0], compute) == 5


def test_the_truth_of_a_case_is_the_same_with_what_was_kept_and_without():
    for exercise in map(exercises.find, exercises.names()):
        if isinstance(exercise, Exercise) and exercise.driver and "keras" not in exercise.driver:
            case = exercise.draw(4)[0]
            first = truth_of(exercise, case)[0]
            again = truth_of(exercise, case)[0]
            _kept.clear()
            assert repr(plain(first)) == repr(plain(again)) == repr(plain(truth_of(exercise, case)[0]))
