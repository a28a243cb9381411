"""What the judge has compiled for a Keras notebook is there for the next submission, and ends with its process."""

import json
import subprocess
import sys

import pytest
from small_course import ROOT

from bncourse.sandbox.levels import best_level

LEVEL = best_level(0) if sys.platform == "linux" else 0
pytestmark = pytest.mark.skipif(LEVEL < 2, reason="no safe walls stand here: bncourse doctor --instructor")
# In a process of its own: JAX is to keep what it compiles from the beginning, and other tests are not to be touched.
JUDGE = """
import json, sys
from pathlib import Path
import bncourse
from bncourse.grading.engine import jobs
from bncourse.sandbox import compilation
from bncourse.grading.engine.grade import preloads
import nbformat
text = Path(sys.argv[1]).read_text(encoding="utf-8")
preload = preloads(nbformat.reads(text, as_version=4))
told = []
for seed in (1, 2):
    result = jobs.judge(jobs.Job("07-keras", "ada", text, seed, int(sys.argv[2]), preload=preload))
    folder = Path(compilation.keep(preload))
    outcomes = sorted({found["outcome"] for found in result.outcomes.values()})
    told.append({"trouble": result.trouble, "outcomes": outcomes, "kept": len(list(folder.iterdir()))})
    outputs = [o for cell in nbformat.reads(result.notebook, as_version=4).cells for o in cell.get("outputs", [])]
    told[-1]["said"] = [o["text"] for o in outputs if o.get("name") == "stderr"]
jobs.end()
print(json.dumps([told, folder.exists()]))
"""


@pytest.mark.nightly
def test_a_keras_notebook_is_judged_with_what_was_compiled_before():
    source = ROOT / "solutions" / "07-keras" / "07-keras.ipynb"
    ran = subprocess.run(
        [sys.executable, "-c", JUDGE, str(source), str(LEVEL)], capture_output=True, text=True, timeout=1_200
    )
    assert ran.returncode == 0, ran.stderr
    (first, second), is_there = json.loads(ran.stdout.splitlines()[-1])
    for told in (first, second):
        assert told["trouble"] == "" and told["outcomes"] == ["correct"] and told["said"] == []
    assert first["kept"] > 0 and second["kept"] - first["kept"] <= first["kept"] / 2  # little was compiled again
    assert not is_there
