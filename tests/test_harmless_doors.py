"""Whichever door a submission comes through, what is stored of it is harmless, and so is what was stored before."""

import json
from types import SimpleNamespace

import payloads
import pytest
import small_course
from nbconvert.exporters import HTMLExporter
from small_course import NAME, cell
from test_harmless import Elements

from bncourse.grading.assignment import Assignment
from bncourse.grading.course import settings
from bncourse.grading.display.texts import harmless_text
from bncourse.grading.engine import grade
from bncourse.grading.nbgrader import converters
from bncourse.grading.report import feedback

pytestmark = pytest.mark.skipif(not hasattr(feedback.os, "fork"), reason="the walls are Linux's")
CHOSEN = ("onerror", "link by script", "LaTeX link", "heading with the name of a score")
TEXT = "\n\n".join(payloads.TEXTS[name] for name in CHOSEN)
SHOWN = "".join(f"display(HTML({html!r}))\n" for html in payloads.OUTPUTS.values())
SHOWS = f"from IPython.display import HTML, display\n{SHOWN}"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Give a course in which the same submission was graded by our command and by nbgrader's."""
    course = small_course.write(tmp_path_factory.mktemp("harmless") / "course", small_course.with_written_answer())
    converters.generate_assignment(Assignment(course, NAME))
    content = json.loads((course / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    cell(content, "centre")["source"] = f"def centre(x):\n    return x - x.mean(axis=0)\n\n{SHOWS}"
    cell(content, "why")["source"] = TEXT
    handed_in = json.dumps(content)
    for student in ("ada", "ben"):
        place = course / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(handed_in)
    grade.grade(Assignment(course, NAME), students=["ada"])
    converters.autograde(Assignment(course, NAME), "ben")
    return SimpleNamespace(course=course, handed_in=handed_in)


def stored(graded, student):
    path = graded.course / "autograded" / student / NAME / f"{NAME}.ipynb"
    return json.loads(path.read_text())


def test_both_doors_store_the_same_harmless_texts(graded):
    ours, theirs = (stored(graded, student) for student in ("ada", "ben"))
    assert cell(ours, "why")["source"] == cell(theirs, "why")["source"]
    assert cell(ours, "centre")["outputs"] == cell(theirs, "centre")["outputs"] != []
    assert "".join(cell(ours, "why")["source"]) == harmless_text(TEXT) != TEXT
    shown = "".join("".join(each["data"].get("text/html", "")) for each in cell(ours, "centre")["outputs"])
    assert "<b>bold</b>" in shown and not any(sign in shown for sign in ("onerror", "javascript", "url(", "script>"))


def test_what_came_is_kept_byte_for_byte(graded):
    for student in ("ada", "ben"):
        assert (graded.course / "received" / student / NAME / f"{NAME}.ipynb").read_text() == graded.handed_in


def test_points_are_as_they_were_and_the_text_waits_for_a_person(graded):
    for student in ("ada", "ben"):
        found = converters.scores(Assignment(graded.course, NAME).submission(student))
        assert found["centre-check"] == (1.0, 1.0) and found["scale-check"] == (0.0, 2.0)
        assert converters.waiting(Assignment(graded.course, NAME).submission(student)) == {"why": 3.0}


def test_a_notebook_that_an_earlier_version_stored_is_harmless_on_both_pages(graded):
    path = graded.course / "autograded" / "ben" / NAME / f"{NAME}.ipynb"
    whole, content = path.read_text(), stored(graded, "ben")
    cell(content, "why")["source"] = TEXT
    cell(content, "centre")["outputs"][0]["data"] = {"text/html": payloads.OUTPUTS["html"]}
    path.chmod(0o644)
    path.write_text(json.dumps(content))
    try:
        converters.generate_feedback(Assignment(graded.course, NAME), "ben")
        page = (graded.course / "feedback" / "ben" / NAME / f"{NAME}.html").read_text()
        exporter = HTMLExporter(config=settings(graded.course))  # as Formgrader makes its own
        resources = {"metadata": {}, "last_name": payloads.NAMES["last_name"]}
        by_hand, resources = exporter.from_filename(str(path), resources=resources)
    finally:
        path.write_text(whole)
    for shown in (page, by_hand):
        attributes = [each for _, attributes in Elements(shown).found for each in attributes.items()]
        assert not [name for name, _ in attributes if name.startswith("on")]
        assert not [value for name, value in attributes if name == "href" and (value or "").startswith("javascript")]
        assert "<b>bold</b>" in shown and f"<script>{payloads.RUN}" not in shown
    assert "<" not in resources["last_name"] and '"' not in resources["last_name"]


def test_a_page_that_takes_too_much_memory_is_its_own_loss(graded, monkeypatch):
    monkeypatch.setattr(feedback, "MEMORY", 450_000_000)
    path = graded.course / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    whole, content = path.read_text(), stored(graded, "ada")
    cell(content, "centre")["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x" * 150_000_000}]
    path.chmod(0o644)
    path.write_text(json.dumps(content))
    try:
        pages = feedback.make_pages(Assignment(graded.course, NAME))
    finally:
        path.write_text(whole)
    assert pages.made == ["ben"] and set(pages.failed) == {"ada"} and pages.failed["ada"]
