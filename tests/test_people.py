"""The right person: a number, an id or an email that contradicts beats a name, and doubt is asked, never guessed."""

import json
import shutil
import zipfile

import pytest
from nbgrader.api import Gradebook
from test_collecting import packed, raw, zipped
from test_stage_folder import NAME, course, solved  # noqa: F401 - a fixture

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.lms.collect import times_of
from bncourse.grading.lms.collecting import collect
from bncourse.grading.lms.students import ClassList, Person, class_list, enter
from bncourse.grading.lms.worksheets import read_numbers
from bncourse.trouble import Trouble

NOTEBOOK = f"{NAME}.ipynb"
SMITH = Person("0012006", "John", "Smith", "smith@x.org", "48066")
ANN = Person("0012007", "Ann", "Lee", "lee@x.org", "48067")
PEOPLE = ClassList([SMITH, ANN, Person("jdoe", "Jane", "Doe")])
NOBODY = ClassList([])


@pytest.mark.parametrize(
    ("said", "id"),
    [
        ({"lms_user_id": "48066", "name": "smithjohn"}, "0012006"),
        ({"lms_user_id": "48066", "name": "J. Unknown"}, "0012006"),
        ({"lms_user_id": "48079", "name": "smithjohn"}, None),  # another John Smith
        ({"lms_user_id": "48067", "name": "smithjohn"}, None),  # Ann's number, John's name
        ({"lms_user_id": "77", "name": "doejane"}, "jdoe"),  # the list knows no number of hers
        ({"id": "0012006"}, "0012006"),
        ({"id": "12006"}, "0012006"),  # a spreadsheet took the zeros
        ({"id": '="0012006"'}, "0012006"),
        ({"id": "0012009", "name": "John Smith"}, None),
        ({"id": "smithj", "name": "John Smith"}, "0012006"),  # the id of another system
        ({"id": "jdoe2", "name": "Jane Doe"}, None),  # as the logins of namesakes are made
        ({"id": "jane@x.org", "name": "Jane Doe"}, "jdoe"),
        ({"id": "JDOE", "name": ""}, "jdoe"),
        ({"email": "other@x.org", "name": "John Smith"}, None),
        ({"email": "SMITH@x.org", "name": "anything"}, "0012006"),
        ({"email": "lee@x.org", "id": "0012006"}, None),
        ({"id": "0012006", "email": "lee@x.org", "name": "John Smith"}, None),
        ({"id": "0012006", "email": "new@x.org", "name": "John Smith"}, "0012006"),
        ({"id": "0012006", "email": "new@x.org", "name": "Mary Major"}, None),
        ({"name": "Smith, John"}, "0012006"),
        ({"name": "Nobody"}, None),
        ({}, None),
    ],
)
def test_who_is_meant(said, id):
    meant = PEOPLE.meant(**said)
    assert (meant.person.id if meant.person else None) == id
    contradicts = id is None and said.get("name") != "Nobody" and said
    assert bool(meant.doubt) == bool(contradicts)


def test_doubt_names_who_it_could_be_and_what_to_do():
    doubt = PEOPLE.meant(lms_user_id="48079", name="smithjohn").doubt
    assert "0012006" in doubt and "48066" in doubt and "48079" in doubt and "bncourse students" in doubt


# out of an archive


def test_a_namesake_with_another_number_of_canvas_is_left_and_told(course, tmp_path):  # noqa: F811
    done = collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", {f"smithjohn_48079_1_{NOTEBOOK}": solved()}), people=PEOPLE
    )
    assert not done.students and "48066 on the class list and 48079 here" in done.left[0][1]
    both = {f"smithjohn_48079_1_{NOTEBOOK}": solved(), f"smithjohn_LATE_48066_2_{NOTEBOOK}": solved()}
    done = collect(Assignment(course, NAME), packed(tmp_path / "b.zip", both), people=PEOPLE)
    assert done.students == done.late == ["0012006"] and len(done.left) == 1


