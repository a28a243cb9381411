"""The course in a browser tab: what it is built of and what is refused. The journey: tests/browser/test_in_a_tab.py."""

import asyncio
import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
import zipfile
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from verdicts_of_the_bank import asked as asked_without_keras

from bncourse import backend, cli
from bncourse import large_libraries as tab
from bncourse.course import find_folder
from bncourse.learner import cells, work
from bncourse.site.tab import around, executed, runtime, serve, start_page, wheels
from bncourse.trouble import Trouble


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """Give a small distribution: a core of two files, and a lock with three packages of which one is wanted."""
    packages = {
        "numpy": {"name": "numpy", "depends": ["blas", "pytz"], "file_name": "numpy.whl"},
        "blas": {"name": "blas", "depends": [], "file_name": "blas.zip"},
        "pandas": {"name": "pandas", "depends": ["numpy"], "file_name": "pandas.whl"},
        "pytz": {"name": "pytz", "depends": [], "file_name": "pytz.whl"},
    }
    for each in packages.values():
        (tmp_path / each["file_name"]).write_bytes(each["name"].encode())
        each["sha256"] = runtime._sha(each["name"].encode())
    (tmp_path / runtime.LOCK).write_text(json.dumps({"info": {}, "packages": packages}))
    (tmp_path / "pyodide.js").write_text("start()")
    core = {name: runtime._sha((tmp_path / name).read_bytes()) for name in (runtime.LOCK, "pyodide.js")}
    monkeypatch.setattr(runtime, "CORE", core)
    monkeypatch.setattr(runtime, "PACKAGES", ("numpy",))
    monkeypatch.setattr(runtime.closure, "__defaults__", (("numpy",),))
    monkeypatch.setattr(runtime.platformdirs, "user_cache_dir", lambda *name, **options: str(tmp_path / "cache"))
    return tmp_path


def test_a_folder_gives_what_is_wanted_with_what_that_needs_and_nothing_else(distribution, tmp_path_factory):
    made = tmp_path_factory.mktemp("made")
    lock = runtime.fetch(str(distribution), made)
    assert set(lock["packages"]) == {"numpy", "blas"} and lock["packages"]["numpy"]["depends"] == ["blas"]
    assert {path.name for path in made.iterdir()} == {runtime.LOCK, "pyodide.js", "numpy.whl", "blas.zip"}


@pytest.mark.parametrize("name", ["pyodide.js", "numpy.whl", "blas.zip"])
def test_another_file_than_the_pinned_one_is_refused_by_name(distribution, tmp_path_factory, name):
    (distribution / name).write_text("another")
    with pytest.raises(Trouble, match=rf"{name} from .* is not the file of Pyodide"):
        runtime.fetch(str(distribution), tmp_path_factory.mktemp("made"))


def test_a_folder_that_lacks_a_file_and_an_address_that_does_not_answer_say_what_to_do(distribution, tmp_path_factory):
    (distribution / "blas.zip").unlink()
    with pytest.raises(Trouble, match=r"blas.zip cannot be read .* unpack pyodide-"):
        runtime.fetch(str(distribution), tmp_path_factory.mktemp("made"))
    with pytest.raises(Trouble, match=r"cannot be fetched .* name that folder with --pyodide"):
        runtime.fetch("http://127.0.0.1:9/full", tmp_path_factory.mktemp("other"))


def test_an_address_is_asked_once_and_what_it_gave_is_kept(distribution, tmp_path_factory):
    (distribution / "index.html").write_text("files")
    with serve.server(distribution) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{running.server_address[1]}/"
        runtime.fetch(address, tmp_path_factory.mktemp("made"))
        running.shutdown()
    lock = runtime.fetch(address, tmp_path_factory.mktemp("again"))  # nobody answers now
    assert set(lock["packages"]) == {"numpy", "blas"}


