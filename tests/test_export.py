"""``nbgrader export``: nbgrader's columns and numbers, in cells that no spreadsheet runs and no comma moves."""

import csv

import pytest
from nbgrader.api import Gradebook
from nbgrader.plugins import CsvExportPlugin

from bncourse.grading.gradebook.create import prepare
from bncourse.grading.nbgrader.export import COLUMNS, Export

# nbgrader reads a new submission before it adds it to the session, which it does two lines later
pytestmark = pytest.mark.filterwarnings("ignore:Object of type .* not in session")
PEOPLE = {
    "ada": ("Lovelace, Countess", "Ada"),
    "=1+1": ("=HYPERLINK(0)", "+cmd|' /C calc'!A0"),
    "zoë": ("@SUM(A1)", "-2+3"),
}


def gradebook(folder):
    url = f"sqlite:///{folder / 'gradebook.db'}"
    prepare(url)  # what nbgrader does with a program of its own, which takes seconds
    made = Gradebook(url, "course")
    made.add_assignment("04-x")
    made.add_assignment("05-y", duedate="2026-03-01 12:00:00 UTC")
    for id, (last, first) in PEOPLE.items():
        made.add_student(id, last_name=last, first_name=first, email=None)
    made.add_submission("05-y", "ada", timestamp="2026-02-28 12:00:00 UTC")
    return made


def rows(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_no_cell_is_a_formula_and_each_stands_in_its_column(tmp_path):
    with gradebook(tmp_path) as made:
        Export(to=str(tmp_path / "grades.csv")).export(made)
    header, *found = rows(tmp_path / "grades.csv")
    assert header == list(COLUMNS) and len(found) == 6 and {len(row) for row in found} == {len(COLUMNS)}
    assert not [cell for row in found for cell in row if cell[:1] in tuple("=+@") or cell[:2] == "-2"]
    by_id = {row[3]: row for row in found}
    assert by_id["ada"][4:6] == ["Lovelace, Countess", "Ada"] and by_id["'=1+1"][4] == "'=HYPERLINK(0)"


def test_plain_names_give_what_nbgraders_own_exporter_gives(tmp_path):
    with gradebook(tmp_path) as made:
        for id in ("=1+1", "zoë", "ada"):
            made.remove_student(id)
        made.add_student("emmy", last_name="Noether", first_name="Emmy", email="emmy@uni.example")
        made.add_submission("05-y", "emmy", timestamp="2026-02-28 12:00:00 UTC")
        Export(to=str(tmp_path / "ours.csv"), assignment=["05-y"]).export(made)
        CsvExportPlugin(to=str(tmp_path / "theirs.csv"), assignment=["05-y"]).export(made)
    assert (tmp_path / "ours.csv").read_text() == (tmp_path / "theirs.csv").read_text()
    assert len(rows(tmp_path / "ours.csv")) == 2
