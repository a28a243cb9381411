"""The journal: guesses are kept, a crash or a full disk spoils nothing, graders' runs leave no trace."""

import json
import os

import numpy as np
import pytest

from bncourse.learner import guess, journal


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    path = tmp_path / "deep" / "journal.jsonl"
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(path))
    monkeypatch.delenv("NBGRADER_EXECUTION", raising=False)
    monkeypatch.setattr(journal, "_unwritten", [])
    monkeypatch.setattr(journal, "_said", set())
    return path


def test_the_outcome_stands_beside_the_last_guess():
    guess.predict("How many?", 3)
    guess.predict("How many?", 5)
    guess.predict("Something else?", 8)
    card = guess.outcome("How many?", np.float64(4.5678))
    assert repr(card) == "How many?\n  your guess: 5\n  measured:   4.57"
    html = card._repr_html_()
    assert "How many?" in html and ">5<" in html and ">4.57<" in html


@pytest.mark.parametrize("nothing", [None, ...])
def test_no_guess_yet_is_said_kindly_and_not_recorded(nothing):
    assert "No guess yet" in repr(guess.predict("How many?", nothing))
    assert journal.events() == []
    assert "no guess this time" in repr(guess.outcome("How many?", 4))


def test_cards_use_inline_style_and_escape_what_they_show():
    html = guess.predict("a < b & c?", "<script>")._repr_html_()
    assert "<script>" not in html and "a &lt; b &amp; c?" in html
    assert "<style" not in html and "class=" not in html


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (0.25, 0.25),
        (True, True),
        ("a lot", "a lot"),
        (np.int64(3), 3),
        (np.array([1.0, 2.0]), [1.0, 2.0]),
        ({(1, 2): 3}, "{(1, 2): 3}"),
        ("\ud800", "\ud800"),
    ],
)
def test_a_guess_of_any_kind_is_kept(given, kept):
    guess.predict("What?", given)
    assert journal.events("guess")[0]["guess"] == kept


def test_each_event_is_one_valid_line(place):
    for number in range(20):
        guess.predict("How many?", number)
    lines = [line for line in place.read_text().split("\n") if line]
    assert [json.loads(line)["guess"] for line in lines] == list(range(20))


def test_a_line_cut_off_by_a_crash_costs_only_itself(place):
    guess.predict("first", 1)
    with place.open("ab") as file:
        file.write(b'{"kind": "guess", "question": "cut o')
    guess.predict("second", 2)
    with place.open("ab") as file:
        file.write(b'\xff\xfe\x00 not text\n[1, 2]\n"words"\n{"kind": 3}\nnull\n')
    guess.predict("third", 3)
    assert [event["question"] for event in journal.events()] == ["first", "second", "third"]


def test_a_disk_that_refuses_is_mentioned_once_and_the_guess_still_serves(tmp_path, monkeypatch, capsys):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(blocked / "journal.jsonl"))
    guess.predict("How many?", 3)
    card = guess.outcome("How many?", 4)
    assert "your guess: 3" in repr(card)
    said = capsys.readouterr()
    assert said.out.count("cannot be written") == 1 and said.err == ""
    assert "BNCOURSE_JOURNAL" in said.out


def test_a_full_disk_is_noticed(monkeypatch, capsys):
    monkeypatch.setattr(os, "write", lambda file, line: 3)
    guess.predict("How many?", 3)
    assert "the disk is full" in capsys.readouterr().out
    assert journal.events("guess")[0]["guess"] == 3


@pytest.mark.parametrize("run", ["autograde", "validate"])
def test_nothing_is_recorded_where_nbgrader_runs_the_notebook(place, monkeypatch, run):
    monkeypatch.setenv("NBGRADER_EXECUTION", run)
    guess.predict("How many?", 3)
    guess.outcome("How many?", 4)
    assert not place.exists() and journal.events() == []


def test_the_place_is_the_users_data_folder_unless_said_otherwise(monkeypatch):
    monkeypatch.delenv("BNCOURSE_JOURNAL")
    assert journal.path().name == "journal.jsonl" and "bncourse" in str(journal.path().parent)


def test_a_decimal_comma_in_a_guess_is_told_and_not_kept():
    said = repr(guess.predict("How fast?", 0, 9))
    assert "0, 9" in said and "as in 0.9" in said
    assert not list(journal.events("guess"))
