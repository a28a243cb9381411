"""The house rules: who may import whom, what an import costs, and what must say the same in two places."""

import ast
import graphlib
import json
import re
import subprocess
import sys
import tomllib
from collections import Counter
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bncourse.sandbox.mounts import INSIDE

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "bncourse"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Each part of the package, and the parts it may import. `trouble` is free for all; a part that is not named
# here may import any.
MAY_IMPORT = {
    "trouble": set(),
    "templates": set(),
    "backend": set(),
    "course": set(),
    "reference": {"backend"},  # for the answers to the exercises that ask for Keras objects
    "data": {"packaged_files"},
    "packaged_files": set(),
    "losses": set(),
    "waiting": {"templates"},
    "reopened": {"templates"},
    "figures": {"reopened", "surroundings", "templates", "waiting"},  # whether somebody is there to move a slider
    "network": {"reference", "data", "losses"},
    "tuned_model": {"backend", "data"},
    "experiments": {"network", "reference", "data", "losses", "backend", "museum", "tuned_model"},
    "time_limit": set(),
    "checking": {"time_limit", "templates"},
    "sandbox.inside": {"checking", "drivers", "sandbox", "time_limit"},
    "sandbox": {"sandbox.inside", "checking", "backend", "time_limit"},
    "museum": {"templates"},
    "drivers": {"backend", "museum", "tuned_model"},
    "exercises": {"checking", "reference", "drivers", "backend"},
    "check": {"exercises", "checking", "learner", "surroundings", "waiting"},
    "surroundings": set(),
}
# Notebooks and nbgrader, nothing of batch normalization: these it may not import.
GRADING_MAY_NOT = {"reference", "data", "network", "experiments", "figures"}


