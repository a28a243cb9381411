"""The certificate: what was passed and by whom, honestly, and never over another file."""

import os
import re
from datetime import date

import numpy as np
import pytest

import bncourse
from bncourse import check, cli, exercises
from bncourse.learner import certificate, progress


@pytest.fixture
def one_passed(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check.normalize(lambda x, mean, var, eps=1e-3: (x - mean) / np.sqrt(var + eps))


def text(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html.split("<body>")[1]).split())


def written(tmp_path):
    return (tmp_path / "bncourse-certificate.html").read_text(encoding="utf-8")


def test_the_page_has_the_name_the_date_what_was_passed_and_the_version(one_passed, tmp_path, capsys):
    capsys.readouterr()
    assert cli.main(["certificate", "--name", "Ada Lovelace"]) == 0
    said = text(written(tmp_path))
    notebooks = bncourse.progress().notebooks
    total, here = sum(map(len, notebooks.values())), notebooks["04-normalize-scale-shift"]
    assert f"Ada Lovelace has passed 1 of {total} exercises" in said
    assert f"04-normalize-scale-shift 1 of {len(here)} normalize" in said and "05-backward" not in said
    assert str(date.today().year) in said and f"bncourse {bncourse.__version__}" in said
    out = capsys.readouterr().out.splitlines()
    assert str(tmp_path / "bncourse-certificate.html") in out[0] and "PDF" in out[1]


def test_the_page_says_that_it_is_self_issued(one_passed, tmp_path):
    cli.main(["certificate", "--name", "Ada"])
    said = text(written(tmp_path))
    assert "This certificate is self-issued." in said and "Nobody supervised the work" in said


def test_all_exercises_are_called_all():
    notebooks = {n: {e.name: progress.DONE for e in exercises.of_notebook(n)} for n in exercises.NOTEBOOKS}
    html = certificate.page("Ada", progress.Standing(notebooks, {}), date(2030, 2, 1))
    total = sum(map(len, notebooks.values()))
    assert f"has passed all {total} exercises" in text(html) and "1 February 2030" in text(html)
    assert all(name in html for name in exercises.names())


def test_an_exercise_that_is_not_right_yet_is_not_on_the_page(one_passed, tmp_path):
    with pytest.raises(check.NotYet):
        check.scale_and_shift(lambda x_hat, gamma, beta: x_hat)
    cli.main(["certificate", "--name", "Ada"])
    assert "scale_and_shift" not in written(tmp_path)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ('O\'Neill & "Søn"', "O&#39;Neill &amp; &#34;Søn&#34;"),
        ("  Ada\n\tLovelace\x00 ", "Ada Lovelace"),
        ("山田 太郎", "山田 太郎"),
        ("مریم میرزاخانی", "مریم میرزاخانی"),
    ],
)
def test_a_name_is_shown_as_text_whatever_is_in_it(one_passed, tmp_path, typed, shown):
    assert cli.main(["certificate", "--name", typed]) == 0
    html = written(tmp_path)
    assert f"<bdi>{shown}</bdi>" in html and html.count("<script") == 0


@pytest.mark.parametrize("name", [None, "", "   ", "\n", "\u200b"])
def test_without_a_name_it_asks_for_one_and_writes_nothing(one_passed, tmp_path, capsys, name):
    assert cli.main(["certificate", *(["--name", name] if name is not None else [])]) == 1
    assert "say whose certificate it is" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize(("name", "says"), [("a" * 101, "101 characters, and 100 fit"), ("A\udcffda", "no text")])
def test_a_name_that_cannot_be_set_is_told_why(one_passed, tmp_path, capsys, name, says):
    assert cli.main(["certificate", "--name", name]) == 1
    assert says in capsys.readouterr().err and not list(tmp_path.glob("*.html"))


def test_with_nothing_passed_it_says_so_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    check.normalize(...)
    assert cli.main(["certificate", "--name", "Ada"]) == 1
    said = capsys.readouterr().err
    assert "no exercise is passed yet" in said and "bncourse start" in said
    assert not list(tmp_path.glob("*.html"))


def test_a_file_that_is_there_is_left_as_it_is(one_passed, tmp_path, capsys):
    place = tmp_path / "mine.html"
    place.write_text("dear diary", encoding="utf-8")
    assert cli.main(["certificate", "--name", "Ada", "--output", str(place)]) == 1
    assert "left as it is" in capsys.readouterr().err
    assert place.read_text(encoding="utf-8") == "dear diary"


def test_a_place_that_cannot_be_written_is_told(one_passed, tmp_path, capsys):
    assert cli.main(["certificate", "--name", "Ada", "--output", str(tmp_path / "nowhere" / "a.html")]) == 1
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is imitated with /dev/full")
def test_a_full_disk_leaves_no_half_page(one_passed, tmp_path, capsys, monkeypatch):
    usual = certificate.Path.open

    def full(self, mode="r", *arguments, **options):
        if mode != "xb":
            return usual(self, mode, *arguments, **options)
        self.touch()
        return open("/dev/full", "wb")

    monkeypatch.setattr(certificate.Path, "open", full)
    assert cli.main(["certificate", "--name", "Ada"]) == 1
    assert "No space left" in capsys.readouterr().err and not list(tmp_path.glob("*.html"))
