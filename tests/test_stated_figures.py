"""Figures that the README states: from docs/benchmarks.json, or counted here; nobody writes them by hand."""

import copy
import re
from pathlib import Path

import pytest

from bncourse import exercises
from bncourse.benchmarks import described
from bncourse.benchmarks.page import FAMILIES, PAGE, load, page
from bncourse.benchmarks.readme import HERE, updated
from bncourse.grading.release.source import read

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KEPT = load(ROOT)
WORDS = {9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen"}


def test_the_readme_says_what_was_measured():
    assert set(HERE) == set(FAMILIES) == set(KEPT)
    assert updated(README, KEPT) == README, "write it with `bncourse bench`, or with bncourse.benchmarks.readme.updated"


def test_other_figures_change_the_readme_in_their_row_and_nowhere_else():
    kept = copy.deepcopy(KEPT)
    kept["checks"]["figures"] |= {"wrong_answers": 4_000, "kill_rate": 0.5, "naming_rate": 0.25, "false_rejections": 3}
    kept["soak"]["figures"]["memory_growth"] = 0.07
    kept["claims"]["date"] = "2031-02-03"
    before, after = README.splitlines(), updated(README, kept).splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert [line.split("`")[1] for line in changed if line.startswith("|")] == [
        f"bncourse bench {each}" for each in ("checks", "soak")
    ]
    assert "2,000 of 4,000 rejected, 25.0% by name; 3 right answers rejected" in changed[1]
    assert "no more time, 7% more memory" in changed[2] and "on 3 February 2031" in changed[0]


def test_a_family_that_was_not_measured_keeps_its_row():
    assert updated(README, {}) == README


def test_the_readme_counts_the_notebooks_and_their_hours():
    minutes = [
        int(re.search(r"About (\d+) minutes", read(ROOT / "solutions" / name / f"{name}.ipynb").cells[0].text)[1])
        for name in exercises.NOTEBOOKS
    ]
    said = re.search(r"(\w+)\s+notebooks of (\d+) to (\d+) minutes, (\d+) hours in all", README)
    assert said.groups() == (WORDS[len(minutes)], str(min(minutes)), str(max(minutes)), f"{sum(minutes) / 60:.0f}")
    for name in exercises.NOTEBOOKS:
        assert f"| `{name}` |" in README


def test_the_readme_and_the_changelog_give_no_more_cases_than_there_are():
    cases = KEPT["battery"]["figures"]["cases"]
    for name in ("README.md", "CHANGELOG.md"):
        for said in re.findall(r"more than (\d+) hostile", (ROOT / name).read_text(encoding="utf-8")):
            assert int(said) < cases
    assert f"a class of {KEPT['soak']['figures']['graded']:,}" in README


def test_the_page_is_what_its_figures_say():
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page(KEPT)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_terminal_shows_the_figures_of_the_page(family, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")
    described.show(family, KEPT[family]["figures"])
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    parts = described.described(family, KEPT[family]["figures"])
    tables = [part for part in parts if not isinstance(part, str)]
    assert tables and all(part in shown for part in parts if isinstance(part, str))
    for row in (row for table in tables for row in table.rows):
        assert all(str(cell) in shown for cell in row), row
