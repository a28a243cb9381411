"""JupyterLab as a person has it: started by ``bncourse start``, with a home folder of its own, seen in Chromium."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import expect

ROOT = Path(__file__).resolve().parents[1]
ARTEFACTS = ROOT / "artefacts"
CHROMIUM_OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 300_000  # milliseconds for a page to show something; the machine may be busy with other tests
LOOK_EVERY = 100  # milliseconds; at each frame, as Playwright looks otherwise, the page would be drawn all the time


def course(folder, *notebooks):
    """Make a course folder with these notebooks of the course, as a clone has them; gives the folder."""
    for part in ("notebooks", "solutions"):
        (folder / part).mkdir(parents=True, exist_ok=True)
        for name in notebooks:
            shutil.copytree(ROOT / part / name, folder / part / name)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def person(home, **variables):
    """Give the environment of somebody whose files all lie in the folder `home`."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "BNCOURSE", "NBGRADER"))
    }
    own = {"HOME": home, "XDG_DATA_HOME": home / "data", "USER": home.name, "LOGNAME": home.name}
    own |= {f"JUPYTER_{kind}_DIR": home / "jupyter" / kind.lower() for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"IPYTHONDIR": home / "ipython", "BNCOURSE_JOURNAL": home / "journal.jsonl"}
    own |= {"PYTEST_DEBUG_TEMPROOT": home}  # else /tmp/pytest-of-NAME, which may be somebody else's
    return {**kept, **{name: str(value) for name, value in (own | variables).items()}}


def choose_theme(environment, theme):
    """Choose a theme for a person, as the Settings menu of JupyterLab does."""
    _set(environment, "apputils-extension/themes", theme=theme)


def save_by_hand(environment):
    """Turn off JupyterLab's own saving for a person, so that no Ctrl+S meets it half-way."""
    _set(environment, "docmanager-extension/plugin", autosave=False)


def _set(environment, plugin, **settings):
    lab = Path(environment["JUPYTER_CONFIG_DIR"], "lab", "user-settings", "@jupyterlab")
    place = lab / f"{plugin}.jupyterlab-settings"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(settings))


