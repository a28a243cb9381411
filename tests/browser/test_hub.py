"""A real JupyterHub as docs/hub.md sets it up, with real accounts, seen in Chromium: a term, and a student who pries.

It is long, and left out unless asked for: ``python -m pytest -m hub tests/browser/test_hub.py``, as root.
"""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
import urllib.error
import urllib.request

import many_people
import pytest
from lab import ARTEFACTS, PATIENCE, Screen
from small_course import NAME, cell, save
from test_many_people import RIGHT, contents, everything_of_others, points

WHY_NOT = many_people.why_not()
PROXY = os.environ.get("CONFIGURABLE_HTTP_PROXY") or shutil.which("configurable-http-proxy")
pytestmark = [
    pytest.mark.hub,
    pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT),
    pytest.mark.skipif(not PROXY, reason="the hub's proxy is missing: npm install -g configurable-http-proxy"),
]
STUDENTS = {"ada": RIGHT, "ben": {"centre": RIGHT["centre"]}, "eve": {}}
PASSWORD = "only on this loopback"
SETTINGS = """
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_port = {ports[1]}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.ConfigurableHTTPProxy.command = ["{proxy}"]
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.Spawner.cmd = ["{program}"]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180
"""


class Hub:
    """A JupyterHub on loopback, and the windows of the people who use it."""

    def __init__(self, machine, chromium):
        pytest.importorskip("jupyterhub", reason='JupyterHub is missing: pip install -e ".[hub]"')
        self.machine, self.chromium, self.windows = machine, chromium, {}
        probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
        ports = [probe.getsockname()[1] for probe in probes]
        for probe in probes:
            probe.close()
        self.address = f"http://127.0.0.1:{ports[0]}"
        program = machine.program("jupyterhub-singleuser", "jupyterhub.singleuser")
        folder = machine.folder / "hub"
        folder.mkdir(mode=0o700)
        lab = next(machine.python.parents[1].glob("lib/python*/site-packages/bncourse/learner/lab"))
        own = SETTINGS.format(ports=ports, proxy=PROXY, password=PASSWORD, program=program)
        students, replaced = re.subn('"HUB/lib/.*/lab"', f'"{lab}"', machine.of_the_page("### 5."))
        assert replaced == 1
        graders = machine.of_the_page("- In the hub: a service")
        for theirs, ours in {
            "HUB/bin/jupyterhub-singleuser": str(program),
            "http://127.0.0.1:9999": f"http://127.0.0.1:{ports[3]}",
            "bn-staff/bncourse": "HERE",
            '"/home/HERE"': f'"{machine.course}"',
            "bn-staff": "teacher",
        }.items():
            assert theirs in graders
            graders = graders.replace(theirs, ours)
        (folder / "jupyterhub_config.py").write_text("\n".join([own, students, graders]))
        self.log = (folder / "hub.log").open("w")
        self.running = machine.popen(
            *(machine.python, "-m", "jupyterhub", "-f", folder / "jupyterhub_config.py"),
            folder=folder,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def wait(self):
        """Wait until the hub answers."""
        end = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < end and self.running.poll() is None:
            try:
                return urllib.request.urlopen(f"{self.address}/hub/health", timeout=5)
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        raise AssertionError((self.machine.folder / "hub" / "hub.log").read_text()[-3000:])

    def enter(self, name):
        """Log in as a person, in a window of their own, and wait for JupyterLab; gives the window."""
        context = self.chromium.new_context(viewport={"width": 1280, "height": 900})
        window = Screen(context.new_page(), f"hub, {name}")
        window.page.goto(f"{self.address}/hub/login")
        window.page.fill("input[name=username]", name)
        window.page.fill("input[name=password]", PASSWORD)
        window.page.click("input[type=submit], button[type=submit]")
        window.page.wait_for_url(f"**/user/{name}/**", timeout=2 * PATIENCE)
        window.page.locator(".lm-MenuBar-item").first.wait_for()
        self.windows[name] = window
        return window

    def of(self, name, path):
        return f"{self.address}/user/{name}/{path}"

    def close(self):
        for window in self.windows.values():
            window.page.context.close()
        self.running.send_signal(signal.SIGINT)  # the hub then ends the servers of all people
        self.running.wait(timeout=60)
        self.log.close()
        shutil.copy(self.machine.folder / "hub" / "hub.log", ARTEFACTS / "hub.log")


class Formgrader:
    """The page of Formgrader, and its buttons."""

    def __init__(self, window, home):
        self.window, self.page, self.home = window, window.page, home

    def press(self, column):
        """Press a button in the assignment's row, and read what nbgrader says."""
        self.page.goto(f"{self.home}/manage_assignments")
        self.page.locator("tr").filter(has_text=NAME).locator(f"td.{column} a").click()
        dialog = self.page.locator(".modal.in, .modal.show").first
        dialog.wait_for()
        self.window.picture(column)
        return dialog.inner_text()

    def give(self, points):
        """Give points for the one written answer that waits."""
        waiting = self.page.request.get(f"{self.home}/api/submitted_notebooks/{NAME}/{NAME}").json()
        [one] = [each["id"] for each in waiting if each["needs_manual_grade"]]  # their order is nobody's
        self.page.goto(f"{self.home}/submissions/{one}")
        self.page.locator("input#why.needs_manual_grade").wait_for()
        with self.page.expect_response(lambda answer: "/api/grade/" in answer.url) as saved:
            self.page.locator("input#why").fill(str(points))
            self.page.locator("input#why").press("Tab")
        self.window.picture("points by hand")
        return saved.value.ok


@pytest.fixture(scope="module")
def hub(chromium):
    machine = many_people.SharedMachine(lab=True)
    machine.start()
    hub = Hub(machine, chromium)
    try:
        hub.wait()
        yield hub
    finally:
        hub.close()
        machine.close()


def work(machine, student):
    """Write a student's answers into their file, which stays theirs."""
    path = machine.home(student) / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    for name, source in STUDENTS[student].items():
        cell(notebook, name)["source"] = source
    save(notebook, path)


def test_a_term_on_a_hub_and_a_student_who_pries(hub):
    machine = hub.machine
    teacher = hub.enter("teacher")
    formgrader = Formgrader(teacher, hub.of("teacher", "formgrader"))
    assert "Successfully" in formgrader.press("assign")
    assert "Successfully" in formgrader.press("release")
    assert stat.S_IMODE(machine.exchange.stat().st_mode) == 0o1777

    for student in STUDENTS:
        window = hub.enter(student)
        window.menu("Nbgrader", "Assignment List")
        window.page.get_by_role("button", name="Fetch", exact=True).click()
        window.page.get_by_role("button", name="Submit").wait_for()
        work(machine, student)
        window.page.get_by_role("button", name="Submit").click()
        window.page.get_by_text(re.compile(r"No feedback|Feedback not|20\d\d-")).first.wait_for()
        window.picture("submitted")

    assert "Successfully" in formgrader.press("collect")
    assert {path.name for path in (machine.course / "submitted").iterdir()} == set(STUDENTS)
    graded = machine.run("teacher", "grade", "90", program="bncourse")
    assert graded["code"] == 0, graded["said"]
    assert formgrader.give(2)
    assert "Successfully" in formgrader.press("generate-feedback")
    assert "Successfully" in formgrader.press("release-feedback")
    assert [sum(points(machine, student).values()) for student in STUDENTS] == [5, 1, 0]

    for student in STUDENTS:
        page = hub.windows[student].page
        page.get_by_role("button", name="Fetch Feedback").click()
        page.get_by_text("view feedback").first.wait_for()
        hub.windows[student].picture("feedback")
        assert len(list((machine.home(student) / NAME / "feedback").rglob("*.html"))) == 1

    said = machine.run("teacher", "doctor", "--hub", program="bncourse")
    assert said["code"] == 0, said["said"]
    before = contents(machine)
    pry(hub)
    assert contents(machine) == before
    grade_together(hub)


def pry(hub):
    """Try as eve to get at the others, through the hub and through her own server."""
    machine, eve = hub.machine, hub.windows["eve"]
    ask = eve.page.request
    for path in ("formgrader/manage_assignments", f"formgrader/api/submissions/{NAME}", "api/contents", "lab"):
        for other in ("teacher", "ada"):
            answer = ask.get(hub.of(other, path))
            assert answer.status in (403, 404) or "/hub/" in answer.url, (other, path, answer.status, answer.url)
    assert ask.get(f"{hub.address}/services/bncourse/formgrader/manage_assignments").status == 403
    for path in ("api/contents", "files"):
        for place in (machine.course / "gradebook.db", machine.home("ada") / NAME):
            up = "/".join([".."] * 12) + str(place)
            for name in (str(place), up, up.replace("..", "%2e%2e")):
                assert ask.get(hub.of("eve", f"{path}/{name.lstrip('/')}")).status >= 400, name
    own = ask.get(hub.of("eve", "formgrader/api/assignments"))
    assert own.status == 404 or own.json() == []
    eve.page.goto(hub.of("eve", "lab"))
    eve.page.locator(".lm-MenuBar-item").filter(has_text="Nbgrader").click()
    eve.picture("what a student's menu has")
    assert eve.page.locator(".lm-Menu-item").filter(has_text="Formgrader").count() == 0
    hub.windows["ben"].page.goto(hub.of("ada", "lab"))
    hub.windows["ben"].picture("another's JupyterLab")
    assert "You do not have permission to access" in hub.windows["ben"].page.inner_text("body")
    # what her kernel and her terminal could do: they run as she does
    assert machine.reach("eve", everything_of_others(machine)) == set()


def grade_together(hub):
    """Let another grader in through the service of docs/hub.md, and no student."""
    tim = hub.enter("tim")
    together = Formgrader(tim, f"{hub.address}/services/bncourse/formgrader")
    tim.page.goto(f"{together.home}/gradebook/{NAME}/{NAME}")
    tim.page.locator("table a").filter(has_text="Submission").first.wait_for()
    tim.picture("a grader through the service")
    assert hub.machine.reach("tim", [hub.machine.course / "gradebook.db"]) == set()