@cache
def parsed(path):
    """The syntax tree of a file; several rules look at it, and none changes it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def part(module):
    """The part of the package that a file belongs to, such as "reference"."""
    parts = module.relative_to(PACKAGE).with_suffix("").parts
    return "sandbox.inside" if parts[:2] == ("sandbox", "inside") else parts[0]


@cache
def imports(module, *, at_the_top=False):
    """Names of the modules that a file imports: all, or only those that load together with the file."""
    return tuple(_imports(module, at_the_top))


def _imports(module, at_the_top):
    waiting = [parsed(module)]
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.expr) or (at_the_top and isinstance(node, functions)):
            continue  # no import stands in an expression
        waiting += ast.iter_child_nodes(node)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module}: write the whole name in an import"
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_imported(module):
    names = [name.split(".") for name in imports(module) if name.startswith("bncourse.")]
    found = {"sandbox.inside" if name[1:3] == ["sandbox", "inside"] else name[1] for name in names}
    return found - {"__version__"}


def test_imports_go_one_way():
    wrong = {}
    for module in MODULES:
        others = parts_imported(module)
        if part(module) in MAY_IMPORT:
            wrong[module] = others - MAY_IMPORT[part(module)] - {part(module), "trouble"}
        if part(module) == "grading":
            wrong[module] = others & GRADING_MAY_NOT
    assert not {str(module.relative_to(PACKAGE)): names for module, names in wrong.items() if names}


MOST_LINES, MOST_MODULES = 300, 20


def test_no_module_is_too_long_and_no_package_too_full():
    lengths = {str(module.relative_to(PACKAGE)): len(module.read_text("utf-8").splitlines()) for module in MODULES}
    assert not {name: lines for name, lines in lengths.items() if lines > MOST_LINES}
    counts = Counter(str(module.parent.relative_to(PACKAGE)) for module in MODULES if module.name != "__init__.py")
    assert not {name: count for name, count in counts.items() if count > MOST_MODULES}


def test_what_tries_other_forms_beside_a_submission_imports_nothing_of_the_course_that_is_not_there():
    there = {f"bncourse.{name.removesuffix('.py').replace('/', '.')}" for name in INSIDE}
    for name in [name for name in INSIDE if name.startswith("checking/")]:
        needed = {each for each in imports(PACKAGE / name, at_the_top=True) if each.startswith("bncourse.")}
        modules = {each for each in needed if (PACKAGE.parent / f"{each.replace('.', '/')}.py").exists()}
        assert modules <= there, name


def test_no_two_classes_share_a_name():
    names = Counter(
        node.name
        for module in MODULES
        for node in parsed(module).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert not [name for name, count in names.items() if count > 1]


def test_no_modules_import_each_other_in_a_circle():
    names = {
        ".".join(m.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): m for m in MODULES
    }
    packages = {name for name, module in names.items() if module.name == "__init__.py"}
    arrows = {
        name: {each for each in imports(module, at_the_top=True) if each in names} - packages - {name}
        for name, module in names.items()
    }
    graphlib.TopologicalSorter(arrows).prepare()  # raises CycleError, with the circle


def test_heavy_libraries_load_only_where_they_belong():
    wrong = {}
    for module in MODULES:
        at_the_top = {name.split(".")[0] for name in imports(module, at_the_top=True)}
        heavy = {"keras", "jax", "tensorflow", "torch", "sklearn", "mlxtend", "IPython"}
        if part(module) == "sandbox.inside":  # the cells of a submission run in IPython, in a process of their own
            heavy -= {"IPython"}
        if part(module) != "figures":
            heavy |= {"matplotlib"}
        wrong[module] = at_the_top & heavy
        if part(module) != "grading":
            wrong[module] |= {"nbgrader"} & {name.split(".")[0] for name in imports(module)}
    assert not {str(module.relative_to(PACKAGE)): names for module, names in wrong.items() if names}


def test_importing_bncourse_loads_numpy_and_nothing_heavier():
    program = (
        "import sys, numpy; before = set(sys.modules); import bncourse\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - sys.stdlib_module_names))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["bncourse"]


def test_the_command_answers_help_without_loading_what_it_does_not_need():
    program = (
        "import sys; from bncourse.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*{name.split('.')[0] for name in sys.modules} - sys.stdlib_module_names)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not set(found.stdout.splitlines()[-1].split()) & {
        "jupyter_core",
        "jupyter_client",
        "nbgrader",
        "keras",
    }


def test_reading_the_tests_loads_no_library_that_takes_seconds_and_that_few_of_them_need(loaded_while_reading):
    """Each process of a run reads all files: import such a library in the test, or in a fixture of its file."""
    assert not loaded_while_reading


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_conda_environment_names_what_pyproject_names():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lines = [line for line in conda["dependencies"] if isinstance(line, str)]
    [by_pip] = [line["pip"] for line in conda["dependencies"] if isinstance(line, dict)]
    assert "-e ." in by_pip
    named = {Requirement(line) for line in [*lines, *by_pip] if line not in ("pip", "-e .")}
    wanted = {Requirement(line) for line in project()["dependencies"]}
    assert named == wanted | {Requirement(f"python{project()['requires-python']}")}
    assert conda["variables"] == {"KERAS_BACKEND": "jax"}


OF_A_TAB = {
    "js",
    "pyodide",
    "pyodide_js",
    "pyodide_kernel",
}  # the Python of a browser has them, and no registry for ours


def test_a_time_that_a_stranger_wrote_is_read_in_one_place():
    """What else nbgrader reads as a time may open a file that it names."""
    readers = {
        path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py") if "parse_utc" in path.read_text()
    }
    assert readers == {"grading/submission/timestamp.py", "grading/gradebook/writer.py"}  # and what staging wrote


def test_every_library_that_is_imported_is_declared():
    by_module = packages_distributions()
    every = [*project()["dependencies"], *(d for extra in project()["optional-dependencies"].values() for d in extra)]
    declared = {canonicalize_name(Requirement(line).name) for line in every}
    imported = {name.split(".")[0] for module in MODULES for name in imports(module)}
    libraries = imported - set(sys.stdlib_module_names) - {"bncourse"} - OF_A_TAB
    missing = {
        name
        for name in libraries
        if not declared & {canonicalize_name(each) for each in [*by_module.get(name, ()), name]}
    }
    assert not missing


def test_every_dependency_has_its_reason_in_contributing():
    reasons = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    everything = [
        *project()["dependencies"],
        *(d for extra in project()["optional-dependencies"].values() for d in extra),
    ]
    without = {Requirement(line).name for line in everything if f"`{Requirement(line).name}`" not in reasons}
    assert not without


def test_the_readme_and_the_test_run_use_the_same_command():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    [line] = [line for line in readme.splitlines() if line.startswith("python3") and "pytest" in line]
    command = line.split(" && ")[-1]
    assert command == (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert f"`{command}`" in (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_the_version_is_the_same_in_the_package_in_pyproject_and_in_the_changelog():
    import bncourse

    assert bncourse.__version__ == project()["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## ([\d.]+)", changelog, re.M).group(1) == project()["version"]


def test_only_texts_are_kept():
    """A model or an archive that a trial left behind is not the project's."""
    told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if told.returncode:
        pytest.skip("this is no clone of the repository")
    for name in filter(None, told.stdout.decode().split("\0")):
        if (path := ROOT / name).is_file():
            path.read_text(encoding="utf-8")


