"""A learner in a browser tab: answers, the way back, a newer release, another browser, and the grade."""

import csv
import hashlib
import json
import re
import shutil
import threading

import lab
import pyodide_files
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bncourse.site.tab import around
from bncourse.site.tab.build import build
from bncourse.site.tab.serve import Handler, server

pytestmark = pytest.mark.tab
NAME = "00-warm-up"
PLACE = f"{NAME}/{NAME}.ipynb"
WRONG = "def standardize(x, eps=1e-8):\n    return (x - x.mean()) / (x.std() + eps)"
RIGHT = "def standardize(x, eps=1e-8):\n    return (x - x.mean(axis=0)) / (x.var(axis=0) + eps) ** 0.5"
LOOP = "def standardize(x, eps=1e-8):\n    while True:\n        pass"
NEW = "A sentence of the newer release."
SLOW = 240_000  # milliseconds: Python starts, and a busy machine has other things to do
BUTTONS = ".jp-NotebookPanel-toolbar > .jp-Toolbar-item"
# whether what is shown of these stands side by side, and nothing else is in front
IN_ONE_LINE = """which => {
  const shown = [...document.querySelectorAll(which)].map((each) => [each, each.getBoundingClientRect()]);
  const middles = shown.filter(([, box]) => box.width).map(([each, box]) => {
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const front = box.right <= innerWidth + 1 ? document.elementFromPoint(x, y) : null;
    return box.height && !each.contains(front) ? NaN : y;
  });
  return middles.length > 6 && Math.max(...middles) - Math.min(...middles) < 8;
}"""
# what the bar says; and which of these sentences would not be seen to the end
SAID = re.findall(r'\bsay\("(.+?)"\)', (around.PAGE / "notebook.js").read_text(encoding="utf-8"))
SAID += ["Python is starting (123 s, 23 of 34 MB). Read on; Shift+Enter is kept."]
CUT_OFF = """(place, said) => said.filter((words) => {
  const before = place.textContent;
  place.textContent = words;
  const bar = place.parentElement;
  const isCut = place.scrollWidth > place.clientWidth || place.scrollHeight > place.clientHeight
    || bar.scrollHeight > bar.clientHeight;
  place.textContent = before;
  return isCut;
})"""
KEEPS_NOTHING = "delete window.indexedDB; Object.defineProperty(window, 'indexedDB', {get() { throw new Error('no') }})"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="the extra site is not installed")

    def not_run(notebooks, cache):  # the page of a notebook that was run: tests/test_tab.py
        return {name: [[] for _ in notebook.cells] for name, notebook in notebooks.items()}

    return build(lab.ROOT, tmp_path_factory.mktemp("site"), pyodide_files.folder(), not_run)


@pytest.fixture(scope="module")
def address(site):
    """Give the address of the course, which is not at the top of its host."""
    place = site.parent / "host" / "some" / "course"
    place.parent.mkdir(parents=True)
    place.symlink_to(site)
    (site.parent / "host" / "index.html").write_text("a host")
    running = server(site.parent / "host")
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/some/course/"
    running.shutdown()
    running.server_close()


class Tab(lab.Screen):
    """A page of JupyterLite: the same gestures; the bar of the course says when Python is ready."""

    def __init__(self, page, journey):
        super().__init__(page, journey)
        page.set_default_timeout(SLOW)
        self.bar, self.told = page.locator("#bncourse-bar"), page.locator("#bncourse-told")

    def open(self, address, name=NAME):
        self.page.goto(f"{address}notebooks/index.html?path={name}/{name}.ipynb")
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()

    def kernel(self):
        self.bar.get_by_text("Python is ready.").wait_for()

    def download(self, place):
        with self.page.expect_download() as coming:
            self.bar.get_by_role("button", name="Download my work").click()
        coming.value.save_as(place)
        return place

    def saved(self):
        """Save, and wait until the browser has it."""
        self.page.keyboard.press("Control+s")
        self.page.wait_for_timeout(2_000)


