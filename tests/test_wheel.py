"""The wheel, without a checkout: what is in it, and a learner's first ten minutes with it."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import urllib.request
import zipfile
from email import message_from_bytes
from pathlib import Path

import lab
import pytest

from bncourse import course

ROOT = Path(__file__).resolve().parents[1]
NEEDED = ("bncourse", "notebooks", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE", "LICENSE-text.md")
NAME = "04-normalize-scale-shift"
EXECUTE = ("python", "-c", "from nbclient.cli import main; main()")  # in the environment of the first `python`
WRONG, RIGHT = "def batch_mean(x):\n    return x.mean(axis=1)", "def batch_mean(x):\n    return x.mean(axis=0)"


def build(source, folder, kind="wheel"):
    """Build the project of a folder, without a network; gives the file."""
    folder.mkdir()
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", folder],
        cwd=source,
        check=True,
        capture_output=True,
    )
    [made] = folder.iterdir()
    return made


def project(folder):
    """Copy what a build needs, to be changed."""
    folder.mkdir()
    for name in NEEDED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder)
    return folder


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build(ROOT, tmp_path_factory.mktemp("built") / "dist")


def names_in(wheel):
    return zipfile.ZipFile(wheel).namelist()


def about(wheel):
    [place] = [name for name in names_in(wheel) if name.endswith(".dist-info/METADATA")]
    return message_from_bytes(zipfile.ZipFile(wheel).read(place))


def test_the_wheel_has_what_a_learner_needs_and_nothing_of_the_workshop(wheel):
    names = set(names_in(wheel))
    for path in course.notebooks(ROOT):
        assert zipfile.ZipFile(wheel).read(f"bncourse/released/{path.name}") == path.read_bytes()
    assert {"bncourse/py.typed", "bncourse/figures/course.mplstyle"} <= names
    settings = (ROOT / "bncourse" / "learner" / "lab").rglob("*.json")
    assert {path.relative_to(ROOT).as_posix() for path in settings} <= names
    parts = {name.split("/")[0] for name in names}
    assert {part for part in parts if not part.endswith(".dist-info")} == {"bncourse"}
    assert not [name for name in names if name.startswith(("bncourse/battery", "bncourse/benchmarks"))]
    assert wheel.stat().st_size < 2_000_000


def test_answers_of_somebody_who_worked_in_the_folder_do_not_get_into_a_wheel(tmp_path):
    source = project(tmp_path / "project")
    place = source / "notebooks" / NAME / f"{NAME}.ipynb"
    released = place.read_text(encoding="utf-8")
    for spoil in (
        lambda cell: cell.update(source=RIGHT),
        lambda cell: cell.update(outputs=[{"output_type": "stream"}]),
    ):
        notebook = json.loads(released)
        spoil(next(cell for cell in notebook["cells"] if cell["id"] == "batch_mean"))
        place.write_text(json.dumps(notebook), encoding="utf-8")
        with pytest.raises(subprocess.CalledProcessError) as refused:
            build(source, tmp_path / str(len(list(tmp_path.iterdir()))))
        assert b"somebody has worked in" in refused.value.stderr + refused.value.output


@pytest.mark.nightly
def test_a_wheel_from_the_source_archive_is_the_same(wheel, tmp_path):
    archive = build(ROOT, tmp_path / "archive", "sdist")
    safely = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}  # from Python 3.11.4 on
    shutil.unpack_archive(archive, tmp_path / "unpacked", **safely)
    [source] = (tmp_path / "unpacked").iterdir()
    assert sorted(names_in(build(source, tmp_path / "again"))) == sorted(names_in(wheel))
    assert (source / "solutions").is_dir() and (source / "tests").is_dir()  # it is the whole course


def test_the_page_of_a_package_index_has_no_link_that_leads_nowhere(wheel, tmp_path):
    relative = re.compile(r"\]\((?!https?:|#)([^)]+)\)")
    here = (ROOT / "README.md").read_text(encoding="utf-8")
    assert relative.search(here)
    page = about(wheel)
    assert not relative.search(page.get_payload()) and not page.get_all("Project-URL")
    source = project(tmp_path / "project")
    address = "https://example.org/somebody/bncourse"
    change(source / "pyproject.toml", 'address = ""', f'address = "{address}"')
    page = about(build(source, tmp_path / "dist"))
    text, version = page.get_payload(), page["Version"]
    assert not relative.search(text)
    linked = re.findall(rf"\]\({address}/blob/v{re.escape(version)}/([^)#]+)", text)
    assert len(linked) == len(relative.findall(here)) and all((ROOT / name).exists() for name in linked)
    urls = dict(line.split(", ") for line in page.get_all("Project-URL"))
    assert urls["Homepage"] == address and urls["Issues"] == f"{address}/issues"


def test_the_readme_names_the_wheel_and_the_command_that_makes_it(wheel):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"pip install {wheel.name} && bncourse get && cd bncourse && bncourse start" in readme
    assert "`python -m hatchling build -t wheel`" in readme


def test_the_classifiers_name_the_systems_and_pythons_that_were_tried(wheel):
    said = about(wheel).get_all("Classifier")
    assert [each for each in said if each.startswith("Operating System")] == ["Operating System :: POSIX :: Linux"]
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    pythons = [each.rpartition(" ")[2] for each in said if re.search(r":: 3\.\d+$", each)]
    assert f">={pythons[0]}" == needed


class Person:
    """Somebody with an environment of their own, who has the wheel and no checkout."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = lab.person(folder / "home")
        self.environment.pop("PYTHONPATH", None)
        # as `python -m venv`, with a pip that was unpacked once for all environments of this account
        apart = ("--no-download", "--no-periodic-update", "--symlink-app-data")
        subprocess.run([sys.executable, "-m", "virtualenv", "-q", *apart, folder / "venv"], check=True)
        bin_folder = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.python = bin_folder / "python"
        others = [
            path for path in os.environ["PATH"].split(os.pathsep) if path and not Path(path).is_relative_to(sys.prefix)
        ]
        self.environment["PATH"] = os.pathsep.join([str(bin_folder), *others])
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        own = subprocess.run([self.python, "-c", where], check=True, capture_output=True, text=True).stdout.strip()
        # The libraries of this environment come behind its own; an editable bncourse there is not found this way.
        Path(own, "libraries.pth").write_text(sysconfig.get_path("purelib"))
        for part in ("share", "etc"):  # JupyterLab's page and settings lie beside the libraries
            (folder / "venv" / part).mkdir(exist_ok=True)
            (folder / "venv" / part / "jupyter").symlink_to(Path(sys.prefix, part, "jupyter"))

    def run(self, *words, where=None):
        done = subprocess.run(
            list(map(str, words)),
            cwd=where or self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=3000,
        )
        return done.returncode, done.stdout + done.stderr

    def install(self, wheel):
        options = ("--no-compile", "--no-index", "--no-deps", "--upgrade")
        code, said = self.run(self.python, "-m", "pip", "install", *options, wheel)
        assert code == 0, said

    def cards(self, folder, *answers, whole=False):
        """Write answers into the notebook, one after the other, run it down to the check, and give what that says.

        Where it is to be run `whole`, there is one answer.
        """
        place = folder / "notebooks" / NAME / f"{NAME}.ipynb"
        notebook = json.loads(place.read_text(encoding="utf-8"))
        names = [cell["id"] for cell in notebook["cells"]]
        check = names.index("batch_mean-check")
        written = notebook["cells"][names.index("batch_mean")]
        written["source"] = answers[-1]
        place.write_text(json.dumps(notebook), encoding="utf-8")
        if not whole:
            place = self.folder / "tried.ipynb"
            cells = notebook["cells"][: names.index("batch_mean")]
            for number, answer in enumerate(answers):
                asked = notebook["cells"][check]
                cells += [
                    {**written, "source": answer, "id": f"tried-{number}"},
                    {**asked, "id": f"{asked['id']}-{number}"},
                ]
            place.write_text(json.dumps(notebook | {"cells": cells}), encoding="utf-8")
        code, said = self.run(*EXECUTE, "--inplace", place, where=folder)
        assert code == 0, said
        ran = json.loads(place.read_text(encoding="utf-8"))["cells"]
        return [json.dumps(cell["outputs"]) for cell in ran if cell["id"].startswith("batch_mean-check")]


