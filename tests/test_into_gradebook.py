"""Scores on their way back into Canvas and Moodle: the right row, the right column, and no word is overwritten."""

import csv

import pytest
from test_tables import MOODLE_LISTS, WORKSHEETS, worksheet

from bncourse.grading.lms.gradebook_table import merged
from bncourse.grading.lms.people import Person
from bncourse.grading.lms.spreadsheets import write_sheet
from bncourse.grading.report.results import StudentResult
from bncourse.trouble import Trouble

NAME = "04-normalize-scale-shift"
ADA = StudentResult(Person("0012006", "John", "Smith", "smith@x.org", "48066"), 2.5, 3.0)
ANN = StudentResult(Person("0012007", "Ann", "Lee", "lee@x.org", "48067"), 1.0, 3.0)
NONE = StudentResult(Person("0012008", "Sam", "None", "none@x.org", "48068"), None, 3.0, "nothing was handed in")
CLASS = {NAME: [ADA, ANN, NONE]}
HEAD = f'Student,ID,SIS User ID,SIS Login ID,Section,Quiz 4 (7),"{NAME} (77)",Final Score\n ,,,,,,Manual Posting,\n'
HEAD += "    Points Possible,,,,,9,3.0,(read only)\n"
PEOPLE = [
    '"Smith, John",48066,u1,0012006,S,5,{},1',
    '"Lee, Ann",48067,u2,0012007,S,6,{},1',
    '"None, Sam",48068,u3,0012008,S,7,{},1',
]


def canvas(tmp_path, *cells, rows=PEOPLE, head=HEAD):
    path = tmp_path / "canvas.csv"
    path.write_text(head + "\n".join(rows).format(*cells) + "\n", encoding="utf-8-sig")
    return path


def column(done, place):
    return [row[place] for row in done.sheet.rows]


