"""An instructor's week: release, a student hands in, collect, grade, give points for words, feedback, which is read."""

import json
import re

import lab
import pytest
import small_course

NAME = small_course.NAME
WRITTEN = "The mean first, because the variance needs it."
ONE_ACCOUNT = """
# Both persons of these tests are one account of the machine, so the owner of a file says nothing.
c.ExchangeCollect.check_owner = False
c.Collect.check_owner = False
"""


class Formgrader:
    """The page of Formgrader, and its buttons."""

    def __init__(self, window, address):
        self.window, self.page = window, window.page
        self.home = lab.base(address)[0] + "formgrader"

    def press(self, column):
        """Press a button in the assignment's row, and read what nbgrader says."""
        self.page.goto(f"{self.home}/manage_assignments")
        self.page.locator("tr").filter(has_text=NAME).locator(f"td.{column} a").click()
        return self.said(column)

    def said(self, column):
        """Wait for nbgrader's answer in its dialog, and give it."""
        dialog = self.page.locator(".modal.in, .modal.show").first
        dialog.wait_for()
        self.window.picture(column)
        return dialog.inner_text()


@pytest.fixture
def term(tmp_path):
    """Give the instructor's course folder, the student's folder, and the environments of both."""
    exchange = tmp_path / "exchange"
    exchange.mkdir()
    exchange.chmod(0o1777)
    course = small_course.write(tmp_path / "course", small_course.with_written_answer())
    lab.course(course, "00-warm-up")
    with (course / "nbgrader_config.py").open("a") as settings:
        settings.write(ONE_ACCOUNT)
    clone = lab.course(tmp_path / "clone", "00-warm-up")
    places = {"BNCOURSE_EXCHANGE": exchange}
    return course, clone, lab.person(tmp_path / "ines", **places), lab.person(tmp_path / "bob", **places)


def answered(path):
    notebook = json.loads(path.read_text())
    small_course.cell(notebook, "centre")["source"] = "def centre(x):\n    return x - x.mean(axis=0)"
    small_course.cell(notebook, "scale")["source"] = "def scale(x):\n    return x / x.var(axis=0)"
    small_course.cell(notebook, "why")["source"] = WRITTEN
    path.write_text(json.dumps(notebook))


# by day, tests/test_nbgrader.py takes these steps with nbgrader's commands, tests/test_made_class.py by its API
@pytest.mark.nightly
def test_an_assignment_goes_out_comes_back_and_is_graded_and_its_feedback_is_read(term, screen):
    course, clone, ines, bob = term
    with lab.started(course, ines, "--instructor") as address, lab.started(clone, bob) as students:
        desk = screen("instructor")
        desk.page.goto(address)
        desk.menu("Nbgrader", "Formgrader")
        desk.page.frame_locator("iframe").get_by_text(NAME).first.wait_for()
        desk.picture("formgrader")
        formgrader = Formgrader(desk, address)
        assert "Successfully" in formgrader.press("assign")
        desk.page.goto(f"{formgrader.home}/manage_assignments")
        assert desk.page.locator("tr").filter(has_text=NAME).locator("td.preview a").get_attribute("href")
        assert "Successfully" in formgrader.press("release")

        bench = screen("student")
        bench.open(students)
        bench.menu("Nbgrader", "Assignment List")
        bench.page.get_by_role("button", name="Fetch").first.wait_for()
        bench.picture("assignment list")
        bench.page.get_by_role("button", name="Fetch", exact=True).click()
        bench.page.get_by_role("button", name="Submit").wait_for()
        answered(clone / NAME / f"{NAME}.ipynb")
        bench.page.get_by_role("button", name="Submit").click()
        bench.page.get_by_text(re.compile("No feedback|Feedback not|20\\d\\d-")).first.wait_for()
        bench.picture("submitted")

        assert "Successfully" in formgrader.press("collect")

        desk.page.goto(f"{formgrader.home}/manage_submissions/{NAME}")
        desk.page.locator("td.autograde a").click()  # the one submission; its student is this account
        assert "Successfully" in formgrader.said("autograde")
        desk.page.goto(f"{formgrader.home}/gradebook/{NAME}/{NAME}")
        desk.page.locator("table a").filter(has_text="Submission").first.click()
        desk.page.locator("input#why.needs_manual_grade").wait_for()  # Formgrader has read the grades, and listens
        written = desk.page.locator("input#why")
        assert WRITTEN in desk.page.locator("body").inner_text()
        with desk.page.expect_response(lambda answer: "/api/grade/" in answer.url) as saved:
            written.fill("2")
            written.press("Tab")
        assert saved.value.ok
        desk.picture("manual grading")
        assert "Successfully" in formgrader.press("generate-feedback")
        assert "Successfully" in formgrader.press("release-feedback")

        bench.page.get_by_role("button", name="Fetch Feedback").click()
        bench.page.get_by_text("view feedback").first.wait_for()
        bench.picture("feedback fetched")
    [page] = (clone / NAME / "feedback").glob(f"*/{NAME}.html")
    reader = screen("student, feedback")
    reader.page.goto(page.as_uri())
    reader.picture("feedback")
    assert "Score: 3.0 / 6.0" in reader.page.locator("body").inner_text()