FORGED = {
    "a name with another's number": [f"mallory_48066_777_9_{NOTEBOOK}", f"smithjohn_48066_2_{NOTEBOOK}"],
    "a name with two numbers": [f"mallory_48066_99999_777_9_{NOTEBOOK}", f"smithjohn_48066_2_{NOTEBOOK}"],
    "another's name and number": [f"smithjohn_48066_777_9_{NOTEBOOK}", f"smithjohn_48066_2_{NOTEBOOK}"],
    "a name of Moodle's folder": [
        f"John Smith_7_assignsubmission_file_x_8_assignsubmission_file/{NOTEBOOK}",
        f"John Smith_7_assignsubmission_file/{NOTEBOOK}",
    ],
    "a name of Moodle's flat list": [
        f"John Smith_7_assignsubmission_file_x_8_assignsubmission_file_{NOTEBOOK}",
        f"John Smith_7_assignsubmission_file_{NOTEBOOK}",
    ],
}


@pytest.mark.parametrize("known", ["a class list", "a class list without numbers", "no class list"])
@pytest.mark.parametrize("forged", FORGED)
def test_a_name_that_is_written_like_anothers_file_takes_nobodys_place(course, tmp_path, forged, known):  # noqa: F811
    mallory = Person("mal", "Mallory", "", "mal@x.org", "777")
    people = {
        "a class list": ClassList([SMITH, ANN, mallory]),
        "a class list without numbers": ClassList([Person("0012006", "John", "Smith"), Person("mal", "Mallory")]),
        "no class list": NOBODY,
    }[known]
    theirs, own = FORGED[forged]
    done = collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", {theirs: "forged", own: solved()}), people=people
    )
    [john] = [student for student in done.students if student in ("0012006", "smithjohn-48066", "john-smith")]
    content = (raw(course, john) / NOTEBOOK).read_text(encoding="utf-8")
    assert content == solved() and not [*raw(course, john).glob("*earlier*")]
    others = [student for student in done.students if student != john]
    assert others or any(what.startswith("John Smith_7") or what == theirs for what, _ in done.left)


def test_the_name_of_a_file_may_hold_numbers(course, tmp_path):  # noqa: F811
    files = {f"smithjohn_48066_2_{NOTEBOOK}": solved(), "smithjohn_48066_3_04_12_data.csv": "1"}
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert done.students == ["0012006"] and not done.left
    assert (raw(course, "0012006") / "04_12_data.csv").read_text(encoding="utf-8") == "1"


@pytest.mark.parametrize("said", [("0012009", "smith@y.org"), ("", "other@x.org"), ("0012009", "")])
def test_moodles_worksheet_that_contradicts_beats_the_name(course, tmp_path, said):  # noqa: F811
    sheet = tmp_path / "w.csv"
    sheet.write_text(
        f"Identifier,Full name,ID number,Email address,Grade\nParticipant 7,John Smith,{said[0]},{said[1]},\n"
    )
    archive = packed(tmp_path / "a.zip", {f"John Smith_7_assignsubmission_file_/{NOTEBOOK}": solved()})
    done = collect(Assignment(course, NAME), archive, people=PEOPLE, numbers=read_numbers(sheet))
    assert not done.students and "is called so, but" in done.left[0][1]


# archives of other systems

ELSEWHERE = {
    "Gradescope": ("assignment_12_export/submission_{}/{}", ("1", "2")),
    "ILIAS": ("Exercise 4/Submissions/{}/20260301120000_{}", ("Lovelace_Ada_alove_312", "Hopper_Grace_ghop_313")),
    "Blackboard": ("gradebook_C1_90_{}_attempt_2026-03-01-12-00-00_{}", ("ada", "grace")),
    "Brightspace (D2L)": ("1234-56 - {} - Mar 1, 2026 1159 PM/{}", ("Ada Lovelace", "Grace Hopper")),
    "Sakai": ("Assignment 4/{}/Submission attachment(s)/{}", ("Lovelace, Ada(alove)", "Hopper, Grace(ghop)")),
    "nbgrader's exchange": ("inbound/{}+90+2026-03-01 12:00:00.000000 UTC/{}", ("ada", "grace")),
    "CodeGrade": ("{}/{}", ("1201-312 - Ada Lovelace", "1202-313 - Grace Hopper")),
}


