"""A course folder with one small notebook, for tests that break it in one place."""

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

from bncourse.checking.exercise import WrongIdea

ROOT = Path(__file__).resolve().parents[1]
NAME = "90-small"


def one_mean(x):
    return x - x.mean()


def by_the_variance(x):
    return x / x.var(axis=0)


EXERCISES = tuple(
    SimpleNamespace(name=name, points=points, hints=["one", "two"], section="", wrong_ideas=[idea])
    for name, points, idea in (
        ("centre", 1, WrongIdea("one mean for all", "F3", "You take one mean for all numbers.", one_mean)),
        ("scale", 2, WrongIdea("the variance", "F1", "You divide by the variance.", by_the_variance, r"var\(")),
    )
)


def notebook():
    """Give a sound source notebook, as a dictionary."""
    cells = [
        text("title", "# 90 A small notebook\n\nHow is a batch centred?"),
        code("imports", "import numpy as np\n\nfrom bncourse import reference", locked("imports")),
        *exercise(
            "centre",
            1,
            "def centre(x):\n    ### BEGIN SOLUTION\n    m = x.mean(axis=0)\n    return x - m\n    ### END SOLUTION",
            "x = np.array([[1.0, 2.0], [3.0, 6.0]])\nassert np.allclose(centre(x), [[-1, -2], [1, 2]])",
        ),
        *exercise(
            "scale",
            2,
            "def scale(x):\n    ### BEGIN SOLUTION\n    s = x.std(axis=0)\n    return x / s\n    ### END SOLUTION",
            "x = np.array([[1.0, 2.0], [3.0, 6.0]])\nassert np.allclose(scale(x), [[1, 1], [3, 3]])\n"
            "### BEGIN HIDDEN TESTS\nprint('at 71.0')\nassert scale(x + 71.0).shape == (2, 2), 'at 71.0'\n"
            "### END HIDDEN TESTS",
        ),
        text("end", "What you have seen: two steps."),
    ]
    kernelspec = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernelspec, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def exercise(name, points, answer, check):
    return [
        code(name, answer, {**marks(name), "solution": True}),
        code(
            f"{name}-check",
            f"# in place of check.{name}({name}), so that these tests need no exercise of the course\n{check}",
            {**marks(f"{name}-check"), "grade": True, "locked": True, "points": points},
            tags=["raises-exception"],
        ),
    ]


def with_hints(content):
    """Give the notebook with a folded hint below each check, as every source of the course has it."""
    for number in range(len(content["cells"]) - 1, -1, -1):
        name = content["cells"][number]["id"]
        if name.endswith("-check"):
            hint = text(f"{name[:-6]}-hint", "<details><summary>Hint</summary>\n\nThink of one column.\n\n</details>")
            content["cells"].insert(number + 1, hint)
    return content


RUBRIC = (
    "Rubric:\n\n- 1 point: names the step.\n- 2 points: says why.\n\nThe mean goes first, since it is in the variance."
)


def with_written_answer():
    """Give the notebook with a written answer before its end, 3 points that a person gives."""
    content = notebook()
    source = f"**Why in this order?**\n\n### BEGIN SOLUTION\n{RUBRIC}\n### END SOLUTION"
    written = text("why", source)
    written["metadata"] = {"nbgrader": {**marks("why"), "grade": True, "solution": True, "points": 3}}
    content["cells"].insert(-1, written)
    return content


def text(name, source):
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def code(name, source, nbgrader=None, tags=()):
    metadata = ({"nbgrader": nbgrader} if nbgrader else {}) | ({"tags": list(tags)} if tags else {})
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": metadata,
        "outputs": [],
        "source": source,
    }


def marks(name):
    return {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": False, "task": False}


def locked(name):
    return {**marks(name), "locked": True}


def write(folder, content=None, name=NAME):
    """Make a course folder with this notebook and the settings of the repository; gives the folder."""
    folder = Path(folder)
    place = folder / "solutions" / name / f"{name}.ipynb"
    place.parent.mkdir(parents=True)
    (folder / "notebooks").mkdir()
    save(content or notebook(), place)
    shutil.copy(ROOT / "nbgrader_config.py", folder)
    return folder


def save(content, place):
    place.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def cell(content, name):
    """Give the cell with this id."""
    return next(each for each in content["cells"] if each["id"] == name)