@pytest.fixture(scope="module")
def work(address, chromium, tmp_path_factory):
    """Give the zip that a learner takes home after the first visit."""
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        page, elsewhere = context.new_page(), []
        page.on("request", lambda asked: elsewhere.append(asked.url) if _leaves(asked.url, address) else None)
        window = Tab(page, "in a tab")
        page.goto(address)
        window.picture("the first page")
        assert page.get_by_role("alert").count() == 0
        page.get_by_role("link", name="Begin with the warm-up").click()
        first = window.cell("bncourse first")
        window.run(first)  # Python is not ready yet
        window.kernel()
        assert "1" in first.locator(".jp-InputPrompt").first.inner_text()
        window.picture("ready")
        for answer, says in ((WRONG, "NOT YET"), (LOOP, "seconds"), (RIGHT, "✓ CORRECT")):
            window.write(window.cell("def standardize"), answer)
            window.run(window.cell("def standardize"))
            said = window.run(window.cell("check.standardize(standardize)"))
            expect(said).to_contain_text(says, use_inner_text=True, timeout=SLOW)
            window.picture(says.strip("✓ ").lower())
        window.shows(said, "What it is good for", "Another way to write it", "Checked: standardize")
        window.saved()
        page.reload()
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "x.mean(axis=0)" in window.cell("def standardize").inner_text()
        window.picture("came back")
        place = window.download(tmp_path_factory.mktemp("home") / "work.zip")
        assert not elsewhere
    return place


def test_an_answer_from_a_tab_gets_the_points_that_it_gets_at_home(work, tmp_path):
    course, handed = lab.course(tmp_path / "course", NAME), tmp_path / "handed in"
    for student in ("ada", "grace"):
        (handed / student).mkdir(parents=True)
    shutil.copy(work, handed / "ada")
    answer = _with_cell(lab.ROOT / "notebooks" / PLACE, "standardize", RIGHT)
    (handed / "grace" / f"{NAME}.ipynb").write_text(json.dumps(answer))
    me = lab.person(tmp_path / "me")
    for words in (["collect", "00", str(handed)], ["stage", "00"], ["grade", "00", "--workers", "1"]):
        said = lab.command(course, me, "bncourse.cli", *words)
        assert "not taken" not in said
    lab.command(course, me, "bncourse.cli", "scores", "00", "--format", "csv", "-o", str(tmp_path / "scores.csv"))
    with open(tmp_path / "scores.csv", newline="") as file:
        scores = {row["student"]: row["score"] for row in csv.DictReader(file)}
    assert scores == {"ada": "2", "grace": "2"}


def test_work_is_opened_again_in_another_browser_and_at_home(work, address, chromium, tmp_path):
    with chromium.new_context(viewport={"width": 390, "height": 844}) as context:
        window = Tab(context.new_page(), "my work")
        window.page.goto(f"{address}my-work.html")
        window.page.locator("#open").set_input_files(work)
        window.page.get_by_text(f"{NAME} is here.").wait_for()
        window.picture("opened on a phone")
        window.page.get_by_role("link", name=NAME).click()
        window.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "x.mean(axis=0)" in window.cell("def standardize").inner_text()
        window.picture("the notebook on a phone")
    me = lab.person(tmp_path / "me")
    said = lab.command(tmp_path, me, "bncourse.cli", "get", "mine", "--work", str(work))
    assert f"{NAME}: your work is here." in said and "were added to your journal" in said
    assert "x.mean(axis=0)" in (tmp_path / "mine" / "notebooks" / PLACE).read_text()


