"""The right time: zones, days on the clock, what is late and not known, and fresh penalties where a score leaves."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import small_course
from nbgrader.api import Gradebook
from sampled import one_in
from small_course import NAME
from test_doors import CENTRE, SCALE, put, submission

from bncourse.cli import main
from bncourse.grading.assignment import Assignment
from bncourse.grading.engine.grade import grade
from bncourse.grading.lms.collecting import collect
from bncourse.grading.lms.students import Person, enter
from bncourse.grading.nbgrader import converters
from bncourse.grading.nbgrader.late_policy import LateRule
from bncourse.grading.report.results import results
from bncourse.trouble import Trouble

BERLIN = ZoneInfo("Europe/Berlin")
RIGHT = {"centre": CENTRE, "scale": SCALE}


def rule(**options):
    return LateRule(percent_a_day=10, timezone="Europe/Berlin", **options)


# days on the clock


@pytest.mark.parametrize(
    ("due", "at", "percent"),
    [
        ("2026-10-24 23:59", "2026-10-25 23:29", 10),  # 24.5 hours over the end of summer time are one day
        ("2026-10-24 23:59", "2026-10-25 23:59", 10),
        ("2026-10-24 23:59", "2026-10-26 00:00", 20),
        ("2026-03-28 23:59", "2026-03-29 23:59", 10),  # 23 hours over its beginning are one day
        ("2026-03-28 23:59", "2026-03-30 00:00", 20),
        ("2026-06-01 23:59", "2026-06-02 23:59", 10),
        ("2026-06-01 23:59", "2026-06-02 00:00", 10),
        ("2026-06-01 23:59", "2026-06-01 23:59", 0),
        ("2026-06-01 23:59", "2026-06-01 12:00", 0),
    ],
)
def test_a_day_ends_at_the_same_time_on_the_clock(due, at, percent):
    due, at = (datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in (due, at))
    assert rule().percent_between(due, at) == rule().percent_between(due.astimezone(UTC), at.astimezone(UTC)) == percent


def test_an_extension_of_a_day_ends_at_the_same_time_on_the_clock():
    due = datetime(2026, 10, 24, 23, 59, tzinfo=BERLIN)
    assert rule().percent_between(due, datetime(2026, 10, 25, 23, 59, tzinfo=BERLIN), granted=86400) == 0
    assert rule().percent_between(due, datetime(2026, 10, 26, 0, 1, tzinfo=BERLIN), granted=86400) == 10


def test_hours_of_grace_are_hours():
    due = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)  # the first of two
    late = rule(grace_hours=1)
    assert late.percent_between(due, datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)) == 0
    assert late.percent_between(due, datetime(2026, 10, 25, 2, 31, tzinfo=BERLIN, fold=1)) == 10


def test_a_zone_that_there_is_not_is_refused_and_a_near_one_is_named():
    with pytest.raises(Trouble, match=r"no zone 'Europe/Berlinn'. Did you mean 'Europe/Berlin'"):
        LateRule(timezone="Europe/Berlinn")


def test_the_four_lines_of_the_docs_need_no_table(tmp_path):
    late = LateRule(percent_a_day=10.0, grace_hours=1.0, most_percent=50.0, extensions=str(tmp_path / "extensions.csv"))
    assert late.late_submission_penalty("ada", 8.0, 7200) == pytest.approx(0.8)
    assert late.idle_extensions(["ada"], [NAME]) == [
        f"extensions.csv is not there ({tmp_path / 'extensions.csv'}), so nobody has an extension from it."
    ]


def test_an_extension_finds_its_student_in_capitals_and_says_where_zeros_were_lost(tmp_path):
    (tmp_path / "e.csv").write_text("student,days\nADA,1\n12006,1\n")
    late = LateRule(extensions=str(tmp_path / "e.csv"))
    assert late.extension("ada") == 86400
    [said] = late.idle_extensions(["ada", "0012006"], [NAME])
    assert "'12006'" in said and "take the zeros of 0012006" in said


# a class


@pytest.fixture(scope="module")
def klass(tmp_path_factory):
    """Give a course with a due date and a late rule, and five submissions, graded."""
    course = small_course.write(tmp_path_factory.mktemp("late") / "course", small_course.with_written_answer())
    converters.generate_assignment(Assignment(course, NAME))
    with open(course / "nbgrader_config.py", "a") as config:
        config.write("\nc.LateRule.percent_a_day = 10\nc.LateRule.timezone = 'Europe/Berlin'\n")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-10-24 23:59 Europe/Berlin")
    people = [
        Person(id, id.title(), "Lovelace", f"{id}@x.org", str(number)) for number, id in enumerate(CLASS, start=1)
    ]
    enter(course, [*people, Person("Marie.C2", "Marie", "Curie")])
    for student in ("ada", "mary", "late", "gone", "marie.c2"):
        place = put(course / "submitted" / student / NAME, submission(course, RIGHT))
        if student in ("ada", "mary"):
            (place / "timestamp.txt").write_text("2026-10-25 22:29:00 UTC")
    marks = {"late": {"canvas": {"prefix": "x", "number": "3", "late": True}}}
    marks |= {"emmy": {"canvas": {"typed": "lovelaceemmy_5_text.html"}}}
    marks |= {"ada": {"canvas": {"typed": "lovelaceada_1_text.html"}}}
    (course / "collected").mkdir()
    (course / "collected" / f"{NAME}.json").write_text(json.dumps(marks))
    return SimpleNamespace(course=course, done=grade(Assignment(course, NAME), workers=1))


CLASS = ("ada", "mary", "late", "gone", "emmy", "nobody")


def by_id(klass):
    return {each.person.id: each for each in results(Assignment(klass.course, NAME))}


def gradebook(klass):
    return Gradebook(f"sqlite:///{klass.course / 'gradebook.db'}")


def test_a_run_shows_the_due_date_with_its_zone_and_names_beside_ids(klass, capsys):
    from bncourse.grading.engine import progress

    assert klass.done.due == "2026-10-24 23:59 CEST (Europe/Berlin)"
    progress.show(klass.done)
    said = " ".join(capsys.readouterr().out.split())
    assert "2026-10-24 23:59 CEST (Europe/Berlin)" in said and "nobody (Nobody Lovelace)" in said


def test_the_report_shows_the_due_date_with_its_zone(klass, capsys, monkeypatch):
    monkeypatch.chdir(klass.course)
    assert main(["report", "90"]) == 0
    assert "Due: 2026-10-24 23:59 CEST (Europe/Berlin)" in capsys.readouterr().out


def test_the_rule_counts_the_day_of_the_zone(klass):
    assert by_id(klass)["ada"].penalty == pytest.approx(0.3)  # 24.5 hours late, one day


def test_a_mark_of_canvas_is_kept_and_said_where_no_time_is_known(klass):
    assert any("Canvas marks as late" in line and "late (Late Lovelace)" in line for line in klass.done.warnings)
    assert "Canvas marks it as late, and its time is not known" in by_id(klass)["late"].note


def test_of_whom_no_time_is_known_is_said_whatever_the_door(klass, tmp_path):
    [said] = [line for line in klass.done.warnings if line.startswith("No time of submission is known")]
    assert "gone (Gone Lovelace), marie.c2 (Marie Curie)" in said and "late" not in said and "ada" not in said
    log = converters.autograde(Assignment(klass.course, NAME), "gone")
    assert "No time of submission is known of gone" in log


@pytest.mark.parametrize("stamp", one_in(3, ["soon", "2031-01-01 00:00:00 UTC", None]))
def test_a_time_that_nobody_can_read_is_said_in_the_run(tmp_path, stamp):
    course = small_course.write(tmp_path / "course")
    converters.generate_assignment(Assignment(course, NAME))
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        book.update_or_create_assignment(NAME, duedate="2026-10-24 21:59:00 UTC")
    for student in ("ada", "eve"):
        place = put(course / "submitted" / student / NAME, submission(course, RIGHT))
        text = "2026-10-20 10:00:00 UTC" if student == "ada" else stamp
        if text:
            (place / "timestamp.txt").write_text(text)
    done = grade(Assignment(course, NAME), workers=1)
    assert any("No time of submission is known" in line and "eve" in line for line in done.warnings), done.warnings


def test_what_was_typed_in_is_not_nothing(klass):
    assert klass.done.typed == {"emmy": "lovelaceemmy_5_text.html"}
    assert (
        by_id(klass)["emmy"].why
        == "a text was typed into the LMS, and no file was handed in (lovelaceemmy_5_text.html)"
    )
    assert by_id(klass)["nobody"].why == "nothing was handed in"


def test_what_was_typed_in_beside_a_file_is_told_too(klass, capsys):
    from bncourse.grading.engine import progress

    assert klass.done.typed_too == {"ada": "lovelaceada_1_text.html"}
    progress.show(klass.done)
    assert "lovelaceada_1_text.html" in capsys.readouterr().out


def test_a_login_in_other_capitals_is_one_person(klass):
    assert "marie.c2" in klass.done.scores and "Marie.C2" not in by_id(klass)
    assert by_id(klass)["marie.c2"].person.name == "Marie Curie"


def test_points_by_hand_make_the_penalty_fresh_where_the_scores_leave(klass, tmp_path, monkeypatch, capsys):
    with gradebook(klass) as book:
        for grade_ in book.find_submission(NAME, "mary").notebooks[0].grades:
            if grade_.name == "why":
                grade_.manual_score, grade_.needs_manual_grade = 3, False
        book.db.commit()
    monkeypatch.chdir(klass.course)
    capsys.readouterr()
    assert main(["scores", "90", "--format", "csv", "-o", str(tmp_path / "s.csv")]) == 0
    assert "of mary: the late rule takes 0.6 now (before: 0.3)" in " ".join(capsys.readouterr().out.split())
    [row] = [line.split(",") for line in (tmp_path / "s.csv").read_text().splitlines() if line.startswith("mary,")]
    assert row[5] == "5.4" and row[7] == "0.6"  # 10 percent of 6
    with gradebook(klass) as book:
        assert book.find_submission(NAME, "mary").late_submission_penalty == pytest.approx(0.6)


@pytest.mark.parametrize("door", ["bncourse", "nbgrader"])
def test_who_was_removed_stays_removed_until_the_class_list_has_them_again(klass, door):
    with gradebook(klass) as book:
        book.remove_student("gone")
    if door == "bncourse":
        done = grade(Assignment(klass.course, NAME), workers=1)
        assert done.removed == ["gone"] and "gone" not in done.scores
    else:
        with pytest.raises(converters.Refused):
            converters.autograde(Assignment(klass.course, NAME), "gone")
    assert "gone" not in by_id(klass)
    enter(klass.course, [Person("gone", "Gone", "Lovelace", "gone@x.org", "4")])
    assert by_id(klass)["gone"].why
    done = grade(Assignment(klass.course, NAME), workers=1)
    assert not done.removed and done.scores == {"gone": 3.0}


@pytest.mark.parametrize("door", ["bncourse", "nbgrader"])
def test_a_resubmission_without_a_time_does_not_keep_the_old_one_and_its_penalty(klass, tmp_path, door):
    before = (datetime(2026, 10, 27, tzinfo=UTC), pytest.approx(0.9))
    put(tmp_path / "first" / "ada", submission(klass.course, {**RIGHT, "why": f"first, {door}"}))
    times = lambda *_: before[0]  # noqa: E731
    with_time = collect(Assignment(klass.course, NAME), tmp_path / "first", "folder", record_of(klass), times)
    assert with_time.again == ["ada"]
    grade(Assignment(klass.course, NAME), workers=1)
    assert (by_id(klass)["ada"].handed_in_at, by_id(klass)["ada"].penalty) == before
    put(tmp_path / "second" / "ada", submission(klass.course, {**RIGHT, "why": f"second, {door}"}))
    again = collect(Assignment(klass.course, NAME), tmp_path / "second", "folder", record_of(klass))
    assert again.again == again.untimed == ["ada"]
    if door == "bncourse":
        done = grade(Assignment(klass.course, NAME), workers=1)
        assert any("Handed in again without a time" in line and "ada (Ada Lovelace)" in line for line in done.warnings)
    else:
        from bncourse.grading.submission.store import stage_assignment

        stage_assignment(Assignment(klass.course, NAME))
        assert "the time before does not count" in converters.autograde(Assignment(klass.course, NAME), "ada")
    found = by_id(klass)["ada"]
    assert found.handed_in_at is None and found.penalty == 0 and found.so_far == 3  # a written answer waits
    assert "handed in again, and the new time is not known" in found.note


def record_of(klass):
    from bncourse.grading.lms.students import class_list

    return class_list(klass.course)


def test_days_of_a_later_due_date_are_seen_when_the_scores_leave(klass):
    with gradebook(klass) as book:
        book.find_assignment(NAME).duedate += timedelta(days=5)
        book.db.commit()
    assert by_id(klass)["mary"].penalty == 0
