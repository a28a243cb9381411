"""Which test finds which exhibit of the museum: re-creations of five courses' checks, and a reader's test."""

import numpy as np
import pytest

from bncourse import exercises, museum, reference
from bncourse.drivers.museum import run_tests
from bncourse.experiments import kill_rates
from bncourse.museum.checkers import CHECKERS

FIND_BUGS = exercises.find("find_bugs")


@pytest.fixture(scope="module")
def found():
    """Give what the checks find of the exhibits, measured once."""
    return kill_rates.measured(0, reference.find_bugs)


@pytest.mark.parametrize("checker", CHECKERS, ids=lambda checker: checker.name)
def test_a_recreation_accepts_every_right_batch_norm(checker):
    for seed in (3, 4):
        assert all(checker.test(right, np.random.default_rng(seed)) for right in museum.right_ones())


def test_the_recreations_find_as_many_exhibits_as_the_notebook_says(found):
    assert found["tests"] == [*(checker.name for checker in CHECKERS), "your test"]
    counts = zip(found["found"].sum(axis=1), found["possible"].sum(axis=1), strict=True)
    assert list(counts) == [(9, 10), (6, 12), (3, 5), (3, 11), (3, 7), (12, 12)]


def test_what_a_task_cannot_contain_is_never_counted_as_found(found):
    assert not (found["found"] & ~found["possible"]).any()
    names = {exhibit.name for exhibit in museum.exhibits()}
    for checker in CHECKERS:
        assert {name for name, reason in checker.cannot if reason} <= names
        assert all(checker.can_contain(name) == (name not in dict(checker.cannot)) for name in names)


def test_one_exhibit_passes_all_five_and_one_is_seen_by_the_training_alone(found):
    names, hits = found["exhibits"], found["found"][:-1]
    assert [name for name, none in zip(names, ~hits.any(axis=0), strict=True) if none] == ["the lost digits"]
    assert list(hits[:, names.index("gamma and beta left behind")]) == [True, False, False, False, False]


@pytest.mark.parametrize("idea", [*FIND_BUGS.wrong_ideas], ids=lambda idea: idea.function.__name__)
def test_a_readers_test_is_counted_as_the_check_counts_it(idea):
    found = kill_rates.measured(0, idea.function)
    judged = run_tests(idea.function, 12, 0)
    assert found["accepted"][-1] == (judged["right ones"] == "accepted")
    if found["accepted"][-1]:
        missed = judged.get("not found", "").split(", ") if judged.get("not found") else []
        assert found["found"][-1].sum() == 12 - len(missed)


def test_a_test_that_is_not_written_yet_stops_nothing_and_finds_nothing():
    def find_bugs(bn):
        raise NotImplementedError

    found = kill_rates.measured(0, find_bugs)
    assert not found["accepted"][-1] and not found["found"][-1].any()
    assert found["accepted"][:-1].all()


def test_without_a_readers_test_only_the_recreations_are_tried():
    assert "your test" not in kill_rates.measured(0)["tests"]


def test_what_stays_hidden_on_tame_inputs_shows_on_telling_ones():
    seen = kill_rates.visibility(5)
    hidden = [name for name, size in zip(seen["exhibits"], seen["tame"], strict=True) if size < 1e-5]
    assert "gamma and beta left behind" in hidden and "the missing root" not in hidden
    assert (seen["telling"] > 1e-5).all()


def test_the_lost_digits_come_in_steps_of_float32():
    numbers = kill_rates.lost_digits(6)
    assert numbers["step"] == 0.0625 and numbers["bug"] % 0.0625 == 0
    assert numbers["right"] == pytest.approx(0.01, rel=0.6)


def test_the_lost_digits_show_in_float64_too_and_the_right_ones_agree_there_alone():
    lost = next(exhibit for exhibit in museum.exhibits() if exhibit.name == "the lost digits")
    rng, one, zero = np.random.default_rng(0), np.ones(5), np.zeros(5)
    kept = lost.implementation.forward(rng.normal(1e6, 2, (64, 5)), one, zero, zero, one, 0.0, 0.1, True)[2]
    assert np.all(kept % 2.0**-13 == 0) and 0.00012 < 2.0**-13 < 0.000125 and "0.00012" in lost.shows
    agree = {}
    for dtype in (np.float32, np.float64):
        x = rng.normal(1000, 1, (64, 5)).astype(dtype)
        y = reference.batch_norm(x, one, zero, eps=0.1)
        outputs = [bn.forward(x, one, zero, zero, one, 0.7, 0.1, True)[0] for bn in museum.right_ones()]
        agree[dtype] = all(np.allclose(other, y, rtol=1e-7) for other in outputs)
    assert agree == {np.float32: False, np.float64: True}