def test_a_newer_release_takes_the_answers_over_and_two_tabs_are_told(site, address, chromium):
    released = {path: path.read_bytes() for path in (site / "files" / PLACE, site / "course" / "site.json")}
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        window = Tab(context.new_page(), "a newer release")
        window.open(address)
        window.write(window.cell("def standardize"), WRONG)
        window.saved()
        try:
            _publish(site, NEW)
            other = Tab(context.new_page(), "a second tab")
            other.open(address)
            window.shows(other.told, "open in another tab, too", "Close it in the other tab, then reload this page")
            assert other.page.locator(".jp-MarkdownCell", has_text=NEW).count() == 0
            window.shows(window.told, "open in another tab, too")
            other.picture("told")
            other.write(other.cell("def standardize"), WRONG)
            other.saved()
            window.page.bring_to_front()
            window.write(window.cell("def standardize"), RIGHT)
            window.page.keyboard.press("Control+s")  # JupyterLab does not write over what it does not know
            window.shows(window.page.locator(".jp-Dialog"), "has changed on disk", "Overwrite")
            window.picture("asked")
            window.page.close()
            other.page.reload()
            other.page.locator(".jp-MarkdownCell", has_text=NEW).wait_for()
            window.shows(other.told, "a newer release of the notebook, with your answers. As it was: before/")
            assert "x.std()" in other.cell("def standardize").inner_text()
            other.picture("merged")
            other.page.reload()
            other.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
            expect(other.told.locator("p")).to_have_count(0)
        finally:
            for path, content in released.items():
                path.write_bytes(content)


@pytest.mark.parametrize(
    ("notebook", "exercise", "answer"),
    [
        (
            "07-keras",
            "to_pytorch",
            "def to_pytorch(gamma, beta, moving_mean, moving_variance, momentum, batch):\n"
            "    variance = np.asarray(moving_variance) * batch / (batch - 1)\n"
            "    return {'weight': gamma, 'bias': beta, 'running_mean': moving_mean, 'running_var': variance,\n"
            "            'momentum': 1 - momentum}",
        ),
        (
            "11-at-home",
            "signal_variance",
            "def signal_variance(blocks, start, gain, gamma=None):\n"
            "    number = np.arange(blocks)\n"
            "    if gamma is None:\n"
            "        skip = start * (1.0 + gain) ** number\n"
            "        return skip, gain * skip\n"
            "    return start + gamma**2 * number, np.full(blocks, gamma**2 * 1.0)",
        ),
    ],
)
def test_a_keras_notebook_says_what_is_missing_and_its_other_exercises_are_answered(
    address, chromium, notebook, exercise, answer
):
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        window = Tab(context.new_page(), f"keras {notebook}")
        window.page.goto(f"{address}notebooks/index.html?path={notebook}/{notebook}.ipynb#exercise={exercise}")
        window.shows(window.told, "Keras does not run in a browser", "this notebook as it was run on a computer")
        window.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        expect(window.page.locator(".jp-MarkdownCell", has_text=f"Exercise: {exercise}")).to_be_in_viewport(
            timeout=SLOW
        )
        window.picture("at the exercise")
        window.kernel()
        said = window.run(window.cell("bncourse first"))
        window.shows(said, "Keras does not run in a browser")
        assert "Traceback" not in said.inner_text()
        window.write(window.cell(f"def {exercise}"), answer)
        window.run(window.cell(f"def {exercise}"))
        said = window.run(window.cell(f"check.{exercise}({exercise})"))
        expect(said).to_contain_text("✓ CORRECT", use_inner_text=True, timeout=SLOW)
        window.picture("answered")


