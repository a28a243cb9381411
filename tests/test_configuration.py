"""One configuration: ``bncourse`` reads what nbgrader reads, and the course's settings count on either command line."""

import os
import subprocess
import sys

import pytest
import small_course
from nbgrader.api import Gradebook
from small_course import NAME
from test_doors import CENTRE, SCALE, make, put, submission

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.course import name_settings, settings
from bncourse.grading.engine.grade import grade
from bncourse.grading.gradebook.writer import Record
from bncourse.grading.nbgrader import converters
from bncourse.grading.nbgrader.configuration import limits_of, lowest_level
from bncourse.trouble import Trouble

STUCK = "import time\nwaited = time.sleep(3)\nscale = (waited, lambda x: x / x.std(axis=0))[1]"  # needs what takes long


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Give a course that one stands in, without settings of the person who runs the tests."""
    for variable in ("JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH"):
        monkeypatch.setenv(variable, str(tmp_path / "jupyter"))
    (tmp_path / "jupyter").mkdir()
    folder = small_course.write(tmp_path / "course")
    monkeypatch.chdir(folder)
    yield folder
    name_settings({})


def configure(folder, text):
    with open(folder / "nbgrader_config.py", "a") as config:
        config.write(f"\nc = get_config()\n{text}\n")


def test_jupyters_folders_the_folder_one_stands_in_and_the_course_are_read_in_this_order(course, tmp_path, monkeypatch):
    configure(tmp_path / "jupyter", "c.CourseDirectory.db_url = 'sqlite:///hub.db'\nc.LateRule.most_percent = 7")
    assert settings(course).CourseDirectory.db_url == "sqlite:///hub.db"
    assert settings(course).LateRule.most_percent == 100.0  # which the course names itself
    (course / "here").mkdir()
    configure(course / "here", "c.CourseDirectory.db_url = 'sqlite:///here.db'\nc.CourseDirectory.root = '/elsewhere'")
    monkeypatch.chdir(course / "here")
    assert settings(course).CourseDirectory.db_url == "sqlite:///here.db"
    assert settings(course).CourseDirectory.root == str(course)
    assert settings(course, assignment_id="x").CourseDirectory.assignment_id == "x"


@pytest.mark.parametrize("place", ["submitted/mallory/90-small", "received/mallory", "exchange", "../elsewhere"])
def test_settings_among_what_students_handed_in_or_outside_of_the_course_are_not_run(course, monkeypatch, place):
    (course / place).mkdir(parents=True)
    configure(course / place, "raise SystemExit('this is the program of somebody else')")
    monkeypatch.chdir(course / place)
    assert settings(course).CourseDirectory.course_id == "bncourse"


def test_a_file_of_settings_in_json_counts_as_for_nbgrader(course, tmp_path):
    (tmp_path / "jupyter" / "nbgrader_config.json").write_text('{"CourseDirectory": {"db_url": "sqlite:///json.db"}}')
    assert settings(course).CourseDirectory.db_url == "sqlite:///json.db"


def test_a_broken_file_of_settings_is_told(course, tmp_path):
    configure(tmp_path / "jupyter", "1 / 0")
    with pytest.raises(Trouble, match="cannot be read: ZeroDivisionError"):
        settings(course)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("c.Submissions.cel = 5", "no option 'cel'. Did you mean cell?"),
        ("c.LateRule.percent = 5", "no option 'percent'. Did you mean"),
        ("c.Judge.lowest = 5", "no option 'lowest'. Did you mean lowest_level?"),
        ("c.Submissions.cell = 'soon'", "c.Submissions: "),
        ("c.Submissions.processes = 0", "c.Submissions: "),
    ],
)
def test_a_setting_that_there_is_not_is_refused_and_a_near_one_is_named(course, line, says):
    configure(course, line)
    with pytest.raises(Trouble, match=says), Record(course):
        limits_of(course)


@pytest.mark.parametrize("level", ["4", "-1", "'safe'"])
def test_a_level_of_walls_that_there_is_not_is_refused(course, level):
    configure(course, f"c.Judge.lowest_level = {level}")
    with pytest.raises(Trouble, match="a level from 0 to 3"):
        lowest_level(course)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--Submisions.cell=1"], "no settings of Submisions. Did you mean --Submissions?"),
        (["--Submissions.cel=1"], "Submissions has no option 'cel'. Did you mean cell?"),
        (["--CourseDirectory.db_ur=x"], "Did you mean db_url?"),
        (["--Submissions.cell"], "needs a value"),
        (["--config=/no/such/file.py"], "no file /no/such/file.py"),
    ],
)
def test_a_setting_on_the_command_line_that_there_is_not_is_refused(course, capsys, arguments, says):
    assert main(["grade", "90", *arguments]) in (1, 2)
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("form", [["--Submissions.cell=1.5"], ["--Submissions.cell", "1.5"]])
def test_the_command_line_counts_before_all_files(course, form):
    from bncourse.grading.nbgrader.configuration import taken

    assert taken(["90", *form, "--Judge.lowest_level=3", "--force"]) == ["90", "--force"]
    assert limits_of(course).cell == 1.5 and limits_of(course).notebook == 600 and lowest_level(course) == 3


def test_a_file_named_on_the_command_line_is_read(course, tmp_path):
    from bncourse.grading.nbgrader.configuration import taken

    (tmp_path / "more.py").write_text("c = get_config()\nc.CourseDirectory.db_url = 'sqlite:///named.db'\n")
    assert taken(["--config", str(tmp_path / "more.py")]) == []
    assert settings(course).CourseDirectory.db_url == "sqlite:///named.db"


def test_all_settings_are_shown(course, capsys):
    with pytest.raises(SystemExit) as end:
        main(["grade", "--help-all"])
    said = capsys.readouterr().out
    assert end.value.code == 0
    for option in ("Submissions.cell", "Judge.lowest_level", "LateRule.timezone", "CourseDirectory.db_url"):
        assert f"--{option}=" in said


def test_grades_land_in_the_gradebook_that_the_hub_names(tmp_path, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    (tmp_path / "jupyter").mkdir()
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    configure(tmp_path / "jupyter", f"c.CourseDirectory.db_url = {url!r}")
    course = make(tmp_path / "course")
    put(course / "submitted" / "ada" / NAME, submission(course, {"centre": CENTRE, "scale": SCALE}))
    assert grade(Assignment(course, NAME), workers=1).scores == {"ada": 3}
    with Gradebook(url) as gradebook:
        assert gradebook.find_submission(NAME, "ada").score == 3
    assert not (course / "gradebook.db").exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the walls are those of Linux")
@pytest.mark.parametrize("command", ["bncourse", "nbgrader"])
def test_either_command_line_sets_the_same_limits(tmp_path, monkeypatch, command):
    course = make(tmp_path / "course")
    put(course / "submitted" / "ada" / NAME, submission(course, {"centre": CENTRE, "scale": STUCK}))
    monkeypatch.chdir(course)
    if command == "bncourse":
        assert main(["grade", "90", "--Submissions.cell=1"]) == 0
        name_settings({})
    else:
        line = [sys.executable, "-m", "nbgrader", "autograde", NAME, "--Submissions.cell=1"]
        ended = subprocess.run(line, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission(NAME, "ada").score == 1  # the cell that takes three seconds was stopped
    configure(course, "c.Submissions.cel = 1")
    with pytest.raises(converters.Refused) as refused:
        converters.autograde(Assignment(course, NAME), "ada")
    assert "Did you mean cell?" in refused.value.log
