"""Submissions out of Canvas, Moodle and folders: who is meant, what is taken, and what an archive may not do."""

import contextlib
import io
import json
import os
import random
import shutil
import stat
import time
import warnings
import zipfile
from datetime import UTC, datetime

import pytest
from test_stage_folder import NAME, SCALE, course, now_staged, solved  # noqa: F401 - a fixture

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.lms import archives, collecting, file_names
from bncourse.grading.lms.archives import opened
from bncourse.grading.lms.collect import read_numbers, read_times, times_of
from bncourse.grading.lms.collecting import collect, read_notes
from bncourse.grading.lms.spreadsheets import read_sheet
from bncourse.grading.lms.students import ClassList, Person, read_class
from bncourse.grading.submission.plain_files import hashes
from bncourse.grading.submission.store import stage_assignment
from bncourse.trouble import Trouble

ADA = Person("ada", "Ada", "Lovelace", "ada@example.org", "12345")
NOEL = Person("noel", "Noël", "O'Brien", "", "222")
PEOPLE = ClassList([ADA, NOEL, Person("grace", "Grace", "Hopper", "", "333")])
NOBODY = ClassList([])
NOTEBOOK = f"{NAME}.ipynb"


def packed(path, files):
    """Write a zip of these contents by their names, or by their ZipInfo."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def raw(course, student):  # noqa: F811
    return course / "submitted" / student / NAME


# the names


@pytest.mark.parametrize(
    ("path", "name", "number", "file", "late"),
    [
        (f"lovelaceada_12345_678_{NOTEBOOK}", "lovelaceada", "12345", NOTEBOOK, False),
        (f"lovelaceada_LATE_12345_678_{NAME}-1.ipynb", "lovelaceada", "12345", f"{NAME}-1.ipynb", True),
        ("anon_Ab3dE_678_a.ipynb", "", "anon-Ab3dE", "a.ipynb", False),
        ("LATE_anon_Ab3dE_678_a.ipynb", "", "anon-Ab3dE", "a.ipynb", True),
        ("o_brien_12_34_my_5_6_file.ipynb", "o_brien", "12", "my_5_6_file.ipynb", False),
        ("müllerjürgen_5_6_ü.ipynb", "müllerjürgen", "5", "ü.ipynb", False),
        ("a-7-b_5_6_x.ipynb", "a-7-b", "5", "x.ipynb", False),  # of somebody who is called a_7_b
        ("रामकुमार_5_6_x.ipynb", "रामकुमार", "5", "x.ipynb", False),  # vowels that are marks beside the letters
        ("அருணாசலம்_5_6_x.ipynb", "அருணாசலம்", "5", "x.ipynb", False),
        ("ñandu\u0301_5_6_x.ipynb", "ñandu\u0301", "5", "x.ipynb", False),  # a letter and its accent apart
        ("สมชาย์_5_6_x.ipynb", "สมชาย์", "5", "x.ipynb", False),
        ("שָׁלוֹם_5_6_x.ipynb", "שָׁלוֹם", "5", "x.ipynb", False),
    ],
)
def test_the_names_of_canvas_are_read(path, name, number, file, late):
    found = file_names.read_name(path, "canvas")
    assert (found.name, found.number, found.file, found.late) == (name, number, file, late)
    assert found.prefix + found.file == path


@pytest.mark.parametrize(
    ("path", "file", "prefix"),
    [
        ("Ada Lovelace_71_assignsubmission_file_/a.ipynb", "a.ipynb", "Ada Lovelace_71_assignsubmission_file_/"),
        ("Ada Lovelace_71_assignsubmission_file/sub/a.ipynb", "sub/a.ipynb", "Ada Lovelace_71_assignsubmission_file/"),
        ("Ada Lovelace_71_assignsubmission_file_a.ipynb", "a.ipynb", "Ada Lovelace_71_assignsubmission_file_/"),
    ],
)
def test_the_names_of_moodle_are_read(path, file, prefix):
    found = file_names.read_name(path, "moodle")
    assert (found.name, found.number, found.file, found.prefix) == ("Ada Lovelace", "71", file, prefix)


def test_text_that_was_typed_in_is_no_file():
    assert file_names.typed_in("hoppergrace_333_text.html") and file_names.typed_in("hoppergrace_LATE_333_link.html")
    assert file_names.typed_in("Ada Lovelace_71_assignsubmission_onlinetext_/onlinetext.html")
    assert not file_names.typed_in(f"hoppergrace_333_1_{NOTEBOOK}")


# what an archive may not do


def entries_of(path):
    with opened(path) as (entries, left):
        return {entry.path: entry for entry in entries}, dict(left)


@pytest.mark.parametrize("name", ["../out.ipynb", "/etc/out.ipynb", "C:\\out.ipynb", "ada\\..\\..\\out.ipynb", "C:out"])
def test_a_name_that_leads_out_is_left(tmp_path, name):
    entries, left = entries_of(packed(tmp_path / "a.zip", {name: "x", "ada/in.ipynb": "y"}))
    assert list(entries) == ["ada/in.ipynb"] and "leads out" in next(iter(left.values()))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFBLK])
def test_a_link_or_a_device_is_left(tmp_path, kind):
    info = zipfile.ZipInfo("ada/gradebook.ipynb")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    entries, left = entries_of(packed(tmp_path / "a.zip", {info: "../../gradebook.db"}))
    assert not entries and "link" in left["ada/gradebook.ipynb"]


def test_a_bomb_is_read_to_a_limit_and_no_further(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_OF_ONE", 1_000)
    monkeypatch.setattr(archives, "MOST_OF_ALL", 2_500)
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big", bytes(50_000_000))
        for number in range(4):
            archive.writestr(f"small{number}", bytes(900))
    with opened(path) as (entries, _):
        by_name = {entry.path: entry for entry in entries}
        with pytest.raises(archives.TooMuch, match="larger than"):
            by_name["big"].read()
        assert len(by_name["small0"].read()) == 900 and len(by_name["small1"].read()) == 900
        with pytest.raises(archives.TooMuch, match="together"):
            by_name["small2"].read()


def test_more_files_than_a_class_has_are_left(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_ENTRIES", 3)
    entries, left = entries_of(packed(tmp_path / "a.zip", {f"ada/{n}": "x" for n in range(9)}))
    assert len(entries) == 3 and "more than 3 files" in left["the archive"]


def test_a_damaged_or_encrypted_file_is_told_and_the_others_are_read(tmp_path):
    path = packed(tmp_path / "a.zip", {"ada/a": "A" * 99, "ada/b": "B" * 99, "ada/c": "C" * 99})
    content = bytearray(path.read_bytes())
    content[content.index(b"B" * 99)] = 0
    content[content.rindex(b"PK\x01\x02") + 8] |= 1  # the last file of the directory is encrypted
    path.write_bytes(content)
    with opened(path) as (entries, left):
        by_name = {entry.path: entry for entry in entries}
        assert by_name["ada/a"].read() == b"A" * 99
        with pytest.raises(OSError, match="damaged"):
            by_name["ada/b"].read()
        assert dict(left)["ada/c"] == "It is encrypted."


def test_names_in_utf8_without_the_mark_and_with_backslashes_are_read_and_litter_is_not(tmp_path):
    info = zipfile.ZipInfo("x" * 15)
    path = packed(tmp_path / "a.zip", {info: "x", "__MACOSX/ada/._a": "", "ada/.DS_Store": "", "ada\\w.ipynb": "x"})
    content = path.read_bytes().replace(b"x" * 15, "Jürgen/nö.ipynb".encode()[:15])
    path.write_bytes(content)
    entries, left = entries_of(path)
    assert any(name.startswith("Jürgen/") for name in entries) and "ada/w.ipynb" in entries and not left
    assert len(entries) == 2


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_what_is_no_zip_is_told(tmp_path, content):
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(Trouble, match="no zip file that can be read"), opened(tmp_path / "a.zip"):
        pass
    with pytest.raises(Trouble, match=r"b\.zip cannot be read"), opened(tmp_path / "b.zip"):
        pass


# who is meant


def test_canvas_is_recognized_and_each_person_is_found_by_number_or_by_name(course, tmp_path):  # noqa: F811
    archive = packed(
        tmp_path / "a.zip",
        {
            f"anything_12345_1_{NOTEBOOK}": solved(),
            f"obriennoel_LATE_222_2_{NAME}-1.ipynb": solved(),
            f"stranger_444_3_{NOTEBOOK}": solved(),
            "hoppergrace_333_text.html": "typed",
        },
    )
    before = archive.read_bytes()
    done = collect(Assignment(course, NAME), archive, people=PEOPLE)
    assert done.kind == "canvas" and done.students == ["ada", "noel"] and done.late == ["noel"]
    left = dict(done.left)
    assert "bncourse students" in left["stranger 444 (1 file)"] and "typed" in left["hoppergrace_333_text.html"]
    assert (raw(course, "noel") / NOTEBOOK).read_text() == solved()
    assert not (raw(course, "noel") / "timestamp.txt").exists()  # Canvas does not say when
    assert read_notes(Assignment(course, NAME))["noel"]["canvas"]["prefix"] == "obriennoel_LATE_222_2_"
    assert archive.read_bytes() == before
    stage_assignment(Assignment(course, NAME))
    assert now_staged(course, "noel") == SCALE


@pytest.mark.parametrize("form", ["{}_71_assignsubmission_file_/{}", "{}_71_assignsubmission_file_{}"])
def test_moodle_is_recognized_with_folders_and_without(course, tmp_path, form):  # noqa: F811
    archive = packed(tmp_path / "a.zip", {form.format("Noël O'Brien", NOTEBOOK): solved()})
    done = collect(Assignment(course, NAME), archive, people=PEOPLE)
    assert done.kind == "moodle" and done.first == ["noel"]


def test_a_folder_for_each_student_may_be_a_zip_or_a_folder_and_packed_in_another(course, tmp_path):  # noqa: F811
    for person in ("grace", "noel"):
        (tmp_path / "week" / person / NAME).mkdir(parents=True)
        (tmp_path / "week" / person / NAME / NOTEBOOK).write_text(solved())
        (tmp_path / "week" / person / NAME / "timestamp.txt").write_text("2026-03-01 12:00:00 UTC")
    done = collect(Assignment(course, NAME), tmp_path / "week", people=PEOPLE)
    assert done.kind == "folder" and done.first == ["grace", "noel"] and done.timed == {"grace", "noel"}
    assert hashes(raw(course, "grace")).keys() == {NOTEBOOK, "timestamp.txt"}
    wrapped = {f"week/{person}/{NOTEBOOK}": solved() for person in ("grace", "noel")}
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", wrapped), people=PEOPLE)
    assert done.same == ["grace", "noel"]  # without a time, which is no reason to forget the one that is known
    stage_assignment(Assignment(course, NAME))
    assert hashes(raw(course, "grace")).keys() == {NOTEBOOK, "timestamp.txt"}


def test_without_a_class_list_names_are_made_and_stay_the_same(course, tmp_path):  # noqa: F811
    archive = packed(tmp_path / "a.zip", {f"lovelaceada_12345_1_{NOTEBOOK}": solved()})
    assert collect(Assignment(course, NAME), archive, people=NOBODY).first == ["lovelaceada-12345"]
    again = collect(Assignment(course, NAME), archive, people=ClassList([Person("lovelaceada-12345")]))
    assert again.same == ["lovelaceada-12345"]


def test_two_who_could_be_the_same_person_are_both_left(course, tmp_path):  # noqa: F811
    files = {f"Ada Lovelace_{number}_assignsubmission_file_/{NOTEBOOK}": solved() for number in (7, 8)}
    for people in (PEOPLE, NOBODY):
        done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=people)
        assert not done.students and len(done.left) == 2 and "2 of them could be" in done.left[0][1]


def test_moodles_worksheet_tells_namesakes_apart(course, tmp_path):  # noqa: F811
    namesakes = ClassList(
        [Person("u1", "Ada", "Lovelace", "a@example.org"), Person("u2", "Ada", "Lovelace", "l@example.org")]
    )
    files = {f"Ada Lovelace_{number}_assignsubmission_file_/{NOTEBOOK}": solved() for number in (7, 8)}
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=namesakes)
    assert not done.students and all("called so: u1, u2. Moodle's grading worksheet" in why for _, why in done.left)
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Last modified (submission)\n"
        "Participant 8,Ada Lovelace,A@example.org,-\nParticipant 7,Ada Lovelace,l@example.org,-\n"
    )
    numbers = read_numbers(sheet)
    done = collect(Assignment(course, NAME), tmp_path / "a.zip", people=namesakes, numbers=numbers)
    assert done.first == ["u1", "u2"] and not done.left
    assert read_notes(Assignment(course, NAME))["u1"]["moodle"]["number"] == "8"


def test_who_was_collected_before_there_was_a_class_list_is_told(course, tmp_path):  # noqa: F811
    archive = packed(
        tmp_path / "a.zip", {f"N\u006f\u0065\u0308l O'Brien_7_assignsubmission_file_/{NOTEBOOK}": solved()}
    )
    assert collect(Assignment(course, NAME), archive, people=NOBODY).first == ["noël-o-brien"]
    assert collect(Assignment(course, NAME), archive, people=PEOPLE).twice == {"noël-o-brien": "noel"}
    assert not collect(Assignment(course, NAME), archive, people=NOBODY).twice


def test_names_that_do_not_say_where_they_come_from_ask_for_it(course, tmp_path):  # noqa: F811
    archive = packed(tmp_path / "a.zip", {f"x_1_2_{NOTEBOOK}": solved(), "notes.txt": "x"})
    with pytest.raises(Trouble, match="--from canvas"):
        collect(Assignment(course, NAME), archive, people=NOBODY)
    done = collect(Assignment(course, NAME), archive, "canvas", NOBODY)
    assert done.first == ["x-1"] and "not as canvas names" in dict(done.left)["notes.txt"]


def test_an_archive_of_another_notebook_is_refused(course, tmp_path):  # noqa: F811
    (course / "notebooks" / "91-other").mkdir()
    files = {"grace/91-other.ipynb": solved(), "noel/91-other (1).ipynb": solved(), "ada/notes.txt": "x"}
    with pytest.raises(Trouble, match=r"2 of 2 notebooks are called 91-other.*bncourse collect 91"):
        collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), "folder", PEOPLE)
    assert not (course / "submitted" / "grace").exists()
    renamed = {"grace/91-other.ipynb": solved(), "noel/mine.ipynb": solved()}  # one has erred, and not the class
    assert collect(Assignment(course, NAME), packed(tmp_path / "b.zip", renamed), "folder", PEOPLE).first == [
        "grace",
        "noel",
    ]
    assert collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", files | {f"emmy/{NOTEBOOK}": "{}"}), "folder", PEOPLE
    ).students


@pytest.mark.parametrize("owner", ["-rf", "a*", "~root"])
def test_a_folder_with_an_unsafe_name_is_left(course, tmp_path, owner):  # noqa: F811
    done = collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", {f"{owner}/{NOTEBOOK}": "{}"}), "folder", NOBODY
    )
    assert not done.students and "cannot be the name of a folder" in done.left[0][1]


# what is taken


def test_what_is_handed_in_again_takes_its_place_and_the_first_is_kept(course, tmp_path):  # noqa: F811
    stage_assignment(Assignment(course, NAME))  # ada handed in before, by hand
    before = hashes(course / "received" / "ada" / NAME)
    first = packed(tmp_path / "a.zip", {f"lovelaceada_12345_1_{NOTEBOOK}": "{}"})
    assert collect(Assignment(course, NAME), first, people=PEOPLE).again == ["ada"]
    stage_assignment(Assignment(course, NAME))
    assert collect(Assignment(course, NAME), first, people=PEOPLE).same == ["ada"]
    second = packed(tmp_path / "b.zip", {f"lovelaceada_12345_9_{NAME}-1.ipynb": solved() + "\n"})
    assert collect(Assignment(course, NAME), second, people=PEOPLE).again == ["ada"]
    stage_assignment(Assignment(course, NAME))
    assert now_staged(course) == SCALE
    assert hashes(course / "received" / "ada" / NAME) == before
    assert (course / "received" / "ada" / f"{NAME}@2" / NOTEBOOK).read_text() == "{}"


def test_what_came_earlier_does_not_take_the_place_of_what_the_instructor_put_there_since(course, tmp_path):  # noqa: F811
    broken = packed(tmp_path / "a.zip", {f"Grace Hopper_71_assignsubmission_file_/{NOTEBOOK}": "{"})
    collect(Assignment(course, NAME), broken, people=PEOPLE)
    stage_assignment(Assignment(course, NAME))
    mended = packed(tmp_path / "b.zip", {f"grace/{NOTEBOOK}": solved()})
    assert collect(Assignment(course, NAME), mended, "folder", PEOPLE).again == ["grace"]
    stage_assignment(Assignment(course, NAME))
    again = collect(Assignment(course, NAME), broken, people=PEOPLE, times=lambda *_: datetime(2026, 3, 1, tzinfo=UTC))
    assert not again.students and "This came before" in again.left[0][1]
    assert now_staged(course, "grace") == SCALE
    assert read_notes(Assignment(course, NAME))["grace"].keys() == {"moodle", "folder"}
    shutil.rmtree(raw(course, "grace"))  # as the sentence says
    assert collect(Assignment(course, NAME), broken, people=PEOPLE).again == ["grace"]


def test_a_raw_submission_that_was_never_staged_is_kept_too(course, tmp_path):  # noqa: F811
    archive = packed(tmp_path / "a.zip", {f"lovelaceada_12345_1_{NOTEBOOK}": "{}"})
    assert collect(Assignment(course, NAME), archive, people=PEOPLE).again == ["ada"]
    assert (course / "received" / "ada" / NAME / NOTEBOOK).read_text() == solved()


def test_of_several_files_with_one_name_the_last_counts_and_none_is_lost(course, tmp_path):  # noqa: F811
    files = {f"hoppergrace_333_5_{NOTEBOOK}": "old", f"hoppergrace_333_60_{NAME}-1.ipynb": "new"}
    collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    there = {path.name: path.read_text() for path in raw(course, "grace").iterdir()}
    assert there == {NOTEBOOK: "new", f"{NAME} (earlier 1).ipynb": "old"}


def zipped(files):
    """Give the bytes of a zip of these contents."""
    content = io.BytesIO()
    packed(content, files)
    return content.getvalue()


@pytest.mark.parametrize("folder", ["", f"{NAME}/"])
def test_a_zip_of_a_students_own_is_opened(course, tmp_path, folder):  # noqa: F811
    own = {f"{folder}{NOTEBOOK}": solved(), f"{folder}data/a.csv": "1", "timestamp.txt": "1999-01-01 00:00:00 UTC"}
    archive = packed(tmp_path / "a.zip", {"Grace Hopper_71_assignsubmission_file_/Hand In.ZIP": zipped(own)})
    done = collect(Assignment(course, NAME), archive, people=PEOPLE)
    assert done.first == ["grace"] and not done.left
    assert sorted(hashes(raw(course, "grace"))) == [NOTEBOOK, "data/a.csv"]


def test_the_notebook_beside_a_students_zip_counts_and_the_one_in_it_is_kept(course, tmp_path):  # noqa: F811
    files = {f"grace/{NOTEBOOK}": "beside", "grace/all.zip": zipped({NOTEBOOK: "within"})}
    collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), "folder", PEOPLE)
    there = {path.name: path.read_text() for path in raw(course, "grace").iterdir()}
    assert there == {NOTEBOOK: "beside", f"{NAME} (earlier 1).ipynb": "within"}


@pytest.mark.parametrize(
    "content", [b"no zip", zipped({}), zipped({"deeper.zip": zipped({NOTEBOOK: "{}"})})], ids=["broken", "empty", "two"]
)
def test_a_zip_that_cannot_be_opened_or_holds_a_zip_is_handed_in_as_it_is(course, tmp_path, content):  # noqa: F811
    collect(Assignment(course, NAME), packed(tmp_path / "a.zip", {"grace/all.zip": content}), "folder", PEOPLE)
    [left] = raw(course, "grace").iterdir()
    assert left.suffix == ".zip"
    [outcome] = stage_assignment(Assignment(course, NAME), ["grace"])
    assert any("no archives" in decision.why for decision in outcome.notable)


METHODS = {"stored": 0, "deflate": 8, "bzip2": 12, "lzma": 14}


@pytest.mark.parametrize("method", METHODS)
def test_a_damaged_zip_of_one_student_stops_nobody(course, tmp_path, method):  # noqa: F811
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", METHODS[method]) as archive:
        archive.writestr(NOTEBOOK, solved())
    whole, rng = content.getvalue(), random.Random(METHODS[method])
    for _ in range(40):  # each kind of error that Python has for such bytes
        hurt = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            hurt[rng.randrange(len(hurt))] = rng.randrange(256)
        with contextlib.suppress(OSError, archives.TooMuch):
            for entry in archives.within(archives.ArchiveEntry("a.zip", None, lambda hurt=hurt: bytes(hurt)))[0]:
                entry.read()
    hurt = bytearray(whole)
    hurt[60:90] = bytes(30)
    files = {
        f"lovelaceada_12345_1_{NOTEBOOK}": solved(),
        "eve_444_2_all.zip": bytes(hurt),
        f"hoppergrace_333_3_{NOTEBOOK}": solved(),
    }
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert {"ada", "grace"} <= set(done.students)


def test_a_zip_of_thousands_of_files_of_one_name_holds_nobody_up(course, tmp_path):  # noqa: F811
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two with one name
        archive.writestr(NOTEBOOK, solved())
        for number in range(9_000):
            archive.writestr("a.csv", str(number))
    files = {f"lovelaceada_12345_1_{NOTEBOOK}": solved(), "hoppergrace_333_3_all.zip": content.getvalue()}
    began = time.process_time()
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert time.process_time() - began < 20
    assert {"ada", "grace"} <= set(done.students)
    there = raw(course, "grace")
    assert (there / NOTEBOOK).read_text() == solved() and (there / "a.csv").read_text() == "8999"
    assert any("more than 1000 files" in why for _, why in done.left)


@pytest.mark.parametrize("name", ["", "\0x"])
def test_an_entry_without_a_name_stops_nobody(course, tmp_path, name):  # noqa: F811
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("x/a.csv", "1")
    nameless = content.getvalue().replace(b"x/a.csv", name.encode().ljust(7, b"\0")[:7] if name else b"\0" * 7)
    files = {
        f"lovelaceada_12345_1_{NOTEBOOK}": solved(),
        "eve_444_2_all.zip": nameless,
        f"hoppergrace_333_3_{NOTEBOOK}": solved(),
    }
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert {"ada", "grace"} <= set(done.students)
    (tmp_path / "b.zip").write_bytes(nameless)
    assert not entries_of(tmp_path / "b.zip")[0]


def test_what_is_left_of_a_zip_is_not_unpacked_once_its_budget_is_spent(monkeypatch):
    monkeypatch.setattr(archives, "MOST_OF_A_STUDENT", 1_000)
    content, unpacked = io.BytesIO(), []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(50):
            archive.writestr(f"{number}.txt", "0" * 400)
    read = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda file, n=-1: unpacked.append(n) or read(file, n))
    entries, _ = archives.within(archives.ArchiveEntry("a.zip", None, content.getvalue))
    for entry in entries:
        with contextlib.suppress(archives.TooMuch):
            entry.read()
    assert len(unpacked) == 3 and sum(unpacked) < 3_000  # two fit, one does not


def test_a_zip_packed_in_a_rare_way_is_not_opened_and_says_so():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.txt", "1")
    entries, left = archives.within(archives.ArchiveEntry("a.zip", None, content.getvalue))
    assert entries == [] and "pack it as a usual zip" in left[0][1]


def test_a_students_zips_cost_little_however_many_there_are_and_files_they_list(course, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(archives, "MOST_ENTRIES", 50)
    seen, many = [], zipped({f"{number}.txt": "" for number in range(60)})
    with pytest.raises(OSError, match="more than 50 files"):
        archives.within(archives.ArchiveEntry("many.zip", None, lambda: many))
    monkeypatch.setattr(collecting, "within", lambda entry: seen.append(entry.path) or archives.within(entry))
    files = {f"hoppergrace_333_1_{NOTEBOOK}": solved(), "hoppergrace_333_2_many.zip": many}
    files |= {f"hoppergrace_333_{number}_b{number}.zip": zipped({"a.csv": "1"}) for number in range(3, 20)}
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert done.students == ["grace"] and (raw(course, "grace") / NOTEBOOK).read_text(encoding="utf-8") == solved()
    assert (raw(course, "grace") / "many.zip").exists()  # it came, and is not opened
    assert len(seen) == collecting.MOST_ZIPS


def test_a_students_zip_reaches_no_further_and_is_read_to_a_limit(course, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr(archives, "MOST_OF_A_STUDENT", 1_000)
    own = {"../../ada/x.csv": "out", NOTEBOOK: "{}", "b.csv": "b" * 990, "c.csv": "c" * 990}
    done = collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", {"grace/all.zip": zipped(own)}), "folder", PEOPLE
    )
    assert set(hashes(raw(course, "grace"))) == {"b.csv", NOTEBOOK}
    assert ["leads out" in why or "together" in why for _, why in done.left] == [True, True]


@pytest.mark.parametrize(
    "name",
    [
        f"bob_13_9-{NAME}_7_{'9' * 5_000}_x.ipynb",
        f"bob_13_{'9' * 5_000}_{NOTEBOOK}",
        f"bob_{'9' * 5_000}_13_{NOTEBOOK}",
        f"Bob_{'7' * 5_000}_assignsubmission_file_{NOTEBOOK}",
        f"{'b_1_' * 5_000}{NOTEBOOK}",
        f"{'b' * 60_000}_13_7_{NOTEBOOK}",
    ],
)
def test_a_name_of_no_system_stops_nobody(course, tmp_path, name):  # noqa: F811
    files = {name: solved(), f"hoppergrace_333_3_{NOTEBOOK}": solved()}
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert "grace" in done.students and any("longer than" in why for _, why in done.left)


@pytest.mark.parametrize("seconds", [-(2**40), 2**34, 2**41])
def test_a_file_of_a_time_in_no_calendar_stops_nobody_and_has_none(course, tmp_path, seconds):  # noqa: F811
    for student in ("ada", "grace"):
        path = tmp_path / "class" / student / NOTEBOOK
        path.parent.mkdir(parents=True)
        path.write_text(solved())
    os.utime(path, (0, seconds))  # a disk may keep less than that
    with archives.opened(tmp_path / "class") as (entries, _):
        times = {entry.path: entry.time for entry in entries}
    assert times[f"ada/{NOTEBOOK}"] and (times[f"grace/{NOTEBOOK}"] is None or seconds < 0)
    assert {"ada", "grace"} <= set(collect(Assignment(course, NAME), tmp_path / "class", people=PEOPLE).students)


def test_names_that_no_system_should_have_are_replaced(course, tmp_path):  # noqa: F811
    archive = packed(tmp_path / "a.zip", {"grace/con.csv": "1", "grace/a\nb.png": "2", f"grace/{NOTEBOOK}": "3"})
    collect(Assignment(course, NAME), archive, people=PEOPLE)
    there = {path.name: path.read_text() for path in raw(course, "grace").iterdir()}
    assert there == {"file-1.csv": "1", "file-2.png": "2", NOTEBOOK: "3"}


def test_what_a_killed_run_left_is_swept(course, tmp_path):  # noqa: F811
    (course / "collected" / ".making-x").mkdir(parents=True)
    collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", {f"hoppergrace_333_5_{NOTEBOOK}": "{}"}), people=PEOPLE
    )
    assert [path.name for path in (course / "collected").iterdir()] == [f"{NAME}.json"]


# the time


def test_a_student_does_not_write_the_time_of_an_lms(course, tmp_path):  # noqa: F811
    files = {f"hoppergrace_333_5_{NOTEBOOK}": "{}", "hoppergrace_333_6_timestamp.txt": "1999-01-01 00:00:00 UTC"}
    done = collect(Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE)
    assert not done.timed and "not for the student" in dict(done.left)["hoppergrace_333_6_timestamp.txt"]
    assert not (raw(course, "grace") / "timestamp.txt").exists()
    own = zipped({"Timestamp.txt/a": "1"})
    inside = {f"hoppergrace_LATE_333_7_{NOTEBOOK}": "{}", "hoppergrace_LATE_333_8_a.zip": own}
    done = collect(Assignment(course, NAME), packed(tmp_path / "b.zip", inside), people=PEOPLE)
    assert not done.timed and not (raw(course, "grace") / "Timestamp.txt").exists()


def test_moodles_worksheet_tells_the_time(course, tmp_path):  # noqa: F811
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(
        'Identifier,"Full name","Email address",Grade,"Last modified (submission)"\n'
        'Participant 71,Somebody Else,x@example.org,,"Sunday, 1 March 2026, 11:59 PM +0100"\n'
        "Participant 72,Grace Hopper,g@example.org,,-\n",
        encoding="utf-8-sig",
    )
    files = {f"{who}_assignsubmission_file_/{NOTEBOOK}": "{}" for who in ("Ada Lovelace_71", "Grace Hopper_72")}
    done = collect(
        Assignment(course, NAME), packed(tmp_path / "a.zip", files), people=PEOPLE, times=times_of(str(sheet))
    )
    assert done.timed == {"ada"}
    stage_assignment(Assignment(course, NAME))
    assert (raw(course, "ada") / "timestamp.txt").read_text() == "2026-03-01 22:59:00.000000 UTC"


def test_the_times_of_an_archive_count_only_where_somebody_says_so(course, tmp_path):  # noqa: F811
    info = zipfile.ZipInfo(f"hoppergrace_333_5_{NOTEBOOK}", (2026, 3, 1, 1, 2, 4))
    info.extra = b"UT\x05\x00\x01" + int(datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()).to_bytes(4, "little")
    archive = packed(tmp_path / "a.zip", {info: "{}"})
    assert not collect(Assignment(course, NAME), archive, people=PEOPLE).timed
    assert collect(Assignment(course, NAME), archive, people=PEOPLE, times=times_of("archive")).same == ["grace"]
    assert (raw(course, "grace") / "timestamp.txt").read_text() == "2026-03-01 10:00:00.000000 UTC\n"


def test_the_time_in_a_students_own_zip_is_none_of_the_archive(course, tmp_path):  # noqa: F811
    inner = io.BytesIO()
    packed(inner, {zipfile.ZipInfo(NOTEBOOK, (1999, 1, 1, 0, 0, 0)): "{}"})
    info = zipfile.ZipInfo("hoppergrace_LATE_333_5_a.zip", (2026, 3, 1, 1, 2, 4))
    info.extra = b"UT\x05\x00\x01" + int(datetime(2026, 3, 1, 10, tzinfo=UTC).timestamp()).to_bytes(4, "little")
    archive = packed(tmp_path / "a.zip", {info: inner.getvalue()})
    assert collect(Assignment(course, NAME), archive, people=PEOPLE, times=times_of("archive")).first == ["grace"]
    assert (raw(course, "grace") / "timestamp.txt").read_text() == "2026-03-01 10:00:00.000000 UTC\n"


@pytest.mark.parametrize(("time", "says"), [("01/03/2026 12:00", "exchanged"), ("soon", "no time that is plain")])
def test_a_time_that_is_not_plain_is_refused(tmp_path, time, says):
    (tmp_path / "t.csv").write_text(f"id,time\nada,{time}\n")
    with pytest.raises(Trouble, match=says):
        read_times(tmp_path / "t.csv")


def test_a_table_without_times_says_what_it_needs(tmp_path):
    (tmp_path / "t.csv").write_text("id,grade\nada,1\n")
    with pytest.raises(Trouble, match="needs a column of times"):
        read_times(tmp_path / "t.csv")


# the class list


@pytest.mark.parametrize(
    "content",
    [
        "\ufeffStudent ID;Given Name;Surname;E-Mail;Canvas ID\r\nada;Ada;Lovelace;ada@example.org;12345\r\n".encode(),
        "id\tfirst\tlast\temail\tlms_id\n\nada\tAda\tLovelace\tada@example.org\t12345\n".encode("utf-16"),
        b'ID,"Full name",email,lms id\nada,"Lovelace, Ada",ada@example.org,12345\n',
        b"username,name,Email address,Moodle ID\nada,Ada Lovelace,ada@example.org,12345\n",
    ],
)
def test_a_class_list_is_read_as_people_have_it(tmp_path, content):
    (tmp_path / "class.csv").write_bytes(content)
    assert read_class(tmp_path / "class.csv") == [ADA]


def test_a_windows_encoding_is_read(tmp_path):
    (tmp_path / "class.csv").write_bytes("id;first name\njm;Jürgen\n".encode("cp1252"))
    assert read_class(tmp_path / "class.csv")[0].first_name == "Jürgen"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "is empty"),
        ("first,last\nAda,Lovelace\n", "no column for the students' ids"),
        ("id\nada\nADA\n", r"row 3: the id ADA stands in row 2 too"),
        ("id,first\n,Ada\n", "row 2: there is no id"),
        ("id\n../../etc\n", "cannot be the name of a folder"),
        ("PK\x03\x04", "workbook or an archive"),
    ],
)
def test_a_class_list_that_cannot_be_right_says_where(tmp_path, content, says):
    (tmp_path / "class.csv").write_text(content)
    with pytest.raises(Trouble, match=says):
        read_class(tmp_path / "class.csv")


def test_a_person_is_found_only_if_nobody_else_can_be_meant():
    people = ClassList([ADA, Person("al", "Ada", "Lovelace"), NOEL])
    assert people.find(name="Ada Lovelace") is None and people.find(name="LovelaceAda") is None
    assert people.find(lms_user_id="12345", name="nobody") == ADA and people.find(email="ADA@example.org") == ADA
    assert people.find(name="obriennoel") == NOEL and people.find(id="AL").id == "al"
    assert people.find() is None and people.find(name="--") is None


def test_a_sheet_keeps_its_dialect(tmp_path):
    (tmp_path / "s.csv").write_text('a;b\n"1;2";3\n', encoding="utf-8-sig")
    sheet = read_sheet(tmp_path / "s.csv")
    assert (sheet.header, sheet.rows, sheet.delimiter, sheet.byte_order_mark) == (["a", "b"], [["1;2", "3"]], ";", True)


# the commands


@pytest.fixture
def here(course, monkeypatch):  # noqa: F811
    """Stand in a course."""
    monkeypatch.chdir(course)
    return course


def test_the_commands_enter_a_class_and_collect_and_say_where_it_is(here, capsys):
    (here / "class.csv").write_text("id,first name,last name\ngrace,Grace,Hopper\nada,Ada,Lovelace\n")
    assert main(["students", "class.csv"]) == 0
    assert "2 added, 0 changed" in capsys.readouterr().out
    (here / "class.csv").write_text("id,first name,last name\ngrace,Grace,Murray Hopper\n")
    assert main(["students", "class.csv"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "last name: Hopper -> Murray Hopper" in said and "1 in the gradebook and not on the list" in said
    files = {f"murrayhoppergrace_LATE_1_2_{NAME}-1.ipynb": solved(), f"nobody_5_6_{NOTEBOOK}": "{}"}
    packed(here / "a.zip", files)
    assert main(["collect", "90", "a.zip"]) == 1  # somebody was left
    said = " ".join(capsys.readouterr().out.split())
    assert "nobody 5 (1 file)" in said and "how late is not known of 1" in said
    assert said.endswith(
        f"1 not taken, which stay in the archive. They are in submitted/STUDENT/{NAME}. Next: bncourse grade 90"
    )
    assert Assignment(here, NAME).submission("grace").staging_report().readable and now_staged(here, "grace") == SCALE


def test_collecting_without_a_release_keeps_what_was_collected(here, capsys):
    (here / "notebooks" / NAME / NOTEBOOK).unlink()
    packed(here / "a.zip", {f"hoppergrace_333_5_{NOTEBOOK}": solved()})
    assert main(["collect", "90", "a.zip"]) == 1
    assert "They are not staged yet" in capsys.readouterr().err
    assert (raw(here, "hoppergrace-333") / NOTEBOOK).is_file()
    assert json.loads((here / "collected" / f"{NAME}.json").read_text())["hoppergrace-333"]["canvas"]


def test_a_zip_of_nothing_changes_nothing(here, capsys):
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    (here / "a.zip").write_bytes(content.getvalue())
    assert main(["collect", "90", "a.zip"]) == 1
    assert "holds no file" in capsys.readouterr().err
