"""Names of somebody else are neutral in every page, table and zip, and in the terminal."""

import csv
import io
import re
import sys
import zipfile

import payloads
import pytest

from bncourse import cli
from bncourse.grading.assignment import Assignment
from bncourse.grading.display import names
from bncourse.grading.display.terminal import Terminal
from bncourse.grading.lms import students as class_list
from bncourse.grading.lms.spreadsheets import Sheet, read_sheet, write_sheet
from bncourse.grading.lms.students import Person
from bncourse.grading.report import feedback, scores
from bncourse.grading.report.page import page
from bncourse.grading.report.report import report_of
from bncourse.grading.report.results import StudentResult
from bncourse.grading.submission.names import may_be_graded
from bncourse.trouble import Trouble

FORMULAS = [
    *('=HYPERLINK("http://elsewhere.test","x")', "=1+1", "+cmd|' /C calc'!A0", "-2+3+cmd", "@SUM(1)", "\t=1", "\r=1"),
    *("  =1+1", "＝1+1", "=", "-", "+1.5", "-1.5", "1,5", "+49 123", "Ada", "'=1", "", "-1.5%", "1e5", "--", "٣"),
]
HARMLESS = {"=", "-", "+1.5", "-1.5", "1,5", "Ada", "'=1", "", "-1.5%", "1e5", "٣"}


def some_result(**who):
    return StudentResult(person=Person(**who), score=-0.0 + 3, most=6.0)


@pytest.mark.parametrize("form", ["canvas", "moodle", "gradescope", "csv"])
def test_no_cell_of_a_score_table_is_a_formula(form, tmp_path):
    people = [
        some_result(id=f"id-{n}", first_name=text, last_name=text, email=text, lms_user_id=text)
        for n, text in enumerate(FORMULAS)
    ]
    people.append(some_result(id="=1+1"))
    write_sheet(scores.table({"04-x": people}, form), tmp_path / "scores.csv")
    with open(tmp_path / "scores.csv", newline="", encoding="utf-8") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert {"3", "'=1+1"} <= set(cells)
    for cell in cells:
        assert not re.match(r"\s*[=+\-@＝]", cell) or cell in HARMLESS, cell


def test_a_table_that_was_written_is_read_as_it_was(tmp_path):
    rows = [[text, str(number)] for number, text in enumerate(FORMULAS) if "\r" not in text and text != "'=1"]
    write_sheet(Sheet(["=id", "n"], rows), tmp_path / "a.csv")
    read = read_sheet(tmp_path / "a.csv")
    assert read.header == ["=id", "n"] and read.rows == rows
    write_sheet(read, tmp_path / "b.csv")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize("text", FORMULAS)
def test_only_what_would_be_a_formula_is_changed(text):
    assert (names.in_a_table(text) == text) == (text in HARMLESS)


@pytest.mark.parametrize(
    "id", [*payloads.NAMES.values(), 'a"b', "a<b", "a>b", "</script>", 'x";alert(1);"', "a\\b", "a\u202eb"]
)
def test_an_id_that_would_run_on_a_page_is_nobodys(id):
    assert not may_be_graded(id)


@pytest.mark.parametrize("id", ["ada", "o'brien", "a.b@c.test", "Zoë", "李雷", "ada l", "0012", "a+b", "=1", "@x"])
def test_an_odd_id_is_somebodys(id):
    assert may_be_graded(id)


def test_names_of_a_class_list_are_neutral_when_they_are_entered(tmp_path, monkeypatch):
    import small_course

    course = small_course.write(tmp_path / "course")
    class_list.enter(course, [Person(id="mallory", **payloads.NAMES)])
    found = class_list.class_list(course).people["mallory"]
    assert not set('<>"') & set(found.first_name + found.last_name + found.email)
    assert found.first_name.startswith("Ada‹img src=x")


def test_the_report_shows_names_and_words_as_they_are():
    who = Person(id="mallory", **payloads.NAMES)
    made = page(report_of("04-x", [StudentResult(person=who, score=None, most=6.0, why=payloads.TEXTS["onerror"])]))
    assert "<img" not in made and "<script" not in made and "&lt;img src=x onerror" in made


WINDOWS = [
    *("a:b.html", "con/04.html", "CON.txt", "aux.html", "lpt1 .html", "COM¹.html", "nul", "x./y.html", "x /y.html"),
    *('a?*<>|".html', "Ada/x.html", "ada/x.html", "ADA/X.HTML", "..", "a/../b", "tab\t.html", "back\\slash", "a//b"),
    *(f"{'n' * 300}_123_assignsubmission_file_/x.html", f"{'n' * 150}/{'m' * 150}/{'o' * 150}.html"),
    *("conx.html", "com10.html", "ü/é.html", ""),
]


def test_windows_unpacks_every_name_of_a_zip():
    given = names.in_an_archive(WINDOWS)
    assert len({name.casefold() for name in given.values()}) == len(WINDOWS)
    for path, name in given.items():
        parts = name.split("/")
        assert len(name) <= 240 and ".." not in parts and all(parts), path
        for part in parts:
            assert not re.search(r'[<>:"|?*\\\x00-\x1f]', part) and not part.endswith((".", " ")), path
            assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", part), path
    for path in ("conx.html", "com10.html", "ü/é.html", "Ada/x.html"):
        assert given[path] == path
    [long] = [name for path, name in given.items() if "assignsubmission" in path]
    assert "_123_assignsubmission_file_/x.html" in long  # by which Moodle knows whose it is


def test_feedback_is_packed_under_names_that_windows_takes(tmp_path):
    students = ["con", "a:b", "Ada", "ada"]
    for student in students:
        place = tmp_path / "feedback" / student / "04-x"
        place.mkdir(parents=True, exist_ok=True)
        (place / "04-x.html").write_text(student)
    content, left = feedback.pack(Assignment(tmp_path, "04-x"), students, "folder", {})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        packed = {name: archive.read(name).decode() for name in archive.namelist()}
    assert not left and sorted(packed.values()) == sorted(students)
    assert packed["con_/04-x.html"] == "con" and packed["a_b/04-x.html"] == "a:b" and packed["Ada/04-x.html"] == "Ada"


def test_the_terminal_shows_orders_as_signs():
    shown = io.StringIO()
    from rich.table import Table

    console = Terminal(file=shown, width=100, force_terminal=True)
    table = Table(title="\x1b[2Jtitle")
    table.add_column("who \u202eohw")
    table.add_row("ada\x1b]8;;http://elsewhere.test\x07x\x9b2J\r\n[bold]b[/bold]")
    console.print(table)
    console.print("\x1b[31mred\x07", markup=False, highlight=False)
    said = re.sub(r"\x1b\[[0-9;]*m", "", shown.getvalue().replace("␛", "?"))
    assert "?]8;;http" in said and "?[31mred" in said
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", said)


def test_an_error_shows_orders_as_signs(capsys, monkeypatch):
    def command(options):
        raise Trouble("no \x1b[2J file\u202e")

    monkeypatch.setattr(scores, "command", command)
    assert cli.main(["scores", "--format", "csv", "-o", "x"]) == 1
    assert "no ␛[2J file" in capsys.readouterr().err and sys.stderr is not None
