"""A bank of texts that would run, opened where a person looks: Formgrader, the feedback page, JupyterLab."""

import base64
import io
import json
from dataclasses import replace

import lab
import payloads
import pytest
import small_course
from PIL import Image

from bncourse.grading.assignment import Assignment
from bncourse.grading.engine import grade
from bncourse.grading.lms import students
from bncourse.grading.lms.students import Person
from bncourse.grading.nbgrader import converters

NAME = small_course.NAME
BOTH = ("mallory", "trudy")
HOOKS = """
window.ran = 0;
for (const name of ["alert", "confirm", "prompt", "open", "print"]) window[name] = () => { window.ran = name; };
"""
HERE = ("http://127.0.0.1", "http://localhost", "file:", "data:", "blob:")
CDN = "https://cdnjs.cloudflare.com/"  # MathJax, which nbgrader's own pages ask for


def names():
    return [f"why-{number:02}" for number, _ in enumerate(payloads.TEXTS, start=1)]


def notebook():
    """Give a small notebook with a written answer for each text of the bank, and one for an honest text."""
    content = small_course.with_written_answer()
    answer = small_course.cell(content, "why")
    place = content["cells"].index(answer)
    for name in [*names(), "honest", "pasted"]:
        copy = json.loads(json.dumps(answer))
        copy["id"] = copy["metadata"]["nbgrader"]["grade_id"] = name
        copy["source"] = copy["source"].replace("Why in this order", name)
        content["cells"].insert(place, copy)
        place += 1
    return content


def handed_in(course):
    """Give what a student hands in who attacks with everything."""
    content = json.loads((course / "notebooks" / NAME / f"{NAME}.ipynb").read_text())
    shown = "".join(f"display(HTML({html!r}))\n" for html in payloads.OUTPUTS.values())
    centre = f"def centre(x):\n    return x - x.mean(axis=0)\n\nfrom IPython.display import HTML, display\n{shown}"
    small_course.cell(content, "centre")["source"] = centre
    for name, text in zip(names(), payloads.TEXTS.values(), strict=True):
        small_course.cell(content, name)["source"] = text
    small_course.cell(content, "honest")["source"] = payloads.HONEST_WITH_HTML
    file = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(file, "PNG")
    address = f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
    small_course.cell(content, "pasted")["source"] = f"My plot: ![a plot]({address})"
    return content


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """Give a course in which one submission was graded by the command and the same one by nbgrader's own."""
    folder = tmp_path_factory.mktemp("pages")
    course = small_course.write(folder / "course", notebook())
    converters.generate_assignment(Assignment(course, NAME))
    for student in BOTH:
        place = course / "submitted" / student / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(handed_in(course)))
    person = Person(id="mallory", **payloads.NAMES)
    students.enter(course, [person, replace(person, id="trudy")])
    grade.grade(Assignment(course, NAME))
    (course / "autograded" / "trudy" / NAME / f"{NAME}.ipynb").unlink()
    converters.autograde(Assignment(course, NAME), "trudy")
    converters.generate_feedback(Assignment(course, NAME), "mallory")
    person = lab.person(folder / "ines")
    return course, person


def stored(course, student):
    """Give the cells of a graded notebook."""
    return json.loads((course / "autograded" / student / NAME / f"{NAME}.ipynb").read_text())["cells"]


def watched(window):
    """Log what a page asks for, and keep it from asking outside of this machine; gives the log."""
    asked = []

    def route(route):
        request = route.request
        asked.append((request.method, request.url))
        if request.url.startswith(HERE):
            route.continue_()
        else:
            route.abort()

    window.page.route("**/*", route)
    window.page.add_init_script(HOOKS)
    window.page.on("dialog", lambda dialog: (asked.append(("DIALOG", dialog.message)), dialog.dismiss()))
    return asked


def assert_quiet(page, asked):
    """Assert that nothing ran, nothing was loaded from elsewhere, and nothing was written."""
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") == 0
    away = [
        url
        for _, url in asked
        if not url.startswith(("http://127.0.0.1", "http://localhost", "file:", "data:", "blob:", CDN))
    ]
    assert not away and not [url for _, url in asked if "ran" in url.rpartition("/")[2]], asked
    assert {method for method, _ in asked} <= {"GET"}, [each for each in asked if each[0] != "GET"]