def test_the_wheel_of_the_course_has_what_a_learner_asks_for_and_is_the_same_each_time():
    entry, content = wheels.course()
    assert wheels.course() == (entry, content) and entry["sha256"] == runtime._sha(content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    parts = {name.split("/")[1] for name in names if name.startswith("bncourse/")}
    assert {"check.py", "exercises", "experiments", "figures", "learner", "museum", "data.py"} <= parts
    assert not parts & set(wheels.LEFT_OUT)


def test_every_wheel_has_its_needs_among_the_others_or_in_pyodide():
    found = {entry["name"]: entry for entry, _ in wheels.all_wheels()}
    needed = {need for entry in found.values() for need in entry["depends"]}
    assert needed - set(found) <= {
        "numpy",
        "matplotlib",
        "scipy",
        "scikit-learn",
        "ipython",
        "traitlets",
        "pygments",
    }
    assert set(found["bncourse"]["imports"]) == {"bncourse"} and "rich" in found["rich"]["imports"]


def test_a_package_that_is_not_installed_or_is_compiled_is_named(monkeypatch):
    monkeypatch.setattr(wheels, "NEEDED", {"no-such-package": ()})
    with pytest.raises(Trouble, match="no-such-package is not installed here"):
        wheels.all_wheels()
    monkeypatch.setattr(wheels, "NEEDED", {"numpy": ()})
    with pytest.raises(Trouble, match="numpy has compiled parts"):
        wheels.all_wheels()


def test_the_first_page_has_every_notebook_and_says_where_keras_is_missing(tmp_path):
    course = find_folder()
    names = start_page.released(course)
    start_page.write(course, names, tmp_path, executed.without_keras(course, names))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f'href="notebooks/index.html?path={name}/{name}.ipynb"' in page for name in names)
    assert page.count("Keras does not run in a browser") == 2 and "{{" not in page
    assert 'href="read/07-keras.html"' in page and 'href="my-work.html"' in page
    assert "http://" not in page and "https://" not in page.replace("not https,", "")


def test_a_site_that_is_not_there_and_a_folder_of_other_files_are_told(tmp_path, capsys):
    assert cli.main(["site", "--serve", "--output", str(tmp_path)]) == 1
    assert "there is no site in" in capsys.readouterr().err
    (tmp_path / "precious.txt").write_text("mine")
    pytest.importorskip("jupyterlite_pyodide_kernel", reason="the extra site is not installed")
    assert cli.main(["site", "--output", str(tmp_path)]) == 1
    assert "holds other files, which stay as they are" in capsys.readouterr().err
    assert (tmp_path / "precious.txt").read_text() == "mine"


def test_the_server_gives_each_kind_of_file_its_type(tmp_path):
    (tmp_path / "index.html").write_text("here")
    (tmp_path / "python.wasm").write_bytes(b"\0asm")
    with serve.server(tmp_path) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        with urllib.request.urlopen(f"http://127.0.0.1:{running.server_address[1]}/python.wasm") as reply:
            assert reply.headers["Content-Type"] == "application/wasm"
        running.shutdown()


# a notebook that needs Keras


@pytest.mark.parametrize("name", ["07-keras", "11-at-home"])
def test_a_keras_notebook_is_shown_as_it_was_run_and_its_page_asks_for_nothing_elsewhere(
    name, keras_notebooks, tmp_path
):
    assert "04-normalize-scale-shift" not in keras_notebooks
    shown = {"output_type": "stream", "name": "stdout", "text": "Keras 3 on jax"}
    count = sum(cell.cell_type == "code" for cell in keras_notebooks[name].cells)

    def run(notebooks, cache):
        return {name: [[nbformat.from_dict(shown)], *[[]] * (count - 1)]}

    executed.write(find_folder(), {name: keras_notebooks[name]}, tmp_path, run)
    page = (tmp_path / "read" / f"{name}.html").read_text(encoding="utf-8")
    assert "Keras does not run in a browser." in page and "Keras 3 on jax" in page
    assert f"../notebooks/index.html?path={name}/{name}.ipynb" in page
    assert "../notebooks/index.html?path=06-inference/06-inference.ipynb" in page
    assert not re.search(r"""<(script|link|img)[^>]*(src|href)=["']?(https?:)?//""", page)


@pytest.fixture(scope="module")
def keras_notebooks():
    course = find_folder()
    return executed.without_keras(course, start_page.released(course))


