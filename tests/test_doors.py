"""The doors of nbgrader: whatever lies in submitted/ or comes through the exchange, only what is staged is read."""

import json
import os
import stat
import warnings
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import small_course
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from small_course import NAME, cell
from sqlalchemy.exc import SAWarning

from bncourse.grading.assignment import Assignment
from bncourse.grading.course import settings
from bncourse.grading.nbgrader import converters, hooks
from bncourse.grading.nbgrader.hooks import NotStaged, StagedNotebooks

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="nbgrader's exchange needs Linux or macOS")
CENTRE = "def centre(x):\n    return x - x.mean(axis=0)"
SCALE = "def scale(x):\n    return x / x.std(axis=0)"
COPIED = "def scale(x):\n    return x"


def make(folder):
    """Make a course whose notebook is released and known to the gradebook."""
    course = small_course.write(folder)
    converters.generate_assignment(Assignment(course, NAME))
    return course


def submission(course, answers):
    notebook = json.loads((course / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    return notebook


def put(place, notebook, name=NAME):
    place.mkdir(parents=True)
    content = notebook if isinstance(notebook, str) else json.dumps(notebook)
    (place / f"{name}.ipynb").write_text(content)
    return place


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Give a course with raw submissions that stop or deceive nbgrader as it comes, graded through both doors."""
    course = make(tmp_path_factory.mktemp("doors") / "course")
    submitted = course / "submitted"
    right = submission(course, {"centre": CENTRE, "scale": SCALE})
    thief = submission(course, {"centre": "x = 1"})
    for check in ("centre-check", "scale-check"):
        cell(thief, check)["metadata"]["tags"] = ["skip-execution"]
        cell(thief, check)["metadata"]["nbgrader"]["points"] = 100
    thief["metadata"]["kernelspec"] = {"name": "bash", "display_name": "bash", "language": "bash"}
    put(submitted / "thief" / NAME, thief)
    copied = submission(course, {"centre": CENTRE, "scale": COPIED})
    copied["cells"].append(cell(submission(course, {"scale": SCALE}), "scale") | {"id": "again"})
    (put(submitted / "copied" / NAME, copied, f"{NAME} (1)") / "timestamp.txt").write_text("no time at all")
    (submitted / "empty" / NAME).mkdir(parents=True)
    put(submitted / "-odd" / NAME, right)
    log = converters.autograde(Assignment(course, NAME), "[!t]*")
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Object of type .* not in session", SAWarning)  # as in converters
        config = settings(course)
        button = NbGraderAPI(CourseDirectory(config=config), config=config).autograde(NAME, "thief")
    converters.generate_feedback(Assignment(course, NAME), "[ce]*")
    return SimpleNamespace(course=course, log=log, button=button)


def points(graded, student):
    return {
        name: score
        for name, (score, _) in converters.scores(Assignment(graded.course, NAME).submission(student)).items()
    }


@pytest.mark.parametrize(
    ("student", "centre", "scale"),
    [("thief", 0, 0), ("copied", 1, 2), ("empty", 0, 0)],
)
def test_each_gets_what_their_functions_earn(graded, student, centre, scale):
    assert points(graded, student) == {"centre-check": centre, "scale-check": scale}


def test_formgraders_button_goes_through_the_same_door(graded):
    assert graded.button["success"] and "Staged 90-small of thief" in graded.button["log"]
    assert (
        Assignment(graded.course, NAME).submission("thief").is_staged()
        and (graded.course / "received" / "thief" / NAME).is_dir()
    )


def test_what_cannot_be_staged_is_taken_out_of_the_run_and_told(graded):
    assert "Cannot be staged: -odd: the name of the folder is not safe" in graded.log
    assert "see `bncourse stage 90`" in graded.log
    assert not (graded.course / "autograded" / "-odd").exists()


def test_the_students_page_says_how_the_file_was_read(graded):
    pages = graded.course / "feedback"
    empty = (pages / "empty" / NAME / f"{NAME}.html").read_text()
    assert "Your file could not be read" in empty and "There is no notebook" in empty
    assert "no grade of yours" in empty
    copied = (pages / "copied" / NAME / f"{NAME}.html").read_text()
    assert (
        f"{NAME} (1).ipynb: It was taken as {NAME}.ipynb" in copied and "the last one before the check counts" in copied
    )
    assert "The submission has no time" in copied
    converters.generate_feedback(Assignment(graded.course, NAME), "thief")
    assert "The marks of cells were changed" in (pages / "thief" / NAME / f"{NAME}.html").read_text()


def test_a_file_that_changes_after_staging_is_not_read(graded):
    config = settings(graded.course, assignment_id=NAME, student_id="copied")
    converter = Autograde(coursedir=CourseDirectory(config=config), config=config)
    converter.init_notebooks()
    reader = StagedNotebooks(parent=converter, config=config)
    [[path]] = converter.assignments.values()
    assert "x.std" in reader.from_filename(path)[0]
    before = Path(path).read_text()
    try:
        Path(path).write_text(f"{before} ")
        with pytest.raises(NotStaged, match="was changed after it was staged; stage it again: bncourse stage 90"):
            reader.from_filename(path)
    finally:
        Path(path).write_text(before)


def test_a_run_with_nothing_left_ends_with_a_sentence(graded):
    with pytest.raises(converters.Refused) as refused:
        converters.autograde(Assignment(graded.course, NAME), "-odd")
    assert "is staged, and none is graded; see `bncourse stage 90`" in refused.value.log


def test_a_release_that_was_worked_in_grades_nobody(graded):
    path = graded.course / "notebooks" / NAME / f"{NAME}.ipynb"
    before = path.read_text()
    path.write_text(before.replace("raise NotImplementedError", "return x"))
    with pytest.raises(converters.Refused) as refused:
        converters.autograde(Assignment(graded.course, NAME), "copied")
    path.write_text(before)
    assert "somebody has worked in" in refused.value.log and points(graded, "copied")["scale-check"] == 2


def test_collecting_takes_plain_files_stages_them_and_keeps_what_came_before(tmp_path):
    course = make(tmp_path / "course")
    inbound = course / "exchange" / "bncourse" / "inbound"
    config = settings(course)
    config.ExchangeCollect.check_owner = config.Collect.check_owner = False
    (tmp_path / "secret.txt").write_text("the grades of all")

    def collect():
        (course / "exchange").chmod(0o1777)
        outcome = NbGraderAPI(CourseDirectory(config=config), config=config).collect(NAME)
        assert outcome["success"], outcome
        return outcome["log"]

    def hand_in(student, hour, answers):
        time = f"2024-01-15 {hour}:00:00 UTC"
        place = put(inbound / f"{student}+{NAME}+{time}+x", submission(course, answers))
        (place / "timestamp.txt").write_text(time)
        return place

    hand_in("ada", 10, {"scale": COPIED})
    place = hand_in("eve", 10, {"scale": COPIED})
    (place / "notes.txt").symlink_to(tmp_path / "secret.txt")
    os.mkfifo(place / "pipe.txt")
    put(inbound / f"-x+{NAME}+2024-01-15 10:00:00 UTC+x", submission(course, {}))
    put(inbound / f"mal+{NAME}+no time+x", submission(course, {}))
    (inbound / f"loop+{NAME}+2024-01-15 10:00:00 UTC+x").symlink_to("nowhere")
    log = collect()
    assert log.count("Left in the exchange, for it is no submission") == 3
    assert set(os.listdir(course / "submitted")) == {"ada", "eve"}
    assert (
        Assignment(course, NAME).submission("ada").is_staged()
        and Assignment(course, NAME).submission("eve").is_staged()
    )
    assert "Not collected from" in log and "the grades of all" not in "".join(texts(course / "received"))
    assert not list((course / "submitted").glob("*/*.collecting"))
    hand_in("ada", 11, {"scale": SCALE})
    collect()
    assert Assignment(course, NAME).submission("ada").staging_report().received == f"received/ada/{NAME}@2"
    assert "x.std" in "".join(texts(course / "submitted" / "ada"))
    collect()
    assert len(list((course / "received" / "ada").iterdir())) == 2


@pytest.mark.parametrize("text", ["{file}", "2024-01-15 10:00:00 {file}", "2024-01-15 99:00:00 +99:99", "\0\xff"])
def test_a_time_of_a_student_opens_no_file_and_stops_nobody(tmp_path, text, monkeypatch):
    from dateutil import tz

    course = make(tmp_path / "course")
    (tmp_path / "zone").write_bytes(b"TZif2")  # the beginning of a file of zones, and no more
    looked = []
    zone_of = tz.gettz
    monkeypatch.setattr(tz, "gettz", lambda name=None: looked.append(name) or zone_of(name))
    config = settings(course)
    config.ExchangeCollect.check_owner = config.Collect.check_owner = False
    inbound = course / "exchange" / "bncourse" / "inbound"
    for hour in (10, 11):  # the second time it is compared with what was collected
        for student in ("ada", "mallory", "zoe"):
            time = f"2024-01-15 {hour}:00:00 UTC"
            place = put(inbound / f"{student}+{NAME}+{time}+x", submission(course, {}))
            (place / "timestamp.txt").write_text(text.format(file=tmp_path / "zone") if student == "mallory" else time)
        (course / "exchange").chmod(0o1777)
        outcome = NbGraderAPI(CourseDirectory(config=config), config=config).collect(NAME)
        assert outcome["success"], outcome
    assert set(os.listdir(course / "submitted")) == {"ada", "mallory", "zoe"}
    assert not [name for name in looked if name and str(tmp_path) in name]


def texts(folder):
    return [path.read_text() for path in folder.rglob("*") if path.is_file()]


def test_a_release_opens_the_exchange_so_that_nobody_can_take_away_what_is_anothers(graded, tmp_path):
    def release(folder, mode=None):
        if mode is not None:
            folder.mkdir()
            folder.chmod(mode)
        config = settings(graded.course)
        config.Exchange.root = str(folder)
        done = NbGraderAPI(CourseDirectory(config=config), config=config).release_assignment(NAME)
        assert done["success"], done["log"]
        return [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "bncourse" / "inbound")]

    for number, mode in enumerate((None, 0o755, 0o777, 0o1777)):
        assert release(tmp_path / str(number), mode) == [0o1777, 0o3733]


def test_a_submission_counts_for_the_account_that_it_belongs_to(tmp_path, monkeypatch):
    course = make(tmp_path / "course")
    config = settings(course)
    inbound = course / "exchange" / "bncourse" / "inbound"
    for student, hour in (("ada", 10), ("Ben", 10), ("ada", 11)):
        time = f"2024-01-15 {hour}:00:00 UTC"
        (put(inbound / f"{student}+{NAME}+{time}+x", submission(course, {})) / "timestamp.txt").write_text(time)
    (course / "exchange").chmod(0o1777)
    owners = {"ada+90-small+2024-01-15 10:00:00 UTC+x": "ada", f"Ben+{NAME}+2024-01-15 10:00:00 UTC+x": "ben"}
    monkeypatch.setattr(hooks, "_owner", lambda path: owners.get(os.path.basename(path), "eve"))
    log = NbGraderAPI(CourseDirectory(config=config), config=config).collect(NAME)["log"]
    assert "it says that it is from ada, and belongs to eve" in log and "c.Collect.check_owner = False" in log
    assert "ada: the submission says that it was handed in at 2024-01-15 10:00 UTC, and was last changed at" in log
    handed_in = {path.parent.parent.name: path.read_text() for path in (course / "received").rglob("timestamp.txt")}
    assert {student: time[11:13] for student, time in handed_in.items()} == {"ada": "10", "Ben": "10"}


def test_a_change_in_a_folder_of_the_submission_is_seen_too(tmp_path, monkeypatch):
    handed_in = put(tmp_path / "hand-in" / "work", {}).parent
    (handed_in / "timestamp.txt").write_text("2024-01-15 10:00:00 UTC")
    then = datetime(2024, 1, 15, 10, tzinfo=UTC).timestamp()
    truly = os.lstat

    def seen(changed):
        """Say what is told where these files alone were changed after the time that the submission names."""

        def look(path):
            about = truly(path)
            kept = {name: getattr(about, name) for name in dir(about) if name.startswith("st_")}
            return SimpleNamespace(**kept | ({} if path in changed else {"st_ctime": then}))

        with monkeypatch.context() as patch:
            patch.setattr(os, "lstat", look)
            return hooks._written_later(str(handed_in))

    assert seen([]) == ""
    assert "was last changed at" in seen([str(handed_in / "work" / f"{NAME}.ipynb")])
