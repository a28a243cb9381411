"""What no submission may see is not seen, wherever it lies: in a folder of the system, or in Python's environment."""

import contextlib
import os
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

import pytest
import small_course

from bncourse.grading.assignment import Assignment
from bncourse.grading.course import private_folders
from bncourse.grading.engine import run
from bncourse.grading.engine.grade import grade
from bncourse.grading.engine.session import Submission
from bncourse.grading.nbgrader import converters
from bncourse.sandbox import levels, mounts, private, sandbox
from bncourse.trouble import Trouble

walled = pytest.mark.skipif(sys.platform != "linux" or levels.best_level(0) < 2, reason="no safe walls stand here")
stands = cache(lambda level: levels.probe(level)[0] == level)
READ = """
import os
for path in {paths!r}:
    try:
        print(open(path).read())
    except OSError as error:
        print("refused", type(error).__name__)
"""


@pytest.fixture
def level(request):
    """Give a level of walls; where it does not stand here, the test is left out."""
    return request.param if stands(request.param) else pytest.skip(f"level {request.param} does not stand here")


@pytest.fixture
def system(monkeypatch):
    """Give a folder that counts as one of the system's, in which a course and a library lie."""
    folder = Path(tempfile.mkdtemp(prefix="bnsystem-")).resolve()  # pytest's own folders are closed to other users
    for name in ("app/solutions/04.ipynb", "app/.venv/library.py", "library/code.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"text of {name}")
    (folder / "link").symlink_to(folder / "app")
    (folder / "own").symlink_to(folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    monkeypatch.setattr(mounts, "SYSTEM", (*mounts.SYSTEM, str(folder)))
    yield folder
    shutil.rmtree(folder)


def said(made, *paths):
    try:
        made.start()
        with Submission(made) as submission:
            return submission.run(READ.format(paths=list(map(str, paths))))[0]["text"].splitlines()
    finally:
        made.stop()


@walled
@pytest.mark.parametrize("level", (3, 2), indirect=True)
def test_a_course_in_a_folder_of_the_system_is_hidden_and_what_lies_beside_it_is_not(level, system):
    made = sandbox.Sandbox(level, (), 48, private=(str(system / "app"),))
    solution, through_a_link = system / "app/solutions/04.ipynb", system / "link/solutions/04.ipynb"
    first, second, third = said(made, solution, through_a_link, system / "library/code.py")
    assert first.startswith("refused") and second.startswith("refused")
    assert third == "text of library/code.py"


@walled
@pytest.mark.parametrize("level", (3, 2), indirect=True)
def test_what_is_not_private_there_is_seen_so_that_the_test_above_can_fail(level, system):
    [seen] = said(sandbox.Sandbox(level, (), 48), system / "app/solutions/04.ipynb")
    assert seen == "text of app/solutions/04.ipynb"


@walled
@pytest.mark.parametrize("level", (3, 2), indirect=True)
def test_of_a_closed_file_nothing_is_read_but_what_the_table_says(level, system):
    solution = system / "app/solutions/04.ipynb"
    with contextlib.suppress(OSError):
        os.setxattr(solution, "user.note", b"secret")  # a disk may keep none
    looks = [
        f"open({str(solution)!r}).read()",
        f"os.listdir({str(solution.parent)!r})",
        f"os.getxattr({str(solution)!r}, 'user.note')",
        f"os.listxattr({str(solution)!r})",
        f"os.getxattr({str(solution.parent)!r}, 'user.note')",
        f"os.readlink({str(solution)!r})",
    ]
    program = (
        "import os\nfor look in {!r}:\n    try: print(eval(look))\n    except OSError: print('refused')\nprint({})"
    )
    with sandbox.Sandbox(level, (), 48, private=(str(system / "app"),)) as made, Submission(made) as submission:
        seen = submission.run(program.format(looks, f"os.path.exists({str(solution)!r})"))[0]["text"].splitlines()
    assert seen[:-1] == ["refused"] * len(looks)
    assert level == 2 or seen[-1] == "False"


@walled
@pytest.mark.parametrize("level", (3, 2), indirect=True)
def test_walls_that_do_not_hide_what_they_should_are_no_walls(level, system, monkeypatch):
    hiding = private.folders
    monkeypatch.setattr(private, "folders", lambda wanted, folders: [])

    def witnesses(wanted, shown):
        hidden = hiding(wanted, mounts.SYSTEM)
        return private.witnesses(hidden, [*mounts.python_folders(hidden), *map(str, shown)])

    monkeypatch.setattr(mounts, "witnesses", witnesses)
    with pytest.raises(mounts.Unavailable, match=f"does not hide {system}/app"):
        said(sandbox.Sandbox(level, (), 48, private=(str(system / "app"),)), "/nowhere")


@walled
@pytest.mark.parametrize("level", (3, 2), indirect=True)
def test_an_environment_in_the_course_is_seen_and_the_course_is_not(level, system, monkeypatch):
    python = [*mounts.python_folders(), str(system / "app/.venv")]
    monkeypatch.setattr(mounts, "python_folders", lambda hidden=(): python)
    made = sandbox.Sandbox(level, (), 48, private=(str(system / "app"),))
    library, solution = said(made, system / "app/.venv/library.py", system / "app/solutions/04.ipynb")
    assert library == "text of app/.venv/library.py" and solution.startswith("refused")


@walled
@pytest.mark.parametrize("level", (3, 2), indirect=True)
def test_the_installed_course_is_hidden_also_where_libraries_lie_in_a_folder_of_the_system(level, system, monkeypatch):
    package = system / "library" / "bncourse"
    (package / "reference").mkdir(parents=True)
    (package / "reference" / "normalize.py").write_text("the answer")
    monkeypatch.setattr(private, "installed", lambda: [str(package)])
    answer, code = said(sandbox.Sandbox(level, (), 48), package / "reference/normalize.py", system / "library/code.py")
    assert answer.startswith("refused") and code == "text of library/code.py"


def test_a_folder_without_its_hidden_parts_leads_to_them_by_no_link(system):
    found = {Path(path) for path in private.without(str(system), [str(system / "app")])}
    assert found == {system / "library"}
    assert private.without(str(system / "library"), [str(system / "app")]) == [str(system / "library")]
    readable = mounts.readable(2, "/nowhere", [system / "app"])
    assert str(system / "library") in readable and not any(path.startswith(f"{system}/app") for path in readable)
    assert str(system) not in readable and "/usr" in readable


def test_an_environment_that_is_the_course_itself_gives_the_parts_of_python_alone(tmp_path, monkeypatch):
    for name in ("bin", "lib", "solutions"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    found = mounts.python_folders([os.path.realpath(tmp_path)])
    assert str(tmp_path) not in found and {str(tmp_path / "bin"), str(tmp_path / "lib")} <= set(found)
    assert str(tmp_path / "solutions") not in found


def test_a_course_that_holds_the_systems_own_folders_is_refused_with_what_to_do(tmp_path):
    (tmp_path / "usr").mkdir()
    with pytest.raises(Trouble, match="move the course into a folder of its own"):
        private.folders([tmp_path], [str(tmp_path / "usr")])


def test_the_course_the_exchange_and_the_folder_of_the_gradebook_are_private(tmp_path):
    from traitlets.config import Config

    config = Config({"Exchange": {"root": str(tmp_path / "exchange")}})
    found = private_folders(tmp_path / "course", config, f"sqlite:///{tmp_path}/books/gradebook.db")
    assert found[:3] == tuple(str(tmp_path / name) for name in ("course", "books", "exchange"))
    others = private_folders(tmp_path, Config(), "postgresql://localhost/grades")
    assert others[0] == str(tmp_path) and all(each.endswith("jupyter") for each in others[1:])


@walled
def test_the_jobs_of_a_run_keep_its_course_private(tmp_path, monkeypatch):
    jobs = []
    monkeypatch.setattr(run, "judged", lambda asked, *rest: jobs.extend(asked) or iter(()))
    course = small_course.write(tmp_path)
    converters.generate_assignment(Assignment(course, small_course.NAME))
    place = course / "submitted" / "ada" / small_course.NAME
    place.mkdir(parents=True)
    small_course.save(small_course.notebook(), place / f"{small_course.NAME}.ipynb")
    grade(Assignment(course, small_course.NAME))
    assert [job.student for job in jobs] == ["ada"] and str(course) in jobs[0].private


def test_settings_for_everybody_are_private(tmp_path, monkeypatch):
    (tmp_path / "etc" / "jupyter").mkdir(parents=True)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    course = small_course.write(tmp_path / "course")
    assert str((tmp_path / "etc" / "jupyter").resolve()) in private_folders(course, {}, "")
