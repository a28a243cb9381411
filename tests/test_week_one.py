"""An instructor's first week after the deadline: grading with a late rule, scores, feedback, and the report."""

import csv
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from types import SimpleNamespace

import pytest
import small_course
from nbgrader.api import Gradebook
from small_course import NAME
from test_doors import CENTRE, COPIED, SCALE, make, put, submission

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.engine import run
from bncourse.grading.engine.grade import grade, not_solved
from bncourse.grading.lms.students import Person, enter
from bncourse.grading.nbgrader import converters
from bncourse.grading.nbgrader.late_policy import LateRule, read_extensions
from bncourse.grading.report.feedback import make_pages
from bncourse.grading.report.page import page
from bncourse.grading.report.report import report_of
from bncourse.grading.report.results import NOTHING, StudentResult, results
from bncourse.grading.report.scores import not_graded, table
from bncourse.grading.report.similarity import Fact
from bncourse.grading.submission.store import stage_assignment
from bncourse.trouble import Trouble

DUE = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
RULE = """
c.AssignLatePenalties.plugin_class = "bncourse.grading.nbgrader.late_policy.LateRule"
c.LateRule.grace_hours = 1
c.LateRule.percent_a_day = 10
c.LateRule.most_percent = 50
c.LateRule.extensions = str(here / "extensions.csv")
"""
CLASS = [
    Person("ada", "Ada", "Lovelace", "ada@example.org", "12345"),
    Person("grace", "Grace", "Hopper", "grace@example.org", "333"),
    Person("emmy", "Emmy", "Noether", "emmy@example.org", "444"),
    Person("sofia", "Sofia", "Kovalevskaya", "sofia@example.org", "555"),
    Person("mary", "Mary", "Somerville", "mary@example.org", "666"),
]
MARKUP = "<svg onload=alert(1)>"


def hand_in(course, student, answers, late=None):
    place = put(course / "submitted" / student / NAME, submission(course, answers))
    if late is not None:
        (place / "timestamp.txt").write_text(f"{(DUE + late):%Y-%m-%d %H:%M:%S} UTC")
    return place


@pytest.fixture(scope="module")
def klass(tmp_path_factory):
    """Give a course that was graded, with a late rule; sofia's submission is graded by nbgrader's own command."""
    course = make(tmp_path_factory.mktemp("week") / "course")
    with open(course / "nbgrader_config.py", "a") as config:
        config.write(RULE)
    (course / "extensions.csv").write_text(
        f"student;assignment;days;hours\nemmy;90;1;0,5\nnobody;{NAME};1;\nmary;4;1;\n"
    )
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate=str(DUE))
    enter(course, CLASS)
    right = {"centre": CENTRE, "scale": SCALE}
    hand_in(course, "ada", right, timedelta(days=1, hours=2))
    hand_in(course, "grace", {"centre": CENTRE, "scale": COPIED}, timedelta(minutes=59))
    hand_in(course, "emmy", right, timedelta(days=1, hours=2))
    hand_in(course, "sofia", right, timedelta(days=1, hours=2))
    put(course / "submitted" / "broken" / NAME, "{")
    done = grade(Assignment(course, NAME), ["ada", "grace", "emmy", "broken"], workers=1)
    log = converters.autograde(Assignment(course, NAME), "sofia")
    return SimpleNamespace(course=course, done=done, log=log)


def by_id(klass):
    return {each.person.id: each for each in results(Assignment(klass.course, NAME))}


# the late rule


@pytest.mark.parametrize(
    ("late", "percent"),
    [
        (timedelta(0), 0),
        (timedelta(hours=1), 0),
        (timedelta(hours=1, seconds=1), 10),
        (timedelta(days=1), 10),
        (timedelta(days=1, seconds=1), 20),
        (timedelta(days=4, hours=23), 50),
        (timedelta(days=300), 50),
    ],
)
def test_each_day_that_was_begun_counts_after_the_grace_and_up_to_a_limit(late, percent):
    rule = LateRule(grace_hours=1, percent_a_day=10, most_percent=50)
    assert rule.percent(late.total_seconds()) == percent
    assert rule.late_submission_penalty("ada", 8.0, late.total_seconds()) == (8 * percent / 100 or None)


