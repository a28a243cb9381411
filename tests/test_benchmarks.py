"""The benchmark of the checks counts what it says it counts."""

import json
import time

import pytest

from bncourse import cli, exercises
from bncourse.benchmarks import checks, claims, course, reference
from bncourse.checking import Case, Exercise


def declared():
    exercise = Exercise(
        notebook="00", reference=lambda x: 2.0 * x, name="double", asks="double it", hints=["a", "b"],
        cases=lambda rng: [Case("a number", (float(rng.uniform(1, 2)),))],
    )  # fmt: skip

    @exercise.wrong("F1")
    def adds_two(x):
        """You add two; doubling multiplies by two."""
        return x + 2.5

    return exercise


def test_a_sharp_and_fair_check_has_full_rates():
    tally = checks.measure(declared())
    assert (tally.right, tally.rejected, tally.wrong, tally.killed, tally.named) == (5, 0, 5, 5, 5)


def test_a_wrong_answer_that_passes_and_a_right_one_that_fails_are_counted():
    exercise = declared()

    @exercise.wrong("F1")
    def doubles_by_adding(x):
        """You add it to itself, which is right."""
        return x + x

    @exercise.right
    def halves(x):
        return x / 2

    tally = checks.measure(exercise)
    assert (tally.killed, tally.named, tally.rejected) == (5, 5, 5)
    assert {note.split(" (")[0] for note in tally.notes} == {"rejected: halves", "not named: doubles by adding"}


def test_the_command_prints_one_json_object(capsys, monkeypatch):
    monkeypatch.setattr(exercises, "names", lambda: ["normalize", "kinds_of_shift"])
    assert cli.main(["bench", "checks", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures["exercises"] == 2
    assert figures["kill_rate"] == figures["naming_rate"] == 1.0
    assert figures["false_rejections"] == 0
    assert 0 < figures["median_ms"] <= figures["worst_ms"]


def test_an_unknown_family_is_told_the_known_ones(capsys):
    with pytest.raises(SystemExit):
        cli.main(["bench", "chekcs"])
    assert "checks" in capsys.readouterr().err


def test_a_claim_that_fails_more_than_once_in_twenty_does_not_hold():
    fine = {seed: (True, {"gap": 1.0}) for seed in range(40)}
    results = {"firm": fine, "thin": fine | {0: (False, {})}, "weak": fine | {s: (False, {}) for s in range(3)}}
    figures = claims.summary(results)
    assert (figures["claims"], figures["held"], figures["seeds"]) == (3, 2, 40)
    assert figures["failures"] == {"thin": 1, "weak": 3}


def test_claims_are_tried_on_the_seeds_that_are_asked_for(capsys, monkeypatch):
    monkeypatch.setattr(claims, "CLAIMS", {"identity_recovery": claims.CLAIMS["identity_recovery"]})
    assert cli.main(["bench", "claims", "--seeds", "2", "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert figures == {"claims": 1, "held": 1, "seeds": 2, "failures": {}}


def test_what_an_import_adds_is_a_difference_in_milliseconds(monkeypatch):
    monkeypatch.setattr(course, "ALTERNATIONS", 1)
    assert -1000 < course.import_milliseconds() < 10_000


def test_the_reference_is_compared_with_each_peer_and_is_exact_to_a_few_last_places():
    def slow(x, gamma, beta, dout):
        return lambda: time.sleep(0.002)

    row = reference.measure(16, 4, {"a peer that sleeps": slow}, alternations=3)
    assert row["size"] == [16, 4]
    assert 0 < row["ratios"]["a peer that sleeps"] < 1
    assert row["spreads"]["a peer that sleeps"][0] <= row["ratios"]["a peer that sleeps"]
    assert set(row["ulps"]) == {"y", "dx", "dgamma", "dbeta"} and max(row["ulps"].values()) < 30
