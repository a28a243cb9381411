"""A learner in a browser tab: the first visit, a wrong answer, an endless one, a right one, and the way back."""

import threading

import lab
import pyodide_files
import pytest
from playwright.sync_api import expect

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


def test_a_learner_answers_in_a_tab_and_comes_back(address, chromium):
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
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
        assert not elsewhere


def _leaves(url, address):
    return url.startswith("http") and not url.startswith(address)
