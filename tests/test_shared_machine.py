"""`bncourse doctor --hub`: each way in which a course was open to students is found, and said with what closes it."""

import os
import re
import shlex
import shutil
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs
import pytest
from traitlets.config import Config

from bncourse import shared_machine
from bncourse.accounts import ANYBODY, Account, Accounts
from bncourse.cli import main
from bncourse.learner import doctor
from bncourse.sandbox import users
from bncourse.sandbox.mounts import Unavailable
from bncourse.shared_machine import CLOSED, LOOK, OPEN, look
from bncourse.shared_settings import forced

pytestmark = pytest.mark.skipif(os.name != "posix", reason="accounts and modes as Linux and macOS have them")
GRADERS, STAFF = os.getgid(), 70900
MACHINE = Accounts(
    (
        Account("teacher", os.getuid(), frozenset({GRADERS})),
        Account("ada", 70001, frozenset({70001})),
        Account("tim", 70002, frozenset({GRADERS})),
    ),
    {GRADERS: "graders"},
)


@pytest.fixture
def hub(monkeypatch):
    """Make a machine as docs/hub.md wants it, in an open folder (pytest's own are closed); gives the folder."""
    folder = Path(tempfile.mkdtemp(prefix="bncourse-hub-"))
    folder.chmod(0o755)
    course = folder / "home" / "course"
    for name in ("solutions", "notebooks", "submitted", "received", "backups"):
        (course / name).mkdir(parents=True)
    (course / "gradebook.db").write_text("everybody's grades")
    (course / "nbgrader_config.py").write_text("c.CourseDirectory.course_id = 'bncourse'\n")
    course.chmod(0o700)
    exchange = folder / "exchange"
    for name, mode in (("", 0o1777), ("bncourse", 0o755), ("bncourse/outbound", 0o755), ("bncourse/inbound", 0o3733)):
        (exchange / name).mkdir()
        (exchange / name).chmod(mode)
    (folder / "etc").mkdir()
    (folder / "etc" / "nbgrader_config.py").write_text(
        f'c.CourseDirectory.course_id = "bncourse"\nc.Exchange.root = "{exchange}"\nc.ExchangeSubmit.strict = True\n'
    )
    monkeypatch.setattr(shared_machine, "editable_from", lambda: None)
    monkeypatch.delenv("JUPYTER_CONFIG_PATH", raising=False)
    yield folder
    course.chmod(0o700)
    shutil.rmtree(folder)


def found(hub, umask=0o077, **options):
    config = Config()
    config.CourseDirectory.course_id = "bncourse"
    config.CourseDirectory.update(options)
    config.Exchange.root = str(hub / "exchange")
    return look(hub / "home" / "course", MACHINE, config, [hub / "etc"], umask)


def only(findings, state):
    return {finding.subject: finding for finding in findings if finding.state == state}


def test_the_layout_of_the_docs_has_nothing_open_and_nothing_to_look_at(hub):
    findings = [each for each in found(hub) if each.subject != "programs"]  # this Python is the machine's
    assert {each.state for each in findings} == {CLOSED}, findings
    assert {each.subject for each in findings} == {
        "course folder",
        "exchange",
        "in the exchange",
        "package",
        "learners' settings",
        "umask",
    }


def chmod(mode, *names):
    def open_it(hub):
        for name in names:
            (hub / name).chmod(mode)

    return open_it


def settings(text):
    def write(hub):
        (hub / "etc" / "nbgrader_config.py").write_text(text.format(course=hub / "home" / "course"))

    return write


def link_the_courses_settings(hub):
    (hub / "etc" / "nbgrader_config.py").unlink()
    (hub / "etc" / "nbgrader_config.py").symlink_to(hub / "home" / "course" / "nbgrader_config.py")


def put_a_link(hub):
    (hub / "exchange" / "bncourse" / "inbound").rmdir()
    (hub / "exchange" / "bncourse" / "inbound").symlink_to(hub / "etc")


def let_the_course_be_entered(hub):
    (hub / "home" / "course").chmod(0o711)  # no list, and yet names are known
    (hub / "home" / "course" / "gradebook.db").chmod(0o644)