def test_the_cells_of_one_column_are_filled_and_counted(tmp_path):
    path = canvas(tmp_path, "", "", "")
    before = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    done = merged(CLASS, path, "canvas")
    assert column(done, 6) == ["Manual Posting", "3.0", "2.5", "1", ""] and done.written == 2
    write_sheet(done.sheet, tmp_path / "o.csv")
    after = list(csv.reader((tmp_path / "o.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row[:6] + row[7:] for row in after] == [row[:6] + row[7:] for row in before]


@pytest.mark.parametrize(
    "word", ["EX", "ex", "N/A", "excused", "Excused", "A-", "Incomplete", "complete", "entschuldigt"]
)
def test_a_cell_that_holds_a_word_stays_and_is_named(tmp_path, word):
    done = merged(CLASS, canvas(tmp_path, word, "", "EX"), "canvas")
    assert column(done, 6)[2:] == [word, "1", "EX"] and done.written == 1
    assert f"1 cells hold a word and stay as they are: 0012006 has '{word}'." in " ".join(done.said)


def test_another_number_in_a_cell_is_named(tmp_path):
    done = merged(CLASS, canvas(tmp_path, "2.50", "0.5", ""), "canvas")
    assert column(done, 6)[2:] == ["2.50", "1", ""] and done.written == 2
    assert "1 cells held another number: 0012007 0.5 -> 1." in " ".join(done.said)


def test_the_gradebook_of_canvas_in_another_language_is_filled(tmp_path):
    head = HEAD.replace("Points Possible", "Punkte möglich").replace("Student,ID", "Student/in,ID")
    head = head.replace("SIS User ID,SIS Login ID,Section", "SIS-Benutzer-ID,SIS-Anmelde-ID,Abschnitt")
    done = merged(CLASS, canvas(tmp_path, "", "", "", head=head), "canvas")
    assert column(done, 6)[2:] == ["2.5", "1", ""] and done.written == 2
    with pytest.raises(Trouble, match="3 points here and 9 there"):
        merged(CLASS, canvas(tmp_path, "", "", "", head=head), "canvas", "Quiz 4 (7)")


def test_moodles_dash_is_an_empty_cell(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(f"First name,Surname,ID number,Email address,Assignment: {NAME} (Real)\nJohn,Smith,0012006,,-\n")
    assert column(merged(CLASS, path, "moodle"), 4) == ["2.5"]


@pytest.mark.parametrize(
    ("title", "fits"),
    [
        (NAME, True),
        (f"{NAME} (123)", True),
        (f"Aufgabe: {NAME} (Punkte)", True),
        ("Week 4: Normalize, scale, shift (9)", True),
        ("04 Normalize, scale and shift (9)", True),
        ("Before you normalize, scale and shift (9)", False),
        ("Quiz 4 (9)", False),
        ("4", False),
        ("Batch norm: normalize", False),
        ("Homework 04", False),
        ("Normalize", False),
    ],
)
def test_a_column_is_taken_only_if_its_title_is_plain(tmp_path, title, fits):
    path = canvas(tmp_path, "", "", "", head=HEAD.replace(f"{NAME} (77)", title))
    if fits:
        assert merged(CLASS, path, "canvas").written == 2
    else:
        with pytest.raises(Trouble, match="Say which, with --column"):
            merged(CLASS, path, "canvas")
        assert merged(CLASS, path, "canvas", title, scale=True).written == 2


@pytest.mark.parametrize("title", ["02-correcting-covariate-shift (7)", "03 Internal covariate shift (9)"])
def test_the_longer_topic_of_another_notebook_is_not_this_one(tmp_path, title):
    path = canvas(tmp_path, "", "", "", head=HEAD.replace(f"{NAME} (77)", title))
    with pytest.raises(Trouble, match="Say which, with --column"):
        merged({"01-covariate-shift": [ADA, ANN, NONE]}, path, "canvas")


@pytest.mark.parametrize(("most", "cell"), [("3,00", "2,5"), ("3.00", "2.5")])
def test_moodles_worksheet_keeps_its_way_of_writing_numbers(tmp_path, most, cell):
    path = tmp_path / "m.csv"
    path.write_text(f'ID,ID-Nummer,Bewertung,Bestwertung\nTeilnehmer/in1,0012006,,"{most}"\n')
    done = merged(CLASS, path, "moodle")
    assert column(done, 2) == [cell] and done.written == 1
    write_sheet(done.sheet, tmp_path / "again.csv")
    again = merged(CLASS, tmp_path / "again.csv", "moodle")
    assert column(again, 2) == [cell] and not [line for line in again.said if "another number" in line]


def test_the_lone_number_of_a_quiz_is_not_the_assignment(tmp_path):
    path = canvas(tmp_path, "", "", "", head=HEAD.replace(f"{NAME} (77)", "Batch norm: normalize (9)"))
    with pytest.raises(Trouble, match=r"2 columns that could be .*'Quiz 4 \(7\)' or 'Batch norm: normalize \(9\)'"):
        merged(CLASS, path, "canvas")


def test_two_columns_of_one_title_and_a_column_that_canvas_computes_are_refused(tmp_path):
    path = canvas(tmp_path, "", "", "", head=HEAD.replace("Quiz 4 (7)", f"{NAME} (7)"))
    with pytest.raises(Trouble, match="2 columns that could be"):
        merged(CLASS, path, "canvas")
    with pytest.raises(Trouble, match="one that Canvas computes"):
        merged(CLASS, canvas(tmp_path, "", "", ""), "canvas", "Final Score")


@pytest.mark.parametrize(
    ("row", "whose"),
    [
        ('"Smith, John",48066,u1,0012006,S,5,,1', "0012006"),
        ('"Smith, John",48079,u1,,S,5,,1', None),  # another John Smith, by Canvas's number
        ('"Smith, John",,,0012009,S,5,,1', None),  # another, by the id
        ('"Smith, John",,,12006,S,5,,1', "0012006"),  # a spreadsheet took the zeros
        ('"Smith, John",,,jsmith,S,5,,1', "0012006"),  # a login of another kind says nothing
        ('"Smith, John",48067,u1,0012006,S,5,,1', None),  # a number and an id of two people
        ('"Other, Name",48066,u1,,S,5,,1', "0012006"),  # a number beats a name
        ('"Lee, Ann",48066,u1,,S,5,,1', None),  # Ann's name and John's number
        ('"Smith, John",,,,S,5,,1', "0012006"),
    ],
)
def test_a_number_or_id_that_contradicts_beats_the_name_on_the_way_back(tmp_path, row, whose):
    done = merged({NAME: [ADA, ANN]}, canvas(tmp_path, rows=[row]), "canvas")
    assert done.sheet.rows[-1][6] == ("2.5" if whose else "")
    assert done.written == bool(whose)
    if not whose:
        assert "it is not plain who is meant" in " ".join(done.said) and "row 4:" in " ".join(done.said)


def test_two_rows_for_one_person_are_both_left(tmp_path):
    rows = ['"Smith, John",48066,u1,0012006,S,5,,1', '"Smith, John",48066,u1,0012006,T,5,,1']
    done = merged(CLASS, canvas(tmp_path, rows=rows), "canvas")
    assert column(done, 6)[2:] == ["", ""] and not done.written
    assert "all of them could be 0012006" in " ".join(done.said)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("English", f"Assignment: {NAME} (Real)"),
        ("German", f"Aufgabe: {NAME} (Punkte)"),
        ("French", f"Devoir\u00a0: {NAME} (Brut)"),
        ("Spanish", f"Tarea:{NAME} (Real)"),
        ("Italian", f"Compito: {NAME} (Punteggio)"),
        ("Portuguese", f"Tarefa: {NAME} (Real)"),
        ("Dutch", f"Opdracht: {NAME} (Score)"),
        ("Polish", f"Zadanie: {NAME} (Wynik)"),
    ],
)
def test_moodles_gradebook_is_filled_in_many_languages(tmp_path, language, title):
    path = tmp_path / "m.csv"
    rows = ["John,Smith,0012006,smith@x.org,9,-", "John,Smith,0012009,other@x.org,9,-", "Ann,Lee,,lee@x.org,9,"]
    path.write_text(f'{MOODLE_LISTS[language]},Quiz 4,"{title}"\n' + "\n".join(rows) + "\n", encoding="utf-8")
    done = merged({NAME: [ADA, ANN]}, path, "moodle")
    assert column(done, 5) == ["2.5", "-", "1"] and column(done, 4) == ["9", "9", "9"] and done.written == 2
    assert "row 3: 0012006 is called so, but the id is 0012006 on the class list and 0012009 here" in " ".join(
        done.said
    )


@pytest.mark.parametrize("language", WORKSHEETS)
def test_moodles_worksheet_is_filled_in_every_language(tmp_path, language):
    people = [
        StudentResult(Person("ada", "Ada", "Lovelace", "ada@x.org"), 2.5, 3.0),
        StudentResult(Person("grace", "Grace", "Hopper", "grace@x.org"), None, 3.0, "nothing was handed in"),
    ]
    path = worksheet(tmp_path / "w.csv", language)
    done = merged({NAME: people}, path, "moodle")
    assert column(done, 4) == ["2.5", ""] and done.written == 1
    with pytest.raises(Trouble, match="3 points here and 100 there"):
        merged({NAME: people}, worksheet(tmp_path / "w2.csv", language, maximum="100,00"), "moodle")
    anonymous = worksheet(tmp_path / "w3.csv", language, email="")
    anonymous.write_text(
        anonymous.read_text(encoding="utf-8-sig").replace("Ada Lovelace", "").replace("Grace Hopper", "")
    )
    assert merged({NAME: people}, anonymous, "moodle", numbers={"71": "ada"}).written == 1
    namesake = worksheet(tmp_path / "w4.csv", language, email="another@x.org")
    done = merged({NAME: people}, namesake, "moodle")
    assert not done.written and "is called so, but the email is ada@x.org" in " ".join(done.said)
