"""Progress over all notebooks, from the learner's journal."""

import numpy as np
import pytest

import bncourse
from bncourse import check, cli, exercises
from bncourse.learner import journal


def right(x, mean, var, eps=1e-3):
    return (x - mean) / np.sqrt(var + eps)


def wrong(x, mean, var, eps=1e-3):
    return (x - mean) / (var + eps)


def state(name="normalize"):
    return bncourse.progress().notebooks["04-normalize-scale-shift"][name]


def test_an_exercise_goes_from_not_started_over_not_yet_to_done(capsys):
    assert state() == "not started"
    with pytest.raises(check.NotYet):
        check.normalize(wrong)
    assert state() == "not yet"
    check.normalize(right)
    assert state() == "done"


def test_a_written_answer_is_no_exercise_that_a_check_could_call_done():
    assert "verdict" not in bncourse.progress().notebooks["08-why-it-works"]


def test_what_was_done_stays_done():
    check.normalize(right)
    with pytest.raises(check.NotYet):
        check.normalize(wrong)
    assert state() == "done"
    assert bncourse.progress().points["normalize"] == 2.0


def test_a_stub_does_not_count_as_begun():
    check.normalize(...)
    assert state() == "not started"


def test_the_wrong_idea_is_kept_in_the_journal():
    with pytest.raises(check.NotYet):
        check.normalize(wrong)
    assert journal.events("check")[-1]["wrong_ideas"] == ["divides by the variance"]


def test_nothing_is_recorded_while_a_submission_is_graded(monkeypatch):
    with check.session(seed=3):
        check.normalize(right)
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check.normalize(right)
    assert state() == "not started"


def test_a_journal_cut_off_by_a_crash_keeps_what_was_before():
    check.normalize(right)
    with journal.path().open("ab") as file:
        file.write(b'\n{"kind": "check", "exercise": "norma')
    check.batch_mean(lambda x: x.mean(axis=0))
    assert (state("normalize"), state("batch_mean")) == ("done", "done")


@pytest.mark.parametrize(
    "line",
    [
        b"null",
        b"[1]",
        b'{"kind": 3}',
        b'{"kind": "check"}',
        b'{"kind": "check", "exercise": "x", "score": "y"}',
        b"\xff",
    ],
)
def test_lines_that_make_no_sense_are_passed_over(line):
    check.normalize(right)
    with journal.path().open("ab") as file:
        file.write(b"\n" + line + b"\n")
    assert state() == "done"


def test_the_command_shows_the_same_in_a_terminal(capsys):
    check.normalize(right)
    capsys.readouterr()
    assert cli.main(["progress"]) == 0
    said = capsys.readouterr().out
    count = len(exercises.of_notebook("04-normalize-scale-shift"))
    assert f"04-normalize-scale-shift: 1 of {count} done" in said and "✓ normalize - done" in said
    assert "journal.jsonl" in said


def test_the_table_is_legible_without_colour():
    html = bncourse.progress()._repr_html_()
    assert "<th scope" in html and "○ normalize - not started" in html and "0 of " in html
