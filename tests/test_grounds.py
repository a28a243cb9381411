"""Binder, the dev container and the hub image install what pyproject.toml names, and run as nobody special."""

import json
import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from test_wheel import NEEDED

ROOT = Path(__file__).resolve().parents[1]


def lines(path):
    """The requirements of a conda environment: by conda, and by pip."""
    dependencies = yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))["dependencies"]
    [by_pip] = [line["pip"] for line in dependencies if isinstance(line, dict)]
    return [line for line in dependencies if isinstance(line, str)], by_pip


def dockerfile():
    text = (ROOT / "hub" / "Dockerfile").read_text(encoding="utf-8")
    without_comments = re.sub(r"^#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [line.split(None, 1) for line in without_comments.splitlines() if line.strip()]


def test_binder_installs_the_conda_environment_with_a_python_that_repo2docker_understands():
    ours, ours_by_pip = lines("environment.yml")
    binder, binder_by_pip = lines(".binder/environment.yml")
    [python] = [line for line in binder if line.startswith("python=")]
    assert re.fullmatch(r"python=\d+\.\d+", python)
    assert Requirement(ours[0]).specifier.contains(python.removeprefix("python="))
    assert [line for line in binder if line != python] == ours[1:]
    assert binder_by_pip == [line for line in ours_by_pip if line != "-e ."]
    assert "pip install --no-cache-dir --no-deps -e ." in (ROOT / ".binder" / "postBuild").read_text(encoding="utf-8")


def test_the_scripts_of_binder_can_be_run_and_are_sound_shell():
    for script in (".binder/postBuild", ".binder/start", "hub/course.sh"):
        subprocess.run(["sh", "-n", ROOT / script], check=True)
    assert all(os.access(ROOT / ".binder" / script, os.X_OK) for script in ("postBuild", "start"))


def test_binder_starts_with_the_settings_of_a_learner():
    echo = 'printf %s "$JUPYTER_CONFIG_PATH"'
    done = subprocess.run(
        [ROOT / ".binder" / "start", "sh", "-c", echo], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [Path(path) for path in done.stdout.split(":")] == [
        ROOT / "bncourse/learner/lab/learner",
        ROOT / "bncourse/learner/lab/everyone",
    ]


def test_the_hub_image_has_the_package_and_the_notebooks_no_solutions_and_never_runs_as_root():
    steps = dockerfile()
    assert steps[0][0] == "FROM"
    assert {text for word, text in steps if word == "USER"} == {"1000"}
    [install] = [text for word, text in steps if word == "RUN"]
    assert '"/tmp/bncourse[grading]"' in install and "-e " not in install
    copied = [path for word, text in steps if word == "COPY" for path in text.split()[:-1] if not path.startswith("--")]
    assert {"bncourse", "notebooks", "pyproject.toml"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists() and source.split("/")[0] not in (".", "solutions", "exchange")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = {
        "README.md",
        "hatch_build.py",
        *(p.name for pattern in project["license-files"] for p in ROOT.glob(pattern)),
    }
    assert needed <= set(copied)  # without them the package is not built
    built = [text.split() for word, text in steps if word == "COPY" and text.split()[-1].startswith("/tmp/bncourse/")]
    assert {path for paths in built for path in paths[:-1] if not path.startswith("--")} == set(NEEDED)
    assert "EXCHANGE" not in (ROOT / "hub" / "Dockerfile").read_text(encoding="utf-8")
    assert not (ROOT / "Dockerfile").exists()  # Binder would take it in place of .binder/


def test_no_page_of_the_project_gives_students_the_course_or_an_exchange_that_all_may_empty():
    pages = [ROOT / "README.md", ROOT / "nbgrader_config.py", *(ROOT / "docs").glob("*.md"), *(ROOT / "hub").iterdir()]
    for page in pages:
        for line in page.read_text(encoding="utf-8").splitlines():
            assert not re.search(r"export JUPYTER_CONFIG_PATH=(?!.*lab)|chmod (a\+w|0?777)|-m 0?777", line), (
                page.name,
                line,
            )
            if "777" in line.replace("1777", ""):
                assert re.search("must not|not 777|makes? it 777|would make", line) or page.name == "hub.md", line


def test_no_submission_and_no_gradebook_gets_into_an_image():
    ignored = set((ROOT / ".dockerignore").read_text(encoding="utf-8").split())
    kept_out_of_git = (
        (ROOT / ".gitignore").read_text(encoding="utf-8").split("never committed\n")[1].split("\n.nbgrader")[0]
    )
    assert {line.rstrip("/") for line in kept_out_of_git.splitlines()} <= ignored


@pytest.mark.parametrize("number", ["1000", "0"])
def test_a_persons_own_copy_on_a_hub_is_never_replaced_and_is_theirs(tmp_path, number):
    image, home, programs = tmp_path / "image", tmp_path / "home" / "ada", tmp_path / "bin"
    script = (ROOT / "hub" / "course.sh").read_text(encoding="utf-8")
    script = script.replace("/opt/bncourse", str(image)).replace("/home/", f"{home.parent}/")
    (image / "notebooks").mkdir(parents=True)
    (image / "notebooks" / "answer").write_text("empty")
    (image / "pyproject.toml").write_text("")
    home.mkdir(parents=True)
    programs.mkdir()
    for name, does in (("id", f"echo {number}"), ("chown", f'echo "$@" > {tmp_path}/given')):
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    own = home if number == "1000" else tmp_path / "root"
    environment = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(own), "NB_USER": "ada", "NB_UID": "70001"}
    for _ in range(2):
        subprocess.run(["sh", "-c", script], env=environment, check=True)
        (home / "bncourse" / "notebooks" / "answer").write_text("mine")
    assert (home / "bncourse" / "notebooks" / "answer").read_text() == "mine"
    assert (tmp_path / "given").exists() == (number == "0")
    if number == "0":
        assert (tmp_path / "given").read_text() == f"-R 70001:100 {home}/bncourse.part\n"


def test_the_dev_container_installs_an_extra_that_exists():
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    extra = re.search(r"'\.\[(\w+)\]'", container["postCreateCommand"]).group(1)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert extra in project["optional-dependencies"]


def test_the_citation_has_the_version_of_the_package():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["version"] == project["version"] and cited["title"] == project["name"]


def test_each_workflow_and_issue_form_can_be_read_and_names_tests_that_exist():
    for path in (ROOT / ".github").rglob("*.yml"):
        text = path.read_text(encoding="utf-8")
        assert yaml.safe_load(text)
        for name in re.findall(r"tests/\w+\.py", text):
            assert (ROOT / name).exists(), f"{path.name} names {name}"


def test_the_test_run_of_a_bare_machine_does_nothing_that_the_tests_do_not_do_themselves():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "apt-get" not in script and "playwright" not in script