def test_without_settings_the_rule_takes_nothing():
    assert LateRule().late_submission_penalty("ada", 8.0, 1e9) is None


def test_both_ways_of_grading_apply_the_same_rule(klass):
    there = by_id(klass)
    assert there["ada"].penalty == there["sofia"].penalty == pytest.approx(0.6)
    assert there["ada"].score == there["sofia"].score == pytest.approx(2.4)
    assert there["grace"].penalty == 0  # within the grace
    assert there["emmy"].penalty == pytest.approx(0.3)  # her extension leaves 1.5 hours, the first day


def test_a_later_due_date_or_an_extension_counts_at_the_next_run(klass):
    with Gradebook(f"sqlite:///{klass.course / 'gradebook.db'}") as gradebook:
        gradebook.find_submission(NAME, "ada").extension = timedelta(days=1)
        gradebook.db.commit()
    done = grade(Assignment(klass.course, NAME), ["ada"])
    assert done.unchanged == ["ada"] and done.penalties == {"ada": (pytest.approx(0.6), pytest.approx(0.3))}
    assert by_id(klass)["ada"].penalty == pytest.approx(0.3)
    with Gradebook(f"sqlite:///{klass.course / 'gradebook.db'}") as gradebook:
        gradebook.find_submission(NAME, "ada").extension = None
        gradebook.db.commit()
    grade(Assignment(klass.course, NAME), ["ada"])
    assert by_id(klass)["ada"].penalty == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("who,days\nada,1\n", "needs the columns student"),
        ("student,days\nada,soon\n", "row 2: 'soon' is no number"),
        ("student,days\nada,-1\n", "from 0 on"),
    ],
)
def test_a_table_of_extensions_that_cannot_be_right_stops_before_grading(tmp_path, content, says):
    (tmp_path / "e.csv").write_text(content)
    with pytest.raises(Trouble, match=says):
        LateRule(extensions=str(tmp_path / "e.csv"))


def test_a_line_of_the_table_that_means_nobody_or_nothing_is_told(klass):
    assert klass.done.warnings == [
        "extensions.csv: nobody on the class list is called 'nobody'; that line has no effect.",
        "extensions.csv: no assignment is called '4'; that line has no effect.",
        "No time of submission is known, or it cannot be read, so no penalty was taken: broken.",
    ]


def test_an_extension_without_an_assignment_is_for_all(tmp_path):
    (tmp_path / "e.csv").write_text("student,hours\nada,2\n")
    assert read_extensions(tmp_path / "e.csv") == {("ada", ""): 7200.0}


# a gradebook that does not know the notebook


@pytest.fixture
def handed_out(tmp_path):
    """Give a course whose release was handed out, as a clone has it, and came back; there is no gradebook."""
    course = small_course.write(tmp_path / "course")
    converters.generate_assignment(Assignment(course, NAME), record=False)
    hand_in(course, "ada", {"centre": CENTRE, "scale": SCALE})
    return course


