"""The bug museum: twelve exhibits that differ in one place each, right ones that agree, and a fair grading of tests."""

import inspect
import itertools
from types import SimpleNamespace

import numpy as np
import pytest

from bncourse import exercises, museum, reference
from bncourse.checking import DirectAnswer, judge
from bncourse.companion import worked
from bncourse.drivers.museum import run_tests, stored_numbers

EXHIBITS = museum.exhibits()
FIND_BUGS = exercises.find("find_bugs")


def draw(shape=(6, 4), offset=2.0):
    rng = np.random.default_rng(3)
    gamma, beta, mean = rng.normal(size=(3, shape[-1]))
    return offset + 2 * rng.normal(size=shape), gamma, beta, mean, np.exp(rng.normal(size=shape[-1])), 0.7, 0.1


def results(bn):
    """Everything an implementation gives, for rows, for maps and far from zero."""
    found = {}
    for name, drawn in (("rows", draw()), ("maps", draw((3, 2, 5, 4))), ("far", draw(offset=1e7))):
        for training in (True, False):
            y, mean, var = bn.forward(*drawn, training)
            found |= {(name, training, "y"): y, (name, training, "mean"): mean, (name, training, "var"): var}
    x, gamma = draw()[:2]
    dout = np.random.default_rng(8).normal(1.0, 1.0, x.shape)
    return found | dict(zip(("dx", "dgamma", "dbeta"), bn.backward(dout, x, gamma, 0.1), strict=True))


def test_the_card_tells_which_kinds_of_bugs_pass_and_how_the_first_of_them_shows():
    def find_bugs(bn):
        x = np.random.default_rng(1).normal(3, 2, (8, 4))
        y, _, _ = bn.forward(x, np.ones(4), np.zeros(4), np.zeros(4), np.ones(4), 0.9, 1e-5, True)
        assert np.allclose(y.std(axis=0), 1, atol=1e-3)

    verdict = judge(FIND_BUGS, DirectAnswer(find_bugs))
    details = " ".join(value for finding in verdict.missed for _, value in finding.details)
    assert "2 of the kind 'backward'" in details and "3 of the kind 'running statistics'" in details
    first = next(exhibit for exhibit in museum.exhibits() if exhibit.name in details)
    assert first.shows in " ".join(verdict.advice)


def test_the_right_ones_agree_with_the_reference_and_with_one_another():
    x, gamma, beta, mean, var, _, eps = draw()
    y, new_mean, new_var = museum.right().forward(*draw(), True)
    assert np.allclose(y, reference.batch_norm(x, gamma, beta, eps), rtol=1e-12)
    assert np.allclose(new_mean, 0.7 * mean + 0.3 * x.mean(axis=0)) and np.allclose(
        new_var, 0.7 * var + 0.3 * x.var(axis=0)
    )
    first = results(museum.right())
    for other in map(results, museum.right_ones()):
        assert all(np.allclose(other[key], value, rtol=1e-6, atol=1e-6) for key, value in first.items())


def test_the_gradients_of_the_right_one_are_those_of_finite_differences():
    x, gamma, _, _, _, _, eps = draw()
    dout = np.random.default_rng(8).normal(1.0, 1.0, x.shape)
    dx, _, _ = museum.right().backward(dout, x, gamma, eps)
    for index in np.ndindex(x.shape):
        step = np.zeros(x.shape)
        step[index] = 1e-5
        up, down = (museum.right().forward(x + s * step, *draw()[1:], True)[0] for s in (1, -1))
        assert dx[index] == pytest.approx(((up - down) * dout).sum() / 2e-5, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)
def test_each_exhibit_differs_from_the_right_one_where_its_kind_says(exhibit):
    right, wrong = results(museum.right()), results(exhibit.implementation)
    assert all(wrong[key].shape == value.shape for key, value in right.items())
    off = {key for key, value in right.items() if not np.allclose(wrong[key], value, rtol=1e-6, atol=1e-6)}
    assert off
    kinds = {
        "forward": lambda key: key[-1] == "y" or key[0] == "far",
        "conv": lambda key: key[0] == "maps" and key[-1] == "y",
        "running statistics": lambda key: key[1] is True and key[-1] in ("mean", "var"),
        "inference": lambda key: key[1] is False and key[-1] == "y",
        "backward": lambda key: isinstance(key, str) and key == "dx",
    }
    assert all(kinds[exhibit.kind](key) for key in off)


def test_the_museum_has_a_story_for_each_of_twelve_and_five_kinds():
    assert len({exhibit.name for exhibit in EXHIBITS}) == 12
    assert len({exhibit.kind for exhibit in EXHIBITS}) == 5
    assert all(len(e.story) > 60 and e.shows.endswith(".") for e in EXHIBITS)


def test_no_exhibit_can_be_told_by_its_names():
    seen = {
        (tuple(sorted(vars(bn))), bn.forward.__name__, bn.forward.__qualname__, str(inspect.signature(bn.forward)))
        for bn in (museum.right(), *(exhibit.implementation for exhibit in EXHIBITS))
    }
    assert len(seen) == 1