the_courses_folder = settings('c.CourseDirectory.root = "{course}"')
the_courses_gradebook = settings('c.CourseDirectory.db_url = "sqlite:///{course}/gradebook.db"')
BY_HAND = {put_a_link, the_courses_folder, the_courses_gradebook}  # a line to take out, a thing to look at
COURSE, DB, BOX = "home/course", "home/course/gradebook.db", "exchange/bncourse"
WAYS = {
    "a course that all may read": (chmod(0o755, COURSE), "course folder", f"{ANYBODY} may read the course"),
    "its solutions with it": (chmod(0o755, COURSE), "solutions", "read all solutions"),
    "its settings with it": (chmod(0o755, COURSE), "nbgrader_config.py", "the settings that grading runs with"),
    "a gradebook whose name is known": (let_the_course_be_entered, "gradebook.db", "read everybody's grades"),
    "a gradebook that all may write": (
        lambda hub: (let_the_course_be_entered(hub), chmod(0o666, DB)(hub)),
        "gradebook.db",
        "change everybody's grades",
    ),
    "a course for a group": (chmod(0o750, COURSE), "course folder", "^tim may read the course$"),
    "a course that a group may change": (chmod(0o770, COURSE), "course folder", "tim may change the course"),
    "a folder above that all may change": (chmod(0o777, "home"), "above the course", "rename or remove"),
    "an exchange of 777": (chmod(0o777, "exchange"), "exchange", "777: whoever may write there may take it away"),
    "a folder above the exchange": (chmod(0o777, "."), "above the exchange", "rename or remove"),
    "an inbound that can be listed": (chmod(0o3777, f"{BOX}/inbound"), "in the exchange", "everybody may list it"),
    "an inbound as nbgrader makes it": (chmod(0o2733, f"{BOX}/inbound"), "in the exchange", "may remove it"),
    "a release that all may change": (chmod(0o757, f"{BOX}/outbound"), "in the exchange", "everybody may change it"),
    "a folder of the course that is a link": (put_a_link, "in the exchange", "is no folder"),
    "the course's settings for all": (link_the_courses_settings, "settings for all", "takes every student into"),
    "the course's folder for all": (
        the_courses_folder,
        "settings for all",
        "sets CourseDirectory.root for everybody",
    ),
    "the course's gradebook for all": (
        the_courses_gradebook,
        "settings for all",
        "sets CourseDirectory.db_url for everybody",
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_is_found_and_said(hub, way):
    make, subject, says = WAYS[way]
    make(hub)
    opened = only(found(hub), OPEN)
    assert subject in opened, opened
    assert re.search(says, opened[subject].says)


@pytest.mark.parametrize("way", [way for way, (make, *_) in WAYS.items() if make not in BY_HAND])
def test_what_it_says_to_type_closes_the_way(hub, way):
    WAYS[way][0](hub)
    for _ in range(3):  # what is closed may show the next
        for finding in found(hub):
            if finding.state == OPEN and finding.subject != "programs" and finding.type_this:
                typed = finding.type_this.removeprefix("as its owner: ").split("; then")[0].split(", or ")[0]
                assert str(hub) in typed
                subprocess.run(shlex.split(typed), check=True)
    assert set(only(found(hub), OPEN)) <= {"programs"}


def test_graders_who_share_a_group_are_named_and_no_student_is_among_them(hub):
    (hub / COURSE).chmod(0o2770)
    seen = found(hub, umask=0o007, groupshared=True)
    assert only(seen, LOOK)["course folder"].says.startswith("tim may read the course; tim may change the course")
    assert "course folder" not in only(seen, OPEN) and "umask" in only(seen, CLOSED)
    (hub / COURSE).chmod(0o2775)
    assert "course folder" in only(found(hub, groupshared=True), OPEN)


def test_a_group_whose_members_no_list_gives_is_named(hub):
    (hub / COURSE).chmod(0o750)
    machine = Accounts((Account("ada", 70001, frozenset({70001})),), {GRADERS: "students"})
    assert machine.readers(hub / COURSE, os.getuid()) == ("the group students",)


def test_a_person_is_judged_by_the_class_of_rights_that_the_system_takes():
    class About:
        st_uid, st_gid, st_mode = 70001, 5, 0o100047

    assert not Account("ada", 70001, frozenset({5})).may(About, 4)  # the owner, to whom 0 is given
    assert Account("tim", 70002, frozenset({5})).may(About, 4) and not Account("tim", 70002, frozenset({5})).may(
        About, 2
    )
    assert Account("eve", 70003).may(About, 7)


@pytest.mark.parametrize("readable", [True, False])
def test_an_editable_install_is_named_with_the_command_that_replaces_it(hub, monkeypatch, readable):
    (hub / COURSE).chmod(0o755 if readable else 0o700)
    monkeypatch.setattr(shared_machine, "editable_from", lambda: hub / COURSE)
    package = only(found(hub), OPEN if readable else LOOK)["package"]
    assert ("read the solutions" if readable else "students cannot import it") in package.says
    assert f"-m pip install '{hub / COURSE}[grading]'" in package.type_this


def test_what_learners_lack_is_written_out(hub):
    (hub / "etc" / "nbgrader_config.py").write_text('c.CourseDirectory.course_id = "bncourse"\n# c.Exchange.root = 1\n')
    says = only(found(hub), LOOK)["learners' settings"].type_this
    assert says.endswith(f'c.Exchange.root = "{hub / "exchange"}"; c.ExchangeSubmit.strict = True')


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda hub: shutil.rmtree(hub / "exchange"), "is not there yet"),
        (chmod(0o755, "exchange"), "students cannot hand in"),
        (lambda hub: shutil.rmtree(hub / BOX), "whoever is first makes it"),
        (chmod(0o700, BOX), "is closed to students"),
    ],
)
def test_an_exchange_that_does_not_work_yet_is_named(hub, spoil, says):
    spoil(hub)
    assert any(says in finding.says and finding.type_this for finding in only(found(hub), LOOK).values())


