"""Three students and a teacher on one machine, as real accounts: nobody reads or changes what is another's."""

import hashlib
import json
import re
import stat

import many_people
import pytest
from small_course import NAME, cell, save

from bncourse.grading.assignment import Assignment
from bncourse.grading.nbgrader import converters

WHY_NOT = many_people.why_not()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
RIGHT = {
    "centre": "def centre(x):\n    return x - x.mean(axis=0)",
    "scale": "def scale(x):\n    return x / x.std(axis=0)",
    "why": "The mean goes first.",
}
STUDENTS = {"ada": RIGHT, "ben": {"centre": RIGHT["centre"]}, "eve": {}}


@pytest.fixture(scope="module")
def machine():
    """Play a term on a machine as docs/hub.md makes it; gives the machine, with what each command said."""
    machine = many_people.SharedMachine()
    machine.start()
    machine.said = {}

    def run(who, *arguments, program="nbgrader", **where):
        done = machine.run(who, *arguments, program=program, **where)
        assert done["code"] == 0, f"{who}: {arguments}\n{done['said']}"
        machine.said[(who, *arguments)] = done["said"]

    try:
        run("teacher", "generate_assignment", NAME)
        run("teacher", "release_assignment", NAME)
        for student, answers in STUDENTS.items():
            run(student, "fetch_assignment", NAME)
            write(machine, student, answers)
            run(student, "submit", NAME)
        run("eve", "submit", NAME, "--student=ada")  # a page of her own, under another's name
        run("teacher", "collect", NAME)
        run("teacher", "grade", "90", program="bncourse")
        run("teacher", "feedback", "90", program="bncourse")
        run("teacher", "release_feedback", NAME)
        for student in STUDENTS:
            run(student, "fetch_feedback", NAME)
        run("teacher", "doctor", "--hub", program="bncourse")
        yield machine
    finally:
        machine.close()


def write(machine, student, answers):
    path = machine.home(student) / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    for name, source in answers.items():
        cell(notebook, name)["source"] = source
    save(notebook, path)  # the file stays the student's


def points(machine, student):
    return {
        name: score
        for name, (score, _) in converters.scores(Assignment(machine.course, NAME).submission(student)).items()
    }


def everything_of_others(machine):
    """Give the paths that a student may not even look into: all of the course, and of everybody's home."""
    homes = [machine.home(name) for name in ("teacher", "ada", "ben")]
    return [path for home in homes for path in (home, *sorted(home.rglob("*"), reverse=True))]


def contents(machine):
    paths = [*everything_of_others(machine), *machine.exchange.rglob("*")]
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths if path.is_file()}


def test_each_gets_what_they_earned_and_their_own_feedback(machine):
    assert [points(machine, student)["scale-check"] for student in STUDENTS] == [2, 0, 0]
    assert [points(machine, student)["centre-check"] for student in STUDENTS] == [1, 1, 0]
    pages = {student: list((machine.home(student) / NAME / "feedback").rglob("*.html")) for student in STUDENTS}
    assert [len(found) for found in pages.values()] == [1, 1, 1]
    assert "x.std(axis=0)" in re.sub("<[^>]+>", "", pages["ada"][0].read_text())


def test_what_was_handed_in_under_anothers_name_stays_outside_and_is_named(machine):
    said = machine.said[("teacher", "collect", NAME)]
    assert "it says that it is from ada, and belongs to eve" in said
    assert "handed in at" not in said  # the others' times are right
    assert points(machine, "ada")["scale-check"] == 2


def test_the_course_of_the_docs_has_nothing_open(machine):
    assert "Nothing of this is open to students" in machine.said[("teacher", "doctor", "--hub")]
    modes = {
        name: stat.S_IMODE((machine.exchange / "bncourse" / name).stat().st_mode) & 0o1007
        for name in ("", "outbound", "inbound", "feedback")
    }
    assert modes == {"": 0o005, "outbound": 0o005, "inbound": 0o1003, "feedback": 0o001}


def test_a_student_reads_and_changes_nothing_of_others(machine):
    box = machine.exchange / "bncourse"
    # in these two, the names of files are secrets of 72 bits and more; that they cannot be listed is what counts
    shared = [
        machine.exchange,
        box,
        box / "outbound",
        *(box / "outbound").rglob("*"),
        box / "inbound",
        box / "feedback",
    ]
    private, before = everything_of_others(machine), contents(machine)
    assert {"gradebook.db", "nbgrader_config.py"} < {path.name for path in private} and len(private) > 60
    worked = machine.reach("eve", [*private, *shared])
    released = box / "outbound" / NAME
    assert worked == {
        ("list", str(machine.exchange)),
        ("make", str(machine.exchange)),  # everybody may put a file of their own there, and remove it again
        ("list", str(box)),
        ("list", str(box / "outbound")),
        ("list", str(released)),
        ("read", str(released / f"{NAME}.ipynb")),
        ("make", str(box / "inbound")),  # that is handing in
    }
    after = contents(machine)
    made = {machine.exchange / "of-mine", box / "inbound" / "of-mine"}
    assert {path: text for path, text in after.items() if path not in made} == before
    assert machine.run("teacher", "collect", NAME)["code"] == 0  # what she left there stops nobody


def test_a_students_own_commands_for_teachers_show_nothing_of_the_course(machine):
    for arguments in (("export",), ("release_assignment", NAME, "--force")):
        done = machine.run("eve", *arguments, where=machine.home("eve"))
        assert "ada" not in done["said"] and "ben" not in done["said"], done["said"]
    assert points(machine, "ada")["scale-check"] == 2


def test_what_was_open_before_is_found_by_the_same_attempts(machine):
    """The old ways: an exchange of 777, and a course that students can reach."""
    machine.exchange.chmod(0o777)
    machine.home("teacher").chmod(0o755)
    machine.course.chmod(0o755)
    (machine.course / "gradebook.db").chmod(0o644)
    box = machine.exchange / "bncourse"
    worked = machine.reach("eve", [machine.course / "gradebook.db", box])
    assert {("read", str(machine.course / "gradebook.db")), ("rename", str(box))} <= worked
    said = machine.run("teacher", "doctor", "--hub", program="bncourse")
    assert said["code"] == 1 and "everybody on this machine may read everybody's grades" in said["said"]
    assert f"chmod 1777 {machine.exchange}" in said["said"]