def answers(started, path):
    """Ask a server that `bncourse start` has named."""
    base, token = re.match(r"(http://[^/]+/).*token=(\w+)", started).groups()
    with urllib.request.urlopen(f"{base}{path}?token={token}", timeout=300) as answer:
        return answer.read().decode()


@pytest.mark.nightly
def test_a_notebook_of_kaggle_installs_the_course_from_an_address_and_says_what_is_different(wheel, tmp_path):
    """Kaggle's variable alone is set here; neither Kaggle nor Colab can be reached from a test."""
    source = lab.course(tmp_path / "course", "00-warm-up")
    change(source / "nbgrader_config.py", 'c.Elsewhere.install = ""', f'c.Elsewhere.install = "{wheel.as_uri()}"')
    command = [sys.executable, "-m", "bncourse.cli", "release", "00"]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    released = json.loads((source / "notebooks" / "00-warm-up" / "00-warm-up.ipynb").read_text(encoding="utf-8"))
    names = [cell["id"] for cell in released["cells"]]
    first = names.index("imports")
    assert names[:2] == ["title", "elsewhere-install"] and first < 6  # before it there are words alone
    place = tmp_path / "tried.ipynb"
    place.write_text(json.dumps(released | {"cells": released["cells"][: first + 1]}), encoding="utf-8")
    learner = Person(tmp_path)
    assert learner.run("python", "-c", "import bncourse")[0] != 0
    learner.environment |= {"KAGGLE_KERNEL_RUN_TYPE": "Interactive", "PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1"}
    code, said = learner.run(*EXECUTE, "--inplace", place)
    assert code == 0, said
    shown = json.dumps(json.loads(place.read_text(encoding="utf-8"))["cells"][1]["outputs"])
    assert "This is Kaggle" in shown and "progress()" in shown
    where = learner.run("python", "-c", "import bncourse; print(bncourse.__file__)")[1]
    assert Path(where.strip()).is_relative_to(tmp_path / "venv")