def test_grading_notes_the_notebook_in_the_gradebook(handed_out):
    before = (handed_out / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes()
    assert grade(Assignment(handed_out, NAME), workers=1).scores == {"ada": 3}
    assert (handed_out / "notebooks" / NAME / f"{NAME}.ipynb").read_bytes() == before
    assert not list(handed_out.glob(".release-*"))


def test_a_source_that_is_not_the_one_that_was_handed_out_is_not_noted(handed_out):
    source = handed_out / "solutions" / NAME / f"{NAME}.ipynb"
    source.write_text(source.read_text().replace('"points": 2', '"points": 5'))
    for says in ("its source has changed", "without its source"):
        with pytest.raises(Trouble, match=says):
            grade(Assignment(handed_out, NAME), workers=1)
        assert not (handed_out / "autograded").exists()
        source.unlink(missing_ok=True)


# what came again


def times_in(course):
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        return gradebook.find_submission(NAME, "ada").timestamp


def test_another_time_of_submission_is_entered_and_runs_nothing_again(handed_out):
    grade(Assignment(handed_out, NAME), workers=1)
    klass = SimpleNamespace(course=handed_out)
    stamp = handed_out / "submitted" / "ada" / NAME / "timestamp.txt"
    stamp.write_text("2026-03-01 12:00:00 UTC")
    stage_assignment(Assignment(handed_out, NAME))
    assert "its time of submission is not in the gradebook yet" in by_id(klass)["ada"].why
    assert grade(Assignment(handed_out, NAME), workers=1).unchanged == ["ada"]
    assert times_in(handed_out) == datetime(2026, 3, 1, 12) and by_id(klass)["ada"].score == 3
    stamp.write_text("2999-03-01 12:00:00 UTC")  # which is dropped, and the grade stands
    stage_assignment(Assignment(handed_out, NAME))
    assert by_id(klass)["ada"].score == 3 and grade(Assignment(handed_out, NAME), workers=1).unchanged == ["ada"]
    assert by_id(klass)["ada"].score == 3 and times_in(handed_out) == datetime(2026, 3, 1, 12)


def test_a_forced_run_that_was_stopped_is_gone_on_with(handed_out, monkeypatch):
    grade(Assignment(handed_out, NAME), workers=1)
    with monkeypatch.context() as stopped:
        stopped.setattr(run, "judged", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            grade(Assignment(handed_out, NAME), workers=1, force=True)
    done = grade(Assignment(handed_out, NAME), workers=1)
    assert done.scores == {"ada": 3} and not done.unchanged


def test_which_of_several_notebooks_counts_and_that_nothing_was_begun_stand_in_the_report(handed_out):
    place = hand_in(handed_out, "emmy", {})
    (place / f"{NAME}-final.ipynb").write_text(json.dumps(submission(handed_out, {"centre": CENTRE})))
    hand_in(handed_out, "sofia", {})
    put(handed_out / "submitted" / "mary" / NAME, "{")
    done = grade(Assignment(handed_out, NAME), workers=1)
    there = by_id(SimpleNamespace(course=handed_out))
    assert there["emmy"].note == f"2 notebooks were handed in; {NAME}-final.ipynb is the notebook that counts"
    assert (there["sofia"].score, there["sofia"].note) == (0, "no answer was begun")
    assert list(done.rejected) == ["mary"] and there["mary"].score is None and not there["mary"].note


# the scores


def test_who_has_no_score_is_told_why_and_has_not_0(klass):
    there = by_id(klass)
    assert there["mary"].score is None and there["mary"].why == NOTHING
    assert there["broken"].score is None and "could not be read" in there["broken"].why
    assert there["grace"].score == 1 and not there["grace"].why
    told = {row[0]: row[-1] for row in not_graded({NAME: list(there.values())}).rows}
    assert set(told) == {"mary", "broken"}


def test_a_submission_that_waits_and_one_that_came_later_are_told(klass):
    place = hand_in(klass.course, "newcomer", {})
    graded = klass.course / "autograded" / "grace" / NAME / f"{NAME}.ipynb"
    os.utime(graded, (1, 1))
    there = by_id(klass)
    assert there["newcomer"].score is None and there["newcomer"].why == "handed in, not graded yet"
    assert there["grace"].score is None
    assert there["grace"].why == "the newest submission is not graded yet; the grade before it was 1"
    os.utime(graded)
    for path in [*place.iterdir(), place, place.parent]:
        path.rmdir() if path.is_dir() else path.unlink()


def test_a_submission_whose_grading_failed_is_told_until_it_is_graded(klass):
    kept = klass.course / "graded" / "grace" / f"{NAME}.json"
    before = kept.read_text()
    kept.write_text(json.dumps(json.loads(before) | {"not_graded": "its worker was lost three times"}))
    try:
        assert by_id(klass)["grace"].why.startswith("the newest submission is not graded: its worker was lost")
        os.utime(kept, (1, 1))
        assert by_id(klass)["grace"].score == 1
    finally:
        kept.write_text(before)


def test_canvas_gets_its_columns_and_the_points_that_are_possible(klass):
    sheet = table({NAME: results(Assignment(klass.course, NAME))}, "canvas")
    assert sheet.header == ["Student", "ID", "SIS Login ID", "Section", NAME]
    assert sheet.rows[0] == ["Points Possible", "", "", "", "3"]
    rows = {row[2]: row for row in sheet.rows[1:]}
    assert rows["ada"] == ["Lovelace, Ada", "12345", "ada", "", "2.4"] and rows["mary"][-1] == ""


def test_moodle_gradescope_and_a_spreadsheet_get_theirs(klass):
    found = {NAME: results(Assignment(klass.course, NAME))}
    moodle = table(found, "moodle")
    assert moodle.header[-1] == f"Assignment: {NAME} (Real)"
    assert ["Grace", "Hopper", "grace", "grace@example.org", "1"] in moodle.rows
    scope = table(found, "gradescope")
    assert scope.header[4:] == [NAME, f"{NAME} - Max Points", f"{NAME} - Submission Time", f"{NAME} - Lateness (H:M:S)"]
    [ada] = [row[4:] for row in scope.rows if row[2] == "ada"]
    assert ada == ["2.4", "3", "2026-03-03 01:00:00 +0000", "26:00:00"]
    plain = {row[0]: row for row in table(found, "csv").rows}
    assert plain["ada"][5:] == ["2.4", "3", "0.6", ""] and plain["mary"][5:] == ["", "3", "", NOTHING]


@pytest.fixture
def here(klass, monkeypatch):
    """Stand in the course."""
    monkeypatch.chdir(klass.course)
    return klass.course


def rows_of(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_scores_go_into_a_copy_of_canvas_gradebook_and_leave_the_rest(here, tmp_path, capsys):
    exported = tmp_path / "canvas.csv"
    exported.write_text(
        f'Student,ID,SIS User ID,SIS Login ID,Section,Other (1),"{NAME} (77)",Final Score\n'
        "    Points Possible,,,,,9,3.0,(read only)\n"
        '"Lovelace, Ada",12345,u1,alovelace,S,5,,1\n"Somerville, Mary",666,u2,msom,S,5,2,1\n'
        '"Hopper, Grace",,u3,grace,S,,,\n"Stranger, A",9,u4,x,S,7,1,1\n',
        encoding="utf-8-sig",
    )
    before, output = exported.read_bytes(), tmp_path / "import.csv"
    line = ["scores", "90", "--format", "canvas", "--into", str(exported), "-o", str(output)]
    assert main(line) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "2 with a score are not in" in said and "emmy (Emmy Noether), sofia (Sofia Kovalevskaya)" in said
    assert "2 of 4 scores of 1 assignment are in" in said and "import-not-graded.csv" in said
    rows = rows_of(output)
    assert rows[0] == rows_of(exported)[0] and output.read_bytes().startswith(b"\xef\xbb\xbf")
    assert [row[6] for row in rows[1:]] == ["3.0", "2.4", "2", "1", "1"]  # of mary, who has no score, it stays
    assert [row[5] for row in rows] == [row[5] for row in rows_of(exported)]
    assert exported.read_bytes() == before
    assert main(line) == 1 and "is there already" in capsys.readouterr().err


def test_scores_go_into_moodles_worksheet_by_the_number_that_came_with_the_submission(here, tmp_path, capsys):
    notes = {"ada": {"moodle": {"prefix": "Ada Lovelace_71_assignsubmission_file_/", "number": "71", "late": False}}}
    (here / "collected").mkdir(exist_ok=True)
    (here / "collected" / f"{NAME}.json").write_text(json.dumps(notes))
    sheet = tmp_path / "worksheet.csv"
    sheet.write_text(
        "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed\n"
        "Participant 71,A. Lovelace,-,Submitted,,3.00,Yes\nParticipant 72,Grace Hopper,-,Submitted,,3.00,Yes\n"
    )
    assert main(["scores", "90", "--format", "moodle", "--into", str(sheet), "-o", str(tmp_path / "o.csv")]) == 0
    assert [row[4] for row in rows_of(tmp_path / "o.csv")] == ["Grade", "2.4", "1"]
    sheet.write_text(sheet.read_text().replace("3.00", "100.00"))
    line = ["scores", "90", "--format", "moodle", "--into", str(sheet), "-o", str(tmp_path / "o2.csv")]
    assert main(line) == 1 and "3 points here and 100 there" in capsys.readouterr().err
    assert not (tmp_path / "o2.csv").exists()
    assert main([*line, "--scale"]) == 0
    assert [row[4] for row in rows_of(tmp_path / "o2.csv")] == ["Grade", "80", "33.3333"]


def test_a_column_that_cannot_be_found_is_asked_for(here, tmp_path, capsys):
    exported = tmp_path / "c.csv"
    exported.write_text("Student,ID,Section,Homework 90 a,Homework 90 b\nX,12345,S,,\n")
    line = ["scores", "90", "--format", "canvas", "--into", str(exported), "-o", str(tmp_path / "o.csv")]
    assert main(line) == 1
    assert "2 columns that could be" in capsys.readouterr().err
    assert main([*line, "--column", "Homework 90 b"]) == 0
    assert rows_of(tmp_path / "o.csv")[1] == ["X", "12345", "S", "", "2.4"]


def test_a_gradebook_of_another_class_gets_nothing_and_the_exit_code_says_so(here, tmp_path, capsys):
    exported = tmp_path / "c.csv"
    exported.write_text(f'Student,ID,SIS Login ID,Section,{NAME}\n"Stranger, A",9,x,S,\n')
    line = ["scores", "90", "--format", "canvas", "--into", str(exported), "-o", str(tmp_path / "o.csv")]
    assert main(line) == 1
    assert "no score was put into" in capsys.readouterr().err and not (tmp_path / "o.csv").exists()


# feedback


def test_feedback_is_written_for_all_and_packed_for_canvas(here, tmp_path, capsys):
    notes = {"ada": {"canvas": {"prefix": "lovelaceada_12345_678_", "number": "12345", "late": False}}}
    (here / "collected").mkdir(exist_ok=True)
    (here / "collected" / f"{NAME}.json").write_text(json.dumps(notes))
    stale = here / "feedback" / "ada" / NAME / "stale.csv"
    stale.parent.mkdir(parents=True, exist_ok=True)
    stale.write_text("x")
    assert main(["feedback", "90", "--zip", str(tmp_path / "f.zip"), "--for", "canvas"]) == 1  # not all can be packed
    said = capsys.readouterr().out
    assert "not in the zip" in said and "broken, emmy, grace, sofia" in said
    assert "5 pages are in feedback/STUDENT" in said and "1 of them in" in said
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert archive.namelist() == [f"lovelaceada_12345_678_{NAME}.html"]
        assert b"How your file was read" not in archive.read(archive.namelist()[0])
    assert not stale.exists() and not list((here / "feedback").glob(".making-*"))
    assert main(["feedback", "90", "--for", "moodle"]) == 1 and "name it: --zip" in capsys.readouterr().err
    assert main(["feedback", "90", "--zip", str(tmp_path / "m.zip"), "--for", "moodle"]) == 1
    assert "No zip was written" in capsys.readouterr().err and not (tmp_path / "m.zip").exists()


@pytest.mark.nightly
def test_a_zip_of_feedback_is_for_the_system_that_was_collected_from(here, tmp_path, capsys):
    ways = {"moodle": {"prefix": "Ada Lovelace_71_assignsubmission_file_/", "number": "71", "late": False}}
    notes = {"ada": ways, "emmy": {"folder": {"prefix": "emmy/", "number": "", "late": False}}}
    (here / "collected" / f"{NAME}.json").write_text(json.dumps(notes))
    assert main(["feedback", "90", "--zip", str(tmp_path / "f.zip")]) == 1
    assert "not collected from moodle: broken, emmy, grace, sofia" in " ".join(capsys.readouterr().out.split())
    with zipfile.ZipFile(tmp_path / "f.zip") as archive:
        assert archive.namelist() == [f"Ada Lovelace_71_assignsubmission_file_/{NAME}.html"]
    notes["emmy"]["canvas"] = {"prefix": "emmy_1_2_", "number": "1", "late": False}
    (here / "collected" / f"{NAME}.json").write_text(json.dumps(notes))
    assert main(["feedback", "90", "--zip", str(tmp_path / "g.zip")]) == 1
    assert "name one of them with --for" in capsys.readouterr().err and not (tmp_path / "g.zip").exists()


def test_a_page_that_cannot_be_made_is_told_and_stays_as_it_was(klass):
    notebook = klass.course / "autograded" / "grace" / NAME / f"{NAME}.ipynb"
    whole = notebook.read_text()
    page = klass.course / "feedback" / "grace" / NAME / f"{NAME}.html"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_bytes(before := b"an earlier page")
    notebook.chmod(0o644)
    notebook.write_text("{")
    try:
        pages = make_pages(Assignment(klass.course, NAME))
    finally:
        notebook.write_text(whole)
    assert set(pages.failed) == {"grace"} and pages.failed["grace"] and "ada" in pages.made
    assert page.read_bytes() == before


KILLED = """
import os, signal, sys
from bncourse.grading.assignment import Assignment
from bncourse.grading.report import feedback
move = feedback._move
def once(source, place):
    move(source, place)
    os.kill(os.getpid(), signal.SIGKILL)
feedback._move = once
feedback.make_pages(Assignment(sys.argv[1], sys.argv[2]))
"""


@pytest.mark.skipif(os.name == "nt", reason="kill -9 is of Linux and macOS")
def test_a_run_that_is_killed_leaves_whole_pages_alone(klass):
    shutil.rmtree(klass.course / "feedback", ignore_errors=True)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(klass.course), NAME], capture_output=True)
    assert ended.returncode == -9, ended.stderr.decode()
    there = list((klass.course / "feedback").glob(f"[!.]*/{NAME}/{NAME}.html"))
    assert len(there) == 1 and there[0].read_text().rstrip().endswith("</html>")
    assert len(make_pages(Assignment(klass.course, NAME)).made) == 5
    assert not list((klass.course / "feedback").glob(".making-*"))


# grading one exercise again


def test_one_exercise_is_graded_again_for_those_who_have_not_solved_it(klass, monkeypatch):
    kept = klass.course / "graded" / "ada" / f"{NAME}.json"
    before = kept.read_text()
    solved = {"scale-check": {"exercise": "scale", "outcome": "correct", "score": 2.0, "wrong_ideas": []}}
    kept.write_text(json.dumps(json.loads(before) | {"outcomes": solved}))
    try:
        assert not_solved(Assignment(klass.course, NAME), "scale", ["ada", "grace"]) == ["grace"]
        assert not_solved(Assignment(klass.course, NAME), "centre", ["ada", "grace"]) == ["ada"]
        monkeypatch.chdir(klass.course)
        assert main(["grade", "90", "--students", "ada", "--exercise", "scale"]) == 0
    finally:
        kept.write_text(before)
    with pytest.raises(Trouble, match="it has centre, scale"):
        not_solved(Assignment(klass.course, NAME), "sclae", ["ada"])


# the report


def outcome(exercise, said, score=0.0, *ideas):
    return {"exercise": exercise, "outcome": said, "score": score, "wrong_ideas": list(ideas)}


def a_class():
    """Give what four students have for notebook 04, one of them with a name that is markup."""
    wrong = {
        "n": outcome("normalize", "not yet", 0.0, "divides by the variance"),
        "b": outcome("batch_norm", "not yet", 1.0, "an idea of another version"),
    }
    unsure = wrong | {"b": outcome("batch_norm", "not started")}
    right = {"n": outcome("normalize", "correct", 2.0), "b": outcome("batch_norm", "stopped")}
    return [
        StudentResult(Person("ada", "Ada", "Lovelace"), 2.5, 9, outcomes=right, level=3, seconds=1.0, penalty=0.5),
        StudentResult(Person("grace"), 1.0, 9, outcomes=wrong, level=3, seconds=3.0, events=("the kernel was lost",)),
        StudentResult(Person(MARKUP), 1.0, 9, outcomes=unsure, level=2, seconds=2.0),
        StudentResult(Person("mary"), None, 9, why=NOTHING, outcomes={}),
    ]


def test_the_report_counts_ideas_and_states_by_name():
    made = report_of("04-normalize-scale-shift", a_class())
    first = made.ideas[0]
    assert (first.name, first.code, first.students) == ("divides by the variance", "F1", ("grace", MARKUP))
    assert "square root" in first.says and made.ideas[1].says == ""
    assert {state: len(who) for state, who in made.states["batch_norm"].items()} == {
        "solved": 0, "in part": 1, "not yet": 0, "stopped": 1, "not started": 1,
        "not checked": 0, "not known": 0, "not graded": 1,
    }  # fmt: skip
    assert made.median == 1.0 and made.levels == {3: 2, 2: 1} and len(made.graded) == 3


class Seen(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.open, self.headings = set(), [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "action")]
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_stands_alone_and_shows_a_name_as_text():
    facts = [Fact("same answer", ("grace", MARKUP), "normalize", "2 answers are the same but for names.")]
    text = page(report_of("04-normalize-scale-shift", a_class(), facts))
    seen = Seen(text)
    assert not seen.open and not seen.links and not seen.tags & {"script", "svg", "img", "link", "iframe"}
    assert seen.headings[0] == "h1" and set(seen.headings[1:]) == {"h2"} and "caption" in seen.tags
    assert text.count("&lt;svg onload=alert(1)&gt;") >= 3 and "prefers-color-scheme: dark" in text
    said = " ".join(text.split())
    assert "late: 0.5 taken" in said and "no verdicts" in said and "the kernel was lost" in said
    assert f"NOT GRADED: {NOTHING}" in said and "not graded</td>" in said


def test_the_page_of_a_class_without_anybody_graded_is_whole():
    text = page(report_of("04-normalize-scale-shift", a_class()[-1:]))
    assert not Seen(text).open and "No check named a wrong idea" in text and "Nothing was found" in text


def test_the_command_shows_the_class_and_writes_the_page(here, tmp_path, capsys):
    assert main(["report", "90", "--output", str(tmp_path / "r.html")]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "NOT GRADED: nothing was handed in" in said and "late: 0.6 taken" in said
    assert "4 graded, median 2.4 of 3, 2 not graded" in said and said.endswith("r.html.")
    assert "behind walls of level" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert main(["report", "90", "--output", str(tmp_path / "r.html")]) == 1
    assert "is there already" in capsys.readouterr().err


def test_reading_the_class_changes_no_grade(klass):
    def grades():
        with sqlite3.connect(klass.course / "gradebook.db") as database:
            return database.execute("SELECT id, auto_score, manual_score FROM grade ORDER BY id").fetchall()

    before = grades()
    by_id(klass)
    table({NAME: results(Assignment(klass.course, NAME))}, "csv")
    assert grades() == before and before