@pytest.mark.parametrize("people", [NOBODY, PEOPLE], ids=["no list", "a list"])
@pytest.mark.parametrize("system", ELSEWHERE)
def test_the_archive_of_another_system_is_named(course, tmp_path, system, people):  # noqa: F811
    form, people_there = ELSEWHERE[system]
    files = {form.format(who, NOTEBOOK): solved() for who in people_there}
    more = {"assignment_12_export/submission_metadata.yml": "x"} if system == "Gradescope" else {}
    archive = packed(tmp_path / "a.zip", files | more)
    before = sorted((course / "submitted").iterdir())
    with pytest.raises(Trouble, match=f"an archive of {system.split('(')[0]}.*--from folder"):
        collect(Assignment(course, NAME), archive, people=people)
    assert sorted((course / "submitted").iterdir()) == before


def test_folders_within_folders_are_no_student(course, tmp_path):  # noqa: F811
    names = [f"{top}/sub/{who}/{NOTEBOOK}" for top in ("Group A", "Group B") for who in ("ada", "grace", "emmy")]
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", dict.fromkeys(names, solved())), people=NOBODY)
    assert not done.students and all("it is a class, and not one student" in why for _, why in done.left)


def test_a_folder_around_folders_around_students_is_taken_off(course, tmp_path):  # noqa: F811
    names = [f"Course/Week 4/{who}/{NOTEBOOK}" for who in ("emmy", "grace")]
    assert collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", dict.fromkeys(names, solved())), people=NOBODY
    ).first == [
        "emmy",
        "grace",
    ]


# names in the encodings of Windows