@pytest.mark.nightly
def test_nothing_of_a_submission_runs_where_a_person_looks(graded, screen):
    course, person = graded
    texts = [[cell["source"] for cell in stored(course, who) if cell["id"] in [*names(), "centre"]] for who in BOTH]
    assert texts[0] == texts[1] and len(texts[0]) > 60  # nbgrader's own command stores what ours does
    raw = json.loads((course / "received" / "mallory" / NAME / f"{NAME}.ipynb").read_text())
    assert small_course.cell(raw, "why-01")["source"] == payloads.TEXTS["script"]
    with lab.started(course, person, "--instructor") as address:
        home, token = lab.base(address)
        window = screen("harmless")
        asked = watched(window)
        window.page.goto(f"{home}login?token={token}&next=/formgrader/gradebook/{NAME}/{NAME}")
        window.page.locator("table a").filter(has_text="Submission").first.click()
        window.page.locator("input#why-01.needs_manual_grade").wait_for()
        window.picture("grading by hand")
        assert_quiet(window.page, asked)
        assert window.page.evaluate(LOOKS) == LOOKED
        for page in (f"manage_submissions/{NAME}", "manage_students", "manage_students/mallory"):
            window.page.goto(f"{home}formgrader/{page}")
            window.page.wait_for_load_state("networkidle")
            window.picture(page.replace("/", " "))
            assert_quiet(window.page, asked)

        # JupyterLab saves its own layout; what it may not do is run, load, or write what the texts ask for
        desk = screen("harmless lab")
        asked = watched(desk)
        desk.page.goto(f"{home}lab/tree/autograded/mallory/{NAME}/{NAME}.ipynb?token={token}")
        desk.page.locator(".jp-RenderedMarkdown").first.wait_for()
        desk.page.keyboard.press("Control+End")
        desk.page.wait_for_timeout(1_000)
        desk.picture("graded notebook")
        assert desk.page.evaluate("window.ran") == 0
        assert not [url for _, url in asked if "elsewhere.test" in url or url.rpartition("/")[2] in ("ran", "x")], asked

    page = screen("harmless feedback")
    asked = watched(page)
    page.page.goto((course / "feedback" / "mallory" / NAME / f"{NAME}.html").as_uri())
    page.picture("feedback")
    assert_quiet(page.page, asked)
    assert page.page.evaluate(LOOKS) == LOOKED | {"scores": 0}  # the boxes for points are Formgrader's


# What an honest text looks like: the number of elements of each kind, and its pasted picture.
LOOKS = """() => {
    const answers = [...document.querySelectorAll(".nbgrader_cell .rendered_html")];
    const honest = answers.find(each => each.innerText.includes("My answer"));
    const pasted = answers.find(each => each.innerText.includes("My plot")).querySelector("img");
    const count = kind => honest.querySelectorAll(kind).length;
    const kinds = "h2 table th td ol ul li pre blockquote strong em sub sup br".split(" ");
    return {
        ...Object.fromEntries(kinds.map(kind => [kind, count(kind)])),
        link: honest.querySelector("a[href^=http]").href,
        formula: honest.innerText.includes("begin{pmatrix}"),
        code: honest.querySelector("pre").innerText.trim(),
        picture: [pasted.naturalWidth, pasted.naturalHeight, pasted.alt],
        scores: document.querySelectorAll("input#why-01, input#why-02").length,
    };
}"""
LOOKED = {
    **{
        "h2": 1,
        "table": 1,
        "th": 3,
        "td": 6,
        "ol": 1,
        "ul": 1,
        "li": 4,
        "pre": 1,
        "blockquote": 1,
        "strong": 1,
        "em": 1,
    },
    **{"sub": 1, "sup": 1, "br": 1},
    "link": "https://arxiv.org/abs/1502.03167",
    "formula": True,
    "code": 'if x.ndim < 2:\n    raise ValueError("a batch & a feature")',
    "picture": [60, 40, "a plot"],
    "scores": 2,
}