def test_inputs_are_left_as_they_were():
    for bn in (*museum.right_ones(), *(exhibit.implementation for exhibit in EXHIBITS)):
        drawn = draw()
        bn.forward(*drawn, True)
        assert all(np.array_equal(a, b) for a, b in zip(drawn, draw(), strict=True))


def test_the_reference_finds_all_twelve():
    assert "not found" not in run_tests(reference.find_bugs, 12, 0)


@pytest.mark.parametrize("test", ["reference", "worked solution"])
@pytest.mark.parametrize("broken", list(itertools.product((True, False, "backward"), range(3))))
def test_a_test_of_every_promise_notices_when_one_alone_is_broken(test, broken):
    right, (where, place) = museum.right(), broken

    def spoilt(results, here):
        return [part + 0.01 if here and i == place else part for i, part in enumerate(results)]

    bn = SimpleNamespace(
        forward=lambda *given: spoilt(right.forward(*given), given[-1] is where),
        backward=lambda *given: spoilt(right.backward(*given), where == "backward"),
    )
    made = {"np": np}
    exec(worked.solutions()["find_bugs"], made)
    with pytest.raises(AssertionError):
        {"reference": reference.find_bugs, "worked solution": made["find_bugs"]}[test](bn)


def test_a_rejected_right_one_earns_nothing_and_is_told_the_line():
    def strict(bn):
        reference.find_bugs(bn)
        assert bn.forward(*draw(), True)[0].std() == 1, "the deviation is 1"

    verdict = judge(FIND_BUGS, DirectAnswer(strict))
    assert verdict.score == 0.0
    assert "a right one is rejected, by: the deviation is 1" in " ".join(verdict.text().split())


def test_part_of_the_bugs_earns_part_of_the_points_and_the_others_are_named():
    verdict = judge(FIND_BUGS, DirectAnswer(next(i for i in FIND_BUGS.wrong_ideas if i.code == "R3").function))
    assert verdict.score == 4.0
    said = " ".join(verdict.text().split())
    assert "8 of 12; not found: the lost digits, the image rows, the batch at inference" in said


def test_ten_of_twelve_are_enough_and_what_is_left_is_told():
    answer = next(a for a in FIND_BUGS.right_answers if a.__name__ == "a_test_of_flat_batches_alone")
    verdict = judge(FIND_BUGS, DirectAnswer(answer))
    assert verdict.outcome == "correct"
    assert "Not found: the lost digits, the image rows" in " ".join(verdict.text().split())


def test_stored_results_are_refused():
    def stored(bn):
        wanted = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0]
        return reference.find_bugs(bn) or len(wanted) == 13

    verdict = judge(FIND_BUGS, DirectAnswer(stored))
    assert verdict.score == 0.0
    assert "a list of 13 numbers in line 2" in " ".join(verdict.text().split())


_ELSEWHERE = np.arange(40.0)


def test_stored_results_outside_the_test_are_refused_and_small_inputs_are_not():
    def outside(bn):
        return bn.forward(_ELSEWHERE)

    def small(bn):
        return np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 9.0]])

    assert "_ELSEWHERE, with 40 values" in stored_numbers(outside)
    assert stored_numbers(small) == ""


def test_numbers_in_nested_tuples_are_counted_where_the_source_is_not_at_hand():
    known = {}
    exec("def few(bn):\n    return [((7, 5), 2.0), ((3, 2, 4, 5), 1e6)]", known)
    exec(f"def many(bn):\n    return ((1, 2), {tuple(range(13))})", known)
    assert stored_numbers(known["few"]) == ""
    assert "numbers" in stored_numbers(known["many"])


def test_a_mistake_in_the_test_itself_is_told_with_its_line():
    def broken(bn):
        return bn.forwards()

    verdict = judge(FIND_BUGS, DirectAnswer(broken))
    assert verdict.outcome == "stopped" and "bn.forwards()" in verdict.where


def test_a_test_that_says_nothing_yet_is_not_started():
    def find_bugs(bn):
        """Find the bugs."""

    assert judge(FIND_BUGS, DirectAnswer(find_bugs)).outcome == "not started"


def test_shapes_and_settings_that_a_call_is_given_are_no_stored_results():
    def drawn(bn):
        rng = np.random.default_rng(0)
        batches = (rng.normal(3, 4, (5, 3)), rng.normal(1, 2, (2, 3, 4, 3)), rng.normal(1e6, 1, (9, 3)))
        rows = dict(shape=(6, 4), eps=0.1, momentum=0.7, loc=3.0, scale=2.0)  # noqa: C408 - as learners write it
        maps = dict(shape=(2, 3, 4, 5), eps=0.2, momentum=0.9, loc=1.0, scale=0.5)  # noqa: C408 - as above
        return [*batches, *(rng.normal(size=each["shape"]) for each in [rows, maps])]

    def given(bn):
        return np.array([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], [8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0]])

    assert stored_numbers(drawn) == ""
    assert "a list of 14 numbers" in stored_numbers(given)


def test_a_test_that_asks_the_museum_for_the_results_is_refused():
    from bncourse import museum

    def peeks(bn):
        return museum.right().forward(np.eye(3))

    assert stored_numbers(peeks) == "results of the museum in line 2"