def test_numpy_is_there_where_keras_is_not(keras_notebooks):
    assert len(keras_notebooks) == 2
    for notebook in keras_notebooks.values():
        imports = next(cell.source for cell in notebook.cells if cell.get("id") == "imports")
        assert imports.index("import numpy as np") < imports.index("require_keras()  #")


def test_the_guide_names_the_exercises_that_are_answered_without_keras(keras_notebooks):
    guide = (find_folder() / "docs" / "elsewhere.md").read_text(encoding="utf-8")
    [said] = re.findall(r"^\*\*Keras\*\* does not run.*?\n\n", guide, re.M | re.S)
    asked = {exercise.name for exercise in asked_without_keras() if exercise.notebook in keras_notebooks}
    assert set(re.findall(r"`(\w+)`", said)) == asked


def test_what_a_notebook_takes_from_keras_says_in_a_tab_that_it_is_not_there(monkeypatch):
    shell = SimpleNamespace(user_ns={"layers": "my own"})
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.setattr(backend.sys, "platform", "emscripten")
    with pytest.raises(Trouble, match="Keras does not run in a browser"):
        backend.require_keras()
    for taken in ("keras", "ops"):
        with pytest.raises(Trouble, match="Keras does not run in a browser"):
            _ = shell.user_ns[taken].config
        assert not hasattr(shell.user_ns[taken], "_repr_html_")  # what a notebook looks for before it shows a value
    assert shell.user_ns["layers"] == "my own"


# around JupyterLite


def test_a_page_of_jupyterlite_that_is_not_as_it_is_known_is_refused(tmp_path):
    for app in ("lab", "notebooks"):
        (tmp_path / app).mkdir()
        (tmp_path / app / "index.html").write_text("<head></head><script>start()</script>")
    with pytest.raises(Trouble, match=r"lab/index.html of JupyterLite is another"):
        around.write([], tmp_path, "static/python-1/", [])


def test_what_the_first_cell_waits_for_is_told_from_what_comes_beside(tmp_path):
    packages = {name: {"name": name, "depends": [], "file_name": f"{name}.whl"} for name in runtime.PACKAGES}
    packages |= {name: {"name": name, "depends": [], "file_name": f"{name}.whl"} for name in ("openblas", "mlxtend")}
    packages["scipy"]["depends"] = ["openblas"]
    packages["bncourse"] = {"name": "bncourse", "depends": ["numpy"], "file_name": "bncourse.whl"}
    for name in [*runtime.CORE, *(each["file_name"] for each in packages.values())]:
        (tmp_path / name).write_bytes(b"12345")
    found = around._files({"packages": packages}, tmp_path)
    assert {name for name, _ in found["later"]} == {f"{name}.whl" for name in (*tab.LARGE, "openblas")}
    assert ["pyodide.asm.wasm", 5] in found["first"] and ["bncourse.whl", 5] in found["first"]


def test_the_cell_of_a_run_is_read_from_the_message_of_the_kernel_of_a_tab():
    message = {"metadata": {"cellId": "standardize-check"}}
    shell = SimpleNamespace(kernel=SimpleNamespace(_parent_header=message))
    assert cells._cell_of(shell, SimpleNamespace(cell_id=None)) == "standardize-check"
    assert cells._cell_of(shell, SimpleNamespace(cell_id="told")) == "told"
    for other in (None, {}, {"metadata": None}, {"metadata": {}}):
        shell.kernel._parent_header = other
        assert cells._cell_of(shell, SimpleNamespace(cell_id=None)) is None
    assert cells._cell_of(SimpleNamespace(), SimpleNamespace(cell_id=None)) is None


# the large libraries


@pytest.fixture
def kernel(monkeypatch):
    """Give a kernel of a tab in which nothing can be loaded at first; `asked` has what it was asked for."""
    here = SimpleNamespace(asked=[], online=False)

    async def load_imports(code):
        here.asked.append(code)

    async def load_package(names):
        here.asked.append(names)

    here.kernel = SimpleNamespace(_load_packages_from_imports=load_imports)
    monkeypatch.setitem(sys.modules, "pyodide", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "pyodide.ffi", SimpleNamespace(to_js=lambda names: names))
    monkeypatch.setitem(sys.modules, "pyodide_js", SimpleNamespace(loadPackage=load_package))
    monkeypatch.setitem(sys.modules, "pyodide_kernel", SimpleNamespace(kernel=here.kernel))
    monkeypatch.setattr(tab, "find_spec", lambda name: here.online or None)
    return here


