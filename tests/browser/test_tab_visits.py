"""What the first visit and the next one of a browser tab load and cost; docs/elsewhere.md tells the numbers.

``python -m pytest -n0 -s -m tab tests/browser/test_tab_visits.py`` prints them.
"""

import gzip
import json
import threading
import time
from pathlib import Path

import lab
import machine
import psutil
import pytest
from playwright.sync_api import expect
from test_in_a_tab import RIGHT, SLOW, Tab, site  # noqa: F401  (a fixture is used by its name)

from bncourse.site.tab import serve

pytestmark = pytest.mark.tab
PACKED = (".whl", ".zip", ".png", ".woff2", ".woff")  # a host compresses everything else
MOST = 45_000_000  # bytes of a first visit
SCREEN = {"width": 1280, "height": 1000}


class Counting(serve.Handler):
    """Serves files, and counts them by name at the size in which a host that compresses would send them.

    What comes beside (SciPy and others) is held back until the exercise is answered, so that no answer waits for it.
    """

    sizes, sent, beside, may_come = {}, {}, set(), threading.Event()

    def copyfile(self, source, outputfile):
        place = self.translate_path(self.path)
        if Path(place).name in self.beside:
            self.may_come.wait(SLOW / 1000)
        self.sent[place] = self.sizes.get(place, 0)
        super().copyfile(source, outputfile)


@pytest.fixture
def host(site, monkeypatch):  # noqa: F811  (the fixture's name is the argument's)
    """Give the address of the site on a host that counts."""
    Counting.beside = {name for name, _ in json.loads((site / "course" / "site.json").read_text())["later"]}
    for path in site.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            Counting.sizes[str(path)] = len(content if path.suffix in PACKED else gzip.compress(content, 6))
    monkeypatch.setattr(serve, "Handler", Counting)
    running = serve.server(site)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/"
    running.shutdown()
    running.server_close()


def processor():
    """Return the seconds of a processor that the browser has used, and what drives it."""
    processes = psutil.Process().children(recursive=True)
    return sum(sum(each.cpu_times()[:2]) for each in processes if each.is_running())


def visit(page, address, says):
    """Open the first page, then notebook 00, run its first cell and answer an exercise; give what that took.

    The first cell is run as soon as it is on the page; Python is not ready then.
    """
    Counting.sent.clear()
    began, used = time.monotonic(), processor()
    window = Tab(page, f"visits {says}")
    page.set_default_timeout(3 * SLOW)
    page.goto(address)
    page.get_by_role("link", name="Begin with the warm-up").click()
    first = window.cell("bncourse first")
    first.wait_for()
    page.evaluate("jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")  # and numbers, of an earlier visit
    expect(first.locator(".jp-InputPrompt").first).not_to_contain_text("1", timeout=3 * SLOW)
    first.locator(".cm-content").click()
    page.keyboard.press("Shift+Enter")  # Python is not ready yet
    expect(first.locator(".jp-InputPrompt").first).to_contain_text("1", timeout=3 * SLOW)
    _so_far(began, used, f"{says}, first cell")
    window.write(window.cell("def standardize"), RIGHT)
    window.run(window.cell("def standardize"))
    said = window.run(window.cell("check.standardize(standardize)"))
    expect(said).to_contain_text("✓ CORRECT", use_inner_text=True, timeout=3 * SLOW)
    window.picture("answered")
    return _so_far(began, used, f"{says}, first answer")


def _so_far(began, used, until):
    """Give the bytes that have come, the seconds of a processor, and those of the clock; print them, too."""
    found = sum(Counting.sent.values()), processor() - used, time.monotonic() - began
    print(f"\n{until}: {found[0] / 1e6:.1f} MB, {found[1]:.0f} s of a processor, {found[2]:.0f} s", end="", flush=True)
    return found


def test_a_first_visit_loads_no_more_than_is_told_and_a_later_one_nothing(host, chromium, tmp_path):
    def browser():  # with a profile, as a reader has one: it keeps what it has compiled, too
        place = machine.chromium(chromium.browser_type.executable_path)
        return chromium.browser_type.launch_persistent_context(
            tmp_path / "profile", executable_path=place, args=lab.CHROMIUM_OPTIONS, viewport=SCREEN
        )

    with browser() as context:
        loaded, _, _ = visit(context.new_page(), host, "first visit")
        assert 1_000_000 < loaded < MOST
        Counting.may_come.set()
        page = context.new_page()
        page.goto(host)
        expect(page.locator("#loading")).to_contain_text("All of Python is in this browser", timeout=lab.PATIENCE)
    with browser() as context:
        loaded, _, _ = visit(context.new_page(), host, "second visit")
        assert loaded < 1_000_000
        assert not [place for place in Counting.sent if "/static/" in place]
