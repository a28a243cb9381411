"""Staging folders: what lies in them, where things go, and what is left when a run is killed."""

import json
import os
import shutil
import stat
import time
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import pytest
import small_course
from small_course import NAME, cell
from test_stage import CENTRE, RELEASE, SCALE, answer, released

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.submission import store
from bncourse.grading.submission.folder import FolderLimits, stage_folder
from bncourse.grading.submission.merge import DOUBT, DROPPED, MENDED, REFUSED
from bncourse.grading.submission.names import may_be_graded
from bncourse.grading.submission.plain_files import hashes
from bncourse.grading.submission.store import stage_assignment
from bncourse.grading.submission.timestamp import read_time
from bncourse.trouble import Trouble

NOW = datetime(2024, 3, 1, tzinfo=UTC)
STUB = cell(released(), "scale")["source"]
links = pytest.mark.skipif(os.name == "nt", reason="Windows makes links only for administrators")


def solved():
    content = released()
    cell(content, "centre")["source"], cell(content, "scale")["source"] = CENTRE, SCALE
    return json.dumps(content)


@pytest.fixture
def folder(tmp_path):
    """Give a submitted folder with a solved notebook in it."""
    place = tmp_path / "ada" / NAME
    place.mkdir(parents=True)
    (place / f"{NAME}.ipynb").write_text(solved())
    return place


def arrived(folder, **options):
    return stage_folder(folder, RELEASE, now=NOW, **options)


def scale(arrival):
    return answer(arrival.staged, "scale")


def told(arrival, kind):
    return {d.what: d.why for d in arrival.decisions if d.kind == kind}


def test_the_notebook_is_found_by_its_name(folder):
    (folder / "other.ipynb").write_text("{}")
    arrival = arrived(folder)
    assert scale(arrival) == SCALE and "counts" in told(arrival, DROPPED)["other.ipynb"]
    assert not told(arrival, MENDED)


@pytest.mark.parametrize("name", [f"{NAME} (1).ipynb", f"{NAME}-Copy1.ipynb", "mine.IPYNB", f"{NAME}.ipynb.txt"])
def test_a_renamed_notebook_is_found_and_said(folder, name):
    (folder / f"{NAME}.ipynb").rename(folder / name)
    arrival = arrived(folder)
    assert scale(arrival) == SCALE and f"taken as {NAME}.ipynb" in told(arrival, MENDED)[name]


def test_a_notebook_in_a_folder_of_its_own_is_found(folder):
    (folder / "handin").mkdir()
    (folder / f"{NAME}.ipynb").rename(folder / "handin" / f"{NAME}.ipynb")
    assert scale(arrived(folder)) == SCALE


def test_of_several_renamed_notebooks_the_last_saved_counts_and_it_is_said(folder):
    (folder / f"{NAME}.ipynb").rename(folder / f"{NAME}-b.ipynb")
    (folder / f"{NAME}-a.ipynb").write_text(json.dumps(released()))
    os.utime(folder / f"{NAME}-a.ipynb", (1, 1))
    arrival = arrived(folder)
    assert scale(arrival) == SCALE and "saved last" in told(arrival, MENDED)[f"{NAME}-b.ipynb"]


@pytest.mark.parametrize("empty", [json.dumps(released()), "{", ""], ids=["as released", "broken", "nothing"])
def test_a_notebook_with_answers_counts_before_the_one_with_the_right_name_that_has_none(folder, empty):
    (folder / f"{NAME}.ipynb").rename(folder / f"{NAME}-final.ipynb")
    (folder / f"{NAME}.ipynb").write_text(empty)
    arrival = arrived(folder)
    assert scale(arrival) == SCALE and arrival.staged.readable
    assert f"no answer in {NAME}.ipynb" in told(arrival, MENDED)[f"{NAME}-final.ipynb"]
    assert told(arrival, DROPPED)[f"{NAME}.ipynb"] == f"{NAME}-final.ipynb is the notebook that counts."


@pytest.mark.parametrize("where", ["data", "venv/lib", ".git", "."])
def test_thousands_of_files_beside_the_notebook_cost_no_answer(folder, where):
    (folder / where).mkdir(parents=True, exist_ok=True)
    for number in range(2_100):
        (folder / where / f"-{number}.bin").touch()
    (folder / "mine.csv").write_text("1,2")
    arrival = arrived(folder)
    assert scale(arrival) == SCALE and "more than 2000 files" in told(arrival, DROPPED)["the folder"]
    assert where == "." or list(arrival.files) == ["mine.csv"]


