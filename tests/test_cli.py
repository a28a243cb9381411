"""The command line itself: what it says where nothing can be done."""

import pytest
import small_course

from bncourse.cli import main
from bncourse.sandbox import levels
from bncourse.trouble import Trouble


@pytest.mark.parametrize(
    ("word", "says"), [("strat", "Did you mean `bncourse start`?"), ("xyzzy", "`bncourse --help`")]
)
def test_a_command_that_does_not_exist_is_told_with_the_one_that_may_be_meant(word, says, capsys):
    assert main([word]) == 2
    assert f"there is no command {word!r}" in (said := capsys.readouterr().err) and says in said


def test_what_acts_on_a_class_says_where_if_that_is_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["stage", "44"]) == 1
    assert f"the course is {small_course.ROOT}" in capsys.readouterr().err
    monkeypatch.chdir(small_course.write(tmp_path / "course") / "notebooks")
    assert main(["stage", "44"]) == 1
    assert "the course is" not in capsys.readouterr().err


@pytest.mark.parametrize("word", ["90", "90-small"])
def test_a_notebook_is_named_by_its_number_or_its_name(word, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(small_course.write(tmp_path / "course"))
    assert main(["stage", word]) == 1
    assert "nothing was handed in" in capsys.readouterr().err


def test_doctor_tells_an_instructor_whether_grading_is_safe_here(monkeypatch, capsys):
    monkeypatch.setattr(levels, "best_level", lambda lowest: 3)
    main(["doctor", "--instructor"])
    assert "Grading" in (said := capsys.readouterr().out) and "behind walls of level 3" in said

    def none(lowest):
        raise Trouble("this machine has no walls")

    monkeypatch.setattr(levels, "best_level", none)
    assert main(["doctor", "--instructor"]) == 1
    assert "Grading: this machine has no walls" in capsys.readouterr().out