def test_a_cell_waits_for_the_large_libraries_and_without_a_connection_it_says_so_and_tries_again(kernel):
    async def first_cell():
        tab.attend()
        with pytest.raises(
            Trouble, match=r"scipy and scikit-learn and mlxtend could not be loaded[^.]*[.] .*Run it again"
        ):
            await kernel.kernel._load_packages_from_imports("data.digits()")
        kernel.online = True
        await kernel.kernel._load_packages_from_imports("data.digits()")
        await kernel.kernel._load_packages_from_imports("1 + 1")

    asyncio.run(first_cell())
    large = list(tab.LARGE)
    assert kernel.asked == ["data.digits()", large, "data.digits()", large, "1 + 1"]


ANSWER = "def half(x, by=2, *, kind='plain'):\n    return x / by"


@pytest.mark.parametrize(
    "code", ["", "# a note", ANSWER, "check.half(half)", f"{ANSWER}\n\ncheck.half(half)", "check.hint('half')"]
)
def test_an_answer_and_its_check_do_not_wait_for_the_large_libraries(kernel, code):
    async def first_cell():
        tab.attend()
        await kernel.kernel._load_packages_from_imports(code)

    asyncio.run(first_cell())
    assert tab.needs_none(code) and code in kernel.asked


@pytest.mark.parametrize(
    "code",
    [
        "import scipy",
        "data.digits()",
        "found = experiment(seed=0)",
        "def half(x, by=data.digits()):\n    return x / by",
        "def half(x, *, by=len(digits())):\n    return x / by",
        "@timed()\ndef half(x):\n    return x / 2",
        f"{ANSWER}\nfigures.show(half)",
        "check.half(trained(half))",
        "check.half(half)(data)",
        "%matplotlib inline",
    ],
)
def test_every_other_cell_waits_for_them(code):
    assert not tab.needs_none(code)