@pytest.mark.parametrize("until", ["a right answer", pytest.param("a newer release", marks=pytest.mark.nightly)])
def test_the_first_ten_minutes_with_a_wheel(wheel, tmp_path, until):
    """Get, start, a wrong and a right answer; at night a newer release that keeps it, too."""
    learner = Person(tmp_path)
    learner.install(wheel)
    code, said = learner.run("bncourse", "get")
    assert code == 0 and said.splitlines()[-1] == 'Open it: cd "bncourse" && bncourse start', said
    folder = tmp_path / "bncourse"
    where = learner.run("python", "-c", "import bncourse; print(bncourse.__file__)", where=folder)[1]
    assert Path(where.strip()).is_relative_to(tmp_path / "venv")

    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = str(probe.getsockname()[1])
    log = tmp_path / "start.log"
    with log.open("w") as words:
        running = subprocess.Popen(
            ["bncourse", "start", "--no-browser", "--port", port],
            cwd=folder,
            env=learner.environment,
            stdout=subprocess.PIPE,
            stderr=words,
            text=True,
        )
    try:
        started = running.stdout.readline().strip()
        assert started.split("?")[0].endswith("lab/tree/notebooks/00-warm-up/00-warm-up.ipynb"), log.read_text()
        shown = answers(started, "lab")
        assert "@jupyter/nbgrader:formgrader" in shown  # among what a learner's settings switch off
        listed = json.loads(answers(started, "api/contents/notebooks"))["content"]
        assert {each["name"] for each in listed} == {path.stem for path in course.notebooks(ROOT)}
    finally:
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=300)

    wrong, right = learner.cards(folder, WRONG, RIGHT)
    assert "NOT YET" in wrong and "CORRECT" in right
    assert re.search(r"batch_mean .*done|✓ .*batch_mean", learner.run("bncourse", "progress", where=folder)[1])
    if until == "a right answer":
        return

    assert "CORRECT" in learner.cards(folder, RIGHT, whole=True)[0]
    source = project(tmp_path / "project")
    for path in ("pyproject.toml", "bncourse/__init__.py"):
        change(source / path, '"0.1.0"', '"0.2.0"')
    change(source / "notebooks" / NAME / f"{NAME}.ipynb", "# 04 Normalize, scale and shift", "# 04, the second edition")
    learner.install(build(source, tmp_path / "newer"))
    assert "newer ones came with the package" in learner.run("bncourse", "doctor", where=folder)[1]
    code, said = learner.run("bncourse", "get", where=folder)
    assert code == 0 and "(release 0.2.0)" in said and "1 updated" in said, said
    text = (folder / "notebooks" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "the second edition" in text and "return x.mean(axis=0)" in text and "CORRECT" in text

    for command in (["bench"], ["demo", tmp_path / "demo"], ["release"], ["grade", "04"]):  # these want a clone
        code, said = learner.run("bncourse", *command, where=folder)
        assert code == 1 and "clone" in said and "Traceback" not in said, said