def test_the_hook_takes_outputs_from_a_notebook_and_leaves_what_nbgrader_needs(tmp_path):
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    [command] = [hook["entry"].split() for hook in hooks if hook["id"] == "nbstripout"]
    metadata = {
        "nbgrader": {"grade": True, "grade_id": "normalize-check", "locked": True, "points": 2},
        "tags": ["raises-exception"],
    }
    cell = {"cell_type": "code", "id": "kept", "metadata": metadata, "source": ["1"]}
    ran = {"execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1"]}]}
    notebook = {"cells": [cell | ran], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "notebook.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    subprocess.run([Path(sys.executable).with_name(command[0]), *command[1:], path], check=True)
    [stripped] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert stripped == cell | {"execution_count": None, "outputs": []}


def test_every_test_that_a_promise_names_is_there():
    promises = (ROOT / "docs" / "safe-grading.md").read_text(encoding="utf-8")
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    everything = "\n".join(texts.values())
    named = set(re.findall(r"`(test_\w+)`", promises))
    assert named and not {name for name in named if f"def {name}(" not in everything}
    assert not set(re.findall(r"`(?:tests/)?(?:browser/)?(test_\w+\.py)", promises)) - set(texts)
    pairs = re.findall(r"`tests/(\w+\.py)::(\w+)`", promises)
    assert not (named | {name for _, name in pairs}) & {
        node.name
        for path in (ROOT / "tests").rglob("test_*.py")
        for node in parsed(path).body
        if "pytest.mark.nightly" in map(ast.unparse, getattr(node, "decorator_list", ()))
    }, "a promise is tried each time, not at night alone"
    assert not [pair for pair in pairs if f"def {pair[1]}(" not in texts[pair[0]]]


def test_a_program_in_a_string_imports_what_there_is():
    """Moving a module rewrites imports, and not the programs that are handed to another Python as text."""
    line = re.compile(r"^from (bncourse\.(?:grading|learner|sandbox|site)[\w.]*) import ([\w, ]+)$", re.MULTILINE)
    missing = []
    for path in sorted([*ROOT.glob("bncourse/**/*.py"), *ROOT.glob("tests/*.py")]):
        for node in ast.walk(parsed(path)):
            for module, names in line.findall(node.value) if _is_text(node) else ():
                for name in names.replace(" ", "").split(","):
                    if not (_module(f"{module}.{name}") or (_module(module) and name in _module(module).read_text())):
                        missing.append(f"{path.name}: {module} has no {name}")
    assert not missing


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _module(name):
    place = ROOT / name.replace(".", "/")
    return next((path for path in (place.with_suffix(".py"), place / "__init__.py") if path.is_file()), None)
