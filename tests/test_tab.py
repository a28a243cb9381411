"""The course in a browser tab: what it is built of and what is refused. The journey: tests/browser/test_in_a_tab.py."""

import io
import json
import threading
import urllib.request
import zipfile

import pytest

from bncourse import cli
from bncourse.course import find_folder
from bncourse.site.tab import runtime, serve, start_page, wheels
from bncourse.trouble import Trouble


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """Give a small distribution: a core of two files, and a lock with three packages of which one is wanted."""
    packages = {
        "numpy": {"name": "numpy", "depends": ["blas"], "file_name": "numpy.whl"},
        "blas": {"name": "blas", "depends": [], "file_name": "blas.zip"},
        "pandas": {"name": "pandas", "depends": ["numpy"], "file_name": "pandas.whl"},
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
    assert set(lock["packages"]) == {"numpy", "blas"}
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
    assert needed - set(found) <= {"numpy", "matplotlib", "scipy", "scikit-learn", "ipython", "traitlets", "pygments"}
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
    start_page.write(course, names, tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert all(f'href="notebooks/index.html?path={name}/{name}.ipynb"' in page for name in names)
    assert page.count("Keras does not run in a browser") == 2 and "{{" not in page
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