def test_several_names_of_one_account_are_named_and_one_account_for_all_is_open(hub):
    for student in ("ada", "ben"):
        (hub / BOX / "inbound" / f"{student}+90-small+2026-03-01 12:00:00 UTC+x").mkdir()
    findings = found(hub)
    [finding] = [each for each in findings if each.subject == "accounts"]
    assert "has handed in as ada, ben" in finding.says
    if os.getuid() == 0:  # root may hand in for anybody
        assert finding.state == LOOK
        for path in (hub / BOX / "inbound").iterdir():
            os.chown(path, 71002, 71002)
        assert "account 71002 has handed in as ada, ben" in only(found(hub), OPEN)["accounts"].says
        os.chown(path, 71003, 71003)
        assert not [each for each in found(hub) if each.subject == "accounts"]
    else:
        assert finding.state == OPEN and "one account on the disk" in finding.says


def test_the_plain_doctor_says_that_an_exchange_lacks_the_sticky_bit(hub, monkeypatch):
    monkeypatch.setenv("BNCOURSE_EXCHANGE", str(hub / "exchange"))
    (hub / "exchange").chmod(0o777)
    [said] = [each for each in doctor.examine(8888) if each.subject == "exchange"]
    assert said.state == doctor.NOTE and said.mend == f"chmod +t {hub / 'exchange'}"


def test_new_files_that_are_open_a_gradebook_elsewhere_and_one_in_a_database_are_named(hub):
    assert "umask 077" in only(found(hub, umask=0o022), LOOK)["umask"].type_this
    elsewhere = hub / "grades.db"
    elsewhere.write_text("")
    elsewhere.chmod(0o644)
    assert "read everybody's grades" in only(found(hub, db_url=f"sqlite:///{elsewhere}"), OPEN)["gradebook"].says
    assert "who may log in" in only(found(hub, db_url="postgresql://hub/grades"), LOOK)["gradebook"].says


def test_a_variable_that_is_set_for_everybody_is_found_and_a_comment_is_not(hub):
    for name, text in (("profile.d/a.sh", "export JUPYTER_CONFIG_PATH={}\n"), ("profile.d/b.sh", "# {}\n")):
        (hub / "etc" / name).parent.mkdir(exist_ok=True)
        (hub / "etc" / name).write_text(text.format(hub / COURSE))
    [(says, type_this)] = forced([], hub / COURSE, top=hub)
    assert "a.sh names the course" in says and str(hub / COURSE) in type_this


def test_a_name_that_somebody_took_in_the_folder_for_all_does_not_keep_a_teacher_from_grading(tmp_path, monkeypatch):
    monkeypatch.setattr(users, "SHARED", (str(tmp_path),))
    monkeypatch.setattr(platformdirs, "user_cache_dir", lambda *name, **options: str(tmp_path / "cache"))
    first = users.own_folder()
    assert first.startswith(str(tmp_path / "bncourse-slots-")) and stat.S_IMODE(os.stat(first).st_mode) == 0o700
    os.rmdir(first)
    os.symlink("/", first)  # somebody was there before
    second = users.own_folder()
    assert second.startswith(str(tmp_path / "cache")) and stat.S_IMODE(os.stat(second).st_mode) == 0o700
    os.chmod(second, 0o777)
    with pytest.raises(Unavailable, match="delete one"):
        users.own_folder()


@pytest.mark.skipif(sys.platform != "linux", reason="users of rooms are of Linux")
def test_two_runs_with_other_temporary_folders_do_not_share_a_user(tmp_path, monkeypatch):
    """What ends the processes of one run's user would end those of the other's."""
    taken = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv("TMPDIR", str(tmp_path / name))
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / name))
        taken.append(users.take_number())
    assert taken[0][0] != taken[1][0]
    for _, lock in taken:
        lock.release()


def test_the_command_prints_numbered_steps_and_says_by_its_code_whether_anything_is_open(hub, monkeypatch, capsys):
    monkeypatch.chdir(hub / COURSE)
    monkeypatch.setenv("BNCOURSE_EXCHANGE", str(hub / "exchange"))
    with (hub / COURSE / "nbgrader_config.py").open("a") as file:
        file.write(f"c.Exchange.root = '{hub / 'exchange'}'\n")
    monkeypatch.setattr(Accounts, "writers", _but_not_of_programs(Accounts.writers, hub))
    monkeypatch.setattr(shared_machine, "shared_places", lambda *homes: [hub / "etc"])
    assert main(["doctor", "--hub"]) == 0
    assert "Nothing of this is open to students" in capsys.readouterr().out
    (hub / "exchange").chmod(0o777)
    assert main(["doctor", "--hub"]) == 1
    said = capsys.readouterr().out
    assert f"exchange: chmod 1777 {hub / 'exchange'}\n" in said and "✗ Open: 1 of" in said


def _but_not_of_programs(writers, hub):
    """The Python of the tests is the machine's, and may be anybody's."""
    return lambda machine, path, owner: writers(machine, path, owner) if Path(path).is_relative_to(hub) else ()