def test_a_notebook_beside_a_large_folder_is_found_under_another_name_too(folder):
    (folder / f"{NAME}.ipynb").rename(folder / "zz.ipynb")
    (folder / "data").mkdir()
    for number in range(2_100):
        (folder / "data" / f"{number}.bin").touch()
    assert scale(arrived(folder)) == SCALE


def test_answers_in_cells_of_ones_own_count_before_an_older_copy_with_one_answer(folder):
    below = released()
    below["cells"] += [small_course.code("a", CENTRE), small_course.code("b", SCALE)]
    older = released()
    cell(older, "centre")["source"] = "def centre(x):\n    return x"
    (folder / f"{NAME}.ipynb").write_text(json.dumps(below))
    (folder / f"{NAME}-old.ipynb").write_text(json.dumps(older))
    arrival = arrived(folder)
    assert arrival.staged.answers == 2 and not told(arrival, MENDED).get(f"{NAME}-old.ipynb")
    assert "defined in another cell" in told(arrival, MENDED)["scale"]


def test_the_notebook_with_more_answers_counts_and_the_doubt_is_told(folder):
    one = released()
    cell(one, "centre")["source"] = CENTRE
    (folder / f"{NAME}.ipynb").rename(folder / "final.ipynb")
    (folder / f"{NAME}.ipynb").write_text(json.dumps(one))
    arrival = arrived(folder)
    assert scale(arrival) == SCALE
    assert f"it has 2 answers and {NAME}.ipynb has 1" in told(arrival, DOUBT)["final.ipynb"]


def test_no_notebook_is_told_and_what_came_is_named(folder):
    (folder / f"{NAME}.ipynb").rename(folder / "scan.pdf")
    arrival = arrived(folder)
    assert "no notebook among what was handed in (scan.pdf)" in told(arrival, REFUSED)["the notebook"]
    assert scale(arrival) == STUB
    (folder / "scan.pdf").unlink()
    assert "There is no notebook." in told(arrived(folder), REFUSED)["the notebook"]


@links
@pytest.mark.parametrize(
    "what", ["a file", "a link", "a pipe", "nothing", "a folder as notebook", "a pipe as notebook"]
)
def test_what_is_no_folder_or_no_file_is_told_and_nothing_waits(folder, what):
    notebook = folder / f"{NAME}.ipynb"
    if "notebook" in what:
        notebook.unlink()
        notebook.mkdir() if "folder" in what else os.mkfifo(notebook)
    else:
        aside = folder.rename(folder.with_name("aside"))
        if what == "file":
            folder.write_text("x")
        elif what == "link":
            folder.symlink_to(aside)
        elif what == "pipe":
            os.mkfifo(folder)
    arrival = arrived(folder)
    assert not arrival.staged.readable and told(arrival, REFUSED) and scale(arrival) == STUB


@links
def test_no_link_is_followed(folder, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "grades.csv").write_text("ada,10")
    shutil.move(folder / f"{NAME}.ipynb", secret / "solved.ipynb")
    (folder / f"{NAME}.ipynb").symlink_to(secret / "solved.ipynb")
    (folder / "grades.csv").symlink_to(secret / "grades.csv")
    (folder / "all").symlink_to(secret)
    arrival = arrived(folder)
    assert scale(arrival) == STUB and arrival.files == {} and arrival.raw == {}
    assert {f"{NAME}.ipynb", "grades.csv", "all"} <= set(told(arrival, DROPPED))