@contextmanager
def started(folder, environment, *options):
    """Run ``bncourse start`` in a folder, and give the address that it prints."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "bncourse.cli", "start", "--no-browser", "--port", str(port), *options]
    said = Path(environment["HOME"], "start.log")
    with said.open("w") as log:
        running = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=log, text=True)
    try:
        address = running.stdout.readline().strip()
        assert address, said.read_text()
        yield address
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=300)


def command(folder, environment, *words):
    """Run a command of the course or of nbgrader as a person does, and give what it said."""
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=900
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


class Screen:
    """A page of JupyterLab with the gestures that the journeys are made of; every picture is kept.

    Parameters
    ----------
    page : playwright.sync_api.Page
    journey : str
        The folder of `ARTEFACTS` in which the pictures are kept.
    """

    def __init__(self, page, journey):
        self.page = page
        self.folder = ARTEFACTS / journey
        self.folder.mkdir(parents=True, exist_ok=True)
        self.taken = 0
        page.set_default_timeout(PATIENCE)

    def picture(self, says):
        """Keep a picture of the page."""
        self.taken += 1
        self.page.screenshot(path=self.folder / f"{self.taken:02} {says}.png")

    def open(self, address):
        """Open a notebook and wait for its kernel."""
        self.page.goto(address)
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.kernel()

    def kernel(self):
        """Wait until the bottom line says that the kernel is idle; before, Shift+Enter may be lost."""
        self.page.locator("#jp-main-statusbar").get_by_text("Python 3 (ipykernel) | Idle").wait_for()

    def cell(self, words):
        """Give the first code cell with these words in its source."""
        source = self.page.locator(".jp-InputArea").filter(has_text=words)
        return self.page.locator(".jp-Notebook .jp-CodeCell").filter(has=source).first

    def run(self, cell):
        """Click on a code cell, press Shift+Enter, and give its output when it has run."""
        cell.locator(".cm-content").click()
        return self.press(cell, "Shift+Enter")

    def press(self, cell, keys):
        """Press keys that run this cell, and give its output when its number has changed."""
        prompt = cell.locator(".jp-InputPrompt").first
        before = prompt.inner_text()
        self.page.keyboard.press(keys)
        self.page.wait_for_function(
            "([prompt, before]) => prompt.innerText != before && /\\d/.test(prompt.innerText)",
            arg=[prompt.element_handle(), before],
            polling=LOOK_EVERY,
        )
        return cell.locator(".jp-OutputArea").first

    def run_all(self):
        """Choose "Run All Cells" in the Run menu, and wait until the last cell has its number."""
        self.menu("Run", "Run All Cells")
        last = self.page.locator(".jp-CodeCell").last.locator(".jp-InputPrompt")
        is_run = "prompt => /\\d/.test(prompt.innerText)"
        self.page.wait_for_function(is_run, arg=last.element_handle(), polling=LOOK_EVERY)
        self.kernel()

    def menu(self, name, item):
        """Choose an item of a menu."""
        self.page.locator(".lm-MenuBar-item").filter(has_text=name).click()
        self.page.locator(".lm-Menu-item").filter(has_text=item).first.click()

    def write(self, cell, text):
        """Put a text into a cell in place of what stands there."""
        cell.locator(".cm-content").click()
        expect(cell.locator(".cm-content")).to_be_focused(timeout=PATIENCE)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.shows(cell.locator(".cm-content"), text.splitlines()[-1].strip())

    def below(self, cell, source):
        """Make a new cell below a cell, as a person does (Escape, b), run it, and give its output."""
        cell.locator(".cm-content").click()
        for key in ("Escape", "b"):
            self.page.keyboard.press(key)
        active = self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")
        expect(active).to_have_text("", timeout=PATIENCE)
        self.page.keyboard.press("Enter")
        expect(active).to_be_focused(timeout=PATIENCE)
        self.page.keyboard.insert_text(source)
        new = self.cell(source)
        new.wait_for()
        return self.press(new, "Shift+Enter")

    def go_to(self, words):
        """Go down with the arrow key, without the mouse, to the code cell with these words."""
        wanted = self.page.locator(".jp-CodeCell.jp-mod-active").filter(has_text=words)
        self.page.keyboard.press("Escape")
        for _ in range(self.page.locator(".jp-Notebook .jp-Cell").count()):
            if wanted.count():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow key reaches no cell with {words!r}")

    def replace(self, text):
        """Put a text in place of the active cell's, with keys alone, from the notebook's command mode."""
        active = self.page.locator(".jp-Notebook .jp-Cell.jp-mod-active .cm-content")
        self.page.keyboard.press("Enter")
        expect(active).to_be_focused(timeout=PATIENCE)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)
        self.shows(active, text.splitlines()[-1].strip())

    def settled(self):
        """Wait until JupyterLab has saved all that was changed: a saving beside another asks what to overwrite."""
        expect(self.page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-dirty")).to_have_count(0, timeout=PATIENCE)

    def save(self, path, words):
        """Press Ctrl+S, and again after some seconds, until the file has these words.

        A Ctrl+S while JupyterLab still ends an earlier saving does nothing.
        """

        def is_there():
            return words in path.read_text(encoding="utf-8")

        for _ in range(9):
            self.page.keyboard.press("Control+s")
            with suppress(AssertionError):
                return self._until(is_there, PATIENCE / 30)
        self.page.keyboard.press("Control+s")
        self._until(is_there)

    def saved(self, path, words):
        """Wait until the file has these words by JupyterLab's own saving.

        JupyterLab calls all saved when a saving ends, also what was changed during it, and saves that with the next
        change. So while the words are missing there is now and then a change: a new, empty cell.
        """
        for _ in range(10):
            with suppress(AssertionError):
                return self._until(lambda: words in path.read_text(encoding="utf-8"), PATIENCE / 15)
            for key in ("Escape", "b"):
                self.page.keyboard.press(key)
        raise AssertionError(f"{path.name} was never saved with {words!r}")

    def _until(self, is_so, patience=PATIENCE):
        end = time.monotonic() + patience / 1000
        while not is_so():
            assert time.monotonic() < end, "what was waited for did not come"
            self.page.wait_for_timeout(100)

    def shows(self, part, *words):
        """Wait until a part of the page shows all these words."""
        for wanted in words:
            expect(part).to_contain_text(wanted, use_inner_text=True, timeout=PATIENCE)


def base(address):
    """Split an address into the server's part and its token."""
    return re.match(r"(http://[^/]+/).*token=(\w+)", address).groups()