def written_by_windows(path, names, encoding):
    """Write a zip whose names are in the encoding of an old Windows, without a mark that says so."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(f"{number:x>{len(name.encode(encoding))}}", solved())
    content = path.read_bytes()
    for number, name in enumerate(names):
        content = content.replace(f"{number:x>{len(name.encode(encoding))}}".encode(), name.encode(encoding))
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Jürgen Groß", "cp850"),
        ("Иван Петров", "cp866"),
        ("Jiří Dvořák", "cp852"),
        ("山田太郎", "cp932"),
        ("张伟", "gbk"),
        ("Hélène François", "cp850"),
        ("Jürgen Groß", "cp1252"),
    ],
)
def test_names_in_a_zip_of_windows_find_their_person_or_are_asked_for(course, tmp_path, name, encoding):  # noqa: F811
    people = ClassList([Person("x1", *name.rpartition(" ")[::2]), Person("x2", "Some", "Body")])
    files = [f"{name}_71_assignsubmission_file_/{NOTEBOOK}"]
    archive = written_by_windows(tmp_path / "a.zip", files, encoding)
    try:
        assert collect(Assignment(course, NAME), archive, people=people).students == ["x1"]
    except Trouble as trouble:
        assert "--encoding" in str(trouble)
        assert collect(Assignment(course, NAME), archive, people=people, encoding=encoding).students == ["x1"]


# what was typed in


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("smithjohn_48066_text.html", "0012006"),
        ("smithjohn_LATE_48066_99_text.html", "0012006"),
        ("leeann_48067_link.html", "0012007"),
        ("John Smith_71_assignsubmission_onlinetext_/onlinetext.html", "0012006"),
        ("John Smith_71_assignsubmission_onlinetext_onlinetext.html", "0012006"),
    ],
)
def test_what_was_typed_into_the_lms_is_told_with_its_person(course, tmp_path, path, student):  # noqa: F811
    moodle = "assignsubmission" in path
    other = f"Jane Doe_72_assignsubmission_file_/{NOTEBOOK}" if moodle else f"doejane_5_6_{NOTEBOOK}"
    for files in ({path: "typed"}, {path: "typed", other: solved()}):
        done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
        assert done.typed == {student: path}
        assert any(what == path and why.startswith(f"{student}: It was typed") for what, why in done.left)
    notes = json.loads((course / "collected" / f"{NAME}.json").read_text())
    assert notes[student]["moodle" if moodle else "canvas"]["typed"] == path
    assert not raw(course, student).exists()


# the class list in the gradebook


@pytest.fixture
def here(course, monkeypatch):  # noqa: F811
    monkeypatch.chdir(course)
    enter(course, [SMITH, ANN])
    return course


def ids(course):  # noqa: F811
    return sorted(class_list(course).people)


def students(capsys, text):
    """Run `bncourse students` on a table; gives the exit code and what was said."""
    with open("class.csv", "w", encoding="utf-8") as file:
        file.write(text)
    code = main(["students", "class.csv"])
    return code, " ".join("".join(capsys.readouterr()).split())


def test_a_list_without_its_zeros_adds_nobody(here, capsys):
    code, said = students(capsys, "id,first name,last name\n12006,John,Smith\n12007,Ann,Lee\n")
    assert code == 0 and ids(here) == ["0012006", "0012007"]
    assert (
        "0 added, 0 changed, 2 as before" in said and "without their leading zeros were known all the same: 2" in said
    )
    code, said = students(capsys, "id\n12006\n12007\n")
    assert code == 0 and ids(here) == ["0012006", "0012007"]


def test_an_id_with_other_zeros_of_another_person_is_another_person(here, capsys):
    code, _ = students(capsys, "id,first name,last name,email\n12006,Mary,Major,m@x.org\n0012006,John,Smith,\n")
    assert code == 0 and ids(here) == ["0012006", "0012007", "12006"]


def test_somebody_who_is_there_under_another_id_is_asked_for(here, capsys):
    for text in (
        "id,first name,last name\n00012006,John,Smith\n",
        "id,name,email\njsmith,John Smith,smith@x.org\n",
        "id,name,lms id\njsmith,Smith John,48066\n",
    ):
        code, said = students(capsys, text)
        assert code == 1 and "may be 0012006 of the gradebook" in said and "Nothing was changed" in said
    assert ids(here) == ["0012006", "0012007"]


def test_the_command_says_which_column_became_the_id(here, capsys):
    code, said = students(capsys, "ID number,First name,Email address\n,Emmy,emmy@x.org\n,Sofia,sofia@x.org\n")
    assert code == 0 and "The ids are the column 'Email address', such as emmy@x.org." in said


@pytest.mark.parametrize("option", [["--encoding", "cp1252"], []])
def test_the_command_asks_for_an_encoding_and_takes_it(here, capsys, option):
    (here / "class.csv").write_bytes("id,name\n1,Søren Bo\n".encode("cp1252"))
    code = main(["students", *option, "class.csv"])
    assert code == (0 if option else 1)
    assert ("1 added" if option else "--encoding cp1250") in "".join(capsys.readouterr())


def test_collect_shows_names_beside_ids(here, tmp_path, capsys):
    archive = packed(
        tmp_path / "a.zip", {f"smithjohn_LATE_48066_1_{NOTEBOOK}": zipped({}), f"leeann_48067_2_{NOTEBOOK}": solved()}
    )
    assert main(["collect", "90", str(archive)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Marked as late" in said and "0012006 (John Smith)" in said


# the times


def test_a_row_of_times_that_means_nobody_is_named_and_lost_zeros_are_found(here, tmp_path, capsys):
    archive = packed(tmp_path / "a.zip", {f"0012006/{NOTEBOOK}": solved(), f"0012007/{NOTEBOOK}": solved()})
    (tmp_path / "t.csv").write_text("id,time\n12006,2026-03-01 12:00 UTC\n0012017,2026-03-01 12:00 UTC\n")
    assert main(["collect", "90", str(archive), "--times", str(tmp_path / "t.csv")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "row 3: 0012017: nobody on the class list" in said and "No time is known for 1: 0012007 (Ann Lee)" in said
    assert (raw(here, "0012006") / "timestamp.txt").read_text() == "2026-03-01 12:00:00.000000 UTC"


def test_a_row_whose_id_a_spreadsheet_rounded_is_named_as_it_is_written(course, tmp_path):  # noqa: F811
    (tmp_path / "t.csv").write_text("id,time\n2.02302E+11,2026-03-01 12:00 UTC\n")
    times = times_of(str(tmp_path / "t.csv"))
    assert "row 2: 2.02302E+11: nobody" in times.nobody(PEOPLE)[0] and "has rounded it" in times.nobody(PEOPLE)[0]


def test_who_was_on_a_class_list_and_was_removed_before_any_grading_is_known(here):
    from bncourse.grading.gradebook.enrolment import removed

    with Gradebook(f"sqlite:///{here / 'gradebook.db'}") as gradebook:
        gradebook.remove_student("0012006")
    assert removed(Assignment(here, NAME), {"0012006", "newcomer"}, ["0012007"]) == {"0012006"}
    assert removed(Assignment(here, NAME), {"0012006"}, []) == set()  # a new gradebook


def test_a_namesakes_time_is_not_taken(course, tmp_path):  # noqa: F811
    (tmp_path / "t.csv").write_text("id,name,time\n0012019,John Smith,2026-03-01 12:00 UTC\n")
    times = times_of(str(tmp_path / "t.csv"))
    archive = packed(tmp_path / "a.zip", {f"0012006/{NOTEBOOK}": solved()})
    assert not collect(Assignment(course, NAME), archive, "folder", PEOPLE, times).timed
    assert "is called so, but the id is 0012006" in times.nobody(PEOPLE)[0]


def test_two_times_for_one_person_are_named_and_none_is_taken(course, tmp_path):  # noqa: F811
    (tmp_path / "t.csv").write_text(
        "id,time\n0012006,2026-03-01 12:00 UTC\n12006,2026-03-02 12:00 UTC\n0012006,2026-03-03 12:00 UTC\n"
    )
    times = times_of(str(tmp_path / "t.csv"))
    archive = packed(tmp_path / "a.zip", {f"0012006/{NOTEBOOK}": solved()})
    assert not collect(Assignment(course, NAME), archive, "folder", PEOPLE, times).timed
    assert "0012006 has several times, in the rows 2, 4" in times.nobody(PEOPLE)[0]


def test_a_resubmission_without_a_time_is_named(here, tmp_path, capsys):
    (tmp_path / "t.csv").write_text("id,time\n0012006,2026-03-01 12:00 UTC\n")
    first = packed(tmp_path / "a.zip", {f"smithjohn_48066_1_{NOTEBOOK}": solved()})
    assert main(["collect", "90", str(first), "--times", str(tmp_path / "t.csv")]) == 0
    second = packed(tmp_path / "b.zip", {f"smithjohn_48066_2_{NAME}-1.ipynb": solved() + " "})
    capsys.readouterr()
    assert main(["collect", "90", str(second)]) == 0
    assert "Handed in again, and no time is known of it: 0012006 (John Smith)" in " ".join(
        capsys.readouterr().out.split()
    )


def test_logins_that_differ_in_capitals_are_one_person(here):
    from bncourse.grading.gradebook.enrolment import one_spelling

    enter(here, [Person("Marie.C2", "Marie", "Curie")])
    with Gradebook(f"sqlite:///{here / 'gradebook.db'}") as gradebook:
        assert not one_spelling(gradebook, ["marie.c2", "0012006"])
    assert ids(here) == ["0012006", "0012007", "marie.c2"]
    assert class_list(here).people["marie.c2"].name == "Marie Curie"
    assert not enter(here, [Person("MARIE.C2", "Marie", "Curie")]).added
    with Gradebook(f"sqlite:///{here / 'gradebook.db'}") as gradebook:
        troubles = one_spelling(gradebook, ["marie.c2", "Marie.C2"])
    assert list(troubles) == ["Marie.C2"] and "the same login" in troubles["Marie.C2"]
    shutil.rmtree(here / "backups", ignore_errors=True)