def test_an_old_page_goes_on_after_a_new_version_of_the_site_and_says_so(site, address, chromium):
    old = {path: path.read_bytes() for path in (site / "files" / PLACE, site / "course" / "site.json")}
    old[site / "jupyter-lite.json"] = (site / "jupyter-lite.json").read_bytes()
    [python] = (site / "static").glob("python-*")
    renamed = python.with_name("python-0123456789ab")
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        window = Tab(context.new_page(), "a new version")
        window.page.goto(address)
        window.shows(window.page.locator("#loading"), "All of Python is in this browser")
        window.open(address)
        window.kernel()
        window.write(window.cell("def standardize"), RIGHT)
        window.saved()
        try:
            _publish(site, NEW)
            python.rename(renamed)  # the old Python is on the host no more
            for path in (site / "course" / "site.json", site / "jupyter-lite.json"):
                path.write_text(path.read_text().replace(python.name, renamed.name))
            other = Tab(context.new_page(), "the new version beside")
            other.page.goto(address)
            other.shows(other.page.locator("#loading"), "All of Python is in this browser")
            other.page.close()
            window.page.evaluate("dispatchEvent(new Event('focus'))")
            window.shows(window.told, "The course has a newer release.", "save and reload it: your answers are")
            window.picture("told")
            window.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
            expect(window.bar).to_contain_text("Python is starting", timeout=SLOW)
            window.kernel()
            for words in ("bncourse first", "def standardize"):
                window.run(window.cell(words))
            said = window.run(window.cell("check.standardize(standardize)"))
            expect(said).to_contain_text("✓ CORRECT", use_inner_text=True, timeout=SLOW)
            window.saved()
            window.page.reload()
            window.page.locator(".jp-MarkdownCell", has_text=NEW).wait_for()
            assert "x.mean(axis=0)" in window.cell("def standardize").inner_text()
            window.kernel()
            window.picture("reloaded")
        finally:
            renamed.rename(python)
            for path, content in old.items():
                path.write_bytes(content)


def test_on_a_phone_the_text_fits_and_an_exercise_is_answered_with_the_buttons(address, chromium):
    with chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True) as context:
        window = Tab(context.new_page(), "a phone")
        window.page.goto(address)
        window.picture("the first page")
        window.open(address)
        window.picture("opened")
        for all_of, one in ((".lm-MenuBar-item", ":has-text('Help')"), (BUTTONS, "[data-jp-item-name=restart]")):
            expect(window.page.locator(all_of + one)).to_be_visible(timeout=SLOW)
            assert window.page.evaluate(IN_ONE_LINE, all_of), all_of
        expect(window.page.get_by_text("Not Trusted")).to_be_hidden()
        text = window.page.locator(".jp-MarkdownCell .jp-RenderedHTMLCommon").nth(1)
        box = text.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        assert box["width"] > 280  # the margins leave most of the width to the text
        assert window.bar.bounding_box()["height"] < 110
        assert window.bar.get_by_role("status").evaluate(CUT_OFF, SAID) == []
        run = window.page.locator("[data-jp-item-name=run] jp-button, [data-jp-item-name=run] button").first
        first = window.cell("bncourse first")
        first.locator(".cm-content").tap()
        run.tap()  # Python is not ready yet
        window.kernel()
        expect(first.locator(".jp-InputPrompt").first).to_contain_text("1", timeout=SLOW)
        for words, answer in (("def standardize", RIGHT), ("check.standardize", None)):
            cell = window.cell(words)
            cell.locator(".cm-content").tap()
            if answer:
                window.write(cell, answer)
                window.picture("written")
            run.tap()
            expect(cell.locator(".jp-InputPrompt").first).to_contain_text(re.compile(r"\d"), timeout=SLOW)
        said = window.cell("check.standardize").locator(".jp-OutputArea").first
        expect(said).to_contain_text("✓ CORRECT", use_inner_text=True, timeout=SLOW)
        said.scroll_into_view_if_needed()
        window.picture("correct")
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_second_visit_takes_python_from_the_browser_also_without_a_network(address, chromium):
    with chromium.new_context() as context:
        window = Tab(context.new_page(), "second visit")
        window.page.goto(address)
        window.shows(window.page.locator("#loading"), "All of Python is in this browser")
        window.open(address)
        window.kernel()
        context.set_offline(True)
        window.page.reload()
        window.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        window.kernel()
        window.run(window.cell("bncourse first"))
        window.picture("without a network")


def test_without_a_network_in_the_first_visit_it_says_what_to_do(address, chromium):
    with chromium.new_context(service_workers="block") as context:  # else it would ask in the place of the page
        window = Tab(context.new_page(), "the network breaks")
        window.page.route("**/static/python-*/*.whl", lambda route: route.abort())
        window.page.goto(address)
        window.shows(
            window.page.locator("#loading"), "The connection broke while Python was loading", "reload this page"
        )
        window.picture("told")