@links
def test_a_hard_link_is_copied_by_value(folder, tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    os.link(tmp_path / "data.csv", folder / "data.csv")
    assert arrived(folder).files == {"data.csv": b"1,2"}


UNSAFE = [
    "sitecustomize.py", "numpy.so", "x.pyc", "x.pth", "x.zip", "x.PY", ".hidden.csv", "-rf.csv", "con.csv", "no end.",
    "run.sh", "a\nb.csv", "a\x1b[2J.csv", "numpy/data.csv", "json/data.csv", ".git/config.txt", "a/b/c/d/deep.csv",
]  # fmt: skip


@links
@pytest.mark.parametrize("path", UNSAFE)
def test_unsafe_files_stay_behind_and_the_notebook_counts(folder, path):
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("x")
    arrival = arrived(folder)
    assert arrival.files == {} and scale(arrival) == SCALE and len(told(arrival, DROPPED)) == 1
    assert all(what.isprintable() for what in told(arrival, DROPPED))


def test_a_name_that_is_no_text_stays_behind(folder):
    try:
        (Path(os.fsdecode(os.fsencode(folder) + b"/\xff.csv"))).write_text("x")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    assert arrived(folder).files == {} and [*told(arrived(folder), DROPPED)] == [r"\udcff.csv"]


def test_data_and_pictures_come_along_up_to_the_limits(folder):
    (folder / "data").mkdir()
    (folder / "data" / "mine.csv").write_text("1,2")
    (folder / "plot.png").write_bytes(b"12345")
    assert arrived(folder).files == {"data/mine.csv": b"1,2", "plot.png": b"12345"}
    assert len(arrived(folder, limits=FolderLimits(files=1)).files) == 1
    assert arrived(folder, limits=FolderLimits(bytes=4)).files == {"data/mine.csv": b"1,2"}
    few = arrived(folder, limits=FolderLimits(seen=1))
    assert "more than 1 files" in told(few, DROPPED)["the folder"]


def test_a_file_with_a_hole_of_a_terabyte_is_not_read(folder):
    with open(folder / f"{NAME}.ipynb", "wb") as notebook, open(folder / "data.csv", "wb") as data:
        try:
            notebook.truncate(10**12)
            data.truncate(10**12)
        except OSError:
            pytest.skip("this file system knows no holes")
    arrival = arrived(folder)
    assert "larger than" in told(arrival, REFUSED)["the notebook"] and arrival.files == {}


TIMES = {
    b"2024-01-15 12:00:00.000000 UTC": "2024-01-15 12:00:00.000000 UTC",
    b"2024-01-15 12:00:00 UTC\n": "2024-01-15 12:00:00.000000 UTC",
    b"2024-01-15 12:00:00.5 +0200": "2024-01-15 10:00:00.500000 UTC",
    b"2024-01-15 12:00:00 Europe/Berlin": "2024-01-15 11:00:00.000000 UTC",
    b"2024-01-15T12:00:00": "2024-01-15 12:00:00.000000 UTC",
    "2024-01-15 12:00:00 UTC".encode("utf-16"): "2024-01-15 12:00:00.000000 UTC",
}


@pytest.mark.parametrize("written", TIMES)
def test_times_are_read_in_nbgraders_formats_and_written_in_one(folder, written):
    (folder / "timestamp.txt").write_bytes(written)
    assert arrived(folder).timestamp == TIMES[written]


@pytest.mark.parametrize(
    "written", [b"", b"now", b"7", b"2024-13-45 99:00:00", b"2024-01-15 12:00:00 /etc/passwd", b"\xff" * 2_000_000]
)
def test_a_time_that_cannot_be_read_is_dropped(folder, written):
    (folder / "timestamp.txt").write_bytes(written)
    arrival = arrived(folder)
    assert arrival.timestamp == "" and "no time that can be read" in told(arrival, DROPPED)["timestamp.txt"]
    assert scale(arrival) == SCALE and read_time(written) is None


def test_a_time_in_the_future_is_dropped(folder):
    (folder / "timestamp.txt").write_text("2124-01-15 12:00:00 UTC")
    assert "future" in told(arrived(folder), DROPPED)["timestamp.txt"]


@pytest.fixture
def course(tmp_path):
    """Give a course with a release and one raw submission, of ada."""
    from nbgrader.utils import compute_checksum

    folder = small_course.write(tmp_path / "course")
    release = nbformat.from_dict(released())
    for each in release.cells:
        if "nbgrader" in each.metadata:
            each.metadata.nbgrader["checksum"] = compute_checksum(each)
    (folder / "notebooks" / NAME).mkdir()
    nbformat.write(release, folder / "notebooks" / NAME / f"{NAME}.ipynb")
    hand_in(folder, "ada", solved())
    return folder


def hand_in(course, student, content, **files):
    place = course / "submitted" / student / NAME
    place.mkdir(parents=True)
    (place / f"{NAME}.ipynb").write_text(content)
    for name, text in files.items():
        (place / f"{name}.txt").write_text(text)
    return place


def now_staged(course, student="ada"):
    notebook = nbformat.read(course / "submitted" / student / NAME / f"{NAME}.ipynb", as_version=4)
    return next(each.source for each in notebook.cells if each.id == "scale")


def test_what_came_is_kept_byte_for_byte_and_the_staged_version_takes_its_place(course):
    before = hashes(course / "submitted" / "ada" / NAME)
    [outcome] = stage_assignment(Assignment(course, NAME))
    assert outcome.is_new and not outcome.trouble
    assert hashes(course / "received" / "ada" / NAME) == before
    assert now_staged(course) == SCALE and Assignment(course, NAME).submission("ada").is_staged()
    known = Assignment(course, NAME).submission("ada").staging_report()
    assert known.files == hashes(course / "submitted" / "ada" / NAME) and known.raw == before
    assert known.received == f"received/ada/{NAME}" and known.version and known.release


# Each of them once ended the run for the whole class, or took minutes or gigabytes of it.
TOO_MUCH = {
    "deep lambdas that are raised": "raise " + "lambda:" * 1_100 + "0",
    "a number of thousands of digits that is raised": "raise 0x" + "f" * 4_000,
    "deep brackets": "x = " + "(" * 5_000 + ")" * 5_000,
    "deep calls": "x = " + "f(" * 3_000 + ")" * 3_000,
    "deep negations": "x = " + "-" * 50_000 + "1",
    "functions times names": "lambda:0\n" * 10_000 + ";".join(f"n{number}" for number in range(15_000)),
    "comparisons that Python warns of": "1is 1\n" * 20_000,
    "brackets in a text": '"[" ' * 40_000,
}


@pytest.mark.parametrize("cells", [1, pytest.param(8, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("source", TOO_MUCH.values(), ids=TOO_MUCH)
def test_no_cell_keeps_others_from_being_staged(course, source, cells, recwarn, capfd):
    content = json.loads(solved())
    content["cells"] += [small_course.code(f"own-{number}", source + f"\n# {number}") for number in range(cells)]
    hand_in(course, "eve", json.dumps(content))
    began = time.process_time()
    ada, eve = stage_assignment(Assignment(course, NAME))
    assert now_staged(course) == SCALE and not ada.trouble
    assert eve.trouble or now_staged(course, "eve") == SCALE
    assert time.process_time() - began < 5 and not list(recwarn) and "Warning" not in capfd.readouterr().err


def test_an_attachment_may_have_any_name(course):
    content = json.loads(solved())
    picture = {"image/png": "iVBORw0KGgo="}
    text = small_course.text("picture", "![](attachment:\ud800.png)")
    content["cells"].append(text | {"attachments": {"\ud800.png": picture}})
    hand_in(course, "eve", json.dumps(content))
    assert not [outcome.trouble for outcome in stage_assignment(Assignment(course, NAME)) if outcome.trouble]


def test_what_takes_too_much_to_read_is_its_own_loss_and_stays(course, monkeypatch):
    monkeypatch.setattr(store, "MOST_STAGED", 300_000)
    content = json.loads(solved())
    content["cells"] += [small_course.text(f"text-{number}", "a\n" * 90_000) for number in range(3)]
    hand_in(course, "eve", json.dumps(content))
    before = hashes(course / "submitted" / "eve" / NAME)
    ada, eve = stage_assignment(Assignment(course, NAME))
    assert not ada.trouble and "reading it took too much" in eve.trouble and f"received/eve/{NAME}" in eve.trouble
    assert hashes(course / "received" / "eve" / NAME) == before and not (course / "submitted" / "eve" / NAME).exists()
    ada, eve = stage_assignment(Assignment(course, NAME))  # and again
    assert not ada.is_new and eve.trouble and hashes(course / "received" / "eve" / NAME) == before


def test_staging_again_changes_nothing(course):
    stage_assignment(Assignment(course, NAME))
    before = hashes(course)
    [outcome] = stage_assignment(Assignment(course, NAME))
    assert not outcome.is_new and outcome.decisions and hashes(course) == before


def test_another_release_stages_again_from_what_was_received(course):
    stage_assignment(Assignment(course, NAME))
    path = course / "notebooks" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("How is a batch centred?", "How is a batch scaled?"))
    [outcome] = stage_assignment(Assignment(course, NAME))
    assert outcome.is_new and now_staged(course) == SCALE
    assert "scaled?" in (course / "submitted" / "ada" / NAME / f"{NAME}.ipynb").read_text()
    assert [each.name for each in (course / "received" / "ada").iterdir()] == [NAME]


def test_what_an_earlier_version_staged_in_another_way_is_staged_again_from_what_was_received(course):
    stage_assignment(Assignment(course, NAME))
    path = course / "staged" / "ada" / f"{NAME}.json"
    path.write_text(path.read_text().replace(f'"way": {store.WAY}', '"way": 1'))
    assert stage_assignment(Assignment(course, NAME))[0].is_new and now_staged(course) == SCALE
    assert not stage_assignment(Assignment(course, NAME))[0].is_new


def test_a_release_that_was_merely_run_is_the_same_release(course):
    stage_assignment(Assignment(course, NAME))
    path = course / "notebooks" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace('"execution_count": null', '"execution_count": 3'))
    assert not stage_assignment(Assignment(course, NAME))[0].is_new


def test_a_later_submission_is_kept_beside_the_first_and_the_same_one_only_once(course):
    stage_assignment(Assignment(course, NAME))
    for content in (json.dumps(released()), solved(), solved()):
        shutil.rmtree(course / "submitted" / "ada" / NAME)
        hand_in(course, "ada", content)
        stage_assignment(Assignment(course, NAME))
    assert now_staged(course) == SCALE
    assert {each.name for each in (course / "received" / "ada").iterdir()} == {NAME, f"{NAME}@2", f"{NAME}@3"}
    assert Assignment(course, NAME).submission("ada").staging_report().received == f"received/ada/{NAME}@3"


def test_a_staged_file_that_somebody_changed_is_raw_again(course):
    stage_assignment(Assignment(course, NAME))
    path = course / "submitted" / "ada" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("x.std", "x.var"))
    assert not Assignment(course, NAME).submission("ada").is_staged()
    stage_assignment(Assignment(course, NAME))
    assert "x.var" in now_staged(course) and Assignment(course, NAME).submission("ada").is_staged()


class Killed(BaseException):
    pass


def kill_at(monkeypatch, step):
    """Let the process end at the given call to the file system, as kill -9 would: nothing is cleaned up."""
    calls = 0

    def wrapped(do):
        def call(*arguments, **options):
            nonlocal calls
            calls += 1
            if calls == step:
                raise Killed
            return do(*arguments, **options)

        return call

    for owner, name in ((os, "rename"), (os, "replace"), (store.shutil, "rmtree"), (store.tempfile, "mkdtemp")):
        monkeypatch.setattr(owner, name, wrapped(getattr(owner, name)))
    monkeypatch.setattr(Path, "write_bytes", wrapped(Path.write_bytes))
    return lambda: calls


@pytest.mark.parametrize("scene", ["first", "later", "again", "same"])
def test_a_run_that_was_killed_anywhere_is_finished_by_the_next(course, monkeypatch, scene, tmp_path):
    if scene != "first":
        stage_assignment(Assignment(course, NAME))
    if scene in ("later", "same"):
        shutil.rmtree(course / "submitted" / "ada" / NAME)
        hand_in(course, "ada", solved() if scene == "same" else solved().replace("x.std", "x.var"), note="second")
        if scene == "same":
            stage_assignment(Assignment(course, NAME))
            shutil.rmtree(course / "submitted" / "ada" / NAME)
            hand_in(course, "ada", solved(), note="second")
    if scene == "again":
        path = course / "notebooks" / NAME / f"{NAME}.ipynb"
        path.write_text(path.read_text().replace("How is a batch centred?", "How is a batch scaled?"))
    for step in range(1, 40):
        here = shutil.copytree(course, tmp_path / f"{scene}-{step}")
        came = {each["sha"] for each in all_files(here)}
        with monkeypatch.context() as patched:
            calls = kill_at(patched, step)
            try:
                stage_assignment(Assignment(here, NAME))
                ended = True
            except Killed:
                ended = False
        if scene != "again":
            assert came_notebooks(came, course) <= {each["sha"] for each in all_files(here)}
        stage_assignment(Assignment(here, NAME))
        assert Assignment(here, NAME).submission("ada").is_staged()
        assert now_staged(here) == (SCALE if scene != "later" else SCALE.replace("x.std", "x.var"))
        assert len(list((here / "received" / "ada").iterdir())) == {"first": 1, "again": 1}.get(scene, 2)
        assert not [each for each in os.listdir(here / "staged") if each.startswith((".making", ".old"))]
        if ended:
            assert calls() > 2
            return
    raise AssertionError("more steps than expected")


def all_files(folder):
    return [{"path": path, "sha": sha} for path, sha in hashes(folder).items()]


def came_notebooks(shas, course):
    """Give the hashes of what students sent: these may be nowhere lost, at no moment."""
    raw = {sha for path, sha in hashes(course).items() if path.startswith("received/")}
    if (
        not Assignment(course, NAME).submission("ada").staging_report()
        or not Assignment(course, NAME).submission("ada").is_staged()
    ):
        raw |= {sha for path, sha in hashes(course).items() if path.startswith("submitted/")}
    return raw & shas


def test_a_worked_in_release_is_refused_for_it_would_answer_for_all(course):
    path = course / "notebooks" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text().replace("raise NotImplementedError", "return x / x.std(axis=0)"))
    before = hashes(course / "submitted")
    with pytest.raises(Trouble, match=r"somebody has worked in .*bncourse release 90"):
        stage_assignment(Assignment(course, NAME))
    assert hashes(course / "submitted") == before


