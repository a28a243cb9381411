"""Progress over all notebooks, from the learner's journal."""

import html
import re
from pathlib import Path

import numpy as np
import pytest

import bncourse
from bncourse import check, cli, course, exercises
from bncourse.learner import journal

ROOT = Path(__file__).resolve().parents[1]


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


def test_the_three_roads_are_shown_and_are_the_same_everywhere():
    numbers = [name[:2] for name in exercises.NOTEBOOKS]
    assert list(course.ROADS["I want to understand"]) == [each for each in numbers if each not in course.SIDE_ROADS]
    shown = bncourse.progress().text(), bncourse.progress()._repr_html_()
    for whose, road in course.ROADS.items():
        assert all(f"{whose}: {', '.join(road)}" in html.unescape(text) for text in shown)
        told = "all but 02" if whose == "I want to understand" else ", ".join(road)
        for page in ("README.md", "bncourse/site/book/index.md"):
            [row] = [line for line in (ROOT / page).read_text("utf-8").splitlines() if f'"{whose}"' in line]
            assert told in row


@pytest.mark.parametrize("number", course.SIDE_ROADS)
def test_a_side_road_says_so_and_no_later_notebook_sends_there(number):
    heads = {path.stem[:2]: path.read_text("utf-8") for path in sorted((ROOT / "solutions").glob("*/*.ipynb"))}
    assert "no later notebook needs it" in heads[number] and bncourse.progress().text().count("side road") == 1
    asks = re.compile(rf"[Nn]otebooks? (?:\d\d, |\d\d and )*{number}\b")
    said = {later: asks.findall(text) for later, text in heads.items() if later > number}
    assert {later for later, found in said.items() if found} == {"03"}  # which tells two shifts apart


def test_the_hours_of_a_road_are_those_of_its_notebooks():
    heads = [path.read_text("utf-8") for path in sorted((ROOT / "solutions").glob("*/*.ipynb"))]
    minutes = {f"{number:02}": int(re.search(r"About (\d+) minutes", text)[1]) for number, text in enumerate(heads)}
    readme = (ROOT / "README.md").read_text("utf-8")
    for whose, road in course.ROADS.items():
        [row] = [line for line in readme.splitlines() if line.startswith(f'| "{whose}"')]
        assert int(row.split("|")[-2]) == round(sum(minutes[number] for number in road) / 60)