def test_a_connection_that_breaks_while_a_notebook_opens_is_told_and_what_was_written_is_there_when_it_is_back(
    address, chromium, monkeypatch
):
    may_come, give = threading.Event(), Handler.copyfile

    def when_it_may(self, source, output):
        if "/numpy-" in self.path:  # without which Python does not start
            may_come.wait(SLOW / 1000)
        give(self, source, output)

    monkeypatch.setattr(Handler, "copyfile", when_it_may)
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        window = Tab(context.new_page(), "the network breaks in a notebook")
        window.open(address)
        expect(window.bar).to_contain_text("Python is starting", timeout=SLOW)
        window.write(window.cell("def standardize"), RIGHT)
        window.saved()
        context.set_offline(True)
        window.shows(window.bar, "There is no connection, and Python is not all here yet.", "reload this page")
        window.picture("told")
        context.set_offline(False)
        may_come.set()
        window.page.reload()
        window.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "x.mean(axis=0)" in window.cell("def standardize").inner_text()
        window.kernel()
        for words in ("bncourse first", "def standardize"):
            window.run(window.cell(words))
        said = window.run(window.cell("check.standardize(standardize)"))
        expect(said).to_contain_text("✓ CORRECT", use_inner_text=True, timeout=SLOW)
        window.picture("went on")


def test_a_browser_that_keeps_nothing_says_so_and_gives_the_work_as_a_file(address, chromium, tmp_path):
    with chromium.new_context() as context:
        context.add_init_script(KEEPS_NOTHING)
        window = Tab(context.new_page(), "keeps nothing")
        window.page.goto(address)
        window.shows(window.page.get_by_role("alert"), "keeps nothing from this page")
        window.open(address)
        window.shows(window.told, "This browser keeps nothing", "Download my work")
        window.write(window.cell("def standardize"), WRONG)
        window.picture("told")
        place = window.download(tmp_path / "work.zip")
        shutil.unpack_archive(place, tmp_path)
        assert "x.std()" in (tmp_path / PLACE).read_text()
        window.kernel()
        for words in ("bncourse first", "def standardize", "check.standardize"):
            window.run(window.cell(words))
        place = window.download(tmp_path / "later.zip")
        shutil.unpack_archive(place, tmp_path)
        assert '"outcome": "not yet"' in (tmp_path / "bncourse-journal.txt").read_text()
        expect(window.bar).to_contain_text("Not saved in this browser", timeout=SLOW)
        assert window.page.evaluate("jupyterapp.shell.currentWidget.context.model.dirty")  # so the browser asks


@pytest.mark.parametrize("from_the_first", [False, True])
def test_a_full_storage_is_told_no_cell_waits_for_it_and_no_answer_is_lost(address, chromium, tmp_path, from_the_first):
    with chromium.new_context(viewport={"width": 1280, "height": 1000}) as context:
        window = Tab(context.new_page(), f"full storage {'from the first' * from_the_first}")
        session = context.new_cdp_session(window.page)

        def quota(size):  # bytes; less than is kept already refuses every further one
            session.send("Storage.overrideQuotaForOrigin", {"origin": address.split("/some")[0], "quotaSize": size})

        if from_the_first:
            quota(1000)
            window.page.goto(address)
            window.shows(window.page.locator("#loading"), "storage is nearly full, so Python is loaded anew")
        window.open(address)
        window.kernel()
        quota(1000)
        for words, answer in (("bncourse first", None), ("def standardize", WRONG), ("check.standardize", None)):
            if answer:
                window.write(window.cell(words), answer)
            said = window.run(window.cell(words))
        expect(said).to_contain_text("NOT YET", use_inner_text=True, timeout=SLOW)
        for name in ("mine.npy", "an ending.nobody knows"):
            refused = window.below(window.cell("def standardize"), f"open('/drive/{name}', 'wb').write(bytes(9))")
            window.shows(refused, "OSError")
        window.page.keyboard.press("Control+s")
        window.shows(window.told, "does not keep your answers (its storage is full)", "Before you close or reload it")
        expect(window.told.locator("p", has_text="does not keep")).to_have_count(1, timeout=SLOW)
        expect(window.bar).to_contain_text("Not saved in this browser", timeout=SLOW)
        assert "could not be looked at" not in window.told.inner_text()
        window.page.wait_for_timeout(15_000)  # JupyterLab's own saving
        assert window.page.locator(".jp-Dialog").count() == 0
        window.picture("told")
        with window.page.expect_download() as coming:
            window.told.get_by_role("button", name="Download my work").click()
        coming.value.save_as(tmp_path / "work.zip")
        shutil.unpack_archive(tmp_path / "work.zip", tmp_path)
        assert "x.std()" in (tmp_path / PLACE).read_text()
        assert '"outcome": "not yet"' in (tmp_path / "bncourse-journal.txt").read_text()
        quota(10**9)
        window.shows(window.told, "All is saved in this browser again.")
        window.picture("saved again")
        window.page.reload()
        window.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "x.std()" in window.cell("def standardize").inner_text()
        place = window.download(tmp_path / "again.zip")
        shutil.unpack_archive(place, tmp_path / "again")
        assert '"outcome": "not yet"' in (tmp_path / "again" / "bncourse-journal.txt").read_text()


