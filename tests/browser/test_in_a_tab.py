"""A learner in a browser tab: the first visit, a wrong answer and a right one, the way back, and the grade at home."""

import json
import threading

import lab
import pyodide_files
import pytest
from playwright.sync_api import expect

from bncourse.grading.assignment import Assignment
from bncourse.grading.engine.grade import grade
from bncourse.grading.lms.collecting import collect
from bncourse.grading.lms.students import ClassList
from bncourse.grading.nbgrader import converters
from bncourse.grading.submission.store import stage_assignment
from bncourse.sandbox.levels import best_level
from bncourse.site.tab.build import build
from bncourse.site.tab.serve import server

pytestmark = pytest.mark.tab
NAME = "00-warm-up"
WRONG = "def standardize(x, eps=1e-8):\n    return (x - x.mean()) / (x.std() + eps)"
RIGHT = "def standardize(x, eps=1e-8):\n    return (x - x.mean(axis=0)) / (x.var(axis=0) + eps) ** 0.5"
LOOP = "def standardize(x, eps=1e-8):\n    while True:\n        pass"
SLOW = 120_000  # milliseconds: Python starts, and a busy machine has other things to do


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="the extra site is not installed")
    site = build(lab.ROOT, tmp_path_factory.mktemp("site"), pyodide_files.folder())
    running = server(site)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/"
    running.shutdown()
    running.server_close()


class Tab(lab.Screen):
    """A page of JupyterLite: the same gestures; the kernel says of itself when it is ready."""

    def kernel(self):
        status = "document.querySelector('.jp-Notebook-ExecutionIndicator')?.dataset.status"
        self.page.wait_for_function(f"() => {status} == 'unknown'", timeout=SLOW)  # it says idle before it begins
        self.page.wait_for_function(f"() => {status} == 'idle'", timeout=SLOW)


def test_a_learner_answers_in_a_tab_comes_back_and_is_graded_at_home(address, chromium, tmp_path):
    with chromium.new_context(viewport={"width": 1280, "height": 1000}, accept_downloads=True) as context:
        page, elsewhere = context.new_page(), []
        page.on("request", lambda asked: elsewhere.append(asked.url) if _leaves(asked.url, address) else None)
        window = Tab(page, "in a tab")
        page.set_default_timeout(SLOW)
        page.goto(address)
        window.picture("the first page")
        assert page.get_by_role("alert").count() == 0
        page.get_by_role("link", name="Begin with the warm-up").click()
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        window.kernel()
        window.picture("ready")
        window.run(window.cell("bncourse first"))
        for answer, says in ((WRONG, "NOT YET"), (LOOP, "seconds"), (RIGHT, "✓ CORRECT")):
            window.write(window.cell("def standardize"), answer)
            window.run(window.cell("def standardize"))
            said = window.run(window.cell("check.standardize(standardize)"))
            expect(said).to_contain_text(says, use_inner_text=True, timeout=SLOW)
            window.picture(says.strip("✓ ").lower())
        window.picture("answered")
        page.keyboard.press("Control+s")
        page.wait_for_timeout(2_000)
        page.reload()
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "x.mean(axis=0)" in window.cell("def standardize").inner_text()
        window.picture("came back")
        window.kernel()
        page.locator(".lm-MenuBar-item").filter(has_text="File").click()
        item = page.locator(".lm-Menu-item").filter(has=page.get_by_text("Download", exact=True)).first
        with page.expect_download() as got:
            item.click()
        file = tmp_path / got.value.suggested_filename
        got.value.save_as(file)
        assert not elsewhere
    written = json.loads(file.read_text(encoding="utf-8"))
    assert any(RIGHT in "".join(cell["source"]) for cell in written["cells"])
    if best_level(0) < 2:
        pytest.skip("no safe walls stand here: bncourse doctor --instructor")
    course = Assignment(lab.course(tmp_path / "course", NAME), NAME)
    converters.generate_assignment(course)
    (tmp_path / "came" / "ada").mkdir(parents=True)
    file.rename(tmp_path / "came" / "ada" / file.name)
    collect(course, tmp_path / "came", "folder", ClassList([]))
    stage_assignment(course)
    done = grade(course, workers=1)
    assert not done.not_graded
    assert converters.scores(course.submission("ada"))["standardize-check"][0] > 0


def _leaves(url, address):
    return url.startswith("http") and not url.startswith(address)
