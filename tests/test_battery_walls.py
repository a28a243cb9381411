"""The cases of the battery about the walls themselves, as root and not, at both levels that are safe."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import open_python
import pytest

ROOT = Path(__file__).resolve().parents[1]
SOMEBODY = 64999  # a user that no machine knows
pytestmark = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can run it as another user"
)
PROBE = "import json\nfrom bncourse.sandbox.levels import probe\nprint(json.dumps(probe({})))"


@pytest.fixture(scope="module")
def somewhere_open():
    """Give a folder that every user may enter, with a Python in it."""
    folder = Path(tempfile.mkdtemp(prefix="bnopen-"))
    folder.chmod(0o755)
    try:
        open_python.make(folder)
        shutil.copy(ROOT / "nbgrader_config.py", folder)
        shutil.copytree(ROOT / "solutions", folder / "solutions")
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("user", "level", "every"),
    [
        # by day level 2 alone: tests/test_battery.py is at the best level, as whoever runs it
        (SOMEBODY, 2, 16),
        *[pytest.param(*who, 3, marks=pytest.mark.nightly) for who in ((SOMEBODY, 3), (SOMEBODY, 2), (0, 2))],
    ],
)
def test_the_other_walls_hold_too(somewhere_open, user, level, every):
    work = somewhere_open / f"{user}-{level}-{every}"
    work.mkdir()
    os.chown(work, user, user)
    python = somewhere_open / "venv" / "bin" / "python"
    environment = {"PATH": os.defpath, "HOME": str(work)}

    def ran(*arguments):
        done = subprocess.run(
            [python, *arguments], cwd=work, env=environment, user=user, group=user, extra_groups=[],
            capture_output=True, text=True, timeout=1_800,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    found, reasons = ran("-c", PROBE.format(level))
    if found != level:
        pytest.skip(f"level {level} does not stand here: {reasons}")
    module = "bncourse.battery.course"
    # the benchmark has all of them; some of those about the walls are enough to see that a wall is missing
    more = ("--walls", "--level", str(level), "--every", str(every))
    told = ran("-m", module, str(somewhere_open), str(work / "course"), *more)
    assert told["level"] == level
    assert told["broken"] == {} and told["run"] == []


JOBS = """
from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestClassifier
x = np.arange(20.0).reshape(-1, 1)
forest = RandomForestClassifier(3, n_jobs=2).fit(x, x[:, 0] > 9)
print([Parallel(n)(delayed(abs)(-k) for k in range(3)) for n in (2, -1)], bool(forest.predict([[19]])[0]))
"""
JOBS_PROGRAM = f"""
import json
from bncourse.grading.engine.session import Submission
from bncourse.sandbox.sandbox import Sandbox
with Sandbox(LEVEL, ("numpy", "sklearn.ensemble"), 46) as sandbox, Submission(sandbox) as submission:
    outputs = submission.run("import numpy as np" + {JOBS!r})
print(json.dumps([output.get("text", str(output)) for output in outputs]))
"""


@pytest.mark.parametrize("level", [pytest.param(2, marks=pytest.mark.nightly), 3])
def test_jobs_of_scikit_learn_are_done_at_either_level(somewhere_open, level):
    found, reasons = as_somebody(somewhere_open, PROBE.format(level))
    if found != level:
        pytest.skip(f"level {level} does not stand here: {reasons}")
    [told] = as_somebody(somewhere_open, JOBS_PROGRAM.replace("LEVEL", str(level)))
    assert told == "[[0, 1, 2], [0, 1, 2]] True\n"


def as_somebody(folder, program):
    """Run a program as another user, with the Python of a folder; gives what it prints, read as JSON."""
    with tempfile.TemporaryDirectory(dir=folder) as work:
        os.chown(work, SOMEBODY, SOMEBODY)
        done = subprocess.run(
            [folder / "venv" / "bin" / "python", "-c", program], cwd=work, env={"PATH": os.defpath, "HOME": work},
            user=SOMEBODY, group=SOMEBODY, extra_groups=[], capture_output=True, text=True, timeout=600,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