def test_no_release_is_told_with_the_command_that_makes_one(course):
    shutil.rmtree(course / "notebooks" / NAME)
    with pytest.raises(Trouble, match="bncourse release 90"):
        stage_assignment(Assignment(course, NAME))


@pytest.mark.parametrize("student", [".ada", "-ada", "a*", "a\nb", "[a]", "x" * 101, "a\x1b[2J", "\udcff", ""])
def test_names_that_are_not_safe_are_refused(student):
    assert not may_be_graded(student)


@pytest.mark.parametrize("student", ["ada", "ada.l", "ada@uni.example", "Ada Lovelace", "o'brien", "über-1", "阿达"])
def test_names_of_people_are_safe(student):
    assert may_be_graded(student)


@links
def test_what_cannot_be_staged_stays_and_the_others_are_staged(course, tmp_path, capsys, monkeypatch):
    hand_in(course, "-rf", solved())
    elsewhere = tmp_path / "elsewhere" / NAME
    elsewhere.mkdir(parents=True)
    (elsewhere / "precious.txt").write_text("mine")
    (course / "submitted" / "link").symlink_to(elsewhere.parent)
    monkeypatch.chdir(course)
    assert main(["stage", "90"]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "the name of the folder is not safe" in said and "submitted/link is a link" in said
    assert "1 staged, 0 staged before, 2 not staged, and left as they are" in said
    assert (
        Assignment(course, NAME).submission("ada").is_staged()
        and (course / "submitted" / "-rf" / NAME / f"{NAME}.ipynb").is_file()
    )
    assert [each.name for each in elsewhere.iterdir()] == ["precious.txt"]


@links
def test_odd_folders_are_staged_as_not_written_and_kept(course):
    os.mkfifo(course / "pipe")
    for student in ("file", "link", "pipe", "closed"):
        (course / "submitted" / student).mkdir()
        place = course / "submitted" / student / NAME
        if student == "file":
            place.write_text("x")
        elif student == "link":
            place.symlink_to(course / "solutions" / NAME)
        elif student == "pipe":
            os.mkfifo(place)
        else:
            place.mkdir()
            place.chmod(stat.S_IRUSR)
    outcomes = {outcome.student: outcome for outcome in stage_assignment(Assignment(course, NAME))}
    assert not any(outcome.trouble for outcome in outcomes.values())
    assert all(now_staged(course, student) == STUB for student in ("file", "link", "pipe", "closed"))
    assert (course / "received" / "link" / NAME).is_symlink() and (course / "received" / "pipe" / NAME).is_fifo()
    assert (course / "solutions" / NAME / f"{NAME}.ipynb").is_file()


def test_the_command_says_what_was_dropped_and_ends_with_one_line(course, capsys, monkeypatch):
    hand_in(course, "grace", "{", evil="[bold]x[/bold]")
    hand_in(course, "alan", json.dumps(released()))
    monkeypatch.chdir(course)
    assert main(["stage", "90", "--students", "ada,grace"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "grace" in said and "The end of the file is missing" in said and "ada" not in said
    assert said.endswith("90-small: 2 staged, 0 staged before. Reports are in staged/, what came is in received/.")
    assert not Assignment(course, NAME).submission("alan").is_staged()
    assert main(["stage", "90", "--students", "nobody"]) == 1
    assert "nothing was handed in under this name" in " ".join(capsys.readouterr().out.split())


def test_nothing_handed_in_is_told(course, capsys, monkeypatch):
    shutil.rmtree(course / "submitted")
    monkeypatch.chdir(course)
    assert main(["stage", "90"]) == 1
    assert "nothing was handed in" in capsys.readouterr().err
