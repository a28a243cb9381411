"""A maintainer's day: an exercise gets another point, and release and tests say what else must change."""

import re
import shutil
import subprocess
import sys

import lab
import pytest

NAME = "00-warm-up"
DECLARED = "bncourse/exercises/warm_up/standardize.py"
PARTS = ("bncourse", "notebooks", "solutions", "tests")
UP_TO_DATE = "tests/test_nbgrader.py::test_notebooks_holds_what_nbgrader_makes_of_solutions_and_nothing_else"
FILES = ("nbgrader_config.py", "pyproject.toml")


@pytest.fixture
def clone(tmp_path):
    """Give a clone of the course, which runs its own package where a command is given in it."""
    folder = tmp_path / "clone"
    for part in PARTS:
        leave = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(lab.ROOT / part, folder / part, ignore=leave)
    for file in FILES:
        shutil.copy(lab.ROOT / file, folder)
    return folder


class Clone:
    """The commands that a maintainer gives in a folder, and what they say."""

    def __init__(self, folder, environment):
        self.folder, self.environment = folder, environment

    def release(self):
        """Give the code and the words of ``bncourse release 00``."""
        return self._run("bncourse.cli", "release", "00")

    def tests(self, *which):
        """Give the code and the words of some tests."""
        return self._run("pytest", "-p", "no:cacheprovider", *which)

    def _run(self, *words):
        done = subprocess.run(
            [sys.executable, "-m", *words], cwd=self.folder, env=self.environment, timeout=300,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        return done.returncode, " ".join(done.stdout.split())


def replace(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.nightly
def test_one_point_more_is_asked_for_everywhere_until_all_agree(clone, tmp_path, screen):
    max_ = lab.person(tmp_path / "max")
    lab.save_by_hand(max_)
    shell = Clone(clone, max_)
    source = clone / "solutions" / NAME / f"{NAME}.ipynb"
    with lab.started(clone, max_, "--instructor") as address:
        host, token = lab.base(address)
        window = screen("maintainer")
        window.open(f"{host}lab/tree/solutions/{NAME}/{NAME}.ipynb?token={token}")
        window.menu("Nbgrader", "Create Assignment")
        window.page.locator(".nbgrader-CreateAssignmentWidget").get_by_text("Total points").wait_for()
        ids = window.page.locator(".nbgrader-CellId input")
        names = ids.evaluate_all("inputs => inputs.map(input => input.value)")
        cell = ids.nth(names.index("standardize-check")).locator("xpath=ancestor::*[contains(@class, 'CellWidget')]")
        points = cell.locator(".nbgrader-CellPoints input")
        points.fill("3")
        points.press("Tab")
        window.picture("points")
        window.save(source, '"points": 3')

    code, said = shell.release()
    assert code and re.search(r"cell \d+ \(standardize-check\): the cell gives 3 points, the exercise 2", said)
    replace(clone / DECLARED, "points=2", "points=3")
    code, said = shell.release()
    assert code and "cell 1 (title): it says '2 points', but there are 3; correct the number" in said
    replace(source, "one exercise, 2 points", "one exercise, 3 points")
    code, said = shell.tests(UP_TO_DATE)
    assert code and f"run bncourse release: {NAME}/{NAME}.ipynb" in said
    code, said = shell.release()
    assert not code, said
    code, said = shell.tests(UP_TO_DATE)
    assert not code, said