def test_answers_get_the_room_that_the_copy_of_python_takes(address, chromium):
    with chromium.new_context() as context:
        window = Tab(context.new_page(), "room for answers")
        window.open(address)
        window.kernel()
        session = context.new_cdp_session(window.page)
        used = window.page.evaluate("navigator.storage.estimate().then(({ usage }) => usage)")
        assert used > 10_000_000  # Python is here
        session.send(
            "Storage.overrideQuotaForOrigin", {"origin": address.split("/some")[0], "quotaSize": used - 1_000_000}
        )
        window.write(window.cell("def standardize"), WRONG)
        window.saved()
        expect(window.page.locator("#bncourse-told p")).to_have_count(0)
        window.page.reload()
        window.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        assert "x.std()" in window.cell("def standardize").inner_text()


@pytest.mark.parametrize(
    ("without", "says"),
    [
        ("delete window.WebAssembly", "This browser has no WebAssembly"),
        (
            "Object.defineProperty(navigator.storage, 'estimate', { value: async () => ({ quota: 9e7, usage: 8e7 }) })",
            "storage is nearly full, so your next answers may not be kept. Download my work",
        ),
    ],
)
def test_what_a_browser_lacks_is_told_with_what_to_do(address, chromium, without, says):
    with chromium.new_context() as context:
        context.add_init_script(without)
        window = Tab(context.new_page(), "lacks something")
        window.open(address)
        window.shows(window.told, says)


def test_what_is_ours_has_no_serious_barrier(address, chromium):
    with chromium.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        for name in ("index.html", "my-work.html"):
            page.goto(address + name)
            page.wait_for_timeout(1_000)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            assert not _serious(Axe().run(page)), name
        window = Tab(page, "barriers")
        window.open(address)
        assert not _serious(Axe().run(page, context={"include": [["#bncourse-bar"]]}))


def _serious(found):
    return [each["id"] for each in found.response["violations"] if each["impact"] in ("serious", "critical")]


def _with_cell(path, key, source):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["id"] == key)["source"] = source
    return notebook


def _publish(site, words):
    """Put a newer release of the notebook on the host: a text cell has another sentence."""
    path, about = site / "files" / PLACE, site / "course" / "site.json"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    [_, cell, *_] = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    cell["source"] = words
    path.write_text(json.dumps(notebook), encoding="utf-8")
    said = json.loads(about.read_text(encoding="utf-8"))
    said["notebooks"][PLACE] = hashlib.sha256(path.read_bytes()).hexdigest()
    about.write_text(json.dumps(said | {"version": "9.9"}), encoding="utf-8")


def _leaves(url, address):
    own = url.startswith(address) or url.endswith("/api/service-worker-heartbeat")  # which its own worker answers
    return url.startswith("http") and not own