def test_no_check_of_an_exercise_loads_a_large_library():
    program = (
        "import contextlib, io, sys\n"
        "from bncourse import check\n"
        "from verdicts_of_the_bank import answers, asked\n"
        "for exercise in asked():\n"
        "    _, answer = next(iter(answers(exercise, 1)))\n"
        "    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(check.NotYet, check.Stopped):\n"
        "        getattr(check, exercise.name)(answer if callable(answer) else lambda: answer)\n"
        f"    loaded = set(sys.modules) & {set(tab.LARGE.values())}\n"
        "    assert not loaded, (exercise.name, loaded)\n"
        "print(len(asked()))\n"
    )
    environment = os.environ | {"BNCOURSE_JOURNAL": os.devnull, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 40


def test_without_a_notebook_nothing_is_loaded(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyodide", None)
    assert tab.attend() is None


def test_each_large_library_is_one_that_no_module_of_the_course_loads_at_its_top():
    names = "|".join(tab.LARGE.values())
    package = Path(tab.__file__).parent
    for path in package.rglob("*.py"):
        if path.relative_to(package).parts[0] not in wheels.LEFT_OUT:
            assert not re.search(rf"^(import|from) ({names})\b", path.read_text(encoding="utf-8"), re.M), path


# my work


NAME = "00-warm-up"
EVENT = '{"kind": "check", "exercise": "standardize", "outcome": "correct"}'


@pytest.fixture
def answered():
    """Give the zip of a learner as a dictionary: an answer, the release it comes from, a journal."""
    text = (find_folder() / "notebooks" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    notebook = json.loads(text)
    next(cell for cell in notebook["cells"] if cell["id"] == "standardize")["source"] = "my answer"
    about = {"format": 1, "released": {f"{NAME}/{NAME}.ipynb": text}}
    return {f"{NAME}/{NAME}.ipynb": json.dumps(notebook), work.ABOUT: json.dumps(about), work.JOURNAL: f"\n{EVENT}\n"}


def packed(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return str(path)


def test_work_from_a_tab_is_brought_home_and_what_was_there_is_kept(answered, tmp_path, capsys, monkeypatch):
    file, folder = packed(tmp_path / "work.zip", answered), tmp_path / "mine"
    monkeypatch.setenv("BNCOURSE_JOURNAL", str(tmp_path / "journal.jsonl"))
    (tmp_path / "journal.jsonl").write_text(f"{EVENT}\n" + '{"kind": "guess"}\n')
    assert not cli.main(["get", str(folder)])
    place = folder / "notebooks" / NAME / f"{NAME}.ipynb"
    place.write_text(place.read_text(encoding="utf-8").replace("YOUR CODE HERE", "an older answer"), encoding="utf-8")
    assert not cli.main(["get", str(folder), "--work", file])
    assert "my answer" in place.read_text(encoding="utf-8")
    assert f"{NAME}: your work is here. What you had of it is" in capsys.readouterr().out
    [before] = folder.glob(f".bncourse/before/*-work/{NAME}.ipynb")
    assert "an older answer" in before.read_text(encoding="utf-8")
    assert (tmp_path / "journal.jsonl").read_text().count(EVENT) == 1  # it was there
    assert not cli.main(["get", str(tmp_path / "new"), "--work", file])
    assert "my answer" in (tmp_path / "new" / "notebooks" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"other.txt": "x"}, "there is no notebook of the course in it"),
        ({f"{NAME}/{NAME}.ipynb": "{"}, "it is no notebook that can be read; it was left out"),
        ({f"../{NAME}.ipynb": "{}"}, "there is no notebook of the course in it"),
    ],
)
def test_a_zip_without_work_changes_nothing(tmp_path, capsys, files, says):
    cli.main(["get", str(tmp_path / "mine"), "--work", packed(tmp_path / "work.zip", files)])
    said = capsys.readouterr()
    assert says in said.out + said.err
    assert not list(tmp_path.glob("*.ipynb"))


def test_a_file_that_is_no_zip_says_what_to_do(tmp_path, capsys):
    (tmp_path / "work.zip").write_text("no zip")
    assert cli.main(["get", str(tmp_path / "mine"), "--work", str(tmp_path / "work.zip")]) == 1
    assert "is no zip that can be read" in capsys.readouterr().err
    assert cli.main(["get", str(tmp_path / "mine"), "--work", str(tmp_path / "none.zip")]) == 1
    assert "cannot be read (No such file" in capsys.readouterr().err


def test_the_zip_of_a_tab_is_one_that_others_read_and_it_reads_those_of_others(tmp_path):
    if not (node := shutil.which("node")):
        pytest.skip("node, which runs Pyodide without a browser, is not installed")
    packed(tmp_path / "other.zip", {"a/ü.ipynb": "σ" * 1000, "left.png": "no text", "b.txt": ""})
    with zipfile.ZipFile(tmp_path / "other.zip", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("c.json", "deflated " * 100)
    (tmp_path / "program.mjs").write_text(
        "import { pack, unpack } from './zip.js';\n"
        "import { readFileSync, writeFileSync } from 'node:fs';\n"
        "const packed = await pack([['a/ü.ipynb', 'σ'.repeat(1000)], ['b.txt', '']]);\n"
        "writeFileSync('own.zip', new Uint8Array(await packed.arrayBuffer()));\n"
        "const found = await unpack(new Blob([readFileSync('other.zip')]));\n"
        "let refused = '';\n"
        "await unpack(new Blob(['long enough, and no zip at all'])).catch((error) => (refused = error.message));\n"
        "console.log(JSON.stringify({ found, refused, same: await unpack(packed) }));\n",
        encoding="utf-8",
    )
    shutil.copy(around.PAGE / "zip.js", tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    done = subprocess.run([node, "program.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert said["found"] == [["a/ü.ipynb", "σ" * 1000], ["b.txt", ""], ["c.json", "deflated " * 100]]
    assert said["same"] == [["a/ü.ipynb", "σ" * 1000], ["b.txt", ""]] and "no zip" in said["refused"]
    with zipfile.ZipFile(tmp_path / "own.zip") as archive:
        assert archive.testzip() is None and archive.read("a/ü.ipynb").decode() == "σ" * 1000
