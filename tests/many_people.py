"""A small machine of its own, with five accounts: what runs here sees them, and the real machine does not.

The accounts are in a copy of ``/etc/passwd`` that one process and its children see in its place. Each command runs in a
child that has become one of these people, in the layout of ``docs/hub.md``.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from textwrap import dedent

import open_python
import small_course

DOOR = Path(__file__).with_name("person_door.py")
PAGE = Path(__file__).resolve().parents[1] / "docs" / "hub.md"
PEOPLE = ("teacher", "ada", "ben", "eve", "tim")  # tim helps to grade, on a real hub
FIRST = 71001
# Large, and used by no notebook here: a copy without them is made in half the time.
NOT_NEEDED = {
    *("dask", "distributed", "hypothesis", "jax", "jaxlib", "keras", "mlxtend", "playwright", "scipy"),
    *("sklearn", "sphinx", "sphinxcontrib", "sphinx_book_theme", "virtualenv"),
}
_VIEW = 'mount --bind "$1/passwd" /etc/passwd && mount --bind "$1/group" /etc/group && shift && exec "$@"'


def why_not():
    """Give the reason why no such machine can be made here, or ""."""
    if os.name != "posix" or os.geteuid() != 0:
        return "to become several people takes root"
    if not shutil.which("unshare"):
        return "unshare (util-linux) is missing"
    tried = subprocess.run(["unshare", "--mount", "true"], capture_output=True)
    return "" if tried.returncode == 0 else "this root may not make a view of files of its own (unshare --mount)"


class SharedMachine:
    """A teacher, three students, a course and an exchange, made as ``docs/hub.md`` says.

    Parameters
    ----------
    lab : bool, default False
        With JupyterLab and its extensions, too.
    """

    def __init__(self, lab=False):
        self.folder = Path(tempfile.mkdtemp(prefix="bncourse-people-"))
        self.folder.chmod(0o755)
        self.python = open_python.make(self.folder / "python", NOT_NEEDED)
        self.program("alembic", "alembic.config")  # nbgrader calls it to make a gradebook
        for part in ("share/jupyter", "share/jupyterhub", "etc/jupyter") if lab else ("share/jupyter/nbconvert",):
            shutil.copytree(Path(sys.prefix, part), self.python.parents[1] / part)
        for address in self.python.parents[1].glob("lib/*/site-packages/bncourse-*/direct_url.json"):
            address.unlink()  # this copy is not editable
        self.course, self.exchange = self.home("teacher") / "course", self.folder / "exchange"
        self._accounts()
        self.exchange.mkdir()
        self.exchange.chmod(0o1777)
        small_course.write(self.course, small_course.with_written_answer())
        settings = self.course / "nbgrader_config.py"
        settings.write_text(re.sub(r"(?m)^exchange = .*$", self.of_the_page("### 4."), settings.read_text(), count=1))
        shutil.rmtree(self.course / "exchange", ignore_errors=True)
        self._give(self.course, "teacher")
        for path in [self.course, *self.course.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
        (self.home("teacher") / ".jupyter").mkdir(mode=0o700)
        (self.home("teacher") / ".jupyter" / "nbgrader_config.py").symlink_to(settings)
        self._give(self.home("teacher") / ".jupyter", "teacher")
        settings_for_all = self.python.parents[1] / "etc" / "jupyter" / "nbgrader_config.py"
        settings_for_all.parent.mkdir(parents=True, exist_ok=True)
        settings_for_all.write_text(self.of_the_page("### 3."))
        self._process = None

    def home(self, name):
        return self.folder / "home" / name

    def program(self, name, module):
        """Put a program beside the interpreter; gives its path."""
        path = self.python.with_name(name)
        path.write_text(f"#!{self.python}\nfrom {module} import main\n\nmain()\n")
        path.chmod(0o755)
        return path

    def start(self):
        """Start the process in which all of them live."""
        self._process = self.popen(self.python, DOOR, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def popen(self, *command, folder="/", **more):
        """Start a process as root that sees these accounts."""
        environment = {"PATH": f"{self.python.parent}:/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
        seen = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _VIEW, "sh", self.folder, *command]
        return subprocess.Popen(seen, env=environment, cwd=folder, **more)

    def run(self, who, *arguments, where=None, program="nbgrader"):
        """Run a command as a person; gives {"code": its exit code, "said": what it printed}."""
        return self._ask(who, {"run": [program, *map(str, arguments)]}, where)

    def reach(self, who, paths):
        """Try to list, read, change, rename, remove and replace all these paths as a person; gives what worked."""
        return {tuple(each) for each in self._ask(who, {"reach": [str(path) for path in paths]}, "/")["worked"]}

    def close(self):
        if self._process:
            self._process.stdin.close()
            self._process.wait(timeout=300)
            self._process.stdout.close()
        for number in range(FIRST, FIRST + len(PEOPLE)):  # what grading as one of them left
            shutil.rmtree(Path(tempfile.gettempdir(), f"bncourse-slots-{number}"), ignore_errors=True)
        shutil.rmtree(self.folder)

    def _ask(self, who, task, where):
        task |= {
            "number": FIRST + PEOPLE.index(who),
            "home": str(self.home(who)),
            "folder": str(where or (self.course if who == "teacher" else self.home(who))),
        }
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the process of these people has ended"
        return json.loads(answer)

    def of_the_page(self, step):
        """Give the settings that docs/hub.md names in a step, with the exchange of this machine."""
        text = PAGE.read_text(encoding="utf-8").partition(step)[2].partition("```python\n")[2].partition("```")[0]
        return dedent(text).strip().replace("/srv/nbgrader/exchange", str(self.exchange))

    def _accounts(self):
        lines = {}
        for name in ("passwd", "group"):
            lines[name] = Path("/etc", name).read_text()
        for number, name in enumerate(PEOPLE, FIRST):
            lines["passwd"] += f"{name}:x:{number}:{number}::{self.home(name)}:/bin/sh\n"
            lines["group"] += f"{name}:x:{number}:\n"
            self.home(name).mkdir(parents=True)
            self.home(name).chmod(0o700)
            self._give(self.home(name), name)
        for name, text in lines.items():
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o644)

    def _give(self, folder, name):
        number = FIRST + PEOPLE.index(name)
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, number, number, follow_symlinks=False)
